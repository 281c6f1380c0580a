"""What is learned of criteria: their weights and who judged them, as they are written and read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import is_string_dtype

from crmkit._estimator import JsonError

__all__ = ["check_full_table", "check_learned_weights", "no_judges", "no_pairs"]

_JUDGES: Final = ("judge", "consistency_index", "consistency_ratio")
_PAIRS: Final = ("other", "judgement", "lowest", "highest")
_ROUNDING: Final = 1e-9


def no_judges() -> pd.DataFrame:
    """Make the table of judges where there are none."""
    return _empty(_JUDGES, texts=1)


def no_pairs(*, noun: str) -> pd.DataFrame:
    """Make the table of judgements where there are none."""
    return _empty((noun, *_PAIRS), texts=2)


def check_learned_weights(model: Any, names: Sequence[str], *, noun: str) -> None:
    """Raise where JSON gives weights, judges or judgements that `fit` cannot learn with the options of a model."""
    check_full_table(model.weights_, (noun, "weight"), texts=1)
    check_full_table(model.judges_, _JUDGES, texts=1)
    check_full_table(model.pairs_, (noun, *_PAIRS), texts=2)
    weights = model.weights_["weight"].to_numpy()
    if model.weights_[noun].tolist() != list(names) or not (weights >= 0).all():
        raise JsonError("the weights are not those of the criteria")
    if abs(weights.sum() - 1) > _ROUNDING:
        raise JsonError("the weights do not add up to 1")
    is_judged = isinstance(model.options_.weights, str) and model.options_.weights == "judgements"
    if (len(model.judges_) > 0) != is_judged or (len(model.pairs_) > 0 and not is_judged):
        raise JsonError("judges are there where there are judgements")


def check_full_table(table: pd.DataFrame, columns: Sequence[str], *, texts: int) -> None:
    """Raise unless a table has these columns, the first of them texts, the others numbers, and lacks nothing."""
    if list(table) != list(columns) or table.isna().to_numpy().any():
        raise JsonError(f"a table of {list(columns)} has {list(table)}")
    if any(table[name].dtype != np.float64 for name in columns[texts:]):
        raise JsonError("a number is not one")
    if not all(is_string_dtype(table[name].dtype) for name in columns[:texts]):
        raise JsonError("a text is not one")


def _empty(columns: Sequence[str], *, texts: int) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=str if at < texts else float) for at, name in enumerate(columns)})
