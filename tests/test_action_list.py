"""Whom to call: by hand, against every possible list, laws of budgets and of the control group, refusals."""

from itertools import combinations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import assert_same_rows, duckdb_connection, to_arrow

from crmkit import SchemaError, as_contacts
from crmkit.loyalty.churn import action_audit, action_list, contact_profit, explain_action_list

COSTS = {"gamma": 0.3, "incentive_cost": 10, "contact_cost": 1}
NAMES = {"probability": "p", "clv": "value", **COSTS, "control_share": 0}
BASE = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy", "dee", "eve"],
        "p": [0.5, 0.1, 0.4, 1.0, 0.5],
        "value": [200.0, 200.0, 800.0, 50.0, -50.0],
    }
)
# Offers that differ: profit of each is half of the value less the offer, the cost is the offer.
OFFERS = pd.DataFrame({"customer_id": [1, 2, 3], "value": [40.0, 26.0, 26.0], "offer": [10.0, 5.0, 5.0]})
BY_OFFER = {
    "probability": 1,
    "clv": "value",
    "gamma": 0.5,
    "incentive_cost": 0,
    "contact_cost": "offer",
    "control_share": 0,
}
SIGNS = pd.DataFrame(
    {
        "customer_id": ["cy", "cy", "cy", "cy", "bo", "stranger"],
        "signal": ["complaint", "overdue_purchase", "falling_spend", "overdue_invoice", "complaint", "complaint"],
        "severity": [1, 3, 2, 1, 3, 3],
    }
)
money = st.floats(0, 50)
bases = st.lists(st.tuples(st.floats(0, 1), st.floats(-100, 1000), money, money), max_size=9).map(
    lambda rows: pd.DataFrame(rows, columns=["p", "value", "offer", "call"], dtype=float).assign(
        customer_id=np.arange(len(rows))
    )
)
EACH = {"probability": "p", "clv": "value", "gamma": 0.3, "incentive_cost": "offer", "contact_cost": "call"}
limits = st.none() | st.floats(0, 300)
capacities = st.none() | st.integers(0, 9)


# By hand


