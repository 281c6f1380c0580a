"""The options that all commands on a file share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from crmkit._checks import as_day
from crmkit._names import Language
from crmkit.cli._chunks import Reading
from crmkit.cli._guess import Columns
from crmkit.cli._paths import FilePath
from crmkit.cli._problems import stopping
from crmkit.transactions import Invalid, Returns

__all__ = ["JSON", "LANGUAGE", "OrderOptions", "day", "order_command"]

_ROLES: Final = ("customer_id", "date", "amount", "quantity", "unit_price", "order_id", "currency")


@dataclass(frozen=True)
class OrderOptions:
    """What the user said about a file of orders."""

    file: Path
    columns: Columns
    reading: Reading
    decimal_comma: bool
    date_format: str | None
    time_zone: str | None
    returns: Returns
    invalid: Invalid
    as_of: str | None
    language: Language


def day(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    """Check an option that is a date."""
    if value is None:
        return None
    try:
        return f"{as_day(value, name=parameter.opts[0]):%Y-%m-%d}"
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem


def _separator(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    if value is None or len(value) == 1 or value in ("tab", "\\t"):
        return value
    raise click.BadParameter(f'must be one character, or "tab", got {value!r}.')


def _column(name: str, text: str) -> Callable[..., Any]:
    return click.option(f"--{name}", metavar="COLUMN", help=text)


LANGUAGE: Final = click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of names and messages."
)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
_SHARED: Final = (
    click.argument("file", type=FilePath(path_type=Path)),
    _column("customer-id", "Customers. This and the next columns are guessed from the header unless named."),
    _column("date", "Dates or times of the orders."),
    _column("amount", "Money per row. Guessed only where quantity and unit price are not there as well."),
    _column("quantity", "With --unit-price, instead of --amount."),
    _column("unit-price", "Times --quantity it is the amount."),
    _column("order-id", 'Rows that share one are one order; "" for none, every row then being an order.'),
    _column("currency", 'Currency codes; several codes are refused. "" for none.'),
    click.option("--date-format", metavar="FORMAT", help="How text dates are written, such as %d/%m/%Y; else ISO."),
    click.option("--time-zone", metavar="ZONE", help="Zone whose days count, for times that carry a zone."),
    click.option("--encoding", default="utf-8-sig", show_default=True, help="Of text: also gb18030, utf-16, latin-1."),
    click.option(
        "--separator", metavar="CHARACTER", callback=_separator, help='Of text, or "tab"; found out if not given.'
    ),
    click.option("--decimal-comma", is_flag=True, help="Numbers in text are written like 12,50 and 1.234,56."),
    click.option(
        "--returns",
        type=click.Choice(["net", "drop"]),
        default="net",
        show_default=True,
        help="What to do with refunds: subtract them, or leave their rows out.",
    ),
    click.option(
        "--invalid",
        type=click.Choice(["drop", "raise"]),
        default="drop",
        show_default=True,
        help="Leave out rows that cannot be used, and say so, or stop at them.",
    ),
)


def order_command(*, as_of: str, needs_as_of: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command on a file the shared options, as `OrderOptions`; ``as_of`` is its help on that option."""
    last_day = click.option("--as-of", required=needs_as_of, metavar="DATE", callback=day, help=as_of)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def decorated(**given: Any) -> None:
            columns = {role: given.pop(role) for role in _ROLES}
            reading = Reading(encoding=given.pop("encoding"), separator=given.pop("separator"))
            names = [name for name in OrderOptions.__dataclass_fields__ if name in given]
            options = OrderOptions(columns=columns, reading=reading, **{name: given.pop(name) for name in names})
            with stopping(options.language):
                command(options, **given)

        for option in reversed((*_SHARED[:1], last_day, *_SHARED[1:], LANGUAGE)):
            decorated = option(decorated)
        return decorated

    return decorate
