"""What customers owe past its due day, after credit notes and payments, the oldest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import sums_before
from crmkit.loyalty.churn._warning_log import NEVER, Debts, summed

__all__ = ["Unpaid", "unpaid"]


class Unpaid(NamedTuple):
    """By customer: the open amount past due, and the oldest due day of it (`NEVER` where nothing is)."""

    amount: Floats
    oldest_due: npt.NDArray[np.int64]


def unpaid(debts: Debts, *, n_customers: int, as_of: int) -> Unpaid:
    """Apply what came in by a day to what was billed by then.

    Credit notes and payments that name an invoice reduce it, its earliest instalment first. What exceeds it, and what
    names none, reduces what the customer owes otherwise, the earliest due first. What was paid back counts against
    what was paid.
    """
    billed, came = debts.issued <= as_of, debts.credit_day <= as_of
    who, bill, due, amount = debts.who[billed], debts.bill[billed], debts.due[billed], debts.amount[billed]
    n_bills = int(debts.bill.max(initial=-1)) + 1
    credit, credit_bill, credit_who = debts.credit[came], debts.credit_bill[came], debts.credit_who[came]
    total = summed(bill, amount, n_bills)
    # A payment before its invoice is a deposit: until the invoice comes it pays what else is owed.
    named = credit_bill >= 0
    named[named] = total[credit_bill[named]] > 0
    applied = summed(credit_bill[named], credit[named], n_bills)
    order = np.lexsort((due, bill))
    who, bill, due, amount = who[order], bill[order], due[order], amount[order]
    used = np.clip(applied, 0.0, total)
    left = _after(amount, bill, used)
    rest = (applied - used)[bill]
    first = np.append(True, bill[1:] != bill[:-1])[: len(bill)]
    pool = summed(credit_who[~named], credit[~named], n_customers)
    pool += summed(who[first], rest[first], n_customers)
    order = np.lexsort((due, who))
    who, due, left = who[order], due[order], left[order]
    left = _after(left, who, np.maximum(pool, 0.0))
    # Sums of floats leave less than that of what is paid.
    late = (due < as_of) & (left > 1e-12 * amount.sum())
    oldest = np.full(n_customers, NEVER)
    np.minimum.at(oldest, who[late], due[late])
    return Unpaid(summed(who[late], left[late], n_customers), oldest)


def _after(amounts: Floats, group: npt.NDArray[np.int64], paid: Floats) -> Floats:
    """What is left of amounts, in the order in which they are paid within their groups, after each group's payment."""
    return np.clip(sums_before(amounts, group) + amounts - paid[group], 0.0, amounts)
