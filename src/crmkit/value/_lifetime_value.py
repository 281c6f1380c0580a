"""Lifetime value: discounted purchases times what is spent on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from crmkit._checks import check_fraction, check_int
from crmkit._frames import (
    FrameT,
    collected,
    column_like,
    from_pandas,
    in_memory,
    is_engine,
    open_frame,
    pandas_series,
    rows_like,
)
from crmkit.value._checks import as_continuous_rate, as_end, check_margin
from crmkit.value._groups import groups_of
from crmkit.value._intervals import interval
from crmkit.value._model import Floats
from crmkit.value._purchases._draws import Quantity
from crmkit.value._purchases._engine import histories_in_memory, with_predictions
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._spend import GammaGammaModel
from crmkit.value._spend._engine import along_amounts, check_amounts
from crmkit.value._spend._law import spend_line
from crmkit.value._units import DAYS, DAYS_A_YEAR

__all__ = ["customer_equity", "customer_lifetime_value", "lifetime_value_by_year", "lifetime_value_table"]

# So many numbers are held at a time, 32 MB.
_AT_A_TIME = 4_000_000


def customer_lifetime_value(
    customers: Any,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    horizon: float | None = None,
    margin: float = 1.0,
) -> Any:
    r"""Value of each customer's purchases after ``as_of``.

    .. math:: margin \cdot E[\zeta \mid x, m] \cdot \int_0^{horizon} (1 + d)^{-t}\, dE[X(t) \mid x, t_x, T]

    What was bought so far is not part of it; nor is the first purchase of a new customer.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.customer_summary` gives it. An engine sends its cells and gets the values joined to its customers.
    purchase_model : PurchaseModel
        Fitted; says how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; says what they spend on each purchase day.
    discount_rate : float
        A year's, for example 0.1; not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for ever.
    margin : float, default 1.0
        Share of the amounts that is profit, from 0 to 1; 1 gives revenue.

    Returns
    -------
    Series (PyArrow: chunked array) named ``lifetime_value``
        In the money of the table, in the order of the rows; missing for prospects, and where the expected spend is.
        An engine, whose rows have no order, gets its customers back with that column added.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing, holds what cannot be, or is in the way of the one that an engine adds.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", *Journal of
       Marketing Research* 42(4), 415-430.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import BetaGeoModel, GammaGammaModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> purchases, spend = BetaGeoModel(time_unit="W").fit(customers), GammaGammaModel().fit(customers)
    >>> values = customer_lifetime_value(
    ...     customers, purchase_model=purchases, spend_model=spend, discount_rate=0.1, horizon=52, margin=0.3
    ... )
    >>> values.round(2).head(3).tolist()
    [11.03, 1.41, 2.54]
    """
    models = _Models(purchase_model, spend_model, margin)
    quantity = models.discounted(discount_rate, horizon)
    if is_engine(open_frame(customers, name="customers")):
        return models.joined(customers, quantity)
    return column_like(models.of(customers).value(quantity), name="lifetime_value", like=customers)


def lifetime_value_by_year(
    customers: FrameT,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    n_years: int = 3,
    margin: float = 1.0,
) -> FrameT:
    """Value of each customer's purchases in each of the years after ``as_of``, discounted to that day.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    purchase_model : PurchaseModel
        Fitted; says how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; says what they spend on each purchase day.
    discount_rate : float
        A year's, not negative.
    n_years : int, default 3
        Years of 365.25 days, at least 1.
    margin : float, default 1.0
        Share of the amounts that is profit, from 0 to 1.

    Returns
    -------
    the kind of table given
        One row per customer, in the order given: ``year_1``, ``year_2`` …, which add up to `customer_lifetime_value`
        over that horizon; missing for prospects.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import GammaGammaModel, ParetoNBDModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> models = {"purchase_model": ParetoNBDModel().fit(customers), "spend_model": GammaGammaModel().fit(customers)}
    >>> lifetime_value_by_year(customers, **models, discount_rate=0.1, margin=0.3).head(2).round(2)
       year_1  year_2  year_3
    0   13.14    8.59    6.33
    1    1.18    0.78    0.57
    """
    check_int(n_years, name="n_years", low=1)
    models = _Models(purchase_model, spend_model, margin)
    rows = models.of(customers)
    year = DAYS_A_YEAR / DAYS[purchase_model.time_unit]
    so_far = [rows.value(models.discounted(discount_rate, k * year)) for k in range(1, n_years + 1)]
    years = np.diff(so_far, axis=0, prepend=[np.zeros(len(so_far[0]))])
    return rows_like({f"year_{k}": values for k, values in enumerate(years, start=1)}, like=customers)


def lifetime_value_table(
    customers: FrameT,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    horizon: float | None = None,
    margin: float = 1.0,
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Lifetime value of each customer with its parts, and the interval that the uncertainty of both models leaves.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    purchase_model : PurchaseModel
        Fitted; says how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; says what they spend on each purchase day.
    discount_rate : float
        A year's, not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for ever.
    margin : float, default 1.0
        Share of the amounts that is profit, from 0 to 1.
    level : float, default 0.95
        Probability that an interval is meant to hold.
    n_draws : int, default 500
        Draws of the parameters, at least 2.
    random_state : int or Generator, default 0
        Seed, or source, of the draws.

    Returns
    -------
    the kind of table given
        One row per customer, in the order given: ``discounted_purchases``, ``expected_spend``, ``lifetime_value``,
        ``lifetime_value_lower``, ``lifetime_value_upper``; missing for prospects, and where the expected spend is.
        The upper end is infinite where so many draws of the spend model have no finite mean.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import GammaGammaModel, ParetoNBDModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> models = {"purchase_model": ParetoNBDModel().fit(customers), "spend_model": GammaGammaModel().fit(customers)}
    >>> lifetime_value_table(customers, **models, discount_rate=0.1, horizon=52, margin=0.3).head(2).round(1).T
                          0     1
    discounted_purchases   1.8   0.2
    expected_spend        24.7  18.9
    lifetime_value        13.1   1.2
    lifetime_value_lower  11.3   0.9
    lifetime_value_upper  15.2   1.6
    """
    check_fraction(level, name="level")
    models = _Models(purchase_model, spend_model, margin)
    quantity = models.discounted(discount_rate, horizon)
    rows = models.of(customers)
    value = rows.value(quantity)
    lower, upper = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for some, drawn in rows.drawn(quantity, n_draws, np.random.default_rng(random_state)):
        lower[some], upper[some] = interval(drawn, level=level)
    table = {
        "discounted_purchases": rows.purchases(quantity),
        "expected_spend": rows.spend(),
        "lifetime_value": value,
        "lifetime_value_lower": lower,
        "lifetime_value_upper": upper,
    }
    return rows_like(table, like=customers)


def customer_equity(
    customers: FrameT,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    horizon: float | None = None,
    margin: float = 1.0,
    by: str | None = None,
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Value of the customer base: the lifetime values of all customers, or of each group, added up.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.customer_summary` gives it, with ``n_customers`` where a row stands for several.
    purchase_model : PurchaseModel
        Fitted; says how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; says what they spend on each purchase day.
    discount_rate : float
        A year's, not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for ever.
    margin : float, default 1.0
        Share of the amounts that is profit, from 0 to 1.
    by : str, optional
        A column of groups, such as a segment.
    level : float, default 0.95
        Probability that an interval is meant to hold.
    n_draws : int, default 500
        Draws of the parameters, at least 2.
    random_state : int or Generator, default 0
        Seed, or source, of the draws.

    Returns
    -------
    the kind of table given
        One row, or one per group in ascending order, its column first. ``n_customers``: customers of the table;
        ``n_valued``: those with a value, without prospects and those of whom the spend model says nothing;
        ``equity``: sum of their values; ``equity_lower`` and ``equity_upper``: interval that the uncertainty of both
        models leaves, without upper end (infinite) where so many draws of the spend model have no finite mean. All
        three are missing where nobody has a value.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be, or a customer has no group.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    References
    ----------
    .. [1] Blattberg and Deighton (1996), "Manage Marketing by the Customer Equity Test", *Harvard Business Review*
       74(4), 136-144.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import GammaGammaModel, ParetoNBDModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> models = {"purchase_model": ParetoNBDModel().fit(customers), "spend_model": GammaGammaModel().fit(customers)}
    >>> customer_equity(customers, **models, discount_rate=0.1, horizon=52, margin=0.3).round(-2)
       n_customers  n_valued   equity  equity_lower  equity_upper
    0         2400      2400  22000.0       19300.0       25700.0
    """
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=2)
    models = _Models(purchase_model, spend_model, margin)
    quantity = models.discounted(discount_rate, horizon)
    rows = models.of(customers)
    groups, of_row = rows.groups(by)
    weights, values = rows.weights(), rows.value(quantity)
    size = len(groups)
    drawn = np.zeros((n_draws, size))
    for some, block in rows.drawn(quantity, n_draws, np.random.default_rng(random_state)):
        for group in np.unique(of_row[some]):
            members = (of_row[some] == group) & (weights[some] > 0)
            drawn[:, group] += block[:, members] @ weights[some][members]
    valued = ~np.isnan(values)
    n_valued = np.bincount(of_row, weights=weights * valued, minlength=size)
    anybody = n_valued > 0
    equity = np.bincount(of_row, weights=weights * np.where(valued, values, 0.0), minlength=size)
    lower, upper = interval(drawn, level=level)
    table = pd.DataFrame(
        {
            **({} if by is None else {by: groups}),
            "n_customers": np.bincount(of_row, weights=weights, minlength=size).astype(np.int64),
            "n_valued": n_valued.astype(np.int64),
            "equity": np.where(anybody, equity, np.nan),
            "equity_lower": np.where(anybody, lower, np.nan),
            "equity_upper": np.where(anybody, upper, np.nan),
        }
    )
    return from_pandas(table, like=customers)


class _Models:
    """Both models, and the share of the amounts that is profit."""

    def __init__(self, purchases: PurchaseModel, spend: GammaGammaModel, margin: float) -> None:
        for name, model, kind in (
            ("purchase_model", purchases, PurchaseModel),
            ("spend_model", spend, GammaGammaModel),
        ):
            if not isinstance(model, kind):
                raise TypeError(f"`{name}` must be a fitted {kind.__name__}, got {type(model).__name__}.")
            check_is_fitted(model)
        self.purchases, self.spend, self.margin = purchases, spend, check_margin(margin)

    def discounted(self, discount_rate: float, horizon: float | None) -> Quantity:
        """Discounted purchases of an outlook."""
        rate = as_continuous_rate(discount_rate, days=DAYS[self.purchases.time_unit])
        end = as_end(horizon, rate=rate)
        return lambda outlook: outlook.discounted(end, rate)

    def of(self, customers: Any) -> _Rows:
        """Read a table, once: a query may give its rows in another order each time it runs."""
        return _Rows(self, collected(in_memory(open_frame(customers, name="customers"))))

    def joined(self, customers: FrameT, quantity: Quantity) -> FrameT:
        """Add the value to customers in their engine: by history, a straight line in the customer's mean amount."""
        check_amounts(customers, non_positive=self.spend.non_positive)
        few = histories_in_memory(customers, [*self.purchases._columns(), *self.spend.spend_covariates])
        _, outlook = self.purchases._outlook(few, distinct=False)
        extra = few[list(self.spend.spend_covariates)].to_numpy(dtype=np.float64)
        own = self.spend._own(self.spend._estimates(), extra)
        often = few["frequency"].to_numpy(dtype=np.float64)
        at_zero, slope = self.margin * quantity(outlook) * spend_line(often, **own)
        line = {"lifetime_value": at_zero, "lifetime_value_slope": slope}
        return along_amounts(
            with_predictions(customers, few, line), at_zero="lifetime_value", slope="lifetime_value_slope"
        )


