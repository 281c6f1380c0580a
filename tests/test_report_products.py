"""The section of the report on products: what is bought together, as surely as it is known."""

import pandas as pd
import pytest
from tests.pages import section, table

from crmkit import as_order_lines, as_transactions
from crmkit.report import customer_report
from crmkit.value.products import association_rules_table, preference_table

ORDERS = as_transactions(pd.DataFrame({"customer_id": ["a"], "date": ["2024-03-01"], "amount": [5.0]}))
BASKETS = ["AB"] * 30 + ["A"] * 10 + ["C"] * 50 + ["DE"] * 3 + ["CF"] * 7
LINES = pd.DataFrame(
    [(order, item) for order, basket in enumerate(BASKETS) for item in basket], columns=["order_id", "product"]
)
RULES = association_rules_table(LINES, item="product", min_support=0.02, max_items=3)

TASTES = pd.DataFrame(
    {
        "customer_id": range(1000),
        "order_id": range(1000),
        "date": "2024-03-01",
        "amount": 10.0,
        "region": ["north"] * 100 + ["south"] * 900,
        "category": ["tea"] * 60 + ["coffee"] * 40 + ["tea"] * 100 + ["coffee"] * 800,
    }
)
PREFERENCES = preference_table(
    as_order_lines(TASTES, order_id="order_id", keep=["region", "category"]), by="region", item="category"
)


def made(products, language="en"):
    return customer_report(
        ORDERS, as_of="2024-03-31", sections=["findings", "products"], products=products, language=language
    )


# By hand


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Of the baskets with B, 100.0% also hold A, which is in 40.0% of all baskets."),
        ("zh", "含 B 的购物篮中有 100.0% 也含 A，而在全部购物篮中仅占 40.0%。"),
    ],
)
def test_the_surest_pair_is_a_finding(language, told):
    report = made({"rules": RULES}, language)
    assert report.findings[-1] == told
    # A and B surely; D and E are in 3 baskets only, and the 7 of C and F, always together, could be chance
    assert table(report.to_html(), "products")[1:] == [["B", "A", "30", "100.0%", "2.50", "1.00", "<0.0001"]]


def test_the_table_and_the_workbook_hold_all_rules(tmp_path):
    report = made({"rules": RULES})
    found = report.tables["product_rules"]
    assert len(found) == len(RULES) == 6
    assert found["certainty"].is_monotonic_decreasing
    report.to_excel(tmp_path / "report.xlsx")
    sheet = pd.read_excel(tmp_path / "report.xlsx", sheet_name="Bought together")
    assert len(sheet) == 6


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "north prefers tea: 60.0% of its purchases, 16.0% of all (index 374)."),
        ("zh", "north 偏好 tea：占其购买的 60.0%，在全部购买中占 16.0%（指数 374）。"),
    ],
)
def test_the_surest_preference_is_a_finding(language, told):
    report = made({"preferences": PREFERENCES, "rules": RULES}, language)
    assert "A" in report.findings[-2]
    assert report.findings[-1] == told
    page = report.to_html()
    row = PREFERENCES.iloc[0]
    assert f"{row['index']:.0f} ({row['lower']:.0f}–{row['upper']:.0f})" in section(page, "products")
    # Of four cells two are above 100, and only that of tea is surely so
    assert len(report.tables["product_preferences"]) == 4


def test_every_kind_of_frame(build):
    given = {"rules": RULES, "preferences": PREFERENCES}
    assert made({name: build(table) for name, table in given.items()}).findings == made(given).findings


def test_nothing_sure_and_nothing_at_all():
    chance = association_rules_table(LINES[LINES["product"].isin(["D", "E"])], item="product", min_support=0.02)
    report = made({"rules": chance})
    assert "Nothing here is surely more than chance." in section(report.to_html(), "products")
    none = made({"rules": RULES.head(0)})
    assert "have no rows" in section(none.to_html(), "products")


# Refusal


@pytest.mark.parametrize("products", [RULES, {}, {"pairs": RULES}])
def test_tables_are_given_by_name(products):
    with pytest.raises(
        ValueError, match=r"`products` must be a mapping of names to tables with names among \['rules', 'pref"
    ):
        made(products)
