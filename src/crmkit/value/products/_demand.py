"""How even the demand for each item is: XYZ classes, and patterns of demand that comes now and then."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import Freq, check_freq, first_day_of, next_day, period_number
from crmkit._checks import Day, as_day, check_ascending
from crmkit._frames import FrameT, column_name, from_pandas, midnight, to_pandas
from crmkit._grouping import labels_of
from crmkit._messages import Message
from crmkit.transactions import refuse_early
from crmkit.value.products._cells import settled
from crmkit.value.products._lines import VALUE, check_label_free, last_whole_period, sold_lines

__all__ = ["demand_variability_table"]

_PERIOD, _TURNOVER, _KNOWN = "__crmkit_period", "__crmkit_turnover", "__crmkit_known"
# Syntetos and Boylan's cut-offs.
_MOST_OFTEN: Final = 1.32
_MOST_EVEN: Final = 0.49
_FEWEST: Final = 6
_TWO: Final = 2
_RESULT: Final = (
    *("scope", "first_period", "n_periods", "n_with_demand", "mean", "sd", "cv", "xyz", "demand_interval"),
    *("demand_cv2", "pattern", "amount", "reason", "too_few"),
)

_BELOW: Final = Message(en="{@cuts} must not be below 0, got {value!r}.", zh="{@cuts} 不得小于 0，得到 {value!r}。")


def demand_variability_table(
    order_lines: FrameT, *, item: str, freq: Freq, cuts: tuple[float, float], as_of: Day, value: str = "quantity"
) -> FrameT:
    r"""How much the demand for each item varies from period to period, with its XYZ class.

    .. math:: CV = s / \bar x, \qquad s^2 = \frac{1}{n - 1} \sum_{t = 1}^{n} (x_t - \bar x)^2

    over the :math:`n` periods of the item's life: from the period of its first line to the last one that was over by
    ``as_of``. Periods without a sale count as 0; an unfinished one would look like a fall, and is left out. Trend and
    season make :math:`CV` larger, although they can be planned for.

    Of items that are sold now and then :math:`CV` says little. Their demand has an interval, the periods of life per
    period with demand, and the squared variation of the periods that have any (Syntetos and Boylan).

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them. Returns count in the period in which they came back; without them
        (``returns="drop"`` there) the table is of what was asked for.
    item : str
        The column of items.
    freq : str
        Length of a period, such as "W" or "M", as in `crmkit.activity_table`.
    cuts : pair of float
        The largest :math:`CV` of class x and of class y. There is no standard: 0.5 and 1.0 are common for months, 0.1
        and 0.25 in manufacturing.
    as_of : date or ISO text
        The last day that is known, inclusive; later lines are left out.
    value : str, default "quantity"
        The column that is demand; or "n_orders" or "n_customers" for the lines sold, each as 1.

    Returns
    -------
    the kind of frame given
        A row per item, in order. The column of ``item``; ``scope``, "group", or "no label" where the item is missing;

        ``first_period``, ``n_periods``, ``n_with_demand``
            The first day of the first period, the periods of life that are over, and those with demand above 0.
        ``mean``, ``sd``, ``cv``
            Of a period; ``cv`` is missing unless the mean is above 0, and with fewer than two periods.
        ``xyz``
            "x" even, "y" with swings, "z" uneven, as `crmkit.segment.product_matrix_table` takes them; missing with
            ``cv``.
        ``demand_interval``, ``demand_cv2``, ``pattern``
            Periods per period with demand; the squared :math:`CV` of these; "smooth", "intermittent" (interval of 1.32
            or more), "erratic" (squared :math:`CV` of 0.49 or more) or "lumpy" (both). Missing with fewer than two
            periods with demand.
        ``amount``
            Net money of these periods, missing where orders carry no price.
        ``reason``
            Why there is no class, else missing: "few_periods" (fewer than two are over), "no_net_demand" (as much or
            more came back than was sold).
        ``too_few``
            Whether there are fewer than 6 periods.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, or a value is missing or infinite.
    TypeError
        If ``order_lines`` is not a frame, a name is not one column, or ``cuts`` is not a pair.
    ValueError
        If ``freq`` or ``as_of`` cannot be read, ``as_of``, in memory, lies before the first line, ``cuts`` do not
        ascend or are below 0, or ``item`` has the name of a column of the result.

    See Also
    --------
    crmkit.segment.product_matrix_table : These classes crossed with those by value.

    References
    ----------
    .. [1] Scholz-Reiter, Heger, Meinecke and Bergmann (2012), "Integration of Demand Forecasts in ABC-XYZ Analysis",
       *International Journal of Productivity and Performance Management* 61(4).
    .. [2] Syntetos, Boylan and Croston (2005), "On the Categorization of Demand Patterns", *Journal of the Operational
       Research Society* 56(5).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_order_lines
    >>> orders = pd.DataFrame({
    ...     "customer_id": 1, "order_id": range(6), "date": pd.date_range("2024-01-10", periods=6, freq="MS"),
    ...     "product": "cup", "units": [10, 12, 11, 9, 10, 8], "amount": 5,
    ... })
    >>> lines = as_order_lines(orders, order_id="order_id", quantity="units", keep=["product"])
    >>> found = demand_variability_table(lines, item="product", freq="M", cuts=(0.5, 1.0), as_of="2024-07-31")
    >>> found[["product", "n_periods", "mean", "cv", "xyz", "pattern"]].round(6)
      product  n_periods  mean        cv xyz pattern
    0     cup          6  10.0  0.141421   x  smooth
    """
    item = check_label_free(item, name="item", taken=_RESULT)
    value = column_name(value, name="value")
    check_freq(freq)
    first_cut, second_cut = check_ascending(cuts, n_numbers=_TWO, name="cuts")
    if first_cut < 0:
        raise ValueError(_BELOW(value=cuts))
    last_day = as_day(as_of, name="as_of")
    last = last_whole_period(last_day, freq=freq)
    rows = sold_lines(order_lines, labels=[item], value=value, keep=("date", "amount"))
    refuse_early(rows, last_day, name="as_of")
    rows = rows.filter(nw.col("date") < midnight(next_day(last_day), of=rows)).with_columns(
        period_number(nw.col("date"), freq=freq).alias(_PERIOD),
        nw.col(VALUE).abs().alias(_TURNOVER),
        nw.col("amount").cast(nw.Float64),
    )
    sums = to_pandas(
        rows.group_by(item, _PERIOD).agg(
            nw.col(VALUE, _TURNOVER, "amount").sum(), nw.col("amount").count().alias(_KNOWN)
        )
    )
    labels = labels_of(sums[[item]], [item])
    table = _figures(sums, labels.codes, len(labels.groups), last=last)
    cv = table["cv"].to_numpy()
    table["xyz"] = _chosen([cv <= first_cut, cv <= second_cut, cv > second_cut], ["x", "y", "z"])
    table["first_period"] = pd.to_datetime(
        [first_day_of(int(number), freq=freq) for number in table["first_period"]]
    ).astype("datetime64[us]")
    table.insert(0, "scope", labels.scopes)
    table["scope"] = table["scope"].astype(object)
    return from_pandas(pd.concat([labels.groups, table[list(_RESULT)]], axis=1), like=order_lines)


def _figures(sums: pd.DataFrame, codes: Any, n: int, *, last: int) -> pd.DataFrame:
    """The figures of each item from what was sold in each of its periods."""
    period = sums[_PERIOD].to_numpy(dtype=np.int64)
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, codes, period)
    n_periods = np.maximum(last - first + 1, 0)
    over = period <= last
    codes, sold = codes[over], settled(*(sums.loc[over, name].to_numpy(dtype=float) for name in (VALUE, _TURNOVER)))
    demanded = sold > 0
    mean, sd = _mean_and_sd(sold, codes, n, counts=n_periods)
    n_with = np.bincount(codes[demanded], minlength=n)
    of_some, sd_of_some = _mean_and_sd(sold[demanded], codes[demanded], n, counts=n_with)
    nothing = np.full(n, np.nan)
    cv = np.divide(sd, mean, out=nothing.copy(), where=mean > 0)
    squared = np.divide(sd_of_some, of_some, out=nothing.copy(), where=of_some > 0) ** 2
    interval = np.divide(n_periods, n_with, out=nothing.copy(), where=n_with > 0)
    known = n_with >= _TWO
    often, even = interval < _MOST_OFTEN, squared < _MOST_EVEN
    pattern = _chosen([~known, often & even, even, often, known], [None, "smooth", "intermittent", "erratic", "lumpy"])
    reason = _chosen([n_periods < _TWO, ~(mean > 0)], ["few_periods", "no_net_demand"])
    n_known = np.bincount(codes, sums.loc[over, _KNOWN].to_numpy(dtype=float), minlength=n)
    amount = np.bincount(codes, sums.loc[over, "amount"].fillna(0).to_numpy(dtype=float), minlength=n)
    return pd.DataFrame(
        {
            "first_period": first,
            "n_periods": n_periods,
            "n_with_demand": n_with,
            "mean": mean,
            "sd": sd,
            "cv": cv,
            "demand_interval": interval,
            "demand_cv2": squared,
            "pattern": pattern,
            "amount": np.where(n_known > 0, amount, np.nan),
            "reason": reason,
            "too_few": n_periods < _FEWEST,
        }
    )


def _mean_and_sd(values: Floats, codes: Any, n: int, *, counts: Any) -> tuple[Floats, Floats]:
    """Mean and standard deviation of so many values of each group, those that are not there being 0."""
    size = np.zeros(n)
    np.maximum.at(size, codes, np.abs(values))
    # In units of the power of 2 below the largest no square overflows or vanishes, and nothing is rounded.
    size = np.ldexp(1.0, np.frexp(np.where(size > 0, size, 1.0))[1] - 1)
    scaled = values / size[codes]
    total = np.where(counts > 0, counts, np.nan)
    mean = np.bincount(codes, scaled, minlength=n) / total
    n_there = np.bincount(codes, minlength=n)
    squares = np.bincount(codes, (scaled - mean[codes]) ** 2, minlength=n) + (counts - n_there) * mean**2
    sd = np.sqrt(squares / np.where(counts > 1, counts - 1, np.nan))
    return mean * size, sd * size


def _chosen(conditions: list[Any], names: list[str | None]) -> Any:
    """The name of the first condition that holds, missing where none does."""
    places = np.select(conditions, list(range(len(names))), len(names))
    return np.array([*names, None], dtype=object)[places]
