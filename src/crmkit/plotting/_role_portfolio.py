"""The portfolio of roles, and how clear each customer's role is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_role_portfolio"]

# Okabe and Ito's palette.
_COLOURS: Final = {"cash_flow": BLUE, "relationship": "#009E73", "growth": ORANGE, "value": "#CC79A7"}
_PALE: Final = 0.45
_HATCHED: Final[dict[str, Any]] = {"hatch": "//", "edgecolor": "white", "linewidth": 0}
_NEAR: Final = Label("Another role, by its colour, is nearly as high", "另一角色（以其颜色表示）得分相近")
_TOLD: Final = Label("{n:,} ({share:.0%}), near-ties: {near:,}", "{n:,}（{share:.0%}），得分相近 {near:,}")
_CUSTOMERS: Final = Label("Customers", "客户数")
_ROOM: Final = 1.45

_NOBODY: Final = Message(en="{@portfolio} has no rows.", zh="{@portfolio} 没有任何行。")


def plot_role_portfolio(portfolio: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many customers play each role, and for how many another role is nearly as high.

    Parameters
    ----------
    portfolio : pandas, Polars or PyArrow table
        As ``portfolio_table`` of `crmkit.segment.RoleSegmenter` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per role, the first on top. Its full part are the customers whose role is clear, its
        hatched parts those for whom another role, by its colour, is nearly as high.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``portfolio`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.segment import RoleSegmenter, role_measure_table
    >>> measures = role_measure_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_role_portfolio(RoleSegmenter().fit(measures).portfolio_table(measures))
    """
    from crmkit.plotting import _ticks

    name = f"name_{language}"
    columns = ("segment", "segment_order", name, "near_segment", "n_customers", "customer_share")
    table = table_of(
        portfolio, columns, name="portfolio", made_by="segment.RoleSegmenter.portfolio_table", language=language
    )
    if table.empty:
        raise SchemaError(_NOBODY())
    roles = table.drop_duplicates("segment_order").sort_values("segment_order")
    codes, names = roles["segment"].astype(str).tolist(), roles[name].astype(str).tolist()
    rows = {code: -place for place, code in enumerate(codes)}
    ax = axes_for(ax)
    near = table["near_segment"].astype(object).where(table["near_segment"].notna(), None).tolist()
    own = table["segment"].astype(str).tolist()
    drawn = list(zip(own, near, table["n_customers"].tolist(), strict=True))
    reached = dict.fromkeys(codes, 0.0)
    for code in codes:
        reached[code] = sum(n for of, other, n in drawn if of == code and other is None)
        ax.barh(rows[code], reached[code], color=_COLOURS.get(code, GREY))
    for code in codes:
        beside = [(of, n) for of, other, n in drawn if other == code]
        ax.barh(
            [rows[of] for of, _ in beside],
            [n for _, n in beside],
            left=[reached[of] for of, _ in beside],
            color=_COLOURS.get(code, GREY),
            alpha=_PALE,
            **_HATCHED,
        )
        for of, n in beside:
            reached[of] += n
    ax.bar(0, 0, color=GREY, alpha=_PALE, label=_NEAR.text(language), **_HATCHED)
    shares = table.groupby(own)["customer_share"].sum()
    for code in codes:
        n_near = sum(n for of, other, n in drawn if of == code and other is not None)
        told = _TOLD.text(language).format(n=int(reached[code]), share=shares[code], near=int(n_near))
        ax.annotate(told, (reached[code], rows[code]), (6, 0), textcoords="offset points", va="center", color="#444444")
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    ax.set_yticks(list(rows.values()), names)
    ax.set_xlim(0, max(float(np.max(list(reached.values()))), 1.0) * _ROOM)
    _ticks.counts(ax.xaxis)
    ax.set_xlabel(_CUSTOMERS.text(language))
    legend(ax)
    return in_language(ax, language)
