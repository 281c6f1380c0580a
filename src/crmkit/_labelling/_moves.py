"""Moves between labels, counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats import wilson_interval

__all__ = ["move_counts", "moves_between", "moves_table"]

Positions = npt.NDArray[np.intp]


def move_counts(before: Positions, after: Positions, *, n_labels: int, weights: Floats | None = None) -> Floats:
    """Count the rows, or add up their weights, by label before and label after.

    Labels are positions from 0; -1 is no label, and counted in the last row or column.
    """
    counts = np.zeros((n_labels + 1, n_labels + 1))
    np.add.at(counts, (before, after), 1.0 if weights is None else weights)
    return counts


def moves_between(
    labels: pd.DataFrame, before: Positions, after: Positions, *, level: float | None = None
) -> pd.DataFrame:
    """Make the table of moves: a row per pair of labels, given the position of each customer's; -1 is no label.

    Customers without a label on a side follow in rows of their own, which are there if anybody is. With a level the
    shares have intervals.
    """
    return moves_table(labels, move_counts(before, after, n_labels=len(labels)), level=level)


def moves_table(labels: pd.DataFrame, moved: Floats, *, level: float | None = None) -> pd.DataFrame:
    """Make the table of moves from counts, as `move_counts` gives them."""
    n, counts = len(labels), moved.astype(np.int64)
    # Those without a label on either side have moved nowhere.
    counts[n, n] = 0
    shown = counts > 0
    shown[:n, :n] = True
    rows, columns = np.nonzero(shown)
    base = np.where(rows < n, counts.sum(axis=1)[rows], 0)
    shares = {"n_customers": counts[rows, columns], "share": _shares(counts[rows, columns], base)}
    if level is not None:
        shares["lower"], shares["upper"] = wilson_interval(counts[rows, columns], base, level=level)
    codes, names_en, names_zh = (
        {"before": values[rows], "after": values[columns]}
        for name in ("segment", "name_en", "name_zh")
        for values in [np.array([*labels[name], None], dtype=object)]
    )
    return pd.DataFrame(
        {
            **{f"segment_{side}": values for side, values in codes.items()},
            **shares,
            **{f"name_en_{side}": values for side, values in names_en.items()},
            **{f"name_zh_{side}": values for side, values in names_zh.items()},
        }
    )


def _shares(moved: npt.NDArray[np.int64], base: npt.NDArray[np.int64]) -> Floats:
    """Shares of those with the label before; missing where there were none, or no label."""
    return np.where(base > 0, moved / np.maximum(base, 1), np.nan)
