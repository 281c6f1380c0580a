"""Movement between segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._heat import heat_map
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_movement"]

_BEFORE: Final = Label("Before", "期初")
_AFTER: Final = Label("After", "期末")
_NOT_THERE: Final = Label("Not there", "不在表中")

# Names of more letters than this in all would run into one another below the columns.
_MOST_LETTERS = 50


def plot_movement(movement: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw where the customers of each segment went: a row per segment before, a column per segment after.

    Parameters
    ----------
    movement : pandas, Polars or PyArrow table
        As `crmkit.segment.movement_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cell says the share of the segment before, and below it the number of customers; the
        darker the larger the share. Who was not known before has no share.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``movement`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter, movement_table
    >>> transactions = as_transactions(load_cdnow())
    >>> before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> ax = plot_movement(movement_table(before, after, segmenter=TierSegmenter().fit(before)))
    """
    sides = [f"name_{language}_before", f"name_{language}_after"]
    columns = (*sides, "n_customers", "share")
    table = table_of(movement, columns, name="movement", made_by="segment.movement_table", language=language)
    table[sides] = table[sides].fillna(_NOT_THERE.text(language))
    order = [table[side].unique() for side in sides]
    counts, shares = (
        table.pivot(index=sides[0], columns=sides[1], values=name).reindex(index=order[0], columns=order[1])
        for name in ("n_customers", "share")
    )
    texts = [
        [_text(n, share) for n, share in zip(*rows, strict=True)]
        for rows in zip(counts.fillna(0).to_numpy().tolist(), shares.to_numpy().tolist(), strict=True)
    ]
    ax = axes_for(ax)
    heat_map(ax, shares.to_numpy(dtype=float), texts, columns=order[1].tolist(), rows=order[0].tolist())
    ax.set_xlabel(_AFTER.text(language))
    ax.set_ylabel(_BEFORE.text(language))
    if sum(map(len, order[1])) > _MOST_LETTERS:
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
    return in_language(ax, language)


def _text(n_customers: float, share: float) -> str:
    if not n_customers:
        return ""
    return f"{int(n_customers):,}" if share != share else f"{share:.0%}\n{int(n_customers):,}"
