"""Where products are in their life: introduction, growth, maturity, decline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import Freq, check_freq, first_day_of, length_of, period_number
from crmkit._checks import Day, as_day, check_option
from crmkit._frames import FrameT, column_name, flag, from_pandas, to_pandas, without_nan
from crmkit._grouping import check_labels, labels_of
from crmkit._messages import Column, Message
from crmkit._reading import clean_labels
from crmkit._tables import check_kind, open_columns
from crmkit.value._faults import INFINITE, MEND, MISSING, Fault, check_sums, is_infinite, refuse_faults
from crmkit.value.products._lines import check_label_free, last_whole_period
from crmkit.value.products._stages import checked_thresholds, stages_of

__all__ = ["life_cycle_table"]

_NAME: Final = "sales"
_PERIOD, _VALUE, _OUT = "__crmkit_period", "__crmkit_value", "__crmkit_out"
# Periods of a year, and of the quarter over which sales are smoothed.
_YEAR: Final = {"W": 52, "M": 12, "Q": 4, "Y": 1}
_QUARTER: Final = {"W": 13, "M": 3, "Q": 1, "Y": 1}
_TWO: Final = 2
_RESULT: Final = ("scope", "stage", "growth", "level", "since", "launched", "n_periods", "n_out_of_stock", "reason")

_NO_FLAG: Final = Message(en="{where} is neither true nor false", zh="{where}不是真假值")


def life_cycle_table(
    sales: FrameT,
    *,
    item: str,
    period: str,
    value: str,
    as_of: Day,
    freq: Freq = "M",
    in_stock: str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> FrameT:
    r"""Say for each product in which stage of its life it is, from how its sales grow year on year.

    Growth compares the last three months with the same months a year before, so that the season drops out:

    .. math:: g_t = \frac{\sum_{k < 3} x_{t - k}}{\sum_{k < 3} x_{t - 12 - k}} - 1

    A product is in its introduction while the sales of a year have not reached 5 % of their peak. After that it changes
    its stage only if growth crosses a threshold clearly, and stays for two periods at least, so that it does not go to
    and fro:

    ========== ================================ =================================
    stage      begins when growth is            ends when growth is
    ========== ================================ =================================
    growth     above ``growth_enter``, 0.15     below ``growth_leave``, 0.05
    decline    below ``decline_enter``, -0.10   above ``decline_leave``, 0
    maturity   neither                          one of the two
    ========== ================================ =================================

    With less than two years of history the season cannot be told from growth, and there is no stage. A product that
    could not be delivered does not decline: name the column that says so in ``in_stock``.

    Parameters
    ----------
    sales : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per product and period, or finer: rows are added up. A period without a row had no sales.
    item, period, value : str
        The columns of products, of dates, and of sales, in units or in money. Units do not grow with prices.
    as_of : date or ISO text
        The last day that is known, inclusive. A period that was not over then is left out, as are later rows.
    freq : str, default "M"
        Length of a period: "W", "M", "Q" or "Y", as in `crmkit.activity_table`. Growth is that of 13 weeks, 3 months, a
        quarter or a year.
    in_stock : str, optional
        A column of flags: whether the product could be had. A period with a row that says no is not known, and is
        compared with nothing.
    thresholds : mapping of str to float, optional
        Other values for ``growth_enter``, ``growth_leave``, ``decline_enter``, ``decline_leave``, ``introduction``
        (0.05) and ``dwell``, the fewest periods in a stage (2).

    Returns
    -------
    the kind of frame given
        A row per product, in order. The column of ``item``; ``scope``, "group", or "no label" where it is missing;

        ``stage``
            "introduction", "growth", "maturity" or "decline"; missing with a ``reason``.
        ``growth``, ``level``
            Growth on the year, and the sales of the last year as a share of those of the best one; missing without the
            periods that they need, growth also if nothing was sold a year before.
        ``since``
            First day of the period in which the stage began, or of the first one that could be judged.
        ``launched``, ``n_periods``, ``n_out_of_stock``
            First day of the first period with sales above 0, the periods from there to the last one, and those of them
            that are not known.
        ``reason``
            Why there is no stage, else missing: "less_than_two_years", "no_growth" (never known, for nothing was sold a
            year before, or the product was out of stock), "no_sales" (never above 0 in a period that is over).

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a date or a value is missing or infinite, or ``in_stock``
        holds anything but true and false.
    TypeError
        If ``sales`` is not a frame, a name is not one column, or ``thresholds`` is not a mapping of numbers.
    ValueError
        If ``freq`` or ``as_of`` cannot be read, a threshold is unknown or they contradict one another, or ``item`` has
        the name of a column of the result.

    References
    ----------
    .. [1] Polli and Cook (1969), "Validity of the Product Life Cycle", *Journal of Business* 42(4).
    .. [2] Levitt (1965), "Exploit the Product Life Cycle", *Harvard Business Review* 43(6).

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.date_range("2022-01-01", periods=36, freq="MS")
    >>> sales = pd.DataFrame({
    ...     "product": ["cup"] * 36 + ["tray"] * 36, "month": [*months] * 2,
    ...     "units": [100] * 36 + [100] * 12 + [80] * 12 + [60] * 12,
    ... })
    >>> found = life_cycle_table(sales, item="product", period="month", value="units", as_of="2024-12-31")
    >>> found[["product", "stage", "growth", "level", "since"]]
      product     stage  growth  level      since
    0     cup  maturity    0.00    1.0 2023-03-01
    1    tray   decline   -0.25    0.6 2023-03-01
    """
    item = check_label_free(item, name="item", taken=_RESULT, table=_NAME)
    period, value = column_name(period, name="period"), column_name(value, name="value")
    check_freq(freq)
    check_option(length_of(freq), sorted(_YEAR), name="freq")
    rules = checked_thresholds(thresholds)
    last = last_whole_period(as_day(as_of, name="as_of"), freq=freq)
    sums = _sums(sales, item=item, period=period, value=value, in_stock=in_stock, freq=freq)
    labels = labels_of(sums[[item]], [item])
    sums = sums.assign(code=labels.codes)
    sums = sums[sums[_PERIOD] <= last]
    found = [None] * len(labels.groups)
    for code, rows in sums.groupby("code"):
        found[code] = _judged(rows, last=last, freq=freq, rules=rules)  # type: ignore[call-overload]
    table = pd.DataFrame([each or _without("no_sales") for each in found], columns=list(_RESULT[1:]))
    kinds = {"stage": "object", "reason": "object", "growth": "float64", "level": "float64"}
    table = table.astype(
        {**kinds, "n_periods": "int64", "n_out_of_stock": "int64"}
        | dict.fromkeys(("since", "launched"), "datetime64[us]")
    )
    table.insert(0, "scope", pd.Series(labels.scopes, dtype=object))
    return from_pandas(pd.concat([labels.groups, table], axis=1), like=sales)


def _sums(sales: Any, *, item: str, period: str, value: str, in_stock: str | None, freq: Freq) -> pd.DataFrame:
    """Sales by item and number of the period, and whether it was out of stock."""
    flags = [] if in_stock is None else [column_name(in_stock, name="in_stock")]
    rows = open_columns(sales, [item, period, value, *flags], name=_NAME, made_by=None)
    check_labels(rows, [item], table=_NAME)
    rows = clean_labels(rows, item, where=Column(_NAME, item))
    kinds: list[tuple[str, Any]] = [(period, "day"), (value, "money"), *((name, "flag") for name in flags)]
    for name, kind in kinds:
        check_kind(rows, name, kind, where=Column(_NAME, name), made_by=None)
    rows = without_nan(rows)
    faults = [Fault(name, MISSING, nw.col(name).is_null(), MEND) for name in (period, value, *flags)]
    refuse_faults(rows, [*faults, Fault(value, INFINITE, is_infinite(value), MEND)], name=_NAME, known_by=item)
    check_sums(rows, [value], name=_NAME)
    out: Any = nw.lit(0)
    for name in flags:
        there = nw.col(name).cast(nw.Float64)
        refuse_faults(rows, [Fault(name, _NO_FLAG, (there != 0) & (there != 1), MEND)], name=_NAME, known_by=item)
        out = flag(there == 0)
    rows = rows.select(
        item,
        period_number(nw.col(period).cast(nw.Datetime("us")), freq=freq).alias(_PERIOD),
        nw.col(value).cast(nw.Float64).alias(_VALUE),
        out.alias(_OUT),
    )
    return to_pandas(rows.group_by(item, _PERIOD).agg(nw.col(_VALUE).sum(), nw.col(_OUT).max()))


def _without(reason: str, **known: Any) -> dict[str, Any]:
    nothing = {"stage": None, "growth": np.nan, "level": np.nan, "since": pd.NaT, "launched": pd.NaT}
    return {**nothing, "n_periods": 0, "n_out_of_stock": 0, **known, "reason": reason}


def _judged(rows: pd.DataFrame, *, last: int, freq: Freq, rules: Mapping[str, float]) -> dict[str, Any]:
    """The stage of one product in its last period."""
    number, sold = rows[_PERIOD].to_numpy(dtype=np.int64), rows[_VALUE].to_numpy(dtype=float)
    if not (sold > 0).any():
        return _without("no_sales")
    launch = int(number[sold > 0].min())
    values = np.zeros(last - launch + 1)
    there = number >= launch
    values[number[there] - launch] = sold[there]
    out = number[there & (rows[_OUT].to_numpy(dtype=float) > 0)] - launch
    values[out] = np.nan
    # In units of the largest no sum overflows.
    values = values / np.nanmax(np.abs(values)) if np.nanmax(np.abs(values), initial=0.0) > 0 else values
    year, window = _YEAR[length_of(freq)], _QUARTER[length_of(freq)]
    growth, level = _growth(values, year=year, window=window), _level(values, year=year)
    known = {
        "growth": growth[-1],
        "level": level[-1],
        "launched": first_day_of(launch, freq=freq),
        "n_periods": len(values),
        "n_out_of_stock": len(out),
    }
    if len(values) < _TWO * year:
        return _without("less_than_two_years", **known)
    stages = stages_of(growth, level, rules=rules)
    if stages[-1] is None:
        return _without("no_growth", **known)
    changed = np.flatnonzero([each != stages[-1] for each in stages])
    begun = int(changed[-1]) + 1 if len(changed) else 0
    return {**known, "stage": stages[-1], "since": first_day_of(launch + begun, freq=freq), "reason": None}


def _growth(values: Floats, *, year: int, window: int) -> Floats:
    """Growth on the year of the last periods together, where each is known on both sides."""
    growth = np.full(len(values), np.nan)
    now, before = values[year:], values[: max(len(values) - year, 0)]
    both = ~(np.isnan(now) | np.isnan(before))
    sums = [_last(np.where(both, side, 0.0), window) for side in (now, before)]
    if len(sums[0]):
        defined = sums[1] > 0
        growth[year + window - 1 :] = np.divide(sums[0], sums[1], out=np.full(len(defined), np.nan), where=defined) - 1
    return growth


def _level(values: Floats, *, year: int) -> Floats:
    """Sales of the last year as a share of those of the best one so measured."""
    level = np.full(len(values), np.nan)
    known = (~np.isnan(values)).astype(float)
    n, sums = _last(known, year), _last(np.nan_to_num(values), year)
    means = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    if len(means) and np.nanmax(means, initial=0.0) > 0:
        level[year - 1 :] = means / np.nanmax(means)
    return level


def _last(values: Floats, n: int) -> npt.NDArray[np.float64]:
    """Sums of the last n values, from the first place that has so many."""
    return np.convolve(values, np.ones(n), mode="valid") if len(values) >= n else values[:0]
