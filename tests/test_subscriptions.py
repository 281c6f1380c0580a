"""The door for subscriptions: spells at one price, gaps and overlaps, and where every row goes."""

import warnings
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows, duckdb_connection, rows, to_arrow

from crmkit import SchemaError, as_subscriptions, audit_subscriptions, make_subscriptions, rejected_subscriptions
from crmkit._tables import SUBSCRIPTIONS, check_values, float_columns, open_table
from crmkit.subscriptions import SUBSCRIPTION_REASONS

COLUMNS = ["customer_id", "subscription_id", "start", "end", "end_known", "mrr", "list_mrr", "trial", "currency"]
DOORS = (as_subscriptions, audit_subscriptions, rejected_subscriptions)
NAMED = {"subscription_id": "sub", "end_known": "told", "list_mrr": "list", "trial": "free", "currency": "code"}


def stamps(*days):
    return pd.Series(pd.to_datetime(list(days))).astype("datetime64[us]")


def spells(*given):
    """Spells typed as engines need them: customer, start, end, MRR."""
    who, start, end, mrr = zip(*given, strict=True)
    return pd.DataFrame({"customer_id": who, "start": stamps(*start), "end": stamps(*end), "mrr": np.array(mrr, float)})


TWO = spells(("ann", "2024-01-01", "2024-03-01", 20), ("ann", "2024-03-01", None, 30))
# all columns, on every kind of frame
FULL = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "bo"],
        "sub": ["a1", "a1", "b1"],
        "start": stamps("2024-01-01", "2024-01-15", "2024-02-01"),
        "end": stamps("2024-01-15", None, "2024-03-01"),
        "told": stamps("2024-01-15", None, "2024-02-10"),
        "mrr": [0.0, 20.0, 5.0],
        "list": [20.0, 20.0, None],
        "free": [True, False, False],
        "code": ["EUR", "EUR", "EUR"],
        "plan": ["S", "S", "M"],
    }
)


def changed(table, **columns):
    return table.assign(**columns)


# By hand


def test_spells_come_in_and_go_out_on_every_kind_of_frame(build):
    got = as_subscriptions(build(FULL), **NAMED, keep=["plan"])
    assert rows(got, columns=[*COLUMNS, "plan"]) == [
        ("ann", "a1", "2024-01-01", "2024-01-15", "2024-01-15", 0.0, 20.0, True, "EUR", "S"),
        ("ann", "a1", "2024-01-15", None, None, 20.0, 20.0, False, "EUR", "S"),
        ("bo", "b1", "2024-02-01", "2024-03-01", "2024-02-10", 5.0, None, False, "EUR", "M"),
    ]
    assert open_table(got, SUBSCRIPTIONS).collect_schema().names() == [*COLUMNS, "plan"]


def test_what_is_not_named_is_missing_and_every_customer_has_one_subscription(build):
    got = as_subscriptions(build(TWO))
    assert rows(got, columns=COLUMNS) == [
        ("ann", "ann", "2024-01-01", "2024-03-01", None, 20.0, None, False, None),
        ("ann", "ann", "2024-03-01", None, None, 30.0, None, False, None),
    ]
    open_table(got, SUBSCRIPTIONS)


def test_text_is_read_and_columns_are_named_by_keyword():
    given = pd.DataFrame(
        {"who": [7], "from": ["01/02/2024 09:30"], "to": [""], "price": ["9.5"], "test": ["yes"]}, index=["x"]
    )
    got = as_subscriptions(
        given, customer_id="who", start="from", end="to", mrr="price", trial="test", date_format="%d/%m/%Y %H:%M"
    )
    assert rows(got, columns=["customer_id", "start", "end", "mrr", "trial"]) == [(7, "2024-02-01", None, 9.5, True)]
    assert list(got.index) == ["x"]


@pytest.mark.parametrize(
    ("yes", "no"), [("yes", "No"), ("是", "否"), ("ja", "nein"), ("Oui", "non"), ("はい", "いいえ")]
)
def test_answers_in_several_languages_are_flags(yes, no):
    given = spells(("ann", "2024-01-01", None, 1), ("bo", "2024-01-01", None, 1)).assign(trial=[yes, no])
    assert as_subscriptions(given, trial="trial")["trial"].tolist() == [True, False]


