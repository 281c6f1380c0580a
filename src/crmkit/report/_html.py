"""The report as one HTML page: text escaped, drawings inline, nothing loaded from elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmkit._figures import decimals
from crmkit._names import Language
from crmkit._version import __version__
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue
from crmkit.report._charts import chart, figure_svg
from crmkit.report._findings import findings, remarks, subtitle
from crmkit.report._kpi_page import kpi_heads, kpi_rows, kpis_missing
from crmkit.report._months import cohort_grid, month_rows
from crmkit.report._numbers import NOTHING, by_code, count, counted, cut, day, money, number_of_kpi, share
from crmkit.report._texts import TEXTS
from crmkit.report._value_page import value_rows
from crmkit.segment import rfm_rule_table

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["render"]

# Sections on all days of the log, whose figures are not marked one by one.
_OF_ALL_DAYS = ("tiers", "rfm", "value", "actions", "rhythm", "concentration")
# Of a table that a user adds: reports stay small.
_MOST_ROWS = 100


def render(report: CustomerReport) -> str:
    """Write the page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    language = report.language
    environment = Environment(
        loader=PackageLoader("crmkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def text(code: str, **values: object) -> str:
        return TEXTS[code].text(language).format(**values)

    def label_of(scheme: str, code: str) -> str:
        return LABELS[scheme][code].text(language)

    return environment.get_template("report.html").render(
        language="zh-CN" if language == "zh" else "en",
        text=text,
        label_of=label_of,
        chart=lambda name: chart(report, name),
        sections=report.sections,
        touched=_OF_ALL_DAYS if report.touched(report.first_day, report.as_of) else (),
        kpi_heads=kpi_heads(report),
        extra=[_extra(title, content, number) for number, (title, content) in enumerate(report.extra, start=1)],
        subtitle=subtitle(report),
        remarks=[] if "findings" in report.sections else remarks(report),
        first_day=day(report.first_day),
        as_of=day(report.as_of),
        findings=findings(report),
        audit=_audit_rows(report),
        n_duplicates=None if report.audit is None else count(report.audit["n_duplicates"].iloc[-1]),
        days=report.days,
        kpis=kpi_rows(report),
        kpis_missing=kpis_missing(report),
        months=month_rows(report),
        n_months=len(report.months),
        partial=not report.months["is_complete"].iloc[-1],
        tiers=None if report.tiers is None else _segment_rows(report.tiers, language),
        tier_cuts=_tier_cuts(report),
        value=value_rows(report),
        has_gaps=len(report.gaps) > 0,
        **_of_purchases(report),
        gini=number_of_kpi(_value(report, "gini"), unit="index"),
        definitions=_definitions(report),
        version=__version__,
    )


def _of_purchases(report: CustomerReport) -> dict[str, Any]:
    """What sections that need purchases show; nothing where there are none."""
    cohorts, segments = report.cohorts, report.rfm_segments
    ranges, actions = report.score_ranges, report.actions
    if cohorts is None or segments is None or ranges is None or actions is None:
        return {}
    return {
        "all_customers": _all_customers(report),
        "cohorts": cohort_grid(cohorts, report),
        "rfm_segments": _rfm_rows(segments, report.language),
        "score_ranges": _score_ranges(ranges),
        "actions": _action_rows(actions),
        "actions_note": _actions_note(report),
    }


def _value(report: CustomerReport, kpi: str) -> float:
    return by_code(report.kpis)[kpi]["value"]


def _audit_rows(report: CustomerReport) -> list[dict[str, str]]:
    if report.audit is None:
        return []
    return [
        {
            "reason": LABELS["audit_reason"][row["reason"]].text(report.language),
            "rows": count(row["n_rows"]),
            "amount": money(row["amount"]),
        }
        for row in report.audit.to_dict("records")
    ]


def _segment_rows(summary: pd.DataFrame, language: Language) -> list[dict[str, str]]:
    """The segments that hold anybody."""
    return [
        {
            "name": row[f"name_{language}"],
            "scores": "",
            "customers": count(row["n_customers"]),
            "customer_share": share(row["customer_share"]),
            "orders": count(row["n_orders"]),
            "revenue": money(row["value"]),
            "value_share": share(row["value_share"]),
            "mean": money(row["mean_value"]),
        }
        for row in summary[summary["n_customers"] > 0].to_dict("records")
    ]


def _all_customers(report: CustomerReport) -> dict[str, str]:
    """The customers and the money that tiers and segments divide."""
    kpis, base = by_code(report.kpis), report.base.set_index("part")["amount"]
    n, revenue = kpis["active_customers"]["value"], base["customers"]
    return {
        "name": TEXTS["all_customers"].text(report.language),
        "scores": "",
        "customers": count(n),
        "customer_share": share(1.0),
        "orders": count(kpis["n_orders"]["value"]),
        "revenue": money(revenue),
        "value_share": share(1.0) if revenue > 0 else NOTHING,
        "mean": money(revenue / n),
    }


def _rfm_rows(summary: pd.DataFrame, language: Language) -> list[dict[str, str]]:
    """The RFM segments, with the scores that they take."""
    rules = rfm_rule_table("named_11")
    names = rules[f"name_{language}"]
    scores = {name: f"R {r}, F {f}" for name, r, f in zip(names, rules["r"], rules["f"], strict=True)}
    return [row | {"scores": scores.get(row["name"], "")} for row in _segment_rows(summary, language)]


def _score_ranges(bin_sizes: pd.DataFrame) -> list[dict[str, Any]]:
    """Per score, the best first, the range of each dimension and the customers in it."""
    shown = {"r": count, "f": count, "m": money}
    rows: dict[int, dict[str, Any]] = {}
    for row in bin_sizes.sort_values("score", ascending=False).to_dict("records"):
        text = shown[row["dimension"]]
        empty = row["n_customers"] == 0
        reach = NOTHING if empty else f"{text(row['lowest'])} – {text(row['highest'])}"
        rows.setdefault(row["score"], {"score": row["score"]})[row["dimension"]] = reach
    return list(rows.values())


def _tier_cuts(report: CustomerReport) -> dict[str, str]:
    """The cuts of the tiers, as the note says them."""
    if report.tier_cuts is None:
        return {}
    core, important, orders = report.tier_cuts["cut"]
    return {"core": money(core), "important": money(important), "orders": count(math.ceil(orders))}


def _action_rows(actions: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {
            "customer": cut(str(row["customer_id"])),
            "revenue": money(row["spend"]),
            "why": row["reason"],
        }
        for row in actions.to_dict("records")
    ]


def _actions_note(report: CustomerReport) -> str:
    """Tell how many customers the actions are chosen from and what they brought, who is below zero apart."""
    quiet: Any = report.quiet
    n, amount = quiet.set_index("part")["n_customers"], quiet.set_index("part")["amount"]
    if n["all"] == 0:
        return TEXTS["actions_missing"].text(report.language)
    texts = TEXTS["actions_note_below" if n["below_zero"] else "actions_note"].text(report.language)
    return texts.format(
        n=counted(n["all"], "customer", language=report.language),
        revenue=money(amount["customers"]),
        n_below=count(n["below_zero"]),
        below=money(amount["below_zero"]),
    )


def _extra(title: str, content: Any, number: int) -> dict[str, Any]:
    """A section that a user added."""
    section: dict[str, Any] = {"id": f"extra{number}", "title": title, "figure": None, "rows": None, "text": None}
    if isinstance(content, str):
        return section | {"text": content}
    if not isinstance(content, pd.DataFrame):
        return section | {"figure": figure_svg(content, name=f"extra{number}")}
    rows = [[_cell(value) for value in row] for row in content.head(_MOST_ROWS).itertuples(index=False, name=None)]
    return section | {"columns": [str(name) for name in content.columns], "rows": rows}


def _cell(value: Any) -> str:
    if pd.isna(value):
        return NOTHING
    if isinstance(value, float):
        return decimals(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else cut(str(value))


def _definitions(report: CustomerReport) -> list[dict[str, str]]:
    """What the KPIs shown are."""
    catalogue: Any = kpi_catalogue().set_index("kpi").to_dict("index")
    return [
        {
            "name": row[f"name_{report.language}"],
            "definition": row[f"formula_{report.language}"],
            "unit": LABELS["unit"][row["unit"]].text(report.language),
            "source": row["source"],
        }
        for row in (catalogue[kpi] for kpi in report.kpis["kpi"])
    ]
