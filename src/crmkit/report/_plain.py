"""The report as plain data, and as Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmkit._frames import plain, records
from crmkit._version import __version__
from crmkit.report._findings import findings, subtitle
from crmkit.report._numbers import ENDLESS, NOTHING, day
from crmkit.report._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["as_dict", "as_markdown"]


def as_dict(report: CustomerReport) -> dict[str, Any]:
    """Plain data that JSON can hold."""
    return {
        "as_of": day(report.as_of),
        "first_day": day(report.first_day),
        "newest_order": None if report.span.newest_order is None else day(report.span.newest_order),
        "days": report.days,
        "margin": report.margin,
        "discount_rate": report.discount_rate,
        "language": report.language,
        "version": __version__,
        "findings": findings(report),
        "tables": {name: records(table) for name, table in _tables(report).items()},
    }


def as_markdown(report: CustomerReport) -> str:
    """Findings and tables as Markdown."""
    language = report.language
    parts = [
        f"# {TEXTS['title'].text(language)}",
        subtitle(report),
        "\n".join(f"- {found}" for found in findings(report)),
    ]
    for name, table in _tables(report).items():
        parts += [f"## {_heading(name, report)}", _markdown_table(table)]
    parts += [f"## {_escaped(title)}\n\n{_escaped(text)}" for title, text in report.extra if isinstance(text, str)]
    return "\n\n".join(parts) + "\n"


def _tables(report: CustomerReport) -> dict[str, pd.DataFrame]:
    """The tables of the sections shown, and those that users added."""
    of_section: dict[str, dict[str, pd.DataFrame | None]] = {
        "audit": {"audit": report.audit, "holes": pd.DataFrame(report.holes) if report.holes else None},
        "kpis": {
            "base": report.base,
            "kpis": report.kpis,
            "recent_kpis": report.recent_kpis,
            "previous_kpis": report.previous_kpis,
        },
        "months": {"months": report.months},
        "cohorts": {"cohorts": report.cohorts},
        "tiers": {"tiers": report.tiers, "tier_cuts": report.tier_cuts},
        "rfm": {"rfm_segments": report.rfm_segments, "rfm_map": report.rfm_map, "score_ranges": report.score_ranges},
        "value": _of_value(report),
        "actions": {"actions": report.actions},
        "rhythm": {"gaps": report.gaps},
        "concentration": {"concentration": report.concentration},
    }
    shown = [table for section in report.sections for table in of_section.get(section, {}).items()]
    added = [(title, content) for title, content in report.extra if isinstance(content, pd.DataFrame)]
    return {name: table for name, table in [*shown, *added] if table is not None}


def _of_value(report: CustomerReport) -> dict[str, pd.DataFrame | None]:
    """The tables of the section; customers are named only where those to act on are."""
    value = report.value
    if value is None or value.totals.empty:
        return {}
    return {
        "value_totals": value.totals,
        "value_tiers": value.tiers,
        "value_models": value.models,
        "tracking": value.tracking,
        "worth_saving": value.worth_saving if "actions" in report.sections else None,
    }


def _heading(name: str, report: CustomerReport) -> str:
    return TEXTS[f"table_{name}"].text(report.language) if f"table_{name}" in TEXTS else _escaped(name)


def _markdown_table(table: pd.DataFrame) -> str:
    lines = [[str(name) for name in table.columns], ["---"] * len(table.columns)]
    lines += [[_shown(value) for value in row] for row in table.itertuples(index=False, name=None)]
    return "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)


def _shown(value: Any) -> str:
    if isinstance(value, float) and value == math.inf:
        return ENDLESS
    known = plain(value)
    if known is None:
        return NOTHING
    return f"{known:,.6g}" if isinstance(known, float) else str(known)


def _escaped(text: str) -> str:
    """Text that neither ends a cell nor becomes HTML where Markdown is rendered."""
    for given, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\n", " "), ("\r", " ")):
        text = text.replace(given, written)
    return text
