"""What the rows of a file are: customers, or what else a scheme divides."""

from __future__ import annotations

from typing import Final, NamedTuple

from crmkit._names import Label

__all__ = ["CUSTOMERS", "DEALERS", "MARKETS", "PRODUCTS", "Rows"]


class Rows(NamedTuple):
    """The word for one row and for many, and for the mean of a ``{column}`` over them."""

    one: Label
    many: Label
    mean: Label


CUSTOMERS: Final = Rows(
    Label("Customer", "客户"), Label("Customers", "客户"), Label("{column} per customer", "人均 {column}")
)
DEALERS: Final = Rows(
    Label("Dealer", "经销商"), Label("Dealers", "经销商"), Label("{column} per dealer", "每家经销商平均 {column}")
)
MARKETS: Final = Rows(
    Label("Market", "市场"), Label("Markets", "市场"), Label("{column} per market", "各市场平均 {column}")
)
PRODUCTS: Final = Rows(
    Label("Product", "产品"), Label("Products", "产品"), Label("{column} per product", "各产品平均 {column}")
)
