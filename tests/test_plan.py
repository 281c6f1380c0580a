"""The door of plans: tasks, resources, budgets, risks and scores; every row accounted for, from every frame."""

import pandas as pd
import pytest
from tests.frames import assert_same_rows, rows

from crmkit import SchemaError, as_plan, audit_plan, rejected_plan

PLAN = pd.DataFrame(
    {
        "item": ["call", "staff", "travel", "outage", "survey"],
        "kind": ["task", "资源", "Budget", "risk", "满意度"],
        "who": ["ann", "ann", "bo", None, "bo"],
        "due": ["2024-03-31", None, None, "2024-02-29", None],
        "done": ["2024-03-28", None, None, None, None],
        "goal": [None, 160.0, 5000.0, None, 90.0],
        "low": [None, 120.0, None, None, None],
        "high": [None, 160.0, None, None, None],
        "came": [None, 152.0, 4800.0, None, 86.0],
        "weight": [2.0, 1.0, 1.0, 1.0, 3.0],
    }
)
ASKED = {
    **{name: name for name in ("due", "done", "weight")},
    "owner": "who",
    "target": "goal",
    "target_low": "low",
    "target_high": "high",
    "actual": "came",
}


def plan(**changes):
    return PLAN.assign(**changes)


# By hand.


def test_the_columns_by_hand():
    assert rows(as_plan(PLAN, **ASKED)) == [
        ("call", "task", "ann", "2024-03-31", "2024-03-28", None, None, None, None, 2, True),
        ("staff", "resource", "ann", None, None, 160, 120, 160, 152, 1, True),
        ("travel", "budget", "bo", None, None, 5000, None, None, 4800, 1, True),
        ("outage", "risk", None, "2024-02-29", None, None, None, None, None, 1, True),
        ("survey", "satisfaction", "bo", None, None, 90, None, None, 86, 3, True),
    ]


def test_what_is_not_named_is_missing_and_weighs_1():
    found = as_plan(PLAN.head(1), due="due")
    assert found.isna().sum().sum() == 6
    assert found[["weight", "higher_is_better"]].to_numpy().tolist() == [[1, True]]


def test_words_of_ones_own_for_kinds():
    own = plan(kind=["milestone", "resource", "budget", "risk", "satisfaction"])
    assert as_plan(own, **ASKED, kinds={"milestone": "task"})["kind"].iloc[0] == "task"


def test_every_row_has_one_reason():
    odd = pd.DataFrame(
        {
            "item": [None, "a", "b", "c", "d", "e", "f", "g", "h"],
            "kind": ["task", "party", "task", "budget", "budget", "resource", "budget", "resource", "satisfaction"],
            "due": ["2024-01-01", None, None, None, "soon", None, None, None, None],
            "goal": [None, None, None, None, 5.0, 0.0, 5.0, 5.0, -1.0],
            "came": [None, None, None, 3.0, 3.0, 3.0, -3.0, 3.0, 3.0],
            "weight": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0],
        }
    )
    asked = {"due": "due", "target": "goal", "actual": "came", "weight": "weight"}
    audit = audit_plan(odd, **asked).set_index("reason")["n_rows"]
    assert audit[audit > 0].to_dict() == {
        **dict.fromkeys(("no_item", "unknown_kind"), 1),
        "unusable_due": 2,
        **dict.fromkeys(("unusable_target", "no_target", "unusable_actual", "unusable_weight", "kept"), 1),
        "given": 9,
    }
    assert rejected_plan(odd, **asked)["rejected_because"].tolist() == [
        *("no_item", "unknown_kind", "unusable_due", "no_target", "unusable_due", "unusable_target"),
        *("unusable_actual", "unusable_weight"),
    ]
    assert as_plan(odd, **asked, invalid="drop")["item"].tolist() == ["h"]


def test_every_kind_of_frame_gives_the_same(build):
    typed = plan(due=pd.to_datetime(PLAN["due"]), done=pd.to_datetime(PLAN["done"]))
    assert_same_rows(as_plan(build(typed), **ASKED), as_plan(typed, **ASKED))
    assert_same_rows(audit_plan(build(typed), **ASKED), audit_plan(typed, **ASKED))


# Refusals.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"goal": [None, None, 5000.0, None, None], "low": None, "high": None}, "2 without a target"),
        ({"due": None}, "2 with an unusable due date, which a task and a risk need"),
        (
            {"kind": ["task", "resource", "budget", "risk", "joy"]},
            r"1 of an unknown kind \(.*; name yours with `kinds`",
        ),
        ({"low": [None, 170.0, None, None, None]}, "1 with a band that is unusable or begins above its end"),
        ({"item": ["call", None, "travel", "", "survey"]}, "2 without an item"),
        ({"came": ["", "much", "4800", "", "86"]}, "1 with an unusable actual value"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(changes, message):
    with pytest.raises(SchemaError, match=message):
        as_plan(plan(**changes), **ASKED)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kinds": {"milestone": "joy"}}, ValueError, "`kinds` must map words to"),
        ({"kinds": ["task"]}, ValueError, "`kinds` must map words to"),
        ({"kind": "goal"}, SchemaError, "holds .* not text"),
        ({"owner": "chief"}, SchemaError, "has no column"),
        ({"invalid": "keep"}, ValueError, "`invalid` must be one of"),
        ({"keep": ["weight"]}, SchemaError, "weight"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        as_plan(PLAN, **{**ASKED, **arguments})


# Input untouched.


def test_the_plan_given_stays_as_it_was():
    before = PLAN.copy()
    as_plan(PLAN, **ASKED)
    pd.testing.assert_frame_equal(PLAN, before)
