"""Writing: the file that a command makes, and what it prints."""

from crmkit.cli.writing._customers_file import check_ending, for_readers, write_customers
from crmkit.cli.writing._output import check_output, say_path, writing
from crmkit.cli.writing._report import write_report
from crmkit.cli.writing._tables import print_json, print_table

__all__ = [
    "check_ending",
    "check_output",
    "for_readers",
    "print_json",
    "print_table",
    "say_path",
    "write_customers",
    "write_report",
    "writing",
]
