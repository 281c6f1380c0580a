"""The tables of which `crmkit kpi` computes KPIs, each a file here and a line in the registry."""

from crmkit.cli.kpis._contacts import CONTACTS, read_contacts
from crmkit.cli.kpis._options import check_given, table_options
from crmkit.cli.kpis._registry import TABLES
from crmkit.cli.kpis._shown import heads_of, lines_of, named, score_heads, score_lines, sheets_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable

__all__ = [
    "CONTACTS",
    "TABLES",
    "Answer",
    "Asked",
    "KpiTable",
    "check_given",
    "heads_of",
    "lines_of",
    "named",
    "read_contacts",
    "score_heads",
    "score_lines",
    "sheets_of",
    "table_options",
]
