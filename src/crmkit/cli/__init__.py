"""The command line: ``crmkit report FILE …`` and ``crmkit demo``. Needs ``pip install crmkit[report]``."""

import sys

from crmkit.cli._net import last_net

__all__ = ["main"]


def main() -> None:
    """Run the command line; whatever happens is told in a line."""
    with last_net(sys.argv):
        from crmkit.cli._main import main as command

        command(prog_name="crmkit")
