"""Lists of customers that leave the house, and the matrix of products."""

from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.segment import ValueSegmenter, audience_audit_table, audience_table, product_matrix_table

PEOPLE = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        "segment": ["core", "core", "core", "core", "rest", "core", "core", "rest", None, "core"],
        "email": [
            " Ann@Example.com ", "bo@example.com", "not an address", "ANN@example.com", "cy@example.com",
            "di@example.com", None, "di@example.com", "eve@example.com", "flo@example.com",
        ],
        "consent": [True, False, True, True, True, True, True, False, True, None],
        "region": ["N", "N", "N", "N", "S", "N", "N", "N", "N", "N"],
        "income": range(10),
    }
)  # fmt: skip
ANN = sha256(b"ann@example.com").hexdigest()


# By hand.


def test_who_leaves_by_hand(build_in_memory):
    # 2 and 10 did not consent, 3 and 7 have no address, 4 is 1 again; 6 has an address for which 8 said no
    people = build_in_memory(PEOPLE)
    found = audience_table(people, segments=["core"], min_cell=1, columns=["region"])
    assert type(found) is type(people)
    found = as_pandas(found, in_order=True)
    assert list(found) == ["customer_id", "segment", "email_sha256", "region"]
    assert found.astype(object).to_numpy().tolist() == [[1, "core", ANN, "N"]]
    audit = as_pandas(audience_audit_table(people, segments=["core"], min_cell=1), in_order=True)
    assert dict(zip(audit["reason"], audit["n_rows"], strict=True)) == {
        "not_chosen": 3, "no_consent": 3, "invalid_email": 2, "duplicate_email": 1, "small_cell": 0, "exported": 1,
        "given": 10,
    }  # fmt: skip


def test_two_addresses_of_one_customer_are_one_customer():
    people = pd.DataFrame({"customer_id": [1, 1, 2], "segment": "core", "email": ["a@b.cn", "c@b.cn", "d@b.cn"]})
    assert audience_table(people.assign(consent=True), segments=["core"], min_cell=2)["customer_id"].tolist() == [
        1,
        1,
        2,
    ]
    with pytest.raises(SchemaError, match=r"'core'.*: 2\]|core: 2"):
        audience_table(people.assign(consent=True), segments=["core"], min_cell=3)
    said = people.assign(consent=[True, False, True])
    assert audience_table(said, segments=["core"], min_cell=1)["customer_id"].tolist() == [2]


@pytest.mark.parametrize(
    "text",
    ["mailto:a@b.cn", "<a@b.cn>", "A (a@b.cn)", "a@b.cn; c@b.cn", "a@b", "a@b.cn.", "a@b.cn\u200b", "\ufeffa@b.cn"],
)
def test_what_is_not_one_address_is_named(text):
    people = pd.DataFrame({"customer_id": [1], "segment": ["core"], "email": [text], "consent": [True]})
    audit = audience_audit_table(people, segments=["core"], min_cell=1).set_index("reason")["n_rows"]
    assert (audit["invalid_email"], audit["exported"]) == (1, 0)


def test_small_groups_are_refused_or_left_out():
    agreed = PEOPLE.assign(consent="yes", segment="core", email=[f"a{n}@b.cn" for n in range(10)])
    assert len(audience_table(agreed, segments=["core"], min_cell=10)) == 10
    with pytest.raises(
        SchemaError, match=r"1 group of customers is smaller than `min_cell` 5: \[.*'S'.*: 1.*\]\. Name"
    ):
        audience_table(agreed, segments=["core"], columns=["region"], min_cell=5)
    left = audience_table(agreed, segments=["core"], columns=["region"], min_cell=5, small="drop")
    assert left["region"].tolist() == ["N"] * 9
    audit = audience_audit_table(agreed, segments=["core"], columns=["region"], min_cell=5).set_index("reason")
    assert audit.loc[["small_cell", "exported"], "n_rows"].tolist() == [1, 9]
    assert audience_table(PEOPLE, segments=["core"], small="drop").empty


def test_products_are_crossed_by_hand(build_in_memory):
    products = pd.DataFrame(
        {
            "abc": ["A", "a", "hot", "B", "slow", None, "unsold"],
            "xyz": ["X", "x", "Z", "y", "z", "x", None],
            "amount": [40.0, 30, 20, 7, 3, 0, 0],
        }
    )
    given_products = build_in_memory(products)
    table = product_matrix_table(given_products)
    assert type(table) is type(given_products)
    table = as_pandas(table, in_order=True)
    assert table["n_products"].tolist() == [2, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1]
    assert table["value"].tolist() == [70, 0, 20, 0, 7, 0, 0, 0, 3, 0, 0]
    assert table["value_share"].sum() == pytest.approx(1)
    assert table["product_share"].sum() == pytest.approx(1)
    cells = table[["abc", "xyz"]].astype(object)
    cells = cells.where(cells.notna(), None).to_numpy().tolist()
    assert cells == [*([a, x] for a in "abc" for x in "xyz"), [None, "x"], [None, None]]
    assert table["sentence_zh"].iloc[0] == "销量大且平稳：可自动补货，不得缺货。"
    assert table["sentence_en"].notna().tolist() == [True] * 9 + [False] * 2
    assert table["sentence_en"].nunique() == table["sentence_zh"].nunique() == 9


