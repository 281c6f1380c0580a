"""How many examples hypothesis tries: few in `make test`, many in `make test-all`."""

from hypothesis import settings

__all__ = ["few"]


def few():
    """Try two in five of the profile's examples, at least five, for a law that takes long."""
    return settings(max_examples=max(5, settings.default.max_examples * 2 // 5))
