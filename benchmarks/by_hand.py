"""The customers table as a good analyst would write it in each engine, without crmkit.

Each engine has two queries, `from_orders` and `from_transactions`; both end in the columns of
`crmkit.customer_summary`. DuckDB's are what it runs fastest; pandas' and Polars' avoid Python functions per group.
"""

import pandas as pd

AS_OF = pd.Timestamp("2025-12-31")


def pandas_transactions(orders):
    """One row per customer and day."""
    rows = pd.DataFrame(
        {
            "customer_id": orders["customer_id"],
            "date": orders["date"].dt.normalize(),
            "amount": orders["amount"],
            "refunded": orders["amount"].clip(upper=0),
            "n_orders": (orders["amount"] >= 0).astype("int64"),
        }
    )
    days = rows.groupby(["customer_id", "date"], as_index=False)[["n_orders", "amount", "refunded"]].sum()
    no_purchase = (days["refunded"] < 0) & (days["amount"] <= -1e-9 * days["refunded"])
    days.loc[no_purchase, "n_orders"] = 0
    return days.drop(columns="refunded")


def pandas_summary(transactions):
    """One row per customer."""
    bought = transactions[transactions["n_orders"] > 0]
    grouped = bought.groupby("customer_id")
    dates = grouped["date"].agg(["min", "max", "size"])
    paid = grouped["amount"].sum()
    first_paid = bought.drop_duplicates("customer_id").set_index("customer_id")["amount"]
    every = transactions.groupby("customer_id")[["n_orders", "amount"]].sum()
    out = every.join(dates)
    repeats = (out["size"] - 1).clip(lower=1)
    since_first = (AS_OF - out["min"]).dt.days.astype("float64")
    return pd.DataFrame(
        {
            "customer_id": out.index,
            "first_order": out["min"].to_numpy(),
            "last_order": out["max"].to_numpy(),
            "n_orders": out["n_orders"].to_numpy(),
            "spend": out["amount"].to_numpy(),
            "days_since_last": (AS_OF - out["max"]).dt.days.to_numpy("float64"),
            "tenure_days": since_first.to_numpy(),
            "frequency": (out["size"] - 1).to_numpy("float64"),
            "recency": (out["max"] - out["min"]).dt.days.to_numpy("float64"),
            "T": since_first.to_numpy(),
            "monetary_value": ((paid - first_paid) / repeats).reindex(out.index).where(out["size"] > 1).to_numpy(),
        }
    )


def polars_transactions(orders):
    """One row per customer and day, lazily."""
    import polars as pl

    amount = pl.col("amount")
    days = (
        orders.lazy()
        .with_columns(
            pl.col("date").dt.truncate("1d"),
            refunded=amount.clip(upper_bound=0),
            n_orders=(amount >= 0).cast(pl.Int64),
        )
        .group_by("customer_id", "date")
        .agg(pl.col("n_orders", "amount", "refunded").sum())
    )
    no_purchase = (pl.col("refunded") < 0) & (amount <= -1e-9 * pl.col("refunded"))
    return days.select(
        "customer_id", "date", pl.when(no_purchase).then(0).otherwise(pl.col("n_orders")).alias("n_orders"), "amount"
    )


def polars_summary(transactions):
    """One row per customer, lazily, in no order."""
    import polars as pl

    rows = transactions.lazy()
    bought = pl.col("n_orders") > 0
    day = pl.when(bought).then(pl.col("date"))
    out = (
        rows.with_columns(
            day.alias("first_order"), day.alias("last_order"), paid=pl.when(bought).then("amount"), days=bought
        )
        .group_by("customer_id")
        .agg(
            pl.col("first_order").min(),
            pl.col("last_order").max(),
            pl.col("n_orders").sum(),
            spend=pl.col("amount").sum(),
            paid=pl.col("paid").sum(),
            days=pl.col("days").sum().cast(pl.Int64),
        )
        .join(
            rows.select("customer_id", first_order="date", first_paid="amount"),
            on=["customer_id", "first_order"],
            how="left",
        )
    )
    as_of = pl.lit(AS_OF.to_pydatetime())
    in_days = {
        "days_since_last": as_of - pl.col("last_order"),
        "tenure_days": as_of - pl.col("first_order"),
        "recency": pl.col("last_order") - pl.col("first_order"),
        "T": as_of - pl.col("first_order"),
    }
    repeats = (pl.col("days") - 1).clip(lower_bound=1)
    return out.select(
        "customer_id", "first_order", "last_order", "n_orders", "spend",
        *(span.dt.total_days().cast(pl.Float64).alias(name) for name, span in in_days.items()),
        frequency=pl.when(pl.col("days") > 0).then((pl.col("days") - 1).cast(pl.Float64)),
        monetary_value=pl.when(pl.col("days") > 1).then((pl.col("paid") - pl.col("first_paid")) / repeats),
    )  # fmt: skip


DUCKDB_TRANSACTIONS = """
select customer_id, date,
    case when refunded < 0 and amount <= -1e-9 * refunded then 0 else n_orders end as n_orders, amount
from (
    select customer_id, date_trunc('day', date) as date, sum(amount) as amount,
        sum(least(amount, 0)) as refunded, count(*) filter (amount >= 0) as n_orders
    from orders group by all
)"""

DUCKDB_SUMMARY = """
select customer_id, first_order, last_order, n_orders::bigint as n_orders, spend,
    date_diff('day', last_order, date '2025-12-31')::double as days_since_last,
    date_diff('day', first_order, date '2025-12-31')::double as tenure_days,
    case when days > 0 then (days - 1)::double end as frequency,
    date_diff('day', first_order, last_order)::double as recency,
    date_diff('day', first_order, date '2025-12-31')::double as T,
    case when days > 1 then (paid - first_paid) / (days - 1) end as monetary_value
from (
    select customer_id, min(date) filter (n_orders > 0) as first_order, max(date) filter (n_orders > 0) as last_order,
        sum(n_orders) as n_orders, sum(amount) as spend, count(*) filter (n_orders > 0) as days,
        sum(amount) filter (n_orders > 0) as paid, arg_min(amount, date) filter (n_orders > 0) as first_paid
    from {transactions} group by customer_id
)"""
