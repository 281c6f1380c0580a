"""Answers brought into memory: items as numbers, weights, groups."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import as_name, to_pandas
from crmkit._grouping import Labels, check_labels, label_names, labels_of
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import ANSWERS, check_kind, open_table
from crmkit.errors import SchemaError

__all__ = ["FEWEST", "Answers", "item_names", "read_answers"]

FEWEST: Final = 30
"""Fewer answers than these are few."""
# The squares of larger ones have no number.
_LARGEST: Final = 1e100

_NO_ROWS: Final = Message(
    en="{@answers} has no rows. It must have at least one.", zh="{@answers} 没有任何行，至少须有一行。"
)
_WEIGHTS: Final = Message(
    en="{where} must be above 0, got {values} at rows {rows}. {@as_answers()} refuses such weights; correct them, or "
    "leave the respondents out.",
    zh="{where}须大于 0，得到 {values}，见于行 {rows}。{@as_answers()} 不接受这样的权重；请修正，或去掉这些受访者。",
)
_TOO_LARGE: Final = Message(
    en="{where} holds numbers beyond any scale, such as {values}. {@as_answers()} makes such columns.",
    zh="{where}含有超出任何量表的数，例如 {values}。可用 {@as_answers()} 生成这样的列。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} has {names}, which the result has too. Keep the column under another name.",
    zh="{@by} 中的 {names} 与结果表的列重名，请以别的列名保留。",
)
_NO_ITEMS: Final = Message(
    en="{name} must be a list of {number} different items, got {value!r}.",
    zh="{name} 须为{number}互不重复的题目的列表，得到 {value!r}。",
)
_AT_LEAST: Final = Message(en="at least {n}", zh="至少 {n} 个")
_EXACTLY: Final = Message(en="{n}", zh=" {n} 个")


class Answers(NamedTuple):
    """Answers: a column per item with ``nan`` where there is none, weights, and the groups if asked."""

    items: pd.DataFrame
    weights: Floats
    labels: Labels | None

    @property
    def cells(self) -> tuple[npt.NDArray[np.int64], int]:
        """The group of each row, and how many there are."""
        if self.labels is None:
            return np.zeros(len(self.weights), dtype=np.int64), 1
        return self.labels.codes, len(self.labels.groups)


def read_answers(
    answers: Any, items: Sequence[str], *, by: str | Sequence[str] = (), taken: Sequence[str] = ()
) -> Answers:
    """Read items, weights and the labels of groups; rows of an engine come into memory."""
    labels = label_names(by)
    if clash := [name for name in labels if name in taken]:
        raise ValueError(_NAME_TAKEN(names=clash))
    names = list(dict.fromkeys(map(as_name, items)))
    rows = open_table(answers, ANSWERS, columns=("weight",), also=[*names, *labels])
    for name in names:
        check_kind(rows, name, "number", where=Column("answers", name), made_by=ANSWERS.made_by)
    check_labels(rows, labels, table="answers")
    table = to_pandas(rows.select(*dict.fromkeys(["weight", *names, *labels])))
    if table.empty:
        raise SchemaError(_NO_ROWS())
    numbers = {name: table[name].to_numpy(dtype=float, na_value=np.nan) for name in ["weight", *names]}
    weights = _checked(numbers)
    found = labels_of(table, labels) if labels else None
    return Answers(pd.DataFrame({name: numbers[name] for name in names}), weights, found)


def item_names(items: Any, *, name: str, least: int, most: int | None = None) -> list[str]:
    """Return the names of items, each once, so many of them."""
    number = _AT_LEAST(n=least) if most is None else _EXACTLY(n=most)
    wrong = _NO_ITEMS(name=Parameter(name), number=number, value=items)
    if isinstance(items, (str, bytes)) or not isinstance(items, Sequence):
        raise TypeError(wrong)
    names = [as_name(each) for each in items if isinstance(each, Hashable)]
    if len(set(names)) < len(items) or len(names) < least or (most is not None and len(names) > most):
        raise ValueError(wrong)
    return names


def _checked(numbers: dict[str, Floats]) -> Floats:
    weights = numbers["weight"]
    at = np.flatnonzero(~(weights > 0))
    if at.size:
        where = Column("answers", "weight")
        raise SchemaError(_WEIGHTS(where=where, values=some(weights[at].tolist()), rows=some(at.tolist())))
    for name, values in numbers.items():
        if (beyond := values[np.abs(values) > _LARGEST]).size:
            raise SchemaError(_TOO_LARGE(where=Column("answers", name), values=some(beyond.tolist())))
    return weights
