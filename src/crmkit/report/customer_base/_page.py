"""The lenses in words, and their tables as rows of the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from crmkit._figures import count, day, decimals, marked, month_range, share
from crmkit._figures import whole_money as money
from crmkit.report._facts import Facts
from crmkit.report._numbers import difference
from crmkit.report._section import Answer
from crmkit.report.customer_base._answer import freq_of
from crmkit.report.customer_base._texts import TEXTS
from crmkit.report.customer_base._words import start_text

__all__ = ["change_told", "findings", "page", "ranges_told"]


# Of more periods the drawings would be large and not to be read.
_MOST_DRAWN: Final = 40
# From one month to the next much is season and chance.
_A_QUARTER: Final = timedelta(days=80)


def ranges_told(answer: Answer) -> dict[str, str]:
    """The two ranges that are compared."""
    return {"before": month_range(*answer.more.before), "after": month_range(*answer.more.after)}


def change_told(answer: Answer, facts: Facts) -> dict[str, str]:
    """What revenue changed by, and what each factor added."""
    rows = answer.tables["base_change"]
    change: Any = rows[rows["role"].isin(["outcome", "factor"])].set_index("kpi")["contribution"]
    named = {
        "change": "spend",
        "customers": "active_customers",
        "frequency": "purchase_frequency",
        "value": "average_order_value",
    }
    return {name: difference(float(change[kpi]), unit="money", language=facts.language) for name, kpi in named.items()}


def findings(answer: Answer, facts: Facts) -> list[str]:
    """What revenue changed by, and why."""
    if answer.problem is not None:
        return []
    first, last = answer.more.after
    shared_out = "factor" in set(answer.tables["base_change"].dropna(subset="contribution")["role"])
    if not shared_out or last - first < _A_QUARTER:
        return []
    told = TEXTS["finding_change"].text(facts.language)
    told = told.format(**ranges_told(answer), **change_told(answer, facts))
    return [marked(told, facts.touched(answer.more.before[0], answer.more.after[1]))]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A note for each lens, the tenths of the customers and who stayed, left and came."""
    ranges, groups = ranges_told(answer), answer.tables["base_flow"]
    people: Any = groups.set_index("group")["n_customers"]
    return {
        **ranges,
        "lens_1": {**ranges, **_tenths_told(answer)},
        "lens_2": {**ranges, **{name: count(people[name]) for name in ("both", "lapsed", "new", "returned")}},
        "lens_3": _cohort_told(answer, facts),
        "is_drawn": answer.tables["base_layers"]["period"].nunique() <= _MOST_DRAWN,
        "deciles": [_decile(row) for row in answer.tables["base_deciles"].to_dict("records") if row["decile"] > 0],
        "groups": [
            _group(row, ranges, facts) for row in groups.to_dict("records") if row["n_customers"] or row["spend_change"]
        ],
    }


def _tenths_told(answer: Answer) -> dict[str, str]:
    deciles = answer.tables["base_deciles"]
    top = deciles[deciles["decile"] == 1].iloc[0]
    lower = deciles[deciles["decile"] > 5]
    return {
        "top": share(top["spend_share"]),
        "orders": decimals(top["purchase_frequency"]),
        "half": share(lower["spend_share"].sum(min_count=1)),
    }


def _cohort_told(answer: Answer, facts: Facts) -> dict[str, str]:
    newest = answer.tables["base_cohort"].iloc[-1]
    return {
        "size": count(newest["size"]),
        "cohort": start_text(answer.more.cohort, freq=freq_of(facts)),
        "as_of": day(facts.as_of),
        "repeat": share(newest["repeat_share"]),
        "spend": decimals(newest["cumulative_spend_per_acquired"]),
    }


def _decile(row: dict[Any, Any]) -> dict[str, str]:
    return {
        "decile": count(row["decile"]),
        "customers": count(row["n_customers"]),
        "spend": money(row["spend"]),
        "share": share(row["spend_share"]),
        "frequency": decimals(row["purchase_frequency"]),
        "value": decimals(row["average_order_value"]),
    }


def _group(row: dict[Any, Any], ranges: dict[str, str], facts: Facts) -> dict[str, str]:
    language = facts.language
    return {
        "name": TEXTS[f"group_{row['group']}"].text(language).format(**ranges),
        "customers": count(row["n_customers"]),
        "before": money(row["spend_before"]),
        "after": money(row["spend_after"]),
        "change": difference(row["spend_change"], unit="money", language=language),
    }
