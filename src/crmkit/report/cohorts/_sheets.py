"""All cohorts as a heat map: a row per cohort, a column per month after the first purchase."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crmkit._figures import MARK
from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._periods import is_missing, is_touched
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.cohorts._texts import TEXTS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """Retention, empty where the month had not begun or the log holds nothing of it."""
    cohorts = answer.tables["cohorts"]
    shown = cohorts[(cohorts["age"] == 0) | ~_unknown(cohorts, facts)]
    grid = shown[shown["age"] > 0].pivot_table(index="cohort", columns="age", values="retention", aggfunc="first")
    grid = grid.reindex(index=sorted(cohorts["cohort"].unique()), columns=range(1, int(cohorts["age"].max()) + 1))
    ages = [f"age_{age}" for age in grid.columns]
    grid.columns = pd.Index(ages)
    sizes = cohorts.drop_duplicates("cohort").set_index("cohort")["size"]
    marks = [MARK if is_touched(facts, pd.Timestamp(start)) else None for start in grid.index]
    table = grid.assign(size=sizes, note=pd.Series(marks, index=grid.index, dtype=object)).reset_index()
    own = {"cohort": Named(TEXTS["cohort"], "month"), "size": Named(TEXTS["size"], "count")}
    own |= {name: Named(_later(name), "share") for name in ages}
    notes = (TEXTS["cohorts_note"].text(facts.language),)
    columns = ("cohort", "size", *ages, *(["note"] if any(marks) else []))
    return [sheet_of(TEXTS["cohorts"], table, facts, columns=columns, own=own, shaded=tuple(ages), notes=notes)]


def _unknown(cohorts: pd.DataFrame, facts: Facts) -> pd.Series[Any]:
    """Whether the log holds nothing of the month of a row."""
    months = [start + pd.DateOffset(months=age) for start, age in zip(cohorts["cohort"], cohorts["age"], strict=True)]
    known = {month: is_missing(facts, month) for month in set(months)}
    return pd.Series([known[month] for month in months], index=cohorts.index, dtype=bool)


def _later(name: str) -> Any:
    label = TEXTS["month_later"]
    return label._replace(**{part: text.format(n=name.removeprefix("age_")) for part, text in label._asdict().items()})
