"""The holes in a log: days without a row where orders were due, months with far too few, days loaded twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import Freq, first_day_of, length_of, number_of_period
from crmkit.activity._span import log_span

__all__ = ["Coverage", "HoleKind", "LogHole", "coverage", "log_holes", "touching"]

HoleKind: TypeAlias = Literal["missing", "partial", "doubled"]

# Below this part of what both neighbours make expected, a period holds far too little; single days vary most.
_FAR: Final = {"D": 0.1, "W": 0.3, "M": 0.5}
_IN_A_YEAR: Final = {"D": 364, "W": 52, "M": 12}
# A Monday before all dates, to number weekdays from.
_MONDAY: Final = datetime(1900, 1, 1)


class LogHole(NamedTuple):
    """The first and the last of some days that do not hold what they should, and the orders that were expected."""

    kind: HoleKind
    start: datetime
    end: datetime
    n_orders: int
    expected_low: float
    expected_high: float


class Coverage(NamedTuple):
    """A log day by day, from its first day to the last that counts."""

    first: datetime
    orders: npt.NDArray[np.int64]
    missing: npt.NDArray[np.bool_]
    doubled: npt.NDArray[np.bool_]

    def table(self, freq: Freq) -> pd.DataFrame:
        """One row per period: its first day, orders, range expected and status."""
        from crmkit._stats import far_too_few

        last = self.first + timedelta(days=len(self.orders) - 1)
        numbers = range(number_of_period(self.first, freq=freq), number_of_period(last, freq=freq) + 1)
        starts = [first_day_of(number, freq=freq) for number in (*numbers, numbers.stop)]
        bounds = np.array([(start - self.first).days for start in starts])
        runs = list(zip(bounds[:-1].clip(min=0).tolist(), bounds[1:].clip(max=len(self.orders)).tolist(), strict=True))
        low, high, smaller = self.expected(runs)
        whole = (bounds[:-1] >= 0) & (bounds[1:] <= len(self.orders))
        table = pd.DataFrame({"period": np.array(starts[:-1], dtype="datetime64[us]")})
        table["n_orders"] = _sums(self.orders, runs)
        table["expected_low"], table["expected_high"] = low, high
        few = whole & far_too_few(
            table["n_orders"].to_numpy(dtype=float), low=low, smaller=smaller, part=_FAR[length_of(freq)]
        )
        none = table["n_orders"].to_numpy() == 0
        if freq == "D":
            # A single empty day is a holiday more often than a hole.
            few &= ~none
        few &= ~_a_year_apart(few, n_periods=_IN_A_YEAR[length_of(freq)])
        gone, twice = _sums(self.missing, runs), _sums(self.doubled, runs)
        filled = _sums(self.orders > 0, runs)
        lengths = np.array([stop - start for start, stop in runs])
        table["status"] = np.select(
            [(gone == lengths) | (few & none), (twice > 0) & (2 * twice >= filled), (gone > 0) | ~whole | few],
            ["missing", "doubled", "partial"],
            "ok",
        )
        table["is_low"] = few & (gone == 0)
        return table

    def expected(self, runs: list[tuple[int, int]]) -> tuple[Any, Any, Any]:
        """Work out the range of orders that stretches of days should hold."""
        from crmkit._stats import expected_ranges

        weekday = (self.first - _MONDAY).days % 7
        usable = ~(self.missing | self.doubled)
        return expected_ranges(self.orders, usable=usable, first_weekday=weekday, runs=runs)


def coverage(days: pd.DataFrame, *, as_of: datetime) -> Coverage:
    """Find the silences and the doubled days of a log, by its days as `daily_counts` gives them."""
    # Imported here because it loads SciPy, which `import crmkit` does without.
    from crmkit._stats import doubled_runs, implausible_silences

    span = log_span(days)
    length = (as_of - span.first_day).days + 1
    place = (days["date"] - span.first_day).dt.days.to_numpy(dtype="int64")
    orders, units, even = (_filled(days[name], place, length) for name in ("n_orders", "n_units", "n_even"))
    missing, doubled = np.zeros(length, dtype=bool), np.zeros(length, dtype=bool)
    for start, stop in implausible_silences(orders):
        missing[start:stop] = True
    if span.newest_order is not None and span.is_stale(as_of):
        missing[(span.newest_order - span.first_day).days + 1 :] = True
    for start, stop in doubled_runs(units, even):
        doubled[start:stop] = units[start:stop] > 0
    return Coverage(span.first_day, orders, missing, doubled)


def log_holes(days: pd.DataFrame, *, as_of: datetime) -> list[LogHole]:
    """List the holes of a log: silences, runs of doubled days, months with far too few orders.

    `log_coverage_table` describes how they are found.

    Parameters
    ----------
    days : DataFrame
        The days of the log, as `daily_counts` gives them.
    as_of : datetime
        The last day that counts.

    Returns
    -------
    list of LogHole
        By their first day; empty if there are none.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.activity import daily_counts
    >>> orders = load_cdnow()
    >>> rest = as_transactions(orders[orders["date"].dt.strftime("%Y-%m") != "1997-05"])
    >>> day = datetime(1997, 8, 31)
    >>> found = log_holes(daily_counts(rest, as_of=day), as_of=day)
    >>> [(hole.kind, f"{hole.start:%Y-%m-%d}", f"{hole.end:%Y-%m-%d}") for hole in found]
    [('missing', '1997-05-01', '1997-05-31')]
    """
    from crmkit._stats import runs_of

    found = coverage(days, as_of=as_of)
    quiet = found.orders == 0
    named: list[tuple[HoleKind, tuple[int, int]]] = [("missing", run) for run in runs_of(found.missing)]
    doubled = [run for run in runs_of(found.doubled | quiet) if found.doubled[slice(*run)].any()]
    named += [("doubled", _trimmed(found.doubled, run)) for run in doubled]
    months = found.table("M")
    for month in months.loc[months["is_low"], "period"]:
        place = (month.to_pydatetime() - found.first).days
        run = place, place + month.days_in_month
        named.append(("partial" if found.orders[slice(*run)].any() else "missing", run))
    named.sort(key=lambda each: each[1])
    low, high, _ = found.expected([run for _, run in named])
    return [
        LogHole(
            kind,
            found.first + timedelta(days=start),
            found.first + timedelta(days=stop - 1),
            int(found.orders[start:stop].sum()),
            float(low[number]),
            float(high[number]),
        )
        for number, (kind, (start, stop)) in enumerate(named)
    ]


def touching(holes: Sequence[LogHole], start: datetime, end: datetime) -> list[LogHole]:
    """Find the holes that share a day with a period.

    Parameters
    ----------
    holes : sequence of LogHole
        As `log_holes` gives them.
    start, end : datetime
        First and last day of the period.

    Returns
    -------
    list of LogHole
        In the order given.

    Examples
    --------
    >>> from datetime import datetime
    >>> may = LogHole("missing", datetime(2024, 5, 1), datetime(2024, 5, 31), 0, 22.0, 41.0)
    >>> len(touching([may], datetime(2024, 5, 31), datetime(2024, 6, 30)))
    1
    """
    return [hole for hole in holes if hole.start <= end and hole.end >= start]


def _a_year_apart(few: npt.NDArray[np.bool_], *, n_periods: int) -> npt.NDArray[np.bool_]:
    """Find the periods that are equally low in another year: a season."""
    again = np.zeros(len(few), dtype=bool)
    for shift in range(n_periods, len(few), n_periods):
        again[shift:] |= few[:-shift]
        again[:-shift] |= few[shift:]
    return again


def _filled(values: pd.Series[Any], place: npt.NDArray[Any], length: int) -> npt.NDArray[np.int64]:
    filled = np.zeros(length, dtype=np.int64)
    filled[place] = values.to_numpy()
    return filled


def _sums(values: npt.NDArray[Any], runs: list[tuple[int, int]]) -> npt.NDArray[np.int64]:
    return np.array([values[start:stop].sum() for start, stop in runs], dtype=np.int64)


def _trimmed(doubled: npt.NDArray[np.bool_], run: tuple[int, int]) -> tuple[int, int]:
    """Cut the empty days at both ends off a run."""
    where = run[0] + np.flatnonzero(doubled[slice(*run)])
    return int(where[0]), int(where[-1]) + 1
