"""A drawing of Matplotlib's as a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crmkit._extras import check_extra
from crmkit._names import Language
from crmkit._writing import replacing
from crmkit.cli.language import saying_warnings

__all__ = ["write_drawing"]


def write_drawing(draw: Callable[[], Any], output: Path, language: Language) -> None:
    """Write the figure that a call draws, in the form that the ending names; text of SVG stays text."""
    check_extra("plot", "matplotlib")
    import matplotlib as mpl

    form = output.suffix.lower().removeprefix(".")
    settings: dict[Any, Any] = {"backend": "agg", **({"svg.fonttype": "none"} if form == "svg" else {})}
    with mpl.rc_context(settings), saying_warnings(language), replacing(output) as file:
        # That there is no font for Chinese is said once, not for each letter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        draw().savefig(file, format=form, bbox_inches="tight")
