"""What each cohort has earned at each age, beside what its acquisition cost."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day, check_int, check_margin
from crmkit._frames import FrameT, from_pandas, open_frame
from crmkit._messages import Message, Setting
from crmkit.activity import CohortAges, cohort_ages
from crmkit.metrics._payback._costs import acquisition_cost
from crmkit.metrics._payback._forecast import check_models, expected_amounts

__all__ = ["payback_table"]

_PROFIT: Final = "profit"
_SHOWN: Final = (
    *("cohort", "age", "size", "contribution", "expected_contribution", "cumulative_contribution"),
    "cumulative_contribution_per_customer",
    *("acquisition_cost", "acquisition_cost_per_customer", "cost_recovery_rate", "is_complete", "is_forecast"),
)
_TAKEN: Final = ("scope", "contribution_per_customer", "status", "payback_age", "complete_age", "last_age", *_SHOWN)

_NO_PROFIT: Final = Message(
    en="{setting} needs an activity table with profits, as {@as_activity()} gives it with {@profit}. Give a share of "
    "the amounts instead.",
    zh="{setting} 需要含利润的活动表，可由 {@as_activity()} 以 {@profit} 生成。否则请给出占金额的比例。",
)
_NO_DAYS: Final = Message(
    en="{@model} needs transactions: an activity table does not tell the days on which customers bought.",
    zh="{@model} 需要交易表：活动表不含客户购买的日期。",
)


def payback_table(
    transactions: FrameT,
    *,
    as_of: Day,
    margin: float | str,
    acquisition_costs: Any,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    by: Any = None,
    model: Any = None,
    spend_model: Any = None,
    max_age: int | None = None,
) -> FrameT:
    r"""Add up what the customers of each cohort have earned by each age, beside what it cost to acquire them.

    .. math:: \text{recovery}(a) = \sum_{j \le a} \text{contribution}_j \,/\, \text{acquisition cost}

    A cohort is paid back at the age at which this reaches 1. Money is not discounted.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them; or an activity table, as `crmkit.as_activity` gives it, with the same
        periods. Customers acquired before the data, whose cohort is "before", are then left out.
    as_of : date or ISO text
        The last day that counts.
    margin : float or "profit"
        Share of the net money that is left after the cost of what was sold, above 0 and at most 1; or "profit" for the
        column of that name of an activity table.
    acquisition_costs : float or table of any kind
        What each customer cost; or a table of ``cohort``, a day in the period in which they were acquired, and
        ``acquisition_cost``, the money spent then, at least 0; with ``by`` also the column of labels. Rows of the same
        cohort, such as days of spending, add up; a missing cost is one that nobody knows.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    by : table of any kind, optional
        A table of ``customer_id`` and one column of labels, such as the channel or the first product.
    model : fitted purchase model, optional
        Such as `crmkit.value.BetaGeoModel`: completes the ages that the younger cohorts have not reached, by
        ``expected_purchases``. Customers are then brought into memory.
    spend_model : fitted spend model, optional
        Such as `crmkit.value.GammaGammaModel`: what a purchase is worth, less the share of all money that went back.
        Without it, the mean net money of a purchase day of all customers.
    max_age : int, optional
        The last age shown. By default that of the oldest cohort.

    Returns
    -------
    the kind of frame given
        One row per cohort and age, sorted; with ``by`` first the column of labels and ``scope``, as in
        `crmkit.cohort_table`. ``size``: customers acquired. ``contribution``: the margin on the net money of that age,
        and ``expected_contribution``, what of it is a forecast, 0 without a model; their difference adds up over all
        cohorts and ages to the margin on all money since the first purchases. ``cumulative_contribution``, and
        ``cumulative_contribution_per_customer`` acquired.
        ``acquisition_cost``, and ``acquisition_cost_per_customer`` (CAC); missing where nobody gives a cost, which is
        not 0. Of all customers they are blended: the costs of all groups over all customers, those without a cost
        among them. ``cost_recovery_rate``: contribution so far over the cost, 1 where it is paid back, below 0 where
        it is a loss; missing where the cost is missing or 0. ``is_complete``: whether the period of that age is over by
        ``as_of``. ``is_forecast``: whether some of its money is expected; without a model false throughout, and ages
        after ``as_of`` have no row. Money is missing for orders without a price.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by ``as_of``, there are costs of cohorts in which nobody was acquired, or
        ``by`` has a customer twice, ids of another kind or not one column of labels.
    TypeError
        If a table is not a frame, a model has no such predictions, or ``max_age`` is not a whole number.
    ValueError
        If ``as_of`` or a cohort is not a date, ``margin`` or a cost lies outside its range, ``freq`` is not one of
        those listed, the labels have the name of a column of the result, ``margin`` is "profit" and the table has
        none, or a model is given with an activity table.

    See Also
    --------
    payback_age_table : The age at which each cohort is paid back.
    acquisition_payback_months : The KPI from averages, as if every month were alike.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> transactions = as_transactions(load_cdnow())
    >>> payback = payback_table(transactions, as_of="1997-06-30", margin=0.3, acquisition_costs=15)
    >>> january = payback[payback["cohort"] == "1997-01-01"].set_index("age")
    >>> january[["cumulative_contribution_per_customer", "cost_recovery_rate"]].round(3)
         cumulative_contribution_per_customer  cost_recovery_rate
    age
    0                                  10.983               0.732
    1                                  13.673               0.912
    2                                  15.303               1.020
    3                                  16.745               1.116
    4                                  18.218               1.215
    5                                  19.580               1.305
    """
    periods = calendar_of(freq, calendar, default="M")
    last_day = as_day(as_of, name="as_of")
    check_models(model, spend_model)
    if max_age is not None:
        check_int(max_age, name="max_age", low=0)
    share, column = (1.0, _PROFIT) if margin == _PROFIT else (check_margin(margin), "amount")
    columns = open_frame(transactions, name="transactions").collect_schema().names()
    is_activity = "period" in columns and "date" not in columns
    if column == _PROFIT and not (is_activity and _PROFIT in columns):
        raise ValueError(_NO_PROFIT(setting=Setting("margin", _PROFIT)))
    if model is not None and is_activity:
        raise ValueError(_NO_DAYS())
    found = cohort_ages(transactions, as_of=last_day, periods=periods, by=by, taken=_TAKEN, sums=[column])
    table = found.table.assign(contribution=found.table[column] * share, expected_contribution=0.0, is_forecast=False)
    born = {start: periods.number_of(pd.Timestamp(start).to_pydatetime()) for start in table["cohort"].unique()}
    table["born"] = table["cohort"].map(born)
    if max_age is None:
        max_age = int(table["age"].max())
    if model is not None:
        last = max(born.values()) + max_age
        expected = expected_amounts(
            transactions,
            as_of=last_day,
            last=last,
            periods=periods,
            groups=found.groups,
            model=model,
            spend_model=spend_model,
        )
        table = _completed(table, expected.assign(contribution=expected["amount"] * share))
    table = table[table["age"] <= max_age].sort_values(["group", "born", "age"], ignore_index=True)
    return from_pandas(found.named(_recovered(table, acquisition_costs, found, periods)), like=transactions)


def _completed(table: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Add what is expected: to the age that is not over, and as ages to come."""
    keys = ["group", "born", "age"]
    expected = expected.assign(age=expected["number"] - expected["born"])[[*keys, "contribution"]]
    whole = table.merge(expected, on=keys, how="outer", suffixes=("", "_expected"), indicator=True)
    cohorts = table.drop_duplicates(["group", "born"])[["group", "born", "cohort", "size"]]
    whole = whole.drop(columns=["cohort", "size"]).merge(cohorts, on=["group", "born"])
    ahead = whole["_merge"] != "left_only"
    is_over = whole["is_complete"].to_numpy(dtype=object) == True  # noqa: E712
    whole["is_complete"] = is_over
    whole["is_forecast"] = ahead.to_numpy() & ~is_over
    coming = np.where(whole["is_forecast"], whole["contribution_expected"], 0.0)
    seen = np.where(whole["_merge"] == "right_only", 0.0, whole["contribution"])
    return whole.assign(contribution=seen + coming, expected_contribution=coming)


def _recovered(table: pd.DataFrame, costs: Any, found: CohortAges, periods: Calendar) -> pd.DataFrame:
    """Put what was spent beside what came back."""
    cohorts = table.drop_duplicates(["group", "born"])[["group", "born", "size"]].reset_index(drop=True)
    cohorts["acquisition_cost"] = acquisition_cost(costs, cohorts, groups=found.groups, periods=periods)
    table = table.merge(cohorts.drop(columns="size"), on=["group", "born"], how="left")
    earned, size = table.groupby(["group", "born"])["contribution"].cumsum(), table["size"]
    cost = table["acquisition_cost"]
    table = table.assign(
        cumulative_contribution=earned,
        cumulative_contribution_per_customer=earned / size,
        acquisition_cost_per_customer=cost / size,
        cost_recovery_rate=earned / cost.where(cost > 0),
    )
    return table[["group", *_SHOWN]]
