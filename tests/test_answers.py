"""The door of answers to surveys: scales, codes, texts, exports; every row accounted for, from every frame."""

import io

import numpy as np
import pandas as pd
import pytest
from tests.frames import Builder, as_pandas, assert_same_rows, rows

from crmkit import SchemaError, as_answers, audit_answers, make_answers, rejected_answers

SURVEY = pd.DataFrame(
    {
        "who": ["ann", None, "cy", "dee"],
        "when": ["2024-03-01", "2024-03-02", None, "2024-04-01"],
        "wave": ["march", "march", "march", "april"],
        "region": ["north", "south", None, "south"],
        "share": [1.5, 0.5, 1.0, 2.0],
        "nps": [9.0, 99.0, 0.0, 10.0],
        "trouble": [1.0, 7.0, np.nan, 4.0],
        "shop": ["a", "b", "a", "b"],
    }
)
ASKED = {"items": ["nps", "trouble"], "scale": {"nps": (0, 10), "trouble": (1, 7)}, "missing": [99]}
NAMED = {"customer_id": "who", "date": "when", "wave": "wave", "group": "region", "weight": "share"}


def survey(**changes):
    return SURVEY.assign(**changes)


# By hand.


def test_the_columns_by_hand():
    found = as_answers(SURVEY, **ASKED, **NAMED, reversed_items=["trouble"], keep=["shop"])
    # 1 of 7 for trouble is 7 of 7 turned
    assert rows(found) == [
        ("ann", "2024-03-01", "march", "north", 1.5, 9, 7, "a"),
        (None, "2024-03-02", "march", "south", 0.5, None, 1, "b"),
        ("cy", None, "march", None, 1, 0, None, "a"),
        ("dee", "2024-04-01", "april", "south", 2, 10, 4, "b"),
    ]
    assert list(found.columns) == [*("customer_id", "date", "wave", "group", "weight", "nps", "trouble", "shop")]


def test_what_is_not_named_is_missing_and_all_weigh_1():
    found = as_answers(SURVEY, **ASKED)
    assert found[["customer_id", "date", "wave", "group"]].isna().all(axis=None)
    assert found["weight"].eq(1).all()


def test_items_may_have_names_of_their_own():
    long = SURVEY.rename(columns={"nps": "1、您有多大可能推荐我们？"})
    found = as_answers(long, items={"nps": "1、您有多大可能推荐我们？"}, scale=(0, 10), missing=[99])
    assert found["nps"].tolist() == [9, 0, 10]


def test_a_code_can_be_an_answer_to_another_item():
    odd = pd.DataFrame({"nps": [9, 3], "csat": [9, 5]})
    found = as_answers(odd, items=["nps", "csat"], scale={"nps": (0, 10), "csat": (1, 5)}, missing={"csat": [9]})
    assert rows(found, columns=["nps", "csat"]) == [(9, None), (3, 5)]


def test_every_row_has_one_reason():
    odd = pd.DataFrame(
        {
            "q": ["5", "6", "good", "", "4", "3", "2", "1", "5"],
            "w": [1.0, 1.0, 1.0, None, 0.0, -1.0, None, 1.0, 1.0],
            "day": ["2024-01-01"] * 8 + ["soon"],
            "done": ["yes"] * 6 + ["yes", "no", "yes"],
        }
    )
    asked = {"items": ["q"], "scale": (1, 5), "weight": "w", "date": "day", "finished": "done"}
    audit = audit_answers(odd, **asked).set_index("reason")["n_rows"]
    assert audit[audit > 0].to_dict() == {
        **dict.fromkeys(("unfinished", "no_answer", "unusable_date"), 1),
        "unusable_weight": 3,
        **dict.fromkeys(("unread_answer", "off_scale", "kept"), 1),
        "given": 9,
    }
    assert rejected_answers(odd, **asked)["rejected_because"].tolist() == [
        *("off_scale", "unread_answer", "no_answer", "unusable_weight", "unusable_weight", "unusable_weight"),
        *("unfinished", "unusable_date"),
    ]
    assert as_answers(odd, **asked, invalid="drop")["q"].tolist() == [5]


