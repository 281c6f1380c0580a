"""Models of purchases beside lifetimes: fits and predictions of the same customers.

Run as ``python -m benchmarks.value_purchases [n_customers]``. The customers are drawn from a BG/NBD with the
parameters of CDNOW, acquired evenly over a year, in whole days. Ours and the peer in turn in one process: the median of
five runs of ours and, where the peer takes more than ten seconds, one run of the peer's. Memory: each alone in a fresh
process, the peak above what the loaded customers take. "on cells" gives lifetimes the distinct histories with their
weights, which its users can count by hand.
"""

import json
import sys
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import crmkit
from benchmarks.harness import alone, headings, memory_field, peak, row
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    customer_lifetime_value,
)

MODULE = "benchmarks.value_purchases"
N_CUSTOMERS = 1_000_000
# lifetimes takes minutes for more.
N_PARETO = 100_000
N_LARGE = 10_000_000
PARAMS = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
SPEND = {"p": 6.25, "q": 3.744, "v": 15.44}
RUNS = 5
SLOW = 10.0
YEAR = 52
TASKS = {
    "BG/NBD, fit": "bg_fit",
    "BG/NBD, fit, lifetimes on cells": "bg_cells",
    "MBG/NBD, fit": "mbg_fit",
    "BG/NBD, P(alive)": "alive",
    "BG/NBD, purchases in 52 weeks": "expected",
    "BG/NBD and gamma-gamma, value of 12 months": "value",
}
PARETO_TASKS = {"Pareto/NBD, fit": "pareto_fit", "Pareto/NBD, P(alive)": "pareto_alive"}

PREDICTIONS = {
    "probability_alive": {},
    "expected_purchases": {"horizon": YEAR},
    "probability_inactive": {"horizon": YEAR},
    "discounted_purchases": {"horizon": YEAR, "discount_rate": 0.1},
}


