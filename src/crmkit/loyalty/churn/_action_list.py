"""Whom to call: the customers worth contacting under a budget or a capacity, and who is left alone for comparison."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._choosing import counted, listed, planned
from crmkit._frames import FrameT, from_pandas, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, check_same_ids, open_columns
from crmkit.loyalty.churn._action_plan import expected_of_contact

__all__ = ["BETWEEN", "action_audit", "action_list"]

BETWEEN: Final = ", "
_MOST_REASONS: Final = 3
_REASONS: Final = ("customer_id", "signal", "severity")

_IN_ENGINE: Final = Message(
    en="{@reasons} must be a table in memory; collect it first.", zh="{@reasons} 须为内存中的表，请先读入。"
)


def action_list(
    customers: FrameT,
    *,
    probability: str | float,
    clv: str | float,
    gamma: str | float,
    incentive_cost: str | float,
    contact_cost: str | float,
    control_share: float,
    budget: float | None = None,
    capacity: int | None = None,
    reasons: IntoFrame | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""List the customers whom it pays to contact, best first, some of them kept as a control group.

    Contacting a customer who leaves with probability p costs :math:`f + d\,(1 - p + p\gamma)` on average: the contact,
    and the offer where it is taken. It is expected to earn :math:`p\,\gamma\,\text{CLV}` less that, as `contact_profit`
    has it. Nobody is listed of whom no profit is expected.

    Among those listed a control group is drawn at random. It is not contacted; what becomes of it shows what would have
    come without the campaign. The list, with the outcomes added, is what `crmkit.as_contacts` takes.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, ``customer_id`` among its columns.
    probability : str or float
        Column of the probabilities of leaving if left alone, from 0 to 1, or one number for all.
    clv : str or float
        Column of lifetime values if the customer stays, in money, or one number.
    gamma : str or float
        Probability that a customer about to leave accepts the offer and stays, from 0 to 1; a column or one number.
    incentive_cost, contact_cost : str or float
        What the offer costs if it is taken (d), and a contact (f), at least 0; columns or numbers.
    control_share : float
        Share of the list that is not contacted, from 0 to below 1.
    budget : float, optional
        Money that the expected costs of all listed must not exceed. Those of the control group count, since who will
        be in it is not known when the list is cut; this part of the budget stays unspent.
    capacity : int, optional
        Most customers on the list, the control group included.
    reasons : pandas, Polars or PyArrow table, optional
        As `early_warning_table` makes it: ``customer_id``, ``signal``, ``severity``.
    random_state : int, Generator or None, default 0
        Which of those listed are the control group. A number gives the same group each time.

    Returns
    -------
    the kind of frame given
        One row per customer listed, the highest expected profit first, ties by ``customer_id``.

        ``customer_id``, ``rank``
            The customer, and their place from 1.
        ``probability``, ``clv``
            As given.
        ``expected_profit``
            What contacting them is expected to earn, above 0; in the control group what is forgone.
        ``cost``
            What contacting them is expected to cost; 0 in the control group.
        ``cumulative_cost``, ``cumulative_expected_profit``
            Sums of those to contact, down to this row.
        ``arm``
            "contact" or "control".
        ``reason_codes``
            Up to three signals, the most severe first, separated by commas; empty if there are none.

        `explain_action_list` gives a sentence per row, `action_audit` counts those who are not listed.

    Raises
    ------
    SchemaError
        If a column is missing or of a type that cannot be used, a value is missing, or a customer has several rows.
    TypeError
        If a table is not in memory, or an argument is neither a number nor the name of a column.
    ValueError
        If a number lies outside its range.

    See Also
    --------
    contact_threshold : From which probability on a contact pays.
    crmkit.metrics.campaign_kpis : What the campaign brought, beside the control group.

    Notes
    -----
    With a capacity alone, with costs that are equal, or where the budget is enough for all whom the capacity allows,
    no list earns more. Otherwise finding the best list is a knapsack problem. Two lists are made and the better is
    kept: by profit until the budget is reached, and by profit per cost, passing over those who no longer fit. With a
    budget alone the list falls short of the best by less than the expected profit of the first customer passed over
    (Dantzig 1957): little, where a budget is enough for many. With both limits binding there is no such bound. More
    budget or capacity never lowers the expected profit of the list.

    References
    ----------
    .. [1] Dantzig (1957), "Discrete-Variable Extremum Problems", *Operations Research* 5(2).
    .. [2] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "p": [0.5, 0.1, 0.4], "value": [200, 200, 800]})
    >>> found = action_list(
    ...     base, probability="p", clv="value", gamma=0.3, incentive_cost=10, contact_cost=1, control_share=0,
    ... )
    >>> found[["customer_id", "rank", "expected_profit", "cost", "cumulative_cost", "arm"]]
      customer_id  rank  expected_profit  cost  cumulative_cost      arm
    0          cy     1             87.8   8.2              8.2  contact
    1         ann     2             22.5   7.5             15.7  contact
    """
    plan = planned(
        customers,
        {
            "probability": probability, "clv": clv, "gamma": gamma, "incentive_cost": incentive_cost,
            "contact_cost": contact_cost,
        },
        expected=expected_of_contact, budget=budget, capacity=capacity, control_share=control_share,
        random_state=random_state,
    )  # fmt: skip
    table = listed(plan, shown=("probability", "clv"), treated="contact")
    table["reason_codes"] = pd.Series(_codes(plan.ids, reasons, table["customer_id"].array), dtype=str)
    return from_pandas(table, like=customers)


