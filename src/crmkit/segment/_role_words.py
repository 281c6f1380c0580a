"""The words in which roles are explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from crmkit._figures import decimals
from crmkit._labelling import Measures
from crmkit._names import Label, Language
from crmkit.segment._role_scores import Judged
from crmkit.segment._texts import REASONS

__all__ = ["sentences"]

_AXES: Final = MappingProxyType(
    {
        "cash_flow": Label("cash flow", "现金流"),
        "relationship": Label("relationship", "关系"),
        "growth": Label("growth", "增长"),
        "value": Label("value", "价值"),
    }
)
_COLUMNS_ZH: Final = MappingProxyType(
    {
        "recent_spend": "近四季消费额",
        "recent_profit": "近四季利润",
        "spend": "消费额",
        "regularity": "规律性",
        "growth": "季度增长率",
        "tenure_days": "关系天数",
    }
)
_MAIN: Final = Label(
    "{name}: {axis} scores {score} ({column} of {value})", "{name}：{axis}得分 {score}（{column} {value}）"
)
_ENDS: Final = MappingProxyType(
    {
        "highest_score": Label("; next is {second} with {second_score}.", "；其次为{second} {second_score}。"),
        "near_tie": Label(", and nearly as high is {near}.", "，得分相近的还有{near}。"),
        "only_score": Label(", the only score known.", "，其余得分未知。"),
    }
)
_NEAR: Final = Label("{axis} with {score}", "{axis} {score}")
_BETWEEN: Final = Label(" and ", "、")
_NO_SCORE: Final = Label("No role: no score is known.", "无角色：没有任何得分。")
_LISTED: Final = Label("; ", "；")
_LACKING: Final = Label(" No score: {why}.", "缺少的得分：{why}。")
_WHY: Final = Label("{axis} ({why})", "{axis}（{why}）")
# Why a measure of `role_measure_table` is missing.
_MISSING: Final = MappingProxyType(
    {
        "regularity": Label("fewer than three purchase days", "购买日不足三个"),
        "growth": Label(
            "no net spend in the last four quarters, or a customer only since then",
            "近四季无净消费，或在此期间才成为客户",
        ),
    }
)
_NOT_ABOVE: Final = Label("{column} is not above 0", "{column}不大于 0")
_UNKNOWN: Final = Label("{column} is not known", "{column}未知")


def sentences(
    found: Judged,
    reasons: Sequence[str],
    columns: Measures,
    *,
    roles: Mapping[str, str],
    names: Mapping[str, str],
    language: Language,
) -> list[str]:
    """Say of each row why it has its role; ``roles`` are the columns by role, ``names`` the segments' by code."""
    codes = list(roles)
    axes = [_AXES[code].text(language) for code in codes]
    shown = [_COLUMNS_ZH.get(column, column) if language == "zh" else column for column in roles.values()]
    main, near_text, between, listed = (label.text(language) for label in (_MAIN, _NEAR, _BETWEEN, _LISTED))
    # Why a role has no score: the measure is missing, or not above 0.
    why = [
        [
            _WHY.text(language).format(axis=axis, why=reason.text(language).format(column=name))
            for reason in (_MISSING.get(column, _UNKNOWN), _NOT_ABOVE)
        ]
        for axis, column, name in zip(axes, roles.values(), shown, strict=True)
    ]
    ends = {reason: label.text(language) for reason, label in _ENDS.items()}
    values = np.column_stack([columns[column] for column in roles.values()])
    lacking = np.isnan(found.scores)
    told = []
    rows = zip(
        reasons,
        found.best.tolist(),
        found.second.tolist(),
        found.scores.tolist(),
        values.tolist(),
        found.near.tolist(),
        lacking.tolist(),
        strict=True,
    )
    for reason, best, second, scores, own, near, missing in rows:
        if reason in REASONS:
            told.append(REASONS[reason].text(language).format(name=names["potential"]))
            continue
        if best < 0:
            text = _NO_SCORE.text(language)
        else:
            of_near = [
                near_text.format(axis=axes[place], score=f"{scores[place]:.2f}")
                for place, is_near in enumerate(near)
                if is_near
            ]
            text = main.format(
                name=names[codes[best]],
                axis=axes[best],
                score=f"{scores[best]:.2f}",
                column=shown[best],
                value=decimals(own[best]),
            ) + ends[reason].format(
                second=axes[second], second_score=f"{scores[second]:.2f}", near=between.join(of_near)
            )
        if any(missing):
            text += _LACKING.text(language).format(
                why=listed.join(
                    both[0 if value != value else 1]
                    for both, lacks, value in zip(why, missing, own, strict=True)
                    if lacks
                )
            )
        told.append(text)
    return told
