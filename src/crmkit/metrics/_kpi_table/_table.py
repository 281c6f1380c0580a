"""Every KPI that a table of inputs gives, by group and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq, next_day
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day, check_fraction, some
from crmkit._frames import AnyFrame, FrameT, from_pandas, in_memory, midnight, open_frame, type_of
from crmkit._grouping import check_labels, label_names
from crmkit._kpi import KPI_COLUMNS
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.metrics._kpi_table._cells import Cells, cells_of, kpis_of_cells
from crmkit.metrics._kpi_table._choice import chosen
from crmkit.metrics._kpi_table._periods import beside_targets, beside_the_one_before, check_targets
from crmkit.metrics._kpi_table._sums import NUMBER, mixed_money, sums_of

__all__ = ["kpi_table"]

_COMPARED: Final = ("previous", "change", "relative_change", "compared", "n_days", "is_complete")
_TARGETS: Final = ("target_low", "target_high", "attainment")
_TAKEN: Final = ("scope", "period", *KPI_COLUMNS, *_COMPARED, *_TARGETS)

_NO_AS_OF: Final = Message(
    en="{@period} needs {@as_of}, the last day that the rows cover: it tells an unfinished period from a whole one.",
    zh="给出 {@period} 时须给出 {@as_of}，即数据覆盖的最后一天，以便区分未结束的期间。",
)
_NO_PERIOD: Final = Message(
    en="{@as_of} goes with {@period}, the column of days. Give both or neither.",
    zh="{@as_of} 与日期列 {@period} 一同使用，请都给出或都不给。",
)
_NO_DAYS: Final = Message(
    en="{@calendar} goes with {@period}, the column of days.", zh="{@calendar} 与日期列 {@period} 一同使用。"
)
_NAME_TAKEN: Final = Message(
    en="{@by} has {names}, which the result has too. Rename them.", zh="{@by} 中的 {names} 与结果表的列重名，请改名。"
)
_IS_INPUT: Final = Message(
    en="{@by} has {names}, of which KPIs are computed. Copy the columns under other names.",
    zh="{@by} 中的 {names} 也是计算指标的输入，请将其复制为另一列名。",
)
_LACKING: Final = Message(
    en="{@frame} lacks the columns {lacking}, got {columns}.", zh="{@frame} 缺少列 {lacking}，得到 {columns}。"
)
_NOT_DAYS: Final = Message(
    en="{where} must hold local days without a time zone, got {got}. Convert it first.",
    zh="{where}应为不带时区的本地日期，得到 {got}，请先转换。",
)
_NO_ROWS: Final = Message(
    en="{@frame} has no rows up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有数据，请给出更晚的 {@as_of}。",
)
_EMPTY: Final = Message(en="{@frame} has no rows.", zh="{@frame} 没有任何行。")


def kpi_table(
    frame: FrameT,
    *,
    kpis: Sequence[str] | None = None,
    by: str | Sequence[str] = (),
    period: str | None = None,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    as_of: Day | None = None,
    targets: Mapping[str, float | tuple[float, float]] | None = None,
    level: float = 0.95,
) -> FrameT:
    """Compute every KPI for whose inputs a table has columns, by group and period.

    A KPI of several rows is computed from the sums of its inputs; ratios are never averaged.

    Parameters
    ----------
    frame : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Columns of numbers named like the inputs in `kpi_catalogue`, such as ``revenue`` and ``orders``. Other columns
        are ignored, but a column ``currency`` must hold one currency unless it is in ``by``.
    kpis : sequence of str, optional
        Codes of `kpi_catalogue`; one definition of several is "customer_churn_rate[cohort]". By default all that
        there are columns for.
    by : str or sequence of str, optional
        Columns of labels. A missing label makes a group of its own.
    period : str, optional
        Column of days. Without it, all rows belong to the same period.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    as_of : date or ISO text, optional
        With ``period``, and only then: the last day that counts.
    targets : mapping of str to float or pair of float, optional
        The value to reach by code, or the lowest and highest good value where the direction is a band or depends on
        the context.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, period and KPI; the rows of all groups together are last. The columns of ``by`` and
        ``scope``: "group", "no label" where a label is missing, "all" for all groups together, whose labels are
        missing; only with ``by``. ``period``, its first day, from that of the first row to that of ``as_of``. ``kpi``;
        ``value``; ``numerator`` and ``denominator``, missing if the KPI is not a ratio; ``n``, the denominator if it
        counts something; ``lower`` and ``upper``: Wilson's interval for shares of a count, Poisson's for events per
        base, otherwise missing.

        ``value`` is missing where there are no rows or nothing to divide by, where an input is missing in a row, and
        where inputs do not add up: prices, shares and times of several rows, and numbers of customers or of recurring
        revenue at the start or end of a period on several days; for all groups together also money of several
        currencies.

        With ``period`` also ``previous``, the value of the period before; ``change`` from it and ``relative_change``;
        ``compared``, "per day" for what adds up over time where the periods differ in length, otherwise "as is";
        ``n_days`` up to ``as_of``; ``is_complete``, whether the period ends by then. With ``targets`` also
        ``target_low``, ``target_high`` and ``attainment``: 1 at the target and within a band, otherwise 1 plus or minus
        the distance from it in units of its size, so that a negative target is read right.

    Raises
    ------
    SchemaError
        If columns are missing, the columns of a KPI asked for among them, hold something else than numbers, or hold
        numbers that are impossible: a negative count, a part that exceeds its whole, several currencies.
    TypeError
        If ``frame`` is not a frame, or codes or targets are not as described.
    ValueError
        If a code is unknown, ``by`` names an input of the KPIs or a column of the result, ``as_of`` and ``period`` are
        not given together, or another argument is not as described.

    See Also
    --------
    kpi_catalogue : What each KPI is.
    order_kpis : KPIs from transactions.

    Examples
    --------
    >>> import pandas as pd
    >>> shops = pd.DataFrame({
    ...     "shop": ["north", "south"], "revenue": [5000.0, 900.0], "orders": [100, 30], "customers": [80, 20],
    ... })
    >>> table = kpi_table(shops, kpis=["average_order_value", "purchase_frequency"], by="shop")
    >>> table[["shop", "scope", "kpi", "value"]].round(2)
        shop  scope                  kpi  value
    0  north  group  average_order_value  50.00
    1  north  group   purchase_frequency   1.25
    2  south  group  average_order_value  30.00
    3  south  group   purchase_frequency   1.50
    4    NaN    all  average_order_value  45.38
    5    NaN    all   purchase_frequency   1.30
    """
    periods = calendar_of(freq, calendar, default="M")
    check_fraction(level, name="level")
    last_day = _last_day(period, as_of, calendar)
    labels = label_names(by)
    if taken := [name for name in labels if name in _TAKEN]:
        raise ValueError(_NAME_TAKEN(names=taken))
    rows = in_memory(open_frame(frame, name="frame"))
    columns = rows.collect_schema().names()
    if lacking := [name for name in (*labels, *([] if period is None else [period])) if name not in columns]:
        raise SchemaError(_LACKING(lacking=lacking, columns=some(columns)))
    check_labels(rows, labels, table="frame")
    definitions = chosen(kpis, columns=columns)
    if taken := [name for name in labels if any(name == each.name for one in definitions for each in one.inputs)]:
        raise ValueError(_IS_INPUT(names=taken))
    wanted = {} if targets is None else check_targets(targets, {each.code: each.record for each in definitions})
    if period is not None and last_day is not None:
        rows = _up_to(rows, period, last_day)
    sums = sums_of(rows, definitions, by=labels, period=period, periods=periods, last_day=last_day)
    if sums.empty:
        raise SchemaError(_EMPTY() if last_day is None else _NO_ROWS(day=last_day))
    last = 0 if last_day is None else periods.number_of(last_day)
    mixed = mixed_money(sums, definitions, by=labels)
    cells = cells_of(sums, by=labels, numbers=range(int(sums[NUMBER].min()), last + 1), mixed=mixed)
    table = kpis_of_cells(cells, definitions, level=level)
    if last_day is not None:
        table = beside_the_one_before(table, definitions, cells.numbers, periods, last_day=last_day)
    if targets is not None:
        table = beside_targets(table, wanted)
    return from_pandas(_labelled(table, cells, labels), like=frame)


def _last_day(period: str | None, as_of: Day | None, calendar: object) -> datetime | None:
    if period is None:
        if calendar is not None:
            raise ValueError(_NO_DAYS())
        if as_of is not None:
            raise ValueError(_NO_PERIOD())
        return None
    if as_of is None:
        raise ValueError(_NO_AS_OF())
    return as_day(as_of, name="as_of")


def _up_to(rows: AnyFrame, period: str, last_day: datetime) -> AnyFrame:
    """The rows up to a day, and those without one."""
    dtype = rows.collect_schema()[period]
    if dtype != nw.Date and not (isinstance(dtype, nw.Datetime) and dtype.time_zone is None):
        raise SchemaError(_NOT_DAYS(where=Column("frame", period), got=type_of(rows, period)))
    rows = rows.with_columns(nw.col(period).cast(nw.Datetime("us")))
    day = nw.col(period)
    return rows.filter((day < midnight(next_day(last_day), of=rows)) | day.is_null())


def _labelled(table: pd.DataFrame, cells: Cells, by: Sequence[str]) -> pd.DataFrame:
    """The table with its groups first."""
    group = table["cell"].to_numpy() // len(cells.numbers)
    labels = cells.groups.iloc[group].reset_index(drop=True)
    if by:
        is_whole = group == len(cells.groups) - 1
        lacking = labels.isna().any(axis=1).to_numpy()
        labels["scope"] = np.where(is_whole, "all", np.where(lacking, "no label", "group"))
    shown = [name for name in ("period", *KPI_COLUMNS, *_COMPARED, *_TARGETS) if name in table]
    return pd.concat([labels, table[shown]], axis=1)
