"""States of the relation: by each customer's own rhythm, with their history, on any day alike."""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows, duckdb_connection
from tests.logs import log, typed

from crmkit import as_transactions, customer_summary
from crmkit.errors import SchemaError
from crmkit.segment.movement import movement_table, transition_table
from crmkit.segment.relations import (
    RelationSegmenter,
    relation_action_table,
    relation_count_table,
    relation_history_table,
    relation_snapshot_table,
    relation_state_table,
)

NAN = np.nan
ORDERS = typed(
    log(
        [
            ("ann", "2024-01-01", 5.0),
            ("ann", "2024-01-11", 5.0),
            ("ann", "2024-01-31", 5.0),
            ("ann", "2024-07-01", 5.0),
            ("bo", "2024-02-01", 5.0),
            ("cy", "2024-05-01", -2.0),
            ("cy", "2024-06-01", 5.0),
            ("di", "2024-01-01", 5.0),
            ("di", "2024-03-01", 5.0),
        ],
        columns=("customer_id", "date", "amount"),
    )
)
TRANSACTIONS = as_transactions(ORDERS)
MASTER = log(
    [
        ("ann", "2023-12-01", "2023-12-11", None),
        ("bo", "2024-03-01", None, None),
        ("cy", None, "2024-01-01", None),
        ("di", None, "2023-01-01", "2024-04-01"),
        ("eve", "2024-02-01", None, None),
        ("flo", "2024-02-01", "2024-03-01", None),
        ("gus", None, None, "2024-05-01"),
        ("hal", "2025-01-01", None, None),
    ],
    columns=("customer_id", "since", "contact", "end"),
)
for column in ("since", "contact", "end"):
    MASTER[column] = pd.to_datetime(MASTER[column]).astype("datetime64[us]")
COLUMNS = {"known_since": "since", "contacted": "contact", "closed": "end"}
RULE = RelationSegmenter(base_gap=30).fit(customer_summary(TRANSACTIONS, as_of="2024-07-31"))
AS_OF = "2024-07-31"


def history_of(native):
    table = as_pandas(native, in_order=True)
    texts = [table[name].dt.strftime("%m-%d").where(table[name].notna(), "") for name in ("entered", "left")]
    # the rows of an engine have no order: what was left on the day it was entered comes first
    rows = zip(table["customer_id"], table["segment"], *texts, strict=True)
    return sorted(rows, key=lambda row: (row[0], row[2], row[3] or "later"))


# By hand.


def test_the_history_by_hand(build):
    # gaps of 10 and 20, the base's 30 beside them: 20 days; lapsed from day 61, lost from day 121 of a silence. Who
    # bought once has the base's gap: day 91 and day 181. Gaps of 60 and 30: 45.
    got = history_of(relation_history_table(build(TRANSACTIONS), segmenter=RULE, as_of=AS_OF))
    assert got == [
        ("ann", "one_time", "01-01", "01-11"),
        ("ann", "repeat", "01-11", "04-01"),
        ("ann", "lapsed", "04-01", "05-31"),
        ("ann", "lost", "05-31", "07-01"),
        ("ann", "loyal", "07-01", ""),
        ("bo", "one_time", "02-01", "05-02"),
        ("bo", "lapsed", "05-02", "07-31"),
        ("bo", "lost", "07-31", ""),
        ("cy", "potential", "05-01", "06-01"),
        ("cy", "one_time", "06-01", ""),
        ("di", "one_time", "01-01", "03-01"),
        ("di", "repeat", "03-01", "07-15"),
        ("di", "lapsed", "07-15", ""),
    ]


def test_prospects_targets_and_closed_accounts_by_hand(build):
    got = history_of(
        relation_history_table(build(TRANSACTIONS), segmenter=RULE, as_of=AS_OF, customers=build(MASTER), **COLUMNS)
    )
    assert [row for row in got if row[0] not in ("ann", "bo")] == [
        ("cy", "target", "", "01-01"),
        ("cy", "potential", "01-01", "06-01"),
        ("cy", "one_time", "06-01", ""),
        ("di", "target", "", "01-01"),
        ("di", "potential", "01-01", "01-01"),
        ("di", "one_time", "01-01", "03-01"),
        ("di", "repeat", "03-01", "04-01"),
        ("di", "lost", "04-01", ""),
        ("eve", "target", "02-01", ""),
        ("flo", "target", "02-01", "03-01"),
        ("flo", "potential", "03-01", ""),
        ("gus", "target", "", "05-01"),
        ("gus", "lost", "05-01", ""),
    ]
    # known before the first order, and known only after it
    assert [row[1:] for row in got if row[0] == "ann"][:2] == [
        ("one_time", "01-01", "01-11"),
        ("repeat", "01-11", "04-01"),
    ]
    assert [row[1] for row in got if row[0] == "bo"] == ["one_time", "lapsed", "lost"]


