"""The command `crmkit export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crmkit.cli.options import JSON, FilePath, command, order_command

if TYPE_CHECKING:
    from crmkit.cli.reading import OrderOptions

__all__ = ["export"]


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--output", type=FilePath(), default=Path("star"), show_default=True, metavar="FOLDER", help="Folder to write to."
)
@JSON
def export(options: OrderOptions, output: Path, as_json: bool) -> None:
    """Write the orders in FILE as Parquet tables for Power BI, Tableau and the like: orders, customers, dates and more.

    \b
    Example:
      crmkit export orders.csv --as-of 2024-12-31 --output star
    """  # noqa: D301
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import print_json, writing
    from crmkit.views import star_tables, write_star_tables

    with open_orders(options) as log:
        transactions = log.transactions(options, as_of=options.as_of).transactions
        tables = star_tables(transactions, as_of=options.as_of or "")
    with writing(output):
        paths = write_star_tables(tables, output)
    named = [click.format_filename(path.resolve()) for path in paths]
    if as_json:
        sizes = {name: {"path": path, "n_rows": len(tables[name])} for name, path in zip(tables, named, strict=True)}
        print_json({"as_of": options.as_of, "tables": sizes})
        return
    for path in named:
        click.echo(path)
