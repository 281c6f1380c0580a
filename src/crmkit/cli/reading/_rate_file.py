"""The file of exchange rates, and what was converted with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Joined, Message, Said
from crmkit._names import Language
from crmkit.cli.language import say
from crmkit.cli.reading._beside import table_beside
from crmkit.cli.reading._chunks import Reading
from crmkit.transactions import audit_currencies

__all__ = ["rates_of", "say_converted"]

_CONVERTED: Final = Message(en="Amounts are converted with {file}: {parts}.", zh="金额已按 {file} 换算：{parts}。")
_AT: Final = Message(en="{n:,} {n:row|rows} in {currency} at {rate}", zh="{currency} {n:,} 行，汇率 {rate}")
_BETWEEN: Final = Message(en="{low:.6g} to {high:.6g}", zh="{low:.6g} 至 {high:.6g}")
_ALWAYS: Final = Message(en="{rate:.6g}", zh="{rate:.6g}")


def rates_of(path: Path | None, reading: Reading) -> pd.DataFrame | None:
    """Read the file, if one is named; the doors check it."""
    return None if path is None else table_beside(path, reading)


def say_converted(rows: Any, path: Path | None, language: Language, **given: Any) -> None:
    """Say on standard error what was converted, and at which rates; ``given`` is what the doors are given."""
    if path is None:
        return
    table = to_pandas(open_frame(audit_currencies(rows, **given), name="currencies"))
    used = table[table["n_rows"] > table["n_without_rate"]]
    parts = [
        _AT(n=row["n_rows"] - row["n_without_rate"], currency=row["currency"], rate=_rate(row))
        for row in used.to_dict("records")
    ]
    if parts:
        say(_CONVERTED(file=path, parts=Joined(parts)), language)


def _rate(row: dict[Any, Any]) -> Said:
    low, high = row["lowest_rate"], row["highest_rate"]
    return _ALWAYS(rate=low) if low == high else _BETWEEN(low=low, high=high)
