"""Conditions on columns: as they are given, where they hold, and which exclude or include one another."""

from crmkit._conditions._columns import Compared, compared_columns
from crmkit._conditions._condition import OPERATORS, Condition, Operator, Region, region_of
from crmkit._conditions._read import ConditionRule, condition_of, text_of

__all__ = [
    "OPERATORS",
    "Compared",
    "Condition",
    "ConditionRule",
    "Operator",
    "Region",
    "compared_columns",
    "condition_of",
    "region_of",
    "text_of",
]
