"""How far a forecast can be trusted, and the parameters of its models: numbers only of what the log determines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._figures import symbol
from crmkit._messages import Joined, Message, Said

__all__ = ["ForecastLimits", "limits_of", "parameters_of"]

_PARAMETER_COLUMNS: Final = ("model", "parameter", "estimate", "std_error", "lower", "upper", "is_determined")
# Where the first is not determined, the others cannot be distinguished from it: only their ratio, or less, is known.
_TOGETHER: Final = {
    "r": ("alpha",), "alpha": ("r",), "s": ("beta",), "beta": ("s",), "a": ("b",), "b": ("a",),
    "p": ("v",), "q": ("v",),
}  # fmt: skip
# The parameters of leaving, and the mean probability of being alive above which the model has found none of it.
_OF_LEAVING: Final = frozenset({"s", "beta", "a", "b"})
_ALL_ALIVE: Final = 0.999
_NOBODY_LEAVES: Final = Message(
    en="The model finds nobody leaving in this log: its figures let everybody go on buying at their own rate, and it "
    "cannot say who has left.",
    zh="模型在这份数据中未发现客户流失：各项数字假定每位客户都按各自的节奏继续购买，无法判断谁已流失。",
)
_UNDETERMINED: Final = Message(
    en="The log determines {parameters} only in part; the intervals may be too narrow.",
    zh="数据只能部分确定 {parameters}，区间可能偏窄。",
)
_SHORT_LOG: Final = Message(
    en="The log covers {n:,} days, less than the {horizon} to be predicted: treat these figures with care.",
    zh="数据仅覆盖 {n:,} 天，不足所预测的 {horizon}，请谨慎使用。",
)


class ForecastLimits(NamedTuple):
    """How far a forecast can be trusted.

    Attributes
    ----------
    nobody_leaves : bool
        The model finds nobody leaving, so that it lets everybody go on buying at their own rate.
    undetermined : tuple of str
        Other parameters that the log determines only in part.
    days_covered : int or None
        Days from the first purchase on, of a log that is shorter than the horizon.
    """

    nobody_leaves: bool
    undetermined: tuple[str, ...]
    days_covered: int | None

    def said(self, *, horizon: object) -> list[Said]:
        """Say them, a sentence each.

        Parameters
        ----------
        horizon : str or Said
            The horizon in words, such as "12 months".

        Returns
        -------
        list of Said
            Sentences in both languages; as text they are English. Empty where nothing limits the forecast.
        """
        told = []
        if self.nobody_leaves:
            told.append(_NOBODY_LEAVES())
        if self.undetermined:
            told.append(_UNDETERMINED(parameters=Joined(list(map(symbol, self.undetermined)), en=", ", zh="、")))
        if self.days_covered is not None:
            told.append(_SHORT_LOG(n=self.days_covered, horizon=horizon))
        return told


def limits_of(models: Sequence[Any], *, mean_alive: float, days_covered: int, horizon_days: float) -> ForecastLimits:
    """How far these models can be trusted that far ahead."""
    lost = [name for model in models for name in _undetermined(model)]
    nobody_leaves = mean_alive > _ALL_ALIVE and not _OF_LEAVING.isdisjoint(lost)
    return ForecastLimits(
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
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)[list(_PARAMETER_COLUMNS)]
    numbers = ["estimate", "std_error", "lower", "upper"]
    return found.assign(**{name: found[name].where(found["is_determined"]) for name in numbers})


def _undetermined(model: Any) -> list[str]:
    """Parameters on the boundary, and those that cannot be distinguished from one there."""
    lost = {*model.boundary_, *(name for found in model.boundary_ for name in _TOGETHER.get(found, ()))}
    return [name for name in model.params_.index if name in lost]
