"""What all estimators share: scikit-learn's parameters, closed once fitted, and JSON instead of pickle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from fractions import Fraction
from inspect import get_annotations
from typing import Any, Final, Self, TypeVar

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from crmkit._estimator._foreign import foreign_as_text, foreign_from_text
from crmkit._estimator._json import JsonError, check_keys, plain, read, refused, written
from crmkit._messages import Message, Parameter
from crmkit._version import __version__

__all__ = ["JsonEstimator", "check_fitted"]

_OPTIONS = "options_"
_KINDS: dict[str, Any] = {
    "pd.DataFrame": pd.DataFrame,
    "int": int,
    "float": (int, float),
    "list[str]": list,
    "dict[str, list[str]]": dict,
}
_OF_TEXTS: Final = ("list[str]", "dict[str, list[str]]")
# Larger whole numbers are not floats too.
_MOST = 2**53
_MOST_SHOWN = 80
_Kind = TypeVar("_Kind", bound="JsonEstimator")

_NOT_FITTED: Final = Message(
    en="This {kind} is not fitted yet. Call {@fit()} first.", zh="该 {kind} 尚未拟合，请先调用 {@fit()}。"
)
_NOT_ITS_JSON: Final = Message(
    en="{@text} must be what {kind}.to_json wrote, got {text!r}.",
    zh="{@text} 须为 {kind}.to_json 写出的内容，得到 {text!r}。",
)
_OF_ANOTHER: Final = Message(
    en="{@text} holds a {found}, not a {kind}. Read it with {found}.from_json.",
    zh="{@text} 的内容是 {found}，不是 {kind}。请用 {found}.from_json 读取。",
)
_NOT_PLAIN: Final = Message(
    en="{name} must be a plain value, or a list or dict of plain values, got {value!r}.",
    zh="{name} 须为普通值，或由普通值组成的列表或字典，得到 {value!r}。",
)


def check_fitted(estimator: object) -> None:
    """Raise unless an estimator was fitted."""
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise NotFittedError(_NOT_FITTED(kind=type(estimator).__name__)) from error


class JsonEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator whose parameters and learned attributes are numbers, text, lists, dicts, tables and estimators.

    Once fitted it is closed. `fit` runs within ``with self._fitting():``, which keeps a copy of the parameters in
    ``options_``; from then on everything reads ``self.options_.<parameter>``, never ``self.<parameter>``. So setting a
    parameter, or changing one in place, has no effect until the next `fit`. `to_json` writes ``options_`` as the
    parameters, and `from_json` restores it.

    Attributes
    ----------
    options_ : estimator of the same class, not fitted
        The parameters at the time of `fit`.
    """

    options_: Self

    def __getattr__(self, name: str) -> Any:
        if name == _OPTIONS:
            raise NotFittedError(_NOT_FITTED(kind=type(self).__name__))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def to_json(self) -> str:
        """Write the class, version, parameters and learned state as JSON.

        Returns
        -------
        str
            What ``from_json`` reads. Numbers are exact to the last bit.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        """
        check_fitted(self)
        return json.dumps({"version": __version__, **_record(self)}, allow_nan=False, ensure_ascii=False, default=plain)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Restore the fitted estimator that ``to_json`` wrote.

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
            If the text is not JSON of this class.
        """
        try:
            record = json.loads(text, parse_constant=refused)
            name = record["class"]
            check_keys(record, {"version", "class", "params", "state"})
            if not isinstance(record["version"], str):
                raise JsonError("the version is not text")
            del record["version"]
            estimator = _restored(record, cls) if name == cls.__name__ else None
            if estimator is not None:
                check_fitted(estimator)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(_NOT_ITS_JSON(kind=cls.__name__, text=str(text)[:_MOST_SHOWN])) from error
        if estimator is None:
            raise ValueError(_OF_ANOTHER(found=name, kind=cls.__name__))
        return estimator

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """Forget the last fit and keep this one's parameters; if the fit fails, the estimator is left unfitted."""
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
        """Return an unfitted copy with copies of the parameters, which later changes do not reach."""
        return type(self)(**{name: _copied(value, name) for name, value in self.get_params(deep=False).items()})

    def _check_restored(self) -> None:
        """Raise unless the JSON holds what a fit learns: every attribute, each of its kind."""
        learned = {name: kind for name, kind in _learned(type(self)).items() if name != _OPTIONS}
        found = {name for name in vars(self) if name.endswith("_") and name != _OPTIONS}
        if found != set(learned):
            raise JsonError(f"a {type(self).__name__} learns {sorted(learned)}, not {sorted(found)}")
        for name, kind in learned.items():
            value = getattr(self, name)
            if kind in _KINDS and (not isinstance(value, _KINDS[kind]) or isinstance(value, bool)):
                raise JsonError(f"{name} is not a {kind}")
            lists = value.values() if isinstance(value, dict) else [value]
            if kind in _OF_TEXTS and not all(map(_is_texts, lists)):
                raise JsonError(f"{name} is not a {kind}")
            if kind == "int" and not 0 <= value <= _MOST:
                raise JsonError(f"{name} is not a number of customers")


