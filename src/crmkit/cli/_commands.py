"""The commands `crmkit report` and `crmkit demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import pandas as pd

from crmkit._checks import as_day, some
from crmkit._version import __version__
from crmkit.cli._files import FileError, read_file
from crmkit.datasets import load_cdnow
from crmkit.labels import Language
from crmkit.report import CustomerReport, customer_report
from crmkit.transactions import Invalid, Returns, as_transactions, audit_orders, rejected_orders

__all__ = ["main"]

# 2 is click's own, for wrong usage.
_EXIT_BAD_DATA: Final = 3
_CDNOW_LAST_DAY: Final = "1998-06-30"
_HELP: Final = {"help_option_names": ["-h", "--help"]}


class _BadData(click.ClickException):
    """The file or its rows cannot be used."""

    exit_code = _EXIT_BAD_DATA


def _as_of(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001
    try:
        as_day(value, name="--as-of")
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem
    return value


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
@click.option(
    "--as-of", required=True, metavar="DATE", callback=_as_of, help="Last day that counts, such as 2024-12-31."
)
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
        ids = [columns[name] for name in ("customer_id", "order_id") if columns[name] is not None]
        orders = read_file(file, encoding=encoding, ids=ids)
        audit = audit_orders(orders, as_of=as_of, **columns)
        rejected = rejected_orders(orders, **columns)
        _refuse_decimal_commas(rejected, columns)
        transactions = as_transactions(orders, returns=returns, invalid=invalid, **columns)
        made = customer_report(transactions, as_of=as_of, audit=audit, language=language)
    except (FileError, ValueError, TypeError) as problem:
        raise _BadData(str(problem)) from problem
    _say_left_out(audit, rejected, columns)
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


def _money_columns(columns: dict[str, str | None]) -> list[str]:
    if columns["unit_price"] is not None:
        return [name for name in (columns["quantity"], columns["unit_price"]) if name is not None]
    return [columns["amount"] or "amount"]


def _refuse_decimal_commas(rejected: pd.DataFrame, columns: dict[str, str | None]) -> None:
    """Refuse numbers with commas: leaving them out would lose the large ones, or misread their neighbours."""
    unusable = rejected[rejected["rejected_because"] == "unusable_amount"]
    for name in _money_columns(columns):
        with_comma = unusable.loc[unusable[name].astype(str).str.contains(r"\d,\d", regex=True), name]
        if len(with_comma):
            raise ValueError(
                f"The column {name} holds numbers with commas, such as {some(with_comma.unique())}. "
                "Write them with a decimal point and no thousands separators."
            )


def _say_left_out(audit: pd.DataFrame, rejected: pd.DataFrame, columns: dict[str, str | None]) -> None:
    """Count the rows left out, with some of the values that were the reason."""
    rows = audit.set_index("reason")["n_rows"]
    sources: dict[str, list[str]] = {
        "no_customer": [],
        "unusable_date": [columns["date"] or "date"],
        "unusable_amount": _money_columns(columns),
    }
    told = []
    for reason, shown in sources.items():
        if rows[reason]:
            values = rejected.loc[rejected["rejected_because"] == reason, shown]
            examples = f" ({', '.join(f'{name} {some(values[name].unique())}' for name in shown)})" if shown else ""
            told.append(f"{rows[reason]:,} {reason.replace('_', ' ')}{examples}")
    if told:
        click.echo(f"Left out of {rows['given']:,} rows: {', '.join(told)}.", err=True)
        click.echo("The report shows where every row went.", err=True)


def _write(made: CustomerReport, output: Path) -> None:
    try:
        made.to_html(output)
    except OSError as problem:
        raise _BadData(f"--output {output} cannot be written: {problem}") from problem
    click.echo(output.resolve())
    for finding in made.findings:
        click.echo(f"- {finding}")
