"""Pareto/NBD and NBD: purchases at steady rates, with and without dropout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value._purchases._covariates import Effect, effects
from crmkit.value._purchases._laws import NBD, PARETO, Law
from crmkit.value._purchases._model import PurchaseModel

__all__ = ["NBDModel", "ParetoNBDModel"]


class NBDModel(PurchaseModel):
    r"""NBD: customers buy at their own steady rate and never leave.

    The rates are gamma-distributed with shape ``r`` and ``alpha`` (r / alpha per time unit on average). It is the
    yardstick for the models with dropout.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Unit of ``alpha`` and of every ``horizon``.
    purchase_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate by :math:`e^{\gamma z}`.
    priors : mapping of str to (float, float), optional
        Median of a parameter in its own unit, and spread of its logarithm.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Ehrenberg (1959), "The Pattern of Consumer Purchases", *Applied Statistics* 8(1), 26-41.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> NBDModel().fit(customers).params_["estimate"].round(3).to_dict()
    {'r': 0.385, 'alpha': 12.072}
    """

    _parameters: ClassVar = NBD.parameters

    def __init__(
        self,
        *,
        time_unit: TimeUnit = "W",
        purchase_covariates: Sequence[str] = (),
        priors: Mapping[str, Prior] | None = None,
        prospects: Literal["raise", "drop"] = "raise",
    ) -> None:
        self.time_unit = time_unit
        self.purchase_covariates = purchase_covariates
        self.priors = priors
        self.prospects = prospects

    def _law(self) -> Law:
        return NBD

    def _effects(self) -> list[Effect]:
        return effects(NBD, purchase=self.options_.purchase_covariates, dropout=())


class ParetoNBDModel(PurchaseModel):
    r"""Pareto/NBD: customers buy at their own steady rate until they leave, at any moment.

    The purchase rates are gamma-distributed with shape ``r`` and ``alpha`` (r / alpha per time unit on average), the
    rates of leaving with shape ``s`` and ``beta`` (s / beta per time unit), independent of one another.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Weeks, days, months of 30.4375 or years of 365.25 days: the unit of ``alpha`` and ``beta`` and of every
        ``horizon``. The customers table is in days whatever the unit.
    purchase_covariates, dropout_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate, and the rate of leaving, by :math:`e^{\gamma z}`.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates then maximise the
        posterior density instead of the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do
       Next?", *Management Science* 33(1), 1-24.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> ParetoNBDModel(time_unit="W").fit(customers).params_["estimate"].round(3).to_dict()
    {'r': 0.553, 'alpha': 10.578, 's': 0.606, 'beta': 11.669}
    """

    special_cases: ClassVar = (NBDModel,)
    _parameters: ClassVar = PARETO.parameters

    def __init__(
        self,
        *,
        time_unit: TimeUnit = "W",
        purchase_covariates: Sequence[str] = (),
        dropout_covariates: Sequence[str] = (),
        priors: Mapping[str, Prior] | None = None,
        prospects: Literal["raise", "drop"] = "raise",
    ) -> None:
        self.time_unit = time_unit
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates
        self.priors = priors
        self.prospects = prospects

    def _law(self) -> Law:
        return PARETO
