"""The tables for business intelligence: every key points somewhere, and the money is that of the log."""

import json

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal
from tests.commands import run, text
from tests.logs import log, order_logs, typed

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, TierSegmenter
from crmkit.views import star_tables, write_star_tables

ROWS = [("b", "2024-02-28", 5), ("a", "2023-12-31", 10), ("a", "2024-03-01", 20), ("a", "2024-03-02", -4)]
AS_OF = "2024-03-05"


def star_of(rows, **options):
    return star_tables(as_transactions(log(rows)), **{"as_of": AS_OF, **options})


# By hand.


def test_the_orders_by_hand():
    orders = star_of(ROWS)["orders"]
    assert orders["customer_key"].tolist() == [1, 1, 1, 2]
    assert orders["date_key"].tolist() == [20231231, 20240301, 20240302, 20240228]
    assert orders["n_orders"].tolist() == [1, 1, 0, 1]
    assert orders["amount"].tolist() == [10, 20, -4, 5]
    assert orders["is_first_day"].tolist() == [True, False, False, True]


def test_the_dates_are_whole_years():
    dates = star_of(ROWS)["dates"]
    assert len(dates) == 365 + 366
    day = dates.set_index("date_key").loc[20240302]
    assert (day["year"], day["quarter"], day["month"], day["weekday"], day["is_weekend"]) == (2024, 1, 3, 6, True)
    assert (day["month_start"], day["week_start"]) == (pd.Timestamp("2024-03-01"), pd.Timestamp("2024-02-26"))
    assert dates.loc[dates["is_after_last_day"], "date"].min() == pd.Timestamp("2024-03-06")


def test_customers_have_the_segments_and_tiers_of_the_library():
    transactions = as_transactions(load_cdnow())
    star = star_tables(transactions, as_of="1998-06-30")
    customers = customer_summary(transactions, as_of="1998-06-30")
    joined = star["customers"].merge(star["segments"], on="segment_key").merge(star["tiers"], on="tier_key")
    joined = joined.sort_values("customer_id")
    assert joined["code_x"].tolist() == RFMSegmenter().fit(customers).predict(customers).tolist()
    assert joined["code_y"].tolist() == TierSegmenter().fit(customers).predict(customers).tolist()
    assert_frame_equal(star["customers"][customers.columns], customers)


def test_what_comes_after_the_last_day_is_left_out():
    star = star_of(ROWS, as_of="2024-02-29")
    assert star["orders"]["amount"].sum() == 15
    assert len(star["dates"]) == 365 + 366


def test_without_revenue_nobody_has_a_tier():
    star = star_of([("a", "2024-03-01", 0), ("b", "2024-03-02", 0)])
    assert star["customers"]["tier_key"].isna().all()
    assert star["customers"]["segment_key"].notna().all()
    assert star["tiers"]["code"].tolist() == ["core", "important", "ordinary", "potential"]


# Law.


@given(orders=order_logs())
def test_every_key_points_somewhere_and_the_money_adds_up(orders):
    transactions = as_transactions(orders)
    if not (transactions["n_orders"] > 0).any():
        return
    star = star_tables(transactions, as_of="2024-12-31")
    orders, customers = star["orders"], star["customers"]
    for table, name, key in (
        (orders, "customers", "customer_key"),
        (orders, "dates", "date_key"),
        (customers, "segments", "segment_key"),
        (customers, "tiers", "tier_key"),
    ):
        assert star[name][key].is_unique
        assert set(table[key].dropna()) <= set(star[name][key])
    assert orders["order_key"].is_unique
    assert orders["amount"].sum() == pytest.approx(transactions["amount"].sum())
    assert orders.groupby("customer_key")["amount"].sum().tolist() == pytest.approx(customers["spend"].tolist())
    assert orders["n_orders"].sum() == transactions["n_orders"].sum()
    assert orders["is_first_day"].sum() == (customers["n_orders"] > 0).sum()


@pytest.mark.parametrize("kind", ["polars", "duckdb"])
def test_other_frames_give_the_same(kind):
    orders = typed(log(ROWS))
    given_ = pl.from_pandas(orders) if kind == "polars" else duckdb.from_df(orders)
    found, expected = star_tables(as_transactions(given_), as_of=AS_OF), star_of(ROWS)
    for name, table in expected.items():
        assert_frame_equal(found[name], table, check_dtype=False)


# Files and the command.


def test_the_files_hold_the_tables_and_replace_older_ones(tmp_path):
    star = star_of(ROWS)
    (tmp_path / "other").write_text("mine")
    (tmp_path / "orders.parquet").write_text("old")
    paths = write_star_tables(star, tmp_path)
    assert [path.stem for path in paths] == list(star)
    for path in paths:
        assert_frame_equal(pd.read_parquet(path), star[path.stem])
    assert (tmp_path / "other").read_text() == "mine"


def test_the_command_writes_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text())
    code, stdout, stderr = run("export", "orders.csv", "--as-of", "2024-03-31")
    assert code == 0, stderr
    names = ["orders", "customers", "dates", "segments", "tiers"]
    assert stdout.splitlines() == [str((tmp_path / "star" / f"{name}.parquet").resolve()) for name in names]
    assert pd.read_parquet("star/customers.parquet")["customer_id"].tolist() == ["007", "07", "7"]
    document = json.loads(run("export", "orders.csv", "--as-of", "2024-03-31", "--json")[1])
    assert document["tables"]["orders"]["n_rows"] == 4


def test_a_place_that_is_no_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text())
    code, _, stderr = run("export", "orders.csv", "--as-of", "2024-03-31", "--output", "orders.csv")
    assert code == 3
    assert "--output orders.csv cannot be written" in stderr


# Refusals.


def test_a_log_without_an_order_is_refused():
    with pytest.raises(SchemaError):
        star_of([("a", "2024-03-01", -5)])
    with pytest.raises(ValueError, match="before the first transaction"):
        star_of(ROWS, as_of="2020-01-01")
