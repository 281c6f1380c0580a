"""What the effect of campaigns is worth, beside what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_margin, check_number
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Message, Parameter
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._cells import read_cells
from crmkit.loyalty.campaigns._effects import Effect, arms_of, column, effects_of, is_sparse
from crmkit.loyalty.campaigns._measures import Measure
from crmkit.loyalty.campaigns._windows import over_by

__all__ = ["campaign_return_table"]

_COST: Final = "cost"
_RESULT: Final = (
    *("n_customers", "cost", "incremental_revenue", "revenue_lower", "revenue_upper", "incremental_margin"),
    *("incremental_profit", "profit_lower", "profit_upper", "return_on_marketing_investment", "return_lower"),
    *("return_upper", "revenue_per_cost", "margin_per_cost", "response_rate", "control_response_rate"),
    *("incremental_responses", "responses_lower", "responses_upper", "cost_per_incremental_response"),
    *("cost_per_response_lower", "cost_per_response_upper", "margin_per_response", "break_even_difference"),
    *("break_even_response_rate", "n_open", "n_unmatched", "too_few"),
)

_NO_MONEY: Final = Message(
    en="Give either {@spend} with {@margin}, or {@response} with {@response_value}: what the effect is worth is "
    "counted once.",
    zh="请给出 {@spend} 与 {@margin}，或 {@response} 与 {@response_value}，二者取一：效果的价值只计一次。",
)
_NO_RESPONSE: Final = Message(
    en="{@response} must hold 0 and 1, or true and false: whether a customer responded or was kept.",
    zh="{@response} 应只含 0 与 1（或真与假）：客户是否响应或留下。",
)
_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
_WORTHLESS: Final = Message(
    en="{@response_value} must be above 0: of responses worth nothing none would pay.",
    zh="{@response_value} 须大于 0：响应若毫无价值，怎样都不划算。",
)


def campaign_return_table(
    contacts: FrameT,
    *,
    spend: str | None = None,
    margin: float | None = None,
    response: str | None = None,
    response_value: float | None = None,
    fixed_cost: float = 0.0,
    as_of: Day | None = None,
    past: str | None = None,
    strata: str | Sequence[str] | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Say what the effect of each arm is worth, what it cost, and at which response it would have paid.

    .. math:: \text{profit} = \text{incremental margin} - \text{cost}, \qquad
        \text{break-even difference} = \frac{\text{cost per customer}}{\text{margin per response}}

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them, with the cost of contacts, incentives included.
    spend : str, optional
        Column of what customers spent in the window, net of refunds.
    margin : float, optional
        Share of the spend that is left after the cost of goods, in (0, 1]; 1 if ``spend`` is a margin already. Needed
        with ``spend``.
    response : str, optional
        Column of 0 and 1: whether the customer responded; of a campaign to keep customers, whether they were kept.
    response_value : float, optional
        What a response is worth, in place of ``spend``, such as the lifetime value of a customer kept; 0 or more.
    fixed_cost : float, default 0
        Cost of each arm that does not depend on contacts, such as design, for each group and campaign; 0 or more.
        Where windows are open or customers unmatched, the part of those who are judged counts.
    as_of, past, strata, by : optional
        As in `campaign_effect_table`.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, campaign and arm that was contacted: the column of ``by``, ``campaign``, ``arm``;
        ``n_customers``, customers judged; ``cost``, of their contacts and the fixed one.

        ``incremental_revenue``, ``revenue_lower``, ``revenue_upper``, missing without ``spend``;
        ``incremental_margin``; ``incremental_profit``, ``profit_lower``, ``profit_upper``. Of these, by name of the
        definition, ``return_on_marketing_investment``, profit for each unit of cost, with ``return_lower`` and
        ``return_upper``; ``revenue_per_cost`` (投入产出比, of incremental sales) and ``margin_per_cost``; missing
        without a cost.

        ``response_rate`` of the arm, and ``control_response_rate``, that without the campaign;
        ``incremental_responses``, ``responses_lower``, ``responses_upper``; ``cost_per_incremental_response``, that of
        a customer kept where the response is staying, with ``cost_per_response_lower`` and
        ``cost_per_response_upper``, missing where responses may not have grown: then no cost is high enough to be left
        out. ``margin_per_response``: ``response_value``, or the margin of the arm for each response.
        ``break_even_difference``, the difference from the control group at which the campaign earns its cost, and
        ``break_even_response_rate``, the response rate there. All missing without ``response``.

        ``n_open``, ``n_unmatched`` and ``too_few``, as in `campaign_effect_table`, of either outcome.

    Raises
    ------
    SchemaError
        As `campaign_effect_table`; if costs are missing, or ``response`` holds more than 0 and 1.
    TypeError
        As `campaign_effect_table`.
    ValueError
        As `campaign_effect_table`; if neither ``spend`` with ``margin`` nor ``response`` with ``response_value`` is
        given, or both are.

    See Also
    --------
    crmkit.metrics.return_on_marketing_investment, crmkit.metrics.input_output_ratio : The formulas.
    crmkit.metrics.retention_cost_per_customer : Retention spend for each customer retained, without a control group.

    Notes
    -----
    Profit is judged customer by customer, so that its interval knows of incentives that cost more for those who buy
    more. Ends of returns and of cost per response take the cost as known.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 8 and 10.

    Examples
    --------
    >>> from crmkit import as_contacts, make_contacts
    >>> contacts = as_contacts(
    ...     make_contacts(n_customers=20_000, random_state=1).contacts,
    ...     outcomes=["conversion", "spend"], control="none", cost="cost",
    ... )
    >>> table = campaign_return_table(contacts, spend="spend", margin=0.4, response="conversion")
    >>> table.iloc[0][["cost", "incremental_profit", "profit_lower", "profit_upper"]].astype(float).round(0).to_dict()
    {'cost': 2400.0, 'incremental_profit': 3916.0, 'profit_lower': 1668.0, 'profit_upper': 6059.0}
    >>> table[["cost_per_incremental_response", "break_even_response_rate"]].round(4)
       cost_per_incremental_response  break_even_response_rate
    0                         6.0606                    0.0529
    """
    check_fraction(level, name="level")
    _check_money(spend, margin, response, response_value, fixed_cost)
    day = None if as_of is None else as_day(as_of, name="as_of")
    measures = _measures(spend, 1.0 if margin is None else float(margin), response, response_value)
    cells = read_cells(contacts, measures, by=by, strata=strata, past=past, by_day=day is not None, taken=_RESULT)
    if response is not None and column_name(response, name="response") not in cells.flags:
        raise SchemaError(_NO_RESPONSE())
    over = np.ones(len(cells.n), dtype=bool) if day is None else over_by(cells, day)
    effects = effects_of(cells, measures, over=over, level=level)
    found = {each.name: effects[place :: len(measures)] for place, each in enumerate(measures)}
    table = _table(found, response_value=response_value, margin=margin, fixed_cost=float(fixed_cost))
    return from_pandas(pd.concat([arms_of(cells, found["profit"]), table], axis=1), like=contacts)


def _check_money(spend: Any, margin: Any, response: Any, response_value: Any, fixed_cost: Any) -> None:
    by_spend = (spend is not None, margin is not None)
    by_response = (response is not None and response_value is not None, response_value is not None)
    if (by_spend, by_response) not in (((True, True), (False, False)), ((False, False), (True, True))):
        raise ValueError(_NO_MONEY())
    if margin is not None:
        check_margin(margin)
    for name, value in (("response_value", response_value), ("fixed_cost", fixed_cost)):
        if value is not None:
            check_number(value, name=name)
            if value < 0:
                raise ValueError(_BELOW(name=Parameter(name), value=value))
    if response_value == 0:
        raise ValueError(_WORTHLESS())


def _measures(spend: str | None, margin: float, response: str | None, response_value: float | None) -> list[Measure]:
    """Profit and cost, and what was asked for of revenue and responses."""
    earned = column_name(response, name="response") if spend is None else column_name(spend, name="spend")
    worth = margin if response_value is None else float(response_value)
    found = [Measure("profit", "mean", (earned, _COST), (worth, -1.0)), Measure(_COST, "mean", (_COST,))]
    if spend is not None:
        found.append(Measure("revenue", "mean", (earned,)))
    if response is not None:
        found.append(Measure("response", "mean", (column_name(response, name="response"),)))
    return found


