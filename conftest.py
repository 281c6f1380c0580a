"""What holds for the examples in docstrings and for the tests alike."""

import os
import sys
from collections.abc import Iterator
from typing import Final

import pytest

# Each process that runs tests has one core: further threads of BLAS and OpenMP only wait for it, which takes its time.
# It counts until NumPy is loaded; a number that is set already stays.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Examples in these files need a package that an extra brings.
NEEDS: Final = {"_aft.py": "greenwood", "_cox.py": "greenwood"}


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Close the figures that a test or an example has drawn."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def packages_of_examples(request: pytest.FixtureRequest) -> None:
    """Skip the examples of a file whose package is not installed."""
    package = NEEDS.get(request.path.name)
    if package is not None:
        pytest.importorskip(package, reason=f"the examples of {request.path.name} need {package}")
