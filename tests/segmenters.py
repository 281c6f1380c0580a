"""One table of customers and the segmenters fitted on it, for tests on every kind of frame."""

from functools import cache

from sklearn.base import clone
from tests.customers import NAN, customer_table
from tests.frames import to_arrow
from tests.rules import rule, rules_of

from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, ValueSegmenter

NEW = ["segment", "segment_order", "reason_code"]
# Sorted by id; three at the end never ordered. Spend has as many digits as a sum has, and refunds make some negative.
_ORDERS = [1 + number * number % 11 for number in range(40)]
CUSTOMERS = customer_table(
    [*_ORDERS, 0, 0, 0],
    [*(orders * (number * 37 % 101 - 8) / 3 for number, orders in enumerate(_ORDERS)), 0, -3.5, NAN],
    [*(number * 53 % 800 for number in range(40)), NAN, NAN, NAN],
)
CUSTOMERS.insert(0, "customer_id", [f"c{number:02}" for number in range(len(CUSTOMERS))])
ARROW = to_arrow(CUSTOMERS)
SEGMENTERS = {
    "named_11": RFMSegmenter(),
    "nested": RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=2, nested=True)),
    "tiers": TierSegmenter(),
    "value_level": ValueSegmenter(),
    "per_year": RFMSegmenter(scorer=RFMScorer(frequency="orders_per_year", binning="natural")),
    "cuts": RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=2, cuts={"r": [30], "f": [3], "m": [20.5]})),
    "rest": RFMSegmenter(rules=rules_of(rule("a", r=2), rule("b", m=2), rest=rule("c"), overlaps="first")),
    "everyone": RFMSegmenter(rules=rules_of(rule("a", r=2, f=2), rule("everyone"), overlaps="first")),
    "tiers_without_stage": TierSegmenter(lapsed_days=None),
    "abc": ValueSegmenter(scheme="abc"),
    "natural": ValueSegmenter(binning="natural"),
}
# One of each class, and what is hardest to write as SQL.
MAIN = tuple(SEGMENTERS)[:4]


@cache
def fitted(name):
    return clone(SEGMENTERS[name]).fit(CUSTOMERS)
