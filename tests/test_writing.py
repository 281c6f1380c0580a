"""A file is written whole or not at all, in every format, and the one before it stays until then."""

import errno
import io
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import click
import pandas as pd
import pytest
from tests.commands import run, text

from crmkit import _writing
from crmkit._workbook import customer_sheet
from crmkit._writing import check_place, replacing, write_text
from crmkit.cli._main import main
from crmkit.cli.writing import write_table
from crmkit.report import customer_report
from crmkit.segment import write_rfm_rules
from crmkit.transactions import as_transactions

AS_OF = "2024-03-31"
CUSTOMERS = pd.DataFrame({"customer_id": [f"c{i}" for i in range(2000)], "spend": [i / 7 for i in range(2000)]})
ORDERS = pd.DataFrame({"customer_id": ["ann", "bo"], "date": ["2024-01-05", "2024-02-05"], "amount": [5.0, 7.0]})


def write_customers(customers, path):
    write_table(customers, path, sheets=[customer_sheet(customers, "en")])


def report():
    return customer_report(as_transactions(ORDERS), as_of=AS_OF, sections=["kpis"])


WRITERS = {
    "a.csv": lambda path: write_customers(CUSTOMERS, path),
    "a.parquet": lambda path: write_customers(CUSTOMERS, path),
    "a.xlsx": lambda path: write_customers(CUSTOMERS, path),
    "a.html": lambda path: report().to_html(path),
    "a.md": lambda path: report().to_markdown(path),
    "a.toml": lambda path: write_rfm_rules("named_11", path),
}
STOPS = [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), SystemExit(143)]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def stopping_after(monkeypatch):
    """Let every file stop its writer after so many bytes."""

    def stop(most, problem):
        class Stopping(io.FileIO):
            def write(self, content):
                if self.tell() + len(content) > most:
                    super().write(bytes(content)[: most - self.tell()])
                    raise problem
                return super().write(content)

        def opened(descriptor, mode):
            return io.BufferedWriter(Stopping(descriptor, mode), buffer_size=64)

        monkeypatch.setattr(os, "fdopen", opened)

    return stop


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def interrupted(path):
    with replacing(path) as file:
        file.write(b"new")
        raise KeyboardInterrupt


def put(content, path):
    with replacing(path) as file:
        file.write(content)


# By hand.


@pytest.mark.parametrize("problem", STOPS, ids=lambda problem: type(problem).__name__)
@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_is_stopped_leaves_the_old_file_and_nothing_else(name, problem, folder, stopping_after):
    (folder / name).write_bytes(b"old")
    stopping_after(150, problem)
    with pytest.raises(type(problem)):
        WRITERS[name](folder / name)
    assert contents(folder) == {name: b"old"}


