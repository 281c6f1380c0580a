"""Which other brands the buyers of each brand buy too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._figures import share
from crmkit._names import Label, Language
from crmkit.plotting._heat import heat_map, size_of
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_brand_duplication"]

_BUYERS: Final = Label("Buyers of", "购买者")
_ALSO: Final = Label("who buy this brand too (observed, and expected)", "同时购买的品牌（实际，下为预期）")
_ALSO_EXPECTED: Final = Label("who can be expected to buy this brand too", "预期同时购买的品牌")
# Longer names, in letters in all, would run into one another below the columns.
_MOST_LETTERS: Final = 60


def plot_brand_duplication(duplication: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what share of each brand's buyers buy each other brand: a row per brand, a column per other.

    Where brands share buyers in line with their size, the shades of a column are alike.

    Parameters
    ----------
    duplication : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.brands.DirichletModel.duplication_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, the brands that most can be expected to buy too first. A cell shows the share observed, which
        shades it, and below it the share expected; the latter alone where nothing was observed.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``duplication`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.loyalty.brands import DirichletModel
    >>> model = DirichletModel.from_params({"M": 1.5, "K": 0.8, "S": 1.2}, shares={"A": 0.5, "B": 0.3, "C": 0.1})
    >>> ax = plot_brand_duplication(model.duplication_table())
    """
    columns = ("brand", "other", "observed", "expected")
    made_by = "loyalty.brands.DirichletModel.duplication_table"
    table = table_of(duplication, columns, name="duplication", made_by=made_by, language=language)
    sizes = table.sort_values("other").groupby("other", sort=False)["expected"].mean()
    brands = sizes.sort_values(ascending=False, kind="stable").index.tolist()
    places = {brand: place for place, brand in enumerate(brands)}
    rows, others = (table[name].map(places).to_numpy() for name in columns[:2])
    observed, expected = np.full((2, len(brands), len(brands)), np.nan)
    observed[rows, others], expected[rows, others] = table["observed"], table["expected"]
    seen = not table["observed"].isna().all()
    shades = observed if seen else expected
    top = np.nanmax(shades, initial=0.0)
    texts = [
        [_text(one, other, seen=seen) for one, other in zip(*row, strict=True)]
        for row in zip(observed, expected, strict=True)
    ]
    names = [str(brand) for brand in brands]
    ax = axes_for(ax, size=size_of(2 * len(names), (2 if seen else 1) * len(names)))
    heat_map(ax, shades / top if top > 0 else shades, texts, columns=names, rows=names)
    ax.set_ylabel(_BUYERS.text(language))
    ax.set_xlabel((_ALSO if seen else _ALSO_EXPECTED).text(language))
    if sum(map(len, names)) > _MOST_LETTERS:
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
    return in_language(ax, language)


def _text(observed: float, expected: float, *, seen: bool) -> str:
    if np.isnan(expected):
        return ""
    return f"{share(observed)}\n{share(expected)}" if seen else share(expected)
