"""What a KPI is: its names, unit, direction, inputs and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmkit._names import Label

__all__ = [
    "GROUPS",
    "UNITS",
    "Aggregation",
    "Direction",
    "Example",
    "Group",
    "Input",
    "Kpi",
    "Unit",
    "Variant",
    "Window",
    "count",
    "money",
    "part",
    "window_of",
]

Group: TypeAlias = Literal["acquisition", "revenue", "retention"]
Unit: TypeAlias = Literal[
    "money",
    "orders",
    "customers",
    "money per order",
    "money per customer",
    "orders per customer",
    "share",
    "index",
]
Direction: TypeAlias = Literal["higher", "lower", "context"]
"""Whether higher or lower values are better, or whether it depends on the context."""
Aggregation: TypeAlias = Literal["ratio", "sum", "none"]
"""How a total follows from its groups: recomputed from sums of the inputs, added up, or not at all."""
Window: TypeAlias = Literal["period", "period and the one before", "all until then"]
"""The days that a period's KPI covers if it is counted from orders."""
Kind: TypeAlias = Literal["count", "money"]

GROUPS: Final[Mapping[Group, Label]] = MappingProxyType(
    {
        "acquisition": Label("Acquisition", "获客"),
        "revenue": Label("Revenue", "收入"),
        "retention": Label("Retention", "留存"),
    }
)
"""The groups, in the order of the catalogue."""

UNITS: Final[Mapping[Unit, Label]] = MappingProxyType(
    {
        "money": Label("money", "金额"),
        "orders": Label("orders", "单"),
        "customers": Label("customers", "人"),
        "money per order": Label("money per order", "金额/单"),
        "money per customer": Label("money per customer", "金额/人"),
        "orders per customer": Label("orders per customer", "单/人"),
        "share": Label("share", "比例"),
        "index": Label("index", "指数"),
    }
)
"""The units by code."""


class Input(NamedTuple):
    """A named input: its kind, its minimum, and the inputs whose sum it is part of."""

    name: str
    kind: Kind
    low: float | None = None
    of: tuple[str, ...] = ()
    optional: bool = False


def count(name: str, *, optional: bool = False) -> Input:
    """A count, 0 or more; an optional one may be None."""
    return Input(name, "count", 0.0, optional=optional)


def part(name: str, *, of: str | tuple[str, ...]) -> Input:
    """A count of some of those counted by another input, or by several together."""
    return Input(name, "count", 0.0, (of,) if isinstance(of, str) else of)


def money(name: str) -> Input:
    """Money, which may be below zero."""
    return Input(name, "money")


class Variant(NamedTuple):
    """A definition in use, with the value of the option that selects it."""

    option: str
    definition: Label


class Example(NamedTuple):
    """Inputs, options among them, and the value worked out by hand."""

    given: Mapping[str, Any]
    value: float


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """The record of a KPI, from which the catalogue, the labels, the checks and the tables follow.

    Attributes
    ----------
    code : str
        Snake-case name: that of the function that computes it, if there is one.
    name, definition : Label
        In English and Chinese.
    group, unit, direction, aggregation, window : str
        As listed in this file.
    source : str
        Where the definition comes from.
    function : str
        Full path of the public function that computes it.
    inputs : tuple of Input
        What the formula takes; empty where the KPI is counted from a table.
    variants : tuple of Variant
        The definitions in use, where there are several.
    example : Example or None
        A worked number; None where the KPI is counted from a table.
    """

    code: str
    name: Label
    group: Group
    unit: Unit
    direction: Direction
    definition: Label
    source: str
    function: str
    aggregation: Aggregation = "ratio"
    window: Window = "period"
    inputs: tuple[Input, ...] = ()
    variants: tuple[Variant, ...] = ()
    example: Example | None = None


def window_of(window: Window, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the first and last day that a period's KPI covers; the period before has the same length."""
    before = {
        "period": start,
        "period and the one before": start - (end - start) - timedelta(days=1),
        "all until then": datetime.min,
    }
    return before[window], end
