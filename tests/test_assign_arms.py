"""Who is in which arm: `assign_arms`."""

from hashlib import blake2b

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare
from tests.depth import up_to
from tests.frames import IN_MEMORY, Builder, to_arrow

import crmkit as ck
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns import assign_arms

EVEN = {"none": 0.5, "email": 0.5}
PLAN = {"campaign": "spring", "key": "a secret", "arms": EVEN, "control": "none"}


def base(n=2000):
    return pd.DataFrame({"customer_id": np.arange(n), "region": np.arange(n) % 7})


def arms_of(customers, **plan):
    return assign_arms(customers, **{**PLAN, **plan})["arm"].to_numpy()


# By hand


def position(text, campaign):
    """The first 53 bits of the hash, as the notes of the docstring say."""
    secret = blake2b(b"a secret").digest()
    own = blake2b(campaign, key=secret, digest_size=32).digest()
    return (int.from_bytes(blake2b(text, key=own, digest_size=8).digest(), "big") >> 11) / 2**53


def test_the_arm_is_where_the_hash_falls():
    shares = {"sms": 0.3, "none": 0.2, "email": 0.5}
    found = arms_of(pd.DataFrame({"customer_id": ["17", "李", "x y"]}), arms=shares)
    places = [position(text.encode(), b"campaign spring") for text in ("17", "李", "x y")]
    # the control group from 0 to .2, then in the order of names: email to .7, sms to 1
    assert list(found) == ["none" if p < 0.2 else "email" if p < 0.7 else "sms" for p in places]


def test_the_holdout_has_a_hash_of_its_own():
    found = arms_of(base(50), holdout_share=0.4)
    assert list(found == "holdout") == [position(str(i).encode(), b"holdout") < 0.4 for i in range(50)]


def test_strata_have_exact_counts():
    # 7 strata of 40 customers: 4, 12 and 24 of each
    shares = {"none": 0.1, "sms": 0.3, "email": 0.6}
    found = assign_arms(base(280), **{**PLAN, "arms": shares}, strata="region")
    counts = pd.crosstab(found["region"], found["arm"])
    assert (counts[["none", "sms", "email"]].to_numpy() == [4, 12, 24]).all()
    assert (found["treated"] == (found["arm"] != "none")).all()


def test_a_missing_label_is_a_stratum():
    customers = base(40).assign(region=[None, "north"] * 20)
    found = assign_arms(customers, **PLAN, strata=["region"])
    assert found[found["region"].isna()]["arm"].value_counts().to_dict() == {"none": 10, "email": 10}


def test_nobody_gives_an_empty_table():
    assert list(assign_arms(base(0), **PLAN, strata="region", holdout_share=0.1).columns) == [
        "customer_id", "campaign", "arm", "treated", "region",
    ]  # fmt: skip


# Laws


def test_positions_are_even_and_campaigns_independent():
    customers = base(40_000)
    tenths = {f"arm {i}": 0.1 for i in range(10)}
    first, second = (arms_of(customers, campaign=name, arms=tenths, control="arm 0") for name in ("spring", "summer"))
    held = arms_of(customers, holdout_share=0.3) == "holdout"
    # ids in a row, an id of each; one run of a fixed hash, so a level far out
    assert chisquare(np.unique(first, return_counts=True)[1]).pvalue > 1e-4
    assert chi2_contingency(pd.crosstab(first, second)).pvalue > 1e-4
    assert chi2_contingency(pd.crosstab(first, held)).pvalue > 1e-4
    assert chi2_contingency(pd.crosstab(first[1:], first[:-1])).pvalue > 1e-4
    other_key = arms_of(customers, key="another", arms=tenths, control="arm 0")
    assert chi2_contingency(pd.crosstab(first, other_key)).pvalue > 1e-4
    assert abs(held.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 40_000)


