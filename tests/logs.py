"""Order logs for tests: written out by hand, or drawn by hypothesis."""

import pandas as pd
from hypothesis import strategies as st

FIRST_DAY = pd.Timestamp("2023-12-20")


def log(rows, *, columns=("customer_id", "date", "amount")):
    """An order log from tuples, with text dates as a file would hold them."""
    return pd.DataFrame(rows, columns=list(columns))


def typed(orders):
    """The log with its dates parsed, as an engine needs it."""
    return orders.assign(date=pd.to_datetime(orders["date"], format="ISO8601").astype("datetime64[us]"))


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
