"""Rules of RFM segments to and from files."""

import pytest
from hypothesis import given
from tests.rules import any_rules, rule, rules_of

from crmkit.segment import read_rfm_rules, rfm_rules, write_rfm_rules

# By hand.


def test_a_file_by_hand(tmp_path):
    path = tmp_path / "规则.toml"
    rules = rules_of(rule("a", r=2, f=[1, 2]), n_bins={"r": 2, "f": 3, "m": 2}, rest=rule("b"), overlaps="first")
    write_rfm_rules(rules, path)
    assert path.read_bytes().decode("utf-8").splitlines() == [
        "n_bins = { r = 2, f = 3, m = 2 }",
        'overlaps = "first"',
        'rest = { code = "b", en = "B", zh = "客户 b" }',
        "",
        "[[segments]]",
        'code = "a"',
        'en = "A"',
        'zh = "客户 a"',
        "r = 2",
        "f = [1, 2]",
    ]
    assert read_rfm_rules(str(path)) == rules


def test_a_file_of_a_windows_editor_is_read(tmp_path):
    # Notepad writes a byte-order mark and ends lines with \r\n
    path = tmp_path / "rules.toml"
    write_rfm_rules("chinese_8", path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_rfm_rules(path) == rfm_rules("chinese_8")


def test_no_rest_is_not_written(tmp_path):
    path = tmp_path / "rules.toml"
    write_rfm_rules(rules_of(rule("a"), rest=None), path)
    assert read_rfm_rules(path) == rules_of(rule("a"))


def test_a_file_is_written_anew(tmp_path):
    path = tmp_path / "rules.toml"
    write_rfm_rules("named_11", path)
    write_rfm_rules("chinese_8", path)
    assert read_rfm_rules(path) == rfm_rules("chinese_8")


# Laws.


@given(rules=any_rules())
def test_rules_come_back_from_a_file_as_they_were(tmp_path_factory, rules):
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    write_rfm_rules(rules, path)
    assert read_rfm_rules(path) == rules


# Refusals.


@pytest.mark.parametrize(
    "content",
    [
        b"n_bins = 2\nn_bins = 2",
        b"n_bins = ",
        "n_bins = 2 # 两档".encode("gb18030"),
        "n_bins = 2".encode("utf-16"),
        b"\x00",
    ],
)
def test_a_file_that_is_no_toml_in_utf_8_is_refused(content, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"rules\.toml is not a TOML file in UTF-8: "):
        read_rfm_rules(path)


def test_a_file_with_the_wrong_rules_is_refused(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('n_bins = 2\nsegments = [{ code = "a", en = "A" }]', encoding="utf-8")
    with pytest.raises(ValueError, match=r"`rules\['segments'\]\[0\]` has missing keys \['zh'\]"):
        read_rfm_rules(path)
    with pytest.raises(FileNotFoundError, match=r"none\.toml"):
        read_rfm_rules(tmp_path / "none.toml")
