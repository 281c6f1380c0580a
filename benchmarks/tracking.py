"""`tracking_table` on ten million rows, beside the same counts by hand in DuckDB.

Run as ``python -m benchmarks.tracking [n_customers]``. Both read one Parquet file of transactions. The peer counts
actual purchases alone, by week; ours also works out what a model expects. Times: in turn in one process, median of the
runs. Memory: each alone in a fresh process, the peak above what is in use once all is imported.
"""

import json
import tempfile
from pathlib import Path

import duckdb

import crmkit
from benchmarks.harness import compared, headings, orders_of, peak, seconds, started
from crmkit.value import BetaGeoModel
from crmkit.value.judging import tracking_table

MODULE = "benchmarks.tracking"
N_CUSTOMERS = 1_000_000
RUNS = 3
PERIOD = {"calibration_end": "2024-12-31", "observation_end": "2025-12-31"}
PARAMS = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
BY_HAND = """
with bought as (select customer_id, date from transactions where n_orders > 0 and date <= '2025-12-31'),
followed as (
    select customer_id, min(date) as first from bought group by customer_id having min(date) <= '2024-12-31'
)
select date_trunc('week', date) as week, count(*) filter (date > first) as actual
from bought join followed using (customer_id) group by week order by week
"""


class Tracking:
    """Both ways on one file; by the kind of frame that ours is given."""

    def __init__(self, path, kind):
        import pandas as pd

        self.connection = duckdb.connect()
        self.connection.execute(f"create view transactions as from '{path}'")
        relation = self.connection.table("transactions")
        self.given = relation if kind == "DuckDB" else pd.read_parquet(path)
        self.model = BetaGeoModel.from_params(PARAMS)

    def ours(self):
        table = tracking_table(self.given, model=self.model, **PERIOD)
        return table.df() if isinstance(table, duckdb.DuckDBPyRelation) else table

    def peer(self):
        return self.connection.sql(BY_HAND).df()


def child(path, kind, task):
    """Do one task in this process and print its figures."""
    made = Tracking(path, kind)
    if task == "time":
        ours, peer = made.ours().sort_values("period"), made.peer()
        if ours["actual"].tolist() != peer["actual"].tolist():
            raise ValueError("The two do not count the same.")
        figures = seconds(made, ("ours", "peer"), RUNS)
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Make the transactions, run everything, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        orders = orders_of(n_customers)
        path = str(Path(folder) / "transactions.parquet")
        crmkit.as_transactions(orders).to_parquet(path)
        print(f"\n## tracking_table, {len(orders):,} orders of {n_customers:,} customers, median of {RUNS}")
        print(headings("engine"))
        del orders
        for kind in ("DuckDB", "Pandas"):
            print(compared(MODULE, path, kind), flush=True)


if __name__ == "__main__":
    started(child, main)
