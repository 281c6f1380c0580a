"""A file of many chunks gives what the same file gives in memory, and leaves nothing behind."""

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from tests.commands import run, text
from tests.depth import deep

from crmkit.cli._signals import exiting_when_terminated
from crmkit.cli.reading import _order_log
from crmkit.cli.reading._chunks import Chunk
from crmkit.cli.reading._progress import with_progress
from crmkit.cli.reading._warehouse import open_warehouse

HEADER = ("客户编号", "下单时间", "数量", "单价", "订单号", "备注")
CHUNK = 7


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


@pytest.fixture
def in_chunks(monkeypatch, folder):
    """Runs a command on chunks of a few rows, and holds that there were some and that nothing is left of them."""
    opened = []

    def counted():
        opened.append(True)
        return open_warehouse()

    def command(*arguments, rows=CHUNK):
        opened.clear()
        with monkeypatch.context() as patched:
            patched.setattr(_order_log, "CHUNK_ROWS", rows)
            patched.setattr(_order_log, "open_warehouse", counted)
            ran = run(*arguments)
        assert opened
        assert list((folder / "temporary").iterdir()) == []
        return ran

    return command


def messy(*, decimal=".", seed=1):
    """Orders of three months with refunds, free lines, duplicates, orders across chunks and every kind of bad value."""
    draw = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(60):
        day = f"2024-{draw.randint(1, 3):02}-{draw.randint(1, 28):02} {draw.randint(0, 23):02}:30"
        price = f"{draw.randint(1, 2000) / 100:.2f}".replace(".", decimal)
        who = f"0{draw.randint(1, 9)}" if number % 3 else f"张{draw.randint(1, 4)}"
        line = (who, day, str(draw.randint(-1, 4)), price, f"A{number}")
        rows += [(*line, draw.choice("xy")) for _ in range(draw.randint(1, 3))]
    rows += [("", day, "1", price, "B1", ""), (" ", "soon", "1", price, "B2", ""), ("09", "soon", "1", price, "B3", "")]
    rows += [("09", "0001-01-01", "1", price, "B4", "x"), ("09", "31.12.2024", "1", price, "B5", "x")]
    rows += [("09", day, "one", price, "B6", "x"), ("09", day, "1", "free", "B7", "x"), ("09", day, "", "", "B8", "")]
    draw.shuffle(rows)
    return [*rows, *rows[:5], rows[3]]


def write(name, rows, *, separator=","):
    with open(name, "w", encoding="gb18030") as file:  # noqa: PTH123
        file.write(text(separator, header=HEADER, rows=rows))


def documents(command, in_chunks, *arguments):
    """What a command prints as JSON in memory and in chunks; both say the same on standard error."""
    held, chunked = run(command, *arguments, "--json"), in_chunks(command, *arguments, "--json", rows=2 * CHUNK)
    assert (held[0], chunked[0]) == (0, 0), chunked[2]
    assert held[2] == chunked[2]
    return [json.loads(ran[1]) for ran in (held, chunked)]


