"""The section on the quality of segmentations, side by side, as it was judged."""

from types import SimpleNamespace

import pandas as pd
import pytest
from tests.pages import Page, section, table

from crmkit import SchemaError, as_transactions
from crmkit.report import customer_report
from crmkit.report._sections import SECTIONS
from crmkit.segment import ValueSegmenter
from crmkit.segment.quality import segmentation_quality_table

pytestmark = pytest.mark.usefixtures("without_lenses")

ORDERS = as_transactions(pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], "amount": 9.0}))
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": range(60),
        "n_orders": [1, 2, 3] * 20,
        "spend": [float(n + 1) for n in range(60)],
        "city": ["<b>N</b>", "$_{", None] * 20,
    }
)
ABC = ValueSegmenter(scheme="abc", cuts=[20, 45]).fit(CUSTOMERS)
QUALITY = segmentation_quality_table(
    CUSTOMERS,
    segmentations={"ABC <i>": ABC, "City": "city"},
    outcomes=["n_orders", "spend"],
    n_resamples=3,
    thresholds={"unlabelled_share": 0.1},
)


def made(language="en"):
    return customer_report(
        ORDERS, as_of="2024-03-31", sections=["findings", "quality"], quality=QUALITY, language=language
    )


def test_figures_with_their_limits(tmp_path):
    report = made()
    pd.testing.assert_frame_equal(
        report.tables["segmentation_quality"], QUALITY[list(report.tables["segmentation_quality"])]
    )
    # a third of the customers have no city
    assert (
        report.findings[-1]
        == "City: 0 of 1 figure with a limit meets it; missed or in doubt: Customers without a segment."
    )
    assert report.findings[-2].startswith("ABC <i>: ")
    page = report.to_html()
    lines = {(line[0], line[2], line[3]): line for line in table(page, "quality")[1:]}
    assert lines["City", "Customers without a segment", ""][5:] == [
        "33.3%",
        lines["City", "Customers without a segment", ""][6],
        "10.0%",
        "missed",
    ]
    assert lines["ABC <i>", "Variance of ranks explained", "spend"][-1] == "made the segments"
    # segments go by their names, in the language of the report
    assert ("ABC <i>", "Share of the customers", "Class A") in lines
    assert "<i>" not in section(page, "quality")
    assert section(page, "quality").count("<svg") == 1
    report.to_excel(tmp_path / "r.xlsx")
    sheet = pd.read_excel(tmp_path / "r.xlsx", sheet_name="Quality of segments")
    assert len(sheet) == len(QUALITY)
    assert sheet["Verdict"].dropna().isin(["met", "doubtful", "missed", "made the segments"]).all()


def test_in_chinese():
    report = made("zh")
    assert report.findings[-1].startswith("City：1 项有标准的指标中 0 项达标，未达标或存疑：")
    page = Page(section(report.to_html(), "quality"))
    assert page.texts("h2") == ["分群质量"]
    assert "Measurable" not in "".join(page.texts("td"))


def test_other_tables_are_refused():
    for wrong, says in ((QUALITY.head(0), "`quality` has no rows"), (QUALITY.drop(columns="verdict"), "verdict")):
        with pytest.raises(SchemaError, match=says):
            SECTIONS["quality"].answer(SimpleNamespace(beside={"quality": wrong}))
