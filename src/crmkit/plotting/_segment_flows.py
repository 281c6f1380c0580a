"""Who went from segment to segment, from date to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._names import Label, Language
from crmkit.plotting._style import GREY, axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_segment_flows"]

_NONE: Final = Label("No segment", "无客群")
_REST: Final = Label(
    "Flows below {smallest:.1%} of the customers are not drawn: {share:.1%} of them.",
    "未画出占比低于 {smallest:.1%} 的流向，合计占客户的 {share:.1%}。",
)
# Half the width of a bar, in steps between dates; the gap between bars and the least room of a name, in shares.
_HALF: Final = 0.04
_GAP: Final = 0.015
_ROOM: Final = 0.05
_PALETTE: Final = ("#00395C", "#0072B2", "#56B4E9", "#009E73", "#B9C95A", "#F0C542", "#E69F00", "#D55E00", "#CC79A7")


def plot_segment_flows(
    flows: Any, *, smallest: float = 0.005, ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw how customers flowed between segments from date to date: a bar per date, a band per flow.

    Parameters
    ----------
    flows : pandas, Polars or PyArrow table
        As `crmkit.segment.movement.segment_flow_table` makes it.
    smallest : float, default 0.005
        Flows of a smaller share of the customers than this are not drawn, between 0 and 1; a line below the picture
        says how many customers they are.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Bars are stacked by segment, the best on top; those who come or have left are at the bottom,
        in grey. Bands have the colour of the segment before. Names with the number of customers stand beside the first
        and the last bar.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``flows`` is not a frame.
    ValueError
        If ``language`` is not one of the two, or ``smallest`` is not between 0 and 1.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> from crmkit.segment.movement import segment_flow_table, segment_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> days = ("1997-06-30", "1997-12-31", "1998-06-30")
    >>> customers = {day: customer_summary(transactions, as_of=day) for day in days}
    >>> history = segment_history_table(customers, segmenter=TierSegmenter().fit(customers["1997-12-31"]))
    >>> ax = plot_segment_flows(segment_flow_table(history))
    """
    sides = [f"{column}_{side}" for column in ("date", "segment", f"name_{language}") for side in ("before", "after")]
    table = table_of(
        flows, (*sides, "n_customers"), name="flows", made_by="segment.movement.segment_flow_table", language=language
    )
    check_fraction(smallest, name="smallest", low_open=False)
    names = _names(table, language)
    step, days = pd.factorize(table["date_after"], sort=True)
    first = table["date_before"].min() if len(table) else None
    n, index = len(names), pd.Index(list(names), dtype=object)
    # The last row and column are those without a segment.
    before, after = (_places(table[f"segment_{side}"], index) for side in ("before", "after"))
    cube = np.zeros((len(days), n + 1, n + 1))
    np.add.at(cube, (step, before, after), table["n_customers"].to_numpy(dtype=np.float64))
    total = max(float(cube.sum(axis=(1, 2)).max(initial=0.0)), 1.0)
    heights = _heights(cube) / total
    used = heights + np.where(heights > 0, _GAP, 0.0)
    tops = 1 - np.cumsum(used, axis=1) + used
    shown = [*names.values(), _NONE.text(language)]
    ax = axes_for(ax, size=(2.6 + 2.2 * (len(days) + 1), 2.0 + 0.36 * (n + 1)))
    colours = [*_colours(n), GREY]
    for at in range(len(heights)):
        for place in np.flatnonzero(heights[at] > 0):
            ax.bar(
                at, heights[at, place], 2 * _HALF, bottom=tops[at, place] - heights[at, place],
                color=colours[place], linewidth=0,
            )  # fmt: skip
    left_out = _bands(ax, cube / total, tops, colours, smallest=smallest)
    counts = np.rint(heights * total).astype(np.int64)
    if len(heights):
        _names_beside(ax, heights[0], tops[0], counts[0], shown, at=-_HALF - 0.03, side="right")
        _names_beside(ax, heights[-1], tops[-1], counts[-1], shown, at=len(days) + _HALF + 0.03, side="left")
        ax.set_xticks(range(len(days) + 1), [f"{pd.Timestamp(day):%Y-%m-%d}" for day in (first, *days)])
    ax.set_yticks([])
    ax.spines[["top", "right", "left", "bottom"]].set_visible(False)
    ax.tick_params(colors="#444444", length=0)
    # Names need room beside the bars.
    wide = 0.16 + 0.028 * max((len(name) + 8) * (2 if language == "zh" else 1) for name in shown)
    ax.set_xlim(-wide * max(len(days), 1) / 3 - 0.1, len(days) + wide * max(len(days), 1) / 3 + 0.1)
    if left_out > 0:
        ax.set_xlabel(_REST.text(language).format(smallest=smallest, share=left_out), color="#444444")
    return in_language(ax, language)


