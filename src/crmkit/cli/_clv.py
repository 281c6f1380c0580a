"""The command `crmkit clv`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from crmkit._frames import open_frame, to_pandas
from crmkit.cli._customers_file import check_ending, write_customers
from crmkit.cli._options import JSON, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._output import check_output, output_option, say_path, writing
from crmkit.cli._tables import NOTHING, count, money, print_json, print_table, significant
from crmkit.cli._texts import TEXTS
from crmkit.cli._valued import MODELS, Terms, Valued, valued_customers
from crmkit.customers import customer_summary

__all__ = ["clv"]

_DAYS: Final = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}
_NAMES: Final = {
    "ParetoNBDModel": "Pareto/NBD",
    "BetaGeoModel": "BG/NBD",
    "ModifiedBetaGeoModel": "MBG/NBD",
    "GammaGammaModel": "gamma-gamma",
}
_TIME: Final = re.compile(r"(\d{1,4}(?:\.\d+)?)([DWMY])", re.ASCII)


def _time(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001
    found = _TIME.fullmatch(value)
    if found is None or not float(found[1]) > 0:
        raise click.BadParameter(f"must be a number above 0 and D, W, M or Y, such as 12M, got {value!r}.")
    return value


def _number(name: str, *, default: float, fits: Callable[[float], bool], must: str, text: str) -> Callable[..., Any]:
    """Make the option of a number in a range."""

    def checked(context: click.Context, parameter: click.Parameter, value: float) -> float:  # noqa: ARG001
        if not fits(value):
            raise click.BadParameter(f"must {must}, got {value!r}.")
        return value

    return click.option(name, type=float, default=default, show_default=True, callback=checked, help=text)


@click.command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@output_option("clv.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--model",
    type=click.Choice(list(MODELS)),
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
@_number(
    "--margin",
    default=1.0,
    fits=lambda margin: 0 < margin <= 1,
    must="lie above 0 and not above 1",
    text="Share of the amounts that is profit; 1 gives revenue.",
)
@_number(
    "--discount-rate",
    default=0.1,
    fits=lambda rate: 0 <= rate < math.inf,
    must="be a year's rate of 0 or more, such as 0.1",
    text="A year's, by which later purchases count less.",
)
@_number(
    "--level", default=0.95, fits=lambda level: 0 < level < 1, must="lie between 0 and 1", text="Of the intervals."
)
@JSON
def clv(
    options: OrderOptions,
    output: Path,
    model: str,
    horizon: str,
    margin: float,
    discount_rate: float,
    level: float,
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
        summary = customer_summary(log.transactions(options), as_of=options.as_of or "")
        customers = to_pandas(open_frame(summary, name="customers"))
    valued = valued_customers(customers, Terms(model, _in_days(horizon), margin, discount_rate, level))
    with writing(output):
        write_customers(valued.table, output)
    if valued.boundary:
        click.echo(TEXTS["boundary"].text(options.language).format(parameters=", ".join(valued.boundary)), err=True)
    asked = {"model": model, "horizon": horizon, "margin": margin, "discount_rate": discount_rate, "level": level}
    if as_json:
        print_json(
            {
                "path": click.format_filename(output.resolve()),
                "as_of": options.as_of,
                **asked,
                "n_customers": len(valued.table),
                "n_valued": valued.n_valued,
                **valued.totals,
                "parameters": valued.parameters,
                "boundary": valued.boundary,
            }
        )
        return
    say_path(output)
    _print(valued, asked, options)


def _in_days(horizon: str) -> float:
    return float(horizon[:-1]) * _DAYS[horizon[-1]]


def _print(valued: Valued, asked: dict[str, Any], options: OrderOptions) -> None:
    """Print what all customers will do and bring, then the parameters."""
    language = options.language
    texts = {name: label.text(language) for name, label in TEXTS.items()}
    rows = [
        [texts["n_customers"], count(len(valued.table)), NOTHING],
        [texts["n_valued"], count(valued.n_valued), NOTHING],
    ]
    for name, shown in (("expected_purchases", count), ("lifetime_value", money)):
        found = valued.totals[name]
        head = texts[name].format(horizon=asked["horizon"])
        rows.append([head, shown(found["value"]), _between(found, shown)])
    rows += [
        [f"{_NAMES[row['model']]} {row['parameter']}", significant(row["estimate"]), _between(row, significant)]
        for row in valued.parameters
    ]
    interval = texts["interval_of"].format(level=f"{asked['level'] * 100:g}%")
    print_table([texts["figure"], texts["value"], interval], rows)


def _between(row: Mapping[str, Any], shown: Callable[[Any], str]) -> str:
    return NOTHING if row["lower"] is None else f"{shown(row['lower'])} – {shown(row['upper'])}"