class _Rows:
    """What the models say of the rows of a table."""

    def __init__(self, models: _Models, table: nw.DataFrame[Any]) -> None:
        self._models, self._table = models, table
        self._histories, self._outlook = models.purchases._outlook(table.to_native())
        self._amounts = models.spend._read(table.to_native())

    def purchases(self, quantity: Quantity) -> Floats:
        """Purchases of each row."""
        return self._histories.to_rows(quantity(self._outlook))

    def spend(self) -> Floats:
        """Expected spend of each row."""
        spend = self._models.spend
        return self._amounts.to_rows(spend._mean(self._amounts, spend._estimates()))

    def value(self, quantity: Quantity) -> Floats:
        """Value of each row."""
        return self._models.margin * self.purchases(quantity) * self.spend()

    def weights(self) -> Floats:
        """Customers that each row stands for."""
        if "n_customers" not in self._table.columns:
            return np.ones(len(self._table))
        return pandas_series(self._table["n_customers"]).to_numpy(dtype=np.float64)

    def groups(self, by: str | None) -> tuple[list[Any], npt.NDArray[np.intp]]:
        """Groups in ascending order, and the group of each row; one of all where there is no column."""
        if by is None:
            return [None], np.zeros(len(self._table), dtype=np.intp)
        groups = groups_of(self._table, by)
        return groups, pd.Index(groups).get_indexer(pd.Index(self._table[by].to_list()))

    def drawn(
        self, quantity: Quantity, n_draws: int, rng: np.random.Generator
    ) -> Iterator[tuple[npt.NDArray[np.intp], Floats]]:
        """Give the positions of some rows with a value, and their values under every draw, shape (n_draws, n_rows).

        Infinite where the mean spend is.
        """
        purchases, spend, margin = self._models.purchases, self._models.spend, self._models.margin
        law = purchases._drawn(n_draws, rng)
        params = spend.draw_params(n_draws, random_state=rng)
        draws = [dict(zip(map(str, params.columns), row, strict=True)) for row in params.to_numpy()]
        # Rows of both models, those of one history together.
        valued = ~np.isnan(self.spend())
        of_row = np.where(valued, self._histories.of_row, -1)
        rows = np.argsort(of_row, kind="stable")[(of_row < 0).sum() :]
        place = np.cumsum(self._amounts.known) - 1
        first = 0
        for block, (values,) in law.values(self._histories, quantity):
            begin, end = np.searchsorted(of_row[rows], [first, first + len(block)])
            for part in np.array_split(rows[begin:end], 1 + (end - begin) * n_draws // _AT_A_TIME):
                some = self._amounts.part(place[part])
                means = np.array([spend._mean(some, draw) for draw in draws])
                bought = margin * values[:, of_row[part] - first]
                means = np.where(np.isnan(means), np.inf, means)
                yield part, np.multiply(bought, means, out=np.zeros_like(bought), where=bought > 0)
            first += len(block)
