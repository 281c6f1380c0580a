"""Drawings as inline SVG, each with its description."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from crmkit._extras import check_extra

__all__ = ["as_drawn", "figure_svg", "svg"]

_INCHES: Final = (7.2, 3.0)
# Ids are those of one drawing; a page holds several.
_ID: Final = re.compile(r'(\bid="|url\(#|href="#)')


def svg(draw: Callable[[Any], object], *, name: str) -> str:
    """Draw inline SVG whose text stays text, so that the reader's own fonts show Chinese."""
    check_extra("report", "matplotlib")
    from matplotlib import style
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "font.size": 9}
    # From the defaults on: the reader's own settings must not change the report.
    with style.context(["default", settings]):
        figure = Figure(figsize=_INCHES, layout="constrained")
        draw(figure.subplots())
        return figure_svg(figure, name=name)


def figure_svg(figure: Any, *, name: str) -> str:
    """Write a figure as inline SVG, its ids beginning with ``name``."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The missing glyphs are Matplotlib's, for measuring; the reader's browser has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    drawing = buffer.getvalue()
    return _ID.sub(rf"\g<1>{name}-", drawing[drawing.index("<svg") :])


def as_drawn(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Round to nine digits of the largest amount: what the last bit of a sum says is not drawn."""
    largest: Any = table[list(columns)].abs().max(axis=None)
    places = 8 - math.floor(math.log10(largest)) if largest > 0 else 0
    return table.round(dict.fromkeys(columns, places))
