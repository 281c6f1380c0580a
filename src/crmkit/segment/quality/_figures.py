"""The figures of a segmentation's quality: what each is, which way is good, and where a published rule judges it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._checks import check_number, check_option
from crmkit._messages import Message
from crmkit._names import Label

__all__ = ["CRITERIA", "FIGURES", "Criterion", "Figure", "check_thresholds", "judged"]

Criterion: TypeAlias = Literal["measurable", "accessible", "different", "stable"]
Verdict: TypeAlias = Literal["met", "doubtful", "missed"]

CRITERIA: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "measurable": Label("Measurable", "可衡量性"),
        "accessible": Label("Accessible", "可进入性"),
        "different": Label("Different", "差异性"),
        "stable": Label("Stable", "稳定性"),
    }
)


class Figure(NamedTuple):
    """A figure: its criterion and name, whether higher is better, the limits of a published rule, and the source.

    At ``good`` and beyond it is met, short of ``poor`` it is missed, and between the two it is doubtful.
    """

    criterion: Criterion
    name: Label
    higher_is_better: bool
    good: float = np.nan
    poor: float = np.nan
    source: str = ""


FIGURES: Final[Mapping[str, Figure]] = MappingProxyType(
    {
        "missing_share": Figure("measurable", Label("Missing values", "缺失值占比"), False),
        "unlabelled_share": Figure("measurable", Label("Customers without a segment", "没有客群的客户占比"), False),
        "customer_share": Figure("accessible", Label("Share of the customers", "客户占比"), True),
        "smallest_share": Figure("accessible", Label("Share of the smallest segment", "最小客群的客户占比"), True),
        "value_share": Figure("accessible", Label("Share of the value", "价值占比"), True),
        "contactable_share": Figure("accessible", Label("Can be reached", "可触达的客户占比"), True),
        "epsilon_squared": Figure(
            "different", Label("Variance explained", "解释的方差占比"), True, source="Kelley (1935)"
        ),
        "rank_epsilon_squared": Figure(
            "different",
            Label("Variance of ranks explained", "解释的秩方差占比"),
            True,
            source="Tomczak and Tomczak (2014)",
        ),
        "cramers_v": Figure("different", Label("Cramér's V", "Cramér's V"), True, source="Bergsma (2013)"),
        "jaccard": Figure(
            "stable", Label("Found again in resamples", "重抽样后的重合度"), True, 0.75, 0.6, "Hennig (2007)"
        ),
        "adjusted_rand": Figure(
            "stable",
            Label("Agreement of refits", "重新拟合的一致性"),
            True,
            source="Hubert and Arabie (1985)",
        ),
        "psi": Figure(
            "stable", Label("Drift until later (PSI)", "后期漂移（PSI）"), False, 0.1, 0.25, "Siddiqi (2006)"
        ),
        "agreement_share": Figure("stable", Label("Customers who stay in their segment", "客群未变的客户占比"), True),
        "period_adjusted_rand": Figure(
            "stable",
            Label("Agreement of periods", "两期的一致性"),
            True,
            source="Hubert and Arabie (1985)",
        ),
    }
)

_NOT_THRESHOLDS: Final = Message(
    en="{@thresholds} must map figures to numbers, got {value!r}.",
    zh="{@thresholds} 须为指标到数字的映射，得到 {value!r}。",
)


def check_thresholds(thresholds: Any) -> dict[str, float]:
    """Return the caller's thresholds by figure, or raise."""
    if thresholds is None:
        return {}
    if not isinstance(thresholds, Mapping):
        raise TypeError(_NOT_THRESHOLDS(value=thresholds))
    for figure, value in thresholds.items():
        check_option(figure, FIGURES, name="thresholds")
        check_number(value, name=f"thresholds[{figure!r}]")
    return {figure: float(value) for figure, value in thresholds.items()}


def judged(
    figure: str, value: float, thresholds: Mapping[str, float], *, most_by_chance: float = np.nan
) -> tuple[float, Verdict | None, str | None]:
    """Give the limit that counts, the verdict, and whose limit it is; no verdict without a limit or a value.

    What is bad no further than chance alone may bring it is not missed by a published rule.
    """
    known = FIGURES[figure]
    if figure in thresholds:
        limit = thresholds[figure]
        met = value >= limit if known.higher_is_better else value <= limit
        return limit, None if np.isnan(value) else "met" if met else "missed", "thresholds"
    if np.isnan(known.good):
        return np.nan, None, known.source or None
    if np.isnan(value):
        return known.good, None, known.source
    sign = 1 if known.higher_is_better else -1
    if sign * value >= sign * known.good or value <= most_by_chance:
        return known.good, "met", known.source
    return known.good, "doubtful" if sign * value >= sign * known.poor else "missed", known.source
