"""The sums of the logarithms of customers' gaps: read, checked, and added up by history."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.special import xlogy

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Column, Message
from crmkit._time_units import DAYS, TimeUnit
from crmkit.errors import SchemaError
from crmkit.value._purchases._histories import LEAST_TIME, read_histories

__all__ = ["GAPS", "log_gaps_of_rows"]

GAPS: Final = "log_gap_sum"
# Recency rounded to weeks may be this many days short.
_ROUNDING = 3.5

_WRONG_GAPS: Final = Message(
    en="{where} is {problem}, for example {values}. Take it from {@log_gap_table()}, in days, as of the same day.",
    zh="{where}{problem}，例如 {values}。请用 {@log_gap_table()} 取得，以天计，并截至同一天。",
)
_LARGE_GAPS: Final = Message(
    en="larger than gaps that add up to {recency} allow", zh="大于总和为 {recency} 的间隔所允许的值"
)
_SMALL_GAPS: Final = Message(
    en="smaller than gaps of {least:.0e} days or more allow", zh="小于每个间隔至少 {least:.0e} 天所允许的值"
)


def log_gaps_of_rows(customers: Any, *, time_unit: TimeUnit) -> tuple[Floats, Floats]:
    """Give the customers of each row that has a history, and the sum of the logarithms of their gaps in the unit."""
    histories = read_histories(customers, time_unit="D", extra=[GAPS], distinct=False)
    x, gaps = histories.x.values, histories.extra[GAPS]
    # For a given sum, the product of the gaps is largest where they are equal.
    most = xlogy(x, (histories.t_x.values + _ROUNDING) / np.maximum(x, 1)) + 1e-9
    problems = [
        (_LARGE_GAPS(recency=Column("customers", "recency")), gaps > most),
        (_SMALL_GAPS(least=LEAST_TIME), gaps < x * np.log(LEAST_TIME)),
    ]
    for problem, wrong in problems:
        if wrong.any():
            where = Column("customers", GAPS)
            raise SchemaError(_WRONG_GAPS(where=where, problem=problem, values=some(gaps[wrong].tolist())))
    return histories.n, np.asarray(gaps - x * np.log(DAYS[time_unit]))
