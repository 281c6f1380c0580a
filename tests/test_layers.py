"""Imports point down one way, subpackages load when they are used, and src is free of what we never write."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "crmkit"
FILES = sorted(SRC.rglob("*.py"))
LEVELS = {
    "errors": 0,
    "_arrays": 0,
    "_version": 0,
    "_lazy": 0,
    "_named_periods": 0,
    "_names": 0,
    "_writing": 0,
    "_messages": 1,
    "_checks": 2,
    "_figures": 2,
    "_extras": 2,
    "_random": 2,
    "_time_units": 2,
    "_toml": 2,
    "_calendar": 3,
    "_stats": 4,
    "_conditions": 4,
    "_criteria": 7,
    "_frames": 3,
    "_estimator": 3,
    "_learning": 4,
    "_tables": 5,
    "_calendars": 6,
    "_kpi": 5,
    "_grouping": 6,
    "_workbook": 5,
    "_choosing": 6,
    "_reading": 6,
    "_labelling": 6,
    "transactions": 7,
    "answers": 7,
    "contacts": 7,
    "invoices": 7,
    "plans": 7,
    "points": 7,
    "subscriptions": 7,
    "tickets": 7,
    "datasets": 7,
    "customers": 8,
    "activity": 8,
    "segment": 9,
    "value": 9,
    "loyalty": 9,
    "metrics": 10,
    "views": 11,
    "labels": 12,
    "plotting": 13,
    "report": 14,
    "cli": 15,
}
TOP = max(LEVELS.values()) + 1
FACADES = {"__init__", "__main__"}
NEVER_IMPORTED = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "pymc"}
NEVER_CALLED = {"eval", "exec", "compile", "__import__"}
NOT_WHOLE = {"write_text", "write_bytes"}
TOO_BROAD = {"Exception", "BaseException"}
# Where all that nobody has caught ends, that no command stops with a traceback.
LAST_NET = SRC / "cli" / "_net.py"


def part_of(path):
    """The part of crmkit that a file belongs to."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


@cache
def text_of(path):
    """What stands in a file."""
    return path.read_text(encoding="utf-8")


@cache
def imports_in(source):
    """The imports of a file, wherever they stand."""
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]


def parts_imported(source, *, package):
    """The parts that a file of a package imports, and in which line; crmkit itself is ''."""
    found = {}
    for node in imports_in(source):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            top, _, rest = name.partition(".")
            if top == "crmkit":
                found.setdefault(rest.split(".")[0], node.lineno)
    return found


def upward(part, imported):
    """The imports that do not point down, those of what is no part among them."""
    return {other for other in set(imported) - {part} if LEVELS.get(other, TOP) >= LEVELS[part]}


def module_of(path):
    """The dotted name of a file."""
    return ".".join(["crmkit", *path.relative_to(SRC).with_suffix("").parts]).removesuffix(".__init__")


def modules_imported(source, modules):
    """The modules among those given that a file imports, and in which line."""
    found = {}
    for node in imports_in(source):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names} & modules
        elif node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} & modules or {node.module} & modules
        else:
            continue
        for name in names:
            found.setdefault(name, node.lineno)
    return found


def circles(imports):
    """The groups of modules that import one another, directly or through others."""

    def reached(start):
        seen, ahead = set(), [start]
        while ahead:
            new = imports[ahead.pop()] - seen
            seen |= new
            ahead += new
        return seen

    reach = {module: reached(module) for module in imports}
    return {
        frozenset(other for other in reach[module] if module in reach[other])
        for module in imports
        if module in reach[module]
    }


def foreign_privates(module, imported):
    """The imported modules that are private to a package to which a module does not belong; the ground is free."""
    found = set()
    for other in imported:
        parts = other.split(".")
        private = next((place for place, part in enumerate(parts) if part.startswith("_") and place > 1), None)
        owner = ".".join(parts[:private])
        if private is not None and not parts[1].startswith("_") and not f"{module}.".startswith(f"{owner}."):
            found.add(other)
    return found


