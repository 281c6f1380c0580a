"""Writing: the file that a command makes, and what it prints."""

from crmkit.cli.writing._output import check_output, say_path, writing
from crmkit.cli.writing._report import write_report
from crmkit.cli.writing._table_file import check_ending, for_readers, write_table
from crmkit.cli.writing._tables import print_json, print_table

__all__ = [
    "check_ending",
    "check_output",
    "for_readers",
    "print_json",
    "print_table",
    "say_path",
    "write_report",
    "write_table",
    "writing",
]
