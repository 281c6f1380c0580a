"""Tables that a report may show beside the orders of CDNOW."""

from functools import cache

from crmkit import (
    as_answers,
    as_contacts,
    as_order_lines,
    as_plan,
    as_points,
    as_subscriptions,
    as_tickets,
    as_transactions,
    customer_summary,
    load_cdnow,
    make_answers,
    make_contacts,
    make_order_lines,
    make_plan,
    make_points,
    make_subscriptions,
    make_tickets,
)
from crmkit.loyalty.programmes import points_liability_table
from crmkit.loyalty.satisfaction import survey_kpis
from crmkit.segment import TierSegmenter
from crmkit.segment.groups import profile_table
from crmkit.segment.quality import segmentation_quality_table
from crmkit.value.products import association_rules_table
from crmkit.value.profit import customer_profit_table

AS_OF = "1998-06-30"
_TIMES = ("first_response", "resolved", "due", "kind", "n_contacts", "ever_resolved", "reopened", "escalated")
_PLANNED = ("owner", "due", "done", "target", "target_low", "target_high", "actual", "weight")


@cache
def beside():
    """The tables by the name of their argument."""
    tickets = make_tickets(n_tickets=300, start="1998-01-01", end=AS_OF, random_state=1).tickets
    contacts = make_contacts(n_customers=400, n_campaigns=2, start="1998-05-01", random_state=1).contacts
    plan = make_plan(n_items=80, start="1998-01-01", end="1998-12-31", random_state=1).plan
    spells = make_subscriptions(n_customers=150, start="1997-01-01", end=AS_OF, random_state=1).subscriptions
    answers = as_answers(
        make_answers(n_invited=200, n_waves=1, random_state=1).answers,
        items=["recommend"],
        scale=(0, 10),
        missing=[99],
        group="group",
    )
    points = as_points(make_points(n_customers=40, random_state=1).points, expires="expires", reverses="reverses")
    customers = customer_summary(as_transactions(load_cdnow()), as_of=AS_OF)
    tiers = TierSegmenter().fit(customers)
    profile = profile_table(customers.assign(tier=tiers.predict(customers)), by="tier", columns=["n_orders", "spend"])
    lines = as_order_lines(
        make_order_lines(n_customers=60, random_state=1).lines, order_id="order_id", quantity="quantity", keep=["cost"]
    )
    shop = make_order_lines(n_customers=300, n_products=40, random_state=1).lines
    return {
        "profit": customer_profit_table(lines, cost="cost", returned_cost="recovered"),
        "products": {"rules": association_rules_table(shop, item="product", min_support=0.01)},
        "quality": segmentation_quality_table(customers, segmentations={"tiers": tiers}, n_resamples=2),
        "segments": {"tiers": (tiers.summary(customers), profile)},
        "programme": points_liability_table(points, as_of="2024-12-31", cost_per_point=0.01),
        "survey": survey_kpis(answers, recommend="recommend", by="group"),
        "subscriptions": as_subscriptions(spells, end_known="end_known", trial="trial"),
        "tickets": as_tickets(tickets, **{name: name for name in _TIMES}),
        "contacts": as_contacts(
            contacts, outcomes=["visit", "conversion", "spend"], control="none", campaign="campaign", cost="cost"
        ),
        "plan": as_plan(plan, **{name: name for name in _PLANNED}),
    }
