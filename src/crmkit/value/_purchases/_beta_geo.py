"""BG/NBD and MBG/NBD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value._purchases._laws import BETA_GEO, MODIFIED_BETA_GEO, Law
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._purchases._pareto import NBDModel

__all__ = ["BetaGeoModel", "ModifiedBetaGeoModel"]


class BetaGeoModel(PurchaseModel):
    r"""BG/NBD: customers buy at their own steady rate, and may leave after each repeat purchase.

    The rates are gamma-distributed with shape ``r`` and ``alpha`` (purchases per time unit: r / alpha on average), the
    probabilities of leaving after a purchase beta-distributed with ``a`` and ``b`` (a / (a + b) on average). Customers
    who have bought only once have had no occasion to leave and are alive with probability 1. Where that is not
    credible, use `ModifiedBetaGeoModel` or `ParetoNBDModel`.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Weeks, days, months of 30.4375 or years of 365.25 days: the unit of ``alpha`` and of every ``horizon``. The
        customers table is in days whatever the unit.
    purchase_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate by :math:`e^{\gamma z}`.
    dropout_covariates : sequence of str, default ()
        Numeric columns that multiply ``a`` and ``b``, each with coefficients of its own.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates then maximise the
        posterior density instead of the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD
       Model", *Marketing Science* 24(2), 275-284.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = BetaGeoModel(time_unit="W").fit(customers)
    >>> model.params_["estimate"].round(3).to_dict()
    {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}
    >>> model.expected_purchases(customers, horizon=39).round(3).head(2).tolist()
    [1.226, 0.203]
    """

    special_cases: ClassVar = (NBDModel,)
    _parameters: ClassVar = BETA_GEO.parameters

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
        return BETA_GEO


class ModifiedBetaGeoModel(BetaGeoModel):
    """MBG/NBD: as BG/NBD, but customers may leave after their very first purchase too.

    Parameters and methods are those of `BetaGeoModel`. One-time buyers may be lost, so its probabilities of being
    alive are lower (0.449 against 0.813 on average for CDNOW), at much the same likelihood.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Unit of ``alpha`` and of every ``horizon``.
    purchase_covariates, dropout_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate; ``a`` and ``b``.
    priors : mapping of str to (float, float), optional
        Median of a parameter in its own unit, and spread of its logarithm.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer base
       analysis", *International Journal of Research in Marketing* 24(3), 201-209.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> ModifiedBetaGeoModel().fit(customers).params_["estimate"].round(3).to_dict()
    {'r': 0.525, 'alpha': 6.183, 'a': 0.891, 'b': 1.614}
    """

    _parameters: ClassVar = MODIFIED_BETA_GEO.parameters

    def _law(self) -> Law:
        return MODIFIED_BETA_GEO
