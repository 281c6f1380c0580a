"""Whatever happens, the command line ends with a line and an exit code, without a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands import text

from crmkit import __version__
from crmkit.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMKIT_DEBUG", raising=False)
    (tmp_path / "orders.csv").write_text(text(rows=[("客户", "2024-01-05", "10")]), encoding="utf-8")
    return tmp_path


@pytest.fixture
def ended(monkeypatch, capsys):
    """What the command line says and exits with where a command raises an error."""

    def end(error, *arguments):
        def broken(*_, **__):
            raise error

        monkeypatch.setattr("crmkit.cli.reading.open_orders", broken)
        monkeypatch.setattr(sys, "argv", ["crmkit", "audit", "orders.csv", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code, capsys.readouterr().err

    return end


def shell(arguments, *, redirected="", **environment):
    """Run the command line by a shell: exit code, standard output as bytes, standard error."""
    done = subprocess.run(  # noqa: S602
        f"{sys.executable} -m crmkit {arguments} {redirected}",
        shell=True,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr.decode()


BUGS = [ValueError("x  is\nodd."), TypeError("x is odd"), KeyError("x"), RuntimeError(), RecursionError("deep")]


@pytest.mark.parametrize("error", BUGS, ids=lambda error: type(error).__name__)
def test_an_unexpected_error_is_named_as_a_bug_in_one_line(error, ended):
    code, said = ended(error)
    assert code == 70
    assert said.count("\n") == 1
    assert said.startswith(f"Error: this is a bug in crmkit {__version__}: {type(error).__name__}: ")
    assert said.endswith(". Please report it; CRMKIT_DEBUG=1 shows where it happened.\n")


def test_a_bug_in_chinese(ended):
    code, said = ended(ValueError("x  is\nodd."), "--language", "zh")
    assert (code, said) == (
        70,
        f"错误：这是 crmkit {__version__} 的缺陷：ValueError：x is odd。"
        "请反馈给开发者；设置 CRMKIT_DEBUG=1 可显示出错位置。\n",
    )


def test_a_long_text_of_a_bug_is_cut(ended):
    assert len(ended(KeyError("x" * 10_000))[1]) < 800


def test_with_the_variable_the_error_itself_is_raised(monkeypatch):
    monkeypatch.setenv("CRMKIT_DEBUG", "1")
    monkeypatch.setattr("crmkit.cli.reading.open_orders", None)
    monkeypatch.setattr(sys, "argv", ["crmkit", "audit", "orders.csv"])
    with pytest.raises(TypeError, match="not callable"):
        main()


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("libx.so: failed to map segment from shared object"),
        caused(ImportError("no numpy"), ImportError("cannot allocate memory in static TLS block")),
    ],
)
def test_memory_that_is_lacking(error, ended):
    assert ended(error)[0] == 71
    assert "there is not enough memory" in ended(error)[1]
    assert ended(error, "--language", "zh")[1].startswith("错误：内存不足。")


def test_the_system_refuses(ended):
    code, said = ended(OSError(errno.EIO, "Input/output error", "x.tmp"))
    assert code == 71
    assert said.startswith("Error: the system refuses to go on: [Errno 5] Input/output error: 'x.tmp'. If ")


def test_a_module_that_crmkit_itself_lacks_is_a_bug(ended):
    assert ended(ModuleNotFoundError("No module named 'crmkit.x'", name="crmkit.x"))[0] == 70


def test_an_interrupt_while_modules_are_loaded(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("crmkit.cli._main.main", lambda **_: interrupted(None))
    monkeypatch.setattr(sys, "argv", ["crmkit", "audit", "orders.csv"])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "\nAborted!\n"


@pytest.mark.parametrize("arguments", ["audit orders.csv", "--help"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_takes_nothing(arguments):
    code, stdout, stderr = shell(arguments, redirected="> /dev/full")
    assert (code, stdout, stderr.count("\n")) == (71, b"", 1)
    assert stderr.startswith("Error: the system refuses to go on: [Errno 28]")
    assert shell(arguments, redirected="> /dev/full 2> /dev/full") == (71, b"", "")


@pytest.mark.parametrize("encoding", ["cp1252", pytest.param("latin-1", marks=pytest.mark.deep)])
def test_an_output_without_chinese_characters(encoding):
    code, stdout, stderr = shell("audit orders.csv --language zh", PYTHONIOENCODING=encoding)
    assert code == 0
    assert b"??" in stdout
    assert "PYTHONUTF8=1" in stderr
    code, stdout, stderr = shell("audit orders.csv --language zh --json", PYTHONIOENCODING=encoding)
    assert (code, stderr) == (0, "")
    assert b"\\u5ba2\\u6237" in stdout
