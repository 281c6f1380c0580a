"""What states of the relation are called for, and the sentences that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.segment._schemes import SCHEMES

__all__ = ["BASE_GAP", "OWN_GAP", "SENTENCES", "relation_action_table"]

SENTENCES: Final = MappingProxyType(
    {
        "closed": Label("{name}: the account is closed.", "{name}：账户已关闭。"),
        "not_contacted": Label("{name}: not yet contacted, no order.", "{name}：尚未接触，没有订单。"),
        "no_order": Label("{name}: no order yet.", "{name}：尚无订单。"),
        "often": Label(
            "{name}: {n}, at least {loyal_from}; silent for {silence}, within {lapsed_after} times {gap}.",
            "{name}：{n} 个购买日，达到 {loyal_from} 个；{silence} 天未购，未超过{gap}的 {lapsed_after} 倍。",
        ),
        "again": Label(
            "{name}: {n}; silent for {silence}, within {lapsed_after} times {gap}.",
            "{name}：{n} 个购买日；{silence} 天未购，未超过{gap}的 {lapsed_after} 倍。",
        ),
        "once": Label(
            "{name}: {n}, {silence} ago; within {lapsed_after} times {gap}.",
            "{name}：{n} 个购买日，在 {silence} 天前；未超过{gap}的 {lapsed_after} 倍。",
        ),
        "silent": Label(
            "{name}: {n}; silent for {silence}, more than {lapsed_after} times {gap}.",
            "{name}：{n} 个购买日；{silence} 天未购，超过{gap}的 {lapsed_after} 倍。",
        ),
        "long_silent": Label(
            "{name}: {n}; silent for {silence}, more than {lost_after} times {gap}.",
            "{name}：{n} 个购买日；{silence} 天未购，超过{gap}的 {lost_after} 倍。",
        ),
    }
)
OWN_GAP: Final = Label("their typical gap of {gap:,.1f} days", "其通常间隔 {gap:,.1f} 天")
BASE_GAP: Final = Label("the base's gap of {gap:,.1f} days", "客户群间隔 {gap:,.1f} 天")

_ACTIONS: Final = MappingProxyType(
    {
        "loyal": Label(
            "Keep and reward: benefits, a personal contact; ask for referrals.",
            "维护与回馈：专属权益、专人服务，请其推荐。",
        ),
        "repeat": Label(
            "Build the habit: reminders in their own rhythm, related products.",
            "培养习惯：按其自身节奏提醒，推荐关联商品。",
        ),
        "one_time": Label(
            "Win the second order: thank, ask how it went, give a reason to return.",
            "促成第二单：致谢回访，给出再来的理由。",
        ),
        "lapsed": Label("Ask why they stopped, and win them back soon.", "了解停购原因，尽早唤回。"),
        "lost": Label(
            "Learn the reason; win back only where the value pays for it.", "弄清流失原因；价值足够时再挽回。"
        ),
        "target": Label("Make the first contact; find out need and budget.", "首次接触，了解需求与预算。"),
        "potential": Label(
            "Win the first order: trial, sample, first-order offer.", "促成首单：试用、样品或首单优惠。"
        ),
    }
)

_NOT_A_MAPPING: Final = Message(
    en="{@actions} must map states to pairs of an English and a Chinese text, got {value!r}.",
    zh="{@actions} 须为状态到（英文，中文）文本对的映射，得到 {value!r}。",
)
_NOT_STATES: Final = Message(
    en="{@actions} must name states, {states}, got {got}.", zh="{@actions} 须以状态为键：{states}，得到 {got}。"
)


def relation_action_table(*, actions: Mapping[str, tuple[str, str]] | None = None) -> pd.DataFrame:
    """List the states of the relation, the best first, with what to do in each.

    Parameters
    ----------
    actions : mapping of str to pairs of str, optional
        Actions of your own, in English and in Chinese, by state; the others stay as they are.

    Returns
    -------
    DataFrame
        ``segment``, ``segment_order`` from 1, ``name_en``, ``name_zh``, ``action_en``, ``action_zh``.

    Raises
    ------
    TypeError
        If ``actions`` is not a mapping to pairs of texts.
    ValueError
        If it names something that is not a state.

    Examples
    --------
    >>> own = {"lapsed": ("Call them.", "电话回访。")}
    >>> relation_action_table(actions=own)[["segment", "name_zh", "action_en"]].iloc[[3]]
      segment name_zh   action_en
    3  lapsed    沉睡客户  Call them.
    """
    told: dict[str, Any] = {state: tuple(action) for state, action in _ACTIONS.items()}
    if actions is not None:
        if not isinstance(actions, Mapping) or not all(map(_is_pair, actions.values())):
            raise TypeError(_NOT_A_MAPPING(value=actions))
        if others := [state for state in actions if state not in told]:
            raise ValueError(_NOT_STATES(states=list(told), got=others))
        told |= actions
    table = SCHEMES["relation"].table()
    for place, language in enumerate(("en", "zh")):
        table[f"action_{language}"] = [told[state][place] for state in table["segment"]]
    return table


def _is_pair(value: object) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(isinstance(text, str) for text in value)
