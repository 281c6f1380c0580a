"""Order exports that are known by their header: which of their columns plays which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from crmkit._names import plain_name

__all__ = ["Export", "known_export"]


class Export(NamedTuple):
    """A kind of export: its name, names that only it has together, its columns by role, and the money of whole orders.

    Of several columns for a role the first that is there counts.
    """

    name: str
    header: str
    roles: Mapping[str, str]
    order_totals: str = ""

    def holds_order_totals(self, column: str) -> bool:
        """Whether a column is the money of a whole order, even where it is repeated on the lines of an order."""
        return plain_name(column) in self.order_totals.split()

    def columns(self, header: Sequence[str]) -> dict[str, str]:
        """Find the columns of the roles that a file has."""
        by_name = {plain_name(column): column for column in header}
        found = {
            role: [by_name[name] for name in names.split() if name in by_name] for role, names in self.roles.items()
        }
        return {role: columns[0] for role, columns in found.items() if columns}


_KNOWN: Final = (
    Export(
        "Shopify",
        "name financialstatus lineitemprice",
        {
            "customer_id": "email",
            "date": "createdat paidat",
            "order_id": "name",
            "amount": "total subtotal",
            "currency": "currency",
            "status": "financialstatus",
            "refund": "refundedamount",
        },
        "total subtotal refundedamount",
    ),
    Export(
        "Amazon",
        "purchasedate itemprice sku",
        {
            "customer_id": "buyeremail",
            "date": "purchasedate",
            "order_id": "amazonorderid orderid",
            # The price of all units of the item, not of one.
            "amount": "itemprice",
            "currency": "currency",
            "status": "orderstatus",
        },
    ),
    # The customer id of WooCommerce is 0 for all who bought as guests.
    Export(
        "WooCommerce",
        "ordernumber ordertotal billingemail",
        {
            "customer_id": "customeremail billingemail",
            "date": "orderdate datecreated date",
            "order_id": "orderid ordernumber",
            "amount": "ordertotal",
            "currency": "ordercurrency currency",
            "status": "status orderstatus",
            "refund": "refundedtotal",
        },
        "ordertotal refundedtotal",
    ),
    Export(
        "WooCommerce",
        "ordernumber orderdate emailbilling",
        {
            "customer_id": "emailbilling",
            "date": "orderdate",
            "order_id": "ordernumber",
            "amount": "ordertotalamount orderlinetotal",
            "currency": "ordercurrency currency",
            "status": "orderstatus",
            "refund": "orderrefundamount",
        },
        "ordertotalamount orderrefundamount",
    ),
    Export(
        "Magento",
        "purchasepoint purchasedate grandtotalbase",
        {
            "customer_id": "customeremail",
            "date": "purchasedate",
            "order_id": "id",
            "amount": "grandtotalbase",
            "status": "status",
            "refund": "totalrefunded",
        },
    ),
    Export(
        "Stripe",
        "createddateutc amountrefunded statementdescriptor",
        {
            "customer_id": "customerid customeremail",
            "date": "createddateutc",
            "order_id": "id",
            "amount": "amount",
            "currency": "currency",
            "status": "status",
            "refund": "amountrefunded",
        },
    ),
    # The address of a refund is that of the shop; the name is that of the other side throughout.
    Export(
        "PayPal",
        "timezone gross fromemailaddress transactionid",
        {
            "customer_id": "name",
            "date": "date",
            "order_id": "transactionid",
            "amount": "gross",
            "currency": "currency",
            "status": "status",
        },
    ),
    Export(
        "Olist",
        "customeruniqueid orderpurchasetimestamp",
        {"customer_id": "customeruniqueid", "date": "orderpurchasetimestamp", "order_id": "orderid"},
    ),
)


def known_export(header: Sequence[str]) -> Export | None:
    """The kind of export that a header is of, if it is known."""
    names = {plain_name(column) for column in header}
    return next((export for export in _KNOWN if names.issuperset(export.header.split())), None)
