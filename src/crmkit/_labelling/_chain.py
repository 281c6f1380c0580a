"""Transition matrices as callers give them: the states, their probabilities, and numbers by state."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import from_pandas, open_frame, to_pandas
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats

__all__ = ["BEFORE", "Chain", "as_chain", "by_state", "table_by_state", "table_like"]


BEFORE: Final = "before"
# Probabilities typed in with four decimals add up to 1 within this.
_ROUNDING = 1e-4

_NOT_NUMBERS: Final = Message(
    en="{@transition} must be a square table of probabilities, got {got}.",
    zh="{@transition} 须为由概率组成的方阵，得到 {got}。",
)
_NOT_SQUARE: Final = Message(
    en="{@transition} must be square, with a row and a column per state, got shape {shape}.",
    zh="{@transition} 须为方阵，每个状态一行一列，得到的形状为 {shape}。",
)
_OTHER_STATES: Final = Message(
    en="{@transition} must have the same states, each once, in its rows and its columns, got {rows} and {columns}.",
    zh="{@transition} 的行与列须为相同的状态且各出现一次，得到 {rows} 与 {columns}。",
)
_NEVER_SEEN: Final = Message(
    en="{@transition} is missing for the states {states}: nobody was in them. Leave them out, or estimate with "
    "{@smoothing}.",
    zh="{@transition} 中状态 {states} 的概率缺失：没有客户处于这些状态。请去掉这些状态，或在估计时使用 {@smoothing}。",
)
_NEGATIVE: Final = Message(
    en="{@transition} must hold probabilities, got {got}.", zh="{@transition} 须为概率，得到 {got}。"
)
_NOT_ONE: Final = Message(
    en="{@transition} must have rows that add up to 1, got {sums} for the states {states}. Divide percentages by 100; "
    "give those who leave a state of their own, from which nobody moves.",
    zh="{@transition} 的每一行之和须为 1，状态 {states} 的和为 {sums}。百分数请除以 100；流失的客户请单设一个不再"
    "转出的状态。",
)
_NOT_BY_STATE: Final = Message(
    en="{name} must have one number for each of the states {states}, got {got}.",
    zh="{name} 须为每个状态 {states} 各给一个数，得到 {got}。",
)
_NOT_SO_MANY: Final = Message(
    en="{name} must have one number for each of the {n} states, got shape {shape}.",
    zh="{name} 须为 {n} 个状态各给一个数，得到的形状为 {shape}。",
)
_MISSING: Final = Message(en="{name} is missing for the states {states}.", zh="{name} 中状态 {states} 的值缺失。")
_TAKEN: Final = Message(
    en="A state is named {state!r}, like the first column of the result. Rename the state.",
    zh="有名为 {state!r} 的状态，与结果的首列重名。请为该状态改名。",
)
_ALIKE: Final = Message(
    en="Some states are the same when written as text: {states}. Rename them, or give a pandas table.",
    zh="有写成文本后相同的状态：{states}。请改名，或给出 pandas 表。",
)


class Chain(NamedTuple):
    """A Markov chain: its states, and the probabilities to move from the state of a row to that of a column."""

    states: pd.Index[Any]
    probabilities: Floats


def as_chain(transition: Any) -> Chain:
    """Read states and probabilities; rows are rescaled to add up to 1 exactly."""
    states, columns, values = _parts(transition)
    try:
        chain = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(_NOT_NUMBERS(got=repr(transition))) from error
    if chain.ndim != 2 or chain.shape[0] != chain.shape[1] or not chain.size:
        raise ValueError(_NOT_SQUARE(shape=chain.shape))
    states, columns = (pd.RangeIndex(len(chain)) if index is None else index for index in (states, columns))
    if not (states.is_unique and states.equals(columns)):
        raise ValueError(_OTHER_STATES(rows=some(states), columns=some(columns)))
    unknown = np.asarray(np.isnan(chain).any(axis=1))
    if unknown.any():
        raise ValueError(_NEVER_SEEN(states=some(states[unknown])))
    if (chain < 0).any():
        raise ValueError(_NEGATIVE(got=some(chain[chain < 0].tolist())))
    sums = chain.sum(axis=1)
    off = np.asarray(np.abs(sums - 1) > _ROUNDING)
    if off.any():
        raise ValueError(_NOT_ONE(sums=some(sums[off].tolist()), states=some(states[off])))
    return Chain(states.rename(None), chain / sums[:, None])


def by_state(numbers: Mapping[Any, float] | Numbers, states: pd.Index[Any], *, name: str) -> Floats:
    """Read one number per state, in the order of the states."""
    if isinstance(numbers, Mapping):
        numbers = pd.Series(dict(numbers))
    if isinstance(numbers, pd.Series):
        if not numbers.index.is_unique or set(numbers.index) != set(states):
            raise ValueError(_NOT_BY_STATE(name=Parameter(name), states=some(states), got=some(numbers.index)))
        numbers = numbers.reindex(states)
    floats = as_floats(numbers, name=name)
    if floats.shape != (len(states),):
        raise ValueError(_NOT_SO_MANY(name=Parameter(name), n=len(states), shape=floats.shape))
    if np.isnan(floats).any():
        missing = np.asarray(states)[np.isnan(floats)].tolist()
        raise ValueError(_MISSING(name=Parameter(name), states=some(missing)))
    return floats


def table_by_state(
    values: Floats, *, first: str, rows: Sequence[Hashable] | pd.Index[Any], states: pd.Index[Any], like: Any
) -> Any:
    """Make a table of a first column and a column per state, in the kind of frame of ``like``, as `table_like` does.

    On kinds other than pandas the columns are named by the states as text.
    """
    if first in states:
        raise ValueError(_TAKEN(state=first))
    table = pd.DataFrame(values, columns=pd.Index(states, dtype=object))
    table.insert(0, first, rows)
    return table_like(table, like=like)


def table_like(table: pd.DataFrame, *, like: Any) -> Any:
    """Turn a pandas table into the kind of frame of ``like``; leave it in pandas if that is not a frame."""
    if isinstance(like, pd.DataFrame) or not _is_frame(like):
        return table
    named = table.set_axis([str(name) for name in table.columns], axis=1)
    twice = named.columns[named.columns.duplicated()]
    if len(twice):
        raise ValueError(_ALIKE(states=some(twice)))
    return from_pandas(named, like=like)


def _parts(transition: Any) -> tuple[pd.Index[Any] | None, pd.Index[Any] | None, Any]:
    """The states of the rows, those of the columns, and the values; an array has no states."""
    if not isinstance(transition, pd.DataFrame):
        if not _is_frame(transition):
            return None, None, transition
        transition = to_pandas(open_frame(transition, name="transition"))
    if BEFORE not in transition.columns:
        return transition.index, transition.columns, transition
    states, values = pd.Index(transition[BEFORE].tolist()), transition.drop(columns=BEFORE)
    as_text = list(map(str, states)) == list(map(str, values.columns))
    return states, states if as_text else values.columns, values


def _is_frame(native: Any) -> bool:
    return isinstance(nw.from_native(native, pass_through=True), (nw.DataFrame, nw.LazyFrame))
