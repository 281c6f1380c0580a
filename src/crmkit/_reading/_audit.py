"""Where every row and every unit of money went that a door was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_turnover
from crmkit._frames import AnyFrame, FrameT, from_pandas, to_pandas, with_plain_types, with_values
from crmkit._reading._rows import OWN_COLUMNS, Rows

__all__ = ["audit_table"]

_CODE, _TURNOVER = OWN_COLUMNS[:2]
_GIVEN: Final = "given"


def audit_table(
    rows: Rows,
    further: Mapping[str, nw.Expr],
    *,
    kept: str,
    money: str | None = None,
    called: str = "",
    has_money: bool = True,
    like: FrameT,
) -> FrameT:
    """Count the rows, add up their money and count their copies, by the first reason that holds for them.

    After the reasons for which rows cannot be used come ``further`` ones, then ``kept`` for all others; the last line
    is the sum. Where ``money`` holds something else, the column ``called`` so is missing; without it there is none.
    """
    holds = {reason.code: reason.holds for reason in rows.reasons} | dict(further)
    code: nw.Expr = nw.lit(len(holds))
    for position, condition in reversed(list(enumerate(holds.values()))):
        code = nw.when(condition).then(nw.lit(position)).otherwise(code)
    coded = replace(rows, frame=rows.frame.with_columns(code.cast(nw.Int64).alias(_CODE)))
    if money is None:
        lines = to_pandas(coded.frame.select(_CODE).group_by(_CODE).agg(nw.len().alias("n_rows")))
    else:
        lines = _with_money(coded, money)
    distinct = _comparable(with_plain_types(coded.whole().select(*rows.given, _CODE))).unique()
    counted = to_pandas(distinct.group_by(_CODE).agg(nw.len().alias("n_distinct")))
    found = lines.merge(counted, on=_CODE)
    if money is None:
        return from_pandas(_added_up(found, reasons=[*holds, kept]), like=like)
    table = _added_up(found.rename(columns={money: called}), reasons=[*holds, kept], money=called)
    return from_pandas(table if has_money else table.assign(**{called: np.nan}), like=like)


def _with_money(coded: Rows, money: str) -> pd.DataFrame:
    """Rows and their money by reason."""
    amount = nw.col(money)
    frame = coded.frame.with_columns(nw.when(~amount.is_null()).then(amount).otherwise(nw.lit(0.0)).alias(money))
    marked = frame.with_columns(nw.col(money).abs().alias(_TURNOVER))
    with np.errstate(over="ignore"):
        lines = to_pandas(marked.group_by(_CODE).agg(nw.len().alias("n_rows"), nw.col(money, _TURNOVER).sum()))
        check_turnover(float(lines[_TURNOVER].sum()), where=coded.where[money])
    return lines


def _comparable(frame: AnyFrame) -> AnyFrame:
    """Turn what cannot be compared in memory, such as lists and objects, into text."""
    if not isinstance(frame, nw.DataFrame):
        return frame
    odd = [name for name, dtype in frame.schema.items() if dtype == nw.Object or dtype.is_nested()]
    for name in odd:
        frame = with_values(frame, name, [repr(value) for value in frame[name].to_list()])
    return frame


def _added_up(lines: pd.DataFrame, *, reasons: list[str], money: str | None = None) -> pd.DataFrame:
    """Every reason in its place, those without rows too, and the sum as last line."""
    table = lines.set_index(_CODE).reindex(range(len(reasons)), fill_value=0)
    counts = pd.DataFrame({"n_rows": table["n_rows"].astype("int64")})
    if money is not None:
        counts[money] = table[money].astype("float64")
    counts["n_duplicates"] = (table["n_rows"] - table["n_distinct"]).astype("int64")
    counts = pd.concat([counts, counts.sum().to_frame().T.astype(counts.dtypes)], ignore_index=True)
    counts.insert(0, "reason", [*reasons, _GIVEN])
    return counts
