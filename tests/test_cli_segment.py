"""`crmkit segment`: a file divided by any scheme, on cuts that can be kept, with reasons and a query."""

import json
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from tests.commands import run, text

from crmkit import as_transactions, customer_features, customer_summary
from crmkit.cli.segments import SCHEMES, read_model, scheme_of
from crmkit.segment import ValueSegmenter, role_measure_table
from crmkit.segment.groups import ClusterSegmenter
from crmkit.segment.relations import RelationSegmenter, relation_state_table
from crmkit.views import segmented_base, segmented_customers

ORDERS = [
    (f"c{n:02}", f"{day:%Y-%m-%d}", str(10 * (n + 1) + 3 * at))
    for n in range(12)
    for at, day in enumerate(pd.date_range("2023-02-01", periods=3 + n // 4, freq=f"{20 + 7 * n}D"))
] + [("c03", "2024-03-06", "-60"), ("", "2024-03-06", "5"), ("c11", "2024-03-20", "90")]  # fmt: skip
TABLE = "编号,利润（元）,城市\nA1,1200,=1+1\nA2,300,北京\nA3,-40,上海\nA4,,上海\n,5,上海\nA6,abc,深圳\nA7,90,深圳\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text(rows=ORDERS), "utf-8")
    (tmp_path / "table.csv").write_text(TABLE, "utf-8")
    return tmp_path


def segmented(*options, name="orders.csv", code=0):
    found, stdout, stderr = run("segment", name, *options)
    assert found == code, stderr
    return stdout if code == 0 else stderr


def of_orders(*options):
    return segmented("--as-of", "2024-03-31", *options)


def transactions():
    orders = pd.DataFrame(ORDERS, columns=["customer_id", "date", "amount"])
    return as_transactions(orders, invalid="drop")


@pytest.fixture(scope="module")
def customers():
    return customer_summary(transactions(), as_of="2024-03-31")


# By hand, against the calls that an analyst would make.


@pytest.mark.parametrize("scheme", [name for name, scheme in SCHEMES.items() if "columns" not in scheme.takes])
def test_every_scheme_gives_what_the_views_give(scheme, customers):
    asked = ["--scheme", scheme, "--language", "zh", "--output", "a.parquet", "--save", "m.json", "--json"]
    document = json.loads(of_orders(*asked))
    assert scheme_of(read_model(Path("m.json"))) == scheme
    if scheme == "role":
        customers = role_measure_table(transactions(), as_of="2024-03-31")
    base = segmented_base(customers, segmenter=SCHEMES[scheme].make())
    assert document["scheme"] == scheme == scheme_of(base.segmenter)
    assert [row["n_customers"] for row in document["segments"]] == base.segments["n_customers"].tolist()
    listed = segmented_customers(customers, segmenter=base.segmenter, language="zh")
    found = pd.read_parquet("a.parquet")
    for column in ("customer_id", "segment", "segment_name", "segment_reason"):
        assert found[column].tolist() == listed[column].tolist()


def test_a_table_with_a_column_of_value_in_chinese():
    stdout = segmented(
        *("--scheme", "value_level", "--value", "利润（元）", "--customer-id", "编号", "--cuts", "100,500"),
        *("--language", "zh", "--output", "a.csv"),
        name="table.csv",
    )
    assert [line.split() for line in stdout.splitlines()[2:]] == [
        ["分群", "客户数", "客户占比", "利润_元", "利润_元", "占比"],
        ["高价值客户", "1", "25.0%", "1,200.00", "77.4%"],
        ["中等价值客户", "1", "25.0%", "300.00", "19.4%"],
        ["低价值客户", "2", "50.0%", "50.00", "3.2%"],
    ]
    found = pd.read_csv("a.csv")
    assert list(found) == ["customer_id", "利润_元", "城市", "segment", "segment_name", "segment_reason"]
    assert found["城市"].tolist() == ["'=1+1", "北京", "上海", "深圳"]
    assert found["segment_reason"].iloc[0] == "高价值客户：利润_元 1,200，达到 500。"


def test_the_workbook_and_rows_left_out(folder):
    code, _, stderr = run("segment", "table.csv", "--scheme", "abc", "--value", "利润（元）", "--customer-id", "编号")
    assert code == 0
    assert stderr == "Left out of 7 rows: 1 no customer, 2 unusable 利润（元） (['abc']).\n"
    book = openpyxl.load_workbook("segments.xlsx")
    assert book.sheetnames == ["Customers", "ABC classes"]
    assert [cell.value for cell in book["Customers"][1]][-2:] == ["Segment", "Reason for the segment"]
    assert book["Customers"]["C2"].data_type == "s"
    assert [cell.value for cell in book["ABC classes"][1]][3:] == [
        "利润_元", "Share of 利润_元", "利润_元 per customer",
    ]  # fmt: skip


def test_files_say_what_their_rows_are(folder):
    (folder / "table.csv").write_text("sku,profit\na,60\nb,30\nc,10\n")
    asked = ["--scheme", "product", "--value", "profit", "--customer-id", "sku", "--profile", "profit"]
    segmented(*asked, name="table.csv")
    book = openpyxl.load_workbook("segments.xlsx")
    assert book.sheetnames[:2] == ["Products", "Hot and slow products"]
    assert book["Products"]["A1"].value == "Product"
    assert [cell.value for cell in book["Hot and slow products"][1]] == [
        "Segment", "Products", "Share of products", "profit", "Share of profit", "profit per product",
    ]  # fmt: skip
    stdout = segmented(*asked, "--language", "zh", name="table.csv")
    assert "产品数" in stdout
    assert "全部产品" in stdout
    assert openpyxl.load_workbook("segments.xlsx").sheetnames[0] == "产品"
    card = "business_ability,distribution_ability,funds,selling_brands,logistics,reputation"
    (folder / "table.csv").write_text(f"dealer,{card}\na,70,70,70,70,70,70\nb,90,90,90,90,90,90\n")
    segmented("--scheme", "dealer", "--customer-id", "dealer", name="table.csv")
    book = openpyxl.load_workbook("segments.xlsx")
    assert book.sheetnames[:2] == ["Dealers", "Scorecard of dealers"]
    assert [cell.value for cell in book["Scorecard of dealers"][1]] == ["Status", "Dealers", "Share of dealers"]


def test_a_single_cluster_does_not_stand_beside_all_customers(folder):
    (folder / "table.csv").write_text("customer_id,age\n" + "".join(f"{at},{20 + at}\n" for at in range(9)))
    asked = ["--scheme", "clusters", "--columns", "age", "--n-clusters", "1", "--profile", "age"]
    lines = segmented(*asked, name="table.csv").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("Profile of the segments"))
    assert lines[at].split() == ["Profile", "of", "the", "segments", "All", "customers"]
    # the mean of 20 to 28
    assert [line.split()[-1] for line in lines[at:] if line.startswith("age: mean")] == ["24.00"]
    assert lines[-1] == "All are in one segment: there is nothing to compare."


def test_orders_of_a_table_tell_who_is_potential(folder):
    (folder / "table.csv").write_text("客户编号,订单数,销售额\n1,3,50\n2,0,0\n3,1,5\n")
    document = json.loads(segmented("--scheme", "relationship", "--value", "销售额", "--json", name="table.csv"))
    assert [row["n_customers"] for row in document["segments"]] == [1, 1, 1]
    assert [row["n_orders"] for row in document["segments"]] == [3, 1, 0]


def test_rows_without_ids_are_numbered_and_totals_are_read_as_score_reads_them(folder):
    (folder / "table.csv").write_text("Revenue,Orders,Days\n50,3,1\n8,1,9\n")
    segmented("--scheme", "abc", "--value", "Revenue", "--customer-id", "", "--output", "a.csv", name="table.csv")
    assert pd.read_csv("a.csv")["customer_id"].tolist() == [1, 2]
    (folder / "table.csv").write_text("customer_id,Revenue,Orders,Days\na,50,3,1\nb,8,1,9\n")
    totals = ["--spend", "Revenue", "--n-orders", "Orders", "--days-since-last", "Days"]
    segmented("--scheme", "tier", *totals, "--output", "a.csv", name="table.csv")
    assert pd.read_csv("a.csv")["segment"].tolist() == ["core", "ordinary"]


def test_segments_are_described_by_columns_of_the_log_and_of_the_customers(folder):
    rows = [(*row, "north" if row[0] < "c06" else "south") for row in ORDERS]
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "region"), rows=rows), "utf-8")
    document = json.loads(of_orders("--scheme", "abc", "--profile", "region,n_orders", "--json"))
    found = {(row["column"], row["figure"], row["level"], row["segment"]): row["value"] for row in document["profile"]}
    listed = pd.read_excel("segments.xlsx", sheet_name="Customers")
    in_a = listed[listed["Segment"] == "Class A"]
    assert found["region", "share", "south", "a"] == pytest.approx((in_a["region"] == "south").mean())
    assert found["n_orders", "mean", None, "a"] == pytest.approx(in_a["Orders"].mean())
    assert openpyxl.load_workbook("segments.xlsx").sheetnames[2] == "Profile of the segments"
    lines = of_orders("--scheme", "abc", "--profile", "region", "--language", "zh").splitlines()
    assert lines[8].split() == ["分群画像", "A", "类", "B", "类", "C", "类", "全部客户"]
    assert lines[-1].startswith("▲ 高于、▼ 低于其他客户")
    assert "--profile needs one value per customer, and date has several" in segmented(
        "--as-of", "2024-03-31", "--scheme", "abc", "--profile", "date", code=2
    )


