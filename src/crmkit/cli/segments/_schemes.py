"""The schemes that a file can be divided by: what makes the segmenter of each, and the options that shape it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from crmkit._messages import Joined, Message
from crmkit._names import Label
from crmkit.cli.language import OptionError

__all__ = ["SCHEMES", "FileScheme", "new_segmenter", "scheme_of"]

_NOT_SHAPED: Final = Message(
    en="{option} is for {schemes}, not for {scheme}. Leave it out.",
    zh="{option} 只用于 {schemes}，不适用于 {scheme}。请去掉该选项。",
)


@dataclass(frozen=True)
class FileScheme:
    """A scheme; ``takes`` are the options that shape it, by parameter of the command."""

    title: Label
    make: Callable[..., Any]
    takes: frozenset[str] = frozenset()


def _tier() -> Any:
    from crmkit.segment import TierSegmenter

    return TierSegmenter()


def _by_value(scheme: str, **options: Any) -> Any:
    from crmkit.segment import ValueSegmenter

    return ValueSegmenter(scheme=scheme, **options)  # type: ignore[arg-type]


def _rfm(rules: str) -> Any:
    from crmkit.segment import RFMSegmenter

    return RFMSegmenter(rules=rules)  # type: ignore[arg-type]


_SHAPED: Final = frozenset({"value", "binning", "shares", "cuts"})
_OF_VALUE: Final = {
    "value_level": Label("Levels of value", "价值等级"),
    "relationship": Label("High-value and established customers", "高价值客户与老客户"),
    "abc": Label("ABC classes", "ABC 分类"),
    "main_group": Label("Main and secondary group", "主次客户群"),
    "product": Label("Hot and slow products", "热销与滞销产品"),
}
SCHEMES: Final[Mapping[str, FileScheme]] = MappingProxyType(
    {
        "tier": FileScheme(Label("Tiers", "客户分层"), _tier),
        **{name: FileScheme(title, partial(_by_value, name), _SHAPED) for name, title in _OF_VALUE.items()},
        "named_11": FileScheme(Label("RFM segments", "RFM 细分"), partial(_rfm, "named_11")),
        "chinese_8": FileScheme(Label("RFM segments", "RFM 细分"), partial(_rfm, "chinese_8")),
    }
)
"""By name."""


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
    """The scheme of a segmenter."""
    kind, options = type(segmenter).__name__, segmenter.options_
    if kind == "RFMSegmenter":
        return options.rules if isinstance(options.rules, str) else "named_11"
    return "tier" if kind == "TierSegmenter" else str(options.scheme)
