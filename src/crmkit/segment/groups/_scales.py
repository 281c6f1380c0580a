"""Scores of scales from blocks of survey items, and whether the items of a block measure one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_fraction, some
from crmkit._frames import FrameT, from_pandas, listed_names, rows_like
from crmkit._messages import Column, Message
from crmkit._stats import alpha_interval, cronbach_alpha, weighted_covariance
from crmkit.errors import SchemaError
from crmkit.segment.groups._read_columns import numbers_in

__all__ = ["scale_reliability_table", "scale_score_table"]

_ANSWERED: Final = "_answered"

_NO_SCALES: Final = Message(
    en="{@scales} must map the name of each scale to a list of its items, each once, got {got!r}.",
    zh="{@scales} 须为由量表名称到其题目列表（互不重复）的映射，得到 {got!r}。",
)
_NAME_TAKEN: Final = Message(
    en="{@scales} names {names}, which the result has for the share answered. Choose other names.",
    zh="{@scales} 中的 {names} 与结果中表示作答比例的列重名，请换用其他名称。",
)
_NOT_ITEMS: Final = Message(
    en="{@reversed_items} names {got}, which {n:is not an item|are not items} of {@scales}.",
    zh="{@reversed_items} 中的 {got} 不在 {@scales} 的题目之中。",
)
_NO_LIMITS: Final = Message(
    en="{@reversed_items} need {@limits}, the lowest and the highest answer that there is to them, such as (1, 5).",
    zh="使用 {@reversed_items} 时须用 {@limits} 给出最低与最高的答案，如 (1, 5)。",
)
_BEYOND: Final = Message(
    en="{where} has answers beyond {low:g} to {high:g}, such as {got}. Codes that are no answer must be missing; "
    "{@as_answers()} makes them so.",
    zh="{where}含有超出 {low:g} 至 {high:g} 的答案，例如 {got}。不是答案的代码须设为缺失，可用 {@as_answers()} 处理。",
)


class _Blocks(NamedTuple):
    """Items of each scale turned the same way, as arrays of a row per respondent."""

    answers: dict[str, Floats]
    items: dict[str, list[str]]
    turned: list[str]


def scale_score_table(
    answers: FrameT,
    *,
    scales: Mapping[str, Sequence[str]],
    reversed_items: Sequence[str] = (),
    limits: Sequence[float] | None = None,
    least_answered: float = 0.5,
) -> FrameT:
    """Score each respondent on scales, each the mean of a block of items: what clusters of attitudes are made of.

    Only what people said is scored; nobody's character is guessed from what they buy.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table
        A row per respondent, with the items as numbers, as `crmkit.as_answers` makes them.
    scales : mapping of str to sequence of str
        The items of each scale, such as ``{"price": ["compares", "waits_for_sales"]}``.
    reversed_items : sequence of str, default ()
        Items that are worded the other way round, unless `crmkit.as_answers` has reversed them already: an answer x
        counts as the lowest plus the highest possible answer minus x.
    limits : two numbers, optional
        The lowest and the highest possible answer. Needed to reverse items; answers beyond them are refused.
    least_answered : float, default 0.5
        Share of the items of a scale that must be answered for a score, above 0 and at most 1.

    Returns
    -------
    the kind of table given
        One row per respondent, in the order given: for each scale a column of its name with the mean of the items
        answered, missing where too few are; and a column with ``_answered`` added, the share of the items answered.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers or is infinite, or an answer lies beyond ``limits``.
    TypeError
        If ``answers`` is not a table in memory, or an option is of the wrong kind.
    ValueError
        If a scale has no items or one twice, an item to be turned is in no scale or ``limits`` are lacking, or an
        option is out of range.

    See Also
    --------
    scale_reliability_table : Whether the items of a scale measure one thing.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"compares": [5, 4, None], "waits": [4, None, None], "buys_at_once": [1, 2, 3]})
    >>> scales = {"price": ["compares", "waits", "buys_at_once"]}
    >>> scale_score_table(answers, scales=scales, reversed_items=["buys_at_once"], limits=(1, 5)).round(2)
       price  price_answered
    0   4.67            1.00
    1   4.00            0.67
    2    NaN            0.33
    """
    check_fraction(least_answered, name="least_answered", high_open=False)
    blocks = _blocks(answers, scales, reversed_items, limits)
    made: dict[str, Floats] = {}
    if taken := [name for name in blocks.items if f"{name}{_ANSWERED}" in blocks.items]:
        raise ValueError(_NAME_TAKEN(names=[f"{name}{_ANSWERED}" for name in taken]))
    for name, values in blocks.answers.items():
        known = ~np.isnan(values)
        share = known.mean(axis=1)
        # Divided first, so that the sum of large answers does not overflow.
        sums = np.where(known, values / values.shape[1], 0.0).sum(axis=1)
        enough = (share >= least_answered) & (share > 0)
        made[name] = np.where(enough, sums / np.where(share > 0, share, 1.0), np.nan)
        made[f"{name}{_ANSWERED}"] = share
    return rows_like(made, like=answers)


def scale_reliability_table(
    answers: FrameT,
    *,
    scales: Mapping[str, Sequence[str]],
    reversed_items: Sequence[str] = (),
    limits: Sequence[float] | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Tell whether the items of each scale measure one thing: Cronbach's alpha, and the item that fits least.

    Every respondent counts the same; for weighted answers see `crmkit.loyalty.satisfaction.reliability_table`.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table
        As for `scale_score_table`.
    scales : mapping of str to sequence of str
        As for `scale_score_table`.
    reversed_items : sequence of str, default ()
        As for `scale_score_table`.
    limits : two numbers, optional
        As for `scale_score_table`.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of table given
        One row per scale: ``scale``; ``n_items``; ``n_reversed``, how many of them were reversed; ``n`` respondents who
        answered all of them, who alone count; ``n_left_out``, those who answered some; ``alpha``, ``lower`` and
        ``upper``, Feldt's interval, missing for one item or where nothing varies; ``weakest_item``, whose correlation
        with the sum of the others is lowest, and that ``weakest_correlation``: below 0 the item may be worded the other
        way round.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers or is infinite, or an answer lies beyond ``limits``.
    TypeError
        If ``answers`` is not a table in memory, or an option is of the wrong kind.
    ValueError
        If a scale has no items or one twice, an item to be turned is in no scale or ``limits`` are lacking, or
        ``level`` does not lie between 0 and 1.

    References
    ----------
    .. [1] Cronbach (1951), "Coefficient Alpha and the Internal Structure of Tests", *Psychometrika* 16.
    .. [2] Feldt, Woodruff and Salih (1987), "Statistical Inference for Coefficient Alpha", *Applied Psychological
       Measurement* 11(1).

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"compares": [5, 4, 2, 1], "waits": [4, 4, 2, 2], "buys_at_once": [1, 2, 4, 5]})
    >>> scales = {"price": ["compares", "waits", "buys_at_once"]}
    >>> scale_reliability_table(answers, scales=scales)[["scale", "weakest_item", "weakest_correlation"]].round(2)
       scale  weakest_item  weakest_correlation
    0  price  buys_at_once                -0.99
    """
    check_fraction(level, name="level")
    blocks = _blocks(answers, scales, reversed_items, limits)
    rows = []
    for name, values in blocks.answers.items():
        items, known = blocks.items[name], ~np.isnan(values)
        complete = values[known.all(axis=1)]
        n, n_turned = len(complete), len(set(items) & set(blocks.turned))
        left_out = int((known.any(axis=1) & ~known.all(axis=1)).sum())
        covariance = weighted_covariance(complete, np.ones(n)) if n else np.full((len(items),) * 2, np.nan)
        alpha = cronbach_alpha(covariance) if n else float("nan")
        lower, upper = alpha_interval(alpha, n=n, n_items=len(items), level=level)
        weakest, correlation = _weakest(covariance, items)
        rows.append((name, len(items), n_turned, n, left_out, alpha, lower, upper, weakest, correlation))
    columns = ["scale", "n_items", "n_reversed", "n", "n_left_out", "alpha", "lower", "upper", "weakest_item"]
    table = pd.DataFrame(rows, columns=[*columns, "weakest_correlation"])
    return from_pandas(table, like=answers)


