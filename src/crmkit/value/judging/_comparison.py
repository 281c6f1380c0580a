"""Models side by side, and beside rules that need no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import Day, check_number
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._tables import HOLDOUT, open_table
from crmkit.value._spend import GammaGammaModel
from crmkit.value.judging._accuracy import brier_score, count_accuracy, ranking_auc
from crmkit.value.judging._baselines import BASELINES, hiatus, naive_purchases
from crmkit.value.judging._holdout import Holdout, read_holdout
from crmkit.value.judging._judged import Judged, days_per_unit, unit_of
from crmkit.value.judging._money import Money, money_accuracy, read_money

__all__ = ["model_comparison_table"]

_COLUMNS = (
    "model", "is_baseline", "loglik", "n_params", "aic", "bic", "expected_total", "bias", "relative_bias", "mae",
    "rmse", "correlation", "gini", "top_decile_share", "auc", "brier_score", "expected_revenue", "revenue_bias",
    "revenue_relative_bias", "revenue_mae", "revenue_correlation",
)  # fmt: skip

_NO_MAPPING: Final = Message(
    en="{@models} must be a mapping of names to fitted models, got {kind}.",
    zh="{@models} 须为名称到已拟合模型的映射，得到 {kind}。",
)
_NO_MODELS: Final = Message(
    en="{@models} is empty. Name at least one fitted model.", zh="{@models} 为空。请至少给出一个已拟合的模型。"
)
_NAMES_TAKEN: Final = Message(
    en="{@models} takes the names {names}, which the rules of the table have. Rename them.",
    zh="{@models} 用了表中基准规则的名称 {names}，请改名。",
)
_NEGATIVE: Final = Message(
    en="{@hiatus_days} must be a number of days, 0 or more, got {value!r}.",
    zh="{@hiatus_days} 须为不小于 0 的天数，得到 {value!r}。",
)
_UNLIKE: Final = Message(
    en="{@models} have different {what}, {found}, so that their likelihoods cannot be compared. "
    "Fit all on the same customers in one time unit.",
    zh="{@models} 的{what}不同：{found}，似然值不可比。请以同一时间单位、同一批客户拟合所有模型。",
)
_TIME_UNITS: Final = Message(en="time units", zh="时间单位")
_NUMBERS_FITTED_ON: Final = Message(en="numbers of customers fitted on", zh="拟合所用客户数")


def model_comparison_table(
    holdout: FrameT,
    *,
    models: Mapping[str, Judged],
    observation_end: Day,
    transactions: Any = None,
    hiatus_days: float = 180,
    spend_model: GammaGammaModel | None = None,
) -> FrameT:
    """Compare models by likelihood and by how well they predicted, always beside rules that need no model.

    The rules are rows of the table too: a model that does not beat them is not worth its trouble.

    ``rate_so_far``
        Customers keep their own past rate, ``frequency`` / ``T``; those with ``T`` 0 have the rate of all.
    ``mean_rate``
        Everybody buys at the common rate, the sum of ``frequency`` over the sum of ``T``.
    ``last_period``
        Everybody buys as often as in the last days of the calibration period, as many as the holdout has; the first
        purchase, which made them customers, does not count. With ``transactions`` only.
    ``hiatus``
        Customers who have not bought for more than ``hiatus_days`` are inactive, all others active. It does not
        predict the number of purchases.

    Parameters
    ----------
    holdout : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.holdout_split` gives it. Prospects are left out.
    models : mapping of str to a fitted model of purchases
        By the name for their row. Of any class, fitted on the same customers in the same time unit: otherwise
        likelihoods cannot be compared.
    observation_end : date or ISO text
        Last day of the holdout period, as given to `crmkit.holdout_split`.
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
        Those given to `crmkit.holdout_split`, for the rule ``last_period``.
    hiatus_days : float, default 180
        Days without a purchase after which the rule ``hiatus`` counts a customer as inactive; not negative. Use
        your firm's own: the rule is only as good as its cut-off.
    spend_model : GammaGammaModel, optional
        Fitted on the same customers. With it money is judged too: purchases times expected spend and the share kept
        after refunds, against ``holdout_spend``, which is net of refunds. The rules take each customer's ``spend`` per
        purchase day so far instead.

    Returns
    -------
    the kind of frame given, as ``holdout``
        One row per model, in the order given, then one per rule. Missing where undefined: the likelihood of a rule or
        of a model whose parameters were given; a correlation or ranking where all are equal; a share of no purchases.

        ``model``, ``is_baseline``
            Name, and whether it is one of the rules.
        ``loglik``, ``n_params``, ``aic``, ``bic``
            Of the fit to the calibration period.
        ``expected_total``, ``bias``, ``relative_bias``
            Purchase days expected of all customers in the holdout period; the difference from the actual ones; the
            difference as a share of the actual ones.
        ``mae``, ``rmse``
            Mean absolute error, and root of the mean squared error, of a customer's purchase days.
        ``correlation``
            Pearson's correlation of expected and actual.
        ``gini``
            Gini coefficient of the actual purchases in the order of those expected, as a share of that in their own
            order: 1 is a perfect ranking, 0 no better than chance, below 0 the wrong way round.
        ``top_decile_share``
            Share of the actual purchases made by the tenth of the customers with the highest expectation.
        ``auc``
            Probability that an inactive customer was ranked above an active one. Rules that predict purchases rank
            customers with fewer as more inactive.
        ``brier_score``
            Mean squared difference between the probability of inactivity, for ``hiatus`` 0 or 1, and what happened;
            missing for rules without a probability.
        ``expected_revenue``, ``revenue_bias``, ``revenue_relative_bias``
            Net money expected of all customers in the holdout period; the difference from the actual; the difference as
            a share of the actual. Customers without an expected spend are left out on both sides. Like the next two
            missing without ``spend_model`` and for ``hiatus``.
        ``revenue_mae``, ``revenue_correlation``
            Mean absolute error of a customer's money; correlation of expected and actual.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing, nobody has bought, the customers are as of several days, ``transactions`` lacks some of
        them, or they have refunds of which ``spend_model`` has learned no rate.
    TypeError
        If ``models`` is not a mapping of names to models, ``spend_model`` is none, or a table is not a frame.
    ValueError
        If ``models`` is empty, uses the name of a rule, or mixes time units or numbers of customers;
        ``observation_end`` does not fit ``holdout``; or ``hiatus_days`` is negative.

    References
    ----------
    .. [1] Wübben and von Wangenheim (2008), "Instant Customer Base Analysis: Managerial Heuristics Often 'Get It
       Right'", *Journal of Marketing* 72(3), 82-93, for the rules.
    .. [2] Wang, Liu and Miao (2019), "A Deep Probabilistic Model for Customer Lifetime Value Prediction",
       arXiv:1912.07753, for the normalised Gini coefficient.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel, ParetoNBDModel
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> models = {"BG/NBD": BetaGeoModel().fit(holdout), "Pareto/NBD": ParetoNBDModel().fit(holdout)}
    >>> table = model_comparison_table(holdout, models=models, observation_end="1998-06-30")
    >>> table[["model", "aic", "bias", "mae", "auc", "brier_score"]].round(3)
             model        aic      bias    mae    auc  brier_score
    0       BG/NBD  19172.858  -228.591  0.785  0.757        0.161
    1   Pareto/NBD  19197.952  -216.487  0.755  0.771        0.162
    2  rate_so_far        NaN  1048.101  1.024  0.760          NaN
    3    mean_rate        NaN  1046.946  1.382  0.500          NaN
    4       hiatus        NaN       NaN    NaN  0.733        0.227
    """
    _check_models(models)
    check_number(hiatus_days, name="hiatus_days")
    if hiatus_days < 0:
        raise ValueError(_NEGATIVE(value=hiatus_days))
    if transactions is not None:
        open_table(holdout, HOLDOUT, columns=["customer_id"])
    period = read_holdout(holdout, observation_end=observation_end)
    money = None if spend_model is None else read_money(period, spend_model)
    rows = [_model_row(name, model, period, money) for name, model in models.items()]
    _check_comparable(rows, models)
    rows += _baseline_rows(period, transactions, money, hiatus_days=hiatus_days)
    table = pd.DataFrame.from_records(rows).reindex(columns=list(_COLUMNS))
    return from_pandas(table, like=holdout)


def _check_models(models: object) -> None:
    if not isinstance(models, Mapping) or not all(isinstance(name, str) for name in models):
        raise TypeError(_NO_MAPPING(kind=type(models).__name__))
    if not models:
        raise ValueError(_NO_MODELS())
    taken = sorted(set(models) & set(BASELINES))
    if taken:
        raise ValueError(_NAMES_TAKEN(names=taken))
    for name, model in models.items():
        days_per_unit(model, name=f"models[{name!r}]")


def _check_comparable(rows: list[dict[str, Any]], models: Mapping[str, Judged]) -> None:
    """Raise where the likelihoods of fitted models are of different data, or of times in different units."""
    fitted = [model for row, model in zip(rows, models.values(), strict=True) if not np.isnan(row["loglik"])]
    for what, found in (
        (_TIME_UNITS(), {unit_of(model) for model in fitted}),
        (_NUMBERS_FITTED_ON(), {model.n_customers_ for model in fitted}),
    ):
        if len(found) > 1:
            raise ValueError(_UNLIKE(what=what, found=sorted(found)))


def _model_row(name: str, model: Judged, period: Holdout, money: Money | None) -> dict[str, Any]:
    expected = period.expected(model)
    inactive, silent = period.probability_inactive(model), period.bought == 0
    return {
        "model": name,
        "is_baseline": False,
        "loglik": model.loglik_,
        # Akaike's criterion is twice the parameters less twice the log-likelihood.
        "n_params": np.round(model.aic_ / 2 + model.loglik_),
        "aic": model.aic_,
        "bic": model.bic_,
        **count_accuracy(expected, period.bought),
        "auc": ranking_auc(inactive, silent),
        "brier_score": brier_score(inactive, silent),
        **({} if money is None else money_accuracy(expected * money.expected, money)),
    }


def _baseline_rows(
    period: Holdout, transactions: Any, money: Money | None, *, hiatus_days: float
) -> list[dict[str, Any]]:
    silent = period.bought == 0
    rows: list[dict[str, Any]] = []
    for name, expected in naive_purchases(period, transactions).items():
        # If nobody has had a day to come back there is no rate.
        told = not np.isnan(expected).any()
        measures = count_accuracy(expected, period.bought) | {"auc": ranking_auc(-expected, silent)} if told else {}
        if told and money is not None:
            measures |= money_accuracy(expected * money.so_far, money)
        rows.append({"model": name, "is_baseline": True, **measures})
    gone = hiatus(period, days=hiatus_days)
    word = {"auc": ranking_auc(gone, silent), "brier_score": brier_score(gone, silent)}
    return [*rows, {"model": "hiatus", "is_baseline": True, **word}]
