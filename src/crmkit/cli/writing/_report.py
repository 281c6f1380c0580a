"""A report as a file, with its findings on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crmkit.cli.writing._output import say_path, writing
from crmkit.cli.writing._tables import print_json

if TYPE_CHECKING:
    from crmkit.report import CustomerReport

__all__ = ["write_report"]


def write_report(report: CustomerReport, output: Path, *, as_json: bool) -> None:
    """Write a report, and print where it is and what it found."""
    with writing(output):
        report.to_html(output)
    if as_json:
        print_json({"path": click.format_filename(output.resolve()), **report.to_dict()})
        return
    say_path(output)
    for finding in report.findings:
        click.echo(f"- {finding}")
