"""`churn_snapshots` on ten million orders at twelve cutoffs, beside the same by hand in each engine.

By hand is what is usually written: a loop over the cutoffs, with a semi-join for who is at risk and an anti-join for
who churned. Run as ``python -m benchmarks.churn_snapshots [n_customers]``. Times: ours and the peer in turn, the
median of the runs. Memory: each alone in a fresh process, the peak above what the loaded transactions take. Then the
seconds that `customer_features` takes on the same transactions.
"""

import json
import tempfile
from pathlib import Path

import crmkit
from benchmarks.harness import alone, headings, peak, row, seconds, started
from crmkit.loyalty.churn import churn_snapshots

MODULE = "benchmarks.churn_snapshots"
N_CUSTOMERS = 1_000_000
PURCHASES_PER_YEAR = 14.7
RUNS = 3
CUTOFFS = [f"2025-{month:02}-28" for month in range(1, 13)]
AS_OF, LOOKBACK, GAP, HORIZON = "2025-12-31", 180, 7, 30
WINDOWS = {"cutoffs": CUTOFFS, "as_of": AS_OF, "lookback": LOOKBACK, "gap": GAP, "horizon": HORIZON}
FEATURES = {"as_of": "2025-06-30", "windows": (30, 90, 365)}
PAIR = ("ours", "hand")


def edges(cutoff):
    """The ends of the windows around a cutoff, and whether the time is up."""
    from pandas import Timedelta, Timestamp

    at = Timestamp(cutoff)
    start, end = at + Timedelta(days=GAP), at + Timedelta(days=GAP + HORIZON)
    return at - Timedelta(days=LOOKBACK), at, start, end, end <= Timestamp(AS_OF)


class Pandas:
    """pandas with NumPy columns."""

    def __init__(self, path):
        self.transactions = self.load(path)

    def load(self, path):
        import pandas as pd

        return pd.read_parquet(path)

    def ours(self):
        return churn_snapshots(self.transactions, **WINDOWS)

    def features(self):
        return crmkit.customer_features(self.transactions, **FEATURES)

    def hand(self):
        import numpy as np
        import pandas as pd

        bought = self.transactions[self.transactions["n_orders"] > 0]
        parts = []
        for cutoff in CUTOFFS:
            first, at, start, end, is_up = edges(cutoff)
            date = bought["date"]
            who = np.sort(bought.loc[(date > first) & (date <= at), "customer_id"].unique())
            back = bought.loc[(date > start) & (date <= end), "customer_id"].unique()
            part = pd.DataFrame({"customer_id": who, "cutoff": at})
            part["churned"] = np.where(part["customer_id"].isin(back), 0.0, 1.0) if is_up else np.nan
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def plain(self, result):
        return result


class Polars(Pandas):
    """Polars, eager in and out; by hand lazy queries."""

    def load(self, path):
        import polars as pl

        return pl.read_parquet(path)

    def hand(self):
        import polars as pl

        bought = self.transactions.lazy().filter(pl.col("n_orders") > 0)
        parts = []
        for cutoff in CUTOFFS:
            first, at, start, end, is_up = edges(cutoff)
            date = pl.col("date")
            who = bought.filter(date > first, date <= at).select("customer_id").unique()
            back = bought.filter(date > start, date <= end).select("customer_id").unique()
            part = who.join(back.with_columns(back=True), on="customer_id", how="left")
            label = pl.when(pl.col("back")).then(0.0).otherwise(1.0) if is_up else pl.lit(None, pl.Float64)
            parts.append(part.select("customer_id", pl.lit(at).cast(pl.Datetime("us")).alias("cutoff"), churned=label))
        return pl.concat(parts).collect()

    def plain(self, result):
        return result.to_pandas()


class DuckDB(Pandas):
    """DuckDB, from a table of its own to Arrow."""

    def load(self, path):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"create table transactions as from '{path}'")
        return self.connection.table("transactions")

    def ours(self):
        return super().ours().to_arrow_table()

    def features(self):
        return super().features().to_arrow_table()

    def hand(self):
        return self.connection.sql(" union all ".join(map(self.query, CUTOFFS))).to_arrow_table()

    def query(self, cutoff):
        first, at, start, end, is_up = edges(cutoff)
        bought = "select {} from transactions where n_orders > 0 and date > '{}' and date <= '{}'"
        back = bought.format("customer_id", start, end)
        label = f"case when customer_id in ({back}) then 0.0::double else 1.0 end" if is_up else "null"
        columns = f"distinct customer_id, timestamp '{at}' as cutoff, {label} as churned"
        return bought.format(columns, first, at)

    def plain(self, result):
        return result.to_pandas()


ENGINES = {engine.__name__: engine for engine in (Pandas, Polars, DuckDB)}


def check(engine):
    """Refuse to compare what is not equal."""
    import pandas as pd

    ours, hand = (
        engine.plain(getattr(engine, name)()).sort_values(["customer_id", "cutoff"], ignore_index=True) for name in PAIR
    )
    pd.testing.assert_frame_equal(ours, hand, check_dtype=False)


def child(path, engine, task):
    """Do one task in this process and print its figures."""
    made = ENGINES[engine](path)
    if task == "time":
        check(made)
        figures = seconds(made, PAIR, RUNS)
    elif task == "features":
        used = peak(made, "features")
        figures = seconds(made, ("features",), RUNS)["features"], used
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Make the transactions, run everything, print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "transactions.parquet")
        orders = crmkit.make_transactions(
            n_customers=n_customers, purchases_per_year=PURCHASES_PER_YEAR, random_state=1
        ).orders[["customer_id", "date", "amount"]]
        crmkit.as_transactions(orders).to_parquet(path)
        print(f"\n## churn_snapshots, {len(orders):,} orders of {n_customers:,} customers, {len(CUTOFFS)} cutoffs")
        print(headings("engine"))
        del orders
        for engine in ENGINES:
            times = alone(MODULE, path, engine, "time")
            memory = {task: alone(MODULE, path, engine, task) for task in PAIR}
            print(row(engine, times=times, memory=memory), flush=True)
        print("\n## customer_features, windows of 30, 90 and 365 days\n| engine | s | MB |\n|---|---|---|")
        for engine in ENGINES:
            taken, used = alone(MODULE, path, engine, "features")
            print(f"| {engine} | {taken:.2f} | {used:,.0f} |", flush=True)


if __name__ == "__main__":
    started(child, main)
