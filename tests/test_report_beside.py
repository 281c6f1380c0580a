"""Sections of the report that are of tables beside the orders: subscriptions, service, campaigns, execution."""

import pandas as pd
import pytest
from tests.beside import AS_OF, beside
from tests.pages import Page, section, table

from crmkit import as_contacts, as_transactions, load_cdnow
from crmkit.loyalty.campaigns import campaign_effect_table
from crmkit.metrics import (
    campaign_kpis,
    execution_kpis,
    execution_scorecard,
    mrr_movement_table,
    service_kpis,
    subscription_kpis,
)
from crmkit.report import customer_report

pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")

SHOWN = ["subscriptions", "service", "campaigns", "execution"]


def made(language="en", sections=SHOWN, **tables):
    return customer_report(
        as_transactions(load_cdnow()), as_of=AS_OF, sections=sections, language=language, **(tables or beside())
    )


@pytest.fixture(scope="module")
def report():
    return made()


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


# By hand, against the functions that an analyst would call.


def test_the_tables_are_those_of_the_public_functions(report):
    tables, given = report.tables, beside()
    assert {"service_kpis", "campaign_kpis", "execution_kpis", "execution_scores"} <= set(tables)
    pd.testing.assert_frame_equal(
        tables["service_kpis"], service_kpis(given["tickets"], start="1998-04-02", end=AS_OF, as_of=AS_OF)
    )
    spells = given["subscriptions"]
    kpis = subscription_kpis(spells, start="1998-04-02", end=AS_OF, random_state=0)
    pd.testing.assert_frame_equal(tables["subscription_kpis"], kpis)
    pd.testing.assert_frame_equal(tables["mrr_movements"], mrr_movement_table(spells, as_of=AS_OF))
    pd.testing.assert_frame_equal(
        tables["campaign_kpis"], campaign_kpis(given["contacts"], outcomes=["visit", "conversion", "spend"])
    )
    pd.testing.assert_frame_equal(tables["execution_kpis"], execution_kpis(given["plan"], as_of=AS_OF))
    pd.testing.assert_frame_equal(tables["execution_scores"], execution_scorecard(given["plan"], as_of=AS_OF))


def test_the_page_shows_what_the_tables_hold(report, page):
    heads, *lines = table(page, "service")
    assert heads == ["KPI", "Value", "95% interval", "n", "Definition"]
    found = report.tables["service_kpis"].set_index("kpi")["value"]
    shown = {line[0]: line[1] for line in lines}
    assert shown["Tickets received"] == f"{found['n_tickets']:,.0f}"
    assert shown["SLA attainment"] == f"{found['sla_attainment']:.1%}"
    # Without a number of customers there is no complaint rate, and no line of it.
    assert not any(name.startswith("Complaint rate") for name in shown)


def test_definitions_of_one_kpi_are_told_apart(page):
    told = {line[0]: line[-1] for line in table(page, "subscriptions")[1:]}
    churn = "Customers lost in the period / customers at its start; here of the customers at the start"
    assert told["Customer churn rate (cohort)"] == churn
    assert told["Customer churn rate (open)"] == f"{churn} and those who joined in the period"


def test_campaigns_are_judged_beside_their_control_group(report, page):
    _, *lines = table(page, "campaigns")
    effects = report.tables["campaign_effects"]
    asked = {"outcomes": ["visit", "conversion", "spend"]}
    pd.testing.assert_frame_equal(effects, campaign_effect_table(beside()["contacts"], **asked))
    first = effects[effects["outcome"] == "conversion"].iloc[0]
    line = next(line for line in lines if line[2] == "conversion")
    assert line[:6] == [
        *("campaign 1", "email", "conversion", "320"),
        *(f"{first['value']:.1%}", f"{first['control_value']:.1%}"),
    ]
    assert line[6] == f"{first['difference'] * 100:+.1f} pp"
    assert line[8:] == ["too few customers"]
    assert not first["is_significant"]
    assert len(lines) == 6
    assert section(page, "campaigns").count("<svg") == 1


def mailing(n, bought, without, **columns):
    """A campaign of as many customers in both arms, of whom so many bought."""
    came = [1] * bought + [0] * (n - bought) + [1] * without + [0] * (n - without)
    rows = pd.DataFrame({"customer_id": range(2 * n), "arm": ["mail"] * n + ["none"] * n, "bought": came})
    named = {name: name for name in columns}
    return as_contacts(rows.assign(**columns), outcomes=["bought"], control="none", **named)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Campaigns, mail: bought 30.0% against 10.0% in the control group, a difference of +20.0 pp"),
        ("zh", "营销活动（mail）：bought 为 30.0%，对照组 10.0%，相差 +20.0 个百分点"),
    ],
)
def test_the_surest_effect_is_a_finding(language, told):
    report = made(language, sections=["findings", "campaigns"], contacts=mailing(200, 60, 20))
    assert told in report.findings[-1]


