"""What axes say at their ticks: days, shares, amounts and counts, each label unlike its neighbour's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matplotlib.dates import DAILY, AutoDateLocator, DayLocator, num2date
from matplotlib.ticker import EngFormatter, Formatter, MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axis import Axis

__all__ = ["amounts", "counts", "days", "shares", "short"]

# Whole dates are wide.
_MOST_DATES = 6
_MOST_TICKS = 9
# Over fewer days ticks would stand at hours.
_FEW_DAYS = 4
_MOST_DECIMALS = 6


def days(axis: Axis) -> None:
    """Say years, months or days, whichever the ticks stand at."""
    most = dict.fromkeys(range(DAILY), _MOST_TICKS) | {DAILY: _MOST_DATES}
    axis.set_major_locator(_Days(minticks=3, maxticks=most))  # type: ignore[no-untyped-call]
    axis.set_major_formatter(_Dates())


def shares(axis: Axis) -> None:
    """Say shares in percent, with as many decimals as the ticks need."""
    axis.set_major_formatter(_Percents())


def amounts(axis: Axis) -> None:
    """Say money in few digits, however large or small its unit is."""
    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(_Amounts())


def counts(axis: Axis) -> None:
    """Say whole numbers, thousands as k."""
    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(EngFormatter(sep=""))


def short(amount: float) -> str:
    """An amount in few digits, for a cell of a table: 0.000000123, 862, 8.6k, 8.6M."""
    digits = Decimal(f"{amount:.3g}")
    return f"{digits:f}" if abs(digits) < 1000 else EngFormatter(places=1, sep="")(float(digits))


class _Days(AutoDateLocator):
    """As matplotlib's, but never at hours."""

    def get_locator(self, dmin: datetime, dmax: datetime) -> Any:
        if dmax - dmin >= timedelta(days=_FEW_DAYS):
            return super().get_locator(dmin, dmax)  # type: ignore[no-untyped-call]
        daily = DayLocator(tz=self.tz)  # type: ignore[no-untyped-call]
        daily.set_axis(self.axis)
        return daily


class _Dates(Formatter):
    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        dates: list[datetime] = [num2date(value) for value in values]  # type: ignore[no-untyped-call]
        if all(date.day == 1 for date in dates):
            form = "%Y" if all(date.month == 1 for date in dates) else "%Y-%m"
        else:
            form = "%Y-%m-%d"
        return [f"{date:{form}}" for date in dates]


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
        # Six digits: in the others a tick has the rounding of floats.
        return EngFormatter(sep="")(x) if abs(x) >= 1000 else self.fix_minus(f"{Decimal(f'{x:.6g}'):f}")
