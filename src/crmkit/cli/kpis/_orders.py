"""Orders, the table that the other commands read too."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli.kpis._groups import keys_of
from crmkit.cli.kpis._period import period_of
from crmkit.cli.kpis._table import Answer, Asked, KpiTable
from crmkit.cli.language import say

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._calendars import Calendar
    from crmkit.activity import LogHole

__all__ = ["ORDERS"]

_NO_PERIOD_BEFORE: Final = Message(
    en="The log does not cover the period of the same length before {start}, so retention and churn are not known.",
    zh="数据不含 {start} 之前完整的等长期间，无法计算留存率与流失率。",
)


def _answer(asked: Asked) -> Answer:
    from crmkit._checks import as_day
    from crmkit._frames import open_frame, to_pandas
    from crmkit.cli.reading import open_orders
    from crmkit.metrics import order_kpis

    period, options = period_of(asked), asked.options
    with open_orders(options, keep=[] if asked.by is None else [asked.by]) as log:
        labels = None if asked.by is None else log.labels(asked.by)
        usable = log.transactions(options, as_of=options.as_of, period_end=period.end)
        found = order_kpis(usable.transactions, **period._asdict(), **asked.divided.arguments, by=labels)
        table = to_pandas(open_frame(found, name="kpis"))
    days = as_day(period.start, name="start"), as_day(period.end, name="end")
    table["touches_hole"] = _touches_hole(table, usable.holes, *days, asked.divided.periods)
    if table.loc[table["kpi"] == "retention_rate", "denominator"].isna().all():
        say(_NO_PERIOD_BEFORE(start=period.start), options.language)
    return Answer(table, period._asdict(), log.columns, keys_of(asked))


def _touches_hole(
    table: pd.DataFrame, holes: list[LogHole], start: datetime, last: datetime, periods: Calendar | None
) -> list[bool]:
    """Whether the days of each KPI touch a hole."""
    from crmkit._kpi import catalogue_code, window_of
    from crmkit.activity import touching
    from crmkit.metrics import kpi_catalogue

    windows = list(kpi_catalogue().set_index("kpi")["window"].loc[[catalogue_code(code) for code in table["kpi"]]])
    if periods is None:
        return [bool(touching(holes, *window_of(window, start, last))) for window in windows]
    found = []
    for window, period in zip(windows, table["period"], strict=True):
        first = period.to_pydatetime()
        number = periods.number_of(first)
        low, high = window_of(window, max(first, start), min(periods.last_day(number), last))
        if window == "period and the one before":
            # Months differ in length.
            low = periods.first_day(number - 1)
        found.append(bool(touching(holes, low, high)))
    return found


ORDERS: Final = KpiTable(
    name="orders",
    title=Label("KPIs", "核心指标"),
    answer=_answer,
    takes=frozenset(
        {
            *("customer_id", "merge_ids", "date", "amount", "quantity", "unit_price", "order_id", "currency", "rates"),
            *("status", "refund", "refund_date", "counts", "returns", "time_zone"),
            *("start", "end", "as_of", "by", "freq", "calendar"),
        }
    ),
    needs=("start",),
)
