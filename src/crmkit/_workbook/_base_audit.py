"""The five lenses of the customer-base audit as sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._kinds import Kind
from crmkit._workbook._sheet import Chart, Sheet

__all__ = ["BASE_COLUMNS", "BASE_GROUPS", "BASE_SHEETS", "base_audit_sheets"]


BASE_SHEETS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "deciles": Label("Tenths of the customers", "客户十等分"),
        "groups": Label("Who stayed, left and came", "客户去留"),
        "change": Label("What changed", "变动分解"),
        "history": Label("One cohort", "一个同期群"),
        "cohorts": Label("Cohorts by age", "同期群（按账龄）"),
        "layers": Label("Layers of the base", "客户群分层"),
    }
)
"""What the tables of the lenses are called."""
BASE_GROUPS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "both": Label("Bought in both", "两期都购买"),
        "lapsed": Label("Only in {before}", "仅在 {before}"),
        "new": Label("New in {after}", "{after} 新客户"),
        "acquired_between": Label("Acquired in between", "其间获得"),
        "returned": Label("Returned in {after}", "{after} 回来的老客户"),
        "neither": Label("In neither", "两期都未购买"),
        "all": Label("All", "全部"),
    }
)
"""Customers by when they bought."""
BASE_COLUMNS: Final[Mapping[str, Named]] = MappingProxyType(
    {
        "decile": Named(Label("Tenth", "等分"), "count"),
        "group": Named(Label("Customers", "客户"), "text"),
        "kpi": Named(Label("Figure", "项目"), "text"),
        "contribution": Named(Label("Contribution to the change", "对变动的贡献"), "money"),
        "cohort": Named(Label("Acquired", "获得期"), "text"),
        "period": Named(Label("Period", "期间"), "day"),
        "age": Named(Label("Periods since", "账龄（期）"), "count"),
        "size": Named(Label("Customers acquired", "获得客户数"), "count"),
        "active_share": Named(Label("Share active", "活跃占比"), "share"),
        "repeat_share": Named(Label("Share with a second order", "已复购占比"), "share"),
        "spend": Named(Label("Revenue", "销售额"), "money"),
        "spend_share": Named(Label("Share of revenue", "销售额占比"), "share"),
        "spend_before": Named(Label("Revenue, {before}", "销售额，{before}"), "money"),
        "spend_after": Named(Label("Revenue, {after}", "销售额，{after}"), "money"),
        "spend_change": Named(Label("Change of revenue", "销售额变动"), "money"),
        "purchase_frequency": Named(Label("Orders per customer", "购买频次"), "number"),
        "average_order_value": Named(Label("Average order value", "笔单价"), "money"),
        "cumulative_spend_per_acquired": Named(
            Label("Revenue so far per customer acquired", "人均累计销售额"), "money"
        ),
        "profit": Named(Label("Profit", "利润"), "money"),
        "profit_share": Named(Label("Share of profit", "利润占比"), "share"),
        "profit_before": Named(Label("Profit, {before}", "利润，{before}"), "money"),
        "profit_after": Named(Label("Profit, {after}", "利润，{after}"), "money"),
        "profit_change": Named(Label("Change of profit", "利润变动"), "money"),
        "margin": Named(Label("Profit per unit of revenue", "利润率"), "share"),
        "n_loss_makers": Named(Label("Loss makers", "亏损客户数"), "count"),
        "cumulative_profit_per_acquired": Named(Label("Profit so far per customer acquired", "人均累计利润"), "money"),
    }
)
"""What the columns of the lenses are called; ``before`` and ``after`` are the two ranges compared."""

# In their order; those that a table lacks are left out.
_DECILES: Final = (
    "decile", "n_customers", "n_orders", "spend", "spend_share", "purchase_frequency", "average_order_value",
    "profit", "profit_share", "margin", "n_loss_makers",
)  # fmt: skip
_GROUPS: Final = (
    "group", "n_customers", "spend_before", "spend_after", "spend_change", "profit_before", "profit_after",
    "profit_change",
)  # fmt: skip
_COHORTS: Final = (
    "period", "age", "size", "active_customers", "active_share", "n_orders", "spend", "purchase_frequency",
    "average_order_value", "cumulative_spend_per_acquired", "repeat_share", "profit", "margin",
    "cumulative_profit_per_acquired", "note",
)  # fmt: skip
_LAYERS: Final = (
    "cohort", "period", "size", "new_customers", "active_customers", "n_orders", "spend", "spend_share", "profit",
    "profit_share", "note",
)  # fmt: skip
_NAMES: Final = {name: BASE_COLUMNS[name].label for name in ("spend", "profit", "margin")}
# Others are money.
_KINDS: Final[Mapping[str, Kind]] = {"active_customers": "count", "purchase_frequency": "number", "margin": "share"}
_BEFORE: Final = "before"
_EARLIER: Final = Label("Earlier", "更早")
_UNFINISHED: Final = Label("not over", "未结束")


def base_audit_sheets(
    base: Any, language: Language, *, before: str, after: str, kpis: Mapping[str, Label]
) -> dict[str, Sheet]:
    """A sheet for each table of a `crmkit.views.CustomerBase` of pandas' kind.

    ``before`` and ``after`` say what is compared, ``kpis`` what factors are called.
    """
    ranges = {"before": before, "after": after}
    own = {
        name: Named(Label(*(text.format(**ranges) for text in named.label)), named.kind)
        for name, named in BASE_COLUMNS.items()
    }

    def sheet(name: str, table: pd.DataFrame, columns: Sequence[str], **more: Any) -> Sheet:
        there = [
            column for column in columns if column in table and not (column == "note" and table[column].isna().all())
        ]
        return Sheet(BASE_SHEETS[name].text(language), table, headings(table, language, columns=there, own=own), **more)

    tenths = base.deciles[base.deciles["decile"] > 0]
    by_tenth = Chart(BASE_SHEETS["deciles"].text(language), "decile", ("spend_share",))
    groups = [BASE_GROUPS[group].text(language).format(**ranges) for group in base.groups["group"]]
    return {
        "deciles": sheet("deciles", tenths, _DECILES, charts=(by_tenth,)),
        "groups": sheet("groups", base.groups.assign(group=groups), _GROUPS),
        "change": _change(base.change, language, ranges=ranges, kpis=kpis),
        "history": sheet("history", _noted(base.history, language), _COHORTS),
        "cohorts": sheet("cohorts", _noted(_named(base.cohorts, language), language), ("cohort", *_COHORTS)),
        "layers": sheet("layers", _noted(_named_layers(base.layers, language), language), _LAYERS),
    }


def _change(change: pd.DataFrame, language: Language, *, ranges: Mapping[str, str], kpis: Mapping[str, Label]) -> Sheet:
    """The outcome and its factors, each before and after."""
    names = [_NAMES[code] if code in _NAMES else kpis[code] for code in change["kpi"]]
    own = {
        **BASE_COLUMNS,
        "previous": Named(Label(ranges["before"], ranges["before"]), "number"),
        "value": Named(Label(ranges["after"], ranges["after"]), "number"),
    }
    shown = change.assign(kpi=[name.text(language) for name in names])
    kinds = [_KINDS.get(code, "money") for code in change["kpi"]]
    found = tuple(
        heading._replace(kind=kinds) if heading.column in ("previous", "value") else heading
        for heading in headings(shown, language, columns=("kpi", "previous", "value", "contribution"), own=own)
    )
    return Sheet(BASE_SHEETS["change"].text(language), shown, found)


def _named_layers(layers: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The layers, and all of them together under a name."""
    return _named(layers.assign(cohort=layers["cohort"].fillna(BASE_GROUPS["all"].text(language))), language)


def _named(cohorts: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Cohorts with a name for customers acquired before the data, of whom it is not known what they brought so far."""
    is_old = cohorts["cohort"] == _BEFORE
    so_far = [str(name) for name in cohorts if str(name).startswith("cumulative")]
    cohorts = cohorts.assign(cohort=cohorts["cohort"].mask(is_old, _EARLIER.text(language)))
    return cohorts.assign(**{name: cohorts[name].mask(is_old) for name in so_far})


def _noted(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The table with a note where a period is not over."""
    notes = [None if whole else _UNFINISHED.text(language) for whole in table["is_complete"]]
    return table.assign(note=pd.Series(notes, index=table.index, dtype=object))
