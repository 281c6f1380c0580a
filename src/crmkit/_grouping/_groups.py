"""Groups of customers, from a table of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, as_name, collected, is_engine, join_frames, looked_up, pandas_series, to_pandas
from crmkit._grouping._labels import beside_labels, check_labels, in_order
from crmkit._messages import Message, Parameter
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["LABEL", "Groups", "groups_of", "label_table"]

LABEL: Final = "__crmkit_label"
_N: Final = "__crmkit_n"
_SHOWN: Final = 5

_NO_TABLE: Final = Message(
    en="{@by} must be a table of customer_id and one column of labels, got {kind}.",
    zh="{@by} 须为含 customer_id 与一列标签的表，得到 {kind}。",
)
_COLUMNS: Final = Message(
    en="{@by} must have two columns, customer_id and one of labels, got {got}.",
    zh="{@by} 须恰有两列：customer_id 与一列标签，得到 {got}。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} has the labels in a column {name!r}, which the result has too. Rename it.",
    zh="{@by} 的标签列 {name!r} 与结果表的列重名，请改名。",
)
_TWICE: Final = Message(
    en="{@by} has customers more than once: {ids}. Leave one row of each.",
    zh="{@by} 中有重复的客户：{ids}。请各留一行。",
)
_OTHER_IDS: Final = Message(
    en="{@by} has {got} as customer_id, {of} has {wanted}. Convert one of them, or no customer is found.",
    zh="{@by} 的 customer_id 为 {got}，而 {of} 为 {wanted}。请统一类型，否则无法匹配客户。",
)


class Groups(NamedTuple):
    """Labels in order, and the table that gives them to customers.

    The position of a label counts from 0; that of a customer without one is the number of labels.
    """

    name: str
    labels: pd.Series[Any]
    table: AnyFrame

    def of_ids(self, ids: nw.Series[Any]) -> npt.NDArray[np.int64]:
        """The positions of the labels of customers."""
        codes, found = pd.factorize(pandas_series(ids))
        known = to_pandas(self.table)
        place = pd.Index(known["customer_id"]).get_indexer(pd.Index(found))
        position = np.append(self.of_labels(known[LABEL]), len(self.labels))
        return np.asarray(position[place][codes])

    def of_labels(self, labels: pd.Series[Any]) -> npt.NDArray[np.int64]:
        """The positions of labels."""
        place = pd.Index(self.labels.astype(object)).get_indexer(pd.Index(labels.astype(object)))
        return np.where(place < 0, len(self.labels), place).astype(np.int64)

    def beside(self, table: pd.DataFrame, *, counted: Sequence[str]) -> pd.DataFrame:
        """Put figures, as many of each label, of those without one and of all, beside the labels.

        Where nobody lacks one, so that all that is ``counted`` is 0 or missing, there are no rows for them.
        """
        n, scopes = len(self.labels), ["no label", "all"]
        shown = pd.DataFrame({self.name: self.labels.reindex(range(n + 2))})
        table = beside_labels(table, shown, [*["group"] * n, *scopes])
        without = table["scope"] == "no label"
        lacking = np.nan_to_num(table.loc[without, list(counted)].to_numpy()).any()
        return table if lacking else table[~without].reset_index(drop=True)

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put labels and what each group is for the positions in ``group``; that of all customers comes last."""
        n = len(self.labels)
        scopes = np.array([*["group"] * n, "no label", "all"], dtype=object)
        place = table["group"].to_numpy()
        labels = self.labels.reindex(range(n + 2)).iloc[place].reset_index(drop=True)
        shown = pd.DataFrame({self.name: labels, "scope": scopes[place]})
        return pd.concat([shown, table.drop(columns="group").reset_index(drop=True)], axis=1)

    def joined(self, customers: AnyFrame) -> AnyFrame:
        """Give customers in an engine their labels, in a column ``LABEL``."""
        if self.table.implementation.name == customers.implementation.name:
            return join_frames(customers, self.table, on="customer_id", how="left")
        native = looked_up(customers.to_native(), to_pandas(self.table), on=["customer_id"])
        return cast("AnyFrame", nw.from_native(native))


def groups_of(by: Any, customers: AnyFrame, *, name: str, taken: Sequence[str]) -> Groups:
    """Read the labels of the customers of a table, which a caller calls ``name``.

    The labels may not have the name of a column that is ``taken`` by the result.
    """
    label, table = label_table(by, taken=taken)
    kind = table.collect_schema()[label]
    check_labels(table, [label], table="by")
    _check_ids(table, customers, name=name)
    table = table.select("customer_id", nw.col(label).alias(LABEL)).filter(~nw.col("customer_id").is_null())
    if not (is_engine(table) and is_engine(customers)):
        table = collected(table)
    labels = to_pandas(table.select(LABEL).unique())[LABEL]
    return Groups(label, _in_order(labels, kind), table)


def label_table(by: Any, *, taken: Sequence[str]) -> tuple[str, AnyFrame]:
    """Open a table of ``customer_id`` and one column of labels, and tell that column's name."""
    try:
        table = open_columns(by, ["customer_id"], name="by", made_by="a segmenter's predict")
    except TypeError as error:
        raise TypeError(_NO_TABLE(kind=type(by).__name__)) from error
    columns = table.collect_schema().names()
    names = [name for name in columns if name != "customer_id"]
    if len(names) != 1:
        raise SchemaError(_COLUMNS(got=[as_name(name) for name in columns]))
    if names[0] in taken:
        raise ValueError(_NAME_TAKEN(name=names[0]))
    return names[0], table


def _check_ids(table: AnyFrame, customers: AnyFrame, *, name: str) -> None:
    """Refuse ids of another kind than the table's, and customers that are there more than once."""
    kinds = [frame.collect_schema()["customer_id"] for frame in (table, customers)]
    if nw.Object not in kinds and kinds[0].is_integer() != kinds[1].is_integer():
        raise SchemaError(_OTHER_IDS(got=str(kinds[0]), of=Parameter(name), wanted=str(kinds[1])))
    counts = table.group_by("customer_id").agg(nw.len().alias(_N)).filter(nw.col(_N) > 1)
    if len(twice := to_pandas(counts.head(_SHOWN))):
        raise SchemaError(_TWICE(ids=some(sorted(twice["customer_id"], key=str))))


def _in_order(labels: pd.Series[Any], kind: Any) -> pd.Series[Any]:
    """The labels that there are, in the order of their categories where they have one."""
    present = set(labels.dropna())
    if isinstance(labels.dtype, pd.CategoricalDtype):
        return pd.Series([each for each in labels.cat.categories if each in present])
    if isinstance(kind, nw.Enum):
        return pd.Series([each for each in kind.categories if each in present])
    return pd.Series(in_order(labels))
