"""What a hazard model can be told, and the levels of its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_number, check_option, some
from crmkit._messages import Message
from crmkit.loyalty.survival._hazard_fit import LINKS

__all__ = ["INTERCEPT", "LOG", "Baseline", "check_options", "first_periods", "levels_of"]

Baseline: TypeAlias = Literal["each", "log"] | Sequence[int]

INTERCEPT: Final = "intercept"
LOG: Final = "log_period"
_OWN: Final = ("period", "left", "n_customers")

_NO_FEATURES: Final = Message(
    en="{@features} must be a list of different columns other than {own}, got {value!r}.",
    zh="{@features} 须为互不相同且不为 {own} 的列名列表，得到 {value!r}。",
)
_NO_BASELINE: Final = Message(
    en="{@baseline} must be 'each', 'log', or the first periods of bands, ascending from 1, got {value!r}.",
    zh="{@baseline} 须为 'each'、'log'，或各段的首期，自 1 起递增，得到 {value!r}。",
)
_NEGATIVE: Final = Message(
    en="{@penalty} must be 0 or more, got {value!r}.", zh="{@penalty} 须不小于 0，得到 {value!r}。"
)


def check_options(*, features: Any, baseline: Any, link: Any, penalty: Any) -> None:
    """Raise unless a hazard model can be fitted with these options."""
    listed = isinstance(features, Sequence) and not isinstance(features, (str, bytes))
    if not listed or not all(isinstance(name, str) for name in features):
        raise TypeError(_NO_FEATURES(own=some(_OWN), value=features))
    if len(set(features)) < len(features) or set(features) & {*_OWN, INTERCEPT, LOG}:
        raise ValueError(_NO_FEATURES(own=some([*_OWN, INTERCEPT, LOG]), value=list(features)))
    _check_baseline(baseline)
    check_option(link, LINKS, name="link")
    check_number(penalty, name="penalty")
    if penalty < 0:
        raise ValueError(_NEGATIVE(value=penalty))


def _check_baseline(baseline: Any) -> None:
    if isinstance(baseline, str):
        if baseline not in ("each", "log"):
            raise ValueError(_NO_BASELINE(value=baseline))
        return
    if not isinstance(baseline, Sequence) or not all(
        isinstance(first, (int, np.integer)) and not isinstance(first, bool) for first in baseline
    ):
        raise TypeError(_NO_BASELINE(value=baseline))
    if not len(baseline) or baseline[0] != 1 or (np.diff(baseline) <= 0).any():
        raise ValueError(_NO_BASELINE(value=list(baseline)))


def first_periods(baseline: Baseline, period: Floats) -> npt.NDArray[np.int64]:
    """The first period of each level of the baseline."""
    if baseline == "each":
        return np.unique(period).astype(np.int64)
    return np.array([1] if baseline == "log" else list(baseline), dtype=np.int64)


def levels_of(period: Floats, firsts: npt.NDArray[Any], *, each: bool) -> npt.NDArray[np.intp]:
    """The level of each period; the number of levels where there is none."""
    levels = np.searchsorted(firsts, period, side="right") - 1
    none = np.isnan(period) | (levels < 0)
    if each:
        none |= firsts[levels] != period
    return np.where(none, len(firsts), levels)
