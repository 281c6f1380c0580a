"""Cohorts with one row each and a column per age."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["cohort_matrix"]

_KEYS: Final = ("cohort", "age", "size")

_NO_VALUE: Final = Message(
    en="{@value} must be a column of numbers of {@cohorts}, one of {columns}, got {value!r}.",
    zh="{@value} 须为 {@cohorts} 中的数值列，即 {columns} 之一，得到 {value!r}。",
)
_NAMED_SO: Final = Message(
    en="{@cohorts} has the labels in a column {name!r}, which the result has too. Rename it.",
    zh="{@cohorts} 的标签列 {name!r} 与结果表的列重名，请改名。",
)
_TWICE: Final = Message(
    en="{@cohorts} has a cohort at an age more than once, such as {cohort:%Y-%m-%d} at {age}. Leave one row of each.",
    zh="{@cohorts} 中有同期群在同一期龄出现多次，例如 {cohort:%Y-%m-%d} 的第 {age} 期。请各留一行。",
)


def cohort_matrix(cohorts: FrameT, *, value: str = "retention") -> FrameT:
    """Lay a table of cohorts out wide: one row per cohort, a column per age.

    Parameters
    ----------
    cohorts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `cohort_table` gives it.
    value : str, default "retention"
        The column to show: "n_customers", "smoothed_retention", "cumulative_amount_per_customer", "is_complete" and so
        on.

    Returns
    -------
    the kind of frame given
        One row per cohort, and per group where the cohorts have groups, in the order of the table: the column of
        labels and ``scope`` where it has them; ``cohort``; ``size``; and ``age_0``, ``age_1`` and so on, floats (flags
        as 1 and 0), missing where the table has no such age or no value for it.

    Raises
    ------
    SchemaError
        If a column is missing, or a cohort has an age twice.
    TypeError
        If ``cohorts`` is not a frame.
    ValueError
        If ``value`` is not a column of numbers, or the labels have the name of a column of the result.

    Examples
    --------
    >>> from crmkit import as_transactions, cohort_table, load_cdnow
    >>> cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1997-04-30")
    >>> cohort_matrix(cohorts).set_index("cohort").round(3)
                size  age_0  age_1  age_2  age_3
    cohort
    1997-01-01   781    1.0  0.159  0.122   0.09
    1997-02-01   857    1.0  0.156  0.128    NaN
    1997-03-01   719    1.0  0.121    NaN    NaN
    """
    rows = open_columns(cohorts, _KEYS, name="cohorts", made_by="cohort_table")
    columns = rows.collect_schema().names()
    by = columns[: columns.index("scope") + 1] if "scope" in columns else []
    shown = [name for name in columns if name not in (*by, *_KEYS)]
    if value not in shown:
        raise ValueError(_NO_VALUE(columns=shown, value=value))
    table = to_pandas(rows.select(*by, *_KEYS, value))
    ages = [f"age_{age}" for age in range(int(table["age"].max()) + 1)]
    if by and by[0] in ages:
        raise ValueError(_NAMED_SO(name=by[0]))
    keys = [*by, "cohort"]
    code = table.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
    age = table["age"].to_numpy(np.int64)
    if (twice := pd.Series(code * len(ages) + age).duplicated()).any():
        first = table[twice.to_numpy()].iloc[0]
        raise SchemaError(_TWICE(cohort=first["cohort"], age=int(first["age"])))
    cells = np.full((int(code.max()) + 1, len(ages)), np.nan)
    cells[code, age] = table[value].to_numpy(dtype=np.float64, na_value=np.nan)
    start = table.drop_duplicates(keys)[[*keys, "size"]].reset_index(drop=True)
    return from_pandas(pd.concat([start, pd.DataFrame(cells, columns=ages)], axis=1), like=cohorts)
