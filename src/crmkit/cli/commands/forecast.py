"""The command `crmkit forecast`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._figures import count, money
from crmkit._messages import Message, Said
from crmkit._names import Label, Language
from crmkit.cli.language import FileError, say, told
from crmkit.cli.options import JSON, LEVEL, TABLE_OUTPUT, Choice, Span, SpanOfTime, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import Outlook

__all__ = ["forecast"]

_GROUPS: Final = {"tier": Label("Tier", "层级"), "rfm": Label("Segment", "分群")}
_QUANTITIES: Final = {"purchases": Label("Purchases", "购买次数"), "revenue": Label("Net revenue", "净销售额")}
_FIGURE: Final = Label("Figure", "项目")
_FORECAST: Final = Label("Next {horizon}", "未来 {horizon}")
_BEFORE: Final = Label("Last {horizon}", "过去 {horizon}")
_INTERVAL: Final = Label("{level} interval", "{level} 预测区间")
_LOWER: Final = Label(", lower end", "下限")
_UPPER: Final = Label(", upper end", "上限")
_SHEETS: Final = (Label("Forecast", "预测"), Label("Groups", "分组"), Label("Back-tests", "回测"))
_DAY: Final = Label("Forecast made on", "预测日")
_UNTIL: Final = Label("Last day counted", "统计截止日")
_MADE: Final = Label("Forecast", "预测值")
_CAME: Final = Label("What came", "实际值")
_TESTS: Final = Label("Back-tests", "回测次数")
_HELD: Final = Label("Back-tests within the interval", "落入区间的回测次数")
_BIAS: Final = Label("Forecasts over what came, less 1", "预测合计与实际合计之比减 1")
# A bias that would be shown as 0%.
_LEAST_BIAS: Final = 0.005

_UNTESTED: Final = Message(
    en="The interval was not tested on this log: it is too short.",
    zh="数据时间太短，预测区间未经本数据检验。",
)
_TRIED: Final = Message(
    en="{quantity}: tried on {n:,} earlier {n:day|days} of this log{n:| (their periods overlap)}; what came lay within "
    "the interval on {held:,}.",
    zh="{quantity}：在本数据较早的 {n:,} 个日期上回测{n:|（各次时段有重叠）}，实际值有 {held:,} 次落入区间。",
)
_HIGH: Final = Message(en="{tried} All forecasts together were {bias} too high.", zh="{tried}全部预测合计偏高 {bias}。")
_LOW: Final = Message(en="{tried} All forecasts together were {bias} too low.", zh="{tried}全部预测合计偏低 {bias}。")
_EVEN: Final = Message(
    en="{tried} All forecasts together came within 0.5% of what came.", zh="{tried}全部预测合计与实际相差不到 0.5%。"
)
_SHORTER: Final = Message(
    en="The log has no room to try the whole horizon; {days:,} days were forecast instead.",
    zh="数据时间不足以回测整个预测期，改为回测 {days:,} 天。",
)
_NO_TIERS: Final = Message(en="--by tier cannot be used. {problem}", zh="无法使用 --by tier。{problem}")


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--horizon",
    default="12M",
    show_default=True,
    metavar="TIME",
    type=SpanOfTime(),
    help="Time to forecast after --as-of: a number and D, W, M or Y for days, weeks, months or years.",
)
@LEVEL
@click.option(
    "--by", type=Choice(("tier", "rfm")), help="Also forecast by tier or RFM segment, as score divides customers."
)
@TABLE_OUTPUT
@JSON
def forecast(
    options: OrderOptions, horizon: Span, level: float, by: str | None, output: Path | None, as_json: bool
) -> None:
    """Forecast what the customers in FILE will buy and bring in, with intervals tried on earlier days of the log.

    Customers who join after --as-of are not included.

    \b
    Examples:
      crmkit forecast orders.csv --as-of 2024-12-31
      crmkit forecast orders.csv --as-of 2024-12-31 --horizon 26W --by tier --output forecast.xlsx
    """  # noqa: D301
    from crmkit._frames import open_frame, records, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import check_table_output, path_of, print_json, say_path, write_table, writing
    from crmkit.views import customer_outlook

    check_table_output(output, read=options.files)
    with open_orders(options) as log:
        usable = log.transactions(options, as_of=options.as_of).transactions
        transactions = to_pandas(open_frame(usable, name="transactions"))
    as_of, language = options.as_of or "", options.language
    segmenter = None if by is None else _segmenter(transactions, as_of=as_of, by=by)
    outlook = customer_outlook(transactions, as_of=as_of, horizon_days=horizon.days, level=level, by=segmenter)
    groups = None if by is None else _with_names(outlook.groups, segmenter, language)
    remarks = _remarks(outlook, horizon, language)
    if output is not None:
        with writing(output):
            sheets = _sheets(outlook, groups, remarks, horizon, level=level, by=by, language=language)
            write_table(outlook.totals if groups is None else groups, output, sheets=sheets)
    for remark in remarks:
        say(remark, language)
    if as_json:
        print_json(
            {
                **path_of(output),
                "as_of": as_of,
                "horizon": str(horizon),
                "level": level,
                "by": by,
                "forecast": records(outlook.totals),
                "groups": None if groups is None else records(groups),
                "backtests": records(outlook.backtests),
            }
        )
        return
    if output is not None:
        say_path(output)
    _print(outlook, groups, horizon, level=level, by=by, language=language)


def _segmenter(transactions: pd.DataFrame, *, as_of: str, by: str) -> Any:
    """What `crmkit score` divides the customers by."""
    from crmkit.customers import customer_summary
    from crmkit.views import base_segments

    segments = base_segments(customer_summary(transactions, as_of=as_of))
    if by == "rfm":
        return segments.rfm_segmenter
    if segments.tier_segmenter is None:
        raise FileError(_NO_TIERS(problem=segments.problem))
    return segments.tier_segmenter


def _with_names(groups: pd.DataFrame, segmenter: Any, language: Language) -> pd.DataFrame:
    names = segmenter.segments_.set_index("segment")[f"name_{language}"].to_dict()
    named = groups.assign(segment=groups["segment"].astype(str))
    named.insert(1, "name", named["segment"].map(names))
    return named


def _remarks(outlook: Outlook, horizon: Span, language: Language) -> list[Said]:
    """How the forecast did in its own back-tests."""
    tests = outlook.backtests
    if tests.empty:
        return [_UNTESTED()]
    remarks = [_tried(row, language) for row in outlook.totals.to_dict("records")]
    days = int((tests["until"] - tests["as_of"]).dt.days.iloc[0])
    return remarks if days >= round(horizon.days) else [*remarks, _SHORTER(days=days)]


def _tried(row: Mapping[Any, Any], language: Language) -> Said:
    bias = row["backtest_bias"]
    tried = _TRIED(quantity=_QUANTITIES[row["quantity"]].text(language), n=row["n_backtests"], held=row["n_held"])
    if math.isnan(bias):
        return tried
    message = _EVEN if abs(bias) <= _LEAST_BIAS else _HIGH if bias > 0 else _LOW
    return message(tried=tried, bias=f"{abs(bias):.0%}")


def _sheets(
    outlook: Outlook,
    groups: pd.DataFrame | None,
    remarks: list[Said],
    horizon: Span,
    *,
    level: float,
    by: str | None,
    language: Language,
) -> list[Sheet]:
    """The forecast, its groups where asked for, and the back-tests."""
    from crmkit._workbook import Named

    def named(label: Label, end: Label | None = None) -> Named:
        text = label.text(language).format(horizon=horizon.text(language), level=f"{level * 100:g}%")
        shown = text if end is None else text + end.text(language)
        return Named(Label(shown, shown), "number")

    own = {
        "name": Named(_GROUPS[by or "tier"], "text"),
        "quantity": Named(_FIGURE, "text"),
        "as_of": Named(_DAY, "day"),
        "until": Named(_UNTIL, "day"),
        "value": named(_FORECAST),
        "forecast": Named(_MADE, "number"),
        "lower": named(_INTERVAL, _LOWER),
        "upper": named(_INTERVAL, _UPPER),
        "last_period": named(_BEFORE),
        "came": Named(_CAME, "number"),
        "n_backtests": Named(_TESTS, "count"),
        "n_held": Named(_HELD, "count"),
        "backtest_bias": Named(_BIAS, "share"),
    }
    forecast, by_group, tests = _SHEETS
    made = ["value", "lower", "upper"]
    tested = ["n_backtests", "backtest_bias"]
    columns = ["quantity", *made, "last_period", "n_backtests", "n_held", "backtest_bias"]
    notes = tuple(told(remark, language) for remark in remarks)
    sheets = [_sheet(forecast, outlook.totals, columns, own, language, notes=notes)]
    if groups is not None:
        sheets.append(_sheet(by_group, groups, ["name", "quantity", *made, *tested], own, language))
    columns = ["as_of", "until", "quantity", "forecast", "lower", "upper", "came"]
    return [*sheets, _sheet(tests, outlook.backtests, columns, own, language)]


def _sheet(
    title: Label,
    table: pd.DataFrame,
    columns: list[str],
    own: Mapping[str, Any],
    language: Language,
    *,
    notes: tuple[str, ...] = (),
) -> Sheet:
    """A table whose figures are purchases or money by their row."""
    from crmkit._workbook import Sheet, headings, kinds_of_units

    kinds = kinds_of_units({"purchases": "orders", "revenue": "money"}[name] for name in table["quantity"])
    shown = table.assign(quantity=[_QUANTITIES[name].text(language) for name in table["quantity"]])
    found = headings(shown, language, columns=columns, own=own)
    figures = tuple(each._replace(kind=kinds) if each.kind == "number" else each for each in found)
    return Sheet(title.text(language), shown, figures, notes=notes)


def _print(
    outlook: Outlook, groups: pd.DataFrame | None, horizon: Span, *, level: float, by: str | None, language: Language
) -> None:
    """Print the forecast, then its groups."""
    from crmkit.cli.writing import print_table

    span = horizon.text(language)
    made, before = (label.text(language).format(horizon=span) for label in (_FORECAST, _BEFORE))
    heads = [_FIGURE.text(language), made, _INTERVAL.text(language).format(level=f"{level * 100:g}%")]
    rows = outlook.totals.to_dict("records")
    print_table(
        [*heads, before], [[*_cells(row, language), _shown(row["quantity"])(row["last_period"])] for row in rows]
    )
    if groups is not None:
        click.echo()
        lines = [[row["name"], *_cells(row, language)] for row in groups.to_dict("records")]
        print_table([_GROUPS[by or "tier"].text(language), *heads], lines, n_texts=2)


def _cells(row: Mapping[Any, Any], language: Language) -> list[str]:
    shown = _shown(row["quantity"])
    interval = f"{shown(row['lower'])} – {shown(row['upper'])}"
    return [_QUANTITIES[row["quantity"]].text(language), shown(row["value"]), interval]


def _shown(quantity: str) -> Callable[[float], str]:
    return money if quantity == "revenue" else count
