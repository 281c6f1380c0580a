"""What all models of value share: parameters with their uncertainty, fit statistics, draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_number
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._messages import Column, Message
from crmkit._random import as_generator
from crmkit._stats import N_POSTERIOR_DRAWS, Maximum, normal_reach
from crmkit.value._priors import Prior, check_priors, of_logarithms

__all__ = ["ValueModel", "Values"]

# Values of the parameters by name: a number each, or one per customer.
Values: TypeAlias = dict[str, Any]

_LEVEL = 0.95
# To this share, what is recomputed from the JSON is the same.
_ROUNDING = 1e-9
_NO_MAPPING: Final = Message(
    en="{@params} must be a mapping of {names} to numbers, got {value!r}.",
    zh="{@params} 须为 {names} 到数值的映射，得到 {value!r}。",
)
_OTHER_NAMES: Final = Message(
    en="{@params} must name {names}, got {got}.", zh="{@params} 须恰好包含 {names}，得到 {got}。"
)
_NOT_ABOVE_ZERO: Final = Message(
    en="{where} must be above zero, got {value!r}.", zh="{where}须大于 0，得到 {value!r}。"
)
_PARAMS_COLUMNS = ["estimate", "std_error", "lower", "upper"]
_UNIT_NAMES = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


class ValueModel(JsonEstimator):
    """A model fitted by maximum likelihood.

    Attributes
    ----------
    params_ : DataFrame, indexed by ``parameter``
        ``estimate``, ``std_error``, and ``lower`` and ``upper`` of the 95 % interval: Wald's on the log scale, so
        never below 0. For a parameter on the boundary only the estimate is known.
    covariance_ : DataFrame of shape (n_parameters, n_parameters)
        Of the logarithms of the parameters, and of the coefficients of covariates themselves. 0 in the directions that
        the data do not determine.
    loglik_ : float
        Log-likelihood at the estimates; ``nan`` where the parameters were given, not fitted.
    aic_, bic_ : float
        Akaike's and the Bayesian information criterion, the latter with ``n_customers_``.
    n_customers_ : int
        Number of customers fitted on.
    special_cases : tuple of classes
        Classes of models that equal this one with a parameter at a certain value or limit.
    boundary_ : list of str
        Parameters that the data do not determine, alone or together. Either the likelihood keeps rising, however
        slightly, as they go to 0 or infinity: then their value means only that, and predictions are those of the
        limit, such as customers who never leave, as reliable as the data are long. Or it does not depend on them,
        as on the coefficient of a covariate that is the same for all: then their value is where the search began.
        Parameters that move with them are named too.
    draws_ : DataFrame of shape (1000, n_parameters) or (0, n_parameters)
        Draws of the parameters, where their uncertainty is far from normal: on few customers, and where ``boundary_``
        is not empty. Without rows, `draw_params` draws from the normal distribution.

    References
    ----------
    .. [1] Cox and Hinkley (1974), *Theoretical Statistics*, section 9.2, for observed information.
    """

    params_: pd.DataFrame
    covariance_: pd.DataFrame
    loglik_: float
    aic_: float
    bic_: float
    n_customers_: int
    boundary_: list[str]
    draws_: pd.DataFrame
    priors: Mapping[str, Prior] | None
    special_cases: ClassVar[tuple[type[ValueModel], ...]] = ()
    # The parameters, all above zero, in the order of the literature.
    _parameters: ClassVar[tuple[str, ...]]

    @classmethod
    def from_params(cls, params: Mapping[str, float] | pd.Series[float], **options: Any) -> Self:
        """Make a model with known parameters, from a paper or another program.

        Parameters
        ----------
        params : mapping of str to float, or Series by name
            A value above zero for each parameter, in the time unit of the model; coefficients of covariates too.
        **options
            What the constructor takes.

        Returns
        -------
        model
            Ready to predict; without standard errors, likelihood and number of customers.

        Raises
        ------
        TypeError
            If ``params`` is not a mapping, or a value not a number.
        ValueError
            If a parameter is missing, unknown, infinite, or not above zero, or an option lies outside its range.

        Examples
        --------
        >>> from crmkit.value import BetaGeoModel
        >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, time_unit="W")
        >>> model.params_["estimate"].to_dict()
        {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}
        """
        model = cls(**options)
        with model._fitting():
            model._keep_given(params)
        return model

    def draw_params(self, n_draws: int, *, random_state: int | np.random.Generator = 0) -> pd.DataFrame:
        """Draw parameters with the uncertainty of the fit.

        Parameters
        ----------
        n_draws : int
            Number of draws, at least 1; those above 1,000 repeat rows of ``draws_``.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            One row per draw, one column per parameter.

        Raises
        ------
        NotFittedError
            Before `fit`.

        Notes
        -----
        On many customers draws are normal on the log scale, with ``covariance_``. On few the likelihood is skewed, or
        has no maximum; they are then rows of ``draws_``, from the posterior under a weak prior, which the estimates do
        not use. It is normal around the point where the search starts, with a standard deviation of 1.5 in each
        coordinate: logarithms of the parameters (of contracts, of ``alpha / beta``, ``beta`` and ``c``; with
        ``finite_mean``, of ``q - 1``), and coefficients per standard deviation of their covariate. The search starts at
        the mean rate or amount of the data, with shapes of 1 or near it. Priors given to the model count besides.

        If ``boundary_`` is not empty, the draws run along the ridge as far as data and weak prior allow. The estimate
        is a limit, such as that nobody leaves, and may lie beyond nearly all of them. Every interval made of draws is
        wide enough to hold its estimate.
        """
        check_fitted(self)
        check_int(n_draws, name="n_draws", low=1)
        rng = as_generator(random_state)
        if len(self.draws_):
            rows = rng.choice(len(self.draws_), n_draws, replace=n_draws > len(self.draws_))
            return self.draws_.iloc[rows].reset_index(drop=True)
        centre = self._searched(self._estimates())
        # The root of a covariance that may be singular, as on the boundary.
        variances, directions = np.linalg.eigh(self.covariance_.to_numpy())
        root = directions * np.sqrt(np.maximum(variances, 0.0))
        drawn = centre + rng.standard_normal((n_draws, len(centre))) @ root.T
        return pd.DataFrame(self._natural(drawn.T))

    def loglik(self, customers: Any) -> float:
        """Give the log-likelihood of customers at the model's parameters, fitted or given.

        Parameters
        ----------
        customers : what ``fit`` takes
            The customers fitted on, for ``loglik_``, or others.

        Returns
        -------
        float
            Without priors.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As in `fit`.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit.value import BetaGeoModel
        >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
        >>> one = pd.DataFrame({"frequency": [2.0], "recency": [213.0], "T": [272.0]})
        >>> round(model.loglik(one), 2)
        -9.46
        """
        check_fitted(self)
        return self._log_likelihood(customers)[0]

    def score(self, customers: Any, y: None = None) -> float:  # noqa: ARG002
        """Give the mean log-likelihood of a customer: the higher the better, as scikit-learn has it.

        Parameters
        ----------
        customers : what ``fit`` takes
            Others than those fitted on, for an honest comparison.
        y : None
            Not used.

        Returns
        -------
        float
            `loglik` divided by the number of customers it counts.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As in `fit`.
        """
        check_fitted(self)
        value, n_customers = self._log_likelihood(customers)
        return value / n_customers if n_customers else float("nan")

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        if not hasattr(self, "params_"):
            return str(super().__repr__(N_CHAR_MAX))
        unit = _UNIT_NAMES.get(getattr(self.options_, "time_unit", ""), "")
        known = f"fitted on {self.n_customers_:,} customers" if self.n_customers_ else "parameters given, not fitted"
        left_out = getattr(self, "n_left_out_", 0)
        told = [known, *([f"{left_out:,} left out"] if left_out else []), *([f"time in {unit}"] if unit else [])]
        estimates = ", ".join(f"{name} {value:.4g}" for name, value in self._estimates().items())
        lines = [repr(self.options_), ", ".join(told), estimates]
        lines += [] if np.isnan(self.loglik_) else [f"log-likelihood {self.loglik_:,.2f}"]
        lines += [f"on the boundary: {', '.join(self.boundary_)}"] if self.boundary_ else []
        return "\n".join(lines)

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        """Log-likelihood of customers, and their number."""
        raise NotImplementedError

    def _keep_given(self, params: Mapping[str, float] | pd.Series[float]) -> None:
        """Store parameters that were not fitted."""
        self._check_options()
        names = self._names()
        if not isinstance(params, (Mapping, pd.Series)):
            raise TypeError(_NO_MAPPING(names=names, value=params))
        given = dict(params.items())
        if set(given) != set(names):
            raise ValueError(_OTHER_NAMES(names=names, got=list(given)))
        for name in names:
            check_number(given[name], name=f"params[{name!r}]")
            if name in self._parameters and given[name] <= 0:
                raise ValueError(_NOT_ABOVE_ZERO(where=Column("params", name), value=given[name]))
        values = {name: float(given[name]) for name in names}
        self._keep(values, np.zeros((len(names), len(names))), unknown=names, draws=None)
        self.loglik_ = self.aic_ = self.bic_ = float("nan")
        self.n_customers_, self.boundary_ = 0, []

    def _check_options(self) -> None:
        """Raise unless the options of the constructor are valid."""

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        names = self._names()
        for table, columns in ((self.params_, _PARAMS_COLUMNS), (self.covariance_, names)):
            if list(table.index) != names or list(table.columns) != columns or (table.dtypes != np.float64).any():
                raise JsonError("each parameter has numbers")
        values, covariance = self._estimates(), self.covariance_.to_numpy()
        if not np.isfinite(list(values.values())).all() or any(values[name] <= 0 for name in self._positive()):
            raise JsonError("estimates are finite, those of parameters above 0")
        if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
            raise JsonError("a covariance is finite and symmetric")
        curvatures = np.linalg.eigvalsh(covariance)
        if curvatures[0] < -_ROUNDING * max(curvatures[-1], 1.0):
            raise JsonError("no variance is below 0")
        if self.boundary_ != [name for name in names if name in self.boundary_]:
            raise JsonError("the boundary is one of parameters")
        self._check_draws()
        given = bool(np.isnan(self.loglik_))
        if given and (self.n_customers_ or self.boundary_ or covariance.any() or len(self.draws_)):
            raise JsonError("given parameters come from no customers")
        with np.errstate(over="ignore", invalid="ignore"):
            expected = self._tabled(values, covariance, unknown=names if given else self.boundary_)
        if not np.allclose(self.params_, expected, rtol=_ROUNDING, atol=0, equal_nan=True):
            raise JsonError("errors and intervals are those of the covariance")
        # The number of customers was cut to a whole one after it was counted.
        with np.errstate(divide="ignore"):
            fewest, most = len(names) * np.log([self.n_customers_, self.n_customers_ + 1.0]) - 2 * self.loglik_
        slack = _ROUNDING * max(abs(self.loglik_), 1.0)
        if not np.isclose(self.aic_, 2 * len(names) - 2 * self.loglik_, rtol=_ROUNDING, equal_nan=True) or not (
            (given and np.isnan(self.bic_)) or fewest - slack <= self.bic_ <= most + slack
        ):
            raise JsonError("criteria follow from the likelihood")

    def _check_draws(self) -> None:
        """Raise unless the draws are what a fit stores."""
        draws, names = self.draws_, self._names()
        if (
            list(draws.columns) != names
            or (draws.dtypes != np.float64).any()
            or len(draws) not in (0, N_POSTERIOR_DRAWS)
        ):
            raise JsonError("each parameter has as many draws")
        if not np.isfinite(draws).all(axis=None) or not (draws[self._positive()] > 0).all(axis=None):
            raise JsonError("draws are finite, those of parameters above 0")

    def _priors(self) -> dict[str, Prior]:
        """Priors on the scale of the search."""
        return of_logarithms(self.options_.priors or {}, parameters=self._parameters)

    def _check_priors(self) -> None:
        check_priors(self.options_.priors, names=self._names(), parameters=self._parameters)

    def _names(self) -> list[str]:
        """Names of all that is fitted: parameters, then coefficients of covariates."""
        return list(self._parameters)

    def _positive(self) -> list[str]:
        """Those of the names that are above zero: the parameters."""
        return [name for name in self._names() if name in self._parameters]

    def _estimates(self) -> Values:
        return {str(name): float(value) for name, value in self.params_["estimate"].items()}

    def _searched(self, values: Mapping[str, float]) -> Floats:
        """Coordinates in which the maximum is searched: logarithms of parameters, coefficients themselves."""
        return np.array([np.log(values[name]) if name in self._parameters else values[name] for name in self._names()])

    def _natural(self, coordinates: Floats) -> Values:
        """Undo `_searched`."""
        named = zip(self._names(), coordinates, strict=True)
        return {name: np.exp(value) if name in self._parameters else value for name, value in named}

    def _keep_maximum(self, maximum: Maximum, *, loglik: float, n_customers: float, draws: Floats | None) -> None:
        """Store the maximum found, and draws in its coordinates where the normal distribution is not close to them."""
        names = self._names()
        values = {name: float(value) for name, value in self._natural(maximum.at).items()}
        self.boundary_ = [name for name, lost in zip(names, maximum.undetermined, strict=True) if lost]
        self._keep(values, maximum.covariance, unknown=self.boundary_, draws=draws)
        self.loglik_ = float(loglik)
        self.n_customers_ = int(n_customers)
        self.aic_ = 2 * len(names) - 2 * self.loglik_
        self.bic_ = len(names) * float(np.log(n_customers)) - 2 * self.loglik_

    def _keep(self, values: Values, covariance: Floats, *, unknown: Sequence[str], draws: Floats | None) -> None:
        names = self._names()
        drawn = pd.DataFrame(self._natural(np.empty((len(names), 0)) if draws is None else draws.T))
        self.draws_ = drawn.map(lambda value: float(f"{value:.6g}"))
        self.params_ = self._tabled(values, covariance, unknown=unknown)
        self.covariance_ = pd.DataFrame(covariance, columns=names, index=pd.Index(names, name="parameter"))

    def _tabled(self, values: Values, covariance: Floats, *, unknown: Sequence[str]) -> pd.DataFrame:
        """Estimates with standard errors and intervals, where these are known."""
        std_errors = np.sqrt(np.diag(covariance))
        z = normal_reach(_LEVEL)
        table = {}
        for name, error in zip(self._names(), std_errors, strict=True):
            value = values[name]
            if name in self._parameters:
                table[name] = (value, value * error, value * np.exp(-z * error), value * np.exp(z * error))
            else:
                table[name] = (value, error, value - z * error, value + z * error)
        tabled = pd.DataFrame.from_dict(table, orient="index", columns=_PARAMS_COLUMNS).rename_axis("parameter")
        tabled.loc[list(unknown), ["std_error", "lower", "upper"]] = np.nan
        return tabled
