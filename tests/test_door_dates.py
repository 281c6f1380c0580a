"""Dates at the door: text, types, time zones, and what is no date."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.frames import Builder, rows

from crmkit import SchemaError, as_order_lines, as_transactions, rejected_orders

DAY = "2024-03-01"
SHANGHAI = "Asia/Shanghai"


def dated(dates):
    """One order per date, of one customer."""
    return pd.DataFrame({"customer_id": ["ann"] * len(dates), "date": dates, "amount": [1.0] * len(dates)})


def days(dates, **options):
    return [row[1] for row in rows(as_transactions(dated(dates), **options))]


# By hand: text.


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01",
        "20240301",
        "2024/03/01",
        " 2024-03-01 ",
        "2024-03-01T23:59:59.999999",
        "2024-03-01 23:59",
        "2024-03-01T00",
        "20240301T235959",
        "2024-03-01 23:59:59.123456789",
    ],
)
def test_iso_text_is_read(text):
    assert days([text]) == [DAY]


@pytest.mark.parametrize("dtype", [object, "str", "string", "category", pd.ArrowDtype(pa.string())], ids=str)
def test_text_is_read_however_pandas_holds_it(dtype):
    assert days(pd.Series([DAY, "2024-03-02 10:00"]).astype(dtype)) == [DAY, "2024-03-02"]


def test_text_of_polars_and_arrow_is_read():
    columns = {"customer_id": ["ann", "ann"], "date": [DAY, None], "amount": [1.0, 1.0]}
    for orders in (pl.DataFrame(columns), pl.LazyFrame(columns), pa.table(columns)):
        assert rows(as_transactions(orders, invalid="drop")) == [("ann", DAY, 1, 1.0)]


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("01/03/2024", "%d/%m/%Y"),
        ("03/01/2024", "%m/%d/%Y"),
        ("1.3.2024 17:05", "%d.%m.%Y %H:%M"),
        ("2024年03月01日", "%Y年%m月%d日"),
        ("24-03", "%y-%m"),
    ],
)
def test_text_is_read_as_the_format_says(text, date_format):
    assert days([text], date_format=date_format) == [DAY]


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "now", "2024", "2024-03", "24-03-01", "01/03/2024", "2024-02-30", "1709251200", "NaT"]
)
def test_text_that_is_no_iso_day_is_an_unusable_date(text):
    assert days([text, DAY], invalid="drop") == [DAY]


def test_dates_and_text_and_time_stamps_may_share_a_column_of_objects():
    dates = [DAY, date(2024, 3, 2), datetime(2024, 3, 3, 10), pd.Timestamp("2024-03-04"), pd.NaT, None, 20240305, 5.5]
    assert days(pd.Series(dates, dtype=object), invalid="drop") == [DAY, "2024-03-02", "2024-03-03", "2024-03-04"]


# By hand: types and years.


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_time_stamps_of_every_unit_give_their_day(unit):
    stamps = pd.Series(pd.to_datetime([f"{DAY} 00:00:00", f"{DAY} 23:59:59"])).astype(f"datetime64[{unit}]")
    transactions = as_transactions(dated(stamps))
    assert rows(transactions) == [("ann", DAY, 2, 2.0)]
    assert transactions["date"].dtype == "datetime64[us]"


def test_dates_without_a_time_are_read():
    columns = {"customer_id": ["ann"], "date": [date(2024, 3, 1)], "amount": [1.0]}
    engine = Builder("duckdb")(pa.table(columns))
    for orders in (pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns), engine):
        assert rows(as_transactions(orders)) == [("ann", DAY, 1, 1.0)]


@pytest.mark.parametrize("placeholder", ["0001-01-01", "1900-01-01", "1900-12-31", "2100-01-01", "9999-12-31"])
def test_years_outside_1901_to_2099_are_placeholders(placeholder):
    assert days([placeholder, "1901-01-01", "2099-12-31 23:59"], invalid="drop") == ["1901-01-01", "2099-12-31"]
    typed = pa.table(dated([datetime.fromisoformat(placeholder), datetime(2099, 12, 31, 23, 59)]).to_dict("list"))
    for kind in ("polars", "pyarrow", "duckdb"):
        assert rows(as_transactions(Builder(kind)(typed), invalid="drop")) == [("ann", "2099-12-31", 1, 1.0)]


# By hand: time zones.


@pytest.mark.parametrize(
    ("utc", "zone", "local"),
    [
        # Shanghai is 8 hours ahead all year
        ("2024-03-01T15:59:59Z", SHANGHAI, "2024-03-01"),
        ("2024-03-01T16:00:00Z", SHANGHAI, "2024-03-02"),
        # London is an hour ahead from 2024-03-31 01:00 UTC to 2024-10-27 01:00 UTC
        ("2024-03-30T23:30:00Z", "Europe/London", "2024-03-30"),
        ("2024-03-31T23:30:00Z", "Europe/London", "2024-04-01"),
        ("2024-10-26T23:30:00Z", "Europe/London", "2024-10-27"),
        ("2024-10-27T23:30:00Z", "Europe/London", "2024-10-27"),
        # New York is five hours behind in winter
        ("2024-01-01T04:59:00Z", "America/New_York", "2023-12-31"),
        # offsets of any kind count, to the minute and in the short forms of ISO 8601
        ("2024-03-01T23:30:00-02:00", SHANGHAI, "2024-03-02"),
        ("2024-03-02 00:30:00+0530", "UTC", "2024-03-01"),
        ("2024-03-01 23:30+08", SHANGHAI, "2024-03-01"),
        ("2024-03-01T23:30:00.250Z", SHANGHAI, "2024-03-02"),
        ("2024-03-01T23Z", SHANGHAI, "2024-03-02"),
        ("2024-03-01T02+08:00", SHANGHAI, "2024-03-01"),
        ("20240301T020000+0800", SHANGHAI, "2024-03-01"),
    ],
)
def test_the_day_is_that_of_the_zone_named(utc, zone, local):
    assert days([utc], time_zone=zone) == [local]


@pytest.mark.parametrize("text", ["2024-03-01T02+08:00", "20240301T020000+0800", "2024-03-01T02:00+08:00"])
def test_text_with_an_offset_is_never_taken_for_local(text):
    with pytest.raises(SchemaError, match="holds times with a zone"):
        days([text])


def test_mixed_offsets_in_text_meet_in_the_zone_named():
    texts = ["2024-03-01T23:00:00+08:00", "2024-03-01T23:00:00-05:00", "2024-03-01T23:00:00Z"]
    # in Shanghai: 23:00 on the 1st, noon on the 2nd, 7:00 on the 2nd
    assert rows(as_transactions(dated(texts), time_zone=SHANGHAI)) == [
        ("ann", "2024-03-01", 1, 1.0),
        ("ann", "2024-03-02", 2, 2.0),
    ]


def test_a_format_may_name_the_offset():
    assert days(["01/03/2024 23:00 +0000"], date_format="%d/%m/%Y %H:%M %z", time_zone=SHANGHAI) == ["2024-03-02"]


def test_a_format_may_name_the_zone():
    assert days(["01/03/2024 23:00 UTC"], date_format="%d/%m/%Y %H:%M %Z", time_zone=SHANGHAI) == ["2024-03-02"]


def test_a_zone_in_the_format_is_never_taken_for_local():
    with pytest.raises(SchemaError, match="holds times with a zone"):
        days(["2024-03-01 02:00 Asia/Shanghai"], date_format="%Y-%m-%d %H:%M %Z")


def test_typed_times_with_a_zone_are_converted(build_in_memory):
    utc = datetime(2024, 3, 1, 16, tzinfo=UTC)
    orders = pa.table(
        {
            "customer_id": ["ann", "ann"],
            "date": pa.array([utc, utc - timedelta(seconds=1)], pa.timestamp("us", tz="UTC")),
            "amount": [1.0, 1.0],
        }
    )
    transactions = as_transactions(build_in_memory(orders), time_zone=SHANGHAI)
    assert rows(transactions) == [("ann", "2024-03-01", 1, 1.0), ("ann", "2024-03-02", 1, 1.0)]


def test_objects_with_zones_of_several_kinds_meet_in_the_zone_named():
    stamps = [pd.Timestamp("2024-03-01 23:00", tz="Europe/London"), datetime(2024, 3, 1, 23, tzinfo=UTC)]
    assert days(pd.Series([*stamps, "2024-03-01T23:00Z"], dtype=object), time_zone=SHANGHAI) == ["2024-03-02"]


def test_the_time_of_an_order_line_is_local():
    orders = dated(["2024-03-01T16:30:00Z"]).assign(order_id=1)
    lines = as_order_lines(orders, order_id="order_id", time_zone=SHANGHAI)
    assert rows(lines, columns=["date", "time"]) == [("2024-03-02", "2024-03-02 00:30:00")]


def test_unreadable_text_does_not_decide_whether_a_column_has_zones():
    assert days(["2024-03-01T23:00Z", "not a time+08:00", "2024-03-01"[:4]], time_zone=SHANGHAI, invalid="drop") == [
        "2024-03-02"
    ]


# Refusal.


def test_unreadable_dates_are_refused_with_their_rows_and_values():
    expected = (
        r"`orders` has rows that cannot be used: 2 with an unusable date \(first at rows \[1, 2\], "
        r"`orders\['date'\]` is \['31/12/2024', None\]\)\. Text dates other than ISO need date_format=\. "
        r"Correct them, or pass invalid='drop'; rejected_orders returns them\."
    )
    with pytest.raises(SchemaError, match=expected):
        days(pd.Series([DAY, "31/12/2024", None], dtype=object))


def test_at_most_five_unreadable_dates_are_shown():
    with pytest.raises(SchemaError, match=r"7 with an unusable date \(first at rows \[0, 1, 2, 3, 4, …\]"):
        days(["x"] * 7)


def test_missing_typed_dates_are_refused_without_talk_of_formats():
    with pytest.raises(SchemaError, match=r"1 with an unusable date \(first at rows \[1\]") as caught:
        days(pd.to_datetime(pd.Series([DAY, None])))
    assert "date_format" not in str(caught.value)


def test_times_with_and_without_zone_in_one_column_are_refused():
    with pytest.raises(SchemaError, match=r"`orders\['date'\]` mixes 1 time that names its zone with 2 without one"):
        days([f"{DAY}T10:00Z", DAY, f"{DAY}T10:00"], time_zone=SHANGHAI)


def test_times_with_a_zone_need_to_know_whose_days_count():
    expected = r"`orders\['date'\]` holds times with a zone \(in the text\).*time_zone='Asia/Shanghai'"
    with pytest.raises(SchemaError, match=expected):
        days([f"{DAY}T10:00Z"])


def test_typed_times_with_a_zone_need_to_know_whose_days_count(build_in_memory):
    stamps = pa.array([datetime(2024, 3, 1)], pa.timestamp("us", tz="Europe/London"))
    orders = build_in_memory(pa.table({"customer_id": ["ann"], "date": stamps, "amount": [1.0]}))
    with pytest.raises(SchemaError, match=r"holds times with a zone \(Europe/London\)"):
        as_transactions(orders)


@pytest.mark.parametrize("dates", [[DAY], pd.to_datetime([DAY])], ids=["text", "typed"])
def test_local_times_are_not_converted(dates):
    with pytest.raises(
        SchemaError, match=r"`time_zone` is 'Asia/Shanghai', but `orders\['date'\]` holds times without"
    ):
        days(dates, time_zone=SHANGHAI)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../etc/passwd", 8])
def test_unknown_zones_are_refused(zone):
    with pytest.raises(ValueError, match="`time_zone` must be an IANA name such as 'Europe/London', got "):
        days([f"{DAY}T10:00Z"], time_zone=zone)


@pytest.mark.parametrize("dates", [[5, 20240301], [1.5], [True]], ids=["whole numbers", "float", "boolean"])
def test_numbers_are_no_dates(dates):
    with pytest.raises(SchemaError, match=r"`orders\['date'\]` holds \w+, not dates. Convert it to dates first"):
        days(dates)


def test_a_format_for_typed_dates_is_refused():
    with pytest.raises(ValueError, match=r"`date_format` is for text; `orders\['date'\]` holds Datetime"):
        days(pd.to_datetime([DAY]), date_format="%Y-%m-%d")


@pytest.mark.parametrize(
    ("date_format", "message"),
    [
        ("ISO", "`date_format` must be a format such as '%d/%m/%Y', got 'ISO'"),
        (5, r"`date_format` must be a format such as '%d/%m/%Y', got 5\."),
        ("%Y-%Q", r"`date_format` '%Y-%Q' has the unknown directive 'Q'\."),
        ("%Y-%m-%", r"`date_format` '%Y-%m-%' has the unknown directive ''\."),
        ("%W", "`date_format` '%W' cannot be used: "),
    ],
)
def test_what_is_not_a_format_is_refused(date_format, message):
    with pytest.raises(ValueError, match=message):
        days(pd.Series([DAY]), date_format=date_format)


# Input untouched.


def test_rejected_dates_come_back_as_they_were():
    orders = dated(pd.Series(["x", DAY, None, 5], dtype=object))
    assert rejected_orders(orders)["date"].tolist() == ["x", None, 5]
