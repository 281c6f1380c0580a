"""The protocol of the models of contracts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from crmkit._checks import check_int, check_option, some
from crmkit._frames import column_like
from crmkit._stats import Numbers, as_floats, as_given
from crmkit.errors import SchemaError
from crmkit.value._checks import as_continuous_rate, check_horizon, check_priors
from crmkit.value._contracts._law import Floats, Law
from crmkit.value._contracts._likelihood import Spans, fitted
from crmkit.value._contracts._residual import residual_renewals
from crmkit.value._contracts._table import read_contracts
from crmkit.value._model import ValueModel
from crmkit.value._units import DAYS, TimeUnit

__all__ = ["ContractModel"]


class ContractModel(ValueModel):
    """Fits a law of renewing to customers under contract, and says how long they will stay.

    A customer is a row with ``tenure``, the number of the renewal at which it was lost or of the last one it survived
    (the first renewal is 1; 0 is a customer in its first period), and ``churned``, whether it was lost. Rows with a
    missing ``tenure`` are people without a contract; what is said of them is missing.
    """

    time_unit: TimeUnit
    priors: Mapping[str, tuple[float, float]] | None

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which the losses and renewals are likeliest.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            ``tenure`` and ``churned`` (true or false, 1 or 0), and ``n_customers`` where rows are groups, as
            `crmkit.value.contract_table` makes them from survivors.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds what no contract holds, a tenure is missing, or, without priors, nobody was
            lost.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If the likelihood has no maximum that can be found.
        """
        check_option(self.time_unit, DAYS, name="time_unit")
        check_priors(self.priors, names=self._names())
        contracts = read_contracts(customers)
        if not contracts.known.all():
            at = np.flatnonzero(~contracts.known).tolist()
            raise SchemaError(
                f"`customers['tenure']` is missing in {len(at)} rows, first at rows {some(at)}. Drop those without a "
                "contract."
            )
        spans = Spans(contracts)
        if not spans.lost.any() and not self.priors:
            raise SchemaError(
                "`customers` holds nobody who was lost (`churned` is nowhere true). Then any low enough churn fits: "
                "wait for losses, or give priors."
            )
        maximum, loglik = fitted(spans, self._names(), priors=self.priors or {}, what=type(self).__name__)
        self._keep_maximum(maximum, loglik=loglik, n_customers=float(contracts.n.sum()))
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
            If ``t`` is negative or no whole number.
        """
        check_is_fitted(self)
        last = _renewals(t, low=0)
        return as_given(np.exp(self._law().log_survival(np.zeros_like(last), last)), t)

    def retention_rate(self, t: Numbers) -> Numbers:
        """Share of the customers up for their renewal number t who renew: S(t) / S(t - 1).

        It rises with t although nobody becomes more loyal: those likely to leave have left.

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
            If ``t`` is below 1 or no whole number.
        """
        check_is_fitted(self)
        last = _renewals(t, low=1)
        return as_given(np.exp(self._law().log_survival(last - 1, last)), t)

    def probability_alive(self, customers: Any, *, horizon: float = 0) -> Any:
        """Give each customer the probability of still being one after some more renewals.

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
            If a column is missing or holds what no contract holds.
        ValueError
            If ``horizon`` is negative, infinite or no whole number.
        """
        check_is_fitted(self)
        more = _whole_horizon(horizon)
        law = self._law()
        return self._column(
            customers, "probability_alive", lambda tenure: np.exp(law.log_survival(tenure, tenure + more))
        )

    def expected_residual_lifetime(self, customers: Any, *, discount_rate: float, horizon: float | None = None) -> Any:
        r"""Give each customer the renewals to expect, each discounted: the DERL, times margin the residual value.

        .. math:: \text{DERL}(T) = \sum_{k=1}^{h} \frac{S(T + k)}{S(T)} \frac{1}{(1 + d)^{k - 1}}

        with d the discount rate of one period. The next renewal is taken to be due now: it counts with its probability
        and is not discounted. Just after a renewal, when the next is a period away, divide by 1 + d.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``tenure`` and ``churned``.
        discount_rate : float
            A year's, for example 0.1; not negative. A renewal after t years counts :math:`(1 + \text{rate})^{-t}`; how
            many years a period has, ``time_unit`` says.
        horizon : float or None, default None
            How many renewals count, a whole number; ``None`` for all.

        Returns
        -------
        Series (PyArrow: chunked array) named ``expected_residual_lifetime``
            Renewals, 0 for those lost, in the order of the rows; missing where the tenure is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds what no contract holds.
        ValueError
            If ``horizon`` is negative or no whole number, ``discount_rate`` is negative, or it is 0 and the expected
            renewals are infinitely many: without a horizon they are where :math:`\alpha \le 1`, for
            `BetaDiscreteWeibullModel` :math:`\alpha c \le 1`.

        References
        ----------
        .. [1] Fader and Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
           Heterogeneity", *Marketing Science* 29(1), 85-93, equation 6.
        """
        check_is_fitted(self)
        discount = math.exp(-as_continuous_rate(discount_rate, days=DAYS[self.time_unit]))
        end = math.inf if horizon is None else _whole_horizon(horizon)
        law = self._law()
        return self._column(
            customers,
            "expected_residual_lifetime",
            lambda tenure: residual_renewals(law, tenure, discount=discount, horizon=end),
        )

    def simulate(
        self, *, n: int, n_periods: int, random_state: int | np.random.Generator | None = None
    ) -> pd.DataFrame:
        """Draw customers who all started together, as they look after some renewals.

        Parameters
        ----------
        n : int
            Customers, at least 1.
        n_periods : int
            Renewals that have come up, at least 1.
        random_state : int, Generator or None
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            ``tenure`` and ``churned``, a row per customer: what `fit` takes.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``n`` or ``n_periods`` is below 1.
        """
        check_is_fitted(self)
        check_int(n, name="n", low=1)
        check_int(n_periods, name="n_periods", low=1)
        survived = self._law().draw(n, np.random.default_rng(random_state))
        tenure = np.minimum(survived + 1, n_periods).astype(np.int64)
        return pd.DataFrame({"tenure": tenure, "churned": survived < n_periods})

    def _column(self, customers: Any, name: str, of_active: Callable[[Floats], Floats]) -> Any:
        """Work a quantity out once per tenure of those who are customers; 0 for those lost."""
        contracts = read_contracts(customers)
        active = contracts.known & ~contracts.churned
        tenures, rows = np.unique(contracts.tenure[active], return_inverse=True)
        values = np.where(contracts.known, 0.0, np.nan)
        values[active] = of_active(tenures)[rows]
        return column_like(values, name=name, like=customers)

    def _law(self) -> Law:
        return Law(**self._estimates())


def _renewals(t: Numbers, *, low: int) -> Floats:
    """Read numbers of renewals, whole ones from ``low`` on."""
    numbers = as_floats(t, name="t")
    wrong = np.atleast_1d((numbers < low) | (numbers != np.floor(numbers)) & ~np.isnan(numbers))
    if wrong.any():
        raise ValueError(
            f"`t` must hold whole numbers of at least {low}, got {some(np.atleast_1d(numbers)[wrong].tolist())}. "
            "Contracts end at renewals and never between."
        )
    return numbers


def _whole_horizon(horizon: object) -> float:
    number = check_horizon(horizon)
    if number != math.floor(number):
        raise ValueError(f"`horizon` must be a whole number of renewals, got {horizon!r}.")
    return number
