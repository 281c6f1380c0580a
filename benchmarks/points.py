"""Ledgers of points, levels and replays on one and ten million events.

Run as ``python -m benchmarks.points [n_events]``. The log is that of `make_points` for 36,000 members over three years,
about a million events, and ten copies of it with other members. Times are seconds of CPU in a fresh process, the memory
is the peak above what is in use once the log is loaded. Conservation is checked to the last point.
"""

import json
import sys
import time

import pandas as pd

import crmkit
from benchmarks.harness import alone, peak
from crmkit.loyalty import programmes

MODULE = "benchmarks.points"
N_MEMBERS = 36_000
AS_OF = "2024-12-31"
LEVELS = pd.DataFrame({"level": ["silver", "gold"], "threshold": [500, 1500], "window_months": [12, 12]})
ONE_LIFE = {"as it was": {"valid_months": 12, "order": "first_in"}}
RULES = {"as_of": AS_OF, "valid_months": 12}


class Ledgers:
    """A log of points of some copies of a programme."""

    def __init__(self, copies):
        made = crmkit.make_points(n_customers=N_MEMBERS, random_state=7).points
        n_events, parts = len(made), []
        for copy in range(copies):
            shift = copy * n_events
            parts.append(
                made.assign(
                    event_id=made["event_id"] + shift,
                    customer_id=made["customer_id"] + copy * N_MEMBERS,
                    reverses=made["reverses"] + shift,
                )
            )
        self.points = crmkit.as_points(pd.concat(parts, ignore_index=True), expires="expires", reverses="reverses")

    def first_in(self):
        found = programmes.points_balance_table(self.points, **RULES, order="first_in")
        gone = found[["redeemed", "expired", "reversed", "balance"]].sum(axis=1)
        if not (found["earned"] + found["adjusted"] == gone).all():
            raise SystemExit("points were lost")

    def first_expiring(self):
        programmes.points_balance_table(self.points, **RULES)

    def liability(self):
        programmes.points_liability_table(self.points, **RULES, cost_per_point=0.01)

    def triangle(self):
        programmes.redemption_triangle(self.points, **RULES)

    def levels(self):
        programmes.level_table(self.points, LEVELS, as_of=AS_OF)

    def replay(self):
        programmes.points_replay_table(self.points, as_of=AS_OF, rules=ONE_LIFE)


TASKS = ("first_in", "first_expiring", "liability", "triangle", "levels", "replay")


def child(copies, task):
    subject = Ledgers(int(copies))
    start = time.process_time()
    megabytes = peak(subject, task)
    print(json.dumps({"n": len(subject.points), "seconds": time.process_time() - start, "megabytes": megabytes}))


def main(*copies):
    print("| events | what | s | MB |\n|---|---|---|---|")
    for n in copies or (1, 10):
        for task in TASKS:
            found = alone(MODULE, str(n), task)
            print(f"| {found['n']:,} | {task} | {found['seconds']:.1f} | {found['megabytes']:,.0f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(*sys.argv[1:])
    else:
        main(*map(int, sys.argv[1:]))