@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_is_stopped_leaves_no_new_file(name, folder, stopping_after):
    stopping_after(150, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        WRITERS[name](folder / name)
    assert contents(folder) == {}


@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_ends_replaces_the_old_file(name, folder):
    (folder / name).write_bytes(b"old" * 100_000)
    WRITERS[name](folder / name)
    (folder / "new").mkdir()
    WRITERS[name](folder / "new" / name)
    assert sorted(path.name for path in folder.iterdir()) == sorted([name, "new"])
    if name != "a.xlsx":  # A workbook holds the time of its making.
        assert (folder / name).read_bytes() == (folder / "new" / name).read_bytes()
    assert len((folder / name).read_bytes()) < 300_000


@pytest.mark.parametrize(("name", "problem"), [("a.csv", RuntimeError), ("a.xlsx", RuntimeError)])
def test_a_value_that_cannot_be_written_leaves_the_old_file(name, problem, folder):
    class Odd:
        def __str__(self):
            raise RuntimeError("not this one")

    customers = pd.DataFrame({"customer_id": [1, 2], "spend": [5.0, 6.0]}).assign(odd=[7, Odd()])
    (folder / name).write_bytes(b"old")
    with pytest.raises(problem):
        write_customers(customers, folder / name)
    assert contents(folder) == {name: b"old"}


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(folder):
    (folder / "a").write_bytes(b"old")
    with replacing(folder / "a") as file:
        file.write(b"new")
        file.flush()
        assert (folder / "a").read_bytes() == b"old"
        (beside,) = set(folder.iterdir()) - {folder / "a"}
        assert beside.read_bytes() == b"new"
    assert contents(folder) == {"a": b"new"}


def test_text_keeps_its_line_ends(folder):
    write_text("客户\r\n\n", "a")
    assert (folder / "a").read_bytes() == "客户\r\n\n".encode()


# Permissions and owners.


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_permissions_stay(mode, folder):
    (folder / "a").write_bytes(b"old")
    (folder / "a").chmod(mode)
    put(b"new", "a")
    assert stat.S_IMODE((folder / "a").stat().st_mode) == mode


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_of_any_new_file(umask, mode, folder):
    before = os.umask(umask)
    try:
        put(b"new", "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "a").stat().st_mode) == mode


def test_what_replaces_a_private_file_is_private_from_the_start(folder):
    (folder / "a").write_bytes(b"old")
    (folder / "a").chmod(0o600)
    with replacing("a"):
        (beside,) = set(folder.iterdir()) - {folder / "a"}
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file another owner")
def test_the_owner_stays_and_where_that_cannot_be_the_file_itself_is_written(folder, monkeypatch):
    def refused(path, owner, group):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    (folder / "a").write_bytes(b"old")
    os.chown("a", 1234, 1234)
    old = (folder / "a").stat()
    put(b"new", "a")
    new = (folder / "a").stat()
    assert (new.st_uid, new.st_gid) == (1234, 1234)
    assert new.st_ino != old.st_ino
    monkeypatch.setattr(os, "chown", refused)
    put(b"newer", "a")
    assert contents(folder) == {"a": b"newer"}
    assert (folder / "a").stat()[:6] == new[:6]  # mode, inode, device, links, owner, group


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EACCES, errno.EPERM, errno.EXDEV])
def test_a_file_that_cannot_be_replaced_gets_the_bytes(number, folder, monkeypatch):
    # a file that a container mounts by itself is busy
    def refused(self, target):
        raise OSError(number, os.strerror(number))

    (folder / "a").write_bytes(b"old, and longer")
    old = (folder / "a").stat()
    monkeypatch.setattr("pathlib.Path.replace", refused)
    put(b"new", "a")
    assert contents(folder) == {"a": b"new"}
    assert (folder / "a").stat().st_ino == old.st_ino


def test_in_a_folder_that_is_read_only_a_file_that_is_not_gets_the_bytes(folder, monkeypatch, tmp_path_factory):
    (folder / "a").write_bytes(b"old")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # noqa: ARG005
    monkeypatch.setattr(_writing, "gettempdir", lambda: str(elsewhere))
    with pytest.raises(KeyboardInterrupt):
        interrupted("a")
    assert contents(folder) == {"a": b"old"}
    put(b"new", "a")
    assert contents(folder) == {"a": b"new"}
    assert contents(elsewhere) == {}
    with pytest.raises(PermissionError):
        put(b"new", "b")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_file_that_is_write_protected_stays(folder):
    (folder / "a").write_bytes(b"old")
    (folder / "a").chmod(0o444)
    with pytest.raises(PermissionError):
        put(b"new", "a")
    assert contents(folder) == {"a": b"old"}


# Links, pipes and devices.


def test_a_link_stays_a_link(folder):
    (folder / "there").mkdir()
    (folder / "there" / "a").write_bytes(b"old")
    (folder / "a").symlink_to("there/a")
    (folder / "b").symlink_to("a")
    put(b"new", "b")
    assert (folder / "b").readlink().name == "a"
    assert (folder / "a").readlink().parts == ("there", "a")
    assert contents(folder / "there") == {"a": b"new"}


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(folder):
    (folder / "there").mkdir()
    (folder / "a").symlink_to("there/a")
    put(b"new", "a")
    assert (folder / "a").is_symlink()
    assert contents(folder / "there") == {"a": b"new"}


