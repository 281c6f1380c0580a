"""Whether items measure one thing: Cronbach's alpha of scales, and what each item does in its scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import alpha_interval, cronbach_alpha, effective_number, weighted_covariance
from crmkit.loyalty.satisfaction._answers import Answers, item_names, read_answers

__all__ = ["item_table", "reliability_table"]

_NO_SCALES: Final = Message(
    en="{@scales} must map the name of each scale to a list of at least two items, got {value!r}.",
    zh="{@scales} 须从量表名称映射到至少两个题目的列表，得到 {value!r}。",
)


def reliability_table(answers: FrameT, *, scales: Mapping[str, Sequence[str]], level: float = 0.95) -> FrameT:
    r"""Compute Cronbach's alpha of scales of several items.

    .. math:: \alpha = \frac{k}{k - 1} \left(1 - \frac{\sum_j v_j}{v}\right)

    with :math:`v_j` the variances of the :math:`k` items and :math:`v` that of their sum. Items that ask the other way
    round must have been turned, by ``reversed_items`` of `crmkit.as_answers`.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them.
    scales : mapping of str to sequence of str
        The items of each scale, at least two.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per scale: ``scale``; ``n_items``; ``n``, respondents with answers to all of its items, who alone count;
        ``n_left_out``, those with answers to some; ``n_effective``, the equal ones they are worth by weight; ``alpha``,
        at most 1 and below 0 where items go against one another; ``lower`` and ``upper``, Feldt's interval. Missing
        where the sum of the items does not vary.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold numbers, or a weight is not above 0.
    TypeError
        If ``answers`` is not a frame, or ``scales`` not a mapping of lists.
    ValueError
        If a scale has fewer than two items or one twice, or ``level`` does not lie between 0 and 1.

    References
    ----------
    .. [1] Cronbach (1951), "Coefficient Alpha and the Internal Structure of Tests", *Psychometrika* 16.
    .. [2] Feldt, Woodruff and Salih (1987), "Statistical Inference for Coefficient Alpha", *Applied Psychological
       Measurement* 11(1).

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> items = ["satisfaction", "expectations", "ideal"]
    >>> answers = as_answers(make_answers(random_state=1).answers, items=items, scale=(1, 10), missing=[99])
    >>> reliability_table(answers, scales={"ACSI": items}).round(3)
      scale  n_items     n  n_left_out  n_effective  alpha  lower  upper
    0  ACSI        3  2210         154       2210.0  0.902  0.895  0.909
    """
    check_fraction(level, name="level")
    if not isinstance(scales, Mapping) or not scales:
        raise TypeError(_NO_SCALES(value=scales))
    items = {name: item_names(of, name="scales", least=2) for name, of in scales.items()}
    read = read_answers(answers, [item for of in items.values() for item in of])
    rows = []
    for name, of in items.items():
        known, some = _complete(read, of)
        n, covariance = _covariance(read, of, known)
        alpha = cronbach_alpha(covariance)
        lower, upper = alpha_interval(alpha, n=n, n_items=len(of), level=level)
        rows.append((name, len(of), int(known.sum()), int((some & ~known).sum()), n, alpha, lower, upper))
    columns = ["scale", "n_items", "n", "n_left_out", "n_effective", "alpha", "lower", "upper"]
    return from_pandas(pd.DataFrame(rows, columns=columns), like=answers)


def item_table(answers: FrameT, *, items: Sequence[str]) -> FrameT:
    """Describe the items of a scale: how they are answered, and what each does for the scale.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them; weights count throughout.
    items : sequence of str
        The items of one scale, at least two.

    Returns
    -------
    the kind of frame given
        One row per item: ``item``; ``n``, answers, and ``missing_share`` of the respondents without one; ``mean`` and
        ``std`` of the answers; ``lowest_share`` and ``highest_share``, the shares of the least and the largest answer
        that there are to any of the items (floor and ceiling); then from the respondents who answered all items:
        ``item_rest_correlation``, with the sum of the other items, and ``alpha_without``, Cronbach's alpha if the item
        is left out, missing for two items. Missing where nothing varies.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold numbers, or a weight is not above 0.
    TypeError
        If ``answers`` is not a frame, or ``items`` not a list.
    ValueError
        If there are fewer than two items or one is named twice.

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> items = ["satisfaction", "expectations", "ideal"]
    >>> answers = as_answers(make_answers(random_state=1).answers, items=items, scale=(1, 10), missing=[99])
    >>> item_table(answers, items=items)[["item", "mean", "item_rest_correlation", "alpha_without"]].round(3)
               item   mean  item_rest_correlation  alpha_without
    0  satisfaction  7.696                  0.882          0.802
    1  expectations  7.258                  0.769          0.892
    2         ideal  6.963                  0.778          0.888
    """
    names = item_names(items, name="items", least=2)
    read = read_answers(answers, names)
    values = read.items[names].to_numpy()
    known, _ = _complete(read, names)
    _, covariance = _covariance(read, names, known)
    ends = (np.nanmin(values), np.nanmax(values)) if (~np.isnan(values)).any() else (np.nan, np.nan)
    rows = []
    for place, name in enumerate(names):
        given = ~np.isnan(values[:, place])
        answer, weight = values[given, place], read.weights[given] / read.weights.max()
        others = np.delete(np.arange(len(names)), place)
        rest = covariance[np.ix_(others, others)]
        figures = _described(answer, weight, ends)
        rows.append(
            (
                *(name, len(answer), 1 - len(answer) / len(values), *figures),
                *(_correlation(covariance, place, others), cronbach_alpha(rest)),
            )
        )
    columns = ["item", "n", "missing_share", "mean", "std", "lowest_share", "highest_share"]
    table = pd.DataFrame(rows, columns=[*columns, "item_rest_correlation", "alpha_without"])
    return from_pandas(table, like=answers)


def _complete(read: Answers, items: Sequence[str]) -> tuple[Any, Any]:
    """Who answered all items, and who any."""
    given = read.items[list(items)].notna().to_numpy()
    return given.all(axis=1), given.any(axis=1)


def _covariance(read: Answers, items: Sequence[str], known: Any) -> tuple[float, Floats]:
    """The effective number of those who answered all items, and the covariances of their answers."""
    if not known.any():
        return 0.0, np.full((len(items), len(items)), np.nan)
    weights = read.weights[known]
    n = float(effective_number(weights, np.zeros(len(weights), dtype=np.int64), 1)[0])
    return n, weighted_covariance(read.items.loc[known, list(items)].to_numpy(), weights)


def _described(answers: Floats, weights: Floats, ends: tuple[float, float]) -> tuple[float, float, float, float]:
    total = weights.sum()
    if not total > 0:
        return (np.nan,) * 4
    mean = float(weights @ answers / total)
    spread = float(np.sqrt(weights @ (answers - mean) ** 2 / total))
    lowest, highest = (float(weights @ (answers == end) / total) for end in ends)
    return mean, spread, lowest, highest


def _correlation(covariance: Floats, place: int, others: Any) -> float:
    """The correlation of an item with the sum of the others."""
    scale = np.sqrt(covariance[place, place] * covariance[np.ix_(others, others)].sum())
    return float(covariance[place, others].sum() / scale) if scale > 0 else np.nan
