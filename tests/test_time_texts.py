"""Dates as other programs write them: ISO in its many forms, and the formats named that fit what is not ISO."""

import numpy as np
import pandas as pd
import pytest

from crmkit import SchemaError, as_order_lines, as_transactions


def read(*texts, **options):
    """The local times of a column."""
    orders = pd.DataFrame(
        {"customer_id": "a", "order_id": 1, "date": pd.Series(list(texts), dtype=object), "amount": 1.0}
    )
    return as_order_lines(orders, order_id="order_id", invalid="drop", **options)["time"].astype(str).tolist()


# By hand


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2015年01月14日", "2015-01-14"),
        ("2015年1月4日 8时05分", "2015-01-04 08:05:00"),
        ("2015年1月4日 8点5分9秒", "2015-01-04 08:05:09"),
        ("2015/1/14", "2015-01-14"),
        ("20150114", "2015-01-14"),
        ("２０１５－０１－１４", "2015-01-14"),
        ("٢٠١٥-٠١-١٤", "2015-01-14"),
    ],
)
def test_forms_of_iso_are_read(text, time):
    assert read(text) == [time]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2015-01-14 22:00:00 UTC", "2015-01-15 06:00:00"),
        ("2015-01-14 22:00:00 GMT", "2015-01-15 06:00:00"),
        ("2015-01-14T22:00:00Z[UTC]", "2015-01-15 06:00:00"),
        ("2015-01-14T22:00:00+01:00[Europe/Paris]", "2015-01-15 05:00:00"),
    ],
)
def test_zones_as_other_programs_write_them(text, time):
    assert read(text, time_zone="Asia/Shanghai") == [time]


def test_a_fraction_on_some_rows_is_read():
    form = "%d/%m/%Y %H:%M:%S"
    found = pd.to_datetime(read("14/01/2015 10:05:01", "14/01/2015 10:05:01.25", date_format=form))
    assert found.tolist() == [pd.Timestamp("2015-01-14 10:05:01"), pd.Timestamp("2015-01-14 10:05:01.25")]


@pytest.mark.parametrize("kind", [lambda days: days, lambda days: list(map(str, days))], ids=["numbers", "text"])
def test_day_numbers_of_a_spreadsheet(kind):
    # day 1 is 1900-01-01, and the 29 February 1900 that spreadsheets know makes 42018 the 14 January 2015
    orders = pd.DataFrame({"customer_id": ["a", "b"], "date": kind([42018, 42019.5]), "amount": [1.0, 1.0]})
    made = as_transactions(orders, date_format="excel")
    assert made["date"].dt.strftime("%Y-%m-%d").tolist() == ["2015-01-14", "2015-01-15"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("14. März 2015", "%d %b %Y"),
        ("14. März 2015", "%d. %B %Y"),
        ("14 mrt 2015", "%d %b %Y"),
        ("mar. 14 mars 2015", "%d %b %Y"),
        ("Samstag, 14. März 2015", "%A, %d. %B %Y"),
        ("sábado, 14 de marzo de 2015", "%d %b %Y"),
        ("14 marca 2015", "%d %B %Y"),
        ("Saturday, March 14th, 2015", "%B %d, %Y"),
        ("2015-W11-6", "%G-W%V-%u"),
    ],
)
def test_months_have_names_in_other_languages(text, form):
    assert read(text, date_format=form) == ["2015-03-14"]


@pytest.mark.parametrize("count", ["1420063200", "1420063200.5", "1420063200000", "1420063200000000000"])
def test_times_since_1970(count):
    # 22:00 in London on the last day of 2014
    (time,) = read(count, date_format="unix", time_zone="Asia/Shanghai")
    assert time[:19] == "2015-01-01 06:00:00"


@pytest.mark.parametrize("missing", [[], [None]], ids=["whole", "as floats"])
def test_whole_numbers_that_are_days(missing):
    days = pd.Series([20150114, 20150115, *missing])
    orders = pd.DataFrame({"customer_id": range(len(days)), "date": days, "amount": 1.0})
    made = as_transactions(orders, invalid="drop")
    assert made["date"].dt.strftime("%Y-%m-%d").tolist() == ["2015-01-14", "2015-01-15"]


def test_texts_that_no_format_fits_are_unusable():
    assert read("2015-01-14", "n/a", "0000-00-00", "2015-13-45", "12/31/9999") == ["2015-01-14"]


# Refusal


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["14/01/2015", "02/03/2015"], r"They fit date_format='%d/%m/%Y': pass it\."),
        (["01/14/2015", "02/03/2015"], r"They fit date_format='%m/%d/%Y': pass it\."),
        (
            ["01/02/2015", "03/04/2015"],
            r"They fit date_format='%d/%m/%Y' or date_format='%m/%d/%Y': pass the one that is meant\.",
        ),
        (["1/2/2015 9:05 AM", "1/13/2015 12:00 PM"], r"date_format='%m/%d/%Y %I:%M %p': pass it"),
        (["Jan 5, 2015", "Feb 16, 2015"], r"date_format='%b %d, %Y': pass it"),
        (["May 5, 2015"], r"date_format='%b %d, %Y': pass it"),
        (["14.01.2015 10:05"], r"date_format='%d\.%m\.%Y %H:%M': pass it"),
        (["5-Jan-15"], r"date_format='%d-%b-%y': pass it"),
        ([*["14/01/2015"] * 1, *[f"{day}/02/2015" for day in range(13, 29)], "x1"], r"date_format='%d/%m/%Y': pass it"),
        (
            ["42018", "42019.5"],
            r"day numbers of a spreadsheet, such as \['42018', '42019.5'\]\. Pass date_format='excel'",
        ),
        (["1420063200"], r"counted since 1970, such as \['1420063200'\]\. Pass date_format='unix', and time_zone="),
        (["14. Januar 2015", "2. März 2015"], r"date_format='%d %b %Y': pass it"),
        (["2015-W11-6"], r"date_format='%G-W%V-%u': pass it"),
        (["2558-01-14", "2558-03-02"], r"holds no dates that can be read, such as \['2558-01-14', '2558-03-02'\]"),
        (["2015-01", "2015-03"], "holds no dates that can be read"),
        (
            ["2015-01-14", "14/01/2015", "15/01/2015"],
            r"holds 1 different dates in ISO and 2 in another format, such as \['14/01/2015', '15/01/2015'\]",
        ),
    ],
)
def test_the_formats_that_fit_are_named(texts, message):
    with pytest.raises(SchemaError, match=message):
        read(*texts)


def test_the_format_named_reads_all():
    texts = ["14/01/2015", "02/03/2015"]
    assert read(*texts, date_format="%d/%m/%Y") == ["2015-01-14", "2015-03-02"]


def test_the_texts_given_stay_as_they_are():
    orders = pd.DataFrame({"customer_id": ["a"], "date": ["2015年01月14日"], "amount": [1.0]})
    before = orders.copy()
    assert np.asarray(as_transactions(orders)["n_orders"]).tolist() == [1]
    pd.testing.assert_frame_equal(orders, before)