def test_a_pipe_is_written(folder):
    os.mkfifo("pipe.csv")
    found = []
    reader = threading.Thread(target=lambda: found.append((folder / "pipe.csv").read_bytes()))
    reader.start()
    write_customers(CUSTOMERS.head(1), folder / "pipe.csv")
    reader.join(timeout=10)
    assert found == [b"\xef\xbb\xbfcustomer_id,spend\nc0,0.0\n"]
    assert stat.S_ISFIFO((folder / "pipe.csv").stat().st_mode)


def test_a_device_is_written():
    put(b"gone", os.devnull)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(OSError, match="No space"):
        put(b"x" * 100_000, "/dev/full")


def test_the_file_that_standard_output_goes_to_is_written_and_not_replaced(folder):
    program = "import sys; from crmkit._writing import write_text; write_text('a', '/dev/stdout'); print('b')"
    with (folder / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)  # noqa: S603
    assert (folder / "out").read_bytes() == b"ab\n"


# Stopped from outside.

PAUSING = """
import sys, time
import pandas as pd
from crmkit.cli import main

def pause(self, file, **options):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(20)

pd.DataFrame.to_csv = pause
sys.argv = ["crmkit", "score", "orders.csv", "--as-of", "2024-03-31", "--output", "a.csv"]
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_command_that_is_told_to_end_while_it_writes_leaves_the_old_file(number, code, folder):
    (folder / "a.csv").write_bytes(b"old")
    (folder / "orders.csv").write_text(text())
    with subprocess.Popen([sys.executable, "-c", PAUSING], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:  # noqa: S603
        assert running.stdout.readline() == b"writing\n"
        assert len(list(folder.iterdir())) == 3
        running.send_signal(number)
        _, stderr = running.communicate(timeout=60)
    assert running.returncode == code
    assert b"Traceback" not in stderr
    assert sorted(contents(folder)) == ["a.csv", "orders.csv"]
    assert (folder / "a.csv").read_bytes() == b"old"


# Commands that cannot write say so before they work, and never write over what they read.


def command(name, *options):
    if name == "demo":
        return name, *options
    start = ("--start", "2024-01-01") if name == "kpi" else ()
    scheme = ("--scheme", "tier") if name == "segment" else ()
    costs = ("--missing-cost-rate", "0.6", "--returned-cost", "recovered") if name == "profit" else ()
    days = () if name in ("baskets", "survey") else ("--as-of", AS_OF, *start)
    return name, "orders.csv", *days, *scheme, *costs, *options


# Every command that writes one file, found by its option; `export` writes a folder of them.
ENDINGS = {
    name: ".html" if name in {"report", "demo"} else ".csv" if name == "score" else ".xlsx"
    for name in main.list_commands(click.Context(main))
    if name != "export"
    and any(option.name == "output" for option in main.get_command(click.Context(main), name).params)
}
PLACES = [
    ("nowhere/out{ending}", 3, "there is no folder", "文件夹"),
    ("orders.csv/out{ending}", 3, "there is no folder", "文件夹"),
    ("folder{ending}", 2, "is a directory", "是文件夹"),
    ("a" * 300 + "{ending}", 3, "its name is too long", "名称过长"),
    ("loop{ending}", 3, "cannot be written", "无法写入"),
    ("o\0ut{ending}", 2, "must name a file, got 'o\\x00ut", "须为文件名"),
    ("out{ending}/", 2, "must name a file, got 'out", "须为文件名"),
    ("dangling{ending}", 3, "there is no folder", "nowhere"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("place", "code", "english", "chinese"), PLACES)
@pytest.mark.parametrize("name", ENDINGS)
def test_an_output_that_cannot_be_is_refused_before_the_work(
    name, place, code, english, chinese, language, folder, monkeypatch
):
    ending = ENDINGS[name]
    (folder / "orders.csv").write_text(text())
    (folder / f"folder{ending}").mkdir()
    (folder / f"loop{ending}").symlink_to(f"loop{ending}")
    (folder / f"dangling{ending}").symlink_to(f"nowhere/out{ending}")
    before = sorted(folder.iterdir())
    monkeypatch.setattr("crmkit.cli.reading.open_orders", None)
    monkeypatch.setattr("crmkit.load_cdnow", None)
    output = place.format(ending=ending)
    found, stdout, stderr = run(*command(name, "--output", output, "--language", language))
    assert (found, stdout) == (code, "")
    assert (english if language == "en" else chinese) in stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        command("report", "--output", ""),
        command("score", "--output", ""),
        ("report", "", "--as-of", AS_OF),
        ("audit", "a\0b.csv"),
        command("score", "--master", "", "--output", "a.csv"),
        command("score", "--rules", "a\0.toml", "--output", "a.csv"),
    ],
)
def test_text_that_names_no_file_is_wrong_usage(arguments, folder):
    (folder / "orders.csv").write_text(text())
    code, stdout, stderr = run(*arguments)
    assert (code, stdout) == (2, "")
    assert "must" in stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_to_read_whose_name_is_too_long_is_refused(language):
    code, stdout, stderr = run("audit", "a" * 300 + ".csv", "--language", language)
    assert (code, stdout) == (3, "")
    assert ("cannot be read" if language == "en" else "无法读取") in stderr


@pytest.mark.parametrize(
    ("read", "link"),
    [
        ("orders.csv", "same"),
        ("orders.csv", "symlink"),
        ("orders.csv", "hardlink"),
        ("master.csv", "same"),
        ("master.csv", "symlink"),
        ("master.csv", "hardlink"),
        # by its own name the ending is refused
        ("rules.toml", "symlink"),
        ("rules.toml", "hardlink"),
    ],
)
def test_an_output_that_is_read_is_refused_by_any_name(read, link, folder):
    (folder / "orders.csv").write_text(text())
    (folder / "master.csv").write_text("customer_id\n007\n07\n7\n")
    write_rfm_rules("named_11", folder / "rules.toml")
    output = read if link == "same" else "out.csv"
    if link == "symlink":
        (folder / output).symlink_to(read)
    elif link == "hardlink":
        os.link(read, output)
    before = contents(folder)
    options = ("--master", "master.csv", "--rules", "rules.toml", "--output", output)
    for language, message in (("en", "would write over a file that is read"), ("zh", "会覆盖被读取的文件")):
        code, stdout, stderr = run(*command("score", *options, "--language", language))
        assert (code, stdout) == (2, "")
        assert message in stderr
    assert contents(folder) == before


@pytest.mark.parametrize("name", sorted(set(ENDINGS) - {"demo"}))
def test_a_hard_link_to_the_orders_is_refused(name, folder):
    (folder / "orders.csv").write_text(text())
    output = f"out{ENDINGS[name]}"
    os.link("orders.csv", output)
    assert run(*command(name, "--output", output))[0] == 2
    assert (folder / "orders.csv").read_text() == text()


@pytest.mark.parametrize(("language", "message"), [("en", "the disk is full"), ("zh", "磁盘空间不足")])
def test_a_full_disk_is_said(language, message, folder, stopping_after):
    (folder / "orders.csv").write_text(text())
    (folder / "a.csv").write_bytes(b"old")
    stopping_after(150, OSError(errno.ENOSPC, "No space left on device"))
    code, stdout, stderr = run(*command("score", "--output", "a.csv", "--language", language))
    assert (code, stdout) == (3, "")
    assert message in stderr
    assert (folder / "a.csv").read_bytes() == b"old"


# Refusals.


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (".", IsADirectoryError),
        ("nowhere/a", FileNotFoundError),
        ("a" * 300, OSError),
    ],
)
def test_what_cannot_be_written_is_an_error_of_the_system(path, problem, folder):
    with pytest.raises(problem):
        check_place(path)
    with pytest.raises(problem):
        put(b"new", path)
    assert contents(folder) == {}