def _table(
    found: dict[str, list[Effect]], *, response_value: float | None, margin: float | None, fixed_cost: float
) -> pd.DataFrame:
    profits = found["profit"]
    n, lost, n_open = (column([getattr(each, name) for each in profits]) for name in ("n", "n_unmatched", "n_open"))
    judged = n / np.where(n + lost + n_open > 0, n + lost + n_open, np.nan)
    contacts = n * column([each.contrast.value for each in found[_COST]])
    cost = contacts + fixed_cost * judged
    spent = np.where(cost > 0, cost, np.nan)
    missing = np.full((3, len(n)), np.nan)
    revenue = _totals(found["revenue"]) if "revenue" in found else missing
    responses = _totals(found["response"]) if "response" in found else missing
    worth = responses[0] * response_value if margin is None else revenue[0] * margin
    # Around the profit of contacts, the ends of its interval; fixed costs move all three alike.
    around = _totals(profits) - _totals(profits)[0]
    profit = worth - cost + around
    rate, control_rate = missing[:2]
    if "response" in found:
        rate, control_rate = (
            column([getattr(each.contrast, side) for each in found["response"]]) for side in ("value", "other")
        )
    per_response = _margin_per_response(found, rate, response_value=response_value, margin=margin)
    break_even = cost / np.where(n > 0, n, np.nan) / np.where(per_response > 0, per_response, np.nan)
    per_cost = [cost / np.where(each > 0, each, np.nan) for each in responses]
    clear = responses[1] > 0
    columns = {
        "n_customers": n.astype("int64"),
        "cost": cost,
        "incremental_revenue": revenue[0],
        "revenue_lower": revenue[1],
        "revenue_upper": revenue[2],
        "incremental_margin": worth,
        "incremental_profit": profit[0],
        "profit_lower": profit[1],
        "profit_upper": profit[2],
        "return_on_marketing_investment": profit[0] / spent,
        "return_lower": profit[1] / spent,
        "return_upper": profit[2] / spent,
        "revenue_per_cost": revenue[0] / spent,
        "margin_per_cost": worth / spent,
        "response_rate": rate,
        "control_response_rate": control_rate,
        "incremental_responses": responses[0],
        "responses_lower": responses[1],
        "responses_upper": responses[2],
        "cost_per_incremental_response": per_cost[0],
        "cost_per_response_lower": per_cost[2],
        "cost_per_response_upper": np.where(clear, per_cost[1], np.nan),
        "margin_per_response": per_response,
        "break_even_difference": break_even,
        "break_even_response_rate": control_rate + break_even,
        "n_open": n_open.astype("int64"),
        "n_unmatched": lost.astype("int64"),
        "too_few": np.any([[is_sparse(each) for each in found[name]] for name in found if name != _COST], axis=0),
    }
    return pd.DataFrame(columns)


def _totals(effects: Sequence[Effect]) -> Floats:
    """The effect on all customers of each arm, with the ends of its interval below it."""
    n = column([each.n for each in effects])
    ends = ("difference", "lower", "upper")
    return np.array([n * column([getattr(each.comparison, end) for each in effects]) for end in ends])


def _margin_per_response(
    found: dict[str, list[Effect]], rate: Floats, *, response_value: float | None, margin: float | None
) -> Floats:
    if margin is None:
        return np.full(len(rate), response_value)
    spend = column([each.contrast.value for each in found["revenue"]])
    return margin * spend / np.where(rate > 0, rate, np.nan)
