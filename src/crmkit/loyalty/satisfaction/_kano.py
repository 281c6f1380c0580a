"""Kano's model: which features delight, which are expected, and which nobody misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, some
from crmkit._frames import FrameT, as_name, collected, from_pandas, to_pandas
from crmkit._grouping import check_labels, label_name, labels_of
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._stats import wilson_interval
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction._driver_rows import MADE_BY, read_weights, weight_column

__all__ = ["KANO_CATEGORIES", "kano_table"]

KANO_CATEGORIES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "must_be": Label("Must-be", "必备型"),
        "one_dimensional": Label("One-dimensional", "期望型"),
        "attractive": Label("Attractive", "魅力型"),
        "indifferent": Label("Indifferent", "无差异型"),
        "reverse": Label("Reverse", "反向型"),
        "questionable": Label("Questionable", "可疑结果"),
    }
)
"""The names of the categories, by code, in the order in which the first of several equal ones is taken."""

_M, _O, _A, _I, _R, _Q = range(6)
# Rows: the answer if the feature is there, columns: if it is not; like, expect, neutral, live with, dislike.
_CATEGORY_OF: Final = np.array(
    [
        [_Q, _A, _A, _A, _O],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _R, _R, _R, _Q],
    ]
)
_N_LEVELS: Final = 5
_PAIR: Final = 2
# One-sided 5 % of the normal distribution, as Fong rounds it.
_FONG: Final = 1.65
_TAKEN: Final = frozenset(
    {
        *("feature", "n", "n_left_out", *KANO_CATEGORIES, "category", "runner_up", "category_strength"),
        *("total_strength", "is_clear", "better", "better_lower", "better_upper"),
        *("worse", "worse_lower", "worse_upper"),
    }
)

_NOT_FEATURES: Final = Message(
    en="{@features} must map each feature to a pair of columns, the answers if it is there and if it is not, such as "
    "{{'delivery': ('with', 'without')}}, got {value!r}.",
    zh="{@features} 须将每个功能映射到一对列（具备时、不具备时的回答），"
    "如 {{'delivery': ('with', 'without')}}，得到 {value!r}。",
)
_NOT_LEVELS: Final = Message(
    en="{@levels} must be five different answers, from like, must be so, neutral and can live with it to dislike, got "
    "{value!r}.",
    zh="{@levels} 须为五个互不相同的选项，依次为喜欢、理应如此、无所谓、能忍受、不喜欢，得到 {value!r}。",
)
_OTHER_ANSWERS: Final = Message(
    en="{where} holds {got}, which are not in {@levels}: {levels}. Name the five answers from like to dislike.",
    zh="{where}含有不在 {@levels}（{levels}）中的值 {got}。请按从喜欢到不喜欢的顺序给出五个选项。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} names {name!r}, which the result has too. Rename the column.",
    zh="{@by} 中的 {name!r} 与结果表的列重名，请改名。",
)
_NO_ROWS: Final = Message(en="{@answers} has no rows.", zh="{@answers} 没有任何行。")


def kano_table(
    answers: FrameT,
    *,
    features: Mapping[str, tuple[str, str]],
    levels: Sequence[Any] = (1, 2, 3, 4, 5),
    by: str | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Sort features by how their presence and their absence please, with Better and Worse.

    .. math:: \text{Better} = \frac{A + O}{A + O + M + I} \qquad \text{Worse} = -\frac{O + M}{A + O + M + I}

    Each respondent says how they would feel if a feature were there, and if it were not. The pair of answers puts them
    in one of six categories:

    - liked if there, disliked if not: one-dimensional;
    - liked if there, any of the three in the middle if not: attractive;
    - one of those in the middle if there, disliked if not: must-be;
    - one of those in the middle both times: indifferent;
    - liked if not there, or disliked if there: reverse;
    - liked both times, or disliked both times: questionable.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table
        One row per respondent. A column ``weight``, where there is one, weighs them; multiplying all weights changes
        nothing.
    features : mapping of str to pair of str
        For each feature its two columns: the answers if it is there, and if it is not.
    levels : sequence of five, default (1, 2, 3, 4, 5)
        The answers, from "I like it", "It must be so", "I am neutral" and "I can live with it" to "I dislike it".
    by : str, optional
        A column of groups to show apart.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per feature, or per group and feature.

        The column of ``by``; ``feature``
            The group and the feature.
        ``n``, ``n_left_out``
            Respondents with both answers, and those without one of them.
        ``must_be``, ``one_dimensional``, ``attractive``, ``indifferent``, ``reverse``, ``questionable``
            Share of the respondents in each category; missing where ``n`` is 0.
        ``category``
            The largest; of equal ones the first in this order. Where it is "reverse" or "questionable", the feature is
            unwanted, or the question was not understood.
        ``runner_up``, ``category_strength``
            The second, and by how much the first is ahead of it.
        ``total_strength``
            Share of attractive, one-dimensional and must-be together.
        ``is_clear``
            Whether the first two differ by Fong's test at 5 %, one-sided.
        ``better``, ``better_lower``, ``better_upper``, ``worse``, ``worse_lower``, ``worse_upper``
            How far satisfaction rises with the feature, in [0, 1], and falls without it, in [-1, 0], with Wilson's
            intervals; missing where all answers are reverse or questionable.

    Raises
    ------
    SchemaError
        If a column is missing, holds other answers than ``levels``, a weight is not above 0, or there are no rows.
    TypeError
        If ``answers`` is not a frame, or ``features`` is not a mapping to pairs.
    ValueError
        If ``levels`` are not five different answers, ``by`` is a column of the result, or ``level`` is not between 0
        and 1.

    Notes
    -----
    With weights, tests and intervals count the respondents that an unweighted survey of the same precision would
    have, Kish's :math:`(\sum w)^2 / \sum w^2`.

    References
    ----------
    .. [1] Kano, Seraku, Takahashi and Tsuji (1984), "Attractive Quality and Must-Be Quality", *Hinshitsu* 14.
    .. [2] Berger et al. (1993), "Kano's Methods for Understanding Customer-Defined Quality", *Center for Quality
       Management Journal* 2.
    .. [3] Fong (1996), "Using the Self-Stated Importance Questionnaire to Interpret Kano Questionnaire Results",
       *Center for Quality Management Journal* 5.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"with": [1, 1, 1, 3, 2, 1], "without": [3, 5, 3, 5, 3, 4]})
    >>> found = kano_table(answers, features={"express delivery": ("with", "without")})
    >>> found[["feature", "attractive", "must_be", "category", "better", "worse"]].round(3)
                feature  attractive  must_be    category  better  worse
    0  express delivery         0.5    0.167  attractive   0.667 -0.333
    """
    check_fraction(level, name="level")
    pairs, answered = _features(features), _levels(levels)
    groups = [] if by is None else [label_name(by)]
    if groups and groups[0] in _TAKEN:
        raise ValueError(_NAME_TAKEN(name=groups[0]))
    columns = list(dict.fromkeys([*groups, *(name for pair in pairs.values() for name in pair)]))
    frame = open_columns(answers, columns, name="answers", made_by=MADE_BY)
    rows = collected(frame.select(*columns, *weight_column(frame, besides=columns)))
    if rows.is_empty():
        raise SchemaError(_NO_ROWS())
    check_labels(rows, groups, table="answers")
    weights = read_weights(rows)
    table = to_pandas(rows)
    found = {
        feature: _categories(*(_places(table[name], answered, name) for name in pair))
        for feature, pair in pairs.items()
    }
    labels = labels_of(table, groups) if groups else None
    codes = np.zeros(len(table), dtype=np.int64) if labels is None else labels.codes
    lines = []
    for group in range(1 if labels is None else len(labels.groups)):
        own = {} if labels is None else {groups[0]: labels.groups[groups[0]].iloc[group]}
        inside = codes == group
        lines += [
            {**own, "feature": feature, **_judged(category[inside], weights[inside], level=level)}
            for feature, category in found.items()
        ]
    return from_pandas(pd.DataFrame(lines), like=answers)


