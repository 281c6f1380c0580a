"""A cell of the table is a group in a period: which rows it holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._grouping import labels_of

__all__ = ["Cells", "cells_of"]

Places = npt.NDArray[np.intp]


class Cells(NamedTuple):
    """Groups and periods, every group in every period; the whole comes last.

    ``places`` are the rows of each cell, group by group.
    """

    groups: pd.DataFrame
    scopes: list[str]
    numbers: Sequence[int]
    places: list[Places]

    @property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Which cells are of all groups together."""
        return np.arange(len(self.places)) >= len(self.places) - len(self.numbers)


def cells_of(rows: pd.DataFrame, *, by: Sequence[str], number: str, numbers: Sequence[int]) -> Cells:
    """Sort rows into the groups of their labels and the periods of their numbers."""
    period = rows[number].to_numpy(dtype=np.int64) - numbers[0]
    whole = _sorted(period, len(numbers))
    if not by:
        return Cells(pd.DataFrame(index=[0]), ["all"], numbers, whole)
    labels = labels_of(rows, by)
    places = _sorted(labels.codes * len(numbers) + period, len(labels.groups) * len(numbers))
    return Cells(*labels.with_whole(), numbers, [*places, *whole])


def _sorted(keys: Any, n: int) -> list[Places]:
    """The places of each key from 0 to n - 1."""
    order = np.argsort(keys, kind="stable")
    ends = np.searchsorted(keys[order], np.arange(n + 1))
    return [order[start:end] for start, end in pairwise(ends)]
