"""The numbers of a customers table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crmkit._checks import check_columns
from crmkit._frames import collected, in_memory, open_frame, pandas_series
from crmkit.errors import SchemaError
from crmkit.value._model import Floats

__all__ = ["MOST_CUSTOMERS", "MOST_OF_COVARIATE", "number_columns"]

# No row stands for more customers: there are not as many people.
MOST_CUSTOMERS = 1e10
# Squares of larger ones leave the floats.
MOST_OF_COVARIATE = 1e100


def number_columns(
    customers: Any, columns: Sequence[str], *, covariates: Sequence[str] = (), made_by: str = "customer_summary"
) -> dict[str, Floats]:
    """Read columns as floats, missing values as ``nan``; with them ``n_customers``, 1 each where there is none."""
    frame = in_memory(open_frame(customers, name="customers"))
    names = list(frame.collect_schema())
    check_columns(names, [*columns, *covariates], name="customers", made_by=made_by)
    weighted = [name for name in ("n_customers",) if name in names]
    rows = collected(frame.select(*dict.fromkeys([*columns, *covariates, *weighted])))
    for name, kind in rows.schema.items():
        if not (kind.is_numeric() or kind.is_boolean()):
            mend = "Code categories as 0 and 1" if name in covariates else f"{made_by} makes such columns"
            raise SchemaError(f"`customers[{name!r}]` must hold numbers, got {kind}. {mend}.")
    values = {name: pandas_series(rows[name]).to_numpy(dtype=np.float64, na_value=np.nan) for name in rows.columns}
    return {"n_customers": np.ones(len(rows)), **values}
