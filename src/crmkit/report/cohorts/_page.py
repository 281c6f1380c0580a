"""Retention of cohorts, and the newest of them as a grid; the shade of a cell grows with its retention."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._calendar import period_end
from crmkit._figures import NOTHING, count, marked
from crmkit._frames import open_frame, to_pandas
from crmkit.activity import cohort_table
from crmkit.report._facts import Facts
from crmkit.report._numbers import month
from crmkit.report._periods import is_missing, is_touched
from crmkit.report._section import Answer, Context

__all__ = ["answer", "page"]

_MOST_COHORTS: Final = 24
# Darkest retention on the heat map; above it white text would be needed.
_DARKEST: Final = 0.75


def answer(context: Context) -> Answer:
    """All cohorts by month."""
    table = cohort_table(context.transactions, as_of=context.facts.as_of)
    return Answer({"cohorts": to_pandas(open_frame(table, name="cohorts"))})


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The newest cohorts, a row each."""
    cohorts = answer.tables["cohorts"]
    starts = np.sort(cohorts["cohort"].unique())[-_MOST_COHORTS:]
    shown = cohorts[cohorts["cohort"].isin(starts)]
    later = shown.loc[shown["age"] > 0, "retention"]
    most = max(float(later.max()), 1e-9) if len(later) else 1.0
    rows = []
    for start, cohort in shown.groupby("cohort", sort=True):
        born: Any = start
        cells = [
            _cell(facts, born + pd.DateOffset(months=age), retention, most=most)
            for age, retention in zip(
                *cohort.sort_values("age")[["age", "retention"]].iloc[1:].T.to_numpy(), strict=True
            )
        ]
        named = marked(month(start), is_touched(facts, born))
        rows.append({"month": named, "size": count(cohort["size"].iloc[0]), "cells": cells})
    return {
        "rows": rows,
        "ages": list(range(1, int(shown["age"].max()) + 1)),
        "n_cohorts": cohorts["cohort"].nunique(),
        "partial": facts.as_of != period_end(facts.as_of, freq="M"),
    }


def _cell(facts: Facts, start: pd.Timestamp, retention: float, *, most: float) -> dict[str, Any]:
    if is_missing(facts, start):
        return {"text": NOTHING, "shade": 0.0}
    return {
        "text": marked(f"{retention:.0%}", is_touched(facts, start)),
        "shade": round(_DARKEST * retention / most, 2),
    }
