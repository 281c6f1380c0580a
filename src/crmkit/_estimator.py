"""What all estimators share: scikit-learn's parameters, and a way to and from JSON without pickle."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from fractions import Fraction
from inspect import get_annotations
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_string_dtype
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from crmkit._version import __version__

__all__ = ["JsonEstimator"]

_OPTIONS = "options_"
_TABLE = "__table__"
_ESTIMATOR = "__estimator__"
_TUPLE = "__tuple__"
_FLOAT = "__float__"
_TEXT = pd.Series(["text"]).dtype
_KINDS: dict[str, Any] = {"pd.DataFrame": pd.DataFrame, "int": int, "float": (int, float), "list[str]": list}
# What a column of a table holds, by its type as written; None is a gap.
_GAP = type(None)
_COLUMNS: dict[str, tuple[type, ...]] = {
    "text": (str, _GAP),
    "int64": (int,),
    "Int64": (int, _GAP),
    "float64": (int, float, _GAP),
    "bool": (bool,),
}
# Whole numbers up to here are floats too.
_MOST = 2**53
_Kind = TypeVar("_Kind", bound="JsonEstimator")


class JsonEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator whose parameters and learned attributes are numbers, text, lists, dicts, tables and its like.

    Once fitted it is closed. A `fit` works within ``with self._fitting():``, which keeps a copy of the parameters in
    ``options_``; from then on everything reads ``self.options_.<parameter>``, never ``self.<parameter>``. So setting a
    parameter, or changing one in place, means nothing until the next `fit`; `to_json` writes ``options_`` as the
    parameters, and `from_json` restores it.

    Attributes
    ----------
    options_ : estimator of the same class, not fitted
        The parameters as they were in `fit`.
    """

    options_: Self

    def __getattr__(self, name: str) -> Any:
        if name == _OPTIONS:
            kind = type(self).__name__
            raise NotFittedError(f"This {kind} is not fitted yet. Call fit before what needs a fitted estimator.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def to_json(self) -> str:
        """Write class, version, parameters and learned state as JSON.

        Returns
        -------
        str
            What ``from_json`` reads; numbers keep their last bit.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self)
        return json.dumps(
            {"version": __version__, **_record(self)}, allow_nan=False, ensure_ascii=False, default=_plain
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Make the fitted estimator that ``to_json`` wrote.

        Parameters
        ----------
        text : str
            JSON of an estimator of this class.

        Returns
        -------
        estimator
            Fitted as it was.

        Raises
        ------
        ValueError
            If the text is no JSON of this class.
        """
        try:
            record = json.loads(text, parse_constant=_refused)
            name = record["class"]
            _check_keys(record, {"version", "class", "params", "state"})
            if not isinstance(record["version"], str):
                raise ValueError("the version is no text")
            del record["version"]
            estimator = _restored(record, cls) if name == cls.__name__ else None
            if estimator is not None:
                check_is_fitted(estimator)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"`text` must be what {cls.__name__}.to_json wrote, got {str(text)[:80]!r}.") from error
        if estimator is None:
            raise ValueError(f"`text` holds a {name}, not a {cls.__name__}. Read it with {name}.from_json.")
        return estimator

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """Forget the last fit and keep the parameters of this one; a fit that fails leaves the estimator unfitted."""
        self._forget()
        self.options_ = self._as_given()
        with ExitStack() as undo:
            undo.callback(self._forget)
            yield
            undo.pop_all()

    def _forget(self) -> None:
        for learned in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, learned)

    def _as_given(self) -> Self:
        """Copy the estimator unfitted, with copies of its parameters: no later change of them reaches it."""
        return type(self)(**{name: _copied(value, name) for name, value in self.get_params(deep=False).items()})

    def _check_restored(self) -> None:
        """Raise where JSON says what no fit leaves: all that is learned must be there, of its kind."""
        learned = {name: kind for name, kind in _learned(type(self)).items() if name != _OPTIONS}
        found = {name for name in vars(self) if name.endswith("_") and name != _OPTIONS}
        if found != set(learned):
            raise ValueError(f"a {type(self).__name__} learns {sorted(learned)}, not {sorted(found)}")
        for name, kind in learned.items():
            value = getattr(self, name)
            if kind in _KINDS and (not isinstance(value, _KINDS[kind]) or isinstance(value, bool)):
                raise ValueError(f"{name} is no {kind}")
            if kind == "int" and not 0 <= value <= _MOST:
                raise ValueError(f"{name} is no number of customers")


def _copied(value: Any, name: str) -> Any:
    """Copy a parameter, mappings and other containers as the plain ones that JSON holds."""
    if isinstance(value, Mapping):
        return {key: _copied(part, name) for key, part in value.items()}
    if isinstance(value, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray, range)):
        return list(value)
    if isinstance(value, Fraction):
        return float(value)
    try:
        return deepcopy(value)
    except TypeError as error:
        raise TypeError(f"`{name}` must be a plain value or a list or dict of such, got {value!r}.") from error


