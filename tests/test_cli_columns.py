"""The command line finds the columns of a file by their usual names, says so, and refuses to choose."""

import json

import pytest
from tests.commands import run, text

from crmkit._names import plain_name
from crmkit.cli.reading._column_names import USUAL_NAMES

ROW = [("ann", "2024-01-05", "10", "A1"), ("bo", "2024-01-06", "5", "A2")]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def columns(header, *options, rows=ROW):
    """The columns that the audit of such a file used, and what it said on standard error."""
    with open("orders.csv", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text(header=header, rows=rows))
    code, stdout, stderr = run("audit", "orders.csv", "--json", *options)
    assert code == 0, stderr
    return {role: name for role, name in json.loads(stdout)["columns"].items() if name is not None}, stderr


def refused(header, *options, rows=ROW):
    with open("orders.csv", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text(header=header, rows=rows))
    code, stdout, stderr = run("audit", "orders.csv", *options)
    assert (code, stdout) == (2, "")
    return stderr


# By hand.


@pytest.mark.parametrize(
    "header",
    [
        ("CustomerID", "InvoiceDate", "Revenue", "InvoiceNo"),
        ("Customer ID", "order_date", "Sales", "Order ID"),
        ("customer-id", "Order Date", "total", "ORDER_NO"),
        ("user_id", "timestamp", "Total Amount", "transaction id"),
        ("member", "created_at", "net-sales", "invoice"),
        ("client_id", "Date", "amount_paid", "receipt_no"),
        ("客户编号", "下单时间", "实付金额", "订单号"),
        ("客户ID", "日期", "金额", "订单编号"),
        ("会员号", "订单日期", "销售额", "单号"),
        ("用户ID", "付款时间", "总金额", "流水号"),
    ],
)
def test_usual_names_are_found_and_said(header):
    found, said = columns(header)
    assert found == dict(zip(("customer_id", "date", "amount", "order_id"), header, strict=True))
    assert said.splitlines() == [
        f"customer id: {header[0]} (guessed; --customer-id names another)",
        f"date: {header[1]} (guessed; --date names another)",
        f"amount: {header[2]} (guessed; --amount names another)",
        f"order id: {header[3]} (guessed; --order-id names another)",
    ]


def test_what_is_guessed_is_said_in_chinese():
    _, said = columns(("会员号", "日期", "金额", "备注"), "--language", "zh")
    assert said.splitlines()[0] == "客户编号：会员号（自动识别；可用 --customer-id 另行指定）"


def test_usual_names_are_in_the_form_in_which_they_are_compared():
    names = [name for groups in USUAL_NAMES.values() for group in groups for name in group.split()]
    assert [name for name in names if plain_name(name) != name] == []
    found, _ = columns(("ユーザーID", "受注日", "売上金額", "備考"))
    assert found == {"customer_id": "ユーザーID", "date": "受注日", "amount": "売上金額"}


def test_the_librarys_own_names_are_taken_without_a_word_and_first():
    found, said = columns(("customer_id", "date", "amount", "order_date"))
    assert found == {"customer_id": "customer_id", "date": "date", "amount": "amount"}
    assert said == ""


def test_what_is_named_is_not_guessed():
    found, said = columns(("customer_id", "user_id", "day", "amount"), "--customer-id", "user_id", "--date", "day",
                          rows=[("x", "ann", "2024-01-05", "5")])  # fmt: skip
    assert found == {"customer_id": "user_id", "date": "day", "amount": "amount"}
    assert said == ""


def test_quantity_and_unit_price_make_the_amount_where_there_is_none():
    found, said = columns(("客户编号", "日期", "数量", "单价"), rows=[("ann", "2024-01-05", "2", "3.5")])
    assert found == {"customer_id": "客户编号", "date": "日期", "quantity": "数量", "unit_price": "单价"}
    assert "unit price: 单价 (guessed; --unit-price names another)" in said


def test_the_unit_price_alone_is_no_amount_beside_one():
    found, _ = columns(("customer_id", "date", "revenue", "unit_price"), rows=[("ann", "2024-01-05", "2", "3.5")])
    assert found["amount"] == "revenue"
    assert "unit_price" not in found


def test_a_named_half_of_the_product_finds_the_other():
    header, rows = ("customer_id", "date", "qty", "each"), [("ann", "2024-01-05", "2", "3.5")]
    found, said = columns(header, "--unit-price", "each", rows=rows)
    assert (found["quantity"], found["unit_price"], "amount" in found) == ("qty", "each", False)
    assert said == "quantity: qty (guessed; --quantity names another)\n"


def test_a_role_can_be_left_empty():
    found, said = columns(("customer_id", "date", "amount", "order_id"), "--order-id", "")
    assert "order_id" not in found
    assert said == ""


def test_a_wrong_guess_shows_in_the_rows_that_cannot_be_used():
    # this "date" holds delivery notes
    _, said = columns(("customer", "date", "amount", "x"), rows=[("ann", "by van", "5", ""), ("bo", "by sea", "5", "")])
    assert "date ['by van', 'by sea']" in said


