"""The same orders as shops, spreadsheets and countries write them: read rightly, or refused with what mends it."""

import json

import pandas as pd
import pytest
from tests import shops
from tests.commands import run
from tests.shops import LOG, dated, export, grouped, lines, quoted, typed

COMMA = grouped(".", ",")
GERMAN_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FRENCH_MONTHS = "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc."
WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")
CHINESE = ("会员编号", "消费日期", "消费金额", "小票号")
DAY_NUMBERS = [int(day.replace("-", "")) for _, day, _, _ in LOG]
YEARS = {"2023": typed()[:2], "2024": typed()[2:]}
STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Description,Statement Descriptor,Status,Customer ID"
)
PAYPAL = (
    '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email '
)
TAOBAO = (
    "订单编号,买家会员名,买家应付货款,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间,宝贝总数量,退款金额"
)
MAGENTO = (
    "ID,Purchase Point,Purchase Date,Grand Total (Base),Grand Total (Purchased),Status,Customer Email,Total Refunded"
)


def paypal():
    """Payments and refunds; what the shop moved to its bank has nobody's name."""
    rows = [
        f'"{date}","10:00:00","PST","{who}","Payment","Completed","USD","{float(money):,.2f}","0","0","","","T{order}"'
        for who, date, money, order in ((who, dated("%m/%d/%Y")(day), money, order) for who, day, money, order in LOG)
    ]
    moved = '"05/04/2024","10:00:00","PST","","General Withdrawal","Completed","USD","-126,000.00","0","0","","","TW"'
    return "\n".join([f'{PAYPAL}Address","Transaction ID"', *rows, moved]) + "\n"


