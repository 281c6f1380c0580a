"""Rules of RFM segments: presets, tables, and all that rules must not say."""

import copy
import itertools
import re

import pytest
from hypothesis import given
from tests.rules import any_rules, rule, rules_of

from crmkit.labels import LABELS
from crmkit.segment import rfm_cell_table, rfm_rule_table, rfm_rules, write_rfm_rules

CJK = re.compile(r"[\u4e00-\u9fff]")
PRESETS = ("chinese_8", "named_11")


def takes(segment, cell):
    """Whether a segment takes a cell, worked out from the words of the rule."""
    ends = [segment.get(name, [1, 9]) for name in "rfm"]
    lows_highs = [end if isinstance(end, list) else [end, end] for end in ends]
    return all(low <= score <= high for (low, high), score in zip(lows_highs, cell, strict=True))


# By hand.


def test_the_rule_table_by_hand():
    # 2 × 3 × 2 = 12 cells: a takes r 2, 6 cells; b takes f 2 and 3, 8 cells, of which a has 4; 2 are left
    rules = rules_of(
        rule("a", r=2), rule("b", f=[2, 3]), n_bins={"r": 2, "f": 3, "m": 2}, rest=rule("c"), overlaps="first"
    )
    assert rfm_rule_table(rules).to_numpy().tolist() == [
        ["a", "A", "客户 a", "2", "any", "any", 6],
        ["b", "B", "客户 b", "any", "2–3", "any", 4],
        ["c", "C", "客户 c", "rest", "rest", "rest", 2],
    ]
    assert list(rfm_rule_table(rules)) == ["segment", "name_en", "name_zh", "r", "f", "m", "n_cells"]


def test_a_range_of_all_scores_is_any():
    assert rfm_rule_table(rules_of(rule("a", r=[1, 2])))["r"].tolist() == ["any"]


def test_the_cell_table_by_hand():
    # a takes r 2, b takes f 2: both take r2 f2, nobody takes r1 f1
    table = rfm_cell_table(rules_of(rule("a", r=2), rule("b", f=2)))
    plain = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    assert plain == [
        [1, 1, 1, None, 0, ""],
        [1, 1, 2, None, 0, ""],
        [1, 2, 1, "b", 1, "b"],
        [1, 2, 2, "b", 1, "b"],
        [2, 1, 1, "a", 1, "a"],
        [2, 1, 2, "a", 1, "a"],
        [2, 2, 1, "a", 2, "a, b"],
        [2, 2, 2, "a", 2, "a, b"],
    ]
    assert list(table) == ["r_score", "f_score", "m_score", "segment", "n_matches", "matches"]


def test_a_preset_changed_is_a_copy():
    rfm_rules("named_11")["segments"].clear()
    assert len(rfm_rules("named_11")["segments"]) == 11


# Reference.


def test_the_eight_classes_are_those_of_chinese_practice():
    # 订货系统 (zhsmjxc), help page on RFM: recency near or far, frequency and spend high or low
    published = {
        (2, 2, 2): "重要价值",
        (1, 2, 2): "重要保持",
        (2, 1, 2): "重要发展",
        (1, 1, 2): "重要挽留",
        (2, 2, 1): "一般价值",
        (1, 2, 1): "一般保持",
        (2, 1, 1): "一般发展",
        (1, 1, 1): "一般挽留",
    }
    names = rfm_rule_table("chinese_8").set_index("segment")["name_zh"]
    cells = rfm_cell_table("chinese_8")
    got = {(r, f, m): names[code] for r, f, m, code in cells.iloc[:, :4].itertuples(index=False, name=None)}
    assert got == {cell: f"{name}客户" for cell, name in published.items()}


# Laws.


@pytest.mark.parametrize(("preset", "n_segments", "n_cells"), [("chinese_8", 8, 8), ("named_11", 11, 125)])
def test_presets_put_every_cell_in_one_segment(preset, n_segments, n_cells):
    cells, table = rfm_cell_table(preset), rfm_rule_table(preset)
    assert len(cells) == n_cells
    assert (cells["n_matches"] == 1).all()
    assert (cells["segment"] == cells["matches"]).all()
    assert len(table) == n_segments
    assert table.set_index("segment")["n_cells"].to_dict() == cells.groupby("segment").size().to_dict()


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_named_in_both_languages(preset):
    table = rfm_rule_table(preset)
    potential = LABELS["tier"]["potential"]
    for column, name, is_chinese in (("name_en", potential.en, False), ("name_zh", potential.zh, True)):
        names = [*table[column], name]
        assert len(set(names)) == len(names)
        assert all(bool(CJK.search(each)) is is_chinese and each == each.strip() for each in names)


