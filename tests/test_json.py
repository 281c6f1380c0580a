"""Estimators to and from JSON: nested ones, numbers from NumPy, and JSON that somebody else wrote."""

import json
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from tests.customers import customer_table

from crmkit import __version__
from crmkit._estimator import JsonEstimator
from crmkit._messages import Words
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, ValueSegmenter
from crmkit.value import NBDModel

CUSTOMERS = customer_table([1, 2, 3, 4], [10, 20, 30, 40], [4, 3, 2, 1])


class Holder(JsonEstimator):
    """Holds what it is given, as a parameter and as learned."""

    learned_: "Any"

    def __init__(self, *, given=None, child=None):
        self.given = given
        self.child = child

    def fit(self, learned):
        self.options_ = self._as_given()
        self.learned_ = learned
        return self


def again(estimator):
    return type(estimator).from_json(estimator.to_json())


def record_of(estimator):
    return json.loads(estimator.to_json())


# By hand.


def test_the_json_by_hand():
    assert record_of(Holder(given=[1, "客户"], child=Holder(given=2.5)).fit(True)) == {
        "version": __version__,
        "class": "Holder",
        "params": {
            "given": [1, "客户"],
            "child": {"__estimator__": {"class": "Holder", "params": {"given": 2.5, "child": None}, "state": {}}},
        },
        "state": {"learned_": True},
    }
    assert "客户" in Holder(given="客户").fit(1).to_json()


def test_a_child_comes_back_fitted_or_not_as_it_was():
    holder = again(Holder(given=Holder(), child=Holder(given=7).fit(8)).fit(Holder(given=1).fit(2)))
    assert (holder.child.given, holder.child.learned_) == (7, 8)
    assert (holder.learned_.given, holder.learned_.learned_) == (1, 2)
    with pytest.raises(NotFittedError):
        holder.given.to_json()


def test_what_is_not_fitted_says_so_in_both_languages():
    with pytest.raises(NotFittedError) as caught:
        RFMScorer().transform(pd.DataFrame())
    assert str(caught.value) == "This RFMScorer is not fitted yet. Call fit first."
    assert caught.value.args[0].told("zh", Words()) == "该 RFMScorer 尚未拟合，请先调用 fit。"


def test_the_json_says_what_was_fitted():
    holder = Holder(given={"a": [1]}, child=Holder(given=2)).fit(3)
    before = holder.to_json()
    holder.given["a"].append(4)
    holder.child.given = 5
    assert holder.to_json() == before
    holder.set_params(given=6, child__given=7)
    assert holder.to_json() == before
    assert (again(holder).given, again(holder).child.given) == ({"a": [1]}, 2)
    # the next fit takes what was set
    assert record_of(holder.fit(3))["params"]["given"] == 6


def test_what_was_fitted_stays_when_what_was_read_is_changed():
    holder = again(Holder(given=[1], child=Holder(given=2).fit(3)).fit(4))
    before = holder.to_json()
    holder.given.append(5)
    holder.set_params(child=None)
    assert holder.to_json() == before
    assert holder.options_.get_params(deep=False).keys() == {"given", "child"}
    assert (holder.options_.given, holder.options_.child.given, holder.options_.child.learned_) == ([1], 2, 3)
    with pytest.raises(NotFittedError):
        holder.options_.to_json()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(2**53 + 1), 2**53 + 1),
        (np.bool_(True), True),
        (np.array([0.1, 2.0]), [0.1, 2.0]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([True, False]), [True, False]),
        ({"r": np.int64(5), "f": [np.float64(0.1)], "m": np.array([1, 2])}, {"r": 5, "f": [0.1], "m": [1, 2]}),
        (True, True),
        (None, None),
    ],
)
def test_numbers_from_numpy_become_plain(value, expected):
    holder = again(Holder(given=value).fit(value))
    for got in (holder.given, holder.learned_):
        assert got == expected
        assert type(got) is type(expected)


def test_tables_keep_types_and_gaps():
    table = pd.DataFrame(
        {
            "whole": [1, 2**53 + 1],
            "float": [0.1, np.nan],
            "nullable": pd.array([None, 3], dtype="Int64"),
            "flag": [True, False],
            "text": ["客户", '"\\'],
        }
    )
    for held in (table, table.head(0)):
        pd.testing.assert_frame_equal(again(Holder().fit(held)).learned_, held)


def test_estimators_with_numbers_from_numpy_say_the_same():
    n_bins = {"r": np.int64(2), "f": np.int64(2), "m": np.int64(2)}
    for segmenter in (
        RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=n_bins, cuts={"m": np.array([25.0])})),
        TierSegmenter(core_share=np.float64(0.4), lapsed_days=np.int64(30), cuts={"orders": np.int64(3)}),
        ValueSegmenter(cuts=np.array([15.0, 35.0])),
        ValueSegmenter(cuts=pd.Series([15.0, 35.0])),
        ValueSegmenter(cuts=range(15, 36, 20)),
        TierSegmenter(cuts=MappingProxyType({"orders": 3})),
        TierSegmenter(core_share=Fraction(2, 5)),
    ):
        segmenter.fit(CUSTOMERS)
        pd.testing.assert_frame_equal(again(segmenter).assign(CUSTOMERS), segmenter.assign(CUSTOMERS))
        assert again(segmenter).to_json() == segmenter.to_json()


# Laws.


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_plain_values_come_back_to_the_last_bit(value):
    holder = again(Holder(given=value).fit(value))
    assert holder.given == holder.learned_ == value
    assert repr(holder.given) == repr(value)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), np.float64("nan")])
