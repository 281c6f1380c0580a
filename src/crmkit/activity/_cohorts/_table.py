"""Cohorts: customers by the period of their first purchase, and how many of them, or how much money, came back."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day, check_fraction, check_int, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message, Setting
from crmkit._tables import COHORT_REVENUE, COHORTS
from crmkit.activity._cohorts._ages import cohort_ages, cohort_last_ages
from crmkit.activity._cohorts._shares import with_retention, with_revenue

__all__ = ["cohort_table"]

Kind: TypeAlias = Literal["classic", "rolling", "revenue"]
Smoothing: TypeAlias = Literal["beta_binomial"]

_TAKEN: Final = ("scope", *dict.fromkeys(field.name for table in (COHORTS, COHORT_REVENUE) for field in table.fields))
_NOT_ROLLING: Final = Message(en="{@follow_up} goes with {setting} only.", zh="{@follow_up} 仅用于 {setting}。")
_NOT_MONEY: Final = Message(
    en="{@smoothing} is for shares of customers, so it does not go with {setting}.",
    zh="{@smoothing} 仅用于客户占比，不能与 {setting} 同用。",
)


def cohort_table(
    transactions: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    by: Any = None,
    kind: Kind = "classic",
    follow_up: int | None = None,
    smoothing: Smoothing | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Count how many of the customers first seen in each period bought in each later one, or what they paid.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them; or an activity table, as `as_activity` gives it, with the same
        periods. Customers acquired before the data, whose cohort is "before", are then left out.
    as_of : date or ISO text
        The last day that counts. Unless it ends a period, every cohort's last age is incomplete.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    by : table of any kind, optional
        A table of ``customer_id`` and one column of labels, such as the channel or the first category: the cohorts of
        each group of customers, beside those of all. A customer has one label throughout.
    kind : {"classic", "rolling", "revenue"}, default "classic"
        What counts at an age: customers who bought at that age; those who bought at that age or later; or the net
        money of that age. Rolling retention grows while a cohort is watched, so all cohorts are watched equally long
        and in whole periods.
    follow_up : int, optional
        With ``kind="rolling"``, and only then: the periods after the first in which purchases count. Cohorts that have
        not been watched so long are left out. By default as many as the youngest of those watched for a whole period
        after the first.
    smoothing : {"beta_binomial"}, optional
        Draw the retention of each cohort towards that of all cohorts at the same age, small cohorts the most: the
        cohorts' own shares are taken to be beta distributed, with the distribution that makes the complete cells of
        that age most likely (empirical Bayes). Not for money.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per cohort and age up to ``as_of``, or to ``follow_up``, sorted. With ``by`` first the column of labels
        and ``scope``: "group", "no label" for customers whose label is missing or who are not in ``by``, "all" for all
        customers, whose label is missing; a cohort without customers in a group has no rows there. ``cohort``: first
        day of the period of the first purchase. ``age``: periods since then, from 0. ``n_customers``: customers of the
        cohort with a purchase day at that age, or, rolling, at that age or later; 0 where nobody had one. ``size``:
        customers of the cohort. An age after ``as_of`` has no row. Then, for shares of customers:

        ``retention``: ``n_customers / size``, in [0, 1], 1 at age 0. ``smoothed_retention``, with ``smoothing``: the
        mean of the posterior; where the cohorts differ no more than chance lets them, that of all together; missing
        where it is not complete. ``is_complete``: whether the period of that age is over by ``as_of``; until then
        ``retention`` is that so far, and grows. ``lower``, ``upper``: Wilson's interval of ``retention``, or that of
        the posterior of ``smoothed_retention``; missing where it is not complete.

        For money: ``amount``: net money of the cohort at that age, refunds included, those of periods without a
        purchase too. ``amount_per_customer``: per customer of the cohort, active or not. ``cumulative_amount`` and
        ``cumulative_amount_per_customer``: from age 0 on. ``revenue_retention``: ``amount`` over that of age 0, above
        1 where more came later; missing where age 0 brought nothing. ``is_complete`` as above. ``lower``, ``upper``:
        Student's interval of ``amount_per_customer``, missing where it is not complete and for a single customer. All
        of these but ``is_complete`` are missing throughout for orders without a price. Refunds in periods before
        that of the customer's first purchase in the log belong to no cohort.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by ``as_of``, no cohort has been watched for ``follow_up`` whole
        periods, or ``by`` has a customer twice, ids of another kind or not one column of labels, or
        the periods of ``calendar`` do not follow one another.
    TypeError
        If ``transactions`` or ``by`` is not a frame or ``follow_up`` is not a whole number.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, ``freq``, ``kind`` or ``smoothing`` is
        not one of those listed, ``follow_up`` is below 0 or given without ``kind="rolling"``, ``smoothing`` is given
        with ``kind="revenue"``, the labels have the name of a column of the result, a transaction lies outside
        ``calendar``, or ``level`` is not between 0 and 1.

    See Also
    --------
    cohort_matrix : One row per cohort, a column per age.

    References
    ----------
    .. [1] Griffiths (1973), "Maximum Likelihood Estimation for the Beta-Binomial Distribution", *Biometrics* 29.
    .. [2] Kass and Steffey (1989), "Approximate Bayesian Inference in Conditionally Independent Hierarchical Models
       (Parametric Empirical Bayes Models)", *JASA* 84.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1997-04-30")
    >>> cohorts.query("age == 1")[["cohort", "n_customers", "size", "retention", "lower", "upper"]]
          cohort  n_customers  size  retention     lower     upper
    1 1997-01-01          124   781   0.158771  0.134818  0.186064
    5 1997-02-01          134   857   0.156359  0.133582  0.182203
    8 1997-03-01           87   719   0.121001  0.099156  0.146875

    Money, per customer acquired:

    >>> cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1997-04-30", kind="revenue")
    >>> cohorts.query("age <= 1").set_index("cohort")[["age", "amount", "cumulative_amount_per_customer"]].round(2)
                age    amount  cumulative_amount_per_customer
    cohort
    1997-01-01    0  28592.70                           36.61
    1997-01-01    1   7003.73                           45.58
    1997-02-01    0  33430.08                           39.01
    1997-02-01    1   6418.37                           46.50
    1997-03-01    0  32812.09                           45.64
    1997-03-01    1   4103.03                           51.34
    """
    periods = calendar_of(freq, calendar, default="M")
    check_option(kind, get_args(Kind), name="kind")
    check_fraction(level, name="level")
    if follow_up is not None:
        check_int(follow_up, name="follow_up", low=0)
        if kind != "rolling":
            raise ValueError(_NOT_ROLLING(setting=Setting("kind", "rolling")))
    if smoothing is not None:
        check_option(smoothing, ["beta_binomial"], name="smoothing")
        if kind == "revenue":
            raise ValueError(_NOT_MONEY(setting=Setting("kind", "revenue")))
    asked = {"as_of": as_day(as_of, name="as_of"), "periods": periods, "by": by, "taken": _TAKEN}
    if kind == "rolling":
        found = cohort_last_ages(transactions, **asked, follow_up=follow_up)
    elif kind == "classic":
        found = cohort_ages(transactions, **asked)
    else:
        found = cohort_ages(transactions, **asked, sums=["amount"], squared="amount")
    if kind == "revenue":
        table = with_revenue(found.table, level=level)
    else:
        table = with_retention(found.table, level=level, smoothed=smoothing is not None)
    return from_pandas(found.named(table), like=transactions)
