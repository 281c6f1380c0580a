"""Segments on the command line: the schemes, the customers of a file, segmenters kept as JSON, and what is shown."""

from crmkit.cli.segments._models import read_model
from crmkit.cli.segments._names import query_name
from crmkit.cli.segments._read import FileSource, Listed, open_listed
from crmkit.cli.segments._schemes import SCHEMES, FileScheme, made_of, new_segmenter, scheme_of
from crmkit.cli.segments._sheets import PRINTED, print_profile, sheets_of

__all__ = [
    "PRINTED",
    "SCHEMES",
    "FileScheme",
    "FileSource",
    "Listed",
    "made_of",
    "new_segmenter",
    "open_listed",
    "print_profile",
    "query_name",
    "read_model",
    "scheme_of",
    "sheets_of",
]
