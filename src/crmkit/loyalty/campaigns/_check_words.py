"""What each check of an assignment says, in both languages."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._names import Label
from crmkit.loyalty.campaigns._covariates import MISSING_LABEL

__all__ = ["Finding", "Verdict", "sentence"]

Verdict: TypeAlias = Literal["pass", "warning", "fail"]


class Finding(NamedTuple):
    """What a check found, of what, and how it is judged."""

    check: str
    scope: str | None
    arm: str | None
    n: int
    value: float
    threshold: float
    p_value: float
    adjusted_p_value: float
    verdict: Verdict


_SENTENCES: Final = {
    ("sample_ratio", "pass"): Label(
        "The arms have about as many customers as planned (p = {p:.3g}).", "各组人数与计划占比相符（p = {p:.3g}）。"
    ),
    ("sample_ratio", "fail"): Label(
        "The share of {arm} is off its plan by {value:+.2%} (p = {p:.3g}): customers were lost or added after the "
        "assignment, and not by chance. Find out where before you look at any result.",
        "{arm} 组的占比偏离计划 {value:+.2%}（p = {p:.3g}）：分组之后有客户非随机地流失或混入。"
        "请先查明原因，再看结果。",
    ),
    ("sample_ratio_in_stratum", "pass"): Label(
        "In {scope} the arms have about as many customers as planned.", "层 {scope} 内各组人数与计划占比相符。"
    ),
    ("sample_ratio_in_stratum", "fail"): Label(
        "In {scope} the share of {arm} is off its plan by {value:+.2%} (p = {p:.3g}, all strata counted): find out "
        "what happened there.",
        "层 {scope} 内 {arm} 组的占比偏离计划 {value:+.2%}（p = {p:.3g}，已按层数校正），请查明原因。",
    ),
    ("balance", "pass"): Label(
        "{scope}: {arm} differs from the control group by {value:+.3f} standard deviations.",
        "{scope}：{arm} 组与对照组相差 {value:+.3f} 个标准差。",
    ),
    ("balance", "warning"): Label(
        "{scope}: {arm} differs from the control group by {value:+.3f} standard deviations, as chance may bring about "
        "among so few customers. Adjust the effect for it.",
        "{scope}：{arm} 组与对照组相差 {value:+.3f} 个标准差，人数不多时可能出于偶然。估计效果时请对它做调整。",
    ),
    ("balance", "fail"): Label(
        "{scope}: {arm} differs from the control group by {value:+.3f} standard deviations, more than chance brings "
        "about (p = {p:.3g}, all comparisons counted). The arms were not drawn at random, or customers were lost "
        "since.",
        "{scope}：{arm} 组与对照组相差 {value:+.3f} 个标准差，超出偶然范围（p = {p:.3g}，已按比较次数校正）。"
        "分组并非随机，或此后有客户流失。",
    ),
    ("balance_jointly", "pass"): Label(
        "All covariates together: {arm} differs from the control group no more than by chance (p = {p:.3g}).",
        "全部协变量合看：{arm} 组与对照组的差异未超出偶然范围（p = {p:.3g}）。",
    ),
    ("balance_jointly", "fail"): Label(
        "All covariates together: {arm} differs from the control group more than by chance (p = {p:.3g}). The arms "
        "were not drawn at random, or customers were lost since.",
        "全部协变量合看：{arm} 组与对照组的差异超出偶然范围（p = {p:.3g}）。分组并非随机，或此后有客户流失。",
    ),
    ("several_arms", "pass"): Label(
        "{value:.2%} of the customers are in several arms.", "{value:.2%} 的客户同时属于多个组。"
    ),
    ("several_arms", "fail"): Label(
        "{value:.2%} of the customers are in several arms. They are left out of the other checks, and belong in no "
        "comparison.",
        "{value:.2%} 的客户同时属于多个组。其余检查未计入他们，也不应进入任何比较。",
    ),
    ("control_contacted", "pass"): Label(
        "{value:.2%} of the control group were contacted.", "对照组中 {value:.2%} 被触达。"
    ),
    ("control_contacted", "fail"): Label(
        "{value:.2%} of the control group were contacted: the effect will look smaller than it is. Do not move them to "
        "another arm; judge by the arm assigned.",
        "对照组中 {value:.2%} 被触达：效果会被低估。不要把他们改划到其他组，仍按原分组评估。",
    ),
    ("holdout_assigned", "pass"): Label(
        "{value:.2%} of the customers in other arms belong to the standing holdout.",
        "参与活动的客户中 {value:.2%} 属于长期留出组。",
    ),
    ("holdout_assigned", "fail"): Label(
        "{value:.2%} of the customers in this campaign belong to the standing holdout, which no campaign contacts. "
        "Take them out of the list.",
        "参与活动的客户中 {value:.2%} 属于长期留出组，任何活动都不应触达。请从名单中剔除。",
    ),
    ("holdout_contacted", "pass"): Label(
        "{value:.2%} of the standing holdout were contacted.", "长期留出组中 {value:.2%} 被触达。"
    ),
    ("holdout_contacted", "fail"): Label(
        "{value:.2%} of the standing holdout were contacted: it no longer shows what would come without campaigns.",
        "长期留出组中 {value:.2%} 被触达：它不再能说明没有活动时会怎样。",
    ),
    ("other_campaigns", "pass"): Label(
        "No customer was contacted by another campaign in the time of this one.", "活动期间没有客户被其他活动触达。"
    ),
    ("other_campaigns", "warning"): Label(
        "{value:.1%} of the customers were contacted by another campaign in the time of this one, the control group as "
        "often as the others: the effect is that beside the other campaign.",
        "{value:.1%} 的客户在活动期间被其他活动触达，对照组与其他组的比例相近：测得的是叠加在其他活动之上的效果。",
    ),
    ("other_campaigns", "fail"): Label(
        "{value:.1%} of the customers were contacted by another campaign in the time of this one, the control group "
        "not as often as the others (p = {p:.3g}): the difference shows both campaigns.",
        "{value:.1%} 的客户在活动期间被其他活动触达，且对照组与其他组的比例不同（p = {p:.3g}）："
        "差异中混有两个活动的影响。",
    ),
}


def sentence(finding: Finding) -> Label:
    """Say what was found."""
    adjusted = finding.adjusted_p_value
    values: dict[str, Any] = {
        "scope": finding.scope,
        "arm": finding.arm,
        "value": finding.value,
        "p": finding.p_value if np.isnan(adjusted) else adjusted,
    }
    words = _SENTENCES[finding.check, finding.verdict]
    return Label(words.en.format(**values), words.zh.format(**values | {"scope": _in_chinese(finding.scope)}))


def _in_chinese(scope: str | None) -> str | None:
    """A column of those without a value, named in Chinese."""
    marked = f"={MISSING_LABEL}"
    return f"{scope.removesuffix(marked)}=缺失" if scope is not None and scope.endswith(marked) else scope
