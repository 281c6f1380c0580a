"""Workbooks for Excel: typed cells, frozen and filtered headings, heat maps and native charts, written row by row."""

from crmkit._workbook._customers import customer_sheet, segment_sheet
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._kinds import Kind
from crmkit._workbook._sheet import Chart, Picture, Sheet
from crmkit._workbook._write import MOST_ROWS, write_workbook

__all__ = [
    "MOST_ROWS",
    "Chart",
    "Kind",
    "Named",
    "Picture",
    "Sheet",
    "customer_sheet",
    "headings",
    "segment_sheet",
    "write_workbook",
]