@pytest.mark.parametrize("missing", [[None, None], [np.nan, np.nan], ["", " "], [pd.NaT, pd.NaT]], ids=repr)
def test_all_spells_may_be_running(missing):
    given = spells(("ann", "2024-01-01", None, 1), ("bo", "2024-01-01", None, 1)).assign(end=missing)
    got = as_subscriptions(given, list_mrr="end", end_known="end")
    assert got["end"].isna().all()
    assert [str(got[name].dtype) for name in ("end", "end_known", "list_mrr")] == ["datetime64[us]"] * 2 + ["float64"]


def test_times_with_a_zone_become_local_days():
    given = changed(TWO, start=["2024-01-01T23:30:00Z", "2024-03-02T01:00:00Z"])
    got = as_subscriptions(given.assign(end=["2024-03-01T20:00:00Z", None]), time_zone="Asia/Shanghai")
    assert rows(got, columns=["start", "end"]) == [("2024-01-02", "2024-03-02"), ("2024-03-02", None)]


def test_the_last_day_served_becomes_the_first_no_longer_served(build):
    given = spells(("ann", "2024-01-01", "2024-01-31", 20), ("ann", "2024-02-01", None, 20))
    assert rows(as_subscriptions(build(given), inclusive_end=True), columns=["start", "end"]) == [
        ("2024-01-01", "2024-02-01"),
        ("2024-02-01", None),
    ]


def test_a_customer_may_have_several_subscriptions_at_a_time(build):
    given = spells(("ann", "2024-01-01", None, 20), ("ann", "2024-02-01", None, 5)).assign(sub=["a", "b"])
    assert len(rows(as_subscriptions(build(given), subscription_id="sub"))) == 2


def test_a_spell_may_end_on_the_day_of_its_start(build):
    given = spells(("ann", "2024-01-01", "2024-01-01", 20), ("ann", "2024-01-01", None, 20))
    assert len(rows(as_subscriptions(build(given)))) == 2


# 1 Jan to 31 Jan, again from 1 Feb: a gap of one day; to 1 Mar, again from 1 Mar: none; a gap of two days is a gap
GAPS = spells(
    ("ann", "2024-01-01", "2024-01-31", 1.0),
    ("ann", "2024-02-01", "2024-03-01", 2.0),
    ("ann", "2024-03-01", "2024-04-01", 4.0),
    ("ann", "2024-04-03", None, 8.0),
    ("bo", "2024-04-02", None, 16.0),
)


def test_the_audit_counts_gaps_of_one_day_and_adds_up(build):
    audit = audit_subscriptions(build(GAPS))
    assert rows(audit) == [
        ("no_customer", 0, 0.0, 0),
        ("unusable_start", 0, 0.0, 0),
        ("unusable_end", 0, 0.0, 0),
        ("unusable_mrr", 0, 0.0, 0),
        ("one_day_gap", 1, 1.0, 0),
        ("kept", 4, 30.0, 0),
        ("given", 5, 31.0, 0),
    ]


# Row by row: sound, and wrong in one way each
WRONG = pd.DataFrame(
    [
        ("ann", "s", "2024-01-01", "2024-02-01", "2024-01-20", "1", "2", "true", "sound"),
        ("", "s", "2024-01-01", None, None, "1", "2", "true", "no_customer"),
        ("ann", " ", "2024-01-01", None, None, "1", "2", "true", "no_subscription"),
        ("ann", "t", "soon", None, None, "1", "2", "true", "unusable_start"),
        ("ann", "t", "2024-01-01", "late", None, "1", "2", "true", "unusable_end"),
        ("ann", "t", "2024-01-02", "2024-01-01", None, "1", "2", "true", "unusable_end"),
        ("ann", "t", "2024-01-01", "2024-01-02", "x", "1", "2", "true", "unusable_end_known"),
        ("ann", "t", "2024-01-01", None, "2024-01-01", "1", "2", "true", "unusable_end_known"),
        ("ann", "t", "2024-01-01", None, None, "-1", "2", "true", "unusable_mrr"),
        ("ann", "t", "2024-01-01", None, None, None, "2", "true", "unusable_mrr"),
        ("ann", "t", "2024-01-01", None, None, "1", "two", "true", "unusable_list_mrr"),
        ("ann", "t", "2024-01-01", None, None, "1", "-2", "true", "unusable_list_mrr"),
        ("ann", "t", "2024-01-01", None, None, "1", None, "perhaps", "unusable_trial"),
        ("ann", "t", "2024-01-01", None, None, "1", None, "0", "sound"),
    ],
    columns=["customer_id", "sub", "start", "end", "told", "mrr", "list", "free", "expected"],
)
NAMED_WRONG = {"subscription_id": "sub", "end_known": "told", "list_mrr": "list", "trial": "free"}


