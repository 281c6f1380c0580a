"""Frames of every kind, and how hypothesis looks for examples."""

import gc
import os
from functools import cache

import pytest
from hypothesis import Phase, settings
from tests.frames import EVERY_KIND, IN_MEMORY, Builder

from crmkit import as_transactions, audit_orders, load_cdnow
from crmkit._messages import Message
from crmkit.errors import SchemaError

# Explaining a failure runs it again under a tracer: minutes where pandas is beneath.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
# What the oldest versions of the packages may do differently: frames, estimators and learners, drawings, files. Besides
# these the oldest run the examples of every function, and whatever is tried on each kind of frame.
_OF_VERSIONS = (
    *(
        "test_plot",
        "test_value_plots",
        "test_contract",
        "test_json.py",
        "test_start_up",
        "test_extras",
        "test_random_state",
    ),
    *(
        "test_frame_types",
        "test_typed_orders",
        "test_column_names",
        "test_door.py",
        "test_door_dates",
        "test_time_texts",
    ),
    *(
        "test_files_of_shops",
        "test_workbooks",
        "test_report.py",
        "test_report_page",
        "test_report_workbook",
        "test_cli.py",
    ),
    *("test_cli_files", "test_cli_score", "test_churn_classifier", "test_uplift_learners", "test_cox_and_aft"),
    *("test_value_fit", "test_value_published"),
)
_EACH_KIND = {"build", "build_in_memory"}
# They differ from another kind in the types of their columns, or in being lazy.
_VARIANTS = {"pandas-nullable", "pandas-pyarrow", "polars-lazy"}
_LENSES = "crmkit.report.customer_base._answer.customer_base"
_REPEATABLE = {"derandomize": True, "database": None} if os.environ.get("CI") else {}
for _name, _examples in {"quick": 6, "deep": 30}.items():
    settings.register_profile(_name, max_examples=_examples, deadline=None, phases=_PHASES, **_REPEATABLE)
settings.load_profile("quick")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep what is collected out of the garbage collector's sight: it stays to the end, and is much to look through."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what the oldest versions run, and leave the variants of kinds of frame to them and to the depth."""
    for item in items:
        is_example = isinstance(item, pytest.DoctestItem)
        if is_example or _EACH_KIND.intersection(item.fixturenames) or item.path.name.startswith(_OF_VERSIONS):
            item.add_marker(pytest.mark.versions)
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if any(isinstance(value, str) and value in _VARIANTS for value in given):
            item.add_marker(pytest.mark.deep)
            item.add_marker(pytest.mark.variant)


@pytest.fixture(scope="session")
def spark():
    sql = pytest.importorskip("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[2]").appName("crmkit tests")
    # The rows are few: one partition each, no web page, and a zone that would show if one were applied.
    options = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.session.timeZone": "America/New_York",
    }
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def _patched(target, value):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(target, value)
        yield


@pytest.fixture(scope="module")
def undrawn():
    """Leave the drawings of a report empty, which take long, where they do not matter; what is said of them stays."""
    yield from _patched("crmkit.report._html.svg", lambda *_, **__: "<svg></svg>")


@pytest.fixture(scope="module")
def few_draws():
    """Let a tenth of the draws do for intervals, where it does not matter how many there are."""
    yield from _patched("crmkit.views._sums._MOST_DRAWS", 50)


@pytest.fixture(scope="module")
def without_lenses():
    """Leave the customer base of a report to the tests of that section; of a small log it takes half of the time."""

    def nothing(*_, **__):
        raise SchemaError(Message(en="Not looked at.", zh="未审视。")())

    yield from _patched(_LENSES, nothing)


@pytest.fixture(scope="session")
def cdnow_report():
    """Make the report on CDNOW with its audit by language, once for all files; the intervals are of few draws."""
    from crmkit.report import customer_report
    from crmkit.views import customer_base

    orders = load_cdnow()
    transactions, audit = as_transactions(orders), audit_orders(orders, as_of="1998-06-30")

    @cache
    def report(language="en"):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("crmkit.views._sums._MOST_DRAWS", 50)
            patched.setattr(_LENSES, customer_base)
            return customer_report(transactions, as_of="1998-06-30", audit=audit, language=language)

    return report


@pytest.fixture(scope="session")
def cdnow_page(cdnow_report):
    """Render the report on CDNOW as a page by language, once for all files."""
    return cache(lambda language="en": cdnow_report(language).to_html())


def _builder(request):
    session = request.getfixturevalue("spark") if request.param == "spark" else None
    return Builder(request.param, spark=session)


@pytest.fixture(params=EVERY_KIND)
def build(request):
    """Builds a table as one of all kinds of frame."""
    return _builder(request)


@pytest.fixture(params=IN_MEMORY)
def build_in_memory(request):
    """Builds a table as one of the kinds held in memory."""
    return _builder(request)