def test_every_kind_of_frame_gives_the_same(build):
    typed = survey(when=pd.to_datetime(SURVEY["when"]))
    asked = {**ASKED, **NAMED, "reversed_items": ["trouble"], "keep": ["shop"]}
    assert_same_rows(as_answers(build(typed), **asked), as_answers(typed, **asked))
    assert_same_rows(audit_answers(build(typed), **ASKED, **NAMED), audit_answers(typed, **ASKED, **NAMED))


@pytest.mark.parametrize("kind", ["pandas-numpy", "duckdb"])
def test_a_scale_told_by_columns(kind):
    told = Builder(kind)(survey(least=0, points=10))
    found = as_answers(told, items=["nps"], scale=("least", "points"), missing=[99], reversed_items=["nps"])
    assert sorted(rows(found, columns=["nps"])) == [(0,), (1,), (10,)]


# Reference: the layout of the exports.

QUALTRICS = """\
StartDate,EndDate,Status,Progress,Finished,RecordedDate,ResponseId,Q1,Q2_1,Q2_2
Start Date,End Date,Response Type,Progress,Finished,Recorded Date,Response ID,\
"How likely are you, on a scale from 0 to 10, to recommend us?",Service - Rate us,Price - Rate us
"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}",\
"{""ImportId"":""progress""}","{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}",\
"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_1""}","{""ImportId"":""QID2_2""}"
2024-03-05 10:12:01,2024-03-05 10:15:40,IP Address,100,True,2024-03-05 10:15:41,R_1a,9,Very satisfied,4
2024-03-05 11:00:12,2024-03-05 11:01:02,IP Address,35,False,2024-03-12 11:01:10,R_2b,7,,
2024-03-06 08:30:00,2024-03-06 08:33:00,IP Address,100,True,2024-03-06 08:33:01,R_3c,6,Dissatisfied,
"""
WORDS = {"Very satisfied": 5, "Satisfied": 4, "Neutral": 3, "Dissatisfied": 2, "Very dissatisfied": 1}
QUALTRICS_ASKED = {
    "items": {"nps": "Q1", "service": "Q2_1", "price": "Q2_2"},
    "scale": {"nps": (0, 10), "service": (1, 5), "price": (1, 5)},
    "labels": WORDS,
    "date": "RecordedDate",
    "finished": "Finished",
}


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars", "pyarrow"])
def test_an_export_of_qualtrics(kind):
    given = Builder(kind)(pd.read_csv(io.StringIO(QUALTRICS)))
    assert rows(as_answers(given, **QUALTRICS_ASKED), columns=["date", "nps", "service", "price"]) == [
        ("2024-03-05", 9, 5, 4),
        ("2024-03-06", 6, 2, None),
    ]
    audit = as_pandas(audit_answers(given, **QUALTRICS_ASKED)).set_index("reason")["n_rows"]
    assert audit[audit > 0].to_dict() == {"header_row": 2, "unfinished": 1, "kept": 2, "given": 5}


WENJUANXING = """\
序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您对本次服务是否满意？,2、您有多大可能推荐我们？,3、价格—合理,总分
1,2024/3/5 14:22:31,86秒,微信,N/A,10.0.0.1(上海-上海),非常满意,10,4,19
2,2024/3/5 9:02:07,41秒,链接,直接访问,10.0.0.2(浙江-杭州),不满意,(跳过),2,4
3,2024/3/6 18:00:00,120秒,微信,N/A,10.0.0.3(北京-北京),一般,8,-3,11
"""
WENJUANXING_ASKED = {
    "items": {"service": "1、您对本次服务是否满意？", "nps": "2、您有多大可能推荐我们？", "price": "3、价格—合理"},
    "scale": {"service": (1, 5), "nps": (0, 10), "price": (1, 5)},
    "labels": {"非常不满意": 1, "不满意": 2, "一般": 3, "满意": 4, "非常满意": 5},
    "missing": ["(跳过)", -3],
    "date": "提交答卷时间",
    "group": "来源",
}
WENJUANXING_ROWS = [
    ("2024-03-05", "微信", 5, 10, 4),
    ("2024-03-05", "链接", 2, None, 2),
    ("2024-03-06", "微信", 3, 8, None),
]


