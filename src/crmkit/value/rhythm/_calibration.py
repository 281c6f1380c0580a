"""Whether the next purchases came when the model said."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, check_fraction
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import kaplan_meier, survival_at
from crmkit._time_units import DAYS, DAYS_A_WEEK
from crmkit.customers import customer_summary
from crmkit.transactions import checked_transactions, purchase_days, up_to
from crmkit.value._checks import check_model
from crmkit.value.rhythm._cycle_model import PurchaseCycleModel

__all__ = ["cycle_calibration_table"]

_PROBABILITIES: Final = np.round(np.arange(0.05, 1.0, 0.05), 2)

_NOT_AFTER: Final = Message(
    en="{@observation_end} must be after {@as_of}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@observation_end} 须晚于 {@as_of}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)


def cycle_calibration_table(
    transactions: FrameT,
    *,
    model: PurchaseCycleModel,
    as_of: Day,
    observation_end: Day,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    r"""Compare the predicted probabilities of the next purchase with what came later.

    For each customer, u is the probability that the model gave to a next purchase as early as theirs. If the model is
    right, u is uniform: a share p of the customers has u up to p. Who has not come back by ``observation_end`` has a u
    that is only known to be larger than the probability given to that day: it is censored, and the share is Kaplan and
    Meier's. Leaving these customers out would favour short gaps.

    Fit the model on the customers as of ``as_of``, so that it has not seen what it is compared with.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_transactions` gives them, up to ``observation_end``.
    model : PurchaseCycleModel
        Fitted.
    as_of : date or ISO text
        The day of the predictions.
    observation_end : date or ISO text
        The last day on which purchases would be known.
    level : float, default 0.95
        Confidence of the intervals.
    random_state : int or Generator, default 0
        Seed, or source, of where within its day a purchase falls: u is drawn between the probabilities of the day
        before and of the day. Within the week where all gaps are multiples of seven days.

    Returns
    -------
    the kind of frame given
        One row per ``probability`` 0.05, 0.1 … 0.95:

        ``probability``
            p, predicted.
        ``observed_share``
            Share of the customers whose u is up to p; missing beyond the largest u that was followed.
        ``lower``, ``upper``
            Ends of its interval; missing where the share is 0 or 1 or missing.
        ``n_at_risk``
            Customers whose u is at least p, or not known to be smaller.
        ``n_customers``, ``n_returned``
            All customers with a purchase up to ``as_of``, and those of them who bought again; the same in every row.

    Raises
    ------
    NotFittedError
        Before the model is fitted.
    SchemaError
        If a column is missing.
    TypeError
        If ``model`` is not a `PurchaseCycleModel`.
    ValueError
        If a day is not a date, ``observation_end`` not after ``as_of``, or ``as_of`` before the first transaction.

    References
    ----------
    .. [1] Dawid (1984), "Statistical Theory: The Prequential Approach", *Journal of the Royal Statistical Society A*
       147(2), 278-292, for the probability integral transform.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow, log_gap_table
    >>> from crmkit.value.rhythm import PurchaseCycleModel, cycle_calibration_table
    >>> transactions = as_transactions(load_cdnow())
    >>> customers = customer_summary(transactions, as_of="1997-09-30")
    >>> gaps = log_gap_table(transactions, as_of="1997-09-30")
    >>> model = PurchaseCycleModel().fit(customers.merge(gaps, on="customer_id"))
    >>> cycle_calibration_table(
    ...     transactions, model=model, as_of="1997-09-30", observation_end="1998-06-30"
    ... ).loc[[1, 9], ["probability", "observed_share", "lower", "upper"]].round(3)
       probability  observed_share  lower  upper
    1          0.1           0.120  0.107  0.133
    9          0.5           0.598  0.559  0.639
    """
    check_model(model, PurchaseCycleModel, name="model")
    check_fitted(model)
    check_fraction(level, name="level")
    start, end = as_day(as_of, name="as_of"), as_day(observation_end, name="observation_end")
    if end <= start:
        raise ValueError(_NOT_AFTER(start=start, end=end))
    rng = as_generator(random_state)
    days = to_pandas(up_to(checked_transactions(transactions), end, name="observation_end"))
    customers = customer_summary(days, as_of=as_of).dropna(subset=["T"])
    u, came = _transformed(customers, _next_gaps(days, customers, start), model=model, start=start, end=end, rng=rng)
    return from_pandas(_table(u, came, level=level), like=transactions)


def _next_gaps(days: pd.DataFrame, customers: pd.DataFrame, start: datetime) -> Floats:
    """Days from each customer's last purchase to the next one after the start; infinite where none came."""
    bought = purchase_days(checked_transactions(days))
    later = bought[bought["day"] > np.datetime64(start, "D").astype(np.int64)]
    first = later.groupby("customer_id", sort=False)["day"].min().reindex(customers["customer_id"])
    gaps = first.to_numpy(dtype=np.float64) - day_numbers(customers["last_order"].to_numpy())
    return np.where(np.isnan(gaps), np.inf, gaps)


def _transformed(
    customers: pd.DataFrame,
    gaps: Floats,
    *,
    model: PurchaseCycleModel,
    start: datetime,
    end: datetime,
    rng: np.random.Generator,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Each customer's u, and whether they came back."""
    came = np.isfinite(gaps)
    silence = customers["days_since_last"].to_numpy()
    step = _step(np.concatenate([customers["recency"].to_numpy(), gaps[came]]))
    until = np.where(came, gaps, silence + (end - start).days)
    # A purchase lies somewhere in its day.
    within = rng.random(len(until))
    gap, unit = model._next_gap(model._histories(customers, distinct=False)), DAYS[model.options_.time_unit]
    late, early = gap.returned(until / unit), gap.returned((until - step) / unit)
    return np.where(came, early + within * (late - early), late), came


def _step(days: Floats) -> int:
    """Seven where all days are whole weeks, else one."""
    return DAYS_A_WEEK if len(days) and not (days % DAYS_A_WEEK).any() else 1


def _table(u: Floats, came: npt.NDArray[np.bool_], *, level: float) -> pd.DataFrame:
    curve = kaplan_meier(u, came, level=level)
    at = np.searchsorted(curve.times, _PROBABILITIES, side="right")
    lower, upper = (np.append(np.nan, 1 - end)[at] for end in (curve.upper, curve.lower))
    observed = 1 - survival_at(curve, _PROBABILITIES)
    known = ~np.isnan(observed)
    return pd.DataFrame(
        {
            "probability": _PROBABILITIES,
            "observed_share": observed,
            "lower": np.where(known, lower, np.nan),
            "upper": np.where(known, upper, np.nan),
            "n_at_risk": [int((u >= p).sum()) for p in _PROBABILITIES],
            "n_customers": len(u),
            "n_returned": int(came.sum()),
        }
    )