def test_the_states_of_a_day_by_hand(build):
    actions = {"lapsed": ("Call.", "致电。")}
    got = as_pandas(relation_state_table(build(TRANSACTIONS), segmenter=RULE, as_of=AS_OF, actions=actions))
    got = got.set_index("customer_id")
    assert got["segment"].to_dict() == {"ann": "loyal", "bo": "lost", "cy": "one_time", "di": "lapsed"}
    assert got["previous_segment"].to_dict() == {"ann": "lost", "bo": "lapsed", "cy": "potential", "di": "repeat"}
    assert got["segment_order"].tolist() == [1, 5, 3, 4]
    assert got["purchase_days"].tolist() == [4, 1, 1, 2]
    assert_allclose(got["days_since_last"], [30, 181, 60, 152])
    # 182 days and the base's 30, four gaps in all
    assert_allclose(got["typical_gap"], [53, 30, 30, 45])
    assert_allclose(got["silence_ratio"], [30 / 53, 181 / 30, 2, 152 / 45])
    changes = got["next_change"].dt.strftime("%Y-%m-%d").where(got["next_change"].notna(), "").tolist()
    assert changes == ["2024-12-08", "", "2024-08-31", "2024-11-27"]
    assert got.loc["di", ["action_en", "action_zh"]].tolist() == ["Call.", "致电。"]
    assert got.loc["ann", "action_zh"].startswith("维护与回馈")


def test_changes_after_all_dates_are_missing():
    # 70,000 days times 41 are the year 9881, times 42 the year 10073
    customers = customer_summary(TRANSACTIONS, as_of="2024-07-01")
    years = {}
    for silence in (41, 42):
        rule = RelationSegmenter(base_gap=70_000, lapsed_after=silence, lost_after=50).fit(customers)
        states = relation_state_table(TRANSACTIONS, segmenter=rule, as_of="2024-07-01").set_index("customer_id")
        years[silence] = states["next_change"].dt.year["bo"]
    assert years[41] == 9881
    assert np.isnan(years[42])


def test_labels_reasons_and_sentences_by_hand(build_in_memory):
    table = customer_summary(TRANSACTIONS, as_of=AS_OF, customers=MASTER)
    table["is_closed"] = [0, 0, 0, 1, 0, 0, 1, 0]
    table["was_contacted"] = [1, 0, 1, 1, 0, 1, 0, NAN]
    model = RelationSegmenter(base_gap=30, contacted="was_contacted", closed="is_closed").fit(build_in_memory(table))
    got = as_pandas(model.assign(build_in_memory(table)), in_order=True)
    assert got["segment"].tolist() == ["loyal", "lost", "one_time", "lost", "target", "potential", "lost", "potential"]
    reasons = ["often", "long_silent", "once", "closed", "not_contacted", "no_order", "closed", "no_order"]
    assert got["reason_code"].tolist() == reasons
    told = model.explain(table).tolist()
    assert told[0] == (
        "Loyal customers: 4 purchase days, at least 4; silent for 30 days, within 3 times their typical gap of 53.0 "
        "days."
    )
    assert told[1] == (
        "Lost customers: 1 purchase day; silent for 181 days, more than 6 times the base's gap of 30.0 days."
    )
    assert told[4] == "Target customers: not yet contacted, no order."
    assert (
        model.explain(table, language="zh")[2] == "一次客户：1 个购买日，在 60 天前；未超过客户群间隔 30.0 天的 3 倍。"
    )
    open_again = model.explain(table.assign(is_closed=0))[3]
    assert open_again.startswith("Lapsed customers: 2 purchase days; silent for 152 days, more than 3 times their")


def test_the_gap_of_the_base_is_learned_and_frozen():
    table = customer_summary(TRANSACTIONS, as_of=AS_OF)
    # 182 days in three gaps, and 60 in one
    model = RelationSegmenter().fit(table)
    assert model.base_gap_ == pytest.approx((182 / 3 + 60) / 2)
    labels = model.predict(table)
    assert model.predict(table.iloc[[1]]).tolist() == labels.iloc[[1]].tolist()
    assert model.n_customers_ == 4


