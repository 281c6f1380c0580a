"""What referrals are worth: of a programme as a whole, and by customer without counting anybody twice."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_columns, check_option, check_turnover, some
from crmkit._frames import FrameT, as_name, collected, open_frame, pandas_series, rows_like
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit._tables import CUSTOMERS, float_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.loyalty._referral_ranges import Ranged, carried, ranges_of

__all__ = ["customer_referral_table", "referral_value_table"]

SavedFor: TypeAlias = Literal["anyway", "all"]

_SHARE: Final = (0.0, 1.0)
_MONEY: Final = (0.0, 1e12)
_ANY_MONEY: Final = (-1e12, 1e12)
_LIMITS: Final = {
    "referrals": _MONEY,
    "conversion_rate": _SHARE,
    "incremental_share": _SHARE,
    "value_per_customer": _ANY_MONEY,
    "acquisition_cost": _MONEY,
    "reward": _MONEY,
    "cost_per_referral": _MONEY,
    "discount_rate": (0.0, 5.0),
    "delay_years": (0.0, 100.0),
    "credited_share": _SHARE,
}
_QUANTITIES: Final = (
    "referrals",
    "referred_customers",
    "incremental_customers",
    "margin",
    "acquisition_saved",
    "costs",
    "referral_value",
    "added_to_base",
)

_MISSING: Final = Message(
    en="{where} is missing or infinite in {n:,} {n:row|rows}, first at rows {rows}. Put 0 for customers without a "
    "value, and leave {@referred_by} empty for those whom nobody referred.",
    zh="{where}有 {n:,} 行缺失或为无穷大，最先见于行 {rows}。没有价值的客户请填 0；"
    "无人推荐的客户，{@referred_by} 留空。",
)
_NO_ID: Final = Message(
    en="{where} is missing or occurs twice in {n:,} {n:row|rows}, first at rows {rows}. Give one row per customer.",
    zh="{where}有 {n:,} 行缺失或重复，最先见于行 {rows}。每位客户须只有一行。",
)
_KINDS: Final = Message(
    en="{id} and {by} hold ids of different kinds, got {kinds}. Make them alike.",
    zh="{id}与{by}的编号类型不同，得到 {kinds}。请统一类型。",
)
_STRANGERS: Final = Message(
    en="{by} names {n:,} {n:customer who is|customers who are} not in the table, such as {ids}. Add them, or take "
    "{@unknown_referrers='ignore'}: what they brought is then credited to nobody.",
    zh="{by}中有 {n:,} 位推荐人不在表中，例如 {ids}。请补上，或设 {@unknown_referrers='ignore'}，"
    "其带来的价值则不计给任何人。",
)
_CIRCLE: Final = Message(
    en="{by} leads in a circle: {ids} referred themselves or one another.",
    zh="{by}构成循环：{ids} 推荐了自己或相互推荐。",
)


def referral_value_table(
    *,
    referrals: Ranged,
    conversion_rate: Ranged,
    incremental_share: Ranged,
    value_per_customer: Ranged,
    acquisition_cost: Ranged = 0.0,
    reward: Ranged = 0.0,
    cost_per_referral: Ranged = 0.0,
    discount_rate: Ranged = 0.0,
    delay_years: Ranged = 0.0,
    saved_for: SavedFor = "anyway",
) -> pd.DataFrame:
    r"""Work out what referrals (口碑, 推荐) are worth, with every multiplier stated and its range carried through.

    .. math:: \text{value} = \frac{m\,s\,v + m\,(1 - s)\,a}{(1 + d)^t} - m\,w - n\,c, \qquad m = n\,q

    Of :math:`n` referrals a share :math:`q` become customers. A share :math:`s` of these would not have come otherwise
    and bring :math:`v` each; for the others, who would have come anyway, the cost of acquisition :math:`a` is saved. A
    reward :math:`w` is paid for each who joins, a cost :math:`c` for each referral.

    Parameters
    ----------
    referrals : float or three floats
        Referrals made. Here and below: a number, or its low, expected and high value.
    conversion_rate : float or three floats
        Share of referrals who become customers, 0 to 1.
    incremental_share : float or three floats
        Share of these who would not have come without the referral, 0 to 1. Only a test, or asking, tells it.
    value_per_customer : float or three floats
        Lifetime value of a referred customer, net of the cost to serve them.
    acquisition_cost : float or three floats, default 0
        What a new customer costs elsewhere.
    reward : float or three floats, default 0
        Paid for each referred customer, to both sides together.
    cost_per_referral : float or three floats, default 0
        Paid for each referral, whether it succeeds or not.
    discount_rate, delay_years : float or three floats, default 0
        Rate per year, and years until the referred customers come.
    saved_for : {"anyway", "all"}, default "anyway"
        For whom acquisition is saved: those who would have come anyway, or all, as Kumar and colleagues count it.

    Returns
    -------
    DataFrame
        ``quantity``, ``low``, ``expected``, ``high``: "referrals"; "referred_customers"; "incremental_customers";
        "margin" of the incremental, "acquisition_saved", both discounted; "costs"; "referral_value", margin and saving
        less costs; "added_to_base", saving less costs, which is what may be added to the lifetime values of a base that
        holds the referred customers themselves, for their margin is in there already. Low and high are the least and
        the greatest over all combinations of the ends: a range, not an interval with a probability.

    Raises
    ------
    TypeError
        If a multiplier is not a number.
    ValueError
        If a multiplier lies outside its limits, its range falls, or ``saved_for`` is not one of the two.

    References
    ----------
    .. [1] Kumar, Petersen and Leone (2007), "How Valuable Is Word of Mouth?", *Harvard Business Review* 85(10).
    .. [2] Kumar, Petersen and Leone (2010), "Driving Profitability by Encouraging Customer Referrals: Who, When, and
       How", *Journal of Marketing* 74(5).

    Examples
    --------
    200 referrals, of whom 30 % join: 60. Of these 36 would not have come and bring 150 each, 5,400; for the other 24 a
    cost of 40 each is saved, 960; 60 rewards of 20 are 1,200. Together 5,160.

    >>> referral_value_table(
    ...     referrals=200, conversion_rate=[0.2, 0.3, 0.4], incremental_share=[0.4, 0.6, 0.8],
    ...     value_per_customer=[100, 150, 200], acquisition_cost=40, reward=20,
    ... )
                    quantity     low  expected     high
    0              referrals   200.0     200.0    200.0
    1     referred_customers    40.0      60.0     80.0
    2  incremental_customers    16.0      36.0     64.0
    3                 margin  1600.0    5400.0  12800.0
    4      acquisition_saved   320.0     960.0   1920.0
    5                  costs   800.0    1200.0   1600.0
    6         referral_value  1760.0    5160.0  11840.0
    7          added_to_base  -960.0    -240.0    320.0
    """
    check_option(saved_for, ("anyway", "all"), name="saved_for")
    given = {
        "referrals": referrals,
        "conversion_rate": conversion_rate,
        "incremental_share": incremental_share,
        "value_per_customer": value_per_customer,
        "acquisition_cost": acquisition_cost,
        "reward": reward,
        "cost_per_referral": cost_per_referral,
        "discount_rate": discount_rate,
        "delay_years": delay_years,
    }

    def worked_out(**at: float) -> list[float]:
        factor = (1 + at["discount_rate"]) ** -at["delay_years"]
        referred = at["referrals"] * at["conversion_rate"]
        incremental = referred * at["incremental_share"]
        margin = incremental * at["value_per_customer"] * factor
        saved = (referred if saved_for == "all" else referred - incremental) * at["acquisition_cost"] * factor
        costs = referred * at["reward"] + at["referrals"] * at["cost_per_referral"]
        return [at["referrals"], referred, incremental, margin, saved, costs, margin + saved - costs, saved - costs]

    low, expected, high = carried(worked_out, ranges_of(given, limits=_LIMITS))
    return pd.DataFrame({"quantity": list(_QUANTITIES), "low": low, "expected": expected, "high": high})


def customer_referral_table(
    customers: FrameT,
    *,
    incremental_share: Ranged,
    value: str = "lifetime_value",
    customer_id: str = "customer_id",
    referred_by: str = "referred_by",
    acquisition_cost: Ranged = 0.0,
    reward: Ranged = 0.0,
    credited_share: Ranged = 1.0,
    saved_for: SavedFor = "anyway",
    unknown_referrers: Literal["refuse", "ignore"] = "refuse",
) -> FrameT:
    r"""Credit customers with the value of those they referred, and take it from these, so that nobody counts twice.

    .. math:: R_i = \sum_{j \text{ referred by } i} \left[c\,s\,v_j + (1 - s)\,a - w\right], \qquad
              V_i = v_i - c\,s\,v_i\,[i \text{ was referred}] + R_i

    Only those whom a customer referred directly are credited to them. Over the base the totals add up to the customers'
    own values, and for each who was referred the acquisition saved less the reward.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        Customers, one per row, the referred ones and those who referred them.
    incremental_share : float or three floats
        Share of the referred customers who would not have come otherwise, 0 to 1. Here and below: a number, or its low,
        expected and high value.
    value : str, default "lifetime_value"
        Column of each customer's own value, such as `crmkit.value.lifetime_value_table` gives; 0 where there is none.
    customer_id, referred_by : str, default "customer_id" and "referred_by"
        Columns of the customer and of who referred them, missing where nobody did.
    acquisition_cost, reward : float or three floats, default 0
        What a new customer costs elsewhere, and what is paid for a referred one. The reward must not be in the values.
    credited_share : float or three floats, default 1
        Share of the value of referred customers that is credited to who referred them; the rest stays theirs.
    saved_for : {"anyway", "all"}, default "anyway"
        For whom acquisition is saved: those who would have come anyway, or all.
    unknown_referrers : {"refuse", "ignore"}, default "refuse"
        What to do about referrers who are not in the table: refuse them, or credit nobody, so that those whom they
        referred keep all of their value and no saving or reward is counted.

    Returns
    -------
    the kind of table given
        In the order of the rows, on pandas with their index: ``n_referred``; ``own_value``; ``credited_away``, the
        part credited to who referred them; ``referral_value``, that of those they referred; ``total_value``; of the
        last three ``…_low`` and ``…_high`` as well, the least and the greatest over all combinations of the ends.

    Raises
    ------
    SchemaError
        If a column is missing, an id is missing or occurs twice, a value is missing or infinite, a referrer is not in
        the table, or customers referred themselves or one another.
    TypeError
        If ``customers`` is not a table in memory, or a multiplier is not a number.
    ValueError
        If a multiplier lies outside its limits, its range falls, or an option is not one of those listed.

    References
    ----------
    .. [1] Kumar, Petersen and Leone (2010), "Driving Profitability by Encouraging Customer Referrals: Who, When, and
       How", *Journal of Marketing* 74(5).

    Examples
    --------
    Ann referred bo and cy, who are worth 100 and 50. At 60 % incremental she is credited with 90, and 8 for each: 40 %
    of a cost of 50 saved, less a reward of 12.

    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "referred_by": [None, "ann", "ann"], "lifetime_value": [200, 100, 50],
    ... })
    >>> credited = customer_referral_table(customers, incremental_share=0.6, acquisition_cost=50, reward=12)
    >>> credited[["n_referred", "own_value", "credited_away", "referral_value", "total_value"]]
       n_referred  own_value  credited_away  referral_value  total_value
    0           2      200.0            0.0           106.0        306.0
    1           0      100.0           60.0             0.0         40.0
    2           0       50.0           30.0             0.0         20.0
    """
    check_option(saved_for, ("anyway", "all"), name="saved_for")
    check_option(unknown_referrers, ("refuse", "ignore"), name="unknown_referrers")
    given = {
        "incremental_share": incremental_share,
        "acquisition_cost": acquisition_cost,
        "reward": reward,
        "credited_share": credited_share,
    }
    ranges = ranges_of(given, limits=_LIMITS)
    by = Column("customers", referred_by)
    own = _values(customers, as_name(value))
    referrer = _referrers(customers, as_name(customer_id), as_name(referred_by), ignore=unknown_referrers == "ignore")
    known = referrer >= 0
    n_referred = np.bincount(referrer[known], minlength=len(own))
    brought = np.bincount(referrer[known], weights=own[known], minlength=len(own))
    if circle := _circle(referrer):
        names = pandas_series(collected(open_frame(customers, name="customers"))[as_name(customer_id)])
        raise SchemaError(_CIRCLE(by=by, ids=some(names.iloc[circle].tolist())))

    def worked_out(**at: float) -> list[Floats]:
        moved = at["credited_share"] * at["incremental_share"]
        saved = at["acquisition_cost"] * (1.0 if saved_for == "all" else 1 - at["incremental_share"])
        away = np.where(known, moved * own, 0.0)
        referral = moved * brought + n_referred * (saved - at["reward"])
        return [away, referral, own - away + referral]

    ends = carried(worked_out, ranges)
    columns: dict[str, Any] = {"n_referred": n_referred.astype(np.int64), "own_value": own}
    for place, name in enumerate(("credited_away", "referral_value", "total_value")):
        low, expected, high = (end[place] for end in ends)
        columns |= {name: expected, f"{name}_low": low, f"{name}_high": high}
    return rows_like(columns, like=customers)


def _values(customers: Any, value: str) -> Floats:
    own = float_columns(customers, CUSTOMERS, (), also=[value])[value]
    refuse_rows(~np.isfinite(own), _MISSING, where=Column("customers", value))
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(own).sum()), where=Column("customers", value))
    return own


def _referrers(customers: Any, customer_id: str, referred_by: str, *, ignore: bool) -> npt.NDArray[np.intp]:
    """The row of who referred each customer, -1 where nobody known did."""
    rows = open_frame(customers, name="customers")
    check_columns(rows.collect_schema(), [customer_id, referred_by], name="customers", made_by="customer_summary")
    table: Any = collected(rows.select(*dict.fromkeys((customer_id, referred_by))))
    for name in (customer_id, referred_by):
        table = clean_ids(table, name, where=Column("customers", name))
    ids, by = (pd.Index(pandas_series(table[name])) for name in (customer_id, referred_by))
    refuse_rows(ids.isna() | ids.duplicated(), _NO_ID, where=Column("customers", customer_id))
    named = by[by.notna()]
    kinds = [index.infer_objects().inferred_type for index in (ids, named)]
    if len(named) and kinds[0] != kinds[1]:
        where = {"id": Column("customers", customer_id), "by": Column("customers", referred_by)}
        raise SchemaError(_KINDS(kinds=kinds, **where))
    found = ids.get_indexer(by)
    found[by.isna()] = -1
    strangers = by[(found < 0) & by.notna()].unique()
    if len(strangers) and not ignore:
        raise SchemaError(
            _STRANGERS(by=Column("customers", referred_by), n=len(strangers), ids=some(strangers.tolist()))
        )
    return np.asarray(found, dtype=np.intp)


def _circle(referrer: npt.NDArray[np.intp]) -> list[int]:
    """Rows that lead back to themselves; none where everybody leads to somebody whom nobody referred."""
    # One more for nobody, who leads to nobody.
    ahead = np.append(np.where(referrer < 0, len(referrer), referrer), len(referrer))
    steps = 1
    while steps <= len(referrer):
        ahead, steps = ahead[ahead], 2 * steps
    # Whoever is still on the way after as many steps as there are customers is led into a circle, and stands in one.
    return [int(row) for row in np.unique(ahead[ahead < len(referrer)])]
