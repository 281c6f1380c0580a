"""The command `crmkit clv`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._figures import NOTHING, count, money, share, significant, symbol
from crmkit._messages import Message, Said
from crmkit._names import Label, Language
from crmkit.cli.language import FileError, say
from crmkit.cli.options import (
    DISCOUNT_RATE,
    JSON,
    LEVEL,
    MARGIN,
    MONETARY_VALUE,
    Choice,
    Span,
    SpanOfTime,
    command,
    order_command,
    output_option,
)

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.views import BaseForecast, UnfitError

__all__ = ["clv"]

_NAMES: Final = {
    "ParetoNBDModel": "Pareto/NBD",
    "BetaGeoModel": "BG/NBD",
    "ModifiedBetaGeoModel": "MBG/NBD",
    "GammaGammaModel": "gamma-gamma",
}
# The keys of `crmkit.views.PURCHASE_MODELS`.
_MODELS: Final = ("pareto", "bg", "mbg")
_HISTORY: Final = ["customer_id", "frequency", "recency", "T", "monetary_value"]
# What refunds are learned from; the list of customers does not show them.
_MONEY_BACK: Final = ["spend", "returned"]
_ENDS: Final = ("value", "lower", "upper")
_WHY: Final = Message(en="{problem} {cause}", zh="{problem}{cause}")
_NO_PURCHASE: Final = Message(
    en="Customers without a value, as they have no purchase day (only refunds, or days that refunds cancel): {n:,}.",
    zh="因没有购买日（仅有退款，或当日订单被退款抵消）而无法估值的客户：{n:,} 位。",
)
_NO_SPEND: Final = Message(
    en="Customers without a value, as they have no amount above zero or no finite mean: {n:,}.",
    zh="因没有大于零的金额或均值不是有限值而无法估值的客户：{n:,} 位。",
)
_FIGURE: Final = Label("Figure", "项目")
_VALUE: Final = Label("Value", "数值")
_INTERVAL: Final = Label("{level} interval", "{level} 置信区间")
_CUSTOMERS: Final = Label("Customers", "客户数")
_VALUED: Final = Label("Customers with a value", "可估值客户数")
_KEPT: Final = Label("Share kept after refunds", "扣除退款后的比例")
_NET: Final = Label(
    "Refunds are taken off the lifetime value: {kept} of what is bought is expected to be kept.",
    "客户终身价值已扣除预计退款：购买金额预计有 {kept} 不会退回。",
)
_LOWER: Final = Label(", lower end", "下限")
_UPPER: Final = Label(", upper end", "上限")
_TOTAL_SHEET: Final = Label("Totals", "合计")
_MODEL_SHEET: Final = Label("Models", "模型")
_TOTALS: Final = {
    "expected_purchases": Label("Expected purchases, next {horizon}", "预计购买次数（未来 {horizon}）"),
    "lifetime_value": Label("Lifetime value, next {horizon}", "客户终身价值（未来 {horizon}）"),
}


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@output_option("clv.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--model",
    type=Choice(_MODELS),
    default="pareto",
    show_default=True,
    help="Model of purchases: Pareto/NBD, BG/NBD or MBG/NBD.",
)
@click.option(
    "--horizon",
    default="12M",
    show_default=True,
    metavar="TIME",
    type=SpanOfTime(),
    help="Time to predict after --as-of: a number and D, W, M or Y for days, weeks, months or years.",
)
@MARGIN
@DISCOUNT_RATE
@LEVEL
@MONETARY_VALUE
@JSON
def clv(
    options: OrderOptions,
    output: Path,
    model: str,
    horizon: Span,
    margin: float,
    discount_rate: float,
    level: float,
    with_monetary_value: bool,
    as_json: bool,
) -> None:
    """Write the customers in FILE, one per row, with what they are expected to buy and their lifetime value.

    \b
    Examples:
      crmkit clv orders.csv --as-of 2024-12-31 --output clv.xlsx
      crmkit clv orders.csv --as-of 2024-12-31 --model mbg --horizon 26W --margin 0.3 --output clv.csv
    """  # noqa: D301
    from crmkit._frames import open_frame, plain, records, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import (
        check_ending,
        check_output,
        for_readers,
        print_json,
        say_path,
        write_table,
        writing,
    )
    from crmkit.customers import customer_summary, mean_refund_lag
    from crmkit.views import UnfitError, base_forecast, valued_customers

    check_ending(output)
    check_output(output, read=options.files)
    with open_orders(options) as log:
        transactions, last_day = log.transactions(options, as_of=options.as_of).transactions, options.as_of or ""
        customers = to_pandas(open_frame(customer_summary(transactions, as_of=last_day), name="customers"))
        anything_back = customers["returned"].sum() > 0
        refund_lag_days = mean_refund_lag(transactions, as_of=last_day) if anything_back else 0.0
    customers = customers[[*_HISTORY, *_MONEY_BACK]].sort_values("customer_id", ignore_index=True)
    try:
        forecast = base_forecast(
            customers,
            model=model,
            horizon_days=horizon.days,
            margin=margin,
            discount_rate=discount_rate,
            level=level,
            refund_lag_days=refund_lag_days,
        )
    except UnfitError as problem:
        raise FileError(_why(problem)) from problem
    valued = valued_customers(customers, forecast=forecast)
    shown = for_readers(valued.drop(columns=_MONEY_BACK), with_monetary_value=with_monetary_value)
    with writing(output):
        write_table(shown, output, sheets=_sheets(shown, forecast, horizon, options.language))
    for caveat in _caveats(forecast, n_customers=len(valued), horizon=horizon.text(options.language)):
        say(caveat, options.language)
    asked = {"model": model, "horizon": str(horizon), "margin": margin, "discount_rate": discount_rate, "level": level}
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                **asked,
                "n_customers": len(valued),
                "n_valued": _n_valued(forecast),
                **{name: {end: plain(total[end]) for end in _ENDS} for name, total in _totals(forecast).items()},
                "kept_share": plain(forecast.kept_share),
                "parameters": records(forecast.parameters),
                "boundary": forecast.parameters.loc[~forecast.parameters["is_determined"], "parameter"].tolist(),
                "nobody_leaves": forecast.limits.nobody_leaves,
                "problem": None if forecast.problem is None else forecast.problem.problem,
            }
        )
        return
    say_path(output)
    _print(forecast, horizon, level=level, n_customers=len(valued), language=options.language)


def _sheets(shown: pd.DataFrame, forecast: BaseForecast, horizon: Span, language: Language) -> list[Sheet]:
    """Customers, totals and models."""
    import pandas as pd

    from crmkit._workbook import Named, Sheet, customer_sheet, headings

    ends = {"lower": Named(_interval(forecast.level, language, _LOWER), "number"),
            "upper": Named(_interval(forecast.level, language, _UPPER), "number")}  # fmt: skip
    named = [(name, label.text(language).format(horizon=horizon.text(language))) for name, label in _TOTALS.items()]
    totals = pd.DataFrame([{"figure": text, **_totals(forecast)[name]} for name, text in named])
    own = {"figure": Named(_FIGURE, "text"), "value": Named(_VALUE, "money"), "n_customers": Named(_VALUED, "count")}
    notes = (_NET.text(language).format(kept=share(forecast.kept_share)),) if forecast.kept_share < 1 else ()
    models = forecast.parameters.assign(model=forecast.parameters["model"].map(_NAMES))
    columns = ["model", "parameter", "estimate", "std_error", *ends]
    return [
        customer_sheet(shown, language),
        Sheet(_TOTAL_SHEET.text(language), totals, headings(totals, language, own={**own, **ends}), notes=notes),
        Sheet(_MODEL_SHEET.text(language), models, headings(models, language, columns=columns, own=ends)),
    ]


def _interval(level: float, language: Language, end: Label) -> Label:
    text = _INTERVAL.text(language).format(level=f"{level * 100:g}%") + end.text(language)
    return Label(text, text)


def _totals(forecast: BaseForecast) -> dict[str, dict[str, Any]]:
    """The totals by quantity; without a model of spend those of money are missing."""
    missing = {"n_customers": 0, **dict.fromkeys(_ENDS, math.nan)}
    found: Any = forecast.totals.set_index("quantity").to_dict("index")
    return {name: found.get(name, missing) for name in ("expected_purchases", "lifetime_value")}


def _n_valued(forecast: BaseForecast) -> int:
    return int(_totals(forecast)["lifetime_value"]["n_customers"])


def _why(problem: UnfitError) -> Said:
    """Say why there is no model, and what the library found."""
    cause = problem.__cause__
    return problem.said if cause is None else _WHY(problem=problem.said, cause=cause.args[0])


def _caveats(forecast: BaseForecast, *, n_customers: int, horizon: str) -> list[Said]:
    """How far the figures can be trusted, and whom they leave out."""
    caveats = list(forecast.limits.said(horizon=horizon))
    left_out = [(_NO_PURCHASE, n_customers - forecast.n_buyers)]
    if forecast.problem is None:
        left_out.append((_NO_SPEND, forecast.n_buyers - _n_valued(forecast)))
    else:
        caveats.append(_why(forecast.problem))
    return caveats + [message(n=n) for message, n in left_out if n]


def _print(forecast: BaseForecast, horizon: Span, *, level: float, n_customers: int, language: Language) -> None:
    """Print the totals, then the parameters."""
    from crmkit.cli.writing import print_table

    totals = _totals(forecast)
    rows = [
        [_CUSTOMERS.text(language), count(n_customers), NOTHING],
        [_VALUED.text(language), count(_n_valued(forecast)), NOTHING],
    ]
    for name, shown in (("expected_purchases", count), ("lifetime_value", money)):
        found = totals[name]
        label = _TOTALS[name].text(language).format(horizon=horizon.text(language))
        rows.append([label, shown(found["value"]), _between(found, shown)])
    if forecast.kept_share < 1:
        rows.append([_KEPT.text(language), share(forecast.kept_share), NOTHING])
    rows += [
        [
            f"{_NAMES[row['model']]} {symbol(row['parameter'])}",
            significant(row["estimate"]),
            _between(row, significant),
        ]
        for row in forecast.parameters.to_dict("records")
    ]
    interval = _INTERVAL.text(language).format(level=f"{level * 100:g}%")
    print_table([_FIGURE.text(language), _VALUE.text(language), interval], rows)


def _between(row: Mapping[Any, Any], shown: Callable[[Any], str]) -> str:
    return NOTHING if math.isnan(row["lower"]) else f"{shown(row['lower'])} – {shown(row['upper'])}"
