"""How what groups buy changed from one period to another."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_int
from crmkit._frames import FrameT, column_name, flag, from_pandas, midnight, to_pandas
from crmkit._grouping import labels_of
from crmkit._messages import Message, Parameter
from crmkit._random import as_generator
from crmkit.value.products._cells import check_not_below, check_number_of_cells, settled
from crmkit.value.products._lines import COUNTED, VALUE, check_labels_free, sold_lines

__all__ = ["preference_change_table"]

_AFTER: Final = "__crmkit_after"
_ENDS: Final = 2
_FEWEST_CUSTOMERS: Final = 30
# Weights that are held in memory at a time.
_BLOCK: Final = 4_000_000
_RESULT: Final = (
    *("scope", "value_before", "value_after", "share_before", "share_after", "change", "lower", "upper"),
    *("distance", "distance_by_chance", "distance_p_value", "n_customers", "too_few"),
)

_NOT_A_PAIR: Final = Message(
    en="{name} must be a pair, the first and the last day of the period, got {value!r}.",
    zh="{name} 须为一对日期，即期间的首日与末日，得到 {value!r}。",
)
_REVERSED: Final = Message(
    en="{name} ends on {end:%Y-%m-%d}, before it begins on {start:%Y-%m-%d}.",
    zh="{name} 止于 {end:%Y-%m-%d}，早于其开始日 {start:%Y-%m-%d}。",
)
_OUT_OF_ORDER: Final = Message(
    en="{@after} begins on {start:%Y-%m-%d}, but {@before} ends on {end:%Y-%m-%d} only.",
    zh="{@after} 始于 {start:%Y-%m-%d}，而 {@before} 到 {end:%Y-%m-%d} 才结束。",
)


def preference_change_table(
    order_lines: FrameT,
    *,
    by: str,
    item: str,
    before: tuple[Day, Day],
    after: tuple[Day, Day],
    value: str = "amount",
    level: float = 0.95,
    n_draws: int = 1000,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""Compare what each group bought in two periods, as shares of the same items, with how far that may be chance.

    .. math:: \text{distance} = \frac{1}{2} \sum_j |s_j^\text{after} - s_j^\text{before}|

    is the share of purchases that went to other items. It is above 0 by chance alone, the more so the fewer customers
    there are. So the table says how large it would be if nothing had changed: the intervals and that figure come from a
    bootstrap over customers, for the purchases of one customer go together.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them.
    by, item : str
        The columns of groups and of items, as in `preference_table`.
    before, after : pair of dates or ISO texts
        First and last day of each period, both inclusive. They need not be of one length, but of one season.
    value : str, default "amount"
        The column to add up, or "n_orders" or "n_customers", as in `preference_table`.
    level : float, default 0.95
        Probability of the intervals, between 0 and 1.
    n_draws : int, default 1000
        How many times to draw, at least 100.
    random_state : int, numpy.random.Generator or None, default 0
        Source of the draws.

    Returns
    -------
    the kind of frame given
        A row per group and item that was sold to anybody in either period, in order of the labels. The columns of
        ``by`` and ``item``; ``scope``, "group", or "no label" where one is missing;

        ``value_before``, ``value_after``, ``share_before``, ``share_after``
            What was bought and its share of the group; shares are missing in a period without purchases.
        ``change``, ``lower``, ``upper``
            Share after less share before, and its interval.
        ``distance``, ``distance_by_chance``, ``distance_p_value``
            Of the group, the same in all its rows: in [0, 1], what it would be on average if nothing had changed, and
            how often chance alone makes as large a one.
        ``n_customers``, ``too_few``
            Customers of the group in either period, and whether they are fewer than 30.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a value is missing or infinite, more came back than was sold in a
        cell, or there are too many cells.
    TypeError
        If ``order_lines`` is not a frame, a name is not one column, a period is not a pair, or ``random_state`` is of
        another kind.
    ValueError
        If a period is reversed or ``after`` does not follow ``before``; if ``level`` or ``n_draws`` is out of range; if
        ``by`` and ``item`` are the same or the name of a column of the result.

    See Also
    --------
    preference_table : What a group buys more of than others do.

    References
    ----------
    .. [1] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_order_lines
    >>> orders = pd.DataFrame({
    ...     "customer_id": range(400), "order_id": range(400), "amount": 10, "region": "north",
    ...     "date": ["2024-03-01"] * 200 + ["2025-03-01"] * 200,
    ...     "category": ["tea"] * 60 + ["coffee"] * 140 + ["tea"] * 100 + ["coffee"] * 100,
    ... })
    >>> lines = as_order_lines(orders, order_id="order_id", keep=["region", "category"])
    >>> found = preference_change_table(
    ...     lines, by="region", item="category", before=("2024-01-01", "2024-12-31"), after=("2025-01-01", "2025-12-31")
    ... )
    >>> found[["category", "share_before", "share_after", "change", "distance"]]
      category  share_before  share_after  change  distance
    0   coffee           0.7          0.5    -0.2       0.2
    1      tea           0.3          0.5     0.2       0.2
    """
    by, item = check_labels_free(by, item, taken=_RESULT)
    value = column_name(value, name="value")
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=100)
    rng = as_generator(random_state)
    (start, end), (next_start, next_end) = (_ends(before, name="before"), _ends(after, name="after"))
    if next_start <= end:
        raise ValueError(_OUT_OF_ORDER(start=next_start, end=end))
    rows = sold_lines(order_lines, labels=[by, item], value=value, keep=("date",))
    day = nw.col("date").dt.truncate("1d").cast(nw.Datetime("us"))
    days = [midnight(each, of=rows) for each in (start, end, next_start, next_end)]
    inside = ((day >= days[0]) & (day <= days[1])) | ((day >= days[2]) & (day <= days[3]))
    rows = rows.filter(inside).with_columns(flag(day >= days[2]).alias(_AFTER))
    keys = [by, item, "customer_id", _AFTER]
    if value in COUNTED:
        rows = rows.select(*keys, *(["order_id"] if value == "n_orders" else []), VALUE).unique()
    rows = rows.with_columns(nw.col(VALUE).abs().alias("__crmkit_turnover"))
    sums = to_pandas(rows.group_by(*keys).agg(nw.col(VALUE, "__crmkit_turnover").sum()))
    # In one order whatever that of the rows, so that the draws are the same.
    sums = sums.assign(_group=labels_of(sums[[by]], [by]).codes, _item=labels_of(sums[[item]], [item]).codes)
    sums["_customer"] = labels_of(sums[["customer_id"]], ["customer_id"]).codes
    sums = sums.sort_values(["_group", "_customer", "_item", _AFTER], ignore_index=True)
    groups, items = labels_of(sums[[by]], [by]), labels_of(sums[[item]], [item])
    n_groups, n_items = len(groups.groups), len(items.groups)
    check_number_of_cells(n_groups, n_items)
    cell = (sums[_AFTER].to_numpy(dtype=np.int64), groups.codes, items.codes)
    amounts, turnover = np.zeros((2, n_groups, n_items)), np.zeros((2, n_groups, n_items))
    np.add.at(amounts, cell, sums[VALUE].to_numpy(dtype=float))
    np.add.at(turnover, cell, sums["__crmkit_turnover"].to_numpy(dtype=float))
    amounts = settled(amounts, turnover)
    for side in amounts:
        check_not_below(side, groups, items, value=value)
    # In units of all, no product of weights and money overflows.
    unit = turnover.sum() or 1.0
    found = []
    for place in range(n_groups):
        mine = groups.codes == place
        customers, codes = np.unique(sums["_customer"].to_numpy()[mine], return_inverse=True)
        columns = items.codes[mine] + n_items * cell[0][mine]
        values = sums[VALUE].to_numpy(dtype=float)[mine] / unit
        draws = _drawn(values, codes, columns, shape=(len(customers), 2 * n_items), n_draws=n_draws, rng=rng)
        found.append(_compared(amounts[:, place], draws, level=level).assign(n_customers=len(customers)))
    table = pd.concat(found, ignore_index=True) if found else _compared(amounts[:, :0].reshape(2, 0), None, level=level)
    table = table if found else table.assign(n_customers=pd.Series(dtype="int64"))
    labels = pd.concat(
        [
            groups.groups.loc[np.repeat(np.arange(n_groups), n_items)].reset_index(drop=True),
            items.groups.loc[np.tile(np.arange(n_items), n_groups)].reset_index(drop=True),
        ],
        axis=1,
    )
    table["scope"] = np.where(labels.isna().any(axis=1), "no label", "group").astype(object)
    table["too_few"] = table["n_customers"] < _FEWEST_CUSTOMERS
    return from_pandas(pd.concat([labels, table[list(_RESULT)]], axis=1), like=order_lines)


