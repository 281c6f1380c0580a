"""The audit of an order log and its holes as sheets; commands and report share them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._sheet import Sheet

__all__ = ["audit_sheet", "hole_sheet"]

_AUDIT: Final = Label("Where every row went", "数据去向")
_HOLES: Final = Label("Holes of the log", "数据缺口")
_KINDS: Final = {
    "missing": Label("missing", "缺失"),
    "partial": Label("incomplete", "不完整"),
    "doubled": Label("doubled", "重复"),
}
_NAMES: Final = {
    "of": Named(Label("Of", "范围"), "text"),
    "kind": Named(Label("What is wrong", "问题"), "text"),
    "expected_low": Named(Label("Orders expected, at least", "预期订单数下限"), "count"),
    "expected_high": Named(Label("Orders expected, at most", "预期订单数上限"), "count"),
}


def audit_sheet(audit: pd.DataFrame, language: Language) -> Sheet:
    """A row per reason; ``reason`` holds its name."""
    columns = ("reason", "n_rows", "amount", "n_duplicates")
    return Sheet(_AUDIT.text(language), audit, headings(audit, language, columns=columns))


def hole_sheet(holes: pd.DataFrame, language: Language) -> Sheet:
    """A row per hole, with ``of`` where holes are looked for by group."""
    told = holes.assign(kind=[_KINDS[kind].text(language) for kind in holes["kind"]])
    return Sheet(_HOLES.text(language), told, headings(told, language, own=_NAMES))