def test_columns_of_a_table_are_numbers_where_all_are_and_blanks_are_missing(folder):
    (folder / "table.csv").write_text("customer_id,profit,age,postcode\n1,3,30,0100\n2,5,,0200\n3,9,50,0100\n")
    asked = ["--scheme", "main_group", "--value", "profit", "--profile", "age,postcode", "--json"]
    profile = json.loads(segmented(*asked, name="table.csv"))["profile"]
    whole = {(row["column"], row["figure"], row["level"]): row for row in profile if row["scope"] == "all"}
    assert (whole["age", "mean", None]["value"], whole["age", "mean", None]["n_missing"]) == (40, 1)
    assert whole["postcode", "share", "0100"]["value"] == pytest.approx(2 / 3)


def test_clusters_of_orders_and_of_a_table(folder):
    code, stdout, stderr = run(
        *("segment", "orders.csv", "--as-of", "2024-03-31", "--scheme", "clusters"),
        *("--columns", "spend,gap_mean", "--n-clusters", "2", "--save", "c.json", "--output", "a.parquet", "--json"),
    )
    assert code == 0, stderr
    found = pd.read_parquet("a.parquet")
    features = customer_features(transactions(), as_of="2024-03-31", windows=[91])
    listed = found[["customer_id", "n_orders", "spend"]].merge(features[["customer_id", "gap_mean"]], on="customer_id")
    clusters = ClusterSegmenter(columns=["spend", "gap_mean"], n_clusters=2).fit(listed)
    assert found["segment"].tolist() == clusters.predict(listed).tolist()
    assert [row["n_customers"] for row in json.loads(stdout)["segments"]][:2] == clusters.clusters_[
        "n_customers"
    ].tolist()[:2]
    of_orders("--model", "c.json", "--output", "b.parquet")
    assert pd.read_parquet("b.parquet")["segment"].tolist() == found["segment"].tolist()
    rows = [f"{n},{20 + n % 2 * 40},{5 + n % 2 * 90}" for n in range(40)]
    (folder / "table.csv").write_text("\n".join(["编号,年限,利润", *rows]))
    asked = ["--scheme", "clusters", "--columns", "年限,利润", "--customer-id", "编号", "--language", "zh"]
    lines = segmented(*asked, "--n-clusters", "2", name="table.csv").splitlines()
    assert [line.split()[1:] for line in lines[3:]] == [["20", "50.0%"], ["20", "50.0%"]]


