"""Time zones: named where times carry one, and only there."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmkit._messages import Message
from crmkit.errors import SchemaError

__all__ = ["IN_THE_TEXT", "check_aware", "check_naive", "zone_named"]

_NO_ZONE: Final = Message(
    en="{@time_zone} must be an IANA name such as 'Europe/London', got {value!r}.",
    zh="{@time_zone} 须为 Asia/Shanghai 之类的 IANA 时区名，得到 {value!r}。",
)
_NAIVE: Final = Message(
    en="{@time_zone} is {zone!r}, but {where} holds times without a zone. Leave {@time_zone} out where they are "
    "already local; otherwise give the column its zone first.",
    zh="{@time_zone} 为 {zone!r}，但{where}中的时间不带时区。若已是当地时间，请去掉 {@time_zone}；否则请先为该列注明"
    "时区。",
)
_AWARE: Final = Message(
    en="{where} holds times with a zone ({zone}), and a business day depends on it. Name the zone whose days count, "
    "for example {@time_zone='Asia/Shanghai'}.",
    zh="{where}中的时间带有时区（{zone}），营业日取决于时区。请指明以哪个时区的日期为准，例如 "
    "{@time_zone='Asia/Shanghai'}。",
)
IN_THE_TEXT: Final = Message(en="in the text", zh="写在文本中")
"""Where the zone of a time is written that is text."""


def zone_named(time_zone: str | None) -> ZoneInfo | None:
    """Find a zone by its name."""
    if time_zone is None:
        return None
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        # A folder of zones, such as America, is an error of the system.
        raise ValueError(_NO_ZONE(value=time_zone)) from error


def check_naive(zone: ZoneInfo | None, *, where: object) -> None:
    """Raise if a zone is named for times that carry none."""
    if zone is not None:
        raise SchemaError(_NAIVE(zone=str(zone), where=where))


def check_aware(zone: ZoneInfo | None, *, where: object, given: object) -> None:
    """Raise if no zone is named for times that carry one."""
    if zone is None:
        raise SchemaError(_AWARE(where=where, zone=given))
