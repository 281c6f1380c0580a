"""A table as Parquet, CSV or Excel, where no text can be taken for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._messages import Message
from crmkit._workbook import Sheet, write_workbook
from crmkit._writing import replacing
from crmkit.cli.language import OptionError
from crmkit.cli.writing._output import check_output

__all__ = ["DRAWINGS", "check_ending", "check_table_output", "for_readers", "write_table"]

_OTHER_ENDING: Final = Message(
    en="--output must end in .parquet, .csv or .xlsx, got {file}.",
    zh="--output 须以 .parquet、.csv 或 .xlsx 结尾，得到 {file}。",
)
_NO_DRAWING: Final = Message(
    en="--output must end in .parquet, .csv or .xlsx, or for a drawing in .png, .svg or .pdf, got {file}.",
    zh="--output 须以 .parquet、.csv 或 .xlsx 结尾，图以 .png、.svg 或 .pdf 结尾，得到 {file}。",
)
_TABLES: Final = (".parquet", ".csv", ".xlsx")
DRAWINGS: Final = (".png", ".svg", ".pdf")
"""The endings of drawings."""
_DIGITS: Final = 12
_MOST_PLACES: Final = 22
# What spreadsheets take for the start of a formula, or skip before one, in narrow and wide forms.
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def check_ending(output: Path, *, drawn: bool = False) -> None:
    """Refuse another kind of file than tables have, or also drawings."""
    if output.suffix.lower() not in (*_TABLES, *(DRAWINGS if drawn else ())):
        raise OptionError((_NO_DRAWING if drawn else _OTHER_ENDING)(file=output))


def check_table_output(output: Path | None, *, read: Sequence[Path], drawn: bool = False) -> None:
    """Refuse a file for a table, or also for a drawing, before the work, if one is asked for."""
    if output is not None:
        check_ending(output, drawn=drawn)
        check_output(output, read=read)


def for_readers(customers: pd.DataFrame, *, with_monetary_value: bool) -> pd.DataFrame:
    """Leave ``monetary_value`` out unless asked for: it lacks the first purchase, but is easily taken for the mean."""
    return customers if with_monetary_value else customers.drop(columns="monetary_value", errors="ignore")


def write_table(table: pd.DataFrame, output: Path, *, sheets: Sequence[Sheet]) -> None:
    """Write a table by the ending of the file; a workbook holds the sheets."""
    ending = output.suffix.lower()
    if ending == ".xlsx":
        write_workbook(sheets, output)
        return
    with replacing(output) as file:
        if ending == ".parquet":
            table.to_parquet(file, index=False)
        else:
            # With the byte order mark Excel reads UTF-8.
            _neutralised(_without_noise(table)).to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n")


def _without_noise(table: pd.DataFrame) -> pd.DataFrame:
    """Round floats to 12 significant digits: sums of money end in cents again, and nothing that is known is lost."""
    floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    return table.assign(**{name: _rounded(table[name]) for name in floats})


def _rounded(values: pd.Series[Any]) -> pd.Series[Any]:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        places = _DIGITS - 1 - np.floor(np.log10(np.abs(numbers)))
        # Powers of ten are exact up to here, so that dividing by one gives the number nearest to the decimals.
        within = (places >= 0) & (places <= _MOST_PLACES)
        power = 10.0 ** np.where(within, places, 0)
        return values.mask(within, pd.Series(np.round(numbers * power) / power, index=values.index))


def _neutralised(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that would be a formula; numbers stay numbers."""
    texts = [name for name in table.columns if _holds_text(table[name])]
    return table.assign(**{name: _with_apostrophes(table[name]) for name in texts})


def _with_apostrophes(values: pd.Series[Any]) -> pd.Series[Any]:
    starts = values.fillna("").astype(str).str.startswith(_STARTS)
    return values.where(~starts, "'" + values.fillna("").astype(str))


def _holds_text(values: pd.Series[Any]) -> bool:
    return values.dtype == object or isinstance(values.dtype, pd.StringDtype)
