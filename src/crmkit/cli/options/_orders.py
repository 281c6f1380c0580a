"""The options that all commands that read a file share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import click

from crmkit._messages import Message
from crmkit.cli.language import OptionError
from crmkit.cli.options._general import LANGUAGE
from crmkit.cli.options._types import Choice, Day, FilePath, RowCount, Separator, Values

__all__ = ["order_command"]


def _column(name: str, text: str) -> Callable[..., Any]:
    return click.option(f"--{name}", metavar="COLUMN", help=text)


_OF_READING: Final = ("encoding", "separator", "sheet", "skip_rows", "sql")
_BOTH_MARKS: Final = Message(
    en="--thousands says that {mark!r} groups digits, and --decimal-comma or --decimal-point that it is the decimal "
    "mark. Leave one of them out.",
    zh="--thousands 说明 {mark!r} 是千位分隔符，而 --decimal-comma 或 --decimal-point 说明它是小数符号。"
    "请去掉其中一个。",
)
_DECIMAL_BESIDE: Final = {",": ".", ".": ","}
_SHARED: Final = (
    click.argument("file", type=FilePath()),
    _column("customer-id", "Customers. Columns that are not named are guessed from the header."),
    click.option(
        "--merge-ids",
        metavar="FILE",
        type=FilePath(),
        help="Ids of one person that are joined: columns customer_id and merged_id, the id that each becomes.",
    ),
    _column("date", "Dates or times of the orders."),
    _column("amount", 'Money per row; "" for none. Guessed only if the file has no quantity and unit price.'),
    _column("quantity", "With --unit-price, instead of --amount."),
    _column("unit-price", "With --quantity, instead of --amount."),
    _column("order-id", 'Rows with the same id are one order; "" for none: every row is an order.'),
    _column("currency", 'Currency codes; several are refused without --rates. "" for none.'),
    click.option(
        "--rates",
        metavar="FILE",
        type=FilePath(),
        help="What a unit of each currency is worth: columns currency, rate and, if rates change, date.",
    ),
    _column(
        "status", 'Status of the orders, such as paid; rows whose status does not count are left out. "" for none.'
    ),
    _column("refund", 'Money that went back, in a column beside the amount; subtracted. "" for none.'),
    _column(
        "refund-date",
        'Days on which the refunds of --refund were paid; if not given, those of their orders. "" for none.',
    ),
    click.option(
        "--status-counts",
        "counts",
        metavar="VALUES",
        type=Values(),
        help="Statuses that count, such as paid,shipped; the usual ones if not given.",
    ),
    click.option(
        "--date-format",
        metavar="FORMAT",
        help="Format of text dates, such as %d/%m/%Y, excel or unix; ISO if not given.",
    ),
    click.option("--time-zone", metavar="ZONE", help="Zone whose days count, for times with a zone."),
    click.option(
        "--encoding",
        default="utf-8-sig",
        show_default=True,
        help="Of text files: also gb18030, utf-16, cp932, latin-1.",
    ),
    click.option(
        "--separator", metavar="CHARACTER", type=Separator(), help='Of text files, or "tab"; detected if not given.'
    ),
    click.option(
        "--sheet", metavar="SHEET", help="Name or number of the sheet of a workbook, or all; the first if not given."
    ),
    click.option(
        "--skip-rows",
        metavar="N",
        type=RowCount(),
        default=0,
        help="Lines before the header, such as a title, to leave out.",
    ),
    click.option("--no-header", is_flag=True, help="The first row is data: columns are named 1, 2, 3 and so on."),
    click.option("--sql", metavar="QUERY", help="What to read from an SQLite database (.db, .sqlite, .sqlite3)."),
    click.option("--decimal-comma", "decimal", flag_value=",", help="Text numbers are written like 1.234,56."),
    click.option(
        "--decimal-point", "decimal", flag_value=".", help="Like 1,234.56. Needed only where both would be possible."
    ),
    click.option(
        "--thousands", metavar="MARK", type=Choice([",", "."]), help="What groups digits: the other mark is decimal."
    ),
    click.option("--currency-sign", metavar="SIGN", help="Sign beside amounts, if it is not known."),
    click.option(
        "--returns",
        type=Choice(["net", "drop"]),
        default="net",
        show_default=True,
        help="What to do with refunds: subtract them, or leave their rows out.",
    ),
    click.option(
        "--invalid",
        type=Choice(["drop", "raise"]),
        default="drop",
        show_default=True,
        help="Leave out and count rows that cannot be used, or stop at them.",
    ),
)


def order_command(
    *, as_of: str, needs_as_of: bool, leave_out: frozenset[str] = frozenset()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the shared options, as `OrderOptions`; ``as_of`` is the help on that option.

    ``leave_out`` are parameters that a table other than orders has no use for, or an option of its own.
    """
    last_day = click.option("--as-of", required=needs_as_of, metavar="DATE", type=Day(), help=as_of)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(getattr(command, "__click_params__", ()))

        @functools.wraps(command)
        def decorated(**given: Any) -> None:
            from crmkit.cli.reading import ROLES, OrderOptions, Reading

            given = {**dict.fromkeys(leave_out), **given}
            columns = {role: given.pop(role) for role in ROLES}
            reading = Reading(header=not given.pop("no_header"), **{name: given.pop(name) for name in _OF_READING})
            thousands = given.pop("thousands")
            if given["decimal"] and given["decimal"] == thousands:
                raise OptionError(_BOTH_MARKS(mark=thousands))
            given["decimal"] = given["decimal"] or _DECIMAL_BESIDE.get(thousands)
            names = [name for name in OrderOptions.__dataclass_fields__ if name in given]
            options = OrderOptions(columns=columns, reading=reading, **{name: given.pop(name) for name in names})
            command(options, **given)

        for option in reversed((*_SHARED[:1], last_day, *_SHARED[1:], LANGUAGE)):
            decorated = option(decorated)
        shared: list[click.Parameter] = decorated.__click_params__  # type: ignore[attr-defined]
        decorated.__click_params__ = [each for each in shared if each.name not in leave_out or each in own]  # type: ignore[attr-defined]
        return decorated

    return decorate
