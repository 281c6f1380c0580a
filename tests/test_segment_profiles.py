"""Profiles of segments: profile_table, lift_table, segment_difference_table."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import as_pandas

from crmkit._stats import adjusted_p_values
from crmkit.errors import SchemaError
from crmkit.segment.groups import lift_table, profile_table, segment_difference_table

NAN = float("nan")
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": range(8),
        "tier": ["core", "core", "other", "other", "other", "other", None, "core"],
        "spend": [50.0, 30.0, 5.0, 5.0, 4.0, 6.0, 0.0, NAN],
        "region": ["n", "s", "n", "n", None, "s", "n", "n"],
        "member": [True, True, False, None, False, False, True, True],
    }
)


def row(table, **where):
    for name, value in where.items():
        table = table[table[name].isna() if value is None else table[name] == value]
    (found,) = table.to_dict("records")
    return found


def test_profiles_by_hand():
    profile = profile_table(CUSTOMERS, by="tier")
    size = row(profile, segment="core", figure="customer_share")
    assert (size["n"], size["value"]) == (3, 3 / 8)
    # 80 of 100; 3 of 8 customers
    value = row(profile, segment="core", figure="value_share")
    assert (value["n"], value["n_missing"], value["value"]) == (2, 1, 0.8)
    assert value["index"] == pytest.approx(100 * 0.8 / (3 / 8))
    mean = row(profile, segment="core", column="spend", figure="mean")
    assert (mean["value"], mean["base_value"], mean["n_missing"]) == (40, pytest.approx(100 / 7), 1)
    assert mean["index"] == pytest.approx(280)
    median = row(profile, segment="core", column="spend", figure="median")
    assert (median["value"], median["base_value"], median["effect_size"]) == (40, 5, 1)
    share = row(profile, segment="other", column="region", level="n")
    assert (share["n"], share["n_missing"], share["value"]) == (3, 1, pytest.approx(2 / 3))
    # of the four others with a region three are in the north
    assert share["effect_size"] == pytest.approx(2 / 3 - 3 / 4)
    flag = row(profile, segment="core", column="member", scope="group")
    assert (flag["value"], flag["base_value"]) == (1, pytest.approx(4 / 7))
    nobody = row(profile, scope="no label", figure="customer_share")
    assert (nobody["n"], nobody["value"]) == (1, 1 / 8)
    assert row(profile, scope="all", column="spend", figure="mean")["effect"] == "epsilon_squared"


def test_undefined_p_values_leave_the_family():
    table = CUSTOMERS.assign(same=1.0, label="a", flag=True)
    with_it = profile_table(table, by="tier", columns=["spend", "same", "label", "flag"], value=None)
    without = profile_table(table, by="tier", columns=["spend"], value=None)
    assert with_it.loc[with_it["column"] != "spend", "p_value"].isna().all()
    assert with_it["adjusted_p_value"].dropna().tolist() == without["adjusted_p_value"].dropna().tolist()
    expected = adjusted_p_values(without["p_value"], adjust="benjamini-hochberg")
    np.testing.assert_array_equal(without["adjusted_p_value"], expected)


@pytest.mark.parametrize(("fewest", "few"), [(1, [True, True]), (12, [True, False]), (30, [False, False])])
def test_a_tiny_segment_makes_the_test_of_all_unreliable_and_no_more_sure(fewest, few):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"tier": ["few"] * fewest + ["many"] * 200, "spend": rng.lognormal(3, 1, fewest + 200)})
    table = table.assign(spend=np.where(np.arange(len(table)) == 0, 60.0, table["spend"]))
    profile = profile_table(table, by="tier", columns=["spend"], value=None)
    whole = [row(profile, scope="all", column="spend", figure=figure) for figure in ("mean", "median")]
    assert [each["too_few"] for each in whole] == few
    assert all(each["p_value"] > 0.05 for each in whole)


def test_lifts_by_hand():
    rows = [("core", "n")] * 30 + [("core", "s")] * 10 + [("other", "n")] * 70 + [("other", "s")] * 90
    table = pd.DataFrame(rows, columns=["tier", "region"])
    # 30 of 100 in the north against 40 of 200 in all
    found = row(lift_table(table, by="tier", columns=["region"]), segment="core", level="n")
    assert (found["share"], found["base_share"], found["lift"]) == (0.3, 0.2, 1.5)
    assert 1 < found["lower"] < 1.5 < found["upper"]
    assert found["is_significant"]
    assert not found["too_few"]


def test_lifts_of_empty_and_full_cells_have_two_ends():
    table = pd.DataFrame({"tier": ["core"] * 40 + ["other"] * 160, "region": ["n"] * 40 + ["s"] * 160})
    found = lift_table(table, by="tier", columns=["region"])
    full, empty = row(found, segment="core", level="n"), row(found, segment="core", level="s")
    assert (full["lift"], empty["lift"], empty["lower"]) == (5, 0, 0)
    assert 3 < full["lower"] < 5 <= full["upper"]
    assert 0 < empty["upper"] < 0.2


@pytest.mark.deep
@pytest.mark.parametrize(
    ("n", "level", "share", "lift"), [(100, 0.1, 0.1, 1), (300, 0.5, 0.3, 1.5), (300, 0.02, 0.2, 2)]
)
def test_intervals_of_lifts_hold_the_truth(n, level, share, lift):
    # Of the tier a share `lift * level` has the label, of the others what is left; many columns of labels at once.
    rng = np.random.default_rng(7)
    held = []
    for _ in range(50):
        tier = rng.random(n) < share
        others = level * (1 - lift * share) / (1 - share)
        labelled = rng.random((30, n)) < np.where(tier, lift * level, others)
        columns = {f"x{place}": np.where(labels, "l", "m") for place, labels in enumerate(labelled)}
        found = lift_table(pd.DataFrame({"tier": np.where(tier, "a", "b")} | columns), by="tier", columns=list(columns))
        cell = found[(found["segment"] == "a") & (found["level"] == "l") & found["lift"].notna()]
        held += [low <= lift <= high for low, high in zip(cell["lower"], cell["upper"], strict=True)]
    # measured: between 0.94 and 0.98
    assert np.mean(held) > 0.93


def test_differences_come_by_size():
    table = pd.DataFrame(
        {
            "tier": ["core"] * 30 + ["other"] * 30,
            "age": [*range(30, 60), *range(20, 50)],
            "member": [True, False, True] * 10 + [True, False] * 15,
            "apart": [*range(30, 60), *range(30)],
            "same": 1,
        }
    )
    found = segment_difference_table(table, by="tier", segment="core", other="other")
    assert found["column"].tolist() == ["apart", "apart", "age", "age", "member", "same", "same"]
    member = row(found, column="member")
    assert (member["effect_size"], member["difference"]) == (pytest.approx(1 / 6), pytest.approx(1 / 6))
    turned = segment_difference_table(table, by="tier", segment="other", other="core")
    np.testing.assert_allclose(turned["effect_size"], -found["effect_size"])
    np.testing.assert_allclose(turned["p_value"], found["p_value"])


@up_to(15)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.sampled_from("xyz")), min_size=4, max_size=30),
    st.randoms(),
)
def test_rows_in_another_order_give_the_same_profile(rows, random):
    kind = pd.CategoricalDtype(["a", "b"], ordered=True)
    table = pd.DataFrame(rows, columns=["tier", "spend", "region"]).astype({"tier": kind})
    mixed = table.iloc[random.sample(range(len(rows)), len(rows))]
    got, expected = (profile_table(each, by="tier") for each in (mixed, table))
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9)
    shares = expected[expected["figure"] == "customer_share"]
    assert shares.loc[shares["scope"] == "group", "value"].sum() == pytest.approx(1)
    of_levels = expected[(expected["column"] == "region") & (expected["n"] > 0)]
    assert of_levels.groupby("segment", observed=True)["value"].sum().tolist() == pytest.approx(
        [1] * expected.loc[expected["n"] > 0, "segment"].nunique()
    )


@pytest.mark.parametrize("unit", [1e-300, 0.01, 1e300])
def test_the_unit_of_a_column_changes_no_effect(unit):
    table = CUSTOMERS.assign(spend=CUSTOMERS["spend"] / 100)
    got = profile_table(table.assign(spend=table["spend"] * unit), by="tier", columns=["spend"])
    expected = profile_table(table, by="tier", columns=["spend"])
    for name in ("index", "effect_size", "effect_lower", "effect_upper", "p_value"):
        np.testing.assert_allclose(got[name], expected[name], rtol=1e-9)


def test_other_kinds_of_frame_say_the_same():
    table = pl.from_pandas(CUSTOMERS)
    for function, options in [
        (profile_table, {}),
        (lift_table, {"columns": ["region", "member"]}),
        (segment_difference_table, {"segment": "core", "other": "other"}),
    ]:
        got, expected = function(table, by="tier", **options), function(CUSTOMERS, by="tier", **options)
        assert isinstance(got, pl.DataFrame)
        pd.testing.assert_frame_equal(as_pandas(got, in_order=True), as_pandas(expected, in_order=True))


@pytest.mark.parametrize(
    ("table", "options", "error", "match"),
    [
        (CUSTOMERS.head(0), {}, SchemaError, "has no rows"),
        (CUSTOMERS.assign(tier=None), {}, SchemaError, "nobody has a segment"),
        (CUSTOMERS.assign(customer_id=1), {}, SchemaError, "already"),
        (CUSTOMERS, {"by": "level"}, SchemaError, "lacks the columns"),
        (CUSTOMERS, {"columns": ["tier"]}, ValueError, "holds the segments"),
        (CUSTOMERS, {"columns": ["spend", "spend"]}, ValueError, "twice"),
        (CUSTOMERS, {"columns": 3}, TypeError, "must be a list of columns"),
        (CUSTOMERS, {"value": "region"}, SchemaError, "must hold numbers"),
        (CUSTOMERS.assign(spend=np.inf), {}, SchemaError, "is infinite in 8 rows"),
        (CUSTOMERS.assign(day=pd.Timestamp("2024-01-01")), {"columns": ["day"]}, SchemaError, "holds days"),
        (CUSTOMERS, {"level": 1.5}, ValueError, "between 0 and 1"),
        (CUSTOMERS, {"adjust": "bonferroni"}, ValueError, "must be one of"),
    ],
)
def test_profiles_refuse(table, options, error, match):
    with pytest.raises(error, match=match):
        profile_table(table, **{"by": "tier", **options})


def test_labels_of_everybody_are_refused():
    table = pd.DataFrame({"tier": ["a", "b"] * 60, "email": [f"{n}@example.com" for n in range(120)]})
    with pytest.raises(SchemaError, match="has 120 different labels, more than 100"):
        profile_table(table, by="tier", value=None)


def test_lifts_and_differences_refuse():
    with pytest.raises(SchemaError, match="holds numbers"):
        lift_table(CUSTOMERS, by="tier", columns=["spend"])
    with pytest.raises(ValueError, match=r"`other` must be a segment of .* got 'tier 9'"):
        segment_difference_table(CUSTOMERS, by="tier", segment="core", other="tier 9")
    with pytest.raises(ValueError, match="are the same"):
        segment_difference_table(CUSTOMERS, by="tier", segment="core", other="core")


def test_an_engine_is_refused():
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.connect().from_df(CUSTOMERS[["tier", "spend"]])
    with pytest.raises(TypeError, match="must be a table in memory"):
        profile_table(relation, by="tier")


def test_the_table_stays_as_it_was():
    table = CUSTOMERS.copy(deep=True)
    profile_table(table, by="tier")
    lift_table(table, by="tier", columns=["region"])
    pd.testing.assert_frame_equal(table, CUSTOMERS)
