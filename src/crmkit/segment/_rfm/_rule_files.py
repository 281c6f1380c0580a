"""Rules from and to TOML files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any, Final

from crmkit._messages import Message
from crmkit._writing import write_text
from crmkit.segment._rfm._rules import RFMPreset, RFMRules, checked_rules, rfm_rules

__all__ = ["read_rfm_rules", "write_rfm_rules"]

_NOT_TOML: Final = Message(
    en="{path} is not a TOML file in UTF-8: {error}.", zh="{path} 不是 UTF-8 编码的 TOML 文件：{error}。"
)


def read_rfm_rules(path: str | Path) -> RFMRules:
    """Read RFM rules from a TOML file.

    Parameters
    ----------
    path : str or Path
        File in UTF-8: ``n_bins``, tables ``[[segments]]`` with ``code``, ``en``, ``zh``, ``r``, ``f``, ``m``, and
        optionally ``rest`` and ``overlaps``, all as in `rfm_rules`.

    Returns
    -------
    dict
        The rules, for `RFMSegmenter`, `rfm_rule_table` and `rfm_cell_table`.

    Raises
    ------
    OSError
        If the file cannot be read.
    TypeError
        If a number of bins is not a whole number.
    ValueError
        If it is not TOML in UTF-8, or something in the rules is missing or wrong. Gaps and overlaps between segments
        are not an error here: `rfm_cell_table` lists them.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rules.toml"
    >>> write_rfm_rules("named_11", path)
    >>> read_rfm_rules(path) == rfm_rules("named_11")
    True
    """
    try:
        rules: Any = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(_NOT_TOML(path=path, error=error)) from error
    checked_rules(rules)
    return rules  # type: ignore[no-any-return]


def write_rfm_rules(rules: RFMPreset | RFMRules, path: str | Path) -> None:
    """Write RFM rules to a TOML file, for editing by hand.

    Parameters
    ----------
    rules : {"chinese_8", "named_11"} or dict
        A preset, or rules as in `rfm_rules`.
    path : str or Path
        File to write, in UTF-8.

    Raises
    ------
    OSError
        If the file cannot be written; an older file is then left as it was.
    TypeError
        If ``rules`` are neither text nor a mapping, or a number of bins is not a whole number.
    ValueError
        If something in the rules is missing or wrong.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rules.toml"
    >>> write_rfm_rules("chinese_8", path)
    >>> path.read_text(encoding="utf-8").splitlines()[:4]
    ['n_bins = 2', '', '[[segments]]', 'code = "important_value"']
    """
    checked_rules(rules)
    given: Mapping[str, Any] = rfm_rules(rules) if isinstance(rules, str) else rules
    top = {key: given[key] for key in ("n_bins", "overlaps", "rest") if given.get(key) is not None}
    lines = [f"{key} = {_toml(value)}" for key, value in top.items()]
    for segment in given["segments"]:
        lines += ["", "[[segments]]", *(f"{key} = {_toml(value)}" for key, value in segment.items())]
    write_text("\n".join(lines) + "\n", path)


def _toml(value: Any) -> str:
    """Write numbers, text, lists and flat tables, which are all that rules hold."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, str):
        # JSON escapes as TOML does, except for one control character, which it leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value) if isinstance(value, Integral) else f"[{', '.join(str(each) for each in value)}]"
