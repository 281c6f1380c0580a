"""From snapshots to numbers for a learner: features as of each cutoff, models fitted in training alone, no leak."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator
from tests.depth import few
from tests.frames import as_pandas, assert_same_rows
from tests.logs import FIRST_DAY, log, order_logs, typed

from crmkit import SchemaError, as_transactions, customer_features, load_cdnow
from crmkit.loyalty.churn import ChurnFeatures, SnapshotSplit, churn_snapshots, snapshot_features
from crmkit.value import BetaGeoCNBDModel, BetaGeoModel, ParetoNBDModel

TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-01", 10.0),
            ("ann", "2024-01-11", 20.0),
            ("ann", "2024-02-20", 30.0),
            ("bo", "2024-01-20", 40.0),
        ]
    )
)
SNAPSHOTS = typed(
    log(
        [("bo", "2024-01-31", 1.0), ("ann", "2024-02-29", None), ("ann", "2024-01-31", 0.0)],
        columns=("customer_id", "date", "churned"),
    )
).rename(columns={"date": "cutoff"})
REGIONS = pd.DataFrame({"customer_id": ["ann", "cy"], "region": ["north", "south"]})


@pytest.fixture(scope="module")
def cdnow():
    """The table of CDNOW at three cutoffs, and its labels."""
    transactions = as_transactions(load_cdnow())
    cutoffs = ["1997-06-30", "1997-09-30", "1997-12-31"]
    snapshots = churn_snapshots(transactions, cutoffs=cutoffs, as_of="1998-06-30", lookback=365, horizon=90)
    return snapshot_features(snapshots, transactions=transactions, windows=(30, 90))


# By hand.


def test_each_snapshot_has_the_features_of_its_own_day(build):
    found = snapshot_features(
        build(SNAPSHOTS), transactions=build(TRANSACTIONS), windows=(30,), customers=build(REGIONS)
    )
    found = as_pandas(found).set_index(["customer_id", "cutoff"]).sort_index()
    # by 31 January ann had bought twice, the second time 20 days before; by 29 February a third time
    assert found["n_orders"].tolist() == [2, 3, 1]
    assert found["days_since_last"].tolist() == [20, 9, 11]
    assert found["spend_30d"].tolist() == [20, 30, 40]
    assert found["region"].tolist() == ["north", "north", None]


def test_the_time_of_a_cutoff_does_not_matter(build):
    # on engines and in memory the evening of the day is the cutoff
    late = SNAPSHOTS.assign(cutoff=SNAPSHOTS["cutoff"] + pd.Timedelta(hours=5))
    found = as_pandas(snapshot_features(build(late), transactions=build(TRANSACTIONS), windows=(30,)))
    assert found.set_index(["customer_id", "cutoff"]).sort_index()["n_orders"].tolist() == [2, 3, 1]


def test_rows_keep_their_order_and_their_index(build_in_memory):
    found = snapshot_features(build_in_memory(SNAPSHOTS), transactions=build_in_memory(TRANSACTIONS), windows=(30,))
    assert as_pandas(found, in_order=True)["customer_id"].tolist() == ["bo", "ann", "ann"]
    indexed = snapshot_features(SNAPSHOTS.set_axis(list("xyz")), transactions=TRANSACTIONS, windows=(30,))
    assert indexed.index.tolist() == list("xyz")


def test_labels_become_columns_of_their_most_frequent_values():
    table = SNAPSHOTS.drop(columns="churned").assign(
        region=["north", None, "east"], member=[True, False, True], n=[1, 2, 3]
    )
    features = ChurnFeatures().fit(table)
    assert features.get_feature_names_out().tolist() == ["member", "n", "region=east", "region=north"]
    later = table.assign(region=["north", "west", "east"])
    assert features.transform(later).to_numpy().tolist() == [[1, 1, 0, 1], [0, 2, 0, 0], [1, 3, 1, 0]]
    assert ChurnFeatures(max_categories=1).fit(table).get_feature_names_out().tolist()[2:] == ["region=east"]


def test_a_column_without_a_value_in_training_is_left_out():
    table = SNAPSHOTS.drop(columns="churned").assign(change=[1.0, None, 2.0], n=[1, 2, 3])
    features = ChurnFeatures().fit(table.iloc[[1]])
    assert features.transform(table).columns.tolist() == ["n"]


def test_models_say_what_they_say_of_the_same_histories(cdnow):
    rows = cdnow.drop(columns="churned")
    training = rows[rows["cutoff"] < "1997-12-31"]
    model = ParetoNBDModel(time_unit="W")
    features = ChurnFeatures(models=[model], horizon=91).fit(training)
    said = features.transform(rows)
    assert not hasattr(model, "params_")
    # At the last cutoff, which was not fitted, the model of September speaks.
    for cutoff, fitted_at in (("1997-06-30", "1997-06-30"), ("1997-12-31", "1997-09-30")):

        def histories(day):
            own = rows[rows["cutoff"] == day]
            return pd.DataFrame(
                {
                    "frequency": own["purchase_days"] - 1.0,
                    "recency": own["tenure_days"] - own["days_since_last"],
                    "T": own["tenure_days"],
                }
            )

        apart = ParetoNBDModel(time_unit="W").fit(histories(fitted_at))
        expected = apart.probability_inactive(histories(cutoff), horizon=13)
        got = said.loc[rows["cutoff"] == cutoff, "pareto_nbd_probability_inactive"]
        assert got.tolist() == pytest.approx(expected.tolist())


def test_models_of_one_class_have_names_of_their_own(cdnow):
    rows = cdnow[cdnow["cutoff"] == "1997-09-30"].drop(columns="churned")
    models = [BetaGeoModel(), BetaGeoModel(time_unit="W"), BetaGeoCNBDModel(k=2)]
    found = ChurnFeatures(models=models, horizon=90).fit_transform(rows)
    names = [name for name in found if name.endswith("probability_inactive")]
    assert [name.removesuffix("_probability_inactive") for name in names] == [
        "beta_geo",
        "beta_geo_no2",
        "beta_geo_cnbd",
    ]
    assert found[names[0]].tolist() == pytest.approx(found[names[1]].tolist(), abs=1e-4)


# Reference.


def test_a_learner_in_a_pipeline_ranks_better_than_chance_and_no_better_than_it_can(cdnow):
    # out of time, days since the last order alone reach some .8 on this log; more than .9 would be a leak
    rows, labels = cdnow.drop(columns="churned"), cdnow["churned"].to_numpy()
    pipeline = make_pipeline(
        ChurnFeatures(models=[BetaGeoModel()], horizon=90),
        DecisionTreeClassifier(min_samples_leaf=100, random_state=0),
    )
    scores = cross_val_score(pipeline, rows, labels, cv=SnapshotSplit(embargo_days=90, n_splits=2), scoring="roc_auc")
    assert 0.7 < scores.mean() < 0.9


# Law.


@few()
@given(order_logs(), order_logs(), st.integers(1, 40))
def test_what_comes_after_a_cutoff_never_changes_its_features(orders, more, days):
    first = pd.DataFrame({"customer_id": ["ann"], "date": [FIRST_DAY], "amount": [1.0], "order_id": [9]})
    known = pd.concat([orders, first.astype({"date": "datetime64[us]"})], ignore_index=True)
    cutoffs = [FIRST_DAY + pd.Timedelta(days=day) for day in (0, days)]
    later = more.assign(date=more["date"] + pd.Timedelta(days=days + 1)).astype({"date": "datetime64[us]"})
    before = as_transactions(known[known["date"] < cutoffs[1] + pd.Timedelta(days=1)])
    after = as_transactions(pd.concat([known[known["date"] < cutoffs[1] + pd.Timedelta(days=1)], later]))
    who = sorted(before["customer_id"].unique())
    snapshots = pd.DataFrame({"customer_id": ["ann", *who], "cutoff": [cutoffs[0], *[cutoffs[1]] * len(who)]})
    snapshots["cutoff"] = snapshots["cutoff"].astype("datetime64[us]")
    tables = [snapshot_features(snapshots, transactions=each, windows=(7,)) for each in (before, after)]
    assert_frame_equal(*tables)
    features = ChurnFeatures().fit(tables[0])
    assert_frame_equal(*(features.transform(table) for table in tables))


@few()
@given(order_logs())
def test_a_snapshot_is_a_row_of_the_features_of_its_day(orders):
    transactions = as_transactions(orders)
    day = transactions["date"].max()
    features = customer_features(transactions, as_of=day, windows=(7, 30))
    found = snapshot_features(features[["customer_id"]].assign(cutoff=day), transactions=transactions, windows=(7, 30))
    assert_frame_equal(found.drop(columns="cutoff"), features, check_dtype=False)


def test_models_know_nothing_of_the_rows_that_are_not_trained_on(cdnow):
    rows = cdnow.drop(columns="churned")
    training = rows[(rows["cutoff"] < "1997-12-31") & (rows["customer_id"] % 2 == 0)]
    features = ChurnFeatures(models=[BetaGeoModel()], horizon=90).fit(training)
    others = rows[rows["customer_id"] % 2 == 1]
    changed = others.assign(tenure_days=others["tenure_days"] + 50, days_since_last=others["days_since_last"] + 50)
    # what is said of a row depends on the row and on training alone
    first = features.transform(pd.concat([others.head(3), changed.tail(50)])).head(3)
    assert_frame_equal(first, features.transform(others).head(3))


def test_json_holds_the_models_too(cdnow):
    rows = cdnow[cdnow["cutoff"] < "1997-12-31"].drop(columns="churned").head(600)
    features = ChurnFeatures(models=[BetaGeoModel(), ParetoNBDModel()], horizon=90).fit(rows)
    again = ChurnFeatures.from_json(features.to_json())
    assert_frame_equal(again.transform(rows), features.transform(rows))
    with pytest.raises(ValueError, match=r"must be what ChurnFeatures\.to_json wrote"):
        ChurnFeatures.from_json(features.to_json().replace('"horizon": 90', '"horizon": -1'))
    assert vars(clone(features)).keys() == vars(ChurnFeatures()).keys()


@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas])
def test_other_kinds_of_table_say_the_same(cdnow, kind):
    rows = cdnow.drop(columns="churned")
    features = ChurnFeatures(models=[BetaGeoModel()], horizon=90)
    assert_same_rows(features.fit(kind(rows)).transform(kind(rows)), features.fit(rows).transform(rows), in_order=True)


def test_set_output_makes_the_kind_that_is_asked_for(cdnow):
    found = ChurnFeatures().set_output(transform="polars").fit_transform(cdnow.drop(columns="churned"))
    assert isinstance(found, pl.DataFrame)


# The others give arrays, which have no names of columns.
WITHOUT_ARRAYS = {
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_get_params_invariance",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
}


def test_the_checks_of_scikit_learn_that_need_no_array_hold():
    passed = set()
    for estimator, check in estimator_checks_generator(ChurnFeatures()):
        if check.func.__name__ in WITHOUT_ARRAYS:
            check(estimator)
            passed.add(check.func.__name__)
    assert passed == WITHOUT_ARRAYS


# Refusal.

PLAIN = SNAPSHOTS.drop(columns="churned").assign(n=[1, 2, 3])


@pytest.mark.parametrize(
    ("options", "table", "message"),
    [
        ({}, SNAPSHOTS, r"`X` holds the answer, `X\['churned'\]`. Give it as `y`"),
        ({}, PLAIN.assign(last_order=PLAIN["cutoff"]), r"`X` has dates among its features: \['last_order'\]"),
        ({}, PLAIN[["customer_id", "cutoff"]], r"`X` has no features beside customer_id and cutoff"),
        ({}, [1], r"`X` must be a pandas, Polars or PyArrow table"),
        ({"models": BetaGeoModel()}, PLAIN, r"`models` must be a list or tuple of purchase models"),
        ({"models": [BetaGeoModel]}, PLAIN, r"`models` must be a list or tuple of purchase models"),
        ({"models": [BetaGeoModel()]}, PLAIN, r"`horizon` is needed with `models`"),
        ({"models": [BetaGeoModel()], "horizon": 0}, PLAIN, r"`horizon` must be at least 1"),
        ({"models": [BetaGeoModel()], "horizon": 9}, PLAIN, r"`X` lacks the columns \['purchase_days'"),
        (
            {"models": [BetaGeoModel()], "horizon": 9},
            PLAIN.drop(columns="cutoff"),
            r"`X` lacks the columns \['cutoff'\]",
        ),
        ({"models": [BetaGeoModel()], "horizon": 9}, PLAIN.assign(cutoff=None), r"`X\['cutoff'\]` must hold days"),
        ({"max_categories": 0}, PLAIN, r"`max_categories` must be at least 1"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(options, table, message):
    with pytest.raises((SchemaError, TypeError, ValueError), match=message):
        ChurnFeatures(**options).fit(table)


def test_a_row_before_the_models_is_refused(cdnow):
    rows = cdnow.drop(columns="churned")
    features = ChurnFeatures(models=[BetaGeoModel()], horizon=90).fit(rows[rows["cutoff"] == "1997-09-30"])
    with pytest.raises(ValueError, match=r"`X` has snapshots at 1997-06-30, before 1997-09-30"):
        features.transform(rows)


def test_a_table_without_a_column_of_training_is_refused():
    with pytest.raises(SchemaError, match=r"`X` lacks the columns \['n'\]"):
        ChurnFeatures().fit(PLAIN).transform(PLAIN.drop(columns="n"))


@pytest.mark.parametrize(
    ("given_tables", "message"),
    [
        ({"snapshots": SNAPSHOTS.assign(n_orders=1)}, r"`snapshots` has columns of its own called \['n_orders'\]"),
        ({"snapshots": SNAPSHOTS.assign(customer_id=7)}, r"`snapshots\['customer_id'\]` holds Int64 and `transactions"),
        (
            {"snapshots": SNAPSHOTS.assign(customer_id="zoe")},
            r"nothing up to 2024-01-31 of customers .* \['zoe', 'zoe'\]",
        ),
        ({"snapshots": SNAPSHOTS.head(0)}, r"`snapshots` has no rows"),
        ({"snapshots": pl.from_pandas(SNAPSHOTS)}, r"`snapshots` is polars and `transactions` is pandas"),
        ({"customers": REGIONS.assign(customer_id="ann")}, r"`customers` holds ids more than once: \['ann'\]"),
        (
            {"customers": REGIONS.assign(spend=1)},
            r"`customers` has columns called \['spend'\], as snapshots or features",
        ),
        ({"windows": 30}, r"`windows` must be a list or tuple of days"),
    ],
)
def test_tables_that_do_not_go_together_are_refused(given_tables, message):
    given_all = {"snapshots": SNAPSHOTS, "transactions": TRANSACTIONS, "windows": (30,), **given_tables}
    with pytest.raises((SchemaError, TypeError), match=message):
        snapshot_features(given_all.pop("snapshots"), **given_all)


@pytest.mark.parametrize("column", ["cutoff", "customer_id"])
def test_snapshots_without_a_cutoff_or_a_customer_are_refused(column):
    gaps = SNAPSHOTS.assign(**{column: SNAPSHOTS[column].where(SNAPSHOTS.index > 0)})
    with pytest.raises(SchemaError, match=rf"`snapshots\['{column}'\]` is missing in some rows"):
        snapshot_features(gaps, transactions=TRANSACTIONS, windows=(30,))


def test_text_and_infinity_in_place_of_numbers_are_refused():
    table = SNAPSHOTS.drop(columns="churned").assign(n=[1.0, 2.0, 3.0])
    features = ChurnFeatures().fit(table)
    with pytest.raises(SchemaError, match=r"`X\['n'\]` held numbers when the model was fitted, and now holds 'x'"):
        features.transform(table.assign(n="x"))
    with pytest.raises(ValueError, match=r"`X\['n'\]` contains infinity"):
        features.transform(table.assign(n=float("inf")))


# Input untouched.


def test_the_tables_given_are_not_changed(build):
    given_tables = [build(table) for table in (SNAPSHOTS, TRANSACTIONS, REGIONS)]
    before = [as_pandas(table) for table in given_tables]
    snapshots, transactions, customers = given_tables
    snapshot_features(snapshots, transactions=transactions, windows=(30,), customers=customers)
    for table, expected in zip(given_tables, before, strict=True):
        assert_frame_equal(as_pandas(table), expected)


def test_the_table_learned_from_is_not_changed(cdnow):
    rows = cdnow.drop(columns="churned").head(500)
    before = rows.copy(deep=True)
    ChurnFeatures(models=[BetaGeoModel()], horizon=90).fit(rows).transform(rows)
    assert_frame_equal(rows, before)
