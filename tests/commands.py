"""The command line run in this process, and order logs as text."""

import inspect

from click.testing import CliRunner

from crmkit.cli._main import main

# Click before 8.2 mixes the two streams unless it is told not to.
_SEPARATE = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}

# Three customers, for leading zeros count; 4 orders; 30 in money; "007" bought twice.
ROWS = [
    ("007", "2024-01-05", "10"),
    ("07", "2024-02-05", "5.5"),
    ("7", "2024-02-06", "4.5"),
    ("007", "2024-03-05", "10"),
]


def text(separator=",", *, header=("customer_id", "date", "amount"), rows=ROWS):
    """A log as the text of a file."""
    return "\n".join(separator.join(row) for row in [header, *rows]) + "\n"


def run(*arguments):
    """What a command gives: exit code, standard output, standard error; what it does not catch is raised."""
    result = CliRunner(**_SEPARATE).invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr
