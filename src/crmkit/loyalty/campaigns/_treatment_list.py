"""Whom to treat: the customers for whom it pays, under a budget or a capacity, and who is left alone to compare."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crmkit._arrays import Floats
from crmkit._choosing import counted, listed, planned
from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.campaigns._treatment_profit import treatment_profit

__all__ = ["treatment_audit", "treatment_list"]


def treatment_list(
    customers: FrameT,
    *,
    uplift: str | float,
    response_value: str | float,
    probability_without: str | float,
    incentive_cost: str | float,
    contact_cost: str | float,
    control_share: float,
    budget: float | None = None,
    capacity: int | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""List the customers whom it pays to treat, best first, some of them kept as a control group.

    Treating a customer is expected to earn :math:`u\,v` and to cost :math:`f + d\,(p_0 + u)`: the contact, and the
    incentive to all who respond, those who would have done so anyway among them. Nobody is listed of whom no profit is
    expected.

    Among those listed a control group is drawn at random and left alone; what becomes of it shows what the campaign
    did, and is what the next learner learns from. With the outcomes added, the list is what `crmkit.as_contacts`
    takes.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, ``customer_id`` among its columns.
    uplift : str or float
        Column of expected uplifts, or one number for all.
    response_value : str or float
        What a response earns before the incentive (v), in money; a column or one number.
    probability_without : str or float
        Probability of a response without the treatment, from 0 to 1; a column or one number. `TwoModelUplift` estimates
        it by ``predict_without``.
    incentive_cost, contact_cost : str or float
        What the incentive costs where a customer responds (d), and the contact (f), at least 0; columns or numbers.
    control_share : float
        Share of the list that is left alone, from 0 to below 1.
    budget : float, optional
        Money that the expected costs of all listed must not exceed. Those of the control group count, since who will be
        in it is not known when the list is cut; this part of the budget stays unspent.
    capacity : int, optional
        Most customers on the list, the control group included.
    random_state : int, Generator or None, default 0
        Which of those listed are the control group.

    Returns
    -------
    the kind of frame given
        One row per customer listed, the highest expected profit first, ties by ``customer_id``.

        ``customer_id``, ``rank``
            The customer, and their place from 1.
        ``uplift``, ``response_value``
            As given.
        ``expected_profit``
            What treating them is expected to earn, above 0; in the control group what is forgone.
        ``cost``
            What treating them is expected to cost; 0 in the control group.
        ``cumulative_cost``, ``cumulative_expected_profit``
            Sums of those to treat, down to this row.
        ``arm``
            "treat" or "control".

        Uplifts are estimates, and the highest of many are too high on average: the profit of the list tends to fall
        short of its sum.

    Raises
    ------
    SchemaError
        If a column is missing or of a type that cannot be used, a value is missing, or a customer has several rows.
    TypeError
        If the table is not in memory, or an argument is neither a number nor the name of a column.
    ValueError
        If a number lies outside its range.

    See Also
    --------
    treatment_audit : Where every customer went.
    treatment_threshold : From which uplift on it pays.
    crmkit.loyalty.churn.action_list : The same from the probability of leaving, where there was no experiment.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "u": [0.2, 0.05, 0.1], "p": [0.1, 0.8, 0.0]})
    >>> found = treatment_list(
    ...     base, uplift="u", response_value=20, probability_without="p", incentive_cost=5, contact_cost=1,
    ...     control_share=0,
    ... )
    >>> found[["customer_id", "rank", "uplift", "expected_profit", "cost", "arm"]]
      customer_id  rank  uplift  expected_profit  cost    arm
    0         ann     1     0.2              1.5   2.5  treat
    1          cy     2     0.1              0.5   1.5  treat
    """
    plan = planned(
        customers,
        {
            "uplift": uplift, "response_value": response_value, "probability_without": probability_without,
            "incentive_cost": incentive_cost, "contact_cost": contact_cost,
        },
        expected=_expected, budget=budget, capacity=capacity, control_share=control_share, random_state=random_state,
    )  # fmt: skip
    return from_pandas(listed(plan, shown=("uplift", "response_value"), treated="treat"), like=customers)


def treatment_audit(
    customers: FrameT,
    *,
    uplift: str | float,
    response_value: str | float,
    probability_without: str | float,
    incentive_cost: str | float,
    contact_cost: str | float,
    control_share: float,
    budget: float | None = None,
    capacity: int | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Count where every customer went when `treatment_list` was made.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As in `treatment_list`.
    uplift, response_value, probability_without, incentive_cost, contact_cost : str or float
        As in `treatment_list`.
    control_share : float
        As in `treatment_list`.
    budget : float, optional
        As in `treatment_list`.
    capacity : int, optional
        As in `treatment_list`.
    random_state : int, Generator or None, default 0
        As in `treatment_list`.

    Returns
    -------
    the kind of frame given
        Five rows, of which the first four add up to the last: ``decision``, "treat", "control", "beyond_limits" (it
        would pay, but budget or capacity is used up), "does_not_pay", "given"; ``n_customers``; ``expected_profit`` and
        ``expected_cost``, sums of what treating them would earn and cost.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As in `treatment_list`.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "u": [0.2, 0.05, 0.1], "p": [0.1, 0.8, 0.0]})
    >>> treatment_audit(
    ...     base, uplift="u", response_value=20, probability_without="p", incentive_cost=5, contact_cost=1,
    ...     control_share=0, capacity=1,
    ... )
            decision  n_customers  expected_profit  expected_cost
    0          treat            1             1.50           2.50
    1        control            0             0.00           0.00
    2  beyond_limits            1             0.50           1.50
    3   does_not_pay            1            -4.25           5.25
    4          given            3            -2.25           9.25
    """
    plan = planned(
        customers,
        {
            "uplift": uplift, "response_value": response_value, "probability_without": probability_without,
            "incentive_cost": incentive_cost, "contact_cost": contact_cost,
        },
        expected=_expected, budget=budget, capacity=capacity, control_share=control_share, random_state=random_state,
    )  # fmt: skip
    return from_pandas(counted(plan, treated="treat"), like=customers)


def _expected(numbers: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Give the profit and the cost of treating each customer: the contact, and the incentive to all who respond."""
    profit = np.asarray(treatment_profit(**numbers))
    responds = np.maximum(numbers["probability_without"] + numbers["uplift"], 0.0)
    return profit, numbers["contact_cost"] + numbers["incentive_cost"] * responds
