"""Groups of customers that a forecast is given for: labels of today, or those of a segmenter on every day."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._frames import to_pandas
from crmkit._grouping import label_table
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.value._forecast._log import Moment

__all__ = ["Grouping", "Segmenter", "grouping"]

_TAKEN: Final = ("quantity", "value", "lower", "upper", "n_backtests", "backtest_bias", "customer_id")

_NO_GROUPS: Final = Message(
    en="{@by} must be a table of customer_id and one column of labels, or a fitted segmenter, got {kind}.",
    zh="{@by} 须为含 customer_id 与一列标签的表，或拟合好的分群器，得到 {kind}。",
)
_TWICE: Final = Message(
    en="{@by} has customers more than once: {ids}. Leave one row of each.",
    zh="{@by} 中有重复的客户：{ids}。请各留一行。",
)
_LACKING: Final = Message(
    en="{@by} lacks a label for {n:,} {n:customer|customers} who bought by {@as_of}: {ids}. Give each one.",
    zh="{@by} 缺少 {n:,} 位在 {@as_of} 前购买过的客户的标签：{ids}。请补全。",
)
_UNLABELLED: Final = Message(
    en="{@by} gives no label to {n:,} of {n_all:,} customers who bought by {@as_of}: {ids}. Each must have one.",
    zh="{@by} 未给 {@as_of} 前购买过的 {n_all:,} 位客户中的 {n:,} 位标签：{ids}。每位客户都须有标签。",
)
_OTHER_LENGTH: Final = Message(
    en="{@by} gives {got:,} {got:label|labels} for {n:,} customers. A segmenter gives one label per row.",
    zh="{@by} 为 {n:,} 位客户给出 {got:,} 个标签。分群器须每行给出一个标签。",
)
_NO_ORDER: Final = Message(
    en="{@by} must have labels of one kind, texts or numbers, got {kinds}.",
    zh="{@by} 的标签须同为文本或同为数字，得到 {kinds}。",
)


class Segmenter(Protocol):
    """Gives each customer a label."""

    def predict(self, customers: Any) -> Any:
        """Label the rows of a customers table."""


class Grouping:
    """Groups in order, and the group of each customer known now.

    Attributes
    ----------
    name : str or None
        Of the column of labels; None for one group of all.
    groups : list
        The labels that somebody has now.
    of_customer : array of int
        Positions in ``groups``.
    segmenter : Segmenter or None
        Labels the customers of other days.
    """

    def __init__(self, name: str | None, labels: pd.Series[Any], segmenter: Segmenter | None = None) -> None:
        self.name, self.segmenter = name, segmenter
        self.groups = _in_order(labels)
        self.of_customer = self._codes(labels)

    @classmethod
    def of_all(cls, moment: Moment) -> Grouping:
        """One group."""
        return cls(None, pd.Series("all", index=range(len(moment.customers))))

    @property
    def is_of_today(self) -> bool:
        """Whether nobody can tell the groups of another day."""
        return self.segmenter is None and self.name is not None

    def on(self, moment: Moment) -> npt.NDArray[np.intp]:
        """The group of each customer known on another day, -1 for none of these; the first where nobody can tell."""
        if self.segmenter is None:
            return np.zeros(len(moment.customers), dtype=np.intp)
        return self._codes(_predicted(self.segmenter, moment))

    def _codes(self, labels: pd.Series[Any]) -> npt.NDArray[np.intp]:
        return np.asarray(pd.Index(self.groups).get_indexer(pd.Index(labels.astype(object))))


def grouping(by: Any, moment: Moment) -> Grouping:
    """Read the groups of the customers known on a day."""
    if hasattr(by, "predict") and not isinstance(by, type):
        labels = _predicted(by, moment)
        if labels.isna().any():
            lacking = moment.customers["customer_id"][labels.isna().to_numpy()].tolist()
            raise SchemaError(_UNLABELLED(n=len(lacking), n_all=len(labels), ids=some(lacking)))
        return Grouping("segment", labels, by)
    try:
        name, labelled = label_table(by, taken=_TAKEN)
    except TypeError as error:
        raise TypeError(_NO_GROUPS(kind=type(by).__name__)) from error
    table = to_pandas(labelled)
    ids = pd.Index(table["customer_id"])
    if ids.has_duplicates:
        raise SchemaError(_TWICE(ids=some(ids[ids.duplicated()].tolist())))
    labels = table.set_index(ids)[name].reindex(moment.customers["customer_id"]).reset_index(drop=True)
    if labels.isna().any():
        lacking = moment.customers["customer_id"][labels.isna().to_numpy()].tolist()
        raise SchemaError(_LACKING(n=len(lacking), ids=some(lacking)))
    return Grouping(name, labels)


def _predicted(segmenter: Segmenter, moment: Moment) -> pd.Series[Any]:
    """The label of each customer known on a day."""
    labels = pd.Series(segmenter.predict(moment.customers))
    if len(labels) != len(moment.customers):
        raise ValueError(_OTHER_LENGTH(got=len(labels), n=len(moment.customers)))
    return labels


def _in_order(labels: pd.Series[Any]) -> list[Any]:
    """The labels that somebody has, once each."""
    try:
        present = set(labels)
        if isinstance(labels.dtype, pd.CategoricalDtype):
            return [each for each in labels.cat.categories if each in present]
        return sorted(present)
    except TypeError as error:
        raise TypeError(_NO_ORDER(kinds=sorted({type(each).__name__ for each in labels}))) from error
