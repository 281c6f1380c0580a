"""Segments on the command line: the schemes, the customers of a file, segmenters kept as JSON, and what is shown."""

from crmkit.cli.segments._models import read_model
from crmkit.cli.segments._read import Listed, query_name, read_listed
from crmkit.cli.segments._schemes import SCHEMES, FileScheme, new_segmenter, scheme_of
from crmkit.cli.segments._sheets import PRINTED, summary_sheet

__all__ = [
    "PRINTED",
    "SCHEMES",
    "FileScheme",
    "Listed",
    "new_segmenter",
    "query_name",
    "read_listed",
    "read_model",
    "scheme_of",
    "summary_sheet",
]
