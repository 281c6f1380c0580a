"""Who moved from which segment to which."""

import pandas as pd
import pytest
from hypothesis import assume, given
from sklearn.exceptions import NotFittedError
from tests.customers import NAN, customer_table, customer_tables
from tests.frames import Builder, as_pandas, assert_same_rows

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, TierSegmenter, ValueSegmenter
from crmkit.segment.movement import movement_table

COLUMNS = ["segment_before", "segment_after", "n_customers", "share"]
NAMES = ["name_en_before", "name_en_after", "name_zh_before", "name_zh_after"]
BEFORE = customer_table([1] * 5 + [0], [600, 200, 200, 50, 50, 0], [1] * 5 + [NAN], customer_id=list("abcdef"))
# a stays, b rises, c lapses, d is gone, e stays, f orders; g and h are new
AFTER = customer_table(
    [1, 1, 1, 1, 1, 0, 1], [50, 600, 200, 600, 200, 0, 50], [1, 1, 366, 1, 1, NAN, 1], customer_id=list("ebcafhg")
)
TIERS = TierSegmenter(cuts={"core": 500, "important": 100, "orders": 9}).fit(BEFORE)
MOVED = {
    ("core", "core"): (1, 1.0),
    ("important", "core"): (1, 0.5),
    ("important", "ordinary"): (1, 0.5),
    ("ordinary", "ordinary"): (1, 0.5),
    ("ordinary", None): (1, 0.5),
    ("potential", "important"): (1, 1.0),
    (None, "ordinary"): (1, None),
    (None, "potential"): (1, None),
}


def counts_of(table):
    """{(before, after): (customers, share)} of a table of any kind, missing as None."""
    table = as_pandas(table, in_order=True)[COLUMNS]
    plain = table.astype(object).where(table.notna(), None)
    return {(before, after): (n, share) for before, after, n, share in plain.itertuples(index=False, name=None)}


# By hand.


def test_movement_by_hand(build_in_memory):
    before, after = build_in_memory(BEFORE), build_in_memory(AFTER)
    table = movement_table(before, after, segmenter=TIERS)
    assert type(table) is type(before)
    got = counts_of(table)
    codes = ["core", "important", "ordinary", "potential"]
    pairs = [(start, end) for start in codes for end in codes]
    assert got == dict.fromkeys(pairs, (0, 0.0)) | MOVED
    assert [pair for pair in got if None not in pair] == pairs
    assert list(as_pandas(table)) == [*COLUMNS, "lower", "upper", *NAMES]


def test_shares_have_wilson_intervals():
    # 1 of the 2 ordinary customers: around 1/2, half of it z sqrt(p (1 - p) / n + z² / 4n²) / (1 + z² / n)
    table = movement_table(BEFORE, AFTER, segmenter=TIERS).set_index(["segment_before", "segment_after"])
    half = 1.959964 * (0.25 / 2 + 1.959964**2 / 16) ** 0.5 / (1 + 1.959964**2 / 2)
    row = table.loc[("ordinary", "ordinary")]
    assert (row["lower"], row["upper"]) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)
    empty = table.loc[("core", "potential")]
    assert (empty["lower"], empty["share"]) == (0, 0)
    assert empty["upper"] > 0.5
    new = table[table.index.get_level_values(0).isna()]
    assert new[["share", "lower", "upper"]].isna().all(axis=None)
    narrower = movement_table(BEFORE, AFTER, segmenter=TIERS, level=0.5)["upper"].sum()
    assert narrower < table["upper"].sum()


def test_names_stand_beside_codes():
    table = movement_table(BEFORE, AFTER, segmenter=TIERS).set_index(["segment_before", "segment_after"])
    names = table.loc[("important", "core"), NAMES].tolist()
    assert names == ["Important customers", "Core customers", "重要客户", "核心客户"]
    gone = table[table.index.get_level_values("segment_after").isna()]
    assert gone["name_en_before"].tolist() == ["Ordinary customers"]
    assert gone["name_zh_before"].tolist() == ["普通客户"]
    assert gone[["name_en_after", "name_zh_after"]].isna().all(axis=None)


def test_nobody_is_new_or_gone_where_both_hold_the_same():
    table = movement_table(BEFORE, BEFORE, segmenter=TIERS)
    assert len(table) == 16
    stayed = table[table["segment_before"] == table["segment_after"]]
    assert stayed["n_customers"].tolist() == [1, 2, 2, 1]
    assert stayed["share"].tolist() == [1, 1, 1, 1]


def test_a_segment_that_was_empty_has_no_shares():
    table = movement_table(BEFORE.head(1), AFTER, segmenter=TIERS)
    shares = table.groupby("segment_before")["share"].agg(lambda shares: shares.isna().all())
    assert shares.to_dict() == {"core": False, "important": True, "ordinary": True, "potential": True}


def test_nobody_before_or_after(build_in_memory):
    nobody = build_in_memory(BEFORE.head(0).astype(BEFORE.dtypes))
    everybody = build_in_memory(BEFORE)
    came = {pair: n for pair, (n, _) in counts_of(movement_table(nobody, everybody, segmenter=TIERS)).items() if n}
    assert came == {(None, "core"): 1, (None, "important"): 2, (None, "ordinary"): 2, (None, "potential"): 1}
    went = {pair: n for pair, (n, _) in counts_of(movement_table(everybody, nobody, segmenter=TIERS)).items() if n}
    assert went == {("core", None): 1, ("important", None): 2, ("ordinary", None): 2, ("potential", None): 1}


