"""Markets by their score, those that are attractive in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._figures import amount, label_text
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_target_markets"]

_COLUMNS: Final = ("market", "score", "rank", "attractive_from", "is_attractive")
_SCORE: Final = Label("Score", "得分")
_ATTRACTIVE: Final = Label("Attractive", "有吸引力")
_OTHERS: Final = Label("Below {bar}", "低于 {bar}")
_PALE: Final = "#B4B4B4"
_ROW_INCHES: Final = 0.45

_NOBODY: Final = Message(en="{@markets} has no market with a score.", zh="{@markets} 中没有有得分的市场。")


def plot_target_markets(markets: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw markets by their score, the best on top, and which of them are attractive.

    Parameters
    ----------
    markets : pandas, Polars or PyArrow table
        As `crmkit.segment.criteria.target_market_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; markets are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per market that has a score, and the bar for being attractive dashed.

    Raises
    ------
    SchemaError
        If a column is missing, or no market has a score.
    TypeError
        If ``markets`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import target_market_table
    >>> markets = pd.DataFrame({
    ...     "market": ["schools", "hotels"], "market_size": [60, 90], "competition": [20, 90],
    ...     "profitability": [70, 40], "strategic_fit": [90, 20],
    ... })
    >>> ax = plot_target_markets(target_market_table(markets))
    """
    from crmkit.plotting import _ticks

    made_by = "segment.criteria.target_market_table"
    table = table_of(markets, _COLUMNS, name="markets", made_by=made_by, language=language)
    table = table[table["score"].notna()]
    if table.empty:
        raise SchemaError(_NOBODY())
    table = table.sort_values("rank", kind="stable")
    bar = float(table["attractive_from"].iloc[0])
    ax = axes_for(ax, size=(8.0, 1.5 + _ROW_INCHES * len(table)))
    places = -np.arange(len(table))
    scores, chosen = table["score"].to_numpy(dtype=float), table["is_attractive"].to_numpy(dtype=bool)
    most = 100.0 if max(scores.max(), bar) > 1 else 1.0
    for rows, colour, label in ((chosen, BLUE, _ATTRACTIVE), (~chosen, _PALE, _OTHERS)):
        if rows.any():
            text = label.text(language).format(bar=amount(bar))
            ax.barh(places[rows], scores[rows], 0.6, color=colour, label=text)
    for place, score in zip(places.tolist(), scores.tolist(), strict=True):
        ax.text(score + most / 100, place, f"{score:.1f}" if most > 1 else f"{score:.3f}", va="center", fontsize=9)
    ax.axvline(bar, color=GREY, linestyle=DASHED, linewidth=1)
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.set_yticks(places, [label_text(name) for name in table["market"]])
    ax.set_xlim(0, most)
    _ticks.amounts(ax.xaxis)
    ax.set_xlabel(_SCORE.text(language))
    legend(ax)
    return in_language(ax, language)