def test_counts_and_movement_between_two_days(build_in_memory):
    history = relation_history_table(
        build_in_memory(TRANSACTIONS), segmenter=RULE, as_of=AS_OF, customers=build_in_memory(MASTER), **COLUMNS
    )
    counts = as_pandas(relation_count_table(history, days=["2024-07-31", "2023-12-05", "2024-03-01"]), in_order=True)
    by_day = counts.set_index(["day", "segment"])["n_customers"]
    # before everything: ann, cy, di and gus are known, none contacted but di, who was in 2023
    assert by_day["2023-12-05"].loc[lambda row: row > 0].to_dict() == {"target": 3, "potential": 1}
    assert by_day["2024-07-31"].loc[lambda row: row > 0].to_dict() == {
        "loyal": 1, "one_time": 1, "lost": 3, "target": 1, "potential": 1,
    }  # fmt: skip
    assert_allclose(counts.groupby("day")["customer_share"].sum(), 1)
    before, after = (relation_snapshot_table(history, day=day) for day in ("2024-03-01", "2024-07-31"))
    moved = movement_table(before, after, by="segment")
    moves = as_pandas(moved).query("n_customers > 0 and segment_before == 'repeat'")
    assert sorted(moves["segment_after"]) == ["lost", "loyal"]
    chances = as_pandas(transition_table(moved)).set_index("before")
    assert chances.loc["repeat", ["loyal", "lost"]].tolist() == [0.5, 0.5]


# Laws.


def flags_at(master, day):
    """The customers known by a day, with what was known of them by then."""
    day = pd.Timestamp(day)
    known = master[~(master["since"] > day)]
    return known[["customer_id"]].assign(
        was_contacted=(known["contact"] <= day).astype(float), is_closed=(known["end"] <= day).astype(float)
    )


days = st.integers(0, 200)
# The base's gap is given, so that nothing is learned.
UNSEEN = pd.DataFrame(
    0.0, index=[0], columns=["n_orders", "frequency", "recency", "days_since_last", "was_contacted", "is_closed"]
)


@given(
    st.lists(st.tuples(st.integers(0, 5), days, st.booleans()), min_size=1, max_size=30),
    st.lists(st.tuples(days | st.none(), days | st.none(), days | st.none()), min_size=7, max_size=7),
    st.sampled_from([(2, 1.0, 1.5, 0.5, 7.0), (4, 3.0, 6.0, 1.0, 30.0), (3, 0.02, 0.03, 2.0, 11.0)]),
    st.lists(days, min_size=1, max_size=3),
)
def test_the_history_says_on_every_day_what_was_said_on_that_day(orders, told, numbers, cuts):
    first = pd.Timestamp("2024-01-01")
    loyal_from, lapsed, lost, prior, base = numbers
    table = pd.DataFrame(orders, columns=["customer_id", "day", "back"]).drop_duplicates(["customer_id", "day"])
    dated = pd.DataFrame(told, columns=["since", "contact", "end"], dtype=float)
    latest = table[~table["back"]].groupby("customer_id")["day"].max().reindex(range(7))
    earliest = table.groupby("customer_id")["day"].min().reindex(range(7))
    # nobody buys after the account is closed, or has a transaction before they are known
    dated["end"] = dated["end"].where(~(dated["end"] < latest), latest + 3)
    dated["since"] = dated["since"].where(~(dated["since"] > earliest), earliest)
    master = pd.DataFrame({"customer_id": range(7)})
    for name in dated:
        master[name] = (first + pd.to_timedelta(dated[name], unit="D")).astype("datetime64[us]")
    table["date"] = first + pd.to_timedelta(table["day"], unit="D")
    table["amount"] = np.where(table["back"], -1.0, 5.0)
    transactions = as_transactions(table)
    model = RelationSegmenter(
        loyal_from=loyal_from,
        lapsed_after=lapsed,
        lost_after=lost,
        prior_gaps=prior,
        base_gap=base,
        contacted="was_contacted",
        closed="is_closed",
    ).fit(UNSEEN)
    given = {"segmenter": model, "customers": master, "known_since": "since", "contacted": "contact", "closed": "end"}
    history = relation_history_table(transactions, as_of=first + timedelta(days=400), **given)
    for cut in cuts:
        day = first + timedelta(days=int(max(cut, table["day"].min())))
        known = flags_at(master, day)
        summary = customer_summary(transactions, as_of=day, customers=master).merge(known, on="customer_id")
        fresh = dict(zip(summary["customer_id"], model.predict(summary), strict=True))
        found = relation_snapshot_table(history, day=day)
        assert dict(zip(found["customer_id"], found["segment"], strict=True)) == fresh
        states = relation_state_table(transactions, as_of=day, **given)
        pd.testing.assert_frame_equal(states[["customer_id", "segment", "entered"]], found.reset_index(drop=True))
        until = relation_history_table(transactions, as_of=day, **given)
        cut_off = history[~(history["entered"] > day)]
        cut_off = cut_off.assign(left=cut_off["left"].where(cut_off["left"] <= day)).reset_index(drop=True)
        pd.testing.assert_frame_equal(until, cut_off)


