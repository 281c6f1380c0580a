"""Brand switching: who is loyal for good, and whom those go to who are not."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import chdtrc, xlogy

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import FrameT, collected, from_pandas, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import BRAND_SWITCHES, check_values, float_columns, open_table
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.loyalty.brands._panel import check_several, read_brands

__all__ = ["colombo_morrison_table"]

_LEAST: Final = 3
_MOST_ROUNDS: Final = 100_000
_CLOSE: Final = 1e-15
_NOTHING: Final = 1e-300
# A share of loyal customers that misses 0 by so little does so by rounding.
_ROUNDING: Final = 1e-12

_TWICE: Final = Message(
    en="{@switches} has the pairs {pairs} more than once. Add them up.",
    zh="{@switches} 中 {pairs} 重复出现，请先合计。",
)
_NO_SWITCHES: Final = Message(
    en="{@switches} has nobody who switched between {pairs}. Every brand must win from every other: join small brands, "
    "or take a longer period.",
    zh="{@switches} 中 {pairs} 之间无人转换。每两个品牌之间都须有客户转换：请合并较小的品牌，或延长统计期。",
)
_NOT_FITTED: Final = Message(
    en="The fit of brand switching did not settle: one brand wins nearly all who switch, or loses nearly all. Join "
    "small brands.",
    zh="品牌转换模型未能收敛：几乎所有转换都流向或来自同一个品牌。请合并较小的品牌。",
)


def colombo_morrison_table(switches: FrameT) -> FrameT:
    r"""Divide the buyers of each brand into those who are loyal for good and those who may switch.

    .. math:: p_{ii} = \alpha_i + (1 - \alpha_i)\, \pi_i, \qquad p_{ij} = (1 - \alpha_i)\, \pi_j

    A share :math:`\alpha_i` of the buyers of brand i is loyal; all others choose brand j next with probability
    :math:`\pi_j`, whatever they bought before. The :math:`\pi` are those of quasi-independence: they fit the numbers of
    those who switched, without the diagonal, by iterative proportional fitting; the :math:`\alpha` then follow from
    those who stayed. A brand with many loyal buyers and a low :math:`\pi` lives on its regulars; one with few loyal
    buyers and a high :math:`\pi` has to win them again each time.

    Parameters
    ----------
    switches : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per pair of brands, the same brand twice among them: ``brand_before``, ``brand_after``, ``n_switches``, as
        `switch_count_table` makes it; pairs that are not there count 0. At least three brands, and somebody must have
        switched from each to each other.

    Returns
    -------
    the kind of frame given
        A row per brand, in order: ``brand``; ``n_before`` and ``n_after``, how often it was bought and bought next;
        ``repeat_share``, the share of the former who bought it next; ``loyal_share``, :math:`\alpha`;
        ``conquest_share``, :math:`\pi`, which add up to 1; ``clipped``, whether fewer stayed than switchers alone would
        have, so that ``loyal_share`` would be below 0 and is set to 0; on each row ``deviance``, ``df`` and ``p_value``
        of the test that those who switch choose whatever they bought before: a small p speaks against it. It takes the
        switches for independent, though those of the same customer are not quite.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, a pair is there twice, there are fewer than three brands,
        or nobody switched between two of them.
    TypeError
        If ``switches`` is not a frame.
    ConvergenceError
        If the fit does not settle.

    References
    ----------
    .. [1] Colombo and Morrison (1989), "A Brand Switching Model with Implications for Marketing Strategies", *Marketing
       Science* 8(1), 89-99.

    Examples
    --------
    Of the buyers of A half are loyal; the others buy A, B, C next in the ratio 5 : 3 : 2.

    >>> import pandas as pd
    >>> switches = pd.DataFrame({
    ...     "brand_before": ["A"] * 3 + ["B"] * 3 + ["C"] * 3, "brand_after": ["A", "B", "C"] * 3,
    ...     "n_switches": [750, 150, 100, 400, 440, 160, 500, 300, 200],
    ... })
    >>> colombo_morrison_table(switches)[["brand", "repeat_share", "loyal_share", "conquest_share"]].round(3)
      brand  repeat_share  loyal_share  conquest_share
    0     A          0.75          0.5             0.5
    1     B          0.44          0.2             0.3
    2     C          0.20          0.0             0.2
    """
    labels, counts = _matrix(switches)
    before, switched = counts.sum(axis=1), counts * ~np.eye(len(labels), dtype=bool)
    leaving, conquest = _quasi_independent(switched)
    raw = 1 - switched.sum(axis=1) / (before * (1 - conquest))
    expected = np.outer(leaving, conquest)
    n = len(labels)
    off = ~np.eye(n, dtype=bool)
    deviance = 2 * float(xlogy(counts[off], counts[off] / expected[off]).sum())
    df = n * n - 3 * n + 1
    table = pd.DataFrame(
        {
            "brand": labels,
            "n_before": before,
            "n_after": counts.sum(axis=0),
            "repeat_share": np.diag(counts) / before,
            "loyal_share": np.maximum(raw, 0.0),
            "conquest_share": conquest,
            "clipped": raw < -_ROUNDING,
            "deviance": max(deviance, 0.0),
            "df": df,
            "p_value": float(chdtrc(df, max(deviance, 0.0))),
        }
    )
    return from_pandas(table, like=switches)


def _matrix(switches: Any) -> tuple[list[Any], Floats]:
    """The brands, in order, and how often each was followed by each."""
    opened = collected(open_table(switches, BRAND_SWITCHES))
    values = float_columns(switches, BRAND_SWITCHES, ["n_switches"])
    check_values(values, BRAND_SWITCHES)
    sides = [pandas_series(opened[name]).reset_index(drop=True) for name in ("brand_before", "brand_after")]
    both = pd.concat(sides, ignore_index=True)
    labels, places = read_brands(both, where=Column("switches", "brand_before"))
    check_several(labels, where=Column("switches", "brand_before"), least=_LEAST)
    n = len(labels)
    cells = places[: len(places) // 2] * n + places[len(places) // 2 :]
    times = np.bincount(cells, minlength=n * n)
    if (times > 1).any():
        raise SchemaError(_TWICE(pairs=_named(np.flatnonzero(times > 1), labels)))
    counts = np.asarray(np.bincount(cells, values["n_switches"], minlength=n * n).reshape(n, n), dtype=np.float64)
    nobody = np.flatnonzero((counts == 0) & ~np.eye(n, dtype=bool))
    if nobody.size:
        raise SchemaError(_NO_SWITCHES(pairs=_named(nobody, labels)))
    return labels, counts


def _named(cells: Any, labels: list[Any]) -> str:
    return some((labels[cell // len(labels)], labels[cell % len(labels)]) for cell in cells.tolist())


def _quasi_independent(switched: Floats) -> tuple[Floats, Floats]:
    """Fit products of a number of the row and a share of the column to what lies off the diagonal."""
    rows, columns = switched.sum(axis=1), switched.sum(axis=0)
    share = columns / columns.sum()
    for _ in range(_MOST_ROUNDS):
        leaving = rows / np.maximum(1 - share, _NOTHING)
        others = leaving.sum() - leaving
        if not (others > 0).all():
            break
        raised = columns / others
        following = raised / raised.sum()
        if np.abs(following - share).max() <= _CLOSE:
            return leaving, following
        share = following
    raise ConvergenceError(_NOT_FITTED())