@given(st.lists(st.integers(-(10**12), 10**12), unique=True, max_size=30), st.randoms())
@up_to(30)
def test_others_the_order_and_the_type_of_ids_move_nobody(ids, random):
    whole = dict(zip(ids, arms_of(pd.DataFrame({"customer_id": np.array(ids, dtype=np.int64)})), strict=True))
    mixed = random.sample(ids, len(ids) // 2)
    few = arms_of(pd.DataFrame({"customer_id": np.array(mixed, dtype=np.int64)}))
    assert list(few) == [whole[each] for each in mixed]
    as_text = arms_of(pd.DataFrame({"customer_id": [f" {each}" for each in mixed]}, dtype=str))
    assert list(as_text) == list(few)


@pytest.mark.parametrize("kind", IN_MEMORY)
@pytest.mark.parametrize("strata", [None, "region"])
def test_every_kind_of_frame_gives_the_same(kind, strata):
    given = base(60).assign(region=["north", "south", None] * 20)
    found = assign_arms(Builder(kind)(given), **PLAN, strata=strata, holdout_share=0.1)
    wanted = assign_arms(given, **PLAN, strata=strata, holdout_share=0.1)
    assert type(found) is type(Builder(kind)(given))
    assert to_arrow(found).to_pydict() == to_arrow(wanted).to_pydict()


def test_the_index_and_the_order_are_kept():
    customers = base(9).set_index(pd.Index(list("abcdefghi"))).iloc[::-1]
    found = assign_arms(customers, **PLAN)
    assert list(found.index) == list("ihgfedcba")
    assert list(found["arm"][::-1]) == list(arms_of(base(9)))


def test_the_order_of_arms_does_not_matter():
    shares = {"sms": 0.3, "none": 0.2, "email": 0.5}
    turned = dict(reversed(shares.items()))
    assert list(arms_of(base(), arms=shares)) == list(arms_of(base(), arms=turned))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
@up_to(15)
def test_a_larger_group_holds_the_smaller(one, other):
    small, large = sorted((one, other))
    control = [arms_of(base(300), arms={"none": share, "email": 1 - share}) == "none" for share in (small, large)]
    held = [arms_of(base(300), holdout_share=share) == "holdout" for share in (small, large)]
    assert not (control[0] & ~control[1]).any()
    assert not (held[0] & ~held[1]).any()


def test_the_holdout_is_the_same_in_all_campaigns():
    held = [
        arms_of(base(), campaign=name, holdout_share=0.1) == "holdout" for name in ("spring", "holdout", "campaign")
    ]
    assert (held[0] == held[1]).all()
    assert (held[0] == held[2]).all()


def test_in_small_strata_each_customer_has_the_planned_chance():
    # strata of 3 customers, control 20 %: .6 of a customer, so that each has none or one
    customers = pd.DataFrame({"customer_id": range(12_000), "shop": np.repeat(np.arange(4000), 3)})
    control = arms_of(customers, arms={"none": 0.2, "email": 0.8}, strata="shop").reshape(-1, 3) == "none"
    assert set(control.sum(axis=1)) == {0, 1}
    # 4 standard errors of a share of .2 among 4,000
    assert np.abs(control.mean(axis=0) - 0.2).max() < 0.0253


def test_contacts_take_the_table():
    assigned = assign_arms(base(), **PLAN, holdout_share=0.1)
    contacts = ck.as_contacts(
        assigned[assigned["arm"] != "holdout"].assign(spend=1.0),
        outcomes=["spend"], control="none", campaign="campaign",
    )  # fmt: skip
    assert (contacts["treated"] == (contacts["arm"] == "email")).all()


# Refusals


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"arms": ["none", "email"]}, TypeError, "must map the name of each arm to its share"),
        ({"arms": {"none": 1.0}}, TypeError, "two arms or more"),
        ({"arms": {"none": 0.5, "email": 0.4}}, ValueError, "must add up to 1, got 0.9"),
        ({"arms": {"none": 10, "email": 90}}, ValueError, "`arms`"),
        ({"arms": {"none": 0.5, "holdout": 0.5}}, ValueError, "has an arm 'holdout'"),
        ({"arms": {"none": 0.5, " ": 0.5}}, ValueError, "has an arm without a name, ' '"),
        ({"control": "nobody"}, ValueError, "`control` must be one of `arms`, got 'nobody'"),
        ({"campaign": " "}, ValueError, "`campaign` must be a text that is not empty"),
        ({"key": 7}, ValueError, "`key` must be a text that is not empty, got 7"),
        ({"holdout_share": 1}, ValueError, "`holdout_share`"),
        ({"strata": "area"}, SchemaError, "lacks the columns"),
        ({"strata": {"region"}}, TypeError, "`strata` must be the name of a column or a list of them"),
        ({"strata": "arm"}, ValueError, "which the result has too"),
    ],
)
def test_what_is_not_as_described_is_refused(changed, error, says):
    with pytest.raises(error, match=says):
        assign_arms(base(9).assign(arm="x"), **{**PLAN, **changed})


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([1, 1, 2], r"has 1 customer more than once, first at rows \[0, 1\]"),
        (["a", None, "b"], r"is missing in 1 row, first at rows \[1\]"),
        ([1.5, 2.0, 3.0], "not a whole number"),
    ],
)
def test_ids_that_cannot_be_assigned_are_refused(ids, says):
    with pytest.raises(SchemaError, match=says):
        assign_arms(pd.DataFrame({"customer_id": ids}), **PLAN)


def test_an_engine_is_refused():
    with pytest.raises(TypeError, match=r"cannot work out the hash\. Collect the ids first"):
        assign_arms(Builder("duckdb")(base(3)), **PLAN)


# Input untouched


def test_the_table_is_not_changed():
    customers = base(9)
    assign_arms(customers, **PLAN, strata="region")
    pd.testing.assert_frame_equal(customers, base(9))
