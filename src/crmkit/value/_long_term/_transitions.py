"""From who was where, before and after, to the probabilities of a Markov chain."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_columns, check_number, some
from crmkit._frames import collected, in_memory, open_frame, pandas_series
from crmkit._stats import smoothed_shares
from crmkit.errors import SchemaError

__all__ = ["transition_matrix"]


def transition_matrix(
    moves: Any,
    *,
    before: str = "segment_before",
    after: str = "segment_after",
    states: Sequence[Hashable] | None = None,
    smoothing: float = 0.0,
) -> pd.DataFrame:
    r"""Estimate the probabilities to move from state to state in a period.

    .. math:: p_{ij} = \frac{n_{ij} + s}{\sum_k (n_{ik} + s)}

    Parameters
    ----------
    moves : pandas, Polars or PyArrow table
        A row per customer with its states at two dates a period apart, or per pair of states with ``n_customers``, as
        `crmkit.segment.movement_table` gives it. Rows without a state before are those of newcomers, and left out.
    before, after : str
        Columns with the states.
    states : sequence, optional
        All states in order, the best first. Otherwise the order is that of the categories of ``before``, where it has
        them, or of the first appearance.
    smoothing : float, default 0
        Added to every count, s in the formula; 1 is Laplace's rule. What nobody did is then rare, not impossible. It
        also lets customers out of states that are never left: do without where there are such.

    Returns
    -------
    DataFrame
        Index ``before`` and columns ``after``, both with all states: rows add up to 1; ``nan`` for a state in which
        nobody was before.

    Raises
    ------
    SchemaError
        If a column or a state after is missing, or ``n_customers`` holds no counts.
    ValueError
        If ``states`` lacks one that occurs, or names one twice, or ``smoothing`` is negative.

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
    >>> transition_matrix(moves)
    after     core  ordinary
    before
    core      0.75      0.25
    ordinary  0.50      0.50
    """
    check_number(smoothing, name="smoothing")
    if smoothing < 0:
        raise ValueError(f"`smoothing` must not be below 0, got {smoothing!r}.")
    frame = in_memory(open_frame(moves, name="moves"))
    names = list(frame.collect_schema())
    check_columns(names, [before, after], name="moves", made_by="movement_table")
    rows = collected(frame.select(before, after, *(name for name in ("n_customers",) if name in names)))
    was, is_now = rows[before].to_list(), rows[after].to_list()
    newcomers = np.array([_missing(state) for state in was], dtype=bool)
    gone = np.array([_missing(state) for state in is_now], dtype=bool) & ~newcomers
    if gone.any():
        raise SchemaError(
            f"`moves[{after!r}]` is missing in {int(gone.sum())} rows, first at rows "
            f"{some(np.flatnonzero(gone).tolist())}. Give those who are gone a state of its own, such as 'lost'."
        )
    stayed = np.flatnonzero(~newcomers)
    pairs = [(was[row], is_now[row]) for row in stayed]
    order = _in_order(rows[before].dtype, pairs) if states is None else _checked(states, pairs)
    position = {state: at for at, state in enumerate(order)}
    counts = np.zeros((len(order), len(order)))
    weights = _weights(rows)[stayed]
    np.add.at(counts, ([position[pair[0]] for pair in pairs], [position[pair[1]] for pair in pairs]), weights)
    labels = pd.Index(order)
    return pd.DataFrame(
        smoothed_shares(counts, smoothing=smoothing), index=labels.rename("before"), columns=labels.rename("after")
    )


def _in_order(kind: Any, pairs: list[tuple[Hashable, Hashable]]) -> list[Hashable]:
    categories = kind.categories if isinstance(kind, nw.Enum) else ()
    return list(dict.fromkeys([*categories, *(pair[0] for pair in pairs), *(pair[1] for pair in pairs)]))


def _checked(states: Sequence[Hashable], pairs: list[tuple[Hashable, Hashable]]) -> list[Hashable]:
    if len(set(states)) != len(states):
        raise ValueError(f"`states` must name each state once, got {some(states)}.")
    unknown = {state for pair in pairs for state in pair} - set(states)
    if unknown:
        raise ValueError(f"`states` must name every state that occurs, got none of {some(sorted(map(str, unknown)))}.")
    return list(states)


def _weights(rows: nw.DataFrame[Any]) -> npt.NDArray[np.float64]:
    if "n_customers" not in rows.columns:
        return np.ones(len(rows))
    if not rows["n_customers"].dtype.is_numeric():
        raise SchemaError(f"`moves['n_customers']` must hold numbers, got {rows['n_customers'].dtype}.")
    weights = pandas_series(rows["n_customers"]).to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise SchemaError("`moves['n_customers']` must hold counts, got missing, infinite or negative ones.")
    return weights


def _missing(state: object) -> bool:
    return state is None or state is pd.NA or state != state