# Laws.


@up_to(15)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["core", "rest", None]), st.sampled_from(["a@b.cn", " A@B.cn", "c@d.org", "x", None]),
            st.sampled_from([True, False, None]), st.sampled_from(["N", "S"]),
        ),
        min_size=1,
    ),
    st.integers(1, 3),
)  # fmt: skip
def test_every_row_has_one_reason_and_no_small_group_leaves(rows, least):
    people = pd.DataFrame(rows, columns=["segment", "email", "consent", "region"])
    people = people.assign(customer_id=range(len(people)))
    if not (people["segment"] == "core").any():
        return
    asked = {"segments": ["core"], "columns": ["region"], "min_cell": least}
    audit = audience_audit_table(people, **asked).set_index("reason")["n_rows"]
    found = audience_table(people, **asked, small="drop")
    assert audit.iloc[:-1].sum() == audit["given"] == len(people)
    assert audit["exported"] == len(found)
    assert found["email_sha256"].is_unique
    assert (found.groupby("region").size() >= least).all()
    consent = people.set_index("customer_id")["consent"]
    assert all(consent[who] is True or consent[who] == 1 for who in found["customer_id"])


def test_values_that_no_sum_can_hold_are_refused():
    products = pd.DataFrame({"abc": ["a", "b"], "xyz": ["x", "x"], "amount": [1e308, -1e308]})
    with pytest.raises(SchemaError, match=r"`products\['amount'\]` adds up to more than a number can hold"):
        product_matrix_table(products)


def test_classes_of_a_segmenter_go_in():
    rng = np.random.default_rng(1)
    products = pd.DataFrame({"n_orders": [0, *[1] * 99], "amount": [0.0, *rng.lognormal(3, 2, 99)]})
    abc = ValueSegmenter(scheme="product", value="amount").fit(products)
    table = product_matrix_table(products.assign(abc=abc.predict(products), xyz=rng.choice(list("XYZ"), 100)))
    assert table["n_products"].sum() == 100
    assert table.loc[table["abc"].isna(), "n_products"].sum() == 1
    assert table.loc[table["abc"] == "a", "value_share"].sum() == pytest.approx(0.8, abs=0.1)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"segments": []}, ValueError, "`segments` must name at least one segment"),
        ({"segments": "core"}, TypeError, "`segments`"),
        (
            {"segments": ["gold"]},
            ValueError,
            r"`segments` names \['gold'\], which `customers\['segment'\]` does not hold",
        ),
        ({"columns": ["email"]}, ValueError, "`columns` names 'email': e-mail addresses are exported only as hashes"),
        ({"columns": ["segment"]}, ValueError, r"`columns` names \['segment'\], which the list has already"),
        ({"columns": ["age"]}, SchemaError, r"`customers` lacks the columns \['age'\]"),
        ({"consent": "agreed"}, SchemaError, r"`customers` lacks the columns \['agreed'\]"),
        ({"min_cell": 0}, ValueError, "`min_cell` must be at least 1"),
    ],
)
def test_what_must_not_leave_is_refused(options, error, message):
    for function in (audience_table, audience_audit_table):
        with pytest.raises(error, match=message):
            function(PEOPLE, **({"segments": ["core"]} | options))
    with pytest.raises(ValueError, match="`small` must be"):
        audience_table(PEOPLE, segments=["core"], small="hide")


def test_what_is_no_class_is_refused():
    good = pd.DataFrame({"abc": ["a"], "xyz": ["x"], "amount": [1.0]})
    with pytest.raises(SchemaError, match=r"`products\['xyz'\]` must hold the classes \['x', 'y', 'z'\], got 'q'"):
        product_matrix_table(good.assign(xyz="q"))
    with pytest.raises(SchemaError, match=r"`products\['amount'\]` must hold finite numbers; 1 row has none, first at"):
        product_matrix_table(good.assign(amount=np.inf))
    with pytest.raises(SchemaError, match=r"`products` lacks the columns \['xyz'\]"):
        product_matrix_table(good.drop(columns="xyz"))
    nothing = product_matrix_table(good.head(0))
    assert nothing["n_products"].tolist() == [0] * 9
    assert nothing[["product_share", "value_share"]].isna().all(axis=None)


# Input untouched.


def test_the_tables_given_stay_as_they_were():
    people = PEOPLE.copy()
    audience_table(people, segments=["core"], min_cell=1)
    audience_audit_table(people, segments=["core"])
    pd.testing.assert_frame_equal(people, PEOPLE)
