"""Rules in TOML files, read and written; and the keys that rules may have."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Final

from crmkit._messages import Message, Parameter

__all__ = ["as_toml", "check_keys", "read_toml"]

_NOT_TOML: Final = Message(
    en="{path} is not a TOML file in UTF-8: {error}.", zh="{path} 不是 UTF-8 编码的 TOML 文件：{error}。"
)
_NO_MAPPING: Final = Message(en="{where} must be a mapping, got {value!r}.", zh="{where} 须为表，得到 {value!r}。")
_KEYS: Final = Message(
    en="{where} has missing keys {missing} and unknown keys {unknown}; its keys are {allowed}.",
    zh="{where} 缺少 {missing}，未知的有 {unknown}；可用的键为 {allowed}。",
)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file, or raise."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(_NOT_TOML(path=path, error=error)) from error


def as_toml(value: Any) -> str:
    """Write numbers, text, lists and flat tables, which are all that rules hold."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {as_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, str):
        # JSON escapes as TOML does, except for one control character, which it leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, Integral) else repr(float(value))


def check_keys(given: Any, *, allowed: set[str], needed: set[str], where: str) -> None:
    """Raise unless something is a mapping with all keys that are needed and none that is not allowed."""
    if not isinstance(given, Mapping):
        raise ValueError(_NO_MAPPING(where=Parameter(where), value=given))
    unknown, missing = sorted(map(str, set(given) - allowed)), sorted(needed - set(given))
    if unknown or missing:
        raise ValueError(_KEYS(where=Parameter(where), missing=missing, unknown=unknown, allowed=sorted(allowed)))