def test_numbers_that_json_does_not_have_come_back(number):
    text = Holder(given=number).fit(number).to_json()
    json.loads(text, parse_constant=pytest.fail)
    holder = Holder.from_json(text)
    assert repr(float(holder.given)) == repr(float(holder.learned_)) == repr(float(number))


@pytest.mark.parametrize("value", [(), ("a", 1), ((1.5, 2.5), ("b", None))])
def test_tuples_come_back_as_tuples(value):
    assert again(Holder(given=value).fit(value)).given == value


# Refusals.


def test_arrays_of_numbers_that_json_does_not_have_are_refused():
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        Holder().fit(np.array([1.0, -np.inf])).to_json()


def test_nothing_is_written_before_fit():
    with pytest.raises(NotFittedError, match="Holder"):
        Holder(given=1).to_json()


SCORER = {"class": "RFMScorer", "params": {"n_bins": 2}, "state": {}}
TABLE = {"__table__": {"a": [1]}, "types": {"a": "int64"}}


@pytest.mark.parametrize(
    "child",
    [
        *(None, 5, "RFMScorer", [], ["class"], {}, True),
        *(SCORER | {"class": name} for name in ("os.system", "Path", "object", "BaseEstimator", "", None, 5, [], {})),
        *({key: value for key, value in SCORER.items() if key != missing} for missing in SCORER),
        *(
            SCORER | {"params": params}
            for params in (None, [], "n_bins", {"n_bin": 2}, {"__class__": 1}, [["n_bins", 2]])
        ),
        *(SCORER | {"state": state} for state in (None, [], "edges_", 5)),
        # what is learned ends in an underscore, and hides nothing that the class has
        *(
            SCORER | {"state": {name: 1}}
            for name in ("fit", "transform", "n_bins", "options_", "__class__", "__dict__", "_repr_html_")
        ),
        SCORER | {"class": "Segmenter"},
        SCORER | {"class": "JsonEstimator"},
    ],
)
def test_a_hostile_child_is_refused(child):
    record = record_of(RFMSegmenter(rules="chinese_8").fit(CUSTOMERS))
    for part, name in (("params", "scorer"), ("state", "scorer_")):
        hostile = json.dumps(record | {part: record[part] | {name: {"__estimator__": child}}})
        with pytest.raises(ValueError, match=r"`text` must be what RFMSegmenter\.to_json wrote, got '"):
            RFMSegmenter.from_json(hostile)


@pytest.mark.parametrize(
    "table",
    [
        *(TABLE | {"__table__": columns} for columns in (None, 5, "a", [], [[1]], {"b": [1]})),
        *(
            TABLE | {"types": types}
            for types in (None, 5, {"b": "int64"}, {"a": "int65"}, {"a": None}, {"a": ["int64"]})
        ),
        {"__table__": {"a": [1]}},
        {"__table__": {"a": ["x"]}, "types": {"a": "int64"}},
        {"__table__": {"a": [{}]}, "types": {"a": "float64"}},
    ],
)
def test_a_hostile_table_is_refused(table):
    record = record_of(Holder().fit(1))
    with pytest.raises(ValueError, match=r"`text` must be what Holder\.to_json wrote, got '"):
        Holder.from_json(json.dumps(record | {"state": {"learned_": table}}))


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "5", "null", '"Holder"', "{}", "{", "NaN", "[" * 100_000, '{"class": "Holder"}'),
        *(None, 5, b"\xff", ["class"], {"class": "Holder"}),
        '{"class": "Holder", "params": [], "state": {}}',
        '{"class": "Holder", "params": {}, "state": []}',
        '{"class": "Holder", "params": {}, "state": {"fit": 1}}',
    ],
    ids=lambda text: str(text)[:40],
)
def test_what_is_no_json_of_the_class_is_refused(text):
    with pytest.raises(ValueError, match=r"`text` must be what Holder\.to_json wrote, got "):
        Holder.from_json(text)


def test_json_of_another_class_is_refused():
    text = TierSegmenter().fit(CUSTOMERS).to_json()
    with pytest.raises(
        ValueError, match=r"`text` holds a TierSegmenter, not a Holder\. Read it with TierSegmenter\.from_j"
    ):
        Holder.from_json(text)


# Input untouched.


def test_what_is_held_stays_as_it_is():
    value = np.array([1, 2])
    table = pd.DataFrame({"a": [1.0, np.nan]})
    again(Holder(given=value).fit(table))
    assert type(value) is np.ndarray
    pd.testing.assert_frame_equal(table, pd.DataFrame({"a": [1.0, np.nan]}))


@pytest.mark.parametrize(
    ("where", "changed"),
    [
        (("params", "time_unit"), "fortnight"),
        (("state", "params_", "__table__", "estimate"), [None, 1.0]),
        (("state", "params_", "index", "parameter"), ["r", "beta"]),
    ],
)
def test_a_model_that_no_fit_leaves_is_refused(where, changed):
    record = record_of(NBDModel.from_params({"r": 1.0, "alpha": 2.0}))
    part = record
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = changed
    with pytest.raises(ValueError, match=r"`text` must be what NBDModel\.to_json wrote"):
        NBDModel.from_json(json.dumps(record))


def test_a_model_without_its_state_is_refused():
    record = record_of(NBDModel.from_params({"r": 1.0, "alpha": 2.0}))
    del record["state"]["params_"]
    with pytest.raises(ValueError, match=r"`text` must be what NBDModel\.to_json wrote"):
        NBDModel.from_json(json.dumps(record))
