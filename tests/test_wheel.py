"""What a stranger does: build, install with what the README says, copy its commands and examples line by line."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / f"{page}{ending}" for page in ("README", "docs/quickstart") for ending in (".md", ".zh.md")]
INSTALL = re.compile(r"pip install '\.\[([a-z,]+)\]'")

# Runs in the environment: examples share their names, commands the folder; the first that fails ends it.
COPYING = """
import doctest, json, subprocess, sys
names = {}
for kind, block in json.loads(sys.argv[1]):
    if kind == "console":
        subprocess.run(["bash", "-ec", block], check=True)
        continue
    for example in doctest.DocTestParser().get_examples(block):
        exec(compile(example.source, "<page>", "single"), names)
"""


def blocks(page):
    """The blocks that run anywhere, with what they are in; commands without their prompt."""
    found = re.findall(r"^```(pycon|console)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [
        (kind, re.sub(r"^\$ ", "", block, flags=re.MULTILINE) if kind == "console" else block) for kind, block in found
    ]


def extras(page):
    """The extras that a page installs, in its first block."""
    kind, first = blocks(page)[0]
    assert kind == "console"
    return INSTALL.fullmatch(first.strip())[1]


def call(*arguments, **options):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    return subprocess.run(  # noqa: S603
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        env={**environment, **options.pop("env", {})},
        **options,
    )


def succeed(*arguments, **options):
    done = call(*arguments, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment of its own, with nothing in it but what builds."""
    folder = tmp_path_factory.mktemp("environment")
    succeed(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    brought = call(python, "-m", "pip", "install", "--quiet", "hatchling")
    if brought.returncode != 0:
        pytest.skip(f"needs a package index: {brought.stderr.strip().splitlines()[-1]}")
    return python


@pytest.fixture(scope="module")
def sdist(environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    succeed(environment, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(environment, sdist, tmp_path_factory):
    """The wheel that the sdist builds."""
    folder = tmp_path_factory.mktemp("wheel")
    succeed(environment, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, sdist)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def bin_folder(environment, wheel):
    """The commands of the environment, once the wheel is installed with all but the data."""
    without = ",".join(name for name in extras(PAGES[0]).split(",") if name != "data")
    succeed(environment, "-m", "pip", "install", "--quiet", f"{wheel}[{without}]")
    return environment.parent


# By hand: what pages hold.


def test_blocks_are_read_in_order_without_prompts(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ a \\\n    b\n$ c\n```\n\n```console clone\n$ make d\n```\n\n```pycon\n>>> 1\n1\n\n```\n"
    )
    assert blocks(page) == [("console", "a \\\n    b\nc\n"), ("pycon", ">>> 1\n1\n\n")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_install_first_and_all_of_them_the_same(page):
    assert extras(page) == extras(PAGES[0])
    assert not any("pip install" in block for _, block in blocks(page)[1:])


# In an environment made from the wheel alone; the order counts.


@pytest.mark.deep
def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "crmkit/py.typed" in ours
    assert held == ours


@pytest.mark.deep
def test_the_sdist_holds_what_its_tests_and_pages_need(sdist):
    with tarfile.open(sdist) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    assert {
        "pyproject.toml",
        "LICENSE",
        "Makefile",
        "README.md",
        "README.zh.md",
        "tests/conftest.py",
        "docs/index.md",
    } <= names


@pytest.mark.deep
@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_the_data_the_demo_names_what_brings_them(language, bin_folder, tmp_path):
    done = call(bin_folder / "crmkit", "demo", "--language", language, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("pip install 'crmkit[data]'\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.deep
def test_what_the_error_names_brings_the_data(bin_folder, tmp_path):
    path = {"PATH": f"{bin_folder}:{os.environ['PATH']}"}
    command = call(bin_folder / "crmkit", "demo", cwd=tmp_path).stderr.rpartition(": ")[2].strip()
    succeed("bash", "-c", command, cwd=tmp_path, env=path)
    succeed(bin_folder / "python", "-c", "import crmkit; crmkit.load_donations()", cwd=tmp_path)


@pytest.mark.deep
# The last one has the code of the one before it, which another test holds, and commands that the Chinese README has.
@pytest.mark.parametrize("page", PAGES[:-1], ids=lambda page: page.name)
def test_a_stranger_who_copies_a_page_succeeds(page, bin_folder, wheel, tmp_path):
    succeed(bin_folder / "python", "-m", "pip", "install", "--quiet", f"{wheel}[{extras(page)}]")
    path = {"PATH": f"{bin_folder}:{os.environ['PATH']}"}
    succeed(bin_folder / "python", "-c", COPYING, json.dumps(blocks(page)[1:]), cwd=tmp_path, env=path)
    named = re.findall(r"--output (\S+)", page.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (tmp_path / name).stat().st_size] == []
