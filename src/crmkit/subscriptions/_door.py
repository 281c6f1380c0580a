"""From any table of subscriptions to checked spells."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import check_option, some
from crmkit._frames import AnyFrame, FrameT, as_name, collected, flag, give_back, with_numpy_types
from crmkit._messages import Message, Setting
from crmkit._reading import Counts, Invalid, Rows, columns_kept, count_rows, usable_rows
from crmkit.errors import SchemaError
from crmkit.subscriptions._gaps import GAP, with_gaps
from crmkit.subscriptions._read import (
    CUSTOMER,
    END,
    END_KNOWN,
    LIST_MRR,
    MRR,
    START,
    SUBSCRIPTION,
    TRIAL,
    read_subscriptions,
)

__all__ = ["as_subscriptions"]

_NONE_LEFT: Final = Message(
    en="{@subscriptions} has {n:,} {n:row|rows}, and none is left with {invalid}. {@audit_subscriptions()} says where "
    "they went.",
    zh="{@subscriptions} 有 {n:,} 行，按 {invalid} 处理后一行不剩。可用 {@audit_subscriptions()} 查看各行的去向。",
)
_OVERLAP: Final = Message(
    en="{@subscriptions} has {n:,} {n:spell that runs|spells that run} into the next one of the same subscription, "
    "such as those of {ids}. "
    "End the old one where the new one starts, or name a {@subscription_id=} that tells them apart.",
    zh="{@subscriptions} 中有 {n:,} 段与同一订阅的下一段重叠，例如 {ids}。请将前一段结束于后一段开始之日，或用 "
    "{@subscription_id=} 区分不同的订阅。",
)
_ONE_DAY_GAPS: Final = Message(
    en="{@subscriptions} has {n:,} {n:spell that is|spells that are} continued after a gap of one day, and "
    "{seamless:,} {seamless:that is|that are} continued without one. If the end is the last day served, pass "
    "{@inclusive_end=True}.",
    zh="{@subscriptions} 中有 {n:,} 段在间隔一天后续订，无间隔续订的有 {seamless:,} 段。若结束日期为服务的最后一天，"
    "请使用 {@inclusive_end=True}。",
)


def as_subscriptions(
    subscriptions: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    start: str = "start",
    end: str = "end",
    mrr: str = "mrr",
    subscription_id: str | None = None,
    end_known: str | None = None,
    list_mrr: str | None = None,
    trial: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    inclusive_end: bool = False,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table of subscriptions into checked spells, each at one price.

    A change of price is a new row. Spells of one subscription may touch but not overlap; a customer may have several
    subscriptions at a time.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per spell, at least one. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`. Where customers have one subscription each,
        spells of joined ids must not overlap.
    start : str, default "start"
        Column of first days served: typed, or in memory ISO text, or text in ``date_format``. A time of day is cut
        off. Years outside 1901 to 2099 are placeholders and count as unusable.
    end : str, default "end"
        Column of first days no longer served, written likewise; missing while the spell runs, also where the text is
        empty. A spell that ends on the day of its start served no day.
    mrr : str, default "mrr"
        Column of monthly recurring revenue: the value of a month, 0 or more, in one currency.
    subscription_id : str, optional
        Column of subscription ids. Without it every customer has one subscription.
    end_known : str, optional
        Column of the days on which the end became known, such as that of the notice; missing while it is not.
    list_mrr : str, optional
        Column of the value of a month without discounts, 0 or more; may be missing.
    trial : str, optional
        Column that says whether a spell is a trial: booleans, or 1 and 0; in memory also "true" and "false", "yes" and
        "no", 是 and 否. Without it no spell is a trial.
    currency : str, optional
        Column of currency codes; more than one code is refused.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y".
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    inclusive_end : bool, default False
        Whether ``end`` is the last day served. A day is then added.
    keep : sequence of str, default ()
        Further columns to carry along, such as plan, channel or region.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_subscriptions` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``subscription_id``, the customer's id where no column is named; ``start``, ``end`` and
        ``end_known``, naive midnights; ``mrr``; ``list_mrr``; ``trial``, boolean; ``currency``; then the columns of
        ``keep``. ``end_known``, ``list_mrr`` and ``currency`` are missing where no column is named. In memory the rows
        keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if spells of one subscription overlap, if ids are of mixed kinds, if there are
        several currencies, or if a column of ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``subscriptions`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed.

    Warns
    -----
    UserWarning
        If more spells are continued after a gap of one day than without one: ``end`` is probably the last day served.

    See Also
    --------
    audit_subscriptions : Where every row went, and how many spells are continued after a gap of one day.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "start": ["2024-01-01", "2024-03-01", "2024-02-15"],
    ...     "end": ["2024-03-01", None, "2024-05-15"], "mrr": [20, 30, 20], "plan": ["S", "M", "S"],
    ... })
    >>> as_subscriptions(spells, keep=["plan"])[["customer_id", "start", "end", "mrr", "plan"]]
      customer_id      start        end   mrr plan
    0         ann 2024-01-01 2024-03-01  20.0    S
    1         ann 2024-03-01        NaT  30.0    M
    2          bo 2024-02-15 2024-05-15  20.0    S
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_subscriptions(
        subscriptions,
        customer_id=customer_id,
        merge_ids=merge_ids,
        start=start,
        end=end,
        mrr=mrr,
        subscription_id=subscription_id,
        end_known=end_known,
        list_mrr=list_mrr,
        trial=trial,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        inclusive_end=inclusive_end,
        keep=keep,
    )
    columns = _columns(rows, currency)
    further = columns_kept(keep, rows, taken=columns, made_by="as_subscriptions")
    kept = _kept(rows, invalid=invalid)
    spells = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(spells, columns=list(columns)), like=subscriptions)


def _columns(rows: Rows, currency: str | None) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here = rows.sources
    no_day, no_money = (nw.when(nw.col(name).is_null()).then(nw.col(name)) for name in (START, MRR))
    # A literal that is missing would be the text "None" in older pandas.
    no_text = nw.when(nw.col(CUSTOMER).is_null()).then(nw.lit(""))
    return {
        "customer_id": nw.col(CUSTOMER),
        "subscription_id": nw.col(SUBSCRIPTION if SUBSCRIPTION in here else CUSTOMER),
        "start": nw.col(START),
        "end": nw.col(END),
        "end_known": nw.col(END_KNOWN) if END_KNOWN in here else no_day,
        "mrr": nw.col(MRR),
        "list_mrr": nw.col(LIST_MRR) if LIST_MRR in here else no_money,
        "trial": (nw.col(TRIAL) if TRIAL in here else flag(nw.col(MRR) < 0)) == 1,
        "currency": no_text if currency is None else nw.col(as_name(currency)),
    }


def _kept(rows: Rows, *, invalid: Invalid) -> AnyFrame:
    """Give the rows that go on; all the reasons to refuse are looked for in one pass."""
    rows = replace(rows, frame=with_gaps(rows))
    gap = nw.col(GAP)
    gaps = {"overlaps": flag(gap < 0), "seamless": flag(gap == 0), "one_day_gaps": flag(gap == 1)}
    counts = count_rows(rows, money=MRR, marks={"kept": rows.usable(), **gaps})
    frame = usable_rows(rows, counts, invalid=invalid, money=MRR, key=CUSTOMER, rejected="rejected_subscriptions")
    if counts.marked["kept"] == 0:
        raise SchemaError(_NONE_LEFT(n=counts.n_rows, invalid=Setting("invalid", invalid)))
    _check_gaps(rows, counts)
    return frame


def _check_gaps(rows: Rows, counts: Counts) -> None:
    overlaps, seamless, one_day = (counts.marked[name] for name in ("overlaps", "seamless", "one_day_gaps"))
    if overlaps:
        key = SUBSCRIPTION if SUBSCRIPTION in rows.sources else CUSTOMER
        ids = collected(rows.frame.filter(nw.col(GAP) < 0).select(key).head(6))[key].to_list()
        raise SchemaError(_OVERLAP(n=overlaps, ids=some(ids)))
    if one_day > seamless:
        warnings.warn(_ONE_DAY_GAPS(n=one_day, seamless=seamless), stacklevel=4)
