"""What was billed and what came in against it, as arrays, and what is open of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._grouping import Labels
from crmkit._stats import sums_before

__all__ = ["Ledger"]

_Ints = npt.NDArray[np.int64]

# Differences of sums of money leave less than this share of what they are of.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Ledger:
    """What was billed, and what came in.

    Attributes
    ----------
    bill, issued, due, amount : arrays
        One per instalment, those of an invoice beside one another, the earliest due first: the number of the invoice,
        from 0 in the order of the rows, days from 1970, money.
    credit_bill, credit_day, credit : arrays
        One per credit note or payment: the number of the invoice that it reduces, below 0 where none is known; what was
        paid back is below 0.
    is_note : array of bool
        Whether a credit is a credit note.
    groups : Labels
        The groups asked for; their codes are those of instalments, then of credits.
    """

    bill: _Ints
    issued: _Ints
    due: _Ints
    amount: Floats
    credit_bill: _Ints
    credit_day: _Ints
    credit: Floats
    is_note: npt.NDArray[np.bool_]
    groups: Labels

    @property
    def n_bills(self) -> int:
        """The number of invoices."""
        return int(self.bill[-1]) + 1 if len(self.bill) else 0

    @property
    def firsts(self) -> _Ints:
        """Where the instalments of each invoice start."""
        return np.flatnonzero(np.append(True, self.bill[1:] != self.bill[:-1])[: len(self.bill)])

    @property
    def balance(self) -> float:
        """What is owed altogether."""
        owed = float(self.amount.sum() - self.credit.sum())
        return owed if abs(owed) > _ROUNDING * float(self.amount.sum()) else 0.0

    def at(self, day: int) -> Ledger:
        """What was in the books at the end of a day."""
        billed, came = self.issued <= day, self.credit_day <= day
        bill = self.bill[billed]
        known = np.full(self.n_bills + 1, -1, dtype=np.int64)
        numbers = np.cumsum(np.append(True, bill[1:] != bill[:-1])[: len(bill)]) - 1
        known[bill] = numbers
        return replace(
            self,
            bill=numbers,
            issued=self.issued[billed],
            due=self.due[billed],
            amount=self.amount[billed],
            credit_bill=known[self.credit_bill[came]],
            credit_day=self.credit_day[came],
            credit=self.credit[came],
            is_note=self.is_note[came],
            groups=self.groups._replace(codes=self.groups.codes[np.append(billed, came)]),
        )

    def credited(self) -> Floats:
        """What came in for each invoice."""
        named = self.credit_bill >= 0
        found = np.bincount(self.credit_bill[named], weights=self.credit[named], minlength=self.n_bills)
        return found.astype(np.float64)

    def open_after(self, paid: Floats) -> Floats:
        """What is open of each instalment once so much came in for its invoice, a number for each instalment."""
        left = np.clip(sums_before(self.amount, self.bill) + self.amount - paid, 0.0, self.amount)
        return np.where(left > _ROUNDING * self.amount, left, 0.0)

    def unapplied(self, paid: Floats) -> Floats:
        """What came in for each invoice beyond its amount; below 0 where more was paid back than came in."""
        total = np.bincount(self.bill, weights=self.amount, minlength=self.n_bills)
        rest = paid - np.clip(paid, 0.0, total)
        return np.where(np.abs(rest) > _ROUNDING * total, rest, 0.0)
