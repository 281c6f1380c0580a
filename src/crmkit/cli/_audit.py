"""The command `crmkit audit`."""

from __future__ import annotations

import click

from crmkit._frames import records
from crmkit.cli._options import JSON, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._tables import count, money, print_json, print_table
from crmkit.cli._texts import TEXTS
from crmkit.labels import LABELS

__all__ = ["audit"]

_HEADS = ("reason", "n_rows", "amount_of_rows", "n_duplicates")


@click.command()
@order_command(as_of="Last day that counts; without it no row is after it.", needs_as_of=False)
@JSON
def audit(options: OrderOptions, as_json: bool) -> None:
    """Say where every row of FILE and every unit of money goes.

    Refunds and rows that cannot be used are counted whatever --returns and --invalid say.

    \b
    Example:
      crmkit audit orders.csv --as-of 2024-12-31
    """  # noqa: D301
    with open_orders(options) as log:
        table = log.audit(as_of=options.as_of)
        log.unusable.say(options.language)
        rows = table.set_index("reason")["n_rows"]
        if rows["kept"] + rows["zero_price"]:
            log.say_remarks(options, as_of=options.as_of)
    names = [LABELS["audit_reason"][reason].text(options.language) for reason in table["reason"]]
    if as_json:
        table.insert(1, "name", names)
        print_json({"as_of": options.as_of, "columns": log.columns, "audit": records(table)})
        return
    cells = zip(
        names, map(count, table["n_rows"]), map(money, table["amount"]), map(count, table["n_duplicates"]), strict=True
    )
    print_table([TEXTS[head].text(options.language) for head in _HEADS], list(cells))
