"""The command line says in Chinese what stops it, whoever found it: itself, the library or click."""

import importlib
import sys
from importlib.metadata import PackageNotFoundError

import pandas as pd
import pytest
from click import Context
from tests.commands import ROWS, run, text

from crmkit._messages import Column, Message
from crmkit.cli._asked import language_of
from crmkit.cli.commands.audit import audit
from crmkit.cli.language import NO_SUCH_COMMAND, told, with_near
from crmkit.cli.reading import _order_log
from crmkit.value import GammaGammaModel

DAY = "2024-01-05"
RULES = """n_bins = 2
[[segments]]
code = "good"
en = "Good"
zh = "好"
r = 2
[[segments]]
code = "bad"
en = "Bad"
zh = "差"
r = 1
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*arguments, code):
    """What stops a command in Chinese, without what click puts before it."""
    found, stdout, stderr = run(*arguments, "--language", "zh")
    assert (found, stdout) == (code, ""), stderr
    return stderr.rstrip("\n").rpartition("错误：")[2]


def report(name="orders.csv", *options):
    return "report", name, "--as-of", "2024-03-31", *options


# By hand: what the library says of text files.

OF_TEXT = [
    (
        [("ann", f"{DAY}T10:00+08:00", "5")],
        (),
        "列 date 中的时间带有时区（写在文本中），营业日取决于时区。请指明以哪个时区的日期为准，例如 --time-zone "
        "Asia/Shanghai。",
    ),
    (
        [("ann", DAY, "5")],
        ("--time-zone", "Asia/Tokyo"),
        "--time-zone 为 'Asia/Tokyo'，但列 date 中的时间不带时区。若已是当地时间，请去掉 --time-zone；否则请先为该列"
        "注明时区。",
    ),
    (
        [("ann", DAY, "5")],
        ("--time-zone", "Tokyo"),
        "--time-zone 须为 Asia/Shanghai 之类的 IANA 时区名，得到 'Tokyo'。",
    ),
    (
        [("ann", DAY, "5")],
        ("--date-format", "ISO"),
        "--date-format 须为 '%d/%m/%Y' 之类的格式，得到 'ISO'。",
    ),
    ([("ann", DAY, "5")], ("--date-format", "%Q"), "--date-format '%Q' 含有未知的指令 'Q'。"),
    (
        [("ann", f"{DAY}T10:00Z", "5"), ("bo", DAY, "5"), ("bo", DAY, "5")],
        ("--time-zone", "Asia/Tokyo"),
        "列 date 中有 1 个时间注明了时区，另有 2 个没有。请先统一写法。",
    ),
    (
        [("ann", "soon", "5")],
        (),
        "文件有 1 行，按 --invalid drop 与 --returns net 处理后一行不剩。可用 crmkit audit 查看各行的去向。",
    ),
    ([("ann", "2024-04-05", "5")], (), "截止日 2024-03-31 早于首笔交易日 2024-04-05，请给出更晚的日期。"),
    (
        [("ann", "soon", "5"), ("", DAY, "5"), ("bo", DAY, "?")],
        ("--invalid", "raise"),
        "文件中有无法使用的行：1 行无客户编号（最先见于从 0 数起的行 [1]）；1 行日期无效（最先见于从 0 数起的行 "
        "[0]，列 date 为 ['soon']）；1 行金额无效（最先见于从 0 数起的行 [2]，列 amount 为 "
        "['?']）。非 ISO 格式的文本日期"
        "须用 --date-format 指定格式。请修正，或使用 --invalid drop。",
    ),
]


@pytest.mark.parametrize(("rows", "options", "expected"), OF_TEXT)
def test_of_text_files(rows, options, expected, folder):
    (folder / "orders.csv").write_text(text(rows=rows))
    assert said(*report("orders.csv", *options), code=3).rpartition("\n")[2] == expected


OF_FURTHER_COLUMNS = [
    (
        "order_id",
        ("A1", ""),
        '其他内容可用的行中，列 order_id 有 1 个缺失值。请补全，或用 --order-id "" 将每行视为一个订单。',
    ),
    (
        "币种",
        ("EUR", "USD"),
        "列 币种 含有货币 ['EUR', 'USD']，不同货币的金额不能相加。请用 --rates 给出各货币的汇率，或每次只处理一种。",
    ),
]


@pytest.mark.parametrize(("column", "values", "expected"), OF_FURTHER_COLUMNS)
def test_of_further_columns(column, values, expected, folder):
    rows = [("ann", DAY, "5", value) for value in values]
    header = ("customer_id", "date", "amount", column)
    (folder / "orders.csv").write_text(text(header=header, rows=rows), "utf-8")
    assert said(*report(), code=3).endswith(expected)


# Of typed files.

OF_PARQUET = [
    ({"date": [5]}, (), "列 date 的类型为 Int64，不是日期。请先转换为日期。"),
    (
        {"date": pd.to_datetime([DAY])},
        ("--date-format", "%Y"),
        "--date-format 只用于文本，而列 date 的类型为 Datetime(time_unit='us', time_zone=None)。请去掉该选项。",
    ),
    ({"amount": [True]}, (), "列 amount 的类型为 Boolean，不是数字。请先转换为数字。"),
    ({"customer_id": [True]}, (), "列 customer_id 的类型为 Boolean；编号须为整数或文本，请先转换该列。"),
    ({"customer_id": [1.5]}, (), "列 customer_id 有 1 个编号不是整数，例如 [1.5]。请将该列存为文本或整数。"),
    (
        {"customer_id": pd.array([2**64 - 1], dtype="UInt64")},
        (),
        "列 customer_id 含有超出 64 位的整数编号，请将该列存为文本。",
    ),
    (
        {"customer_id": [b"ann"]},
        (),
        "列 customer_id 含有类型为 ['bytes'] 的编号；编号须为整数或文本，请统一为一种。",
    ),
]


@pytest.mark.parametrize(("columns", "options", "expected"), OF_PARQUET)
def test_of_typed_files(columns, options, expected):
    columns = {"customer_id": [1], "date": pd.to_datetime([DAY]), "amount": [5.0]} | columns
    pd.DataFrame(columns).astype({"date": "datetime64[us]"} if options else {}).to_parquet("orders.parquet")
    assert said(*report("orders.parquet", *options), code=3) == expected


# Of customers.

OF_CUSTOMERS = [
    ("customer_id\n007\n\"\"\n", "客户主表中有缺少客户编号的行，请修正客户主表。"),
    ("customer_id\n007\n07\n07\n7\n", "客户主表中的编号 ['07'] 重复出现，请修正客户主表。"),
    ("customer_id\n007\n", "客户主表缺少有交易的编号 ['07', '7']，请修正客户主表。"),
]  # fmt: skip


@pytest.mark.parametrize(("master", "expected"), OF_CUSTOMERS)
def test_of_the_master_file(master, expected, folder):
    (folder / "orders.csv").write_text(text(rows=ROWS))
    (folder / "master.csv").write_text(master)
    assert said("score", *report()[1:], "--master", "master.csv", code=3) == expected


NOBODY = "文件中没有客户下过订单，而分群须比较有购买的客户。"
OVERFLOW = "列 amount 的合计超出数值可表示的范围（1.8e308），请查找不可能的金额。"


@pytest.mark.parametrize(
    ("rows", "expected"), [([("ann", DAY, "-5")], NOBODY), ([("ann", DAY, "1e308")] * 2, OVERFLOW)]
)
def test_of_nobody_who_bought_and_of_endless_money(rows, expected, folder):
    (folder / "orders.csv").write_text(text(rows=rows))
    assert said("score", *report()[1:], code=3) == expected


# Of models.

NO_MAXIMUM = (
    "模型 ParetoNBDModel 无法拟合：似然函数没有最大值。请检查是否有异常的客户或数值（过长的历史、单位混用），或提供更多"
    "客户、更长的历史，或换一个模型；在 Python 中还可给出先验。"
)


def test_of_a_fit_without_a_maximum(folder, monkeypatch):
    # a likelihood that no search improves
    monkeypatch.setattr("crmkit._stats._maximum._checked", lambda *_: None)
    monkeypatch.setattr(GammaGammaModel, "fit", lambda self, _: self)
    rows = [(f"c{n}", day, "5") for n in range(10) for day in (DAY, f"2024-02-{10 + n}")]
    (folder / "orders.csv").write_text(text(rows=rows))
    unfit = "购买模型无法拟合这份数据，故不给出预计购买与价值。"
    assert said("clv", *report()[1:], code=3) == unfit + NO_MAXIMUM


# Of rules.

OF_RULES = [
    ("n_bins = 2", "n_bins =", "own.toml 不是 UTF-8 编码的 TOML 文件：Invalid value (at line 1, column 9)。"),
    ("n_bins = 2", 'n_bins = "two"', "rules['n_bins'] 须为整数，得到 'two'。"),
    ("n_bins = 2", "n_bins = 1", "rules['n_bins'] 不得小于 2，得到 1。"),
    ("n_bins = 2", 'overlaps = "last"\nn_bins = 2', "rules['overlaps'] 须为 ['first', 'refuse'] 之一，得到 'last'。"),
    ("n_bins = 2", "", "--rules 缺少 ['n_bins']，未知的有 []；可用的键为 ['n_bins', 'overlaps', 'rest', 'segments']。"),
    ("n_bins = 2", 'rest = "x"\nn_bins = 2', "rules['rest'] 须为表，得到 'x'。"),
    ('code = "good"', 'code = "Good"', "rules['segments'][0]['code'] 须由小写字母、数字和下划线组成，得到 'Good'。"),
    ('code = "good"', 'code = "potential"', "rules['segments'][0]['code'] 不能为 'potential'：它指尚未下单的客户。"),
    ('code = "good"', 'code = "bad"', "rules['segments'][1]['code'] 为 'bad'，与另一分群相同，请分别命名。"),
    ('en = "Good"', 'en = " "', "rules['segments'][0]['en'] 须为名称，得到 ' '。"),
    ("r = 1", "r = 3", "rules['segments'][1]['r'] 须为 1 至 2 的分数，或最低分与最高分，得到 3。"),
    (
        "r = 1",
        "r = 1\nf = 1\nm = 1",
        "规则的 8 个格子中有 3 个不属于任何分群：['r1 f1 m2', 'r1 f2 m1', 'r1 f2 m2']。请扩大某个分群，或用 rest "
        "为其指定分群。",
    ),
    (
        "r = 1",
        "r = [1, 2]\nf = [1, 2]",
        "规则的 8 个格子中有 4 个同属多个分群：['r2 f1 m1: good, bad', 'r2 f1 m2: good, bad', 'r2 f2 m1: good, bad', "
        "'r2 f2 m2: good, bad']。请缩小分群，或将 overlaps 设为 'first'，以先列者为准。",
    ),
    (RULES, "n_bins = 2\nsegments = 5", "rules['segments'] 须为分群的列表，得到 5。"),
]


@pytest.mark.parametrize(("old", "new", "expected"), OF_RULES)
def test_of_rules(old, new, expected, folder):
    (folder / "orders.csv").write_text(text())
    (folder / "own.toml").write_text(RULES.replace(old, new), "utf-8")
    assert said("score", *report()[1:], "--rules", "own.toml", code=3) == expected


# Of what is not there.


def test_of_the_data_of_the_demo(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("crmkit.datasets._bundled.distribution", missing)
    assert said("demo", code=3) == OF_THE_DEMO


OF_THE_DEMO = (
    "数据文件 'CDNOW_master.txt' 随 lifetimes 包提供，而该包未安装或缺少此文件。请安装：pip install 'crmkit[data]'"
)


def test_of_a_large_file_without_a_row_up_to_the_day(folder, monkeypatch):
    monkeypatch.setattr(_order_log, "CHUNK_ROWS", 1)
    (folder / "orders.csv").write_text(text())
    assert said("report", "orders.csv", "--as-of", "2023-12-31", code=3) == OF_NO_ROWS


OF_NO_ROWS = "截至 2023-12-31 没有交易，请给出更晚的 --as-of。"


# By hand: wrong usage, wherever the language stands.

OF_USAGE = [
    (("report",), "缺少参数 'FILE'。"),
    (("report", "orders.csv"), "缺少选项 '--as-of'。"),
    (report("orders.csv", "--xyz", "red"), "没有选项 '--xyz'。"),
    (report("orders.csv", "--json=1"), "选项 '--json' 不带值。"),
    (report("orders.csv", "more.csv", "still.csv"), "多余的参数：more.csv still.csv"),
    (report("orders.csv", "--returns", "keep"), "'--returns' 的值无效：'keep' 不在可选值 'net', 'drop' 之中。"),
    (report("orders.csv", "--output", "."), "'--output' 的值无效：'.' 是文件夹。"),
    (report("orders.csv", "--separator", ";;"), "'--separator' 的值无效：须为单个字符或 \"tab\"，得到 ';;'。"),
    (
        ("clv", *report()[1:], "--horizon", "12"),
        "'--horizon' 的值无效：须为大于 0 的数字加 D、W、M 或 Y（日、周、月、年），如 12M，得到 '12'。",
    ),
    (
        ("clv", *report()[1:], "--margin", "30"),
        "--margin 应为利润占销售额的比例，大于 0 且不超过 1，得到 30.0。是否想写 0.3？",
    ),
    (
        ("clv", *report()[1:], "--margin", "-1"),
        "--margin 应为利润占销售额的比例，大于 0 且不超过 1，得到 -1.0。",
    ),
    (
        ("report", *report()[1:], "--margin", "0"),
        "--margin 不能为 0：那样没有任何利润，所有价值都为 0。请给出利润占销售额的比例，如 0.3；按销售额计则用 1。",
    ),
    (("clv", *report()[1:], "--margin", "inf"), "--margin 须为有限的数，得到 inf。"),
    (("clv", *report()[1:], "--level", "95"), "--level 须介于 0 与 1 之间，得到 95.0。是否想写 0.95？"),
    (
        ("clv", *report()[1:], "--discount-rate", "10"),
        "--discount-rate 须为小于 5 的年利率，如 10% 写作 0.1，得到 10.0。是否想写 0.1？",
    ),
    (
        ("clv", *report()[1:], "--discount-rate", "500"),
        "--discount-rate 须为小于 5 的年利率，如 10% 写作 0.1，得到 500.0。",
    ),
    (
        ("clv", *report()[1:], "--discount-rate", "-1"),
        "--discount-rate 须为不小于 0 的年利率，如 0.1，得到 -1.0。",
    ),
    (("clv", *report()[1:], "--level", "1"), "--level 须介于 0 与 1 之间，得到 1.0。不能恰为 1。"),
    (("clv", *report()[1:], "--level", "high"), "'--level' 的值无效：'high' 不是数字。"),
    (("report", "a", "--as-of", "soon"), "--as-of 须为日期，如 2024-12-31，得到 'soon'。"),
    (
        ("report", "a", "--as-of", "2024-01-05T10:00Z"),
        "--as-of 须为不带时区的本地日期，得到 '2024-01-05T10:00Z'。",
    ),
    (
        ("report", "a", "--as-of", "1850-01-01"),
        "--as-of 须在 1901 年至 2099 年之间，得到 '1850-01-01'。",
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), OF_USAGE)
def test_of_wrong_usage(arguments, expected):
    language = ("--language", "zh")
    for spoken in ((*arguments, *language), (arguments[0], *language, *arguments[1:]), (*arguments, "--language=zh")):
        code, stdout, stderr = run(*spoken)
        assert (code, stdout) == (2, "")
        name, *_ = arguments
        usage = f"用法：main {name} [OPTIONS] FILE\n可用 'main {name} --help' 查看帮助。\n\n"
        assert stderr == f"{usage}错误：{expected}\n"


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (("rfm",), "No such command 'rfm'.", "没有命令 'rfm'。"),
        (("scor",), "No such command 'scor'. Did you mean 'score'?", "没有命令 'scor'。是否想用 'score'？"),
        (("--",), "Missing command.", "缺少命令。"),
        (("--colour", "audit"), "No such option '--colour'.", "没有选项 '--colour'。"),
        (
            ("audit", "--quantitys"),
            "No such option '--quantitys'. Did you mean '--quantity'?",
            "没有选项 '--quantitys'。是否想用 '--quantity'？",
        ),
        (("audit", "-x"), "No such option '-x'.", "没有选项 '-x'。"),
        (("audit", "a.csv", "--as-of"), "Option '--as-of' needs a value.", "选项 '--as-of' 需要一个值。"),
        (("audit", "--help=1"), "Option '--help' does not take a value.", "选项 '--help' 不带值。"),
        (("audit", "a.csv", "x"), "Unexpected arguments: x", "多余的参数：x"),
    ],
)
def test_of_names_that_are_not_there(arguments, english, chinese, monkeypatch):
    code, stdout, stderr = run(*arguments)
    assert (code, stdout, stderr.splitlines()[-1]) == (2, "", f"Error: {english}")
    assert stderr.startswith("Usage: main ")
    monkeypatch.setattr("crmkit.cli._group.language_of", lambda _: "zh")
    code, stdout, stderr = run(*arguments)
    assert (code, stdout, stderr.splitlines()[-1]) == (2, "", f"错误：{chinese}")
    assert stderr.startswith("用法：main ")


def test_near_names_are_all_named():
    said = with_near(NO_SUCH_COMMAND, "s", ["a", "b", "c"])
    assert said == "No such command 's'. Did you mean 'a', 'b' or 'c'?"
    assert told(said, "zh") == "没有命令 's'。是否想用 'a', 'b' 或 'c'？"


def test_a_file_that_may_not_be_read(folder, monkeypatch):
    (folder / "orders.csv").write_text(text())
    monkeypatch.setattr("os.access", lambda *_: False)
    assert said(*report(), code=2) == "'FILE' 的值无效：无法读取 'orders.csv'。"


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["report", "a"], "en"),
        (["report", "--language", "zh", "a"], "zh"),
        (["--language=zh"], "zh"),
        (["--language", "zh", "--language", "en"], "en"),
        (["--language", "fr"], "en"),
        (["--language"], "en"),
        (["--output", "zh"], "en"),
        ([], "en"),
    ],
)
def test_the_language_is_found_before_the_options_are_read(arguments, language):
    assert language_of(arguments) == language


def test_a_package_that_is_missing_is_named_in_chinese(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "crmkit.cli._main")
    monkeypatch.setattr(sys, "argv", ["crmkit", "report", "orders.csv", "--language", "zh"])
    with pytest.raises(SystemExit, match="1"):
        importlib.import_module("crmkit.cli").main()
    assert capsys.readouterr().err == "crmkit 的命令行需要 click，请安装：pip install 'crmkit[report]'\n"


def test_an_interrupt(folder, monkeypatch):
    def interrupted(options, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr("crmkit.cli.reading.open_orders", interrupted)
    assert run("audit", "orders.csv", "--language", "zh") == (1, "", "\n已中断。\n")
    assert run("audit", "orders.csv") == (1, "", "\nAborted!\n")


# The words of a command.

AS_SAID = [
    (
        ("{@orders} is on fire. {@as_of} is not.", "The file is on fire. --as-of is not."),
        ("{@orders} 着火。{@as_of}没有。", "文件着火。--as-of 没有。"),
    ),
    (
        ("Give {@orders} and {@as_of}.", "Give the file and --as-of."),
        ("请给出{@orders}与{@as_of}。", "请给出文件与 --as-of。"),
    ),
    (
        ("Pass {@invalid='drop'}, not {@date_format=}.", "Pass --invalid drop, not --date-format."),
        ("请用{@invalid='drop'}，去掉 {@date_format=}。", "请用 --invalid drop，去掉 --date-format。"),
    ),
    (
        ("{@n_bins} and {@overlaps='first'}", "n_bins and overlaps='first'"),
        ("{@n_bins} 与 {@overlaps='first'}", "n_bins 与 overlaps='first'"),
    ),
    (("See {@audit_orders()}.", "See crmkit audit."), ("请看 {@audit_orders()}。", "请看 crmkit audit。")),
]


@pytest.mark.parametrize(("english", "chinese"), AS_SAID)
def test_the_words_of_a_command(english, chinese):
    said = Message(en=english[0], zh=chinese[0])()
    with Context(audit):
        assert (told(said, "en"), told(said, "zh")) == (english[1], chinese[1])


@pytest.mark.parametrize("column", ["holds", "x {y}", "金额", "金额(元)", "it's (5). the"])
def test_columns_are_named_as_they_are(column):
    template = Message(en="{where} is {column}, and {where}.", zh="{where}为 {column}，见{where}。")
    said = template(where=Column("orders", column), column=column)
    assert told(said, "en") == f"The column {column} is {column}, and the column {column}."
    assert told(said, "zh") == f"列 {column} 为 {column}，见列 {column}。"
    of_master = Message(en="{where} is empty.", zh="{where}为空。")(where=Column("master", column))
    assert told(of_master, "en") == f"The column {column} of the master file is empty."
    assert told(of_master, "zh") == f"客户主表的列 {column} 为空。"


def test_an_error_without_a_message_is_left_to_the_last_net(folder, monkeypatch):
    def broken(options, **_):
        raise ValueError("`orders` is on fire.")

    monkeypatch.setattr("crmkit.cli.reading.open_orders", broken)
    with pytest.raises(ValueError, match="on fire"):
        run("audit", "orders.csv")
