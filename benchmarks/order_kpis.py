"""`order_kpis` on ten million orders, beside the same figures by hand in each engine.

Run as ``python -m benchmarks.order_kpis [n_customers]``: the KPIs of the last quarter, and those of each of 24 months.
All read one Parquet file of transactions; DuckDB as it goes, Polars and pandas before. The peers are one SQL statement,
one lazy Polars query and plain pandas, and give counts, money, retention, Gini's coefficient and the share of the top.
Times: in turn in one process, median of the runs. Memory: each alone in a fresh process, the peak above what is in use
once all is loaded.
"""

import json
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

import crmkit
from benchmarks.harness import compared, headings, orders_of, peak, seconds, started
from crmkit.metrics import order_kpis

MODULE = "benchmarks.order_kpis"
N_CUSTOMERS = 1_000_000
RUNS = 3
QUARTER, BEFORE = datetime(2025, 10, 1), datetime(2025, 7, 1)
SPANS = {
    "quarter": {"start": "2025-10-01", "end": "2025-12-31"},
    "months": {"start": "2024-01-01", "end": "2025-12-31", "freq": "M"},
}
VALUES = ["revenue", "n_orders", "active_customers", "new_customers", "new_customer_revenue", "gini", "top_share"]

RANKED = """
ranked as (
    select *, row_number() over (partition by place, active order by spend) as rank,
        count(*) over (partition by place, active) as n
    from (select *, orders > 0 as active, greatest(revenue, 0) as spend from done)
)
select place, sum(revenue) as revenue, sum(orders) as n_orders, count(*) filter (active) as active_customers,
    count(*) filter (is_new) as new_customers, coalesce(sum(revenue) filter (is_new), 0) as new_customer_revenue,
    count(*) filter (orders >= 2) as repeat, count(*) filter (retained) as retained,
    sum((2 * rank - n - 1) * spend) filter (active) / (max(n) filter (active) * sum(spend) filter (active)) as gini,
    sum(spend) filter (active and n - rank < 0.2 * n) / sum(spend) filter (active) as top_share
from ranked group by place order by place
"""
SQL_QUARTER = f"""
with customers as (
    select customer_id,
        coalesce(sum(amount) filter (date >= date '2025-10-01'), 0) as revenue,
        coalesce(sum(n_orders) filter (date >= date '2025-10-01'), 0) as orders,
        coalesce(sum(n_orders) filter (date < date '2025-10-01'), 0) as earlier,
        coalesce(sum(n_orders) filter (date >= date '2025-07-01' and date < date '2025-10-01'), 0) as one_before
    from transactions group by customer_id
),
done as (
    select 0 as place, revenue, orders, orders > 0 and earlier = 0 as is_new, orders > 0 and one_before > 0 as retained
    from customers
), {RANKED}"""  # noqa: S608
SQL_MONTHS = f"""
with months as (
    select customer_id, year(date) * 12 + month(date) - 24289 as place, sum(amount) as revenue, sum(n_orders) as orders
    from transactions group by all
),
seen as (
    select *, case when orders > 0 then place end as bought_at from months
),
done as (
    select *, orders > 0 and place = min(bought_at) over (partition by customer_id) as is_new,
        orders > 0 and place - 1 = lag(bought_at) over (partition by customer_id order by place) as retained
    from seen
), {RANKED}"""  # noqa: S608


class DuckDB:
    """DuckDB on the Parquet file."""

    def __init__(self, path, span):
        import duckdb

        self.span = span
        self.connection = duckdb.connect()
        self.connection.execute(f"create view transactions as from '{path}'")
        self.given = self.connection.table("transactions")

    def ours(self):
        return order_kpis(self.given, **SPANS[self.span]).df()

    def peer(self):
        return self.connection.sql(SQL_QUARTER if self.span == "quarter" else SQL_MONTHS).df()


class Polars:
    """Polars, eager; by hand one lazy query."""

    def __init__(self, path, span):
        import polars as pl

        self.span, self.given = span, pl.read_parquet(path)

    def ours(self):
        return order_kpis(self.given, **SPANS[self.span]).to_pandas()

    def peer(self):
        import polars as pl

        orders, revenue, place = pl.col("orders"), pl.col("revenue"), pl.col("place")
        rows = self.given.lazy()
        if self.span == "quarter":
            now, date = pl.col("date") >= QUARTER, pl.col("date")
            done = rows.group_by("customer_id").agg(
                revenue=pl.col("amount").filter(now).sum(),
                orders=pl.col("n_orders").filter(now).sum(),
                earlier=pl.col("n_orders").filter(date < QUARTER).sum(),
                one_before=pl.col("n_orders").filter((date >= BEFORE) & (date < QUARTER)).sum(),
            )
            bought = orders > 0
            done = done.with_columns(
                place=pl.lit(0), is_new=bought & (pl.col("earlier") == 0), retained=bought & (pl.col("one_before") > 0)
            )
        else:
            number = pl.col("date").dt.year().cast(pl.Int64) * 12 + pl.col("date").dt.month().cast(pl.Int64) - 24289
            done = (
                rows.group_by("customer_id", number.alias("place"))
                .agg(revenue=pl.col("amount").sum(), orders=pl.col("n_orders").sum())
                .sort("customer_id", "place")
                .with_columns(bought_at=pl.when(orders > 0).then(place), same=pl.col("customer_id").shift(1))
            )
            first = done.group_by("customer_id").agg(first=pl.col("bought_at").min())
            same = pl.col("same") == pl.col("customer_id")
            done = (
                done.with_columns(retained=(orders > 0) & same & (pl.col("bought_at").shift(1) == place - 1))
                .join(first, on="customer_id")
                .with_columns(is_new=(orders > 0) & (place == pl.col("first")))
            )
        active = orders > 0
        spend = pl.col("revenue").filter(active).clip(lower_bound=0).sort()
        n, rank = spend.len(), pl.int_range(1, spend.len() + 1)
        table = done.group_by("place").agg(
            revenue.sum(),
            n_orders=orders.sum(),
            active_customers=active.sum(),
            new_customers=pl.col("is_new").sum(),
            new_customer_revenue=revenue.filter("is_new").sum(),
            repeat=(orders >= 2).sum(),
            retained=pl.col("retained").sum(),
            gini=((2 * rank - n - 1) * spend).sum() / (n * spend.sum()),
            top_share=spend.filter(n - rank < 0.2 * n).sum() / spend.sum(),
        )
        return table.sort("place").collect().to_pandas()


