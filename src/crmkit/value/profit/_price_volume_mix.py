"""Whether revenue or profit changed by price, by volume, by the mix of items, or by cost."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option, some
from crmkit._frames import AnyFrame, FrameT, column_name, from_pandas, to_pandas, without_nan
from crmkit._grouping import check_labels, in_order
from crmkit._messages import Column, Message
from crmkit._stats import log_mean_contributions
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._cancelled import cancelled
from crmkit.value._faults import (
    INFINITE,
    MEND,
    MISSING,
    Fault,
    check_sums,
    is_infinite,
    numbers_that_may_lack,
    refuse_faults,
)
from crmkit.value.profit._alike import check_alike_labels

__all__ = ["price_volume_mix_table"]

_Method: TypeAlias = Literal["standard", "midpoint", "log_mean"]
_MADE_BY: Final = "as_order_lines"
_EFFECTS: Final = ("volume_effect", "mix_effect", "price_effect", "cost_effect", "new", "lost", "other")
_TAKEN: Final = ("scope", "level", "status", "value", "previous", "change", *_EFFECTS)
_ITEM, _QUANTITY, _AMOUNT, _COST = ("__crmkit_item", "__crmkit_quantity", "__crmkit_amount", "__crmkit_cost")
_SIDES: Final = (_QUANTITY, _AMOUNT, _COST)

_NAME_TAKEN: Final = Message(
    en="{@item} is {item!r}, which is a column of the result. Rename it.",
    zh="{@item} 为 {item!r}，与结果表的列重名，请改名。",
)
_UNITS: Final = Message(
    en="{@unit} has {units}: quantities of different units do not add up, and their mix means nothing. Convert them, "
    "or work each unit out by itself.",
    zh="{@unit} 中有 {units}：不同单位的数量不能相加，其结构也没有意义。请先换算，或每种单位分别计算。",
)
_GIVE_COST: Final = Message(
    en="A cost that is not known is not 0: fill it in, or give {@missing_cost_rate}, the share of revenue to take for "
    "it.",
    zh="未知的成本并不等于 0：请补全，或用 {@missing_cost_rate} 给出按收入估算的比例。",
)
_BELOW: Final = Message(
    en="The {what} of {items} is below 0 though units were sold, and has no logarithm. Use {@method='midpoint'}.",
    zh="{items} 有销量而{what}小于 0，无法取对数。请用 {@method='midpoint'}。",
)
_AMOUNTS: Final = Message(en="amount", zh="金额")
_COSTS: Final = Message(en="cost", zh="成本")


def price_volume_mix_table(
    before: FrameT,
    after: Any,
    *,
    item: str,
    quantity: str = "quantity",
    amount: str = "amount",
    cost: str | None = None,
    missing_cost_rate: float | None = None,
    unit: str | None = None,
    method: _Method = "standard",
) -> FrameT:
    r"""Split the change of revenue, or of gross margin, into price, volume, mix and cost of the items sold.

    Of items sold in both periods, with quantities :math:`q`, their sums :math:`Q`, prices :math:`p`, unit costs
    :math:`c` and unit margins :math:`m = p - c` (without ``cost``, :math:`m = p`),

    .. math::
        \text{volume} &= \sum (Q_1 / Q_0 - 1) \, q_0 m_0 \qquad
        \text{mix} = \sum (q_1 - Q_1 q_0 / Q_0) \, m_0 \\
        \text{price} &= \sum q_1 (p_1 - p_0) \qquad \text{cost} = -\sum q_1 (c_1 - c_0)

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Lines of both periods, such as two parts of what `crmkit.as_order_lines` gives; those of an item are added up.
    item : str
        The column of items. What counts as price and what as mix depends on it: if customers switch to a more expensive
        product, that is a higher price by category, and mix by product. Figures by different columns cannot be
        compared.
    quantity, amount : str, default "quantity" and "amount"
        The columns of units and of money.
    cost : str, optional
        The column of the cost of a line, in money, with the sign of the goods; then gross margin is split, else
        revenue.
    missing_cost_rate : float, optional
        If a cost is missing, the share of the line's amount that takes its place, in [0, 1]. By default a missing cost
        is refused.
    unit : str, optional
        The column of the unit that quantities are counted in. More than one is refused.
    method : {"standard", "midpoint", "log_mean"}, default "standard"
        "standard" weighs price and cost with the quantities after, volume and mix with the margins before, as cost
        accounting and most tools do. "midpoint" and "log_mean" treat both periods alike: if they are swapped, all
        effects change their signs.

    Returns
    -------
    the kind of ``before``
        One row per item, sorted, and a last one of all. ``item``, missing for all and for lines without one; ``scope``,
        "group", "no label" or "all"; ``level``, the name of the column of items; ``status``, "kept", "new", "lost" or
        "other", missing for all; ``previous``, ``value`` and ``change`` of revenue or gross margin; then what adds up
        to the change: ``volume_effect``, ``mix_effect``, ``price_effect``, ``cost_effect``, ``new``, ``lost``, and
        ``other``: items without a price, because in one period as many or more units came back than were sold.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, a number is missing or infinite, with positions, items are of
        different kinds, there is more than one unit, or with log means an amount or cost of an item sold is below 0.
    TypeError
        If a table is not a frame or a column is not named as it should be.
    ValueError
        If ``method`` is not one of the three, ``missing_cost_rate`` does not lie in [0, 1], or ``item`` is a column of
        the result.

    See Also
    --------
    change_table : The change of a product of factors.
    crmkit.metrics.kpi_mix_table : The change of a ratio, by mix and rate.

    References
    ----------
    .. [1] Horngren, Datar and Rajan, *Cost Accounting: A Managerial Emphasis*, "Sales-Mix and Sales-Quantity
       Variances".

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({
    ...     "product": ["A", "B", "C"], "quantity": [100, 50, 20], "amount": [1000, 1000, 600], "cost": [600, 550, 420],
    ... })
    >>> after = pd.DataFrame({
    ...     "product": ["A", "B", "D"], "quantity": [120, 40, 10], "amount": [1320, 760, 400], "cost": [780, 440, 250],
    ... })
    >>> bridge = price_volume_mix_table(before, after, item="product", cost="cost")
    >>> bridge["product"] = bridge["product"].fillna("all")
    >>> bridge.drop(columns=["scope", "level", "status"]).set_index("product").T.round(2)
    product             A      B      C      D      all
    previous       400.00  450.0  180.0    0.0  1030.00
    value          540.00  320.0    0.0  150.0  1010.00
    change         140.00 -130.0 -180.0  150.0   -20.00
    volume_effect   26.67   30.0    0.0    0.0    56.67
    mix_effect      53.33 -120.0    0.0    0.0   -66.67
    price_effect   120.00  -40.0    0.0    0.0    80.00
    cost_effect    -60.00    0.0    0.0    0.0   -60.00
    new              0.00    0.0    0.0  150.0   150.00
    lost             0.00    0.0 -180.0    0.0  -180.00
    other            0.00    0.0    0.0    0.0     0.00
    """
    check_option(method, get_args(_Method), name="method")
    names = {
        _ITEM: column_name(item, name="item"),
        _QUANTITY: column_name(quantity, name="quantity"),
        _AMOUNT: column_name(amount, name="amount"),
        **({} if cost is None else {_COST: column_name(cost, name="cost")}),
    }
    if names[_ITEM] in _TAKEN:
        raise ValueError(_NAME_TAKEN(item=names[_ITEM]))
    if missing_cost_rate is not None:
        check_fraction(missing_cost_rate, name="missing_cost_rate", low_open=False, high_open=False)
    sides, units = [], []
    for name, table in (("before", before), ("after", after)):
        rows = _read(table, names, name=name, unit=unit, missing_cost_rate=missing_cost_rate)
        sides.append(_sums(rows))
        units += [] if unit is None else to_pandas(rows.select("unit").unique())["unit"].tolist()
    if len(different := list(dict.fromkeys(units))) > 1:
        raise SchemaError(_UNITS(units=some(different)))
    check_alike_labels(*(side[_ITEM] for side in sides), column=names[_ITEM])
    items, sums = _matched(*sides)
    return from_pandas(_table(items, sums, method=method, level=names[_ITEM]), like=before)


def _read(
    table: Any, names: dict[str, str], *, name: str, unit: str | None, missing_cost_rate: float | None
) -> AnyFrame:
    """The lines of one period under names of our own, checked."""
    unit_name = [] if unit is None else [column_name(unit, name="unit")]
    rows = open_columns(table, [*names.values(), *unit_name], name=name, made_by=_MADE_BY)
    numbers = [given for own, given in names.items() if own != _ITEM]
    rows = numbers_that_may_lack(rows, [given for own, given in names.items() if own == _COST])
    for column in numbers:
        check_kind(rows, column, "money", where=Column(name, column), made_by=None)
    check_labels(rows, [names[_ITEM]], table=name)
    rows = without_nan(rows)
    faults = []
    for own, column in names.items():
        if own in (_QUANTITY, _AMOUNT) or (own == _COST and missing_cost_rate is None):
            mend = _GIVE_COST if own == _COST else MEND
            faults.append(Fault(column, MISSING, nw.col(column).is_null(), mend))
        if own != _ITEM:
            faults.append(Fault(column, INFINITE, is_infinite(column), MEND))
    refuse_faults(rows, faults, name=name, known_by=names[_ITEM])
    check_sums(rows, numbers, name=name)
    money = nw.col(names[_AMOUNT]).cast(nw.Float64)
    paid = nw.lit(0.0)
    if _COST in names:
        given = nw.col(names[_COST]).cast(nw.Float64)
        paid = nw.when(given.is_null()).then(money * (missing_cost_rate or 0.0)).otherwise(given)
    return rows.select(
        nw.col(names[_ITEM]).alias(_ITEM),
        nw.col(names[_QUANTITY]).cast(nw.Float64).alias(_QUANTITY),
        money.alias(_AMOUNT),
        paid.alias(_COST),
        *(nw.col(each).alias("unit") for each in unit_name),
    )


def _sums(rows: AnyFrame) -> pd.DataFrame:
    """The sums of each item, 0 where they cancel but for rounding."""
    size = {each: f"{each}_size" for each in _SIDES}
    sized = rows.with_columns(nw.col(each).abs().alias(size[each]) for each in _SIDES)
    sums = to_pandas(sized.group_by(_ITEM).agg(nw.col(*_SIDES, *size.values()).sum()))
    exact = {each: cancelled(sums[each].to_numpy(float), sums[size[each]].to_numpy(float)) for each in _SIDES}
    return sums.assign(**exact)


def _matched(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.Series[Any], Floats]:
    """The items in order, one that is missing last, and their sums (period, column, item), missing where not there."""
    together = pd.concat([before[_ITEM].astype(object), after[_ITEM].astype(object)], ignore_index=True)
    ordered = in_order(together)
    items = pd.Series([*ordered, *([None] if together.isna().any() else [])], dtype=object)
    place = {label: at for at, label in enumerate(ordered)}
    sums = np.full((2, len(_SIDES), len(items)), np.nan)
    for period, side in enumerate((before, after)):
        at = [len(ordered) if pd.isna(label) else place[label] for label in side[_ITEM].astype(object)]
        sums[period][:, at] = side[list(_SIDES)].to_numpy(float).T
    return items, sums


def _table(items: pd.Series[Any], sums: Floats, *, method: _Method, level: str) -> pd.DataFrame:
    lacking = items.isna().to_numpy()
    there = ~np.isnan(sums[:, 0])
    sold = np.nan_to_num(sums[:, 0]) > 0
    kept = sold.all(axis=0) & ~lacking
    is_new, is_lost = (sold[now] & ~there[other] & ~lacking for now, other in ((1, 0), (0, 1)))
    status = np.select([kept, is_new, is_lost], ["kept", "new", "lost"], "other").astype(object)
    money = np.nan_to_num(sums[:, 1] - sums[:, 2])
    change = money[1] - money[0]
    effects = np.zeros((4, len(items)))
    if kept.any():
        # Nothing taken off is 0 without a sign.
        effects[:, kept] = _EFFECTS_BY[method](sums[:, :, kept], items[kept]) + 0.0
    rest = [np.where(status == name, change, 0.0) for name in ("new", "lost", "other")]
    table = pd.DataFrame(
        {
            level: items,
            "scope": np.where(lacking, "no label", "group").astype(object),
            "level": level,
            "status": status,
            "previous": money[0],
            "value": money[1],
            "change": change,
            **dict(zip(_EFFECTS, [*effects, *rest], strict=True)),
        }
    )
    numbers = table[["previous", "value", "change", *_EFFECTS]].sum()
    whole = pd.DataFrame([{level: None, "scope": "all", "level": level, "status": None, **numbers}])
    labels = pd.concat([items, pd.Series([None], dtype=object)], ignore_index=True).infer_objects()
    table = pd.concat([table.drop(columns=level), whole.drop(columns=level)], ignore_index=True)
    table.insert(0, level, labels)
    return table


def _standard(sums: Floats, items: Any) -> Floats:  # noqa: ARG001
    """Price and cost at the quantities after, volume and mix at the margins before."""
    (q0, a0, c0), (q1, a1, c1) = sums
    grown, unit_margin = q1.sum() / q0.sum(), (a0 - c0) / q0
    return np.array(
        [
            (grown - 1) * (a0 - c0),
            (q1 - grown * q0) * unit_margin,
            a1 - q1 * (a0 / q0),
            -(c1 - q1 * (c0 / q0)),
        ]
    )


def _midpoint(sums: Floats, items: Any) -> Floats:  # noqa: ARG001
    """Every change at the mean of both periods."""
    (q0, a0, c0), (q1, a1, c1) = sums
    total, share = (q0.sum(), q1.sum()), (q0 / q0.sum(), q1 / q1.sum())
    margin, units = ((a0 - c0) / q0 + (a1 - c1) / q1) / 2, (q0 + q1) / 2
    return np.array(
        [
            (total[1] - total[0]) * (share[0] + share[1]) / 2 * margin,
            (total[0] + total[1]) / 2 * (share[1] - share[0]) * margin,
            units * (a1 / q1 - a0 / q0),
            -units * (c1 / q1 - c0 / q0),
        ]
    )


def _log_mean(sums: Floats, items: Any) -> Floats:
    """Revenue and cost as products of all units, the share of the item, and money per unit, each by log means."""
    parts = []
    for column, what in ((1, _AMOUNTS), (2, _COSTS)):
        if (below := (sums[:, column] < 0).any(axis=0)).any():
            raise SchemaError(_BELOW(what=what(), items=some(list(items[below]))))
        chains = [np.stack([np.full(side.shape[1], side[0].sum()), side[0], side[column]]) for side in sums]
        parts.append(log_mean_contributions(*chains))
    of_revenue, of_cost = parts
    volume, mix = of_revenue[:2] - of_cost[:2]
    return np.array([volume, mix, of_revenue[2], -of_cost[2]])


_EFFECTS_BY: Final = {"standard": _standard, "midpoint": _midpoint, "log_mean": _log_mean}
