"""RFM segments and the RFM map as the R package rfm published them."""

from pathlib import Path

import pandas as pd
import pytest

from crmkit import as_transactions, customer_summary
from crmkit.segment import RFMScorer, RFMSegmenter, rfm_cell_table, rfm_map_table

DATA = Path(__file__).parents[1].parent / "shared" / "data"
# The thresholds that it prints for its data set rfm_data_orders, analysis date 2006-12-31
CUTS = {"r": [114.5, 180.5, 297, 481.5], "f": [4, 5, 6, 8], "m": [255.8, 382, 506.4, 666]}
# R package rfm (MIT), rules of its own tests: code, name, and lowest and highest score of recency; frequency and spend
PUBLISHED = [
    ("champions", "Champions", [4, 5], [4, 5]),
    ("loyal", "Loyal Customers", [2, 5], [3, 5]),
    ("potential_loyalist", "Potential Loyalist", [3, 5], [1, 3]),
    ("new", "New Customers", [4, 5], [1, 1]),
    ("promising", "Promising", [3, 4], [1, 1]),
    ("need_attention", "Need Attention", [2, 3], [2, 3]),
    ("about_to_sleep", "About To Sleep", [2, 3], [1, 2]),
    ("at_risk", "At Risk", [1, 2], [2, 5]),
    ("cannot_lose", "Can't Lose Them", [1, 1], [4, 5]),
    ("lost", "Lost", [1, 2], [1, 2]),
]
PUBLISHED_RULES = {
    "n_bins": 5,
    "segments": [{"code": c, "en": en, "zh": f"客户 {c}", "r": r, "f": f, "m": f} for c, en, r, f in PUBLISHED],
    "rest": {"code": "others", "en": "Others", "zh": "其他客户"},
    "overlaps": "first",
}


@pytest.fixture(scope="module")
def customers():
    if not DATA.exists():
        pytest.skip("the shared data are not here")
    orders = pd.read_parquet(DATA / "rfm_data_orders.parquet")
    transactions = as_transactions(orders, date="order_date", amount="revenue")
    return customer_summary(transactions, as_of="2006-12-31")


# Reference.


def test_published_segments_of_the_r_package_rfm(customers):
    # R package rfm (MIT), its own tests: customers, orders, revenue
    segmenter = RFMSegmenter(rules=PUBLISHED_RULES, scorer=RFMScorer(cuts=CUTS)).fit(customers)
    summary = segmenter.summary(customers).set_index("name_en")[["n_customers", "n_orders", "value"]]
    published = {
        "Champions": [158, 1234, 120178],
        "Loyal Customers": [278, 1708, 166712],
        "Potential Loyalist": [229, 801, 65873],
        "Lost": [111, 244, 20955],
        "At Risk": [86, 438, 44178],
        "About To Sleep": [50, 127, 10914],
        "Others": [48, 210, 22061],
        "Need Attention": [35, 144, 13287],
        "Potential customers": [0, 0, 0],
    }
    assert summary.loc[list(published)].to_numpy().tolist() == list(published.values())
    assert summary["n_customers"].sum() == 995


def test_gaps_and_overlaps_of_the_published_rules():
    # R package rfm (MIT): of the 125 cells, its rules leave 36 uncovered and cover 39 several times
    cells = rfm_cell_table(PUBLISHED_RULES)
    assert len(cells) == 125
    assert (cells["n_matches"] == 0).sum() == (cells["segment"] == "others").sum() == 36
    assert (cells["n_matches"] > 1).sum() == 39


def test_the_published_heat_map_of_the_r_package_rfm(customers):
    # R package rfm (MIT), its heat map: mean revenue of the 25 pairs, and their sum
    table = rfm_map_table(customers, scorer=RFMScorer(cuts=CUTS).fit(customers))
    mean = table.set_index(["r_score", "f_score"])["mean_spend"]
    assert len(mean) == 25
    assert round(mean.sum(), 2) == 12633.71
    assert round(mean[5, 5], 2) == 862.40
    assert round(mean[1, 1], 2) == 208.40
    assert table["n_customers"].sum() == 995
    assert table["n_orders"].sum() == 4906
    assert round(table["spend"].sum()) == 464158
