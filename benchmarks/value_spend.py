"""The gamma-gamma model of a million customers, beside lifetimes.

Run as ``python -m benchmarks.value_spend [n_customers]``. Times: ours and the peer in turn in one process, median of
the runs. Memory: each alone in a fresh process, the peak above what the loaded customers take. lifetimes is given those
who came back alone, as it asks for; ours takes all and leaves the others out. "off" is the largest relative difference
of the two: of parameters for the fit, of customers for predictions.
"""

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.harness import alone, headings, peak, row, seconds, started
from crmkit.value import GammaGammaModel

MODULE = "benchmarks.value_spend"
N_CUSTOMERS = 1_000_000
RUNS = 5
SEED = 1
# As CDNOW is: six in ten never come back.
RATE_SHAPE, RATE_MEAN = 0.45, 1.5
PARAMS = {"p": 6.25, "q": 3.74, "v": 15.44}


class Spend:
    """A table of customers in pandas."""

    def __init__(self, path):
        self.customers = pd.read_parquet(path)
        # The peer wants 0 where nobody came back.
        self.filled = self.customers.fillna({"monetary_value": 0.0})
        self.repeaters = self.customers[self.customers["frequency"] > 0]
        self.ours = GammaGammaModel.from_params(PARAMS)

    def fit(self):
        return GammaGammaModel().fit(self.customers)

    def fit_by_peer(self):
        return self.peer().fit(self.repeaters["frequency"], self.repeaters["monetary_value"])

    def predict(self):
        return self.ours.expected_spend(self.customers)

    def predict_by_peer(self):
        peer = self.peer()
        peer.params_ = pd.Series(PARAMS)
        return peer.conditional_expected_average_profit(self.filled["frequency"], self.filled["monetary_value"])

    def peer(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from lifetimes import GammaGammaFitter
        return GammaGammaFitter()


PAIRS = {"fit": ("fit", "fit_by_peer"), "expected_spend": ("predict", "predict_by_peer")}


def off(subject, pair):
    """The largest relative difference of what both of a pair say."""
    ours, peer = (getattr(subject, name)() for name in pair)
    if pair == PAIRS["fit"]:
        ours, peer = ours.params_["estimate"], peer.params_
    return float(np.max(np.abs(np.asarray(ours) / np.asarray(peer) - 1)))


def child(path, asked, task):
    """Do one task in this process and print its figures."""
    made = Spend(path)
    if task == "time":
        figures = {"off": off(made, PAIRS[asked]), "times": seconds(made, PAIRS[asked], RUNS)}
    else:
        made.peer()
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Draw the customers, run everything, print the table."""
    rng = np.random.default_rng(SEED)
    x = rng.poisson(rng.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, n_customers))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "customers.parquet")
        GammaGammaModel.from_params(PARAMS).simulate(x, random_state=SEED).to_parquet(path)
        print(f"\n## gamma-gamma of {n_customers:,} customers, {(x > 0).sum():,} with repeats, median of {RUNS}")
        print(headings("what", "off"))
        for asked, pair in PAIRS.items():
            found = alone(MODULE, path, asked, "time")
            memory = {task: alone(MODULE, path, asked, task) for task in pair}
            print(row(asked, f"{found['off']:.0e}", times=found["times"], memory=memory), flush=True)


if __name__ == "__main__":
    started(child, main)
