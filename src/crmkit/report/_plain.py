"""The report as plain data, and as Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from crmkit._figures import ENDLESS, NOTHING, day
from crmkit._frames import plain, records
from crmkit._version import __version__
from crmkit.report._added import Added
from crmkit.report._facts import Facts
from crmkit.report._findings import findings, subtitle
from crmkit.report._section import Answer
from crmkit.report._sections import SECTIONS
from crmkit.report._texts import TEXTS

__all__ = ["as_dict", "as_markdown"]

# What begins something in Markdown within a line; an underscore within a word, and a sign within a number, do not.
_MARKS: Final = re.compile(r"([\\`*\[\]|~#]|^[+>\-](?=\s|>)|(?<!\w)_|_(?!\w))")


def as_dict(answers: Mapping[str, Answer], added: Sequence[Added], facts: Facts) -> dict[str, Any]:
    """Plain data that JSON can hold."""
    shown = {
        "as_of": day(facts.as_of),
        "first_day": day(facts.first_day),
        "newest_order": None if facts.span.newest_order is None else day(facts.span.newest_order),
        "days": facts.days,
        "margin": facts.margin,
        "discount_rate": facts.discount_rate,
        "language": facts.language,
        "version": __version__,
        "findings": findings(answers, facts),
        "tables": {table: records(rows) for name in facts.sections for table, rows in answers[name].tables.items()},
    }
    return {**shown, "added": [_as_data(section) for section in added]} if added else shown


def as_markdown(answers: Mapping[str, Answer], added: Sequence[Added], facts: Facts) -> str:
    """Findings and tables as Markdown."""
    language = facts.language
    parts = [
        f"# {TEXTS['title'].text(language)}",
        subtitle(facts),
        "\n".join(f"- {found}" for found in findings(answers, facts)),
    ]
    for name in facts.sections:
        texts = SECTIONS[name].texts
        for table, rows in answers[name].tables.items():
            parts += [f"## {texts[f'table_{table}'].text(language)}", _markdown_table(rows)]
    for title, content in added:
        if isinstance(content, (str, pd.DataFrame)):
            written = _escaped(content) if isinstance(content, str) else _markdown_table(content)
            parts += [f"## {_escaped(title)}", written]
    return "\n\n".join(parts) + "\n"


def _as_data(section: Added) -> dict[str, Any]:
    """A section that a user added; a figure is its title alone."""
    title, content = section
    if isinstance(content, str):
        return {"title": title, "text": content}
    return {"title": title, "table": records(content)} if isinstance(content, pd.DataFrame) else {"title": title}


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
    """Text that Markdown shows as it was typed: no mark-up, link or HTML, no end of a cell or of a line."""
    return _MARKS.sub(r"\\\1", " ".join(text.replace("&", "&amp;").replace("<", "&lt;").splitlines()))
