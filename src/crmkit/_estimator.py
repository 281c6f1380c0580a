"""What all estimators share: scikit-learn's parameters, and a way to and from JSON without pickle."""

from __future__ import annotations

import json
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from crmkit._version import __version__

__all__ = ["JsonEstimator"]

_TABLE = "__table__"


class JsonEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator whose parameters and learned attributes are numbers, text, lists, dicts and tables."""

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
        state = {name: value for name, value in vars(self).items() if name.endswith("_")}
        written = {
            "class": type(self).__name__,
            "version": __version__,
            "params": self.get_params(deep=False),
            "state": {name: _written(value) for name, value in state.items()},
        }
        return json.dumps(written, allow_nan=False, ensure_ascii=False)

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
            read = json.loads(text)
            name, params, state = read["class"], read["params"], read["state"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"`text` must be what {cls.__name__}.to_json wrote, got {text[:80]!r}.") from error
        if name != cls.__name__:
            raise ValueError(f"`text` holds a {name}, not a {cls.__name__}. Read it with {name}.from_json.")
        estimator = cls(**params)
        for attribute, value in state.items():
            setattr(estimator, attribute, _read(value))
        return estimator


def _written(value: Any) -> Any:
    if not isinstance(value, pd.DataFrame):
        return value
    columns = {name: value[name].astype(object).where(value[name].notna(), None).tolist() for name in value.columns}
    return {_TABLE: columns, "types": {name: str(dtype) for name, dtype in value.dtypes.items()}}


def _read(value: Any) -> Any:
    if not isinstance(value, dict) or _TABLE not in value:
        return value
    table = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in value[_TABLE].items()})
    return table.astype(value["types"])