def test_states_of_the_relation_have_their_day_and_what_to_do(folder):
    (folder / "master.csv").write_text("customer_id\n" + "\n".join([*(f"c{n:02}" for n in range(12)), "new"]))
    of_orders("--scheme", "relation", "--master", "master.csv", "--language", "zh", "--output", "a.parquet")
    found = pd.read_parquet("a.parquet").set_index("customer_id")
    known = pd.DataFrame({"customer_id": found.index})
    summary = customer_summary(transactions(), as_of="2024-03-31", customers=known)
    fitted = segmented_base(summary, segmenter=RelationSegmenter()).segmenter
    states = relation_state_table(transactions(), segmenter=fitted, as_of="2024-03-31", customers=known)
    states = states.set_index("customer_id").loc[found.index]
    for column, state in (("segment", "segment"), ("entered", "entered"), ("action", "action_zh")):
        assert found[column].astype(str).tolist() == states[state].astype(str).tolist()
    assert found.loc["new", "segment_name"] == "潜在客户"


def test_the_matrix_of_accounts(folder):
    (folder / "table.csv").write_text("账户,吸引 力,地位\nA,80,70\nB,60,10\nC,30,50\nD,20,20\nE,,20\n")
    asked = ["--customer-id", "账户", "--scheme", "account", "--columns", "吸引 力,地位", "--output", "a.csv"]
    code, _, stderr = run("segment", "table.csv", *asked, "--query", "a.sql")
    assert (code, stderr) == (0, "1 customer is in no segment: what would decide it is not known of them.\n")
    # half lie above 45, and above 35
    found = pd.read_csv("a.csv")
    assert found["segment"].fillna("").tolist() == ["key", "develop", "maintain", "low_touch", ""]
    assert "吸引_力" in (folder / "a.sql").read_text("utf-8")
    segmented(*asked, "--cuts", "70,60", name="table.csv")
    assert pd.read_csv("a.csv")["segment"].fillna("").tolist() == ["key", *["low_touch"] * 3, ""]
    told = segmented(*asked, "--cuts", "1", name="table.csv", code=2)
    assert "--columns must name two measures of accounts" in told