def assert_same(found, expected, *, rel=1e-9):
    """Hold two documents equal but for the last bits of sums."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert_same(found[key], value, rel=rel)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, rel=rel)
    else:
        assert found == (pytest.approx(expected, rel=rel, abs=1e-9) if isinstance(expected, float) else expected)


# Laws: both ways are one.


@pytest.mark.parametrize("seed", [0, deep(1), deep(2)])
@pytest.mark.parametrize(
    "command",
    [
        ("audit",),
        ("audit", "--as-of", "2024-02-15", "--language", "zh"),
        ("kpi", "--start", "2024-02-01", "--end", "2024-03-31"),
        ("kpi", "--start", "2024-02-01", "--end", "2024-03-31", "--returns", "drop", "--order-id", ""),
    ],
)
def test_a_messy_file_is_counted_the_same(command, seed, in_chunks):
    write("orders.csv", messy(seed=seed))
    held, chunked = documents(command[0], in_chunks, "orders.csv", "--encoding", "gb18030", *command[1:])
    assert_same(chunked, held)


def test_duplicates_are_rows_equal_in_all_columns_of_the_file_across_chunks(in_chunks):
    # equal in all but the note, and unusable dates that are not the same text, are no duplicates
    rows = [("01", "2024-01-05", "1", "2", "A", "x")] * 5 + [("01", "2024-01-05", "1", "2", "A", "y")] * 2
    rows += [("01", day, "1", "2", "A", "x") for day in ("soon", "soon", "later")]
    write("orders.csv", rows)
    arguments = ("audit", "orders.csv", "--encoding", "gb18030", "--json")
    for ran in (run(*arguments), in_chunks(*arguments, rows=2)):
        found = {row["reason"]: row["n_duplicates"] for row in json.loads(ran[1])["audit"]}
        # 4 and 1 among the kept, 1 among the unusable
        assert (found["kept"], found["unusable_date"], found["given"]) == (5, 1, 6)


def test_decimal_commas_are_read_the_same(in_chunks):
    rows = [*messy(decimal=","), ("09", "2024-01-05", "1", "1.234,56", "C1", "")]
    write("orders.csv", rows, separator=";")
    arguments = ("orders.csv", "--encoding", "gb18030", "--decimal-comma")
    held, chunked = documents("audit", in_chunks, *arguments)
    assert_same(chunked, held)


def test_customers_are_scored_the_same(in_chunks, folder):
    write("orders.csv", messy())
    (folder / "master.csv").write_text(
        "member\n" + "\n".join([f"0{n}" for n in range(1, 10)] + [f"张{n}" for n in "1234"] + ["10"]), "gb18030"
    )
    arguments = ("score", "orders.csv", "--encoding", "gb18030", "--as-of", "2024-03-31", "--master", "master.csv")
    held, chunked = run(*arguments, "--output", "a.csv"), in_chunks(*arguments, "--output", "b.csv", rows=2 * CHUNK)
    assert (held[0], chunked[0]) == (0, 0), chunked[2]
    assert held[1].splitlines()[1:] == chunked[1].splitlines()[1:]
    assert held[2] == chunked[2]
    tables = [pd.read_csv(name, dtype={"customer_id": str}) for name in ("a.csv", "b.csv")]
    assert len(tables[0]) == 14
    assert_frame_equal(*tables, rtol=1e-9)


@pytest.mark.deep
def test_the_report_is_the_same(in_chunks):
    write("orders.csv", messy())
    arguments = ("orders.csv", "--encoding", "gb18030", "--as-of", "2024-03-31")
    held, chunked = documents("report", in_chunks, *arguments)
    # what is fitted on sums differs by more than these
    assert_same(chunked, held, rel=1e-6)


def test_fingerprints_stand_in_the_order_of_the_rows():
    # many batches, which an engine that minds no order gives back in any
    batches = [pa.table({"a": [n % 97 for n in range(first, first + 1000)]}) for first in range(0, 100_000, 1000)]
    rows = pa.concat_tables(batches)
    with open_warehouse() as warehouse:
        found = warehouse.fingerprints(rows).to_pylist()
    # equal rows have equal prints, and the 97 different ones recur in their order
    assert len(set(found)) == 97
    assert found == [found[n % 97] for n in range(100_000)]


@pytest.mark.deep
@pytest.mark.parametrize("typed", [True, False])
def test_parquet_with_missing_values_in_every_kind_of_column(typed, in_chunks):
    rows = pd.DataFrame(messy(), columns=["who", "date", "qty", "price", "order", "note"])
    if typed:
        rows["date"] = pd.to_datetime(rows["date"], errors="coerce", format="%Y-%m-%d %H:%M")
        rows["qty"] = pd.to_numeric(rows["qty"], errors="coerce")
        rows["price"] = pd.to_numeric(rows["price"], errors="coerce")
        rows["who"] = pd.Series([None if n % 9 == 0 else n % 5 for n in range(len(rows))], dtype="Int64")
        rows["order"] = pd.Series([n // 2 for n in range(len(rows))], dtype="Int64").where(rows["who"].notna())
        rows["note"] = rows["note"].astype("category")
    rows.to_parquet("orders.parquet", row_group_size=5)
    names = ("--customer-id", "who", "--quantity", "qty", "--unit-price", "price", "--order-id", "order")
    held, chunked = documents(
        "kpi", in_chunks, "orders.parquet", *names, "--start", "2024-01-01", "--end", "2024-03-31"
    )
    assert_same(chunked, held)
    held, chunked = documents("audit", in_chunks, "orders.parquet", *names)
    assert_same(chunked, held)


def test_times_with_a_zone_and_formats_are_read_the_same(in_chunks):
    rows = [(f"{n % 4}", f"{n % 28 + 1:02}/02/2024 22:30 +0000", "5") for n in range(20)]
    with open("orders.csv", "w") as file:  # noqa: PTH123
        file.write(text(rows=rows))
    options = ("--date-format", "%d/%m/%Y %H:%M %z", "--time-zone", "Asia/Shanghai")
    held, chunked = documents("kpi", in_chunks, "orders.csv", *options, "--start", "2024-02-02", "--end", "2024-02-10")
    assert_same(chunked, held)
    # 22:30 in UTC is the next day in Shanghai: 9 of the days 1 to 20
    assert {row["kpi"]: row["value"] for row in held["kpis"]}["n_orders"] == 9


def test_a_file_of_one_chunk_stays_in_memory(monkeypatch):
    monkeypatch.setattr(_order_log, "CHUNK_ROWS", CHUNK)
    monkeypatch.setattr(_order_log, "open_warehouse", None)
    write("orders.csv", messy()[:CHUNK])
    assert run("audit", "orders.csv", "--encoding", "gb18030")[0] == 0


# By hand: a command that is told to end.

ENDED = """
import sys
from crmkit.cli import main
from crmkit.cli.reading import _order_log
_order_log.CHUNK_ROWS = 10
sys.argv = ["crmkit", "audit", "orders.csv"]
main()
"""


def test_a_command_that_is_terminated_leaves_nothing_behind(folder):
    (folder / "orders.csv").write_text(text(rows=[("ann", "2024-01-05", "5")] * 500_000))
    temporary = folder / "temporary"
    command = [sys.executable, "-c", ENDED]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)}, stderr=subprocess.PIPE) as running:  # noqa: S603
        deadline = time.monotonic() + 60
        while not list(temporary.glob("crmkit_*/*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(temporary.glob("crmkit_*/*.parquet"))
        running.terminate()
        _, stderr = running.communicate(timeout=60)
    assert (running.returncode, stderr) == (143, b"")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, "143"), (signal.SIGHUP, "129")])
def test_the_handler_of_others_is_restored(number, code):
    def theirs(received, frame):
        raise AssertionError

    before = signal.signal(number, theirs)
    try:
        with exiting_when_terminated():
            assert signal.getsignal(number) is not theirs
        assert signal.getsignal(number) is theirs
        with pytest.raises(SystemExit, match=code), exiting_when_terminated():
            signal.raise_signal(number)
        assert signal.getsignal(number) is theirs
    finally:
        signal.signal(number, before)


def test_a_signal_that_is_ignored_stays_ignored():
    # nohup lets a command live on when the terminal closes
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with exiting_when_terminated():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_error_that_an_engine_makes_of_the_end_is_the_end():
    def interrupted():
        with contextlib.suppress(SystemExit):
            signal.raise_signal(signal.SIGTERM)
        raise RuntimeError("Query interrupted")

    with pytest.raises(SystemExit, match="143"), exiting_when_terminated():
        interrupted()


def test_a_thread_that_cannot_handle_signals_runs_commands_all_the_same(folder):
    (folder / "orders.csv").write_text(text())
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(run, "audit", "orders.csv").result()[0] == 0


# By hand: the bar.


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Options:
    language = "en"

    class file:  # noqa: N801
        name = "orders.csv"


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_a_bar_follows_the_chunks_on_a_terminal_alone(stream, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream())
    chunks = [Chunk(pd.DataFrame(), done) for done in (40, 80, 100)]
    assert list(with_progress(iter(chunks), size=100, options=Options())) == chunks
    shown = sys.stderr.getvalue()
    assert ("Reading orders.csv" in shown, "100%" in shown) == ((True, True) if stream is Terminal else (False, False))


# Refusals.


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        (("09", "2024-01-05", "1", "2 CR", "Z", ""), (), "The column 单价 holds numbers with ['CR'], such as ['2 CR']"),
        (("09", "2024-01-05", "1", "2", "", ""), (), "the column 订单号 has 1 missing value on"),
        (("09", "2024-01-05T10:00Z", "1", "2", "Z", ""), (), "mixes 1 time that names its zone"),
        (("09", "2024-01-05", "1", "2", "Z", "", "more"), (), "orders.csv has rows with more fields than its header"),
    ],
)
def test_what_is_refused_in_memory_is_refused_in_chunks(row, options, message, in_chunks):
    rows = [("01", "2024-01-05", "1", "2", f"A{n}", "") for n in range(30)]
    write("orders.csv", [*rows, row], separator=";")
    code, stdout, stderr = in_chunks(
        "kpi", "orders.csv", "--encoding", "gb18030", "--start", "2024-01-01", "--end", "2024-01-31", *options
    )
    assert (code, stdout) == (3, "")
    assert message.lower() in stderr.lower()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_rows_that_cannot_be_used_are_named_by_their_place_in_the_file(kind, language, in_chunks):
    rows = [("01", "2024-01-05", "1", "2", f"A{n}", "") for n in range(31)]
    rows[0], rows[CHUNK] = ("", "2024-01-05", "1", "2", "X", ""), ("01", "soon", "1", "2", "Y", "")
    rows[30], rows[9] = ("01", "soon", "1", "2", "Z", ""), ("01", "2024-01-05", "one", "2", "V", "")
    write("orders.csv", rows)
    pd.DataFrame(rows, columns=HEADER).to_parquet("orders.parquet", row_group_size=5)
    options = ("--start", "2024-01-01", "--end", "2024-01-31", "--invalid", "raise", "--language", language)
    arguments = ("kpi", f"orders.{kind}", "--encoding", "gb18030", *options)
    held, chunked = run(*arguments), in_chunks(*arguments)
    assert chunked == held
    assert (chunked[0], chunked[1]) == (3, "")
    said = {
        "en": "1 without a customer (first at rows [0]); 2 with an unusable date (first at rows [7, 30], the column "
        "下单时间 is ['soon']); 1 with an unusable amount (first at rows [9], the column 数量 is ['one'], the column "
        "单价 is ['2']). Text dates other than ISO need --date-format. Correct them, or pass --invalid drop.",
        "zh": "1 行无客户编号（最先见于从 0 数起的行 [0]）；2 行日期无效（最先见于从 0 数起的行 [7, 30]，列 "
        "下单时间 为 ['soon']）；1 行金额无效（最先见于从 0 数起的行 [9]，列 数量 为 ['one']，列 单价 为 "
        "['2']）。非 ISO 格式的文本日期须用 --date-format 指定格式。请修正，或使用 --invalid drop。",
    }
    assert said[language] in chunked[2]


def test_of_many_rows_that_cannot_be_used_the_first_are_named_in_chunks(in_chunks):
    write("orders.csv", [("01", f"soon {chr(97 + n)}", "1", "2", f"A{n}", "") for n in range(20)])
    options = ("--start", "2024-01-01", "--end", "2024-01-31", "--invalid", "raise")
    code, _, stderr = in_chunks("kpi", "orders.csv", "--encoding", "gb18030", *options, rows=2)
    assert code == 3
    named = "20 with an unusable date (first at rows [0, 1, 2, 3, 4, …], the column 下单时间 is ['soon a', 'soon b',"
    assert named in stderr


def test_several_currencies_are_refused_where_each_chunk_has_one(in_chunks, folder):
    rows = [("ann", "2024-01-05", "5", "EUR")] * CHUNK + [("bo", "2024-01-05", "5", "USD")] * CHUNK
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "币种"), rows=rows), "utf-8")
    code, _, stderr = in_chunks("audit", "orders.csv")
    assert (code, "the column 币种 holds the currencies ['EUR', 'USD']" in stderr.replace("The", "the")) == (3, True)


def test_another_encoding_beyond_the_first_chunks_is_refused(in_chunks, folder):
    rows = [("ann", "2024-01-05", "5")] * 20_000 + [("张三", "2024-01-05", "5")]
    (folder / "orders.csv").write_bytes(text(rows=rows).encode("gb18030"))
    code, _, stderr = in_chunks("audit", "orders.csv", rows=5_000)
    assert (code, "try --encoding gb18030" in stderr) == (3, True)


# Prints what ended each of the queries.
ENDLESS = """
import os, signal, sys, threading
from crmkit.cli._signals import exiting_when_terminated
from crmkit.cli.reading._warehouse import open_warehouse

