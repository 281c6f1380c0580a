"""The section on segments of the user's own: summaries and profiles as they were given."""

from types import SimpleNamespace

import pandas as pd
import polars as pl
import pytest
from tests.pages import Page, section, table

from crmkit import SchemaError, as_transactions
from crmkit.report import customer_report
from crmkit.report._sections import SECTIONS
from crmkit.segment import ValueSegmenter, segment_table
from crmkit.segment.groups import profile_table

pytestmark = pytest.mark.usefixtures("without_lenses")

ORDERS = as_transactions(pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], "amount": 9.0}))
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": range(80),
        "n_orders": [5, 6] * 20 + [1, 2] * 20,
        "spend": [float(n) for n in range(90, 50, -1)] + [10.0, 30.0] * 20,
        "city": (["<b>N</b>"] * 30 + ["$_{"] * 10) + ["$_{"] * 36 + [None] * 4,
    }
)
ABC = ValueSegmenter(scheme="abc", cuts=[20, 45]).fit(CUSTOMERS)
LISTED = CUSTOMERS.assign(abc=ABC.predict(CUSTOMERS))
SUMMARY, PROFILE = ABC.summary(CUSTOMERS), profile_table(LISTED, by="abc", columns=["n_orders", "city"])


def made(segments, language="en", sections=("findings", "segments")):
    return customer_report(ORDERS, as_of="2024-03-31", sections=list(sections), segments=segments, language=language)


def test_a_summary_with_its_profile(tmp_path):
    report = made((SUMMARY, PROFILE))
    # 40 of 80 customers have 2,820 of 3,620
    assert report.findings[-1] == "Class A, 50.0% of the customers, brings 77.9% of the value."
    pd.testing.assert_frame_equal(report.tables["segments"][["value_share"]], SUMMARY[["value_share"]])
    page = report.to_html()
    assert table(page, "segments")[1] == ["Class A", "40", "50.0%", "220", "2,820", "77.9%", "70.50"]
    heads, *lines = table(page, "segments", position=1)
    assert heads == ["What they are like", *SUMMARY["name_en"][:3], "All customers"]
    cells = {line[0]: line[1:] for line in lines}
    assert cells["Orders: mean"] == ["5.50 ▲", "2.00", "1.00", "3.50"]
    assert cells["city: <b>N</b>"][0] == "75.0% ▲"
    assert "<b>N" not in page
    assert section(page, "segments").count("<svg") == 1
    report.to_excel(tmp_path / "r.xlsx")
    sheets = pd.read_excel(tmp_path / "r.xlsx", sheet_name=None)
    assert list(sheets)[1:] == ["Segments", "Profiles of segments"]
    assert sheets["Profiles of segments"]["Segment"].tolist()[:2] == ["All customers", "Class A"]


def test_a_single_segment_does_not_stand_beside_all_customers():
    page = made(profile_table(LISTED.assign(abc="a"), by="abc", columns=["n_orders"])).to_html()
    assert table(page, "segments")[0] == ["What they are like", "All customers"]
    assert "All are in one segment" in page
    assert "more than chance" not in section(page, "segments")


def test_several_in_chinese_with_names_and_labels_that_users_typed():
    city = segment_table(CUSTOMERS, by="city")
    report = made({"<i>城市": pl.from_pandas(city), "价值": (PROFILE, SUMMARY), "人": PROFILE}, "zh")
    page = report.to_html()
    assert Page(section(page, "segments")).texts("h2", "h3") == ["客户分群", "<i>城市", "价值", "人"]
    assert report.findings[-2].startswith("<i>城市：<b>N</b>占客户的 37.5%，贡献 ")
    assert report.tables["segments"]["segmentation"].unique().tolist() == ["<i>城市", "价值"]
    assert table(page, "segments")[2][0] == "$_{"
    assert "value" not in "".join(Page(section(page, "segments")).texts("th", "p"))
    assert "| &lt;i>城市 |" in report.to_markdown()


def test_what_a_summary_lacks_is_left_out():
    few = SUMMARY[["segment", "name_en", "name_zh", "n_customers", "customer_share"]]
    page = made(few, sections=["segments"]).to_html()
    assert table(page, "segments")[0] == ["Segment", "Customers", "Share of customers"]
    assert "<svg" not in section(page, "segments")


def refused(segments):
    return SECTIONS["segments"].answer(SimpleNamespace(beside={"segments": segments}))


def test_other_tables_are_refused():
    with pytest.raises(ValueError, match="`segments` names no table"):
        refused({})
    with pytest.raises(SchemaError, match="`segments` has a table without rows"):
        refused(SUMMARY.head(0))
    with pytest.raises(ValueError, match="two tables of one kind for 'ABC'"):
        refused({"ABC": (SUMMARY, SUMMARY)})
    with pytest.raises(SchemaError, match="customer_share"):
        refused(SUMMARY.drop(columns="customer_share"))
    with pytest.raises(TypeError, match="`segments`"):
        refused("abc")
