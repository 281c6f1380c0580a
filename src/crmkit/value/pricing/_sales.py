"""Rows of prices and quantities, with what is held fixed beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import column_name, listed_names, to_pandas
from crmkit._grouping import Labels, check_labels, labels_of
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, open_columns, refuse_rows

__all__ = ["NAME", "Sales", "check_free", "read_sales"]

NAME: Final = "sales"

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Take returns off the sales of their period "
    "first.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请先从同期销售中扣除退货。",
)
_TAKEN: Final = Message(en="{name} is a column of the result too. Rename it.", zh="{name} 与结果表的列重名，请改名。")


class Sales(NamedTuple):
    """Prices and quantities in groups of rows; the rows that lack something are not among those known."""

    price: Floats
    quantity: Floats
    controls: Floats
    clusters: npt.NDArray[np.intp] | None
    known: npt.NDArray[np.bool_]
    groups: Labels | None


def read_sales(
    sales: Any, *, price: str, quantity: str, product: str | None, controls: Sequence[str], cluster: str | None
) -> Sales:
    """Read and check a table of prices and quantities."""
    price, quantity = column_name(price, name="price"), column_name(quantity, name="quantity")
    others = listed_names(controls, name="controls")
    labelled = {name: column_name(label, name=name) for name, label in (("product", product), ("cluster", cluster))
                if label is not None}  # fmt: skip
    rows = open_columns(sales, [price, quantity, *others, *labelled.values()], name=NAME, made_by=None)
    check_labels(rows, list(labelled.values()), table=NAME)
    types = rows.collect_schema()
    numeric = [name for name in others if types[name].is_numeric() or types[name].is_boolean()]
    texts = [name for name in others if name not in numeric]
    check_labels(rows, texts, table=NAME)
    numbers = finite_columns(sales, [price, quantity, *numeric], name=NAME)
    for name in (price, quantity):
        refuse_rows(numbers[name] < 0, _BELOW, where=Column(NAME, name))
    labels = to_pandas(rows.select(*dict.fromkeys([*texts, *labelled.values()]))) if texts or labelled else None
    known = ~np.isnan(numbers[quantity]) & (numbers[price] > 0)
    for name in numeric:
        known &= ~np.isnan(numbers[name])
    columns = [numbers[name] for name in numeric]
    groups = clusters = None
    if labels is not None:
        for name in texts:
            known &= labels[name].notna().to_numpy()
            columns += list(_flags(labels[name]).T)
        if cluster is not None:
            known &= labels[labelled["cluster"]].notna().to_numpy()
            clusters = pd.factorize(labels[labelled["cluster"]])[0]
        if product is not None:
            groups = labels_of(labels, [labelled["product"]])
    held = np.column_stack(columns) if columns else np.empty((len(known), 0))
    return Sales(numbers[price], numbers[quantity], held, clusters, known, groups)


def check_free(name: str, taken: Sequence[str]) -> None:
    """Raise if a column that is carried over has the name of one of the result."""
    if name in taken:
        raise ValueError(_TAKEN(name=Column(NAME, name)))


def _flags(labels: pd.Series[Any]) -> Floats:
    """A column of 0 and 1 for each label but the first."""
    codes = pd.factorize(labels)[0]
    return np.asarray(codes[:, None] == np.arange(1, codes.max(initial=0) + 1), dtype=float)
