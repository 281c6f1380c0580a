"""How often early warnings were right, beside chance and the simplest warning of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.loyalty.churn import WARNING_SIGNALS
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_early_warnings"]

_NAMES: Final[dict[str, Label]] = {**WARNING_SIGNALS, "any": Label("Any signal", "任一信号")}
_SHARE: Final = Label("Share of customers who were lost", "流失的客户占比")
_SIGNAL: Final = Label("warned of", "预警客户")
_BASE: Final = Label("all who can be judged", "全部可判断客户")
_SILENCE: Final = Label("as many, the longest silent", "同样多的最久未购客户")
_ROW: Final = Label("{name}\n{n:,} warnings", "{name}\n{n:,} 次预警")


def plot_early_warnings(history: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how often early warnings were right, beside the base rate and as many warnings by silence alone.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.churn.early_warning_history_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one row per signal, the first on top; a signal that never fired has its base rate alone.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``history`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.loyalty.churn import early_warning_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> history = early_warning_history_table(transactions, as_of="1998-06-30", days=["1998-03-31"], horizon=90)
    >>> ax = plot_early_warnings(history)
    """
    from crmkit.plotting import _ticks

    columns = (
        "signal",
        "n_warned",
        "base_rate",
        "precision",
        "precision_lower",
        "precision_upper",
        "silence_precision",
    )
    table = table_of(
        history, columns, name="history", made_by="loyalty.churn.early_warning_history_table", language=language
    )
    table = table.set_index("signal").reindex([code for code in _NAMES if code in set(table["signal"])])
    share, lower, upper = (
        table[name].to_numpy(dtype=np.float64) for name in ("precision", "precision_lower", "precision_upper")
    )
    rows = -np.arange(len(table))
    ax = axes_for(ax)
    reach = np.array([share - lower, upper - share])
    ax.errorbar(share, rows, xerr=reach, fmt="o", color=BLUE, elinewidth=2, label=_SIGNAL.text(language))
    ax.plot(table["base_rate"], rows, "|", color=GREY, markersize=18, markeredgewidth=2, label=_BASE.text(language))
    ax.plot(table["silence_precision"], rows - 0.2, "D", color=ORANGE, markersize=6, label=_SILENCE.text(language))
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    names = [
        _ROW.text(language).format(name=_NAMES[str(code)].text(language), n=int(n))
        for code, n in table["n_warned"].items()
    ]
    ax.set_yticks(rows, names)
    ax.set_ylim(0.5 - len(table), 0.5)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(_SHARE.text(language))
    legend(ax)
    return in_language(ax, language)
