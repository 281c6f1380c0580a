"""RFM segments and the map of scores, as rows of the page and drawn."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._figures import NOTHING, count
from crmkit._figures import whole_money as money
from crmkit.plotting import plot_rfm_map
from crmkit.report._charts import as_drawn
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context, Drawing
from crmkit.report._segment_rows import all_customers, segment_rows
from crmkit.segment import rfm_map_table, rfm_rule_table
from crmkit.views import base_customers

__all__ = ["CHARTS", "answer", "page"]


def answer(context: Context) -> Answer:
    """The segments, the map, and the customers and values of each score."""
    if context.segments is None:
        return Answer()
    scorer = context.segments.rfm_segmenter.scorer_
    return Answer(
        {
            "rfm_segments": context.segments.rfm_segments,
            "rfm_map": rfm_map_table(base_customers(context.customers), scorer=scorer),
            "score_ranges": scorer.bin_sizes_,
        }
    )


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per segment with the scores that it takes, all customers, and a row per score."""
    rules = rfm_rule_table("named_11")
    codes = rules["segment"]
    scores = {code: f"R {r}, F {f}" for code, r, f in zip(codes, rules["r"], rules["f"], strict=True)}
    rows = segment_rows(answer.tables["rfm_segments"], facts.language)
    return {
        "rfm_segments": [row | {"scores": scores.get(row["code"], "")} for row in rows],
        "all_customers": all_customers(facts),
        "score_ranges": _score_ranges(answer.tables["score_ranges"]),
    }


def _score_ranges(bin_sizes: pd.DataFrame) -> list[dict[str, Any]]:
    """Per score, the best first, the range of each dimension and the customers in it."""
    shown = {"r": count, "f": count, "m": money}
    rows: dict[int, dict[str, Any]] = {}
    for row in bin_sizes.sort_values("score", ascending=False).to_dict("records"):
        text = shown[row["dimension"]]
        empty = row["n_customers"] == 0
        reach = NOTHING if empty else f"{text(row['lowest'])} – {text(row['highest'])}"
        rows.setdefault(row["score"], {"score": row["score"], "m": NOTHING})[row["dimension"]] = reach
    return list(rows.values())


def _chart(answer: Answer, facts: Facts) -> Drawing:
    rfm_map = as_drawn(answer.tables["rfm_map"], "mean_spend")
    fullest = rfm_map.sort_values(["n_customers", "r_score", "f_score"], ascending=False).to_dict("records")[0]
    told = {"n": count(fullest["n_customers"]), "r": str(fullest["r_score"]), "f": str(fullest["f_score"])}
    return Drawing(lambda ax: plot_rfm_map(rfm_map, ax=ax, language=facts.language), told)


CHARTS: Final = {"rfm": _chart}
