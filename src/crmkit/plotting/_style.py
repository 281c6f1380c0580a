"""One quiet style for all plots: colours that colour-blind readers can tell apart, few lines, no box."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from crmkit._checks import check_option
from crmkit._extras import check_extra
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Language
from crmkit._tables import open_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontManager
    from matplotlib.legend import Legend

__all__ = ["BLUE", "DASHED", "GREY", "ORANGE", "axes_for", "in_language", "legend", "quiet", "table_of"]

# Okabe and Ito's palette.
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
GREY: Final = "#767676"
DASHED: Final = (0, (4, 3))
_MOST_IN_A_ROW = 4
_INCHES: Final = (8.0, 4.0)
# Families with Chinese glyphs, those made for screens first.
_CHINESE: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Hiragino Sans GB",
    "Heiti SC", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Arial Unicode MS", "SimSun",
)  # fmt: skip

_LOOKED_AT: Final[set[str]] = set()

_NO_GLYPHS: Final = Message(
    en="Matplotlib finds no font with Chinese glyphs. Install one, such as Noto Sans CJK SC; or save as SVG with "
    "matplotlib.rcParams['svg.fonttype'] = 'none'.",
    zh="Matplotlib 找不到含中文字形的字体。请安装一种，如 Noto Sans CJK SC；或设 matplotlib.rcParams['svg.fonttype'] = "
    "'none' 后保存为 SVG。",
)


def axes_for(ax: Axes | None, *, size: tuple[float, float] = _INCHES) -> Axes:
    """Return the axes given, or new ones: of the usual size unless what is drawn needs more."""
    if ax is not None:
        return ax
    check_extra("plot", "matplotlib")
    # Importing pyplot picks a backend, which nobody needs who brings axes.
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=tuple(map(max, size, _INCHES)), layout="constrained")[1]


def quiet(ax: Axes) -> None:
    """Leave two thin lines and a light grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color("#BBBBBB")
    ax.tick_params(colors="#444444", length=3)
    ax.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    ax.set_axisbelow(True)


def legend(ax: Axes, *, most: int = _MOST_IN_A_ROW) -> Legend:
    """Say what the colours mean, in rows above the axes."""
    return ax.legend(frameon=False, ncols=most, loc="lower left", bbox_to_anchor=(0, 1))


def in_language(ax: Axes, language: Language) -> Axes:
    """Give the text of finished axes a font that has its glyphs."""
    from matplotlib import rcParams
    from matplotlib.font_manager import fontManager
    from matplotlib.text import Text

    # If SVG keeps text as text, the reader's own fonts show it.
    if language == "en" or rcParams["svg.fonttype"] == "none":
        return ax
    families = _chinese_families(fontManager) or _found_anew(fontManager)
    if not families:
        warnings.warn(_NO_GLYPHS(), stacklevel=3)
    for text in ax.findobj(Text):
        text.set_fontfamily([*families[:1], "sans-serif"])
    return ax


def _chinese_families(fonts: FontManager) -> list[str]:
    installed = {font.name for font in fonts.ttflist}
    return [name for name in _CHINESE if name in installed]


def _found_anew(fonts: FontManager) -> list[str]:
    """Look for fonts that were installed after Matplotlib wrote its list of them; each is looked at once."""
    from matplotlib.font_manager import findSystemFonts

    known = _LOOKED_AT | {font.fname for font in fonts.ttflist}
    for path in set(findSystemFonts()) - known:
        _LOOKED_AT.add(path)
        # What cannot be read as a font is passed over, as Matplotlib does.
        with suppress(OSError, RuntimeError, ValueError):
            fonts.addfont(path)
    return _chinese_families(fonts)


def table_of(native: Any, columns: Sequence[str], *, name: str, made_by: str, language: Language) -> pd.DataFrame:
    """Return the columns that a plot draws as pandas; check the table and the language."""
    check_option(language, LANGUAGES, name="language")
    return to_pandas(open_columns(native, columns, name=name, made_by=made_by).select(*columns))
