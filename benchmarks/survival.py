"""Kaplan and Meier's curve of a million customers, beside NumPy by hand, greenwood and lifelines.

Run as ``python -m benchmarks.survival [n_customers]``. Ours has all checks, intervals and the table; by hand is the
shortest NumPy for the curve with Greenwood's standard error, without checks and intervals. greenwood and lifelines are
timed where they are installed, and once: they take long. Times: ours and the peer in turn in one process, median of the
runs. "same" is the largest difference between the two curves.
"""

import sys
import warnings
from importlib.util import find_spec

import numpy as np

from benchmarks.harness import seconds
from crmkit.loyalty.survival import kaplan_meier_table

N_CUSTOMERS = 1_000_000
RUNS = 9
PEERS = {"by_hand": RUNS, "by_lifelines": 1, "by_greenwood": 1}
NEEDS = {"by_lifelines": "lifelines", "by_greenwood": "greenwood"}


class Curves:
    """Durations in whole days or fractions of them, of which three in five have ended."""

    def __init__(self, n, whole, late):
        rng = np.random.default_rng(1)
        days = rng.exponential(500, n)
        self.durations = np.ceil(days) if whole else days
        self.observed = rng.random(n) < 0.6
        self.entry = np.where(rng.random(n) < 0.3, np.floor(self.durations / 2), 0.0) if late else None

    def ours(self):
        table = kaplan_meier_table(durations=self.durations, observed=self.observed, entry=self.entry)
        return table["duration"].to_numpy(), table["survival"].to_numpy()

    def by_hand(self):
        times, which = np.unique(self.durations, return_inverse=True)
        ended = np.bincount(which, self.observed, minlength=len(times))
        at_risk = np.cumsum(np.bincount(which, minlength=len(times))[::-1])[::-1]
        if self.entry is not None:
            at_risk = at_risk - (len(self.entry) - np.searchsorted(np.sort(self.entry), times, side="left"))
        survival = np.cumprod(1 - ended / at_risk)
        with np.errstate(divide="ignore", invalid="ignore"):
            np.sqrt(np.cumsum(ended / (at_risk * (at_risk - ended)))) * survival
        return times, survival

    def by_lifelines(self):
        from lifelines import KaplanMeierFitter

        fitted = KaplanMeierFitter().fit(self.durations, self.observed, entry=self.entry)
        return fitted.survival_function_.index.to_numpy(), fitted.survival_function_.iloc[:, 0].to_numpy()

    def by_greenwood(self):
        import greenwood

        start = () if self.entry is None else (np.where(self.entry > 0, self.entry, -1.0),)
        response = greenwood.Surv(*start, self.durations, event=self.observed)
        frame = greenwood.KaplanMeier(conf_type="log-log").fit(response).to_frame(format="pandas")
        return frame["time"].to_numpy(), frame["estimate"].to_numpy()


def difference(curves, peer):
    """The largest difference between our curve and that of a peer, where both have a step."""
    (times, ours), (other_times, theirs) = curves.ours(), getattr(curves, peer)()
    _, mine, other = np.intersect1d(times, other_times, return_indices=True)
    return np.abs(ours[mine] - theirs[other]).max()


def main(n_customers=N_CUSTOMERS):
    """Run everything and print the table."""
    print(f"\n## Kaplan and Meier's curve of {n_customers:,} customers")
    print("| durations | peer | same | ours, s | peer, s | ours / peer |\n|---|---|---|---|---|---|")
    for name, whole, late in (("whole days", True, False), ("fractions", False, False), ("late entries", True, True)):
        curves = Curves(n_customers, whole, late)
        for peer, runs in PEERS.items():
            if peer in NEEDS and find_spec(NEEDS[peer]) is None:
                print(f"{NEEDS[peer]} skipped: it is not installed.")
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                times = seconds(curves, ("ours", peer), runs)
                same = difference(curves, peer)
            ours, theirs = times.values()
            label = peer.removeprefix("by_")
            print(f"| {name} | {label} | {same:.0e} | {ours:.3f} | {theirs:.3f} | {ours / theirs:.3f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
