"""The report as a page: well formed, small, loading nothing, the same bytes, in two languages, text escaped."""

import hashlib
import locale
import os
import re
import subprocess
import sys
import warnings
from collections import Counter

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.logs import log
from tests.pages import Page, section, table

from crmkit import as_transactions, audit_orders, load_cdnow
from crmkit.report import customer_report

AS_OF = "1998-06-30"

pytestmark = pytest.mark.usefixtures("few_draws")
SECTIONS = ["findings", "audit", "kpis", "months", "cohorts", "customer_base", "tiers", "rfm", "forecast"]
SECTIONS += ["value", "actions", "rhythm", "concentration", "definitions"]
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")

both_languages = pytest.mark.parametrize("language", ["en", "zh"])


def made(language="en"):
    """The report on every twentieth customer of CDNOW."""
    orders = load_cdnow().query("customer_id % 20 == 0")
    audit = audit_orders(orders, as_of=AS_OF)
    return customer_report(as_transactions(orders), as_of=AS_OF, audit=audit, language=language)


@pytest.fixture(scope="module")
def report(cdnow_report):
    return cdnow_report()


@pytest.fixture(scope="module")
def small():
    """A report of two drawings, for what is the same in every report."""
    return customer_report(as_transactions(load_cdnow()), as_of=AS_OF, sections=["months", "rhythm"])


@pytest.fixture(scope="module")
def pages(cdnow_page):
    return {language: cdnow_page(language) for language in ("en", "zh")}


@both_languages
def test_tags_are_balanced_and_every_section_is_there(pages, language):
    page = Page(pages[language])
    assert page.ids("section") == SECTIONS
    assert len(page.texts("h1")) == 1
    assert len(page.texts("h2")) == len(SECTIONS)
    assert len(page.texts("svg")) == 13
    assert pages[language].startswith("<!DOCTYPE html>")


def test_the_parser_of_these_tests_sees_a_tag_that_does_not_match():
    with pytest.raises(AssertionError, match="</p> closes <b>"):
        Page("<p><b>x</p></b>")
    with pytest.raises(AssertionError, match="never closed"):
        Page("<p>x")


@both_languages
def test_the_language_is_named(pages, language):
    (html,) = (element for element in Page(pages[language]).elements if element["tag"] == "html")
    assert html["lang"] == {"en": "en", "zh": "zh-CN"}[language]


def test_the_english_page_holds_no_chinese(pages):
    assert CJK.findall(pages["en"]) == []


def test_headings_table_heads_and_drawings_of_the_chinese_page_hold_no_english(pages):
    page = Page(pages["zh"])
    for text in page.texts("title", "h1", "h2", "summary"):
        assert CJK.search(text)
    # RFM is the term in Chinese too.
    shown = [text.replace("RFM", "") for text in page.texts("title", "h1", "h2", "summary", "th", "text", "li")]
    assert len(shown) > 80
    assert [text for text in shown if LATIN_WORD.search(text)] == []
    labels = [element["aria-label"] for element in page.elements if element["tag"] == "figure"]
    assert len(labels) == 13
    assert [label for label in labels if LATIN_WORD.search(label) or not CJK.search(label)] == []


def test_both_languages_tell_the_same_numbers(pages):
    numbers = {
        language: Counter(re.findall(r"\d[\d,.]*\d|\d", section(page, "findings"))) for language, page in pages.items()
    }
    assert numbers["en"] == numbers["zh"]
    assert numbers["en"]["244,092"] == 1


@both_languages
def test_table_heads_have_a_scope_and_drawings_a_description(pages, language):
    page = Page(pages[language])
    heads = [element for element in page.elements if element["tag"] == "th"]
    assert len(heads) > 60
    assert {element.get("scope") for element in heads} == {"col", "row"}
    figures = [element for element in page.elements if element["tag"] == "figure"]
    assert all(element["role"] == "img" and len(element["aria-label"]) > 20 for element in figures)


@both_languages
def test_nothing_is_loaded_from_elsewhere(pages, language):
    page = Page(pages[language])
    assert not {element["tag"] for element in page.elements} & {"script", "link", "img", "iframe", "object", "embed"}
    for element in page.elements:
        attributes = {name: value for name, value in element.items() if name not in ("tag", "text")}
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert all(value.startswith("#") for name, value in attributes.items() if name.endswith("href"))
        # What is left of the web are the names of XML vocabularies.
        web = [name for name, value in attributes.items() if "//" in value]
        assert all(name.startswith("xmlns") or name == "rdf:resource" for name in web)
    style = " ".join(page.texts("style"))
    assert "@import" not in style
    assert re.findall(r"url\((?!['\"]?#)", pages[language]) == []


@both_languages
def test_what_a_drawing_refers_to_is_there_once(pages, language):
    ids = Counter(re.findall(r'\bid="([^"]+)"', pages[language]))
    referred = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', pages[language]))
    names = {first or second for first, second in referred}
    assert len(names) > 3
    assert {name: ids[name] for name in names} == dict.fromkeys(names, 1)


