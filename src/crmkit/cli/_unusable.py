"""Rows that cannot be used: how many, why, where the first stand, and some of the values that were the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._names import Language
from crmkit.cli._decimals import has_decimal_comma
from crmkit.cli._guess import Columns
from crmkit.cli._problems import FileError
from crmkit.cli._texts import TEXTS
from crmkit.labels import LABELS

__all__ = ["Unusable", "money_columns"]

# One more than a message shows, so that it can tell that there are more.
_KEPT = 6


@dataclass
class Unusable:
    """What the rows that cannot be used have in common, gathered chunk by chunk."""

    columns: Columns
    decimal_comma: bool
    n_rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    positions: dict[str, list[int]] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[object]] = field(default_factory=dict)
    misread: dict[str, list[object]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are such rows."""
        return self.counts.total() > 0

    def add(self, rejected: pd.DataFrame, *, n_rows: int) -> None:
        """Add the next chunk of so many rows, of which these are rejected; the index is their place in the chunk."""
        self.counts.update(rejected["rejected_because"])
        for reason, columns in self._sources().items():
            rows = rejected[rejected["rejected_because"] == reason]
            kept = self.positions.setdefault(reason, [])
            kept += (self.n_rows + rows.index[: _KEPT - len(kept)]).tolist()
            for column in columns:
                _keep(self.examples.setdefault((reason, column), []), rows[column])
        unusable = rejected[rejected["rejected_because"] == "unusable_amount"]
        for column in money_columns(self.columns):
            text = unusable[column].astype(str)
            misread = text.str.contains(r"\d[.,]\d" if self.decimal_comma else r"\d,\d", regex=True)
            if self.decimal_comma:
                misread &= ~has_decimal_comma(text)
            _keep(self.misread.setdefault(column, []), text[misread])
        self.n_rows += n_rows

    def check_numbers(self) -> None:
        """Refuse numbers in another notation: leaving them out would lose the large ones, or misread the others."""
        for column, values in self.misread.items():
            if values:
                problem = "points" if self.decimal_comma else "commas"
                raise FileError(problem, column=column, values=some(values))

    def check_rows(self, language: Language) -> None:
        """Refuse them, naming where the first of each kind stand."""
        if not self:
            return
        told = [self._located(reason, language) for reason in self._sources() if self.counts[reason]]
        texts = any(isinstance(value, str) for value in self.examples.get(("unusable_date", self.columns["date"]), []))
        hint = TEXTS["dates_need_format"].text(language) if texts else ""
        raise FileError("cannot_be_used", reasons=("；" if language == "zh" else "; ").join(told), hint=hint)

    def say(self, language: Language) -> None:
        """Count the rows left out on standard error, with examples."""
        if not self:
            return
        told = [
            _counted(self.counts[reason], reason, self._shown(reason), language)
            for reason in self._sources()
            if self.counts[reason]
        ]
        reasons = ("，" if language == "zh" else ", ").join(told)
        click.echo(TEXTS["left_out"].text(language).format(given=f"{self.n_rows:,}", reasons=reasons), err=True)

    def _sources(self) -> dict[str, Sequence[str]]:
        date = self.columns["date"]
        return {
            "no_customer": [],
            "unusable_date": [] if date is None else [date],
            "unusable_amount": money_columns(self.columns),
        }

    def _shown(self, reason: str) -> str:
        return ", ".join(f"{column} {some(values)}" for column, values in self._kept(reason).items())

    def _located(self, reason: str, language: Language) -> str:
        where = [TEXTS["first_at"].text(language).format(rows=some(self.positions[reason]))]
        where += [
            TEXTS["column_holds"].text(language).format(column=column, values=some(values))
            for column, values in self._kept(reason).items()
        ]
        shown = ("，" if language == "zh" else ", ").join(where)
        return TEXTS[f"rows_{reason}"].text(language).format(count=self.counts[reason], shown=shown)

    def _kept(self, reason: str) -> dict[str, list[object]]:
        kept = {column: self.examples.get((reason, column), []) for column in self._sources()[reason]}
        return {column: values for column, values in kept.items() if values}


def money_columns(columns: Columns) -> list[str]:
    """The columns that make the amount."""
    names = (columns["quantity"], columns["unit_price"]) if columns["unit_price"] else (columns["amount"],)
    return [name for name in names if name is not None]


def _keep(kept: list[object], values: pd.Series[Any]) -> None:
    for value in values.unique():
        plain = None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
        if len(kept) < _KEPT and plain not in kept:
            kept.append(plain)


def _counted(count: int, reason: str, shown: str, language: Language) -> str:
    name = LABELS["audit_reason"][reason].text(language)
    if language == "zh":
        return f"{name} {count:,} 行" + (f"（{shown}）" if shown else "")
    return f"{count:,} {name.lower()}" + (f" ({shown})" if shown else "")
