"""Credit: what customers owe and how late, what of it will be lost, how risky they are, and how much rests on few."""

from crmkit.value.credit._ageing import ageing_table
from crmkit.value.credit._collection import collection_table
from crmkit.value.credit._days_sales import average_days_delinquent, collection_effectiveness, days_sales_outstanding

__all__ = [
    "ageing_table",
    "average_days_delinquent",
    "collection_effectiveness",
    "collection_table",
    "days_sales_outstanding",
]
