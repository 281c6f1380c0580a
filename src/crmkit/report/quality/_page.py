"""The quality of segmentations on the page."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._figures import NOTHING, count, decimals, share
from crmkit._workbook import quality_worded
from crmkit.plotting import plot_segmentation_quality
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted, cut
from crmkit.report._section import Answer, Drawing
from crmkit.report.quality._texts import TEXTS

__all__ = ["CHARTS", "findings", "page"]

_MOST_LINES: Final = 60
_VERDICTS: Final = ("met", "doubtful", "missed", "circular")
# Inches: of the page, of the names above, of a line.
_WIDE, _HIGH, _PER_LINE = 7.2, 0.9, 0.3
# What the drawing leaves out, as more than it has room for.
_NOT_DRAWN: Final = ("customer_share", "value_share", "epsilon_squared", "period_adjusted_rand")


def findings(answer: Answer, facts: Facts) -> list[str]:
    """Of each segmentation how many of the limits it meets."""
    table = answer.tables["segmentation_quality"]
    judged = table[table["verdict"].isin(_VERDICTS[:3])]
    told = []
    for name, rows in judged.groupby("segmentation", sort=False):
        met = int((rows["verdict"] == "met").sum())
        sentence = TEXTS["finding_quality" if met < len(rows) else "finding_quality_all"].text(facts.language)
        short = [str(name) for name in dict.fromkeys(rows.loc[rows["verdict"] != "met", f"name_{facts.language}"])]
        between = "、" if facts.language == "zh" else "; "
        told.append(
            sentence.format(
                name=cut(str(name)),
                met=met,
                n=len(rows),
                figures=counted(len(rows), "figure", language=facts.language),
                verb="meets" if len(rows) == 1 else "meet",
                short=between.join(short),
            )
        )
    return told


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per figure that is known, and per outcome that made the segments."""
    table = quality_worded(answer.tables["segmentation_quality"], facts.language)
    shown = table[table["value"].notna() | table["verdict"].eq("circular")]
    rows = [
        {
            "segmentation": cut(str(row["segmentation"])),
            "criterion": row["criterion_name"],
            "figure": row["figure_name"],
            "of": cut(row["of"]),
            "n": count(row["n"]) if pd.notna(row["n"]) else NOTHING,
            "value": _number(row["value"], row["figure"]),
            "interval": _interval(row),
            "limit": _number(row["threshold"], row["figure"]),
            "verdict": row["verdict_name"],
        }
        for row in shown.head(_MOST_LINES).to_dict("records")
    ]
    return {"rows": rows, "n_left_out": len(shown) - len(rows)}


def _number(value: Any, figure: str) -> str:
    if pd.isna(value):
        return NOTHING
    return share(value) if figure.endswith("_share") else decimals(value)


def _interval(row: dict[Any, Any]) -> str:
    ends = [_number(row[end], row["figure"]) for end in ("lower", "upper")]
    return NOTHING if NOTHING in ends else " – ".join(ends)


def _chart(answer: Answer, facts: Facts) -> Drawing:
    table = answer.tables["segmentation_quality"]
    drawn = table[~table["figure"].isin(_NOT_DRAWN)]
    of_column = drawn["column"].where(drawn["criterion"].eq("different"))
    n_lines = drawn.assign(column=of_column)[["figure", "column"]].drop_duplicates().shape[0]
    n_lines += drawn["criterion"].nunique()
    names = ", ".join(map(str, dict.fromkeys(table["segmentation"])))

    def draw(ax: Any) -> Any:
        ax.figure.set_size_inches(_WIDE, _HIGH + _PER_LINE * n_lines)
        return plot_segmentation_quality(table, ax=ax, language=facts.language)

    return Drawing(draw, {"names": names})


CHARTS: Final = {"segmentation_quality": _chart}
