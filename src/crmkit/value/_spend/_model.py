"""The gamma-gamma model of what customers spend per purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option, some
from crmkit._frames import FrameT, column_like, rows_like
from crmkit._random import as_generator
from crmkit._stats import as_floats
from crmkit.errors import SchemaError
from crmkit.value._checks import check_covariates
from crmkit.value._intervals import interval
from crmkit.value._model import ValueModel, Values
from crmkit.value._priors import Prior
from crmkit.value._spend._amounts import Amounts, NonPositive, read_amounts
from crmkit.value._spend._law import log_density, mean_spend, quantile, simulated
from crmkit.value._spend._likelihood import fitted, log_likelihood

__all__ = ["GammaGammaModel"]

# So many numbers at a time, 0.8 MB: what is worked out of them stays in the cache.
_AT_A_TIME = 100_000

# Of the largest mean amount: closer together all are one price.
_ONE_PRICE = 1e-12


class GammaGammaModel(ValueModel):
    r"""Gamma-gamma: each customer spends around a mean of its own, whatever it buys and however often.

    A customer's amounts are gamma-distributed with shape ``p`` and a rate of its own; the rates are gamma-distributed
    with shape ``q`` and rate ``v``. The means of the customers then lie around :math:`p v / (q - 1)`.

    Fitted on those who came back, by ``frequency`` and ``monetary_value``, the number and the mean amount of the
    purchase days after the first. Customers with ``frequency`` 0 have no such amount, inform the fit in nothing, and
    are left out of it by definition; so are prospects. The mean amount tells customers of one frequency apart, so
    that cells of the purchase models, which do not hold it, do not suffice.

    That spend does not depend on how often somebody buys is an assumption: see `spend_independence_table`.

    Parameters
    ----------
    finite_mean : bool, default False
        Whether to keep ``q`` above 1, where the mean of all customers is finite. The literature does not, and it
        changes nothing where the likelihood has its maximum there. Where it has not, ``q`` is then 1 and named in
        ``boundary_``, the fit is worse, and the mean as infinite as before: what helps is a prior on ``q``, or the
        median of `spend_quantiles`.
    non_positive : {"raise", "drop"}, default "raise"
        What to do with customers who came back and whose ``monetary_value`` is missing or below 0, as refunds make it:
        refuse them, or leave them out of the fit and say nothing of them. Customers whose ``monetary_value`` is 0,
        because they came back for free orders alone, are outside the law and always left out.
    spend_covariates : sequence of str, default ()
        Numeric columns that multiply ``v``, hence what is spent, by :math:`e^{\gamma z}`. Coefficients are named
        ``spend.<column>``.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates are then those of
        largest posterior density, no longer of maximum likelihood.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", *Journal of
       Marketing Research* 42(4), 415-430.
    .. [2] Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = GammaGammaModel().fit(customers)
    >>> model.params_["estimate"].round(3).to_dict()
    {'p': 6.25, 'q': 3.744, 'v': 15.444}
    >>> model.expected_spend(customers).round(2).head(3).tolist()
    [24.65, 18.91, 35.17]
    """

    _parameters: ClassVar = ("p", "q", "v")

    n_left_out_: int

    def __init__(
        self,
        *,
        finite_mean: bool = False,
        non_positive: NonPositive = "raise",
        spend_covariates: Sequence[str] = (),
        priors: Mapping[str, Prior] | None = None,
    ) -> None:
        self.finite_mean = finite_mean
        self.non_positive = non_positive
        self.spend_covariates = spend_covariates
        self.priors = priors

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which what the customers spent is likeliest.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
            As `crmkit.customer_summary` gives it; with ``n_customers`` where a row stands for several.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted; ``n_customers_`` counts those who came back.

        Raises
        ------
        SchemaError
            If a column is missing or holds what cannot be, nobody came back, or all who did spend the same; for
            amounts that are missing or below 0 unless ``non_positive="drop"``.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If the likelihood has no maximum that can be found.
        """
        with self._fitting():
            self._check_options()
            amounts = self._read(customers)
            repeaters = _repeaters(amounts)
            # Means of one price differ in their last bits.
            if not self.options_.priors and np.ptp(repeaters.m) <= _ONE_PRICE * repeaters.m.max():
                raise SchemaError(
                    f"`customers['monetary_value']` is {repeaters.m[0]!s} for all who came back. Where nobody spends "
                    "more than another there is nothing to fit: expect that of everybody."
                )
            maximum, loglik = fitted(
                repeaters,
                finite_mean=self.options_.finite_mean,
                priors=self._priors(),
                names=self._names(),
                what=type(self).__name__,
            )
            self._keep_maximum(maximum, loglik=loglik, n_customers=float(repeaters.n.sum()))
            self.n_left_out_ = int(amounts.n_left_out)
        return self

    def expected_spend(self, customers: Any) -> Any:
        r"""Give each customer the amount to expect of a purchase, given its history.

        .. math:: E[\zeta \mid x, m] = \frac{p (v + x m)}{p x + q - 1}

        Between the customer's own mean amount and that of all customers, the nearer to its own the more often it
        came back.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        Series (PyArrow: chunked array) named ``expected_spend``
            In the money of the table, above 0, in the order of the rows; for customers with ``frequency`` 0 the mean
            of all customers. Missing for prospects, and where the mean is infinite: with ``q`` of 1 or less for all
            with ``frequency`` 0, and for others with ``p * frequency + q`` of 1 or less.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds what cannot be; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves their prediction missing.
        """
        check_is_fitted(self)
        amounts = self._read(customers)
        expected = amounts.to_rows(self._mean(amounts, self._estimates()))
        return column_like(expected, name="expected_spend", like=customers)

    def predict_table(
        self,
        customers: FrameT,
        *,
        level: float = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> FrameT:
        """Give each customer its expected spend with the interval that the uncertainty of the parameters leaves.

        How far a customer's own mean may lie from the expected one is another matter: see `spend_quantiles`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        level : float, default 0.95
            Probability that an interval is meant to hold.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: ``expected_spend``, missing where it is infinite, as in the
            method of that name; ``expected_spend_lower``; ``expected_spend_upper``, which is infinite where too many
            draws have an infinite mean (``q`` of 1 or below, for a customer without a repeat purchase), as the lower
            end is where nearly all have. In the money of the table; all three missing for prospects. Of a model of
            given parameters (``from_params``) both ends are the estimate, infinite where that is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``level`` or ``n_draws`` is no number.
        ValueError
            If an argument lies outside its range.
        SchemaError
            If a column is missing or holds what cannot be; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves what is expected of them missing.
        """
        check_is_fitted(self)
        check_fraction(level, name="level")
        check_int(n_draws, name="n_draws", low=2)
        draws = {
            str(name): drawn.to_numpy() for name, drawn in self.draw_params(n_draws, random_state=random_state).items()
        }
        amounts = self._read(customers)
        distinct, of_row = amounts.distinct()
        ends = np.empty((2, len(distinct.x)))
        size = max(1, _AT_A_TIME // n_draws)
        for first in range(0, len(distinct.x), size):
            rows = slice(first, first + size)
            ends[:, rows] = interval(self._mean(distinct.part(rows).as_columns(), draws).T, level=level)
        told = {
            "expected_spend": self._mean(distinct, self._estimates()),
            "expected_spend_lower": ends[0],
            "expected_spend_upper": ends[1],
        }
        return rows_like({name: amounts.to_rows(values[of_row]) for name, values in told.items()}, like=customers)

    def spend_quantiles(self, customers: Any, *, probabilities: Sequence[float] = (0.05, 0.5, 0.95)) -> Any:
        r"""Give each customer quantiles of its own mean amount, given its history.

        The mean amount of a customer is :math:`\zeta = p / \nu`, its rate :math:`\nu` gamma-distributed with shape
        :math:`p x + q` and rate :math:`v + x m`. These are quantiles of what the customer spends on average in the
        long run, not of a single purchase; the parameters are taken as known.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        probabilities : sequence of float, default (0.05, 0.5, 0.95)
            Between 0 and 1, each once.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given, and a column per probability, such as ``quantile_0.05``, in the
            money of the table. Missing for prospects. A quantile is finite even where the mean is not.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``probabilities`` is no sequence, or a probability no number.
        ValueError
            If there is no probability, one does not lie between 0 and 1, or one is given twice.
        SchemaError
            If a column is missing or holds what cannot be; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves their quantiles missing.
        """
        check_is_fitted(self)
        _check_probabilities(probabilities)
        amounts = self._read(customers)
        own = self._own(self._estimates(), amounts.extra)
        columns = {
            f"quantile_{float(share)!r}": amounts.to_rows(quantile(share, amounts.m, amounts.x, **own))
            for share in probabilities
        }
        return rows_like(columns, like=customers)

    def density(
        self, m: npt.ArrayLike, *, frequency: npt.ArrayLike, covariates: Mapping[str, Any] | None = None
    ) -> Any:
        """Density of the mean amount of so many repeat purchases, over all customers.

        Parameters
        ----------
        m : float or array-like of float
            Mean amounts at which the density is wanted.
        frequency : int or array-like of int
            Repeat purchases, 0 or more, one number or as many as ``m``.
        covariates : mapping of str to numbers, optional
            A value, or as many as ``m``, for each of ``spend_covariates``.

        Returns
        -------
        float or ndarray
            Per unit of money, as many as ``m`` and ``frequency`` together; 0 for ``m`` of 0 or below, ``nan`` where
            ``frequency`` is 0 or ``m`` missing.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``m`` or ``frequency`` are no numbers.
        ValueError
            If ``frequency`` holds what is no number of purchases, ``m`` and ``frequency`` are of different lengths, or
            covariates are missing, unknown or of another length.
        """
        check_is_fitted(self)
        amounts, x = as_floats(m, name="m"), _as_counts(frequency)
        if amounts.ndim and x.ndim and amounts.shape != x.shape:
            raise ValueError(
                f"`frequency` must be one number or as many as `m`, got {x.size} for {amounts.size}. For every "
                "frequency at every amount, ask for one frequency at a time."
            )
        amounts, x = np.broadcast_arrays(amounts, x)
        own = self._own(self._estimates(), self._given(covariates, like=amounts))
        inside = (amounts > 0) & (x > 0)
        log = log_density(np.where(inside, amounts, 1.0), np.where(inside, x, 1.0), **own)
        density = np.where(inside, np.exp(log), np.where(np.isnan(amounts) | (x == 0), np.nan, 0.0))
        return float(density) if density.ndim == 0 else density

    def simulate(
        self,
        frequency: npt.ArrayLike,
        *,
        covariates: Mapping[str, Any] | None = None,
        random_state: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Draw customers, and the mean amount of their repeat purchases.

        Parameters
        ----------
        frequency : array-like of int of shape (n_customers,)
            Repeat purchases of each customer, 0 or more.
        covariates : mapping of str to numbers, optional
            A value, or one per customer, for each of ``spend_covariates``.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            One row per customer: ``frequency``; ``monetary_value``, missing where ``frequency`` is 0; the covariates.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``frequency`` holds no numbers.
        ValueError
            If ``frequency`` holds what is no number of purchases, or covariates are missing, unknown or of another
            length.
        """
        check_is_fitted(self)
        x = np.atleast_1d(_as_counts(frequency))
        extra = self._given(covariates, like=x)
        m = simulated(x, **self._own(self._estimates(), extra), rng=as_generator(random_state))
        named = dict(zip(self.options_.spend_covariates, np.moveaxis(extra, -1, 0), strict=True))
        return pd.DataFrame({"frequency": x, "monetary_value": np.where(x > 0, m, np.nan), **named})

    def _keep_given(self, params: Mapping[str, float] | pd.Series[float]) -> None:
        super()._keep_given(params)
        self.n_left_out_ = 0

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        repeaters = _repeaters(self._read(customers))
        return log_likelihood(repeaters, self._searched(self._estimates())), float(repeaters.n.sum())

    def _check_options(self) -> None:
        check_option(self.options_.non_positive, ("raise", "drop"), name="non_positive")
        if not isinstance(self.options_.finite_mean, bool):
            raise TypeError(f"`finite_mean` must be True or False, got {self.options_.finite_mean!r}.")
        taken = ("frequency", "monetary_value", "n_customers")
        check_covariates(self.options_.spend_covariates, name="spend_covariates", taken=taken)
        self._check_priors()

    def _names(self) -> list[str]:
        return [*self._parameters, *(f"spend.{covariate}" for covariate in self.options_.spend_covariates)]

    def _read(self, customers: Any) -> Amounts:
        return read_amounts(
            customers, covariates=self.options_.spend_covariates, non_positive=self.options_.non_positive
        )

    def _mean(self, amounts: Amounts, values: Values) -> Floats:
        """Expected spend under these parameters."""
        return mean_spend(amounts.m, amounts.x, **self._own(values, amounts.extra))

    def _own(self, values: Values, extra: Floats) -> dict[str, Any]:
        """Give the parameters, v for each row of covariates where there are any."""
        own = {name: values[name] for name in self._parameters}
        if self.options_.spend_covariates:
            own["v"] = own["v"] * np.exp(extra @ [values[f"spend.{name}"] for name in self.options_.spend_covariates])
        return own

    def _given(self, covariates: Mapping[str, Any] | None, *, like: Floats) -> Floats:
        """Bring covariates into the shape of rows, one more axis at the end."""
        given = {} if covariates is None else covariates
        if set(given) != set(self.options_.spend_covariates):
            raise ValueError(f"`covariates` must hold {list(self.options_.spend_covariates)}, got {sorted(given)}.")
        extra = np.empty((*like.shape, len(self.options_.spend_covariates)))
        for at, name in enumerate(self.options_.spend_covariates):
            values = as_floats(given[name], name=f"covariates[{name!r}]")
            if values.shape not in ((), like.shape):
                raise ValueError(
                    f"`covariates[{name!r}]` must be one number, or one for each of the {like.size} customers asked "
                    f"about, got {values.size}."
                )
            extra[..., at] = values
        return extra


def _repeaters(amounts: Amounts) -> Amounts:
    """Those with a repeat purchase, whom alone the law knows; there must be some."""
    repeaters = amounts.repeaters()
    if not len(repeaters.x):
        left_out = f" {amounts.n_left_out:,.0f} came back for free orders alone." if amounts.n_left_out else ""
        raise SchemaError(
            f"`customers` holds nobody with a repeat purchase.{left_out} The fit needs `frequency` and "
            "`monetary_value` above 0."
        )
    return repeaters


def _check_probabilities(probabilities: object) -> None:
    """Raise unless probabilities are a sequence of shares, each once."""
    if isinstance(probabilities, str) or not isinstance(probabilities, (Sequence, np.ndarray)):
        raise TypeError(
            f"`probabilities` must be a sequence of numbers between 0 and 1, got {probabilities!r}. Pass [0.5] for one."
        )
    if not len(probabilities):
        raise ValueError(f"`probabilities` must hold at least one number between 0 and 1, got {probabilities!r}.")
    for probability in probabilities:
        check_fraction(probability, name="probabilities")
    if len(set(probabilities)) < len(probabilities):
        raise ValueError(f"`probabilities` must be distinct, got {list(probabilities)}.")


def _as_counts(frequency: Any) -> Floats:
    x = np.asarray(as_floats(frequency, name="frequency"))
    wrong = np.atleast_1d(~((x >= 0) & (x == np.floor(x))))
    if wrong.any():
        raise ValueError(
            f"`frequency` must hold whole numbers, 0 or more, got {some(np.atleast_1d(x)[wrong].tolist())}."
        )
    return x
