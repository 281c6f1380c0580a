"""What only the depth of the tests needs: many examples of a law, and further cases of a test."""

import pytest
from hypothesis import settings

__all__ = ["deep", "few", "up_to"]


def few():
    """Try two in five of the profile's examples, at least five, for a law that takes long."""
    return settings(max_examples=max(5, settings.default.max_examples * 2 // 5))


def up_to(examples):
    """Try so many examples in depth, and in `make test` no more than of any other law."""
    quick = settings.get_profile("quick").max_examples
    return settings(max_examples=examples if settings.default.max_examples > quick else min(examples, quick))


def deep(*values, id=None):  # noqa: A002
    """Mark one case of a parametrised test as one that only depth needs."""
    return pytest.param(*values, marks=pytest.mark.deep, id=id)
