"""Movement between segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._names import Label, Language
from crmkit.plotting._heat import heat_map, size_of
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_movement"]

_BEFORE: Final = Label("Before", "期初")
_AFTER: Final = Label("After", "期末")
_NOT_THERE: Final = Label("No segment", "无客群")

# Longer names, in letters in all, would run into one another below the columns.
_MOST_LETTERS = 50


def plot_movement(movement: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw where the customers of each segment went: a row per segment before, a column per segment after.

    Parameters
    ----------
    movement : pandas, Polars or PyArrow table
        As `crmkit.segment.movement.movement_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cell shows the share of the segment before and, below it, the number of customers; the
        larger the share, the darker the cell. Customers without a segment before have no share.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``movement`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> from crmkit.segment.movement import movement_table
    >>> transactions = as_transactions(load_cdnow())
    >>> before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> ax = plot_movement(movement_table(before, after, segmenter=TierSegmenter().fit(before)))
    """
    codes, names = ([f"{column}_{side}" for side in ("before", "after")] for column in ("segment", f"name_{language}"))
    columns = (*codes, *names, "n_customers", "share")
    table = table_of(movement, columns, name="movement", made_by="segment.movement.movement_table", language=language)
    sides = [_side(table[code], table[name], language) for code, name in zip(codes, names, strict=True)]
    (rows, row_names), (places, column_names) = sides
    counts = np.zeros((len(row_names), len(column_names)))
    shares = np.full(counts.shape, np.nan)
    counts[rows, places], shares[rows, places] = table["n_customers"], table["share"]
    texts = [[_text(n, share) for n, share in zip(*row, strict=True)] for row in zip(counts, shares, strict=True)]
    # A cell has two lines.
    ax = axes_for(ax, size=size_of(2 * len(column_names), 2 * len(row_names)))
    heat_map(ax, shares, texts, columns=column_names, rows=row_names)
    ax.set_xlabel(_AFTER.text(language))
    ax.set_ylabel(_BEFORE.text(language))
    if sum(map(len, column_names)) > _MOST_LETTERS:
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
    return in_language(ax, language)


def _side(
    codes: pd.Series[Any], names: pd.Series[Any], language: Language
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str]]:
    """The position of each row's segment, in order of appearance, and the name of each; two may have one name."""
    places, found = pd.factorize(codes, use_na_sentinel=False)
    first = pd.Series(names.to_numpy()).groupby(places).first()
    shown = first.reindex(range(len(found)))
    missing = pd.isna(pd.Series(found)).to_numpy()
    return places, [_NOT_THERE.text(language) if lost else str(name) for lost, name in zip(missing, shown, strict=True)]


def _text(n_customers: float, share: float) -> str:
    if not n_customers:
        return ""
    return f"{int(n_customers):,}" if np.isnan(share) else f"{share:.0%}\n{int(n_customers):,}"
