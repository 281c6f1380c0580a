"""The schemes that a file can be divided by: what makes the segmenter of each, and the options that shape it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from crmkit._messages import Joined, Message, Said
from crmkit._names import Label
from crmkit.cli.language import OptionError

__all__ = ["SCHEMES", "FileScheme", "new_segmenter", "scheme_of"]

_NOT_SHAPED: Final = Message(
    en="{option} is for {schemes}, not for {scheme}. Leave it out.",
    zh="{option} 只用于 {schemes}，不适用于 {scheme}。请去掉该选项。",
)


_NO_ROLE: Final = Message(
    en="Nobody's {column} is known and above 0, so there is no role {role}.",
    zh="没有客户的 {column} 已知且大于 0，故没有 {role} 这一角色。",
)


@dataclass(frozen=True)
class FileScheme:
    """A scheme.

    ``takes`` are the options that shape it, by parameter of the command; ``needs_orders`` says that totals are not
    enough, ``measure`` makes what it compares beyond the customers table, of transactions, and ``suit`` changes the
    segmenter where the customers lack what it would compare, and says so.
    """

    title: Label
    make: Callable[..., Any]
    takes: frozenset[str] = frozenset()
    needs_orders: bool = False
    measure: Callable[..., Any] | None = None
    suit: Callable[[Any, Any], list[Said]] | None = None


def _tier() -> Any:
    from crmkit.segment import TierSegmenter

    return TierSegmenter()


def _by_value(scheme: str, **options: Any) -> Any:
    from crmkit.segment import ValueSegmenter

    return ValueSegmenter(scheme=scheme, **options)  # type: ignore[arg-type]


def _role() -> Any:
    from crmkit.segment import RoleSegmenter

    return RoleSegmenter()


def _suit_roles(segmenter: Any, customers: Any) -> list[Said]:
    """Leave out roles that nobody can play."""
    said = []
    bought = customers[customers["n_orders"] > 0]
    for role in ("relationship", "growth"):
        column = getattr(segmenter, role)
        if not (bought[column] > 0).any():
            segmenter.set_params(**{role: None})
            said.append(_NO_ROLE(role=role, column=column))
    return said


def _role_measures(transactions: Any, **options: Any) -> Any:
    from crmkit.segment import role_measure_table

    return role_measure_table(transactions, **options)


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
_RFM: Final = Label("RFM segments", "RFM 细分")
SCHEMES: Final[Mapping[str, FileScheme]] = MappingProxyType(
    {
        "tier": FileScheme(Label("Tiers", "客户分层"), _tier),
        **{name: FileScheme(title, partial(_by_value, name), _BY_VALUE) for name, title in _OF_VALUE.items()},
        "role": FileScheme(
            Label("Roles", "客户角色"), _role, needs_orders=True, measure=_role_measures, suit=_suit_roles
        ),
        "named_11": FileScheme(_RFM, partial(_rfm, "named_11")),
        "chinese_8": FileScheme(_RFM, partial(_rfm, "chinese_8")),
    }
)
"""By name."""
# Classes of one scheme each.
_BY_CLASS: Final = {"TierSegmenter": "tier", "RoleSegmenter": "role"}


def new_segmenter(scheme: str, options: Mapping[str, Any]) -> Any:
    """Make the segmenter of a scheme; options are those given, by parameter of the command."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in SCHEMES[scheme].takes:
            schemes = [other for other, found in SCHEMES.items() if name in found.takes]
            option = "--" + name.replace("_", "-")
            raise OptionError(_NOT_SHAPED(option=option, schemes=Joined(schemes, ", ", "、"), scheme=scheme))
    return SCHEMES[scheme].make(**given)


def scheme_of(segmenter: Any) -> str:
    """The scheme of a segmenter, fitted or not."""
    kind = type(segmenter).__name__
    if kind == "RFMSegmenter":
        return segmenter.rules if isinstance(segmenter.rules, str) else "named_11"
    return _BY_CLASS.get(kind) or str(segmenter.scheme)
