"""The report as the sheets of a workbook: findings, those of its sections, those added, and customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from crmkit._frames import to_pandas
from crmkit._names import Label
from crmkit._tables import open_columns
from crmkit._workbook import Named, Picture, Sheet, customer_sheet, headings, plain_sheet
from crmkit.report._added import Added
from crmkit.report._facts import Facts
from crmkit.report._findings import findings, remarks, subtitle
from crmkit.report._section import Answer, Section
from crmkit.report._sections import SECTIONS
from crmkit.report._sheets import sheet_of
from crmkit.report._texts import TEXTS, told

__all__ = ["as_sheets"]

_COLON: Final = Label(": ", "：")


def as_sheets(
    answers: Mapping[str, Answer], added: Sequence[Added], facts: Facts, *, customers: Any = None
) -> list[Sheet]:
    """The sheets in their order."""
    found = [_front(answers, facts)]
    touched = facts.touched(facts.first_day, facts.as_of)
    note = TEXTS["section_touched"].text(facts.language)
    for name in facts.sections:
        marked = touched and SECTIONS[name].is_of_all_days
        made = _of_section(SECTIONS[name], answers[name], facts)
        found += [replace(sheet, notes=(*sheet.notes, note)) if marked else sheet for sheet in made]
    found += [_of_added(section) for section in added]
    if customers is not None:
        table = open_columns(customers, ("customer_id",), name="customers", made_by="customer_summary")
        found.append(customer_sheet(to_pandas(table), facts.language))
    return found


def _front(answers: Mapping[str, Answer], facts: Facts) -> Sheet:
    """What the report is of, what was found, and which sections are missing, and why."""
    language = facts.language
    said = findings(answers, facts) if "findings" in facts.sections else remarks(facts)
    missing = [
        f"{SECTIONS[name].texts[name].text(language)}{_COLON.text(language)}{told(answer.problem, language)}"
        for name, answer in answers.items()
        if name in facts.sections and answer.problem is not None and not answer.tables
    ]
    table = pd.DataFrame({"text": [subtitle(facts), *said, *missing]})
    named = {"text": Named(TEXTS["title"], "prose")}
    title = SECTIONS["findings"].texts["findings"].text(language)
    return Sheet(title, table, headings(table, language, own=named), has_filter=False)


def _of_section(section: Section, answer: Answer, facts: Facts) -> list[Sheet]:
    """The sheets of a section; of one that says nothing about them, its tables."""
    if answer.problem is not None and not answer.tables:
        return []
    if section.sheets is not None:
        return section.sheets(answer, facts)
    return [sheet_of(section.texts[f"table_{name}"], table, facts) for name, table in answer.tables.items()]


def _of_added(section: Added) -> Sheet:
    """A table, text, or a drawing as a picture, that a user added, under the user's own names."""
    title, content = section
    if isinstance(content, pd.DataFrame):
        return plain_sheet(title, content)
    table = pd.DataFrame({"text": [content] if isinstance(content, str) else []}, dtype=object)
    named = headings(table, "en", own={"text": Named(Label(title, title), "prose")})
    picture = None if isinstance(content, str) else Picture(content)
    return Sheet(title, table, named, has_filter=False, picture=picture)
