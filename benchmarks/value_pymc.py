"""Fits of models of purchases beside pymc-marketing's by maximum a posteriori.

Run as ``python -m benchmarks.value_pymc [n_customers]`` in an environment that has pymc-marketing too; it is no
dependency of the benchmarks, for it brings a compiler's worth of packages. Its first fit in a process compiles; the
second, of a new model, finds what was compiled. Its default priors make its estimates others than those of maximum
likelihood.
"""

import sys
import time
from functools import partial

from benchmarks.value_purchases import simulated
from crmkit.value import BetaGeoModel, ParetoNBDModel

N_CUSTOMERS = 100_000


def seconds(call):
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(n_customers=N_CUSTOMERS):
    """Print a line per model."""
    try:
        from pymc_marketing import clv
    except ImportError:
        print("\nbenchmarks.value_pymc skipped: pymc-marketing is not installed.")
        return
    customers = simulated(n_customers)[["frequency", "recency", "T"]]
    weeks = customers.assign(recency=customers["recency"] / 7, T=customers["T"] / 7, customer_id=range(n_customers))
    print(f"\n## pymc-marketing by MAP, {n_customers:,} customers")
    print("| model | ours, s | peer with compilation, s | ratio | peer again, s | ratio |\n|---|---|---|---|---|---|")
    for ours, peer in ((BetaGeoModel, clv.BetaGeoModel), (ParetoNBDModel, clv.ParetoNBDModel)):
        ours().fit(customers)
        own = min(seconds(partial(ours().fit, customers)) for _ in range(3))
        first, again = (seconds(partial(peer().fit, data=weeks, method="map")) for _ in range(2))
        print(f"| {ours.__name__} | {own:.2f} | {first:.1f} | {first / own:.0f} | {again:.1f} | {again / own:.0f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
