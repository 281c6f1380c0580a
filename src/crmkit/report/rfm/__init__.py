"""Recency, frequency and spend: the map of scores, the segments, and what the scores mean."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.rfm._page import CHARTS, answer, page
from crmkit.report.rfm._sheets import sheets
from crmkit.report.rfm._texts import TEXTS

__all__ = ["RFM"]

RFM: Final = Section("rfm", TEXTS, answer=answer, page=page, charts=CHARTS, is_of_all_days=True, sheets=sheets)
