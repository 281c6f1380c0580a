"""Gamma-Gompertz/NBD: purchases at steady rates, with a hazard of leaving that changes with age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value._purchases._laws import GOMPERTZ, Law
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._purchases._pareto import NBDModel, ParetoNBDModel

__all__ = ["GammaGompertzNBDModel"]


class GammaGompertzNBDModel(PurchaseModel):
    r"""GGom/NBD: as Pareto/NBD, but a customer's own hazard of leaving grows with age.

    The purchase rates are gamma-distributed with shape ``r`` and ``alpha`` (r / alpha per time unit on average). A
    customer leaves at the age y with hazard :math:`\eta b e^{by}`, the :math:`\eta` gamma-distributed with shape
    ``s`` and ``beta``: of all customers

    .. math:: S(y) = \left(\frac{\beta}{\beta + e^{by} - 1}\right)^s

    are alive after y. With beta above 1 the hazard of all customers together rises with age, below 1 it falls
    (those most inclined to leave go first), at 1 it stays s b.

    As b goes to 0 with b / beta fixed, the model becomes Pareto/NBD. On data that fit Pareto/NBD the likelihood is flat
    in this direction: ``boundary_`` then names ``b`` and ``beta``, their values have no meaning, and `ParetoNBDModel`
    fits as well with one parameter less.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Weeks, days, months of 30.4375 or years of 365.25 days: the unit of ``alpha``, of 1 / ``b`` and of every
        ``horizon``. The customers table is in days whatever the unit.
    purchase_covariates, dropout_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate, and the hazard of leaving, by :math:`e^{\gamma z}`.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates then maximise the
        posterior density instead of the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    Notes
    -----
    The ``dropout_rate`` of `posterior_rates` is the hazard at ``as_of`` for customers who are alive, and for the others
    the hazard when they left.

    References
    ----------
    .. [1] Bemmaor and Glady (2012), "Modeling Purchasing Behavior with Sudden 'Death': A Flexible Customer Lifetime
       Model", *Management Science* 58(5), 1012-1021.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = GammaGompertzNBDModel().fit(customers)
    >>> round(model.loglik_, 3), model.boundary_
    (-9594.976, ['b', 'beta'])
    >>> model.expected_purchases(customers, horizon=39).round(3).head(2).tolist()
    [1.455, 0.171]
    """

    special_cases: ClassVar = (NBDModel, ParetoNBDModel)
    _parameters: ClassVar = GOMPERTZ.parameters

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
        return GOMPERTZ
