"""`cohort_table` on ten million orders, beside the same counts by hand in each engine.

Run as ``python -m benchmarks.cohorts [n_customers]``: retention of 24 monthly cohorts, and their money. All read one
Parquet file of transactions; DuckDB as it goes, the others before. The peers are the fastest SQL and the fastest lazy
Polars query found, and pandas with NumPy columns; they count customers and add up money, without intervals. Times: in
turn in one process, median of the runs. Memory: each alone in a fresh process, the peak above what is in use once all
is loaded.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import crmkit
from benchmarks.harness import compared, headings, orders_of, peak, seconds, started

MODULE = "benchmarks.cohorts"
N_CUSTOMERS = 1_000_000
RUNS = 5
AS_OF = "2025-12-31"
KINDS = ("classic", "revenue")

SQL_CLASSIC = """
with active as (
    select distinct customer_id, year(date) * 12 + month(date) as period from transactions where n_orders > 0
),
firsts as (select customer_id, min(period) as cohort from active group by customer_id)
select cohort, period - cohort as age, count(*) as n_customers
from active join firsts using (customer_id) group by all order by all
"""
SQL_REVENUE = """
with active as (
    select customer_id, year(date) * 12 + month(date) as period, sum(n_orders) > 0 as bought, sum(amount) as amount
    from transactions group by all
),
firsts as (select customer_id, min(period) as cohort from active where bought group by customer_id)
select cohort, period - cohort as age, count(*) filter (bought) as n_customers, sum(amount) as amount
from active join firsts using (customer_id) where period >= cohort group by all order by all
"""


class DuckDB:
    """DuckDB on the Parquet file."""

    def __init__(self, path, kind):
        import duckdb

        self.kind = kind
        self.connection = duckdb.connect()
        self.connection.execute(f"create view transactions as from '{path}'")
        self.given = self.connection.table("transactions")

    def ours(self):
        return crmkit.cohort_table(self.given, as_of=AS_OF, kind=self.kind).df()

    def peer(self):
        return self.connection.sql(SQL_CLASSIC if self.kind == "classic" else SQL_REVENUE).df()


class Polars:
    """Polars, eager; by hand one lazy query."""

    def __init__(self, path, kind):
        import polars as pl

        self.kind, self.given = kind, pl.read_parquet(path)

    def ours(self):
        return crmkit.cohort_table(self.given, as_of=AS_OF, kind=self.kind).to_pandas()

    def peer(self):
        import polars as pl

        month = pl.col("date").dt.year().cast(pl.Int32) * 12 + pl.col("date").dt.month()
        bought = pl.col("n_orders") > 0
        age = (pl.col("period") - pl.col("cohort")).alias("age")
        if self.kind == "classic":
            active = self.given.lazy().filter(bought).select("customer_id", period=month).unique()
            counted = [pl.len().alias("n_customers")]
        else:
            rows = self.given.lazy().group_by("customer_id", month.alias("period"))
            active = rows.agg(pl.col("n_orders", "amount").sum())
            counted = [bought.sum().alias("n_customers"), pl.col("amount").sum()]
        firsts = active.filter(bought) if self.kind == "revenue" else active
        firsts = firsts.group_by("customer_id").agg(cohort=pl.col("period").min())
        known = active.join(firsts, on="customer_id").with_columns(age).filter(pl.col("age") >= 0)
        return known.group_by("cohort", "age").agg(*counted).sort("cohort", "age").collect().to_pandas()


class Pandas:
    """pandas with NumPy columns."""

    def __init__(self, path, kind):
        self.kind, self.given = kind, pd.read_parquet(path)

    def ours(self):
        return crmkit.cohort_table(self.given, as_of=AS_OF, kind=self.kind)

    def peer(self):
        rows = self.given if self.kind == "revenue" else self.given[self.given["n_orders"] > 0]
        period = rows["date"].dt.year * 12 + rows["date"].dt.month
        if self.kind == "classic":
            active = pd.DataFrame({"customer_id": rows["customer_id"], "period": period}).drop_duplicates()
            active["cohort"] = active.groupby("customer_id")["period"].transform("min")
            active["age"] = active["period"] - active["cohort"]
            return active.groupby(["cohort", "age"]).size().rename("n_customers").reset_index()
        active = rows.groupby(["customer_id", period.rename("period")], sort=False)[["n_orders", "amount"]].sum()
        active = active.reset_index()
        bought = active[active["n_orders"] > 0]
        active["cohort"] = active["customer_id"].map(bought.groupby("customer_id")["period"].min())
        active["age"] = active["period"] - active["cohort"]
        active["n_customers"] = active["n_orders"] > 0
        known = active[active["age"] >= 0]
        return known.groupby(["cohort", "age"])[["n_customers", "amount"]].sum().reset_index()


class PyArrow(Pandas):
    """PyArrow in, beside pandas by hand."""

    def __init__(self, path, kind):
        import pyarrow as pa

        super().__init__(path, kind)
        self.arrow = pa.Table.from_pandas(self.given, preserve_index=False)

    def ours(self):
        return crmkit.cohort_table(self.arrow, as_of=AS_OF, kind=self.kind).to_pandas()


ENGINES = {engine.__name__: engine for engine in (DuckDB, Polars, Pandas, PyArrow)}


def check(made):
    """Refuse to compare what is not equal."""
    ours, peer = made.ours(), made.peer()
    number = ours["cohort"].dt.year * 12 + ours["cohort"].dt.month
    counted = ["n_customers"] if made.kind == "classic" else ["n_customers", "amount"]
    peer = peer.astype({"cohort": "int64", "age": "int64"}).set_index(["cohort", "age"])[counted]
    found = ours.assign(cohort=number).set_index(["cohort", "age"])[counted]
    np.testing.assert_allclose(found.reindex(peer.index).to_numpy(float), peer.to_numpy(float), rtol=1e-9)
    np.testing.assert_array_equal(found["n_customers"].sum(), peer["n_customers"].sum())


def child(path, engine, kind, task):
    """Do one task in this process and print its figures."""
    made = ENGINES[engine](path, kind)
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
        print(f"\n## cohort_table, {len(orders):,} orders of {n_customers:,} customers in no order, median of {RUNS}")
        print(headings("engine", "kind"))
        del orders
        for engine in ENGINES:
            for kind in KINDS:
                print(compared(MODULE, path, engine, kind), flush=True)


if __name__ == "__main__":
    started(child, main)
