"""What a loyalty index is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_option
from crmkit._figures import label_text
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_loyalty_index"]

_COLUMNS: Final = ("component", "n_customers", "loyalty_index", "contribution")
_OTHERS: Final = ("weight", "percentile", "scope")
_COLOURS: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_COMPONENTS: Final = {
    "satisfaction": Label("Satisfaction", "满意度"),
    "tenure_days": Label("Tenure", "关系时长"),
    "net_opened": Label("Net account opening", "净开户"),
    "share_of_wallet": Label("Share of wallet", "钱包份额"),
    "repurchase": Label("Likelihood of buying again", "复购意愿"),
}
_INDEX: Final = Label("Loyalty index", "忠诚度指数")
_ALL: Final = Label("All", "全部")
_NONE: Final = Label("No label", "无标签")
_ROW: Final = Label("{name}\nn = {n:,}", "{name}\nn = {n:,}")
_THICK: Final = 0.6
_ROW_INCHES: Final = 0.62
# A part of a bar narrower than this share of the axis has no number in it.
_NARROW: Final = 0.05

_NOBODY: Final = Message(en="{@contributions} has no rows.", zh="{@contributions} 没有任何行。")


def plot_loyalty_index(contributions: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the mean loyalty index of groups and what each component contributes.

    Parameters
    ----------
    contributions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``contribution_table`` of `crmkit.loyalty.LoyaltyIndex` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per group, the first on top, all customers last, in parts that add up to the index.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``contributions`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty import LoyaltyIndex
    >>> customers = pd.DataFrame({"satisfaction": [5, 4, 2], "share_of_wallet": [0.9, 0.2, 0.4], "region": list("aab")})
    >>> index = LoyaltyIndex(components=["satisfaction", "share_of_wallet"]).fit(customers)
    >>> ax = plot_loyalty_index(index.contribution_table(customers, by="region"))
    """
    from crmkit.plotting import _ticks

    check_option(language, LANGUAGES, name="language")
    made_by = "loyalty.LoyaltyIndex.contribution_table"
    table = to_pandas(open_columns(contributions, _COLUMNS, name="contributions", made_by=made_by))
    if table.empty:
        raise SchemaError(_NOBODY())
    components = list(dict.fromkeys(table["component"]))
    rows = [table.iloc[at : at + len(components)] for at in range(0, len(table), len(components))]
    names = [_name(group.iloc[0], table, language) for group in rows]
    ax = axes_for(ax, size=(8.0, 1.5 + _ROW_INCHES * len(rows)))
    places, left = -np.arange(len(rows)), np.zeros(len(rows))
    for number, component in enumerate(components):
        widths = np.array([group["contribution"].iloc[number] for group in rows], dtype=np.float64)
        label = _COMPONENTS.get(component, Label(component, component)).text(language)
        colour = _COLOURS[number % len(_COLOURS)]
        ax.barh(places, widths, _THICK, left=left, color=colour, label=label)
        for place, width, start in zip(places.tolist(), widths.tolist(), left.tolist(), strict=True):
            if width >= _NARROW:
                ax.text(start + width / 2, place, f"{width:.2f}", ha="center", va="center", color="white", fontsize=9)
        left = left + np.nan_to_num(widths)
    for place, group in zip(places.tolist(), rows, strict=True):
        index = float(group["loyalty_index"].iloc[0])
        if np.isfinite(index):
            ax.text(index + 0.01, place, f"{index:.2f}", ha="left", va="center", fontweight="bold")
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.set_yticks(places, names)
    ax.set_xlim(0, 1)
    _ticks.amounts(ax.xaxis)
    ax.set_xlabel(_INDEX.text(language))
    legend(ax, most=3)
    return in_language(ax, language)


def _name(row: pd.Series[Any], table: pd.DataFrame, language: Language) -> str:
    """What a group is called: its labels, with the number of its customers."""
    labels = [name for name in table.columns if name not in (*_COLUMNS, *_OTHERS)]
    scope = row.get("scope", "all")
    if scope == "all":
        name = _ALL.text(language)
    else:
        name = " · ".join(_NONE.text(language) if _lacks(row[label]) else label_text(row[label]) for label in labels)
    return _ROW.text(language).format(name=name, n=int(row["n_customers"]))


def _lacks(value: Any) -> bool:
    return value is None or value != value