def _is_texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _copied(value: Any, name: str) -> Any:
    """Copy a parameter; mappings and other containers become the plain ones that JSON holds."""
    if isinstance(value, Mapping):
        return {key: _copied(part, name) for key, part in value.items()}
    if isinstance(value, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray, range)):
        return list(value)
    if isinstance(value, Fraction):
        return float(value)
    try:
        return deepcopy(value)
    except TypeError as error:
        raise TypeError(_NOT_PLAIN(name=Parameter(name), value=value)) from error


def _learned(kind: type) -> dict[str, str]:
    """The attributes that a class declares it learns, with their types as written."""
    return {
        name: str(annotation)
        for base in reversed(kind.__mro__)
        for name, annotation in get_annotations(base).items()
        if name.endswith("_") and not name.startswith("_")
    }


def _record(estimator: JsonEstimator) -> dict[str, Any]:
    """Class, parameters (those of the fit, if fitted) and state."""
    options = estimator.options_ if hasattr(estimator, _OPTIONS) else estimator
    state = {name: value for name, value in vars(estimator).items() if name.endswith("_") and name != _OPTIONS}
    return {
        "class": type(estimator).__name__,
        "params": {
            name: written(value, record_of=_record_of, foreign_of=_foreign_of)
            for name, value in options.get_params(deep=False).items()
        },
        "state": {name: written(value, record_of=_record_of, foreign_of=_foreign_of) for name, value in state.items()},
    }


def _record_of(value: Any) -> dict[str, Any] | None:
    """The record of an estimator; None for any other value."""
    return _record(value) if isinstance(value, JsonEstimator) else None


def _foreign_of(value: Any) -> str | None:
    """The text of another library's estimator; None for any other value."""
    return foreign_as_text(value) if isinstance(value, BaseEstimator) else None


def _restored(record: dict[str, Any], cls: type[_Kind]) -> _Kind:
    check_keys(record, {"class", "params", "state"})
    estimator = cls(**{name: _read(value) for name, value in record["params"].items()})
    for attribute, value in record["state"].items():
        known = hasattr(cls, attribute) or attribute == _OPTIONS
        if known or attribute.startswith("_") or not attribute.endswith("_"):
            raise JsonError(f"{cls.__name__} does not learn {attribute}")
        setattr(estimator, attribute, _read(value))
    if record["state"]:
        estimator.options_ = estimator._as_given()
        estimator._check_restored()
    return estimator


def _read(value: Any) -> Any:
    return read(value, restored=_restored_any, foreign=foreign_from_text)


def _restored_any(record: dict[str, Any]) -> JsonEstimator:
    """Restore an estimator of any class that is loaded: JSON can name one of these, nothing else."""
    return _restored(record, {kind.__name__: kind for kind in _kinds(JsonEstimator)}[record["class"]])


def _kinds(kind: type[JsonEstimator]) -> Iterator[type[JsonEstimator]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
