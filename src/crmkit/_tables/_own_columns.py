"""Columns of numbers of the caller's own, and rows that are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Column, Message
from crmkit._tables._customers import CUSTOMERS
from crmkit._tables._floats import float_columns
from crmkit.errors import SchemaError

__all__ = ["finite_columns", "refuse_rows"]

_INFINITE: Final = Message(
    en="{where} is infinite in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行为无穷大，最先见于行 {rows}。请修正或删除这些行。",
)


def finite_columns(table: Any, columns: Sequence[str], *, name: str) -> dict[str, Floats]:
    """Read columns of numbers or flags as floats, missing ones as ``nan``; an infinite one is refused."""
    values = float_columns(table, CUSTOMERS, (), name=name, also=columns)
    for column, floats in values.items():
        refuse_rows(np.isinf(floats), _INFINITE, where=Column(name, column))
    return values


def refuse_rows(wrong: npt.NDArray[np.bool_], message: Message, **values: object) -> None:
    """Raise if something is wrong in any row; the message says in how many, ``n``, and in which first, ``rows``."""
    at = np.flatnonzero(wrong)
    if at.size:
        raise SchemaError(message(n=at.size, rows=some(at.tolist()), **values))
