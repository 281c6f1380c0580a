"""Products: what is bought together, and what groups prefer."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.products._answer import answer
from crmkit.report.products._page import findings, page, sheets
from crmkit.report.products._texts import TEXTS

__all__ = ["PRODUCTS"]

PRODUCTS: Final = Section(
    "products", TEXTS, answer=answer, findings=findings, page=page, needs_purchases=False, sheets=sheets, of="products"
)