def test_where_nothing_goes_beyond_chance_that_is_the_finding():
    report = made(sections=["findings", "campaigns"], contacts=mailing(200, 21, 20))
    told = "Campaigns: of 1 outcome compared with a control group, none differs by more than chance."
    assert report.findings[-1] == told


def test_windows_that_are_not_over_are_said_and_nothing_is_tested():
    contacts = mailing(200, 60, 20, date=pd.Timestamp(AS_OF), window_days=14)
    report = made(sections=["findings", "campaigns"], contacts=contacts)
    assert not report.findings[-1].startswith("Campaigns")
    page = report.to_html()
    assert "Up to 400 customers of a line are still within the window in which outcomes count" in page
    assert table(page, "campaigns")[1][-1] == "windows open"


def test_campaigns_without_a_control_group_are_shown_and_not_judged():
    rows = pd.DataFrame({"customer_id": [1, 2, 3, 1, 2], "wave": list("aaabb"), "arm": list("mmcmm"), "bought": 1})
    contacts = as_contacts(rows, outcomes=["bought"], control="c", campaign="wave")
    report = made(sections=["campaigns"], contacts=contacts)
    assert report.tables["campaign_effects"]["campaign"].tolist() == ["a"]
    verdicts = {line[0]: line[-1] for line in table(report.to_html(), "campaigns")[1:]}
    assert verdicts == {"a": "too few customers", "b": "not judged"}
    alone = as_contacts(rows[3:], outcomes=["bought"], control=None, campaign="wave")
    assert "No campaign has a control group" in made(sections=["campaigns"], contacts=alone).to_html()


def test_owners_and_red_items(report, page):
    card = report.tables["execution_scores"]
    text = section(page, "execution")
    assert text.count("owner 1") >= 1
    assert f"{card['score'].iloc[-1]:.1%}" in text
    red = card[(card["level"] == "item") & (card["light"] == "red")]
    assert ("Items with a red light" in text) == (len(red) > 0)


def test_in_chinese_nothing_is_left_in_english():
    page = made("zh").to_html()
    assert Page(page).texts("h2") == ["订阅", "客户服务", "营销活动", "计划执行"]
    assert "任务完成率" in page
    assert "个百分点" in page
    assert "Tasks done" not in page


def test_a_table_that_is_given_brings_its_section():
    report = made(sections=None, plan=beside()["plan"])
    assert "execution" in report.sections
    assert "service" not in report.sections


def test_a_quiet_period_is_said():
    report = customer_report(
        as_transactions(load_cdnow()), as_of="1997-12-31", sections=["service"], tickets=beside()["tickets"]
    )
    assert "No ticket was created in the 90 days to 1997-12-31." in report.to_html()
    assert "service_kpis" not in report.tables


def test_the_workbook_has_a_sheet_of_each(report, tmp_path):
    path = tmp_path / "report.xlsx"
    report.to_excel(path)
    sheets = pd.read_excel(path, sheet_name=None)
    assert list(sheets)[1:] == [
        *(
            "Subscriptions",
            "Recurring revenue by month",
            "Service",
            "Campaigns",
            "Effects of campaigns",
            "Execution of the plan",
            "Scorecard",
        ),
    ]
    assert sheets["Scorecard"]["Light"].isin(["green", "amber", "red", "open"]).all()


def test_what_users_typed_is_escaped():
    typed = pd.DataFrame(
        {"customer_id": [1, 2, 3], "arm": ["<b>a</b>", "<b>a</b>", "c"], "bought": [1, 0, 0], "wave": "<script>"}
    )
    contacts = as_contacts(typed, outcomes=["bought"], control="c", campaign="wave")
    page = made(sections=["campaigns"], contacts=contacts).to_html()
    assert "<script>" not in page
    assert "&lt;b&gt;a&lt;/b&gt;" in page


# Refusals.


def test_a_section_without_its_table_is_refused():
    with pytest.raises(ValueError, match="`sections` has 'service', which shows `tickets`"):
        made(sections=["service"], plan=beside()["plan"])
