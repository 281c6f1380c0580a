"""The table of contracts."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["CONTRACTS", "MOST_CUSTOMERS"]

# No row stands for more customers: there are not as many people.
MOST_CUSTOMERS: Final = 1e10

CONTRACTS: Final = Schema(
    name="customers",
    row="a customer with a contract, or customers with the same history",
    made_by="contract_table",
    fields=(
        Field(
            "tenure",
            "count",
            "the renewal at which the customer was lost, or the last one survived",
            missing="without a contract",
            whole=True,
        ),
        Field("churned", "flag", "whether the customer was lost", missing="without a contract"),
        Field("n_customers", "number", "customers of the row", low=0, high=MOST_CUSTOMERS, optional=True),
    ),
    rules=(
        Rule(
            columns=("tenure", "churned"),
            broken=lambda column: (column["tenure"] >= 0) & (column["churned"] != column["churned"]),
            says=Message(en="{churned} is missing where {tenure} is not", zh="{tenure}不缺失而{churned}缺失"),
        ),
        Rule(
            columns=("tenure", "churned"),
            broken=lambda column: (column["tenure"] == 0) & (column["churned"] == 1),
            says=Message(
                en="{tenure} is 0 where {churned} is true (the first renewal is 1)",
                zh="{churned}为真而{tenure}为 0（首次续约为 1）",
            ),
        ),
    ),
)
