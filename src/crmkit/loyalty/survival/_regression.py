"""Durations and features as the package greenwood takes them, which the extra "survival" brings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._extras import check_extra
from crmkit._messages import Column, Message
from crmkit._stats import Numbers, as_floats, check_range
from crmkit._tables import DURATIONS, check_values, float_columns
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.loyalty.survival._spells import check_none_missing

__all__ = ["Regression", "curves_below", "fitted", "greenwood", "read_profiles", "read_regression", "read_times"]

_OWN: Final = ("duration", "observed", "entry")
# Standard errors of effects per standard deviation: beyond, the likelihood has no maximum, and where the search
# stopped says nothing.
_MOST_UNCERTAIN: Final = 20.0

_NO_FEATURES: Final = Message(
    en="{@features} must be a list of different columns other than {own}, at least one, got {value!r}.",
    zh="{@features} 须为互不相同且不为 {own} 的列名列表，至少一列，得到 {value!r}。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill the gaps, or leave these rows out.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。请补全，或去掉这些行。",
)
_SAME: Final = Message(
    en="Some of the {@features} are the same in all rows or follow from the others, so their effects cannot be told "
    "apart. Leave one of them out.",
    zh="{@features} 中有的在各行都相同，或可由其余特征推出，无法分辨各自的作用。请去掉其中之一。",
)
_NOBODY: Final = Message(en="{@durations} holds nobody who left.", zh="{@durations} 中没有离开的客户。")
_NO_MAXIMUM: Final = Message(
    en="No maximum of the likelihood was found: {names} tell exactly who stays longer. Look for something that is "
    "only known afterwards.",
    zh="未找到似然的最大值：{names} 恰好区分了谁留得更久。请检查是否含有事后才知道的信息。",
)


class Regression(NamedTuple):
    """Durations, whether they ended, the age at entry where some came late, and features per standard deviation."""

    durations: Floats
    observed: Floats
    entries: Floats | None
    features: pd.DataFrame
    spread: Floats

    def response(self) -> Any:
        """The durations as greenwood's own."""
        surv = greenwood().Surv
        if self.entries is None:
            return surv(self.durations, event=self.observed)
        # Who was watched from the start is at risk at a duration of 0 too.
        return surv(np.where(self.entries > 0, self.entries, -1.0), self.durations, event=self.observed)


def greenwood() -> Any:
    """Return the package, or say which extra brings it."""
    check_extra("survival", "greenwood")
    return import_module("greenwood")


def read_regression(durations: Any, features: Sequence[str]) -> Regression:
    """Read and check durations and the features of the customers."""
    names = _names(features)
    values = float_columns(durations, DURATIONS, ["duration", "observed"], also=names, where_given=["entry"])
    check_values({name: values[name] for name in _OWN if name in values}, DURATIONS)
    for name in names:
        rows = np.flatnonzero(~np.isfinite(values[name]))
        if rows.size:
            raise SchemaError(_MISSING(where=Column("durations", name), n=rows.size, rows=some(rows.tolist())))
    if not values["observed"].any():
        raise SchemaError(_NOBODY())
    matrix = np.column_stack([values[name] for name in names])
    spread = matrix.std(axis=0)
    centred = (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1)
    if not (spread > 0).all() or np.linalg.matrix_rank(centred) < len(names):
        raise SchemaError(_SAME())
    entries = values.get("entry")
    late = entries is not None and bool((entries > 0).any())
    scaled = pd.DataFrame(matrix / spread, columns=names)
    return Regression(values["duration"], values["observed"], entries if late else None, scaled, spread)


def read_profiles(profiles: Any, features: Sequence[str], *, spread: Floats) -> pd.DataFrame:
    """Read the features of profiles, on the scale of those that were fitted."""
    values = float_columns(profiles, DURATIONS, [], name="profiles", also=list(features))
    for name in features:
        rows = np.flatnonzero(~np.isfinite(values[name]))
        if rows.size:
            raise SchemaError(_MISSING(where=Column("profiles", name), n=rows.size, rows=some(rows.tolist())))
    return pd.DataFrame({name: values[name] / size for name, size in zip(features, spread, strict=True)})


def read_times(times: Numbers) -> Floats:
    """Read the durations asked for, each once, ascending."""
    asked = np.atleast_1d(as_floats(times, name="times"))
    check_none_missing(np.isnan(asked), name="times")
    check_range(asked, name="times", low=0.0, high=None)
    return np.unique(asked)


def fitted(model: Any, data: Regression, *, names: Sequence[str]) -> Any:
    """Fit a model of greenwood, or raise unless its first estimates, which have these names, are those of a maximum."""
    with warnings.catch_warnings():
        # What it could warn of shows in the estimates.
        warnings.simplefilter("ignore")
        try:
            model.fit(data.response(), data.features)
        except (np.linalg.LinAlgError, RuntimeError) as error:
            raise ConvergenceError(_NO_MAXIMUM(names=some(names))) from error
    n = len(names)
    estimates, errors = model.coef_[:n], model.std_error_[:n]
    # Where the curvature is lost in rounding, greenwood gives an error of 0.
    lost = ~(np.isfinite(estimates) & (errors > 0) & (errors <= _MOST_UNCERTAIN))
    if lost.any():
        raise ConvergenceError(_NO_MAXIMUM(names=some([name for name, bad in zip(names, lost, strict=True) if bad])))
    return model


def curves_below(frame: pd.DataFrame, times: Floats, *, n: int) -> pd.DataFrame:
    """Put the curves of profiles, which greenwood has beside one another, below one another."""
    tables = [
        pd.DataFrame(
            {
                "profile": profile,
                "duration": times,
                "survival": frame[f"subject_{profile + 1}"].to_numpy(dtype=np.float64),
                "lower": frame[f"subject_{profile + 1}_lower"].to_numpy(dtype=np.float64),
                "upper": frame[f"subject_{profile + 1}_upper"].to_numpy(dtype=np.float64),
            }
        )
        for profile in range(n)
    ]
    table = pd.concat(tables, ignore_index=True)
    certain = table["survival"].isin([0, 1])
    table.loc[certain, ["lower", "upper"]] = np.nan
    return table


def _names(features: Any) -> list[str]:
    listed = isinstance(features, Sequence) and not isinstance(features, (str, bytes))
    if not listed or not all(isinstance(name, str) for name in features):
        raise TypeError(_NO_FEATURES(own=some(_OWN), value=features))
    names = list(features)
    if not names or len(set(names)) < len(names) or set(names) & set(_OWN):
        raise ValueError(_NO_FEATURES(own=some(_OWN), value=names))
    return names
