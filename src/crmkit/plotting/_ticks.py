"""Axes of dates, shares, amounts and whole numbers: where ticks are, and labels that differ from one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmkit._extras import check_extra

# Most plots begin with the import of this file.
check_extra("plot", "matplotlib")

from matplotlib.dates import DAILY, AutoDateLocator, DayLocator, num2date  # noqa: E402
from matplotlib.ticker import EngFormatter, Formatter, MaxNLocator  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.axis import Axis

__all__ = ["amounts", "counts", "dates", "days", "few", "periods", "shares", "short", "whole"]

# Full dates are wide.
_MOST_DATES = 6
_MOST_TICKS = 9
_FEW_TICKS = 7
# Over fewer days ticks would be at hours.
_FEW_DAYS = 4
# Around a single date there is room only for its own tick.
_HALF_A_DAY = 0.5
_MOST_DECIMALS = 6
_QUARTER = 3


def days(axis: Axis) -> None:
    """Show dates on a horizontal axis, at years, months or days."""
    most = dict.fromkeys(range(DAILY), _MOST_TICKS) | {DAILY: _MOST_DATES}
    axis.set_major_locator(_Days(minticks=3, maxticks=most))  # type: ignore[no-untyped-call]
    axis.set_major_formatter(_Dates())
    # Limits found earlier came from another locator.
    axis.axes.autoscale_view(scaley=False)


def shares(axis: Axis) -> None:
    """Show shares in percent, with as many decimals as the ticks need."""
    axis.set_major_formatter(_Percents())


def amounts(axis: Axis) -> None:
    """Show money in few digits, however large or small its unit is."""
    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(_Amounts())


def counts(axis: Axis) -> None:
    """Show counts as whole numbers, thousands as k."""
    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(EngFormatter(sep=""))


def whole(axis: Axis) -> None:
    """Put ticks at whole numbers and show all their digits."""
    axis.set_major_locator(MaxNLocator(nbins=_MOST_TICKS, integer=True))


def few(axis: Axis) -> None:
    """Put few ticks at round numbers, with room for a number below each."""
    axis.set_major_locator(MaxNLocator(nbins=_FEW_TICKS, steps=[1, 2, 3, 5, 6, 10]))


def dates(days: Iterable[Any]) -> list[str]:
    """Show as much of each date as tells them apart: years, months or days. A single date is shown in full."""
    stamps = [pd.Timestamp(day) for day in days]
    if len(stamps) < 2 or any(day.day > 1 for day in stamps):
        form = "%Y-%m-%d"
    else:
        form = "%Y" if all(day.month == 1 for day in stamps) else "%Y-%m"
    return [f"{day:{form}}" for day in stamps]


def periods(starts: Iterable[Any]) -> list[str]:
    """Show periods by their first days: quarters by their number, others as dates."""
    stamps = [pd.Timestamp(start) for start in starts]
    steps = {12 * (late.year - early.year) + late.month - early.month for early, late in pairwise(stamps)}
    if steps == {_QUARTER} and all(start.day == 1 and start.month % _QUARTER == 1 for start in stamps):
        return [f"{start.year} Q{start.quarter}" for start in stamps]
    return dates(stamps)


def short(amount: float) -> str:
    """Write an amount in few digits, for a table cell: 0.000000123, 862, 8.6k, 8.6M."""
    digits = Decimal(f"{amount:.3g}")
    return f"{digits:f}" if abs(digits) < 1000 else EngFormatter(places=1, sep="")(float(digits))


class _Days(AutoDateLocator):
    """Matplotlib's locator, but never at hours and without years around a single date."""

    def get_locator(self, dmin: datetime, dmax: datetime) -> Any:
        if dmax - dmin >= timedelta(days=_FEW_DAYS):
            return super().get_locator(dmin, dmax)  # type: ignore[no-untyped-call]
        daily = DayLocator(tz=self.tz)  # type: ignore[no-untyped-call]
        daily.set_axis(self.axis)
        return daily

    def nonsingular(self, vmin: float, vmax: float) -> tuple[float, float]:
        if np.isfinite([vmin, vmax]).all() and vmin == vmax:
            return vmin - _HALF_A_DAY, vmax + _HALF_A_DAY
        return super().nonsingular(vmin, vmax)  # type: ignore[no-untyped-call, no-any-return]


class _Dates(Formatter):
    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return dates(num2date(value) for value in values)  # type: ignore[no-untyped-call]


class _Percents(Formatter):
    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        for decimals in range(_MOST_DECIMALS + 1):
            percents = [round(100 * value, decimals) + 0.0 for value in values]
            if all(abs(percent - 100 * value) < 1e-9 for percent, value in zip(percents, values, strict=True)):
                break
        return [self.fix_minus(f"{percent:.{decimals}f}%") for percent in percents]


class _Amounts(Formatter):
    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        # Beyond six digits a tick shows the rounding of floats.
        return EngFormatter(sep="")(x) if abs(x) >= 1000 else self.fix_minus(f"{Decimal(f'{x:.6g}'):f}")
