"""States of the relation with their dates: the history of every customer, and where they stand today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import Day, as_day
from crmkit._estimator import check_fitted
from crmkit._frames import Coded, FrameT, from_pandas, give_back, is_engine, looked_up, open_frame, rows_like
from crmkit._messages import Message
from crmkit.segment.relations._rule import NEVER
from crmkit.segment.relations._segmenter import RelationSegmenter
from crmkit.segment.relations._spells import BEFORE, STATES, Dates, Spells, spells_of
from crmkit.segment.relations._words import relation_action_table

__all__ = ["relation_history_table", "relation_state_table"]

_NOT_A_RELATION: Final = Message(
    en="{@segmenter} must be a fitted RelationSegmenter, got {got}.",
    zh="{@segmenter} 须为已拟合的 RelationSegmenter，得到 {got}。",
)
# The last day of the year 9999.
_LAST_DATE: Final = 2_932_896
_KIND: Final = pd.CategoricalDtype(list(STATES), ordered=True)


def relation_history_table(
    transactions: FrameT,
    *,
    segmenter: RelationSegmenter,
    as_of: Day,
    customers: FrameT | None = None,
    known_since: str | None = None,
    contacted: str | None = None,
    closed: str | None = None,
) -> FrameT:
    """List the history of every relation: each state, and from when to when it lasted.

    The state on any day follows from what was known at the end of that day, so later data never change the history up
    to it.

    By hand: the base's gap is 30 days and counts once. Somebody who buys on 1, 11 and 31 January 2024 is a one-time
    customer from 1 January, a repeat customer from 11 January, and with a typical gap of (30 + 30) / 3 = 20 days lapsed
    from the 61st day of the silence, 1 April, and lost from the 121st, 31 May.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    segmenter : RelationSegmenter
        Fitted: its rule and the base's gap.
    as_of : date or ISO text
        The last day that counts.
    customers : the same kind of frame, optional
        The master table, with ``customer_id``, each once: those without an order are prospects.
    known_since, contacted, closed : str, optional
        Columns of ``customers`` with days: since when a customer is known, the first contact, and the day on which the
        account was closed. Without ``known_since`` all customers are taken as known from the beginning. With
        ``contacted``, customers not yet contacted are targets. A closed account is lost from that day on, whatever else
        is known.

    Returns
    -------
    the kind of frame given
        One row per customer and spell in a state, in memory by customer, in the order of ``customers`` or else of
        ``customer_id``, and in time: ``customer_id``; ``segment``, the state (ordered categories where the kind of
        frame has them); ``segment_order``; ``entered``, its first day, missing where it began before all that is known;
        ``left``, the first day in another state, missing for the state that lasts at ``as_of``.

    Raises
    ------
    NotFittedError
        If ``segmenter`` is not fitted.
    SchemaError
        If a column is missing or does not hold days, an id of ``customers`` is missing or occurs twice, a customer with
        a transaction is not among them, or somebody bought after the account was closed.
    TypeError
        If ``transactions`` is not a frame, ``customers`` another kind, or ``segmenter`` another estimator.
    ValueError
        If ``as_of`` is not a date, in memory lies before the first transaction, or columns of ``customers`` are named
        without it.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions, customer_summary
    >>> orders = pd.DataFrame({
    ...     "customer_id": "ann", "date": ["2024-01-01", "2024-01-11", "2024-01-31", "2024-07-01"], "amount": 5.0
    ... })
    >>> transactions = as_transactions(orders)
    >>> rule = RelationSegmenter(base_gap=30).fit(customer_summary(transactions, as_of="2024-07-31"))
    >>> relation_history_table(transactions, segmenter=rule, as_of="2024-07-31")
      customer_id   segment  segment_order    entered       left
    0         ann  one_time              3 2024-01-01 2024-01-11
    1         ann    repeat              2 2024-01-11 2024-04-01
    2         ann    lapsed              4 2024-04-01 2024-05-31
    3         ann      lost              5 2024-05-31 2024-07-01
    4         ann     loyal              1 2024-07-01        NaT
    """
    spells = _spells(transactions, segmenter, as_of, customers, Dates(known_since, contacted, closed))
    states = pd.Categorical.from_codes(cast("Any", spells.state), dtype=_KIND)
    columns = {
        "segment": states,
        "segment_order": spells.state.astype(np.int64) + 1,
        "entered": _dates(spells.entered),
        "left": _dates(spells.left),
    }
    return cast("FrameT", _table(spells.ids, spells.who, columns, transactions=transactions, customers=customers))


def relation_state_table(
    transactions: FrameT,
    *,
    segmenter: RelationSegmenter,
    as_of: Day,
    customers: FrameT | None = None,
    known_since: str | None = None,
    contacted: str | None = None,
    closed: str | None = None,
    actions: Mapping[str, tuple[str, str]] | None = None,
) -> FrameT:
    """Give the state of the relation with each customer, since when, what it rests on, and what to do.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    segmenter : RelationSegmenter
        Fitted: its rule and the base's gap.
    as_of : date or ISO text
        The last day that counts; later data are not used.
    customers, known_since, contacted, closed : optional
        As in `relation_history_table`.
    actions : mapping of str to pairs of str, optional
        Actions of your own, in English and in Chinese, by state, as in `relation_action_table`.

    Returns
    -------
    the kind of frame given
        One row per customer known by ``as_of``, in the order of `relation_history_table`:

        ``customer_id``, ``segment``, ``segment_order``, ``entered``
            The state, and the first day in it, missing where it began before all that is known.
        ``previous_segment``
            The state before; missing if it is the first.
        ``purchase_days``, ``days_since_last``
            How many; and days since the last, missing without one.
        ``typical_gap``, ``silence_ratio``
            The customer's typical gap in days, and ``days_since_last`` divided by it; missing without a purchase day.
        ``next_change``
            The day on which the customer will lapse, or be lost, unless they buy before; missing for all others.
        ``action_en``, ``action_zh``
            What to do.

    Raises
    ------
    NotFittedError
        If ``segmenter`` is not fitted.
    SchemaError
        As `relation_history_table`.
    TypeError
        As `relation_history_table`, and if ``actions`` is not a mapping to pairs of texts.
    ValueError
        As `relation_history_table`, and if ``actions`` names something that is not a state.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> transactions = as_transactions(load_cdnow())
    >>> rule = RelationSegmenter().fit(customer_summary(transactions, as_of="1997-12-31"))
    >>> states = relation_state_table(transactions, segmenter=rule, as_of="1998-06-30")
    >>> states[["customer_id", "segment", "entered", "purchase_days", "next_change"]].head(3)
       customer_id segment    entered  purchase_days next_change
    0            1   loyal 1997-12-12              4  1998-10-12
    1            2    lost 1997-08-17              2         NaT
    2            3    lost 1997-12-26              1         NaT
    """
    told = relation_action_table(actions=actions)
    day = as_day(as_of, name="as_of")
    spells = _spells(transactions, segmenter, as_of, customers, Dates(known_since, contacted, closed))
    is_last = np.append(spells.who[1:] != spells.who[:-1], True)[: len(spells.who)]
    at = np.flatnonzero(is_last)
    who, state = spells.who[at], spells.state[at]
    goes_on = np.append(False, spells.who[1:] == spells.who[:-1])[: len(spells.who)][at]
    before = np.where(goes_on, spells.state[np.maximum(at - 1, 0)], -1).astype(np.intp)
    n_days, last, gap = spells.n_days[who], spells.last[who], spells.typical_gap[who]
    bought = n_days > 0
    silence = np.where(bought, _number(day) - last, np.nan)
    gap = np.where(bought, gap, np.nan)
    columns = {
        "segment": pd.Categorical.from_codes(cast("Any", state), dtype=_KIND),
        "segment_order": state.astype(np.int64) + 1,
        "entered": _dates(spells.entered[at]),
        "previous_segment": pd.Categorical.from_codes(cast("Any", before), dtype=_KIND),
        "purchase_days": n_days,
        "days_since_last": silence,
        "typical_gap": gap,
        "silence_ratio": silence / gap,
        "next_change": _dates(_next_change(state, last, gap, segmenter)),
        **{name: Coded(told[name].tolist(), state.astype(np.intp)) for name in ("action_en", "action_zh")},
    }
    return cast("FrameT", _table(spells.ids, who, columns, transactions=transactions, customers=customers))


def _spells(transactions: Any, segmenter: object, as_of: Day, customers: Any, dates: Dates) -> Spells:
    if not isinstance(segmenter, RelationSegmenter):
        raise TypeError(_NOT_A_RELATION(got=type(segmenter).__name__))
    check_fitted(segmenter)
    day = as_day(as_of, name="as_of")
    return spells_of(transactions, rule=segmenter._rule(), as_of=day, customers=customers, dates=dates)


def _next_change(
    state: npt.NDArray[np.int8], last: npt.NDArray[np.int64], gap: Any, segmenter: RelationSegmenter
) -> npt.NDArray[np.int64]:
    rule, known = segmenter._rule(), np.nan_to_num(gap)
    lapsed = STATES.index("lapsed")
    lapses, is_lost = rule.lapses(last, known), rule.is_lost(last, known)
    return np.where(state < lapsed, np.minimum(lapses, is_lost), np.where(state == lapsed, is_lost, NEVER))


def _number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _dates(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    """Numbers of days as dates, missing where they lie before everything or after all dates."""
    known = (numbers > BEFORE) & (numbers <= _LAST_DATE)
    return np.where(known, numbers, np.iinfo(np.int64).min).astype("datetime64[D]").astype("datetime64[us]")


def _table(
    ids: pd.Series[Any], who: npt.NDArray[np.int64], columns: Mapping[str, Any], *, transactions: Any, customers: Any
) -> Any:
    """Put columns beside the ids of their rows, in the caller's kind of frame; to an engine by a join."""
    opened = open_frame(transactions, name="transactions")
    if is_engine(opened):
        table = pd.DataFrame({"customer_id": ids.iloc[who].array, **{n: _plain(c) for n, c in columns.items()}})
        known = opened if customers is None else open_frame(customers, name="customers")
        named = cast("Any", known.select("customer_id").unique().to_native())
        joined: Any = nw.from_native(looked_up(named, table, on=["customer_id"]))
        return joined.filter(~nw.col("segment").is_null()).to_native()
    # The ids of rows are taken from those of customers, which are fewer.
    names: Any = nw.from_native(cast("Any", from_pandas(pd.DataFrame({"customer_id": ids}), like=transactions)))
    names = names.collect() if isinstance(names, nw.LazyFrame) else names
    rows = names[who]
    if rows.implementation.is_pandas():
        rows = nw.from_native(rows.to_native().reset_index(drop=True))
    made: Any = nw.from_native(rows_like(columns, like=rows.to_native()))
    return give_back(nw.concat([rows, made], how="horizontal"), like=transactions)


def _plain(column: Any) -> Any:
    """A column as pandas holds it for an engine: texts instead of codes."""
    if isinstance(column, Coded):
        return np.array(list(column.texts), dtype=object)[column.codes]
    return column.astype(object) if isinstance(column, pd.Categorical) else column
