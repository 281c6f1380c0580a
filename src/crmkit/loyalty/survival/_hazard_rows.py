"""Rows of customers and periods, and profiles of customers, as a hazard model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._frames import collected, open_frame
from crmkit._tables import PERSON_PERIODS, check_values, float_columns

__all__ = ["read_periods", "read_profiles", "read_rows"]


def read_rows(rows: Any, columns: list[str], features: Sequence[str]) -> dict[str, Floats]:
    """Read columns of a table of periods, and features, which may be missing."""
    values = float_columns(
        rows, PERSON_PERIODS, columns, also=features, where_given=["n_customers"] if "left" in columns else []
    )
    check_values({name: values[name] for name in values if name not in features}, PERSON_PERIODS)
    return values


def read_periods(rows: Any, features: Sequence[str]) -> tuple[Floats, Floats]:
    """Read the periods of rows, and their features as a matrix."""
    values = read_rows(rows, ["period"], features)
    return values["period"], _matrix(values, features, n=len(values["period"]))


def read_profiles(profiles: Any, features: Sequence[str]) -> Floats:
    """Read the features of profiles as a matrix; of no features there is a row for each all the same."""
    if not features:
        return np.empty((len(collected(open_frame(profiles, name="profiles"))), 0))
    values = float_columns(profiles, PERSON_PERIODS, [], name="profiles", also=features)
    return _matrix(values, features, n=len(values[features[0]]))


def _matrix(values: dict[str, Floats], features: Sequence[str], *, n: int) -> npt.NDArray[np.float64]:
    return np.stack([values[name] for name in features], axis=1) if features else np.empty((n, 0))
