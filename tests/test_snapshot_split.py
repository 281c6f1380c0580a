"""Snapshots split for training and test: customers first, then time, with an embargo; no side is empty."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score

from crmkit import SchemaError
from crmkit.loyalty.churn import SnapshotSplit

CUTOFFS = pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31"]).astype("datetime64[us]")


def table_of(n_customers, *, cutoffs=CUTOFFS):
    """Everybody at every cutoff."""
    rows = pd.MultiIndex.from_product([range(n_customers), cutoffs], names=["customer_id", "cutoff"])
    return rows.to_frame(index=False)


def folds(splitter, table, **given_labels):
    return [(table.iloc[train], table.iloc[test]) for train, test in splitter.split(table, **given_labels)]


# By hand.


def test_each_group_is_tested_once_at_the_last_cutoff():
    # 60 days before 31 March is 31 January: of February's labels some would be known only in April
    found = folds(SnapshotSplit(embargo_days=60, n_splits=3), table_of(6))
    assert [(len(train), len(test)) for train, test in found] == [(4, 2)] * 3
    assert all((train["cutoff"] == CUTOFFS[0]).all() and (test["cutoff"] == CUTOFFS[2]).all() for train, test in found)
    assert sorted(who for _, test in found for who in test["customer_id"]) == list(range(6))


def test_an_embargo_that_ends_on_the_day_of_the_test_is_long_enough():
    # from 29 February to 31 March are 31 days
    for embargo, n_rows in ((31, 8), (32, 4)):
        train, _ = folds(SnapshotSplit(embargo_days=embargo, n_splits=3), table_of(6))[0]
        assert len(train) == n_rows


def test_several_cutoffs_are_tested_one_after_the_other():
    splitter = SnapshotSplit(embargo_days=20, n_splits=2, n_cutoffs=2)
    tested = [test["cutoff"].unique().tolist() for _, test in folds(splitter, table_of(4))]
    assert tested == [[CUTOFFS[1]]] * 2 + [[CUTOFFS[2]]] * 2
    assert splitter.get_n_splits() == len(tested)


def test_the_columns_can_be_given_as_values():
    table = table_of(6)
    features = np.zeros((len(table), 2))
    for kind in (lambda column: column, lambda column: pl.Series(column.to_numpy()), lambda column: column.to_numpy()):
        by_values = SnapshotSplit(embargo_days=31, cutoff=kind(table["cutoff"]), customer_id=kind(table["customer_id"]))
        by_names = SnapshotSplit(embargo_days=31)
        for got, expected in zip(by_values.split(features), by_names.split(table), strict=True):
            assert all(np.array_equal(*sides) for sides in zip(got, expected, strict=True))


@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas])
def test_other_kinds_of_table_are_split_alike(kind):
    table = table_of(7)
    splitter = SnapshotSplit(embargo_days=31, n_splits=3)
    for got, expected in zip(splitter.split(kind(table)), splitter.split(table), strict=True):
        assert all(np.array_equal(*sides) for sides in zip(got, expected, strict=True))


class KnowsCustomers(ClassifierMixin, BaseEstimator):
    """Looks a customer's label up; useless for customers that it was not trained on."""

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        self.labels_ = dict(zip(X["customer_id"], y, strict=True))
        return self

    def predict(self, X):
        return np.array([self.labels_.get(who, 0) for who in X["customer_id"]])


def test_scikit_learn_takes_it_and_nobody_is_recognised():
    # everybody churns at every cutoff: who is recognised is predicted right
    table = table_of(30)
    labels = np.ones(len(table), dtype=int)
    splitter = SnapshotSplit(embargo_days=20)
    assert cross_val_score(KnowsCustomers(), table, labels, cv=splitter).tolist() == [0.0] * 5
    search = GridSearchCV(DummyClassifier(), {"strategy": ["prior", "most_frequent"]}, cv=splitter)
    assert cross_val_score(search, table, labels, cv=splitter).tolist() == [1.0] * 5


def test_days_may_be_text_or_pythons_dates():
    table = table_of(8)
    expected = folds(SnapshotSplit(embargo_days=31, n_splits=2), table)
    for cutoff in (table["cutoff"].dt.strftime("%Y-%m-%d"), table["cutoff"].dt.date):
        found = folds(SnapshotSplit(embargo_days=31, n_splits=2), table.assign(cutoff=cutoff))
        assert [[side.index.tolist() for side in fold] for fold in found] == [
            [side.index.tolist() for side in fold] for fold in expected
        ]
    with pytest.raises(TypeError, match="`cutoff` must hold days, got 'soon'"):
        folds(SnapshotSplit(embargo_days=31), table.assign(cutoff="soon"))


