"""How far sales move with the price: the elasticity of each product, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import normal_reach
from crmkit.value.pricing._pooled import pooled
from crmkit.value.pricing._sales import Sales, check_free, read_sales
from crmkit.value.pricing._slope import ERRORS, MODELS, Demand, Errors, Undetermined, slope_of

__all__ = ["elasticity_table"]

FEWEST_PRICES: Final = 3
_RESULT: Final = (
    *("elasticity", "std_error", "lower", "upper", "r_squared", "n", "n_zero", "n_left_out", "n_prices"),
    *("lowest_price", "highest_price", "reason"),
)
_COUNTS: Final = ("n", "n_zero", "n_left_out", "n_prices")
_SHRUNK: Final = ("shrunk", "shrunk_lower", "shrunk_upper")


def elasticity_table(
    sales: FrameT,
    *,
    price: str,
    quantity: str,
    product: str | None = None,
    controls: Sequence[str] = (),
    cluster: str | None = None,
    model: Demand = "log_log",
    errors: Errors = "hc3",
    level: float = 0.95,
) -> FrameT:
    r"""Estimate how many percent more or fewer units go with 1 % more for the price, product by product.

    .. math:: \ln q = a + e \ln p + \text{controls}

    This is an association unless the price was varied at random: an advertised promotion, a season, or a price that
    follows demand distorts it. Give whatever moved together with the price as ``controls``.

    Use the list price of a week and the units of that week. A price computed as amount / quantity carries the error of
    the quantity, and the price on an order line may hold a quantity discount; both make demand look far more elastic
    than it is.

    Parameters
    ----------
    sales : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per product and period.
    price : str
        The column of prices of one unit. Rows with a price of 0 are left out and counted.
    quantity : str
        The column of units sold, 0 or more.
    product : str, optional
        The column that tells products apart; each has its own regression. Without it all rows are one product.
    controls : sequence of str, default ()
        Columns to hold fixed: numbers, flags, or labels, of which each has its own level.
    cluster : str, optional
        A column of labels, such as the store: rows with the same label may move together, and the standard error allows
        for that. Needs 10 labels or more. Replaces ``errors``.
    model : {"log_log", "poisson"}, default "log_log"
        ``"log_log"`` is a regression of logarithms, which cannot hold periods without a sale: they are left out and
        counted in ``n_zero``. ``"poisson"`` keeps them (Poisson's pseudo-likelihood, which does not ask that sales are
        Poisson).
    errors : {"hc3", "hc1", "classical"}, default "hc3"
        Standard errors: robust to unequal spread, the first also with few rows; or those that assume equal spread.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        A row per product, in order of the labels: the column of ``product``;

        ``elasticity``, ``std_error``, ``lower``, ``upper``
            The interval is Student's.
        ``r_squared``
            Of the regression; missing with ``model="poisson"``.
        ``n``, ``n_zero``, ``n_left_out``
            Rows used, rows without a sale, and rows left out because something is missing or the price is 0.
        ``n_prices``, ``lowest_price``, ``highest_price``
            Different prices seen, and their range.
        ``reason``
            Why there is no estimate, else missing: "few_prices" (fewer than 3), "few_rows", "price_does_not_vary" (once
            controls are held fixed), "few_clusters", "no_sales", "no_convergence".
        ``shrunk``, ``shrunk_lower``, ``shrunk_upper``
            Pulled towards the mean of all products, as by `shrunk_elasticity_table`; missing for fewer than two
            products.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a number is infinite, or a price or quantity is below 0.
    TypeError
        If ``sales`` is not a frame, or a name is not one column.
    ValueError
        If an option is unknown, ``level`` is not between 0 and 1, or ``product`` has the name of a column of the
        result.

    See Also
    --------
    crmkit.metrics.arc_price_elasticity : Between two points.
    optimal_price_table : The price that these elasticities ask for.

    References
    ----------
    .. [1] Long and Ervin (2000), "Using Heteroscedasticity Consistent Standard Errors in the Linear Regression Model",
       *The American Statistician* 54(3).
    .. [2] Cameron and Miller (2015), "A Practitioner's Guide to Cluster-Robust Inference", *Journal of Human Resources*
       50(2).
    .. [3] Santos Silva and Tenreyro (2006), "The Log of Gravity", *Review of Economics and Statistics* 88(4).

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"price": [8, 9, 10, 11, 12], "units": [160, 119, 102, 81, 70]})
    >>> found = elasticity_table(sales, price="price", quantity="units")
    >>> found[["elasticity", "lower", "upper", "n", "n_prices"]].round(2)
       elasticity  lower  upper  n  n_prices
    0       -2.02  -2.47  -1.56  5         5
    """
    check_option(model, MODELS, name="model")
    check_option(errors, ERRORS, name="errors")
    check_fraction(level, name="level")
    rows = read_sales(sales, price=price, quantity=quantity, product=product, controls=controls, cluster=cluster)
    if rows.groups is None:
        codes, n_groups = np.zeros(len(rows.price), dtype=np.int64), 1
    else:
        codes, n_groups = rows.groups.codes, len(rows.groups.groups)
        check_free(str(rows.groups.groups.columns[0]), (*_RESULT, *_SHRUNK))
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(n_groups + 1))
    found = [
        _estimated(rows, order[ends[place] : ends[place + 1]], model=model, errors=errors, level=level)
        for place in range(n_groups)
    ]
    kinds = dict.fromkeys(_RESULT, "float64") | dict.fromkeys(_COUNTS, "int64") | {"reason": "object"}
    table = pd.DataFrame(found, columns=list(_RESULT)).astype(kinds)
    estimates = {name: table[name].to_numpy(dtype=np.float64) for name in ("elasticity", "std_error")}
    table = table.assign(**with_shrunk(**estimates, level=level))
    if rows.groups is not None:
        table = pd.concat([rows.groups.groups, table], axis=1)
    return from_pandas(table, like=sales)


def with_shrunk(*, elasticity: Floats, std_error: Floats, level: float) -> dict[str, Floats]:
    """Estimates drawn towards their mean, with intervals."""
    drawn, error = pooled(elasticity, std_error, method="paule_mandel").shrunk(elasticity, std_error)
    reach = normal_reach(level) * error
    return dict(zip(_SHRUNK, (drawn, drawn - reach, drawn + reach), strict=True))


def _estimated(rows: Sales, at: Any, *, model: Demand, errors: Errors, level: float) -> dict[str, Any]:
    """The regression of some rows."""
    known = at[rows.known[at]]
    prices, quantities = rows.price[known], rows.quantity[known]
    counts = {
        "n_zero": int((quantities == 0).sum()),
        "n_left_out": len(at) - len(known),
        "n_prices": len(np.unique(prices)),
        "lowest_price": prices.min() if len(prices) else np.nan,
        "highest_price": prices.max() if len(prices) else np.nan,
    }
    used = known if model == "poisson" else known[quantities > 0]
    quantity = rows.quantity[used]
    try:
        if len(np.unique(rows.price[used])) < FEWEST_PRICES:
            raise Undetermined("few_prices")
        slope = slope_of(
            np.log(rows.price[used]),
            np.log(quantity) if model == "log_log" else quantity / max(quantity.max(), np.finfo(float).tiny),
            rows.controls[used],
            model=model,
            errors=errors,
            clusters=None if rows.clusters is None else np.unique(rows.clusters[used], return_inverse=True)[1],
        )
    except Undetermined as why:
        return {**counts, "n": len(used), "reason": str(why)}
    lower, upper = slope.interval(level)
    estimate = {"elasticity": slope.value, "std_error": slope.error, "lower": lower, "upper": upper}
    return {**counts, **estimate, "r_squared": slope.r_squared, "n": len(used), "reason": None}
