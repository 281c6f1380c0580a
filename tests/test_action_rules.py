"""Action rules: read, checked for contradictions, applied, and traced."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas

from crmkit._conditions import Condition, region_of
from crmkit.errors import SchemaError
from crmkit.loyalty import (
    action_rule_table,
    action_trace_table,
    apply_action_rules,
    read_action_rules,
    write_action_rules,
)

NAN = np.nan
NAMES = {"call": ("Call", "回访"), "visit": ("Visit", "拜访"), "mail": ("Mail", "邮件"), "ask": ("Ask", "问卷")}
CUSTOMERS = pd.DataFrame(
    {
        "satisfaction": [2.0, 5, NAN, 1, 4],
        "spend": [80.0, 700, 20, 900, 30],
        "tier": ["core", "core", "ordinary", None, "ordinary"],
        "complained": [True, False, False, True, False],
    },
    index=list("edcba"),
)


def when(column, operator, value=None):
    return {"column": column, "operator": operator} | ({} if value is None else {"value": value})


def rule(code, action, *conditions, **more):
    en, zh = NAMES[action]
    return {"code": code, "action": action, "en": en, "zh": zh, **more, "when": list(conditions)}


def rules(*each):
    return {"rules": list(each)}


PLAN = rules(
    rule("large", "visit", when("spend", ">=", 500), priority=2),
    rule("unhappy", "call", when("satisfaction", "<", 3), when("complained", "=", True)),
    rule("core", "mail", when("tier", "in", ["core", "important"]), priority=3),
    rule("unasked", "ask", when("satisfaction", "missing"), priority=3),
    rule("never", "visit", when("spend", ">", 10_000), priority=4),
)


def texts(values):
    return [None if pd.isna(value) else str(value) for value in np.asarray(values, dtype=object).tolist()]


# By hand.


def test_the_first_rule_that_holds_fires(build_in_memory):
    table = as_pandas(apply_action_rules(build_in_memory(CUSTOMERS), rules=PLAN), in_order=True)
    assert texts(table["rule"]) == ["unhappy", "large", "unasked", "unhappy", None]
    assert texts(table["action"]) == ["call", "visit", "ask", "call", None]
    assert texts(table["action_zh"]) == ["回访", "拜访", "问卷", "回访", None]
    assert table["n_rules"].tolist() == [2, 2, 1, 2, 0]
    assert texts(table["other_rules"]) == ["core", "core", None, "large", None]


def test_rows_keep_their_index_and_input_stays_unchanged():
    given = CUSTOMERS.copy(deep=True)
    assert apply_action_rules(given, rules=PLAN).index.tolist() == list("edcba")
    assert_frame_equal(given, CUSTOMERS)


def test_the_trace_counts_every_rule(build):
    table = as_pandas(action_trace_table(build(CUSTOMERS), rules=PLAN), in_order=True)
    assert texts(table["rule"]) == ["unhappy", "large", "core", "unasked", "never", None]
    assert table["n_held"].tolist() == [2, 2, 2, 1, 0, 1]
    assert table["n_fired"].tolist() == [2, 1, 0, 1, 0, 1]
    assert table["n_overruled"].tolist() == [0, 1, 2, 0, 0, 0]
    assert table["n_unknown"].tolist() == [1, 0, 1, 0, 0, 0]
    assert table["customer_share"].astype(float).tolist() == [0.4, 0.2, 0, 0.2, 0, 0.2]
    assert table["never_fired"].astype(bool).tolist() == [False, False, True, False, True, False]


def test_every_operator_by_hand():
    column = pd.DataFrame({"x": [1.0, 2, 3, NAN], "t": ["a", "b", "c", None]})
    held = {
        ("x", "<", 2): [0],
        ("x", "<=", 2): [0, 1],
        ("x", ">", 2): [2],
        ("x", ">=", 2): [1, 2],
        ("x", "between", (1, 2)): [0, 1],
        ("x", "=", 2): [1],
        ("x", "!=", 2): [0, 2],
        ("x", "not in", (2, 3)): [0],
        ("t", "=", "b"): [1],
        ("t", "!=", "b"): [0, 2],
        ("t", "in", ("a", "c")): [0, 2],
        ("t", "not in", ("a", "z")): [1, 2],
        ("t", "missing", None): [3],
        ("x", "known", None): [0, 1, 2],
    }
    for condition, expected in held.items():
        found = apply_action_rules(column, rules=rules(rule("r", "call", when(*condition))))
        assert np.flatnonzero(found["rule"].notna()).tolist() == expected, condition


def test_columns_of_other_types_are_compared_as_what_they_hold():
    asked = rules(rule("r", "call", when("x", "=", True)))
    for values in ([True, None, False], pd.array([True, None, False], dtype="boolean"), np.array([1, None, 0])):
        found = apply_action_rules(pd.DataFrame({"x": values}), rules=asked)["rule"]
        assert texts(found) == ["r", None, None]
    core = rules(rule("r", "call", when("x", "in", ["core", "lost"])))
    labels = pd.Categorical(["core", None, "other"])
    assert texts(apply_action_rules(pd.DataFrame({"x": labels}), rules=core)["rule"]) == ["r", None, None]
    assert texts(apply_action_rules(pd.DataFrame({"x": [None, None]}), rules=core)["rule"]) == [None, None]


def test_shadowed_and_overlapping_rules_are_said():
    table = action_rule_table(
        rules(
            rule("unhappy", "call", when("satisfaction", "<", 3)),
            rule("worst", "visit", when("satisfaction", "<=", 1), when("spend", ">", 10)),
            rule("between", "mail", when("satisfaction", "between", [2, 4])),
            rule("later", "ask", when("satisfaction", "in", [1, 2]), priority=9),
        )
    )
    assert table["rule"].tolist() == ["unhappy", "worst", "between", "later"]
    assert texts(table["shadowed_by"]) == [None, "unhappy", None, "unhappy"]
    assert texts(table["overlaps"]) == ["worst, between", "unhappy", "unhappy", None]
    assert table["conditions"].tolist()[1:3] == ["satisfaction <= 1 and spend > 10", "satisfaction between 2 and 4"]


def test_rules_of_a_workbook_in_chinese(tmp_path):
    path = tmp_path / "规则.xlsx"
    rows = [
        ("unhappy", 1, "call", "Call", "回访", "satisfaction", "小于", 3),
        ("unhappy", None, None, None, None, "tier", "属于", "core；important"),
        ("large", 2, "visit", "Visit", "拜访", "spend", "介于", "500; 900"),
        ("asked", 2, "mail", "Mail", "邮件", "complained", "缺失", None),
    ]
    pd.DataFrame(rows, columns=["规则", "优先级", "行动", "英文名", "中文名", "列", "运算", "值"]).to_excel(
        path, index=False
    )
    assert read_action_rules(path) == rules(
        rule("unhappy", "call", when("satisfaction", "<", 3), when("tier", "in", ["core", "important"]), priority=1),
        rule("large", "visit", when("spend", "between", [500, 900]), priority=2),
        rule("asked", "mail", when("complained", "missing"), priority=2),
    )


@pytest.mark.parametrize("ending", ["toml", "xlsx"])
def test_rules_are_read_as_they_were_written(tmp_path, ending):
    path = tmp_path / f"rules.{ending}"
    write_action_rules(PLAN, path)
    assert_frame_equal(action_rule_table(read_action_rules(path)), action_rule_table(PLAN))


# Laws.

NUMBERS = st.integers(0, 4).map(float)
PAIRS = st.lists(NUMBERS, min_size=2, max_size=2).map(sorted).map(tuple)
CONDITIONS = st.one_of(
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.tuples(NUMBERS)),
    st.tuples(st.sampled_from(["in", "not in"]), st.lists(NUMBERS, min_size=1, max_size=3).map(tuple)),
    st.tuples(st.just("between"), PAIRS),
    st.sampled_from([("missing", ()), ("known", ())]),
)
# Every half between, and what is missing.
GRID = np.append(np.arange(-1, 6, 0.5), NAN)


def met(conditions):
    held = np.ones(len(GRID), dtype=bool)
    for condition in conditions:
        held &= condition.holds(GRID, np.isnan(GRID))
    return held


@given(*(st.lists(CONDITIONS, min_size=1, max_size=3) for _ in range(2)))
def test_regions_are_what_conditions_hold_for(first, second):
    sides = [[Condition("x", *each) for each in drawn] for drawn in (first, second)]
    regions, masks = [region_of(side) for side in sides], [met(side) for side in sides]
    assert regions[0].is_empty == (not masks[0].any())
    assert regions[0].meets(regions[1]) == (masks[0] & masks[1]).any()
    if masks[0].any():
        assert regions[0].lies_in(regions[1]) == (masks[1] | ~masks[0]).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=6))
def test_everybody_has_the_first_rule_and_the_trace_adds_up(drawn):
    plan = rules(
        *(
            rule(f"r{at}", "call", when("x", "between", sorted(ends)), priority=priority)
            for at, (*ends, priority) in enumerate(drawn)
        )
    )
    base = pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 5, NAN]})
    applied, trace = apply_action_rules(base, rules=plan), action_trace_table(base, rules=plan)
    assert trace["n_fired"].sum() == len(base)
    assert (trace["n_held"].iloc[:-1].sum()) == applied["n_rules"].sum()
    fired = applied["rule"].value_counts()
    assert trace["n_fired"].iloc[:-1].tolist() == [fired.get(code, 0) for code in trace["rule"].iloc[:-1]]
    # who is shadowed never fires
    shadowed = action_rule_table(plan)["shadowed_by"].notna().to_numpy()
    assert trace["never_fired"].iloc[:-1][shadowed].all()


# Refusals.


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ([], TypeError, "`rules` must be a mapping with a list of rules"),
        ({"rules": []}, ValueError, "list of rules under 'rules'"),
        (rules({"code": "a"}), ValueError, r"missing keys \['action', 'en', 'when', 'zh'\]"),
        (rules("a"), ValueError, "must be a mapping, got 'a'"),
        (rules(rule(" ", "call", when("x", "<", 1))), ValueError, r"\['code'\]` must be text"),
        (rules(rule("a", "call")), ValueError, "at least one condition"),
        (rules(rule("a", "call", when("x", "~", 1))), ValueError, r"\['operator'\]` must be one of"),
        (rules(rule("a", "call", when("x", "<", "1"))), ValueError, "must be a finite number for '<', got '1'"),
        (rules(rule("a", "call", when("x", "<", 10**400))), ValueError, "must be a finite number for '<'"),
        (rules(rule("a", "call", when("x", "between", [2, 1]))), ValueError, "two numbers, the lower one first"),
        (rules(rule("a", "call", when("x", "in", "b"))), ValueError, "a list of numbers or of texts for 'in'"),
        (rules(rule("a", "call", when("x", "in", ["b", 1]))), ValueError, "a list of numbers or of texts"),
        (rules(rule("a", "call", when("x", "=", [1, 2]))), ValueError, "a number, a text, true or false for '='"),
        (rules(rule("a", "call", when("x", "known", 1))), ValueError, "left out for 'known'"),
        (rules(rule("a", "call", when("x", "<", 1), priority=0)), ValueError, r"\['priority'\]` must be at least 1"),
        (rules(*[rule("a", "call", when("x", "<", 1))] * 2), ValueError, "the code of another rule"),
        (
            rules(rule("a", "call", when("x", "<", 1)), rule("b", "call", when("x", "<", 2)) | {"en": "Ring"}),
            ValueError,
            "calls the action 'call' otherwise",
        ),
        (
            rules(rule("a", "call", when("x", "<", 1)), rule("b", "call", when("x", "=", "one"))),
            ValueError,
            "with numbers as well as with texts",
        ),
        (rules(rule("a", "call", when("x", "<", 1), when("x", ">", 1))), ValueError, "can never hold"),
        (
            rules(rule("a", "call", when("x", "<", 1)), rule("b", "mail", when("x", "<", 2), when("x", "<", 1))),
            ValueError,
            "'a' and 'b' have the same conditions and the same priority, but say 'call' and 'mail'",
        ),
    ],
)
def test_rules_that_are_wrong_are_refused(given, error, words):
    with pytest.raises(error, match=words):
        action_rule_table(given)


def test_customers_of_another_kind_are_refused():
    with pytest.raises(
        SchemaError, match=r"`customers\['spend'\]` must hold numbers or true and false, as rule 'large'"
    ):
        apply_action_rules(CUSTOMERS.assign(spend="a"), rules=PLAN)
    with pytest.raises(SchemaError, match=r"`customers\['tier'\]` must hold text, as rule 'core'"):
        apply_action_rules(CUSTOMERS.assign(tier=1), rules=PLAN)
    with pytest.raises(SchemaError, match=r"lacks the column 'tier', which rule "):
        apply_action_rules(CUSTOMERS.drop(columns="tier"), rules=PLAN)
    empty = action_trace_table(CUSTOMERS.iloc[:0], rules=PLAN)
    assert empty["customer_share"].isna().all()


def test_a_priority_may_be_text_in_a_workbook(tmp_path):
    row = {"code": "a", "action": "call", "en": "Call", "zh": "回访", "column": "x", "operator": "<", "value": 1}
    pd.DataFrame([row | {"priority": "２"}]).to_excel(tmp_path / "rules.xlsx", index=False)
    assert read_action_rules(tmp_path / "rules.xlsx")["rules"][0]["priority"] == 2


def test_files_that_are_wrong_are_refused(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("rules = [", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a TOML file in UTF-8"):
        read_action_rules(path)
    with pytest.raises(ValueError, match=r"must end in .toml or .xlsx"):
        read_action_rules(tmp_path / "rules.csv")
    book = tmp_path / "rules.xlsx"
    book.write_text("no workbook", encoding="utf-8")
    with pytest.raises(ValueError, match="cannot be read as an Excel workbook"):
        read_action_rules(book)
    row = {"code": "a", "action": "call", "en": "Call", "zh": "回访", "column": "x", "operator": "<", "value": 1}
    for rows, words in (
        ([{"code": "a"}], r"lacks the columns \['action', 'en', 'zh', 'column', 'operator', 'value'\]"),
        ([row, row | {"action": "mail"}], "Row 3 of .* says action 'mail' for the rule 'a', an earlier row 'call'"),
        ([row | {"code": None}], "Row 2 of .* has no code"),
    ):
        pd.DataFrame(rows).to_excel(book, index=False)
        with pytest.raises(ValueError, match=words):
            read_action_rules(book)
