"""The command line: ``crmkit report FILE …`` and ``crmkit demo``. Needs ``pip install crmkit[report]``."""

import sys

from crmkit.cli._language import language_of
from crmkit.cli._texts import TEXTS

__all__ = ["main"]


def main() -> None:
    """Run the command line, or say what it needs."""
    try:
        from crmkit.cli._commands import main as command

        command(prog_name="crmkit")
    except ModuleNotFoundError as missing:
        sys.exit(TEXTS["needs_package"].text(language_of(sys.argv)).format(package=missing.name))
