"""The command line: ``crmkit report FILE …`` and ``crmkit demo``. Needs ``pip install crmkit[report]``."""

import sys
from typing import Final

from crmkit._messages import Message, Words
from crmkit.cli._asked import language_of

__all__ = ["main"]

_NEEDS_PACKAGE: Final = Message(
    en="crmkit's command line needs {package}. Install it with: pip install 'crmkit[report]'",
    zh="crmkit 的命令行需要 {package}，请安装：pip install 'crmkit[report]'",
)


def main() -> None:
    """Run the command line, or name the package that it needs."""
    try:
        from crmkit.cli._main import main as command

        command(prog_name="crmkit")
    except ModuleNotFoundError as missing:
        sys.exit(_NEEDS_PACKAGE(package=missing.name).told(language_of(sys.argv), Words()))
