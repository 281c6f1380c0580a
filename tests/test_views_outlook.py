"""The outlook of a base: its forecast, the time before, and the back-tests."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, assert_same_rows

from crmkit import as_transactions, customer_summary
from crmkit.segment import TierSegmenter
from crmkit.value import tried_forecast
from crmkit.views import customer_outlook

DAY = "2023-12-31"


@pytest.fixture(scope="module")
def transactions():
    rng = np.random.default_rng(1)
    days = [(c, d) for c in range(20) for d in np.cumsum(rng.integers(5, 60, 30)) if d < 400]
    orders = pd.DataFrame(days, columns=["customer_id", "day"])
    orders["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(orders["day"], unit="D")
    orders["amount"] = rng.integers(10, 90, len(orders)).astype(float)
    refund = pd.DataFrame({"customer_id": [0, 99], "date": pd.to_datetime([DAY, DAY]), "amount": [-7.0, -50.0]})
    return as_transactions(pd.concat([orders.drop(columns="day"), refund], ignore_index=True))


@pytest.fixture(scope="module")
def some_transactions(transactions):
    """Those of nine customers, too few for a model, where none matters, and of one who only got money back."""
    return transactions[(transactions["customer_id"] < 9) | (transactions["customer_id"] == 99)]


def test_the_time_before_is_that_of_those_who_have_bought(some_transactions):
    totals = customer_outlook(some_transactions, as_of=DAY, horizon_days=91).totals.set_index("quantity")
    # the 91 days from 2 October; customer 99 only got money back and is nobody's forecast
    recent = some_transactions[some_transactions["date"].between("2023-10-02", DAY)]
    recent = recent[recent["customer_id"] != 99]
    assert totals["last_period"].to_dict() == {
        "purchases": (recent["n_orders"] > 0).sum(), "revenue": pytest.approx(recent["amount"].sum()),
    }  # fmt: skip
    assert customer_outlook(some_transactions, as_of=DAY, horizon_days=500).totals["last_period"].isna().all()


def test_the_rest_is_the_forecast_and_its_back_tests(transactions):
    tiers = TierSegmenter().fit(customer_summary(transactions, as_of=DAY))
    outlook = customer_outlook(transactions, as_of=DAY, horizon_days=91, by=tiers)
    tried = tried_forecast(transactions, as_of=DAY, horizon=91)
    expected = tried.table()
    assert_frame_equal(outlook.totals[expected.columns], expected)
    assert_frame_equal(outlook.groups, tried.table(by=tiers))
    tests = tried.backtests()
    tests = tests[tests["model"] == "combined"].reset_index(drop=True)
    assert_frame_equal(outlook.backtests, tests)
    held = tests[(tests["lower"] <= tests["came"]) & (tests["came"] <= tests["upper"])]
    assert outlook.totals["n_held"].tolist() == [(held["quantity"] == name).sum() for name in expected["quantity"]]
    assert outlook.totals["n_backtests"].tolist() == [tests["as_of"].nunique()] * 2


def test_every_kind_of_frame_gives_the_same(build, some_transactions):
    expected = customer_outlook(some_transactions, as_of=DAY, horizon_days=300)
    found = customer_outlook(build(some_transactions), as_of=DAY, horizon_days=300)
    assert found.groups is None
    for name in ("totals", "backtests"):
        assert_same_rows(as_pandas(getattr(found, name)), getattr(expected, name))


def test_without_a_test_none_held(transactions):
    early = customer_outlook(transactions, as_of="2023-02-20", horizon_days=91)
    assert early.totals[["n_backtests", "n_held"]].to_numpy().tolist() == [[0, 0]] * 2
    assert early.backtests.empty
