"""Which KPIs a table of inputs gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from crmkit._checks import some
from crmkit._kpi import Definition, definitions_of
from crmkit._messages import Joined, Message
from crmkit.errors import SchemaError
from crmkit.metrics._kpi_functions import kpis_by_function

__all__ = ["chosen"]

_NOT_CODES: Final = Message(
    en="{@kpis} must be a list of codes of {@kpi_catalogue()}, got {kpis!r}.",
    zh="{@kpis} 须为 {@kpi_catalogue()} 中指标代码的列表，得到 {kpis!r}。",
)
_UNKNOWN: Final = Message(
    en="{@kpis} has {code!r}, which is not a KPI computed from columns. {near}",
    zh="{@kpis} 中的 {code!r} 不是可由列计算的指标。{near}",
)
_NEAR: Final = Message(en="Did you mean {codes}?", zh="是否指 {codes}？")
_LISTED: Final = Message(en="{@kpi_catalogue()} lists them.", zh="指标清单见 {@kpi_catalogue()}。")
_LACKING: Final = Message(
    en="{@frame} lacks columns for {code}: {missing}. Columns are named like the inputs of the KPI.",
    zh="{@frame} 缺少计算 {code} 所需的列：{missing}。列名须与指标的输入同名。",
)
_NONE: Final = Message(
    en="{@frame} has no columns that give a KPI, got {columns}. Name them like the inputs in {@kpi_catalogue()}{near}.",
    zh="{@frame} 的列无法计算任何指标，得到 {columns}。列名须与 {@kpi_catalogue()} 中的输入同名{near}。",
)
_NEAR_INPUTS: Final = Message(en="; perhaps {renamed}", zh="，或可改名：{renamed}")
_MOST_RENAMED: Final = 3
_CLOSE: Final = 0.9


def chosen(kpis: Sequence[str] | None, *, columns: Collection[str]) -> list[Definition]:
    """Return the definitions asked for, or all that can be computed, in the order of the catalogue.

    A code without an option means every definition for which there are columns.
    """
    known = [definition for function, _ in kpis_by_function() for definition in definitions_of(function)]
    possible = [each for each in known if {given.name for given in each.inputs} <= set(columns)]
    if kpis is None:
        if not possible:
            raise SchemaError(_NONE(columns=some(columns), near=_near_inputs(columns, known)))
        return possible
    codes = [] if isinstance(kpis, str) or not isinstance(kpis, Iterable) else list(kpis)
    if not codes or not all(isinstance(code, str) for code in codes):
        raise TypeError(_NOT_CODES(kpis=kpis))
    for code in codes:
        _check_code(code, known=known, columns=columns)
    return [each for each in possible if each.code in codes or each.record.code in codes]


def _near_inputs(columns: Collection[str], known: Sequence[Definition]) -> str:
    """Which columns are named nearly like inputs, with the names of these."""
    inputs = list(dict.fromkeys(given.name for each in known for given in each.inputs))
    renamed = []
    for column in columns:
        near = get_close_matches("_".join(str(column).lower().split()), inputs, n=1, cutoff=_CLOSE)
        renamed += [f"{column!r} → {near[0]!r}"] if near else []
    return _NEAR_INPUTS(renamed=Joined(renamed[:_MOST_RENAMED], en=", ", zh="、")) if renamed else ""


def _check_code(code: str, *, known: Sequence[Definition], columns: Collection[str]) -> None:
    meant = [each for each in known if code in (each.code, each.record.code)]
    if not meant:
        codes = list(dict.fromkeys(name for each in known for name in (each.code, each.record.code)))
        near = get_close_matches(code, codes, n=3)
        hint = _NEAR(codes=Joined([repr(each) for each in near], en=", ", zh="、")) if near else _LISTED()
        raise ValueError(_UNKNOWN(code=code, near=hint))
    lacking = [[name for name in (given.name for given in each.inputs) if name not in columns] for each in meant]
    if all(lacking):
        fewest = min(range(len(meant)), key=lambda n: len(lacking[n]))
        raise SchemaError(_LACKING(code=meant[fewest].code, missing=lacking[fewest]))
