"""A report as a file, with its findings on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.cli.language import OptionError, say
from crmkit.cli.writing._output import check_output, say_path, writing
from crmkit.cli.writing._table_file import for_readers
from crmkit.cli.writing._tables import print_json

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.report import CustomerReport

__all__ = ["check_report_output", "is_workbook", "scored", "write_report"]

_OTHER_ENDING: Final = Message(
    en="--output of a report must end in .html, .htm or .xlsx, got {file}.",
    zh="报告的 --output 须以 .html、.htm 或 .xlsx 结尾，得到 {file}。",
)
# Pipes and devices, such as standard output, have none.
_ENDINGS: Final = ("", ".html", ".htm", ".xlsx")
_TOO_MANY: Final = Message(
    en="The workbook leaves the {n:,} customers out, as a sheet holds {most:,} at most. crmkit score writes them to "
    ".csv or .parquet.",
    zh="一个工作表最多容纳 {most:,} 行，故工作簿不含 {n:,} 位客户的明细。crmkit score 可将其写入 .csv 或 .parquet。",
)


def check_report_output(output: Path, *, read: Sequence[Path]) -> None:
    """Refuse a file before the work that cannot be written, or whose ending is that of something else."""
    check_output(output, read=read)
    if output.suffix.lower() not in _ENDINGS:
        raise OptionError(_OTHER_ENDING(file=output))


def is_workbook(output: Path) -> bool:
    """Whether a report is asked for as a workbook, by the ending of its file."""
    return output.suffix.lower() == ".xlsx"


def scored(transactions: Any, *, as_of: str, language: Language) -> pd.DataFrame | None:
    """The customers of a workbook with scores and tiers, as far as there are any; None if a sheet cannot hold them."""
    from crmkit._workbook import MOST_ROWS
    from crmkit.customers import customer_summary
    from crmkit.views import base_segments, scored_customers

    customers = to_pandas(open_frame(customer_summary(transactions, as_of=as_of), name="customers"))
    customers = customers.sort_values("customer_id", ignore_index=True)
    if len(customers) > MOST_ROWS:
        say(_TOO_MANY(n=len(customers), most=MOST_ROWS), language)
        return None
    if (customers["n_orders"] > 0).any():
        segments = base_segments(customers)
        if segments.tier_segmenter is not None:
            customers = scored_customers(customers, segments=segments, language=language)
    return for_readers(customers, with_monetary_value=False)


def write_report(report: CustomerReport, output: Path, *, as_json: bool, customers: pd.DataFrame | None = None) -> None:
    """Write a report, and print where it is and what it found. The customers are the last sheet of a workbook."""
    with writing(output):
        if is_workbook(output):
            report.to_excel(output, customers=customers)
        else:
            report.to_html(output)
    if as_json:
        print_json({"path": click.format_filename(output.resolve()), **report.to_dict()})
        return
    say_path(output)
    for finding in report.findings:
        click.echo(f"- {finding}")
