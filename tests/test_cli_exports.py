"""Order exports of shops as they come; the samples are made up, their columns are those of the exports."""

import json
from pathlib import Path

import pytest
from tests.commands import run, text
from tests.depth import deep

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(
    params=[deep(2, id="in chunks"), pytest.param(1_000_000, id="in memory"), pytest.param(1, id="line by line")]
)
def rows_of_a_chunk(request, monkeypatch):
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", request.param)


def audited(*arguments):
    code, stdout, stderr = run("audit", *arguments, "--json")
    assert code == 0, stderr
    return {each["reason"]: (each["n_rows"], each["amount"]) for each in json.loads(stdout)["audit"]}, stderr


def kpis(*arguments):
    code, stdout, stderr = run("kpi", *arguments, "--start", "2024-03-01", "--end", "2024-04-30", "--json")
    assert code == 0, stderr
    return {each["kpi"]: (each["numerator"], each["denominator"]) for each in json.loads(stdout)["kpis"]}


# By hand.


@pytest.mark.usefixtures("rows_of_a_chunk")
def test_shopify():
    zone = ("--time-zone", "Europe/Berlin", "--invalid", "raise")
    found, said = audited(DATA / "orders_shopify.csv", *zone, *NO_REFUNDS)
    # two orders of 44.90 and 60.00, on two lines each; the third was voided
    assert found["kept"] == (2, pytest.approx(104.9))
    assert (found["zero_price"][0], found["uncounted_status"]) == (2, (1, 30.0))
    assert "orders_shopify.csv has the header of an order export from Shopify." in said
    assert "On 2 further lines of orders, fields of the order are blank and were filled from its first line" in said
    assert "The amount of an order, in Total, counts once: on 2 further lines of orders it is 0." in said
    assert kpis(DATA / "orders_shopify.csv", *zone, *NO_REFUNDS)["average_order_value"] == (pytest.approx(104.9), 2)


NO_REFUNDS = ("--refund", "")


@pytest.mark.usefixtures("rows_of_a_chunk")
def test_woocommerce_repeats_the_total_of_an_order_on_its_lines():
    found, said = audited(DATA / "orders_woocommerce.csv")
    # 44.90 once, 60.00; an order on hold does not count
    assert found["kept"] == (2, pytest.approx(104.9))
    assert found["uncounted_status"] == (1, 30.0)
    assert "customer id: customer_email (guessed" in said
    assert "The amount of an order, in order_total, counts once: on 1 further line of orders it is 0." in said
    assert kpis(DATA / "orders_woocommerce.csv")["average_order_value"] == (pytest.approx(104.9), 2)


@pytest.mark.usefixtures("rows_of_a_chunk")
def test_amazon_gives_the_price_of_all_units():
    found, said = audited(DATA / "orders_amazon.txt", "--time-zone", "Europe/Berlin", "--invalid", "raise")
    assert found["kept"] == (3, 80.0)
    assert found["uncounted_status"] == (1, 0.0)
    assert "amount: item-price (guessed" in said
    assert kpis(DATA / "orders_amazon.txt", "--time-zone", "Europe/Berlin")["average_order_value"] == (80.0, 2)


def test_in_chinese():
    _, said = audited(DATA / "orders_shopify.csv", "--time-zone", "Europe/Berlin", "--language", "zh")
    assert "订单后续行共 2 行的订单字段为空，已按该订单的首行补全" in said
    assert "订单金额（Total）只计一次：订单后续行共 2 行记为 0。" in said


def test_other_logs_keep_what_each_line_says(folder):
    header = ("customer_id", "date", "amount", "order_id")
    rows = [("ann", "2024-03-01", "5", "A1"), ("ann", "2024-03-01", "5", "A1"), ("ann", "2024-03-01", "", "A1")]
    (folder / "orders.csv").write_text(text(header=header, rows=rows))
    found, said = audited("orders.csv")
    # equal amounts are two lines; an amount that alone is missing is missing
    assert (found["kept"], found["unusable_amount"][0]) == ((2, 10.0), 1)
    assert "further" not in said


def test_a_line_of_another_order_is_not_filled(folder):
    header = ("customer_id", "date", "amount", "order_id")
    rows = [("ann", "2024-03-01", "5", "A1"), ("", "", "", "A1"), ("", "2024-03-02", "7", "A2"), ("", "", "", "")]
    (folder / "orders.csv").write_text(text(header=header, rows=rows))
    found, _ = audited("orders.csv")
    assert (found["kept"], found["zero_price"], found["no_customer"]) == ((1, 5.0), (1, 0.0), (2, 7.0))


# Refusals.


def test_an_amazon_report_without_a_customer_says_what_is_missing(folder):
    lines = (DATA / "orders_amazon.txt").read_text().replace("buyer-email", "ship-city").splitlines()
    (folder / "orders.txt").write_text("\n".join(lines))
    code, _, stderr = run("audit", "orders.txt")
    assert (code, "recognised as the customer id. Name it with --customer-id (perhaps buyer-name" in stderr) == (
        2,
        True,
    )
