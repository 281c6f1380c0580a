"""The door for points: words for kinds, signs, reversals of earnings, what is refused, and where every row goes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import assert_same_rows, duckdb_connection, rows, to_arrow

from crmkit import SchemaError, as_points, audit_points, make_points, rejected_points
from crmkit._tables import POINTS, check_values, float_columns, open_table
from crmkit.points import POINT_REASONS

COLUMNS = ["event_id", "customer_id", "date", "kind", "points", "expires", "reverses", "counts_for_level"]
NAMED = {"expires": "until", "reverses": "of"}


def stamps(*days):
    return pd.Series(pd.to_datetime(list(days))).astype("datetime64[us]")


def log(*given):
    """Rows typed as engines need them: event, customer, date, kind, points, until, of."""
    event, who, day, kind, points, until, of = zip(*given, strict=True)
    return pd.DataFrame(
        {
            "event_id": event,
            "customer_id": who,
            "date": stamps(*day),
            "kind": kind,
            "points": np.array(points, float),
            "until": stamps(*until),
            "of": pd.Series(of, dtype=object),
        }
    )


LOG = log(
    ("e1", "ann", "2024-01-05", "Earn", 100, None, None),
    ("e2", "ann", "2024-01-09", "获得", 50, "2024-02-09", None),
    ("r1", "ann", "2024-02-01", "兑换", 40, None, None),
    ("v1", "ann", "2024-02-03", "冲销", 30, None, "e1"),
    ("x1", "ann", "2024-02-09", "过期", 10, None, None),
    ("a1", "bo", "2024-02-09", "调整", -20, None, None),
    ("a2", "bo", "2024-02-09", "Adjustment", 5, "2024-02-09", None),
)


# By hand


def test_events_come_in_and_go_out_on_every_kind_of_frame(build):
    got = as_points(build(LOG.assign(shop="north")), **NAMED, keep=["shop"])
    found = sorted(rows(got, columns=[*COLUMNS, "shop"]))
    assert found == [
        ("a1", "bo", "2024-02-09", "adjust", -20.0, None, None, False, "north"),
        ("a2", "bo", "2024-02-09", "adjust", 5.0, "2024-02-09", None, False, "north"),
        ("e1", "ann", "2024-01-05", "earn", 100.0, None, None, True, "north"),
        ("e2", "ann", "2024-01-09", "earn", 50.0, "2024-02-09", None, True, "north"),
        ("r1", "ann", "2024-02-01", "redeem", 40.0, None, None, False, "north"),
        ("v1", "ann", "2024-02-03", "reverse", 30.0, None, "e1", True, "north"),
        ("x1", "ann", "2024-02-09", "expire", 10.0, None, None, False, "north"),
    ]
    assert open_table(got, POINTS).collect_schema().names() == [*COLUMNS, "shop"]


def test_points_that_carry_signs_come_to_the_same(build):
    taken = LOG["kind"].isin(["兑换", "冲销", "过期"])
    signed = LOG.assign(points=LOG["points"].where(~taken, -LOG["points"]))
    assert_same_rows(as_points(build(signed), **NAMED, signed=True), as_points(LOG, **NAMED))


def test_text_is_read_words_are_named_and_rows_numbered():
    given = pd.DataFrame(
        {
            "who": [7, 7],
            "day": ["05/02/2024", "06/02/2024"],
            "type": ["WELCOME GIFT", "Points spent "],
            "sum": ["1.234,5", "2.000,0"],
            "level": ["是", ""],
        },
        index=["x", "y"],
    )
    names = {"event_id": None, "customer_id": "who", "date": "day", "kind": "type", "amount": "sum"}
    words = {"Welcome gift": "earn", "points spent": "redeem"}
    got = as_points(given, **names, kinds=words, counts_for_level="level", date_format="%d/%m/%Y")
    assert rows(got, columns=[*COLUMNS[:5], "counts_for_level"]) == [
        (0, 7, "2024-02-05", "earn", 1234.5, True),
        (1, 7, "2024-02-06", "redeem", 2000.0, False),
    ]
    assert list(got.index) == ["x", "y"]


def test_ids_of_one_person_are_joined_before_reversals_look_for_their_earning():
    given = LOG.iloc[[0, 3]].assign(customer_id=["ann", "ann@x"])
    with pytest.raises(SchemaError, match="1 that reverse what is no earlier earning of the same customer"):
        as_points(given, **NAMED)
    merged = pd.DataFrame({"customer_id": ["ann@x"], "merged_id": ["ann"]})
    assert set(as_points(given, **NAMED, merge_ids=merged)["customer_id"]) == {"ann"}


# Row by row: sound, and wrong in one way each
WRONG = pd.DataFrame(
    [
        ("e1", "ann", "2024-01-01", "earn", "10", "2024-12-31", None, "yes", "earn"),
        (" ", "ann", "2024-01-01", "earn", "10", None, None, "yes", "no_event"),
        ("e2", "", "2024-01-01", "earn", "10", None, None, "yes", "no_customer"),
        ("e3", "ann", "soon", "earn", "10", None, None, "yes", "unusable_date"),
        ("e4", "ann", "2024-01-01", "party", "10", None, None, "yes", "unknown_kind"),
        ("e5", "ann", "2024-01-01", "earn", "much", None, None, "yes", "unusable_points"),
        ("r1", "ann", "2024-01-01", "redeem", "-1", None, None, "yes", "wrong_sign"),
        ("e6", "ann", "2024-01-02", "earn", "10", "2024-01-01", None, "yes", "unusable_expires"),
        ("e7", "ann", "2024-01-02", "earn", "10", "9999-12-31", None, "yes", "unusable_expires"),
        ("r2", "ann", "2024-01-02", "redeem", "10", "2024-01-03", None, "yes", "unusable_expires"),
        ("r3", "ann", "2024-01-02", "redeem", "10", None, "e1", "yes", "unusable_reverses"),
        ("v1", "ann", "2024-01-02", "reverse", "10", None, None, "yes", "no_earning"),
        ("e8", "ann", "2024-01-02", "earn", "10", None, None, "perhaps", "unusable_counts_for_level"),
        ("e9", "ann", "2024-01-02", "earn", "10", None, None, "no", "repeated_event"),
        ("e9", "bo", "2024-01-02", "redeem", "10", None, None, "no", "repeated_event"),
        ("v2", "bo", "2024-01-02", "reverse", "10", None, "e1", "yes", "unknown_earning"),
        ("v3", "ann", "2023-12-31", "reverse", "1", None, "e1", "yes", "unknown_earning"),
        ("v4", "ann", "2024-01-02", "reverse", "1", None, "r2", "yes", "unknown_earning"),
        ("f1", "cy", "2024-01-02", "earn", "10", None, None, "yes", "earn"),
        ("v5", "cy", "2024-01-03", "reverse", "6", None, "f1", "yes", "excess_reversal"),
        ("v6", "cy", "2024-01-04", "reverse", "5", None, "f1", "yes", "excess_reversal"),
        ("z1", "cy", "2024-01-04", "redeem", "0", None, None, "", "zero_points"),
        ("r4", "cy", "2024-01-04", "redeem", "2", None, None, "", "redeem"),
        ("x1", "cy", "2024-01-04", "expire", "3", None, None, "", "expire"),
        ("v7", "ann", "2024-01-04", "reverse", "4", None, "e1", "yes", "reverse"),
        ("a1", "ann", "2024-01-04", "adjust", "-5", None, None, "no", "adjust"),
    ],
    columns=["event_id", "customer_id", "date", "kind", "points", "until", "of", "level", "expected"],
)
ASKED = {**NAMED, "counts_for_level": "level"}
KEPT = ["earn", "redeem", "expire", "reverse", "adjust"]


def test_rejected_rows_come_back_with_their_reason(build_in_memory):
    got = rows(rejected_points(build_in_memory(WRONG), **ASKED), columns=["expected", "rejected_because"])
    assert got == [(reason, reason) for reason in WRONG["expected"] if reason not in KEPT]
    kept = as_points(build_in_memory(WRONG), **ASKED, keep=["expected"], invalid="drop")
    assert [row[0] for row in rows(kept, columns=["expected"])] == ["earn", *KEPT]


def test_the_audit_adds_up_to_all_rows_and_all_points():
    audit = audit_points(WRONG, **ASKED).set_index("reason")
    counts = WRONG["expected"].value_counts()
    assert list(audit.index) == list(POINT_REASONS)
    assert audit["n_rows"].drop("given").to_dict() == counts.reindex(audit.index.drop("given"), fill_value=0).to_dict()
    assert audit["points"].drop("given").sum() == audit.loc["given", "points"]
    # what is taken counts below 0: 2 redeemed, 3 expired, 4 reversed, an adjustment of -5
    assert audit.loc[KEPT, "points"].tolist() == [20.0, -2.0, -3.0, -4.0, -5.0]


def test_on_an_engine_the_same_rows_are_dropped():
    days = {name: stamps(*pd.to_datetime(WRONG[name], errors="coerce")) for name in ("date", "until")}
    level = WRONG["level"].map({"yes": 1.0, "no": 0.0})
    typed = WRONG.assign(**days, points=pd.to_numeric(WRONG["points"], errors="coerce"), level=level)
    relation = duckdb_connection().from_arrow(to_arrow(typed))
    for function in (audit_points, rejected_points):
        assert_same_rows(function(relation, **ASKED), function(typed, **ASKED))


# Law


@up_to(8)
@given(
    st.integers(1, 25), st.integers(0, 9999), st.sampled_from([0.0, 0.4, 1.0]), st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([1, 13]), st.sampled_from([1, 150]),
)  # fmt: skip
def test_the_door_takes_what_the_simulator_makes(n_customers, seed, share, other, valid_months, smallest):
    points, truth = make_points(
        n_customers=n_customers, end="2022-12-31", valid_months=valid_months, redeemer_share=share, bonus_share=other,
        return_rate=other, smallest_redemption=smallest, random_state=seed,
    )  # fmt: skip
    if points.empty:
        return
    got = as_points(points, expires="expires", reverses="reverses")
    assert len(got) == len(points)
    check_values(float_columns(got, POINTS, ["points"]), POINTS)
    earned = got[got["kind"] == "earn"].set_index("event_id")["points"]
    assert truth["event_id"].tolist() == earned.index.tolist()
    assert (truth["redeemed"] <= truth["redeemed_ever"]).all()
    assert (truth["redeemed_ever"] <= earned.to_numpy()).all()
    # all that was redeemed in the log was redeemed of what was earned in it
    assert got.loc[got["kind"] == "redeem", "points"].sum() == truth["redeemed"].sum()
    assert truth.loc[~truth["is_redeemer"], "redeemed_ever"].eq(0).all()


@settings(max_examples=4)
@given(st.permutations(range(len(WRONG))))
def test_the_order_of_rows_does_not_matter(order):
    turned = WRONG.iloc[list(order)]
    for function in (audit_points, rejected_points):
        assert_same_rows(function(turned, **ASKED), function(WRONG, **ASKED))


def test_a_seed_gives_the_same_tables_and_the_rates_are_those_asked_for():
    first, again = (make_points(n_customers=40, random_state=3) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    points, truth = make_points(n_customers=2000, random_state=1)
    earned = points[points["kind"] == "earn"]
    # Poisson of gamma rates: the variance of a member's count over three years is 24 + 24²/1.2
    assert len(earned) / 2000 == pytest.approx(24, abs=4 * np.sqrt((24 + 24**2 / 1.2) / 2000))
    assert earned["points"].mean() == pytest.approx(100, abs=4 * 100 * np.sqrt(np.expm1(0.36) / len(earned)))
    assert earned["expires"].notna().mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / len(earned)))
    redeems = truth.drop_duplicates("customer_id")["is_redeemer"]
    assert redeems.mean() == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / len(redeems)))


# Refusal


def test_rows_that_cannot_be_used_are_refused_with_the_mend():
    expected = (
        r"^`points` has rows that cannot be used: 1 without an event id \(.*\): event_id=None numbers the rows; "
        r"1 without a customer \(first at rows \[2\]\); 1 with an unusable date \(.*\); "
        r"1 of an unknown kind \(.*\['party'\]\): name yours with `kinds`; "
        r"1 with points that are missing or unusable \(.*\['much'\]\); "
        r"1 with points of the wrong sign \(.*\): all but adjustments are above 0 or, with signed=True, .*; "
        r"3 with an expiry that is unusable, before the day of the earning, or of an event that adds no points \("
        r"first at rows \[7, 8, 9\].*: leave it empty where there is none; "
        r"1 that name an earning but are not reversals \(.*\); "
        r"1 that reverse no earning \(.*\): name it, or write an adjustment; "
        r"1 of which it is neither true nor false that they count for a level \(.*\); "
        r"2 whose event id stands on several rows \(.*\): keep copies once, and make other ids differ; "
        r"3 that reverse what is no earlier earning of the same customer \(.*\): write an adjustment in its place; "
        r"2 that reverse more than was earned \(first at rows \[19, 20\].*\)\. "
    )
    with pytest.raises(SchemaError, match=expected):
        as_points(WRONG, **ASKED)


@pytest.mark.parametrize("door", [as_points, audit_points, rejected_points])
def test_what_is_not_a_log_of_points_is_refused(door):
    with pytest.raises(TypeError, match="`points` must be a pandas, Polars or PyArrow table"):
        door([1])
    with pytest.raises(SchemaError, match=r"`points` has no column \['points'\]"):
        door(LOG.drop(columns="points"))
    with pytest.raises(ValueError, match=r"`kinds` must map words to \['earn', .*\], got \{'x': 'y'\}"):
        door(LOG, kinds={"x": "y"})
    with pytest.raises(ValueError, match="`reverses` names earnings by their ids, and event_id=None gives none"):
        door(LOG, event_id=None, reverses="of")
    with pytest.raises(SchemaError, match=r"`points\['points'\]` holds .*, unlike `points\['event_id'\]`"):
        door(LOG.assign(points=range(1, 8)), reverses="points")
    with pytest.raises(TypeError, match="event_id=None numbers the rows, and an engine's rows have no order"):
        door(duckdb_connection().from_arrow(to_arrow(LOG)), event_id=None)


def test_options_of_the_door_are_checked():
    with pytest.raises(ValueError, match=r"`invalid` must be one of \['drop', 'raise'\], got 'keep'"):
        as_points(LOG, **NAMED, invalid="keep")
    with pytest.raises(SchemaError, match=r"`keep` names \['points'\], but as_points makes columns"):
        as_points(LOG, **NAMED, keep=["points"])
    with pytest.raises(SchemaError, match=r"`points` has 1 row, and none is left with invalid='drop'\. audit_points"):
        as_points(LOG.head(1).assign(kind="x"), **NAMED, invalid="drop")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_customers": 0}, ValueError, "`n_customers` must be at least 1"),
        ({"valid_months": 1.5}, TypeError, "`valid_months` must be a whole number"),
        ({"smallest_redemption": 0}, ValueError, "`smallest_redemption` must be at least 1"),
        ({"end": "2021-01-01"}, ValueError, "`end` must not lie before `start`"),
        ({"mean_points": 0}, ValueError, "`mean_points` must be a finite number above 0"),
        ({"redeemer_share": 1.1}, ValueError, "`redeemer_share` must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make_points(**options)


# Input untouched


def test_the_log_given_stays_as_it_was():
    given = WRONG.copy()
    as_points(given, **ASKED, invalid="drop")
    audit_points(given, **ASKED)
    pd.testing.assert_frame_equal(given, WRONG)
