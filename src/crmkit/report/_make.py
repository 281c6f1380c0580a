"""The tables of the customer report, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from crmkit._checks import Day, as_day, check_discount_rate, check_int, check_margin, check_option
from crmkit._frames import open_frame, to_pandas
from crmkit._names import LANGUAGES, Language
from crmkit.activity import daily_counts, log_closures, log_holes, log_span
from crmkit.customers import customer_summary
from crmkit.metrics import order_kpis
from crmkit.report._facts import Facts
from crmkit.report._report import CustomerReport
from crmkit.report._section import Context
from crmkit.report._sections import SECTIONS, checked_sections
from crmkit.transactions import checked_transactions
from crmkit.views import base_segments, base_table

__all__ = ["customer_report"]

# A century; what lies before it is not in any log.
_MOST_DAYS: Final = 36_525
# What scores, tiers and the models of lifetime value look at, of the customers table.
_COLUMNS: Final = (
    "customer_id", "n_orders", "spend", "returned", "days_since_last", "tenure_days", "frequency", "recency", "T",
    "monetary_value",
)  # fmt: skip


def customer_report(
    transactions: Any,
    *,
    as_of: Day,
    audit: Any = None,
    order_lines: Any = None,
    subscriptions: Any = None,
    tickets: Any = None,
    contacts: Any = None,
    plan: Any = None,
    survey: Any = None,
    programme: Any = None,
    segments: Any = None,
    quality: Any = None,
    profit: Any = None,
    products: Mapping[str, Any] | None = None,
    days: int = 90,
    sections: Sequence[str] | None = None,
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
        As `crmkit.audit_orders` gives it for the same orders and the same ``as_of``. It becomes the section on where
        every row went.
    order_lines : the same kind of frame, optional
        As `crmkit.as_order_lines` gives them for the same orders. Holes of the log are then looked for by line, which
        also shows days that were loaded twice although the orders have ids.
    subscriptions : the same kind of frame or another, optional
        As `crmkit.as_subscriptions` makes them. They become the section on subscriptions.
    tickets : the same kind of frame or another, optional
        As `crmkit.as_tickets` makes them. They become the section on service.
    contacts : the same kind of frame or another, optional
        As `crmkit.as_contacts` makes them. They become the section on campaigns; columns of numbers beyond those of
        the table are its outcomes.
    plan : the same kind of frame or another, optional
        As `crmkit.as_plan` makes it. It becomes the section on execution.
    survey : the same kind of frame or another, optional
        The KPIs of a survey, as `crmkit.loyalty.satisfaction.survey_kpis` makes them, by group or not. They become the
        section on satisfaction.
    programme : the same kind of frame or another, optional
        The points of a loyalty programme by period, as `crmkit.loyalty.programmes.points_liability_table` makes them.
        They become the section on the programme.
    segments : the same kind of frame or another, or a mapping of names to such, optional
        Segments of your own, as the ``summary`` of a segmenter or `crmkit.segment.segment_table` sums them up, or as
        `crmkit.segment.groups.profile_table` describes them; of several segmentations by name, each a table or a pair
        of both. They become the section on segments.
    quality : the same kind of frame or another, optional
        How good segmentations are, side by side, as `crmkit.segment.quality.segmentation_quality_table` judges them. It
        becomes the section on their quality.
    profit : the same kind of frame or another, or a pair of such, optional
        The profits of customers, as `crmkit.value.profit.customer_profit_table` makes them; or a pair of these and the
        allocation of their cost to serve, as `crmkit.value.profit.allocate_costs` makes it, which adds the costs that
        are nobody's. They become the section on profit.
    products : mapping of names to tables of the same kind or another, optional
        Tables of products: "rules" as `crmkit.value.products.association_rules_table` gives them, "preferences" as
        `crmkit.value.products.preference_table` does. They become the section on products.
    days : int, default 90
        Length in days of the recent period and of the period before it, with which it is compared.
    sections : list of str, optional
        Which sections to show, in this order, of "findings", "audit", "kpis", "months", "cohorts", "tiers", "rfm",
        "segments", "quality", "forecast", "value", "actions", "churn", "rhythm", "concentration", "profit", "products",
        "subscriptions", "service", "satisfaction", "programme", "campaigns", "execution", "definitions"; by default all
        whose tables are given, but for "churn", which takes a quarter as long as all others together. Customers are
        named only if "actions" is among them. The models of "value" and of "churn" are fitted only if these are.
    n_actions : int, default 10
        How many customers to name, at least 0, both of those to act on first and of those worth saving.
    margin : float, default 1.0
        Share of revenue that is profit, above 0 and at most 1; 1 leaves the lifetime value in revenue.
    discount_rate : float, default 0.1
        Yearly rate, not negative, at which the lifetime value discounts later purchases.
    language : {"en", "zh"}, default "en"
        Language of the report.

    Returns
    -------
    CustomerReport
        ``tables`` and ``findings`` hold what was found; ``to_html(path)``, ``to_markdown(path)`` and ``to_dict()``
        write it, and notebooks show it. A log of refunds alone gives only the sections that need no purchase.

    Raises
    ------
    SchemaError
        If a column is missing, there is no row up to ``as_of``, or ``audit`` does not add up to ``transactions``.
    TypeError
        If a table is not a frame, ``days`` or ``n_actions`` is not a whole number, ``margin`` or ``discount_rate`` is
        not a number, or ``sections`` is not a list.
    ValueError
        If ``as_of`` is not a date or, in memory, lies before the first transaction; ``days`` is not between 1 and
        36,525; ``n_actions`` is below 0; ``margin`` or ``discount_rate`` is out of range; a section is unknown or named
        twice; or ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> report = customer_report(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> print(report.findings[1])
    The top 20% of customers (472) brought 67.5% of revenue.
    """
    check_int(days, name="days", low=1, high=_MOST_DAYS)
    check_int(n_actions, name="n_actions", low=0)
    check_margin(margin)
    check_discount_rate(discount_rate)
    beside = {
        "subscriptions": subscriptions,
        "tickets": tickets,
        "contacts": contacts,
        "plan": plan,
        "survey": survey,
        "programme": programme,
        "segments": segments,
        "quality": quality,
        "profit": profit,
        "products": products,
    }
    beside = {name: table for name, table in beside.items() if table is not None}
    shown = checked_sections(sections, given=beside)
    check_option(language, LANGUAGES, name="language")
    last_day = as_day(as_of, name="as_of")
    native = checked_transactions(transactions).to_native()
    per_day = daily_counts(native, as_of=last_day)
    of_lines = per_day if order_lines is None else daily_counts(order_lines, as_of=last_day)
    span, anybody_bought = log_span(per_day), bool(per_day["n_units"].sum())
    customers = to_pandas(open_frame(customer_summary(native, as_of=last_day), name="customers").select(*_COLUMNS))
    kpis = order_kpis(native, start=span.first_day, end=last_day)
    possible = [
        name
        for name, section in SECTIONS.items()
        if (anybody_bought or not section.needs_purchases) and (section.of is None or section.of in beside)
    ]
    facts = Facts(
        as_of=last_day,
        days=days,
        margin=float(margin),
        discount_rate=float(discount_rate),
        language=language,
        sections=tuple(name for name in shown if name in possible),
        span=span,
        holes=tuple(log_holes(of_lines, as_of=last_day)),
        closures=tuple(log_closures(of_lines, as_of=last_day)),
        base=base_table(customers),
        kpis=to_pandas(open_frame(kpis, name="kpis")),
    )
    context = Context(
        facts,
        native,
        audit,
        revenue=float(per_day["amount"].sum(min_count=1)),
        customers=customers[customers["n_orders"] > 0].reset_index(drop=True),
        segments=base_segments(customers) if anybody_bought else None,
        n_actions=n_actions,
        beside=beside,
    )
    answers = {
        name: SECTIONS[name].answer(context)
        for name in possible
        if name in facts.sections or not SECTIONS[name].only_if_shown
    }
    return CustomerReport(**vars(facts), answers=answers)
