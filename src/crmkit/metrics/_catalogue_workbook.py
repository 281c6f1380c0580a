"""The catalogue of KPIs as a workbook for Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from crmkit._checks import check_option
from crmkit._kpi import DIRECTIONS, GROUPS, UNITS
from crmkit._names import LANGUAGES, Label, Language
from crmkit._workbook import Named, Sheet, headings, write_workbook
from crmkit.metrics._catalogue import kpi_catalogue

__all__ = ["write_kpi_catalogue"]

_TITLE: Final = Label("KPIs", "指标目录")
_NAMED: Final = {
    "kpi": Named(Label("Code", "代码"), "text"),
    "name": Named(Label("KPI", "指标"), "text"),
    "group": Named(Label("Group", "类别"), "text"),
    "unit": Named(Label("Unit", "单位"), "text"),
    "direction": Named(Label("Direction", "方向"), "text"),
    "band": Named(Label("Target band", "目标区间"), "text"),
    "formula": Named(Label("Formula", "公式"), "prose"),
    "variants": Named(Label("Definitions in use", "常见口径"), "prose"),
    "inputs": Named(Label("Inputs", "输入"), "prose"),
    "empty_base": Named(Label("Without anything to count", "基数为空时"), "text"),
    "example": Named(Label("Worked example", "算例"), "prose"),
    "function": Named(Label("Function", "函数"), "text"),
    "source": Named(Label("Source", "出处"), "prose"),
}


def write_kpi_catalogue(path: str | Path, *, language: Language = "en") -> None:
    """Write the catalogue of KPIs as a workbook for Excel, one row per KPI.

    Parameters
    ----------
    path : str or Path
        The file, which ends in ``.xlsx`` and is replaced once everything is written.
    language : {"en", "zh"}, default "en"
        Of names, formulas and headings.

    Raises
    ------
    ModuleNotFoundError
        If openpyxl is not installed.
    OSError
        If the file cannot be written.
    ValueError
        If ``path`` ends otherwise, or ``language`` is not one of those listed.

    See Also
    --------
    kpi_catalogue : The same as a table.
    dbt_metrics : The same for a warehouse.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "kpis.xlsx"
    ...     write_kpi_catalogue(path, language="zh")
    ...     path.stat().st_size > 0
    True
    """
    check_option(language, LANGUAGES, name="language")
    catalogue = kpi_catalogue()
    shown = catalogue.assign(
        name=catalogue[f"name_{language}"],
        formula=catalogue[f"formula_{language}"],
        variants=catalogue[f"variants_{language}"],
        **{
            column: [names[code].text(language) for code in catalogue[column]]
            for column, names in (("group", GROUPS), ("unit", UNITS), ("direction", DIRECTIONS))
        },
    )
    named = headings(shown, language, columns=list(_NAMED), own=_NAMED)
    write_workbook([Sheet(_TITLE.text(language), shown, named)], path)
