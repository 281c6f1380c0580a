"""The bundled data sets: counts that the literature prints, and refusals."""

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crmkit.datasets import _bundled, load_cdnow, load_donations

CALIBRATION_END = pd.Timestamp("1997-09-30")


# By hand: the first lines of the text files.


def test_cdnow_sample_starts_with_the_first_customer_of_the_file() -> None:
    # 00004 0001 19970101 2 29.33 and 00004 0001 19970118 2 29.73
    first = load_cdnow().iloc[:2]
    assert first["customer_id"].tolist() == [1, 1]
    assert first["date"].tolist() == [pd.Timestamp("1997-01-01"), pd.Timestamp("1997-01-18")]
    assert first["quantity"].tolist() == [2, 2]
    assert first["amount"].tolist() == [29.33, 29.73]


def test_cdnow_master_starts_with_the_first_customer_of_the_file() -> None:
    # 00001 19970101 1 11.77, below a line of column names
    first = load_cdnow(full=True).iloc[0]
    assert first.tolist() == [1, pd.Timestamp("1997-01-01"), 1, 11.77]


# Reference.


def test_cdnow_sample_counts() -> None:
    # Fader and Hardie (2001), "Forecasting repeat sales at CDNOW"; the total is the file's own.
    orders = load_cdnow()
    assert len(orders) == 6919
    assert orders["customer_id"].drop_duplicates().tolist() == list(range(1, 2358))
    assert orders["amount"].sum() == pytest.approx(244_091.94, abs=0.005)


def test_cdnow_sample_periods() -> None:
    # Split of Fader, Hardie and Lee (2005), "Counting your customers the easy way": first purchases in
    # 1997 Q1, 39 weeks of calibration, 39 of holdout; repeat purchase days 2,457 and 1,882.
    days = load_cdnow().drop_duplicates(["customer_id", "date"])
    first = days.groupby("customer_id")["date"].transform("min")
    assert first.min() == pd.Timestamp("1997-01-01")
    assert first.max() <= pd.Timestamp("1997-03-31")
    assert days["date"].max() == pd.Timestamp("1998-06-30")
    in_calibration = days["date"] <= CALIBRATION_END
    assert (in_calibration & (days["date"] > first)).sum() == 2457
    assert (~in_calibration).sum() == 1882


def test_cdnow_master_counts() -> None:
    # Fader and Hardie (2013), "Notes on the CDNOW master data set".
    orders = load_cdnow(full=True)
    assert len(orders) == 69_659
    assert orders["customer_id"].drop_duplicates().tolist() == list(range(1, 23_571))


def test_donations_counts() -> None:
    # Fader, Hardie and Shang (2010), the 1995 cohort: 22 histories of 11,104 donors; 3,464 never gave again,
    # 1,203 gave in all six years.
    cells = load_donations()
    assert len(cells) == 22
    assert cells["n_customers"].sum() == 11_104
    assert cells["n_customers"].iloc[[0, -1]].tolist() == [3464, 1203]


# Laws.


@pytest.mark.parametrize("full", [False, True])
def test_cdnow_is_typed_complete_and_in_order(full: bool) -> None:
    orders = load_cdnow(full=full)
    assert orders.dtypes.astype(str).to_dict() == {
        "customer_id": "int64",
        "date": "datetime64[us]",
        "quantity": "int64",
        "amount": "float64",
    }
    assert orders.notna().all(axis=None)
    assert (orders["date"] == orders["date"].dt.normalize()).all()
    assert orders["quantity"].min() == 1
    assert orders["amount"].min() == 0
    pd.testing.assert_frame_equal(orders, orders.sort_values(["customer_id", "date"], kind="stable"))


def test_the_sample_is_part_of_the_master_file() -> None:
    columns = ["date", "quantity", "amount"]
    sample, master = load_cdnow()[columns].value_counts(), load_cdnow(full=True)[columns].value_counts()
    assert (master.reindex(sample.index, fill_value=0) >= sample).all()


def test_donations_are_the_possible_histories() -> None:
    cells = load_donations()
    assert (cells.dtypes == "int64").all()
    possible = [(0, 0)] + [(x, last) for x in range(1, 7) for last in range(x, 7)]
    assert list(zip(cells["n_transactions"], cells["last_transaction"], strict=True)) == possible
    assert (cells["n_opportunities"] == 6).all()


def test_lifetimes_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lifetimes", None)
    assert len(load_cdnow()) == 6919
    assert len(load_donations()) == 22


# Refusals.


@pytest.mark.parametrize("load", [load_cdnow, load_donations])
def test_without_lifetimes_the_error_says_how_to_install_it(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(_bundled, "distribution", not_found)
    with pytest.raises(ModuleNotFoundError, match=r"comes with the package lifetimes.*pip install .crmkit\[data\].$"):
        load()


def test_a_lifetimes_without_its_data_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Hollow:
        def locate_file(self, path: str) -> Path:
            return tmp_path / path

    monkeypatch.setattr(_bundled, "distribution", lambda _: Hollow())
    with pytest.raises(ModuleNotFoundError, match=r"'donations\.csv' .*is not installed or lacks it"):
        load_donations()


def test_full_must_be_a_bool() -> None:
    with pytest.raises(TypeError, match=r"`full` must be True \(master file\) or False .*got 'yes'"):
        load_cdnow(full="yes")  # type: ignore[arg-type]


# Input untouched: a table that was changed does not come back.


def test_each_call_gives_a_new_table() -> None:
    orders = load_cdnow()
    orders.loc[0, "amount"] = -1.0
    assert load_cdnow()["amount"].iloc[0] == 29.33
