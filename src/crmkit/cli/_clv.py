"""The command `crmkit clv`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from crmkit._figures import NOTHING, count, money, significant, symbol
from crmkit._frames import open_frame, plain, records, to_pandas
from crmkit._messages import Words
from crmkit._names import Language
from crmkit.cli._customers_file import MONETARY_VALUE, check_ending, for_readers, write_customers
from crmkit.cli._options import JSON, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._output import check_output, output_option, say_path, writing
from crmkit.cli._problems import BadData, in_cli_words
from crmkit.cli._rates import DISCOUNT_RATE, LEVEL, MARGIN
from crmkit.cli._tables import print_json, print_table
from crmkit.cli._texts import TEXTS
from crmkit.customers import customer_summary
from crmkit.views import PURCHASE_MODELS, BaseForecast, UnfitError, base_forecast, valued_customers

__all__ = ["clv"]

_DAYS: Final = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}
_NAMES: Final = {
    "ParetoNBDModel": "Pareto/NBD",
    "BetaGeoModel": "BG/NBD",
    "ModifiedBetaGeoModel": "MBG/NBD",
    "GammaGammaModel": "gamma-gamma",
}
_HISTORY: Final = ["customer_id", "frequency", "recency", "T", "monetary_value"]
_ENDS: Final = ("value", "lower", "upper")
_TIME: Final = re.compile(r"(\d{1,4}(?:\.\d+)?)([DWMY])", re.ASCII)


def _time(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001
    found = _TIME.fullmatch(value)
    if found is None or not float(found[1]) > 0:
        raise click.BadParameter(f"must be a number above 0 and D, W, M or Y, such as 12M, got {value!r}.")
    return value


@click.command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@output_option("clv.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--model",
    type=click.Choice(list(PURCHASE_MODELS)),
    default="pareto",
    show_default=True,
    help="Of purchases: Pareto/NBD, BG/NBD or MBG/NBD.",
)
@click.option(
    "--horizon",
    default="12M",
    show_default=True,
    metavar="TIME",
    callback=_time,
    help="Time after --as-of that is foretold: a number and D, W, M or Y for days, weeks, months or years.",
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
    horizon: str,
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
    check_ending(output)
    check_output(output, read=[options.file])
    with open_orders(options) as log:
        summary = customer_summary(
            log.transactions(options, as_of=options.as_of).transactions, as_of=options.as_of or ""
        )
        customers = to_pandas(open_frame(summary, name="customers"))
    customers = customers[_HISTORY].sort_values("customer_id", ignore_index=True)
    try:
        forecast = base_forecast(
            customers,
            model=model,
            horizon_days=_in_days(horizon),
            margin=margin,
            discount_rate=discount_rate,
            level=level,
        )
    except UnfitError as problem:
        raise BadData(_why(problem, options.language)) from problem
    valued = valued_customers(customers, forecast=forecast)
    with writing(output):
        write_customers(for_readers(valued, with_monetary_value=with_monetary_value), output)
    for sentence in _caveats(forecast, n_customers=len(valued), horizon=horizon, language=options.language):
        click.echo(sentence, err=True)
    asked = {"model": model, "horizon": horizon, "margin": margin, "discount_rate": discount_rate, "level": level}
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                **asked,
                "n_customers": len(valued),
                "n_valued": _n_valued(forecast),
                **{name: {end: plain(total[end]) for end in _ENDS} for name, total in _totals(forecast).items()},
                "parameters": records(forecast.parameters),
                "boundary": forecast.parameters.loc[~forecast.parameters["is_determined"], "parameter"].tolist(),
                "nobody_leaves": forecast.limits.nobody_leaves,
                "problem": None if forecast.problem is None else forecast.problem.problem,
            }
        )
        return
    say_path(output)
    _print(forecast, asked, n_customers=len(valued), language=options.language)


def _in_days(horizon: str) -> float:
    return float(horizon[:-1]) * _DAYS[horizon[-1]]


def _in_words(horizon: str, language: Language) -> str:
    number, unit = horizon[:-1], TEXTS[f"unit_{horizon[-1]}"].text(language)
    return f"{number} {unit}" if language == "zh" or float(number) == 1 else f"{number} {unit}s"


def _totals(forecast: BaseForecast) -> dict[str, dict[str, Any]]:
    """The sums by quantity; without a model of spend those of money are missing."""
    missing = {"n_customers": 0, **dict.fromkeys(_ENDS, math.nan)}
    found: Any = forecast.totals.set_index("quantity").to_dict("index")
    return {name: found.get(name, missing) for name in ("expected_purchases", "lifetime_value")}


def _n_valued(forecast: BaseForecast) -> int:
    return int(_totals(forecast)["lifetime_value"]["n_customers"])


def _why(problem: UnfitError, language: Language) -> str:
    """Say why there is no model, and what the library found."""
    found = [] if problem.__cause__ is None else [in_cli_words(str(problem.__cause__), language)]
    return ("" if language == "zh" else " ").join([problem.said.told(language, Words()), *found])


def _caveats(forecast: BaseForecast, *, n_customers: int, horizon: str, language: Language) -> list[str]:
    """How far the figures can be trusted, and whom they leave out, a sentence each."""
    limits = forecast.limits.said(horizon=_in_words(horizon, language))
    told = [limit.told(language, Words()) for limit in limits]
    left_out = {"no_purchase": n_customers - forecast.n_buyers}
    if forecast.problem is None:
        left_out["no_spend"] = forecast.n_buyers - _n_valued(forecast)
    else:
        told.append(_why(forecast.problem, language))
    return told + [TEXTS[reason].text(language).format(n=count(n)) for reason, n in left_out.items() if n]


def _print(forecast: BaseForecast, asked: dict[str, Any], *, n_customers: int, language: Language) -> None:
    """Print what all customers will do and bring, then the parameters."""
    totals = _totals(forecast)
    texts = {name: label.text(language) for name, label in TEXTS.items()}
    rows = [
        [texts["n_customers"], count(n_customers), NOTHING],
        [texts["n_valued"], count(_n_valued(forecast)), NOTHING],
    ]
    horizon = _in_words(asked["horizon"], language)
    for name, shown in (("expected_purchases", count), ("lifetime_value", money)):
        found = totals[name]
        rows.append([texts[name].format(horizon=horizon), shown(found["value"]), _between(found, shown)])
    rows += [
        [
            f"{_NAMES[row['model']]} {symbol(row['parameter'])}",
            significant(row["estimate"]),
            _between(row, significant),
        ]
        for row in forecast.parameters.to_dict("records")
    ]
    interval = texts["interval_of"].format(level=f"{asked['level'] * 100:g}%")
    print_table([texts["figure"], texts["value"], interval], rows)


def _between(row: Mapping[Any, Any], shown: Callable[[Any], str]) -> str:
    return NOTHING if math.isnan(row["lower"]) else f"{shown(row['lower'])} – {shown(row['upper'])}"
