"""Scores and segments of a million customers, beside what analysts write by hand in pandas and in Polars.

Run as ``python -m benchmarks.segments [n_customers]``. Times: ours, fit included, and the peer in turn in one process,
median of the runs. Memory: each alone in a fresh process, the peak above what the loaded customers take. "same" is the
share of the customers for whom both say the same: by hand, ties are split by the order of the rows.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import crmkit
from benchmarks.harness import alone, headings, peak, row, seconds, started
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, ValueSegmenter

MODULE = "benchmarks.segments"
N_CUSTOMERS = 1_000_000
PURCHASES_PER_YEAR = 4.0
RUNS = 9
AS_OF = "2025-12-31"
# The lowest and highest r_score and f_score of the named eleven.
NAMED = {
    "champions": (5, 5, 4, 5),
    "loyal": (3, 4, 4, 5),
    "potential_loyalists": (4, 5, 2, 3),
    "new": (5, 5, 1, 1),
    "promising": (4, 4, 1, 1),
    "need_attention": (3, 3, 3, 3),
    "about_to_sleep": (3, 3, 1, 2),
    "cannot_lose": (1, 2, 5, 5),
    "at_risk": (1, 2, 3, 4),
    "hibernating": (2, 2, 1, 2),
    "lost": (1, 1, 1, 2),
}
TIERS = {"core": 0.5, "important": 0.8, "ordinary": np.inf}
ABC = {"a": 0.8, "b": 0.95, "c": np.inf}


class Pandas:
    """pandas with NumPy columns."""

    def __init__(self, path):
        self.customers = self.load(path)

    def load(self, path):
        return pd.read_parquet(path)

    def scores(self):
        return RFMScorer().fit(self.customers).transform(self.customers)

    def segments(self):
        return RFMSegmenter(rules="named_11").fit(self.customers).assign(self.customers)

    def tiers(self):
        return TierSegmenter().fit(self.customers).assign(self.customers)

    def classes(self):
        return ValueSegmenter(scheme="abc").fit(self.customers).assign(self.customers)

    def scores_by_hand(self):
        ranks = {name: self.customers[name].rank(method="first") for name in ("days_since_last", "n_orders", "spend")}
        return pd.DataFrame(
            {
                "r_score": pd.qcut(ranks["days_since_last"], 5, labels=[5, 4, 3, 2, 1]).astype("int64"),
                "f_score": pd.qcut(ranks["n_orders"], 5, labels=[1, 2, 3, 4, 5]).astype("int64"),
                "m_score": pd.qcut(ranks["spend"], 5, labels=[1, 2, 3, 4, 5]).astype("int64"),
            }
        )

    def segments_by_hand(self):
        scores = self.scores_by_hand()
        r, f = scores["r_score"], scores["f_score"]
        inside = [
            r.between(r_low, r_high) & f.between(f_low, f_high) for r_low, r_high, f_low, f_high in NAMED.values()
        ]
        return scores.assign(segment=np.select(inside, list(NAMED), default=""))

    def tiers_by_hand(self):
        return self.cumulated(TIERS)

    def classes_by_hand(self):
        return self.cumulated(ABC)

    def cumulated(self, shares):
        spend = self.customers["spend"].sort_values(ascending=False)
        held = spend.cumsum() / spend.sum()
        labels = pd.cut(held, [-np.inf, *shares.values()], labels=list(shares))
        return labels.sort_index().to_frame("segment")


class Polars(Pandas):
    """Polars, eager in and out."""

    def load(self, path):
        import polars as pl

        return pl.read_parquet(path)

    def scores_by_hand(self):
        import polars as pl

        fifth = {name: (pl.col(name).rank("ordinal") - 1) * 5 // pl.len() for name in self.customers.columns}
        return self.customers.select(
            r_score=5 - fifth["days_since_last"], f_score=fifth["n_orders"] + 1, m_score=fifth["spend"] + 1
        )

    def segments_by_hand(self):
        import polars as pl

        r, f = pl.col("r_score"), pl.col("f_score")
        segment = pl
        for name, (r_low, r_high, f_low, f_high) in NAMED.items():
            segment = segment.when(r.is_between(r_low, r_high) & f.is_between(f_low, f_high)).then(pl.lit(name))
        return self.scores_by_hand().with_columns(segment=segment)

    def cumulated(self, shares):
        import polars as pl

        held = pl.col("spend").cum_sum() / pl.col("spend").sum()
        segment = pl
        for name, share in shares.items():
            segment = segment.when(held <= share).then(pl.lit(name))
        ranked = self.customers.lazy().select("spend").with_row_index().sort("spend", descending=True)
        return ranked.select("index", segment=segment).sort("index").select("segment").collect()


FRAMES = {frame.__name__: frame for frame in (Pandas, Polars)}
PAIRS = {
    "RFMScorer": ("scores", "scores_by_hand"),
    "RFMSegmenter": ("segments", "segments_by_hand"),
    "TierSegmenter": ("tiers", "tiers_by_hand"),
    'ValueSegmenter(scheme="abc")': ("classes", "classes_by_hand"),
}


def same(frame, pair):
    """The share of the customers for whom both of a pair say the same."""
    ours, hand = (getattr(frame, name)() for name in pair)
    columns = [name for name in ours.columns if name in hand.columns]
    pairs = [(np.asarray(ours[name]).astype(str), np.asarray(hand[name]).astype(str)) for name in columns]
    return float(np.logical_and.reduce([one == other for one, other in pairs]).mean())


def child(path, frame, asked, task):
    """Do one task in this process and print its figures."""
    made = FRAMES[frame](path)
    if task == "time":
        figures = {"same": same(made, PAIRS[asked]), "times": seconds(made, PAIRS[asked], RUNS)}
    else:
        figures = peak(made, task)
    print(json.dumps(figures))


def main(n_customers=N_CUSTOMERS):
    """Make the customers, run everything, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "customers.parquet")
        orders = crmkit.make_transactions(
            n_customers=n_customers, purchases_per_year=PURCHASES_PER_YEAR, refund_rate=0, random_state=1
        ).orders[["customer_id", "date", "amount"]]
        crmkit.customer_summary(crmkit.as_transactions(orders), as_of=AS_OF).to_parquet(path)
        del orders
        print(f"\n## scores and segments of {n_customers:,} customers, median of {RUNS}")
        print(headings("frame", "what", "same"))
        for asked, pair in PAIRS.items():
            for frame in FRAMES:
                found = alone(MODULE, path, frame, asked, "time")
                memory = {task: alone(MODULE, path, frame, asked, task) for task in pair}
                print(
                    row(frame, asked, f"{100 * found['same']:.1f} %", times=found["times"], memory=memory), flush=True
                )


if __name__ == "__main__":
    started(child, main)
