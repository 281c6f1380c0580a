"""How far a forecast can be trusted, and the parameters of its models: numbers only of what the log determines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._names import Language
from crmkit.report._value_texts import VALUE_TEXTS

__all__ = ["PARAMETER_COLUMNS", "SYMBOLS", "Limits", "limits_of", "parameters_of"]

PARAMETER_COLUMNS: Final = ("model", "parameter", "estimate", "std_error", "lower", "upper", "is_determined")

SYMBOLS: Final = {"alpha": "α", "beta": "β"}
"""Parameters as they are written; the others go by their name."""

# Where the first is not determined, the others cannot be told apart from it: only their ratio, or less, is known.
_TOGETHER: Final = {
    "r": ("alpha",), "alpha": ("r",), "s": ("beta",), "beta": ("s",), "a": ("b",), "b": ("a",),
    "p": ("v",), "q": ("v",),
}  # fmt: skip
# The parameters of leaving, and the mean probability of being alive above which the model has found none of it.
_OF_LEAVING: Final = frozenset({"s", "beta", "a", "b"})
_ALL_ALIVE: Final = 0.999


class Limits(NamedTuple):
    """How far a forecast can be trusted.

    Attributes
    ----------
    nobody_leaves : bool
        The model finds no leaving in the log, so that what it foretells is what would come if all stayed.
    undetermined : tuple of str
        Other parameters that the log determines only in part.
    days_covered : int or None
        Days from the first purchase on, of a log that is shorter than the horizon.
    """

    nobody_leaves: bool
    undetermined: tuple[str, ...]
    days_covered: int | None

    def said(self, *, horizon: str, language: Language) -> list[str]:
        """Say them, a sentence each; ``horizon`` is a time in words."""
        told = []
        if self.nobody_leaves:
            told.append(VALUE_TEXTS["value_nobody_leaves"].text(language))
        if self.undetermined:
            names = ("、" if language == "zh" else ", ").join(SYMBOLS.get(name, name) for name in self.undetermined)
            told.append(VALUE_TEXTS["value_undetermined"].text(language).format(parameters=names))
        if self.days_covered is not None:
            short = VALUE_TEXTS["value_short_log"].text(language)
            told.append(short.format(n=f"{self.days_covered:,}", horizon=horizon))
        return told


def limits_of(models: Sequence[Any], *, mean_alive: float, days_covered: int, horizon_days: float) -> Limits:
    """How far these models can be trusted that far ahead."""
    lost = [name for model in models for name in _undetermined(model)]
    nobody_leaves = mean_alive > _ALL_ALIVE and not _OF_LEAVING.isdisjoint(lost)
    return Limits(
        nobody_leaves,
        tuple(name for name in lost if not (nobody_leaves and name in _OF_LEAVING)),
        days_covered if days_covered < int(horizon_days) else None,
    )


def parameters_of(models: Sequence[Any]) -> pd.DataFrame:
    """Parameters of the models, without numbers where the log does not determine them."""
    parts = [
        model.params_.reset_index().assign(
            model=type(model).__name__, is_determined=~model.params_.index.isin(_undetermined(model))
        )
        for model in models
    ]
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)[list(PARAMETER_COLUMNS)]
    numbers = ["estimate", "std_error", "lower", "upper"]
    return found.assign(**{name: found[name].where(found["is_determined"]) for name in numbers})


def _undetermined(model: Any) -> list[str]:
    """Parameters on the boundary, and those that cannot be told apart from one there."""
    lost = {*model.boundary_, *(name for found in model.boundary_ for name in _TOGETHER.get(found, ()))}
    return [name for name in model.params_.index if name in lost]