def test_rejected_rows_come_back_with_their_reason(build_in_memory):
    rejected = rejected_subscriptions(build_in_memory(WRONG), **NAMED_WRONG)
    got = rows(rejected, columns=["expected", "rejected_because"])
    assert got == [(reason, reason) for reason in WRONG["expected"] if reason != "sound"]
    kept = as_subscriptions(build_in_memory(WRONG), **NAMED_WRONG, keep=["expected"], invalid="drop")
    assert rows(kept, columns=["expected", "trial"]) == [("sound", True), ("sound", False)]


def test_the_audit_adds_up_to_all_rows():
    audit = audit_subscriptions(WRONG, **NAMED_WRONG).set_index("reason")["n_rows"]
    counts = WRONG["expected"].value_counts()
    assert list(audit.index) == list(SUBSCRIPTION_REASONS)
    assert audit["given"] == len(WRONG)
    assert audit.drop("given").sum() == len(WRONG)
    assert all(audit[reason] == counts[reason] for reason in counts.index.drop("sound"))


def test_on_an_engine_the_same_rows_are_dropped():
    given = spells(
        ("ann", "2024-01-01", None, 1), (None, "2024-01-01", None, 1), ("bo", "2024-01-02", "2024-01-01", 1),
        ("cy", "2024-01-01", None, -1), ("cy", None, None, 1),
    )  # fmt: skip
    relation = duckdb_connection().from_arrow(to_arrow(given))
    assert rows(as_subscriptions(relation, invalid="drop"), columns=["customer_id"]) == [("ann",)]
    assert sorted(rows(rejected_subscriptions(relation), columns=["rejected_because"])) == [
        ("no_customer",), ("unusable_end",), ("unusable_mrr",), ("unusable_start",),
    ]  # fmt: skip


# Reference: RavenStack's subscriptions (synthetic; shared data)


def test_ravenstack():
    given = pd.read_parquet(data_file("ravenstack_subscriptions.parquet"))
    names = {"customer_id": "account_id", "start": "start_date", "end": "end_date", "mrr": "mrr_amount"}
    names |= {"subscription_id": "subscription_id", "trial": "is_trial"}
    got = as_subscriptions(given, **names, keep=["plan_tier"])
    # counted in the file: 5,000 subscriptions of 500 accounts, 486 ended, 778 trials at 0
    assert (len(got), got["customer_id"].nunique(), got["end"].notna().sum(), got["trial"].sum()) == (
        5000,
        500,
        486,
        778,
    )
    assert got.loc[got["end"].isna(), "mrr"].sum() == 10_159_608
    assert audit_subscriptions(given, **names).set_index("reason")["mrr"].to_dict() | {"kept": 0} == {
        **dict.fromkeys(["no_customer", "no_subscription", "unusable_start", "unusable_end", "unusable_mrr"], 0.0),
        "unusable_trial": 0.0,
        "one_day_gap": 0.0,
        "kept": 0,
        "given": 11_338_747.0,
    }


# Law


