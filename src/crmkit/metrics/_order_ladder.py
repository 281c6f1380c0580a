"""From the first purchase to the second, to the third, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day, check_ascending, check_fraction, check_int
from crmkit._frames import AnyFrame, FrameT, flag, from_pandas, to_pandas
from crmkit._grouping import LABEL, Groups, groups_of
from crmkit._messages import Message
from crmkit._stats import SurvivalCurve, kaplan_meier, survival_at, survival_quantile
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, purchase_days, up_to

__all__ = ["order_ladder_table"]

_EPOCH: Final = datetime(1970, 1, 1)
_KEYS: Final = ["group", "purchase", "duration", "observed"]
_SHOWN: Final = (
    *("purchase", "days", "share", "lower", "upper", "n_at_risk", "n_customers", "n_reached"),
    *("median_days", "median_lower", "median_upper"),
)

_NO_DAYS: Final = Message(
    en="{@days} must be numbers of days above 0, in ascending order, got {value!r}.",
    zh="{@days} 须为大于 0、由小到大的天数，得到 {value!r}。",
)
_NO_PURCHASE: Final = Message(
    en="{@transactions} has no purchase up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有购买，请给出更晚的 {@as_of}。",
)


def order_ladder_table(
    transactions: FrameT,
    *,
    as_of: Day,
    days: Sequence[float] = (30, 60, 90, 180, 365),
    by: Any = None,
    max_purchase: int = 5,
    level: float = 0.95,
) -> FrameT:
    r"""Estimate which share of the customers go on to the next purchase, and how soon, step by step.

    .. math:: 1 - \hat S_k(t), \qquad \hat S_k(t) = \prod_{t_i \le t} (1 - d_i / n_i)

    Kaplan and Meier's estimate of the days from the purchase before. Those who have not come back by ``as_of`` have
    been watched only so long (censored): to count them as lost would make young customers look bad, to leave them out
    would make all look good.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts.
    days : sequence of float, default (30, 60, 90, 180, 365)
        The times within which shares are given, ascending.
    by : table of any kind, optional
        A table of ``customer_id`` and one column of labels, such as the first product or the channel.
    max_purchase : int, default 5
        The last step: from the fourth purchase to the fifth. At least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per step and time, sorted; with ``by`` first the column of labels and ``scope``: "group", "no label" for
        customers whose label is missing or who are not in ``by``, "all" for all customers. ``purchase``: the one that
        is reached, from 2. A purchase is a day with orders, however many it holds. ``days``: the time from the purchase
        before. ``share``: of the customers who made that one, those who make this one within the time; missing beyond
        the longest time that anybody was watched. ``lower``, ``upper``: its interval, symmetric on the scale of
        log(-log); missing where the share is, or is 0 or 1. ``n_at_risk``: customers who were still watched on that
        day and had not come back before it; the share rests on few where they are few. ``n_customers``: customers with
        the purchase before. ``n_reached``: those of them seen to make this one. ``median_days``: the time within which
        half of them make it, with ``median_lower`` and ``median_upper``; missing where the share does not come to a
        half. A step that nobody has reached has no rows.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by ``as_of``, or ``by`` has a customer twice, ids of another kind or not
        one column of labels.
    TypeError
        If ``transactions`` or ``by`` is not a frame, or ``max_purchase`` is not a whole number.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, ``days`` are not ascending numbers above
        0, ``max_purchase`` is below 2, the labels have the name of a column of the result, or ``level`` is not between
        0 and 1.

    See Also
    --------
    purchase_gap_table : The days between purchases of those who came back.
    crmkit.loyalty.survival.kaplan_meier_table : Curves of any duration.

    References
    ----------
    .. [1] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.
    .. [2] Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, 2nd ed., section 1.4.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> ladder = order_ladder_table(as_transactions(load_cdnow()), as_of="1998-06-30", days=[90, 365], max_purchase=3)
    >>> ladder[["purchase", "days", "share", "lower", "upper", "n_customers", "n_reached"]].round(3)
       purchase   days  share  lower  upper  n_customers  n_reached
    0         2   90.0  0.291  0.274  0.310         2357       1139
    1         2  365.0  0.456  0.436  0.476         2357       1139
    2         3   90.0  0.430  0.401  0.459         1139        736
    3         3  365.0  0.669  0.640  0.698         1139        736
    """
    check_fraction(level, name="level")
    check_int(max_purchase, name="max_purchase", low=2)
    times = _times(days)
    last_day = as_day(as_of, name="as_of")
    rows = up_to(checked_transactions(transactions), last_day, name="as_of")
    groups = None if by is None else groups_of(by, rows, name="transactions", taken=("scope", *_SHOWN))
    last = (last_day - _EPOCH).days
    count = _in_memory if isinstance(rows, nw.DataFrame) else _in_engine
    counts = count(rows, groups, last=last, max_purchase=max_purchase)
    if counts.empty:
        raise SchemaError(_NO_PURCHASE(day=last_day))
    if groups is not None:
        whole = counts.groupby(_KEYS[1:])["n"].sum().reset_index().assign(group=len(groups.labels) + 1)
        counts = pd.concat([counts, whole], ignore_index=True)
    steps = [
        _step(cells, times, level=level).assign(**cells[["group", "purchase"]].iloc[0])
        for _, cells in counts.groupby(["group", "purchase"], sort=True)
    ]
    table = pd.concat(steps, ignore_index=True)[["group", *_SHOWN]]
    return from_pandas(table.drop(columns="group") if groups is None else groups.named(table), like=transactions)


def _times(days: Any) -> list[float]:
    numbers = list(days) if isinstance(days, (Sequence, np.ndarray)) and not isinstance(days, str) else []
    check_ascending(numbers, n_numbers=len(numbers), name="days")
    if not numbers or numbers[0] <= 0:
        raise ValueError(_NO_DAYS(value=days))
    return [float(number) for number in numbers]


def _in_memory(rows: AnyFrame, groups: Groups | None, *, last: int, max_purchase: int) -> pd.DataFrame:
    """Count the customers by the step, how long it took or was watched, and whether it was seen."""
    bought = purchase_days(rows)
    if bought.empty:
        return bought
    day = bought["day"].to_numpy()
    code = pd.factorize(bought["customer_id"])[0]
    is_last = np.append(code[1:] != code[:-1], True)
    starts = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
    purchase = np.arange(len(day)) - starts[code] + 2
    until = np.where(is_last, last, np.append(day[1:], last))
    table = pd.DataFrame({"group": 0, "purchase": purchase, "duration": until - day, "observed": ~is_last})
    if groups is not None:
        ids: Any = nw.from_native(bought[["customer_id"]], eager_only=True)
        table["group"] = groups.of_ids(ids["customer_id"])
    table = table[table["purchase"] <= max_purchase]
    return table.groupby(_KEYS).size().rename("n").reset_index()


def _in_engine(rows: AnyFrame, groups: Groups | None, *, last: int, max_purchase: int) -> pd.DataFrame:
    """Count the same by expressions that every engine runs."""
    day = day_number(nw.col("date")).cast(nw.Int64).alias("day")
    bought = rows.filter(nw.col("n_orders") > 0).select("customer_id", day, nw.lit(1).alias("one"))
    ordered = bought.with_columns(
        (nw.col("one").cum_sum().over("customer_id", order_by="day") + 1).cast(nw.Int64).alias("purchase"),
        nw.col("day").shift(-1).over("customer_id", order_by="day").alias("next"),
    )
    ordered = ordered.filter(nw.col("purchase") <= max_purchase)
    is_last = nw.col("next").is_null()
    until = nw.when(is_last).then(nw.lit(last)).otherwise(nw.col("next"))
    done = ordered.select(
        "customer_id",
        "purchase",
        (until - nw.col("day")).alias("duration"),
        flag(~is_last).alias("observed"),
    )
    if groups is not None:
        done = groups.joined(done)
    keys = [*_KEYS[1:], *([] if groups is None else [LABEL])]
    table = to_pandas(done.group_by(*keys).agg(nw.len().alias("n")))
    group = 0 if groups is None else groups.of_labels(table[LABEL])
    return table.drop(columns=LABEL, errors="ignore").assign(group=group)


def _step(cells: pd.DataFrame, times: Sequence[float], *, level: float) -> pd.DataFrame:
    """The shares and the median of one step."""
    lasted, counts = cells["duration"].to_numpy(np.float64), cells["n"].to_numpy(np.float64)
    seen = cells["observed"].to_numpy(bool)
    curve = kaplan_meier(lasted, seen, counts=counts, level=level)
    median = survival_quantile(curve)
    shares = 1 - survival_at(curve, times)
    lower, upper = (np.where(np.isnan(shares), np.nan, 1 - end) for end in _ends(curve, times))
    return pd.DataFrame(
        {
            "days": times,
            "share": shares,
            "lower": lower,
            "upper": upper,
            "n_at_risk": [int(counts[lasted >= time].sum()) for time in times],
            "n_customers": int(counts.sum()),
            "n_reached": int(counts[seen].sum()),
            "median_days": median.value,
            "median_lower": median.lower,
            "median_upper": median.upper,
        }
    )


def _ends(curve: SurvivalCurve, times: Sequence[float]) -> tuple[Any, Any]:
    """The upper and the lower end of the survival at each time, which are the others of the share."""
    place = np.searchsorted(curve.times, times, side="right")
    return tuple(np.concatenate([[np.nan], end])[place] for end in (curve.upper, curve.lower))  # type: ignore[return-value]