def test_an_export_of_wenjuanxing_as_csv(tmp_path):
    path = tmp_path / "问卷.csv"
    path.write_bytes(WENJUANXING.encode("gb18030"))
    given = pd.read_csv(path, encoding="gb18030")
    found = as_answers(given, **WENJUANXING_ASKED)
    assert rows(found, columns=["date", "group", "service", "nps", "price"]) == WENJUANXING_ROWS


def test_an_export_of_wenjuanxing_as_a_workbook(tmp_path):
    # a sheet holds numbers as numbers and times as times, beside texts
    path = tmp_path / "问卷.xlsx"
    table = pd.read_csv(io.StringIO(WENJUANXING))
    table["提交答卷时间"] = pd.to_datetime(table["提交答卷时间"])
    table["2、您有多大可能推荐我们？"] = [10, "(跳过)", 8]
    table.to_excel(path, index=False)
    found = as_answers(pd.read_excel(path), **WENJUANXING_ASKED)
    assert rows(found, columns=["date", "group", "service", "nps", "price"]) == WENJUANXING_ROWS


def test_numbers_in_text_are_read_as_answers():
    # full-width digits, points, a decimal comma; an answer has no thousands and no currency
    given = pd.DataFrame({"q": ["４", "5分", " 3 ", "2,5", "$5", "1,000", "很好"]})
    found = as_answers(given, items=["q"], scale=(1, 5), invalid="drop")
    assert found["q"].tolist() == [4, 5, 3, 2.5]
    assert rejected_answers(given, items=["q"], scale=(1, 5))["q"].tolist() == ["$5", "1,000", "很好"]


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars", "pyarrow"])
def test_categories_are_texts(kind):
    ordered = pd.Categorical(["满意", "一般", None], categories=["一般", "满意"], ordered=True)
    given = pd.DataFrame({"q": ordered, "r": [1.0, 2.0, 3.0]})
    found = as_answers(Builder(kind)(given), items=["q", "r"], scale=(1, 5), labels={"满意": 4, "一般": 3})
    assert rows(found, columns=["q", "r"]) == [(4, 1), (3, 2), (None, 3)]


def test_the_simulated_truth_is_what_all_would_answer():
    answers, truth, population = make_answers(n_invited=60_000, n_waves=2, change=0.3, random_state=3)
    told = truth.dropna(subset="group").pivot_table(index=["wave", "group"], columns="item", values="mean")
    found = answers.replace(99, np.nan).groupby(["wave", "group"])[list(told.columns)].mean()
    np.testing.assert_allclose(found, told, atol=0.06)
    kept = answers.query("recommend != 99").groupby(["wave", "group"])["recommend"]
    promoters = truth.dropna(subset="group").query("item == 'recommend'").set_index(["wave", "group"])["promoters"]
    np.testing.assert_allclose(kept.apply(lambda each: (each >= 9).mean()), promoters.sort_index(), atol=0.02)
    np.testing.assert_allclose(len(answers) / 120_000, population["share"] @ population["response_rate"], atol=0.005)
    known = answers.query("satisfaction != 99 & service != 99 & wave == '2024-01' & group == 'vip'")
    assert known["service"].corr(known["satisfaction"]) == pytest.approx(0.6 + 0.4 * 0.4, abs=0.06)


