"""How rows of invoices relate: ids that several customers share, rows that repeat, invoices that credit notes reduce.

They are worked out in two ways: by NumPy in memory, and by window functions on engines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._reading import Rows, codes_of, is_so, with_references

__all__ = ["IS_CREDIT", "REPEATED", "SHARED", "UNKNOWN", "with_relations"]

IS_CREDIT: Final = "__crmkit_is_credit"
SHARED: Final = "__crmkit_shared"
REPEATED: Final = "__crmkit_repeated"
UNKNOWN: Final = "__crmkit_unknown"
_TARGET: Final = "__crmkit_target"
_ISSUES: Final = "__crmkit_issues"
_KNOWN: Final = "__crmkit_known"
_CREDIT_DAY: Final = "__crmkit_credit_day"


def with_relations(rows: Rows, *, customer: str, invoice: str, applies_to: str, due: str, issued: str) -> Rows:
    """Mark shared and repeated ids, and find the invoice that each credit note reduces, of the same customer.

    A credit note that names no invoice and bears the id of one reduces that one.
    """
    frame = with_references(rows, reference=applies_to, ids=invoice)
    is_credit = is_so(nw.col(IS_CREDIT) == 1)
    frame = frame.with_columns(
        nw.when(~nw.col(applies_to).is_null()).then(nw.col(applies_to)).otherwise(nw.col(invoice)).alias(_TARGET),
        flag(is_so(nw.col(IS_CREDIT) == 0) & ~nw.col(invoice).is_null()).alias(_ISSUES),
        nw.when(is_credit).then(nw.col(issued)).alias(_CREDIT_DAY),
    )
    if isinstance(frame, nw.DataFrame):
        frame = _in_memory(frame, customer=customer, invoice=invoice)
    else:
        frame = _in_engine(frame, customer=customer, invoice=invoice)
    given, known = ~nw.col(applies_to).is_null(), nw.col(_KNOWN) == 1
    frame = frame.with_columns(
        nw.when(given | (is_credit & known)).then(nw.col(_TARGET)).alias(applies_to),
        flag(is_credit & given & ~known).alias(UNKNOWN),
    )
    frame = _with_repeated(frame, [customer, invoice, IS_CREDIT, due, applies_to, _CREDIT_DAY])
    return replace(rows, frame=frame.drop(_TARGET, _ISSUES, _KNOWN, _CREDIT_DAY))


def _in_engine(frame: AnyFrame, *, customer: str, invoice: str) -> AnyFrame:
    owner = nw.col(customer)
    several = owner.min().over(invoice) != owner.max().over(invoice)
    return frame.with_columns(
        flag(~nw.col(invoice).is_null() & several).alias(SHARED),
        nw.col(_ISSUES).max().over(customer, _TARGET).alias(_KNOWN),
    )


def _in_memory(frame: nw.DataFrame[Any], *, customer: str, invoice: str) -> AnyFrame:
    who, n_who = codes_of(frame[customer])
    both = pd.concat([pandas_series(frame[name]).astype(object) for name in (invoice, _TARGET)], ignore_index=True)
    ids = pd.factorize(both)[0]
    own, target = ids[: len(frame)], ids[len(frame) :]
    named = (own >= 0) & (who >= 0)
    pairs = np.unique(own[named] * n_who + who[named])
    owners = np.bincount(pairs // max(n_who, 1), minlength=int(own.max(initial=0)) + 1)
    issues = named & (frame[_ISSUES].to_numpy() == 1)
    known = np.isin(target * n_who + who, own[issues] * n_who + who[issues]) & (target >= 0) & (who >= 0)
    frame = with_values(frame, SHARED, ((own >= 0) & (owners[own] > 1)).astype(np.int64))
    return with_values(frame, _KNOWN, known.astype(np.int64))


def _with_repeated(frame: AnyFrame, keys: list[str]) -> AnyFrame:
    """Note which rows say the same thing twice: rows that lack what is asked about are at fault in other ways."""
    told = ~nw.col(keys[0]).is_null() & ~nw.col(keys[1]).is_null() & ~nw.col(keys[2]).is_null()
    told = told & (is_so(nw.col(IS_CREDIT) == 1) | ~nw.col(keys[3]).is_null())
    if not isinstance(frame, nw.DataFrame):
        return frame.with_columns(flag(told & (nw.len().over(*keys) > 1)).alias(REPEATED))
    codes = pd.DataFrame({key: codes_of(frame[key])[0] for key in keys})
    again = with_values(frame, REPEATED, codes.duplicated(keep=False).to_numpy(dtype=np.int64))
    return again.with_columns(flag(told & (nw.col(REPEATED) == 1)).alias(REPEATED))
