"""The command `crmkit kpi`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._figures import MARK, NOTHING, marked, number, share
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import JSON, TABLE_OUTPUT, Day, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.activity import LogHole
    from crmkit.cli.reading import OrderOptions

__all__ = ["kpi"]

_HEADS: Final = (
    Label("KPI", "指标"), Label("Unit", "单位"), Label("Value", "数值"),
    Label("Numerator", "分子"), Label("Denominator", "分母"), Label("95% interval", "95% 置信区间"),
)  # fmt: skip
_KPIS: Final = Label("KPIs", "核心指标")
_ENDS: Final = (
    ("lower", "95% interval, lower end", "95% 置信区间下限"),
    ("upper", "95% interval, upper end", "95% 置信区间上限"),
)
_NO_END: Final = Message(
    en="Give --end, or --as-of as the last day of the period.", zh="请给出 --end，或用 --as-of 作为期间最后一天。"
)
_END_FIRST: Final = Message(en="--end {end} lies before --start {start}.", zh="--end {end} 早于 --start {start}。")
_END_UNSEEN: Final = Message(
    en="--end {end} lies after --as-of {as_of}: the period is not over.",
    zh="--end {end} 晚于 --as-of {as_of}：期间尚未结束。",
)
_NO_PERIOD_BEFORE: Final = Message(
    en="The log does not cover the period of the same length before {start}, so retention and churn are not known.",
    zh="数据不含 {start} 之前完整的等长期间，无法计算留存率与流失率。",
)


@command()
@order_command(as_of="Last day that counts; also the last day of the period unless --end is given.", needs_as_of=False)
@click.option("--start", required=True, metavar="DATE", type=Day(), help="First day of the period.")
@click.option("--end", metavar="DATE", type=Day(), help="Last day of the period.")
@TABLE_OUTPUT
@JSON
def kpi(options: OrderOptions, start: str, end: str | None, output: Path | None, as_json: bool) -> None:
    """Compute the KPIs of a period from the orders in FILE.

    Orders before the period show which customers are new.

    \b
    Example:
      crmkit kpi orders.csv --start 2024-10-01 --end 2024-12-31
    """  # noqa: D301
    from crmkit._checks import as_day
    from crmkit._frames import open_frame, records, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import (
        check_table_output,
        path_of,
        print_json,
        print_table,
        say_path,
        write_table,
        writing,
    )
    from crmkit.metrics import order_kpis
    from crmkit.views import MARK_REMARK

    check_table_output(output, read=options.files)
    last = _last_day(options, start=start, end=end)
    with open_orders(options) as log:
        usable = log.transactions(options, as_of=options.as_of, period_end=last)
        found = order_kpis(usable.transactions, start=start, end=last)
        table = _named(to_pandas(open_frame(found, name="kpis")), options.language)
    table["touches_hole"] = _touches_hole(
        table, usable.holes, start=as_day(start, name="start"), last=as_day(last, name="end")
    )
    if table.loc[table["kpi"] == "retention_rate", "denominator"].isna().all():
        say(_NO_PERIOD_BEFORE(start=start), options.language)
    if output is not None:
        with writing(output):
            write_table(table, output, sheets=[_sheet(table, options.language)])
    if as_json:
        document = {"start": start, "end": last, "columns": log.columns, "kpis": records(table)}
        print_json({**document, **path_of(output)})
        return
    if output is not None:
        say_path(output)
    if table["touches_hole"].any():
        say(MARK_REMARK, options.language)
    lines = [_line(row, options.language) for row in table.to_dict("records")]
    print_table([head.text(options.language) for head in _HEADS], lines, n_texts=2)


def _last_day(options: OrderOptions, *, start: str, end: str | None) -> str:
    last = end or options.as_of
    if last is None:
        raise OptionError(_NO_END())
    if last < start:
        raise OptionError(_END_FIRST(start=start, end=last))
    if options.as_of is not None and options.as_of < last:
        raise OptionError(_END_UNSEEN(end=last, as_of=options.as_of))
    return last


def _touches_hole(table: pd.DataFrame, holes: list[LogHole], *, start: datetime, last: datetime) -> list[bool]:
    """Whether the days of each KPI touch a hole."""
    from crmkit._kpi import catalogue_code, window_of
    from crmkit.activity import touching
    from crmkit.metrics import kpi_catalogue

    windows = kpi_catalogue().set_index("kpi")["window"].loc[[catalogue_code(code) for code in table["kpi"]]]
    return [bool(touching(holes, *window_of(window, start, last))) for window in windows]


def _named(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Add names and units to the codes."""
    from crmkit._kpi import catalogue_code
    from crmkit.labels import LABELS
    from crmkit.metrics import kpi_catalogue

    units = kpi_catalogue().set_index("kpi")["unit"].loc[[catalogue_code(code) for code in table["kpi"]]]
    table.insert(1, "name", [LABELS["kpi"][code].text(language) for code in table["kpi"]])
    table.insert(2, "unit", units.to_numpy())
    return table


def _sheet(table: pd.DataFrame, language: Language) -> Sheet:
    from crmkit._workbook import Named, Sheet, headings, kinds_of_units
    from crmkit.labels import LABELS

    shown = table.assign(
        unit=[LABELS["unit"][unit].text(language) for unit in table["unit"]],
        note=[MARK if touched else "" for touched in table["touches_hole"]],
    )
    ends = {name: Named(Label(en, zh), "share") for name, en, zh in _ENDS}
    own = {"name": Named(_HEADS[0], "text"), "value": Named(_HEADS[2], "number"), **ends}
    columns = ["name", "unit", "value", "numerator", "denominator", *ends]
    named = headings(shown, language, columns=[*columns, *(["note"] if table["touches_hole"].any() else [])], own=own)
    kinds = kinds_of_units(table["unit"])
    return Sheet(
        _KPIS.text(language),
        shown,
        tuple(heading._replace(kind=kinds) if heading.column == "value" else heading for heading in named),
    )


def _line(row: Mapping[Any, Any], language: Language) -> list[str]:
    from crmkit.labels import LABELS

    interval = NOTHING if math.isnan(row["lower"]) else f"{share(row['lower'])} – {share(row['upper'])}"
    value = share(row["value"]) if row["unit"] == "share" else number(row["value"])
    unit = LABELS["unit"][row["unit"]].text(language)
    return [
        marked(row["name"], row["touches_hole"]),
        unit,
        value,
        number(row["numerator"]),
        number(row["denominator"]),
        interval,
    ]
