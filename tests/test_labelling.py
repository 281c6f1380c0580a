"""Labels per row without cases: an estimator of a few lines has all that is public; plain columns are labels too."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.customers import NAN, customer_table
from tests.estimator_contract import CLAUSES
from tests.frames import as_pandas
from tests.rules import rules_of

from crmkit._frames import collected, open_frame, pandas_series
from crmkit._labelling import Labeller, Level, Scheme, move_counts
from crmkit._names import Label
from crmkit.errors import SchemaError
from crmkit.plotting import plot_movement, plot_segments
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, segment_table
from crmkit.segment.movement import customer_forecast_table, movement_table, transition_table


class HalvesLabeller(Labeller):
    """Those who spend more than the mean, those who spend less; who spends nothing has no label."""

    mean_: float

    def __init__(self, *, factor=1.0):
        self.factor = factor

    def _check_options(self):
        if not self.options_.factor > 0:
            raise ValueError("`factor` must be above 0.")

    def _learn(self, customers):
        spend = self._spend(customers)
        self.mean_ = float(spend.mean() * self.options_.factor)
        return len(spend)

    def _check_learned(self):
        if not np.isfinite(self.mean_):
            raise ValueError("the mean is a number")

    def _scheme(self):
        # two labels of one name: names are never keys
        return Scheme((Level("above", Label("Half", "一半")), Level("below", Label("Half", "一半"))))

    def _positions(self, customers, *, name="customers"):
        spend = self._spend(customers, name=name)
        return np.where(spend > 0, (spend <= self.mean_).astype(int), -1).astype(np.intp)

    def _spend(self, customers, *, name="customers"):
        return pandas_series(collected(open_frame(customers, name=name))["spend"]).to_numpy(dtype=float)


# Their mean is 20: b and c lie above; a and e below; d has no label.
BEFORE = customer_table([1, 2, 3, 0, 1], [10, 30, 50, 0, 10], [1, 1, 1, NAN, 1], customer_id=list("abcde"))
AFTER = customer_table([1, 2, 3, 1], [40, 30, 5, 5], [1, 1, 1, 1], customer_id=list("abcd"))
HALVES = HalvesLabeller().fit(BEFORE)


def moved(table):
    table = as_pandas(table, in_order=True).astype(object)
    table = table.where(table.notna(), None)
    columns = ["segment_before", "segment_after", "n_customers", "share"]
    return [tuple(row) for row in table[columns].itertuples(index=False, name=None)]


# By hand.


def test_a_labeller_without_cases_gives_labels_in_the_kind_of_the_rows(build_in_memory):
    labels = HALVES.predict(build_in_memory(BEFORE))
    assert [None if pd.isna(label) else label for label in np.asarray(labels, dtype=object).tolist()] == [
        "below",
        "above",
        "above",
        None,
        "below",
    ]
    assert HALVES.predict(BEFORE).cat.categories.tolist() == ["above", "below"]
    assert HALVES.predict(BEFORE).cat.ordered
    assert HALVES.predict(pl.from_pandas(BEFORE)).dtype == pl.Enum(["above", "below"])


def test_its_summary_by_hand(build_in_memory):
    table = HALVES.summary(build_in_memory(BEFORE))
    assert type(table) is type(build_in_memory(BEFORE))
    # d, without a label, is one of the five that the shares are of
    assert as_pandas(table, in_order=True).to_numpy().tolist() == [
        ["above", 1, "Half", "一半", 2, 0.4, 5, 80, 0.8, 40],
        ["below", 2, "Half", "一半", 2, 0.4, 2, 20, 0.2, 10],
    ]


def test_its_movement_by_hand(build_in_memory):
    table = movement_table(build_in_memory(BEFORE), build_in_memory(AFTER), segmenter=HALVES)
    assert moved(table) == [
        ("above", "above", 1, 0.5),
        ("above", "below", 1, 0.5),
        ("below", "above", 1, 0.5),
        ("below", "below", 0, 0),
        # e is gone, d had no label
        ("below", None, 1, 0.5),
        (None, "below", 1, None),
    ]


def test_its_moves_make_transitions_a_forecast_and_plots():
    table = movement_table(BEFORE, AFTER, segmenter=HALVES)
    transitions = transition_table(table[table["segment_after"].notna()])
    assert transitions.to_numpy().tolist() == [["above", 0.5, 0.5], ["below", 1, 0]]
    sizes = customer_forecast_table(transitions, sizes={"above": 2, "below": 2}, n_periods=1)
    assert sizes.to_numpy().tolist() == [[0, 2, 2], [1, 3, 1]]
    axes = Figure().subplots(2)
    plot_movement(table, ax=axes[0])
    plot_segments(HALVES.summary(BEFORE), ax=axes[1])
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["Half", "Half", "No segment"]


def test_two_rules_of_one_name_are_two_segments_wherever_they_are_shown():
    twins = [{"code": code, "en": "Twin", "zh": "双胞胎", "r": score} for code, score in (("recent", 2), ("past", 1))]
    before = customer_table([1, 1, 1], [5, 6, 7], [1, 9, 9], customer_id=list("abc"))
    after = customer_table([1, 1, 1], [5, 6, 7], [1, 1, 9], customer_id=list("abc"))
    segmenter = RFMSegmenter(rules=rules_of(*twins), scorer=RFMScorer(n_bins=2, cuts={"r": [5]})).fit(before)
    assert segmenter.summary(before)["n_customers"].tolist() == [1, 2, 0]
    table = movement_table(before, after, segmenter=segmenter)
    assert [row for row in moved(table) if row[2]] == [
        ("recent", "recent", 1, 1),
        ("past", "recent", 1, 0.5),
        ("past", "past", 1, 0.5),
    ]
    axes = Figure().subplots(2)
    plot_movement(table, ax=axes[0])
    plot_segments(segmenter.summary(before), ax=axes[1])
    for ax in axes:
        assert [label.get_text() for label in ax.get_yticklabels()] == ["Twin", "Twin", "Potential customers"]


def test_plain_labels_move_and_are_summed_up(build_in_memory):
    before = build_in_memory(BEFORE.assign(region=["N", "S", "N", None, "S"]))
    after = build_in_memory(AFTER.assign(region=["N", "N", "W", "S"]))
    table = movement_table(before, after, by="region")
    assert type(table) is type(before)
    # a stays; b from S to N; c from N to W; d had none; e is gone
    assert [row for row in moved(table) if row[2]] == [
        ("N", "N", 1, 0.5),
        ("N", "W", 1, 0.5),
        ("S", "N", 1, 0.5),
        ("S", None, 1, 0.5),
        (None, "S", 1, None),
    ]
    summary = as_pandas(segment_table(before, by="region"), in_order=True)
    assert summary.to_numpy().tolist() == [
        ["N", 1, "N", "N", 2, 0.4, 4, 60, 0.6, 30],
        ["S", 2, "S", "S", 2, 0.4, 3, 40, 0.4, 20],
    ]


def test_categories_keep_their_order_and_those_that_are_empty():
    kind = pd.CategoricalDtype(["gold", "silver", "bronze"], ordered=True)
    table = BEFORE.assign(level=pd.Series(["bronze", "gold", "gold", "bronze", "bronze"]).astype(kind))
    summary = segment_table(table, by="level", value="n_orders")
    assert summary["segment"].tolist() == ["gold", "silver", "bronze"]
    assert summary["n_customers"].tolist() == [2, 0, 3]
    assert summary["value"].tolist() == [5, 0, 2]


def test_numbers_are_labels_too():
    before, after = BEFORE.assign(cluster=[2, 1, 1, 2, 2]), AFTER.assign(cluster=[2, 2, 1, 3])
    found = {row[:2]: row[2] for row in moved(movement_table(before, after, by="cluster")) if row[2]}
    assert found == {(2, 2): 1, (2, 3): 1, (1, 2): 1, (1, 1): 1, (2, None): 1}


@pytest.mark.parametrize("weights", [None, np.array([2.0, 3.0, 5.0, 7.0])])
def test_moves_are_counted_by_hand(weights):
    # twice from 0 to 1, once from nowhere to 0, once from 1 to nowhere
    counts = move_counts(np.array([0, 0, -1, 1]), np.array([1, 1, 0, -1]), n_labels=2, weights=weights)
    expected = [[0, 2, 0], [0, 0, 1], [1, 0, 0]] if weights is None else [[0, 5, 0], [0, 0, 7], [5, 0, 0]]
    assert counts.tolist() == expected


# Laws.


@pytest.mark.parametrize("clause", CLAUSES)
def test_it_keeps_the_contract_of_estimators(clause):
    CLAUSES[clause](lambda: HalvesLabeller(factor=2.0), BEFORE.set_axis(list("vwxyz")))


@pytest.mark.parametrize("segmenter", [RFMSegmenter(), TierSegmenter(), HalvesLabeller()])
def test_labels_written_into_the_tables_move_as_the_segmenter_says(segmenter):
    segmenter.fit(BEFORE)
    before, after = (table.assign(segment=segmenter.predict(table)) for table in (BEFORE, AFTER))
    by_column = movement_table(before, after, by="segment")
    by_segmenter = movement_table(before, after, segmenter=segmenter)
    assert moved(by_column) == moved(by_segmenter)
    names = [name for name in segmenter.summary(BEFORE) if not name.startswith("name")]
    assert_frame_equal(segment_table(before, by="segment")[names], segmenter.summary(BEFORE)[names])


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=20))
def test_nobody_is_counted_twice_or_forgotten(labels):
    table = customer_table([1] * len(labels), [1.0] * len(labels), [1] * len(labels))
    table = table.assign(customer_id=range(len(labels)), label=pd.Series(labels, dtype=object))
    counted = sum(label is not None for label in labels)
    assert segment_table(table, by="label")["n_customers"].sum() == counted
    turned = table.assign(label=pd.Series(labels[::-1], dtype=object))
    both = sum(one is not None or other is not None for one, other in zip(labels, labels[::-1], strict=True))
    assert movement_table(table, turned, by="label")["n_customers"].sum() == both


# Refusals.


def test_what_gives_no_labels_is_refused():
    with pytest.raises(TypeError, match=r"^`segmenter` must be a fitted segmenter, got str"):
        movement_table(BEFORE, AFTER, segmenter="tier")
    for options in ({}, {"segmenter": HALVES, "by": "segment"}):
        with pytest.raises(ValueError, match=r"^Give either `segmenter` or `by`: a fitted segmenter, or the column of"):
            movement_table(BEFORE, AFTER, **options)
    with pytest.raises(SchemaError, match=r"^`before` lacks the columns \['level'\]"):
        movement_table(BEFORE, AFTER, by="level")
    with pytest.raises(SchemaError, match=r"^`customers` lacks the columns \['level'\]"):
        segment_table(BEFORE, by="level")


def test_sums_of_what_is_missing_are_refused():
    table = BEFORE.assign(level="a")
    with pytest.raises(
        SchemaError, match=r"`customers\['spend'\]` is missing or infinite in 1 row of those with an order, first"
    ):
        segment_table(table.assign(spend=[1, np.nan, 3, np.nan, 5]), by="level")
    with pytest.raises(SchemaError, match=r"`customers\['n_orders'\]` is missing or infinite in 1 row"):
        segment_table(table.assign(n_orders=[1, 2, 3, np.nan, 1]), by="level")
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` must hold numbers, got"):
        segment_table(table.assign(spend="x"), by="level")


def test_json_of_another_scheme_is_refused():
    text = HALVES.to_json()
    assert HalvesLabeller.from_json(text).summary(BEFORE).equals(HALVES.summary(BEFORE))
    for found, put in (('"below"', '"beyond"'), ('"n_customers_": 5', '"n_customers_": 0'), ('"Half"', '" "')):
        with pytest.raises(ValueError, match=r"`text` must be what HalvesLabeller\.to_json wrote"):
            HalvesLabeller.from_json(text.replace(found, put))
