"""The command line: ``crmkit report FILE …`` and ``crmkit demo``. Needs ``pip install crmkit[report]``."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, or say what it needs."""
    try:
        from crmkit.cli._commands import main as command

        command(prog_name="crmkit")
    except ModuleNotFoundError as missing:
        sys.exit(f"crmkit's command line needs {missing.name}. Install it with: pip install 'crmkit[report]'")