def test_clusters_of_labels(folder):
    rows = [f"{n},{'north' if n % 2 else 'south'},{5 + n % 2 * 90}" for n in range(40)]
    (folder / "table.csv").write_text("\n".join(["customer_id,region,profit", *rows]))
    asked = ["--scheme", "mixed_clusters", "--columns", "region,profit", "--n-clusters", "2", "--output", "a.csv"]
    segmented(*asked, "--save", "m.json", name="table.csv")
    found = pd.read_csv("a.csv")
    assert found.groupby("region")["segment"].nunique().tolist() == [1, 1]
    assert found["segment"].nunique() == 2
    segmented("--model", "m.json", "--output", "b.csv", name="table.csv")
    assert pd.read_csv("b.csv")["segment"].tolist() == found["segment"].tolist()


CARD = "客户,贡献,潜力,接受,影响,资源\nBo,30,90,20,60,70\nAnn,80,60,100,40,50\nCy,60,20,50,,40\n"


def test_a_scorecard_by_hand(folder):
    (folder / "table.csv").write_text(CARD)
    asked = [
        "--scheme",
        "high_value",
        "--columns",
        "贡献,潜力,接受,影响,资源",
        "--customer-id",
        "客户",
        "--save",
        "c.json",
    ]
    lines = segmented(*asked, "--language", "zh", "--output", "a.csv", name="table.csv").splitlines()
    assert [line.split() for line in lines[3:5]] == [["已评分", "2", "66.7%"], ["准则不全", "1", "33.3%"]]
    found = pd.read_csv("a.csv")
    # 0.5 of 80, 0.2 of 60, 0.1 of 100, 40 and 50
    assert found["customer_id"].tolist() == ["Ann", "Bo", "Cy"]
    assert found["score"].fillna(-1).tolist() == pytest.approx([71, 48, -1])
    assert found["score_reason"].iloc[2] == "无得分：影响力未知。"
    header = "客户,low_cost_contribution,funds_potential,new_product_acceptance,influence,social_resources"
    (folder / "table.csv").write_text(CARD.replace(CARD.split("\n")[0], header))
    document = json.loads(segmented("--model", "c.json", "--customer-id", "客户", "--json", name="table.csv"))
    assert (document["scheme"], document["statuses"]) == ("high_value", {"scored": 2, "incomplete": 1})
    own = ["--scheme", "scorecard", "--columns", "influence,funds_potential", "--weights", "3,1", "--points", "min_max"]
    segmented(*own, "--customer-id", "客户", "--output", "b.csv", name="table.csv")
    # Bo has most of both
    assert pd.read_csv("b.csv")["score"].iloc[0] == 100


