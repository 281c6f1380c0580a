"""What all models of contracts share: the fit, and predictions for customers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, some
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, column_like, from_pandas_beside, rows_like
from crmkit._messages import Column, Message
from crmkit._random import as_generator
from crmkit._stats import Numbers, as_floats, as_given
from crmkit._time_units import DAYS, TimeUnit, check_time_unit
from crmkit.errors import SchemaError
from crmkit.value._checks import as_continuous_rate, check_horizon, check_quantities
from crmkit.value._model import ValueModel
from crmkit.value.contracts._drawn import Quantity, with_intervals
from crmkit.value.contracts._law import Law
from crmkit.value.contracts._likelihood import Spans, fitted
from crmkit.value.contracts._residual import check_finite, residual_renewals
from crmkit.value.contracts._table import Contracts, read_contracts

__all__ = ["ContractModel"]

_PER_CUSTOMER = ("probability_alive", "expected_residual_lifetime")
# Whole numbers beyond are not told apart.
_MOST_RENEWALS = 2.0**53

_NOBODY_LOST: Final = Message(
    en="{@customers} holds nobody who was lost ({churned} is nowhere true). Then any low enough churn fits: wait for "
    "losses, or give priors.",
    zh="{@customers} 中没有流失的客户（{churned}均不为真），任何足够低的流失率都能拟合：请等到有流失，或给出先验。",
)
_TOO_MANY: Final = Message(
    en="{@t} must hold numbers of renewals below 2^53, none missing, got {got}.",
    zh="{@t} 须为小于 2^53 的续约次数，且无缺失，得到 {got}。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Drop those without a contract.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。请删除没有合同的行。",
)
_NO_RENEWALS: Final = Message(
    en="{@t} must hold whole numbers of at least {low}, got {got}. Contracts end at renewals and never between.",
    zh="{@t} 须为不小于 {low} 的整数，得到 {got}。合同只在续约时终止，不会在两次续约之间。",
)
_NOT_WHOLE: Final = Message(
    en="{@horizon} must be a whole number of renewals, got {value!r}.",
    zh="{@horizon} 须为整数的续约次数，得到 {value!r}。",
)
_NO_HORIZON: Final = Message(
    en="{@horizon} must be a number of renewals for probability_alive, got None.",
    zh="probability_alive 的 {@horizon} 须为续约次数，得到 None。",
)


class ContractModel(ValueModel):
    """Fits a law of renewal to customers under contract and predicts how long they will stay.

    A customer is a row with ``tenure``, the number of the renewal at which they were lost or of the last one they
    survived (the first renewal is 1; 0 is a customer in their first period), and ``churned``, whether they were lost.
    Rows with a missing ``tenure`` are people without a contract; predictions for them are missing.
    """

    time_unit: TimeUnit

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which the losses and renewals are most likely.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            ``tenure`` and ``churned`` (true or false, 1 or 0), and ``n_customers`` where rows are groups;
            `crmkit.value.contracts.contract_table` makes them from survivors.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds an impossible value, a tenure is missing, or, without priors, nobody was
            lost.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If no maximum of the likelihood is found.
        """
        with self._fitting():
            self._check_options()
            contracts = _complete(customers)
            spans = Spans(contracts)
            if not spans.lost.any() and not self.options_.priors:
                raise SchemaError(_NOBODY_LOST(churned=Column("customers", "churned")))
            maximum, loglik, draws = fitted(spans, self._names(), priors=self._priors(), what=type(self).__name__)
            self._keep_maximum(maximum, loglik=loglik, n_customers=float(contracts.n.sum()), draws=draws)
        return self

    def survival(self, t: Numbers) -> Numbers:
        """Share of new customers who survive t renewals.

        Parameters
        ----------
        t : float or array-like of float
            Renewals, whole numbers of at least 0.

        Returns
        -------
        float, ndarray or Series, as given
            In [0, 1]; 1 at 0; ``nan`` where ``t`` is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``t`` is negative or not a whole number.
        """
        check_fitted(self)
        return as_given(_survival(self._law(), _renewals(t, low=0)), t)

    def retention_rate(self, t: Numbers) -> Numbers:
        """Share of the customers up for renewal number t who renew: S(t) / S(t - 1).

        It rises with t although nobody becomes more loyal: customers likely to leave have left.

        Parameters
        ----------
        t : float or array-like of float
            Number of the renewal, a whole number of at least 1.

        Returns
        -------
        float, ndarray or Series, as given
            In [0, 1]; ``nan`` where ``t`` is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``t`` is below 1 or not a whole number.
        """
        check_fitted(self)
        return as_given(_retention(self._law(), _renewals(t, low=1)), t)

    def survival_table(
        self,
        t: Numbers,
        *,
        level: float = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> Any:
        """Tabulate `survival` and `retention_rate` with intervals from the uncertainty of the parameters.

        Where ``boundary_`` is not empty, an estimate is that of a limit, and may lie at an end of its interval:
        see `draw_params`.

        Parameters
        ----------
        t : array-like of int, or a pandas, Polars or PyArrow column
            Renewals, whole numbers of at least 0.
        level : float, default 0.95
            Probability with which an interval is meant to cover the value: each by itself, not the
            whole curve together.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of frame that goes with the column given, pandas for lists and arrays
            One row per renewal, in the order given: ``t``; ``survival``, the share of new customers who survive t
            renewals; ``retention_rate``, the share of those up for renewal number t who renew, missing at 0; of each
            also ``_lower`` and ``_upper``. All in [0, 1]. For a model with given parameters (``from_params``) both ends
            equal the estimate.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``t`` holds anything but numbers, or ``level`` or ``n_draws`` is not a number.
        ValueError
            If ``t`` is missing, negative, not a whole number or beyond 2^53, or another argument lies outside its
            range.
        """
        numbers = np.atleast_1d(_renewals(t, low=0))
        if not (numbers < _MOST_RENEWALS).all():
            wrong = numbers[~(numbers < _MOST_RENEWALS)].tolist()
            raise ValueError(_TOO_MANY(got=some(wrong)))
        at, rows = np.unique(numbers, return_inverse=True)
        asked: dict[str, Quantity] = {"survival": _survival, "retention_rate": _retention}
        told = self._with_intervals(asked, at, level=level, draws=self._draws(n_draws, random_state, level=level))
        table = pd.DataFrame(told).take(rows).assign(t=numbers.astype(np.int64)).reset_index(drop=True)
        # Nobody is up for a renewal before the first.
        of_renewal = [name for name in told if name.startswith("retention_rate")]
        table[of_renewal] = table[of_renewal].where(table["t"] > 0)
        return from_pandas_beside(table[["t", *told]], column=t)

    def probability_alive(self, customers: Any, *, horizon: float = 0) -> Any:
        """Give each customer the probability of still being a customer after some more renewals.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``tenure`` and ``churned``.
        horizon : float, default 0
            Renewals to come, a whole number: periods of ``time_unit``.

        Returns
        -------
        Series (PyArrow: chunked array) named ``probability_alive``
            S(tenure + horizon) / S(tenure) for customers, 0 for those lost, in the order of the rows; missing where the
            tenure is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible value.
        ValueError
            If ``horizon`` is negative, infinite or not a whole number.
        """
        check_fitted(self)
        return self._column(customers, "probability_alive", _alive(horizon))

    def expected_residual_lifetime(self, customers: Any, *, discount_rate: float, horizon: float | None = None) -> Any:
        r"""Give each customer the renewals expected, each discounted: DERL, the residual value per unit of margin.

        .. math:: \text{DERL}(T) = \sum_{k=1}^{h} \frac{S(T + k)}{S(T)} \frac{1}{(1 + d)^{k - 1}}

        with d the discount rate of one period. The next renewal is taken to be due now: it counts with its probability
        and is not discounted. Just after a renewal, when the next is one period away, divide by 1 + d.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``tenure`` and ``churned``.
        discount_rate : float
            Yearly, for example 0.1; not negative. A renewal after t years counts :math:`(1 + \text{rate})^{-t}`;
            ``time_unit`` says how long a period is.
        horizon : float or None, default None
            Number of renewals that count, a whole number; ``None`` for all.

        Returns
        -------
        Series (PyArrow: chunked array) named ``expected_residual_lifetime``
            Renewals, 0 for those lost, in the order of the rows; missing where the tenure is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible value.
        ValueError
            If ``horizon`` is negative or not a whole number, ``discount_rate`` is negative, or it is 0 and the expected
            number of renewals is infinite: without a horizon it is where :math:`\alpha \le 1`, for
            `BetaDiscreteWeibullModel` :math:`\alpha c \le 1`.

        References
        ----------
        .. [1] Fader and Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
           Heterogeneity", *Marketing Science* 29(1), 85-93, equation 6.
        """
        check_fitted(self)
        return self._column(customers, "expected_residual_lifetime", self._lifetime(discount_rate, horizon))

    def predict_table(
        self,
        customers: FrameT,
        *,
        horizon: float | None,
        discount_rate: float = 0.0,
        quantities: Sequence[str] = _PER_CUSTOMER,
        level: float = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> FrameT:
        r"""Give each customer estimates with intervals from the uncertainty of the parameters.

        Where ``boundary_`` is not empty, an estimate is that of a limit, and may lie at an end of its interval:
        see `draw_params`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``tenure`` and ``churned``.
        horizon : float or None
            Renewals to come, a whole number: periods of ``time_unit``. ``None`` for all of them, possible only for
            ``expected_residual_lifetime``.
        discount_rate : float, default 0
            For ``expected_residual_lifetime``: yearly, for example 0.1; not negative. At 0 that is the number of
            renewals expected within the horizon.
        quantities : sequence of str
            Of ``probability_alive`` (after the last renewal of the horizon) and ``expected_residual_lifetime`` (in
            renewals, the next being due now).
        level : float, default 0.95
            Probability with which an interval is meant to cover the value.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: for each quantity a column of its name, and two that end in
            ``_lower`` and ``_upper``. 0 for those lost, missing where the tenure is. Without discount and
            horizon, the upper end of ``expected_residual_lifetime``, rarely the lower too, is infinite where too many
            draws expect infinitely many renewals. For a model with given parameters (``from_params``) both ends equal
            the estimate.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``level`` or ``n_draws`` is not a number.
        ValueError
            If an argument lies outside its range, or the expected number of renewals is infinite: without discount and
            horizon it is where :math:`\alpha \le 1`, for `BetaDiscreteWeibullModel` :math:`\alpha c \le 1`.
        """
        names = check_quantities(quantities, known=_PER_CUSTOMER)
        draws = self._draws(n_draws, random_state, level=level)
        asked = {
            name: _alive(horizon) if name == "probability_alive" else self._lifetime(discount_rate, horizon)
            for name in names
        }
        told = _per_customer(customers, lambda tenure: self._with_intervals(asked, tenure, level=level, draws=draws))
        return rows_like(told, like=customers)

    def simulate(self, *, n: int, n_periods: int, random_state: int | np.random.Generator = 0) -> pd.DataFrame:
        """Draw customers who all started together, as they are after some renewals.

        Parameters
        ----------
        n : int
            Customers, at least 1.
        n_periods : int
            Renewals that have come up, at least 1.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            ``tenure`` and ``churned``, one row per customer: what `fit` takes.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``n`` or ``n_periods`` is below 1.
        """
        check_fitted(self)
        check_int(n, name="n", low=1)
        check_int(n_periods, name="n_periods", low=1)
        survived = self._law().draw(n, as_generator(random_state))
        tenure = np.minimum(survived + 1, n_periods).astype(np.int64)
        return pd.DataFrame({"tenure": tenure, "churned": survived < n_periods})

    def _column(self, customers: Any, name: str, quantity: Quantity) -> Any:
        told = _per_customer(customers, lambda tenure: self._estimated({name: quantity}, tenure))
        return column_like(told[name], name=name, like=customers)

    def _with_intervals(
        self, asked: Mapping[str, Quantity], at: Floats, *, level: float, draws: pd.DataFrame
    ) -> dict[str, Floats]:
        return with_intervals(self._estimated(asked, at), asked, at=at, draws=draws, level=level)

    def _estimated(self, asked: Mapping[str, Quantity], at: Floats) -> dict[str, Floats]:
        law = self._law()
        estimates = {name: quantity(law, at) for name, quantity in asked.items()}
        check_finite(estimates.values(), law)
        return estimates

    def _draws(self, n_draws: int, random_state: int | np.random.Generator, *, level: float) -> pd.DataFrame:
        check_fitted(self)
        check_fraction(level, name="level")
        check_int(n_draws, name="n_draws", low=2)
        return self.draw_params(n_draws, random_state=random_state)

    def _lifetime(self, discount_rate: float, horizon: float | None) -> Quantity:
        discount = math.exp(-as_continuous_rate(discount_rate, days=DAYS[self.options_.time_unit]))
        end = math.inf if horizon is None else _whole_horizon(horizon)
        return lambda law, tenure: residual_renewals(law, tenure, discount=discount, horizon=end)

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        contracts = _complete(customers)
        return Spans(contracts).log_likelihood(self._law())[0], float(contracts.n.sum())

    def _law(self) -> Law:
        return Law(**self._estimates())

    def _check_options(self) -> None:
        check_time_unit(self.options_.time_unit)
        self._check_priors()


def _complete(customers: Any) -> Contracts:
    """Read a table of contracts in which everybody has one."""
    contracts = read_contracts(customers)
    if not contracts.known.all():
        at = np.flatnonzero(~contracts.known).tolist()
        raise SchemaError(_MISSING(where=Column("customers", "tenure"), n=len(at), rows=some(at)))
    return contracts


def _per_customer(customers: Any, of_active: Callable[[Floats], Mapping[str, Floats]]) -> dict[str, Floats]:
    """Compute columns once per tenure of active customers; 0 for those lost."""
    contracts = read_contracts(customers)
    active = contracts.known & ~contracts.churned
    tenures, rows = np.unique(contracts.tenure[active], return_inverse=True)
    columns = {}
    for name, told in of_active(tenures).items():
        columns[name] = np.where(contracts.known, 0.0, np.nan)
        columns[name][active] = told[rows]
    return columns


def _survival(law: Law, t: Floats) -> Floats:
    return np.exp(law.log_survival(np.zeros_like(t), t))


def _retention(law: Law, t: Floats) -> Floats:
    return np.exp(law.log_survival(np.maximum(t - 1, 0.0), t))


def _alive(horizon: float | None) -> Quantity:
    if horizon is None:
        raise ValueError(_NO_HORIZON())
    more = _whole_horizon(horizon)
    return lambda law, tenure: np.exp(law.log_survival(tenure, tenure + more))


def _renewals(t: Numbers, *, low: int) -> Floats:
    """Read numbers of renewals, whole and at least ``low``."""
    numbers = as_floats(t, name="t")
    wrong = np.atleast_1d((numbers < low) | (numbers != np.floor(numbers)) & ~np.isnan(numbers))
    if wrong.any():
        raise ValueError(_NO_RENEWALS(low=low, got=some(np.atleast_1d(numbers)[wrong].tolist())))
    return numbers


def _whole_horizon(horizon: object) -> float:
    number = check_horizon(horizon)
    if number != math.floor(number):
        raise ValueError(_NOT_WHOLE(value=horizon))
    return number
