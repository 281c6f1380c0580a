"""Order logs for tests: written out by hand, or drawn by hypothesis."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

FIRST_DAY = pd.Timestamp("2023-12-20")


def log(rows, *, columns=("customer_id", "date", "amount")):
    """An order log from tuples, with text dates as a file would hold them."""
    return pd.DataFrame(rows, columns=list(columns))


def typed(orders):
    """The log with its dates parsed, as an engine needs it."""
    return orders.assign(date=pd.to_datetime(orders["date"], format="ISO8601").astype("datetime64[us]"))


def orders_that_stop(n_customers):
    """Orders of 2023 of customers who buy every two weeks or so, of whom two in five stop one day for good."""
    rng = np.random.default_rng(3)
    rows = []
    for customer in range(n_customers):
        stops = rng.integers(60, 365) if customer % 5 < 2 else 365
        days = np.cumsum(rng.integers(4, 25, 100))
        rows += [(customer, day, 10.0 * (1 + customer % 3)) for day in days if day < stops]
    orders = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    orders["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(orders.pop("day"), unit="D")
    return orders.sort_values("date", kind="stable", ignore_index=True)


@st.composite
def order_logs(draw, *, refunds=True, min_size=1):
    """Logs of five customers over ten weeks around New Year, several rows a day; money in whole cents."""
    cents = st.integers(-500 if refunds else 0, 500) | st.just(0)
    row = st.tuples(
        st.sampled_from(["ann", "bo", "cy", "dee", "eve"]),
        st.integers(0, 70),
        st.integers(0, 23),
        cents,
        st.integers(1, 4),
    )
    customers, days, hours, amounts, order_ids = zip(*draw(st.lists(row, min_size=min_size, max_size=40)), strict=True)
    times = FIRST_DAY + pd.to_timedelta(list(days), unit="D") + pd.to_timedelta(list(hours), unit="h")
    return pd.DataFrame(
        {
            "customer_id": list(customers),
            "date": pd.Series(times).astype("datetime64[us]"),
            "amount": [cent / 100 for cent in amounts],
            "order_id": list(order_ids),
        }
    )
