"""Customers with what they are expected to do and to bring."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._frames import FrameT
from crmkit.value import lifetime_value_table
from crmkit.views._forecast import HISTORY, BaseForecast, read_by_models
from crmkit.views._rows import in_pandas, with_columns

__all__ = ["valued_customers"]

_MONEY: Final = ("expected_spend", "kept_share", "lifetime_value", "lifetime_value_lower", "lifetime_value_upper")


def valued_customers(customers: FrameT, *, forecast: BaseForecast) -> FrameT:
    """Predict for each customer what they will buy and what they are worth.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    forecast : BaseForecast
        As `base_forecast` gives it, of these customers or of an earlier base.

    Returns
    -------
    the kind of table given
        All columns of ``customers``, one row per customer in the order given, with ``probability_alive``,
        ``probability_inactive`` (that they buy nothing within the horizon), ``expected_purchases``, ``expected_spend``
        per purchase, ``kept_share`` (what they are expected not to send back), ``lifetime_value``,
        ``lifetime_value_lower`` and ``lifetime_value_upper``. All are missing for those without a purchase day, and
        money for everybody where the forecast has no model of spend.

    Raises
    ------
    SchemaError
        If a column is missing or holds impossible values.
    TypeError
        If ``customers`` is not a table in memory.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.views import base_forecast, valued_customers
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> forecast = base_forecast(customers, horizon_days=91)
    >>> valued = valued_customers(customers, forecast=forecast)
    >>> valued[["customer_id", "expected_purchases", "lifetime_value"]].round(2).head(3)
       customer_id  expected_purchases  lifetime_value
    0            1                0.36            9.30
    1            2                0.02            0.47
    2            3                0.02            0.74
    """
    rows = read_by_models(in_pandas(customers, columns=HISTORY))
    purchases, horizon, terms = forecast.purchase_model, forecast.horizon, forecast.terms
    money = pd.DataFrame(np.nan, index=rows.index, columns=list(_MONEY))
    if forecast.spend_model is not None:
        money = lifetime_value_table(rows, **terms.valued, **terms.drawn)[list(_MONEY)]
    made = {
        "probability_alive": purchases.probability_alive(rows),
        "probability_inactive": purchases.probability_inactive(rows, horizon=horizon),
        "expected_purchases": purchases.expected_purchases(rows, horizon=horizon),
        **{name: money[name] for name in _MONEY},
    }
    return with_columns(customers, made)
