"""Which category each customer is likely to buy next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import as_day, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._random import as_generator
from crmkit.value.products._category_learning import (
    FEW,
    bought_between,
    known_on,
    labels_up_to,
    learned_categories,
)
from crmkit.value.products._peer_groups import check_names

__all__ = ["next_category_table"]

_MADE: Final = ("customer_id", "probability", "rank", "base_rate", "lift", "basis", "n_orders", "n_buyers", "too_few")


def next_category_table(
    order_lines: FrameT,
    *,
    category: str,
    as_of: Any,
    horizon_days: int,
    learner: Any = "logistic",
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Estimate each customer's probability of buying a category that they do not have within a number of days.

    The models learn from the past alone: from what was known ``horizon_days`` before ``as_of``, and who of those that
    lacked a category has bought it since. There is a learner per category, of which categories somebody has and how
    often they ordered in them, the numbers of orders and categories, the amount, and the days since the first and the
    last order: what somebody has says most about what comes next [1]_. Probabilities are calibrated on customers whom
    the learner had not seen, by Platt's sigmoid.

    How good that is on a log, `next_category_report_table` says.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them, with the column of categories kept. What came back does not count.
    category : str
        The column of categories, of at most 100 different ones.
    as_of : date, datetime or ISO text
        The last day that is known. Probabilities are of the days after it.
    horizon_days : int
        How many days ahead, at least 1. The log must reach back further than that.
    learner : {"logistic", "boosting"} or a classifier of scikit-learn's kind, default "logistic"
        As in `crmkit.loyalty.churn.ChurnClassifier`.
    random_state : int, Generator or None, default 0
        Which customers are calibrated on, and the learner's own chance.

    Returns
    -------
    the kind of frame given
        One row per customer and category that they do not have, sorted in memory:

        - ``customer_id``, and the category in a column of its name.
        - ``probability`` of buying it and keeping something of it; ``rank`` among those of the customer, from 1.
        - ``base_rate``: the share of those who lacked it who bought it; ``lift``: the probability by it.
        - ``basis``: "model", or "base_rate" where there was too little to learn from.
        - ``n_orders`` of the customer; ``n_buyers`` of the category that were learned from.
        - ``too_few``: fewer than 10 buyers, or fewer than 10 others, to learn from.

        Customers who have every category, or have kept nothing, have no rows.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, there are more than 100 categories, or nobody had bought
        before the days that are learned from.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If ``horizon_days`` is below 1, or ``category`` has the name of a column of the result.

    See Also
    --------
    next_category_report_table : The same on a past day, beside what came.
    ItemRecommender : Which of many products.

    References
    ----------
    .. [1] Knott, Hayes and Neslin (2002), "Next-Product-to-Buy Models for Cross-Selling Applications", *Journal of
       Interactive Marketing* 16(3).

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> shop = make_order_lines(n_customers=600, category_affinity=0.6, random_state=7).lines
    >>> lines = as_order_lines(shop, order_id="order_id", quantity="quantity", keep=["category"])
    >>> ahead = next_category_table(lines, category="category", as_of="2025-12-31", horizon_days=180)
    >>> ahead.nlargest(3, "probability")[["customer_id", "category", "probability", "base_rate", "lift"]].round(2)
          customer_id category  probability  base_rate  lift
    176            41       C8         0.35       0.07  5.03
    441           101       C8         0.24       0.07  3.53
    1457          340       C3         0.24       0.04  6.72
    """
    name, _ = check_names(category, None, taken=_MADE)
    day = as_day(as_of, name="as_of")
    check_int(horizon_days, name="horizon_days", low=1)
    rng = as_generator(random_state)
    before = day - timedelta(days=horizon_days)
    labels = labels_up_to(order_lines, label=name, day=day)
    past = known_on(order_lines, label=name, labels=labels, day=before)
    bought = bought_between(order_lines, past, label=name, labels=labels, after=before, until=day)
    learned = learned_categories(past, bought, learner=learner, rng=rng)
    now = known_on(order_lines, label=name, labels=labels, day=day)
    expected = np.column_stack([each.probabilities(now.features) for each in learned])
    # The best first; of equal ones the category that comes first.
    order = np.argsort(np.where(now.owned, np.inf, -expected), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(1, len(labels) + 1)[None, :], axis=1)
    customer, place = np.nonzero(~now.owned)
    base = np.array([each.rate for each in learned])
    few = np.array([min(each.n_buyers, each.n - each.n_buyers) < FEW for each in learned])
    table = pd.DataFrame(
        {
            "customer_id": now.customers.array.take(customer),
            name: labels.array.take(place),
            "probability": expected[customer, place],
            "rank": rank[customer, place],
            "base_rate": base[place],
            "lift": (expected / base)[customer, place],
            "basis": np.where(few, "base_rate", "model").astype(object)[place],
            "n_orders": now.n_orders[customer],
            "n_buyers": np.array([each.n_buyers for each in learned])[place],
            "too_few": few[place],
        }
    )
    return from_pandas(table, like=order_lines)
