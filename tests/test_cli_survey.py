"""The command `crmkit survey`: the KPIs of a survey from a file, by group, and what satisfaction rests on."""

import json

import pandas as pd
import pytest
from tests.commands import run

from crmkit import as_answers
from crmkit.loyalty.satisfaction import key_driver_table, survey_kpis

ANSWERS = pd.DataFrame(
    {
        "推荐意愿": [10, 9, 8, 6, 3] * 8,
        "overall": [5, 5, 4, 3, 1] * 8,
        "service": [5, 4, 4, 3, 2] * 8,
        "price": [2, 3, 4, 4, 3] * 8,
        "region": (["north"] * 4 + ["south"] * 4) * 5,
    }
)


def file_of(tmp_path, table=ANSWERS, name="answers.csv", **options):
    table.to_csv(tmp_path / name, index=False, **options)
    return tmp_path / name


def test_kpis_by_hand(tmp_path):
    code, stdout, stderr = run("survey", file_of(tmp_path), "--satisfaction", "overall", "--json")
    found = json.loads(stdout)
    kpis = {row["kpi"]: row for row in found["kpis"]}
    assert code == 0
    # Of five 2 promote and 2 detract; 3 of 5 answer 4 or 5
    assert (kpis["net_promoter_score"]["value"], kpis["csat_rate"]["value"]) == (0, pytest.approx(0.6))
    assert (found["columns"]["recommend"], found["columns"]["rating"], found["drivers"]) == ("推荐意愿", None, None)
    assert "scale of overall: 1 to 5 (guessed; --scale names another)" in stderr
    assert "satisfied: 4 or more of 5, the top two answers (--satisfied-from names another)" in stderr


def test_groups_and_drivers_are_those_of_the_library(tmp_path):
    asked = ["survey", file_of(tmp_path), "--satisfaction", "overall", "--scale", "1-5", "--satisfied-from", "5"]
    found = json.loads(run(*asked, "--by", "region", "--drivers", "service,price", "--json")[1])
    items = {"recommend": "推荐意愿", "overall": "overall", "service": "service", "price": "price"}
    scales = dict.fromkeys(items, (1, 5)) | {"recommend": (0, 10)}
    answers = as_answers(ANSWERS, items=items, scale=scales, group="region")
    kpis = survey_kpis(answers, recommend="recommend", satisfaction="overall", satisfied_from=5, by="group")
    assert [row["value"] for row in found["kpis"]] == pytest.approx(kpis["value"].tolist())
    assert [row["region"] for row in found["kpis"]][:4] == ["north", "north", "north", "south"]
    drivers = key_driver_table(answers, outcome="overall", drivers=["service", "price"])
    assert [row["importance"] for row in found["drivers"]] == pytest.approx(drivers["importance"].tolist())


def test_lines_and_workbook_in_chinese(tmp_path):
    output = tmp_path / "out.xlsx"
    code, stdout, stderr = run(
        *("survey", file_of(tmp_path, encoding="gb18030"), "--encoding", "gb18030", "--satisfaction", "overall"),
        *("--drivers", "service,price", "--by", "region", "--language", "zh", "--output", output),
    )
    assert code == 0
    assert "净推荐值（NPS）" in stdout
    assert "满意度由什么决定" in stdout
    assert "回答不足 30 份" in stderr
    assert list(pd.read_excel(output, sheet_name=None)) == ["问卷指标", "满意度由什么决定"]


def test_texts_codes_and_scales(tmp_path):
    words = {5: "非常满意", 4: "满意", 3: "一般", 1: "非常不满意"}
    table = ANSWERS.assign(overall=ANSWERS["overall"].map(words)).assign(ease=[7, 6, 5, 4, 99] * 8)
    path, labels = file_of(tmp_path, table), "非常满意=5,满意=4,一般=3,非常不满意=1"
    asked = ["survey", path, "--satisfaction", "overall", "--labels", labels, "--missing", "99", "--json"]
    kpis = {row["kpi"]: row for row in json.loads(run(*asked)[1])["kpis"]}
    assert kpis["csat_rate"]["value"] == pytest.approx(0.6)
    # 3 of the 4 who answered agree with 5 or more of 7
    assert (kpis["ces_rate"]["value"], kpis["ces_rate"]["n"]) == (pytest.approx(0.75), 32)


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        (
            ANSWERS.assign(overall=[5, 5, 4, 3, 99] * 8),
            [],
            "Answers in overall run from 3 to 99, which no usual scale has",
        ),
        (ANSWERS.assign(overall="good"), [], "overall holds ['good'], not numbers. Say what the texts stand for with"),
        (ANSWERS.assign(overall=["5 - best", 4, 4, 3, 2] * 8), [], "overall holds ['5 - best'], not numbers"),
        (ANSWERS.assign(overall=None), [], "overall holds no answer"),
        (
            ANSWERS.assign(overall=[0, 1, 1, 1, 0] * 8),
            [],
            "The scale of overall cannot be guessed: 0-10 would be the scale, but no answer is above 1",
        ),
        (
            ANSWERS.assign(service=[9, 10, 7, 8, 9] * 8),
            ["--drivers", "service,price"],
            "The scale of overall cannot be guessed: 1-10 would be the scale, but no answer is above 5",
        ),
        (
            ANSWERS.assign(推荐意愿=[99, 6.5, 8, 6, 3] * 8),
            [],
            "推荐意愿 holds 6.5, 99; willingness to recommend is a whole number from 0 to 10",
        ),
        (ANSWERS, ["--scale", "5"], "must be the least and the largest answer, such as 1-5 or 0-10, got '5'"),
        (ANSWERS, ["--labels", "good=x"], "must be answers and the number of each, such as good=5,fair=3"),
        (ANSWERS, ["--drivers", "service"], "--drivers must name two columns or more"),
        (ANSWERS, ["--drivers", "overall,service"], "The column overall is named twice"),
        (ANSWERS, ["--recommend", "", "--satisfaction", ""], "No column is known as a question"),
        (
            ANSWERS,
            ["--recommend", "", "--satisfaction", "", "--rating", "overall", "--drivers", "service,price"],
            "--drivers explain --satisfaction, or --recommend if there is none",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(table, options, says, tmp_path):
    code, stdout, stderr = run("survey", file_of(tmp_path, table), "--satisfaction", "overall", *options)
    assert (code, stdout) == (2, "")
    assert says in stderr


def test_digits_of_any_width_are_answers_when_the_scale_is_guessed(tmp_path):
    table = pd.DataFrame({"satisfaction": ["１０", "９", "3", "２", "1"] * 8})
    code, stdout, stderr = run("survey", file_of(tmp_path, table), "--json")
    assert code == 0
    assert "scale of satisfaction: 1 to 10" in stderr
    # 9 and 10 are the top two of 1 to 10: 2 in 5
    assert json.loads(stdout)["kpis"][0]["value"] == pytest.approx(0.4)


def test_weights_and_scores_without_promoters_are_said(tmp_path):
    table = pd.DataFrame({"recommend": [5, 4, 3, 2] * 10, "weight": [1, 2] * 20})
    path = file_of(tmp_path, table)
    stderr = run("survey", path)[2]
    assert 'weights: weight (--weight "" counts all as 1)' in stderr
    assert "No answer in recommend is above 5" in stderr
    assert "weights" not in run("survey", path, "--weight", "")[2]


def test_effort_is_not_ease(tmp_path):
    code, _, stderr = run("survey", file_of(tmp_path, pd.DataFrame({"费力度": [1, 2, 7] * 12})))
    assert code == 2
    assert "No column is known as a question" in stderr
