"""The command `crmkit base`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import CALENDAR, DRAWN_OUTPUT, JSON, Choice, Period, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._calendar import Freq
    from crmkit._workbook import Sheet
    from crmkit.cli.reading import Divided, OrderOptions
    from crmkit.views import CustomerBase

__all__ = ["base"]

_COMPARED: Final = Label("{after} against {before}; cohort {cohort}", "{after} 与 {before} 相比；同期群 {cohort}")
# What is printed, where it is not all. Cohorts and layers are printed as they stand now.
_COLUMNS: Final = {
    "history": (
        "period", "age", "active_customers", "active_share", "spend", "profit", "cumulative_spend_per_acquired",
        "cumulative_profit_per_acquired", "repeat_share", "note",
    ),
    "cohorts": (
        "cohort", "age", "size", "active_customers", "active_share", "repeat_share", "cumulative_spend_per_acquired",
        "cumulative_profit_per_acquired",
    ),
    "layers": ("cohort", "size", "active_customers", "n_orders", "spend", "spend_share", "profit", "profit_share"),
}  # fmt: skip
_MOST_ROWS: Final = 24
_TABLES: Final = ("deciles", "groups", "change", "history", "cohorts", "layers")

# Months and quarters differ by as much.
_DAYS_ALIKE: Final = 3

_LENGTHS: Final = Message(
    en="The ranges compared differ in length: {before:,} days before, {after:,} after. Sums are not adjusted for that.",
    zh="所比较的两段长度不同：前者 {before:,} 天，后者 {after:,} 天，合计数未作调整。",
)
_NO_LENGTH: Final = Message(
    en="Give --freq or --calendar, the periods of the table.", zh="请用 --freq 或 --calendar 给出表中的期间。"
)
_OF_ACTIVITY: Final = Message(en="{options} {n:is|are} for --table activity.", zh="{options} 只用于 --table activity。")


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--table",
    type=Choice(("orders", "activity")),
    default="orders",
    show_default=True,
    help="What a row of FILE is: an order, or a customer in a period.",
)
@click.option(
    "--freq",
    metavar="D|W|M|Q|Y",
    type=Period(),
    help="Length of the periods; for orders months, of longer logs quarters or years, if not given.",
)
@CALENDAR
@click.option(
    "--before",
    metavar="PERIOD",
    help="What to compare with: 2023, 2023Q4, 2023-12, a name of the calendar, or FIRST/LAST.",
)
@click.option(
    "--after",
    metavar="PERIOD",
    help="With --before; if not given, the last 12 months that are over, and the 12 before.",
)
@click.option("--cohort", metavar="PERIOD", help="When the customers to follow were acquired; the oldest if not given.")
@click.option("--period", metavar="COLUMN", help="With --table activity: periods, such as 2023Q4.")
@click.option("--n-orders", metavar="COLUMN", help="With --table activity: orders, 0 where inactive.")
@click.option("--profit", metavar="COLUMN", help='With --table activity: profit; "" for none.')
@click.option("--acquired", metavar="COLUMN", help='With --table activity: periods of acquisition; "" for none.')
@click.option(
    "--before-data",
    metavar="TEXT",
    help="With --acquired: how it names customers acquired before the data; before if not given.",
)
@DRAWN_OUTPUT
@JSON
def base(
    options: OrderOptions,
    table: str,
    freq: Freq | None,
    calendar: Path | None,
    before: str | None,
    after: str | None,
    cohort: str | None,
    output: Path | None,
    as_json: bool,
    **of_activity: str | None,
) -> None:
    """Look at the customer base in FILE through five lenses: who they are, what changed and why, how cohorts do.

    \b
    Examples:
      crmkit base orders.csv --as-of 2024-12-31
      crmkit base orders.csv --as-of 2024-12-31 --before 2023 --after 2024 --output base.xlsx
      crmkit base orders.csv --as-of 2024-12-31 --output base.png
      crmkit base quarters.csv --table activity --freq Q --as-of 2024-12-31 --before-data earlier
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit.cli.reading import divided_by
    from crmkit.cli.writing import check_table_output, path_of, print_json, print_sheet, say_path, writing
    from crmkit.views import customer_base

    read = [*options.files, *([] if calendar is None else [calendar])]
    check_table_output(output, read=read, drawn=True)
    divided = divided_by(freq, calendar, options.reading)
    activity, divided = _activity(options, table, divided, of_activity)
    as_of, language = options.as_of or "", options.language
    ranges = {"before": _range(before, divided), "after": _range(after, divided)}
    found = customer_base(activity, as_of=as_of, **ranges, cohort=cohort, **divided.arguments)
    sheets = _sheets(found, language)
    if output is not None:
        with writing(output):
            _write(found, sheets, output, language)
    if as_json:
        named = {"before": _named(found.before), "after": _named(found.after), "cohort": str(found.cohort)}
        tables = {name: records(getattr(found, name)) for name in _TABLES}
        print_json({**path_of(output), "as_of": as_of, **named, **tables})
        return
    if output is not None:
        say_path(output)
    compared = _COMPARED.text(language)
    click.echo(compared.format(before=_named(found.before), after=_named(found.after), cohort=found.cohort))
    _say_lengths(found, language)
    for name, sheet in sheets.items():
        click.echo()
        print_sheet(_newest(name, sheet, divided), columns=_COLUMNS.get(name))