# Refusals.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"share": [0.0, 1, 1, 1]},
            r"1 with a weight that is missing, unusable or not above 0 .*\['share'\]` is \[0\.0",
        ),
        ({"share": [-1.0, np.nan, 1, 1]}, "2 with a weight that is missing"),
        (
            {"nps": [9.0, 11.0, 0.0, -1.0]},
            r"2 with an answer off its scale \(first at rows \[1, 3\], `answers\['nps'\]`",
        ),
        ({"trouble": ["1", "bad", "2", "3"]}, r"1 with an answer that cannot be read .*\['trouble'\]` is \['bad'"),
        ({"when": ["2024-03-01", "soon", None, None]}, "1 with an unusable date"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(changes, message):
    with pytest.raises(SchemaError, match=message):
        as_answers(survey(**changes), **ASKED, **NAMED)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"items": "nps"}, TypeError, "`items` must be a list"),
        ({"items": ["nps", "nps"]}, ValueError, "`items` must be a list of different"),
        ({"items": ["date"], "scale": (0, 1)}, SchemaError, "has no column"),
        ({"items": {"wave": "nps"}, "scale": (0, 10)}, SchemaError, "`items` names .*wave.*, but as_answers makes"),
        ({"scale": 10}, TypeError, "`scale` must be two ends"),
        ({"scale": (1, 2, 3)}, ValueError, "`scale` must be two ends"),
        ({"scale": (10, 0)}, ValueError, "`scale` must begin below its end"),
        ({"scale": {"nps": (0, 10)}}, ValueError, "`scale` must be two ends"),
        ({"missing": 99}, TypeError, "`missing` must be a list"),
        ({"missing": [None]}, ValueError, "`missing` must be a list"),
        ({"missing": [9]}, ValueError, "`missing` names 9, which is an answer to 'nps' on its scale from 0 to 10"),
        ({"missing": {"nsp": [99]}}, ValueError, r"`missing` names the items \['nsp'\]"),
        ({"reversed_items": "nps"}, TypeError, "`reversed_items` must be a list"),
        ({"reversed_items": ["nsp"]}, ValueError, "`reversed_items` must be a list"),
        ({"labels": ["good"]}, TypeError, "`labels` must map texts to numbers"),
        ({"labels": {"good": "5"}}, ValueError, "`labels` must map texts to numbers"),
        ({"invalid": "keep"}, ValueError, "`invalid` must be one of"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        as_answers(SURVEY, **{**ASKED, **arguments})


def test_a_scale_that_changes_is_refused():
    told = {"items": ["nps"], "scale": (0, "points"), "missing": [99]}
    with pytest.raises(SchemaError, match=r"changes within wave 'march': it is \[5.0, 10.0\]"):
        as_answers(survey(points=[10, 10, 5, 10]), **told, wave="wave")
    with pytest.raises(SchemaError, match=r"`answers\['points'\]` changes: it is \[5.0, 10.0\]"):
        as_answers(survey(points=[10, 10, 10, 5]), **told, wave="wave")
    with pytest.raises(SchemaError, match="1 with an end of a scale that is missing"):
        as_answers(survey(points=[10, 10, None, 10]), **told)
    with pytest.raises(SchemaError, match="tells no end of a scale"):
        as_answers(survey(points=np.nan), **told)
    with pytest.raises(SchemaError, match="would run from 0 to -1"):
        as_answers(survey(points=-1), **told)
    with pytest.raises(ValueError, match="`missing` names 99, which is an answer"):
        as_answers(survey(points=100), **told)


def test_no_row_may_be_left():
    with pytest.raises(SchemaError, match="has 2 rows, and none is left"):
        as_answers(pd.DataFrame({"q": [None, 99]}), items=["q"], scale=(1, 5), missing=[99])


def test_on_an_engine_the_column_is_named():
    with pytest.raises(SchemaError, match=r"1 with an answer off its scale \(in `answers\['nps'\]`\)"):
        as_answers(Builder("duckdb")(SURVEY), items=["nps"], scale=(0, 10))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"n_invited": 0}, ValueError),
        ({"n_waves": 0}, ValueError),
        ({"response_rate": 0}, ValueError),
        ({"no_answer_share": 1}, ValueError),
        ({"change": "1"}, TypeError),
        ({"drivers": ["service"]}, TypeError),
        ({"drivers": {"service": -1}}, ValueError),
        ({"drivers": {"service": 0.8, "price": 0.8}}, ValueError),
        ({"drivers": {"ease": 0.1}}, ValueError),
    ],
)
def test_an_impossible_simulation_is_refused(arguments, error):
    with pytest.raises(error, match=rf"`{next(iter(arguments))}`"):
        make_answers(**arguments)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = SURVEY.copy()
    as_answers(SURVEY, **ASKED, **NAMED, reversed_items=["trouble"])
    pd.testing.assert_frame_equal(SURVEY, before)
