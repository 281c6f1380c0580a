"""Amounts as businesses write them: what is read, and what is refused because it can be read in two ways."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import SchemaError, as_transactions, audit_orders
from crmkit._reading import NumberTexts


def read(*values, **options):
    """The numbers of one column."""
    texts = NumberTexts(**options)
    texts.look_at(pd.Series(list(values), dtype=object), name="amount", where="amount")
    return texts.numbers("amount").tolist()


def log(*amounts):
    return pd.DataFrame(
        {"customer_id": range(len(amounts)), "date": ["2024-03-01"] * len(amounts), "amount": list(amounts)}
    )


# By hand


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$5", 5),
        ("€5", 5),
        ("¥39.00", 39),
        ("￥３９．５０", 39.5),
        ("١٬٢٥٠٫٥٠", 1250.5),
        ("१,२३,४५६.५०", 123_456.5),
        ("39.50元", 39.5),
        ("5 USD", 5),
        ("usd 5", 5),
        ("US$5", 5),
        ("CHF 39.-", 39),
        ("39,--", 39),
        ("R$ 1.234,56", 1234.56),
        ("(90.00)", -90),
        ("($3.50)", -3.5),
        ("80.00-", -80),
        ("-$4", -4),
        ("$-4", -4),
        ("4-€", -4),
        ("−5", -5),
        ("+5", 5),
        ("1 250.00", 1250),
        ("1\u00a0250,00", 1250),
        ("1\u202f250", 1250),
        ("1'220.50", 1220.5),
        ("1’220’000", 1_220_000),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234,567", 1_234_567),
        ("12,34,567.00", 1_234_567),
        ("12,5", 12.5),
        ("1e3", 1000),
        ("1,5e2", 150),
        (".5", 0.5),
        (",5", 0.5),
        ("  7.25 ", 7.25),
    ],
)
def test_a_number_is_read_as_it_is_written(text, number):
    assert read(text) == [number]


@pytest.mark.parametrize(
    "value", ["", "n/a", "-", "12.5.6", "1,23.4", "--5", "-(5)", "(5", "5 to 9", "TRUE", True, None, "inf", "1_000"]
)
def test_what_is_not_a_number_is_missing(value):
    assert np.isnan(read(value, "5")).tolist() == [True, False]


def test_numbers_among_text_stay_what_they_are():
    assert read(1234.567, 5, Decimal("2.5"), "1.234,50") == [1234.567, 5, 2.5, 1234.5]


def test_other_columns_tell_how_a_column_is_written():
    # 1,000 is a thousand where prices have a decimal point
    orders = pd.DataFrame({"customer_id": ["a"], "date": ["2024-03-01"], "units": ["1,000"], "price": ["2.50"]})
    made = as_transactions(orders, quantity="units", unit_price="price")
    assert made["amount"].tolist() == [2500]


def test_the_chunks_of_a_file_are_written_alike():
    texts = NumberTexts()
    for chunk, numbers in ((["5", "7"], [5, 7]), (["1.234,5"], [1234.5]), (["1.234"], [1234])):
        texts.look_at(pd.Series(chunk), name="amount", where="amount")
        assert texts.numbers("amount").tolist() == numbers
    texts.look_at(pd.Series(["1,234.5"]), name="amount", where="amount")
    with pytest.raises(SchemaError, match="Write them all in one way"):
        texts.numbers("amount")


def test_what_was_read_is_counted():
    texts = NumberTexts()
    column = ["(1.00)", "(1.00)", "2.00-", "$3", "1,000.00", "4"]
    texts.look_at(pd.Series(column), name="amount", where="amount")
    assert texts.numbers("amount").tolist() == [-1, -1, -2, 3, 1000, 4]
    assert texts.refunds == {"parentheses": 2, "minus_after": 1}
    assert texts.currencies == {"$": 1}
    assert texts.n_grouped == 1
    for column, n_grouped in ((["1,234", "2,5"], 0), (["1,234", "2.345,5", "1.000"], 2), (["1 000", "2 000"], 2)):
        texts = NumberTexts()
        texts.look_at(pd.Series(column), name="amount", where="amount")
        assert texts.n_grouped == n_grouped


def test_the_door_reads_text_in_every_kind_of_frame():
    orders = log("100.00", "(90.00)", "80.00-", "1 250.00", "$60.00")
    for frame in (orders, pl.from_pandas(orders)):
        audit = audit_orders(frame)
        lines = audit if isinstance(audit, pd.DataFrame) else audit.to_pandas()
        assert lines.set_index("reason").loc["given", "amount"] == 100 - 90 - 80 + 1250 + 60


# Law


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from([",", " ", "'", "\u00a0", "\u202f", ""]),
    st.sampled_from(["{}", "${}", "{} EUR", "CHF {}", "{}kr"]),
    st.sampled_from(["-{}", "({})", "{}-"]),
)
def test_what_is_written_is_read(cents, grouping, sign, negative):
    whole, part = divmod(abs(cents), 100)
    text = sign.format(f"{whole:,}".replace(",", grouping) + f".{part:02}")
    assert read(negative.format(text) if cents < 0 else text) == [cents / 100]
    if grouping == ",":
        swapped = text.translate(str.maketrans(",.", ".,"))
        assert read(negative.format(swapped) if cents < 0 else swapped) == [cents / 100]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_plain_numbers_are_read_as_python_writes_them(numbers):
    # Older pandas may miss the last bit.
    assert read(*map(repr, numbers), decimal=".") == pytest.approx(numbers, rel=1e-15, abs=0)


# Refusal


@pytest.mark.parametrize("values", [("1.234", "2.500"), ("1,234", "20,500"), ("-1.234",)])
def test_numbers_that_can_be_read_in_two_ways_are_refused(values):
    with pytest.raises(SchemaError, match=r"can be read in two ways.*decimal='\.' for the first, decimal=','"):
        read(*values)
    by_point, by_comma = read(*values, decimal="."), read(*values, decimal=",")
    assert all(max(abs(a), abs(b)) == 1000 * min(abs(a), abs(b)) for a, b in zip(by_point, by_comma, strict=True))


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (("1,234.50", "1.234,50"), {}, r"with a decimal point, such as \['1,234.50'\], and with a decimal comma"),
        (("1,234.5",), {"decimal": ","}, r"do not fit the decimal mark ',', such as \['1,234.5'\]"),
        (("€5", "$5"), {}, r"in several currencies, \['EUR', '\$'\]"),
        (("5 USD", "5 EUR"), {}, r"in several currencies, \['EUR', 'USD'\]"),
        (("80.00 CR", "90.00"), {}, r"holds numbers with \['CR'\], such as \['80.00 CR'\]"),
        (("5%",), {}, r"holds numbers with \['%'\], such as \['5%'\], which is not the sign of a currency"),
        (("0.5万",), {}, r"holds numbers with \['万'\], such as \['0.5万'\], which is not the sign of a currency"),
        (("A 1 x", "B 2 y"), {}, r"holds no numbers that can be read, but texts such as \['A 1 x', 'B 2 y'\]"),
    ],
)
def test_no_kind_of_amount_is_left_out(values, options, message):
    with pytest.raises(SchemaError, match=message):
        read(*values, **options)


def test_a_sign_can_be_named():
    assert read("5 Kcs", "-7 Kcs", currency_sign="Kcs") == [5, -7]
    with pytest.raises(ValueError, match=r"`currency_sign` must be the text .* got ' '"):
        NumberTexts(currency_sign=" ")
    with pytest.raises(ValueError, match=r"`decimal` must be one of"):
        as_transactions(log("5"), decimal=";")


def test_a_shared_sign_is_that_of_the_code_beside_it():
    assert read("¥5", "5元", "CNY 5") == [5, 5, 5]
    with pytest.raises(SchemaError, match="several currencies"):
        read("¥5", "5元", "JPY 5")


def test_the_texts_given_stay_as_they_are():
    orders = log("$5", "(3.00)")
    before = orders.copy()
    as_transactions(orders)
    pd.testing.assert_frame_equal(orders, before)
    assert not math.isnan(as_transactions(orders)["amount"].sum())
