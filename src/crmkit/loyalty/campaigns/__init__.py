"""What campaigns bring: how they are planned, what they did, and whom to treat next."""

from typing import Final

__all__: Final[list[str]] = []
