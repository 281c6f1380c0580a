"""The command `crmkit demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from crmkit._names import Language
from crmkit.cli.language import FileError
from crmkit.cli.options import JSON, LANGUAGE, command, output_option

__all__ = ["demo"]

_LAST_DAY: Final = "1998-06-30"


@command()
@output_option("report.html", "File to write: a page, or a workbook if it ends in .xlsx.")
@LANGUAGE
@JSON
def demo(output: Path, language: Language, as_json: bool) -> None:
    """Write a report on CDNOW's customers: an order log of 1997 and 1998 that comes with crmkit[data]."""
    from crmkit.cli.writing import check_report_output, is_workbook, scored, write_report
    from crmkit.datasets import load_cdnow
    from crmkit.report import customer_report
    from crmkit.transactions import as_transactions, audit_orders

    check_report_output(output, read=[])
    try:
        orders = load_cdnow(full=True)
    except ModuleNotFoundError as problem:
        raise FileError(problem.args[0]) from problem
    audit = audit_orders(orders, as_of=_LAST_DAY)
    transactions = as_transactions(orders)
    report = customer_report(transactions, as_of=_LAST_DAY, audit=audit, language=language)
    customers = scored(transactions, as_of=_LAST_DAY, language=language) if is_workbook(output) else None
    write_report(report, output, as_json=as_json, customers=customers)