def _names(table: pd.DataFrame, language: Language) -> dict[Any, str]:
    """The names of the segments in their order."""
    found: dict[Any, str] = {}
    for side in ("before", "after"):
        known = table[table[f"segment_{side}"].notna()].drop_duplicates(f"segment_{side}")
        for code, name in zip(known[f"segment_{side}"], known[f"name_{language}_{side}"], strict=True):
            found.setdefault(code, str(name))
    return found


def _places(codes: pd.Series[Any], index: pd.Index[Any]) -> Any:
    place = index.get_indexer(pd.Index(codes.tolist(), dtype=object))
    return np.where(place < 0, len(index), place)


def _heights(cube: Floats) -> Floats:
    """Customers of each segment at each date; without one, the more of those who had come and who will leave."""
    if not len(cube):
        return np.zeros((0, cube.shape[1]))
    came, went = cube.sum(axis=2), cube.sum(axis=1)
    return np.vstack([came[0], *(np.maximum(went[at], came[at + 1]) for at in range(len(cube) - 1)), went[-1]])


def _bands(ax: Axes, shares: Floats, tops: Floats, colours: list[str], *, smallest: float) -> float:
    """Draw the flows, and return the share of the customers of those that are too small."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    n = shares.shape[1]
    left_out = 0.0
    for step, moved in enumerate(shares):
        base = max(float(moved.sum()), 1e-12)
        start, end = tops[step].copy(), tops[step + 1].copy()
        for before in range(n):
            for after in range(n):
                size = moved[before, after]
                if size <= 0:
                    continue
                y0, y1 = start[before], end[after]
                start[before] -= size
                end[after] -= size
                if size < smallest * base:
                    left_out += size / base / len(shares)
                    continue
                x0, x1, middle = step + _HALF, step + 1 - _HALF, step + 0.5
                points = [
                    (x0, y0), (middle, y0), (middle, y1), (x1, y1),
                    (x1, y1 - size), (middle, y1 - size), (middle, y0 - size), (x0, y0 - size), (x0, y0),
                ]  # fmt: skip
                curve = [Path.CURVE4] * 3
                codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
                ax.add_patch(PathPatch(Path(points, codes), facecolor=colours[before], alpha=0.35, linewidth=0))
    return left_out


def _names_beside(
    ax: Axes, heights: Floats, tops: Floats, counts: Any, names: list[str], *, at: float, side: str
) -> None:
    """Write names beside a bar, moved apart where they would run into one another."""
    places = np.flatnonzero(heights > 0)
    wanted = tops[places] - heights[places] / 2
    room = min(_ROOM, 1.1 / max(len(places), 1))
    for place, level in zip(places, _apart(wanted, room), strict=True):
        ax.text(at, level, f"{names[place]}  {counts[place]:,}", ha=side, va="center", fontsize=8.5, color="#222222")


def _apart(wanted: Floats, room: float) -> Floats:
    """The nearest falling positions that are at least so far apart."""
    n = len(wanted)
    # Pool neighbours that are too close: in these units the positions have only to fall.
    shift = room * np.arange(n)
    blocks: list[tuple[float, int]] = []
    for value in wanted + shift:
        mean, size = float(value), 1
        while blocks and blocks[-1][0] < mean:
            other, more = blocks.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        blocks.append((mean, size))
    return np.repeat([mean for mean, _ in blocks], [size for _, size in blocks]) - shift if n else wanted


def _colours(n: int) -> list[str]:
    """A colour for each segment; of many, shades between those of the palette."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    if n <= len(_PALETTE):
        return [_PALETTE[at] for at in np.linspace(0, len(_PALETTE) - 1, n).round().astype(int)]
    palette = LinearSegmentedColormap.from_list("segments", _PALETTE)
    return [to_hex(palette(at)) for at in np.linspace(0, 1, n)]
