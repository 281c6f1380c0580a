"""The command `crmkit kpi`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
import pandas as pd

from crmkit._checks import as_day
from crmkit._figures import NOTHING, marked, number, share
from crmkit._frames import open_frame, records, to_pandas
from crmkit._kpi import window_of
from crmkit._messages import Words
from crmkit._names import Language
from crmkit.activity import LogHole, touching
from crmkit.cli._options import JSON, OrderOptions, day, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._problems import OptionError
from crmkit.cli._tables import print_json, print_table
from crmkit.cli._texts import TEXTS
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue, order_kpis
from crmkit.views import MARK_REMARK

__all__ = ["kpi"]

_HEADS = ("kpi", "unit", "value", "numerator", "denominator", "interval")


@click.command()
@order_command(as_of="Last day that counts, and so the last of the period unless --end is.", needs_as_of=False)
@click.option("--start", required=True, metavar="DATE", callback=day, help="First day of the period.")
@click.option("--end", metavar="DATE", callback=day, help="Last day of the period.")
@JSON
def kpi(options: OrderOptions, start: str, end: str | None, as_json: bool) -> None:
    """Compute the KPIs of a period from the orders in FILE.

    Orders before the period tell new customers from old ones.

    \b
    Example:
      crmkit kpi orders.csv --start 2024-10-01 --end 2024-12-31
    """  # noqa: D301
    last = _last_day(options, start=start, end=end)
    with open_orders(options) as log:
        usable = log.transactions(options, as_of=options.as_of, period_end=last)
        found = order_kpis(usable.transactions, start=start, end=last)
        table = _named(to_pandas(open_frame(found, name="kpis")), options.language)
    table["touches_hole"] = _touches_hole(
        table, usable.holes, start=as_day(start, name="start"), last=as_day(last, name="end")
    )
    if table.loc[table["kpi"] == "retention_rate", "denominator"].isna().all():
        click.echo(TEXTS["no_period_before"].text(options.language).format(start=start), err=True)
    if as_json:
        print_json({"start": start, "end": last, "columns": log.columns, "kpis": records(table)})
        return
    if table["touches_hole"].any():
        click.echo(MARK_REMARK.told(options.language, Words()), err=True)
    lines = [_line(row, options.language) for row in table.to_dict("records")]
    print_table([TEXTS[head].text(options.language) for head in _HEADS], lines, n_texts=2)


def _last_day(options: OrderOptions, *, start: str, end: str | None) -> str:
    last = end or options.as_of
    if last is None:
        raise OptionError("no_end")
    if last < start:
        raise OptionError("end_first", start=start, end=last)
    if options.as_of is not None and options.as_of < last:
        raise OptionError("end_unseen", end=last, as_of=options.as_of)
    return last


def _touches_hole(table: pd.DataFrame, holes: list[LogHole], *, start: datetime, last: datetime) -> list[bool]:
    """Whether the days that each KPI looks at touch a hole."""
    windows = kpi_catalogue().set_index("kpi")["window"].loc[table["kpi"]]
    return [bool(touching(holes, *window_of(window, start, last))) for window in windows]


def _named(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put names and units beside the codes."""
    units = kpi_catalogue().set_index("kpi")["unit"].loc[table["kpi"]]
    table.insert(1, "name", [LABELS["kpi"][code].text(language) for code in table["kpi"]])
    table.insert(2, "unit", units.to_numpy())
    return table


def _line(row: Mapping[Any, Any], language: Language) -> list[str]:
    interval = NOTHING if pd.isna(row["lower"]) else f"{share(row['lower'])} – {share(row['upper'])}"
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
