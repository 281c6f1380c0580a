"""The base as a whole, in layers of customers acquired at the same time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq, check_freq, length_of
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.metrics.base_audit._cells import OLD, Cells, cells_of
from crmkit.metrics.base_audit._measures import rates, share_of_total
from crmkit.metrics.base_audit._rows import BEFORE, ActivityRows, activity_rows

__all__ = ["base_history_table"]

_LENGTHS: Final = "DWMQY"

_SHORT: Final = Message(
    en="{@cohort_freq} must be at least as long as the periods of {freq!r}, got {value!r}.",
    zh="{@cohort_freq} 不得短于 {freq!r} 的期间，得到 {value!r}。",
)


def base_history_table(
    activity: FrameT,
    *,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    cohort_freq: Freq = "Y",
) -> FrameT:
    """Lay the periods of the whole base out in layers of customers acquired at the same time: lens 5.

    `change_history_table` shares out what changed from each period to the next.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    as_of : date or ISO text
        The last day that counts.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    cohort_freq : str, default "Y"
        The length of time whose newcomers make a layer, at least that of the periods: by year, as by default, new
        customers, last year's and older ones can be told apart. A period belongs where its first day lies; of a
        ``calendar``, as many periods as come to that length make a layer, counted from its first.

    Returns
    -------
    the kind of frame given
        One row per layer and period, from the first period with the layer's customers to that of ``as_of``; then the
        rows of all layers together. ``scope``: "group" or "all"; ``cohort``: the first day of the time of acquisition,
        as text, "before" for customers acquired before the data, missing for all together; ``cohort_age``, how many
        years (or ``cohort_freq``) ago that was, 0 for this year's, missing for "before" and for all; ``period``;
        ``is_complete``, whether it is over by ``as_of``. ``size``, customers acquired by the end of the period;
        ``new_customers``, those acquired in it; ``active_customers``, those with an order; ``active_share`` of
        ``size``; ``n_orders``, ``spend``; ``purchase_frequency``, orders per active customer;
        ``average_order_value``, spend per order; ``customer_share``, of all active customers, and ``spend_share``, of
        all spend in the period; ``new_spend``, from customers acquired in the period, and ``new_spend_share`` of the
        row's spend. Where the table has profit also ``profit``, ``margin``, ``profit_share``, ``new_profit`` and
        ``new_profit_share``. Ratios whose denominator is 0, and shares of what is not above 0, are missing.

        Without a column ``cohort`` a customer belongs to the period of their first order: nothing is known from before
        the data, so in its first periods old customers look new.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, cohorts are not periods, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``as_of`` is not a date, or ``cohort_freq`` is not one of
        those listed or is shorter than the periods.

    See Also
    --------
    crmkit.plotting.plot_base_history : Draws the layers.
    change_history_table : The factors of each change.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 5.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, make_transactions
    >>> years = {"start": "2021-01-01", "end": "2023-12-31", "acquisition_days": 1095, "refund_rate": 0}
    >>> orders = make_transactions(n_customers=500, **years, random_state=1).orders
    >>> activity = activity_table(as_transactions(orders), as_of="2023-12-31", freq="Y")
    >>> layers = base_history_table(activity, as_of="2023-12-31", freq="Y")
    >>> layers[layers["scope"] == "group"].pivot(index="period", columns="cohort", values="spend_share").round(2)
    cohort      2021-01-01  2022-01-01  2023-01-01
    period
    2021-01-01        1.00         NaN         NaN
    2022-01-01        0.38        0.62         NaN
    2023-01-01        0.12        0.37         0.5
    """
    check_freq(cohort_freq)
    periods = calendar_of(freq, calendar)
    years = periods.merged(cohort_freq)
    if freq is not None and _LENGTHS.index(length_of(cohort_freq)) < _LENGTHS.index(length_of(freq)):
        raise ValueError(_SHORT(freq=freq, value=cohort_freq))
    rows = activity_rows(activity, as_of=as_of, periods=periods)
    layers = _layers(cells_of(rows), rows, years)
    added = [name for name in layers if name not in ("layer", "number")]
    whole = layers.groupby("number", as_index=False)[added].sum().assign(layer=np.nan)
    table = pd.concat([_shown(layers, whole, rows, years), _shown(whole, whole, rows, years)], ignore_index=True)
    return from_pandas(table, like=activity)


def _layers(cells: Cells, rows: ActivityRows, years: Calendar) -> pd.DataFrame:
    """Add up the cohorts of a year, and count who has been acquired by then, and who just was."""
    sums = cells.sums
    born, number = (sums[name].to_numpy() for name in ("born", "number"))
    sizes = cells.sizes.loc[born].to_numpy()
    of_born = {n: OLD if n == OLD else years.number_of(rows.periods.first_day(int(n))) for n in cells.sizes.index}
    is_new = born == number
    columns = {
        "layer": sums["born"].map(of_born),
        "number": number,
        "size": sizes,
        "new_customers": np.where(is_new, sizes, 0),
        "active_customers": sums["active_customers"],
        **{name: sums[name] for name in rows.measures},
        **{f"new_{name}": np.where(is_new, sums[name], 0.0) for name in rows.measures[1:]},
    }
    table = pd.DataFrame(columns)
    return table.groupby(["layer", "number"], as_index=False).sum()


def _shown(sums: pd.DataFrame, whole: pd.DataFrame, rows: ActivityRows, years: Calendar) -> pd.DataFrame:
    """Name the layers and add what follows from their sums."""
    layer, number = sums["layer"].to_numpy(dtype=float), sums["number"].to_numpy()
    total = whole.set_index("number").loc[number]
    of_period = {n: years.number_of(rows.periods.first_day(int(n))) for n in np.unique(number)}
    is_dated = ~np.isnan(layer) & (layer != OLD)
    age = np.array([of_period[n] for n in number]) - np.where(is_dated, layer, np.nan)
    columns: dict[str, Any] = {
        "scope": "group" if not np.isnan(layer).all() else "all",
        "cohort": pd.Series([_name(each, years) for each in layer], dtype=object),
        "cohort_age": age,
        "period": rows.days(number),
        "is_complete": number <= rows.last_over,
        **{name: sums[name].astype("int64") for name in ("size", "new_customers", "active_customers")},
        "active_share": sums["active_customers"] / np.where(sums["size"] > 0, sums["size"], np.nan),
        **{name: sums[name] for name in rows.measures},
        **rates(sums, rows.measures, customers="active_customers"),
        "customer_share": share_of_total(sums["active_customers"], total["active_customers"]),
    }
    for name in rows.measures[1:]:
        columns[f"{name}_share"] = share_of_total(sums[name], total[name])
        columns[f"new_{name}"] = sums[f"new_{name}"]
        columns[f"new_{name}_share"] = share_of_total(sums[f"new_{name}"], sums[name])
    return pd.DataFrame(columns)


def _name(layer: float, years: Calendar) -> str | None:
    if np.isnan(layer):
        return None
    return BEFORE if layer == OLD else f"{years.first_day(int(layer)):%Y-%m-%d}"
