"""The arms of a campaign with the shares of customers planned for them, the control group first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._messages import Message

__all__ = ["HOLDOUT", "Arms", "planned_arms"]

HOLDOUT: Final = "holdout"
"""The arm of customers whom no campaign contacts."""

_FEWEST_ARMS: Final = 2
# Shares written with a few decimals add up to 1 within this.
_ROUNDING: Final = 1e-9

_NOT_SHARES: Final = Message(
    en="{@arms} must map the name of each arm to its share, two arms or more, such as {{'control': 0.1, 'email': "
    "0.9}}, got {value!r}.",
    zh="{@arms} 须为各组名称到其占比的映射，至少两组，如 {{'control': 0.1, 'email': 0.9}}，得到 {value!r}。",
)
_NOT_ONE: Final = Message(
    en="The shares in {@arms} must add up to 1, got {total:.6g}.", zh="{@arms} 中各组占比之和须为 1，得到 {total:.6g}。"
)
_NO_CONTROL: Final = Message(
    en="{@control} must be one of {@arms}, got {value!r}. The arms are {arms}.",
    zh="{@control} 须为 {@arms} 中的一组，得到 {value!r}。现有分组为 {arms}。",
)
_BLANK: Final = Message(
    en="{@arms} has an arm without a name, {value!r}. A table of contacts takes it for a missing one. Name it.",
    zh="{@arms} 中有未命名的分组 {value!r}，在触达表中会被当作缺失。请为其命名。",
)
_TAKEN: Final = Message(
    en="{@arms} has an arm 'holdout', which is kept for customers whom no campaign contacts. Rename it.",
    zh="{@arms} 中的 'holdout' 专指任何活动都不触达的长期留出组，请改名。",
)


class Arms(NamedTuple):
    """Names, the control group first and the others in their order, and the share of each."""

    names: list[str]
    shares: Floats

    @property
    def thresholds(self) -> Floats:
        """Where one arm ends and the next begins, of the positions from 0 to 1."""
        return np.array(list(accumulate(self.shares.tolist()))[:-1])


def planned_arms(arms: Any, *, control: object) -> Arms:
    """Read the arms. Their order does not depend on that in which they were written."""
    if not isinstance(arms, Mapping) or len(arms) < _FEWEST_ARMS or not all(isinstance(name, str) for name in arms):
        raise TypeError(_NOT_SHARES(value=arms))
    for share in arms.values():
        check_fraction(share, name="arms")
    if blank := [name for name in arms if not name.strip()]:
        raise ValueError(_BLANK(value=blank[0]))
    if HOLDOUT in arms:
        raise ValueError(_TAKEN())
    if control not in arms:
        raise ValueError(_NO_CONTROL(value=control, arms=list(arms)))
    total = math.fsum(arms.values())
    if abs(total - 1) > _ROUNDING:
        raise ValueError(_NOT_ONE(total=total))
    names = [str(control), *sorted(name for name in arms if name != control)]
    return Arms(names, np.array([float(arms[name]) for name in names]))
