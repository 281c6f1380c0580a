"""The age at which each cohort is paid back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._tables import open_columns

__all__ = ["payback_age_table"]

_READ: Final = (
    *("cohort", "age", "size", "contribution", "expected_contribution", "cumulative_contribution"),
    *("acquisition_cost", "acquisition_cost_per_customer", "is_complete", "is_forecast"),
)


def payback_age_table(payback: FrameT) -> FrameT:
    """Find the age at which each cohort has earned what its acquisition cost.

    Parameters
    ----------
    payback : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `payback_table` gives it.

    Returns
    -------
    the kind of frame given
        One row per cohort, and per group where the table has groups, in its order: the column of labels and ``scope``
        where it has them; ``cohort``; ``size``; ``acquisition_cost``; ``acquisition_cost_per_customer``;
        ``contribution_per_customer``: what each customer acquired has earned by ``as_of``, forecasts left out;
        ``complete_age``: the last age whose period is over by then, missing if none is; ``last_age``: the last age in
        the table. ``payback_age``: the first age at which
        the cumulated contribution reaches the cost; 0 in the period of acquisition; missing where it does not by
        ``last_age``, which does not say that it never will, and where there is no cost. ``status``: "paid_back" if it
        is seen, "expected" if it rests on a forecast, "not_yet" if it comes after ``last_age`` or never, "no_cost" if
        nobody gives a cost, "no_price" if the orders have no price.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``payback`` is not a frame.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.metrics import payback_table
    >>> transactions = as_transactions(load_cdnow())
    >>> payback = payback_table(transactions, as_of="1997-06-30", margin=0.3, acquisition_costs=15)
    >>> ages = payback_age_table(payback).set_index("cohort")
    >>> ages[["contribution_per_customer", "payback_age", "last_age", "status"]].round(2)
                contribution_per_customer  payback_age  last_age     status
    cohort
    1997-01-01                      19.58          2.0         5  paid_back
    1997-02-01                      18.07          2.0         4  paid_back
    1997-03-01                      18.16          1.0         3  paid_back
    """
    rows = open_columns(payback, _READ, name="payback", made_by="payback_table")
    columns = rows.collect_schema().names()
    by = columns[: columns.index("scope") + 1] if "scope" in columns else []
    table = to_pandas(rows.select(*by, *_READ))
    keys = [*by, "cohort"]
    table["code"] = table.groupby(keys, dropna=False, sort=False).ngroup()
    earned, cost = table["cumulative_contribution"], table["acquisition_cost"]
    reached = table[(earned >= cost).to_numpy(bool)].drop_duplicates("code").set_index("code")
    over: Any = table[table["is_complete"].to_numpy(bool)].groupby("code")["age"].max()
    earned_by_now = (table["contribution"] - table["expected_contribution"]).groupby(table["code"]).sum(min_count=1)
    cohorts: Any = table.drop_duplicates("code").set_index("code")
    age = reached["age"].reindex(cohorts.index).astype("float64")
    rests = reached["is_forecast"].reindex(cohorts.index).to_numpy(dtype=object)
    is_missing = [cohorts["acquisition_cost"].isna(), cohorts["cumulative_contribution"].isna(), age.isna()]
    status = np.select([*is_missing, rests == True], ["no_cost", "no_price", "not_yet", "expected"], "paid_back")  # noqa: E712
    found = cohorts[[*keys, "size", "acquisition_cost", "acquisition_cost_per_customer"]].assign(
        contribution_per_customer=earned_by_now / cohorts["size"],
        complete_age=over.reindex(cohorts.index).astype("float64"),
        last_age=table.groupby("code")["age"].max(),
        payback_age=age,
        status=status.astype(object),
    )
    return from_pandas(pd.DataFrame(found).reset_index(drop=True), like=payback)
