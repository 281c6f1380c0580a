"""A row for each period in which a customer could have left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, check_option, some
from crmkit._frames import FrameT, as_name, from_pandas, open_frame, to_pandas
from crmkit._messages import Column, Message, Parameter, Setting
from crmkit._tables import DURATIONS, check_kind, check_values, float_columns, open_columns, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.survival._elapsed import PERIODS, Length, after, begun_since, whole_since

__all__ = ["Spans", "check_periods", "person_period_table", "rows_of_durations", "spans_of"]

_Counts = npt.NDArray[np.int64]

_MADE: Final = ("customer_id", "spell", "period", "period_start", "left", "n_customers")
_DATE: Final = "date"
# More days than there are from the first to the last that is read.
_APART: Final = 1_000_000

_NO_DAY: Final = Message(
    en="{@as_of} is needed with {freq}: the last day that counts.",
    zh="使用 {freq} 时须给出 {@as_of}，即计入的最后一天。",
)
_NO_PERIODS: Final = Message(
    en="{@as_of} and {@changing} need {@freq}: durations without dates are counted in periods.",
    zh="{@as_of} 与 {@changing} 须与 {@freq} 一同使用：没有日期的时长以期计。",
)
_TOO_LATE: Final = Message(
    en="{@as_of} is {as_of:%Y-%m-%d}, but customers who are still there were counted up to {last:%Y-%m-%d} only. "
    "Pass that day, or an earlier one.",
    zh="{@as_of} 为 {as_of:%Y-%m-%d}，而仍在的客户只计到 {last:%Y-%m-%d}。请改用该日或更早的日期。",
)
_NONE_WHOLE: Final = Message(
    en="No customer of {@durations} was watched for a whole period. Take shorter periods or a later {@as_of}.",
    zh="{@durations} 中没有客户被观察满一期。请缩短期长，或给出更晚的 {@as_of}。",
)
_TAKEN: Final = Message(
    en="{name} must not name {names}, which the result has already.", zh="{name} 不能含有结果已有的列 {names}。"
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。",
)
_TWICE: Final = Message(
    en="{@changing} has several values of a customer on one day, such as those of {ids}. Leave one row of each.",
    zh="{@changing} 中同一客户同一天有多行，例如 {ids}。请各留一行。",
)


class Spans(NamedTuple):
    """The first and the last period in which each spell was at risk, and whether it ended in the last."""

    first: _Counts
    last: _Counts
    ended: npt.NDArray[np.bool_]


def person_period_table(
    durations: FrameT,
    *,
    freq: Length | None,
    as_of: Day | None = None,
    keep: Sequence[str] = (),
    changing: Any = None,
) -> FrameT:
    """Lay out durations period by period: a row for each period at whose beginning the customer was there.

    It is what `DiscreteHazardModel`, or any classifier of scikit-learn, is fitted on: ``left`` is what is to be
    predicted. The periods are those of the customer, counted from their start: with ``freq="M"`` the first ends on the
    same day of the next month, or on its last.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `subscription_durations` makes it; or with ``customer_id``, ``duration`` and ``observed`` alone, and
        ``entry`` where known, where ``freq`` is None.
    freq : {"D", "W", "M", "Q", "Y"} or None
        The length of a period; None where durations are numbers of periods themselves, such as months of tenure.
    as_of : date or ISO text
        With ``freq``: the last day that counts, that of `subscription_durations` (less the allowed gap) or an earlier
        one, of which nothing later is known then. Only periods that are over by it count, whether customers left in
        them or not: of one that is not, those who have left would be counted and those who have not, not.
    keep : sequence of str, default ()
        Columns of ``durations`` to carry along, such as plan or channel at the start.
    changing : table of any kind, optional
        With ``freq``: features that change in time, as columns beside ``customer_id`` and ``date``. A period gets
        what was last known before its first day or on it, so nothing that came of leaving.

    Returns
    -------
    the kind of frame given
        In the order of the durations, period by period: ``customer_id``; ``spell``, where there; ``period``, from 1;
        ``period_start``, its first day, with ``freq``; ``left``, whether the customer left in it; the columns of
        ``keep``; those of ``changing``, missing where nothing was known. Customers who came into sight late have no row
        of periods that had begun before. Losses on the last day of a period belong to it; without dates a loss at a
        duration of 0 belongs to the first.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, ``as_of`` is later than the durations, a customer has
        two values on one day, or nobody was watched for a whole period.
    TypeError
        If a table is not a frame.
    ValueError
        If ``freq`` is not one of those listed, ``as_of`` is missing or not a date, or a column is named twice.

    References
    ----------
    .. [1] Singer and Willett (2003), *Applied Longitudinal Data Analysis*, section 10.5.

    Examples
    --------
    >>> import pandas as pd
    >>> tenures = pd.DataFrame(
    ...     {"customer_id": [1, 2], "duration": [3, 2], "observed": [True, False], "plan": ["S", "M"]}
    ... )
    >>> person_period_table(tenures, freq=None, keep=["plan"])
       customer_id  period   left plan
    0            1       1  False    S
    1            1       2  False    S
    2            1       3   True    S
    3            2       1  False    M
    4            2       2  False    M
    """
    check_periods(freq, as_of, changing)
    carried = list(dict.fromkeys(as_name(name) for name in keep))
    _check_free(carried, _MADE, name="keep")
    rows = rows_of_durations(durations, dated=freq is not None, carried=carried)
    spans = spans_of(rows, freq=freq, as_of=as_of)
    n = np.maximum(spans.last - spans.first + 1, 0)
    if not n.sum():
        raise SchemaError(_NONE_WHOLE())
    at = np.repeat(np.arange(len(rows)), n)
    period = np.arange(len(at)) - np.repeat(np.cumsum(n) - n, n) + spans.first[at]
    table = pd.DataFrame({"customer_id": rows["customer_id"].take(at).array})
    if "spell" in rows:
        table["spell"] = rows["spell"].to_numpy(dtype=np.int64)[at]
    table["period"] = period
    if freq is not None:
        first_days = after(_days(rows["start"])[at], period - 1, length=freq)
        table["period_start"] = first_days.astype("datetime64[us]")
    table["left"] = spans.ended[at] & (period == spans.last[at])
    for name in carried:
        table[name] = rows[name].take(at).array
    if changing is not None:
        table = _with_changing(table, changing)
    return from_pandas(table, like=durations)


def check_periods(freq: str | None, as_of: Day | None, changing: Any) -> None:
    """Raise unless periods have a length and a last day, or neither."""
    if freq is None:
        if as_of is not None or changing is not None:
            raise ValueError(_NO_PERIODS())
        return
    check_option(freq, PERIODS, name="freq")
    if as_of is None:
        raise ValueError(_NO_DAY(freq=Setting("freq", freq)))


def _check_free(names: Sequence[str], taken: Sequence[str], *, name: str) -> None:
    if wrong := sorted(set(names) & set(taken)):
        raise ValueError(_TAKEN(name=Parameter(name), names=wrong))


def rows_of_durations(durations: Any, *, dated: bool, carried: list[str]) -> pd.DataFrame:
    """Bring the durations into memory and check them: their rows need not come from a door."""
    given = open_frame(durations, name="durations").collect_schema().names()
    columns = ["customer_id", "duration", "observed", *(["start"] if dated else [])]
    columns += [name for name in ("entry", "spell") if name in given]
    opened = open_table(durations, DURATIONS, columns=columns, also=carried)
    rows = to_pandas(opened.select(*dict.fromkeys((*columns, *carried))))
    numbers = [name for name in ("duration", "observed", "entry", "spell") if name in columns]
    values = float_columns(rows[numbers], DURATIONS, numbers)
    check_values(values, DURATIONS)
    for name in ("customer_id", *(["start"] if dated else [])):
        missing = np.flatnonzero(rows[name].isna())
        if missing.size:
            raise SchemaError(_MISSING(where=Column("durations", name), n=missing.size, rows=some(missing.tolist())))
    return (rows if "entry" in values else rows.assign(entry=0.0)).assign(**values)


def spans_of(rows: pd.DataFrame, *, freq: Length | None, as_of: Any) -> Spans:
    """Find the periods in which each spell was at risk."""
    return _counted(rows) if freq is None else _dated(rows, freq=freq, as_of=as_of)


def _counted(rows: pd.DataFrame) -> Spans:
    """The periods of durations that are counted in periods."""
    duration, ended = rows["duration"].to_numpy(), rows["observed"].to_numpy() == 1
    last = np.where(ended, np.maximum(np.ceil(duration), 1), np.floor(duration)).astype(np.int64)
    return Spans(np.ceil(rows["entry"].to_numpy()).astype(np.int64) + 1, last, ended)


def _dated(rows: pd.DataFrame, *, freq: Length, as_of: Any) -> Spans:
    """The periods that were over by a day."""
    day = as_day(as_of, name="as_of")
    start, duration = _days(rows["start"]), rows["duration"].to_numpy()
    end = start + np.ceil(duration).astype(np.int64)
    if len(end) and np.datetime64(day, "D") > end.max():
        raise ValueError(_TOO_LATE(as_of=day, last=pd.Timestamp(end.max())))
    today = np.full(len(rows), np.datetime64(day, "D"))
    ended = (rows["observed"].to_numpy() == 1) & (end <= today)
    over = whole_since(start, today, length=freq)
    until = np.where(ended, np.maximum(begun_since(start, end, length=freq), 1), whole_since(start, end, length=freq))
    entry = rows["entry"].to_numpy()
    came = begun_since(start, start + np.ceil(entry).astype(np.int64), length=freq)
    first = np.where(entry > 0, came, 0) + 1
    return Spans(first, np.minimum(over, until), ended & (until <= over))


def _with_changing(table: pd.DataFrame, changing: Any) -> pd.DataFrame:
    """Add what was last known of each customer on the first day of the period or before."""
    opened = open_columns(changing, ["customer_id", _DATE], name="changing", made_by="as_activity")
    check_kind(opened, _DATE, "day", where=Column("changing", _DATE), made_by="as_activity")
    known = to_pandas(opened).dropna(subset=["customer_id", _DATE])
    names = [name for name in known.columns if name not in ("customer_id", _DATE)]
    _check_free(names, list(table.columns), name="changing")
    found, codes = pd.factorize(table["customer_id"])
    code = pd.Index(codes).get_indexer(pd.Index(known["customer_id"]))
    key = code.astype(np.int64) * _APART + day_numbers(known[_DATE].to_numpy(dtype="datetime64[us]"))
    order = np.argsort(key, kind="stable")
    key, known = key[order], known.iloc[order].reset_index(drop=True)
    twice = np.flatnonzero((key[1:] == key[:-1]) & (code[order][1:] >= 0))
    if twice.size:
        raise SchemaError(_TWICE(ids=some(known["customer_id"].iloc[twice].tolist())))
    asked = found * _APART + day_numbers(table["period_start"].to_numpy(dtype="datetime64[us]"))
    at = np.searchsorted(key, asked, side="right") - 1
    here = (at >= 0) & (np.append(code[order], -1)[at] == found)
    for name in names:
        table[name] = known[name].reindex(np.where(here, at, -1)).array
    return table


def _days(dates: pd.Series[Any]) -> npt.NDArray[np.datetime64]:
    return dates.to_numpy(dtype="datetime64[us]").astype("datetime64[D]")
