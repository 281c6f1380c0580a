"""Shifted beta-geometric, and the beta-discrete-Weibull of which it is a special case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value.contracts._model import ContractModel

__all__ = ["BetaDiscreteWeibullModel", "ShiftedBetaGeoModel"]


class ShiftedBetaGeoModel(ContractModel):
    r"""Shifted beta-geometric: at each renewal a customer leaves with a constant probability of their own.

    The probabilities are beta-distributed with ``alpha`` and ``beta`` (alpha / (alpha + beta) on average, the churn at
    the first renewal), so that

    .. math:: S(t) = \frac{B(\alpha, \beta + t)}{B(\alpha, \beta)}, \qquad
              \frac{S(t)}{S(t - 1)} = \frac{\beta + t - 1}{\alpha + \beta + t - 1}.

    Parameters
    ----------
    time_unit : {"Y", "M", "W", "D"}, default "Y"
        Length of a contract period: a year of 365.25 days, a month of 30.4375, a week, a day. The unit of ``tenure``
        and of every ``horizon``; it converts the yearly discount rate to one period.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm. The estimates then maximise the posterior density instead of
        the likelihood.

    References
    ----------
    .. [1] Fader and Hardie (2007), "How to Project Customer Retention", *Journal of Interactive Marketing* 21(1),
       76-90.

    Examples
    --------
    >>> from crmkit.value.contracts import contract_table
    >>> regular = contract_table([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> model = ShiftedBetaGeoModel().fit(regular)
    >>> model.params_["estimate"].round(3).to_dict()
    {'alpha': 0.704, 'beta': 1.182}
    >>> round(model.survival(12), 3)
    0.17
    """

    _parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def __init__(self, *, time_unit: TimeUnit = "Y", priors: Mapping[str, Prior] | None = None) -> None:
        self.time_unit = time_unit
        self.priors = priors


class BetaDiscreteWeibullModel(ShiftedBetaGeoModel):
    r"""Beta-discrete-Weibull: as sBG, but a customer's probability of leaving may rise or fall from renewal to renewal.

    .. math:: S(t) = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta)}

    With ``c`` above 1 each customer becomes more likely to leave over time, below 1 less likely; at 1 this is
    `ShiftedBetaGeoModel`, with the same parameters and methods.

    Parameters
    ----------
    time_unit : {"Y", "M", "W", "D"}, default "Y"
        Length of a contract period: a year of 365.25 days, a month of 30.4375, a week, a day.
    priors : mapping of str to (float, float), optional
        Median of a parameter in its own unit, and spread of its logarithm.

    References
    ----------
    .. [1] Fader, Hardie, Liu, Davin and Steenburgh (2018), "'How to Project Customer Retention' Revisited: The Role of
       Duration Dependence", *Journal of Interactive Marketing* 43, 1-16.

    Examples
    --------
    >>> from crmkit.value.contracts import contract_table
    >>> high_end = contract_table([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> model = BetaDiscreteWeibullModel().fit(high_end)
    >>> model.params_["estimate"].round(2).to_dict()
    {'alpha': 0.21, 'beta': 1.43, 'c': 1.72}
    >>> round(model.survival(12), 3)
    0.404
    """

    special_cases: ClassVar = (ShiftedBetaGeoModel,)
    _parameters: ClassVar = ("alpha", "beta", "c")