def action_audit(
    customers: FrameT,
    *,
    probability: str | float,
    clv: str | float,
    gamma: str | float,
    incentive_cost: str | float,
    contact_cost: str | float,
    control_share: float,
    budget: float | None = None,
    capacity: int | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Count where every customer went when `action_list` was made.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As in `action_list`.
    probability, clv, gamma, incentive_cost, contact_cost : str or float
        As in `action_list`.
    control_share : float
        As in `action_list`.
    budget : float, optional
        As in `action_list`.
    capacity : int, optional
        As in `action_list`.
    random_state : int, Generator or None, default 0
        As in `action_list`.

    Returns
    -------
    the kind of frame given
        Five rows, of which the first four add up to the last.

        ``decision``
            "contact", "control", "beyond_limits" (a contact would pay, but budget or capacity is used up),
            "does_not_pay" (no profit is expected), "given".
        ``n_customers``
            Customers.
        ``expected_profit``, ``expected_cost``
            Sums of what contacting them would earn and cost. That of "beyond_limits" is what higher limits could still
            bring, that of "control" is the price of knowing what the campaign does.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As in `action_list`.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "p": [0.5, 0.1, 0.4], "value": [200, 200, 800]})
    >>> action_audit(
    ...     base, probability="p", clv="value", gamma=0.3, incentive_cost=10, contact_cost=1, control_share=0,
    ...     capacity=1,
    ... )
            decision  n_customers  expected_profit  expected_cost
    0        contact            1             87.8            8.2
    1        control            0              0.0            0.0
    2  beyond_limits            1             22.5            7.5
    3   does_not_pay            1             -4.3           10.3
    4          given            3            106.0           26.0
    """
    plan = planned(
        customers,
        {
            "probability": probability, "clv": clv, "gamma": gamma, "incentive_cost": incentive_cost,
            "contact_cost": contact_cost,
        },
        expected=expected_of_contact, budget=budget, capacity=capacity, control_share=control_share,
        random_state=random_state,
    )  # fmt: skip
    return from_pandas(counted(plan, treated="contact"), like=customers)


def _codes(known: nw.Series[Any], reasons: IntoFrame | None, ids: Any) -> list[str]:
    """The main signals of each customer listed, as one text."""
    if reasons is None:
        return [""] * len(ids)
    rows = open_columns(reasons, _REASONS, name="reasons", made_by="early_warning_table")
    if not isinstance(rows, nw.DataFrame):
        raise TypeError(_IN_ENGINE())
    if len(ids) and not rows.is_empty() and known.dtype.is_integer() != rows["customer_id"].dtype.is_integer():
        check_same_ids(known.to_frame(), rows, names=("customers", "reasons"))
    check_kind(rows, "severity", "number", where=Column("reasons", "severity"), made_by="early_warning_table")
    rows = rows.filter(~nw.col("signal").is_null())
    severity = pandas_series(rows["severity"]).to_numpy(dtype=np.float64, na_value=np.nan)
    who, signals = (pandas_series(rows[name]).tolist() for name in ("customer_id", "signal"))
    found: dict[Any, list[str]] = {}
    for place in np.lexsort((pd.Series(signals, dtype=object).astype(str).to_numpy(), -severity)).tolist():
        of = found.setdefault(who[place], [])
        if len(of) < _MOST_REASONS and signals[place] not in of:
            of.append(str(signals[place]))
    return [BETWEEN.join(found.get(each, ())) for each in ids.tolist()]