@pytest.mark.parametrize(
    "header",
    [
        ("Kundennummer", "Bestelldatum", "Gesamtbetrag", "Bestell-Nr."),
        ("Kunden-ID", "Datum", "Umsatz", "Rechnungsnummer"),
        ("N° client", "Date de commande", "Montant TTC", "N° commande"),
        ("Code client", "Date d'achat", "Chiffre d'affaires", "Numéro de facture"),
        ("ID Cliente", "Fecha de pedido", "Importe", "Número de pedido"),
        ("Código de cliente", "Fecha", "Monto total", "Factura"),
        ("顧客ID", "注文日", "売上金額", "注文番号"),
        ("お客様番号", "購入日時", "合計", "伝票番号"),
        ("ＩＤ会員"[2:] + "ＩＤ", "日付", "金額", "受注番号"),
        ("買家ID", "訂單日期", "實付金額", "訂單編號"),
        ("household_key", "Day", "SALES_VALUE", "BASKET_ID"),
        ("CustomerKey", "OrderDate", "SalesAmount", "SalesOrderNumber"),
    ],
)
def test_usual_names_are_found_in_other_languages_and_in_public_files(header):
    found, _ = columns(header)
    assert found == dict(zip(("customer_id", "date", "amount", "order_id"), header, strict=True))


# The columns of exports as these shops write them.
EXPORTS = [
    (
        "Shopify",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount",
        {"customer_id": "Email", "date": "Created at", "amount": "Total", "order_id": "Name", "currency": "Currency"},
    ),
    (
        "Amazon",
        "order-id,order-item-id,purchase-date,payments-date,buyer-email,buyer-name,sku,product-name,quantity-purchased,"
        "currency,item-price,item-tax,shipping-price",
        {
            "customer_id": "buyer-email",
            "date": "purchase-date",
            "amount": "item-price",
            "order_id": "order-id",
            "currency": "currency",
        },
    ),
    (
        "WooCommerce",
        "order_id,order_number,order_date,status,shipping_total,order_total,order_currency,customer_id,customer_email,"
        "billing_email",
        {
            "customer_id": "customer_email",
            "date": "order_date",
            "amount": "order_total",
            "order_id": "order_id",
            "currency": "order_currency",
        },
    ),
    (
        "Olist",
        "order_id,customer_id,customer_unique_id,order_purchase_timestamp,payment_value",
        {
            "customer_id": "customer_unique_id",
            "date": "order_purchase_timestamp",
            "amount": "payment_value",
            "order_id": "order_id",
        },
    ),
]


@pytest.mark.parametrize(("name", "header", "expected"), EXPORTS)
def test_exports_of_shops_are_known_by_their_header(name, header, expected):
    values = dict.fromkeys(header.split(","), "1")
    for column in values:
        values[column] = (
            "2024-01-05" if "date" in column.lower() or column in ("Created at", "order_purchase_timestamp") else "1"
        )
        values[column] = "paid" if "status" in column.lower() else values[column]
    found, said = columns(tuple(values), rows=[tuple(values.values())])
    assert {role: found.get(role) for role in expected} == expected
    assert said.startswith(f"orders.csv has the header of an order export from {name}.\n")


# Refusals.


def test_all_roles_that_are_missing_are_named_at_once_with_the_likeliest_columns():
    said = refused(("Käufer-Mail", "when", "Summe brutto", "x"))
    assert (
        "recognised as the customer id, date, amount. Name them with --customer-id (perhaps Käufer-Mail), --date "
        in said
    )
    assert "--date (perhaps when), --amount (perhaps Summe brutto); the columns are" in said
    said = refused(("who", "when", "amount", "x"), "--language", "zh")
    assert "中识别客户编号、日期列，请用 --customer-id、--date（可能为 when） 指定" in said


def test_a_first_row_of_data_is_pointed_out():
    assert "pass --no-header" in refused(("ann", "2024-01-05", "10.50", "A1"))


@pytest.mark.parametrize(
    ("header", "named", "option"),
    [
        (("customer_id", "Customer ID", "date", "amount"), "['customer_id', 'Customer ID']", None),
        (("Customer_ID", "Customer ID", "date", "amount"), "['Customer_ID', 'Customer ID']", "--customer-id"),
        (("customer_id", "下单时间", "订单日期", "amount"), "['下单时间', '订单日期']", "--date"),
        (("customer_id", "date", "Revenue", "Sales"), "['Revenue', 'Sales']", "--amount"),
        (("customer_id", "date", "金额", "实付金额"), "['金额', '实付金额']", "--amount"),
    ],
)
def test_two_equally_good_columns_are_refused_unless_one_has_the_librarys_name(header, named, option):
    if option is None:
        assert columns(header, rows=[("ann", "x", "2024-01-05", "5")])[0]["customer_id"] == "customer_id"
        return
    said = refused(header)
    assert f"several columns that may be the {option[2:].replace('-', ' ')}: {named}" in said
    assert f"Name one with {option}" in said


def test_an_amount_beside_quantity_and_unit_price_is_refused():
    # 金额 may be less a discount, or the total of an order on each of its lines
    said = refused(("客户编号", "日期", "数量", "单价", "金额"), rows=[("ann", "2024-01-05", "2", "3.5", "6")])
    assert "Name --amount 金额, or --quantity 数量 and --unit-price 单价" in said


@pytest.mark.parametrize(
    ("header", "role"),
    [
        (("who", "date", "amount", "x"), "customer id with --customer-id"),
        (("customer_id", "when", "amount", "x"), "date with --date (perhaps when)"),
        (("customer_id", "date", "worth", "x"), "amount with --amount"),
    ],
)
def test_a_role_that_cannot_be_guessed_is_refused_with_the_columns_there_are(header, role):
    name, option = role.split(" with ")
    assert f"recognised as the {name}. Name it with {option}" in refused(header)
    assert f"the columns are {list(header)}" in refused(header)


def test_a_unit_price_without_a_quantity_is_refused():
    rows = [("ann", "2024-01-05", "3.5")]
    said = refused(("customer_id", "date", "each"), "--unit-price", "each", rows=rows)
    assert "recognised as the quantity. Name it with --quantity" in said
