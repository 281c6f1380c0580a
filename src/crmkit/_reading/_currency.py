"""The one currency that the money of a table must be in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import pandas as pd

from crmkit._checks import some
from crmkit._frames import as_name, collected, with_plain_types
from crmkit._messages import Column, Message
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["check_one_currency"]

_CURRENCIES: Final = Message(
    en="{where} holds the currencies {found}; amounts of several currencies cannot be added. Convert them to one, or "
    "pass one currency at a time.",
    zh="{where}含有货币 {found}，不同货币的金额不能相加。请先换算为一种货币，或每次只处理一种。",
)

_MOST: Final = 1_000


def check_one_currency(rows: Rows, currency: Hashable | None) -> None:
    """Raise unless a column of currency codes, if one is named, holds one code on the rows that can be used.

    Case, spaces and cells without a code do not matter.
    """
    if currency is None:
        return
    column = as_name(currency)
    frame = rows.frame.filter(rows.usable()) if rows.reasons else rows.frame
    codes = collected(with_plain_types(frame.select(column)).unique().head(_MOST))[column].to_list()
    found = {str(code).strip().upper() for code in codes if not pd.isna(code)} - {""}
    if len(found) > 1:
        raise SchemaError(_CURRENCIES(where=Column(rows.table, column), found=some(sorted(found))))