class Customers:
    """Tasks by name: ours, and the peer's with ``_peer`` behind."""

    def __init__(self, path):
        import lifetimes

        self.customers = pd.read_parquet(path)
        self.peer = lifetimes
        weeks = self.customers[["recency", "T"]] / 7
        self.x, self.t_x, self.T = self.customers["frequency"], weeks["recency"], weeks["T"]
        self.m = self.customers["monetary_value"].fillna(0)
        self.bg = BetaGeoModel.from_params(PARAMS)
        self.gg = GammaGammaModel.from_params(SPEND)
        self.pareto = ParetoNBDModel.from_params({"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.67})
        self.bg_peer = _like(lifetimes.BetaGeoFitter(), self.bg)
        self.bg_peer.predict = self.bg_peer.conditional_expected_number_of_purchases_up_to_time
        self.gg_peer = _like(lifetimes.GammaGammaFitter(), self.gg)
        self.pareto_peer = _like(lifetimes.ParetoNBDFitter(), self.pareto)

    def bg_fit(self):
        BetaGeoModel().fit(self.customers)

    def bg_fit_peer(self):
        self.peer.BetaGeoFitter().fit(self.x, self.t_x, self.T)

    bg_cells = bg_fit

    def bg_cells_peer(self):
        few = crmkit.cells(self.customers)
        times = few["frequency"], few["recency"] / 7, few["T"] / 7
        self.peer.BetaGeoFitter().fit(*times, weights=few["n_customers"])

    def mbg_fit(self):
        ModifiedBetaGeoModel().fit(self.customers)

    def mbg_fit_peer(self):
        self.peer.ModifiedBetaGeoFitter().fit(self.x, self.t_x, self.T)

    def pareto_fit(self):
        ParetoNBDModel().fit(self.customers)

    def pareto_fit_peer(self):
        self.peer.ParetoNBDFitter().fit(self.x, self.t_x, self.T)

    def alive(self):
        self.bg.probability_alive(self.customers)

    def alive_peer(self):
        self.bg_peer.conditional_probability_alive(self.x, self.t_x, self.T)

    def expected(self):
        self.bg.expected_purchases(self.customers, horizon=YEAR)

    def expected_peer(self):
        self.bg_peer.conditional_expected_number_of_purchases_up_to_time(YEAR, self.x, self.t_x, self.T)

    def value(self):
        models = {"purchase_model": self.bg, "spend_model": self.gg}
        customer_lifetime_value(self.customers, **models, discount_rate=0.1, horizon=YEAR)

    def value_peer(self):
        self.gg_peer.customer_lifetime_value(
            self.bg_peer, self.x, self.t_x, self.T, self.m, time=12, discount_rate=0.008, freq="W"
        )

    def pareto_alive(self):
        self.pareto.probability_alive(self.customers)

    def pareto_alive_peer(self):
        self.pareto_peer.conditional_probability_alive(self.x, self.t_x, self.T)


def _like(fitter, model):
    """A model of lifetimes with the parameters of ours."""
    fitter.params_ = model.params_["estimate"]
    return fitter


def simulated(n):
    """Draw customers acquired evenly over a year; their purchases fall on whole days."""
    days = np.random.default_rng(0).integers(1, 366, n).astype(float)
    drawn = BetaGeoModel.from_params(PARAMS).simulate(days, random_state=1)
    recency = np.minimum(np.ceil(drawn["recency"]), days)
    frequency = np.minimum(drawn["frequency"], recency)
    spend = GammaGammaModel.from_params(SPEND).simulate(frequency, random_state=2)["monetary_value"]
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": days, "monetary_value": spend})


def timed(call, runs):
    """Median seconds; one run is enough of what is slow."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
        if taken[-1] > SLOW:
            break
    return float(np.median(taken))


def child(name, path):
    """Do one task in this process, and print the memory that it took."""
    subject = Customers(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        json.dump(peak(subject, name), sys.stdout)


def compare(tasks, path):
    """Print a line per task."""
    subject = Customers(path)
    n = len(subject.customers)
    for label, name in tasks.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            times = {each: timed(getattr(subject, each), RUNS) for each in (name, f"{name}_peer")}
        memory = {each: alone(MODULE, "--child", each, path) for each in times}
        print(row(label, f"{n:,}", f"{times[f'{name}_peer'] / times[name]:,.0f}", times=times, memory=memory))


def alone_at_scale():
    """Print what we take where lifetimes cannot follow."""
    print("\n| ours alone | customers | cells | s | MB |\n|---|---|---|---|---|")
    customers = simulated(N_LARGE)[["frequency", "recency", "T"]]
    one = customers.head(N_CUSTOMERS)
    print(_line("Pareto/NBD, fit", one, ParetoNBDModel()))
    for model in (BetaGeoModel(time_unit="W"), ParetoNBDModel(time_unit="W")):
        model.fit(one)
        for quantity, asked in PREDICTIONS.items():
            seconds = timed(partial(getattr(model, quantity), one, **asked), RUNS)
            print(f"| {type(model).__name__}, {quantity} | {len(one):,} | | {seconds:.2f} | |")
    for precision in ("D", "W"):
        start = time.perf_counter()
        few = crmkit.cells(customers, precision=precision)
        seconds = time.perf_counter() - start
        print(f"| counting cells, {precision} | {len(customers):,} | {len(few):,} | {seconds:.2f} | |")
        for model in (BetaGeoModel(), ParetoNBDModel()):
            print(_line(f"{type(model).__name__}, fit on cells, {precision}", few, model))
            estimates = model.params_["estimate"].round(4).to_dict()
            print(f"| estimates: {estimates} | | | | |")


def _line(label, table, model):
    before = memory_field("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    seconds = timed(lambda: model.fit(table), RUNS)
    megabytes = (memory_field("VmHWM") - before) / 1024
    cells = len(table) if "n_customers" in table else len(crmkit.cells(table))
    return f"| {label} | {model.n_customers_:,} | {cells:,} | {seconds:.2f} | {megabytes:,.0f} |"


def main(n_customers=N_CUSTOMERS):
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "customers.parquet")
        print(f"\n## models of purchases, {n_customers:,} customers")
        print(headings("task", "customers", "peer / ours"))
        simulated(n_customers).to_parquet(path)
        compare(TASKS, path)
        few = str(Path(folder) / "few.parquet")
        simulated(min(N_PARETO, n_customers)).to_parquet(few)
        compare(PARETO_TASKS, few)
    alone_at_scale()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