def test_the_base_is_consolidated(folder):
    (folder / "table.csv").write_text("customer_id,利润,潜力,接受\n1,110,9,8\n2,110,2,8\n3,40,2,8\n4,40,2,1\n")
    asked = ["--scheme", "consolidation", "--columns", "利润,潜力,接受", "--cuts", "0,100", "--output", "a.csv"]
    segmented(*asked, name="table.csv")
    assert pd.read_csv("a.csv")["segment"].tolist() == ["full_service", "low_cost_service", "low_cost_service", "exit"]


def test_quality_is_that_of_the_library(monkeypatch, customers):
    monkeypatch.setattr("crmkit.views._segmented._N_RESAMPLES", 2)
    asked = ["--scheme", "abc", "--quality", "--profile", "n_orders"]
    found = pd.DataFrame(json.loads(of_orders(*asked, "--json"))["quality"])
    base = segmented_base(customers, segmenter=ValueSegmenter(scheme="abc"), profile=["n_orders"], quality=True)
    assert found["value"].astype(float).tolist() == pytest.approx(base.quality["value"].tolist(), nan_ok=True)
    assert openpyxl.load_workbook("segments.xlsx").sheetnames[-1] == "Quality of the segments"
    assert "分群质量:" in of_orders(*asked, "--language", "zh")


def test_roles_that_nobody_can_play_are_left_out_and_said(folder):
    (folder / "orders.csv").write_text(text(rows=[row for row in ORDERS if row[1] < "2023-03-05"]), "utf-8")
    code, stdout, stderr = run("segment", "orders.csv", "--scheme", "role", "--as-of", "2024-03-31")
    assert "Nobody's regularity is known and above 0, so there is no role relationship." in stderr
    assert (code, "A portfolio needs at least two roles" in stderr, stdout) == (3, True, "")
    told = segmented("--scheme", "role", "--spend", "amount", "--n-orders", "amount", code=2)
    assert "This scheme needs orders, and --spend is for a file with one row per customer" in told


# Laws.


def test_a_later_file_is_placed_on_the_cuts_that_were_kept(folder, customers):
    of_orders("--scheme", "abc", "--save", "abc.json", "--query", "abc.sql", "--output", "a.parquet")
    kept = ValueSegmenter.from_json((folder / "abc.json").read_text("utf-8"))
    first = pd.read_parquet("a.parquet")
    later = [(name, day, f"{float(amount) / 5}") for name, day, amount in ORDERS]
    (folder / "orders.csv").write_text(text(rows=later), "utf-8")
    of_orders("--model", "abc.json", "--output", "b.parquet")
    found = pd.read_parquet("b.parquet")
    assert found["segment"].tolist() == kept.predict(found).tolist() != first["segment"].tolist()
    # the query gives the labels of the file
    answered = duckdb.sql((folder / "abc.sql").read_text("utf-8")).df()
    expected = segmented_customers(customers, segmenter=kept)
    assert (
        answered.set_index("customer_id")["segment"].to_dict() == expected.set_index("customer_id")["segment"].to_dict()
    )


def test_a_model_of_a_column_looks_for_it(folder):
    (folder / "table.csv").write_text("customer_id,profit\na,50\nb,8\n")
    segmented("--scheme", "abc", "--value", "profit", "--save", "m.json", name="table.csv")
    (folder / "table.csv").write_text("customer_id,Profit (EUR)\na,0\nb,80\n")
    assert "has no column ['profit']" in segmented("--model", "m.json", name="table.csv", code=3)
    segmented("--model", "m.json", "--value", "Profit (EUR)", "--output", "a.csv", name="table.csv")
    found = pd.read_csv("a.csv")
    assert (list(found)[1], found["segment"].tolist()) == ("profit", ["c", "a"])


