"""Segments described by rules."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import duckdb_connection

from crmkit.errors import SchemaError
from crmkit.segment.groups import SegmentRules

NAN = float("nan")
TWO = pd.DataFrame(
    {
        "group": ["fans"] * 20 + ["guests"] * 20,
        "spend": [200, 210, 220, 230] * 5 + [50, 60, 70, 80] * 5,
        "region": ["north", "south"] * 20,
    }
)


def in_duckdb(rules, customers):
    duckdb_connection().register("customers_of_rules", customers)
    return duckdb_connection().sql(rules.to_sql(table="customers_of_rules")).df()


def test_two_groups_by_hand():
    rules = SegmentRules(by="group").fit(TWO)
    table = rules.rule_table()
    assert table["rule_en"].tolist() == ["spend is above 100", "spend is at most 100"]
    assert table["rule_zh"].tolist() == ["spend 大于 100", "spend 不超过 100"]
    assert (table["n_customers"].tolist(), table["share_right"].tolist()) == ([20, 20], [1, 1])
    assert (rules.accuracy_, rules.largest_share_) == (1, 0.5)
    assert rules.agreement_[["precision", "recall"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    assert rules.predict(TWO).tolist() == TWO["group"].tolist()
    assert rules.summary(TWO)["customer_share"].tolist() == [0.5, 0.5]
    assert "WHEN spend > 100.0 THEN 'fans'" in rules.to_sql()


def test_groups_that_nothing_tells_apart_are_caught_as_by_the_largest():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"group": rng.choice(["a", "b"], 2000, p=[0.7, 0.3]), "noise": rng.normal(size=2000)})
    rules = SegmentRules(by="group", min_share=0.05).fit(table)
    assert rules.accuracy_ == pytest.approx(rules.largest_share_, abs=0.02)
    # what the rules say of those they were learned from is no worse
    assert np.average(rules.rules_["share_right"], weights=rules.rules_["n_customers"]) >= rules.largest_share_


def test_labels_flags_and_missing_values_make_rules():
    table = pd.DataFrame(
        {
            "age": [30.0, NAN, 40.0, 50.0] * 20,
            "region": ["n", "n", "s", None] * 20,
            "member": [True, False, True, False] * 20,
        }
    )
    table["group"] = np.where(table["age"].isna(), "unknown", np.where(table["region"] == "s", "south", "rest"))
    rules = SegmentRules(by="group").fit(table)
    assert rules.accuracy_ == 1
    said = dict(zip(rules.rules_["segment"], rules.rule_table()["rule_en"], strict=True))
    assert said["unknown"] == "age is missing and region is not “s” (or missing)"
    assert "region is “s”" in said["south"]
    later = pd.DataFrame({"age": [NAN, 35.0], "region": ["elsewhere", "elsewhere"], "member": [True, None]})
    assert rules.predict(later).tolist() == ["unknown", "rest"]


def test_who_lacks_what_nobody_lacked_has_no_label():
    rules = SegmentRules(by="group").fit(TWO)
    later = pd.DataFrame({"spend": [250.0, NAN], "region": ["north", "north"]})
    assigned = rules.assign(later)
    assert assigned["segment"].isna().tolist() == [False, True]
    assert assigned["segment_order"].tolist()[0] == 1
    assert rules.explain(later)[1] == "No class: spend is not known."
    assert in_duckdb(rules, later)["segment"].isna().tolist() == [False, True]


CELLS = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([0.0, 0.1, 0.2, 1e6, -3.0, NAN]),
    st.sampled_from(["x", "it's", "", None]),
    st.booleans(),
)


@up_to(25)
@given(
    st.lists(CELLS, min_size=4, max_size=40).filter(lambda rows: len({row[0] for row in rows}) > 1), st.integers(2, 6)
)
def test_sql_gives_the_labels_of_predict(rows, max_rules):
    columns = ["group", "number", "label", "flag"]
    table = pd.DataFrame(rows, columns=columns)
    rules = SegmentRules(by="group", max_rules=max_rules).fit(table)
    others = pd.DataFrame([["a", NAN, "new", True], ["a", 0.15, None, None], *rows], columns=columns)
    assigned, in_engine = rules.assign(others), in_duckdb(rules, others)
    for name in ("segment", "segment_order", "reason_code"):
        got, expected = (each[name].astype(object).where(each[name].notna(), None) for each in (in_engine, assigned))
        assert got.tolist() == expected.tolist()
    # every rule is reached by those it counts
    counted = rules.assign(table)["reason_code"].value_counts()
    assert {
        f"rule_{rule}": n for rule, n in zip(rules.rules_["rule"], rules.rules_["n_customers"], strict=True)
    } == dict(counted)
    again = SegmentRules.from_json(rules.to_json())
    assert again.assign(others).equals(assigned)


def test_texts_are_written_as_the_database_reads_them():
    table = TWO.assign(region=["it's a\\b", "it's c\\d"] * 20, group=["d'or", "o"] * 20)
    rules = SegmentRules(by="group", columns=["region"]).fit(table)
    assert in_duckdb(rules, table)["segment"].tolist() == table["group"].tolist()
    # Spark, BigQuery and MySQL escape by backslashes
    assert "'d\\'or'" in rules.to_sql(quote="`")
    assert "'it\\'s " in rules.to_sql(quote="`")
    assert "\\\\" in rules.to_sql(quote="`")


def test_cuts_are_the_roundest_numbers_between_values():
    table = pd.DataFrame(
        {"group": ["a"] * 5 + ["b"] * 5, "spend": [1.0, 2, 3, 4, 1234.5, 1301.25, 2000, 3000, 4000, 5000]}
    )
    rules = SegmentRules(by="group").fit(table)
    assert rules.conditions_["high"].dropna().tolist() == [1300.0]
    huge = SegmentRules(by="group").fit(table.assign(spend=table["spend"] * 1e300))
    assert huge.predict(table.assign(spend=table["spend"] * 1e300)).tolist() == table["group"].tolist()


def test_segments_keep_the_order_of_their_categories():
    kind = pd.CategoricalDtype(["guests", "fans"], ordered=True)
    rules = SegmentRules(by="group").fit(TWO.astype({"group": kind}))
    assert rules.segments_["segment"].tolist() == ["guests", "fans"]
    assert SegmentRules(by="group").fit(TWO).segments_["segment"].tolist() == ["fans", "guests"]


@pytest.mark.parametrize(
    ("table", "options", "error", "match"),
    [
        (TWO.assign(group="fans"), {}, SchemaError, r"has the one segment \['fans'\]"),
        (TWO[["group"]], {}, SchemaError, "no columns to describe"),
        (TWO.head(0), {}, SchemaError, "has no rows"),
        (TWO, {"by": "tier"}, SchemaError, "lacks the columns"),
        (TWO, {"columns": ["reason_code"]}, ValueError, "a column that assign makes"),
        (TWO, {"columns": ["group"]}, ValueError, "holds the segments"),
        (TWO, {"max_rules": 1}, ValueError, "must be at least 2"),
        (TWO, {"min_share": 2}, ValueError, "between 0 and 1"),
        (TWO, {"random_state": -1}, ValueError, "must be at least 0"),
        (TWO.assign(spend=np.inf), {}, SchemaError, "is infinite"),
    ],
)
def test_rules_refuse(table, options, error, match):
    with pytest.raises(error, match=match):
        SegmentRules(**{"by": "group", **options}).fit(table)


def test_another_kind_of_values_than_learned_is_refused():
    rules = SegmentRules(by="group").fit(TWO)
    with pytest.raises(SchemaError, match=r"held numbers when the rules were learned, and now holds labels"):
        rules.predict(TWO.assign(spend="much"))
