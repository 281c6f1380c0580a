"""What share of what reaches a bucket is lost in the end."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option, check_turnover, some
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["loss_rate_table"]

Method: TypeAlias = Literal["complete", "chain_ladder"]

_NAME: Final = "delinquency"
_MADE_BY: Final = "delinquency_table"
_FEWEST: Final = 6

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_TWICE: Final = Message(
    en="{@delinquency} has several rows of the same period and bucket, such as {pairs}. Add them up first.",
    zh="{@delinquency} 中同一期同一档有多行，例如 {pairs}，请先合并。",
)
_NO_KEY: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请修正或删除这些行。",
)


def loss_rate_table(delinquency: FrameT, *, method: Method = "complete", lost_share: float = 1.0) -> FrameT:
    r"""Rates of loss by bucket, from how much of earlier periods rolled from each bucket into the next.

    .. math:: \text{loss rate}_k = \prod_{j \ge k} \frac{A_{j + 1}}{A_j}

    with the amount :math:`A_j` that reached bucket j, and ``lost_share`` for the last bucket. The same periods are
    followed from bucket to bucket. To divide the write-offs of a year by today's balance would mix periods of different
    sales.

    Parameters
    ----------
    delinquency : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `delinquency_table` gives it: ``period``, ``bucket``, ``days_from`` (missing for the first bucket) and
        ``amount`` (missing where it is not yet known).
    method : {"complete", "chain_ladder"}, default "complete"
        Which periods count: "complete" takes only those of which all buckets are known, so that what is still on its
        way does not pass for paid; "chain_ladder" takes for each step all periods of which both ends are known, which
        uses more recent ones.
    lost_share : float, default 1
        Share of what reaches the last bucket that is lost, in (0, 1]; below 1 if some of it is usually recovered.

    Returns
    -------
    the kind of frame given
        A row per bucket, in order: ``bucket``; ``days_from``; ``amount`` that reached it, of the periods that count for
        the step to the next; ``roll_rate``, the share of it that reached the next, for the last bucket ``lost_share``;
        ``loss_rate``, at most 1; ``n_periods`` that count and ``n_left_out``, not yet known; ``too_few``, whether fewer
        than 6 periods count, a rule of ours. Rates are missing where nothing reached a bucket or no period counts.

    Raises
    ------
    SchemaError
        If a column is missing, a period or bucket is missing, an amount is below 0 or infinite, or a period has a
        bucket twice.
    TypeError
        If ``delinquency`` is not a frame or ``lost_share`` not a number.
    ValueError
        If ``method`` is not one of those, or ``lost_share`` does not lie in (0, 1].

    References
    ----------
    .. [1] IFRS 9, *Financial Instruments*, B5.5.35 (provision matrix).

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({
    ...     "period": "2023", "bucket": ["not_due", "1-30", "31-60", "61-90", "over_90"],
    ...     "days_from": [None, 1, 31, 61, 91], "amount": [100_000.0, 50_000, 23_000, 8_000, 2_000],
    ... })
    >>> loss_rate_table(flows)[["bucket", "roll_rate", "loss_rate"]].round(4)
        bucket  roll_rate  loss_rate
    0  not_due     0.5000      0.020
    1     1-30     0.4600      0.040
    2    31-60     0.3478      0.087
    3    61-90     0.2500      0.250
    4  over_90     1.0000      1.000
    """
    check_option(method, ("complete", "chain_ladder"), name="method")
    check_fraction(lost_share, name="lost_share", high_open=False)
    buckets, amounts = _amounts(delinquency)
    known = ~np.isnan(amounts)
    if method == "complete":
        counts = np.repeat(known.all(axis=1, keepdims=True), len(buckets), axis=1)
    else:
        counts = known & np.column_stack([known[:, 1:], np.ones(len(known), dtype=bool)])
    reached = np.where(counts, np.nan_to_num(amounts), 0.0).sum(axis=0)
    following = np.where(counts[:, :-1], np.nan_to_num(amounts[:, 1:]), 0.0).sum(axis=0)
    rolled = np.full(len(buckets), np.nan)
    np.divide(following, reached[:-1], out=rolled[:-1], where=reached[:-1] > 0)
    n_periods = counts.sum(axis=0)
    rolled[-1:] = lost_share
    table = buckets.assign(
        amount=np.where(n_periods > 0, reached, np.nan),
        roll_rate=rolled,
        loss_rate=_lost(rolled),
        n_periods=n_periods,
        n_left_out=len(known) - n_periods,
        too_few=n_periods < _FEWEST,
    )
    return from_pandas(table, like=delinquency)


def _amounts(delinquency: FrameT) -> tuple[pd.DataFrame, Floats]:
    """The buckets in order, and the amounts of periods (rows) that reached them."""
    columns = ("period", "bucket", "days_from", "amount")
    rows = to_pandas(open_columns(delinquency, columns, name=_NAME, made_by=_MADE_BY).select("period", "bucket"))
    for name in rows.columns:
        refuse_rows(rows[name].isna().to_numpy(), _NO_KEY, where=Column(_NAME, name))
    numbers = finite_columns(delinquency, ["days_from", "amount"], name=_NAME)
    refuse_rows(numbers["amount"] < 0, _BELOW, where=Column(_NAME, "amount"))
    with np.errstate(over="ignore"):
        check_turnover(float(np.nansum(numbers["amount"])), where=Column(_NAME, "amount"))
    if (again := rows.duplicated()).any():
        pairs = rows[again].drop_duplicates().astype(str).itertuples(index=False, name=None)
        raise SchemaError(_TWICE(pairs=some(pairs)))
    start = np.where(np.isnan(numbers["days_from"]), -np.inf, numbers["days_from"])
    buckets = pd.DataFrame({"bucket": rows["bucket"], "start": start}).drop_duplicates("bucket")
    buckets = buckets.sort_values(["start", "bucket"], ignore_index=True)
    period = pd.factorize(rows["period"])[0]
    amounts = np.full((period.max(initial=-1) + 1, len(buckets)), np.nan)
    amounts[period, pd.Index(buckets["bucket"]).get_indexer(pd.Index(rows["bucket"]))] = numbers["amount"]
    days_from = buckets["start"].replace(-np.inf, np.nan)
    return pd.DataFrame({"bucket": buckets["bucket"], "days_from": days_from}), amounts


def _lost(rolled: Floats) -> Floats:
    """The products of shares from each bucket to the last; where nothing rolls on, nothing is lost."""
    rates = rolled.copy()
    for place in range(len(rolled) - 2, -1, -1):
        rates[place] = 0.0 if rolled[place] == 0 else rolled[place] * rates[place + 1]
    return np.minimum(rates, 1.0)
