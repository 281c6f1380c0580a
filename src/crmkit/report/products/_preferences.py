"""What groups prefer: indices as they were given, and those of them that are surely above 100."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._figures import count, p_value, share
from crmkit._frames import collected, to_pandas
from crmkit._tables import open_columns
from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._sheets import sheet_of
from crmkit.report.products._part import MOST_ROWS, SURE, Part
from crmkit.report.products._texts import TEXTS

__all__ = ["PREFERENCES"]

# What the group and the item are called here, whatever their columns are called.
_LABELS: Final = ("group", "item")
_COLUMNS: Final = (
    *("scope", "group_share", "overall_share", "index", "lower", "upper", "n_customers", "adjusted_p_value"),
    "too_few",
)
_MADE_BY: Final = "value.products.preference_table"
_EVEN: Final = 100.0
_OWN: Final = {
    **{name: Named(TEXTS[name], "text") for name in _LABELS},
    **{name: Named(TEXTS[name], "share") for name in ("group_share", "overall_share")},
    **{name: Named(TEXTS[name], "number") for name in ("index", "lower", "upper")},
    "n_customers": Named(TEXTS["n_customers"], "count"),
    "adjusted_p_value": Named(TEXTS["adjusted_p_value"], "p_value"),
}


def _read(given: Any) -> pd.DataFrame:
    """The indices, in order of their lower ends."""
    rows = open_columns(given, _COLUMNS, name="products", made_by=_MADE_BY)
    labels = rows.collect_schema().names()[: len(_LABELS)]
    table = to_pandas(collected(rows.select(*labels, *_COLUMNS))).set_axis([*_LABELS, *_COLUMNS], axis=1)
    table = table[table["scope"] == "group"]
    keys = table[list(_LABELS)].astype(str).assign(lower=-table["lower"])
    return table.loc[keys.sort_values(["lower", *_LABELS], kind="stable").index].reset_index(drop=True)


def _sure(table: pd.DataFrame) -> pd.DataFrame:
    """What is preferred in more than few purchases and hardly by chance."""
    sure = (table["lower"] > _EVEN) & (table["adjusted_p_value"] <= SURE) & ~table["too_few"].astype(bool)
    return table[sure]


def _finding(row: dict[str, Any], facts: Facts) -> str:
    told = TEXTS["finding_preferences"].text(facts.language)
    return told.format(
        group=row["group"],
        item=row["item"],
        share=share(row["group_share"]),
        base=share(row["overall_share"]),
        index=count(row["index"]),
    )


def _page(table: pd.DataFrame, facts: Facts) -> dict[str, Any]:
    heads = (*_LABELS, "group_share", "overall_share", "index_and_interval", "n_customers", "adjusted_p_value")
    return {
        "heads": [TEXTS[name].text(facts.language) for name in heads],
        "rows": [
            [
                *(str(row[name]) for name in _LABELS),
                *(share(row[name]) for name in ("group_share", "overall_share")),
                f"{count(row['index'])} ({count(row['lower'])}–{count(row['upper'])})",
                count(row["n_customers"]),
                p_value(row["adjusted_p_value"]),
            ]
            for row in table.head(MOST_ROWS).to_dict("records")
        ],
    }


def _sheet(table: pd.DataFrame, facts: Facts) -> Sheet:
    return sheet_of(TEXTS["table_product_preferences"], table, facts, columns=list(_OWN), own=_OWN)


PREFERENCES: Final = Part("preferences", read=_read, sure=_sure, finding=_finding, page=_page, sheet=_sheet)
"""Indices of what groups prefer."""