def test_spells_follow_one_another_without_a_gap():
    random = np.random.default_rng(5)
    orders = pd.DataFrame({"customer_id": random.integers(0, 60, 500), "amount": 1.0})
    orders["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 700, 500), unit="D")
    model = RelationSegmenter(base_gap=20).fit(customer_summary(as_transactions(orders), as_of="2024-12-31"))
    history = relation_history_table(as_transactions(orders), segmenter=model, as_of="2024-12-31")
    following = history.groupby("customer_id").shift(-1)
    same = following["segment"].notna()
    assert (history["left"][same] == following["entered"][same]).all()
    assert (history["segment"][same].astype(str) != following["segment"][same].astype(str)).all()
    assert (history["entered"] < history["left"])[same].all()
    assert history["left"].isna().sum() == orders["customer_id"].nunique()


@pytest.mark.parametrize("flags", [float, bool])
def test_sql_says_the_same(flags):
    table = customer_summary(TRANSACTIONS, as_of=AS_OF, customers=MASTER)
    table["is_closed"] = np.array([0, 0, 0, 1, 0, 0, 1, 0], dtype=flags)
    table["was_contacted"] = np.array([1, 0, 1, 1, 0, 1, 0, 1], dtype=flags)
    model = RelationSegmenter(contacted="was_contacted", closed="is_closed").fit(table)
    relation = duckdb_connection().from_df(table)
    found = as_pandas(model.assign(relation)).sort_values("customer_id")
    assert found["segment"].tolist() == model.predict(table).tolist()
    with duckdb.connect() as connection:
        connection.register("customers", table)
        got = connection.sql(model.to_sql()).df().sort_values("customer_id")
    assert got["reason_code"].tolist() == model.assign(table)["reason_code"].tolist()


def test_online_retail_has_customers_in_every_state():
    orders = pd.read_parquet(data_file("online_retail.parquet"))
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "order_id": "InvoiceNo"}
    transactions = as_transactions(orders, **names, invalid="drop")
    summary = customer_summary(transactions, as_of="2011-12-09")
    model = RelationSegmenter().fit(summary)
    states = relation_state_table(transactions, segmenter=model, as_of="2011-12-09")
    counts = states["segment"].value_counts()
    assert (counts[["loyal", "repeat", "one_time", "lapsed", "lost"]] > 0).all()
    merged = states.merge(summary[["customer_id"]].assign(fresh=model.predict(summary)), on="customer_id")
    assert (merged["fresh"].astype(str) == merged["segment"].astype(str)).all()
    assert len(merged) == len(summary)


def test_on_online_retail_the_better_the_state_the_more_come_back():
    # as docs/customer-roles.md says
    orders = pd.read_parquet(data_file("online_retail.parquet"))
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "order_id": "InvoiceNo"}
    transactions = as_transactions(orders, **names, invalid="drop")
    model = RelationSegmenter().fit(customer_summary(transactions, as_of="2011-09-09"))
    states = relation_state_table(transactions, segmenter=model, as_of="2011-09-09")
    later = transactions[(transactions["date"] > "2011-09-09") & (transactions["date"] <= "2011-12-08")]
    back = states["customer_id"].isin(later.loc[later["n_orders"] > 0, "customer_id"])
    shares = back.groupby(states["segment"].astype(str)).mean().round(2)
    assert shares[["loyal", "repeat", "one_time", "lapsed", "lost"]].tolist() == [0.87, 0.62, 0.42, 0.36, 0.3]


# Refusals.


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (RelationSegmenter(loyal_from=1), ValueError, "`loyal_from` must be at least 2"),
        (RelationSegmenter(lapsed_after=0), ValueError, "`lapsed_after` must be above 0"),
        (RelationSegmenter(lost_after=3), ValueError, "`lost_after` must be above 3"),
        (RelationSegmenter(prior_gaps=-1), ValueError, "`prior_gaps` must be above 0"),
        (RelationSegmenter(base_gap=1e300), ValueError, "`base_gap` must be above 0 and at most 73200"),
        (RelationSegmenter(lapsed_after="3"), TypeError, "`lapsed_after` must be a number"),
        (RelationSegmenter(closed="n_orders"), ValueError, "`closed` must be a plain column name"),
        (RelationSegmenter(closed="a", contacted="a"), ValueError, "no column twice"),
        (RelationSegmenter(closed="gone"), SchemaError, r"lacks the columns \['gone'\]"),
    ],
)
def test_options_that_do_not_fit_are_refused(model, error, words):
    with pytest.raises(error, match=words):
        model.fit(customer_summary(TRANSACTIONS, as_of=AS_OF))


