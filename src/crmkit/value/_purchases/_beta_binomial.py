"""BG/BB: purchases at opportunities, which are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._estimator import check_fitted
from crmkit._frames import from_pandas_beside
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import Numbers, as_floats
from crmkit._time_units import TimeUnit
from crmkit.value._checks import as_horizons, check_horizon
from crmkit.value._priors import Prior
from crmkit.value._purchases._covariates import Effect
from crmkit.value._purchases._histories import COUNTS, Histories, read_opportunities
from crmkit.value._purchases._laws import BETA_BINOMIAL, Law
from crmkit.value._purchases._model import PurchaseModel

__all__ = ["BetaGeoBetaBinomModel"]

_NO_NUMBERS: Final = Message(
    en="{@T} must hold whole numbers of opportunities, got {got}.", zh="{@T} 应为整数的机会次数，得到 {got}。"
)
_NO_COVARIATES: Final = Message(
    en="{@covariates} must be None, as BetaGeoBetaBinomModel takes none, got {names}.",
    zh="{@covariates} 须为 None：BetaGeoBetaBinomModel 不使用协变量，得到 {names}。",
)


class BetaGeoBetaBinomModel(PurchaseModel):
    r"""BG/BB: customers use each opportunity with a steady probability of their own, until they leave before one.

    Opportunities come one after the other: a yearly appeal, a weekly market, a concert. The probabilities to use one
    are beta-distributed with ``alpha`` and ``beta`` (alpha / (alpha + beta) on average), the probabilities to leave
    before one with ``gamma`` and ``delta`` (gamma / (gamma + delta) on average).

    Where the methods ask for a customers table, this model takes a table of opportunities, as
    `crmkit.opportunity_table` gives it: ``n_transactions`` (x), ``last_transaction`` (t_x), ``n_opportunities`` (n),
    and ``n_customers`` where rows are groups. Every ``horizon`` is a whole number of opportunities; any other raises a
    ``ValueError``.

    Parameters
    ----------
    time_unit : {"Y", "D", "W", "M"}, default "Y"
        Time between two opportunities, which matters only for discounting.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm. The estimates then maximise the posterior density instead of
        the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase, whose counts are missing.

    References
    ----------
    .. [1] Fader, Hardie and Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting",
       *Marketing Science* 29(6), 1086-1108.

    Examples
    --------
    >>> from crmkit import load_donations
    >>> donors = load_donations()
    >>> model = BetaGeoBetaBinomModel().fit(donors)
    >>> model.params_["estimate"].round(3).to_dict()
    {'alpha': 1.204, 'beta': 0.75, 'gamma': 0.657, 'delta': 2.783}
    >>> model.expected_purchases(donors, horizon=5).round(3).head(3).tolist()
    [0.073, 0.086, 0.314]
    """

    counts_opportunities: ClassVar = True
    _parameters: ClassVar = BETA_BINOMIAL.parameters

    def __init__(
        self,
        *,
        time_unit: TimeUnit = "Y",
        priors: Mapping[str, Prior] | None = None,
        prospects: Literal["raise", "drop"] = "raise",
    ) -> None:
        self.time_unit = time_unit
        self.priors = priors
        self.prospects = prospects

    def expected_curve(
        self, horizons: Sequence[float] | Numbers, *, covariates: Mapping[str, float] | None = None
    ) -> Any:
        """Purchases expected of a new customer after the first.

        Parameters
        ----------
        horizons : list, NumPy array, or pandas, Polars or PyArrow column of float
            Whole numbers of opportunities after the first purchase.
        covariates : None
            The model has none.

        Returns
        -------
        the kind of frame that goes with the column given, pandas for lists and arrays
            One row per horizon: ``horizon``, ``expected_purchases``, ``probability_alive``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If a horizon is not a number.
        ValueError
            If a horizon is negative or not a whole number, or covariates are given.
        """
        _refuse(covariates)
        times = as_horizons(horizons)
        new = pd.DataFrame({"n_transactions": [0], "last_transaction": [0], "n_opportunities": [0]})
        _, outlook = self._outlook(new)
        curve = {
            "horizon": times,
            "expected_purchases": [float(outlook.expected(t)[0]) for t in times],
            "probability_alive": [float(outlook.alive(t)[0]) for t in times],
        }
        return from_pandas_beside(pd.DataFrame(curve), column=horizons)

    def simulate(
        self,
        T: npt.ArrayLike,
        *,
        horizon: float = 0,
        covariates: Mapping[str, npt.ArrayLike] | None = None,
        random_state: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Draw customers who buy as the model says.

        Parameters
        ----------
        T : array-like of int of shape (n_customers,)
            Opportunities that each has after the first purchase.
        horizon : int, default 0
            Further opportunities, at which purchases are also counted.
        covariates : None
            The model has none.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            One row per customer: ``n_transactions``, ``last_transaction``, ``n_opportunities``; ``alive`` at the last
            of them, which is never observed for real customers; ``holdout_purchases`` in the horizon.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``T`` or ``horizon`` is not a number.
        ValueError
            If ``T`` or ``horizon`` is negative or not a whole number, or covariates are given.
        """
        check_fitted(self)
        _refuse(covariates)
        counts = np.atleast_1d(as_floats(T, name="T"))
        wrong = ~((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts))
        if wrong.any():
            raise ValueError(_NO_NUMBERS(got=some(counts[wrong].tolist())))
        drawn = self._law().simulate(self._estimates(), counts, check_horizon(horizon), as_generator(random_state))
        seen = {"n_transactions": drawn["frequency"], "last_transaction": drawn["recency"], "n_opportunities": counts}
        whole = {name: values.astype(np.int64) for name, values in seen.items()}
        return pd.DataFrame({**whole, "alive": drawn["alive"], "holdout_purchases": drawn["holdout_purchases"]})

    def _law(self) -> Law:
        return BETA_BINOMIAL

    def _effects(self) -> list[Effect]:
        return []

    def _columns(self) -> list[str]:
        return [*COUNTS]

    def _histories(self, customers: Any, *, distinct: bool = True) -> Histories:
        return read_opportunities(customers, distinct=distinct)


def _refuse(covariates: Mapping[str, Any] | None) -> None:
    if covariates:
        raise ValueError(_NO_COVARIATES(names=sorted(covariates)))
