"""Where random numbers come from."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._messages import Message

__all__ = ["as_generator"]

_NO_SOURCE: Final = Message(
    en="{@random_state} must be an int, a numpy.random.Generator or None, got {value!r}. "
    "Make one with numpy.random.default_rng(seed).",
    zh="{@random_state} 须为整数、numpy.random.Generator 或 None，得到 {value!r}。"
    "可用 numpy.random.default_rng(种子) 生成。",
)
_NEGATIVE: Final = Message(
    en="{@random_state} must be at least 0, got {value!r}.", zh="{@random_state} 不得小于 0，得到 {value!r}。"
)


def as_generator(random_state: object) -> np.random.Generator:
    """Make a generator: the one given, or a new one from a seed or, for None, from the system."""
    if isinstance(random_state, np.random.Generator):
        return random_state
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, bool) or not isinstance(random_state, (int, np.integer)):
        raise TypeError(_NO_SOURCE(value=random_state))
    if random_state < 0:
        raise ValueError(_NEGATIVE(value=random_state))
    return np.random.default_rng(random_state)
