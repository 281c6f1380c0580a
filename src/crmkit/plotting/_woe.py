"""Weights of evidence of the bins of characteristics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._figures import marked
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_woe"]

_WOE: Final = Label("Weight of evidence", "证据权重（WOE）")
_MORE: Final = Label("more good customers →", "好客户较多 →")
_LESS: Final = Label("← more bad customers", "← 坏客户较多")
_MISSING: Final = Label("(missing)", "（缺失）")
_INCHES: Final = 0.4
_GAP: Final = 0.7
_ROOM: Final = 1.08
# Room for the names of characteristics, beside the longest bar.
_NAMES: Final = 0.45

_EMPTY: Final = Message(en="{@woe} has no bins whose weight is known.", zh="{@woe} 中没有任何一档的证据权重是已知的。")


def plot_woe(woe: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the weight of evidence of each bin.

    Parameters
    ----------
    woe : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.credit.woe_table` gives it; the order of its bins is kept.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per bin, one characteristic below another; † marks bins with too few customers.

    Raises
    ------
    SchemaError
        If a column is missing, or no weight is known.
    TypeError
        If ``woe`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.credit import woe_table
    >>> counts = pd.DataFrame({"age": ["old", "young"] * 2, "is_bad": [0, 0, 1, 1], "n": [400, 200, 20, 50]})
    >>> ax = plot_woe(woe_table(counts, by="age", bad="is_bad", weight="n"))
    """
    columns = ("feature", "bin", "woe", "too_few")
    table = table_of(woe, columns, name="woe", made_by="value.credit.woe_table", language=language)
    values = table["woe"].to_numpy(dtype=np.float64)
    if not np.isfinite(values).any():
        raise SchemaError(_EMPTY())
    feature = table["feature"].to_numpy(dtype=object)
    starts = np.append(False, feature[1:] != feature[:-1])
    places = np.arange(len(table)) + _GAP * np.cumsum(starts)
    ax = axes_for(ax, size=(8.0, 1.2 + _INCHES * float(places[-1])))
    ax.barh(places, values, color=np.where(values < 0, ORANGE, BLUE).tolist(), height=0.75)
    texts = [label if isinstance(label, str) else _MISSING.text(language) for label in table["bin"]]
    names = [marked(text, few) for text, few in zip(texts, table["too_few"], strict=True)]
    ax.set_yticks(places, names)
    for place in np.flatnonzero(np.append(True, starts[1:])):
        ax.annotate(
            str(feature[place]),
            (1, places[place]),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            color=GREY,
        )
    ax.invert_yaxis()
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color="#E5E5E5", linewidth=0.8)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8)
    reach = float(np.nanmax(np.abs(values))) or 1.0
    ax.set_xlim(-_ROOM * reach, (_ROOM + _NAMES) * reach)
    ax.set_xlabel(f"{_LESS.text(language)}    {_WOE.text(language)}    {_MORE.text(language)}")
    return in_language(ax, language)
