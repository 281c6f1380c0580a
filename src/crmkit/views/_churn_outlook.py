"""Who is about to leave, how well that is known, and whom to call: one call for report and command."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_int, check_margin, check_number
from crmkit._frames import from_pandas, open_frame, to_pandas
from crmkit._messages import Message, Said
from crmkit._random import as_generator
from crmkit._time_units import DAYS_A_WEEK
from crmkit.customers import customer_summary
from crmkit.loyalty.churn import (
    action_audit,
    action_list,
    churn_horizon_table,
    churn_snapshots,
    early_warning_history_table,
    early_warning_table,
    snapshot_features,
)
from crmkit.transactions import checked_transactions, up_to
from crmkit.views._churn_days import ChurnDays, churn_days
from crmkit.views._churn_models import Learned, learned_from, rates_of
from crmkit.views._fits import UnfitError, fit_purchases

__all__ = ["ChurnOutlook", "churn_outlook"]

_YEAR: Final = 365
# A share of the customers whom an offer keeps; without a campaign with a control group nobody knows it.
_GAMMA: Final = 0.3
_SEED: Final = 0

_NOBODY: Final = Message(
    en="Nobody is at risk: no customer bought in the {lookback:,} days up to {as_of:%Y-%m-%d}.",
    zh="没有面临流失风险的客户：截至 {as_of:%Y-%m-%d} 的 {lookback:,} 天内没有客户购买。",
)
_NO_VALUE: Final = Message(
    en="The orders carry no price, so nobody can say what is at stake. Give {@value}.",
    zh="订单没有价格，无法得知涉及多少金额。请给出 {@value}。",
)


@dataclass(frozen=True, repr=False)
class ChurnOutlook:
    """Who is about to leave, and how well that is known; `churn_outlook` makes it.

    Tables are of the kind of frame given. What could not be made is None, and ``problems`` says why.

    Attributes
    ----------
    as_of, tried_on : datetime
        The last day that counts, and the earlier day on which the model was tried; the second may be None.
    horizon, gap, lookback : int
        Days in which customers must buy to have stayed, days to act before them, and days within which those at risk
        have bought.
    n_at_risk, n_learned : int
        Customers at risk today, and customers that the model was fitted to: a random part of a large base.
    base_rates : table
        ``cutoff``, ``n_customers`` at risk, ``n_churned``, ``churn_rate``, ``churn_rate_lower``,
        ``churn_rate_upper``, one row per earlier day whose outcome is known.
    returned : table or None
        `crmkit.loyalty.churn.churn_horizon_table` of those days and this horizon: how many of those who left bought
        again.
    judged : table or None
        `crmkit.loyalty.churn.churn_report_table`: the model beside the days since the last order and Pareto/NBD.
    capture, calibration : table or None
        `crmkit.loyalty.churn.capture_table` and `crmkit.loyalty.churn.calibration_table` of the same day.
    drift : table or None
        `crmkit.loyalty.churn.churn_drift_table` of the features, from the days learned from to today.
    scored : table or None
        ``customer_id``, ``probability`` of leaving, ``clv``, ``days_since_last``, one row per customer at risk, in the
        order of their ids.
    actions, action_audit : table or None
        `crmkit.loyalty.churn.action_list`, and `crmkit.loyalty.churn.action_audit` of it.
    warnings, warning_history : table or None
        `crmkit.loyalty.churn.early_warning_table`, and how often such warnings were right.
    model : ChurnClassifier or None
        Fitted to all earlier days.
    problems : dict of str to Said
        By "model", "judged" and "actions": why it is missing, in both languages; as text it is English.
    """

    as_of: datetime
    tried_on: datetime | None
    horizon: int
    gap: int
    lookback: int
    n_at_risk: int
    n_learned: int
    base_rates: Any
    returned: Any
    judged: Any
    capture: Any
    calibration: Any
    drift: Any
    scored: Any
    actions: Any
    action_audit: Any
    warnings: Any
    warning_history: Any
    model: Any
    problems: Mapping[str, Said]

    def __repr__(self) -> str:
        return f"ChurnOutlook({self.n_at_risk:,} customers at risk on {self.as_of:%Y-%m-%d}, {self.horizon} days)"


def churn_outlook(
    transactions: Any,
    *,
    as_of: Day,
    order_lines: Any = None,
    events: Mapping[str, Any] | None = None,
    tickets: Any = None,
    invoices: Any = None,
    payments: Any = None,
    horizon: int = 90,
    gap: int = 7,
    lookback: int = 365,
    learner: Any = "logistic",
    margin: float = 1.0,
    value: float | None = None,
    gamma: float = _GAMMA,
    incentive_cost: float = 0.0,
    contact_cost: float = 0.0,
    control_share: float = 0.1,
    budget: float | None = None,
    capacity: int | None = None,
    most_customers: int = 5000,
    random_state: int | np.random.Generator | None = _SEED,
) -> ChurnOutlook:
    """Say who is about to leave, how well that was known on an earlier day, and whom to call.

    A model learns from up to four earlier days, each with what was known on it. It is tried on the newest of them whose
    outcome is known, by what had been known then, beside two scores that need no model of churn; then it is fitted to
    all of them. Without other tables it has orders alone, and often does no better than Pareto/NBD: the table says.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those of an engine are brought into memory.
    as_of : date or ISO text
        The last full day of the log.
    order_lines : the same kind of frame, optional
        As `crmkit.as_order_lines` makes them: baskets and hours become features.
    events : dict of str to frames, optional
        Visits, contacts and other tables with ``customer_id`` and ``date``, as in `crmkit.customer_features`.
    tickets, invoices, payments : table of any kind, optional
        As in `crmkit.loyalty.churn.early_warning_table`.
    horizon : int, default 90
        Days in which a customer must buy to have stayed.
    gap : int, default 7
        Days to act before they begin.
    lookback : int, default 365
        Days within which a customer has bought to be at risk.
    learner : str or classifier, default "logistic"
        As in `crmkit.loyalty.churn.ChurnClassifier`. "boosting" is worth its time with richer tables than orders.
    margin : float, default 1.0
        Share of revenue that is profit. What is at stake is this share of what a customer spent in the last 365 days.
    value : float, optional
        What a kept customer is worth, the same for all, in place of that.
    gamma : float, default 0.3
        Share of those about to leave whom an offer keeps, as in `crmkit.loyalty.churn.action_list`.
    incentive_cost, contact_cost : float, default 0
        Cost of the offer where it is taken, and of a contact. Without costs, everybody of value is listed.
    control_share : float, default 0.1
        Share of the list that is left alone, so that the campaign can be judged.
    budget, capacity : float and int, optional
        As in `crmkit.loyalty.churn.action_list`.
    most_customers : int, default 5000
        Customers that the model is fitted to and tried on: of a larger base a random part. All are scored.
    random_state : int, Generator or None, default 0
        Source of chance.

    Returns
    -------
    ChurnOutlook
        Tables, the model, and why something is missing. A log too short, or with too few customers of one outcome, has
        early warnings alone.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If a table is not a frame, or an option of the wrong kind.
    ValueError
        If an option lies outside its range, or in memory ``as_of`` before the first transaction.

    See Also
    --------
    crmkit.loyalty.churn : The parts of which this is made.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> outlook = churn_outlook(as_transactions(load_cdnow()), as_of="1998-06-30", capacity=20)
    >>> outlook
    ChurnOutlook(812 customers at risk on 1998-06-30, 90 days)
    >>> outlook.base_rates[["n_customers", "churn_rate", "churn_rate_lower", "churn_rate_upper"]].tail(1).round(2)
       n_customers  churn_rate  churn_rate_lower  churn_rate_upper
    3          945        0.73               0.7              0.76
    >>> auc = outlook.judged[outlook.judged["measure"] == "auc"]
    >>> auc[["score", "value", "verdict"]].round(2)
                  score  value  verdict
    0             model   0.73     None
    6   days_since_last   0.72  unclear
    12       pareto_nbd   0.74  unclear
    """
    last = as_day(as_of, name="as_of")
    for name, given, low in (("horizon", horizon, 1), ("gap", gap, 0), ("lookback", lookback, 1)):
        check_int(given, name=name, low=low)
    check_int(most_customers, name="most_customers", low=1)
    check_margin(margin)
    if value is not None:
        check_number(value, name="value")
    rng = as_generator(random_state)
    rows = _in_memory(transactions, last)
    seed = int(rng.integers(2**31 - 1))
    first = rows["date"].min().to_pydatetime()
    days = churn_days(first, as_of=last, horizon=horizon, gap=gap)
    lines = None if order_lines is None else _pandas(order_lines)
    seen = {name: _pandas(table) for name, table in (events or {}).items()}
    made = _Features(rows, lines, seen, last, lookback, horizon, gap)
    drawn = _drawn(rows["customer_id"], most=most_customers, rng=rng)
    table = made.of(days.known, customers=drawn) if days.known else pd.DataFrame()
    today = made.of([last]).drop(columns="churned", errors="ignore")
    found = learned_from(
        table,
        today,
        days=days,
        learner=learner,
        days_covered=(last - first).days + 1,
        horizon=horizon,
        gap=gap,
        baselines=_pareto(rows, drawn, days, horizon=horizon),
        seed=seed,
    )
    problems = dict(found.problems)
    warned = early_warning_table(
        rows, as_of=last, tickets=tickets, invoices=invoices, payments=payments, lookback_days=lookback
    )
    history = None
    if days.known:
        history = early_warning_history_table(
            rows, as_of=last, days=days.known, horizon=horizon, tickets=tickets, invoices=invoices, payments=payments,
            lookback_days=lookback,
        )  # fmt: skip
    if today.empty:
        problems = {"model": _NOBODY(lookback=lookback, as_of=last)}
        found = found._replace(model=None)
    scored = listed = audit = None
    if found.model is not None:
        scored = _scored(today, found, rows, last, margin=margin, value=value)
        if scored["clv"].isna().any():
            problems["actions"] = _NO_VALUE()
        else:
            plan: dict[str, Any] = {
                "probability": "probability", "clv": "clv", "gamma": gamma, "incentive_cost": incentive_cost,
                "contact_cost": contact_cost, "control_share": control_share, "budget": budget, "capacity": capacity,
                "random_state": seed,
            }  # fmt: skip
            listed, audit = action_list(scored, **plan, reasons=warned), action_audit(scored, **plan)

    def handed(table: pd.DataFrame | None) -> Any:
        return None if table is None or not len(table.columns) else from_pandas(table, like=transactions)

    return ChurnOutlook(
        as_of=last,
        tried_on=days.known[-1] if len(found.judged) else None,
        horizon=horizon,
        gap=gap,
        lookback=lookback,
        n_at_risk=len(today),
        n_learned=0 if found.model is None else int(table["customer_id"].nunique()),
        base_rates=handed(_rates(made, days)),
        returned=handed(made.returned(days.known)) if days.known else None,
        judged=handed(found.judged),
        capture=handed(found.capture),
        calibration=handed(found.calibration),
        drift=handed(found.drift),
        scored=handed(scored),
        actions=handed(listed),
        action_audit=handed(audit),
        warnings=handed(warned),
        warning_history=handed(history),
        model=found.model,
        problems=problems,
    )


@dataclass(frozen=True)
class _Features:
    """Snapshots of a log, with what was known of each."""

    rows: pd.DataFrame
    lines: pd.DataFrame | None
    events: Mapping[str, pd.DataFrame]
    as_of: datetime
    lookback: int
    horizon: int
    gap: int

    def snapshots(self, cutoffs: Any, rows: pd.DataFrame) -> pd.DataFrame:
        with warnings.catch_warnings():
            # Whether the last day is full cannot be told from a part of the customers; `stale_remarks` says it of all.
            warnings.simplefilter("ignore", UserWarning)
            found: pd.DataFrame = churn_snapshots(
                rows, cutoffs=cutoffs, as_of=self.as_of, lookback=self.lookback, horizon=self.horizon, gap=self.gap
            )
        return found

    def returned(self, cutoffs: Any) -> pd.DataFrame:
        with warnings.catch_warnings():
            # As in `snapshots`.
            warnings.simplefilter("ignore", UserWarning)
            found: pd.DataFrame = churn_horizon_table(
                self.rows, cutoffs=cutoffs, as_of=self.as_of, lookback=self.lookback, horizons=(self.horizon,),
                gap=self.gap,
            )  # fmt: skip
        return found

    def of(self, cutoffs: Any, *, customers: Any = None) -> pd.DataFrame:
        rows, lines, events = self.rows, self.lines, dict(self.events)
        if customers is not None:
            rows = _of(rows, customers)
            lines = None if lines is None else _of(lines, customers)
            events = {name: _of(table, customers) for name, table in events.items()}
        first = rows["date"].min()
        found = self.snapshots([day for day in cutoffs if first <= day], rows)
        if found.empty:
            return found
        made: pd.DataFrame = snapshot_features(
            found, transactions=rows, windows=(self.horizon,), order_lines=lines, events=events or None
        )
        return made


def _rates(made: _Features, days: ChurnDays) -> pd.DataFrame | None:
    """The churn rates of all customers, drawn or not."""
    return rates_of(made.snapshots(days.known, made.rows)) if days.known else None


def _pandas(table: Any) -> pd.DataFrame:
    return to_pandas(open_frame(table, name="table"))


def _in_memory(transactions: Any, last: datetime) -> pd.DataFrame:
    return to_pandas(up_to(checked_transactions(transactions), last, name="as_of"))


def _of(table: pd.DataFrame, customers: Any) -> pd.DataFrame:
    return table[table["customer_id"].isin(customers)].reset_index(drop=True)


def _drawn(ids: pd.Series[Any], *, most: int, rng: np.random.Generator) -> Any:
    """The customers that a model is fitted to: all, or as many at random."""
    everybody = np.sort(ids.unique())
    return everybody if len(everybody) <= most else rng.choice(everybody, size=most, replace=False)


def _pareto(rows: pd.DataFrame, drawn: Any, days: ChurnDays, *, horizon: int) -> dict[str, Any]:
    """What Pareto/NBD says on the day of the trial, fitted to the orders up to it; nothing where it cannot be."""
    if not days.to_learn:
        return {}
    customers = customer_summary(_of(rows, drawn), as_of=days.known[-1])
    customers = customers[customers["frequency"].notna()]
    try:
        model = fit_purchases(customers)
    except UnfitError:
        return {}
    # no purchase from now on rather than after the gap, which no model of purchases gives: a little too low
    said = model.probability_inactive(customers, horizon=horizon / DAYS_A_WEEK)
    return {"pareto_nbd": pd.Series(np.asarray(said), index=customers["customer_id"].to_numpy())}


def _scored(
    today: pd.DataFrame, found: Learned, rows: pd.DataFrame, last: datetime, *, margin: float, value: float | None
) -> pd.DataFrame:
    """Today's customers with their probability and what is at stake."""
    recent = rows[rows["date"] >= last - timedelta(days=_YEAR - 1)]
    spent = recent.groupby("customer_id")["amount"].sum(min_count=1)
    at_stake = today["customer_id"].map(spent).astype(float) * margin if value is None else float(value)
    return pd.DataFrame(
        {
            "customer_id": today["customer_id"],
            "probability": found.probability,
            "clv": at_stake,
            "days_since_last": today["days_since_last"],
        }
    )
