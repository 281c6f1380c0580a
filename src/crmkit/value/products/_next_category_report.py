"""How well the next category of customers was foreseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import as_day, check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._random import as_generator
from crmkit._stats import interval_of_draws
from crmkit.value.products._category_learning import (
    FEW,
    bought_between,
    known_on,
    labels_up_to,
    learned_categories,
)
from crmkit.value.products._peer_groups import check_names

__all__ = ["next_category_report_table"]

_MADE: Final = (
    *("scope", "n_customers", "n_buyers", "observed_rate", "predicted_rate", "base_rate", "auc", "auc_lower"),
    *("auc_upper", "base_auc", "brier_score", "base_brier_score", "basis", "too_few"),
)


def next_category_report_table(
    order_lines: FrameT,
    *,
    category: str,
    as_of: Any,
    horizon_days: int,
    learner: Any = "logistic",
    n_draws: int = 200,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Foresee the next category on a past day, and put what came beside it.

    The models stand ``horizon_days`` before ``as_of``, and learn as `next_category_table` would have then; so the log
    must reach back further than twice as many days. What customers have bought since is compared with their
    probabilities, and with the base rates, which are the same for all customers: what popularity alone would say.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `next_category_table`.
    category : str
        The column of categories.
    as_of : date, datetime or ISO text
        The last day that is known.
    horizon_days : int
        How many days ahead is looked, at least 1.
    learner : {"logistic", "boosting"} or a classifier of scikit-learn's kind, default "logistic"
        As in `next_category_table`.
    n_draws : int, default 200
        Draws of the bootstrap over customers, at least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, Generator or None, default 0
        Source of the draws, and of the learner's own chance.

    Returns
    -------
    the kind of frame given
        One row per category, sorted, then one of all together:

        - the category in a column of its name, missing in the last row; ``scope``: "category" or "all".
        - ``n_customers`` who lacked it, ``n_buyers`` of them who bought it; in the last row pairs of both.
        - ``observed_rate``, ``predicted_rate`` (mean probability), ``base_rate`` (of the days learned from).
        - ``auc``: the probability that a buyer was given a higher one than somebody who did not buy, with ``auc_lower``
          and ``auc_upper``; ``base_auc`` of the base rates, 0.5 within a category. Missing where all bought or none.
        - ``brier_score``: mean squared error of the probabilities, the less the better; ``base_brier_score`` of the
          base rates.
        - ``basis``: "model", or "base_rate" where there was too little to learn from; missing in the last row.
        - ``too_few``: fewer than 10 bought, or fewer than 10 did not: the figures are not to be relied on.

    Raises
    ------
    SchemaError
        As in `next_category_table`.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an option is out of range, or ``category`` has the name of a column of the result.

    References
    ----------
    .. [1] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> shop = make_order_lines(n_customers=600, category_affinity=0.6, random_state=7).lines
    >>> lines = as_order_lines(shop, order_id="order_id", quantity="quantity", keep=["category"])
    >>> report = next_category_report_table(
    ...     lines, category="category", as_of="2025-12-31", horizon_days=180, n_draws=50
    ... )
    >>> report[["n_customers", "observed_rate", "predicted_rate", "auc", "base_auc"]].tail(1).round(2)
       n_customers  observed_rate  predicted_rate   auc  base_auc
    8         2681           0.05            0.08  0.68      0.53
    """
    name, _ = check_names(category, None, taken=_MADE)
    last = as_day(as_of, name="as_of")
    check_int(horizon_days, name="horizon_days", low=1)
    check_int(n_draws, name="n_draws", low=2)
    check_fraction(level, name="level")
    rng = as_generator(random_state)
    day = last - timedelta(days=horizon_days)
    before = day - timedelta(days=horizon_days)
    labels = labels_up_to(order_lines, label=name, day=day)
    past = known_on(order_lines, label=name, labels=labels, day=before)
    bought = bought_between(order_lines, past, label=name, labels=labels, after=before, until=day)
    learned = learned_categories(past, bought, learner=learner, rng=rng)
    now = known_on(order_lines, label=name, labels=labels, day=day)
    came = bought_between(order_lines, now, label=name, labels=labels, after=day, until=last)
    expected = np.column_stack([each.probabilities(now.features) for each in learned])
    base = np.broadcast_to([each.rate for each in learned], expected.shape)
    weights = rng.standard_exponential((n_draws, len(now.features)))
    rows = []
    for place, each in enumerate(learned):
        cells = np.flatnonzero(~now.owned[:, place]), np.full((~now.owned[:, place]).sum(), place)
        basis = "base_rate" if each.learner is None else "model"
        rows.append({"scope": "category", **_judged(came, expected, base, cells, weights, level), "basis": basis})
    rows.append(
        {"scope": "all", **_judged(came, expected, base, np.nonzero(~now.owned), weights, level), "basis": None}
    )
    names = pd.Series(labels.array.take(np.arange(len(labels)))).reindex(range(len(labels) + 1))
    table = pd.concat([names.rename(name), pd.DataFrame(rows)], axis=1)
    order = [name, *_MADE]
    return from_pandas(table[order], like=order_lines)


def _judged(
    came: npt.NDArray[np.bool_], expected: Floats, base: Floats, cells: Any, weights: Floats, level: float
) -> dict[str, Any]:
    """What came of pairs of customers and categories, beside what was expected."""
    happened, said, usual = came[cells].astype(np.float64), expected[cells], base[cells]
    n, n_buyers = len(happened), int(happened.sum())
    both = 0 < n_buyers < n
    lower = upper = auc = base_auc = np.nan
    if both:
        one = np.ones((1, n))
        auc, base_auc = (float(_aucs(happened, each, one)[0]) for each in (said, usual))
        draws = _aucs(happened, said, weights[:, cells[0]])
        (lower,), (upper,) = interval_of_draws(draws[:, None], level=level)
    return {
        "n_customers": n,
        "n_buyers": n_buyers,
        "observed_rate": happened.mean() if n else np.nan,
        "predicted_rate": said.mean() if n else np.nan,
        "base_rate": usual.mean() if n else np.nan,
        "auc": auc,
        "auc_lower": lower,
        "auc_upper": upper,
        "base_auc": base_auc,
        "brier_score": ((said - happened) ** 2).mean() if n else np.nan,
        "base_brier_score": ((usual - happened) ** 2).mean() if n else np.nan,
        "too_few": min(n_buyers, n - n_buyers) < FEW,
    }


def _aucs(happened: Floats, scores: Floats, weights: Floats) -> Floats:
    """The area under the curve for each set of weights; equal scores count half."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(scores[order]) > 0))
    with_it, without = (
        np.add.reduceat((weights * side)[:, order], starts, axis=1) for side in (happened, 1 - happened)
    )
    below = np.cumsum(without, axis=1) - without / 2
    return np.asarray((with_it * below).sum(axis=1) / (with_it.sum(axis=1) * without.sum(axis=1)))
