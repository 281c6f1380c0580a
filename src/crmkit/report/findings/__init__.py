"""The headline findings of all sections."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.findings._texts import TEXTS

__all__ = ["FINDINGS"]

FINDINGS: Final = Section("findings", TEXTS, needs_purchases=False)
