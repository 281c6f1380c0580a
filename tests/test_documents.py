"""The examples in the README and the documentation run, and the pages they link to exist."""

import ast
import doctest
import re
from pathlib import Path

import pandas as pd
import pytest
from tests.files import data_file
from tests.remembering import remembering

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
# Examples that need data which is not ours say so behind the language of their block.
ONLINE_RETAIL = " online-retail"
TELCO = " telco"
GROCERY = " grocery"
# Or a package of an extra.
GREENWOOD = " greenwood"
STEPMIX = " stepmix"
# Pages in Chinese that show the code of the English ones, as a test holds.
SAME_CODE = [
    ROOT / "README.zh.md",
    *(
        ROOT / "docs" / f"{name}.zh.md"
        for name in (
            "action-rules",
            "base-audit",
            "acquisition-forecast",
            "baskets",
            "brands",
            "campaign-effects",
            "campaign-plan",
            "campaigns",
            "campaigns-without-control",
            "churn",
            "churn-models",
            "clusters",
            "comparisons",
            "credit",
            "customer-roles",
            "execution",
            "forecast",
            "index",
            "loyalty",
            "next-products",
            "preferences",
            "pricing",
            "product-portfolio",
            "profit",
            "programmes",
            "quickstart",
            "retention-profit",
            "rhythm",
            "satisfaction",
            "satisfaction-drivers",
            "segment-movement",
            "segment-profiles",
            "segment-quality",
            "scorecards",
            "survival",
            "uplift",
        )
    ),
]


def examples(page, *, needs=""):
    blocks = re.compile(rf"^```pycon{needs}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return "\n".join(blocks.findall(page.read_text(encoding="utf-8")))


def code(text):
    return [ast.unparse(ast.parse(example.source)) for example in doctest.DocTestParser().get_examples(text)]


def run(text, names, page):
    test = doctest.DocTestParser().get_doctest(text, names, page.name, str(page), 0)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).attempted > 0
    return report


@pytest.fixture(scope="module")
def reported_once():
    """Several pages report on the same customers, with the same forecast."""
    with remembering("crmkit.report.customer_report", "crmkit.views._outlook.tried_forecast"):
        yield


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.deep] if page in SAME_CODE else [], id=page.name)
        for page in PAGES
        if examples(page)
    ],
)
@pytest.mark.usefixtures("undrawn", "reported_once")  # the same report is drawn in tests of its page
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(examples(page), {}, page) == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.deep] if page in SAME_CODE else [], id=page.name)
        for page in PAGES
        if examples(page, needs=ONLINE_RETAIL)
    ],
)
def test_examples_on_online_retail_run(page):
    orders = pd.read_parquet(data_file("online_retail.parquet"))
    assert run(examples(page, needs=ONLINE_RETAIL), {"orders": orders}, page) == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.deep] if page in SAME_CODE else [], id=page.name)
        for page in PAGES
        if examples(page, needs=GROCERY)
    ],
)
def test_examples_on_a_panel_of_households_run(page):
    lines = pd.read_parquet(data_file("edible_grocery_panel.parquet"))
    assert run(examples(page, needs=GROCERY), {"lines": lines}, page) == []


@pytest.mark.parametrize(
    "page", [page for page in TUTORIALS if examples(page, needs=TELCO)], ids=lambda page: page.name
)
def test_examples_on_telephone_customers_run(page):
    telco = pd.read_csv(data_file("ibm_telco_churn.csv"))
    assert run(examples(page, needs=TELCO), {"telco": telco}, page) == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.deep] if page in SAME_CODE else [], id=page.name)
        for page in PAGES
        if examples(page, needs=GREENWOOD)
    ],
)
def test_examples_that_need_greenwood_run(page):
    pytest.importorskip("greenwood", reason="the extra survival is not installed")
    assert run("\n".join([examples(page), examples(page, needs=GREENWOOD)]), {}, page) == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.deep] if page in SAME_CODE else [], id=page.name)
        for page in PAGES
        if examples(page, needs=STEPMIX)
    ],
)
def test_examples_that_need_stepmix_run(page):
    pytest.importorskip("stepmix", reason="the extra classes is not installed")
    assert run(examples(page, needs=STEPMIX), {}, page) == []


def test_a_wrong_example_is_noticed():
    assert run(">>> 1 + 1\n3\n", {}, ROOT / "wrong")


@pytest.mark.parametrize("page", SAME_CODE, ids=lambda page: page.name)
def test_both_languages_show_the_same_code(page):
    english, chinese = examples(page.with_name(page.name.replace(".zh.md", ".md"))), examples(page)
    # What is asked for in the reader's language differs, and what it prints.
    first, second = ([line.replace(", language='zh'", "") for line in code(text)] for text in (english, chinese))
    assert first == second


@pytest.mark.parametrize(
    "chinese", [page for page in PAGES if page.name.endswith(".zh.md")], ids=lambda page: page.name
)
def test_pages_in_two_languages_lead_to_one_another(chinese):
    english = chinese.with_name(chinese.name.replace(".zh.md", ".md"))
    assert f"[English]({english.name})" in chinese.read_text(encoding="utf-8")
    assert f"[中文]({chinese.name})" in english.read_text(encoding="utf-8")
    if chinese.parent.name == "docs":
        index = ROOT / "docs" / "index.zh.md"
        assert chinese == index or f"]({chinese.name})" in index.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*PAGES, *TUTORIALS], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
