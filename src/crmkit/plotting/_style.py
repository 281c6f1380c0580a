"""One quiet style for every plot: colours that colour-blind readers tell apart, few lines, no box."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from crmkit._checks import check_option
from crmkit._frames import to_pandas
from crmkit._names import LANGUAGES, Language
from crmkit._tables import open_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["BLUE", "GREY", "ORANGE", "axes_for", "in_language", "quiet", "table_of"]

# Okabe and Ito's palette.
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
GREY: Final = "#767676"
# Families with Chinese glyphs, those made for screens first.
_CHINESE: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Hiragino Sans GB",
    "Heiti SC", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Arial Unicode MS", "SimSun",
)  # fmt: skip


def axes_for(ax: Axes | None) -> Axes:
    """Take the axes given, or new ones of the usual size."""
    if ax is not None:
        return ax
    # Loading pyplot picks a screen; only those who leave the axes to us need it.
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(8, 4), layout="constrained")[1]


def quiet(ax: Axes) -> None:
    """Leave the axes with two thin lines and a light grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color("#BBBBBB")
    ax.tick_params(colors="#444444", length=3)
    ax.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    ax.set_axisbelow(True)


def in_language(ax: Axes, language: Language) -> Axes:
    """Give the texts of finished axes a font that has their glyphs."""
    from matplotlib import rcParams
    from matplotlib.font_manager import fontManager
    from matplotlib.text import Text

    # Where SVG keeps its text as text, the reader's own fonts show it.
    if language == "en" or rcParams["svg.fonttype"] == "none":
        return ax
    installed = {font.name for font in fontManager.ttflist}
    families = [name for name in _CHINESE if name in installed]
    if not families:
        warnings.warn(
            "Matplotlib finds no font with Chinese glyphs. Install one, such as Noto Sans CJK SC, and delete "
            "Matplotlib's font cache; or save as SVG with matplotlib.rcParams['svg.fonttype'] = 'none'.",
            stacklevel=3,
        )
    for text in ax.findobj(Text):
        text.set_fontfamily([*families[:1], "sans-serif"])
    return ax


def table_of(native: Any, columns: Sequence[str], *, name: str, made_by: str, language: Language) -> pd.DataFrame:
    """Bring the columns that a plot draws into pandas, or say what is wrong with the table or the language."""
    check_option(language, LANGUAGES, name="language")
    return to_pandas(open_columns(native, columns, name=name, made_by=made_by).select(*columns))
