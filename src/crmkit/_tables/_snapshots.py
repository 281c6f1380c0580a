"""The snapshots that models of churn are trained on."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["SNAPSHOTS"]

SNAPSHOTS: Final = Schema(
    name="snapshots",
    row="a customer at risk at a cutoff",
    made_by="churn_snapshots",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("cutoff", "day", "the day at whose end they are looked at"),
        Field("churned", "share", "1 if they churned, 0 if not", missing="while the time is not up", whole=True),
    ),
)
