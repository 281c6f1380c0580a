"""The tables of the customer report, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from crmkit import metrics
from crmkit._checks import Day, as_day, check_columns, check_discount_rate, check_int, check_margin, check_option
from crmkit._frames import open_frame, to_pandas
from crmkit._names import LANGUAGES, Language
from crmkit.activity import cohort_table, daily_counts, log_holes, log_span
from crmkit.customers import customer_summary
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.report._report import CustomerReport
from crmkit.report._sections import QUIET, WITHOUT_PURCHASES, Section, checked_sections
from crmkit.report._value import customer_value
from crmkit.segment import RFMSegmenter, rfm_map_table
from crmkit.transactions import checked_transactions
from crmkit.views import base_customers, base_segments, base_table

__all__ = ["customer_report"]

# A century; what lies before it is not in any log.
_MOST_DAYS = 36_525
# What scores and tiers look at, of the customers table.
_COLUMNS = ("customer_id", "n_orders", "spend", "days_since_last", "tenure_days")
# And what the models of lifetime value do.
_HISTORY = ("frequency", "recency", "T", "monetary_value")


def customer_report(
    transactions: Any,
    *,
    as_of: Day,
    audit: Any = None,
    order_lines: Any = None,
    days: int = 90,
    sections: Sequence[Section] | None = None,
    n_actions: int = 10,
    margin: float = 1.0,
    discount_rate: float = 0.1,
    language: Language = "en",
) -> CustomerReport:
    """Report on a customer base: KPIs, months, cohorts, tiers, RFM, lifetime value, whom to act on, each defined.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not counted.
    as_of : date or ISO text
        The last day that counts.
    audit : the same kind of frame, optional
        As `crmkit.audit_orders` gives it for the same orders and the same ``as_of``; it becomes the section
        on where every row went.
    order_lines : the same kind of frame, optional
        As `crmkit.as_order_lines` gives them for the same orders. The holes of the log are then looked for by line,
        which shows days that were loaded twice though the orders have ids.
    days : int, default 90
        Length in days of the recent period, and of the one before that it is compared with.
    sections : list of str, optional
        Which sections to show, in their order, of "findings", "audit", "kpis", "months", "cohorts", "tiers", "rfm",
        "value", "actions", "rhythm", "concentration", "definitions"; all if not given. Customers are named only where
        "actions" is among them. The models of "value" are fitted only for it.
    n_actions : int, default 10
        How many customers are named, at least 0: of those to act on first, and of those worth saving.
    margin : float, default 1.0
        Share of revenue that is profit, above 0 and at most 1; 1 leaves the lifetime value in revenue.
    discount_rate : float, default 0.1
        A year's rate, not negative, by which later purchases count less in the lifetime value.
    language : {"en", "zh"}, default "en"
        Language of the report.

    Returns
    -------
    CustomerReport
        Its tables are attributes; ``to_html(path)``, ``to_markdown(path)`` and ``to_dict()`` write it, and notebooks
        show it. Of a log without any purchase, of refunds alone, only the sections that can be shown are.

    Raises
    ------
    SchemaError
        If a column is missing, there is no row up to ``as_of``, or ``audit`` does not add up to ``transactions``.
    TypeError
        If a table is no frame, ``days`` or ``n_actions`` no whole number, ``margin`` or
        ``discount_rate`` no number, or ``sections`` no list.
    ValueError
        If ``as_of`` is no date, or in memory before the first transaction, ``days`` is not between 1 and 36,525,
        ``n_actions`` is below 0, ``margin`` or ``discount_rate`` out of its range, a section unknown or named twice, or
        ``language`` neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> report = customer_report(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> print(report.findings[1])
    The top 20% of customers (472) brought 67.5% of revenue.
    """
    check_int(days, name="days", low=1)
    if days > _MOST_DAYS:
        raise ValueError(f"`days` must be at most {_MOST_DAYS}, got {days}.")
    check_int(n_actions, name="n_actions", low=0)
    check_margin(margin)
    check_discount_rate(discount_rate)
    shown = checked_sections(sections)
    check_option(language, LANGUAGES, name="language")
    last_day = as_day(as_of, name="as_of")
    rows = checked_transactions(transactions)
    native = rows.to_native()
    per_day = daily_counts(native, as_of=last_day)
    of_lines = per_day if order_lines is None else daily_counts(order_lines, as_of=last_day)
    span, purchases = log_span(per_day), int(per_day["n_units"].sum())
    first_day = span.first_day
    if purchases == 0:
        shown = tuple(name for name in shown if name in WITHOUT_PURCHASES)
    checked = None if audit is None else _checked_audit(audit, net=float(per_day["amount"].sum()))
    recent = last_day - timedelta(days=days - 1)
    previous = recent - timedelta(days=days)
    customers = to_pandas(
        open_frame(customer_summary(native, as_of=last_day), name="customers").select(*_COLUMNS, *_HISTORY)
    )
    bought = customers[customers["n_orders"] > 0].reset_index(drop=True)
    counted = base_customers(bought)
    segments = base_segments(customers) if purchases else None
    rfm, tiers = (None, None) if segments is None else (segments.rfm_segmenter, segments.tier_segmenter)
    quiet = None if rfm is None else bought[rfm.predict(bought).astype(str).isin(QUIET)]
    value = None
    if "value" in shown:
        value = customer_value(
            bought,
            native,
            tiers=tiers,
            first_day=first_day,
            last_day=last_day,
            margin=margin,
            discount_rate=discount_rate,
            n_named=n_actions,
            language=language,
        )
    return CustomerReport(
        as_of=last_day,
        days=days,
        margin=float(margin),
        discount_rate=float(discount_rate),
        language=language,
        sections=shown,
        span=span,
        holes=tuple(log_holes(of_lines, as_of=last_day)),
        base=base_table(customers),
        audit=checked,
        kpis=_pandas(metrics.order_kpis(native, start=first_day, end=last_day)),
        recent_kpis=_kpis(native, first_day=first_day, start=recent, end=last_day),
        previous_kpis=_kpis(native, first_day=first_day, start=previous, end=recent - timedelta(days=1)),
        months=_pandas(metrics.period_table(native, as_of=last_day)),
        cohorts=_pandas(cohort_table(native, as_of=last_day)) if purchases else None,
        concentration=metrics.concentration_table(counted),
        gaps=_pandas(metrics.purchase_gap_table(native, as_of=last_day)),
        rfm_map=None if rfm is None else rfm_map_table(counted, scorer=rfm.scorer_),
        score_ranges=None if rfm is None else rfm.scorer_.bin_sizes_,
        rfm_segments=None if segments is None else segments.rfm_segments,
        tiers=None if segments is None else segments.tiers,
        tier_cuts=None if tiers is None else tiers.cuts_,
        value=value,
        quiet=None if quiet is None else base_table(quiet),
        actions=None if rfm is None or quiet is None else _actions(quiet, rfm, n_actions=n_actions, language=language),
    )


def _kpis(native: Any, *, first_day: datetime, start: datetime, end: datetime) -> pd.DataFrame | None:
    """The KPIs of a period that the log holds whole."""
    return None if start < first_day else _pandas(metrics.order_kpis(native, start=start, end=end))


def _actions(quiet: pd.DataFrame, rfm: RFMSegmenter, *, n_actions: int, language: Language) -> pd.DataFrame:
    """Those who used to order often and have stopped, the largest spend first, with the reason."""
    first = quiet.sort_values(["spend", "customer_id"], ascending=[False, True]).head(n_actions)
    return pd.DataFrame(
        {
            "customer_id": first["customer_id"],
            "segment": rfm.predict(first).astype(str),
            "spend": first["spend"],
            "reason": rfm.explain(first, language=language),
        }
    ).reset_index(drop=True)


def _pandas(native: Any) -> pd.DataFrame:
    return to_pandas(open_frame(native, name="table"))


def _checked_audit(audit: Any, *, net: float) -> pd.DataFrame:
    """Refuse an audit of other orders: with refunds or without, its money must be that of the transactions."""
    frame = open_frame(audit, name="audit")
    check_columns(
        frame.collect_schema(), ("reason", "n_rows", "amount", "n_duplicates"), name="audit", made_by="audit_orders"
    )
    table = _pandas(audit)
    amount = table.set_index("reason")["amount"]
    missing = [reason for reason in LABELS["audit_reason"] if reason not in amount.index]
    if missing:
        raise SchemaError(f"`audit` lacks the lines {missing}. audit_orders makes them all.")
    kept = float(amount["kept"])
    with_refunds = kept + float(amount["refund"])
    if not np.isclose([kept, with_refunds], net, rtol=0, atol=1e-9 * (kept - amount["refund"])).any():
        raise SchemaError(
            f"`audit` keeps {with_refunds:.2f} after refunds, but `transactions` hold {net:.2f} up to as_of. "
            "Make both from the same orders, and audit_orders with the same as_of."
        )
    return table