# Read rightly at once: a name, and the text, bytes or maker of the file.
READ = {
    "plain.csv": lines(),
    "byte_order_mark.csv": lines().encode("utf-8-sig"),
    "unicode_text.txt": lines("\t").encode("utf-16"),
    "separator_line.csv": "sep=;\r\n" + lines(";").replace("\n", "\r\n"),
    "old_mac.csv": lines().replace("\n", "\r"),
    "decimal_comma_in_quotes.csv": lines(money=quoted(COMMA)),
    "euro_before.csv": lines(";", money=lambda money: f"€ {COMMA(money)}"),
    "swedish.csv": lines(";", money=lambda money: f"{grouped(' ', ',')(money)} kr"),
    "no_break_space.csv": lines(money=grouped("\u00a0")),
    "narrow_space.csv": lines(";", money=lambda money: grouped("\u202f", ",")(money) + "\u00a0€"),
    "swiss.csv": lines(";", money=lambda money: f"CHF {grouped(chr(39))(money)}"),
    "typographic_apostrophe.csv": lines(money=grouped("’")),
    "indian.csv": lines(money=quoted(shops.indian)),
    "arabic.csv": lines(money=lambda money: grouped()(money).translate(ARABIC), day=lambda day: day.translate(ARABIC)),
    "full_width.csv": lines(money=lambda money: money.translate(WIDE), day=lambda day: day.translate(WIDE)),
    "minus_sign.csv": lines(money=lambda money: money.replace("-", "\u2212")),
    "italian.csv": lines(";", header=("Codice cliente", "Data ordine", "Importo", "Numero ordine"), money=COMMA),
    "chinese_days.csv": lines(
        header=CHINESE,
        money=quoted(lambda money: f"{grouped()(money)}元"),
        day=lambda day: f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日",
    ),
    "days_as_numbers.parquet": lambda path: typed(date=DAY_NUMBERS).to_parquet(path),
    "days_as_numbers.csv": lines(day=lambda day: day.replace("-", "")),
    "quoted_newlines.csv": lines(order=lambda order: f'"{order}\nof two lines"'),
    "nothing_at_the_end.csv": lines().replace("\n", ",,,\n"),
    "blank_lines.csv": lines().replace("\n", "\n\n") + ",,,\n",
    "header_in_the_middle.csv": lines(rows=LOG[:4]) + lines(rows=LOG[4:]),
    "totals_row.csv": lines() + "Total,,126171.99,\n",
    "wide.csv": lines().replace("\n", "," + ",".join(map(str, range(300))) + "\n"),
    "text_for_excel.csv": lines(customer=lambda who: f'"=""{who}"""', order=lambda order: f"'{order}"),
    "grouped_quantity.csv": lines(
        header=("customer_id", "date", "quantity", "unit price"),
        money=lambda money: f'"{round(float(money) * 100):,}"',
        order=lambda _: "0.01",
    ),
    "by_column.json": shops.by_column,
    "shop.sqlite": shops.database,
    "wide_and_typed.xlsx": lambda path: shops.workbook(path, [shops.HEADER, *shops.cells()]),
    "stripe.csv": export(
        STRIPE,
        "{order},{day} 10:00:00,{money},{back},eur,true,,SHOP,Paid,cus_{who}",
        ["X,2024-05-03 10:00:00,77.00,0.00,eur,false,,SHOP,Failed,cus_0101"],
    ),
    "youzan.csv": export(
        "订单号,订单状态,买家手机号,订单创建时间,商品金额合计,订单实付金额,订单退款状态,订单已退款金额",
        "E{order},交易完成,138{who},{day} 10:00:00,{money},{money},,{back}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_read_at_once(name, tmp_path):
    assert audited(written(tmp_path / name, READ[name])) == shops.FOUND


# Refused, and read with the options that the message gives.
DAYS = "They fit --date-format {}: pass it."
MENDED = {
    "german.csv": (
        lines(";", header=("Kundennummer", "Bestelldatum", "Betrag", "Beleg"), money=COMMA, day=dated("%d.%m.%Y")),
        DAYS.format("%d.%m.%Y"),
        ["--date-format", "%d.%m.%Y"],
    ),
    "sap.csv": (
        lines("|", money=lambda money: COMMA(money.lstrip("-")) + "-" * (money[0] == "-"), day=dated("%d.%m.%Y")),
        DAYS.format("%d.%m.%Y"),
        ["--date-format", "%d.%m.%Y"],
    ),
    "american.csv": (
        lines(
            money=lambda money: f'"(${grouped()(money[1:])})"' if money[0] == "-" else f'"${grouped()(money)}"',
            day=lambda day: dated("%m/%d/%Y")(day) + " 2:30 PM",
        ),
        DAYS.format("'%m/%d/%Y %I:%M %p'"),
        ["--date-format", "%m/%d/%Y %I:%M %p"],
    ),
    "dutch.csv": (
        lines(";", header=("Klantnummer", "Besteldatum", "Bedrag", "Ordernummer"), money=COMMA, day=dated("%d-%m-%Y")),
        DAYS.format("%d-%m-%Y"),
        ["--date-format", "%d-%m-%Y"],
    ),
    "short_months.csv": (lines(day=dated("%d-%b-%y")), DAYS.format("%d-%b-%y"), ["--date-format", "%d-%b-%y"]),
    "german_months.csv": (
        lines(day=shops.month_in(GERMAN_MONTHS)),
        DAYS.format("'%d %b %Y'"),
        ["--date-format", "%d %b %Y"],
    ),
    "french_months.csv": (
        lines(day=shops.month_in(FRENCH_MONTHS)),
        DAYS.format("'%d %b %Y'"),
        ["--date-format", "%d %b %Y"],
    ),
    "day_numbers.csv": (
        lines(day=lambda day: str((pd.Timestamp(day) - pd.Timestamp("1899-12-30")).days)),
        "Pass --date-format excel.",
        ["--date-format", "excel"],
    ),
    "weeks.csv": (lines(day=dated("%G-W%V-%u")), DAYS.format("%G-W%V-%u"), ["--date-format", "%G-W%V-%u"]),
    "seconds.csv": (
        lines(day=shops.since_1970(1)),
        "Pass --date-format unix, and --time-zone",
        ["--date-format", "unix", "--time-zone", "UTC"],
    ),
    "milliseconds.parquet": (
        lambda path: typed(date=[int(shops.since_1970(1000)(day)) for _, day, _, _ in LOG]).to_parquet(path),
        "Pass --date-format unix, and --time-zone",
        ["--date-format", "unix", "--time-zone", "UTC"],
    ),
    "offsets.csv": (
        lines(day=lambda day: day + "T09:30:00+02:00"),
        "for example --time-zone",
        ["--time-zone", "Europe/Berlin"],
    ),
    "arrow.parquet": (shops.arrow, "for example --time-zone", ["--time-zone", "UTC"]),
    "nested.json": (shops.nested, "for example --time-zone", ["--time-zone", "UTC"]),
    "chinese.csv": (
        lines(header=CHINESE, money=lambda money: f"￥{money}").encode("gb18030"),
        "try --encoding gb18030, with which a line reads '会员编号,消费日期,消费金额,小票号'",
        ["--encoding", "gb18030"],
    ),
    "japanese.csv": (
        lines(header=("顧客ID", "購入日時", "購入金額", "注文番号")).encode("cp932"),
        "--encoding cp932, with which a line reads '顧客ID,購入日時,購入金額,注文番号'",
        ["--encoding", "cp932"],
    ),
    "russian.csv": (
        lines(";", money=lambda money: grouped("\u00a0", ",")(money) + " руб.").encode("cp1251"),
        "--encoding cp1251, with which a line reads '0101;2023-11-14;1\\xa0250,00 руб.;A1'",
        ["--encoding", "cp1251"],
    ),
    "title.csv": (
        "Sales report\nof 2024\n\n" + lines(";"),
        "Line 4 looks like the header: pass --skip-rows 3.",
        ["--skip-rows", "3"],
    ),
    "two_headers.csv": (
        "Customer,,Order,\n" + lines(),
        "Line 2 looks like the header: pass --skip-rows 1.",
        ["--skip-rows", "1"],
    ),
    "title.xlsx": (
        lambda path: shops.workbook(path, [["Report"], [], shops.HEADER, *shops.cells()], merged=["A1:D1"]),
        "Line 3 looks like the header: pass --skip-rows 2.",
        ["--skip-rows", "2"],
    ),
    "cover.xlsx": (
        lambda path: shops.sheets(path, Cover=pd.DataFrame({"Report": ["2024"]}), Orders=typed()),
        "has the sheets ['Cover', 'Orders']; the first is read (--sheet names another)",
        ["--sheet", "Orders"],
    ),
    "year_by_year.xlsx": (lambda path: shops.sheets(path, **YEARS), "pass --sheet all", ["--sheet", "all"]),
    "one_column.txt": (
        lines(" " * 4),
        "pass what separates the columns as --separator",
        ["--separator", " "],
    ),
    "paypal.csv": (paypal(), DAYS.format("%m/%d/%Y"), ["--date-format", "%m/%d/%Y"]),
    "taobao.csv": (
        export(
            TAOBAO,
            '"=""{order}""",m{who},{money},{money},{money},交易成功,{day} 10:00:00,{day} 10:01:00,1,{back}',
            ['"=""X""",m0101,77,77,77,交易关闭,2024-05-03 10:00:00,,1,0.00'],
        ).encode("gb18030"),
        "try --encoding gb18030",
        ["--encoding", "gb18030"],
    ),
    "magento.csv": (
        export(MAGENTO, "{order},Main,{day}T10:00:00Z,{money},{money},Complete,{who}@x.com,{back}"),
        "for example --time-zone",
        ["--time-zone", "UTC"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
def test_read_with_what_the_refusal_says(name, tmp_path):
    content, says, options = MENDED[name]
    path = written(tmp_path / name, content)
    refused(says, path)
    assert audited(path, *options) == shops.FOUND


# Nothing but the file can be mended: the message says what.
TO_CORRECT = {
    "credit_and_debit.csv": (lines(money=lambda money: f"{money} CR"), "which is not the sign of a currency"),
    "ten_thousands.csv": (lines(money=lambda money: f"{money}万"), "Write the numbers in full"),
    "currencies.csv": (lines(money=lambda money: ("$" if money > "2" else "€") + money), "several currencies"),
    "years_of_another_calendar.csv": (
        lines(day=lambda day: f"25{day[2:]}".replace("252", "256")),
        "holds no dates that can be read",
    ),
    "months.csv": (lines(day=lambda day: day[:7]), "holds no dates that can be read"),
    "merged.xlsx": (
        lambda path: shops.workbook(path, [shops.HEADER, *sorted(shops.cells())], merged=["A2:A3", "A4:A5", "A6:A7"]),
        "cells that are merged over several rows in the columns ['customer_id']",
    ),
    "formulas.xlsx": (
        lambda path: shops.workbook(
            path,
            [shops.HEADER, *[(*row[:2], f"=1*{row[2]}", row[3]) for row in shops.cells()]],
        ),
        "holds nothing in the columns ['amount']",
    ),
    "old.xls": (b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
    "bare_decimal_commas.csv": (
        lines(money=lambda money: money.replace(".", ",")),
        "if its amounts have decimal commas, its columns need another separator",
    ),
    "kinds.csv": (
        export("customer_id,date,amount,type", "{who},{day},{money},Sale", ["0103,2024-02-05,90.00,Refund"]),
        "The column type says ['Refund'] on 1 row whose money is not below 0: it would count as a purchase",
    ),
    "flags.csv": (
        export("customer_id,date,amount,is_return", "{who},{day},{money},False", ["0103,2024-02-05,90.00,True"]),
        "leave them out with --status is_return --status-counts 'False'",
    ),
    "cancelled.csv": (
        export("customer_id,date,amount,Status", "{who},{day},{money},Paid", ["0103,2024-02-05,90.00,Cancelled"]),
        "The column Status looks like the status of orders, and ['Cancelled'] on 1 row would not count",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TO_CORRECT)
def test_refused_with_what_to_correct(name, tmp_path):
    content, says = TO_CORRECT[name]
    refused(says, written(tmp_path / name, content))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("kinds.csv", ["--status", "type", "--status-counts", "Sale"]),
        ("flags.csv", ["--status", "is_return", "--status-counts", "False"]),
        ("cancelled.csv", ["--status", "Status"]),
    ],
)
def test_rows_that_do_not_count_are_left_out(name, options, tmp_path):
    assert audited(written(tmp_path / name, TO_CORRECT[name][0]), *options)[:2] == shops.FOUND[:2]


@pytest.mark.parametrize(("name", "option"), [("kinds.csv", "--refund"), ("cancelled.csv", "--status")])
def test_rows_that_are_purchases_are_kept(name, option, tmp_path):
    found = audited(written(tmp_path / name, TO_CORRECT[name][0]), option, "")
    assert found == (8, pytest.approx(shops.FOUND[1] + 90), 0, 0)


def test_in_chinese(tmp_path):
    path = written(tmp_path / "kinds.csv", TO_CORRECT["kinds.csv"][0])
    assert "会被当作购买。请将退款写成负数" in run("audit", path, "--language", "zh")[2]


def test_sheets_that_differ_are_not_read_together(tmp_path):
    path = tmp_path / "cover.xlsx"
    shops.sheets(path, Cover=pd.DataFrame({"Report": ["2024"]}), Orders=typed())
    refused("no two sheets with the same columns. Name one of ['Cover', 'Orders']", path, "--sheet", "all")


def written(path, content):
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def audited(*arguments):
    code, stdout, stderr = run("audit", *arguments, "--json")
    assert code == 0, stderr
    found = {line["reason"]: (line["n_rows"], line["amount"]) for line in json.loads(stdout)["audit"]}
    return (*found["kept"], *found["refund"])


def refused(says, *arguments):
    code, stdout, stderr = run("audit", *arguments)
    assert (code in (2, 3), stdout) == (True, ""), stderr
    assert says in stderr
