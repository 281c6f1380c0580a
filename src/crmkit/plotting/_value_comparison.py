"""Models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Language
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, quiet, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_model_comparison"]

Metric: TypeAlias = Literal[
    "mae", "rmse", "relative_bias", "correlation", "gini", "top_decile_share", "auc", "brier_score"
]

_HIGHER_IS_BETTER: Final = ("correlation", "gini", "top_decile_share", "auc")
_SHARES: Final = ("relative_bias", "top_decile_share")


def plot_model_comparison(
    comparison: Any, ax: Axes | None = None, *, metric: Metric = "mae", language: Language = "en"
) -> Axes:
    """Draw one measure of each model and each rule of thumb, the best on top.

    Parameters
    ----------
    comparison : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.compare_models` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    metric : {"mae", "rmse", "relative_bias", "correlation", "gini", "top_decile_share", "auc", "brier_score"}, \
default "mae"
        Which measure. Of ``relative_bias`` the best is the one nearest to 0.
    language : {"en", "zh"}, default "en"
        Language of the labels; the names of models are as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Rules of thumb are grey; whatever has no such measure is left out.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``comparison`` is no frame.
    ValueError
        If ``language`` or ``metric`` is none of those listed.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import compare_models
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> models = {"BG/NBD": BetaGeoModel().fit(holdout)}
    >>> ax = plot_model_comparison(compare_models(models, holdout, observation_end="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    check_option(metric, get_args(Metric), name="metric")
    columns = ("model", "is_baseline", metric)
    table = table_of(comparison, columns, name="comparison", made_by="value.judging.compare_models", language=language)
    table = table[table[metric].notna()]
    values = table[metric].to_numpy(dtype=np.float64)
    worse = -values if metric in _HIGHER_IS_BETTER else np.abs(values)
    table = table.assign(worse=worse).sort_values(["worse", "model"])
    values, is_rule = table[metric].to_numpy(dtype=np.float64), table["is_baseline"].to_numpy(dtype=bool)
    names = [TEXTS[name].text(language) if rule else name for name, rule in zip(table["model"], is_rule, strict=True)]
    ax = axes_for(ax)
    places = np.arange(len(names))
    for rows, colour, label in ((~is_rule, BLUE, "models"), (is_rule, GREY, "rules")):
        bars = ax.barh(places[rows], values[rows], 0.6, color=colour, label=TEXTS[label].text(language))
        form = "{:+.1%}" if metric == "relative_bias" else "{:.1%}" if metric in _SHARES else "{:.3f}"
        ax.bar_label(bars, fmt=form, padding=3, fontsize="small", color="#444444")
    quiet(ax)
    ax.grid(visible=False)
    ax.set_yticks(places, names)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    ax.margins(x=0.15)
    if metric in _SHARES:
        _ticks.shares(ax.xaxis)
    ax.set_xlabel(TEXTS[metric].text(language))
    ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return in_language(ax, language)
