"""Writing: the file that a command makes, and what it prints."""

from crmkit.cli.writing._drawing import write_drawing
from crmkit.cli.writing._output import check_output, path_of, say_path, writing
from crmkit.cli.writing._report import check_report_output, is_workbook, scored, write_report
from crmkit.cli.writing._sheets import print_sheet
from crmkit.cli.writing._table_file import DRAWINGS, check_ending, check_table_output, for_readers, write_table
from crmkit.cli.writing._tables import print_json, print_table

__all__ = [
    "DRAWINGS",
    "check_ending",
    "check_output",
    "check_report_output",
    "check_table_output",
    "for_readers",
    "is_workbook",
    "path_of",
    "print_json",
    "print_sheet",
    "print_table",
    "say_path",
    "scored",
    "write_drawing",
    "write_report",
    "write_table",
    "writing",
]
