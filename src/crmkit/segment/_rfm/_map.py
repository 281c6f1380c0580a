"""The RFM map: customers and spend by recency and frequency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._checks import no_money
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import measured
from crmkit.segment._rfm._score_edges import dimensions_of, scores_on
from crmkit.segment._rfm._score_values import columns_read, oriented
from crmkit.segment._rfm._scorer import RFMScorer, check_scorer

__all__ = ["rfm_map_table"]


def rfm_map_table(customers: FrameT, *, scorer: RFMScorer) -> FrameT:
    """Count customers, orders and spend for each pair of recency and frequency scores.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` makes it. Customers without an order have no place on the map.
    scorer : RFMScorer
        Fitted. With nested scores, a frequency score stands for a different number of orders at each recency score.

    Returns
    -------
    the kind of table given
        One row per pair of scores, the lowest first, empty pairs too: ``r_score``, ``f_score``, ``n_customers``,
        ``n_orders``, ``spend``, and ``mean_spend`` per customer, missing where there are no customers. For orders
        without a price both are missing.

    Raises
    ------
    NotFittedError
        If the scorer is not fitted.
    SchemaError
        If a column is missing, does not hold numbers, or lacks a value of somebody who ordered.
    TypeError
        If ``customers`` is not a table in memory or ``scorer`` is not an `RFMScorer`.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> scorer = RFMScorer(n_bins=2).fit(customers)
    >>> rfm_map_table(customers, scorer=scorer)
       r_score  f_score  n_customers  n_orders      spend  mean_spend
    0        1        1         1060      1060   32695.15   30.844481
    1        1        2          123       293   10126.79   82.331626
    2        2        1          145       145    3978.23   27.436069
    3        2        2         1029      5421  197291.77  191.731555
    """
    check_scorer(scorer)
    check_fitted(scorer)
    may_lack = () if "m" in dimensions_of(scorer.edges_) else ("spend",)
    columns = measured(customers, columns_read(scorer.options_), name="customers", may_lack=may_lack)
    scores = scores_on(oriented(columns, scorer.options_), scorer.edges_)
    n_bins = scorer.bin_sizes_.groupby("dimension")["score"].max()
    n_r, n_f = int(n_bins["r"]), int(n_bins["f"])
    ordered = columns["n_orders"] > 0
    pair = ((scores["r"][ordered] - 1) * n_f + scores["f"][ordered] - 1).astype(np.intp)
    n_customers, n_orders, spend = (
        np.bincount(pair, weights=weights, minlength=n_r * n_f)
        for weights in (None, columns["n_orders"][ordered], columns["spend"][ordered])
    )
    if no_money(columns["spend"]):
        spend = np.full_like(spend, np.nan)
    table = pd.DataFrame(
        {
            "r_score": np.repeat(np.arange(1, n_r + 1), n_f),
            "f_score": np.tile(np.arange(1, n_f + 1), n_r),
            "n_customers": n_customers.astype("int64"),
            "n_orders": np.round(n_orders).astype("int64"),
            "spend": spend,
            "mean_spend": np.where(n_customers > 0, spend / np.maximum(n_customers, 1), np.nan),
        }
    )
    return from_pandas(table, like=customers)
