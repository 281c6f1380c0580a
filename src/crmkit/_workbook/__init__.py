"""Workbooks for Excel: typed cells, frozen and filtered headings, heat maps and native charts, written row by row."""

from crmkit._workbook._audit import audit_sheet, hole_sheet
from crmkit._workbook._base_audit import BASE_COLUMNS, BASE_GROUPS, BASE_SHEETS, base_audit_sheets
from crmkit._workbook._customers import customer_sheet, plain_sheet, segment_sheet
from crmkit._workbook._headings import COLUMNS, Named, headings
from crmkit._workbook._kinds import Kind, kinds_of_units
from crmkit._workbook._profiles import ProfileLines, profile_lines, profile_sheet
from crmkit._workbook._quality import QUALITY_WORDS, quality_sheet, quality_worded
from crmkit._workbook._rules import RULE_COLUMNS, basket_sheet, rule_sides, rules_sheet
from crmkit._workbook._scorecard import LIGHTS, scorecard_sheet
from crmkit._workbook._sheet import Chart, Picture, Sheet
from crmkit._workbook._write import MOST_ROWS, write_workbook

__all__ = [
    "BASE_COLUMNS",
    "BASE_GROUPS",
    "BASE_SHEETS",
    "COLUMNS",
    "LIGHTS",
    "MOST_ROWS",
    "QUALITY_WORDS",
    "RULE_COLUMNS",
    "Chart",
    "Kind",
    "Named",
    "Picture",
    "ProfileLines",
    "Sheet",
    "audit_sheet",
    "base_audit_sheets",
    "basket_sheet",
    "customer_sheet",
    "headings",
    "hole_sheet",
    "kinds_of_units",
    "plain_sheet",
    "profile_lines",
    "profile_sheet",
    "quality_sheet",
    "quality_worded",
    "rule_sides",
    "rules_sheet",
    "scorecard_sheet",
    "segment_sheet",
    "write_workbook",
]
