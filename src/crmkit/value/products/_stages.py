"""Stages of a product's life from its growth, which do not go to and fro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._messages import Message

__all__ = ["STAGES", "checked_thresholds", "stages_of"]

STAGES: Final = ("introduction", "growth", "maturity", "decline")
_USUAL: Final = {
    "introduction": 0.05,
    "growth_enter": 0.15,
    "growth_leave": 0.05,
    "decline_enter": -0.10,
    "decline_leave": 0.0,
    "dwell": 2,
}
# Each pair ascends.
_ASCENDING: Final = (
    ("growth_leave", "growth_enter"),
    ("decline_enter", "decline_leave"),
    ("decline_leave", "growth_enter"),
    ("decline_enter", "growth_leave"),
)

_NOT_A_MAPPING: Final = Message(
    en="{@thresholds} must be a dictionary such as {{'growth_enter': 0.15}}, got {value!r}.",
    zh="{@thresholds} 须为字典，例如 {{'growth_enter': 0.15}}，得到 {value!r}。",
)
_UNKNOWN: Final = Message(
    en="{@thresholds} has {unknown}, which are none of {names}.", zh="{@thresholds} 含有 {unknown}，可用的为 {names}。"
)
_DESCENDING: Final = Message(
    en="{@thresholds} has {low} above {high}: {low_value!r} and {high_value!r}. Then a product would leave a stage as "
    "it enters.",
    zh="{@thresholds} 中 {low}（{low_value!r}）大于 {high}（{high_value!r}），产品会一进入某阶段就离开。",
)
_RANGE: Final = Message(
    en="{@thresholds} must have an introduction in [0, 1] and a dwell that is a whole number of at least 1, got "
    "{value!r}.",
    zh="{@thresholds} 的 introduction 须在 [0, 1] 内，dwell 须为不小于 1 的整数，得到 {value!r}。",
)


def checked_thresholds(thresholds: object) -> dict[str, float]:
    """Return all thresholds, those not given as usual."""
    if thresholds is None:
        return dict(_USUAL)
    if not isinstance(thresholds, Mapping):
        raise TypeError(_NOT_A_MAPPING(value=thresholds))
    if unknown := [name for name in thresholds if name not in _USUAL]:
        raise ValueError(_UNKNOWN(unknown=unknown, names=list(_USUAL)))
    for number in thresholds.values():
        check_number(number, name="thresholds")
    rules: dict[str, float] = {**_USUAL, **thresholds}
    for low, high in _ASCENDING:
        if rules[low] > rules[high]:
            raise ValueError(_DESCENDING(low=low, high=high, low_value=rules[low], high_value=rules[high]))
    if not 0 <= rules["introduction"] <= 1 or rules["dwell"] < 1 or rules["dwell"] % 1:
        raise ValueError(_RANGE(value=dict(thresholds)))
    return rules


def stages_of(growth: Floats, level: Floats, *, rules: Mapping[str, float]) -> list[Any]:
    """The stage in each period; None before the first that can be judged. Unknown growth leaves it as it is."""
    peak = int(np.nanargmax(level)) if not np.isnan(level).all() else 0
    early = (level < rules["introduction"]) & (np.arange(len(level)) < peak)
    stage: str | None = None
    stayed = 0
    stages: list[Any] = []
    after: str | None
    for place, change in enumerate(growth.tolist()):
        if early[place]:
            after = "introduction"
        elif np.isnan(change):
            # What is past its introduction waits for growth that is known.
            after = stage
        elif stage in (None, "introduction"):
            after = _entered(change, rules)
        elif stayed < rules["dwell"]:
            after = stage
        else:
            after = _next(stage, change, rules)
        stayed = stayed + 1 if after == stage else 1
        stage = after
        stages.append(stage)
    return stages


def _entered(growth: float, rules: Mapping[str, float]) -> str:
    """The stage that growth leads into."""
    if growth > rules["growth_enter"]:
        return "growth"
    return "decline" if growth < rules["decline_enter"] else "maturity"


def _next(stage: Any, growth: float, rules: Mapping[str, float]) -> str:
    """The stage after a period with such growth."""
    stays = {"growth": growth >= rules["growth_leave"], "decline": growth <= rules["decline_leave"]}
    return str(stage) if stays.get(stage, False) else _entered(growth, rules)