def _features(features: Any) -> dict[str, tuple[str, str]]:
    if not isinstance(features, Mapping) or not features:
        raise TypeError(_NOT_FEATURES(value=features))
    found = {}
    for name, pair in features.items():
        if isinstance(pair, (str, bytes)) or not isinstance(pair, Sequence) or len(pair) != _PAIR:
            raise TypeError(_NOT_FEATURES(value=features))
        found[str(name)] = (as_name(pair[0]), as_name(pair[1]))
    return found


def _levels(levels: Any) -> list[Any]:
    if isinstance(levels, (str, bytes)) or not isinstance(levels, Sequence):
        raise ValueError(_NOT_LEVELS(value=levels))
    if len(levels) != _N_LEVELS or len(set(levels)) < _N_LEVELS:
        raise ValueError(_NOT_LEVELS(value=levels))
    return list(levels)


def _places(column: pd.Series[Any], levels: Sequence[Any], name: str) -> npt.NDArray[np.int64]:
    """The place of each answer among the levels; -1 where there is none."""
    answers = column.astype(object)
    places = pd.Index(levels, dtype=object).get_indexer(pd.Index(answers, dtype=object))
    other = (places < 0) & answers.notna().to_numpy()
    if other.any():
        raise SchemaError(
            _OTHER_ANSWERS(where=Column("answers", name), got=some(answers[other].unique()), levels=levels)
        )
    return np.asarray(places, dtype=np.int64)