class Pandas:
    """pandas with NumPy columns."""

    def __init__(self, path, span):
        self.span, self.given = span, pd.read_parquet(path)

    def ours(self):
        return order_kpis(self.given, **SPANS[self.span])

    def peer(self):
        rows = self.given
        if self.span == "quarter":
            now, recent = rows["date"] >= QUARTER, rows["date"] >= BEFORE
            customers = (
                pd.DataFrame(
                    {
                        "customer_id": rows["customer_id"],
                        "revenue": rows["amount"].where(now, 0.0),
                        "orders": rows["n_orders"].where(now, 0),
                        "earlier": rows["n_orders"].where(~now, 0),
                        "one_before": rows["n_orders"].where(recent & ~now, 0),
                    }
                )
                .groupby("customer_id", sort=False)
                .sum()
            )
            bought = customers["orders"] > 0
            done = customers.assign(
                place=0, is_new=bought & (customers["earlier"] == 0), retained=bought & (customers["one_before"] > 0)
            )
        else:
            place = rows["date"].dt.year * 12 + rows["date"].dt.month - 24289
            done = rows.groupby(["customer_id", place.rename("place")])[["amount", "n_orders"]].sum().reset_index()
            done = done.rename(columns={"amount": "revenue", "n_orders": "orders"})
            bought = done["orders"] > 0
            first = done[bought].groupby("customer_id")["place"].min()
            same = done["customer_id"].shift(1) == done["customer_id"]
            before = same & bought.shift(1, fill_value=False) & (done["place"].shift(1) == done["place"] - 1)
            done["retained"] = bought & before
            done["is_new"] = bought & (done["place"] == done["customer_id"].map(first))
        done = done.sort_values("revenue")
        active = done[done["orders"] > 0]
        active = active.assign(spend=active["revenue"].clip(lower=0), rank=active.groupby("place").cumcount() + 1)
        n = active.groupby("place")["spend"].transform("size")
        active["weighted"] = (2 * active["rank"] - n - 1) * active["spend"]
        active["top"] = active["spend"].where(n - active["rank"] < 0.2 * n, 0.0)
        active["repeat"] = active["orders"] >= 2
        active["new_customer_revenue"] = active["revenue"].where(active["is_new"], 0.0)
        sums = active.groupby("place")[
            ["orders", "is_new", "new_customer_revenue", "repeat", "retained", "weighted", "top", "spend"]
        ].sum()
        return sums.assign(
            revenue=done.groupby("place")["revenue"].sum(),
            active_customers=active.groupby("place").size(),
            gini=sums["weighted"] / (active.groupby("place").size() * sums["spend"]),
            top_share=sums["top"] / sums["spend"],
        ).rename(columns={"orders": "n_orders", "is_new": "new_customers"})


ENGINES = {engine.__name__: engine for engine in (DuckDB, Polars, Pandas)}


def check(made):
    """Refuse to compare what is not equal."""
    ours, peer = made.ours(), made.peer()
    values, parts = (
        np.array([ours.loc[ours["kpi"] == kpi, column].to_numpy() for kpi in kpis]).T
        for kpis, column in (
            (
                [
                    "revenue",
                    "n_orders",
                    "active_customers",
                    "new_customers",
                    "new_customer_revenue",
                    "gini",
                    "top_share",
                ],
                "value",
            ),
            (["repeat_purchase_rate"], "numerator"),
        )
    )
    found = peer[
        ["revenue", "n_orders", "active_customers", "new_customers", "new_customer_revenue", "gini", "top_share"]
    ]
    np.testing.assert_allclose(values, found.to_numpy(dtype=float), rtol=1e-8)
    np.testing.assert_array_equal(parts[:, 0], peer["repeat"].to_numpy(dtype=float))
    retained = ours.loc[ours["kpi"] == "retention_rate", "numerator"].to_numpy()
    known = ~np.isnan(retained)
    np.testing.assert_array_equal(retained[known], peer["retained"].to_numpy(dtype=float)[known])


def child(path, engine, span, task):
    """Do one task in this process and print its figures."""
    made = ENGINES[engine](path, span)
    if task == "time":
        check(made)
        figures = seconds(made, ("ours", "peer"), RUNS)
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Make the transactions, run everything, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        orders = orders_of(n_customers)
        path = str(Path(folder) / "transactions.parquet")
        crmkit.as_transactions(orders).sample(frac=1, random_state=1).to_parquet(path, index=False)
        print(f"\n## order_kpis, {len(orders):,} orders of {n_customers:,} customers in no order, median of {RUNS}")
        print(headings("engine", "KPIs of"))
        del orders
        for engine in ENGINES:
            for span in SPANS:
                print(compared(MODULE, path, engine, span), flush=True)


if __name__ == "__main__":
    started(child, main)