# Refusals.


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ([], 2, "Give one of --scheme, which names how to divide, and --model"),
        (["--scheme", "abc"], 2, "Missing option '--as-of'"),
        (["--scheme", "clans"], 2, "'clans' is not one of 'tier', 'value_level'"),
        (["--scheme", "tier", "--value", "amount"], 2, "--value is for value_level, relationship, abc, main_group"),
        (["--scheme", "abc", "--value", "amount", "--spend", "amount"], 2, "--spend is for orders or their totals"),
        (["--scheme", "abc", "--value", "amount", "--date", "date"], 2, "--date is for orders"),
        (["--scheme", "abc", "--value", "amount"], 3, "orders.csv has ids more than once, such as ['c00', 'c01'"),
        (["--scheme", "abc", "--value", "date"], 3, "The column date holds no numbers that can be read"),
        (["--scheme", "abc", "--value", "amount", "--invalid", "raise"], 3, "1 no customer (first at rows [49])"),
        (["--scheme", "abc", "--value", "gain"], 3, "orders.csv has no column ['gain']"),
        (["--scheme", "abc", "--as-of", "2024-03-31", "--shares", "0.9"], 3, "--shares must be 2 ascending numbers"),
        (["--scheme", "abc", "--shares", "x"], 2, "must be numbers with commas between them"),
        (["--model", "orders.csv"], 3, "--model orders.csv does not hold what crmkit segment --save wrote"),
        (["--model", "none.json"], 3, "none.json does not exist"),
        (["--model", "none.json", "--cuts", "1,2"], 2, "--cuts shapes segments that are learned"),
        (["--scheme", "clusters"], 2, "Name the columns that the segments are made of with --columns"),
        (["--scheme", "clusters", "--columns", "x", "--as-of", "2024-03-31"], 3, "orders.csv has no column ['x']"),
        (["--scheme", "clusters", "--columns", "x", "--query", "q.sql"], 2, "so that no query gives them"),
        (["--scheme", "clusters", "--n-clusters", "1.5"], 2, "--n-clusters must be a whole number from 1 on"),
        (["--scheme", "abc", "--n-clusters", "2"], 2, "--n-clusters is for clusters, mixed_clusters, not for abc"),
        (["--scheme", "dealer"], 3, "has no column ['business_ability',"),
        (
            ["--scheme", "dealer", "--columns", "a,b"],
            2,
            "--columns must name a column for each of ['business_ability',",
        ),
        (["--scheme", "dealer", "--quality"], 2, "--quality is about segments, and dealer gives scores"),
        (["--scheme", "scorecard", "--columns", "a,b", "--weights", "1"], 2, "--weights must be a number for each"),
        (["--scheme", "consolidation", "--cuts", "1"], 2, "--cuts must be two amounts of profit"),
        (["--scheme", "abc", "--master-id", "x"], 2, "--master-id needs --master"),
        (["--scheme", "abc", "--output", "a.txt"], 2, "--output must end in .parquet, .csv or .xlsx"),
        (["--scheme", "abc", "--save", "orders.csv"], 2, "would write over a file that is read"),
    ],
)
def test_what_cannot_be_done_is_refused(options, code, says):
    assert says in segmented(*options, code=code)


def test_a_table_without_a_usable_row_is_refused(folder):
    (folder / "table.csv").write_text("customer_id,profit,n_orders\n,3,1\nb,,1\nc,4,-1\n")
    told = segmented("--scheme", "abc", "--value", "profit", name="table.csv", code=3)
    assert "No row of table.csv can be used: of 3, 1 no customer, 1 unusable n_orders, 1 unusable profit." in told


def test_a_log_of_refunds_alone_and_one_without_prices_are_refused_by_name(folder):
    (folder / "orders.csv").write_text(text(rows=[("a", "2024-01-05", "-5")]))
    assert "holds nobody with an order" in segmented("--as-of", "2024-03-31", "--scheme", "tier", code=3)
    (folder / "orders.csv").write_text("customer_id,date\na,2024-01-05\nb,2024-01-06\n")
    told = segmented("--as-of", "2024-03-31", "--scheme", "abc", "--language", "zh", code=3)
    assert "价格" in told
