"""Who comes back: repeat purchase, retention and churn of a period."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import Freq, check_freq, first_day_of, period_number
from crmkit._frames import AnyFrame, FrameT, from_pandas, join_frames, to_pandas
from crmkit._kpi import Example, Variant, count, kpi, part, ratio
from crmkit._messages import Message, Setting
from crmkit._names import Label
from crmkit._stats import Numbers, wilson_interval
from crmkit._tables import ACTIVITY, open_table
from crmkit.errors import SchemaError

__all__ = ["customer_churn_rate", "repeat_purchase_rate", "retention_rate", "retention_table"]

ChurnMethod: TypeAlias = Literal["cohort", "open"]

_NOBODY: Final = Message(
    en="{@activity} has no active customers. {@activity_table()} makes it from transactions.",
    zh="{@activity} 中没有活跃客户。可用 {@activity_table()} 由交易生成。",
)
_OTHER_PERIODS: Final = Message(
    en="{@activity} has a period that starts on {day:%Y-%m-%d}, but no period of {freq} starts there. Pass the "
    "{@freq} that {@activity_table()} was given.",
    zh="{@activity} 中有一期从 {day:%Y-%m-%d} 开始，与 {freq} 的期间不符。"
    "请传入生成该表时 {@activity_table()} 所用的 {@freq}。",
)


@kpi(
    name=Label("Repeat-purchase rate", "复购率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers with two or more orders in the period / active customers",
        "期间内下单两次及以上的客户 ÷ 活跃客户",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(part("repeat_customers", of="customers"), count("customers")),
    example=Example({"repeat_customers": 8, "customers": 26}, 4 / 13),
)
def repeat_purchase_rate(*, repeat_customers: Numbers, customers: Numbers) -> Numbers:
    r"""Share of a period's customers who bought at least twice in it.

    .. math:: r = \text{customers with two or more orders} / \text{customers with one or more}

    Parameters
    ----------
    repeat_customers : float or array-like of float
        Customers with at least two orders, or purchase days if that is what you count. Between 0 and ``customers``.
    customers : float or array-like of float
        Customers with at least one.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody bought.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or the part exceeds the whole.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2 (repeat rate).

    Examples
    --------
    >>> round(repeat_purchase_rate(repeat_customers=8, customers=26), 6)
    0.307692
    """
    return ratio(repeat_customers, customers)


@kpi(
    name=Label("Retention rate", "留存率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers active in the period before, of the same length, who are active in this one / "
        "customers active in the period before",
        "上一等长期间活跃且本期仍活跃的客户 ÷ 上一期间活跃客户",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(part("retained", of="customers_start"), count("customers_start", stock="start")),
    example=Example({"retained": 800, "customers_start": 1000}, 0.8),
    window="period and the one before",
)
def retention_rate(*, retained: Numbers, customers_start: Numbers) -> Numbers:
    r"""Share of the customers at the start of a period who are still there at its end.

    .. math:: r = \text{retained} / \text{customers at the start}

    Parameters
    ----------
    retained : float or array-like of float
        Customers counted at the start who are still customers at the end, not counting those who joined since.
        Between 0 and ``customers_start``.
    customers_start : float or array-like of float
        Customers at the start.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` if there were no customers at the start.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or ``retained`` exceeds ``customers_start``.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> retention_rate(retained=800, customers_start=1000)
    0.8
    """
    return ratio(retained, customers_start)


@kpi(
    name=Label("Customer churn rate", "流失率"),
    group="retention",
    unit="share",
    direction="lower",
    definition=Label("Customers lost in the period / customers at its start", "期间内流失的客户 ÷ 期初客户"),
    source="Gold (2020), Fighting Churn with Data, ch. 2; Stripe, Calculating churn rate",
    inputs=(
        part("lost", of=("customers_start", "joined")),
        count("customers_start", stock="start"),
        count("joined", optional=True),
    ),
    window="period and the one before",
    option="method",
    variants=(
        Variant(
            "cohort",
            Label("of the customers at the start", "以期初客户为分母"),
            ("lost", "customers_start"),
            Example({"lost": 12, "customers_start": 100, "method": "cohort"}, 0.12),
        ),
        Variant(
            "open",
            Label(
                "of the customers at the start and those who joined in the period",
                "以期初客户与期间新增客户之和为分母",
            ),
            ("lost", "customers_start", "joined"),
            Example({"lost": 12, "customers_start": 100, "joined": 20, "method": "open"}, 0.1),
        ),
    ),
)
def customer_churn_rate(
    *, lost: Numbers, customers_start: Numbers, method: ChurnMethod, joined: Numbers | None = None
) -> Numbers:
    r"""Share of customers lost in a period.

    .. math:: c_\text{cohort} = \text{lost} / \text{customers at the start}, \qquad
              c_\text{open} = \text{lost} / (\text{customers at the start} + \text{joined})

    Parameters
    ----------
    lost : float or array-like of float
        Customers lost in the period: for "cohort" those who were there at its start, for "open" all.
    customers_start : float or array-like of float
        Customers at the start.
    method : {"cohort", "open"}
        Whether the base is the customers at the start, or also includes those who joined in the period, as
        billing services count. The two are not comparable.
    joined : float or array-like of float, optional
        Customers who joined in the period; required by "open", not allowed otherwise.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, ``lost`` exceeds the base, or ``joined`` does not fit ``method``.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2, for "cohort".
    .. [2] Stripe, "Calculating churn rate", for "open".

    Examples
    --------
    >>> customer_churn_rate(lost=12, customers_start=100, method="cohort")
    0.12
    >>> customer_churn_rate(lost=12, customers_start=100, method="open", joined=20)
    0.1
    """
    return ratio(lost, customers_start if method == "cohort" else customers_start + joined)


def retention_table(activity: FrameT, *, freq: Freq, level: float = 0.95) -> FrameT:
    """Count who stayed, left and joined from period to period.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` makes it.
    freq : {"D", "W", "M", "Q", "Y"}
        The length of its periods, as given there.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per period from the second to the last with activity. ``period``: first day. ``start``: customers
        active in the period before. ``retained``: those of them active in this period. ``lost``: the others.
        ``joined``: active in this period but not in the one before, whether new or returning. ``retention_rate`` and
        ``customer_churn_rate``: their shares of ``start``, ``nan`` where it is 0. ``retention_lower``,
        ``retention_upper``: Wilson's interval. If the last period is cut short, it looks like churn.

    Raises
    ------
    SchemaError
        If a column is missing, nobody was active, or the periods are not of length ``freq``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If ``freq`` is not one of those listed or ``level`` is not between 0 and 1.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> import pandas as pd
    >>> activity = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "ann", "cy"],
    ...     "period": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
    ...     "n_orders": [1, 1, 2, 1], "amount": [5.0, 5.0, 9.0, 5.0],
    ... })
    >>> retention_table(activity, freq="M")[["period", "start", "retained", "lost", "joined", "retention_rate"]]
          period  start  retained  lost  joined  retention_rate
    0 2024-02-01      2         1     1       1             0.5
    """
    check_freq(freq)
    rows = open_table(activity, ACTIVITY, columns=("customer_id", "period", "n_orders"))
    active = rows.filter(nw.col("n_orders") > 0).select(
        "customer_id", "period", period_number(nw.col("period"), freq=freq).alias("number")
    )
    _check_periods(active, freq=freq)
    before = active.select("customer_id", (nw.col("number") + 1).alias("number"))
    stayed = join_frames(active, before, on=["customer_id", "number"], how="inner")
    n_active, n_retained = (
        to_pandas(frame.group_by("number").agg(nw.len().alias("n"))).set_index("number")["n"]
        for frame in (active, stayed)
    )
    if n_active.empty:
        raise SchemaError(_NOBODY())
    return from_pandas(_flows(n_active, n_retained, freq=freq, level=level), like=activity)


def _check_periods(active: AnyFrame, *, freq: Freq) -> None:
    """Refuse periods of another length, as far as their first days show it."""
    firsts = active.group_by("number").agg(nw.col("period").min().alias("first"), nw.col("period").max().alias("last"))
    for row in to_pandas(firsts).to_dict("records"):
        start = first_day_of(int(row["number"]), freq=freq)
        if row["first"] != start or row["last"] != start:
            raise SchemaError(_OTHER_PERIODS(day=row["last"], freq=Setting("freq", freq)))


def _flows(n_active: pd.Series[int], n_retained: pd.Series[int], *, freq: Freq, level: float) -> pd.DataFrame:
    every = range(int(n_active.index.min()), int(n_active.index.max()) + 1)
    active = n_active.reindex(every, fill_value=0).to_numpy()
    retained = n_retained.reindex(every, fill_value=0).to_numpy()[1:]
    start = active[:-1]
    lower, upper = wilson_interval(retained, start, level=level)
    return pd.DataFrame(
        {
            "period": np.array([first_day_of(number, freq=freq) for number in every[1:]], dtype="datetime64[us]"),
            "start": start,
            "retained": retained,
            "lost": start - retained,
            "joined": active[1:] - retained,
            "retention_rate": np.asarray(retention_rate(retained=retained, customers_start=start)),
            "retention_lower": lower,
            "retention_upper": upper,
            "customer_churn_rate": np.asarray(
                customer_churn_rate(lost=start - retained, customers_start=start, method="cohort")
            ),
        }
    )
