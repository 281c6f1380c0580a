"""Where the tests find data that is not the project's own."""

from importlib.metadata import distribution
from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[2] / "shared" / "data"


def data_file(name):
    """The path of a shared data set; the test is skipped where it is absent."""
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not in {_SHARED}")
    return path


def lifetimes_file(name):
    """The path of a data file in the wheel of lifetimes."""
    return Path(str(distribution("lifetimes").locate_file(f"lifetimes/datasets/{name}")))
