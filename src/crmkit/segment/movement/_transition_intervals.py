"""How sure the probabilities of a Markov chain are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_number
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import beta_interval, smoothed_shares
from crmkit.segment.movement._transitions import counted_moves

__all__ = ["transition_interval_table"]

_NO_PRIOR: Final = Message(
    en="{@smoothing} must be above 0, got {value!r}: a move that nobody made has no interval without it.",
    zh="{@smoothing} 须大于 0，得到 {value!r}：没有它，从未发生的移动就没有区间。",
)


def transition_interval_table(
    moves: FrameT,
    *,
    before: str = "segment_before",
    after: str = "segment_after",
    states: Sequence[Hashable] | None = None,
    smoothing: float = 0.5,
    level: float = 0.95,
) -> FrameT:
    r"""Give each probability of `transition_table` with its interval, a row per pair of states.

    The moves out of a state are multinomial, with a Dirichlet prior that counts every move ``smoothing`` times. A
    probability then has a beta distribution, with the sum :math:`n_i` of the row and :math:`k` states:

    .. math:: p_{ij} \sim \text{Beta}\bigl(n_{ij} + s,\; n_i - n_{ij} + (k - 1) s\bigr)

    Parameters
    ----------
    moves : pandas, Polars or PyArrow table
        As in `transition_table`.
    before, after : str
        Columns with the states.
    states : sequence, optional
        All states in order, the best first, as in `transition_table`.
    smoothing : float, default 0.5
        Added to every count, s in the formulas; above 0. 0.5 is Jeffreys' prior, 1 Laplace's rule.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.

    Returns
    -------
    the kind of table given
        A row per pair of states, in their order: ``segment_before``, ``segment_after``; ``n_customers``, those who made
        the move; ``probability``, as `transition_table` gives it with the same ``smoothing``; ``lower`` and ``upper``.
        For a state that nobody was in, the prior decides.

    Raises
    ------
    SchemaError
        If a column or a state after is missing, or ``n_customers`` does not hold counts.
    TypeError
        If ``moves`` is not a frame, or a number is not one.
    ValueError
        If ``states`` lacks a state that occurs or names one twice, ``smoothing`` is not above 0, or ``level`` is not
        between 0 and 1.

    References
    ----------
    .. [1] Good (1965), *The Estimation of Probabilities*, for the Dirichlet prior.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame({
    ...     "segment_before": ["core", "core", "ordinary", "ordinary"],
    ...     "segment_after": ["core", "ordinary", "core", "ordinary"],
    ...     "n_customers": [30, 10, 0, 60],
    ... })
    >>> transition_interval_table(moves).round(3)
      segment_before segment_after  n_customers  probability  lower  upper
    0           core          core           30        0.744  0.602  0.864
    1           core      ordinary           10        0.256  0.136  0.398
    2       ordinary          core            0        0.008  0.000  0.041
    3       ordinary      ordinary           60        0.992  0.959  1.000
    """
    check_number(smoothing, name="smoothing")
    if smoothing <= 0:
        raise ValueError(_NO_PRIOR(value=smoothing))
    check_fraction(level, name="level")
    counts, order = counted_moves(moves, before=before, after=after, states=states)
    n = len(order)
    raised = counts + smoothing
    # A single state is never left.
    others = np.maximum(raised.sum(axis=1, keepdims=True) - raised, np.finfo(float).tiny)
    lower, upper = beta_interval(raised, others, level=level)
    names = np.array([*order.tolist(), None], dtype=object)[:-1]
    row, column = (axis.ravel() for axis in np.indices((n, n)))
    table = pd.DataFrame(
        {
            "segment_before": names[row],
            "segment_after": names[column],
            "n_customers": counts.ravel(),
            "probability": smoothed_shares(counts, smoothing=smoothing).ravel(),
            "lower": lower.ravel(),
            "upper": upper.ravel(),
        }
    )
    if np.array_equal(counts, np.round(counts)):
        table["n_customers"] = table["n_customers"].astype("int64")
    return from_pandas(table, like=moves)
