"""What a group prefers: its shares beside those of all."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._stats import adjusted_p_values, gamma_weight, poisson_interval, shrunken_ratios
from crmkit.value.products._cells import Cells, read_cells
from crmkit.value.products._lines import COUNTED, check_labels_free

__all__ = ["preference_table"]

_RESULT: Final = (
    *("scope", "value", "expected", "group_share", "overall_share", "raw_index", "index", "lower", "upper"),
    *("weight_of_mean", "residual", "p_value", "adjusted_p_value", "n_orders", "n_customers", "effective_n"),
    *("approximate", "too_few"),
)
# Below, residuals are not normal (Cochran 1954).
_FEWEST_EXPECTED: Final = 5.0


def preference_table(
    order_lines: FrameT, *, by: str, item: str, value: str = "amount", shrink: bool = True, level: float = 0.95
) -> FrameT:
    r"""What each group buys more or less of than all do: an index of 100 is the share that the item has overall.

    .. math:: I_{ij} = 100 \, \frac{x_{ij} / x_{i \cdot}}{x_{\cdot j} / x_{\cdot \cdot}}
        = 100 \, \frac{O_{ij}}{E_{ij}}, \qquad \hat I_{ij} = 100 \, \frac{O_{ij} + \kappa}{E_{ij} + \kappa}

    The second form is shrunk: an index of 250 from two purchases is no preference. :math:`\kappa` follows from how much
    more the whole table differs from its margins than chance lets it (Gamma–Poisson). The rows come in order of
    ``lower``, the lower bound of the index, so that what is both high and certain comes first.

    That needs counts. An amount :math:`x` counts as :math:`x / w` purchases, where :math:`w = \sum a^2 / \sum a` over
    the amounts that orders hold of an item: a few large orders are worth few purchases. This is an approximation, and
    ``approximate`` says so. Purchases of the same customer are taken as independent of one another; where customers buy
    the same over and over, ``value="n_customers"`` is the cautious choice.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them.
    by : str
        The column of groups, such as the region, the channel, or a segment.
    item : str
        The column of items, such as the product or the category.
    value : str, default "amount"
        The column to add up, such as "amount" or "quantity"; or "n_orders" or "n_customers", which count the different
        orders or customers with the item, without lines that went back.
    shrink : bool, default True
        Whether ``index`` and its bounds are pulled towards 100, the more the less was bought. Without, the interval is
        Poisson's exact one.
    level : float, default 0.95
        Probability of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame given
        A row per group and item, those that were not bought among them; in order of ``lower``, the highest first. The
        columns of ``by`` and ``item``;

        ``scope``
            "group", or "no label" where the group or the item is missing.
        ``value``, ``expected``
            What was bought, and what would have been if the group bought as all do.
        ``group_share``, ``overall_share``
            Shares of the item in the group and in all; missing without anything bought.
        ``raw_index``, ``index``, ``lower``, ``upper``
            The index as it is; the index, shrunk or not, and its interval. The indices are missing where the group or
            the item has no sales; the interval also if there is but one group or one item.
        ``weight_of_mean``
            In [0, 1], how far the index is pulled towards 100; 0 without shrinkage.
        ``residual``, ``p_value``, ``adjusted_p_value``
            The adjusted standardised residual :math:`(O - E) / \sqrt{E (1 - x_{i \cdot}/x) (1 - x_{\cdot j}/x)}`,
            normal if the group buys as all do; its two-sided p-value, and that adjusted for all cells (Benjamini and
            Hochberg). Missing where only one group or one item has sales.
        ``n_orders``, ``n_customers``
            Different orders and customers with the item.
        ``effective_n``
            The purchases that the value is worth.
        ``approximate``
            Whether ``effective_n`` comes from amounts rather than from counting.
        ``too_few``
            Whether fewer than 5 purchases are expected, so that the p-value is not to be relied on.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a value is missing or infinite, more came back than was sold in a
        cell, or there are more than 2,000,000 cells.
    TypeError
        If ``order_lines`` is not a frame, or a name is not one column.
    ValueError
        If ``by`` and ``item`` are the same or the name of a column of the result, or ``level`` is not between 0 and 1.

    See Also
    --------
    preference_change_table : How the shares of a group changed.
    concentration_index : How concentrated purchases are on few items.

    References
    ----------
    .. [1] Haberman (1973), "The Analysis of Residuals in Cross-Classified Tables", *Biometrics* 29(1).
    .. [2] Marshall (1991), "Mapping Disease and Mortality Rates Using Empirical Bayes Estimators", *Journal of the
       Royal Statistical Society* C 40(2).
    .. [3] Kish (1965), *Survey Sampling*, section 11.7, for the effective number.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_order_lines
    >>> orders = pd.DataFrame({
    ...     "customer_id": range(1000), "order_id": range(1000), "date": "2024-03-01", "amount": 10,
    ...     "region": ["north"] * 100 + ["south"] * 900,
    ...     "category": ["tea"] * 30 + ["coffee"] * 70 + ["tea"] * 170 + ["coffee"] * 730,
    ... })
    >>> lines = as_order_lines(orders, order_id="order_id", keep=["region", "category"])
    >>> found = preference_table(lines, by="region", item="category")
    >>> found[["region", "category", "raw_index", "index", "lower", "residual"]].round(2)
      region category  raw_index   index  lower  residual
    0  north      tea     150.00  144.60  99.17      2.64
    1  south   coffee     101.39  101.38  94.17      2.64
    2  south      tea      94.44   94.52  80.94     -2.64
    3  north   coffee      87.50   87.87  68.80     -2.64
    """
    by, item = check_labels_free(by, item, taken=_RESULT)
    value = column_name(value, name="value")
    check_fraction(level, name="level")
    cells = read_cells(order_lines, by=by, item=item, value=value)
    table = _table(cells, shrink=bool(shrink), level=level)
    n_groups, n_items = cells.value.shape
    labels = pd.concat(
        [
            cells.groups.groups.loc[np.repeat(np.arange(n_groups), n_items)].reset_index(drop=True),
            cells.items.groups.loc[np.tile(np.arange(n_items), n_groups)].reset_index(drop=True),
        ],
        axis=1,
    )
    table.insert(0, "scope", np.where(labels.isna().any(axis=1), "no label", "group").astype(object))
    table["approximate"] = value not in COUNTED
    table = pd.concat([labels, table[list(_RESULT)]], axis=1)
    table = table.sort_values("lower", ascending=False, kind="stable", ignore_index=True)
    return from_pandas(table, like=order_lines)


def _table(cells: Cells, *, shrink: bool, level: float) -> pd.DataFrame:
    """The figures of every cell, row by row."""
    bought = cells.value
    rows, columns, total = bought.sum(axis=1, keepdims=True), bought.sum(axis=0, keepdims=True), bought.sum()
    nothing = np.full(bought.shape, np.nan)
    of_group = np.divide(bought, rows, out=nothing.copy(), where=rows > 0)
    overall = np.broadcast_to(columns / total if total > 0 else np.nan, bought.shape)
    of_all = rows / total if total > 0 else np.full(rows.shape, np.nan)
    expected = np.nan_to_num(rows * overall)
    # In purchases, so that large numbers and small units of money do not matter.
    seen, hoped = (each / total * cells.effective_n if total > 0 else each for each in (bought, expected))
    there = expected > 0
    raw = np.divide(of_group, overall, out=nothing.copy(), where=there)
    n_rows, n_columns = int((rows > 0).sum()), int((columns > 0).sum())
    free = (1 - of_all) * (1 - overall)
    weight = gamma_weight(seen, hoped, free, degrees=(n_rows - 1) * (n_columns - 1))
    several = min(n_rows, n_columns) > 1
    pull = nothing.copy()
    if not several:
        index, lower, upper = raw, nothing, nothing
    elif shrink:
        index, lower, upper = shrunken_ratios(seen, hoped, weight=weight, level=level)
        pull = weight / (hoped + weight)
    else:
        lower, upper = poisson_interval(seen, hoped, level=level)
        index, pull = raw, np.zeros(bought.shape)
    residual = np.divide(seen - hoped, np.sqrt(hoped * free), out=nothing.copy(), where=there & several)
    p_value = np.asarray(chdtrc(1, residual**2))
    found: dict[str, npt.NDArray[Any]] = {
        "value": bought,
        "expected": expected,
        "group_share": of_group,
        "overall_share": overall,
        "raw_index": 100 * raw,
        "index": _known(100 * index, there),
        "lower": _known(100 * lower, there),
        "upper": _known(100 * upper, there),
        "weight_of_mean": _known(pull, there),
        "residual": residual,
        "p_value": p_value,
        "adjusted_p_value": adjusted_p_values(p_value.ravel(), adjust="benjamini-hochberg"),
        "n_orders": cells.n_orders.astype(np.int64),
        "n_customers": cells.n_customers.astype(np.int64),
        "effective_n": seen,
        "too_few": hoped < _FEWEST_EXPECTED,
    }
    return pd.DataFrame({name: np.asarray(values).ravel() for name, values in found.items()})


def _known(values: Floats, there: Floats) -> Floats:
    return np.where(there, values, np.nan)
