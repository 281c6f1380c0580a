"""Segments that are already a column of the table, counted."""

from __future__ import annotations

from crmkit._frames import FrameT, collected, column_name, from_pandas
from crmkit._labelling import label_summary, labels_in
from crmkit._tables import open_columns
from crmkit.segment._texts import made_by_predict

__all__ = ["segment_table"]


def segment_table(customers: FrameT, *, by: str, value: str = "spend") -> FrameT:
    """Count the customers, orders and value of each label of a column, as ``summary`` of a segmenter does.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` makes it, with a column of labels.
    by : str
        Column of labels. Ordered categories keep their order; other labels come in the order in which they appear.
    value : str, default "spend"
        Column to add up.

    Returns
    -------
    the kind of table given
        One row per label, categories without customers too: ``segment``, the label; ``segment_order`` from 1;
        ``name_en`` and ``name_zh``, the label as text; ``n_customers``, ``customer_share`` of all rows, ``n_orders``,
        ``value``, ``value_share`` of all rows (missing unless the total is above zero), and ``mean_value`` per customer
        (missing for an empty segment). Customers without a label are in no row.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers, or lacks a value of somebody who ordered.
    TypeError
        If ``customers`` is not a frame.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"region": ["N", "S", "N"], "n_orders": [1, 4, 2], "spend": [20.0, 60.0, 20.0]})
    >>> segment_table(customers, by="region")[["segment", "n_customers", "customer_share", "value_share"]].round(2)
      segment  n_customers  customer_share  value_share
    0       N            2            0.67          0.4
    1       S            1            0.33          0.6
    """
    column = column_name(by, name="by")
    rows = open_columns(customers, [column], name="customers", made_by=made_by_predict())
    labels, (positions,) = labels_in(collected(rows.select(column))[column])
    measured = column_name(value, name="value")
    return from_pandas(label_summary(labels, positions, customers, value=measured), like=customers)
