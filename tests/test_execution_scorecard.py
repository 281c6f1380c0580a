"""A plan item by item: attainments by hand, lights, and scores by weight."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import as_pandas, assert_same_rows

from crmkit import as_plan
from crmkit.metrics import execution_scorecard

AS_OF = "2024-03-31"


def plan(*rows):
    table = pd.DataFrame(rows, columns=["item", "kind", "who", "due", "done", "goal", "low", "high", "came", "weight"])
    return as_plan(
        table,
        owner="who",
        due="due",
        done="done",
        target="goal",
        target_low="low",
        target_high="high",
        actual="came",
        weight="weight",
    )


N = None
ROWS = plan(
    ("in time", "task", "ann", "2024-03-10", "2024-03-10", N, N, N, N, 1),
    ("late", "task", "ann", "2024-03-10", "2024-03-12", N, N, N, N, 1),
    ("overdue", "task", "ann", "2024-03-31", N, N, N, N, N, 1),
    ("done after", "task", "ann", "2024-03-10", "2024-04-02", N, N, N, N, 1),
    ("not due", "task", "ann", "2024-04-01", N, N, N, N, N, 5),
    ("closed", "risk", "bo", "2024-03-10", "2024-03-09", N, N, N, N, 1),
    ("closed late", "risk", "bo", "2024-03-10", "2024-03-12", N, N, N, N, 1),
    ("left over", "budget", "bo", N, N, 100, N, N, 93, 1),
    ("overspent", "budget", "bo", N, N, 100, N, N, 130, 1),
    ("in band", "resource", "bo", N, N, 160, 120, 160, 121, 1),
    ("overtime", "resource", "bo", N, N, 160, 120, 160, 168, 1),
    ("survey", "satisfaction", "bo", N, N, 80, N, N, 88, 2),
    ("unknown", "satisfaction", "bo", N, N, 80, N, N, N, 9),
)


# By hand.


def test_attainments_and_lights():
    card = execution_scorecard(ROWS, as_of=AS_OF).query("level == 'item'").set_index("item")
    assert card["attainment"].to_dict() == pytest.approx(
        {
            "in time": 1,
            "late": 1,
            "overdue": 0,
            "done after": 0,
            "not due": np.nan,
            "closed": 1,
            "closed late": 0,
            "left over": 0.93,
            "overspent": 0.7,
            # 8 hours beyond the band's end of 160
            "in band": 1,
            "overtime": 0.95,
            "survey": 1.1,
            "unknown": np.nan,
        },
        nan_ok=True,
    )
    assert card["light"].to_dict() == {
        "in time": "green",
        "late": "amber",
        "overdue": "red",
        "done after": "red",
        "not due": "open",
        "closed": "green",
        "closed late": "red",
        "left over": "amber",
        "overspent": "red",
        "in band": "green",
        "overtime": "amber",
        "survey": "green",
        "unknown": "open",
    }


def test_scores_by_weight():
    card = execution_scorecard(ROWS, as_of=AS_OF)
    owners = card[card["level"] == "owner"].set_index("owner")
    # 2 of 4 tasks that are due; 1 + 0 + .93 + .7 + 1 + .95 + 2 of a weight of 8
    assert owners["score"].to_dict() == pytest.approx({"ann": 0.5, "bo": 6.58 / 8})
    assert owners["weight"].to_dict() == {"ann": 4, "bo": 8}
    whole = card.iloc[-1]
    assert (whole["level"], whole["light"]) == ("all", "red")
    assert whole["score"] == pytest.approx(8.58 / 12)


def test_less_may_be_better():
    table = pd.DataFrame(
        {"item": ["complaints"], "kind": ["satisfaction"], "goal": [50.0], "came": [40.0], "up": [False]}
    )
    card = execution_scorecard(as_plan(table, target="goal", actual="came", higher_is_better="up"), as_of=AS_OF)
    assert card["attainment"].iloc[0] == pytest.approx(1.2)
    assert card[["target_low", "target_high"]].iloc[0].tolist() == pytest.approx([np.nan, 50], nan_ok=True)


def test_without_owners_there_is_the_whole_alone():
    card = execution_scorecard(
        as_plan(pd.DataFrame({"item": ["a"], "kind": ["task"], "due": [AS_OF]}), due="due"), as_of=AS_OF
    )
    assert card["level"].tolist() == ["item", "all"]
    assert card["score"].tolist() == [0, 0]


def test_what_cannot_be_judged_has_no_score():
    card = execution_scorecard(ROWS[ROWS["item"] == "unknown"], as_of=AS_OF)
    assert card["score"].isna().all()
    assert card["light"].tolist() == ["open", "open", "open"]


# Laws.


@given(st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0, 1e6), st.floats(0, 10)), min_size=1, max_size=8))
def test_a_score_lies_between_the_worst_and_the_best_item(found):
    table = pd.DataFrame(found, columns=["goal", "came", "weight"]).assign(item="x", kind="budget")
    card = execution_scorecard(as_plan(table, target="goal", actual="came", weight="weight"), as_of=AS_OF)
    items, whole = card.iloc[:-1], card.iloc[-1]
    counted = items.loc[items["weight"] > 0, "score"]
    if counted.empty:
        assert np.isnan(whole["score"])
        return
    assert counted.min() - 1e-9 <= whole["score"] <= counted.max() + 1e-9
    assert items["score"].between(0, 1).all()


def test_every_kind_of_frame_gives_the_same(build):
    assert_same_rows(as_pandas(execution_scorecard(build(ROWS), as_of=AS_OF)), execution_scorecard(ROWS, as_of=AS_OF))


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "message"), [({"as_of": "soon"}, "`as_of`"), ({"as_of": AS_OF, "amber_from": 90}, "`amber_from`")]
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        execution_scorecard(ROWS, **arguments)


# Input untouched.


def test_the_plan_given_stays_as_it_was():
    before = ROWS.copy()
    execution_scorecard(ROWS, as_of=AS_OF)
    pd.testing.assert_frame_equal(ROWS, before)