def _activity(
    options: OrderOptions, table: str, divided: Divided, of_activity: dict[str, str | None]
) -> tuple[pd.DataFrame, Divided]:
    """The activity of the file, and the periods that it is by."""
    from crmkit._frames import open_frame, to_pandas
    from crmkit.activity import activity_table
    from crmkit.cli.reading import Divided, activity_of, open_orders

    if table == "activity":
        if divided.periods is None:
            raise OptionError(_NO_LENGTH())
        before_data = of_activity.pop("before_data") or "before"
        return activity_of(options, of_activity, divided, before_data=before_data), divided
    if given := [f"--{name.replace('_', '-')}" for name, value in of_activity.items() if value is not None]:
        raise OptionError(_OF_ACTIVITY(options=", ".join(given), n=len(given)))
    as_of = options.as_of or ""
    with open_orders(options) as log:
        transactions = log.transactions(options, as_of=as_of).transactions
        by = Divided(_freq(transactions, as_of), None) if divided.periods is None else divided
        activity = activity_table(transactions, as_of=as_of, **by.arguments)
        return to_pandas(open_frame(activity, name="activity")), by


def _freq(transactions: Any, as_of: str) -> Freq:
    """The length of the periods for a log as long as this."""
    import narwhals.stable.v2 as nw

    from crmkit._frames import open_frame, to_pandas
    from crmkit.views import base_freq

    first = to_pandas(open_frame(transactions, name="transactions").select(nw.col("date").min()))["date"].iloc[0]
    return base_freq(first.to_pydatetime(), as_of=as_of)


def _range(text: str | None, divided: Divided) -> Any:
    """A period by its name, or the first and the last day of a range, each of which may be a period of the calendar."""
    if text is None or "/" not in text:
        return text
    from crmkit._checks import as_day
    from crmkit._named_periods import named_period

    first, _, last = text.partition("/")
    periods = divided.periods
    own = {} if periods is None else periods.named
    if first in own and last in own and periods is not None:
        start, end = (periods.number_of(as_day(own[name], name="calendar")) for name in (first, last))
        return periods.first_day(start), periods.last_day(end)
    named = [named_period(first), named_period(last)]
    if named[0] is not None and named[1] is not None:
        return named[0][0], named[1][1] - timedelta(days=1)
    return first, last


def _say_lengths(found: CustomerBase, language: Language) -> None:
    """Say where ranges of as many periods differ in length, as a year of 53 weeks does from one of 52."""
    if isinstance(found.before, str) or isinstance(found.after, str):
        return
    from crmkit._checks import as_day

    days = [
        (as_day(last, name="after") - as_day(first, name="after")).days + 1
        for first, last in (found.before, found.after)
    ]
    if abs(days[1] - days[0]) > _DAYS_ALIKE:
        say(_LENGTHS(before=days[0], after=days[1]), language)


def _named(period: Any) -> str:
    """A range of periods by its name."""
    from crmkit._checks import as_day
    from crmkit._figures import month_range

    return period if isinstance(period, str) else month_range(*(as_day(day, name="period") for day in period))


def _sheets(found: CustomerBase, language: Language) -> dict[str, Sheet]:
    from crmkit._workbook import base_audit_sheets
    from crmkit.labels import LABELS

    ranges = {"before": _named(found.before), "after": _named(found.after)}
    return base_audit_sheets(found, language, **ranges, kpis=LABELS["kpi"])


def _newest(name: str, sheet: Sheet, divided: Divided) -> Sheet:
    """What of a sheet is printed: the cohorts and layers as they stand in the last period that is over."""
    table = sheet.table
    if name in ("cohorts", "layers"):
        over = table[table["is_complete"]]
        table = over[over["period"] == over["period"].max()]
        title = f"{sheet.title}, {divided.name(table['period'].iloc[0])}"
        return replace(sheet, title=title, table=table.tail(_MOST_ROWS))
    return replace(sheet, table=table.tail(_MOST_ROWS))


def _write(found: CustomerBase, sheets: dict[str, Sheet], output: Path, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_base_audit

    if output.suffix.lower() not in DRAWINGS:
        write_table(found.deciles, output, sheets=list(sheets.values()))
        return
    tables = (found.distribution, found.change, found.history, found.cohorts, found.layers)
    write_drawing(lambda: plot_base_audit(*tables, language=language), output, language)
