"""`empc_score` on a million customers, beside numerical integration by hand.

Run as ``python -m benchmarks.churn_profit [n_customers]``. The peer sorts, sums and takes for each of 100 nodes of a
quadrature over the share who accept the best of all cuts; ours is the closed form over the corners of the convex hull.
Times: in turn in one process, median of the runs. Memory: each alone in a fresh process, the peak above what is in use
once the scores are there.
"""

import json

import numpy as np
from scipy.special import roots_jacobi

from benchmarks.harness import alone, headings, peak, row, seconds, started
from crmkit.loyalty.churn import empc_score

MODULE = "benchmarks.churn_profit"
N_CUSTOMERS = 1_000_000
RUNS = 5
N_NODES = 100
ALPHA, BETA, CLV, INCENTIVE, CONTACT = 6, 14, 200, 10, 1


class Scores:
    """Customers of whom 18 % left, with a score of which no two are equal."""

    def __init__(self, n_customers):
        rng = np.random.default_rng(1)
        self.score = rng.normal(size=n_customers)
        self.left = (rng.random(n_customers) < 1 / (1 + np.exp(2 - self.score))).astype(np.int64)

    def ours(self):
        return empc_score(self.left, self.score)

    def peer(self):
        left = self.left[np.argsort(-self.score)]
        n = len(left)
        found = np.append(0, np.cumsum(left)) / n
        false = np.arange(n + 1) / n - found
        # The rule of Gauss and Jacobi has the density of the beta distribution in its weights.
        nodes, weights = roots_jacobi(N_NODES, BETA - 1, ALPHA - 1)
        best = [
            np.max(found * (gamma * (CLV - INCENTIVE) - CONTACT) - false * (INCENTIVE + CONTACT))
            for gamma in (nodes + 1) / 2
        ]
        return weights @ best / weights.sum()


def child(n_customers, task):
    """Do one task in this process and print its figures."""
    made = Scores(int(n_customers))
    if task == "time":
        # A quadrature of so many nodes has this error where the best cut moves.
        np.testing.assert_allclose(made.ours(), made.peer(), rtol=1e-4)
        figures = seconds(made, ("ours", "peer"), RUNS)
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Run everything, print the table."""
    print(f"\n## empc_score, {n_customers:,} customers, median of {RUNS}")
    print(headings("task"))
    times = alone(MODULE, str(n_customers), "time")
    memory = {task: alone(MODULE, str(n_customers), task) for task in ("ours", "peer")}
    print(row("EMPC", times=times, memory=memory), flush=True)


if __name__ == "__main__":
    started(child, main)
