"""Durations and the features of customers, read, checked and brought to one scale for regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Column, Message
from crmkit._stats import Numbers, as_floats, check_range
from crmkit._tables import DURATIONS, check_values, float_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.survival._spells import check_none_missing

__all__ = ["Regression", "Scale", "check_complete", "read_profiles", "read_regression", "read_times"]

_OWN: Final = ("duration", "observed", "entry")
# What varies less than this beside its size is told apart from a constant by rounding alone.
_ALIKE: Final = 1e-10

_NO_FEATURES: Final = Message(
    en="{@features} must be a list of different columns other than {own}, at least one, got {value!r}.",
    zh="{@features} 须为互不相同且不为 {own} 的列名列表，至少一列，得到 {value!r}。",
)
_MISSING: Final = Message(
    en="{where} is missing or infinite in {n:,} {n:row|rows}, first at rows {rows}. Fill the gaps, or leave these rows "
    "out.",
    zh="{where}在 {n:,} 行缺失或为无穷大，最先见于行 {rows}。请补全，或去掉这些行。",
)
_SAME: Final = Message(
    en="Some of the {@features} are the same in all rows or follow from the others, so their effects cannot be told "
    "apart. Leave one of them out.",
    zh="{@features} 中有的在各行都相同，或可由其余特征推出，无法分辨各自的作用。请去掉其中之一。",
)
_NOBODY: Final = Message(en="{@durations} holds nobody who left.", zh="{@durations} 中没有离开的客户。")


class Scale(NamedTuple):
    """The mean and the standard deviation of each feature, which the models see as distances from the one in the other.

    Uncentred, a feature far from 0, such as the year of the start, would leave no digits for its effect.
    """

    centre: Floats
    spread: Floats

    def of(self, values: dict[str, Floats], names: Sequence[str]) -> pd.DataFrame:
        """Bring features to this scale."""
        parts = zip(names, self.centre, self.spread, strict=True)
        # A profile may lie beyond all numbers of standard deviations.
        with np.errstate(over="ignore"):
            return pd.DataFrame({name: (values[name] - centre) / spread for name, centre, spread in parts})


class Regression(NamedTuple):
    """Durations, whether they ended, the age at entry where some came late, and the features on their scale."""

    durations: Floats
    observed: Floats
    entries: Floats | None
    features: pd.DataFrame
    scale: Scale

    @property
    def names(self) -> list[str]:
        """The names of the features."""
        return list(self.features.columns)


def read_regression(durations: Any, features: Sequence[str]) -> Regression:
    """Read and check durations and the features of the customers."""
    names = _names(features)
    values = float_columns(durations, DURATIONS, ["duration", "observed"], also=names, where_given=["entry"])
    check_values({name: values[name] for name in _OWN if name in values}, DURATIONS)
    check_complete(values, names, table="durations")
    if not values["observed"].any():
        raise SchemaError(_NOBODY())
    scale = _scale([values[name] for name in names])
    scaled = scale.of(values, names)
    if np.linalg.matrix_rank(scaled.to_numpy()) < len(names):
        raise SchemaError(_SAME())
    entries = values.get("entry")
    late = entries is not None and bool((entries > 0).any())
    return Regression(values["duration"], values["observed"], entries if late else None, scaled, scale)


def read_profiles(profiles: Any, data: Regression) -> pd.DataFrame:
    """Read the features of profiles, on the scale of those that were fitted."""
    values = float_columns(profiles, DURATIONS, [], name="profiles", also=data.names)
    check_complete(values, data.names, table="profiles")
    return data.scale.of(values, data.names)


def read_times(times: Numbers) -> Floats:
    """Read the durations asked for, each once, ascending."""
    asked = np.atleast_1d(as_floats(times, name="times"))
    check_none_missing(np.isnan(asked), name="times")
    check_range(asked, name="times", low=0.0, high=None)
    return np.unique(asked)


def check_complete(values: dict[str, Floats], features: Sequence[str], *, table: str, among: Any = True) -> None:
    """Raise if a feature of a table is missing or infinite, of some rows or of all."""
    for name in features:
        rows = np.flatnonzero(~np.isfinite(values[name]) & among)
        if rows.size:
            raise SchemaError(_MISSING(where=Column(table, name), n=rows.size, rows=some(rows.tolist())))


def _scale(columns: Sequence[Floats]) -> Scale:
    """Measure the features; none may be the same in all rows."""
    centres, spreads = np.empty(len(columns)), np.empty(len(columns))
    for place, values in enumerate(columns):
        # By a power of 2 and so without rounding: neither squares of large values nor of small ones get lost.
        _, exponent = np.frexp(np.abs(values).max())
        parts = np.ldexp(values, -exponent)
        centre, spread = parts.mean(), parts.std()
        if not spread > _ALIKE * abs(centre):
            raise SchemaError(_SAME())
        centres[place], spreads[place] = np.ldexp([centre, spread], exponent)
    return Scale(centres, spreads)


def _names(features: Any) -> list[str]:
    listed = isinstance(features, Sequence) and not isinstance(features, (str, bytes))
    if not listed or not all(isinstance(name, str) for name in features):
        raise TypeError(_NO_FEATURES(own=some(_OWN), value=features))
    names = list(features)
    if not names or len(set(names)) < len(names) or set(names) & set(_OWN):
        raise ValueError(_NO_FEATURES(own=some(_OWN), value=names))
    return names
