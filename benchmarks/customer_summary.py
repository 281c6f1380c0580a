"""`customer_summary` on ten million orders, beside the same by hand in each engine and beside lifetimes.

Run as ``python -m benchmarks.customer_summary [n_customers]``. Times: ours and the peer in turn in one process, median
of the runs. Memory: each alone in a fresh process, the peak above what the loaded orders take.
"""

import json
import tempfile
from pathlib import Path

import crmkit
from benchmarks import by_hand
from benchmarks.harness import compared, headings, orders_of, peak, seconds, started

MODULE = "benchmarks.customer_summary"
N_CUSTOMERS = 1_000_000
RUNS = 3
AS_OF = "2025-12-31"


class Pandas:
    """pandas with NumPy columns. A task loads `table` only: orders, or transactions made before."""

    def __init__(self, folder, table):
        self.orders = self.transactions = self.load(str(Path(folder) / f"{table}.parquet"), table)

    def load(self, path, table):
        import pandas as pd

        return pd.read_parquet(path)

    def hand(self):
        return by_hand.pandas_summary(self.transactions)

    def hand_door(self):
        return by_hand.pandas_summary(by_hand.pandas_transactions(self.orders))

    def ours(self):
        return crmkit.customer_summary(self.transactions, as_of=AS_OF)

    def ours_door(self):
        return crmkit.customer_summary(crmkit.as_transactions(self.orders), as_of=AS_OF)

    def plain(self, result):
        return result


class Polars(Pandas):
    """Polars, eager in and out; by hand one lazy query."""

    def load(self, path, table):
        import polars as pl

        return pl.read_parquet(path)

    def hand(self):
        return by_hand.polars_summary(self.transactions).collect()

    def hand_door(self):
        return by_hand.polars_summary(by_hand.polars_transactions(self.orders)).collect()

    def plain(self, result):
        return result.to_pandas()


class DuckDB(Pandas):
    """DuckDB, from a table of its own to Arrow."""

    def load(self, path, table):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"create table {table} as from '{path}'")
        return self.connection.table(table)

    def hand(self):
        return self.connection.sql(by_hand.DUCKDB_SUMMARY.format(transactions="transactions")).to_arrow_table()

    def hand_door(self):
        return self.connection.sql(
            by_hand.DUCKDB_SUMMARY.format(transactions=f"({by_hand.DUCKDB_TRANSACTIONS})")
        ).to_arrow_table()

    def ours(self):
        return super().ours().to_arrow_table()

    def ours_door(self):
        return super().ours_door().to_arrow_table()

    def plain(self, result):
        return result.to_pandas()


class Lifetimes(Pandas):
    """lifetimes on pandas, from the orders: frequency, recency, T and monetary value alone, refunds not treated."""

    def hand_door(self):
        from lifetimes.utils import summary_data_from_transaction_data

        return summary_data_from_transaction_data(
            self.orders, "customer_id", "date", monetary_value_col="amount", observation_period_end=AS_OF
        )


ENGINES = {engine.__name__: engine for engine in (Pandas, Polars, DuckDB, Lifetimes)}
PAIRS = {"transactions": ("ours", "hand"), "orders": ("ours_door", "hand_door")}


def check(engine, pair):
    """Refuse to compare what is not equal."""
    import pandas as pd

    ours, hand = (engine.plain(getattr(engine, name)()).sort_values("customer_id", ignore_index=True) for name in pair)
    # By hand what went back is not told apart from the spend.
    ours = ours.drop(columns="returned", errors="ignore")
    pd.testing.assert_frame_equal(
        ours, hand[ours.columns], check_dtype=False, check_index_type=False, rtol=1e-6, atol=1e-6
    )


def child(folder, engine, table, task):
    """Do one task in this process and print its figures."""
    made = ENGINES[engine](folder, table)
    if task == "time":
        if engine != "Lifetimes":
            check(made, PAIRS[table])
        figures = seconds(made, PAIRS[table], RUNS)
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Make the orders, run everything, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        orders = orders_of(n_customers)
        orders.to_parquet(Path(folder) / "orders.parquet")
        crmkit.as_transactions(orders).to_parquet(Path(folder) / "transactions.parquet")
        print(f"\n## customer_summary, {len(orders):,} orders of {n_customers:,} customers, median of {RUNS}")
        print(headings("engine", "from"))
        del orders
        for engine in ENGINES:
            for table, pair in PAIRS.items():
                if engine == "Lifetimes" and table == "transactions":
                    continue
                print(compared(MODULE, folder, engine, table, pair=pair), flush=True)


if __name__ == "__main__":
    started(child, main)
