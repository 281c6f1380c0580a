"""What customers pay within a category, beside their peers."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import next_day
from crmkit._checks import as_day
from crmkit._frames import FrameT, from_pandas, midnight
from crmkit._stats import mid_rank
from crmkit.transactions import refuse_early
from crmkit.value.products._kept import kept_of, open_lines
from crmkit.value.products._peer_groups import FEW, check_names, peer_groups

__all__ = ["upsell_table"]

_MADE: Final = (
    *("customer_id", "unit_price", "percentile", "peer_q75", "headroom", "headroom_share", "units", "headroom_amount"),
    *("n_orders", "n_peers", "too_few"),
)
_UPPER_QUARTER: Final = 0.75
# Prices that differ by less, relative to themselves, are the same: sums of amounts round.
_ROUNDING: Final = 1e-9


def upsell_table(order_lines: FrameT, *, category: str, as_of: Any, peers: str | None = None) -> FrameT:
    """Put what each customer pays per unit of a category beside what their peers pay.

    Whoever buys the category at the low end of its prices has room above them: up to the price that three quarters of
    the peers stay below. That is a place to look, no forecast: some want nothing dearer, and some will buy fewer units.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them, with quantities, and the column of categories kept. What came back is
        taken off; a line without a quantity counts as one unit.
    category : str
        The column of categories. The more alike its products are, the more a price says.
    as_of : date, datetime or ISO text
        The last day that counts.
    peers : str, optional
        A column of groups of customers, such as the segment, one for each. By default all are peers. Customers are
        among their own peers.

    Returns
    -------
    the kind of frame given
        One row per customer and category that they have, sorted in memory:

        - ``customer_id``, and the category in a column of its name.
        - ``unit_price``: the net amount by the units kept; missing where refunds left an amount below 0, or no line has
          one. Such customers are nobody's peers.
        - ``percentile`` among the peers who have the category, in [0, 1]: the share who pay less plus half of those who
          pay as much.
        - ``peer_q75``: the price that three quarters of them pay at most.
        - ``headroom`` up to it per unit, 0 above it; ``headroom_share`` of the unit price, missing where that is 0;
          ``units`` kept; ``headroom_amount``: both multiplied.
        - ``n_orders`` of the customer with the category; ``n_peers`` who have it.
        - ``too_few``: fewer than 10 peers have it.

        Customers without a group have figures of their own alone.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, or a customer has several groups.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If ``as_of``, in memory, lies before the first line, or ``category`` has the name of a column of the result.

    See Also
    --------
    white_space_table : Categories that customers do not have.

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> shop = make_order_lines(n_customers=200, random_state=7).lines
    >>> lines = as_order_lines(shop, order_id="order_id", quantity="quantity", keep=["category"])
    >>> paid = upsell_table(lines, category="category", as_of="2025-12-31")
    >>> room = paid[~paid["too_few"]].nlargest(3, "headroom_amount")
    >>> room[["customer_id", "category", "unit_price", "percentile", "peer_q75", "units"]].round(2)
         customer_id category  unit_price  percentile  peer_q75  units
    371           83       C5       42.63        0.40     61.88   67.0
    677          147       C5       47.94        0.60     61.88   45.0
    275           64       C5       54.94        0.68     61.88   87.0
    """
    name, group = check_names(category, peers, taken=_MADE)
    day = as_day(as_of, name="as_of")
    rows = open_lines(order_lines, label=name, also=["quantity", *([] if group is None else [group])])
    refuse_early(rows, day, name="as_of")
    rows = rows.filter(nw.col("date") < midnight(next_day(day), of=rows))
    kept = kept_of(rows, label=name)
    groups = peer_groups(rows, kept.customers, peers=group)[kept.customer]
    there = kept.n_orders > 0
    customer, label, units, amount, of_group = (
        values[there] for values in (kept.customer, kept.label, kept.units, kept.amount, groups)
    )
    with np.errstate(over="ignore"):
        price = np.where(amount >= 0, amount, np.nan) / units
    price = np.where(np.isinf(price), np.nan, price)
    percentile, q75 = np.full(len(price), np.nan), np.full(len(price), np.nan)
    n_peers = np.zeros(len(price), dtype=np.int64)
    market = np.where((of_group >= 0) & ~np.isnan(price), of_group * (len(kept.labels) + 1) + label, -1)
    order = np.argsort(market, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(market[order])) + 1):
        if not len(own) or market[own[0]] < 0:
            continue
        percentile[own] = mid_rank(_places(price[own]))
        q75[own] = np.quantile(price[own], _UPPER_QUARTER)
        n_peers[own] = len(own)
    headroom = np.where(q75 - price <= _ROUNDING * q75, 0.0, q75 - price)
    table = pd.DataFrame(
        {
            "customer_id": kept.customers.array.take(customer),
            name: kept.labels.array.take(label),
            "unit_price": price,
            "percentile": percentile,
            "peer_q75": q75,
            "headroom": headroom,
            "headroom_share": np.divide(headroom, price, out=np.full(len(price), np.nan), where=price > 0),
            "units": units,
            "headroom_amount": headroom * units,
            "n_orders": kept.n_orders[there],
            "n_peers": n_peers,
            "too_few": n_peers < FEW,
        }
    )
    return from_pandas(table, like=order_lines)


def _places(prices: Floats) -> Floats:
    """The place of each price among the different ones, those that differ by rounding alone being the same."""
    order = np.argsort(prices, kind="stable")
    rising = prices[order]
    places = np.empty(len(prices))
    places[order] = np.cumsum(np.diff(rising, prepend=rising[:1]) > _ROUNDING * rising)
    return places
