"""The rows of cohorts over time: what they did, per active customer and per customer acquired."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit.metrics.base_audit._cells import OLD, Cells, cohort_names
from crmkit.metrics.base_audit._measures import rates
from crmkit.metrics.base_audit._rows import ActivityRows

__all__ = ["cohort_rows"]


def cohort_rows(cells: Cells, rows: ActivityRows) -> pd.DataFrame:
    """Lay out the columns that lenses 3 and 4 share, a row per cohort and period; old customers have no age."""
    sums = cells.sums
    born, number = (sums[name].to_numpy() for name in ("born", "number"))
    size = cells.sizes.loc[born].to_numpy()
    # Refunds of customers whose first order is in the data can be all there is of those acquired before it.
    base = np.where(size > 0, size, np.nan)
    cumulated = sums.groupby("born")[["repeaters", *rows.measures[1:]]].cumsum()
    age = np.where(born == OLD, np.nan, number - born)
    table = pd.DataFrame(
        {
            "cohort": cohort_names(born, rows),
            "period": rows.days(number),
            "age": age,
            "is_complete": number <= rows.last_over,
            "size": size.astype("int64"),
            "active_customers": sums["active_customers"],
            "active_share": sums["active_customers"] / base,
            **{name: sums[name] for name in rows.measures},
            **rates(sums, rows.measures, customers="active_customers"),
        }
    )
    for name in rows.measures[1:]:
        table[f"{name}_per_acquired"] = sums[name] / base
        table[f"cumulative_{name}_per_acquired"] = cumulated[name] / base
    table["repeat_share"] = np.where(born == OLD, np.nan, cumulated["repeaters"] / base)
    return table
