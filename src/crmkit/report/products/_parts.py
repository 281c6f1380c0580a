"""The tables of products that the section can show."""

from typing import Final

from crmkit.report.products._part import Part
from crmkit.report.products._preferences import PREFERENCES
from crmkit.report.products._rules import RULES

__all__ = ["PARTS"]

PARTS: Final[dict[str, Part]] = {part.name: part for part in (RULES, PREFERENCES)}
"""By name, in the order in which they are shown."""
