"""The tables of what is owed and what was paid."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["INVOICES", "PAYMENTS"]

_CURRENCY: Final = Field("currency", "label", "the one currency", missing="where no column is named")

INVOICES: Final = Schema(
    name="invoices",
    row="an instalment of an invoice, or a credit note and an invoice that it reduces",
    made_by="as_invoices",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("invoice_id", "id", "the invoice or the credit note"),
        Field("kind", "label", "`invoice` or `credit_note`"),
        Field(
            "applies_to",
            "id",
            "the invoice that a credit note reduces",
            missing="for invoices, and for a credit note that reduces none in particular",
        ),
        Field("issued", "day", "when it was issued"),
        Field("due", "day", "the last day on which it is paid in time", missing="for credit notes"),
        Field("amount", "money", "above 0: what is owed, or what a credit note takes off", low=0),
        _CURRENCY,
    ),
    rules=(
        Rule(
            columns=("issued", "due"),
            broken=lambda column: column["due"] < column["issued"],
            says=Message(en="{due} is before {issued}", zh="{due}早于{issued}"),
        ),
    ),
)

PAYMENTS: Final = Schema(
    name="payments",
    row="a payment, or money paid back",
    made_by="as_payments",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("invoice_id", "id", "the invoice that it pays", missing="where it is not known"),
        Field("date", "day", "when it came in"),
        Field("amount", "money", "what was paid; below 0: paid back"),
        _CURRENCY,
    ),
)
