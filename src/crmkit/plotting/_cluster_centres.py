"""What sets clusters apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._heat import heat_map, size_of
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cluster_centres"]

_COLUMNS: Final = (
    "segment", "segment_order", "name_en", "name_zh", "n_customers", "customer_share", "column", "difference"
)  # fmt: skip
_WHAT: Final = Label("Difference from all customers, in standard deviations", "与全体客户的差异（标准差）")
_ROW: Final = Label("{name}\n{n:,} customers, {share:.0%}", "{name}\n{n:,} 位客户，{share:.0%}")
# Differences as large as this have the darkest and the lightest cell.
_FARTHEST: Final = 2.0

_NO_ROWS: Final = Message(
    en="{@centres} has no rows: there are no clusters of numbers to draw.",
    zh="{@centres} 没有任何行：没有可画的数值聚类。",
)


def plot_cluster_centres(centres: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how far the mean of each cluster differs from that of all customers, by column.

    Parameters
    ----------
    centres : pandas, Polars or PyArrow table
        As ``centre_table`` of `crmkit.segment.groups.ClusterSegmenter` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cell shows a difference in standard deviations; the higher the mean of the cluster, the
        darker the cell.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``centres`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.groups import ClusterSegmenter
    >>> customers = pd.DataFrame({"spend": [10.0, 20, 90, 110], "visits": [1.0, 2, 9, 5]})
    >>> clusters = ClusterSegmenter(columns=["spend", "visits"], n_clusters=2).fit(customers)
    >>> ax = plot_cluster_centres(clusters.centre_table())
    """
    table = table_of(
        centres, _COLUMNS, name="centres", made_by="segment.groups.ClusterSegmenter.centre_table", language=language
    )
    if table.empty:
        raise SchemaError(_NO_ROWS())
    columns = list(dict.fromkeys(table["column"]))
    rows = table.drop_duplicates("segment").sort_values("segment_order", kind="stable")
    places = {segment: at for at, segment in enumerate(rows["segment"])}
    differences = np.full((len(rows), len(columns)), np.nan)
    differences[table["segment"].map(places), table["column"].map({name: at for at, name in enumerate(columns)})] = (
        table["difference"]
    )
    texts = [["" if np.isnan(each) else f"{each + 0.0:+.1f}" for each in row] for row in differences]
    names = [
        _ROW.text(language).format(name=name, n=n, share=share)
        for name, n, share in zip(rows[f"name_{language}"], rows["n_customers"], rows["customer_share"], strict=True)
    ]
    width, height = size_of(3 * len(columns), 2 * len(rows))
    ax = axes_for(ax, size=(width + 1.0, height))
    shades = np.clip(differences / (2 * _FARTHEST) + 0.5, 0, 1)
    heat_map(ax, shades, texts, columns=columns, rows=names)
    ax.tick_params(axis="x", rotation=25)
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("right")
    ax.set_xlabel(_WHAT.text(language))
    return in_language(ax, language)
