"""The command `crmkit audit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmkit._figures import count, money
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.language import OptionError
from crmkit.cli.options import JSON, TABLE_OUTPUT, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.activity import LogHole
    from crmkit.cli.reading import OrderOptions

__all__ = ["audit"]

_HEADS: Final = (
    Label("Reason", "原因"), Label("Rows", "行数"), Label("Amount", "金额"), Label("Duplicates", "重复行"),
)  # fmt: skip
_NEEDS_IDS: Final = Message(
    en="--by needs an order id in each row. Name its column with --order-id.",
    zh="--by 要求每行都有订单号，请用 --order-id 指定该列。",
)
_OWN_NAME: Final = Message(
    en="--by cannot take a column called {column}, a name that order lines have themselves. Rename it in the file.",
    zh="--by 不能使用名为 {column} 的列：订单明细自身已有此列名。请在文件中改名。",
)
# The columns of order lines; a column that is kept cannot have one of these names.
_OWN: Final = ("customer_id", "order_id", "date", "time", "quantity", "amount")


@command()
@order_command(as_of="Last day that counts; if not given, all days count.", needs_as_of=False)
@click.option(
    "--by", metavar="COLUMN", help="Look for holes in the orders by channel, store or the like; needs order ids."
)
@TABLE_OUTPUT
@JSON
def audit(options: OrderOptions, by: str | None, output: Path | None, as_json: bool) -> None:
    """Show where every row of FILE and every unit of money goes, and which days or months seem to be missing.

    Refunds and rows that cannot be used are counted whatever --returns and --invalid say.

    \b
    Example:
      crmkit audit orders.csv --as-of 2024-12-31
      crmkit audit orders.csv --as-of 2024-12-31 --by channel
    """  # noqa: D301
    import pandas as pd

    from crmkit._frames import records
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
    from crmkit.transactions import AUDIT_REASONS

    check_table_output(output, read=options.files)
    if by in _OWN:
        raise OptionError(_OWN_NAME(column=by))
    with open_orders(options, keep=[] if by is None else [by]) as log:
        if by is not None and log.columns["order_id"] is None:
            raise OptionError(_NEEDS_IDS())
        table = log.audit(as_of=options.as_of)
        log.unusable.say(options.language)
        rows = table.set_index("reason")["n_rows"]
        holes: dict[str, list[LogHole]] = {}
        if rows["kept"] + rows["zero_price"]:
            holes = log.holes(options, as_of=options.as_of, by=by)
    named = table.copy()
    named.insert(1, "name", [AUDIT_REASONS[reason].text(options.language) for reason in table["reason"]])
    found = [{"of": of or None, **hole._asdict()} for of, of_group in holes.items() for hole in of_group]
    if output is not None:
        with writing(output):
            write_table(named, output, sheets=_sheets(named, pd.DataFrame(found), by, options.language))
    if as_json:
        document = {"as_of": options.as_of, "columns": log.columns, "audit": records(named)}
        print_json({**document, "holes": records(pd.DataFrame(found)), **path_of(output)})
        return
    if output is not None:
        say_path(output)
    cells = zip(
        named["name"],
        map(count, table["n_rows"]),
        map(money, table["amount"]),
        map(count, table["n_duplicates"]),
        strict=True,
    )
    print_table([head.text(options.language) for head in _HEADS], list(cells))


def _sheets(named: pd.DataFrame, holes: pd.DataFrame, by: str | None, language: Language) -> list[Sheet]:
    """The audit, and the holes if there are any, by group if they were looked for by group."""
    from crmkit._workbook import audit_sheet, hole_sheet

    found = [audit_sheet(named.assign(reason=named["name"]), language)]
    if len(holes):
        found.append(hole_sheet(holes if by is not None else holes.drop(columns="of"), language))
    return found
