"""The money that customers are expected to bring in, period by period."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendars import Calendar
from crmkit._frames import open_frame, to_pandas
from crmkit._grouping import Groups
from crmkit._messages import Message, Parameter
from crmkit._time_units import DAYS
from crmkit.customers import customer_summary

__all__ = ["check_models", "expected_amounts"]

_NO_MODEL: Final = Message(
    en="{model} must be a fitted model with {method}(), got {kind}.",
    zh="{model} 须为已拟合、具有 {method}() 的模型，得到 {kind}。",
)
_NO_PURCHASES: Final = Message(
    en="{@spend_model} says what a purchase is worth, not how many there will be: give {@model} too.",
    zh="{@spend_model} 只说明每次购买的金额，不说明购买次数，请同时给出 {@model}。",
)


def check_models(model: Any, spend_model: Any) -> None:
    """Raise unless models can say what is asked of them."""
    if spend_model is not None and model is None:
        raise ValueError(_NO_PURCHASES())
    for given, name, method in (
        (model, "model", "expected_purchases"),
        (spend_model, "spend_model", "expected_spend"),
    ):
        if given is not None and (isinstance(given, type) or not hasattr(given, method)):
            raise TypeError(_NO_MODEL(model=Parameter(name), method=method, kind=type(given).__name__))


def expected_amounts(
    transactions: Any,
    *,
    as_of: datetime,
    last: int,
    periods: Calendar,
    groups: Groups | None,
    model: Any,
    spend_model: Any,
) -> pd.DataFrame:
    """Add up what is expected after a day of the customers of each ``group`` and cohort (``born``) by ``number``.

    Each period up to ``last`` has what is expected of its days after ``as_of``. A purchase brings in what the spend
    model expects of the customer, less the share of all money that goes back; without one the mean net money of a
    purchase day of all customers.
    """
    found = to_pandas(open_frame(customer_summary(transactions, as_of=as_of), name="customers"))
    customers = found[found["first_order"].notna()].reset_index(drop=True)
    worth = _worth(customers, spend_model)
    opened: Any = nw.from_native(customers[["first_order"]])
    born = periods.numbered(opened, "first_order", into="born")["born"].to_numpy()
    group = np.zeros(len(customers), dtype=np.int64)
    if groups is not None:
        group = groups.of_ids(nw.from_native(customers[["customer_id"]], eager_only=True)["customer_id"])
    before: Floats = np.zeros(len(customers))
    each = []
    for number in range(periods.number_of(as_of), last + 1):
        days = (periods.last_day(number) - as_of).days
        bought = np.asarray(model.expected_purchases(customers, horizon=days / DAYS[model.time_unit]), dtype=np.float64)
        amount = (bought - before) * worth
        each.append(pd.DataFrame({"group": group, "born": born, "number": number, "amount": amount}))
        before = bought
    keys = ["group", "born", "number"]
    table = pd.concat(each, ignore_index=True).groupby(keys)["amount"].sum().reset_index()
    if groups is None:
        return table
    whole = table.groupby(keys[1:])["amount"].sum().reset_index().assign(group=len(groups.labels) + 1)
    return pd.DataFrame(pd.concat([table, whole], ignore_index=True))


def _worth(customers: pd.DataFrame, spend_model: Any) -> Floats:
    """What a purchase of each customer is expected to bring in, net of what goes back."""
    spend, paid = float(customers["spend"].sum()), float((customers["spend"] + customers["returned"]).sum())
    if spend_model is None:
        return np.full(len(customers), spend / float((customers["frequency"] + 1).sum()))
    kept = spend / paid if paid > 0 else np.nan
    return np.asarray(spend_model.expected_spend(customers), dtype=np.float64) * kept