@given(rules=any_rules())
def test_the_tables_say_what_a_look_at_every_cell_says(rules):
    sizes = rules["n_bins"] if isinstance(rules["n_bins"], dict) else dict.fromkeys("rfm", rules["n_bins"])
    cells = list(itertools.product(*(range(1, sizes[name] + 1) for name in "rfm")))
    matches = [[each["code"] for each in rules["segments"] if takes(each, cell)] for cell in cells]
    rest = rules.get("rest", {"code": None})["code"]
    expected = [found[0] if found else rest for found in matches]
    table = rfm_cell_table(rules)
    assert list(table[["r_score", "f_score", "m_score"]].itertuples(index=False, name=None)) == cells
    assert table["segment"].astype(object).where(table["segment"].notna(), None).tolist() == expected
    assert table["n_matches"].tolist() == [len(found) for found in matches]
    assert table["matches"].tolist() == [", ".join(found) for found in matches]
    counts = rfm_rule_table(rules).set_index("segment")["n_cells"]
    assert counts.to_dict() == {code: expected.count(code) for code in counts.index}


# Refusals.

A, B = rule("a"), rule("b")


@pytest.mark.parametrize(
    ("rules", "error", "message"),
    [
        (11, TypeError, r"`rules` must be one of \['chinese_8', 'named_11'\] or a mapping, got int"),
        ("named_12", ValueError, r"must be one of \['chinese_8', 'named_11'\], got 'named_12'"),
        (
            {"n_bins": 2},
            ValueError,
            r"`rules` has missing keys \['segments'\] and unknown keys \[\]; its keys are \['n_bins', ",
        ),
        (rules_of(A, title="x"), ValueError, r"`rules` has missing keys \[\] and unknown keys \['title'\]"),
        (rules_of(A, n_bins=1), ValueError, r"`rules\['n_bins'\]` must be at least 2, got 1"),
        (rules_of(A, n_bins=2.0), TypeError, r"`rules\['n_bins'\]` must be a whole number, got 2.0"),
        (rules_of(A, n_bins=True), TypeError, r"`rules\['n_bins'\]` must be a whole number, got True"),
        (rules_of(A, n_bins={"r": 2, "f": 2}), ValueError, r"`rules\['n_bins'\]` has missing keys \['m'\]"),
        (rules_of(A, overlaps="last"), ValueError, r"`rules\['overlaps'\]` must be one of \['first', 'refuse'\]"),
        (rules_of(), ValueError, r"`rules\['segments'\]` must be a list of segments, got \[\]"),
        ({"n_bins": 2, "segments": "a"}, ValueError, r"`rules\['segments'\]` must be a list of segments, got 'a'"),
        ({"n_bins": 2, "segments": {"a": A}}, ValueError, r"`rules\['segments'\]` must be a list of segments"),
        (rules_of("a"), ValueError, r"`rules\['segments'\]\[0\]` must be a mapping, got 'a'"),
        (rules_of(A, {"code": "b", "en": "B"}), ValueError, r"`rules\['segments'\]\[1\]` has missing keys \['zh'\]"),
        (
            rules_of(rule("a", t=1)),
            ValueError,
            r"`rules\['segments'\]\[0\]` has missing keys \[\] and unknown keys \['t'\]",
        ),
        (rules_of(A, A), ValueError, r"`rules\['segments'\]\[1\]\['code'\]` is 'a', the code of another segment"),
        (rules_of(A, rest=A), ValueError, r"`rules\['rest'\]\['code'\]` is 'a', the code of another segment"),
        (rules_of(rule("potential")), ValueError, r"\['code'\]` must not be 'potential', the code of customers who"),
        (rules_of(A, rest="b"), ValueError, r"`rules\['rest'\]` must be a mapping, got 'b'"),
        (
            rules_of(A, rest=rule("b", r=1)),
            ValueError,
            r"`rules\['rest'\]` has missing keys \[\] and unknown keys \['r'\]",
        ),
        *(
            (rules_of(A | {"code": code}), ValueError, "must be lower-case letters, digits and underscores, got ")
            for code in ("", "A", "1a", "a-b", "a b", "a\n", "a' OR 1", "客户", None, 3)
        ),
        *(
            (rules_of(A | {language: name}), ValueError, rf"`rules\['segments'\]\[0\]\['{language}'\]` must be a name")
            for language in ("en", "zh")
            for name in ("", " \n", None, 3)
        ),
        *(
            (
                rules_of(rule("a", f=scores)),
                ValueError,
                r"\['f'\]` must be a score from 1 to 2, or the lowest and the hi",
            )
            for scores in (0, 3, 1.0, True, "1", "12", [], [1], [2, 1], [0, 1], [1, 3], [1, 1, 2], [1, None], None)
        ),
    ],
)
def test_rules_that_do_not_say_what_they_must_are_refused(rules, error, message, tmp_path):
    for read in (rfm_rule_table, rfm_cell_table, lambda given: write_rfm_rules(given, tmp_path / "rules.toml")):
        with pytest.raises(error, match=message):
            read(rules)
    assert not list(tmp_path.iterdir())


def test_another_preset_is_refused():
    with pytest.raises(ValueError, match=r"`preset` must be one of \['chinese_8', 'named_11'\], got 'eight'"):
        rfm_rules("eight")


# Input untouched.


def test_rules_given_stay_as_they_are(tmp_path):
    rules = rules_of(rule("a", r=(1, 2)), rule("b", r=2), rest=rule("c"), overlaps="first")
    before = copy.deepcopy(rules)
    rfm_rule_table(rules)
    rfm_cell_table(rules)
    write_rfm_rules(rules, tmp_path / "rules.toml")
    assert rules == before
