"""Whether a ratio changed because groups did, or because their shares did."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.metrics._kpi_rows import kpi_rows

__all__ = ["kpi_mix_table"]

_SIDES: Final = ["numerator", "denominator"]
# By how much sums of the same numbers in another order may differ.
_ROUNDING: Final = 1e-9

_NO_GROUPS: Final = Message(
    en="{@table} has no groups beside their whole. Give {@by} to the function that makes it, and keep the rows of all "
    "groups together.",
    zh="{@table} 没有分组，或没有合计。请在生成该表时给出 {@by}，并保留合计的各行。",
)
_NO_RATIOS: Final = Message(
    en="{@table} has no ratios: {kpis} have no numerator and denominator.",
    zh="{@table} 中没有比率：{kpis} 没有分子与分母。",
)


def kpi_mix_table(table: FrameT) -> FrameT:
    r"""Split the change of ratios from period to period into mix and rate, group by group.

    A whole changes because its groups change, and because their shares of the base do. With weights :math:`w` and
    values :math:`v` of the groups, and :math:`V` of the whole,

    .. math:: V_1 - V_0 = \sum \tfrac{w_0 + w_1}{2} (v_1 - v_0)
              + \sum (w_1 - w_0) \left(\tfrac{v_0 + v_1}{2} - \tfrac{V_0 + V_1}{2}\right)

    The first sum is the rate, the second the mix; both are exact, and weigh the two periods alike.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `kpi_table` gives it with ``by`` and ``period``, or `order_kpis` with ``by`` and ``freq``, the rows of all
        groups together among them. KPIs that are not ratios are left out.

    Returns
    -------
    the kind of frame given
        One row per group, period and ratio; those of all groups together are last. The columns of labels and
        ``scope`` as in ``table``; ``period`` and ``is_complete``; ``kpi``; ``value`` and ``previous``, that of the
        period before; ``weight``, the group's share of the denominator, and ``previous_weight``; ``rate_effect``,
        what the change of the group's value adds to the change of the whole; ``mix_effect``, what the change of its
        weight adds, above zero if a group better than the whole grows; ``contribution``, the sum of both. On the rows
        of the whole they are sums, and ``contribution`` is the change.

        A group that is new, or that is gone, contributes by mix alone, and so does a numerator without a denominator,
        such as refunds where nobody ordered. Weights and effects are missing where the denominator of the whole is
        not above zero, and where numerators or denominators are missing or do not add up to those of the whole, as
        those of an index or of a lifetime do not; effects also in the first period.

    Raises
    ------
    SchemaError
        If a column is missing, periods or groups among them, there are no rows, none of the whole or no ratios, or
        several rows of a KPI in a group and period.
    TypeError
        If ``table`` is not a frame.

    See Also
    --------
    kpi_driver_table : The change of a product, shared out among its factors.

    References
    ----------
    .. [1] Kitagawa (1955), "Components of a Difference Between Two Rates", *Journal of the American Statistical
       Association* 50(272).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.metrics import kpi_table
    >>> shops = pd.DataFrame({
    ...     "shop": ["north", "north", "south", "south"],
    ...     "month": pd.to_datetime(["2024-01-01", "2024-02-01"] * 2),
    ...     "orders": [80, 50, 20, 50], "revenue": [4000.0, 2500.0, 600.0, 1500.0],
    ... })
    >>> kpis = kpi_table(shops, by="shop", period="month", as_of="2024-02-29")
    >>> mix = kpi_mix_table(kpis)
    >>> mix[mix["period"] == "2024-02-01"][["shop", "value", "previous", "mix_effect", "rate_effect"]].round(3)
        shop  value  previous  mix_effect  rate_effect
    1  north   50.0      50.0        -2.1          0.0
    3  south   30.0      30.0        -3.9          0.0
    5    NaN   40.0      46.0        -6.0          0.0
    """
    rows = kpi_rows(table)
    cells = rows.table.assign(group=rows.groups)
    is_whole = cells["scope"] == "all" if "scope" in rows.labels else pd.Series(True, index=cells.index)
    groups, whole = cells[~is_whole], cells[is_whole]
    if groups.empty or whole.empty:
        raise SchemaError(_NO_GROUPS())
    ratios = groups.loc[groups["denominator"].notna(), "kpi"].unique()
    if not len(ratios):
        raise SchemaError(_NO_RATIOS(kpis=list(groups["kpi"].unique())))
    codes, days = groups["group"].unique(), np.sort(cells["period"].unique())
    # A group without a row in a period was not there.
    every = pd.MultiIndex.from_product([codes, days, ratios], names=["group", "period", "kpi"])
    of_groups = groups.set_index(list(every.names))[_SIDES].reindex(every, fill_value=0.0)
    of_whole = whole.set_index(["period", "kpi"])[_SIDES].reindex(pd.MultiIndex.from_product([days, ratios]))
    shape = len(days), len(ratios)
    parts = _parts(
        of_groups.to_numpy(dtype=float).T.reshape(2, len(codes), *shape),
        of_whole.to_numpy(dtype=float).T.reshape(2, *shape),
    )
    labels = pd.concat([groups.drop_duplicates("group"), whole.head(1)], ignore_index=True)[rows.labels]
    over = cells.drop_duplicates("period").set_index("period")["is_complete"]
    group, day, ratio = (axis.ravel() for axis in np.indices((len(labels), *shape)))
    result = labels.iloc[group].reset_index(drop=True)
    result = result.assign(period=days[day], is_complete=over.loc[days].to_numpy()[day], kpi=ratios[ratio])
    return from_pandas(result.assign(**{name: part.ravel() for name, part in parts.items()}), like=table)


def _parts(groups: Floats, whole: Floats) -> dict[str, Floats]:
    """The columns, of groups and then the whole, by period and KPI, from numerators and denominators."""
    above, below = groups
    adds_up = (np.abs(groups.sum(axis=1) - whole) <= _ROUNDING * np.abs(groups).sum(axis=1)).all(axis=0)
    total = np.where(adds_up & (whole[1] > 0), whole[1], np.nan)
    value, of_whole = _divided(above, below), _divided(*whole)
    weight, part = below / total, above / total
    middle = (of_whole + _earlier(of_whole)) / 2
    mean_value, mean_weight = (value + _earlier(value)) / 2, (weight + _earlier(weight)) / 2
    moved, added = weight - _earlier(weight), part - _earlier(part)
    # Of a group that is new or gone only the weight changed; what is missing stays so.
    stays = (below != 0) & (_earlier(below) != 0)
    mix = np.where(stays, moved * (mean_value - middle), added - moved * middle)
    rate = np.where(stays, mean_weight * (value - _earlier(value)), 0 * added)
    value, weight = np.concatenate([value, [of_whole]]), np.concatenate([weight, [total / total]])
    mix, rate = (np.concatenate([each, [each.sum(axis=0)]]) for each in (mix, rate))
    return {
        "value": value,
        "previous": _earlier(value),
        "weight": weight,
        "previous_weight": _earlier(weight),
        "mix_effect": mix,
        "rate_effect": rate,
        "contribution": mix + rate,
    }


def _divided(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)


def _earlier(column: Floats) -> Floats:
    """What stood in the period before; periods are on the last axis but one."""
    return np.concatenate([np.full_like(column[..., :1, :], np.nan), column[..., :-1, :]], axis=-2)