# Law.


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), min_size=1, unique=True),
    st.integers(2, 4),
    st.integers(1, 70),
    st.integers(1, 2),
    st.randoms(use_true_random=False),
)
def test_nothing_of_the_test_is_known_in_training(pairs, n_splits, embargo, n_cutoffs, random):
    table = pd.DataFrame(pairs, columns=["customer_id", "month"])
    table["cutoff"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(table["month"] * 30, unit="D")).astype(
        "datetime64[us]"
    )
    splitter = SnapshotSplit(embargo_days=embargo, n_splits=n_splits, n_cutoffs=n_cutoffs)
    shuffled = table.iloc[random.sample(range(len(table)), len(table))]
    try:
        found = folds(splitter, table)
    except ValueError:
        with pytest.raises(ValueError):
            folds(splitter, shuffled)
        return
    for (train, test), again in zip(found, folds(splitter, shuffled), strict=True):
        assert not set(train["customer_id"]) & set(test["customer_id"])
        assert len(set(test["cutoff"])) == 1
        assert train["cutoff"].max() + pd.Timedelta(days=embargo) <= test["cutoff"].min()
        assert len(train)
        assert len(test)
        for side, other in zip((train, test), again, strict=True):
            assert_frame_equal(side.sort_index(), other.sort_index())
    # every customer at a cutoff that is tested is tested there, once
    tested = pd.concat([test for _, test in found])
    last = sorted(table["cutoff"].unique())[-n_cutoffs:]
    assert sorted(tested.index) == sorted(table.index[table["cutoff"].isin(last)])


# Refusal.


@pytest.mark.parametrize(
    ("options", "table", "message"),
    [
        (
            {"embargo_days": 61},
            table_of(6),
            r"Nothing is left to train on for the test at 2024-03-31: the first cutoff",
        ),
        ({"embargo_days": 31, "n_cutoffs": 4}, table_of(6), r"`X` has 3 cutoffs, and 4 are to be tested"),
        ({"embargo_days": 31, "n_splits": 5}, table_of(3), r"Fold \d has nobody to test at 2024-03-31: 3 customers"),
        ({"embargo_days": 31, "cutoff": "day"}, table_of(3), r"`X` has no column 'day', which `cutoff` names"),
        ({"embargo_days": 31, "cutoff": "customer_id"}, table_of(3), r"`cutoff` must hold days, got int64"),
        ({"embargo_days": 31, "customer_id": [1, 2]}, table_of(3), r"`customer_id` holds 2 values and `X` 9 rows"),
        ({"embargo_days": 0}, table_of(3), r"`embargo_days` must be at least 1"),
        ({"embargo_days": 31, "n_splits": 1}, table_of(3), r"`n_splits` must be at least 2"),
        ({"embargo_days": 31, "n_cutoffs": 1.5}, table_of(3), r"`n_cutoffs` must be a whole number"),
        ({"embargo_days": 31}, table_of(3).assign(customer_id=[None, *range(8)]), r"`customer_id` has 1 missing value"),
    ],
)
def test_what_cannot_be_split_is_refused(options, table, message):
    with pytest.raises((SchemaError, TypeError, ValueError), match=message):
        list(SnapshotSplit(**options).split(table))


def test_a_test_of_newcomers_alone_is_refused():
    # those at risk in January are not those at risk in March
    table = pd.concat(
        [table_of(6, cutoffs=CUTOFFS[:1]), table_of(6, cutoffs=CUTOFFS[2:]).assign(customer_id=range(6, 12))]
    )
    with pytest.raises(ValueError, match=r"tested at 2024-03-31 in fold \d .* newcomers: none of them has a snapshot"):
        list(SnapshotSplit(embargo_days=31, n_splits=2).split(table))


def test_a_training_side_without_customers_is_refused():
    # everybody but customer 0 came in March, so training on the others has nobody
    table = pd.concat([table_of(1), table_of(4, cutoffs=CUTOFFS[2:]).iloc[1:]])
    with pytest.raises(ValueError, match=r"has nobody to train on at 2024-03-31|newcomers"):
        list(SnapshotSplit(embargo_days=31, n_splits=2).split(table))


def test_labels_that_are_missing_are_refused():
    table = table_of(6)
    labels = np.where(table["cutoff"] == CUTOFFS[2], np.nan, 1.0)
    with pytest.raises(ValueError, match=r"`y` has 6 missing labels: the time of these snapshots is not up"):
        list(SnapshotSplit(embargo_days=31).split(table, labels))


# Input untouched.


def test_the_table_given_is_not_changed():
    table = table_of(6)
    before = table.copy(deep=True)
    folds(SnapshotSplit(embargo_days=31), table)
    assert_frame_equal(table, before)
