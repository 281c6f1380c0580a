"""Customers counted by what the purchase models need to know about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import narwhals.stable.v2 as nw

from crmkit._checks import check_option
from crmkit._frames import AnyFrame, FrameT, give_table, without_nan
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, open_table
from crmkit._time_units import DAYS_A_WEEK

__all__ = ["cells"]

Precision: TypeAlias = Literal["D", "W"]

_CELL: Final = ("frequency", "recency", "T")

_TEXT: Final = Message(
    en="{@by} must be a sequence of column names, got the text {by!r}. Pass [{by!r}].",
    zh="{@by} 应为列名的序列，得到文本 {by!r}。请写作 [{by!r}]。",
)
_TWICE: Final = Message(
    en="{@by} must name further columns, each once, got {by}.",
    zh="{@by} 须列出其他列，每列一次，得到 {by}。",
)


def cells(customers: FrameT, *, precision: Precision = "D", by: Sequence[str] = ()) -> FrameT:
    """Count the customers for every combination of ``frequency``, ``recency`` and ``T``.

    The counts are sufficient for the likelihoods of the purchase models, and there are far fewer of them than
    customers. When a model is fitted on data larger than one machine, only the counts leave the engine.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `customer_summary` gives them.
    precision : {"D", "W"}, default "D"
        Whether ``recency`` and ``T`` stay whole days or are rounded to whole weeks, still in days (multiples of
        7). Those of a repeat customer are at least one week, and ``recency`` never exceeds ``T``.
    by : sequence of str, default ()
        Further columns to distinguish customers by: covariates or groups.

    Returns
    -------
    the kind of frame given
        ``frequency``, ``recency`` and ``T`` in days, the columns of ``by``, and ``n_customers``, which adds up to
        the customers with a purchase day. Customers without one, including prospects, belong to no cell. In
        memory sorted by the columns before ``n_customers``.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``customers`` is not a frame or ``by`` is text.
    ValueError
        If ``precision`` is neither "D" nor "W", or ``by`` names a column twice or one of the three.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"frequency": [0.0, 0.0, 2.0], "recency": [0.0, 0.0, 30.0], "T": [40.0, 40.0, 41.0]})
    >>> cells(customers)
       frequency  recency     T  n_customers
    0        0.0      0.0  40.0            2
    1        2.0     30.0  41.0            1
    """
    check_option(precision, ("D", "W"), name="precision")
    if isinstance(by, str):
        raise TypeError(_TEXT(by=by))
    keys = [*_CELL, *by]
    if len(set(keys)) < len(keys):
        raise ValueError(_TWICE(by=list(by)))
    rows = open_table(customers, CUSTOMERS, columns=_CELL, also=by)
    rows = without_nan(rows.select(*keys)).filter(~nw.col("frequency").is_null())
    counted = (_in_weeks(rows) if precision == "W" else rows).group_by(*keys).agg(nw.len().alias("n_customers"))
    return give_table(counted.with_columns(nw.col("n_customers").cast(nw.Int64)), like=customers, sort_by=keys)


def _in_weeks(rows: AnyFrame) -> AnyFrame:
    weeks = {name: (nw.col(name) / DAYS_A_WEEK + 0.5).floor() * DAYS_A_WEEK for name in ("recency", "T")}
    repeats = nw.col("frequency") > 0
    least = nw.when(repeats).then(nw.lit(float(DAYS_A_WEEK))).otherwise(nw.lit(0.0))
    rows = rows.with_columns(least.alias("least"), *(week.alias(name) for name, week in weeks.items()))
    rows = rows.with_columns(nw.max_horizontal("recency", "least").alias("recency"))
    return rows.with_columns(nw.max_horizontal("recency", "T").alias("T")).drop("least")
