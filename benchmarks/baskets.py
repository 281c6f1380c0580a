"""Frequent itemsets and rules of Online Retail, beside mlxtend and efficient-apriori.

Run as ``python -m benchmarks.baskets online_retail.parquet [support …]`` with the Online Retail data (UCI 352). Each
runs alone in a fresh process, one after the other and once: the peers take long. Timed is all from order lines to
rules; ours works out all measures and an exact test of each rule, adjusted for all pairs that were looked at, and the
peers what they have. The memory is the peak above what is in use once the lines are loaded. "sets" and "rules", those
with a lift of at least 1, must agree.
"""

import json
import sys
import time
from importlib.util import find_spec

import pandas as pd

from benchmarks.harness import alone, peak
from crmkit.value.products import association_rules_table, frequent_itemsets_table

SUPPORTS = (0.01, 0.005)
MOST_ITEMS = 10
PEERS = {"by_mlxtend": "mlxtend", "by_efficient_apriori": "efficient_apriori"}


class Baskets:
    """Sold lines of Online Retail; each method finds the rules and keeps what it found."""

    def __init__(self, path, support):
        lines = pd.read_parquet(path, columns=["InvoiceNo", "StockCode", "Quantity", "UnitPrice"])
        self.lines = lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)][["InvoiceNo", "StockCode"]]
        self.support = support

    def ours(self):
        asked = {"item": "StockCode", "basket": "InvoiceNo", "min_support": self.support, "max_items": MOST_ITEMS}
        rules = association_rules_table(self.lines, **asked)
        self.rules = int((rules["lift"] >= 1).sum())

    def by_mlxtend(self):
        from mlxtend.frequent_patterns import association_rules, fpgrowth
        from mlxtend.preprocessing import TransactionEncoder

        baskets = self.lines.groupby("InvoiceNo")["StockCode"].unique().tolist()
        encoder = TransactionEncoder()
        table = pd.DataFrame.sparse.from_spmatrix(encoder.fit_transform(baskets, sparse=True), columns=encoder.columns_)
        self.sets = fpgrowth(table, min_support=self.support, use_colnames=True)
        rules = association_rules(self.sets, num_itemsets=len(baskets), metric="lift", min_threshold=1.0)
        self.sets, self.rules = len(self.sets), len(rules)

    def by_efficient_apriori(self):
        from efficient_apriori import apriori

        baskets = self.lines.groupby("InvoiceNo")["StockCode"].unique().map(tuple).tolist()
        sets, rules = apriori(baskets, min_support=self.support, min_confidence=1e-9, max_length=MOST_ITEMS)
        self.sets = sum(map(len, sets.values()))
        self.rules = sum(rule.lift >= 1 for rule in rules)

    def count(self):
        """The number of our sets, which the rules come from."""
        asked = {"item": "StockCode", "basket": "InvoiceNo", "min_support": self.support, "max_items": MOST_ITEMS}
        return len(frequent_itemsets_table(self.lines, **asked))


def child(path, support, task):
    """Do one task and print its figures."""
    baskets = Baskets(path, float(support))
    start = time.perf_counter()
    memory = peak(baskets, task)
    taken = time.perf_counter() - start
    sets = baskets.count() if task == "ours" else baskets.sets
    print(json.dumps([taken, memory, sets, baskets.rules]))


def main(path=None, *supports):
    """Run everything and print the table."""
    if path is None:
        print("\nItemsets and rules skipped: no path of the Online Retail data was given.")
        return
    print("\n## Itemsets and rules of Online Retail")
    print("| support | by | sets | rules | s | MB | time / ours | memory / ours |\n|---|---|---|---|---|---|---|---|")
    for support in supports or SUPPORTS:
        ours = None
        for task in ("ours", *PEERS):
            if task in PEERS and find_spec(PEERS[task]) is None:
                print(f"{PEERS[task]} skipped: it is not installed.")
                continue
            taken, memory, sets, rules = alone("benchmarks.baskets", path, str(support), task)
            ours = ours or (taken, memory)
            figures = f"{sets:,} | {rules:,} | {taken:.1f} | {memory:,.0f}"
            ratios = f"{taken / ours[0]:.1f} | {memory / ours[1]:.2f}"
            print(f"| {float(support):.1%} | {PEERS.get(task, 'ours')} | {figures} | {ratios} |", flush=True)


if __name__ == "__main__":
    if sys.argv[3:] and sys.argv[3] in ("ours", *PEERS):
        child(*sys.argv[1:])
    else:
        main(*sys.argv[1:])
