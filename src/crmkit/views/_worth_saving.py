"""Customers worth saving: of value, overdue by their own rhythm, and more likely than not to buy nothing."""

from __future__ import annotations

from typing import Final

from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.value import customer_lifetime_value
from crmkit.views._fits import buyers
from crmkit.views._forecast import HISTORY, BaseForecast
from crmkit.views._rows import in_pandas

__all__ = ["customers_worth_saving"]

_LIKELY: Final = 0.5
_COLUMNS: Final = (
    "customer_id", "days_since_last", "days_between", "lifetime_value", "times_the_mean", "probability_inactive",
)  # fmt: skip
_NO_VALUE: Final = Message(
    en="Without a model of spend nobody can say who is worth saving. {why}",
    zh="没有消费额模型，无法判断哪些客户值得挽留。{why}",
)
_NOBODY_LEAVES: Final = Message(
    en="The model finds nobody leaving, so it cannot say who is worth saving.",
    zh="模型未发现客户流失，无法判断哪些客户值得挽留。",
)


def customers_worth_saving(customers: FrameT, *, forecast: BaseForecast) -> FrameT:
    """List the customers worth more than the average who are overdue and more likely than not to buy nothing.

    A customer who came back at least once is overdue when they have been quiet for longer than their own mean time
    between purchases so far. Without that rule the list would name those who buy once in a long while and are on time,
    from whom nothing is to be expected within the horizon.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    forecast : BaseForecast
        As `base_forecast` gives it, with a model of spend in which customers leave.

    Returns
    -------
    the kind of table given
        One row per customer worth saving, the largest value first: ``customer_id``; ``days_since_last``;
        ``days_between``, their mean number of days between purchases; ``lifetime_value``; ``times_the_mean``, that
        value over the mean of all; ``probability_inactive``, that they buy nothing within the horizon, at least 0.5.

    Raises
    ------
    SchemaError
        If a column is missing or holds impossible values.
    TypeError
        If ``customers`` is not a table in memory.
    ValueError
        If the forecast has no model of spend, or its model finds nobody leaving.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.views import base_forecast, customers_worth_saving
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> saved = customers_worth_saving(customers, forecast=base_forecast(customers))
    >>> saved[["customer_id", "days_since_last", "days_between", "lifetime_value"]].round(2).head(3)
       customer_id  days_since_last  days_between  lifetime_value
    0          297            199.0        166.50          171.24
    1         1920            229.0         82.67          148.95
    2          761            205.0         44.29          138.78
    """
    if forecast.problem is not None:
        raise ValueError(_NO_VALUE(why=forecast.problem.said))
    if forecast.limits.nobody_leaves:
        raise ValueError(_NOBODY_LEAVES())
    rows = buyers(in_pandas(customers, columns=[*HISTORY, "days_since_last"]))
    lifetime_value = customer_lifetime_value(rows, **forecast.terms.valued)
    mean = float(lifetime_value.mean())
    found = rows.assign(
        lifetime_value=lifetime_value,
        probability_inactive=forecast.purchase_model.probability_inactive(rows, horizon=forecast.horizon),
        times_the_mean=lifetime_value / mean,
        days_between=rows["recency"] / rows["frequency"].where(rows["frequency"] > 0),
    )
    overdue = found["days_since_last"] > found["days_between"]
    chosen = overdue & (found["lifetime_value"] > mean) & (found["probability_inactive"] >= _LIKELY)
    saved = found[chosen].sort_values(["lifetime_value", "customer_id"], ascending=[False, True], ignore_index=True)
    return from_pandas(saved[list(_COLUMNS)], like=customers)
