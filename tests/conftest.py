"""Frames of every kind, and how hypothesis looks for examples."""

import os

import pytest
from hypothesis import Phase, settings
from tests.frames import EVERY_KIND, IN_MEMORY, Builder

# Explaining a failure runs it again under a tracer: minutes where pandas is beneath.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
_REPEATABLE = {"derandomize": True, "database": None} if os.environ.get("CI") else {}
for _name, _examples in {"quick": 10, "deep": 60}.items():
    settings.register_profile(_name, max_examples=_examples, deadline=None, phases=_PHASES, **_REPEATABLE)
settings.load_profile("quick")


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
