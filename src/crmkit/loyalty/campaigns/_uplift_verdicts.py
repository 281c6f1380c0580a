"""Rankings beside one of them: their measures, how far these differ, and whether that says anything."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit.loyalty.campaigns._uplift_measures import MEASURES, Measure, interval_of, measures_of
from crmkit.loyalty.campaigns._uplift_rows import Judged, is_binary

__all__ = ["Ranked", "fewest_varied", "n_varied", "ranks", "verdict_table"]

# Outcomes other than the commonest that each arm must have; half of them at either side of the top share. As in
# `campaign_effect_table`.
_FEWEST_EVENTS: Final = 10
_FEWEST_AMOUNTS: Final = 30

_NUMBERS: Final = ("value", "lower", "upper", "difference", "difference_lower", "difference_upper")


class Ranked(NamedTuple):
    """Rankings by name, None where nothing was learned, with each row's outcome, arm (1 treated) and customer."""

    rankings: dict[str, Floats | None]
    outcomes: Floats
    treated: npt.NDArray[np.intp]
    customers: npt.NDArray[np.intp]


def fewest_varied(outcomes: Floats) -> int:
    """How many outcomes other than the commonest each arm must have."""
    return _FEWEST_EVENTS if is_binary(outcomes) else _FEWEST_AMOUNTS


def n_varied(outcomes: Floats, treated: npt.NDArray[np.intp]) -> int:
    """Outcomes other than the commonest of an arm, in the arm that has fewer of them."""
    counts = [np.unique(outcomes[treated == arm], return_counts=True)[1] for arm in (0, 1)]
    return min(int(each.sum() - each.max()) for each in counts)


def ranks(scores: Floats, folds: npt.NDArray[np.intp]) -> Floats:
    """The place of each row within its fold, from 0 to 1, the highest score last; equal scores share theirs."""
    by_fold = pd.Series(scores).groupby(folds)
    return np.asarray((by_fold.rank() - 0.5) / by_fold.transform("size"))


def verdict_table(ranked: Ranked, *, beside: str, share: float, level: float) -> pd.DataFrame:
    """A row per ranking and measure."""
    found = {
        name: None
        if ranking is None
        else measures_of(Judged(ranked.outcomes, ranking, ranked.treated.astype(np.float64)), share=share)
        for name, ranking in ranked.rankings.items()
    }
    n, fewest = n_varied(ranked.outcomes, ranked.treated), fewest_varied(ranked.outcomes)
    is_few = dict.fromkeys(MEASURES, n < fewest)
    is_few["uplift_at"] |= share < 1 and n * min(share, 1 - share) < fewest / 2
    rows = []
    for name, measures in found.items():
        for place, measure in enumerate(MEASURES):
            of = None if is_few[measure] else ranked.customers
            row: dict[str, Any] = {"score": name, "measure": measure, "verdict": "too_few" if of is None else "unclear"}
            others = found[beside]
            if measures is not None:
                row |= _told(measures[place], "", of=of, level=level)
            if name == beside:
                row["verdict"] = None
            elif measures is not None and others is not None:
                apart = measures[place].less(others[place])
                row |= _told(apart, "difference", of=of, level=level)
            rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=["score", "measure", *_NUMBERS, "verdict"])
    table[list(_NUMBERS)] = table[list(_NUMBERS)].astype(np.float64)
    table["verdict"] = pd.Series([row["verdict"] for row in rows], dtype=object)
    table.loc[table["difference_lower"] > 0, "verdict"] = "better"
    table.loc[table["difference_upper"] < 0, "verdict"] = "worse"
    return table


def _told(measure: Measure, name: str, *, of: npt.NDArray[np.intp] | None, level: float) -> dict[str, float]:
    """The value of a measure, with its interval unless there are too few to tell."""
    ends = {} if of is None else dict(zip(("lower", "upper"), interval_of(measure, of=of, level=level), strict=True))
    named = {f"{name}_{end}" if name else end: value for end, value in ends.items()}
    return {name or "value": measure.value, **named}