query = "SELECT sum(a.range * b.range % 7) AS x FROM range(300000) AS a, range(300000) AS b"
number = getattr(signal, sys.argv[1])
for _ in range(5):
    try:
        with exiting_when_terminated(), open_warehouse() as warehouse:
            threading.Timer(0.1, lambda: os.kill(os.getpid(), number)).start()
            endless = warehouse.connection.query(query)
            endless.to_arrow_table() if sys.argv[2] == "fetched" else warehouse.kept(endless, name="endless")
    except BaseException as end:
        print(type(end).__name__)
"""


@pytest.mark.parametrize(
    ("name", "end", "how"),
    [
        ("SIGINT", "KeyboardInterrupt", "fetched"),
        ("SIGTERM", "SystemExit", "kept"),
        deep("SIGINT", "KeyboardInterrupt", "kept"),
        deep("SIGTERM", "SystemExit", "fetched"),
    ],
)
def test_a_signal_ends_a_query(name, end, how, folder):
    # without the connection's own interrupt, three of ten hang
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ENDLESS, name, how],
        env={**os.environ, "TMPDIR": str(folder / "temporary")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout == f"{end}\n" * 5, ran.stderr
    assert list((folder / "temporary").iterdir()) == []


def test_handlers_of_signals_are_left_as_they_were():
    numbers = sorted(signal.valid_signals())
    before = [signal.getsignal(number) for number in numbers]
    with open_warehouse():
        pass
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("problem", [RuntimeError("odd"), KeyError("odd")])
def test_other_errors_within_a_warehouse_are_left_as_they_are(problem):
    with pytest.raises(type(problem), match="odd"), open_warehouse():
        raise problem
