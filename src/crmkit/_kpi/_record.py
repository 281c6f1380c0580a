"""What a KPI is: its names, unit, direction, inputs and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmkit._names import Label

__all__ = [
    "DIRECTIONS",
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
    "catalogue_code",
    "count",
    "money",
    "number",
    "part",
    "share",
    "window_of",
]

Group: TypeAlias = Literal[
    "acquisition",
    "revenue",
    "subscriptions",
    "retention",
    "loyalty",
    "service",
    "campaigns",
    "profitability",
    "execution",
    "market",
]
Unit: TypeAlias = Literal[
    "money",
    "money per month",
    "money per year",
    "money per order",
    "money per customer",
    "money per prospect",
    "money per lead",
    "money per contact",
    "money per click",
    "money per conversion",
    "money per thousand impressions",
    "money per distribution point",
    "count",
    "orders",
    "customers",
    "units",
    "orders per customer",
    "units per order",
    "count per customer",
    "outcome per customer",
    "share",
    "rate",
    "ratio",
    "index",
    "months",
    "periods",
    "days",
    "hours",
    "minutes",
    "seconds",
]
"""A "share" lies in [0, 1], a "rate" is a fraction without these limits, a "ratio" is read as a multiple."""
Direction: TypeAlias = Literal["higher", "lower", "band", "context"]
"""Whether higher or lower values are better, those within a target band, or whether it depends on the context."""
Aggregation: TypeAlias = Literal["ratio", "sum", "none"]
"""How a total follows from its groups: recomputed from sums of the inputs, added up, or not at all."""
Window: TypeAlias = Literal["period", "period and the one before", "all until then"]
"""The days that a period's KPI covers if it is counted from orders."""
Kind: TypeAlias = Literal["count", "money", "share", "number"]
Stock: TypeAlias = Literal["start", "end"]

GROUPS: Final[Mapping[Group, Label]] = MappingProxyType(
    {
        "acquisition": Label("Acquisition", "获客"),
        "revenue": Label("Revenue", "收入"),
        "subscriptions": Label("Subscriptions", "订阅"),
        "retention": Label("Retention", "留存"),
        "loyalty": Label("Loyalty", "忠诚"),
        "service": Label("Service", "服务"),
        "campaigns": Label("Campaigns", "营销活动"),
        "profitability": Label("Profitability", "盈利"),
        "execution": Label("Execution", "执行"),
        "market": Label("Market and price", "市场与价格"),
    }
)
"""The groups, in the order of the catalogue."""

UNITS: Final[Mapping[Unit, Label]] = MappingProxyType(
    {
        "money": Label("money", "金额"),
        "money per month": Label("money per month", "金额/月"),
        "money per year": Label("money per year", "金额/年"),
        "money per order": Label("money per order", "金额/单"),
        "money per customer": Label("money per customer", "金额/人"),
        "money per prospect": Label("money per prospect", "金额/潜在客户"),
        "money per lead": Label("money per lead", "金额/线索"),
        "money per contact": Label("money per contact", "金额/次"),
        "money per click": Label("money per click", "金额/点击"),
        "money per conversion": Label("money per conversion", "金额/转化"),
        "money per thousand impressions": Label("money per 1,000 impressions", "金额/千次曝光"),
        "money per distribution point": Label("money per point of distribution", "金额/铺货率点"),
        "count": Label("count", "个"),
        "orders": Label("orders", "单"),
        "customers": Label("customers", "人"),
        "units": Label("units", "件"),
        "orders per customer": Label("orders per customer", "单/人"),
        "units per order": Label("units per order", "件/单"),
        "count per customer": Label("per customer", "次/人"),
        "outcome per customer": Label("outcome per customer", "结果/人"),
        "share": Label("share", "比例"),
        "rate": Label("rate", "比率"),
        "ratio": Label("multiple", "倍"),
        "index": Label("index", "指数"),
        "months": Label("months", "月"),
        "periods": Label("periods", "期"),
        "days": Label("days", "天"),
        "hours": Label("hours", "小时"),
        "minutes": Label("minutes", "分钟"),
        "seconds": Label("seconds", "秒"),
    }
)
"""The units by code."""


DIRECTIONS: Final[Mapping[Direction, Label]] = MappingProxyType(
    {
        "higher": Label("higher is better", "越高越好"),
        "lower": Label("lower is better", "越低越好"),
        "band": Label("within a band is best", "在区间内为好"),
        "context": Label("depends on the context", "视情况而定"),
    }
)
"""The directions by code."""


