"""Segments on the command line: the schemes, the customers of a file, segmenters kept as JSON, and what is shown."""

from crmkit.cli.segments._divided import divided
from crmkit.cli.segments._models import read_model, write_beside
from crmkit.cli.segments._names import query_name
from crmkit.cli.segments._read import FileSource, Listed, open_listed
from crmkit.cli.segments._schemes import SCHEMES, FileScheme, made_of, new_segmenter, scheme_of
from crmkit.cli.segments._scores import write_scores
from crmkit.cli.segments._sheets import PRINTED, print_profile, print_quality, score_sheets, sheets_of

__all__ = [
    "PRINTED",
    "SCHEMES",
    "FileScheme",
    "FileSource",
    "Listed",
    "divided",
    "made_of",
    "new_segmenter",
    "open_listed",
    "print_profile",
    "print_quality",
    "query_name",
    "read_model",
    "scheme_of",
    "score_sheets",
    "sheets_of",
    "write_beside",
    "write_scores",
]
