"""Roles, states, accounts, criteria, clusters and profiles of a million customers, beside the same by hand.

Run as ``python -m benchmarks.segment_schemes [n_customers]``. By hand is what analysts write in pandas, NumPy and
scikit-learn, for pandas frames: the arithmetic alone, without checks, missing values, reasons or frozen scales. Times:
ours, fit included, and the peer in turn in one process, median of the runs. Memory: each alone in a fresh process, the
peak above what the loaded customers take.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

import crmkit
from benchmarks.harness import compared, headings, peak, seconds, started
from crmkit.segment import AccountSegmenter, RoleSegmenter, criteria, groups, relations

MODULE = "benchmarks.segment_schemes"
N_CUSTOMERS = 1_000_000
PURCHASES_PER_YEAR = 4.0
RUNS = 5
AS_OF = "2025-12-31"
ITEMS = ("contribution", "potential", "acceptance", "influence", "resources")
WEIGHTS = dict(zip(ITEMS, (0.5, 0.2, 0.1, 0.1, 0.1), strict=True))
FEATURES = ("n_orders", "spend", "days_since_last", "tenure_days")


class Schemes:
    """Each scheme, ours and by hand."""

    def __init__(self, path):
        self.customers = pd.read_parquet(path)

    def roles(self):
        return RoleSegmenter().fit(self.customers).assign(self.customers)

    def roles_by_hand(self):
        columns = ["recent_spend", "regularity", "growth"]
        scores = self.customers[columns].rank(pct=True)
        return scores.assign(role=np.array(columns)[scores.fillna(-1).to_numpy().argmax(axis=1)])

    def states(self):
        return relations.RelationSegmenter().fit(self.customers).assign(self.customers)

    def states_by_hand(self):
        table = self.customers
        base = (table["recency"] / table["frequency"]).where(table["frequency"] > 0).median()
        silence = table["days_since_last"] / ((table["recency"] + base) / (table["frequency"] + 1))
        held = [silence > 6, silence > 3, table["n_orders"] == 1, table["n_orders"] < 4]
        return table.assign(state=np.select(held, ["lost", "lapsed", "one_time", "repeat"], default="loyal"))

    def accounts(self):
        matrix = AccountSegmenter(attractiveness="potential", position="contribution")
        return matrix.fit(self.customers).assign(self.customers)

    def accounts_by_hand(self):
        high = [self.customers[name] >= self.customers[name].median() for name in ("potential", "contribution")]
        held = [high[0] & high[1], high[0], high[1]]
        return self.customers.assign(segment=np.select(held, ["key", "develop", "maintain"], default="low_touch"))

    def scorecard(self):
        return criteria.Scorecard(criteria=ITEMS, weights=WEIGHTS).fit(self.customers).transform(self.customers)

    def scorecard_by_hand(self):
        return self.customers[list(ITEMS)] @ np.array(list(WEIGHTS.values()))

    def topsis(self):
        return criteria.TopsisScorer(criteria=ITEMS, weights=WEIGHTS).fit(self.customers).transform(self.customers)

    def topsis_by_hand(self):
        values = self.customers[list(ITEMS)].to_numpy()
        weighted = values / np.sqrt((values**2).sum(axis=0)) * list(WEIGHTS.values())
        best, worst = (np.linalg.norm(weighted - end, axis=1) for end in (weighted.max(axis=0), weighted.min(axis=0)))
        return worst / (best + worst)

    def clusters(self):
        found = groups.ClusterSegmenter(columns=FEATURES, n_clusters=5).fit(self.customers)
        return found.predict(self.customers)

    def clusters_by_hand(self):
        values = StandardScaler().fit_transform(np.log1p(self.customers[list(FEATURES)]))
        return KMeans(5, n_init=10, random_state=0).fit_predict(values)

    def profiles(self):
        return groups.profile_table(self.customers, by="tenth", columns=FEATURES)

    def profiles_by_hand(self):
        grouped = self.customers.groupby("tenth")[list(FEATURES)]
        parts = [part for _, part in grouped]
        tests = {name: stats.kruskal(*(part[name] for part in parts)) for name in FEATURES}
        return grouped.agg(["mean", "median"]) / self.customers[list(FEATURES)].mean(), tests


PAIRS = {
    "RoleSegmenter": ("roles", "roles_by_hand"),
    "RelationSegmenter": ("states", "states_by_hand"),
    "AccountSegmenter": ("accounts", "accounts_by_hand"),
    "Scorecard": ("scorecard", "scorecard_by_hand"),
    "TopsisScorer": ("topsis", "topsis_by_hand"),
    "ClusterSegmenter(n_clusters=5)": ("clusters", "clusters_by_hand"),
    "profile_table": ("profiles", "profiles_by_hand"),
}


def child(path, asked, task):
    """Do one task in this process and print its figures."""
    made = Schemes(path)
    print(json.dumps(seconds(made, PAIRS[asked], RUNS) if task == "time" else peak(made, task)))


def main(n_customers=N_CUSTOMERS):
    """Make the customers, run everything, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "customers.parquet")
        transactions = crmkit.as_transactions(
            crmkit.make_transactions(
                n_customers=n_customers, purchases_per_year=PURCHASES_PER_YEAR, refund_rate=0, random_state=1
            ).orders[["customer_id", "date", "amount"]]
        )
        customers = crmkit.customer_summary(transactions, as_of=AS_OF)
        measures = crmkit.segment.role_measure_table(transactions, as_of=AS_OF)
        customers = customers.merge(measures[["customer_id", "recent_spend", "regularity", "growth"]], on="customer_id")
        points = np.random.default_rng(1).uniform(0, 100, (len(customers), len(ITEMS)))
        customers = customers.assign(
            **dict(zip(ITEMS, points.T, strict=True)), tenth=(customers["customer_id"] % 10).astype(str)
        )
        customers.to_parquet(path)
        del transactions, customers, measures, points
        print(f"\n## segments of {n_customers:,} customers by other schemes, median of {RUNS}")
        print(headings("what"))
        for asked, pair in PAIRS.items():
            print(compared(MODULE, path, asked, pair=pair), flush=True)


if __name__ == "__main__":
    started(child, main)
