"""Lifetime value: discounted purchases times what is spent on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from crmkit._checks import check_columns, check_fraction, check_int, check_number
from crmkit._frames import FrameT, collected, column_like, from_pandas, in_memory, open_frame, pandas_series, rows_like
from crmkit.errors import SchemaError
from crmkit.value._checks import as_continuous_rate, as_end
from crmkit.value._model import Floats
from crmkit.value._purchases._draws import Quantity
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._spend import GammaGammaModel
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
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    purchase_model : PurchaseModel
        Fitted; says how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; says what they spend on each purchase day.
    discount_rate : float
        A year's, for example 0.1; not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for ever.
    margin : float, default 1.0
        Share of the amounts that is profit; 1 gives revenue.

    Returns
    -------
    Series (PyArrow: chunked array) named ``lifetime_value``
        In the money of the table, in the order of the rows; missing for prospects, and where the expected spend is.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be.
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
    worth = _Worth(purchase_model, spend_model, margin)
    quantity = worth.discounted(discount_rate, horizon)
    return column_like(worth.of_rows(customers, quantity), name="lifetime_value", like=customers)


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
        Share of the amounts that is profit.

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
    worth = _Worth(purchase_model, spend_model, margin)
    year = DAYS_A_YEAR / DAYS[purchase_model.time_unit]
    so_far = [worth.of_rows(customers, worth.discounted(discount_rate, k * year)) for k in range(1, n_years + 1)]
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
        Share of the amounts that is profit.
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
        ``lifetime_value_lower``, ``lifetime_value_upper``; missing for prospects.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be.
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
    worth = _Worth(purchase_model, spend_model, margin)
    quantity = worth.discounted(discount_rate, horizon)
    histories, outlook = purchase_model._outlook(customers)
    purchases, spend = histories.to_rows(quantity(outlook)), worth.spend(customers)
    table = {
        "discounted_purchases": purchases,
        "expected_spend": spend,
        "lifetime_value": margin * purchases * spend,
        "lifetime_value_lower": np.full(len(spend), np.nan),
        "lifetime_value_upper": np.full(len(spend), np.nan),
    }
    tails = [(1 - level) / 2, (1 + level) / 2]
    for rows, values in worth.drawn_of_rows(customers, quantity, n_draws, np.random.default_rng(random_state)):
        table["lifetime_value_lower"][rows], table["lifetime_value_upper"][rows] = np.quantile(values, tails, axis=0)
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
        Share of the amounts that is profit.
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
        One row, or one per group in ascending order, its column first. ``n_customers``: rows of the table;
        ``n_valued``: those with a value, without prospects and those of whom the spend model says nothing;
        ``equity``: sum of their values; ``equity_lower`` and ``equity_upper``: interval that the uncertainty of both
        models leaves.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds what cannot be, or a customer has no group.
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
    worth = _Worth(purchase_model, spend_model, margin)
    quantity = worth.discounted(discount_rate, horizon)
    groups, of_row = _groups(customers, by)
    values = worth.of_rows(customers, quantity)
    drawn = np.zeros((n_draws, len(groups)))
    for rows, block in worth.drawn_of_rows(customers, quantity, n_draws, np.random.default_rng(random_state)):
        known = ~np.isnan(values[rows])
        members = np.equal.outer(of_row[rows][known], np.arange(len(groups)))
        drawn += block[:, known] @ members
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    size = len(groups)
    table = pd.DataFrame(
        {
            **({} if by is None else {by: groups}),
            "n_customers": np.bincount(of_row, minlength=size),
            "n_valued": np.bincount(of_row, weights=~np.isnan(values), minlength=size).astype(np.int64),
            "equity": np.bincount(of_row, weights=np.nan_to_num(values), minlength=size),
            "equity_lower": lower,
            "equity_upper": upper,
        }
    )
    return from_pandas(table, like=customers)


class _Worth:
    """Both models, and the share of the amounts that is profit."""

    def __init__(self, purchase_model: PurchaseModel, spend_model: GammaGammaModel, margin: float) -> None:
        for name, model, kind in (
            ("purchase_model", purchase_model, PurchaseModel),
            ("spend_model", spend_model, GammaGammaModel),
        ):
            if not isinstance(model, kind):
                raise TypeError(f"`{name}` must be a fitted {kind.__name__}, got {type(model).__name__}.")
            check_is_fitted(model)
        check_number(margin, name="margin")
        self._purchases, self._spend, self._margin = purchase_model, spend_model, float(margin)

    def discounted(self, discount_rate: float, horizon: float | None) -> Quantity:
        """Discounted purchases of an outlook."""
        rate = as_continuous_rate(discount_rate, days=DAYS[self._purchases.time_unit])
        end = as_end(horizon, rate=rate)
        return lambda outlook: outlook.discounted(end, rate)

    def spend(self, customers: Any) -> Floats:
        """Expected spend of each row."""
        amounts = self._spend._read(customers)
        return amounts.to_rows(self._spend._mean(amounts, self._spend._estimates()))

    def of_rows(self, customers: Any, quantity: Quantity) -> Floats:
        """Value of each row."""
        histories, outlook = self._purchases._outlook(customers)
        return self._margin * histories.to_rows(quantity(outlook)) * self.spend(customers)

    def drawn_of_rows(
        self, customers: Any, quantity: Quantity, n_draws: int, rng: np.random.Generator
    ) -> Iterator[tuple[npt.NDArray[np.intp], Floats]]:
        """Give the positions of some rows, and their values under every draw, shape (n_draws, n_rows)."""
        law = self._purchases._drawn(n_draws, rng)
        params = self._spend.draw_params(n_draws, random_state=rng)
        spends = [dict(zip(map(str, params.columns), row, strict=True)) for row in params.to_numpy()]
        histories = self._purchases._histories(customers)
        amounts = self._spend._read(customers)
        # Rows of both models, those of one history together.
        of_row = np.where(amounts.known, histories.of_row, -1)
        rows = np.argsort(of_row, kind="stable")[(of_row < 0).sum() :]
        place = np.cumsum(amounts.known) - 1
        first = 0
        for block, (values,) in law.values(histories, quantity):
            begin, end = np.searchsorted(of_row[rows], [first, first + len(block)])
            for part in np.array_split(rows[begin:end], 1 + (end - begin) * n_draws // _AT_A_TIME):
                some = amounts.part(place[part])
                spend = np.array([self._spend._mean(some, draw) for draw in spends])
                yield part, self._margin * values[:, of_row[part] - first] * spend
            first += len(block)


def _groups(customers: Any, by: str | None) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """Groups in ascending order, and the group of each row; one of all where there is no column."""
    rows = collected(in_memory(open_frame(customers, name="customers")))
    if by is None:
        return [None], np.zeros(len(rows), dtype=np.intp)
    check_columns(rows.columns, [by], name="customers", made_by="A segmenter's assign")
    if rows[by].is_null().any():
        raise SchemaError(f"`customers[{by!r}]` is missing in {int(rows[by].is_null().sum())} rows. Fill or drop them.")
    codes, groups = pd.factorize(pandas_series(rows[by]), sort=True)
    return list(groups), codes
