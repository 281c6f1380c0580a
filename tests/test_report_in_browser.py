"""The report in a real browser: nothing overflows, no glyph is missing, nothing is loaded or complained of."""

import html
import json
import re
import shutil
import subprocess

import pytest
from tests.logs import log

from crmkit import as_transactions
from crmkit.report import customer_report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the report in")

# The page stands in a frame of the width wanted; what is measured is written into the outer page.
MEASURE = """
<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="frame" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe><pre id="measured"></pre>
<script>
function drawn(text, document) {{
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext("2d");
  pen.font = "24px " + getComputedStyle(document.body).fontFamily;
  pen.fillText(text, 2, 26);
  return canvas.toDataURL();
}}
document.getElementById("frame").onload = (event) => {{
  const page = event.target.contentDocument;
  const inside = (element) => element.closest(".scroll") !== null || element.closest("svg") !== null;
  const wide = [...page.body.querySelectorAll("*")].filter((element) => !inside(element))
    .filter((element) => element.getBoundingClientRect().right > page.documentElement.clientWidth + 1);
  const letters = [...new Set(page.body.innerText)].filter((letter) => letter.trim() !== "");
  const missing = drawn("\\uffff", page);
  document.getElementById("measured").textContent = JSON.stringify({{
    width: page.documentElement.clientWidth,
    scrolled: page.documentElement.scrollWidth,
    wide: wide.map((element) => element.outerHTML.slice(0, 80)),
    missing: letters.filter((letter) => drawn(letter, page) === missing),
    empty: [...page.querySelectorAll("svg")].filter((drawing) => drawing.getBoundingClientRect().height < 100).length,
    narrow: [...page.querySelectorAll("svg")].filter((drawing) => drawing.getBoundingClientRect().width < 540).length,
    sections: [...page.querySelectorAll("section")].filter((part) => part.getBoundingClientRect().height > 40)
      .map((part) => part.id),
  }});
}};
</script>
"""


def opened(page, folder, *, width):
    """What the browser measures of a page, and what it says on its console."""
    file = folder / "outer.html"
    file.write_text(MEASURE.format(width=width, page=html.escape(page, quote=True)), encoding="utf-8")
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    options = (*quiet, f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=5000")
    done = subprocess.run(  # noqa: S603
        [BROWSER, *options, f"--window-size={max(width, 600)},1000", "--dump-dom", file.as_uri()],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    (found,) = re.findall(r'<pre id="measured">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    return json.loads(html.unescape(found)), re.findall(r".*CONSOLE.*", done.stderr.decode())


def has_chinese_fonts():
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    return bool(subprocess.run([listing, ":lang=zh"], capture_output=True, check=True).stdout.strip())  # noqa: S603


@pytest.fixture(scope="module")
def pages(cdnow_report, cdnow_page):
    return {language: (cdnow_report(language).sections, cdnow_page(language)) for language in ("en", "zh")}


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_opens_whole(pages, language, width, tmp_path):
    sections, page = pages[language]
    found, console = opened(page, tmp_path, width=width)
    assert width - 20 <= found["width"] <= width
    assert found["scrolled"] <= found["width"]
    assert found["wide"] == []
    assert found["empty"] == 0
    # narrower drawings have labels too small to read; they scroll instead
    assert found["narrow"] == 0
    assert found["sections"] == list(sections)
    assert console == []
    if language == "en" or has_chinese_fonts():
        assert found["missing"] == []


def test_long_ids_and_scripts_do_not_break_the_page(tmp_path):
    names = ["y" * 1000, "<script>document.title = 'run'</script>", "客户" * 300]
    rows = [(f"c{n}", "2024-05-31", 1) for n in range(30)]
    rows += [(name, f"2024-01-0{day}", 50) for name in names for day in (1, 2, 3)]
    page = customer_report(as_transactions(log(rows)), as_of="2024-05-31").to_html()
    found, console = opened(page, tmp_path, width=400)
    assert (found["wide"], console) == ([], [])
    assert found["scrolled"] <= found["width"]


def test_what_overflows_and_what_no_font_has_is_noticed(tmp_path):
    page = '<!DOCTYPE html><html><body><section id="a"><h2 style="width:900px">x\ue123</h2></section></body></html>'
    found, _ = opened(page, tmp_path, width=400)
    assert found["scrolled"] > found["width"]
    assert len(found["wide"]) == 1
    assert found["missing"] == ["\ue123"]