def _blocks(answers: Any, scales: Any, reversed_items: Any, limits: Any) -> _Blocks:
    if not isinstance(scales, Mapping) or not scales or not all(isinstance(name, str) for name in scales):
        raise TypeError(_NO_SCALES(got=scales))
    items: dict[str, list[str]] = {}
    for name, own in scales.items():
        items[name] = listed_names(own, name="scales")
        if not items[name] or len(set(items[name])) < len(items[name]):
            raise ValueError(_NO_SCALES(got=scales))
    turned = listed_names(reversed_items, name="reversed_items")
    every = list(dict.fromkeys(item for own in items.values() for item in own))
    if strange := [item for item in turned if item not in every]:
        raise ValueError(_NOT_ITEMS(got=strange, n=len(strange)))
    if turned and limits is None:
        raise ValueError(_NO_LIMITS())
    ends = None if limits is None else check_ascending(limits, n_numbers=2, name="limits")
    numbers = numbers_in(answers, every, name="answers")
    for item, values in numbers.items():
        if ends is not None:
            _check_within(values, ends, where=Column("answers", item))
            numbers[item] = ends[0] + ends[1] - values if item in turned else values
    return _Blocks(
        {name: np.column_stack([numbers[item] for item in own]) for name, own in items.items()}, items, turned
    )


def _check_within(values: Floats, ends: Sequence[float], *, where: Column) -> None:
    beyond = values[(values < ends[0]) | (values > ends[1])]
    if beyond.size:
        raise SchemaError(_BEYOND(where=where, low=ends[0], high=ends[1], got=some(beyond.tolist())))


def _weakest(covariance: Floats, items: Sequence[str]) -> tuple[str | None, float]:
    """The item whose correlation with the sum of the others is lowest."""
    found: npt.NDArray[np.float64] = np.full(len(items), np.nan)
    for at in range(len(items)):
        others = np.delete(np.arange(len(items)), at)
        scale = np.sqrt(covariance[at, at] * covariance[np.ix_(others, others)].sum())
        found[at] = covariance[at, others].sum() / scale if scale > 0 else np.nan
    if np.isnan(found).all():
        return None, float("nan")
    at = int(np.nanargmin(found))
    return items[at], float(found[at])
