"""The probability of being alive, day by day."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, purchase_days
from crmkit.value._purchases._model import PurchaseModel, check_purchase_model

__all__ = ["alive_history"]

_NOBODY: Final = Message(
    en="{@transactions} holds no purchase up to {@as_of}, {end:%Y-%m-%d}.",
    zh="{@transactions} 中截至 {@as_of} {end:%Y-%m-%d} 没有任何购买。",
)


def alive_history(transactions: FrameT, *, model: PurchaseModel, as_of: Day, every_days: int = 1) -> FrameT:
    """Follow each customer's probability of being alive since the first purchase.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table
        Transactions of the customers to follow, as `crmkit.as_transactions` gives them: each gets a row per day.
    model : PurchaseModel
        Fitted, of continuous time and without covariates.
    as_of : date or ISO text
        The last day.
    every_days : int, default 1
        Days from one row of a customer to the next; the last day always has a row.

    Returns
    -------
    the kind of table given
        ``customer_id``, ``date``, ``probability_alive`` at the end of that day, and ``n_purchases``, the purchase days
        since the row before, 1 in a customer's first row; by customer, then date.

    Raises
    ------
    TypeError
        If ``model`` is not a model of purchases in time.
    NotFittedError
        Before the model is fitted.
    SchemaError
        If a column is missing, or nobody bought by ``as_of``.
    ValueError
        If ``as_of`` is not a date or ``every_days`` is below 1.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import BetaGeoModel, alive_history
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> orders = load_cdnow()
    >>> first = as_transactions(orders[orders["customer_id"] == 1])
    >>> history = alive_history(first, model=model, as_of="1997-09-30", every_days=90)
    >>> history.assign(probability_alive=history["probability_alive"].round(3))
       customer_id       date  probability_alive  n_purchases
    0            1 1997-01-01              1.000            1
    1            1 1997-04-01              0.492            1
    2            1 1997-06-30              0.326            0
    3            1 1997-09-28              0.730            1
    4            1 1997-09-30              0.727            0
    """
    check_purchase_model(model)
    check_int(every_days, name="every_days", low=1)
    end = as_day(as_of, name="as_of")
    bought = purchase_days(checked_transactions(transactions).filter(nw.col("date") <= end))
    if bought.empty:
        raise SchemaError(_NOBODY(end=end))
    day = bought["day"].to_numpy()
    last_day = np.datetime64(end, "D").astype(np.int64)
    parts = []
    for customer, at in bought.groupby("customer_id", sort=False).indices.items():
        days = day[at]
        shown = np.arange(days[0], last_day + 1, every_days)
        shown = shown if shown[-1] == last_day else np.append(shown, last_day)
        so_far = np.searchsorted(days, shown, side="right") - 1
        history = {"frequency": so_far, "recency": days[so_far] - days[0], "T": shown - days[0]}
        seen = {"date": shown.astype("datetime64[D]"), "n_purchases": np.diff(so_far, prepend=-1)}
        parts.append(pd.DataFrame({"customer_id": customer, **seen, **history}))
    followed = pd.concat(parts, ignore_index=True)
    alive = model.probability_alive(followed[["frequency", "recency", "T"]].astype(float))
    dates = followed["date"].astype("datetime64[us]")
    table = followed[["customer_id"]].assign(date=dates, probability_alive=alive, n_purchases=followed["n_purchases"])
    return from_pandas(table, like=transactions)
