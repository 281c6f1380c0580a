"""Features by how far satisfaction rises with them and falls without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_kano"]

_COLUMNS: Final = ("feature", "better", "worse")
_INCHES: Final = (8.0, 6.0)
_MIDDLE: Final = 0.5
# The category that fills each quarter, and where its name stands in parts of the axes.
_CORNERS: Final = {
    "attractive": (0.01, 0.99, "left", "top"),
    "one_dimensional": (0.99, 0.99, "right", "top"),
    "indifferent": (0.01, 0.01, "left", "bottom"),
    "must_be": (0.99, 0.01, "right", "bottom"),
}
_BETTER: Final = Label("Better: satisfied with it", "Better 系数：具备时的满意")
_WORSE: Final = Label("Worse, without its sign: dissatisfied without it", "|Worse| 系数：缺少时的不满")

_EMPTY: Final = Message(
    en="{@features} has no rows in which Better and Worse are known.",
    zh="{@features} 中没有 Better 与 Worse 均已知的行。",
)


def plot_kano(features: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw features by Worse, to the right, and Better, upwards.

    Parameters
    ----------
    features : pandas, Polars or PyArrow table
        As `crmkit.loyalty.satisfaction.kano_table` gives it, of one group.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; features are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Features without Better and Worse are left out. The quarters are named after the category
        that would fill them; the table says which one leads.

    Raises
    ------
    SchemaError
        If a column is missing, or no feature has Better and Worse.
    TypeError
        If ``features`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    References
    ----------
    .. [1] Berger et al. (1993), "Kano's Methods for Understanding Customer-Defined Quality", *Center for Quality
       Management Journal* 2.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.satisfaction import kano_table
    >>> answers = pd.DataFrame({"with": [1, 1, 1, 3, 2, 1], "without": [3, 5, 3, 5, 3, 4]})
    >>> ax = plot_kano(kano_table(answers, features={"delivery": ("with", "without")}))
    """
    made_by = "loyalty.satisfaction.kano_table"
    table = table_of(features, _COLUMNS, name="features", made_by=made_by, language=language)
    table = table.dropna(subset=["better", "worse"])
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax, size=_INCHES)
    across, up = -table["worse"].to_numpy(dtype=float), table["better"].to_numpy(dtype=float)
    ax.scatter(across, up, color=BLUE, s=36, zorder=3, clip_on=False)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.axvline(_MIDDLE, color=GREY, linestyle=DASHED, linewidth=1)
    ax.axhline(_MIDDLE, color=GREY, linestyle=DASHED, linewidth=1)
    for code, (x, y, side, end) in _CORNERS.items():
        name = LABELS["kano"][code].text(language)
        ax.text(x, y, name, transform=ax.transAxes, ha=side, va=end, color=GREY, fontweight="bold")
    quiet(ax)
    ax.grid(visible=False)
    ax.set_xlabel(_WORSE.text(language))
    ax.set_ylabel(_BETTER.text(language))
    name_points(ax, across, up, [str(feature) for feature in table["feature"]])
    return in_language(ax, language)
