"""The labels and the period of each cell of a table of KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import Freq, first_day_of

__all__ = ["Labels", "beside_labels", "beside_periods", "labels_of"]


class Labels(NamedTuple):
    """The labels of groups, in order, missing ones last, and the group of each row."""

    groups: pd.DataFrame
    codes: npt.NDArray[np.int64]

    @property
    def scopes(self) -> list[str]:
        """What each group is."""
        return ["no label" if lacking else "group" for lacking in self.groups.isna().any(axis=1)]

    def with_whole(self) -> tuple[pd.DataFrame, list[str]]:
        """The labels with an empty row for all groups together, and what each is."""
        return self.groups.reindex(range(len(self.groups) + 1)), [*self.scopes, "all"]


def labels_of(rows: pd.DataFrame, by: Sequence[str]) -> Labels:
    """Sort rows into the groups of their labels."""
    codes = rows.groupby(list(by), dropna=False, sort=True, observed=True).ngroup().to_numpy()
    places = np.unique(codes, return_index=True)[1]
    return Labels(rows.iloc[places][list(by)].reset_index(drop=True), codes.astype(np.int64))


def beside_labels(table: pd.DataFrame, groups: pd.DataFrame, scopes: Sequence[str]) -> pd.DataFrame:
    """Put the KPIs of groups, as many of each, beside their labels and what they are; the whole comes last."""
    group = np.repeat(np.arange(len(groups)), len(table) // len(groups))
    labels = groups.iloc[group].reset_index(drop=True).assign(scope=np.array(scopes, dtype=object)[group])
    return pd.concat([labels, table], axis=1)


def beside_periods(
    table: pd.DataFrame, numbers: Sequence[int], *, n_groups: int, freq: Freq, first: datetime, last: datetime
) -> pd.DataFrame:
    """Put the KPIs of groups in periods, as many of each, beside the periods, group by group."""
    starts = [first_day_of(number, freq=freq) for number in numbers]
    ends = [first_day_of(number + 1, freq=freq) - timedelta(days=1) for number in numbers]
    complete = [first <= start and end <= last for start, end in zip(starts, ends, strict=True)]
    each = len(table) // (len(numbers) * n_groups)
    place = np.tile(np.repeat(np.arange(len(numbers)), each), n_groups)
    periods = pd.DataFrame(
        {
            "period": np.array(starts, dtype="datetime64[us]")[place],
            "is_complete": np.array(complete)[place],
        }
    )
    return pd.concat([periods, table], axis=1)
