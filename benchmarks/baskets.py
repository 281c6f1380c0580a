"""Frequent itemsets and rules of Online Retail, beside mlxtend and efficient-apriori.

Run as ``python -m benchmarks.baskets online_retail.parquet [support …]`` with the Online Retail data (UCI 352). Each
runs alone in a fresh process, one after the other and once: the peers take long. Timed in seconds of CPU is all from
order lines to sets, or to rules; ours works out all measures and an exact test of each rule, adjusted for all pairs
that were looked at, and the peers what they have. The memory is the peak above what is in use once the lines are
loaded. The numbers of sets, and of rules with a lift of at least 1, must agree.
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
    """Sold lines of Online Retail; each method finds the sets, or the rules, and keeps how many there are."""

    def __init__(self, path, support, wanted):
        lines = pd.read_parquet(path, columns=["InvoiceNo", "StockCode", "Quantity", "UnitPrice"])
        self.lines = lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)][["InvoiceNo", "StockCode"]]
        self.support, self.rules = support, wanted == "rules"

    def ours(self):
        asked = {"item": "StockCode", "basket": "InvoiceNo", "min_support": self.support, "max_items": MOST_ITEMS}
        if self.rules:
            self.found = int((association_rules_table(self.lines, **asked)["lift"] >= 1).sum())
        else:
            self.found = len(frequent_itemsets_table(self.lines, **asked))

    def by_mlxtend(self):
        from mlxtend.frequent_patterns import association_rules, fpgrowth
        from mlxtend.preprocessing import TransactionEncoder

        baskets = self.lines.groupby("InvoiceNo")["StockCode"].unique().tolist()
        encoder = TransactionEncoder()
        table = pd.DataFrame.sparse.from_spmatrix(encoder.fit_transform(baskets, sparse=True), columns=encoder.columns_)
        found = fpgrowth(table, min_support=self.support, use_colnames=True)
        if self.rules:
            found = association_rules(found, num_itemsets=len(baskets), metric="lift", min_threshold=1.0)
        self.found = len(found)

    def by_efficient_apriori(self):
        from efficient_apriori import apriori, itemsets_from_transactions

        baskets = self.lines.groupby("InvoiceNo")["StockCode"].unique().map(tuple).tolist()
        asked = {"min_support": self.support, "max_length": MOST_ITEMS}
        if self.rules:
            rules = apriori(baskets, min_confidence=1e-9, **asked)[1]
            self.found = sum(rule.lift >= 1 for rule in rules)
        else:
            self.found = sum(map(len, itemsets_from_transactions(baskets, **asked)[0].values()))


def child(path, support, wanted, task):
    """Do one task and print its figures."""
    baskets = Baskets(path, float(support), wanted)
    start = time.process_time()
    memory = peak(baskets, task)
    print(json.dumps([time.process_time() - start, memory, baskets.found]))


def main(path=None, *supports):
    """Run everything and print the table."""
    if path is None:
        print("\nItemsets and rules skipped: no path of the Online Retail data was given.")
        return
    print("\n## Itemsets and rules of Online Retail")
    print("| support | up to | by | found | s | MB | time / ours | memory / ours |\n|---|---|---|---|---|---|---|---|")
    for support in supports or SUPPORTS:
        for wanted in ("sets", "rules"):
            ours = None
            for task in ("ours", *PEERS):
                if task in PEERS and find_spec(PEERS[task]) is None:
                    print(f"{PEERS[task]} skipped: it is not installed.")
                    continue
                taken, memory, found = alone("benchmarks.baskets", path, str(support), wanted, task)
                ours = ours or (taken, memory)
                figures = f"{found:,} | {taken:.2f} | {memory:,.0f} | {taken / ours[0]:.1f} | {memory / ours[1]:.1f}"
                print(f"| {float(support):.1%} | {wanted} | {PEERS.get(task, 'ours')} | {figures} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 4 and sys.argv[3] in ("sets", "rules"):
        child(*sys.argv[1:])
    else:
        main(*sys.argv[1:])