@pytest.mark.parametrize("ids", [range(8), [2**62 + n for n in range(8)], [f"客户 {n}" for n in range(8)]])
def test_ids_may_be_numbers_or_text_in_a_column_of_another_name(build_in_memory, ids):
    new = dict(zip("abcdefgh", ids, strict=True))
    tables = [
        table.assign(member=table["customer_id"].map(new)).drop(columns="customer_id") for table in (BEFORE, AFTER)
    ]
    given = [build_in_memory(table) for table in tables]
    moved = counts_of(movement_table(*given, segmenter=TIERS, customer_id="member"))
    assert {pair: got for pair, got in moved.items() if got[0]} == MOVED


# Laws.


@pytest.mark.parametrize("segmenter", [RFMSegmenter(), TierSegmenter(), ValueSegmenter(scheme="abc")])
def test_movement_on_cdnow_adds_up(segmenter):
    orders = as_transactions(load_cdnow())
    before, after = (customer_summary(orders, as_of=day) for day in ("1997-02-28", "1998-06-30"))
    segmenter.fit(before)
    table = movement_table(before, after, segmenter=segmenter)
    known = before[["customer_id"]].assign(start=segmenter.predict(before).astype(str).to_numpy())
    later = after[["customer_id"]].assign(end=segmenter.predict(after).astype(str).to_numpy())
    pairs = known.merge(later, on="customer_id", how="outer").groupby(["start", "end"], dropna=False).size()
    expected = {tuple(None if pd.isna(code) else code for code in pair): n for pair, n in pairs.items()}
    assert {pair: n for pair, (n, _) in counts_of(table).items() if n} == expected
    assert table["n_customers"].sum() == len(after)
    shares = table.groupby("segment_before")["share"].sum(min_count=1).dropna()
    assert shares.to_numpy() == pytest.approx(1)


@given(before=customer_tables(), after=customer_tables())
def test_shares_add_up_and_row_order_counts_for_nothing(before, after):
    assume(before.loc[before["n_orders"] > 0, "spend"].sum() > 0)
    segmenter = TierSegmenter().fit(before)
    before = before.assign(customer_id=range(len(before)))
    after = after.assign(customer_id=range(5, len(after) + 5))
    table = movement_table(before, after, segmenter=segmenter)
    assert table["n_customers"].sum() == len(set(before["customer_id"]) | set(after["customer_id"]))
    assert table.dropna(subset="segment_before")["n_customers"].sum() == len(before)
    assert table.dropna(subset="segment_after")["n_customers"].sum() == len(after)
    per_segment = table.groupby("segment_before")["share"].sum(min_count=1).dropna()
    assert per_segment.to_numpy() == pytest.approx(1)
    turned = movement_table(before.iloc[::-1], after.sample(frac=1, random_state=1), segmenter=segmenter)
    pd.testing.assert_frame_equal(turned, table)


# Refusals.


def test_ids_that_do_not_tell_who_is_who_are_refused(build_in_memory):
    good = build_in_memory(BEFORE)
    twice = build_in_memory(BEFORE.assign(customer_id=list("abcabz")))
    with pytest.raises(
        SchemaError, match=r"`before\['customer_id'\]` holds ids more than once: \['a', 'b'\]\. Give one"
    ):
        movement_table(twice, good, segmenter=TIERS)
    lost = build_in_memory(BEFORE.assign(customer_id=["a", None, "c", None, "e", "f"]))
    with pytest.raises(SchemaError, match=r"`after\['customer_id'\]` is missing in 2 rows\. Drop them"):
        movement_table(good, lost, segmenter=TIERS)
    with pytest.raises(SchemaError, match=r"`before` lacks the columns \['member'\]; it has .*customer_summary makes"):
        movement_table(good, good, segmenter=TIERS, customer_id="member")
    numbers = build_in_memory(BEFORE.assign(customer_id=range(6)))
    with pytest.raises(
        TypeError, match=r"`before` and `after` have ids of different kinds, got \['string', 'integer'\]"
    ):
        movement_table(good, numbers, segmenter=TIERS)


def test_tables_of_two_kinds_are_refused():
    for kind, name in (("polars", "polars"), ("pyarrow", "pyarrow")):
        with pytest.raises(
            TypeError, match=f"`before` is pandas and `after` is {name}. Give both as the same kind of f"
        ):
            movement_table(BEFORE, Builder(kind)(AFTER), segmenter=TIERS)


def test_pandas_of_every_make_and_lazy_polars_go_together():
    expected = movement_table(BEFORE, AFTER, segmenter=TIERS)
    for one, other in (
        ("pandas-numpy", "pandas-pyarrow"),
        ("pandas-nullable", "pandas-numpy"),
        ("polars", "polars-lazy"),
    ):
        assert_same_rows(movement_table(Builder(one)(BEFORE), Builder(other)(AFTER), segmenter=TIERS), expected)


def test_tables_of_an_engine_are_refused(build):
    if build.is_engine:
        with pytest.raises(TypeError, match="`before` must be a table in memory"):
            movement_table(build(BEFORE), build(AFTER), segmenter=TIERS)


def test_what_places_nobody_is_refused():
    with pytest.raises(NotFittedError, match="TierSegmenter"):
        movement_table(BEFORE, AFTER, segmenter=TierSegmenter())
    with pytest.raises(SchemaError, match=r"`after` lacks the columns \['spend'\]"):
        movement_table(BEFORE, AFTER.drop(columns="spend"), segmenter=TIERS)
    with pytest.raises(TypeError, match="`before` must be a pandas, Polars or PyArrow table"):
        movement_table([1], AFTER, segmenter=TIERS)


# Input untouched.


def test_the_tables_stay_as_they_are(build_in_memory):
    given = [build_in_memory(table) for table in (BEFORE, AFTER)]
    movement_table(*given, segmenter=TIERS)
    for table, before in zip(given, (BEFORE, AFTER), strict=True):
        assert_same_rows(table, before, in_order=True)
