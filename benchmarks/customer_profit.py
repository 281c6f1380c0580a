"""Profit of a million customers, from order lines to the ladder and the whale curve.

Run as ``python -m benchmarks.customer_profit [n_customers]``. Five lines a customer, a twentieth of them returns; three
pools of costs by lines, orders and returns. Times are seconds of CPU in a fresh process, the memory is the peak above
what is in use once the lines are made. That nothing is lost is checked to the last cent.
"""

import json
import time

import numpy as np
import pandas as pd

from benchmarks.harness import alone, peak, started
from crmkit.value import profit

MODULE = "benchmarks.customer_profit"
LINES_EACH = 5
POOLS = pd.DataFrame({"pool": ["lines", "returns", "orders"], "cost": [2_000_000.0, 300_000, 1_000_000]})


class Shop:
    """Order lines with costs, and what drives the cost to serve."""

    def __init__(self, n_customers):
        n = LINES_EACH * n_customers
        rng = np.random.default_rng(1)
        sign = np.where(rng.random(n) < 0.05, -1.0, 1.0)
        cents = rng.lognormal(7.5, 1, n).round()
        self.lines = pd.DataFrame(
            {
                "customer_id": rng.integers(0, n_customers, n),
                "order_id": np.arange(n),
                "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
                "quantity": sign,
                "amount": sign * cents / 100,
                "cost": sign * (0.6 * cents).round() / 100,
                "freight": 1.5,
            }
        )
        of = self.lines["customer_id"]
        done = pd.DataFrame({"lines": of.value_counts(), "returns": of[sign < 0].value_counts()}).fillna(0)
        done["orders"] = done["lines"]
        drivers = done.rename_axis("customer_id").melt(ignore_index=False, var_name="pool", value_name="quantity")
        self.drivers = drivers.reset_index()

    def allocate(self):
        """To the cent."""
        self.served = profit.allocate_costs(POOLS, self.drivers, decimals=2)
        if round(100 * self.served["cost"].sum()) != round(100 * POOLS["cost"].sum()):
            raise SystemExit("costs were lost")

    def ladder(self):
        """From gross sales to net profit and to what is nobody's, without the cost to serve or with it."""
        served = getattr(self, "served", None)
        options = {"cost": "cost", "returned_cost": "recovered", "direct_costs": ["freight"]}
        self.profits = profit.customer_profit_table(self.lines, **options, cost_to_serve=served)
        steps = profit.profit_ladder_table(self.profits, allocation=served).set_index("step")["amount"]
        if round(100 * steps["net_revenue"]) != round(100 * self.lines["amount"].sum()):
            raise SystemExit("money was lost")

    def whole(self):
        """All steps, and the whale curve."""
        self.allocate()
        self.ladder()
        profit.whale_curve_table(self.profits)
        profit.whale_summary_table(self.profits)


TASKS = ("allocate", "ladder", "whole")


def child(n_customers, task):
    subject = Shop(int(n_customers))
    start = time.process_time()
    megabytes = peak(subject, task)
    print(json.dumps({"seconds": time.process_time() - start, "megabytes": megabytes}))


def main(*sizes):
    print("| customers | lines | what | s | MB |\n|---|---|---|---|---|")
    for n in sizes or (100_000, 1_000_000):
        for task in TASKS:
            found = alone(MODULE, str(n), task)
            figures = f"{found['seconds']:.1f} | {found['megabytes']:,.0f}"
            print(f"| {n:,} | {LINES_EACH * n:,} | {task} | {figures} |", flush=True)


if __name__ == "__main__":
    started(child, main)