def test_no_id_of_an_element_is_there_twice_where_a_drawing_is_added(pages, small):
    figure = Figure()
    figure.subplots()
    page = small.with_section("Drawn", figure).to_html()
    for drawn in (page, pages["en"]):
        ids = re.findall(r'\bid="([^"]+)"', drawn)
        assert len(set(ids)) == len(ids)
        used = re.findall(r'(?:url\(#|href="#)([^)"]+)', drawn)
        assert used
        assert set(used) <= set(ids)


def test_the_page_is_small(pages):
    assert all(len(page.encode()) < 500_000 for page in pages.values())


@pytest.mark.deep
def test_the_page_of_ten_years_is_small():
    months = pd.period_range("2014-01", "2023-12", freq="M").strftime("%Y-%m").tolist()
    rows = [(f"c{i % 97}-{i % 13}", f"{month}-{1 + i % 28:02}", 1 + i % 50) for i, month in enumerate(months * 20)]
    page = customer_report(as_transactions(log(rows)), as_of="2023-12-31").to_html()
    assert len(page.encode()) < 500_000


@pytest.mark.deep
def test_the_page_of_all_the_days_that_the_door_takes_is_small_and_says_what_it_cuts():
    # 199 years hold 72,683 days, 2,388 months and as many cohorts
    days = pd.date_range("1901-01-01", "2099-12-31", freq="D")
    customers = range(100_000)
    orders = pd.DataFrame({"customer_id": customers, "date": [days[n % len(days)] for n in customers], "amount": 1.0})
    found = customer_report(as_transactions(orders), as_of="2099-12-31")
    page = found.to_html()
    assert len(page.encode()) < 500_000
    assert Page(page).texts("h1")
    assert "100,000 customers placed 100,000 orders worth 100,000 from 1901-01-01 to 2099-12-31" in page
    assert (len(found.tables["months"]), found.tables["cohorts"]["cohort"].nunique()) == (2388, 2388)
    months, cohorts = table(page, "months"), table(page, "cohorts")
    assert [months[1][0], months[-1][0], len(months)] == ["2099-12", "2090-01", 1 + 120]
    assert [cohorts[1][0], cohorts[-1][0], len(cohorts)] == ["2098-01", "2099-12", 1 + 24]
    assert "Only the newest 120 of 2,388 months are shown." in section(page, "months")
    assert "Only the newest 24 of 2,388 cohorts are shown." in section(page, "cohorts")
    assert section(page, "months").count("120 months, ") == 2


# The same bytes.


@pytest.mark.deep
def test_the_same_report_gives_the_same_bytes():
    report = made()
    page = report.to_html()
    assert report.to_html() == page
    assert made().to_html() == page


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(small):
    (frame,) = Page(small._repr_html_()).elements
    assert frame["tag"] == "iframe"
    assert frame["srcdoc"] == small.to_html()


@pytest.mark.deep
def test_another_process_gives_the_same_bytes(pages):
    code = (
        "import hashlib; from crmkit import *; from crmkit.report import customer_report; "
        "from crmkit.views import _sums; _sums._MOST_DRAWS = 50; o = load_cdnow(); "
        f"a = audit_orders(o, as_of='{AS_OF}'); r = customer_report(as_transactions(o), as_of='{AS_OF}', audit=a); "
        "print(hashlib.sha256(r.to_html().encode()).hexdigest())"
    )
    other_hashes = os.environ | {"PYTHONHASHSEED": "7"}
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=other_hashes
    )
    assert ran.stdout.strip() == hashlib.sha256(pages["en"].encode()).hexdigest()


def test_the_file_holds_the_page(small, tmp_path):
    path = tmp_path / "客户.html"
    page = small.to_html(str(path))
    assert Page(page).ids("section") == ["months", "rhythm"]
    assert path.read_bytes() == page.encode("utf-8")


@pytest.mark.deep
@pytest.mark.parametrize(
    "settings",
    [{"text.color": "white", "axes.labelcolor": "white"}, {"axes.grid": True, "font.size": 20}],
    ids=["dark", "grid"],
)
def test_the_readers_own_plot_settings_do_not_matter(report, pages, settings):
    with mpl.rc_context(settings):
        assert report.to_html() == pages["en"]


def test_nothing_global_is_changed():
    # the reader's own settings, unlike any that the report draws with
    with mpl.rc_context({"font.size": 13, "font.family": "serif", "svg.fonttype": "path", "svg.hashsalt": "mine"}):
        before = mpl.rcParams.copy(), warnings.filters.copy(), locale.setlocale(locale.LC_ALL)
        made("zh").to_html()
        after = mpl.rcParams.copy(), warnings.filters.copy(), locale.setlocale(locale.LC_ALL)
    assert after == before


# Text of others.


def test_no_id_gets_into_the_page():
    names = ["<script>alert(1)</script>", "=1+1", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"]
    orders = log([(name, "2024-03-01", 5) for name in names] + [(names[0], "<b>when</b>", 5)])
    audit = audit_orders(orders)
    page = customer_report(as_transactions(orders, invalid="drop"), as_of="2024-03-31", audit=audit).to_html()
    Page(page)
    assert [name for name in [*names, "alert(1)", "<b>when"] if name in page] == []
