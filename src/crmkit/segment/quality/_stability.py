"""Whether a segmenter finds the same segments again among other customers of the same kind."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import Labeller
from crmkit._random import as_generator
from crmkit.segment._described import opened
from crmkit.segment._long_form import in_kinds
from crmkit.segment.quality._figures import judged
from crmkit.segment.quality._resampling import refitted, spread

__all__ = ["segment_stability_table"]

# Hennig: what is no longer the same cluster, and what is found again.
_DISSOLVED: Final = 0.5
_RECOVERED: Final = 0.75


def segment_stability_table(
    customers: FrameT,
    *,
    segmenter: Labeller,
    n_resamples: int = 50,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""Fit a segmenter again on resamples of the customers, and see which segments are found again.

    .. math:: J_s = \max_t \frac{|s \cap t|}{|s \cup t|}

    Each time the same number of customers is drawn with replacement, a segmenter with the same options is fitted on
    them, and all customers are placed. A segment's Jaccard similarity is that with the most similar new segment
    :math:`t`, whatever its name.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        The customers that the segmenter was fitted on.
    segmenter : segmenter
        Fitted. Its options are cloned; it stays as it is.
    n_resamples : int, default 50
        How many times to draw and fit, at least 2.
    level : float, default 0.95
        Share of the resamples between ``lower`` and ``upper``.
    random_state : int, numpy.random.Generator or None, default 0
        Decides who is drawn.

    Returns
    -------
    the kind of table given
        One row per segment and one for all.

        ``segment``, ``scope``
            The segment, "group"; or missing, "all".
        ``figure``
            "jaccard" of a segment, "adjusted_rand" of all: 1 where the refit agrees with the segmenter, 0 where it does
            no better than chance.
        ``n_customers``
            In the segment, and with a segment.
        ``value``, ``lower``, ``upper``
            The mean over resamples, and the ends between which ``level`` of them lie; missing for an empty segment.
        ``dissolved_share``, ``recovered_share``
            Share of the resamples in which the similarity was at most 0.5, and at least 0.75; missing for all.
        ``threshold``, ``verdict``
            Of "jaccard" 0.75, and "met" from there on, "missed" below 0.6, "doubtful" between (Hennig). There is no
            published limit of the adjusted Rand index.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If the customers are not those that the segmenter needs, or a resample is not enough for a fit.
    TypeError
        If ``customers`` is not a table in memory, or ``segmenter`` is not a segmenter.
    ValueError
        If ``n_resamples`` is below 2 or ``level`` not between 0 and 1.

    See Also
    --------
    segment_drift_table : Whether segments hold until a later date.

    Notes
    -----
    Segments with cuts that you gave are found again by construction. A stable segmentation need not be a good one.

    References
    ----------
    .. [1] Hennig (2007), "Cluster-Wise Assessment of Cluster Stability", *Computational Statistics & Data Analysis* 52.
    .. [2] Hubert and Arabie (1985), "Comparing Partitions", *Journal of Classification* 2.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.segment import TierSegmenter
    >>> customers = ck.customer_summary(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30")
    >>> tiers = TierSegmenter().fit(customers)
    >>> found = segment_stability_table(customers, segmenter=tiers, n_resamples=10)
    >>> found[["segment", "figure", "n_customers", "verdict"]].head(3)
         segment   figure  n_customers verdict
    0       core  jaccard          207     met
    1  important  jaccard          412     met
    2   ordinary  jaccard         1738     met
    """
    check_int(n_resamples, name="n_resamples", low=2)
    check_fraction(level, name="level")
    rng = as_generator(random_state)
    opened(customers, [])
    found = refitted(segmenter, customers, n_resamples=n_resamples, rng=rng)
    lines = []
    for at, segment in enumerate(found.segments["segment"]):
        draws = found.jaccard[:, at]
        value, lower, upper = spread(draws, level=level)
        threshold, verdict, _ = judged("jaccard", value, {})
        lines.append(
            {
                "segment": segment,
                "scope": "group",
                "figure": "jaccard",
                "n_customers": found.n_customers[at],
                "value": value,
                "lower": lower,
                "upper": upper,
                "dissolved_share": _share(draws <= _DISSOLVED, draws),
                "recovered_share": _share(draws >= _RECOVERED, draws),
                "threshold": threshold,
                "verdict": verdict,
            }
        )
    value, lower, upper = spread(found.adjusted_rand, level=level)
    whole = {"scope": "all", "figure": "adjusted_rand", "value": value, "lower": lower, "upper": upper}
    table = pd.DataFrame([*lines, {**whole, "n_customers": found.n_customers.sum()}])
    made = in_kinds(table, texts=("scope", "figure", "verdict"), whole=("n_customers",))
    return from_pandas(made, like=customers)


def _share(holds: npt.NDArray[np.bool_], draws: Floats) -> float:
    return np.nan if np.isnan(draws).all() else float(np.mean(holds))
