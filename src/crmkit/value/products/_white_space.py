"""Which categories customers do not buy yet, beside what their peers buy."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import next_day
from crmkit._checks import as_day, check_number
from crmkit._frames import FrameT, from_pandas, midnight
from crmkit._messages import Column, Message
from crmkit._stats import gamma_weight
from crmkit.errors import SchemaError
from crmkit.transactions import refuse_early
from crmkit.value.products._kept import Kept, kept_of, open_lines
from crmkit.value.products._peer_groups import FEW, check_names, peer_groups

__all__ = ["white_space_table"]

_MADE: Final = (
    *("customer_id", "owned", "amount", "expected", "gap", "n_orders", "n_category_orders", "expected_orders"),
    *("raw_index", "index", "owner_share", "owner_median", "n_peers", "n_owners", "too_few"),
)
_MOST_CELLS: Final = 50_000_000
# With fewer orders expected, not having bought says little.
_LEAST_EXPECTED: Final = 1.0

_TOO_MANY: Final = Message(
    en="{where} has {n:,} labels, which makes {cells:,} rows for {customers:,} customers. Give a coarser column, such "
    "as the category of products.",
    zh="{where}有 {n:,} 个标签，{customers:,} 位客户共 {cells:,} 行。请改用更粗的列，如商品类别。",
)
_NEGATIVE: Final = Message(
    en="{@prior_weight} must be at least 0, got {value!r}.", zh="{@prior_weight} 不得小于 0，得到 {value!r}。"
)


def white_space_table(
    order_lines: FrameT,
    *,
    category: str,
    as_of: Any,
    peers: str | None = None,
    prior_weight: float | None = None,
) -> FrameT:
    r"""Put what each customer has of each category beside what their peers have.

    What is expected of a customer is the share of their peers who have the category, times the median of what those
    spend on it. The index compares orders: if customers did not differ in what they buy, a customer with
    :math:`n_{i \cdot}` of all :math:`n` orders in categories would have bought the category, which is in
    :math:`n_{\cdot j}` of them, in :math:`E_{ij}` orders:

    .. math:: E_{ij} = \frac{n_{i \cdot} n_{\cdot j}}{n}, \qquad \text{raw index} = 100 \, \frac{O_{ij}}{E_{ij}},
        \qquad \text{index} = 100 \, \frac{O_{ij} + \kappa}{E_{ij} + \kappa}

    The second form is shrunk: where a tenth of an order is expected, one order is no preference, and none no lack.
    An order with two categories counts in both.

    A gap is a place to look, no forecast: who does not have a category may not need it, or buy it elsewhere. And after
    one order nearly everything has not been bought; so the orders stand beside it.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them, with the column of categories kept. What came back is taken off; a line
        without a quantity counts as one unit.
    category : str
        The column of categories.
    as_of : date, datetime or ISO text
        The last day that counts. For a year's spend, give the lines of that year.
    peers : str, optional
        A column of groups of customers, such as the segment, one for each. By default all are peers. Customers are
        among their own peers; those without a group have no figures that need one.
    prior_weight : float, optional
        :math:`\kappa`, in expected orders, at least 0; by default from how much more the table differs from its margins
        than chance lets it (Gamma–Poisson).

    Returns
    -------
    the kind of frame given
        One row per customer and category that anybody has, sorted in memory; customers whose lines have no category
        have none.

        - ``customer_id``, and the category in a column of its name.
        - ``owned``: whether anything bought is left. ``amount`` spent on it, net of refunds.
        - ``expected`` amount; ``gap``: what is expected beyond the amount, 0 where it is less. All three are missing
          where no line has an amount.
        - ``n_orders`` of the customer, ``n_category_orders`` with the category, ``expected_orders``.
        - ``raw_index``, ``index``: 100 is what peers with as many orders have; missing where none are expected.
        - ``owner_share`` and ``owner_median`` amount of the peers; ``n_peers``, ``n_owners`` among them.
        - ``too_few``: fewer than 10 peers have the category, so that their median says little, or less than one order
          is expected, so that not having bought says little.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, a customer has several groups, or there are more than 50
        million rows to make.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If ``as_of``, in memory, lies before the first line, ``category`` has the name of a column of the result, or
        ``prior_weight`` is below 0.

    See Also
    --------
    upsell_table : What customers pay within a category, beside their peers.
    preference_table : The index of groups of customers.

    References
    ----------
    .. [1] Breslow (1984), "Extra-Poisson Variation in Log-Linear Models", *Journal of the Royal Statistical Society* C
       33(1).

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> shop = make_order_lines(n_customers=200, random_state=7).lines
    >>> lines = as_order_lines(shop, order_id="order_id", quantity="quantity", keep=["category"])
    >>> space = white_space_table(lines, category="category", as_of="2025-12-31")
    >>> gaps = space[~space["owned"] & ~space["too_few"]].nlargest(3, "gap")
    >>> gaps[["customer_id", "category", "expected", "gap", "n_orders", "index"]].round(1)
         customer_id category  expected   gap  n_orders  index
    20             3       C5      76.5  76.5        11   38.4
    68             9       C5      76.5  76.5         4   49.9
    124           16       C5      76.5  76.5         3   55.5
    """
    name, group = check_names(category, peers, taken=_MADE)
    day = as_day(as_of, name="as_of")
    if prior_weight is not None:
        check_number(prior_weight, name="prior_weight")
        if prior_weight < 0:
            raise ValueError(_NEGATIVE(value=prior_weight))
    rows = open_lines(order_lines, label=name, also=[] if group is None else [group])
    refuse_early(rows, day, name="as_of")
    rows = rows.filter(nw.col("date") < midnight(next_day(day), of=rows))
    kept = kept_of(rows, label=name)
    groups = peer_groups(rows, kept.customers, peers=group)
    there = np.flatnonzero(np.bincount(kept.label, weights=kept.n_orders, minlength=len(kept.labels)))
    n_customers, n_labels = len(kept.customers), len(there)
    if n_customers * n_labels > _MOST_CELLS:
        where = Column("order_lines", name)
        raise SchemaError(_TOO_MANY(where=where, n=n_labels, cells=n_customers * n_labels, customers=n_customers))
    orders = _filled(kept, kept.n_orders)[:, there]
    amount = _filled(kept, kept.amount)[:, there] + (np.nan if np.isnan(kept.amount).any() else 0.0)
    owned = orders > 0
    found = _beside_peers(orders, amount, owned, groups)
    index = _shrunk(orders, found, groups, prior_weight)
    expected_amount = found["owner_share"] * np.where(found["n_owners"] > 0, found["owner_median"], 0.0)
    table = pd.DataFrame(
        {
            "customer_id": kept.customers.array.take(np.repeat(np.arange(n_customers), n_labels)),
            name: kept.labels.array.take(np.tile(there, n_customers)),
            "owned": owned.ravel(),
            "amount": amount.ravel(),
            "expected": expected_amount.ravel(),
            "gap": np.maximum(expected_amount - amount, 0.0).ravel(),
            "n_orders": np.repeat(kept.n_customer_orders, n_labels),
            "n_category_orders": orders.ravel().astype(np.int64),
            "expected_orders": found["expected"].ravel(),
            "raw_index": _ratio(100 * orders, found["expected"]).ravel(),
            "index": index.ravel(),
            "owner_share": found["owner_share"].ravel(),
            "owner_median": found["owner_median"].ravel(),
            "n_peers": found["n_peers"].ravel().astype(np.int64),
            "n_owners": found["n_owners"].ravel().astype(np.int64),
            "too_few": ((found["n_owners"] < FEW) | ~(found["expected"] >= _LEAST_EXPECTED)).ravel(),
        }
    )
    return from_pandas(table, like=order_lines)


def _filled(kept: Kept, values: Any) -> Floats:
    """Values of customers by labels, 0 where there is no row."""
    filled = np.zeros((len(kept.customers), len(kept.labels)))
    filled[kept.customer, kept.label] = values
    return filled


def _beside_peers(
    orders: Floats, amount: Floats, owned: npt.NDArray[np.bool_], groups: npt.NDArray[np.intp]
) -> dict[str, Floats]:
    """What is expected of each customer by their peers; missing, and counts 0, for those who have none."""
    names = ("expected", "owner_share", "owner_median", "n_peers", "n_owners")
    found = {name: np.full(orders.shape, np.nan) for name in names[:3]}
    found |= {name: np.zeros(orders.shape) for name in names[3:]}
    for group in np.unique(groups[groups >= 0]):
        own = np.flatnonzero(groups == group)
        counts, has, spent = orders[own], owned[own], amount[own]
        n_owners = has.sum(axis=0)
        total = counts.sum()
        if total > 0:
            found["expected"][own] = counts.sum(axis=1)[:, None] * (counts.sum(axis=0) / total)
        found["owner_share"][own] = n_owners / len(own)
        found["owner_median"][own] = [
            np.median(spent[has[:, column], column]) if n else np.nan for column, n in enumerate(n_owners)
        ]
        found["n_peers"][own] = len(own)
        found["n_owners"][own] = n_owners
    return found


def _shrunk(orders: Floats, found: dict[str, Floats], groups: npt.NDArray[np.intp], weight: float | None) -> Floats:
    """The index drawn towards 100."""
    expected = found["expected"]
    if weight is None:
        free, degrees = np.zeros(orders.shape), 0.0
        for group in np.unique(groups[groups >= 0]):
            own = np.flatnonzero(groups == group)
            counts = orders[own]
            if (total := counts.sum()) > 0:
                rest = 1 - counts.sum(axis=0) / total
                free[own] = (1 - counts.sum(axis=1) / total)[:, None] * rest
                degrees += max((counts.sum(axis=1) > 0).sum() - 1, 0) * max((rest < 1).sum() - 1, 0)
        there = expected > 0
        weight = gamma_weight(orders[there], expected[there], free[there], degrees=degrees)
    if np.isnan(weight):
        return np.where(expected > 0, 100.0, np.nan)
    return 100 * _ratio(np.where(expected > 0, orders + weight, np.nan), expected + weight)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))
