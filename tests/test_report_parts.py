"""The parts of the report: sections chosen and added, the period before, whom to act on, rhythm, data and Markdown."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.logs import log, typed
from tests.pages import Page, section, table

from crmkit import as_transactions, audit_orders, customer_summary, load_cdnow
from crmkit._messages import Message
from crmkit.metrics import order_kpis
from crmkit.report import customer_report
from crmkit.report._section import Answer
from crmkit.segment import RFMSegmenter

AS_OF = "1998-06-30"
HOSTILE = "<script>alert(1)</script>"

pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")


def report_of(rows, *, as_of, **options):
    return customer_report(as_transactions(log(rows)), as_of=as_of, **options)


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


@pytest.fixture(scope="module")
def report(cdnow):
    return customer_report(cdnow, as_of=AS_OF)


# By hand.


def test_the_period_before_by_hand():
    # 31 to 60 days before: ann 10; the last 30 days: ann 5 and bo 10, half of those before plus half again
    rows = [("ann", "2024-03-02", 10), ("ann", "2024-04-01", 5), ("bo", "2024-04-30", 10)]
    page = report_of(rows, as_of="2024-04-30", days=30).to_html()
    kpis = {row[0]: row[2:] for row in table(page, "kpis")[1:]}
    assert kpis["Revenue"] == ["15.00", "–", "–", "10.00", "+50.0%"]
    assert kpis["Active customers"] == ["2", "–", "–", "1", "+100.0%"]
    assert kpis["New customers"] == ["1", "–", "–", "1", "+0.0%"]
    # one customer bought in the period before, and that one again
    assert kpis["Retention rate"][:2] == ["100.0%", "1"]
    # nobody ordered twice in either; one of one is the top fifth, one of two brings 10 of 15
    assert kpis["Repeat-purchase rate"][3:] == ["0.0%", "+0.0 pp"]
    assert kpis["Revenue share of the top 20%"][3:] == ["100.0%", "-33.3 pp"]
    assert kpis["Gini coefficient of revenue"][3:] == ["0.00", "+0.17"]
    assert "left out" not in section(page, "kpis")


def test_a_period_that_the_log_does_not_hold_whole_is_left_out():
    rows = [("ann", "2024-03-03", 10), ("ann", "2024-04-01", 5)]
    found = report_of(rows, as_of="2024-04-30", days=30)
    assert "previous_kpis" not in found.tables
    page = found.to_html()
    assert {tuple(row[5:]) for row in table(page, "kpis")[1:]} == {("–", "–")}
    assert "The log starts on 2024-03-03, so it does not cover the period before in full" in section(page, "kpis")


def test_the_rhythm_by_hand():
    # ann waits 10 and 30 days: half of the gaps within 10, nine tenths within 30
    rows = [("ann", "2024-03-01", 1), ("ann", "2024-03-11", 1), ("ann", "2024-04-10", 1)]
    page = report_of(rows, as_of="2024-04-30").to_html()
    (drawn,) = (e for e in Page(section(page, "rhythm")).elements if e["tag"] == "figure")
    assert drawn["aria-label"] == "Curve of the days between purchases: half within 10 days, nine tenths within 30."


def test_without_a_second_purchase_there_is_no_rhythm():
    page = report_of([("ann", "2024-03-01", 1)], as_of="2024-04-30").to_html()
    assert "<svg" not in section(page, "rhythm")
    assert "Nobody bought on two days." in section(page, "rhythm")


def weekly(n_customers, *, last):
    """Customers who buy about every week, on days of their own, up to a day."""
    days = pd.date_range("2024-01-01", last)
    return [(f"c{who:02}", day, 9) for who in range(n_customers) for day in days[who % 7 :: 6 + who % 3]]


def test_who_is_due_is_named():
    found = report_of(weekly(12, last="2024-04-28"), as_of="2024-04-28", n_actions=3)
    outlook = found.answers["rhythm"].more
    assert len(outlook.customers) == 12
    page = section(found.to_html(), "rhythm")
    assert "Of 12 customers, 12 are expected to buy by 2024-05-26. 12 are due" in page
    rows = table(found.to_html(), "rhythm")
    assert [row[0] for row in rows[1:]] == outlook.customers["customer_id"].head(3).tolist()
    assert [row[3] for row in rows[1:]] == outlook.customers["next_date"].head(3).dt.strftime("%Y-%m-%d").tolist()
    assert list(found.tables["due"]["customer_id"]) == [row[0] for row in rows[1:]]


def test_few_customers_who_came_back_have_no_dates():
    page = section(report_of(weekly(9, last="2024-03-28"), as_of="2024-03-28", language="zh").to_html(), "rhythm")
    assert "<svg" in page
    assert "在两个不同日期购买过的客户不足 10 位" in page


@pytest.fixture(scope="module")
def quiet():
    """Ten customers order daily in May; x and y ordered three times in January, x spent more."""
    days = pd.date_range("2024-05-01", periods=3).strftime("%Y-%m-%d")
    rows = [(f"c{number}", day, 1 + number) for number in range(10) for day in days[: 1 + number % 3]]
    rows += [(name, f"2024-01-0{day}", 50) for name in ("x", "y") for day in (1, 2, 3)] + [("x", "2024-01-01", 7)]
    return report_of(rows, as_of="2024-05-31", n_actions=1)


def test_those_who_stopped_are_named_the_largest_spend_first(quiet):
    assert quiet.tables["actions"]["customer_id"].tolist() == ["x"]
    assert quiet.tables["actions"]["spend"].tolist() == [157]
    page = quiet.to_html()
    ((customer, revenue, why),) = table(page, "actions")[1:]
    assert (customer, revenue) == ("x", "157.00")
    assert why.startswith("Cannot lose them: last order 149 days ago (recency 1 of 5), 4 orders")
    assert "2 customers in all used" in section(page, "actions")
    assert "Together they brought 307.00" in section(page, "actions")


def test_who_never_stopped_is_not_acted_on():
    page = report_of([("ann", "2024-03-01", 1)], as_of="2024-03-01").to_html()
    assert "Nobody who used to order often has stopped." in section(page, "actions")


@pytest.mark.parametrize(
    ("language", "told"), [("en", "refunds come to -6.00"), ("zh", "没有任何购买，退款合计 -6.00")]
)
def test_refunds_alone_are_reported_with_what_cannot_be_shown(build, language, told):
    orders = build(typed(log([("ann", "2024-03-01", -5), ("bo", "2024-03-02", -1)])))
    audit = audit_orders(orders, as_of="2024-03-31")
    found = customer_report(as_transactions(orders), as_of="2024-03-31", audit=audit, language=language)
    assert found.sections == ("findings", "audit", "definitions")
    page = found.to_html()
    assert Page(page).ids("section") == list(found.sections)
    (sentence,) = found.findings
    assert told in sentence
    assert list(found.to_dict()["tables"]) == ["audit"]
    assert sentence in found.to_markdown()


def test_sections_come_in_the_order_asked_for(cdnow):
    chosen = customer_report(cdnow, as_of=AS_OF, sections=["definitions", "tiers"])
    assert Page(chosen.to_html()).ids("section") == ["definitions", "tiers"]
    assert list(chosen.to_dict()["tables"]) == ["tiers", "tier_cuts"]
    assert Page(customer_report(cdnow, as_of=AS_OF, sections=[]).to_html()).ids("section") == []


def test_own_sections_come_last_and_are_escaped(report):
    own = pd.DataFrame({HOSTILE: [HOSTILE, None], "n": [1000, 2], "share": [0.125, np.nan], "long": ["x" * 999, ""]})
    figure = Figure()
    figure.subplots().plot([1, 2])
    added = report.with_section("A & B", own).with_section("Words", HOSTILE).with_section("Drawn", figure)
    page = added.to_html()
    assert Page(page).ids("section")[-3:] == ["extra1", "extra2", "extra3"]
    assert HOSTILE not in page
    assert Page(page).texts("h2")[-3:] == ["A & B", "Words", "Drawn"]
    assert table(page, "extra1") == [
        [HOSTILE, "n", "share", "long"],
        [HOSTILE, "1,000", "0.13", "x" * 59 + "…"],
        ["–", "2", "–", ""],
    ]
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in section(page, "extra2")
    assert "<svg" in section(page, "extra3")
    assert report.added == ()


def test_a_long_table_of_ones_own_is_cut(report):
    page = report.with_section("Long", pd.DataFrame({"n": range(1000)})).to_html()
    assert len(table(page, "extra1")) == 101
    assert "Only the first 100 of 1,000 rows are shown." in section(page, "extra1")


def test_nothing_that_is_added_takes_the_place_of_something_else(report):
    first, second = pd.DataFrame({"n": [1]}), pd.DataFrame({"n": [2]})
    found = report.with_section("kpis", first).with_section("kpis", second).with_section("Why", "Because.\nTruly.")
    assert found.to_dict()["tables"] == report.to_dict()["tables"]
    assert found.to_dict()["added"] == [
        {"title": "kpis", "table": [{"n": 1}]},
        {"title": "kpis", "table": [{"n": 2}]},
        {"title": "Why", "text": "Because.\nTruly."},
    ]
    assert "added" not in report.to_dict()
    ending = "## kpis\n\n| n |\n| --- |\n| 1 |\n\n## kpis\n\n| n |\n| --- |\n| 2 |\n\n## Why\n\nBecause. Truly.\n"
    assert found.to_markdown().endswith(ending)
    assert found.to_markdown().startswith(report.to_markdown())
    assert Page(found.to_html()).texts("h2")[-3:] == ["kpis", "kpis", "Why"]


@pytest.mark.parametrize("kind", ["polars", "lazy", "pyarrow"])
def test_an_own_table_may_be_of_any_kind(report, kind):
    frame = pl.DataFrame({"shop": ["north", None], "share": [0.125, None]})
    native = {"polars": frame, "lazy": frame.lazy(), "pyarrow": frame.to_arrow()}[kind]
    page = report.with_section("Shops", native).to_html()
    assert table(page, "extra1") == [["shop", "share"], ["north", "0.13"], ["–", "–"]]


def test_the_repr_is_one_line(report):
    added = report.with_section("Words", "text")
    assert repr(added) == "CustomerReport(as_of=1998-06-30, 2,357 customers, 15 sections)"


def test_a_section_may_answer_with_a_problem_in_words(report):
    answers = {**report.answers, "rfm": Answer(problem=Message(en="Too <few>.", zh="太少。")())}
    for language, words in (("en", "Too &lt;few&gt;."), ("zh", "太少。")):
        page = section(replace(report, answers=answers, language=language).to_html(), "rfm")
        assert f'<p class="note">{words}</p>' in page
        assert "<table" not in page


def test_the_data_by_hand():
    found = report_of([("ann", "2024-03-01", 5)], as_of="2024-03-31", sections=["kpis", "months", "actions"])
    data = found.to_dict()
    assert (data["as_of"], data["first_day"], data["days"], data["language"]) == ("2024-03-31", "2024-03-01", 90, "en")
    assert data["findings"] == found.findings
    assert list(data["tables"]) == ["base", "kpis", "months", "actions"]
    assert data["tables"]["kpis"][0] == {
        "kpi": "revenue", "value": 5.0, "numerator": None, "denominator": None, "n": 1.0, "lower": None, "upper": None,
    }  # fmt: skip
    assert data["tables"]["months"][0]["period"] == "2024-03-01"
    assert data["tables"]["months"][0]["is_complete"] is True
    assert data["tables"]["actions"] == []


def test_the_markdown_by_hand(quiet):
    added = quiet.with_section("A|B", "x < y | z").with_section("T", pd.DataFrame({"a|b": ["1\n2", None]}))
    text = added.to_markdown()
    assert text.startswith("# Customer report\n\nOrders from 2024-01-01 to 2024-05-03 · as of 2024-05-31")
    assert "## Customers to act on first\n\n| customer_id | segment | spend | reason |\n| --- |" in text
    assert "\n| a\\|b |\n| --- |\n| 1 2 |\n| – |\n" in text
    assert "## A\\|B\n\nx &lt; y \\| z\n" in text


# Reference: figures worked out with the functions that the report composes.


def test_the_period_before_on_cdnow(report, cdnow):
    assert_frame_equal(report.tables["previous_kpis"], order_kpis(cdnow, start="1998-01-02", end="1998-04-01"))


def test_actions_on_cdnow(report, cdnow):
    customers = customer_summary(cdnow, as_of=AS_OF)
    segments = RFMSegmenter().fit(customers).predict(customers)
    quiet = customers[segments.isin(["at_risk", "cannot_lose"])].nlargest(10, "spend")
    assert report.tables["actions"]["customer_id"].tolist() == quiet["customer_id"].tolist()


# Laws.


@pytest.mark.deep
@pytest.mark.parametrize("language", ["en", "zh"])
def test_data_is_json_and_the_same_twice(cdnow, language):
    audit = audit_orders(load_cdnow(), as_of=AS_OF)
    found = customer_report(cdnow, as_of=AS_OF, audit=audit, language=language)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text) == found.to_dict()
    assert found.to_markdown() == customer_report(cdnow, as_of=AS_OF, audit=audit, language=language).to_markdown()


def test_without_its_section_no_customer_is_named():
    orders = log([(f"{HOSTILE}{n}", f"2024-0{1 + n % 5}-01", n) for n in range(20)])
    sections = ["findings", "kpis", "months", "cohorts", "tiers", "rfm", "value", "rhythm", "concentration"]
    sections.append("definitions")
    found = customer_report(as_transactions(orders), as_of="2024-05-31", sections=sections)
    assert "alert(1)" not in found.to_html() + found.to_markdown() + json.dumps(found.to_dict())


def test_long_and_hostile_ids_are_cut_and_escaped():
    names = [HOSTILE + "x" * 1000, "y" * 1000]
    rows = [(f"c{n}", "2024-05-31", 1) for n in range(30)]
    rows += [(name, f"2024-01-0{day}", 50) for name in names for day in (1, 2, 3)]
    page = report_of(rows, as_of="2024-05-31").to_html()
    assert len(table(page, "actions")) == 3
    assert {len(row[0]) for row in table(page, "actions")[1:]} == {60}
    assert "<script" not in page


def test_markdown_and_data_are_written_to_a_file(report, tmp_path):
    text = report.to_markdown(tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == text


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sections": ["kpi"]}, ValueError, r"`sections` must name each of \[.*\] once at most, got \['kpi'\]"),
        ({"sections": ["kpis", "kpis"]}, ValueError, "`sections` must name each"),
        ({"sections": "kpis"}, TypeError, "`sections` must be a list of names, got 'kpis'"),
        ({"sections": 5}, TypeError, "`sections` must be a list of names"),
        ({"n_actions": -1}, ValueError, "`n_actions` must be at least 0, got -1"),
        ({"n_actions": 1.5}, TypeError, "`n_actions` must be a whole number"),
    ],
)
def test_options_out_of_range_are_refused(options, error, message, cdnow):
    with pytest.raises(error, match=message):
        customer_report(cdnow, as_of=AS_OF, **options)


def test_sections_of_other_kinds_are_refused(report):
    with pytest.raises(
        TypeError, match=r"`content` must be a table in memory .*, text or a Matplotlib figure, got list"
    ):
        report.with_section("x", [1])
    with pytest.raises(TypeError, match="`title` must be text, got 5"):
        report.with_section(5, "x")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("*5* & [x](http://y) `z`", "\\*5\\* &amp; \\[x\\](http://y) \\`z\\`"),
        ("_a_ snake_case # ~b~", "\\_a\\_ snake_case \\# \\~b\\~"),
        ("a|b\\\r\n<i>", "a\\|b\\\\ &lt;i>"),
        ("- a -5", "\\- a -5"),
        ("> quoted", "\\> quoted"),
        ("-5", "-5"),
    ],
)
def test_markdown_shows_what_was_typed(report, typed, written):
    table = pd.DataFrame({typed: [typed]})
    text = report.with_section(typed, typed).with_section("t", table).to_markdown()
    assert f"## {written}\n\n{written}\n\n## t" in text
    assert text.endswith(f"| {written} |\n| --- |\n| {written} |\n")