def _learned(kind: type) -> dict[str, str]:
    """The attributes that a class says it learns, with their types as written."""
    return {
        name: str(annotation)
        for base in reversed(kind.__mro__)
        for name, annotation in get_annotations(base).items()
        if name.endswith("_") and not name.startswith("_")
    }


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _record(estimator: JsonEstimator) -> dict[str, Any]:
    """Class, parameters (where fitted, those of the fit) and state."""
    options = estimator.options_ if hasattr(estimator, _OPTIONS) else estimator
    state = {name: value for name, value in vars(estimator).items() if name.endswith("_") and name != _OPTIONS}
    return {
        "class": type(estimator).__name__,
        "params": {name: _written(value) for name, value in options.get_params(deep=False).items()},
        "state": {name: _written(value) for name, value in state.items()},
    }


def _check_keys(record: Any, keys: set[str]) -> None:
    if not isinstance(record, dict) or set(record) != keys:
        raise ValueError(f"{sorted(keys)} are written, nothing else")


def _restored(record: dict[str, Any], cls: type[_Kind]) -> _Kind:
    _check_keys(record, {"class", "params", "state"})
    estimator = cls(**{name: _read(value) for name, value in record["params"].items()})
    for attribute, value in record["state"].items():
        known = hasattr(cls, attribute) or attribute == _OPTIONS
        if known or attribute.startswith("_") or not attribute.endswith("_"):
            raise ValueError(f"{attribute} is nothing that {cls.__name__} learns")
        setattr(estimator, attribute, _read(value))
    if record["state"]:
        estimator.options_ = estimator._as_given()
        estimator._check_restored()
    return estimator


def _written(value: Any) -> Any:
    if isinstance(value, JsonEstimator):
        return {_ESTIMATOR: _record(value)}
    if isinstance(value, pd.DataFrame):
        columns = {name: value[name].astype(object).where(value[name].notna(), None).tolist() for name in value.columns}
        # pandas has called text one thing before 3.0 and another since
        types = {name: "text" if is_string_dtype(dtype) else str(dtype) for name, dtype in value.dtypes.items()}
        for name, kind in types.items():
            if kind not in _COLUMNS:
                raise TypeError(f"JSON cannot hold a column of {kind}, got {name!r}.")
        index = {} if value.index.name is None else {"index": {value.index.name: value.index.tolist()}}
        return {_TABLE: columns, "types": types, **index}
    if isinstance(value, tuple):
        return {_TUPLE: [_written(part) for part in value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: repr(float(value))}
    return value


def _plain(value: Any) -> Any:
    """What JSON holds instead of NumPy's numbers."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"JSON cannot hold a {type(value).__name__}, got {value!r}.")


def _read(value: Any) -> Any:
    if isinstance(value, dict) and _ESTIMATOR in value:
        _check_keys(value, {_ESTIMATOR})
        record = value[_ESTIMATOR]
        kinds = {kind.__name__: kind for kind in _kinds(JsonEstimator)}
        return _restored(record, kinds[record["class"]])
    if isinstance(value, dict) and _TUPLE in value:
        _check_keys(value, {_TUPLE})
        return tuple(_read(part) for part in value[_TUPLE])
    if isinstance(value, dict) and _FLOAT in value:
        _check_keys(value, {_FLOAT})
        return float(value[_FLOAT])
    if not isinstance(value, dict) or _TABLE not in value:
        return value
    _check_keys(value, {_TABLE, "types"} | ({"index"} & set(value)))
    columns, types = value[_TABLE], value["types"]
    if columns.keys() != types.keys() or len({len(column) for column in columns.values()}) > 1:
        raise ValueError("each column of a table has a type, and as many values as the others")
    table = pd.DataFrame({name: _column(column, types[name]) for name, column in columns.items()})
    for name, labels in value.get("index", {}).items():
        table.index = pd.Index(labels, name=name)
    return table


def _column(values: list[Any], kind: str) -> pd.Series[Any]:
    """A column of a table, if all its values are of its kind; infinite ones are written nowhere."""
    if not all(type(value) in _COLUMNS[kind] and value not in (math.inf, -math.inf) for value in values):
        raise ValueError(f"a column of {kind} holds something else")
    dtype: Any = _TEXT if kind == "text" else kind
    return pd.Series(values, dtype=object).astype(dtype)


def _kinds(kind: type[JsonEstimator]) -> Iterator[type[JsonEstimator]]:
    """All classes of estimators that are loaded: JSON names one of them, never anything else."""
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
