"""Conditions of rules on numbers, flags and labels, missing ones included: in memory, in SQL and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._figures import amount
from crmkit._labelling import Measures, column_sql, lacks_sql, text_sql
from crmkit._names import Label, Language

__all__ = ["LabelIn", "NumberIn", "RuleCondition"]

_MOST: Final = np.finfo(float).max.item()
_WORDS: Final = {
    "between": Label("{column} is above {low} and at most {high}", "{column} 大于 {low} 且不超过 {high}"),
    "above": Label("{column} is above {low}", "{column} 大于 {low}"),
    "at_most": Label("{column} is at most {high}", "{column} 不超过 {high}"),
    "known": Label("{column} is known", "{column} 已知"),
    "missing": Label("{column} is missing", "{column} 缺失"),
    "true": Label("{column} is true", "{column} 为真"),
    "false": Label("{column} is false", "{column} 为假"),
    "in": Label("{column} is {labels}", "{column} 为 {labels}"),
    "not in": Label("{column} is not {labels}", "{column} 不为 {labels}"),
    "or_missing": Label(" (or missing)", "（或缺失）"),
}
_OR: Final = Label(" or ", "或")
_COMMA: Final = Label(", ", "、")
_QUOTED: Final = Label("“{}”", "“{}”")


class NumberIn(NamedTuple):
    """A number above ``low`` and at most ``high``, or missing where that is allowed; without ``known``, only missing.

    It ``is_guarded`` where those without a number were sorted out before.
    """

    column: str
    low: float = -np.inf
    high: float = np.inf
    known: bool = True
    missing: bool = False
    is_flag: bool = False
    is_guarded: bool = False

    def holds(self, columns: Measures, /) -> npt.NDArray[np.bool_]:
        """The rows where it holds."""
        values = columns[self.column]
        found = (values > self.low) & (values <= self.high) if self.known else np.zeros(len(values), dtype=bool)
        return np.asarray(found | np.isnan(values) if self.missing else found)

    def split(self, cut: float, *, missing_below: bool) -> tuple[NumberIn, NumberIn]:
        """Split it at a cut: at most, and above; an endless cut tells the known from the missing."""
        below = self._replace(high=min(cut, self.high), missing=self.missing and missing_below)
        if cut == np.inf:
            return below, self._replace(known=False)
        return below, self._replace(low=max(cut, self.low), missing=self.missing and not missing_below)

    def sql(self, *, quote: str) -> str:
        """Write it in SQL; what is not finite counts as missing."""
        column, lacks = column_sql(self.column, quote=quote), lacks_sql(self.column, quote=quote)
        if self.is_flag:
            # Truth values are compared as numbers.
            column, lacks = f"CAST({column} AS INTEGER)", f"{column} IS NULL"
        if not self.known:
            return f"({lacks})"
        tests = [f"{column} > {self.low!r}"] if self.low > -np.inf else []
        if self.high < np.inf:
            tests.append(f"{column} <= {self.high!r}")
        elif not (self.is_flag or self.is_guarded):
            # NaN is above all numbers there.
            tests.append(f"{column} <= {_MOST!r}")
        inside = " AND ".join(tests) or f"{column} IS NOT NULL"
        return f"({inside} OR {lacks})" if self.missing else inside

    def words(self, language: Language) -> str:
        """Say it."""
        if not self.known:
            return _WORDS["missing"].text(language).format(column=self.column)
        has_low, has_high = self.low > -np.inf, self.high < np.inf
        kind = "between" if has_low and has_high else "above" if has_low else "at_most" if has_high else "known"
        if self.is_flag and has_low != has_high:
            kind = "true" if has_low else "false"
        said = _WORDS[kind].text(language).format(column=self.column, low=amount(self.low), high=amount(self.high))
        return said + (_WORDS["or_missing"].text(language) if self.missing else "")


class LabelIn(NamedTuple):
    """One of ``labels``, or none of them where ``negated``; missing where that is allowed.

    Labels are places among the ``levels`` that were learned; later ones stand behind these.
    """

    column: str
    levels: tuple[str, ...]
    labels: tuple[str, ...]
    negated: bool
    missing: bool

    def holds(self, columns: Measures, /) -> npt.NDArray[np.bool_]:
        """The rows where it holds."""
        values = columns[self.column]
        lacks = np.isnan(values)
        found = np.isin(values, [self.levels.index(label) for label in self.labels]) & ~lacks
        found = ~found & ~lacks if self.negated else found
        return np.asarray(found | lacks if self.missing else found)

    def split(self, label: str | None) -> tuple[LabelIn, LabelIn]:
        """Split it: those who do not have a label, or whose label is not missing, and those who have it or lack any."""
        if label is None:
            return self._replace(missing=False), self._replace(labels=(), negated=False, missing=True)
        without = tuple(each for each in self.labels if each != label)
        others = self._replace(labels=(*self.labels, label) if self.negated else without)
        return others, self._replace(labels=(label,), negated=False, missing=False)

    def sql(self, *, quote: str) -> str:
        """Write it in SQL."""
        column = column_sql(self.column, quote=quote)
        named = ", ".join(text_sql(label, quote=quote) for label in self.labels)
        if not self.labels:
            return f"{column} IS NOT NULL" if self.negated else f"{column} IS NULL"
        inside = f"{column} {'NOT IN' if self.negated else 'IN'} ({named})"
        return f"({inside} OR {column} IS NULL)" if self.missing else inside

    def words(self, language: Language) -> str:
        """Say it."""
        if not self.labels:
            return _WORDS["known" if self.negated else "missing"].text(language).format(column=self.column)
        labels = _listed([_QUOTED.text(language).format(label) for label in self.labels], language)
        said = _WORDS["not in" if self.negated else "in"].text(language).format(column=self.column, labels=labels)
        return said + (_WORDS["or_missing"].text(language) if self.missing else "")


RuleCondition: TypeAlias = NumberIn | LabelIn


def _listed(labels: Sequence[str], language: Language) -> str:
    if len(labels) == 1:
        return labels[0]
    return _COMMA.text(language).join(labels[:-1]) + _OR.text(language) + labels[-1]
