"""The command `crmkit due`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmkit._figures import count, day, share
from crmkit._messages import Message, Said
from crmkit._names import Label, Language
from crmkit.cli.language import FileError, say, told
from crmkit.cli.options import DRAWN_OUTPUT, JSON, Span, SpanOfTime, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import DueOutlook

__all__ = ["due"]

_MOST_PRINTED: Final = 20

_DUE: Final = Label(
    "Due by {until}: {n_due} of the {n} customers, each with a date by which they buy with probability one half.",
    "{until} 前到期的客户 {n_due} 位（客户共 {n} 位），所给日期为有一半概率已经购买的日期。",
)
_EXPECTED: Final = Label(
    "Of all {n} customers, due or not, {expected} are expected to buy by {until}.",
    "全部 {n} 位客户中（不论是否到期），预计有 {expected} 位在 {until} 前购买。",
)
_SHOWN: Final = Label("The first {shown} are shown.", "以下列出前 {shown} 位。")
_SHEETS: Final = (Label("Who is due", "到期客户"), Label("Probabilities and what came", "概率与实际"))
_COLUMNS: Final = {
    "median_gap": (Label("Usual gap in days", "通常间隔天数"), "count"),
    "expected_gap": (Label("Mean gap in days", "平均间隔天数"), "count"),
    "n_gaps": (Label("Gaps so far", "已有间隔数"), "count"),
    "next_date": (Label("Next purchase by", "预计下次购买日"), "day"),
    "next_date_lower": (Label("At the earliest", "最早"), "day"),
    "next_date_upper": (Label("At the latest", "最晚"), "day"),
    "buy_probability": (Label("Buys within the time", "期内购买概率"), "share"),
    "overdue_probability": (Label("Overdue", "逾期概率"), "share"),
    "overdue_ratio": (Label("Silence over the usual gap", "沉默与通常间隔之比"), "number"),
    "probability_alive": (Label("Buys again at all", "再次购买概率"), "share"),
    "probability": (Label("Predicted", "预测概率"), "share"),
    "observed_share": (Label("Had bought", "实际已购买占比"), "share"),
    "lower": (Label("Had bought, lower end", "已购买占比下限"), "share"),
    "upper": (Label("Had bought, upper end", "已购买占比上限"), "share"),
    "n_at_risk": (Label("Customers followed so far", "仍在观察的客户数"), "count"),
}
_LISTED: Final = (
    *("customer_id", "last_order", "days_since_last", "n_orders", "spend", "n_gaps", "median_gap", "expected_gap"),
    *("next_date_lower", "next_date", "next_date_upper", "buy_probability"),
    *("overdue_ratio", "overdue_probability", "probability_alive"),
)
_PRINTED: Final = (
    *("customer_id", "days_since_last", "median_gap", "next_date_lower", "next_date", "next_date_upper"),
    "buy_probability",
)
_TRIED: Final = ("probability", "observed_share", "lower", "upper", "n_at_risk")

_NOT_TRIED: Final = Message(
    en="The log is too short to try such dates on an earlier day.", zh="数据时间太短，无法在较早的日期上检验这些日期。"
)
_TRIED_ON: Final = Message(
    en="Tried on {day}: {came} of the customers had bought by the date given; half would be right.",
    zh="在 {day} 上检验：到所给日期为止，{came} 的客户已经购买；理想为一半。",
)
_HELD: Final = Message(
    en="{tried} {held} bought within the interval of {level}.", zh="{tried}{held} 的客户在 {level} 区间之内购买。"
)
_NOBODY: Final = Message(
    en="Nobody is due by {until}: no customer buys by then with probability one half.",
    zh="{until} 前没有到期的客户：没有客户届时有一半概率购买。",
)
_NO_DRAWING: Final = Message(
    en="There is nothing to draw: nobody is due by {until}.", zh="没有可画的内容：{until} 前没有到期的客户。"
)


@command()
@order_command(as_of="Last full day of the log, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--within",
    default="28D",
    show_default=True,
    metavar="TIME",
    type=SpanOfTime(),
    help="Time after --as-of: a number and D, W, M or Y.",
)
@DRAWN_OUTPUT
@JSON
def due(options: OrderOptions, within: Span, output: Path | None, as_json: bool) -> None:
    """List the customers in FILE who are due to buy in the coming weeks, each with a date and an interval.

    \b
    Examples:
      crmkit due orders.csv --as-of 2024-12-31 --output due.xlsx
      crmkit due orders.csv --as-of 2024-12-31 --within 2W
    """  # noqa: D301
    from crmkit._frames import open_frame, records, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import check_table_output, path_of, print_json, print_sheet, say_path, writing
    from crmkit.views import UnfitError, due_outlook

    check_table_output(output, read=options.files, drawn=True)
    with open_orders(options) as log:
        usable = log.transactions(options, as_of=options.as_of).transactions
        transactions = to_pandas(open_frame(usable, name="transactions"))
    language, within_days = options.language, max(1, round(within.days))
    try:
        outlook = due_outlook(transactions, as_of=options.as_of or "", within_days=within_days)
    except UnfitError as error:
        raise FileError(error.said) from error
    sheets = _sheets(outlook, language)
    if output is not None:
        with writing(output):
            _write(outlook, sheets, output, language)
    for said in _remarks(outlook):
        say(said, language)
    if as_json:
        print_json(
            {
                **path_of(output),
                "as_of": options.as_of,
                "until": day(outlook.until),
                "level": outlook.level,
                "n_customers": outlook.n_customers,
                "expected_buyers": outlook.expected_buyers,
                "customers": records(outlook.customers),
                "tried_on": None if outlook.tried_on is None else day(outlook.tried_on),
                "calibration": None if outlook.calibration is None else records(outlook.calibration),
                "remarks": [told(said, language) for said in _remarks(outlook)],
            }
        )
        return
    if output is not None:
        say_path(output)
    _print(outlook, language)
    if outlook.n_due:
        print_sheet(replace(sheets[0], table=outlook.customers.head(_MOST_PRINTED)), columns=_PRINTED)


def _remarks(outlook: DueOutlook) -> list[Said]:
    """How such dates did on an earlier day, and whether nobody is due."""
    said = [] if outlook.n_due else [_NOBODY(until=day(outlook.until))]
    if outlook.tried_on is None or math.isnan(outlook.bought_by_date):
        return [*said, _NOT_TRIED()]
    tried = _TRIED_ON(day=day(outlook.tried_on), came=share(outlook.bought_by_date))
    if math.isnan(outlook.interval_held):
        return [*said, tried]
    return [*said, _HELD(tried=tried, held=share(outlook.interval_held), level=share(outlook.level))]


def _sheets(outlook: DueOutlook, language: Language) -> list[Sheet]:
    """The list, and the trial if there was one."""
    from crmkit._workbook import Named, Sheet, headings

    own = {name: Named(label, kind) for name, (label, kind) in _COLUMNS.items()}  # type: ignore[arg-type]

    def made(title: Label, table: pd.DataFrame, names: Sequence[str]) -> Sheet:
        return Sheet(title.text(language), table, headings(table, language, columns=names, own=own))

    listed, tried = _SHEETS
    sheets = [made(listed, outlook.customers, _LISTED)]
    return sheets if outlook.calibration is None else [*sheets, made(tried, outlook.calibration, _TRIED)]


def _print(outlook: DueOutlook, language: Language) -> None:
    n_due = outlook.n_due
    figures = {"n_due": n_due, "n": outlook.n_customers, "expected": round(outlook.expected_buyers)}
    words = {"until": day(outlook.until)} | {name: count(value) for name, value in figures.items()}
    for label in (_DUE, _EXPECTED) if n_due else (_EXPECTED,):
        click.echo(label.text(language).format(**words))
    if n_due > _MOST_PRINTED:
        click.echo(_SHOWN.text(language).format(shown=_MOST_PRINTED))


def _write(outlook: DueOutlook, sheets: list[Sheet], output: Path, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_next_purchases

    if output.suffix.lower() not in DRAWINGS:
        write_table(outlook.customers, output, sheets=sheets)
        return
    if not outlook.n_due:
        raise FileError(_NO_DRAWING(until=day(outlook.until)))
    write_drawing(lambda: plot_next_purchases(outlook.customers, language=language).figure, output, language)
