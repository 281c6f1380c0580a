"""The commands `crmkit report` and `crmkit demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import pandas as pd

from crmkit._version import __version__
from crmkit.cli._files import FileError, read_file
from crmkit.datasets import load_cdnow
from crmkit.labels import Language
from crmkit.report import CustomerReport, customer_report
from crmkit.transactions import Invalid, Returns, as_transactions, audit_orders

__all__ = ["main"]

# 2 is click's own, for wrong usage.
_EXIT_BAD_DATA: Final = 3
_CDNOW_LAST_DAY: Final = "1998-06-30"
_HELP: Final = {"help_option_names": ["-h", "--help"]}


class _BadData(click.ClickException):
    """The file or its rows cannot be used."""

    exit_code = _EXIT_BAD_DATA


_OUTPUT = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("report.html"), show_default=True
)
_LANGUAGE = click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)


@click.group(context_settings=_HELP)
@click.version_option(__version__, prog_name="crmkit")
def main() -> None:
    """Customer analytics from an order log."""


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as-of", required=True, metavar="DATE", help="Last day that counts, such as 2024-12-31.")
@click.option("--customer-id", default="customer_id", show_default=True, metavar="COLUMN")
@click.option("--date", default="date", show_default=True, metavar="COLUMN")
@click.option("--amount", metavar="COLUMN", help='Money per row; "amount" unless --unit-price is given.')
@click.option("--quantity", metavar="COLUMN", help="With --unit-price, instead of --amount.")
@click.option("--unit-price", metavar="COLUMN")
@click.option("--order-id", metavar="COLUMN", help="Rows that share one are one order.")
@click.option("--currency", metavar="COLUMN", help="Column of currency codes; several codes are refused.")
@click.option("--date-format", metavar="FORMAT", help="How text dates are written, such as %d/%m/%Y; else ISO.")
@click.option("--time-zone", metavar="ZONE", help="Zone whose days count, for times that carry a zone.")
@click.option(
    "--encoding", default="utf-8-sig", show_default=True, help="Of a CSV file: also gb18030, utf-16, latin-1."
)
@click.option(
    "--returns", type=click.Choice(["net", "drop"]), default="net", show_default=True, help="What to do with refunds."
)
@click.option(
    "--invalid",
    type=click.Choice(["drop", "raise"]),
    default="drop",
    show_default=True,
    help="Leave out rows that cannot be used, and say so in the report, or stop at them.",
)
@_OUTPUT
@_LANGUAGE
def report(
    file: Path,
    as_of: str,
    encoding: str,
    returns: Returns,
    invalid: Invalid,
    output: Path,
    language: Language,
    **columns: Any,
) -> None:
    r"""Write a report on the customers in FILE (CSV, Parquet or Excel).

    \b
    Example:
      crmkit report orders.csv --customer-id CustomerID --date InvoiceDate \
        --quantity Quantity --unit-price UnitPrice --order-id InvoiceNo --as-of 2011-12-09
    """
    try:
        orders = read_file(file, encoding=encoding)
        audit = audit_orders(orders, as_of=as_of, **columns)
        transactions = as_transactions(orders, returns=returns, invalid=invalid, **columns)
        made = customer_report(transactions, as_of=as_of, audit=audit, language=language)
    except (FileError, ValueError, TypeError) as problem:
        raise _BadData(str(problem)) from problem
    _say_left_out(audit)
    _write(made, output)


@main.command()
@_OUTPUT
@_LANGUAGE
def demo(output: Path, language: Language) -> None:
    """Write a report on CDNOW's customers: an order log of 1997 and 1998 that comes with `lifetimes`."""
    try:
        orders = load_cdnow(full=True)
    except ModuleNotFoundError as problem:
        raise _BadData(str(problem)) from problem
    audit = audit_orders(orders, as_of=_CDNOW_LAST_DAY)
    made = customer_report(as_transactions(orders), as_of=_CDNOW_LAST_DAY, audit=audit, language=language)
    _write(made, output)


def _say_left_out(audit: pd.DataFrame) -> None:
    rows = audit.set_index("reason")["n_rows"]
    left_out = {name.replace("_", " "): int(rows[name]) for name in ("no_customer", "unusable_date", "unusable_amount")}
    told = ", ".join(f"{count:,} {name}" for name, count in left_out.items() if count)
    if told:
        click.echo(f"Left out of {int(rows['given']):,} rows: {told}. The report shows where every row went.", err=True)


def _write(made: CustomerReport, output: Path) -> None:
    try:
        made.to_html(output)
    except OSError as problem:
        raise _BadData(f"--output {output} cannot be written: {problem}") from problem
    click.echo(output.resolve())
    for finding in made.findings:
        click.echo(f"- {finding}")
