"""What a section of the report is: its answer from a context, and how that is said, drawn and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import pandas as pd

from crmkit._messages import Said
from crmkit._names import Label
from crmkit._workbook import Sheet
from crmkit.report._facts import Facts
from crmkit.views import BaseSegments

__all__ = ["Answer", "Context", "Drawing", "Section"]

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Context(NamedTuple):
    """What sections make their tables of."""

    facts: Facts
    transactions: Any
    """As they were given, in their own kind of frame."""
    audit: Any
    """As it was given, or None."""
    revenue: float
    """Net money of all transactions up to ``as_of``."""
    customers: pd.DataFrame
    """Those who ordered."""
    segments: BaseSegments | None
    """None where nobody ordered."""
    n_actions: int
    """How many customers may be named."""
    beside: Mapping[str, Any]
    """Tables given beside the transactions, by the name of their argument."""


class Answer(NamedTuple):
    """What a section of the report found.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Its tables by name. No two sections have a table of the same name.
    problem : Said or None
        Why something, or everything, is missing, in both languages; as text it is English.
    more : object
        What else its page needs.
    """

    tables: Mapping[str, pd.DataFrame] = _NOTHING
    problem: Said | None = None
    more: Any = None


class Drawing(NamedTuple):
    """A chart: what draws it on axes, and the values of its description."""

    draw: Callable[[Any], object]
    told: Mapping[str, str]


def _no_answer(context: Context) -> Answer:  # noqa: ARG001
    return Answer()


def _nothing_found(answer: Answer, facts: Facts) -> list[str]:  # noqa: ARG001
    return []


def _no_values(answer: Answer, facts: Facts) -> dict[str, Any]:  # noqa: ARG001
    return {}


Charts: TypeAlias = Mapping[str, Callable[[Answer, Facts], Drawing]]


@dataclass(frozen=True)
class Section:
    """A section: a folder beside this file that holds one, with ``section.html``, and a line in `SECTIONS`.

    Attributes
    ----------
    name : str
        The name of the folder, by which the section is asked for; its title is the text of that name.
    texts : mapping of str to Label
        Its words. ``table_<name>`` is the heading of a table, ``alt_<name>`` the description of a chart.
    answer : callable
        Makes the tables of a context, or says what is in the way.
    findings : callable
        The headline sentences of an answer.
    page : callable
        What ``section.html`` is filled with. It is not asked where an answer has a problem and no tables: the page then
        says the problem.
    charts : mapping of str to callable
        The drawings that ``section.html`` calls by name.
    sheets : callable, optional
        Its sheets of the workbook; without it, each table is one, under its heading.
    needs_purchases : bool
        Whether the section is left out of a log without any purchase.
    only_if_shown : bool
        Whether its tables are made only for a report that shows it.
    is_of_all_days : bool
        Whether its figures are those of all days of the log, and not marked one by one where the log has holes.
    is_on_request : bool
        Whether it is shown only where it is named: it takes its time.
    of : str, optional
        The table beside the transactions that it is of, without which it is left out.
    """

    name: str
    texts: Mapping[str, Label]
    answer: Callable[[Context], Answer] = _no_answer
    findings: Callable[[Answer, Facts], list[str]] = _nothing_found
    page: Callable[[Answer, Facts], dict[str, Any]] = _no_values
    charts: Charts = field(default_factory=dict)
    sheets: Callable[[Answer, Facts], list[Sheet]] | None = None
    needs_purchases: bool = True
    only_if_shown: bool = False
    is_of_all_days: bool = False
    is_on_request: bool = False
    of: str | None = None
