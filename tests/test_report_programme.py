"""The section on the loyalty programme: points by period, and what those outstanding will cost."""

import pandas as pd
import pytest
from tests.pages import section, table

from crmkit import SchemaError, as_points, as_transactions
from crmkit.loyalty.programmes import points_liability_table
from crmkit.report import customer_report

pytestmark = pytest.mark.usefixtures("without_lenses")

ORDERS = as_transactions(
    pd.DataFrame({"customer_id": ["ann", "bo"], "date": ["2024-01-05", "2024-02-05"], "amount": 9.0})
)
POINTS = as_points(
    pd.DataFrame(
        {
            "event_id": range(4),
            "customer_id": "ann",
            "date": ["2024-01-31", "2024-02-10", "2024-02-20", "2024-03-20"],
            "kind": ["earn", "earn", "redeem", "redeem"],
            "points": [1000, 500, 300, 600],
        }
    )
)
LIABILITY = points_liability_table(POINTS, as_of="2024-03-25", cost_per_point=0.01)


def made(programme=LIABILITY, language="en"):
    return customer_report(
        ORDERS, as_of="2024-03-31", sections=["findings", "programme"], programme=programme, language=language
    )


def test_periods_by_hand(tmp_path):
    report = made()
    page = report.to_html()
    # 1,000 + 500 - 300 - 600 points are left, at .01 each
    assert report.findings[-1] == "600 points are outstanding; redeeming those that will be redeemed costs 6.00."
    assert [line[0] for line in table(page, "programme")[1:]] == ["2024-03-01 *", "2024-02-01", "2024-01-01"]
    # February: 300 redeemed cost 3, and the liability rises from 10 to 12
    assert table(page, "programme")[2][1:] == ["500", "0", "300", "0", "0", "1,200", "12.00", "5.00"]
    assert "The period is not over" in page
    assert "Members owe" not in page
    assert section(page, "programme").count("<svg") == 1
    report.to_excel(tmp_path / "r.xlsx")
    assert pd.read_excel(tmp_path / "r.xlsx", sheet_name="Loyalty programme")["Outstanding"].tolist() == [
        1000,
        1200,
        600,
    ]


def test_in_chinese_and_with_points_owed():
    page = made(LIABILITY.assign(owed=5.0), "zh").to_html()
    assert "积分计划" in page
    assert "会员尚欠 5 分" in page
    assert "outstanding" not in section(page, "programme")


def test_other_tables_are_refused():
    with pytest.raises(SchemaError, match="`programme` has no rows"):
        made(LIABILITY.head(0))
    with pytest.raises(SchemaError, match="liability"):
        made(LIABILITY.drop(columns="liability"))