@st.composite
def tables(draw):
    """Subscriptions whose spells follow one another with gaps of any length."""
    found = []
    for sub in range(draw(st.integers(1, 4))):
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=draw(st.integers(0, 40)))
        for last in [*[False] * draw(st.integers(0, 3)), True]:
            end = day + pd.Timedelta(days=draw(st.integers(0, 40)))
            running = last and draw(st.booleans())
            found.append((f"c{sub % 2}", f"s{sub}", day, None if running else end, draw(st.integers(0, 9))))
            day = end + pd.Timedelta(days=draw(st.integers(0, 3)))
    table = pd.DataFrame(draw(st.permutations(found)), columns=["customer_id", "sub", "start", "end", "mrr"])
    return table.astype({"start": "datetime64[us]", "end": "datetime64[us]", "mrr": float})


@given(tables())
def test_spells_that_follow_one_another_pass_and_keep_the_schema(table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        got = as_subscriptions(table, subscription_id="sub")
    check_values(float_columns(got, SUBSCRIPTIONS, ["mrr", "list_mrr", "trial"]), SUBSCRIPTIONS)
    assert got["mrr"].tolist() == table["mrr"].tolist()
    assert got["end"].isna().tolist() == table["end"].isna().tolist()


@given(tables())
def test_gaps_are_those_of_a_slow_count_and_the_same_on_an_engine(table):
    sorted_spells = table.sort_values(["sub", "start", "end"], na_position="last")
    following = sorted_spells.groupby("sub")["start"].shift(-1)
    expected = int(((following - sorted_spells["end"]).dt.days == 1).sum())
    relation = duckdb_connection().from_arrow(to_arrow(table))
    for given_table in (table, relation):
        audit = dict(rows(audit_subscriptions(given_table, subscription_id="sub"), columns=["reason", "n_rows"]))
        assert audit["one_day_gap"] == expected


@given(tables(), st.integers(1, 30))
def test_a_spell_that_is_drawn_out_into_the_next_is_refused(table, days):
    long = table["end"].notna() & table["sub"].duplicated(keep=False)
    followed = long & (table["start"] < table.groupby("sub")["start"].transform("max"))
    if not followed.any():
        return
    moved = table.assign(end=table["end"].where(~followed, table["end"] + pd.Timedelta(days=3 + days)))
    with pytest.raises(SchemaError, match="into the next one of the same subscription"):
        as_subscriptions(moved, subscription_id="sub")


@given(tables())
def test_the_order_of_rows_does_not_matter(table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        turned = as_subscriptions(table.iloc[::-1], subscription_id="sub")
        assert_same_rows(turned, as_subscriptions(table, subscription_id="sub"))


# Refusal


def test_overlap_within_a_subscription_is_refused(build):
    given = spells(("ann", "2024-01-01", "2024-03-02", 20), ("ann", "2024-03-01", None, 30))
    expected = (
        r"`subscriptions` has 1 spell that runs into the next one of the same subscription, such as those of "
        r"\['ann'\]\. End the old one where the new one starts, or name a subscription_id= that tells them apart\."
    )
    with pytest.raises(SchemaError, match=expected):
        as_subscriptions(build(given))


def test_a_running_spell_overlaps_all_later_ones(build):
    given = spells(("ann", "2024-01-01", None, 20), ("ann", "2025-03-01", "2025-04-01", 30))
    with pytest.raises(SchemaError, match="`subscriptions` has 1 spell that runs into the next"):
        as_subscriptions(build(given))


def test_gaps_of_one_day_at_most_renewals_are_warned_of(build):
    given = spells(("ann", "2024-01-01", "2024-01-31", 20), ("ann", "2024-02-01", None, 20))
    expected = (
        r"`subscriptions` has 1 spell that is continued after a gap of one day, and 0 that are continued without "
        r"one\. If the end is the last day served, pass inclusive_end=True\."
    )
    with pytest.warns(UserWarning, match=expected):
        as_subscriptions(build(given))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_subscriptions(build(GAPS))


def test_rows_that_cannot_be_used_are_refused_with_where_they_stand():
    expected = (
        r"^`subscriptions` has rows that cannot be used: 1 without a customer \(first at rows \[1\]\); "
        r"1 without a subscription id \(first at rows \[2\], `subscriptions\['sub'\]` is \[' '\]\); "
        r"1 with an unusable start \(first at rows \[3\], `subscriptions\['start'\]` is \['soon'\]\); "
        r"2 with an end that is unusable or before the start \(first at rows \[4, 5\], .*; "
        r"2 with an unusable day on which the end became known, or with one and no end \(first at rows \[6, 7\], .*; "
        r"2 with an MRR that is missing, unusable or below 0 \(first at rows \[8, 9\], .*; "
        r"2 with a list MRR that is unusable or below 0 \(first at rows \[10, 11\], .*; "
        r"1 with a trial flag that is neither true nor false \(first at rows \[12\], .*\['perhaps'\]\)\. "
        r"Text dates other than ISO need date_format=\. Correct them, or pass invalid='drop'; "
        r"rejected_subscriptions returns them\.$"
    )
    with pytest.raises(SchemaError, match=expected):
        as_subscriptions(WRONG, **NAMED_WRONG)


def test_on_an_engine_the_customers_of_wrong_rows_are_shown():
    relation = duckdb_connection().from_arrow(to_arrow(spells(("ann", "2024-01-01", None, -1))))
    with pytest.raises(
        SchemaError, match=r"1 with an MRR that is missing, unusable or below 0 \(customers \['ann'\]\)"
    ):
        as_subscriptions(relation)


def test_a_table_of_which_nothing_is_left_is_refused(build):
    given = spells(("ann", "2024-01-01", None, -1))
    expected = r"`subscriptions` has 1 row, and none is left with invalid='drop'\. audit_subscriptions says where"
    with pytest.raises(SchemaError, match=expected):
        as_subscriptions(build(given), invalid="drop")


@pytest.mark.parametrize("door", DOORS)
def test_what_is_not_a_table_of_subscriptions_is_refused(door):
    with pytest.raises(TypeError, match="`subscriptions` must be a pandas, Polars or PyArrow table"):
        door([1])
    with pytest.raises(SchemaError, match=r"`subscriptions` has no column \['mrr'\]; its columns are \['customer_id'"):
        door(TWO.drop(columns="mrr"))
    with pytest.raises(SchemaError, match=r"`subscriptions` has no rows\. It must have at least one\."):
        door(TWO.iloc[:0])
    with pytest.raises(SchemaError, match=r"`subscriptions\['code'\]` holds the currencies \['CNY', 'EUR'\]"):
        door(TWO.assign(code=["CNY", "EUR"]), currency="code")


@pytest.mark.parametrize("free", [[datetime(2024, 1, 1)] * 2, [date(2024, 1, 1)] * 2])
def test_flags_of_other_types_are_refused(free):
    table = pa.table(TWO.assign(free=free))
    with pytest.raises(
        SchemaError, match=r"`subscriptions\['free'\]` holds Date.*, not true or false\. Cast it to bool"
    ):
        as_subscriptions(table, trial="free")


@pytest.mark.parametrize("own", COLUMNS)
def test_a_column_to_keep_must_not_have_a_name_of_the_table(own):
    with pytest.raises(
        SchemaError, match=rf"`keep` names \['{own}'\], but as_subscriptions makes columns of these names"
    ):
        as_subscriptions(TWO.assign(**{own: TWO.get(own, 1)}), keep=[own])


def test_options_are_checked():
    with pytest.raises(ValueError, match=r"`invalid` must be one of \['drop', 'raise'\], got 'keep'"):
        as_subscriptions(TWO, invalid="keep")
    with pytest.raises(TypeError, match="`keep` must be a sequence of column names, got the text 'plan'"):
        as_subscriptions(TWO, keep="plan")


# Input untouched


def test_the_input_is_left_as_it_is():
    given = WRONG.copy()
    as_subscriptions(given, **NAMED_WRONG, invalid="drop")
    audit_subscriptions(given, **NAMED_WRONG)
    pd.testing.assert_frame_equal(given, WRONG)


def test_the_simulator_makes_what_the_door_takes():
    made = make_subscriptions(n_customers=300, random_state=1).subscriptions
    got = as_subscriptions(made, end_known="end_known", trial="trial")
    assert len(got) == len(made)
