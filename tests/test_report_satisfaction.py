"""The section on satisfaction: the KPIs of a survey as they were given."""

import pandas as pd
import pytest
from tests.pages import Page, section, table

from crmkit import SchemaError, as_answers, as_transactions
from crmkit.loyalty.satisfaction import survey_kpis
from crmkit.report import customer_report

pytestmark = pytest.mark.usefixtures("without_lenses")

ORDERS = as_transactions(
    pd.DataFrame(
        {"customer_id": list("abcab"), "date": ["2024-01-05", "2024-02-05"] * 2 + ["2024-03-05"], "amount": 9.0}
    )
)
ANSWERS = as_answers(
    pd.DataFrame({"q": [10] * 25 + [8] * 10 + [3] * 5 + [9] * 4, "shop": ["<b>east</b>"] * 40 + [None] * 4}),
    items={"recommend": "q"},
    scale=(0, 10),
    group="shop",
)


def made(survey, language="en", sections=("findings", "satisfaction")):
    return customer_report(ORDERS, as_of="2024-03-31", sections=list(sections), survey=survey, language=language)


def test_all_and_each_group():
    kpis = survey_kpis(ANSWERS, recommend="recommend", by="group")
    report = made(kpis)
    pd.testing.assert_frame_equal(report.tables["survey_kpis"], kpis)
    page = report.to_html()
    whole = table(page, "satisfaction")[1]
    # (29 - 5) of 44
    assert (whole[0], whole[1], whole[3]) == ("Net promoter score", "54.5%", "44")
    groups = table(page, "satisfaction", position=1)[1:]
    assert [(line[0], line[2], line[4], line[5]) for line in groups] == [
        ("<b>east</b>", "50.0%", "40", ""),
        ("(no label)", "100.0%", "4", "few answers"),
    ]
    assert "<b>east" not in page
    assert "fewer than 30 answered" in page
    assert report.findings[-1].startswith("Net promoter score: 54.5%, with an interval of ")
    assert report.findings[-1].endswith("from 44 answers.")


def test_in_chinese_and_without_groups(tmp_path):
    report = made(survey_kpis(ANSWERS, recommend="recommend"), "zh")
    page = section(report.to_html(), "satisfaction")
    assert Page(page).texts("h2", "h3") == ["客户满意度"]
    assert "净推荐值（NPS）：54.5%" in report.findings[-1]
    report.to_excel(tmp_path / "r.xlsx")
    assert pd.read_excel(tmp_path / "r.xlsx", sheet_name="客户满意度")["数值"].tolist() == [pytest.approx(24 / 44)]


def test_the_workbook_names_the_groups(tmp_path):
    made(survey_kpis(ANSWERS, recommend="recommend", by="group")).to_excel(tmp_path / "r.xlsx")
    sheet = pd.read_excel(tmp_path / "r.xlsx", sheet_name="Satisfaction")
    assert sheet["Group"].tolist() == ["<b>east</b>", "(no label)", "All"]


def test_a_survey_without_answers_is_said_and_other_tables_are_refused():
    kpis = survey_kpis(ANSWERS, recommend="recommend")
    assert "Nobody answered the survey." in made(kpis.assign(value=float("nan"))).to_html()
    with pytest.raises(SchemaError, match="`survey` has no rows"):
        made(kpis.head(0))
    with pytest.raises(SchemaError, match=r"KPIs that the catalogue does not define: \['joy'\]"):
        made(kpis.assign(kpi="joy"))
    with pytest.raises(SchemaError, match="is_small"):
        made(kpis.drop(columns="is_small"))
    with pytest.raises(ValueError, match="`sections` has 'satisfaction', which shows `survey`"):
        made(None)


def test_years_are_labels_without_decimals():
    waves = pd.DataFrame({"q": [10, 3] * 40, "year": [2023, 2024] * 40})
    kpis = survey_kpis(as_answers(waves, items=["q"], scale=(0, 10), wave="year"), recommend="q", by="wave")
    assert [line[0] for line in table(made(kpis).to_html(), "satisfaction", position=1)[1:]] == ["2023", "2024"]
