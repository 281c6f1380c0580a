"""The holdout table as the judging functions read it: customers with a history, and the length of the holdout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day
from crmkit._frames import to_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import HOLDOUT, Schema, open_table
from crmkit.errors import SchemaError
from crmkit.value.judging._judged import Judged, days_per_unit, floats

__all__ = ["Holdout", "read_customers", "read_holdout"]

_KEYS: Final = ("frequency", "recency", "T")

_NOBODY: Final = Message(
    en="{name} holds nobody with a purchase. There is nothing to judge a model by.",
    zh="{name} 中没有购买过的客户，无从评判模型。",
)
_ENDS_EARLY: Final = Message(
    en="{@observation_end} must be after the calibration period, which ends {last_day}, got {end:%F}.",
    zh="{@observation_end} 须在校准期（截至 {last_day}）之后，得到 {end:%F}。",
)
_NO_COUNTS: Final = Message(
    en="{where} must hold counts, got missing or negative ones.", zh="{where}应为非缺失、不小于 0 的天数。"
)
_TOO_SHORT: Final = Message(
    en="{@observation_end} leaves {days} days of holdout, but a customer bought on {most:g} of them. "
    "Pass the day that {@holdout_split()} was given.",
    zh="{@observation_end} 只留下 {days} 天的验证期，却有客户在其中 {most:g} 天购买过。"
    "请给出 {@holdout_split()} 所用的日期。",
)
_SEVERAL_DAYS: Final = Message(
    en="{@holdout} must be as of one day, got {n} different ones from {first_order} and {age}. "
    "{@holdout_split()} makes such a table.",
    zh="{@holdout} 须截至同一天，由 {first_order} 与 {age} 得出 {n} 个不同的日期。"
    "可用 {@holdout_split()} 生成这样的表。",
)


@dataclass(frozen=True)
class Holdout:
    """Customers who bought in the calibration period, and what they did in the holdout period.

    Attributes
    ----------
    customers : DataFrame
        All columns given, in pandas.
    bought : array
        Purchase days of each in the holdout period.
    days : int
        Length of the holdout period.
    calibration_end : int
        Last day of the calibration period, in days since 1970-01-01.
    """

    customers: pd.DataFrame
    bought: Floats
    days: int
    calibration_end: int

    def expected(self, model: Judged) -> Floats:
        """Purchases that a model expects of each in the holdout period."""
        horizon = self.days / days_per_unit(model)
        return floats(model.expected_purchases(self.customers, horizon=horizon))

    def probability_inactive(self, model: Judged) -> Floats:
        """Probability of not buying in the holdout period that a model gives each."""
        horizon = self.days / days_per_unit(model)
        return floats(model.probability_inactive(self.customers, horizon=horizon))


def read_customers(customers: Any, schema: Schema, *, columns: tuple[str, ...]) -> pd.DataFrame:
    """Bring a customers table into pandas, without those who have not bought."""
    table = to_pandas(open_table(customers, schema, columns=columns))
    table = table[table["frequency"].notna()].reset_index(drop=True)
    if table.empty:
        raise SchemaError(_NOBODY(name=Parameter(schema.name)))
    return table


def read_holdout(holdout: Any, *, observation_end: Day) -> Holdout:
    """Read a table of `crmkit.holdout_split`, and check that it fits its last day."""
    end = as_day(observation_end, name="observation_end")
    table = read_customers(holdout, HOLDOUT, columns=("first_order", *_KEYS, "holdout_days"))
    calibration_end = _calibration_end(table)
    days = _day_number(end) - calibration_end
    if days <= 0:
        raise ValueError(_ENDS_EARLY(last_day=np.datetime64(calibration_end, "D"), end=end))
    bought = table["holdout_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not (bought >= 0).all():
        raise SchemaError(_NO_COUNTS(where=Column("holdout", "holdout_days")))
    if bought.max() > days:
        raise ValueError(_TOO_SHORT(days=days, most=bought.max()))
    return Holdout(table, bought, days, calibration_end)


def _calibration_end(table: pd.DataFrame) -> int:
    ends = np.unique(day_numbers(table["first_order"].to_numpy()) + table["T"].to_numpy(dtype=np.float64))
    if len(ends) != 1 or not np.isfinite(ends[0]):
        raise SchemaError(_SEVERAL_DAYS(n=len(ends), first_order=Parameter("first_order"), age=Parameter("T")))
    return int(ends[0])


def _day_number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
