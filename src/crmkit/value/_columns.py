"""Numeric columns of a customers table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crmkit._arrays import Floats
from crmkit._tables import CUSTOMERS, MOST_CUSTOMERS, Schema, float_columns

__all__ = ["MOST_CUSTOMERS", "MOST_OF_COVARIATE", "number_columns"]

# Squares of larger numbers overflow.
MOST_OF_COVARIATE = 1e100


def number_columns(
    customers: Any, columns: Sequence[str], *, covariates: Sequence[str] = (), schema: Schema = CUSTOMERS
) -> dict[str, Floats]:
    """Read columns as floats, missing values as ``nan``; with them ``n_customers``, 1 each where there is none."""
    values = float_columns(customers, schema, columns, name="customers", also=covariates, where_given=["n_customers"])
    return {"n_customers": np.ones(len(values[columns[0]])), **values}
