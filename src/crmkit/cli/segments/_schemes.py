"""The schemes that a file can be divided by: what makes the segmenter of each, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from crmkit._messages import Joined, Message, Said
from crmkit._names import Label
from crmkit.cli.language import OptionError
from crmkit.cli.segments._measures import (
    FEATURES,
    ROLE_MEASURES,
    Measures,
    cluster_remarks,
    relation_states,
    suit_roles,
)
from crmkit.cli.segments._names import query_name
from crmkit.cli.segments._rows import CUSTOMERS, DEALERS, MARKETS, PRODUCTS, Rows

__all__ = ["SCHEMES", "FileScheme", "made_of", "new_segmenter", "scheme_of"]

_NOT_SHAPED: Final = Message(
    en="{option} is for {schemes}, not for {scheme}. Leave it out.",
    zh="{option} 只用于 {schemes}，不适用于 {scheme}。请去掉该选项。",
)


_TWO_MEASURES: Final = Message(
    en="--columns must name two measures of accounts, how attractive each is and how well we stand with it, and --cuts "
    "two numbers if any; got {columns} and {cuts}.",
    zh="--columns 须给出客户的两个指标，即吸引力与我方地位；--cuts 如给出须为两个数。得到 {columns} 与 {cuts}。",
)


_BARS: Final = ("keep_from", "full_from")
_TWO_BARS: Final = Message(
    en="--cuts must be two amounts of profit, that which earns low-cost service and that which earns full service, got "
    "{cuts}.",
    zh="--cuts 须为两个利润值：低成本服务线与全面服务线，得到 {cuts}。",
)
_WEIGHTS: Final = Message(
    en="--weights must be a number for each of --columns, got {weights} for {columns}.",
    zh="--weights 须与 --columns 一一对应，得到 {columns} 的 {weights}。",
)
_NOT_ALL: Final = Message(
    en="--columns must name a column for each of {own}, in this order, got {columns}.",
    zh="--columns 须按此顺序为 {own} 各指定一列，得到 {columns}。",
)


@dataclass(frozen=True)
class FileScheme:
    """A scheme.

    Attributes
    ----------
    title : Label
        What it is called.
    make : callable
        Makes the segmenter of the options that shape it.
    rows : Rows
        What it divides.
    takes : frozenset of str
        Those options, by parameter of the command. With ``columns`` among them a file without a day is a table.
    usual : tuple of str
        The columns of orders that are taken where none are named.
    own : tuple of str
        The columns of its own that it has, in the order in which others are named for them.
    is_scores : bool
        Whether it gives scores and ranks instead of segments.
    needs_orders : bool
        Whether totals are not enough.
    measures : Measures, optional
        What it compares beyond the customers table, made of transactions.
    suit : callable, optional
        Changes the segmenter where the customers lack what it would compare, and says so.
    counts_orders : bool
        Whether everybody must have a number of orders; in a table without one everybody bought.
    beside : callable, optional
        Further columns of orders, once the segments are known.
    remarks : callable, optional
        What must be known of the segments.
    """

    title: Label
    make: Callable[..., Any]
    rows: Rows = field(default=CUSTOMERS, kw_only=True)
    takes: frozenset[str] = frozenset()
    usual: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    is_scores: bool = False
    needs_orders: bool = False
    measures: Measures | None = None
    suit: Callable[[Any, Any], list[Said]] | None = None
    counts_orders: bool = False
    beside: Callable[..., Any] | None = None
    remarks: Callable[[Any], list[Said]] | None = None


def _tier() -> Any:
    from crmkit.segment import TierSegmenter

    return TierSegmenter()


def _by_value(scheme: str, **options: Any) -> Any:
    from crmkit.segment import ValueSegmenter

    return ValueSegmenter(scheme=scheme, **options)  # type: ignore[arg-type]


def _role() -> Any:
    from crmkit.segment import RoleSegmenter

    return RoleSegmenter()


def _relation() -> Any:
    from crmkit.segment.relations import RelationSegmenter

    return RelationSegmenter()


def _account(columns: list[str], cuts: list[float] | None = None) -> Any:
    from crmkit.segment import AccountSegmenter

    if len(columns) != 2 or (cuts is not None and len(cuts) != 2):
        raise OptionError(_TWO_MEASURES(columns=columns, cuts=cuts or []))
    attractiveness, position = map(query_name, columns)
    first, second = cuts or (None, None)
    return AccountSegmenter(
        attractiveness=attractiveness, position=position, attractiveness_cut=first, position_cut=second
    )


def _consolidation(columns: list[str], cuts: list[float] | None = None) -> Any:
    from crmkit.segment.criteria import BaseConsolidationSegmenter

    names = dict(zip(_OF_CONSOLIDATION, map(query_name, columns), strict=True))
    bars = {} if cuts is None else dict(zip(_BARS, _two(cuts), strict=True))
    return BaseConsolidationSegmenter(**names, **bars)  # type: ignore[arg-type]


def _two(cuts: list[float]) -> list[float]:
    if len(cuts) != len(_BARS):
        raise OptionError(_TWO_BARS(cuts=cuts))
    return cuts


def _card(preset: str, columns: list[str], points: str | None = None) -> Any:  # noqa: ARG001
    from crmkit.segment.criteria import Scorecard

    return Scorecard(criteria=preset, scales=points or "as_is")  # type: ignore[arg-type]


def _own_card(columns: list[str], weights: list[float] | None = None, points: str | None = None) -> Any:
    from crmkit.segment.criteria import Scorecard

    if weights is not None and len(weights) != len(columns):
        raise OptionError(_WEIGHTS(columns=columns, weights=weights))
    given = None if weights is None else dict(zip(columns, weights, strict=True))
    return Scorecard(criteria=columns, weights=given, scales=points or "as_is")  # type: ignore[arg-type]


def _clusters(**options: Any) -> Any:
    from crmkit.segment.groups import ClusterSegmenter

    return ClusterSegmenter(**options)


def _mixed_clusters(**options: Any) -> Any:
    from crmkit.segment.groups import MixedClusterSegmenter

    return MixedClusterSegmenter(**options)


def _rfm(rules: str) -> Any:
    from crmkit.segment import RFMSegmenter

    return RFMSegmenter(rules=rules)  # type: ignore[arg-type]


_BY_VALUE: Final = frozenset({"value", "binning", "shares", "cuts"})
_OF_VALUE: Final = {
    "value_level": Label("Levels of value", "价值等级"),
    "relationship": Label("High-value and established customers", "高价值客户与老客户"),
    "abc": Label("ABC classes", "ABC 分类"),
    "main_group": Label("Main and secondary group", "主次客户群"),
    "product": Label("Hot and slow products", "热销与滞销产品"),
}
_ROWS: Final = {"product": PRODUCTS, "dealer": DEALERS, "target_market": MARKETS}
_OF_CONSOLIDATION: Final = ("profit", "potential", "acceptance")
_CARDS: Final = {
    "high_value": (
        Label("Scorecard of high-value customers", "高价值客户评分"),
        ("low_cost_contribution", "funds_potential", "new_product_acceptance", "influence", "social_resources"),
    ),
    "dealer": (
        Label("Scorecard of dealers", "经销商评分"),
        (
            *("business_ability", "distribution_ability", "funds", "selling_brands", "logistics"),
            "reputation",
        ),
    ),
    "target_market": (
        Label("Scorecard of target markets", "目标市场评分"),
        ("market_size", "competition", "profitability", "strategic_fit"),
    ),
}
_RFM: Final = Label("RFM segments", "RFM 细分")
SCHEMES: Final[Mapping[str, FileScheme]] = MappingProxyType(
    {
        "tier": FileScheme(Label("Tiers", "客户分层"), _tier),
        **{
            name: FileScheme(
                title, partial(_by_value, name), _BY_VALUE, rows=_ROWS.get(name, CUSTOMERS), counts_orders=True
            )
            for name, title in _OF_VALUE.items()
        },
        "role": FileScheme(
            Label("Roles", "客户角色"), _role, needs_orders=True, measures=ROLE_MEASURES, suit=suit_roles
        ),
        "relation": FileScheme(
            Label("States of the relation", "关系状态"), _relation, needs_orders=True, beside=relation_states
        ),
        "account": FileScheme(
            Label("Matrix of accounts", "客户矩阵"),
            _account,
            frozenset({"columns", "cuts"}),
        ),
        "consolidation": FileScheme(
            Label("Consolidation of the base", "存量客户整合"),
            _consolidation,
            frozenset({"columns", "cuts"}),
            own=_OF_CONSOLIDATION,
        ),
        "clusters": FileScheme(
            Label("Clusters", "聚类"),
            _clusters,
            frozenset({"value", "columns", "n_clusters"}),
            usual=("n_orders", "spend", "days_since_last"),
            measures=FEATURES,
            remarks=cluster_remarks,
        ),
        "mixed_clusters": FileScheme(
            Label("Clusters by columns of any kind", "混合类型聚类"),
            _mixed_clusters,
            frozenset({"value", "columns", "n_clusters"}),
            measures=FEATURES,
            remarks=cluster_remarks,
        ),
        **{
            name: FileScheme(
                title,
                partial(_card, name),
                frozenset({"columns", "points"}),
                rows=_ROWS.get(name, CUSTOMERS),
                own=own,
                is_scores=True,
            )
            for name, (title, own) in _CARDS.items()
        },
        "scorecard": FileScheme(
            Label("Scorecard", "评分"), _own_card, frozenset({"columns", "weights", "points"}), is_scores=True
        ),
        "named_11": FileScheme(_RFM, partial(_rfm, "named_11")),
        "chinese_8": FileScheme(_RFM, partial(_rfm, "chinese_8")),
    }
)
"""By name."""
# Classes of one scheme each.
_BY_CLASS: Final = {
    "TierSegmenter": "tier",
    "RoleSegmenter": "role",
    "RelationSegmenter": "relation",
    "ClusterSegmenter": "clusters",
    "MixedClusterSegmenter": "mixed_clusters",
    "AccountSegmenter": "account",
    "BaseConsolidationSegmenter": "consolidation",
}


def new_segmenter(scheme: str, options: Mapping[str, Any]) -> Any:
    """Make the segmenter of a scheme; options are those given, by parameter of the command."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in SCHEMES[scheme].takes:
            schemes = [other for other, found in SCHEMES.items() if name in found.takes]
            option = "--" + name.replace("_", "-")
            raise OptionError(_NOT_SHAPED(option=option, schemes=Joined(schemes, ", ", "、"), scheme=scheme))
    own = SCHEMES[scheme].own
    if own and len(given["columns"]) != len(own):
        raise OptionError(_NOT_ALL(own=list(own), columns=given["columns"]))
    return SCHEMES[scheme].make(**given)


def scheme_of(segmenter: Any) -> str:
    """The scheme of a segmenter, fitted or not."""
    kind = type(segmenter).__name__
    if kind == "RFMSegmenter":
        return segmenter.rules if isinstance(segmenter.rules, str) else "named_11"
    if kind == "Scorecard":
        return segmenter.criteria if isinstance(segmenter.criteria, str) else "scorecard"
    return _BY_CLASS.get(kind) or str(segmenter.scheme)


def made_of(segmenter: Any) -> tuple[str | None, list[str]]:
    """The columns of the caller's own that a segmenter looks for: that of the value, unless it is spend, and others."""
    takes = SCHEMES[scheme_of(segmenter)].takes
    if (name := scheme_of(segmenter)) == "account":
        return None, [segmenter.attractiveness, segmenter.position]
    if name == "consolidation":
        return None, [segmenter.profit, segmenter.potential, segmenter.acceptance]
    if SCHEMES[name].is_scores:
        return None, list(SCHEMES[name].own or segmenter.criteria)
    value = segmenter.value if "value" in takes and segmenter.value != "spend" else None
    return value, list(segmenter.columns or []) if "columns" in takes else []
