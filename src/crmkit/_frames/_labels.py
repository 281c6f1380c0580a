"""What Narwhals requires of pandas: columns named by text, labelled as before when given back, and native bytes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._messages import Message, Parameter

__all__ = ["as_name", "column_name", "listed_names", "with_given_labels", "with_names", "with_native_bytes"]

_NOT_ONE: Final = Message(
    en="{name} must be the name of one column, got {value!r}.", zh="{name} 须为一个列名，得到 {value!r}。"
)
_NO_LIST: Final = Message(
    en="{name} must be a list of columns, got {value!r}.", zh="{name} 须为列名的列表，得到 {value!r}。"
)


def as_name(label: Hashable) -> str:
    """Give the name under which a column is worked on: text as it is, another label with its type."""
    return label if isinstance(label, str) else f"{label!r} ({type(label).__name__})"


def column_name(label: Hashable, *, name: str) -> str:
    """Read an argument that names one column; a list of columns is refused."""
    if not isinstance(label, Hashable):
        raise TypeError(_NOT_ONE(name=Parameter(name), value=label))
    return as_name(label)


def listed_names(labels: Sequence[Hashable], *, name: str) -> list[str]:
    """Read an argument that names columns in a list, none of which is a list itself."""
    if isinstance(labels, (str, bytes)) or not isinstance(labels, Sequence):
        raise TypeError(_NO_LIST(name=Parameter(name), value=labels))
    if not all(isinstance(label, Hashable) for label in labels):
        raise TypeError(_NO_LIST(name=Parameter(name), value=labels))
    return [as_name(label) for label in labels]


def with_names(native: Any) -> Any:
    """Name the columns of a pandas table by text."""
    if not isinstance(native, pd.DataFrame) or all(isinstance(label, str) for label in native.columns):
        return native
    return native.set_axis([as_name(label) for label in native.columns], axis=1)


def with_native_bytes(native: Any) -> Any:
    """Swap the bytes of pandas numbers written on another kind of machine, which pandas cannot filter."""
    if not isinstance(native, pd.DataFrame):
        return native
    turned = {
        name: kind.newbyteorder("=")
        for name, kind in native.dtypes.items()
        if isinstance(kind, np.dtype) and not kind.isnative
    }
    return native.astype(turned) if turned else native


def with_given_labels(result: Any, *, like: Any) -> Any:
    """Undo `with_names` for the columns that a result has of a table."""
    if not isinstance(result, pd.DataFrame) or not isinstance(like, pd.DataFrame):
        return result
    given = {as_name(label): label for label in like.columns if not isinstance(label, str)}
    if not given:
        return result
    labels = pd.Index([given.get(name, name) for name in result.columns], dtype=object, tupleize_cols=False)
    return result.set_axis(labels, axis=1)
