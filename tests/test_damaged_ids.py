"""Customer ids that look damaged are counted with examples, in every kind of frame and on the command line."""

import pandas as pd
import pytest
from tests.commands import run, text
from tests.frames import rows

from crmkit import SchemaError, as_transactions, damaged_id_table

IDS = [
    "1.23457E+12",
    "12346.0",
    "12346",
    "nan",
    "Ann@x.com",
    "ann@x.com ",
    "ＡＮＮ@x.com",
    "A 7",
    "a7",
    "B-1",
    "B1",
    "12E3",
]
DAY = pd.Timestamp("2024-03-01")


def orders(ids):
    return pd.DataFrame({"customer_id": ids, "date": pd.to_datetime([DAY] * len(ids)), "amount": 1.0})


# By hand.


def test_ids_that_look_damaged_are_counted(build):
    assert sorted(rows(damaged_id_table(build(orders([*IDS, "nan", None]))))) == [
        ("alike", 5, "A 7, Ann@x.com, a7, ann@x.com, ＡＮＮ@x.com"),
        ("decimal", 1, "12346.0"),
        ("placeholder", 1, "nan"),
        ("scientific", 1, "1.23457E+12"),
    ]


def test_whole_numbers_and_sound_ids_are_not_damaged(build):
    assert rows(damaged_id_table(build(orders([7, 8])))) == []
    assert rows(damaged_id_table(build(orders(["A7", "A8"])))) == []


def test_spaces_around_ids_are_removed():
    got = as_transactions(orders(["ann", " ann", "ann\t", "\u3000ann"]))
    assert got[["customer_id", "n_orders"]].to_numpy().tolist() == [["ann", 4]]


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_the_command_line_says_so(most, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    ids = ["1.23457E+12", "Bo", "bo", "cy"]
    (tmp_path / "orders.csv").write_text(text(rows=[(each, "2024-03-01", "1") for each in ids]))
    code, _, stderr = run("audit", "orders.csv")
    assert code == 0
    assert (
        "Customer ids that look damaged or double: 1 cut by a spreadsheet (1.23457E+12); 2 that differ only in case, "
        "spaces or width (Bo, bo)." in stderr
    )
    assert "1 个被电子表格截断（1.23457E+12）；2 个仅大小写" in run("audit", "orders.csv", "--language", "zh")[2]


# Refusals.


def test_a_missing_column_is_refused():
    with pytest.raises(SchemaError, match="has no column"):
        damaged_id_table(orders(["a"]), customer_id="who")


@pytest.mark.parametrize("total", ["Total", "Grand total", "合计", "总计", "Gesamtsumme"])
def test_a_row_of_totals_is_not_a_customer(total):
    table = damaged_id_table(pd.DataFrame({"customer_id": ["a", "b", total]}))
    assert table.to_dict("records") == [{"problem": "placeholder", "n_ids": 1, "examples": total}]
