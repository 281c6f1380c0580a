"""Fields of whole orders that an export writes on the first line of an order only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit._names import Language
from crmkit.cli.language import say
from crmkit.cli.reading._chunks import Chunk
from crmkit.cli.reading._guess import Columns

__all__ = ["OrderFields"]

_FILLED: Final = Message(
    en="On {n:,} further {n:line|lines} of orders, fields of the order are blank and were filled from its first line "
    "({columns}).",
    zh="订单后续行共 {n:,} 行的订单字段为空，已按该订单的首行补全（{columns}）。",
)
_ONCE: Final = Message(
    en="The amount of an order, in {column}, counts once: on {n:,} further {n:line|lines} of orders it is 0.",
    zh="订单金额（{column}）只计一次：订单后续行共 {n:,} 行记为 0。",
)
_FIELDS: Final = ("customer_id", "date", "currency", "status")


@dataclass
class OrderFields:
    """Fills the fields of orders, chunk by chunk; lines of an order follow one another.

    ``repeats`` says that the amount is that of the order on whatever line it stands. Otherwise it is so only on lines
    that lack both it and another field.
    """

    columns: Columns
    repeats: bool = False
    n_filled: int = 0
    n_without_amount: int = 0
    _last: pd.DataFrame | None = None

    def filled(self, chunk: Chunk) -> Chunk:
        """Fill a chunk, with what the chunk before it ended with."""
        if self.columns["order_id"] is None:
            return chunk
        before, self._last = self._last, chunk.rows.tail(1)
        if not self.repeats and not any(_is_blank(chunk.rows[name]).any() for name in self._names()):
            return chunk
        rows = chunk.rows if before is None else pd.concat([before, chunk.rows], ignore_index=True)
        rows = self._filled(rows, n_before=0 if before is None else 1)
        self._last = rows.tail(1)
        return replace(chunk, rows=rows if before is None else rows.iloc[1:].reset_index(drop=True))

    def say(self, language: Language) -> None:
        """Say what was filled."""
        names = [name for name in self._names() if name != self.columns["amount"]]
        if self.n_filled:
            say(_FILLED(n=self.n_filled, columns=", ".join(names)), language)
        if self.n_without_amount:
            say(_ONCE(n=self.n_without_amount, column=self.columns["amount"]), language)

    def _names(self) -> list[str]:
        """The columns of fields, and of the amount."""
        return [self.columns[role] for role in (*_FIELDS, "amount") if self.columns[role] is not None]

    def _refunds(self) -> list[str]:
        return [] if self.columns["refund"] is None else [self.columns["refund"]]

    def _filled(self, rows: pd.DataFrame, *, n_before: int) -> pd.DataFrame:
        amount: str | None = self.columns["amount"]
        names = [name for name in self._names() if name != amount]
        blank = {name: _is_blank(rows[name]) for name in self._names()}
        order_id: str = self.columns["order_id"]
        order = rows[order_id]
        further = order.eq(order.shift()) & ~_is_blank(order)
        of_order = (~further).cumsum()
        given = {name: rows[name].mask(blank[name]).groupby(of_order).ffill() for name in blank}
        fills = {name: blank[name] & further & given[name].notna() for name in names}
        lacking = pd.concat(fills, axis=1).any(axis=1) if fills else pd.Series(data=False, index=rows.index)
        changed = {name: rows[name].mask(fills[name], given[name]) for name in names if fills[name].any()}
        if amount is not None:
            first = given[amount].groupby(of_order).transform("first")
            alike = blank[amount] | rows[amount].eq(first) if self.repeats else blank[amount] & lacking
            once = further & first.notna() & alike
            for column in [amount, *self._refunds()] if once.any() else []:
                nothing = 0 if pd.api.types.is_numeric_dtype(rows[column]) else "0"
                changed[column] = rows[column].mask(once, nothing)
            self.n_without_amount += int(once.iloc[n_before:].sum())
        self.n_filled += int(lacking.iloc[n_before:].sum())
        return rows.assign(**changed)


def _is_blank(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.isna() | values.eq("")
