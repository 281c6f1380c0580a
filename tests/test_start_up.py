"""What is loaded, and when: not how long it takes, but which modules there are then."""

import subprocess
import sys

import pytest

import crmkit
from crmkit.cli.commands import clv
from crmkit.views import PURCHASE_MODELS

# What takes longer to load than all of the rest together.
HEAVY = {"pandas", "numpy", "scipy", "sklearn", "pyarrow", "duckdb", "matplotlib", "jinja2", "narwhals", "openpyxl"}
COMMANDS = ("audit", "clv", "demo", "export", "forecast", "kpi", "report", "score")
# Today 250, most of them the interpreter's and click's own.
MOST_MODULES = 400


def loaded_by(code):
    """The packages and modules loaded when some code ends, and how many modules."""
    report = "import sys\ntry:\n    {}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", report.format(code)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    modules = done.stderr.splitlines()[-1].split()
    return {name.split(".")[0] for name in modules} | set(modules), len(modules)


def command(*arguments):
    """The code of a command line."""
    return f"sys.argv = ['crmkit', *{list(arguments)!r}]; from crmkit.cli import main; main()"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        *((name, "--help") for name in COMMANDS),
        ("reprot",),
        ("report", "orders.csv", "--as-off", "2024-12-31"),
        ("report", "orders.csv"),
    ],
    ids=" ".join,
)
def test_what_only_shows_help_or_refuses_an_option_loads_nothing_heavy(arguments):
    packages, n_modules = loaded_by(command(*arguments))
    assert packages & HEAVY == set()
    assert n_modules < MOST_MODULES


def test_importing_crmkit_loads_nothing_heavy():
    packages, n_modules = loaded_by("import crmkit")
    assert packages & HEAVY == set()
    assert n_modules < MOST_MODULES


def test_the_doors_and_tables_need_pandas_and_narwhals_alone():
    packages, _ = loaded_by("import crmkit; [getattr(crmkit, name) for name in crmkit.__all__]")
    assert packages & (HEAVY - {"pyarrow"}) == {"numpy", "pandas", "narwhals"}


def test_the_audit_loads_no_model(tmp_path):
    (tmp_path / "orders.csv").write_text("customer_id,date,amount\nann,2024-01-05,10\n")
    packages, _ = loaded_by(command("audit", str(tmp_path / "orders.csv")))
    assert "pandas" in packages
    assert packages.isdisjoint({"sklearn", "scipy.stats", "matplotlib", "jinja2", "openpyxl"})


def test_every_name_of_crmkit_is_found():
    assert {name for name in crmkit.__all__ if not hasattr(crmkit, name)} == set()
    assert set(crmkit.__all__) <= set(dir(crmkit))
    with pytest.raises(AttributeError, match="module 'crmkit' has no attribute 'as_transaction'"):
        _ = crmkit.as_transaction


def test_the_option_names_the_models_that_there_are():
    models = next(option for option in clv.clv.params if option.name == "model")
    assert list(models.type.choices) == list(PURCHASE_MODELS)
