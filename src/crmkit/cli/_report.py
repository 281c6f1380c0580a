"""The commands `crmkit report` and `crmkit demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from crmkit._names import Language
from crmkit.cli._options import JSON, LANGUAGE, OrderOptions, order_command
from crmkit.cli._order_log import open_orders
from crmkit.cli._output import check_output, output_option, say_path, writing
from crmkit.cli._problems import BadData, stopping
from crmkit.cli._rates import DISCOUNT_RATE, MARGIN
from crmkit.cli._tables import print_json
from crmkit.cli._texts import TEXTS
from crmkit.datasets import load_cdnow
from crmkit.report import CustomerReport, customer_report
from crmkit.transactions import as_transactions, audit_orders

__all__ = ["demo", "report"]

_CDNOW_LAST_DAY: Final = "1998-06-30"
_OUTPUT: Final = output_option("report.html", "File to write.")


@click.command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@_OUTPUT
@MARGIN
@DISCOUNT_RATE
@JSON
def report(options: OrderOptions, output: Path, margin: float, discount_rate: float, as_json: bool) -> None:
    """Write a report on the customers in FILE (CSV, Parquet or Excel).

    \b
    Examples:
      crmkit report orders.csv --as-of 2024-12-31
      crmkit report orders.csv --customer-id CustomerID --date InvoiceDate \\
        --quantity Quantity --unit-price UnitPrice --order-id InvoiceNo --as-of 2011-12-09
    """  # noqa: D301
    check_output(output, read=[options.file])
    with open_orders(options) as log:
        audit = log.audit(as_of=options.as_of)
        usable = log.transactions(options, as_of=options.as_of)
        made = customer_report(
            usable.transactions,
            as_of=options.as_of or "",
            audit=audit,
            order_lines=usable.lines,
            margin=margin,
            discount_rate=discount_rate,
            language=options.language,
        )
    _write(made, output, as_json=as_json)
    if log.unusable:
        click.echo(TEXTS["where_report"].text(options.language), err=True)


@click.command()
@_OUTPUT
@LANGUAGE
@JSON
def demo(output: Path, language: Language, as_json: bool) -> None:
    """Write a report on CDNOW's customers: an order log of 1997 and 1998 that comes with crmkit[data]."""
    with stopping(language):
        check_output(output, read=[])
        try:
            orders = load_cdnow(full=True)
        except ModuleNotFoundError as problem:
            raise BadData(str(problem)) from problem
        audit = audit_orders(orders, as_of=_CDNOW_LAST_DAY)
        made = customer_report(as_transactions(orders), as_of=_CDNOW_LAST_DAY, audit=audit, language=language)
        _write(made, output, as_json=as_json)


def _write(made: CustomerReport, output: Path, *, as_json: bool) -> None:
    with writing(output):
        made.to_html(output)
    if as_json:
        print_json({"path": click.format_filename(output.resolve()), **made.to_dict()})
        return
    say_path(output)
    for finding in made.findings:
        click.echo(f"- {finding}")