def siblings(module, imported, packages):
    """The imported modules of a public subpackage that a module of the same wing outside it must do without."""
    wing = ".".join(module.split(".")[:2])
    rooms = [package for package in packages if package.startswith(f"{wing}.")]
    return {
        other
        for other in imported
        for room in rooms
        if f"{other}.".startswith(f"{room}.") and not f"{module}.".startswith(f"{room}.")
    }


def opens_to_write(call):
    """Say whether a call opens a file to write to it, where `crmkit._writing` would write it whole or not at all."""
    opens = "open" in (getattr(call.func, "id", None), getattr(call.func, "attr", None))
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    modes = [value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return opens and any(set(mode) <= set("rwaxbt+") and set(mode) & set("wax+") for mode in modes)


def never_written(source):
    """What a file holds of the things that src never holds."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names if alias.name.split(".")[0] in NEVER_IMPORTED]
        elif isinstance(node, ast.ImportFrom):
            names = [name for name in [(node.module or "").split(".")[0]] if name in NEVER_IMPORTED]
        elif isinstance(node, ast.Call) and opens_to_write(node):
            names = ["open"]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = [node.func.id] if node.func.id in NEVER_CALLED else []
        elif isinstance(node, ast.Attribute):
            names = [node.attr] if node.attr in {"read_pickle", "to_pickle", *NOT_WHOLE} else []
        elif isinstance(node, ast.Assert):
            names = ["assert"]
        elif isinstance(node, ast.ExceptHandler):
            kinds = {kind.id for kind in ast.walk(node.type or ast.Name("Exception")) if isinstance(kind, ast.Name)}
            names = ["except Exception"] if kinds & TOO_BROAD else []
        found += [f"{name} in line {node.lineno}" for name in names]
    return found


# By hand: the readers of sources see what they should.


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import pandas", set()),
        ("import crmkit.value", {"value"}),
        ("import crmkit.value._models as m", {"value"}),
        ("from crmkit.segment import RFMScorer", {"segment"}),
        ("from crmkit import segment", {"segment"}),
        ("from crmkit import as_transactions", {"as_transactions"}),
        ("import crmkit", {""}),
        ("def f():\n    from crmkit.plotting import plot", {"plotting"}),
        ("if TYPE_CHECKING:\n    from crmkit.cli import main", {"cli"}),
        ("from . import _rfm", {"metrics"}),
        ("from ._rfm import x", {"metrics"}),
        ("from ..value import x", {"value"}),
        ("from .. import value", {"value"}),
    ],
)
def test_imports_are_found(source, parts):
    assert set(parts_imported(source, package="crmkit.metrics")) == parts


def test_upward_and_sideways_imports_are_found():
    found = {"segment", "metrics", "", "as_transactions", "value", "customers"}
    assert upward("value", found) == {"segment", "metrics", "", "as_transactions"}
    assert upward("customers", {"activity", "transactions"}) == {"activity"}


def test_siblings_are_found():
    packages = {"crmkit.value", "crmkit.value.judging", "crmkit.value.contracts"}
    assert siblings("crmkit.value.judging._x", {"crmkit.value.contracts", "crmkit.value._y"}, packages) == {
        "crmkit.value.contracts"
    }
    assert siblings("crmkit.value.judging._x", {"crmkit.value.judging._y", "crmkit.value"}, packages) == set()
    assert siblings("crmkit.value._x", {"crmkit.value.judging"}, packages) == {"crmkit.value.judging"}
    assert siblings("crmkit.report._x", {"crmkit.value.judging"}, packages) == set()


def test_circles_are_found():
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}, "e": set()}
    assert circles(imports) == {frozenset({"b", "c"}), frozenset({"d"})}
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()


@pytest.mark.parametrize(
    ("module", "imported", "foreign"),
    [
        ("crmkit.report._html", "crmkit.value._model", True),
        ("crmkit.value.judging._tracking", "crmkit.value._model", False),
        ("crmkit.value._model", "crmkit.value.judging._tracking", True),
        ("crmkit.value.contracts._model", "crmkit.value.judging._tracking", True),
        ("crmkit.value", "crmkit.value._model", False),
        ("crmkit.valued", "crmkit.value._model", True),
        ("crmkit.value._model", "crmkit._stats._gamma", False),
        ("crmkit.report._html", "crmkit.value.judging", False),
    ],
)
def test_private_modules_of_others_are_found(module, imported, foreign):
    assert foreign_privates(module, {imported}) == ({imported} if foreign else set())


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import joblib.numpy_pickle",
        "from pickle import loads",
        "eval('1')",
        "exec('1')",
        "assert 1",
        "pd.read_pickle('x')",
        "path.write_text('x')",
        "Path(path).write_bytes(b'x')",
        "open(path, 'w')",
        "path.open('ab')",
        "path.open(mode='x', encoding='utf-8')",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept (ValueError, BaseException) as error:\n    pass",
        "try:\n    f()\nexcept:\n    pass",
    ],
)
def test_what_is_never_written_is_found(source):
    assert never_written(source)


def test_what_may_be_written_is_not_found():
    assert (
        never_written("try:\n    re.compile('x')\nexcept (ValueError, TypeError) as error:\n    raise E() from error")
        == []
    )
    assert never_written("path.open('rb')\npath.open(encoding='utf-8', newline='')\nwrite_text('x', path)") == []


# Law: the sources.


def test_every_part_has_its_level():
    assert {part_of(path) for path in FILES} - FACADES <= set(LEVELS)


def test_imports_point_down():
    offenders = []
    for path in FILES:
        part, package = part_of(path), ".".join(["crmkit", *path.relative_to(SRC).parts[:-1]])
        if part not in FACADES:
            imported = parts_imported(text_of(path), package=package)
            offenders += [f"{path}:{imported[other]} imports {other}" for other in upward(part, imported)]
    assert offenders == []


def test_no_modules_import_one_another():
    paths = {module_of(path): path for path in FILES}
    imports = {name: set(modules_imported(text_of(path), paths.keys())) for name, path in paths.items()}
    assert circles(imports) == set()


def test_the_rooms_of_a_wing_do_not_import_one_another():
    paths = {module_of(path): path for path in FILES}
    packages = {module_of(path) for path in FILES if path.name == "__init__.py" and "._" not in module_of(path)}
    offenders = []
    for name, path in paths.items():
        if name.startswith(("crmkit.segment.", "crmkit.value.", "crmkit.loyalty.", "crmkit.metrics.")):
            imported = modules_imported(text_of(path), paths.keys())
            offenders += [f"{path}:{imported[other]} imports {other}" for other in siblings(name, imported, packages)]
    assert offenders == []


def test_nobody_imports_a_private_module_of_another_package():
    paths = {module_of(path): path for path in FILES}
    offenders = []
    for name, path in paths.items():
        imported = modules_imported(text_of(path), paths.keys())
        offenders += [f"{path}:{imported[other]} imports {other}" for other in foreign_privates(name, imported)]
    assert offenders == []


def test_src_is_free_of_what_we_never_write():
    found = {path: never_written(text_of(path)) for path in FILES}
    (net,) = found.pop(LAST_NET)
    assert net.startswith("except Exception in line ")
    assert [f"{path}: {what}" for path, all_ in found.items() for what in all_] == []


def test_subpackages_load_when_they_are_used():
    listing = """
import sys, crmkit
for package, name in [("crmkit", "value"), ("crmkit.value", "contracts"), ("crmkit.value", "judging"),
                      ("crmkit", "loyalty"), ("crmkit.loyalty", "survival"),
                      ("crmkit", "metrics"), ("crmkit.metrics", "base_audit")]:
    whole = f"{package}.{name}"
    print(whole in sys.modules, getattr(sys.modules[package], name).__name__)
"""
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)  # noqa: S603
    names = [
        "crmkit.value",
        "crmkit.value.contracts",
        "crmkit.value.judging",
        "crmkit.loyalty",
        "crmkit.loyalty.survival",
        "crmkit.metrics",
        "crmkit.metrics.base_audit",
    ]
    assert done.stdout.splitlines() == [f"False {name}" for name in names]
