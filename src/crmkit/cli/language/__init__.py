"""What the command line says, in English and Chinese: its words, errors and remarks."""

from crmkit.cli.language._errors import FileError, OptionError
from crmkit.cli.language._said import of_the_master_file, say, saying_warnings, told
from crmkit.cli.language._stopped import telling
from crmkit.cli.language._usage import EXTRA_ARGUMENTS, FLAGS_AT_ODDS, NO_COMMAND, NO_SUCH_COMMAND, with_near

__all__ = [
    "EXTRA_ARGUMENTS",
    "FLAGS_AT_ODDS",
    "NO_COMMAND",
    "NO_SUCH_COMMAND",
    "FileError",
    "OptionError",
    "of_the_master_file",
    "say",
    "saying_warnings",
    "telling",
    "told",
    "with_near",
]
