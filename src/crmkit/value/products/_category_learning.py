"""Which category customers buy next: what is known of them on a day, and a calibrated learner per category."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import to_pandas
from crmkit._learning import calibrated, fit_calibrator, make_learner, margins
from crmkit._messages import Column, Message
from crmkit._stats import one_blas_thread
from crmkit.errors import SchemaError
from crmkit.value.products._kept import kept_of, open_lines

__all__ = ["FEW", "Known", "Learned", "bought_between", "known_on", "labels_up_to", "learned_categories"]

FEW: Final = 10
"""With fewer buyers, or fewer others, nothing is learned, and all have the same probability."""

_N_FOLDS: Final = 5
_MOST_LABELS: Final = 100

_TOO_MANY: Final = Message(
    en="{where} has {n:,} labels, and each takes a model of its own. Give a coarser column, such as the category of "
    "products, of at most {most}; for products there is {@ItemRecommender()}.",
    zh="{where}有 {n:,} 个标签，每个标签需要单独建模。请改用更粗的列（至多 {most} 个），如商品类别；"
    "商品层面请用 {@ItemRecommender()}。",
)
_NOBODY: Final = Message(
    en="Nobody in {@order_lines} had bought by {day:%Y-%m-%d}, so there is nothing to learn from. Give an earlier "
    "log, a later {@as_of} or a smaller {@horizon_days}.",
    zh="{@order_lines} 中截至 {day:%Y-%m-%d} 无人购买，无从学习。请给出更早的明细、更晚的 {@as_of} "
    "或更小的 {@horizon_days}。",
)


class Known(NamedTuple):
    """What is known of customers on a day: features, who has which label, and how often each has ordered."""

    customers: pd.Series[Any]
    features: pd.DataFrame
    owned: npt.NDArray[np.bool_]
    n_orders: npt.NDArray[np.int64]


class Learned(NamedTuple):
    """Of one label: its rate among those who lacked it, how many they were and bought, and the model if any."""

    rate: float
    n: int
    n_buyers: int
    learner: Any
    calibrator: Any

    def probabilities(self, features: pd.DataFrame) -> Floats:
        """The probability of each customer."""
        if self.learner is None or not len(features):
            return np.full(len(features), self.rate)
        return calibrated(margins(self.learner, features), self.calibrator)


def labels_up_to(order_lines: Any, *, label: str, day: datetime) -> Any:
    """The labels that customers kept anything of by a day, in order."""
    kept = kept_of(open_lines(order_lines, label=label, until=day), label=label)
    there = np.bincount(kept.label, weights=kept.n_orders, minlength=len(kept.labels)) > 0
    if there.sum() > _MOST_LABELS:
        raise SchemaError(_TOO_MANY(where=Column("order_lines", label), n=int(there.sum()), most=_MOST_LABELS))
    return pd.Index(kept.labels[there])


def known_on(order_lines: Any, *, label: str, labels: Any, day: datetime) -> Known:
    """What the lines up to a day say of those who had bought by then."""
    rows = open_lines(order_lines, label=label, until=day)
    kept = kept_of(rows, label=label)
    there = kept.n_orders > 0
    customers, row = np.unique(kept.customer[there], return_inverse=True)
    if not len(customers):
        raise SchemaError(_NOBODY(day=day))
    column = labels.get_indexer(pd.Index(kept.labels))[kept.label[there]]
    orders, amount = np.zeros((len(customers), len(labels))), np.zeros(len(customers))
    orders[row, column] = kept.n_orders[there]
    np.add.at(amount, row, np.nan_to_num(kept.amount[there]))
    names = kept.customers.iloc[customers].reset_index(drop=True)
    n_orders = kept.n_customer_orders[customers]
    features = {
        "log_orders": np.log1p(n_orders),
        "log_amount": np.log1p(np.maximum(amount, 0.0)),
        "n_labels": (orders > 0).sum(axis=1).astype(float),
        **_days(rows, names, day),
        **{f"owned_{place}": (orders[:, place] > 0).astype(float) for place in range(len(labels))},
        **{f"orders_{place}": np.log1p(orders[:, place]) for place in range(len(labels))},
    }
    return Known(names, pd.DataFrame(features), orders > 0, n_orders)


def bought_between(
    order_lines: Any, known: Known, *, label: str, labels: Any, after: datetime, until: datetime
) -> npt.NDArray[np.bool_]:
    """Which labels each of the known customers kept anything of, of what they bought after a day and up to another."""
    kept = kept_of(open_lines(order_lines, label=label, after=after, until=until), label=label)
    row = pd.Index(known.customers).get_indexer(pd.Index(kept.customers))[kept.customer]
    column = labels.get_indexer(pd.Index(kept.labels))[kept.label]
    there = (kept.n_orders > 0) & (row >= 0) & (column >= 0)
    bought = np.zeros(known.owned.shape, dtype=bool)
    bought[row[there], column[there]] = True
    return bought


def learned_categories(
    known: Known, bought: npt.NDArray[np.bool_], *, learner: Any, rng: np.random.Generator
) -> list[Learned]:
    """Learn for each label who of those that lack it buys it."""
    seed = int(rng.integers(2**31 - 1))
    fold = rng.permutation(len(known.features)) % _N_FOLDS
    # An unknown learner is refused, whether or not there is enough to learn from.
    make_learner(learner, known.features, labels=(), seed=seed)
    return [
        _learned(known, known.owned[:, place], bought[:, place], fold, learner=learner, seed=seed)
        for place in range(known.owned.shape[1])
    ]


def _learned(known: Known, owned: Any, bought: Any, fold: npt.NDArray[np.intp], *, learner: Any, seed: int) -> Learned:
    lacking = np.flatnonzero(~owned)
    features, happened, fold = known.features.iloc[lacking], bought[lacking].astype(np.int64), fold[lacking]
    n, n_buyers = len(lacking), int(happened.sum())
    if min(n_buyers, n - n_buyers) < FEW:
        # Jeffreys' prior: a category that nobody bought yet has a chance.
        return Learned((n_buyers + 0.5) / (n + 1), n, n_buyers, None, None)
    said = np.full(n, np.nan)

    def fitted(rows: npt.NDArray[np.bool_]) -> Any:
        made = make_learner(learner, features, labels=(), seed=seed)
        with one_blas_thread():
            return made.fit(features[rows], happened[rows])

    for each in np.unique(fold):
        train = fold != each
        if 0 < happened[train].sum() < train.sum():
            said[~train] = margins(fitted(train), features[~train])
    tested = ~np.isnan(said)
    calibrator = fit_calibrator(said[tested], happened[tested].astype(np.float64), method="sigmoid")
    return Learned(n_buyers / n, n, n_buyers, fitted(np.ones(n, dtype=bool)), calibrator)


def _days(rows: Any, customers: pd.Series[Any], day: datetime) -> dict[str, Floats]:
    """The logarithms of days since the first and since the last line of each customer."""
    ends = rows.group_by("customer_id").agg(nw.col("date").min().alias("first"), nw.col("date").max().alias("last"))
    table = to_pandas(ends)
    at = pd.Index(table["customer_id"]).get_indexer(pd.Index(customers))
    found = {}
    for name in ("first", "last"):
        days = (pd.Timestamp(day) - pd.to_datetime(table[name])).dt.days.to_numpy()[at]
        found[f"log_days_since_{name}"] = np.log1p(days.astype(np.float64))
    return found
