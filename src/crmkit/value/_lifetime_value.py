"""Lifetime value: discounted purchases times expected spend."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._frames import FrameT, column_like, from_pandas, is_engine, open_frame, rows_like
from crmkit._kpi import Kpi, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._random import as_generator
from crmkit._time_units import DAYS, DAYS_A_YEAR
from crmkit.value._draws import interval
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._spend import GammaGammaModel
from crmkit.value._valuation import Refunds, Valuation

__all__ = ["customer_equity", "customer_lifetime_value", "lifetime_value_by_year", "lifetime_value_table"]

_EQUITY = ("n_customers", "n_valued", "equity", "equity_lower", "equity_upper", "kept_share")

_BY_TAKEN: Final = Message(
    en="{@by} must not be {by!r}, which is a column of the result. Rename the column of groups.",
    zh="{@by} 不能为 {by!r}，结果表已有此列。请将分组列改名。",
)


def customer_lifetime_value(
    customers: Any,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    horizon: float | None = None,
    margin: float = 1.0,
    refunds: Refunds = "net",
) -> Any:
    r"""Value of each customer's purchases after ``as_of``.

    .. math:: margin \cdot kept \cdot E[\zeta \mid x, m] \cdot \int_0^{horizon} (1 + d)^{-t}\, dE[X(t) \mid x, t_x, T]

    It includes neither past purchases nor the first purchase of a new customer. Refunds that come on another day than
    the order do not touch the amounts that the model of spend learns from; the share that is kept takes them off.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.customer_summary` gives it. An engine sends its distinct histories and gets the values joined to
        its customers.
    purchase_model : PurchaseModel
        Fitted; predicts how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; predicts what they spend per purchase day.
    discount_rate : float
        Yearly, for example 0.1; not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for no end.
    margin : float, default 1.0
        Share of the amounts that is profit, above 0 and at most 1; 1 gives revenue.
    refunds : {"net", "gross"}, default "net"
        "net" multiplies by the customer's `GammaGammaModel.kept_share`, as far as ``spend_model`` has learned a rate
        of refunds (it was fitted on a table with ``returned``); "gross" leaves refunds out.

    Returns
    -------
    Series (PyArrow: chunked array) named ``lifetime_value``
        In the money of the table, in the order of the rows; missing for prospects, and where the expected spend
        is. An engine, whose rows have no order, returns its customers with that column added.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing, holds impossible values, or has the name of the one that an engine adds; or the table
        holds refunds and ``spend_model`` has learned no rate of them.
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
    valuation = Valuation(purchase_model, spend_model, margin=margin, refunds=refunds)
    quantity = valuation.discounted(discount_rate, horizon)
    if is_engine(open_frame(customers, name="customers")):
        return valuation.joined(customers, quantity)
    return column_like(valuation.of(customers).value(quantity), name="lifetime_value", like=customers)


def lifetime_value_by_year(
    customers: FrameT,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    n_years: int = 3,
    margin: float = 1.0,
    refunds: Refunds = "net",
) -> FrameT:
    """Value of each customer's purchases in each year after ``as_of``, discounted to that day.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    purchase_model : PurchaseModel
        Fitted; predicts how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; predicts what they spend per purchase day.
    discount_rate : float
        Yearly, not negative.
    n_years : int, default 3
        Years of 365.25 days, at least 1.
    margin : float, default 1.0
        Share of the amounts that is profit, above 0 and at most 1.
    refunds : {"net", "gross"}, default "net"
        Whether the refunds to expect are taken off, as in `customer_lifetime_value`.

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
        If a column is missing or holds impossible values.
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
    valuation = Valuation(purchase_model, spend_model, margin=margin, refunds=refunds)
    rows = valuation.of(customers)
    year = DAYS_A_YEAR / DAYS[purchase_model.options_.time_unit]
    so_far = [rows.value(valuation.discounted(discount_rate, k * year)) for k in range(1, n_years + 1)]
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
    refunds: Refunds = "net",
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Lifetime value of each customer with its parts, and an interval from the uncertainty of both models.

    Where ``boundary_`` of a model is not empty, its estimates are those of a limit, and may lie at an end of their
    intervals: see ``draw_params`` of the models.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    purchase_model : PurchaseModel
        Fitted; predicts how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; predicts what they spend per purchase day.
    discount_rate : float
        Yearly, not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for no end.
    margin : float, default 1.0
        Share of the amounts that is profit, above 0 and at most 1.
    refunds : {"net", "gross"}, default "net"
        Whether the refunds to expect are taken off, as in `customer_lifetime_value`.
    level : float, default 0.95
        Probability with which an interval is meant to cover the value.
    n_draws : int, default 500
        Draws of the parameters, at least 2.
    random_state : int or Generator, default 0
        Seed, or source, of the draws.

    Returns
    -------
    the kind of table given
        One row per customer, in the order given: ``discounted_purchases``, ``expected_spend`` before refunds,
        ``kept_share`` (1 where refunds are not taken off), ``lifetime_value``, ``lifetime_value_lower``,
        ``lifetime_value_upper``; missing for prospects, and where the expected spend is. The interval counts how
        uncertain the base's rate of refunds is too, not how far customers differ in it; its upper end is infinite where
        too many draws of the spend model have no finite mean.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds impossible values.
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
    kept_share             1.0   1.0
    lifetime_value        13.1   1.2
    lifetime_value_lower  10.5   0.9
    lifetime_value_upper  14.5   1.5
    """
    check_fraction(level, name="level")
    valuation = Valuation(purchase_model, spend_model, margin=margin, refunds=refunds)
    quantity = valuation.discounted(discount_rate, horizon)
    rows = valuation.of(customers)
    value = rows.value(quantity)
    lower, upper = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for some, drawn in rows.drawn(quantity, n_draws, as_generator(random_state)):
        lower[some], upper[some] = interval(drawn, estimate=value[some], level=level)
    table = {
        "discounted_purchases": rows.purchases(quantity),
        "expected_spend": rows.spend(),
        "kept_share": rows.kept(),
        "lifetime_value": value,
        "lifetime_value_lower": lower,
        "lifetime_value_upper": upper,
    }
    return rows_like(table, like=customers)


@tells(
    Kpi(
        code="customer_equity",
        name=Label("Customer equity", "客户资产"),
        group="profitability",
        unit="money",
        direction="higher",
        definition=Label(
            "Sum of the customers' lifetime values by a model of purchases and spend, discounted to today",
            "按购买与消费模型估计的客户终身价值之和，贴现至今日",
        ),
        source="Rust, Lemon and Zeithaml (2004), Journal of Marketing 68(1), 109-127",
        function="crmkit.value.customer_equity",
        aggregation="sum",
        window="all until then",
    )
)
def customer_equity(
    customers: FrameT,
    *,
    purchase_model: PurchaseModel,
    spend_model: GammaGammaModel,
    discount_rate: float,
    horizon: float | None = None,
    margin: float = 1.0,
    refunds: Refunds = "net",
    by: Hashable | None = None,
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Value of the customer base: the sum of lifetime values, of all customers or by group.

    Where ``boundary_`` of a model is not empty, its estimates are those of a limit, and may lie at an end of their
    intervals: see ``draw_params`` of the models.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.customer_summary` gives it, with ``n_customers`` where a row stands for several.
    purchase_model : PurchaseModel
        Fitted; predicts how often customers will buy.
    spend_model : GammaGammaModel
        Fitted; predicts what they spend per purchase day.
    discount_rate : float
        Yearly, not negative, and above 0 where ``horizon`` is ``None``.
    horizon : float or None, default None
        Time after ``as_of``, in the ``time_unit`` of ``purchase_model``; ``None`` for no end.
    margin : float, default 1.0
        Share of the amounts that is profit, above 0 and at most 1.
    refunds : {"net", "gross"}, default "net"
        Whether the refunds to expect are taken off, as in `customer_lifetime_value`.
    by : str, or another label of a pandas column, optional
        Column of groups, such as a segment; it must not have the name of a column of the result.
    level : float, default 0.95
        Probability with which an interval is meant to cover the value.
    n_draws : int, default 500
        Draws of the parameters, at least 2.
    random_state : int or Generator, default 0
        Seed, or source, of the draws.

    Returns
    -------
    the kind of table given
        One row, or one per group in ascending order, its column first, of the same type. ``n_customers``: customers of
        the table; ``n_valued``: those with a value, excluding prospects and those without a prediction of spend;
        ``equity``: sum of their values; ``equity_lower`` and ``equity_upper``: interval from the uncertainty of both
        models, its upper end infinite where too many draws of the spend model have no finite mean; ``kept_share``:
        ``equity`` over what it is before refunds. All four are missing where nobody has a value.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    SchemaError
        If a column is missing or holds impossible values, or a customer has no group.
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
    >>> equity = customer_equity(customers, **models, discount_rate=0.1, horizon=52, margin=0.3)
    >>> equity[["n_valued", "equity", "equity_lower", "equity_upper"]].round(-2)
       n_valued   equity  equity_lower  equity_upper
    0      2400  22000.0       18100.0       24500.0
    """
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=2)
    if by in _EQUITY:
        raise ValueError(_BY_TAKEN(by=by))
    valuation = Valuation(purchase_model, spend_model, margin=margin, refunds=refunds)
    quantity = valuation.discounted(discount_rate, horizon)
    rows = valuation.of(customers)
    groups, of_row = rows.groups(by)
    weights, values = rows.weights(), rows.value(quantity)
    gross = np.bincount(of_row, weights=weights * np.nan_to_num(rows.gross(quantity)), minlength=len(groups))
    size = len(groups)
    drawn = np.zeros((n_draws, size))
    for some, block in rows.drawn(quantity, n_draws, as_generator(random_state)):
        for group in np.unique(of_row[some]):
            members = (of_row[some] == group) & (weights[some] > 0)
            drawn[:, group] += block[:, members] @ weights[some][members]
    valued = ~np.isnan(values)
    n_valued = np.bincount(of_row, weights=weights * valued, minlength=size)
    anybody = n_valued > 0
    equity = np.bincount(of_row, weights=weights * np.where(valued, values, 0.0), minlength=size)
    lower, upper = interval(drawn, estimate=equity, level=level)
    sums = pd.DataFrame(
        {
            "n_customers": np.bincount(of_row, weights=weights, minlength=size).astype(np.int64),
            "n_valued": n_valued.astype(np.int64),
            "equity": np.where(anybody, equity, np.nan),
            "equity_lower": np.where(anybody, lower, np.nan),
            "equity_upper": np.where(anybody, upper, np.nan),
            "kept_share": np.divide(equity, gross, out=np.full(size, np.nan), where=gross > 0),
        }
    )
    if by is None:
        return from_pandas(sums, like=customers)
    return rows.with_groups(sums, by=by, groups=groups, of_row=of_row, like=customers)
