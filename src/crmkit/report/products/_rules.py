"""What is bought together: rules as they were given, and those of them that are sure."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._figures import count, decimals, p_value, share
from crmkit._frames import collected, to_pandas
from crmkit._tables import open_columns
from crmkit._workbook import RULE_COLUMNS, Sheet, rule_sides, rules_sheet
from crmkit.report._facts import Facts
from crmkit.report.products._part import MOST_ROWS, SURE, Part
from crmkit.report.products._texts import TEXTS

__all__ = ["RULES"]

_SIDES: Final = ("antecedent", "consequent")
_COLUMNS: Final = (
    *("n_baskets", "n_consequent", "n_both", "support", "confidence", "lift", "certainty", "adjusted_p_value"),
    "too_few",
)
_MADE_BY: Final = "value.products.association_rules_table"
_SHOWN: Final = (
    ("n_both", count),
    ("confidence", share),
    ("lift", decimals),
    ("certainty", decimals),
    ("adjusted_p_value", p_value),
)


def _read(given: Any) -> pd.DataFrame:
    """The rules, the surest first."""
    rows = open_columns(given, [*_SIDES, *_COLUMNS], name="products", made_by=_MADE_BY)
    sides = [name for name in rows.collect_schema().names() if name.startswith(_SIDES)]
    table = to_pandas(collected(rows.select(*sides, *_COLUMNS)))
    keys = table[sides].astype(str).assign(certainty=-table["certainty"], lift=-table["lift"])
    order = keys.sort_values(["certainty", "lift", *sides], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _sure(rules: pd.DataFrame) -> pd.DataFrame:
    """What goes together in more than few baskets and hardly by chance, each combination in its surest direction."""
    sure = (rules["certainty"] > 0) & (rules["adjusted_p_value"] <= SURE) & ~rules["too_few"].astype(bool)
    rules = rules[sure].reset_index(drop=True)
    rows = rules[[name for name in rules.columns if name.startswith(_SIDES)]].itertuples(index=False, name=None)
    whole = pd.Series([frozenset(str(item) for item in row if not pd.isna(item)) for row in rows], dtype=object)
    return rules.assign(**rule_sides(rules))[~whole.duplicated()]


def _finding(row: dict[str, Any], facts: Facts) -> str:
    told = TEXTS["finding_rules"].text(facts.language)
    base = share(row["n_consequent"] / row["n_baskets"])
    return told.format(
        first=row["antecedent"], second=row["consequent"], confidence=share(row["confidence"]), base=base
    )


def _page(rules: pd.DataFrame, facts: Facts) -> dict[str, Any]:
    return {
        "heads": [RULE_COLUMNS[name].label.text(facts.language) for name in (*_SIDES, *dict(_SHOWN))],
        "rows": [
            [*(row[side] for side in _SIDES), *(told(row[name]) for name, told in _SHOWN)]
            for row in rules.head(MOST_ROWS).to_dict("records")
        ],
    }


def _sheet(rules: pd.DataFrame, facts: Facts) -> Sheet:
    return rules_sheet(rules, facts.language)


RULES: Final = Part("rules", read=_read, sure=_sure, finding=_finding, page=_page, sheet=_sheet)
"""Rules of what is bought together."""
