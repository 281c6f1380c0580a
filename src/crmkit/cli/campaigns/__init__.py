"""The commands under `crmkit campaign`, one file each."""

from crmkit.cli.campaigns._assign import assign
from crmkit.cli.campaigns._judge import judge
from crmkit.cli.campaigns._plan import plan

__all__ = ["assign", "judge", "plan"]
