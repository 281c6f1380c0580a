"""What a loyalty index learns, as it is written and read back, and its means over groups of customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_string_dtype

from crmkit._arrays import Floats
from crmkit._estimator import JsonError
from crmkit.loyalty._index_scales import scales_of

__all__ = ["INDEX", "check_learned", "means_of", "no_judges", "no_pairs"]

INDEX: Final = "loyalty_index"
_WEIGHTS: Final = ("component", "weight")
_SCALES: Final = ("component", "value", "percentile")
_JUDGES: Final = ("judge", "consistency_index", "consistency_ratio")
_PAIRS: Final = ("component", "other", "judgement", "lowest", "highest")
_ROUNDING: Final = 1e-9


def no_judges() -> pd.DataFrame:
    """Make the table of judges where there are none."""
    return _empty(_JUDGES, texts=1)


def no_pairs() -> pd.DataFrame:
    """Make the table of judgements where there are none."""
    return _empty(_PAIRS, texts=2)


def means_of(
    rated: Mapping[str, Floats], weights: pd.DataFrame, codes: npt.NDArray[np.int64], n_groups: int
) -> pd.DataFrame:
    """Average rated customers by group and component, given the group of each."""
    has_index = ~np.isnan(rated[INDEX])

    def mean(values: Floats, rows: npt.NDArray[np.bool_]) -> Floats:
        held = np.bincount(codes[rows], minlength=n_groups)
        sums = np.bincount(codes[rows], weights=values[rows], minlength=n_groups)
        return np.where(held > 0, sums / np.maximum(held, 1), np.nan)

    counts, index = np.bincount(codes[has_index], minlength=n_groups), mean(rated[INDEX], has_index)
    tables = []
    for component, weight in weights.itertuples(index=False, name=None):
        percentile, part = rated[f"{component}_percentile"], np.nan_to_num(rated[f"{component}_contribution"])
        own = {"component": component, "weight": weight, "n_customers": counts, INDEX: index}
        means = {
            "percentile": mean(percentile, has_index & ~np.isnan(percentile)),
            "contribution": mean(part, has_index),
        }
        tables.append(pd.DataFrame({**own, **means}))
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)


def check_learned(index: Any, components: Sequence[str]) -> None:
    """Raise where JSON gives something that `fit` cannot learn with these options."""
    _check_table(index.weights_, _WEIGHTS, texts=1)
    _check_table(index.scales_, _SCALES, texts=1)
    _check_table(index.judges_, _JUDGES, texts=1)
    _check_table(index.pairs_, _PAIRS, texts=2)
    weights = index.weights_["weight"].to_numpy()
    if index.weights_["component"].tolist() != list(components) or not (weights >= 0).all():
        raise JsonError("the weights are not those of the components")
    if abs(weights.sum() - 1) > _ROUNDING:
        raise JsonError("the weights do not add up to 1")
    if index.scales_["component"].drop_duplicates().tolist() != list(components):
        raise JsonError("the scales are not those of the components")
    for scale in scales_of(index.scales_).values():
        if not (np.diff(scale.points) > 0).all() or scale.percentiles.min() < 0 or scale.percentiles.max() > 1:
            raise JsonError("a scale rises, and its percentiles lie between 0 and 1")
    is_judged = index.options_.weights == "judgements"
    if (len(index.judges_) > 0) != is_judged or (len(index.pairs_) > 0 and not is_judged):
        raise JsonError("judges are there where there are judgements")
    if index.n_customers_ < max(index.n_complete_, 1):
        raise JsonError("nobody was seen in fit")


def _empty(columns: Sequence[str], *, texts: int) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=str if at < texts else float) for at, name in enumerate(columns)})


def _check_table(table: pd.DataFrame, columns: Sequence[str], *, texts: int) -> None:
    """Raise unless a table has these columns, the first of them texts, the others numbers, and lacks nothing."""
    if list(table) != list(columns) or table.isna().to_numpy().any():
        raise JsonError(f"a table of {list(columns)} has {list(table)}")
    if any(table[name].dtype != np.float64 for name in columns[texts:]):
        raise JsonError("a number is not one")
    if not all(is_string_dtype(table[name].dtype) for name in columns[:texts]):
        raise JsonError("a text is not one")