class Input(NamedTuple):
    """A named input: its kind, its range, the inputs whose sum it is part of, and those it is also part of one by one.

    One that measures a moment, the start or the end of a period, is a ``stock``: it adds up over groups, but not over
    time. Prices, shares and the like do not add up at all.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    of: tuple[str, ...] = ()
    optional: bool = False
    stock: Stock | None = None
    also_of: tuple[str, ...] = ()

    @property
    def wholes(self) -> tuple[tuple[str, ...], ...]:
        """The sums that it does not exceed, each by the names of what is added up."""
        return tuple(names for names in (self.of, *((name,) for name in self.also_of)) if names)

    @property
    def adds_up(self) -> bool:
        """Whether the value of several groups is the sum of theirs."""
        return self.kind in ("count", "money")


def count(name: str, *, optional: bool = False, stock: Stock | None = None) -> Input:
    """A count, 0 or more; an optional one may be None."""
    return Input(name, "count", 0.0, optional=optional, stock=stock)


def part(
    name: str,
    *,
    of: str | tuple[str, ...],
    also_of: str | None = None,
    kind: Literal["count", "money"] = "count",
    optional: bool = False,
) -> Input:
    """Some of what another input counts, or several together, and of a second one; money of it if it is money."""
    wholes = (of,) if isinstance(of, str) else of
    return Input(name, kind, 0.0, of=wholes, optional=optional, also_of=() if also_of is None else (also_of,))


def money(name: str, *, low: float | None = None, optional: bool = False, stock: Stock | None = None) -> Input:
    """Money, which may be below zero unless it has a minimum, and adds up."""
    return Input(name, "money", low, optional=optional, stock=stock)


def share(name: str) -> Input:
    """A fraction between 0 and 1, which does not add up."""
    return Input(name, "share", 0.0, 1.0)


def number(name: str, *, low: float | None = None) -> Input:
    """A price, a rate, a time or another number that does not add up."""
    return Input(name, "number", low)


class Example(NamedTuple):
    """Inputs, options among them, and the value worked out by hand."""

    given: Mapping[str, Any]
    value: float


class Variant(NamedTuple):
    """A definition in use: the value of the option that selects it, the inputs it needs, and a worked number.

    Its ``word`` stands behind the name of the KPI where several definitions stand side by side. It may be a share of
    things counted where others of the same KPI are not.
    """

    option: str
    word: Label
    definition: Label
    inputs: tuple[str, ...]
    example: Example
    is_share: bool = False


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
    band : tuple of float or None
        Lowest and highest good value where the direction is a band that the source gives; None where every company
        sets its own.
    source : str
        Where the definition comes from.
    function : str
        Full path of the public function that computes it.
    inputs : tuple of Input
        What the formula takes; empty where the KPI is counted from a table.
    option : str or None
        The argument that selects the definition, where there are several.
    variants : tuple of Variant
        The definitions in use, where there are several.
    counted_by_day : bool
        Whether it adds up over the days of a period; for KPIs without inputs.
    counts_events : bool
        Whether the numerator counts independent events, so that Poisson's interval holds.
    example : Example or None
        A worked number; None where the KPI is counted from a table, or where each variant has its own.
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
    band: tuple[float, float] | None = None
    inputs: tuple[Input, ...] = ()
    option: str | None = None
    variants: tuple[Variant, ...] = ()
    counted_by_day: bool = False
    counts_events: bool = False
    example: Example | None = None

    @property
    def adds_up_over_time(self) -> bool:
        """Whether a longer period has more of it, unlike what there is on a day, such as recurring revenue."""
        if self.inputs:
            return self.aggregation == "sum" and all(each.stock is None for each in self.inputs)
        return self.counted_by_day

    @property
    def examples(self) -> tuple[Example, ...]:
        """The worked numbers, of each variant where there are several."""
        return (self.example,) if self.example else tuple(each.example for each in self.variants)

    def code_by(self, option: str | None) -> str:
        """Its code in tables: followed by the option where there are several definitions."""
        return self.code if option is None else f"{self.code}[{option}]"

    @property
    def names(self) -> dict[str, Label]:
        """The name of each code: its own, and that of each definition where there are several."""
        names = {self.code: self.name}
        for each in self.variants:
            en, zh = f"{self.name.en} ({each.word.en})", f"{self.name.zh}（{each.word.zh}）"
            # Two pairs of brackets in a row read badly: 终身价值（固定留存率）（期末收款）.
            names[self.code_by(each.option)] = Label(en.replace(") (", ", "), zh.replace("）（", "，"))
        return names

    def is_share_of_count(self, option: str | None) -> bool:
        """Whether it is a share of things counted by a definition, so that Wilson's interval holds."""
        if any(each.is_share for each in self.variants if each.option == option):
            return True
        return self.unit == "share" and any(each.of and each.kind == "count" for each in self.inputs)


def catalogue_code(code: str) -> str:
    """Return the code of the catalogue for one of a table, which may name a definition."""
    return code.partition("[")[0]


def window_of(window: Window, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the first and last day that a period's KPI covers; the period before has the same length."""
    before = {
        "period": start,
        "period and the one before": start - (end - start) - timedelta(days=1),
        "all until then": datetime.min,
    }
    return before[window], end
