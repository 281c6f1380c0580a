"""`assign_arms` on a million customers, beside a hash per row by hand.

By hand is what is usually written: SHA-256 of campaign and id for each row, modulo a hundred, without a key, without
checks of the ids. Run as ``python -m benchmarks.assign_arms [n_customers]``. Times: ours and the peer in turn in one
process, median of the runs. Strata and holdout are timed alone: the peer has none.
"""

import sys
from hashlib import sha256

import numpy as np
import pandas as pd

from benchmarks.harness import seconds
from crmkit.loyalty.campaigns import assign_arms

N_CUSTOMERS = 1_000_000
RUNS = 5
PLAN = {"campaign": "spring", "key": "a secret", "arms": {"none": 0.1, "email": 0.9}, "control": "none"}


class Assignments:
    """Customers with ids of one type, in seven regions."""

    def __init__(self, ids):
        self.customers = pd.DataFrame({"customer_id": ids, "region": np.arange(len(ids)) % 7})

    def ours(self):
        return assign_arms(self.customers, **PLAN)

    def by_hand(self):
        def arm(customer):
            return "none" if int(sha256(f"spring{customer}".encode()).hexdigest(), 16) % 100 < 10 else "email"

        return self.customers.assign(arm=self.customers["customer_id"].map(arm))

    def in_strata(self):
        return assign_arms(self.customers, **PLAN, strata="region", holdout_share=0.05)


def main(n_customers=N_CUSTOMERS):
    print("| ids | ours, s | by hand, s | ours / by hand | with strata and holdout, s |")
    print("|---|---|---|---|---|")
    for name, ids in (("whole numbers", np.arange(n_customers)), ("text", np.arange(n_customers).astype(str))):
        subject = Assignments(ids)
        times = seconds(subject, ("ours", "by_hand"), RUNS)
        ours, hand = times.values()
        strata = seconds(subject, ("in_strata",), RUNS)["in_strata"]
        print(f"| {name} | {ours:.2f} | {hand:.2f} | {ours / hand:.2f} | {strata:.2f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
