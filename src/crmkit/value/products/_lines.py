"""Order lines added up by order, for any pair of columns of labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._calendar import Freq, number_of_period, period_end
from crmkit._frames import AnyFrame, column_name, flag, without_nan
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._reading import clean_labels
from crmkit._tables import ORDER_LINES, check_kind, open_table
from crmkit.value._faults import INFINITE, MEND, MISSING, Fault, check_sums, is_infinite, refuse_faults

__all__ = ["COUNTED", "NAME", "VALUE", "check_label_free", "check_labels_free", "last_whole_period", "sold_lines"]

NAME: Final = "order_lines"
VALUE: Final = "__crmkit_value"
COUNTED: Final = ("n_orders", "n_customers")
"""What is counted rather than added up: different orders, different customers."""

_NAME_TAKEN: Final = Message(
    en="{where} is a column of the result too. Rename it.", zh="{where}与结果表的列重名，请改名。"
)
_SAME: Final = Message(
    en="{@by} and {@item} must be two columns, got {value!r} for both.",
    zh="{@by} 与 {@item} 须为两个不同的列，得到的均为 {value!r}。",
)
_AMOUNT: Final = Message(
    en="as_order_lines finds the amounts of lines that have a price. {@value='n_orders'} counts orders instead.",
    zh="有价格时 as_order_lines 会得出各行的金额；也可用 {@value='n_orders'} 统计订单数。",
)


def check_labels_free(by: object, item: object, *, taken: Sequence[str]) -> tuple[str, str]:
    """Return the names of the columns of groups and of items, which are two and not columns of the result."""
    names = column_name(by, name="by"), column_name(item, name="item")
    if names[0] == names[1]:
        raise ValueError(_SAME(value=names[0]))
    for name in names:
        check_label_free(name, name="item", taken=taken)
    return names


def check_label_free(label: object, *, name: str, taken: Sequence[str], table: str = NAME) -> str:
    """Return the name of a column of labels, given as an argument ``name``, which is not one of the result."""
    column = column_name(label, name=name)
    if column in taken:
        raise ValueError(_NAME_TAKEN(where=Column(table, column)))
    return column


def last_whole_period(day: datetime, *, freq: Freq) -> int:
    """The number of the last period that is over at the end of a day."""
    number = number_of_period(day, freq=freq)
    return number if period_end(day, freq=freq) == day else number - 1


def sold_lines(order_lines: Any, *, labels: Sequence[str], value: str, keep: Sequence[str] = ()) -> AnyFrame:
    """Open order lines with their labels, customer, order and value, in a column ``VALUE``; the value is checked.

    Where orders or customers are counted, the value is 1, and lines that went back are left out.
    """
    counted = value in COUNTED
    numbers = [] if counted else [value]
    rows = open_table(
        order_lines, ORDER_LINES, name=NAME, columns=("customer_id", *keep), also=["order_id", *labels, *numbers]
    )
    check_labels(rows, [*labels, "order_id"], table=NAME)
    for label in labels:
        rows = clean_labels(rows, label, where=Column(NAME, label))
    kept = [*dict.fromkeys((*labels, "customer_id", "order_id", *keep))]
    rows = without_nan(rows)
    if counted:
        names = rows.collect_schema().names()
        back = [flag(nw.col(name) < 0) for name in ("quantity", "amount") if name in names]
        for each in back:
            rows = rows.filter(each == 0)
        return rows.select(*kept, nw.lit(1.0).alias(VALUE))
    check_kind(rows, value, "money", where=Column(NAME, value), made_by=ORDER_LINES.made_by)
    mend = _AMOUNT if value == "amount" else MEND
    faults = [
        Fault(value, MISSING, nw.col(value).is_null(), mend),
        Fault(value, INFINITE, is_infinite(value), MEND),
    ]
    refuse_faults(rows, faults, name=NAME, known_by="order_id")
    check_sums(rows, [value], name=NAME)
    return rows.select(*kept, nw.col(value).cast(nw.Float64).alias(VALUE))
