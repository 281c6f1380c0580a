"""From moves to the probabilities of a Markov chain."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number, some
from crmkit._frames import FrameT, collected, pandas_series
from crmkit._labelling import BEFORE, labels_in, move_counts, table_by_state
from crmkit._messages import Column, Message
from crmkit._stats import smoothed_shares
from crmkit._tables import MOVES, open_columns
from crmkit.errors import SchemaError

__all__ = ["counted_moves", "transition_table"]

_NEGATIVE_SMOOTHING: Final = Message(
    en="{@smoothing} must not be below 0, got {value!r}.", zh="{@smoothing} 不得小于 0，得到 {value!r}。"
)
_NOWHERE: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Give those who are gone a state of their own, "
    "such as 'lost'.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请为已离开的客户单设一个状态，如 'lost'。",
)
_STATES_TWICE: Final = Message(
    en="{@states} must name each state once, got {states}.", zh="{@states} 中每个状态只能出现一次，得到 {states}。"
)
_STATES_LACKING: Final = Message(
    en="{@states} must name every state that occurs; it lacks {states}.",
    zh="{@states} 须包含出现过的所有状态，缺少 {states}。",
)
_NO_NUMBERS: Final = Message(en="{where} must hold numbers, got {got}.", zh="{where}应为数字，得到 {got}。")
_NO_COUNTS: Final = Message(
    en="{where} must hold counts; some are missing, infinite or negative.",
    zh="{where}应为客户数，不得缺失、为无穷大或为负。",
)


def transition_table(
    moves: FrameT,
    *,
    before: str = "segment_before",
    after: str = "segment_after",
    states: Sequence[Hashable] | None = None,
    smoothing: float = 0.0,
) -> FrameT:
    r"""Estimate the probabilities to move from state to state in a period: the matrix of a Markov chain.

    .. math:: p_{ij} = \frac{n_{ij} + s}{\sum_k (n_{ik} + s)}

    Parameters
    ----------
    moves : pandas, Polars or PyArrow table
        A row per customer with their states at two dates a period apart, or a row per pair of states with
        ``n_customers``, as `movement_table` makes it. Rows without a state before are newcomers, and left out.
    before, after : str
        Columns with the states.
    states : sequence, optional
        All states in order, the best first. By default the order is that of the categories of ``before``, where it has
        them, or else of first appearance.
    smoothing : float, default 0
        Added to every count, s in the formula; 1 is Laplace's rule. A move that nobody made is then rare, not
        impossible. It also lets customers leave states that are never left, so do not use it with such states.

    Returns
    -------
    the kind of table given
        A row per state: ``before``, the state, and a column per state after (named by the state; on kinds other than
        pandas by the state as text). Each row adds up to 1, or is missing for a state that nobody was in.

    Raises
    ------
    SchemaError
        If a column or a state after is missing, or ``n_customers`` does not hold counts.
    TypeError
        If ``moves`` is not a frame, or ``smoothing`` not a number.
    ValueError
        If ``states`` lacks a state that occurs or names one twice, ``smoothing`` is negative, or a state is named
        ``before``.

    References
    ----------
    .. [1] Anderson and Goodman (1957), "Statistical Inference about Markov Chains", *Annals of Mathematical Statistics*
       28(1), 89-110.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame({
    ...     "segment_before": ["core", "core", "core", "core", "ordinary", "ordinary"],
    ...     "segment_after": ["core", "core", "core", "ordinary", "core", "ordinary"],
    ... })
    >>> transition_table(moves)
         before  core  ordinary
    0      core  0.75      0.25
    1  ordinary  0.50      0.50
    """
    check_number(smoothing, name="smoothing")
    if smoothing < 0:
        raise ValueError(_NEGATIVE_SMOOTHING(value=smoothing))
    counts, order = counted_moves(moves, before=before, after=after, states=states)
    return table_by_state(  # type: ignore[no-any-return]
        smoothed_shares(counts, smoothing=smoothing), first=BEFORE, rows=order.tolist(), states=order, like=moves
    )


def counted_moves(
    moves: Any, *, before: str, after: str, states: Sequence[Hashable] | None
) -> tuple[Floats, pd.Index[Any]]:
    """Count the moves between states; a row and a column per state, in their order."""
    frame = open_columns(moves, [before, after], name=MOVES.name, made_by=MOVES.made_by)
    names = list(frame.collect_schema())
    rows = collected(frame.select(before, after, *(name for name in ("n_customers",) if name in names)))
    newcomers = _missing(rows[before])
    gone = _missing(rows[after]) & ~newcomers
    if gone.any():
        at = np.flatnonzero(gone)
        raise SchemaError(_NOWHERE(where=Column("moves", after), n=at.size, rows=some(at.tolist())))
    stayed = np.flatnonzero(~newcomers)
    labels, (start, end) = labels_in(rows[before][stayed], rows[after][stayed])
    order = pd.Index(labels["segment"].tolist())
    counts = move_counts(start, end, n_labels=len(order), weights=_weights(rows)[stayed])[:-1, :-1]
    if states is not None:
        counts, order = _in_order(counts, order, states)
    return counts, order


def _in_order(counts: Floats, found: pd.Index[Any], states: Sequence[Hashable]) -> tuple[Floats, pd.Index[Any]]:
    """Bring the counts into the order of the states that the caller names."""
    if len(set(states)) != len(states):
        raise ValueError(_STATES_TWICE(states=some(states)))
    position = {state: at for at, state in enumerate(found)}
    named = set(states)
    occurring = (counts.sum(axis=0) + counts.sum(axis=1)).tolist()
    lacking = [state for state, at in position.items() if occurring[at] > 0 and state not in named]
    if lacking:
        raise ValueError(_STATES_LACKING(states=some(sorted(map(str, lacking)))))
    # One more row and column of zeros, at -1, for states that nobody was in.
    wide = np.pad(counts, (0, 1))
    places = [position.get(state, -1) for state in states]
    return wide[np.ix_(places, places)], pd.Index(list(states))


def _weights(rows: nw.DataFrame[Any]) -> Floats:
    if "n_customers" not in rows.columns:
        return np.ones(len(rows))
    where = Column("moves", "n_customers")
    if not rows["n_customers"].dtype.is_numeric():
        raise SchemaError(_NO_NUMBERS(where=where, got=rows["n_customers"].dtype))
    weights = pandas_series(rows["n_customers"]).to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise SchemaError(_NO_COUNTS(where=where))
    return weights


def _missing(states: nw.Series[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(pandas_series(states).isna(), dtype=bool)