def test_the_list_by_hand():
    # cy .4·.3·790 - .6·10 - 1 = 87.8, ann .5·.3·190 - 5 - 1 = 22.5, dee .3·40 - 1 = 11; bo and eve lose money
    found = action_list(BASE, **NAMES)
    assert found["customer_id"].tolist() == ["cy", "ann", "dee"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["expected_profit"].tolist() == pytest.approx([87.8, 22.5, 11])
    # the offer is taken by those who would stay and by 3 in 10 of those who would not
    assert found["cost"].tolist() == pytest.approx([1 + 10 * 0.72, 1 + 10 * 0.65, 1 + 10 * 0.3])
    assert found["cumulative_cost"].tolist() == pytest.approx([8.2, 15.7, 19.7])
    assert found["cumulative_expected_profit"].tolist() == pytest.approx([87.8, 110.3, 121.3])
    assert found["arm"].tolist() == ["contact"] * 3
    assert found["reason_codes"].tolist() == [""] * 3


def test_the_audit_by_hand():
    found = action_audit(BASE, **NAMES, capacity=1).set_index("decision")
    assert found["n_customers"].to_dict() == {
        "contact": 1,
        "control": 0,
        "beyond_limits": 2,
        "does_not_pay": 2,
        "given": 5,
    }
    # bo .1·.3·190 - 9 - 1 = -4.3, eve .5·.3·-60 - 5 - 1 = -15
    assert found["expected_profit"].tolist() == pytest.approx([87.8, 0, 33.5, -19.3, 102])
    assert found["expected_cost"].tolist() == pytest.approx([8.2, 0, 11.5, 10.3 + 7.5, 37.5])


def test_a_budget_goes_where_it_earns_most():
    # profits 10, 8, 8 at costs 10, 5, 5: for 10 the second and the third, ties by id
    assert action_list(OFFERS, **BY_OFFER, budget=10)["customer_id"].tolist() == [2, 3]
    assert action_list(OFFERS, **BY_OFFER, budget=9.99)["customer_id"].tolist() == [2]
    assert action_list(OFFERS, **BY_OFFER, budget=20)["customer_id"].tolist() == [1, 2, 3]
    # with one call, the one that earns most, unless it is too dear
    assert action_list(OFFERS, **BY_OFFER, budget=10, capacity=1)["customer_id"].tolist() == [1]
    assert action_list(OFFERS, **BY_OFFER, budget=9, capacity=1)["customer_id"].tolist() == [2]
    # who does not fit is passed over
    dear = OFFERS.assign(offer=[10.0, 1.0, 9.0], value=[80.0, 50.0, 24.0])
    assert action_list(dear, **BY_OFFER, budget=10)["customer_id"].tolist() == [1]
    assert action_list(dear.assign(value=[50.0, 50.0, 24.0]), **BY_OFFER, budget=10)["customer_id"].tolist() == [2, 3]


def test_equals_are_taken_by_their_ids():
    equals = pd.DataFrame({"customer_id": ["c", "a", "d", "b"], "value": 50.0, "offer": 5.0})
    for limit in ({"capacity": 3}, {"budget": 15}):
        assert action_list(equals, **BY_OFFER, **limit)["customer_id"].tolist() == ["a", "b", "c"]


def test_the_last_bit_of_a_sum_costs_nobody_their_place():
    tenths = pd.DataFrame({"customer_id": range(10), "value": 10.0, "offer": 0.1})
    assert len(action_list(tenths, **BY_OFFER, budget=1)) == 10


def test_the_control_group_is_not_contacted():
    found = action_list(BASE, **{**NAMES, "control_share": 0.34}, random_state=1)
    control = found["arm"] == "control"
    assert control.sum() in (1, 2)
    assert (found.loc[control, "cost"] == 0).all()
    assert found["cumulative_cost"].iloc[-1] == pytest.approx(found["cost"].sum())
    earned = found.loc[~control, "expected_profit"].sum()
    assert found["cumulative_expected_profit"].iloc[-1] == pytest.approx(earned)
    audit = action_audit(BASE, **{**NAMES, "control_share": 0.34}, random_state=1).set_index("decision")
    assert audit.loc[["contact", "control"], "n_customers"].tolist() == [(~control).sum(), control.sum()]
    assert audit.loc["contact", "expected_profit"] == pytest.approx(earned)


def test_the_most_severe_reasons_come_first():
    found = action_list(BASE, **NAMES, reasons=SIGNS)
    # of four signals three; of equal severity by name
    assert found["reason_codes"].tolist() == ["overdue_purchase, falling_spend, complaint", "", ""]


def test_every_row_in_words():
    found = action_list(BASE, **NAMES, reasons=SIGNS)
    assert explain_action_list(found).tolist()[:2] == [
        "No. 1, contact: 40% likely to leave, worth 800.00; the contact costs 8.20 and is expected to earn 87.80. "
        "Signs: purchase overdue, falling spend, complaint.",
        "No. 2, contact: 50% likely to leave, worth 200.00; the contact costs 7.50 and is expected to earn 22.50.",
    ]
    assert explain_action_list(found.assign(arm="control"), language="zh").tolist()[:2] == [
        "第 1 位，不联系（对照组）：流失概率 40%，价值 800.00；若联系，预期利润 87.80。"
        "预警信号：逾期未购、消费下滑、投诉。",
        "第 2 位，不联系（对照组）：流失概率 50%，价值 200.00；若联系，预期利润 22.50。",
    ]


def test_the_list_is_a_table_of_contacts():
    found = action_list(BASE, **{**NAMES, "control_share": 0.5}, random_state=2).assign(stayed=[1, 0, 1])
    contacts = as_contacts(found, outcomes=["stayed"], control="control", cost="cost")
    assert contacts["treated"].tolist() == (found["arm"] == "contact").tolist()
    assert contacts["cost"].tolist() == found["cost"].tolist()


def test_a_base_without_customers_or_without_profit_gives_an_empty_list():
    for nobody in (BASE.iloc[:0], BASE.assign(value=0.0)):
        found = action_list(nobody, **NAMES)
        assert found.empty
        assert explain_action_list(found).tolist() == []
    assert action_list(BASE, **NAMES, budget=0).empty
    assert action_list(BASE, **NAMES, capacity=0).empty


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    options = {**NAMES, "control_share": 0.3, "budget": 18}
    found = action_list(build_in_memory(BASE), **options, reasons=build_in_memory(SIGNS))
    expected = action_list(BASE, **options, reasons=SIGNS)
    assert_same_rows(found, expected, in_order=True)
    assert_same_rows(action_audit(build_in_memory(BASE), **options), action_audit(BASE, **options))
    assert list(map(str, explain_action_list(found))) == explain_action_list(expected).tolist()


def test_ids_of_another_width_are_the_same_customers():
    signs = pl.DataFrame(
        {"customer_id": [3], "signal": ["complaint"], "severity": [1]}, schema_overrides={"customer_id": pl.Int32}
    )
    assert action_list(OFFERS, **BY_OFFER, reasons=signs)["reason_codes"].tolist() == ["", "", "complaint"]


# Reference: every list there is


def every_list(base, profit, cost, *, budget, capacity):
    """The most that a list within the limits can earn, by trying all."""
    pays = np.flatnonzero(profit > 0)
    lists = [np.array(at, dtype=int) for n in range(min(len(pays), capacity) + 1) for at in combinations(pays, n)]
    return max(profit[at].sum() for at in lists if cost[at].sum() <= budget)


@given(bases, limits, capacities)
def test_no_list_earns_much_more(base, budget, capacity):
    profit = contact_profit(**{name: base[of] if isinstance(of, str) else of for name, of in EACH.items()}).to_numpy()
    cost = base["p"] * 0.3 * base["value"] - profit
    most = every_list(
        base, profit, cost.to_numpy(), budget=np.inf if budget is None else budget * (1 + 1e-12),
        capacity=len(base) if capacity is None else capacity,
    )  # fmt: skip
    found = action_list(base, **EACH, control_share=0, budget=budget, capacity=capacity)["expected_profit"].sum()
    assert found <= most + 1e-6
    if budget is None:
        assert found == pytest.approx(most, abs=1e-6)
    if capacity is None:
        assert found >= most - max([0, *profit]) - 1e-6


@given(bases, st.floats(0, 300), st.floats(0.1, 50))
def test_with_equal_costs_no_list_earns_more(base, budget, call):
    equal = {**EACH, "incentive_cost": 0, "contact_cost": call}
    found = action_list(base, **equal, control_share=0, budget=budget)["expected_profit"]
    profit = np.sort(base["p"] * 0.3 * base["value"] - call)[::-1]
    affordable = profit[: int(budget / call * (1 + 1e-12))]
    assert found.tolist() == pytest.approx(affordable[affordable > 0].tolist(), abs=1e-9)


# Laws


@given(bases, limits, capacities, st.floats(0, 0.9), st.integers(0, 5))
def test_limits_are_kept_and_nobody_is_lost(base, budget, capacity, share, seed):
    options = {**EACH, "budget": budget, "capacity": capacity, "random_state": seed, "control_share": share}
    found, audit = action_list(base, **options), action_audit(base, **options).set_index("decision")
    planned = action_list(base, **{**options, "control_share": 0})
    assert found["customer_id"].tolist() == planned["customer_id"].tolist()
    assert budget is None or planned["cost"].sum() <= budget * (1 + 1e-9)
    assert capacity is None or len(found) <= capacity
    assert (found["expected_profit"] > 0).all()
    assert (found["expected_profit"].diff().dropna() <= 0).all()
    assert audit["n_customers"].iloc[:4].sum() == audit.loc["given", "n_customers"] == len(base)
    sums = audit[["expected_profit", "expected_cost"]]
    assert sums.iloc[:4].sum().tolist() == pytest.approx(sums.loc["given"].tolist(), abs=1e-6)
    n_controls = (found["arm"] == "control").sum()
    assert abs(n_controls - share * len(found)) < 1
    assert audit.loc["control", "n_customers"] == n_controls


@given(bases, limits, capacities, st.floats(0, 100), st.integers(0, 3))
def test_more_budget_or_capacity_never_earns_less(base, budget, capacity, more, calls):
    def earned(budget, capacity):
        return action_list(base, **EACH, control_share=0, budget=budget, capacity=capacity)["expected_profit"].sum()

    now = earned(budget, capacity)
    assert budget is None or earned(budget + more, capacity) >= now - 1e-6
    assert capacity is None or earned(budget, capacity + calls) >= now - 1e-6
    assert earned(None, capacity) >= now - 1e-6


@given(bases, limits, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(base, budget, shuffler):
    turned = list(range(len(base)))
    shuffler.shuffle(turned)
    options = {**EACH, "control_share": 0.4, "budget": budget, "random_state": 3}
    pd.testing.assert_frame_equal(action_list(base.iloc[turned], **options), action_list(base, **options))


def test_the_control_group_is_a_draw_that_can_be_repeated():
    base = pd.DataFrame({"customer_id": range(2000), "value": 1000.0 - np.arange(2000) / 10, "offer": 1.0})

    def controls(**options):
        return action_list(base, **{**BY_OFFER, "control_share": 0.15}, **options)["arm"].eq("control")

    first = controls(random_state=4)
    assert first.sum() == 300
    assert first.tolist() == controls(random_state=4).tolist()
    assert first.tolist() != controls(random_state=5).tolist()
    # among the better half as often as among the rest, within four standard errors of a draw without replacement
    assert abs(first[:1000].sum() - 150) < 4 * np.sqrt(2000 * 0.15 * 0.85 / 4)
    # of lists of two, each customer is drawn 15 times in a hundred
    often = [controls(capacity=2, random_state=seed) for seed in range(400)]
    assert np.mean(often, axis=0) == pytest.approx([0.15, 0.15], abs=4 * np.sqrt(0.15 * 0.85 / 400))


# Refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": [0.5, np.nan, 0.4, 1.0, np.nan]}, r"`customers\['p'\]` is missing in 2 rows, first at rows \[1, 4\]"),
        ({"value": [None, 1.0, 1.0, 1.0, 1.0]}, r"`customers\['value'\]` is missing in 1 row, .*Nobody is left out"),
        ({"customer_id": ["a", "b", None, "d", "e"]}, r"`customers\['customer_id'\]` is missing in 1 row"),
        ({"customer_id": ["a", "b", "a", "d", "e"]}, r"names 1 customer more than once, first at rows \[0, 2\]"),
        ({"customer_id": [0.5, 1.0, 2.0, 3.0, 4.0]}, r"`customers\['customer_id'\]` must hold whole numbers or text"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        action_list(BASE.assign(**change), **NAMES)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"probability": "q"}, SchemaError, r"`customers` has no column 'q', which `probability` names"),
        ({"gamma": [0.3]}, TypeError, "`gamma` must be a number or the name of a column of `customers`"),
        (
            {"probability": np.full(600, 0.5)},
            TypeError,
            r"got \[0\.5, 0\.5, 0\.5, 0\.5, 0\.5, …\]\. Values of each customer are added to the table first",
        ),
        ({"gamma": 30}, ValueError, "`gamma` must not exceed 1"),
        ({"contact_cost": -1}, ValueError, "`contact_cost` must not be below 0"),
        ({"clv": np.inf}, ValueError, "`clv` must be a finite number"),
        ({"clv": "customer_id"}, TypeError, "`clv` must be a number or a column of numbers"),
        ({"budget": -1}, ValueError, "`budget` must not be below 0, got -1"),
        ({"budget": "1"}, TypeError, "`budget` must be a number"),
        ({"capacity": 1.5}, TypeError, "`capacity`"),
        ({"control_share": 1}, ValueError, "`control_share`"),
        ({"random_state": -1}, ValueError, "`random_state` must be at least 0"),
        ({"reasons": SIGNS.drop(columns="severity")}, SchemaError, "`reasons` lacks the columns"),
        ({"reasons": SIGNS.assign(customer_id=range(6))}, SchemaError, r"`customers\['customer_id'\]` holds .* and"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        action_list(BASE, **{**NAMES, **options})


def test_tables_of_an_engine_are_refused():
    engine = [duckdb_connection().from_arrow(to_arrow(table)) for table in (BASE, SIGNS, action_list(BASE, **NAMES))]
    with pytest.raises(TypeError, match="needs a table in memory; collect `customers`"):
        action_list(engine[0], **NAMES)
    with pytest.raises(TypeError, match="`reasons` must be a table in memory"):
        action_list(BASE, **NAMES, reasons=engine[1])
    with pytest.raises(TypeError, match="collect `actions` first"):
        explain_action_list(engine[2])


def test_sentences_need_known_codes():
    found = action_list(BASE, **NAMES)
    with pytest.raises(SchemaError, match=r"holds the arms \['letter'\]"):
        explain_action_list(found.assign(arm="letter"))
    with pytest.raises(SchemaError, match=r"holds the signals \['moved'\]"):
        explain_action_list(found.assign(reason_codes="complaint, moved"))
    with pytest.raises(ValueError, match="`language` must be one of"):
        explain_action_list(found, language="fr")


def test_reasons_that_say_nothing_are_passed_over_and_severities_are_numbers():
    told = action_list(BASE, **NAMES, reasons=SIGNS.assign(signal=SIGNS["signal"].where(SIGNS["severity"] < 3)))
    assert told["reason_codes"].tolist() == ["falling_spend, complaint, overdue_invoice", "", ""]
    with pytest.raises(SchemaError, match=r"`reasons\['severity'\]` must hold numbers"):
        action_list(BASE, **NAMES, reasons=SIGNS.assign(severity="bad"))
    with pytest.raises(SchemaError, match=r"`actions\['clv'\]` must hold numbers"):
        explain_action_list(action_list(BASE, **NAMES).assign(clv="much"))


@pytest.mark.parametrize("huge", ["clv", "incentive_cost", "contact_cost"])
@pytest.mark.parametrize("make", [action_list, action_audit])
def test_money_that_cannot_be_added_up_is_refused(make, huge):
    with pytest.raises(SchemaError, match=r"`clv` \+ `incentive_cost` \+ `contact_cost` adds up to more than"):
        make(BASE, **{**NAMES, huge: 1e308})


# Input untouched


def test_tables_stay_as_they_were():
    base, signs = BASE.copy(), SIGNS.copy()
    action_list(base, **NAMES, reasons=signs)
    action_audit(base, **NAMES)
    pd.testing.assert_frame_equal(base, BASE)
    pd.testing.assert_frame_equal(signs, SIGNS)