def _ends(given: Any, *, name: str) -> Any:
    if not isinstance(given, (tuple, list)) or len(given) != _ENDS:
        raise TypeError(_NOT_A_PAIR(name=Parameter(name), value=given))
    start, end = (as_day(day, name=name) for day in given)
    if end < start:
        raise ValueError(_REVERSED(name=Parameter(name), start=start, end=end))
    return start, end


def _drawn(
    values: Floats,
    codes: npt.NDArray[Any],
    columns: npt.NDArray[Any],
    *,
    shape: tuple[int, int],
    n_draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Sums of the cells under weights of customers, drawn so often, by period and item."""
    from scipy import sparse

    of_customers = sparse.csr_array((values, (codes, columns)), shape=shape)
    sums = np.zeros((shape[1], n_draws))
    size = max(1, _BLOCK // n_draws)
    for first in range(0, shape[0], size):
        block = of_customers[first : first + size]
        sums += block.T @ rng.standard_exponential((block.shape[0], n_draws))
    return np.asarray(sums.T.reshape(n_draws, 2, -1))


def _compared(amounts: Floats, draws: Floats | None, *, level: float) -> pd.DataFrame:
    """The shares of one group before and after, with their draws."""
    before, after = _shares(amounts)
    change = after - before
    lower = upper = np.full(len(change), np.nan)
    distance = by_chance = p_value = np.nan
    if draws is not None and not np.isnan(change).any():
        drawn = _shares(np.moveaxis(draws, 1, 0))
        changes = drawn[1] - drawn[0]
        lower, upper = np.nanquantile(changes, [(1 - level) / 2, (1 + level) / 2], axis=0)
        distance = np.abs(change).sum() / 2
        chance = np.abs(changes - change).sum(axis=1) / 2
        by_chance = chance.mean()
        p_value = ((chance >= distance).sum() + 1) / (len(chance) + 1)
    return pd.DataFrame(
        {
            "value_before": amounts[0],
            "value_after": amounts[1],
            "share_before": before,
            "share_after": after,
            "change": change,
            "lower": lower,
            "upper": upper,
            "distance": distance,
            "distance_by_chance": by_chance,
            "distance_p_value": p_value,
        }
    )


def _shares(amounts: Floats) -> Floats:
    totals = amounts.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(amounts, totals, out=np.full(amounts.shape, np.nan), where=totals > 0)
    return shares
