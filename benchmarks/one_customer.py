"""Scores, segments and reasons of one customer, as a web application asks for them.

Run as ``python -m benchmarks.one_customer``. Milliseconds of a call on a fitted estimator, median of the runs.
"""

import statistics
import time

import polars as pl

import crmkit
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, ValueSegmenter

RUNS = 300
ESTIMATORS = {
    "RFMScorer": RFMScorer(),
    "RFMSegmenter": RFMSegmenter(),
    "TierSegmenter": TierSegmenter(),
    'ValueSegmenter(scheme="abc")': ValueSegmenter(scheme="abc"),
}
METHODS = ("transform", "predict", "assign", "explain")


def milliseconds(call, customer):
    """Time a call again and again: the median."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call(customer)
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def main():
    """Fit on CDNOW's customers, ask for one of them, print the table."""
    customers = crmkit.customer_summary(crmkit.as_transactions(crmkit.load_cdnow()), as_of="1998-06-30")
    one = customers.iloc[[5]]
    frames = {"Pandas": one, "Polars": pl.from_pandas(one)}
    print(f"\n## one customer, median of {RUNS}, in ms")
    print(f"| frame | what | {' | '.join(METHODS)} |\n|{'---|' * (len(METHODS) + 2)}")
    for name, estimator in ESTIMATORS.items():
        estimator.fit(customers)
        for frame, customer in frames.items():
            figures = [
                f"{milliseconds(getattr(estimator, method), customer):.1f}" if hasattr(estimator, method) else ""
                for method in METHODS
            ]
            print(f"| {frame} | {name} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
