"""The figures of one segmentation, criterion by criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import AnyFrame
from crmkit._labelling import Labeller
from crmkit._stats import wilson_interval
from crmkit.segment._described import Described, described
from crmkit.segment._whole_effects import whole_effects
from crmkit.segment.quality._drift import drift_lines
from crmkit.segment.quality._resampling import refitted, spread

__all__ = ["Line", "accessible", "different", "lasting", "measurable", "refound"]

Line: TypeAlias = dict[str, Any]
Places: TypeAlias = npt.NDArray[np.intp]

_OF_DRIFT: Final = {"psi": "psi", "agreement_share": "agreement_share", "adjusted_rand": "period_adjusted_rand"}


def measurable(rows: AnyFrame, columns: Sequence[str], positions: Places, *, level: float) -> list[Line]:
    """How much is missing of what segments are made of, and who has no segment."""
    there = [each for each in columns if each in rows.collect_schema()]
    lines = [
        {"column": each.name, **_share("missing_share", (~each.known).sum(), len(positions), level=level)}
        for each in described(rows, there)
    ]
    return [*lines, _share("unlabelled_share", (positions < 0).sum(), len(positions), level=level)]


def accessible(
    segments: pd.DataFrame,
    positions: Places,
    values: Floats | None,
    reached: Floats | None,
    *,
    value: str | None,
    reach: str | None,
    level: float,
) -> list[Line]:
    """How large segments are, what they bring, and how many of their customers can be reached."""
    n, n_segments = len(positions), len(segments)
    codes, given = list(map(str, segments["segment"])), positions >= 0
    counts = np.bincount(positions[given], minlength=n_segments)
    lines = [{"segment": code, **_share("customer_share", counts[at], n, level=level)} for at, code in enumerate(codes)]
    smallest = int(counts[counts > 0].min(initial=n))
    lines.append(_share("smallest_share", smallest, n, level=level))
    if values is not None:
        known = np.nan_to_num(values)
        sums = np.bincount(positions[given], weights=known[given], minlength=n_segments)
        total = float(known.sum())
        lines += [
            {
                "figure": "value_share",
                "column": value,
                "segment": code,
                "n": counts[at],
                "value": sums[at] / total if total > 0 else np.nan,
            }
            for at, code in enumerate(codes)
        ]
    if reached is not None:
        known_flags = ~np.isnan(reached)
        for at, code in enumerate([*codes, None]):
            among = known_flags & ((positions == at) if at < n_segments else True)
            found = _share("contactable_share", reached[among].sum(), int(among.sum()), level=level)
            lines.append({"column": reach, "segment": code, **found})
    return lines


def different(
    outcomes: Mapping[str, Described], positions: Places, columns: Sequence[str], *, n_segments: int
) -> list[Line]:
    """How much segments explain of what did not make them; an outcome that did is named, and has no value."""
    lines: list[Line] = []
    for name, outcome in outcomes.items():
        n = int((outcome.known & (positions >= 0)).sum())
        for effect in whole_effects(outcome, positions, n_groups=n_segments):
            circular = name in columns
            line = {"figure": effect.effect, "column": name, "n": n, "value": np.nan if circular else effect.value}
            lines.append({**line, "verdict": "circular"} if circular else line)
    return lines


def refound(
    segmenter: Labeller, customers: Any, *, n_resamples: int, rng: np.random.Generator, level: float
) -> list[Line]:
    """Which segments come back in resamples."""
    found = refitted(segmenter, customers, n_resamples=n_resamples, rng=rng)
    lines = [
        {
            "figure": "jaccard",
            "segment": str(code),
            "n": found.n_customers[at],
            **_spread(found.jaccard[:, at], level=level),
        }
        for at, code in enumerate(found.segments["segment"])
    ]
    n = found.n_customers.sum()
    return [*lines, {"figure": "adjusted_rand", "n": n, **_spread(found.adjusted_rand, level=level)}]


def lasting(
    before: Any,
    after: Any,
    given: Labeller | str,
    columns: Sequence[str],
    *,
    n_bins: int,
    level: float,
    customer_id: str,
) -> list[Line]:
    """How far segments and columns have moved, and who stays."""
    found = drift_lines(
        before,
        after,
        segmenter=None if isinstance(given, str) else given,
        by=given if isinstance(given, str) else None,
        columns=columns,
        n_bins=n_bins,
        level=level,
        customer_id=customer_id,
    )
    return [{**line, "figure": _OF_DRIFT[line["figure"]], "n": line["n_after"]} for line in found]


def _share(figure: str, part: float, whole: int, *, level: float) -> Line:
    """A share of customers with Wilson's interval."""
    lower, upper = wilson_interval(part, whole, level=level)
    share = part / whole if whole else np.nan
    return {"figure": figure, "n": whole, "value": share, "lower": float(lower), "upper": float(upper)}


def _spread(draws: Floats, *, level: float) -> Line:
    value, lower, upper = spread(draws, level=level)
    return {"value": value, "lower": lower, "upper": upper}
