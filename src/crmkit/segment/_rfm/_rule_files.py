"""Rules from and to TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmkit._toml import as_toml, read_toml
from crmkit._writing import write_text
from crmkit.segment._rfm._rules import RFMPreset, RFMRules, checked_rules, rfm_rules

__all__ = ["read_rfm_rules", "write_rfm_rules"]


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
    rules: Any = read_toml(path)
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
    lines = [f"{key} = {as_toml(value)}" for key, value in top.items()]
    for segment in given["segments"]:
        lines += ["", "[[segments]]", *(f"{key} = {as_toml(value)}" for key, value in segment.items())]
    write_text("\n".join(lines) + "\n", path)