def _categories(there: npt.NDArray[np.int64], missing: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The category of each respondent; -1 without both answers."""
    known = (there >= 0) & (missing >= 0)
    found = np.full(len(known), -1, dtype=np.int64)
    found[known] = _CATEGORY_OF[there[known], missing[known]]
    return found


def _judged(categories: npt.NDArray[np.int64], weights: Floats, *, level: float) -> dict[str, Any]:
    known = categories >= 0
    inside, weighed = categories[known], weights[known]
    n = len(inside)
    total = weighed.sum()
    counted = total**2 / (weighed**2).sum() if n else 0.0
    shares = np.bincount(inside, weights=weighed, minlength=len(KANO_CATEGORIES)) / (total if n else np.nan)
    # Equal but for rounding are equal.
    first, second = np.argsort(-np.round(np.nan_to_num(shares), 12), kind="stable")[:2]
    codes = list(KANO_CATEGORIES)
    both = (shares[first] + shares[second]) * counted
    reach = _FONG * np.sqrt(both * (2 * counted - both) / (2 * counted)) if n else np.nan
    asked = shares[[_A, _O, _M, _I]].sum()
    gains, losses = shares[_A] + shares[_O], shares[_O] + shares[_M]
    ends = [wilson_interval(part * counted, asked * counted, level=level) for part in np.nan_to_num((gains, losses))]
    base = asked if asked > 0 else np.nan
    return {
        "n": n,
        "n_left_out": int((~known).sum()),
        **dict(zip(codes, shares, strict=True)),
        "category": codes[first] if n else None,
        "runner_up": codes[second] if n else None,
        "category_strength": shares[first] - shares[second],
        "total_strength": shares[[_A, _O, _M]].sum(),
        "is_clear": bool(n and (shares[first] - shares[second]) * counted > reach),
        "better": gains / base,
        "better_lower": float(ends[0][0]),
        "better_upper": float(ends[0][1]),
        "worse": -losses / base,
        "worse_lower": -float(ends[1][1]),
        "worse_upper": -float(ends[1][0]),
    }
