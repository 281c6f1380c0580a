"""The section on profit: the steps to it, the whale curve, and what loss-makers take."""

import pandas as pd
import pytest
from tests.pages import section, table

from crmkit import SchemaError, as_transactions
from crmkit.report import customer_report
from crmkit.value.profit import allocate_costs, customer_profit_table

ORDERS = as_transactions(
    pd.DataFrame({"customer_id": ["ann", "bo"], "date": ["2024-01-05", "2024-02-05"], "amount": 9.0})
)
# ann leaves 100 - 40 - 10 = 50, bo 20 - 15 - 1 = 4; ann costs 12 to serve and bo 6, of 30 of which 12 are unused
LINES = pd.DataFrame(
    {
        "customer_id": ["ann", "bo"],
        "order_id": ["1", "2"],
        "date": pd.Timestamp("2024-01-05"),
        "quantity": 1.0,
        "amount": [100.0, 20],
        "cost": [40.0, 15],
        "freight": [10.0, 1],
    }
)
POOLS = pd.DataFrame({"pool": ["calls"], "cost": [30.0], "capacity": [5]})
CALLS = pd.DataFrame({"pool": "calls", "customer_id": ["ann", "bo"], "quantity": [2, 1]})
SERVED = allocate_costs(POOLS, CALLS)


def profits(**options):
    return customer_profit_table(LINES, cost="cost", returned_cost="recovered", direct_costs=["freight"], **options)


def made(profit, language="en"):
    return customer_report(
        ORDERS, as_of="2024-03-31", sections=["findings", "profit"], profit=profit, language=language
    )


def test_steps_and_losses_by_hand(tmp_path):
    report = made((profits(cost_to_serve=SERVED), SERVED))
    page = report.to_html()
    assert report.findings[-2:] == [
        "Of net revenue of 120.00, 36.00 are left as net profit after the cost to serve (30.0%).",
        "1 of 2 customers cost more than they bring: together they take 2.00 of the 38.00 that the others make.",
    ]
    steps = {line[0]: line[1:] for line in table(page, "profit")[1:]}
    assert steps["Gross sales"] == ["120.00", "100.0%", "20.00"]
    assert steps["freight"] == ["-11.00", "-9.2%", "-1.00"]
    assert steps["Cost to serve"] == ["-18.00", "-15.0%", "-6.00"]
    assert steps["Net profit"] == ["36.00", "30.0%", "-2.00"]
    # of both customers 36 are left, of which nobody's 12 are taken off at the end
    assert steps["Unused capacity"][:2] == ["-12.00", "-10.0%"]
    assert steps["Profit"][:2] == ["24.00", "20.0%"]
    assert section(page, "profit").count("<svg") == 2
    assert "ann" not in section(page, "profit")
    report.to_excel(tmp_path / "r.xlsx")
    ladder = pd.read_excel(tmp_path / "r.xlsx", sheet_name="From sales to profit")
    assert ladder["Step"].tolist()[-1] == "Profit"
    assert ladder["All customers"].iloc[-1] == 24
    assert pd.read_excel(tmp_path / "r.xlsx", sheet_name="Whale curve")["Profit added up"].tolist() == [0, 38, 36]


def test_without_the_cost_to_serve(build_in_memory):
    report = made(build_in_memory(profits()))
    assert report.findings[-2:] == [
        "Of net revenue of 120.00, 54.00 are left as contribution (45.0%); the cost to serve is not known.",
        "None of the 2 customers costs more than they bring.",
    ]
    page = report.to_html()
    assert "Loss-makers" not in section(page, "profit")
    assert "cost to serve is not given" in page


def test_all_lose():
    report = made(profits(cost_to_serve=SERVED.assign(cost=200.0)))
    assert report.findings[-1].startswith("2 of 2 customers cost more than they bring")
    returned = customer_profit_table(
        LINES.assign(amount=[-9.0, -1], quantity=-1, cost=-1.0), cost="cost", returned_cost="recovered"
    )
    assert made(returned).findings[-2].startswith("Contribution is -8.00, on net revenue of -10.00")


def test_in_chinese():
    page = made((profits(cost_to_serve=SERVED), SERVED), "zh").to_html()
    assert "客户利润" in page
    assert "2 位客户中有 1 位入不敷出" in page
    assert [line[0] for line in table(page, "profit")[1:]][:4] == ["销售总额", "折扣", "退货", "净收入"]
    assert "Net" not in section(page, "profit")


def test_other_tables_are_refused():
    with pytest.raises(SchemaError, match="`profit` has no rows"):
        made(profits().head(0))
    with pytest.raises(SchemaError, match="contribution"):
        made(profits().drop(columns="contribution"))
    with pytest.raises(ValueError, match=r"or a pair of it and the allocation .* got 3 tables"):
        made((profits(), SERVED, SERVED))
