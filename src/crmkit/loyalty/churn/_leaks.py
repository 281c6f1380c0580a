"""Whether a model of churn knows what it could not have known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, some
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._learning import INFINITE
from crmkit._messages import Column, Message
from crmkit._stats import read_outcomes
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._feature_names import check_features
from crmkit.loyalty.churn._leak_checks import (
    Sides,
    after_cutoff,
    model_checks,
    one_feature,
    resampled,
    same_customer,
    scaled_together,
)
from crmkit.loyalty.churn._leak_columns import days_of, floats_of
from crmkit.loyalty.churn._leak_words import Finding, sentence

__all__ = ["leak_table"]

_MADE_BY: Final = "churn_snapshots"
_ONE_OUTCOME: Final = Message(
    en="{where} says the same of all {n:,} {n:customer|customers}, {value:g}. Both those who left and those who stayed "
    "are needed on either side.",
    zh="{where} 中 {n:,} 位客户的取值全为 {value:g}。训练集与测试集都须既有流失客户，也有留下的客户。",
)
_NO_FEATURES: Final = Message(
    en="{@train} has no features beside the columns named. Give those that a model learns from.",
    zh="{@train} 除所指定的列之外没有特征。请给出模型所用的特征。",
)
_NO_MODEL: Final = Message(
    en="{@model} must be a classifier of scikit-learn's kind, which can be copied and fitted, got {value!r}.",
    zh="{@model} 须为 scikit-learn 式的分类器（可复制、可拟合），得到 {value!r}。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Leave these rows out.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。请去掉这些行。",
)
_OTHER_IDS: Final = Message(
    en="{where} holds {kind} and {other} holds {others}, so that no customer would be found on both sides. Give both "
    "as text or both as whole numbers.",
    zh="{where}的类型为 {kind}，而{other}为 {others}，两边无法认出同一客户。请都给文本，或都给整数。",
)
_NO_DAYS: Final = Message(
    en="{where} must hold days without a time zone, got {kind}.", zh="{where} 须为不带时区的日期，得到 {kind}。"
)


def leak_table(
    train: FrameT,
    *,
    test: FrameT,
    outcome: str,
    customer_id: str | None = None,
    cutoff: Day | str | None = None,
    features: Sequence[str] | None = None,
    model: Any = None,
    most_feature_auc: float = 0.95,
    most_gain: float = 0.05,
    most_auc: float = 0.9,
) -> FrameT:
    """Look for signs that a model of churn knows what it could not have known, and say each in a sentence.

    A sign is a warning, never an error: some features are really that good. That there is none proves nothing.

    Parameters
    ----------
    train, test : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        The rows that a model learns from, and those that it is judged on, with the same columns. Give them as the
        model gets them, after whatever was done before the split.
    outcome : str
        The column that says whether a customer left, 1 or 0, or true or false; none missing.
    customer_id : str, optional
        The column of customers, who should be on one side only.
    cutoff : date or ISO text, or str, optional
        The day by which everything had to be known, or the column that holds that of each row.
    features : list of str, optional
        The columns that the model learns from; by default all others.
    model : a classifier of scikit-learn's kind, optional
        It is fitted on a copy once for each feature and once more, so give one that is quick and takes the features as
        they are, such as a pipeline. Without it the last two checks are left out.
    most_feature_auc : float, default 0.95
        The area under the ROC curve beyond which one feature alone is too good.
    most_gain : float, default 0.05
        The gain in the model's area beyond which the result hangs on one feature.
    most_auc : float, default 0.9
        The model's area beyond which the result is not plausible. It depends on the business: 0.85 is good where
        customers leave without a word.

    Returns
    -------
    the kind of frame given
        ``check``, ``feature`` (missing for checks of the whole), ``value``, ``limit``, ``is_warning`` where the value
        lies above the limit, ``sentence_en`` and ``sentence_zh``. The checks:

        ``after_cutoff``
            With ``cutoff``, of each feature that holds dates: the share of rows whose date lies after it.
        ``scaled_together``
            1 for a feature that has mean 0 and deviation 1, or reaches from 0 to 1, over both sides together and not
            over training alone; one row with 0 if there is none.
        ``balanced``
            The share of the rarer outcome, of the side where it is lower: one half on both sides comes of resampling
            before the split.
        ``copied_rows``
            How much more often customers of the rarer outcome have a double in training, equal in all features, than
            the others. Doubles by chance come with either outcome.
        ``one_feature``
            Of each feature, its area on the test: numbers as they are, with missing values first or last, or by the
            churn rate of their levels in training, whichever is better.
        ``same_customer``
            With ``customer_id``, the share of the customers of the test who are in training as well.
        ``gain``
            With ``model``, of each feature: how much lower the area is if it is held constant.
        ``result``
            With ``model``, its area on the test.

    Raises
    ------
    SchemaError
        If a column is missing, the cutoffs are not days, a cutoff or an id is missing, or the ids of the sides are of
        two kinds.
    TypeError
        If ``train`` or ``test`` is not a frame, the outcomes are not numbers or flags, ``features`` is not a list, or
        ``model`` cannot be fitted.
    ValueError
        If an outcome is missing or neither 1 nor 0, all of a side left or all stayed, a feature holds infinity,
        ``features`` names a column twice or one of another use, or a limit is not between 0 and 1.

    See Also
    --------
    churn_snapshots : Training tables in which nothing is known too early.
    SnapshotSplit : A split by customer and time.

    References
    ----------
    .. [1] Kaufman, Rosset, Perlich and Stitelman (2012), "Leakage in Data Mining: Formulation, Detection, and
       Avoidance", *ACM Transactions on Knowledge Discovery from Data* 6(4).

    Examples
    --------
    >>> import pandas as pd
    >>> train = pd.DataFrame({"id": [1, 2, 3, 4], "orders": [3, 1, 1, 2], "days_to_cancel": [0, 5, 9, 0]})
    >>> test = pd.DataFrame({"id": [4, 5, 6, 7], "orders": [1, 2, 3, 2], "days_to_cancel": [0, 0, 8, 3]})
    >>> train["left"], test["left"] = [0, 1, 1, 0], [0, 0, 1, 1]
    >>> leaks = leak_table(train, test=test, outcome="left", customer_id="id")
    >>> leaks.loc[leaks["is_warning"], ["check", "feature", "value", "limit"]]
               check         feature  value  limit
    1       balanced            None   0.50   0.49
    4    one_feature  days_to_cancel   1.00   0.95
    5  same_customer            None   0.25   0.00
    >>> print(leaks["sentence_en"].iloc[4])
    days_to_cancel alone tells who left, with an AUC of 1.000. Was it written down once they had left?
    """
    for name, limit in (("most_feature_auc", most_feature_auc), ("most_gain", most_gain), ("most_auc", most_auc)):
        check_fraction(limit, name=name, low_open=False, high_open=False)
    opened = open_columns(train, [outcome], name="train", made_by=_MADE_BY)
    by_row = isinstance(cutoff, str) and cutoff in opened.collect_schema()
    named = [outcome, *([customer_id] if customer_id else []), *([str(cutoff)] if by_row else [])]
    check_features(features, other_than=named)
    if model is not None and not all(hasattr(model, each) for each in ("fit", "get_params")):
        raise TypeError(_NO_MODEL(value=model))
    chosen = [each for each in opened.collect_schema() if each not in named] if features is None else list(features)
    if not chosen:
        raise ValueError(_NO_FEATURES())
    rows = {
        name: to_pandas(open_columns(frame, [*named, *chosen], name=name, made_by=_MADE_BY).select(*named, *chosen))
        for name, frame in (("train", train), ("test", test))
    }
    for name, table in rows.items():
        _check_finite(table[chosen], name=name)
    left = [_outcomes(table, outcome, name=name) for name, table in rows.items()]
    sides = Sides(rows["train"][chosen], rows["test"][chosen], *left)
    found: list[Finding] = []
    if cutoff is not None:
        found += after_cutoff(sides, [_cutoffs(table, cutoff, by_row, name=name) for name, table in rows.items()])
    found += [*scaled_together(sides), *resampled(sides), *one_feature(sides, limit=most_feature_auc)]
    if customer_id:
        found.append(same_customer(*_ids(rows, customer_id)))
    if model is not None:
        found += model_checks(sides, model, most_gain=most_gain, most_auc=most_auc)
    return from_pandas(_table(found), like=train)


def _outcomes(table: pd.DataFrame, outcome: str, *, name: str) -> Floats:
    (left,) = read_outcomes(table[outcome], name=outcome)
    if not len(left) or left.min() == left.max():
        value = left[0] if len(left) else np.nan
        raise ValueError(_ONE_OUTCOME(where=Column(name, outcome), n=len(left), value=value))
    return left


def _cutoffs(table: pd.DataFrame, cutoff: Day, by_row: bool, *, name: str) -> Any:
    """The cutoff of each row, or of all: what is dated within that day was known."""
    almost_a_day = pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    if not by_row:
        return as_day(cutoff, name="cutoff") + almost_a_day
    given = table[str(cutoff)]
    _check_present(given, where=Column(name, cutoff))
    days = None if isinstance(given.dtype, pd.DatetimeTZDtype) else days_of(given)
    if days is None:
        raise SchemaError(_NO_DAYS(where=Column(name, cutoff), kind=str(given.dtype)))
    return days + almost_a_day


def _ids(rows: dict[str, pd.DataFrame], customer_id: str) -> list[pd.Series[Any]]:
    """The ids of both sides, whole numbers or text on both."""
    ids = [table[customer_id] for table in rows.values()]
    for name, each in zip(rows, ids, strict=True):
        _check_present(each, where=Column(name, customer_id))
    kinds = [pd.api.types.is_numeric_dtype(each.dtype) for each in ids]
    if kinds[0] != kinds[1]:
        where = [Column(name, customer_id) for name in rows]
        raise SchemaError(_OTHER_IDS(where=where[0], kind=str(ids[0].dtype), other=where[1], others=str(ids[1].dtype)))
    return ids


def _check_present(values: pd.Series[Any], *, where: Column) -> None:
    at = np.flatnonzero(values.isna())
    if at.size:
        raise SchemaError(_MISSING(where=where, n=at.size, rows=some(at.tolist())))


def _check_finite(features: pd.DataFrame, *, name: str) -> None:
    for feature in features:
        numbers = floats_of(features[feature])
        if numbers is not None and np.isinf(numbers).any():
            raise ValueError(INFINITE(where=Column(name, feature)))


def _table(found: Sequence[Finding]) -> pd.DataFrame:
    sentences = [sentence(each) for each in found]
    return pd.DataFrame(
        {
            "check": [each.check for each in found],
            "feature": pd.Series([each.feature for each in found], dtype=object),
            "value": [each.value for each in found],
            "limit": [each.limit for each in found],
            "is_warning": [each.is_warning for each in found],
            "sentence_en": [each.text("en") for each in sentences],
            "sentence_zh": [each.text("zh") for each in sentences],
        }
    )
