"""Rows that cannot be used: how many, why, the positions of the first, and some of the values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Column, Joined, Message, Said
from crmkit._names import Language
from crmkit.cli.language import FileError
from crmkit.cli.reading._guess import Columns
from crmkit.cli.reading._left_out import LeftOut, say_left_out
from crmkit.transactions import AUDIT_REASONS

__all__ = ["Unusable", "money_columns", "used_columns"]

_CANNOT_BE_USED: Final = Message(
    en="The file has rows that cannot be used: {reasons}.{hint} Correct them, or pass --invalid drop.",
    zh="文件中有无法使用的行：{reasons}。{hint}请修正，或使用 --invalid drop。",
)
_NEEDS_FORMAT: Final = Message(
    en=" Text dates other than ISO need --date-format.", zh="非 ISO 格式的文本日期须用 --date-format 指定格式。"
)
_ROWS: Final = {
    "no_customer": Message(en="{n} without a customer ({where})", zh="{n} 行无客户编号（{where}）"),
    "unusable_date": Message(en="{n} with an unusable date ({where})", zh="{n} 行日期无效（{where}）"),
    "unusable_amount": Message(en="{n} with an unusable amount ({where})", zh="{n} 行金额无效（{where}）"),
    "no_rate": Message(
        en="{n} in a currency without a rate on their day ({where})", zh="{n} 行的货币在当日没有汇率（{where}）"
    ),
}
_FIRST_AT: Final = Message(en="first at rows {rows}", zh="最先见于从 0 数起的行 {rows}")
_HOLDS: Final = Message(en="{column} is {values}", zh="{column}为 {values}")
# One more than a message shows, so that it can say that there are more.
_KEPT = 6


@dataclass
class Unusable:
    """Counts, positions and examples of the rows that cannot be used, gathered chunk by chunk."""

    columns: Columns
    n_rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    positions: dict[str, list[int]] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[object]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are such rows."""
        return self.counts.total() > 0

    def add(self, rejected: pd.DataFrame, *, n_rows: int) -> None:
        """Add the rejected rows of the next chunk, whose index is their position in it; ``n_rows`` is its length."""
        self.counts.update(rejected["rejected_because"])
        for reason, columns in self._sources().items():
            rows = rejected[rejected["rejected_because"] == reason]
            kept = self.positions.setdefault(reason, [])
            kept += (self.n_rows + rows.index[: _KEPT - len(kept)]).tolist()
            for column in columns:
                _keep(self.examples.setdefault((reason, column), []), rows[column])
        self.n_rows += n_rows

    def check_rows(self) -> None:
        """Refuse them, with the positions of the first of each kind; a status that does not count is not at fault."""
        told = [self._located(reason) for reason in self._sources() if self.counts[reason] and reason in _ROWS]
        if not told:
            return
        texts = any(isinstance(value, str) for value in self.examples.get(("unusable_date", self.columns["date"]), []))
        raise FileError(_CANNOT_BE_USED(reasons=Joined(told), hint=_NEEDS_FORMAT() if texts else ""))

    def say(self, language: Language) -> None:
        """Count the rows left out on standard error, with examples."""
        found = [
            LeftOut(reason, self.counts[reason], self._shown(reason))
            for reason in self._sources()
            if self.counts[reason]
        ]
        say_left_out(found, AUDIT_REASONS, language, given=self.n_rows)

    def _sources(self) -> dict[str, Sequence[str]]:
        date = self.columns["date"]
        return {
            "no_customer": [],
            "unusable_date": [name for name in (date, self.columns["refund_date"]) if name is not None],
            "uncounted_status": [] if self.columns["status"] is None else [self.columns["status"]],
            "unusable_amount": [*money_columns(self.columns), *filter(None, [self.columns["refund"]])],
            "no_rate": [] if self.columns["currency"] is None else [self.columns["currency"]],
        }

    def _shown(self, reason: str) -> str:
        return ", ".join(f"{column} {some(values)}" for column, values in self._kept(reason).items())

    def _located(self, reason: str) -> Said:
        where = [_FIRST_AT(rows=some(self.positions[reason]))]
        where += [
            _HOLDS(column=Column("orders", column), values=some(values))
            for column, values in self._kept(reason).items()
        ]
        return _ROWS[reason](n=self.counts[reason], where=Joined(where, ", ", "，"))

    def _kept(self, reason: str) -> dict[str, list[object]]:
        kept = {column: self.examples.get((reason, column), []) for column in self._sources()[reason]}
        return {column: values for column, values in kept.items() if values}


def used_columns(columns: Columns) -> list[str]:
    """The columns that play a role."""
    return list(dict.fromkeys(name for name in columns.values() if name is not None))


def money_columns(columns: Columns) -> list[str]:
    """The columns that make the amount."""
    names = (columns["quantity"], columns["unit_price"]) if columns["unit_price"] else (columns["amount"],)
    return [name for name in names if name is not None]


def _keep(kept: list[object], values: pd.Series[Any]) -> None:
    for value in values.unique():
        plain = None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
        if len(kept) < _KEPT and plain not in kept:
            kept.append(plain)
