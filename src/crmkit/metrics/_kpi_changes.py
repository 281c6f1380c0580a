"""How KPIs changed since the period before, and how far they are from their targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import FrameT, from_pandas
from crmkit._kpi import catalogue_code
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.metrics._kpi_functions import kpis_by_function
from crmkit.metrics._kpi_rows import KpiRows, kpi_rows
from crmkit.metrics._kpi_table._periods import beside_targets, changes, check_targets

__all__ = ["kpi_change_table"]

# What months, quarters and years, and days and weeks, are apart.
_MONTHS_LONG: Final = ({1}, {3}, {12})
_DAYS_LONG: Final = ({1}, {7})
_ADDED: Final = ("previous", "change", "relative_change", "compared", "n_days")

_GAPS: Final = Message(
    en="The periods of {@table} do not follow one another: {days}. Keep the rows of all periods.",
    zh="{@table} 的期间不连续：{days}。请保留所有期间的行。",
)


def kpi_change_table(table: FrameT, *, targets: Mapping[str, float | tuple[float, float]] | None = None) -> FrameT:
    """Put KPIs by period beside those of the period before, and beside their targets.

    `kpi_table` does this itself; this does it for the KPIs of orders, subscriptions and tickets.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `order_kpis`, `subscription_kpis` or `service_kpis` gives it with ``freq``, for all periods from the first to
        the last.
    targets : mapping of str to float or pair of float, optional
        As in `kpi_table`: the value to reach by code, or the lowest and highest good value where the direction is a
        band or depends on the context.

    Returns
    -------
    the kind of frame given
        The rows of ``table``, by group and period, with ``previous``, the value of the period before; ``change`` from
        it and ``relative_change``; ``compared``, "per day" for what adds up over time where the periods differ in
        length, otherwise "as is"; ``n_days``, missing for a period that is cut short, as are the changes from and to it
        of what adds up over time. With ``targets`` also ``target_low``, ``target_high`` and ``attainment``, as in
        `kpi_table`.

    Raises
    ------
    SchemaError
        If a column is missing, periods among them, there are no rows, several rows of a KPI in a group and period, or
        periods between others are missing.
    TypeError
        If ``table`` is not a frame, or ``targets`` is not a mapping to numbers.
    ValueError
        If a code of ``targets`` is not in the table, or has one number in place of two or two in place of one.

    See Also
    --------
    crmkit.plotting.plot_kpi_scorecard : Draws it, for one group or the whole.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.metrics import order_kpis
    >>> transactions = ck.as_transactions(ck.load_cdnow())
    >>> kpis = order_kpis(transactions, start="1998-01-01", end="1998-06-30", freq="Q")
    >>> found = kpi_change_table(kpis, targets={"average_order_value": 36})
    >>> found = found[(found["period"] == "1998-04-01") & found["kpi"].isin(["revenue", "average_order_value"])]
    >>> found[["kpi", "value", "relative_change", "compared", "attainment"]].round(3)
                        kpi     value  relative_change compared  attainment
    17              revenue  17980.54           -0.285  per day         NaN
    26  average_order_value     35.05           -0.045    as is       0.974
    """
    rows = kpi_rows(table)
    known = {record.code: record for _, record in kpis_by_function()}
    shown = {code: known[catalogue_code(code)] for code in rows.table["kpi"].unique() if catalogue_code(code) in known}
    wanted = {} if targets is None else check_targets(targets, shown)
    days, lengths = _periods(rows)
    place = np.searchsorted(days, rows.table["period"].to_numpy())
    over_time = {code for code, record in shown.items() if record.adds_up_over_time}
    with np.errstate(invalid="ignore"):
        ratios = np.append(1.0, lengths[1:] / lengths[:-1])
    columns = changes(
        rows.table["value"].to_numpy(dtype=float),
        _before(rows, place),
        per_day=rows.table["kpi"].isin(over_time).to_numpy(),
        lengths=ratios[place],
    )
    result = rows.table.drop(columns=[name for name in _ADDED if name in rows.table])
    result = result.assign(**columns, n_days=lengths[place])
    return from_pandas(result if targets is None else beside_targets(result, wanted), like=table)


def _before(rows: KpiRows, place: Any) -> Floats:
    """The value of each KPI in the period before, missing where it has no row there."""
    codes = pd.factorize(rows.table["kpi"])[0]
    values = pd.Series(
        rows.table["value"].to_numpy(dtype=float), index=pd.MultiIndex.from_arrays([rows.groups, codes, place])
    )
    earlier = pd.MultiIndex.from_arrays([rows.groups, codes, place - 1])
    return values.reindex(earlier).to_numpy()


def _periods(rows: KpiRows) -> tuple[Any, Floats]:
    """The first days of the periods, and the days of each as far as they are known."""
    days = np.sort(rows.table["period"].unique())
    if "n_days" in rows.table:
        return days, rows.table.groupby("period")["n_days"].first().loc[days].to_numpy(dtype=float)
    whole = rows.table.groupby("period")["is_complete"].all().loc[days].to_numpy()
    return days, np.where(whole, _lengths([pd.Timestamp(day) for day in days]), np.nan)


def _lengths(starts: list[pd.Timestamp]) -> Floats:
    """The days of periods that follow one another; a single one may be of any length, and has none before it."""
    if len(starts) == 1:
        return np.array([np.nan])
    months = {12 * (late.year - early.year) + late.month - early.month for early, late in pairwise(starts)}
    days = {(late - early).days for early, late in pairwise(starts)}
    if all(day.day == 1 for day in starts) and months in _MONTHS_LONG:
        ends = [*starts[1:], starts[-1] + pd.DateOffset(months=months.pop())]
    elif days in _DAYS_LONG:
        ends = [*starts[1:], starts[-1] + timedelta(days=days.pop())]
    else:
        raise SchemaError(_GAPS(days=some([f"{day:%Y-%m-%d}" for day in starts])))
    return np.array([(end - start).days for start, end in zip(starts, ends, strict=True)], dtype=float)
