"""The command `crmkit report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmkit._messages import Message
from crmkit.cli.language import say
from crmkit.cli.options import DISCOUNT_RATE, JSON, MARGIN, Values, command, order_command, output_option

if TYPE_CHECKING:
    from crmkit.cli.reading import OrderOptions

__all__ = ["report"]

_SEE_REPORT: Final = Message(en="The report shows where every row went.", zh="报告中列出了每一行的去向。")


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@output_option("report.html", "File to write: a page, or a workbook if it ends in .xlsx.")
@MARGIN
@DISCOUNT_RATE
@click.option(
    "--sections",
    metavar="NAMES",
    type=Values(),
    help="Sections to show, in this order, such as findings,kpis,actions,churn; all but churn if not given.",
)
@JSON
def report(
    options: OrderOptions,
    output: Path,
    margin: float,
    discount_rate: float,
    sections: list[str] | None,
    as_json: bool,
) -> None:
    """Write a report on the customers in FILE (CSV, Parquet or Excel).

    \b
    Examples:
      crmkit report orders.csv --as-of 2024-12-31
      crmkit report orders.csv --as-of 2024-12-31 --output report.xlsx
      crmkit report orders.csv --customer-id CustomerID --date InvoiceDate \\
        --quantity Quantity --unit-price UnitPrice --order-id InvoiceNo --as-of 2011-12-09
    """  # noqa: D301
    from crmkit.cli.reading import open_orders
    from crmkit.cli.writing import check_report_output, is_workbook, scored, write_report
    from crmkit.report import customer_report

    check_report_output(output, read=options.files)
    with open_orders(options) as log:
        audit = log.audit(as_of=options.as_of)
        usable = log.transactions(options, as_of=options.as_of)
        made = customer_report(
            usable.transactions,
            as_of=options.as_of or "",
            audit=audit,
            order_lines=usable.lines,
            sections=sections,
            margin=margin,
            discount_rate=discount_rate,
            language=options.language,
        )
        as_of, language = options.as_of or "", options.language
        customers = scored(usable.transactions, as_of=as_of, language=language) if is_workbook(output) else None
    write_report(made, output, as_json=as_json, customers=customers)
    if log.unusable:
        say(_SEE_REPORT(), options.language)
