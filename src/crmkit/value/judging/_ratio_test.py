"""Whether more parameters are worth having: the likelihood-ratio test."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from scipy.stats import chi2

from crmkit._messages import Message, Parameter
from crmkit.value._model import ValueModel

__all__ = ["LikelihoodRatioTest", "likelihood_ratio_test"]

# What is fitted on, and what is fixed: models that differ in these are not nested.
_ALIKE: Final = {
    "time_unit": Message(en="as time unit", zh="时间单位"),
    "k": Message(en="as k", zh="k"),
}
_CUSTOMERS: Final = Message(en="customers", zh="客户数")
# How much below the smaller model the search may leave the larger one, as a share of the log-likelihood.
_SLACK = 1e-7

_NO_MODEL: Final = Message(
    en="{name} must be a fitted model such as ParetoNBDModel, got {value!r}.",
    zh="{name} 须为拟合好的模型，如 ParetoNBDModel，得到 {value!r}。",
)
_NO_LIKELIHOOD: Final = Message(
    en="{name} has no likelihood. Call fit; from_params fits nothing.",
    zh="{name} 没有似然值。请调用 fit；from_params 不做拟合。",
)
_WITH_PRIORS: Final = Message(
    en="{name} was fitted with priors, so that its likelihood is not at its maximum. Fit without.",
    zh="{name} 以先验拟合，其似然值并非最大值。请不带先验拟合。",
)
_WORSE: Final = Message(
    en="{@larger} has a log-likelihood of {larger:.4f}, below {smaller:.4f} of {@smaller}. "
    "A larger model never fits worse on the same customers: fit both on the same table.",
    zh="{@larger} 的对数似然为 {larger:.4f}，低于 {@smaller} 的 {smaller:.4f}。"
    "对同一批客户，较大的模型不会拟合得更差：请用同一张表拟合两者。",
)
_NO_CASE: Final = Message(
    en="{@smaller} must be a special case of {@larger}, got {smaller} and {larger}.",
    zh="{@smaller} 须为 {@larger} 的特例，得到 {smaller} 与 {larger}。",
)
_OTHER_PARAMETERS: Final = Message(
    en="{@smaller} must have some of the parameters of {@larger}, {names}, and no other, got {own}.",
    zh="{@smaller} 的参数须是 {@larger} 参数 {names} 的一部分，得到 {own}。",
)
_OTHER_DATA: Final = Message(
    en="{@smaller} and {@larger} must be fitted on the same data, got {one} and {other} {what}.",
    zh="{@smaller} 与 {@larger} 须用同样的数据拟合，{what}分别为 {one} 与 {other}。",
)


class LikelihoodRatioTest(NamedTuple):
    """Result of a likelihood-ratio test.

    Attributes
    ----------
    statistic : float
        Twice the difference of the log-likelihoods, not negative.
    df : int
        How many more parameters the larger model has.
    p_value : float
        Upper tail of the chi-square distribution with ``df`` degrees of freedom.
    """

    statistic: float
    df: int
    p_value: float


def likelihood_ratio_test(*, smaller: ValueModel, larger: ValueModel) -> LikelihoodRatioTest:
    r"""Test whether a model fits as well as a larger one of which it is a special case.

    .. math:: D = 2 (\ell_{\text{larger}} - \ell_{\text{smaller}})

    Parameters
    ----------
    smaller : a fitted model
        Its parameters are among those of ``larger``, and it is of the same class; or a
        `crmkit.value.contracts.ShiftedBetaGeoModel` beside a `crmkit.value.contracts.BetaDiscreteWeibullModel`, a
        `crmkit.value.NBDModel` beside a model in which customers leave, or a `crmkit.value.ParetoNBDModel` beside a
        `crmkit.value.GammaGompertzNBDModel`.
    larger : a fitted model
        Fitted by maximum likelihood on the same customers in the same time unit.

    Returns
    -------
    LikelihoodRatioTest
        ``statistic``, ``df``, ``p_value``.

    Raises
    ------
    TypeError
        If one is not a model of `crmkit.value`.
    ValueError
        If the models are not nested, not fitted, fitted with priors, on other customers, in another time unit or with
        another k, or if the larger one fits worse, which no maximum of the likelihood does.

    Notes
    -----
    The distribution holds for covariates, whose coefficients are 0 under the null hypothesis, and for contracts, where
    c is 1: both lie inside the range of the parameter. It does not hold where the null hypothesis lies on the
    boundary. For Pareto/NBD against GGom/NBD half of the statistics are then 0, and the p-value is half as large
    ([1]_). For NBD against a model with dropout nobody ever leaves, the other dropout parameters have no meaning, and
    no simple law holds: take that p-value as a guide, and judge by a holdout period.

    BG/CNBD-k with a different k is not a special case, because k is chosen, not fitted: compare by ``aic_``, as
    `crmkit.value.regularity_table` does.

    References
    ----------
    .. [1] Self and Liang (1987), "Asymptotic Properties of Maximum Likelihood Estimators and Likelihood Ratio Tests
       under Nonstandard Conditions", *Journal of the American Statistical Association* 82(398), 605-610.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import NBDModel, ParetoNBDModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> test = likelihood_ratio_test(smaller=NBDModel().fit(customers), larger=ParetoNBDModel().fit(customers))
    >>> round(test.statistic, 2), test.df, test.p_value < 0.001
    (337.36, 2, True)
    """
    for name, model in (("smaller", smaller), ("larger", larger)):
        _check_fitted(model, name=name)
    _check_nested(smaller, larger)
    statistic = 2 * (larger.loglik_ - smaller.loglik_)
    if statistic < -2 * _SLACK * abs(smaller.loglik_):
        raise ValueError(_WORSE(larger=larger.loglik_, smaller=smaller.loglik_))
    df = len(larger.params_) - len(smaller.params_)
    return LikelihoodRatioTest(max(statistic, 0.0), df, float(chi2.sf(max(statistic, 0.0), df)))


def _check_fitted(model: ValueModel, *, name: str) -> None:
    if not isinstance(model, ValueModel):
        raise TypeError(_NO_MODEL(name=Parameter(name), value=model))
    if math.isnan(getattr(model, "loglik_", math.nan)):
        raise ValueError(_NO_LIKELIHOOD(name=Parameter(name)))
    if model.options_.priors:
        raise ValueError(_WITH_PRIORS(name=Parameter(name)))


def _check_nested(smaller: ValueModel, larger: ValueModel) -> None:
    if type(smaller) is not type(larger) and type(smaller) not in larger.special_cases:
        raise ValueError(_NO_CASE(smaller=type(smaller).__name__, larger=type(larger).__name__))
    own, all_names = list(smaller.params_.index), list(larger.params_.index)
    if not set(own) < set(all_names):
        raise ValueError(_OTHER_PARAMETERS(names=all_names, own=own))
    _check_same(smaller.n_customers_, larger.n_customers_, what=_CUSTOMERS())
    for option, what in _ALIKE.items():
        _check_same(getattr(smaller.options_, option, None), getattr(larger.options_, option, None), what=what())


def _check_same(one: object, other: object, *, what: object) -> None:
    if one != other:
        raise ValueError(_OTHER_DATA(one=one, other=other, what=what))
