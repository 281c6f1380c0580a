"""Ten recommendations for each of 100,000 customers from a million order lines of 10,000 items.

Run as ``python -m benchmarks.recommendations [n_lines]``. Popularity falls with the rank of an item as in many shops.
Beside ours stand cosine by hand, with scikit-learn and dense blocks of customers by items, and the library implicit
where it is installed, both from a sparse matrix that is ready. Each runs alone in a fresh process with one thread;
times are seconds of CPU, the memory is the peak above what is in use once the lines are loaded.
"""

import json
import os
import time
from importlib.util import find_spec

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.preprocessing import normalize

from benchmarks.harness import alone, peak, started
from crmkit.value.products import ItemRecommender

MODULE = "benchmarks.recommendations"
N_CUSTOMERS = 100_000
N_ITEMS = 10_000
N = 10
NEIGHBOURS = 50
ROWS = 1_000


class Shop:
    """Lines drawn at random, and the matrix that the peers begin with."""

    def __init__(self, n_lines):
        rng = np.random.default_rng(0)
        weight = 1 / (np.arange(N_ITEMS) + 20)
        item = rng.choice(N_ITEMS, n_lines, p=weight / weight.sum())
        customer = rng.integers(0, N_CUSTOMERS, n_lines)
        self.lines = pd.DataFrame(
            {
                "customer_id": customer,
                "order_id": np.arange(n_lines) // 3,
                "date": pd.Timestamp("2024-01-01"),
                "quantity": 1.0,
                "amount": 1.0,
                "product": item,
            }
        )
        matrix = sparse.csr_matrix((np.ones(n_lines), (customer, item)), shape=(N_CUSTOMERS, N_ITEMS))
        matrix.data[:] = 1
        self.matrix = matrix.astype(np.float32)

    def cosine(self):
        self._ours("cosine")

    def bm25(self):
        self._ours("bm25")

    def _ours(self, method):
        model = ItemRecommender(item="product", method=method, n_neighbours=NEIGHBOURS).fit(self.lines)
        model.recommend(pd.DataFrame({"customer_id": np.arange(N_CUSTOMERS)}), n=N)

    def by_hand(self):
        alike = normalize(self.matrix.T).tocsr()
        alike = (alike @ alike.T).tocsr()
        best = []
        for first in range(0, N_CUSTOMERS, ROWS):
            own = self.matrix[first : first + ROWS]
            scores = (own @ alike).toarray()
            scores[own.nonzero()] = -1
            best.append(np.argsort(-scores, axis=1)[:, :N])
        np.concatenate(best)

    def implicit_cosine(self):
        self._implicit("CosineRecommender")

    def implicit_bm25(self):
        self._implicit("BM25Recommender")

    def _implicit(self, name):
        from implicit import nearest_neighbours

        model = getattr(nearest_neighbours, name)(K=NEIGHBOURS, num_threads=1)
        model.fit(self.matrix, show_progress=False)
        model.recommend(np.arange(N_CUSTOMERS), self.matrix, N=N)


def child(n_lines, task):
    subject = Shop(int(n_lines))
    start = time.process_time()
    megabytes = peak(subject, task)
    print(json.dumps({"seconds": time.process_time() - start, "megabytes": megabytes}))


def main(n_lines=1_000_000):
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    print("| by | s | MB |\n|---|---|---|")
    peers = ("implicit_cosine", "implicit_bm25") if find_spec("implicit") else ()
    for task in ("cosine", "bm25", "by_hand", *peers):
        found = alone(MODULE, str(n_lines), task)
        print(f"| {task} | {found['seconds']:.1f} | {found['megabytes']:,.0f} |", flush=True)


if __name__ == "__main__":
    started(child, main)
