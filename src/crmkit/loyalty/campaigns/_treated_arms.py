"""Which arm each customer was in: labels as numbers, 0 for those left alone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message, Parameter

__all__ = ["TreatedArms", "arm_number", "read_treatment"]

_NO_TREATMENT: Final = Message(
    en="{@treatment} is not given: say in which arm each customer was.",
    zh="未给出 {@treatment}：请给出每位客户所在的分组。",
)
_GAPS: Final = Message(
    en="{@treatment} is missing in {n:,} {n:row|rows}. Leave these customers out.",
    zh="{@treatment} 在 {n:,} 行缺失，请去掉这些客户。",
)
_LENGTH: Final = Message(
    en="{@treatment} has {got:,} {got:value|values}, and there are {n:,} {n:row|rows}.",
    zh="{@treatment} 有 {got:,} 个值，而共有 {n:,} 行。",
)
_NO_CONTROL: Final = Message(
    en="{@treatment} has no arm {control!r}; its arms are {arms}. Name the one left alone by {@control=}.",
    zh="{@treatment} 中没有分组 {control!r}，现有分组为 {arms}。请用 {@control=} 指定未触达的一组。",
)
_ONE_ARM: Final = Message(
    en="All customers in {@treatment} are in the arm {control!r}: nobody was treated.",
    zh="{@treatment} 中的客户全部在分组 {control!r}：没有人被触达。",
)
_NO_ARM: Final = Message(en="{name} must be one of {arms}, got {arm!r}.", zh="{name} 须为 {arms} 之一，得到 {arm!r}。")


class TreatedArms(NamedTuple):
    """The number of each customer's arm, 0 for the control arm, and the labels of the others, from 1 on."""

    codes: npt.NDArray[np.intp]
    labels: list[Any]


def read_treatment(treatment: Any, *, control: Any, n: int) -> TreatedArms:
    """Read labels of arms, of which one was left alone."""
    if treatment is None:
        raise ValueError(_NO_TREATMENT())
    given = pd.Series(np.asarray(treatment).ravel(), dtype=object)
    if len(given) != n:
        raise ValueError(_LENGTH(got=len(given), n=n))
    if given.isna().any():
        raise ValueError(_GAPS(n=int(given.isna().sum())))
    codes, found = pd.factorize(given)
    labels = [label.item() if isinstance(label, np.generic) else label for label in found]
    is_control = [bool(label == control) for label in labels]
    if not any(is_control):
        raise ValueError(_NO_CONTROL(control=control, arms=some(sorted(labels, key=str))))
    if all(is_control):
        raise ValueError(_ONE_ARM(control=control))
    order = sorted(range(len(labels)), key=lambda place: (not is_control[place], str(labels[place])))
    number = np.empty(len(labels), dtype=np.intp)
    number[order] = np.arange(len(labels))
    return TreatedArms(number[codes], [labels[place] for place in order[1:]])


def arm_number(arm: Any, labels: list[Any], *, name: str = "arm") -> int:
    """The number of an arm, from 1; it may be left out where there is one."""
    if arm is None and len(labels) == 1:
        return 1
    if arm is None or arm not in labels:
        raise ValueError(_NO_ARM(name=Parameter(name), arms=some(labels), arm=arm))
    return labels.index(arm) + 1
