"""The execution KPIs of a plan: by hand, against the simulator's truth, from every frame."""

import numpy as np
import pandas as pd
import pytest
from tests.frames import as_pandas, assert_same_rows

from crmkit import as_plan, make_plan
from crmkit.labels import LABELS
from crmkit.metrics import execution_kpis, kpi_catalogue

AS_OF = "2024-03-31"
PLAN = as_plan(
    pd.DataFrame(
        [
            ("in time", "task", "ann", "2024-03-10", "2024-03-10", None, None, 1),
            ("late", "task", "ann", "2024-03-10", "2024-03-12", None, None, 1),
            ("overdue", "task", "ann", "2024-03-31", None, None, None, 1),
            ("done after", "task", "bo", "2024-02-10", "2024-04-02", None, None, 1),
            ("not due", "task", "bo", "2024-04-01", "2024-03-01", None, None, 1),
            ("closed", "risk", "bo", "2024-03-10", "2024-03-09", None, None, 1),
            ("closed late", "risk", "bo", "2024-03-10", "2024-03-12", None, None, 1),
            ("travel", "budget", "bo", None, None, 100, 93, 1),
            ("fair", "budget", None, None, None, 300, 310, 1),
            ("unspent", "budget", "bo", None, None, 500, None, 1),
            ("staff", "resource", "ann", None, None, 160, 152, 1),
            ("survey", "satisfaction", "ann", None, None, 80, 88, 1),
            ("calls", "satisfaction", "ann", None, None, 90, 72, 3),
        ],
        columns=["item", "kind", "who", "due", "done", "goal", "came", "weight"],
    ),
    owner="who",
    due="due",
    done="done",
    target="goal",
    actual="came",
    weight="weight",
)


def values(table):
    return table.set_index("kpi")["value"].to_dict()


# By hand.


def test_the_kpis_of_a_plan():
    table = execution_kpis(PLAN, as_of=AS_OF)
    assert values(table) == pytest.approx(
        {
            # 4 tasks are due: 2 were done by then, 1 of them in time
            "task_completion_rate": 0.5,
            "on_time_rate[due]": 0.25,
            "on_time_rate[done]": 0.5,
            "resource_utilisation": 0.95,
            # 93 + 310 of 100 + 300; what the third budget spent is not known
            "budget_execution_rate": 403 / 400,
            "budget_surplus_rate": -3 / 400,
            "risk_control_rate": 0.5,
            # (1.1 + 3 · 0.8) / 4
            "satisfaction_attainment": 0.875,
        }
    )
    assert table["n"].tolist() == [4, 4, 2, 1, 2, 2, 2, 2]
    assert table.loc[table["kpi"] == "budget_execution_rate", ["numerator", "denominator"]].to_numpy().tolist() == [
        [403, 400]
    ]


def test_tasks_due_before_the_start_are_left_out():
    assert values(execution_kpis(PLAN, as_of=AS_OF, start="2024-03-01"))["task_completion_rate"] == pytest.approx(2 / 3)


def test_scores_with_a_band_are_judged_by_it():
    # within the band; 10% of its lower end below the band, which goes before the target; 80 of 100
    scores = pd.DataFrame(
        {
            "item": range(3),
            "kind": "satisfaction",
            "goal": [None, 60, 100],
            "low": [70, 80, None],
            "high": [90, 95, None],
        }
    )
    plan = as_plan(scores.assign(came=[85, 72, 80]), target="goal", target_low="low", target_high="high", actual="came")
    table = execution_kpis(plan, as_of=AS_OF).set_index("kpi")
    assert table.loc["satisfaction_attainment", "value"] == pytest.approx((1 + 0.9 + 0.8) / 3)
    assert table.loc["satisfaction_attainment", "n"] == 3


def test_groups_and_the_whole():
    table = execution_kpis(PLAN, as_of=AS_OF, by="owner")
    assert table.drop_duplicates("scope")["scope"].tolist() == ["group", "no label", "all"]
    bo = values(table[table["owner"] == "bo"])
    assert (bo["task_completion_rate"], bo["budget_execution_rate"]) == (0, 0.93)
    assert np.isnan(bo["resource_utilisation"])
    whole = table[table["scope"] == "all"].drop(columns=["owner", "scope"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, execution_kpis(PLAN, as_of=AS_OF))


def test_every_code_has_a_name_in_both_languages():
    codes = execution_kpis(PLAN, as_of=AS_OF)["kpi"]
    assert {LABELS["kpi"][code].zh for code in codes} >= {
        "任务完成率",
        "按时完成率（按到期任务）",
        "客户满意度目标完成率",
    }
    known = {code for codes in kpi_catalogue()["codes"] for code in codes.split(", ")}
    assert set(codes) <= known


# Reference: the truth of a simulation.


def test_the_simulated_truth_is_what_is_counted():
    plan, truth = make_plan(n_items=20_000, completion=0.85, on_time=0.7, random_state=2)
    checked = as_plan(plan, owner="owner", due="due", done="done", target="target", actual="actual")
    found = values(execution_kpis(checked, as_of="2025-12-31"))
    assert found["task_completion_rate"] == pytest.approx(0.85, abs=0.01)
    assert found["on_time_rate[due]"] == pytest.approx(truth["probability_on_time"].mean(), abs=0.015)
    assert found["risk_control_rate"] == pytest.approx(0.85 * 0.7, abs=0.03)
    for kind, kpi in {"resource": "resource_utilisation", "budget": "budget_execution_rate"}.items():
        expected = (
            truth.loc[plan["kind"] == kind, "expected_actual"].sum() / plan.loc[plan["kind"] == kind, "target"].sum()
        )
        assert found[kpi] == pytest.approx(expected, abs=0.01)


def test_every_kind_of_frame_gives_the_same(build):
    found = as_pandas(execution_kpis(build(PLAN), as_of=AS_OF, by="owner"))
    assert_same_rows(found, execution_kpis(PLAN, as_of=AS_OF, by="owner"))


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"as_of": "soon"}, "`as_of`"),
        ({"as_of": AS_OF, "start": "soon"}, "`start`"),
        ({"as_of": AS_OF, "start": "2024-04-01"}, "`as_of` must not lie before `start`, got 2024-03-31 and 2024-04-01"),
        ({"as_of": AS_OF, "level": 95}, "`level`"),
        ({"as_of": AS_OF, "by": "region"}, "region"),
        ({"as_of": AS_OF, "by": "kpi"}, "`by` is 'kpi'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        execution_kpis(PLAN, **arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"n_items": 0}, ValueError), ({"completion": 1.5}, ValueError), ({"n_owners": "two"}, TypeError)],
)
def test_an_impossible_simulation_is_refused(arguments, error):
    with pytest.raises(error, match=rf"`{next(iter(arguments))}`"):
        make_plan(**arguments)


# Input untouched.


def test_the_plan_given_stays_as_it_was():
    before = PLAN.copy()
    execution_kpis(PLAN, as_of=AS_OF, by="owner")
    pd.testing.assert_frame_equal(PLAN, before)
