"""Which factors moved a quantity from one period to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import log_mean_contributions
from crmkit.metrics._kpi_rows import KpiRows, kpi_rows

__all__ = ["kpi_driver_table"]

_REVENUE: Final = ("active_customers", "purchase_frequency", "average_order_value")

_NOT_FACTORS: Final = Message(
    en="{@factors} must be a list of a quantity and one or more KPIs, got {factors!r}.",
    zh="{@factors} 须为列表，先是一个数量，再是一个或多个指标，得到 {factors!r}。",
)
_LACKING: Final = Message(
    en="{@factors} has {lacking}, which {@table} does not have as ratios. It has {got}.",
    zh="{@factors} 中的 {lacking} 在 {@table} 中不存在或不是比率。其中的比率有 {got}。",
)
_NO_CHAIN: Final = Message(
    en="{@factors} does not form a chain: {later!r} must have the numerator of {earlier!r} as its denominator.",
    zh="{@factors} 不能连乘：{later!r} 的分母须为 {earlier!r} 的分子。",
)
_OTHER: Final = Message(
    en="{code!r} is {value:,.6g} in {@table} on {day:%Y-%m-%d}, but {found:,.6g} by the factors. Give {@outcome} and "
    "{@factors} that belong together.",
    zh="{@table} 中 {day:%Y-%m-%d} 的 {code!r} 为 {value:,.6g}，按各因素计算为 {found:,.6g}。"
    "{@outcome} 与 {@factors} 须对应。",
)


def kpi_driver_table(table: FrameT, *, outcome: str = "revenue", factors: Sequence[str] = _REVENUE) -> FrameT:
    r"""Share out the change of a quantity from period to period among the factors whose product it is.

    .. math:: \text{revenue} = \text{customers} \times \frac{\text{orders}}{\text{customers}}
              \times \frac{\text{revenue}}{\text{orders}}

    By the additive log-mean Divisia index a factor :math:`x` adds :math:`L(v_1, v_0) \ln(x_1 / x_0)`, where :math:`v`
    is the outcome and :math:`L(a, b) = (a - b) / \ln(a / b)`. The contributions add up to the change, and do not
    depend on the order of the factors.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `kpi_table` gives it with ``period``, or `order_kpis` with ``freq``; with groups or without.
    outcome : str, default "revenue"
        The numerator of the last factor.
    factors : sequence of str, default ("active_customers", "purchase_frequency", "average_order_value")
        First a quantity, the denominator of the second factor; then codes of ratios in the table, each of which has the
        numerator of the one before as its denominator. The outcome and the first factor need not be in the table; if
        they are, their values must be those of the ratios.

    Returns
    -------
    the kind of frame given
        One row per group, period, and outcome or factor. The columns of labels that ``table`` has; ``period`` and
        ``is_complete``; ``kpi``; ``role``, "outcome" or "factor"; ``value``; ``previous``, that of the period before;
        ``contribution`` to the change of the outcome, and of the outcome its change, in units of the outcome;
        ``contribution_share``, of the change.

        In the first period, and after one without a row, there is no change. Periods are compared as they are: a
        shorter one has fewer customers.
        Where the outcome is 0 in one of two periods, the first factor that is 0 then contributes all of its change.
        Contributions are missing where a factor is missing or below 0. Shares are missing where nothing changed; they
        exceed 1 where factors move against one another.

    Raises
    ------
    SchemaError
        If a column is missing, periods among them, there are no rows, or several of a KPI in a group and period.
    TypeError
        If ``table`` is not a frame or ``factors`` not as described.
    ValueError
        If a factor is not a ratio in the table, its denominator is not the numerator of the one before, or the outcome
        or first factor has another value in the table.

    See Also
    --------
    kpi_mix_table : The change of a ratio, shared out among groups.

    References
    ----------
    .. [1] Ang (2005), "The LMDI approach to decomposition analysis: a practical guide", *Energy Policy* 33(7).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.metrics import kpi_table
    >>> shop = pd.DataFrame({
    ...     "month": pd.to_datetime(["2024-01-01", "2024-02-01"]),
    ...     "customers": [100, 120], "orders": [150, 180], "revenue": [3000.0, 3960.0],
    ... })
    >>> drivers = kpi_driver_table(kpi_table(shop, period="month", as_of="2024-02-29"))
    >>> drivers.tail(4)[["kpi", "value", "previous", "contribution", "contribution_share"]].round(3)
                       kpi   value  previous  contribution  contribution_share
    4              revenue  3960.0    3000.0       960.000               1.000
    5     active_customers   120.0     100.0       630.435               0.657
    6   purchase_frequency     1.5       1.5         0.000               0.000
    7  average_order_value    22.0      20.0       329.565               0.343
    """
    codes = [] if isinstance(factors, str) or not isinstance(factors, Iterable) else list(factors)
    if len(codes) < 2 or not all(isinstance(code, str) for code in codes):
        raise TypeError(_NOT_FACTORS(factors=factors))
    rows = kpi_rows(table)
    cells, columns = _cells(rows, codes)
    chain = _chain(cells, columns, codes)
    _check_names(cells, columns, {outcome: chain[-1], codes[0]: chain[0]})
    values = np.vstack([chain[-1], chain[0], *(columns["value", code] for code in codes[1:])])
    # What stands before the first period of a group, or before a gap, is no period before.
    place = np.searchsorted(np.unique(cells["period"]), cells["period"])
    is_first = np.append(True, (np.diff(cells["group"].to_numpy()) != 0) | (np.diff(place) != 1))
    before = np.where(is_first, np.nan, np.roll(chain, 1, axis=1))
    change = chain[-1] - before[-1]
    added = np.vstack([change, log_mean_contributions(before, chain)])
    with np.errstate(invalid="ignore"):
        shares = added / np.where(change == 0, np.nan, change)
    n = len(values)
    result = cells[[*rows.labels, "period", "is_complete"]].loc[np.repeat(cells.index, n)].reset_index(drop=True)
    result["kpi"] = [outcome, *codes] * len(cells)
    result["role"] = ["outcome", *["factor"] * len(codes)] * len(cells)
    result["value"] = values.T.ravel()
    result["previous"] = np.where(is_first, np.nan, np.roll(values, 1, axis=1)).T.ravel()
    result["contribution"] = added.T.ravel()
    result["contribution_share"] = shares.T.ravel()
    return from_pandas(result, like=table)


def _cells(rows: KpiRows, factors: Sequence[str]) -> tuple[pd.DataFrame, Mapping[tuple[str, str], Floats]]:
    """The groups and periods, and what the table says of each KPI in them, missing where it has no row."""
    table = rows.table
    ratios = list(dict.fromkeys(table.loc[table["denominator"].notna(), "kpi"]))
    if lacking := [code for code in factors[1:] if code not in ratios]:
        raise ValueError(_LACKING(lacking=lacking, got=ratios))
    cell = table.groupby([rows.groups, "period"], sort=False).ngroup().to_numpy()
    cells = table.assign(group=rows.groups).groupby(cell, sort=True).head(1).reset_index(drop=True)
    columns = {}
    for code, own in table.groupby("kpi"):
        for name in ("value", "numerator", "denominator"):
            column = np.full(len(cells), np.nan)
            column[cell[own.index]] = own[name].to_numpy(dtype=float)
            columns[name, str(code)] = column
    return cells, columns


def _chain(cells: pd.DataFrame, columns: Mapping[tuple[str, str], Floats], factors: Sequence[str]) -> Floats:
    """The quantities: the denominator of the first ratio, then the numerator of each."""
    for earlier, later in pairwise(factors[1:]):
        above, below = columns["numerator", earlier], columns["denominator", later]
        if not _same(above, below).all():
            raise ValueError(_NO_CHAIN(earlier=earlier, later=later))
    base = columns["denominator", factors[1]]
    return np.vstack([base, *(columns["numerator", code] for code in factors[1:])]).reshape(-1, len(cells))


def _check_names(cells: pd.DataFrame, columns: Mapping[tuple[str, str], Floats], named: Mapping[str, Floats]) -> None:
    """Raise if a quantity goes by the name of something else in the table."""
    for code, found in named.items():
        value = columns.get(("value", code), found)
        if len(wrong := np.flatnonzero(~_same(value, found))):
            at = wrong[0]
            raise ValueError(_OTHER(code=code, value=value[at], found=found[at], day=cells["period"].iloc[at]))


def _same(one: Floats, other: Floats) -> npt.NDArray[np.bool_]:
    """Where two columns say the same, as far as both are known."""
    return np.isclose(one, other, rtol=1e-9) | np.isnan(one) | np.isnan(other)