def test_bases_without_a_rhythm_are_refused():
    table = customer_summary(TRANSACTIONS, as_of=AS_OF)
    with pytest.raises(SchemaError, match="nobody who bought on two days"):
        RelationSegmenter().fit(table.iloc[[1]])
    with pytest.raises(SchemaError, match="holds nobody with an order"):
        RelationSegmenter().fit(table.iloc[:0])
    with pytest.raises(SchemaError, match=r"`customers\['recency'\]` is missing or infinite in 1 row of those"):
        RULE.predict(table.assign(recency=[NAN, 0, 0, 0]))


def test_masters_that_do_not_fit_are_refused():
    def told(master, **columns):
        return relation_history_table(TRANSACTIONS, segmenter=RULE, as_of=AS_OF, customers=master, **columns)

    with pytest.raises(SchemaError, match=r"`customers` lacks customers with a transaction, such as \['ann'\]"):
        told(MASTER.iloc[1:])
    refunds = as_transactions(ORDERS.query("amount < 0"))
    with pytest.raises(SchemaError, match=r"lacks customers with a transaction, such as \['cy'\]"):
        relation_state_table(refunds, segmenter=RULE, as_of=AS_OF, customers=MASTER.query("customer_id != 'cy'"))
    with pytest.raises(SchemaError, match=r"ids more than once, such as \['ann'\]"):
        told(pd.concat([MASTER, MASTER.iloc[:1]]))
    with pytest.raises(SchemaError, match="1 row without a customer_id"):
        told(MASTER.assign(customer_id=[None, *MASTER["customer_id"][1:]]))
    with pytest.raises(SchemaError, match=r"holds Int64 and `transactions"):
        told(MASTER.assign(customer_id=range(8)))
    with pytest.raises(SchemaError, match=r"`customers\['end'\]` must hold local days"):
        told(MASTER.assign(end="2024-01-01"), closed="end")
    assert told(MASTER, contacted="since", known_since="since")["segment"].notna().all()
    with pytest.raises(SchemaError, match=r"lies before the last purchase of 1 customer, such as \['di'\]"):
        told(MASTER.assign(end=MASTER["end"] - pd.Timedelta(60, "D")), closed="end")
    with pytest.raises(TypeError, match="Give both as the same kind of frame"):
        told(Builder("polars")(MASTER))
    with pytest.raises(ValueError, match=r"\['end'\] name columns of `customers`, which is not given"):
        told(None, closed="end")
    with pytest.raises(TypeError, match="must be a fitted RelationSegmenter, got str"):
        relation_history_table(TRANSACTIONS, segmenter="rule", as_of=AS_OF)


def test_histories_and_actions_that_do_not_fit_are_refused():
    history = relation_history_table(TRANSACTIONS, segmenter=RULE, as_of=AS_OF)
    with pytest.raises(SchemaError, match=r"`history\['segment'\]` must hold states"):
        relation_count_table(history.assign(segment="x"), days=["2024-07-31"])
    with pytest.raises(ValueError, match="`days` must be a list of days"):
        relation_count_table(history, days=[])
    with pytest.raises(TypeError, match="`days` must be a list of days"):
        relation_count_table(history, days="2024-07-31")
    with pytest.raises(SchemaError, match="must hold local days"):
        relation_snapshot_table(history.assign(left="x"), day="2024-07-31")
    with pytest.raises(ValueError, match=r"`actions` must name states, .*, got \['gone'\]"):
        relation_action_table(actions={"gone": ("a", "b")})
    with pytest.raises(TypeError, match="`actions` must map states to pairs"):
        relation_action_table(actions={"lost": "a"})


def test_inputs_stay_as_they_are():
    transactions, master = TRANSACTIONS.copy(deep=True), MASTER.copy(deep=True)
    relation_state_table(transactions, segmenter=RULE, as_of=AS_OF, customers=master, **COLUMNS)
    pd.testing.assert_frame_equal(transactions, TRANSACTIONS)
    pd.testing.assert_frame_equal(master, MASTER)
    assert_same_rows(
        relation_history_table(TRANSACTIONS.iloc[::-1], segmenter=RULE, as_of=AS_OF),
        relation_history_table(TRANSACTIONS, segmenter=RULE, as_of=AS_OF),
    )
