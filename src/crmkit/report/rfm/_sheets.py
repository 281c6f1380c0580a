"""RFM segments, the map of scores as a heat map, and what the scores mean, as sheets."""

from __future__ import annotations

from typing import Any, Final

from crmkit._names import Label
from crmkit._workbook import Kind, Named, Sheet, headings, segment_sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.rfm._texts import TEXTS

__all__ = ["sheets"]

_DIMENSIONS: Final[dict[str, tuple[Label, Kind]]] = {
    "r": (TEXTS["recency"], "count"),
    "f": (TEXTS["frequency"], "count"),
    "m": (TEXTS["monetary"], "money"),
}
_RANGES: Final = {
    "dimension": Named(TEXTS["dimension"], "text"),
    "score": Named(TEXTS["score"], "count"),
    "lowest": Named(TEXTS["lowest"], "number"),
    "highest": Named(TEXTS["highest"], "number"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """Three sheets."""
    if not answer.tables:
        return []
    segments = segment_sheet(
        TEXTS["table_rfm_segments"].text(facts.language), answer.tables["rfm_segments"], facts.language
    )
    return [segments, _map(answer, facts), _ranges(answer, facts)]


def _map(answer: Answer, facts: Facts) -> Sheet:
    """A row per score of recency, the best first, and a column per score of frequency."""
    table = answer.tables["rfm_map"].pivot_table(
        index="r_score", columns="f_score", values="n_customers", aggfunc="first"
    )
    scores = {f"f_{score}": score for score in table.columns}
    grid: Any = table.set_axis(list(scores), axis=1).sort_index(ascending=False).reset_index()
    own = {"r_score": Named(TEXTS["map_row"], "count")}
    for name, score in scores.items():
        text = TEXTS["map_column"].text(facts.language).format(n=score)
        own[name] = Named(Label(text, text), "count")
    return sheet_of(TEXTS["table_rfm_map"], grid, facts, own=own, shaded=tuple(scores))


def _ranges(answer: Answer, facts: Facts) -> Sheet:
    """The lowest and the highest value of each score."""
    ranges = answer.tables["score_ranges"]
    kinds = [_DIMENSIONS[code][1] for code in ranges["dimension"]]
    table = ranges.assign(dimension=[_DIMENSIONS[code][0].text(facts.language) for code in ranges["dimension"]])
    named = tuple(
        heading._replace(kind=kinds) if heading.column in ("lowest", "highest") else heading
        for heading in headings(table, facts.language, own=_RANGES)
    )
    return Sheet(TEXTS["score_ranges"].text(facts.language), table, named)
