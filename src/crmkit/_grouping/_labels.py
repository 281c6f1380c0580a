"""Labels of rows: which columns hold them, what can be one, their order, and the groups they make."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import AnyFrame, as_name, column_name, pandas_series, type_of
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError

__all__ = [
    "Labels",
    "beside_labels",
    "check_labels",
    "in_order",
    "label_name",
    "label_names",
    "labels_of",
]

_NO_NAMES: Final = Message(
    en="{name} must be the name of a column or a list of them, got {value!r}.",
    zh="{name} 须为列名或列名的列表，得到 {value!r}。",
)
_NOT_LABELS: Final = Message(
    en="{where} must hold labels, such as text or whole numbers, got {got}. Turn them into text first.",
    zh="{where}应为文本、整数等标签，得到 {got}，请先转换为文本。",
)


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


def label_names(by: Any, *, name: str = "by") -> list[str]:
    """Return the names of columns of labels, each once, from one or a list of them; ``name`` is the argument's."""
    labels = [by] if isinstance(by, str) or not isinstance(by, Sequence) else by
    if by is None or isinstance(by, bytes) or not all(isinstance(label, Hashable) for label in labels):
        raise TypeError(_NO_NAMES(name=Parameter(name), value=by))
    return list(dict.fromkeys(as_name(label) for label in labels))


def label_name(by: Any) -> str:
    """Return the name of one column of labels."""
    return column_name(by, name="by")


def check_labels(rows: AnyFrame, names: Sequence[str], *, table: str) -> None:
    """Raise unless columns hold what can be told apart: no lists, lengths of time, or times that depend on a zone."""
    for name in names:
        dtype = rows.collect_schema()[name]
        with_zone = isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
        is_length = isinstance(dtype, nw.Duration)
        if dtype.is_nested() or with_zone or is_length or not _are_hashable(rows, name):
            raise SchemaError(_NOT_LABELS(where=Column(table, name), got=type_of(rows, name)))


def _are_hashable(rows: AnyFrame, name: str) -> bool:
    if not isinstance(rows, nw.DataFrame) or rows.collect_schema()[name] != nw.Object:
        return True
    return all(isinstance(label, Hashable) for label in pandas_series(rows[name]))


def in_order(labels: pd.Series[Any]) -> list[Any]:
    """The different labels, by kind and then by value: not all kinds can be compared."""
    return sorted(labels.dropna().unique(), key=lambda label: (type(label).__name__, label))


def labels_of(rows: pd.DataFrame, by: Sequence[str]) -> Labels:
    """Sort rows into the groups of their labels."""
    ordered = {
        name: pd.Categorical(rows[name], categories=in_order(rows[name]), ordered=True)
        for name in by
        if pd.api.types.is_object_dtype(rows[name])
    }
    codes = rows.assign(**ordered).groupby(list(by), dropna=False, sort=True, observed=True).ngroup().to_numpy()
    places = np.unique(codes, return_index=True)[1]
    return Labels(rows.iloc[places][list(by)].reset_index(drop=True), codes.astype(np.int64))


def beside_labels(table: pd.DataFrame, groups: pd.DataFrame, scopes: Sequence[str]) -> pd.DataFrame:
    """Put the KPIs of groups, as many of each, beside their labels and what they are; the whole comes last."""
    group = np.repeat(np.arange(len(groups)), len(table) // len(groups))
    labels = groups.iloc[group].reset_index(drop=True).assign(scope=np.array(scopes, dtype=object)[group])
    return pd.concat([labels, table], axis=1)
