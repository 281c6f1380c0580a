"""Shades of blue for cohorts, the newer the darker."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

__all__ = ["shades_of"]

_SHADES: Final = ("#9CC9E3", "#00395C")


def shades_of(n: int) -> Any:
    """A colour for each of so many cohorts, from the oldest to the newest."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("ages", _SHADES)(np.linspace(0, 1, max(n, 1)))
