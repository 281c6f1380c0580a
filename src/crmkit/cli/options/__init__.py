"""Options that several commands share."""

from crmkit.cli.options._general import (
    CALENDAR,
    DRAWN_OUTPUT,
    JSON,
    LANGUAGE,
    MONETARY_VALUE,
    TABLE_OUTPUT,
    command,
    output_option,
)
from crmkit.cli.options._numbers import DISCOUNT_RATE, LEVEL, MARGIN
from crmkit.cli.options._orders import order_command
from crmkit.cli.options._spans import Span, SpanOfTime
from crmkit.cli.options._types import Choice, Day, FilePath, Number, Numbers, Pairs, Period, RowCount, Values

__all__ = [
    "CALENDAR",
    "DISCOUNT_RATE",
    "DRAWN_OUTPUT",
    "JSON",
    "LANGUAGE",
    "LEVEL",
    "MARGIN",
    "MONETARY_VALUE",
    "TABLE_OUTPUT",
    "Choice",
    "Day",
    "FilePath",
    "Number",
    "Numbers",
    "Pairs",
    "Period",
    "RowCount",
    "Span",
    "SpanOfTime",
    "Values",
    "command",
    "order_command",
    "output_option",
]
