"""What promotions brought: response, redemption, sales that would have come anyway, and sales taken from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_option
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Joined, Message, Parameter
from crmkit._names import Label
from crmkit._stats import Comparison, Contrast, compare
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._cells import Cells, read_cells
from crmkit.loyalty.campaigns._effects import Effect, arms_of, column, effects_of, is_sparse
from crmkit.loyalty.campaigns._measures import Measure
from crmkit.loyalty.campaigns._windows import over_by

__all__ = ["PROMOTION_KINDS", "promotion_table"]

PromotionKind: TypeAlias = Literal["limited_time", "bundle", "gift", "coupon", "points"]

PROMOTION_KINDS: Final = MappingProxyType(
    {
        "limited_time": Label("Limited-time offer", "限时促销"),
        "bundle": Label("Bundle", "捆绑销售"),
        "gift": Label("Gift with purchase", "买赠"),
        "coupon": Label("Coupon", "优惠券"),
        "points": Label("Points", "积分"),
    }
)
"""The kinds of promotions, with their names."""

# What the kind stands or falls by: brought forward, taken from the items sold singly, given away, not redeemed.
_NEEDS: Final = {
    "limited_time": ("later_sales",),
    "bundle": ("other_sales",),
    "gift": ("given",),
    "coupon": ("issued", "redeemed"),
    "points": ("issued", "redeemed"),
}

_RESULT: Final = (
    *("measure", "n_customers", "value", "n_control", "control_value", "difference", "lower", "upper"),
    *("n_open", "n_unmatched", "too_few"),
)

_LACKING: Final = Message(
    en="A promotion of the kind {kind!r} needs {names}: {why}.", zh="{kind!r} 类促销需要 {names}：{why}。"
)
_WHY: Final = {
    "limited_time": Message(
        en="a short offer brings purchases forward, and what is missing later shows it",
        zh="限时促销会让客户提前购买，要看之后少买了多少",
    ),
    "bundle": Message(
        en="a bundle takes sales from the items sold singly, which must be seen",
        zh="捆绑会分走单品的销售，需要一并观察",
    ),
    "gift": Message(en="the gifts are its cost", zh="赠品就是它的成本"),
    "coupon": Message(en="not every coupon is redeemed", zh="发出的券并非都会核销"),
    "points": Message(en="not all points are redeemed", zh="发出的积分并非都会兑换"),
}
_NOT_BOTH: Final = Message(
    en="{@issued} and {@redeemed} go together: give both, or neither.",
    zh="{@issued} 与 {@redeemed} 须同时给出，或都不给。",
)
_NO_RESPONSE: Final = Message(
    en="{@response} must hold 0 and 1, or true and false: whether a customer bought what was promoted.",
    zh="{@response} 应只含 0 与 1（或真与假）：客户是否购买了促销品。",
)
_TWICE: Final = Message(
    en="{column!r} is given for several arguments. Each takes a column of its own.",
    zh="{column!r} 被多个参数使用，每个参数须各用一列。",
)


def promotion_table(
    contacts: FrameT,
    *,
    kind: PromotionKind,
    promoted_sales: str,
    response: str | None = None,
    other_sales: str | None = None,
    later_sales: str | None = None,
    given: str | None = None,
    issued: str | None = None,
    redeemed: str | None = None,
    as_of: Day | None = None,
    past: str | None = None,
    strata: str | Sequence[str] | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Judge a promotion: what it sold, what of it would have sold anyway, and what it took from elsewhere.

    .. math:: \text{subsidised share} = \frac{\bar p_{\text{control}}}{\bar p_{\text{arm}}}, \qquad
        \text{cannibalisation rate} = - \frac{\Delta o}{\Delta p}, \qquad
        \text{forward-buying rate} = - \frac{\Delta l}{\Delta p}

    with sales of what is promoted :math:`p`, of other products :math:`o` and of the time after it :math:`l`, and
    :math:`\Delta` the difference from the control group, to whom nothing was offered.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them, those to whom nothing was offered included, drawn at random.
    kind : {"limited_time", "bundle", "gift", "coupon", "points"}
        限时, 捆绑, 买赠, 优惠券, 积分. "limited_time" needs ``later_sales``; "bundle" ``other_sales``, with items
        sold singly among them; "gift" ``given``; "coupon" and "points" ``issued`` and ``redeemed``.
    promoted_sales : str
        Column of sales of what was promoted, in the window, net of price reductions and refunds.
    response : str, optional
        Column of 0 and 1: whether the customer bought what was promoted.
    other_sales : str, optional
        Column of sales of all other products in the window.
    later_sales : str, optional
        Column of all sales in a time after the window, as long as customers might have stocked up for.
    given : str, optional
        Column of what was given away: price reductions, gifts at cost, coupons and points redeemed, at their cost.
    issued, redeemed : str, optional
        Columns of coupons or points issued to each customer, and of those redeemed by them.
    as_of, past, strata, by : optional
        As in `campaign_effect_table`; windows must include the time of ``later_sales``.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, campaign, arm and measure. The column of ``by``, ``campaign``, ``arm``; ``measure``;
        ``n_customers``, ``value`` of the arm; ``n_control``, ``control_value``, what would have come anyway;
        ``difference``; ``lower`` and ``upper``, of the difference, or of the value where there is no other side to it;
        ``n_open``, ``n_unmatched`` and ``too_few``, as in `campaign_effect_table`. The measures, as far as their
        columns are given:

        "response_rate"; "redemption_rate", redeemed / issued, of the value; "promoted_sales", for each customer;
        "subsidised_share", the part of the promoted sales that would have come anyway, of the value;
        "other_sales", below 0 where other products lost (cannibalisation), above where they gained (halo);
        "cannibalisation_rate", of the value; "later_sales"; "forward_buying_rate", of the value; "net_sales", all sales
        together; "given", for each customer; "given_per_net_sales", what was given away for each unit of sales that
        would not have come, of the value. Rates are missing, or an end of them, where what they are divided by may be
        0.

    Raises
    ------
    SchemaError
        As `campaign_effect_table`; if ``response`` holds more than 0 and 1.
    TypeError
        As `campaign_effect_table`.
    ValueError
        As `campaign_effect_table`; if ``kind`` is not one of those listed, or lacks a column that it needs.

    See Also
    --------
    campaign_return_table : Profit, return and the response that pays.
    crmkit.metrics.cannibalisation_rate : The formula.

    Notes
    -----
    Rates of two differences have Fieller's interval with the covariance of both; the redemption rate has that of a
    ratio of sums over customers.

    References
    ----------
    .. [1] Blattberg and Neslin (1990), *Sales Promotion: Concepts, Methods, and Strategies*, ch. 5.
    .. [2] van Heerde, Leeflang and Wittink (2004), "Decomposing the Sales Promotion Bump with Store Data", *Marketing
       Science* 23.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_contacts
    >>> offers = pd.DataFrame({
    ...     "arm": ["offer"] * 100 + ["none"] * 100, "snack": [6.0, 4] * 50 + [3.0, 1] * 50,
    ...     "rest": [19.0, 20] * 50 + [20.0, 21] * 50, "after": [9.0, 8] * 50 + [10.0, 9] * 50,
    ... })
    >>> contacts = as_contacts(offers, outcomes=["snack", "rest", "after"], control="none", customer_id=None)
    >>> table = promotion_table(
    ...     contacts, kind="limited_time", promoted_sales="snack", other_sales="rest", later_sales="after"
    ... )
    >>> table.set_index("measure")[["value", "control_value", "difference"]].round(3)
                           value  control_value  difference
    measure
    promoted_sales         5.000            2.0         3.0
    subsidised_share       0.400            NaN         NaN
    other_sales           19.500           20.5        -1.0
    cannibalisation_rate   0.333            NaN         NaN
    later_sales            8.500            9.5        -1.0
    forward_buying_rate    0.333            NaN         NaN
    net_sales             33.000           32.0         1.0
    """
    check_fraction(level, name="level")
    columns = _columns(
        kind,
        promoted_sales=promoted_sales,
        response=response,
        other_sales=other_sales,
        later_sales=later_sales,
        given=given,
        issued=issued,
        redeemed=redeemed,
    )
    day = None if as_of is None else as_day(as_of, name="as_of")
    measures = _measures(columns)
    cells = read_cells(
        contacts, list(measures.values()), by=by, strata=strata, past=past, by_day=day is not None, taken=_RESULT
    )
    if "response" in columns and columns["response"] not in cells.flags:
        raise SchemaError(_NO_RESPONSE())
    over = np.ones(len(cells.n), dtype=bool) if day is None else over_by(cells, day)
    effects = effects_of(cells, list(measures.values()), over=over, level=level)
    found = {name: effects[place :: len(measures)] for place, name in enumerate(measures)}
    return from_pandas(_table(cells, found, level=level), like=contacts)


class _Line(NamedTuple):
    """A measure in all arms: value, control value, difference, and the ends of an interval."""

    value: Floats
    control_value: Floats
    difference: Floats
    lower: Floats
    upper: Floats


def _columns(kind: Any, **named: Any) -> dict[str, str]:
    """The columns that are given, by what they are."""
    check_option(kind, tuple(PROMOTION_KINDS), name="kind")
    columns = {name: column_name(label, name=name) for name, label in named.items() if label is not None}
    if lacking := [name for name in _NEEDS[kind] if name not in columns]:
        names = Joined([Parameter(name) for name in lacking], en=" and ", zh="、")
        raise ValueError(_LACKING(kind=kind, names=names, why=_WHY[kind]()))
    if ("issued" in columns) != ("redeemed" in columns):
        raise ValueError(_NOT_BOTH())
    used = list(columns.values())
    if twice := [name for name in used if used.count(name) > 1]:
        raise ValueError(_TWICE(column=twice[0]))
    return columns


def _measures(columns: dict[str, str]) -> dict[str, Measure]:
    """What is compared with the control group, and sums of these, by which rates of two differences are judged."""
    found: dict[str, Measure] = {
        name: Measure(name, "mean", (columns[name],))
        for name in ("response", "promoted_sales", "other_sales", "later_sales", "given")
        if name in columns
    }
    sales = tuple(columns[name] for name in ("promoted_sales", "other_sales", "later_sales") if name in columns)
    found["net_sales"] = Measure("net_sales", "mean", sales, (1.0,) * len(sales))
    for name in ("other_sales", "later_sales"):
        if name in columns:
            both = (columns["promoted_sales"], columns[name])
            found[f"promoted_sales and {name}"] = Measure(name, "mean", both, (1.0, 1.0))
    if "given" in columns:
        found["net_sales and given"] = Measure("given", "mean", (*sales, columns["given"]), (1.0,) * (len(sales) + 1))
    if "issued" in columns:
        found["redemption"] = Measure("redemption", "ratio", (columns["redeemed"], columns["issued"]))
    return found


def _table(cells: Cells, found: dict[str, list[Effect]], *, level: float) -> pd.DataFrame:
    """The rows, arm by arm."""
    lines: dict[str, tuple[_Line, list[Effect]]] = {}
    if "response" in found:
        lines["response_rate"] = _compared(found["response"]), found["response"]
    if "redemption" in found:
        lines["redemption_rate"] = _redemption(found["redemption"], level=level), found["redemption"]
    promoted = found["promoted_sales"]
    lines["promoted_sales"] = _compared(promoted), promoted
    lines["subsidised_share"] = _subsidised(promoted), promoted
    for name, rate in (("other_sales", "cannibalisation_rate"), ("later_sales", "forward_buying_rate")):
        if name in found:
            lines[name] = _compared(found[name]), found[name]
            both = found[f"promoted_sales and {name}"]
            lines[rate] = _rate(found[name], promoted, both, sign=-1.0, level=level), found[name]
    lines["net_sales"] = _compared(found["net_sales"]), found["net_sales"]
    if "given" in found:
        given, net = found["given"], found["net_sales"]
        lines["given"] = _compared(given), given
        lines["given_per_net_sales"] = _rate(given, net, found["net_sales and given"], sign=1.0, level=level), given
    tables = [
        arms_of(cells, effects).assign(
            measure=name,
            n_customers=column([each.n for each in effects]).astype("int64"),
            value=line.value,
            n_control=column([each.n_control for each in effects]).astype("int64"),
            control_value=line.control_value,
            difference=line.difference,
            lower=line.lower,
            upper=line.upper,
            n_open=column([each.n_open for each in effects]).astype("int64"),
            n_unmatched=column([each.n_unmatched for each in effects]).astype("int64"),
            too_few=[_is_sparse(each) for each in effects],
            _place=range(len(effects)),
        )
        for name, (line, effects) in lines.items()
    ]
    table = pd.concat(tables).sort_values("_place", kind="stable", ignore_index=True)
    return table.drop(columns="_place")


def _is_sparse(effect: Effect) -> bool:
    """Whether an interval rests on too few; of what the control group never has, on the arm alone."""
    found = effect.estimate
    if found is None or effect.measure.name not in ("given", "redemption"):
        return is_sparse(effect)
    return is_sparse(effect._replace(estimate=found._replace(other_n=np.inf, other_filled=found.filled)))


def _compared(effects: Sequence[Effect]) -> _Line:
    comparisons, contrasts = [each.comparison for each in effects], [each.contrast for each in effects]
    return _Line(
        column([each.value for each in contrasts]),
        column([each.other for each in contrasts]),
        column([each.difference for each in comparisons]),
        column([each.lower for each in comparisons]),
        column([each.upper for each in comparisons]),
    )


def _alone(value: Floats, lower: Floats, upper: Floats) -> _Line:
    missing = np.full(len(value), np.nan)
    return _Line(value, missing, missing, lower, upper)


def _subsidised(promoted: Sequence[Effect]) -> _Line:
    """What would have come anyway, by what came: the relative difference turned over."""
    value, control = (column([getattr(each.contrast, side) for each in promoted]) for side in ("value", "other"))
    ends = (
        column([getattr(each.comparison, end) for each in promoted]) for end in ("relative_upper", "relative_lower")
    )
    lower, upper = (1 / np.where(1 + end > 0, 1 + end, np.nan) for end in ends)
    return _alone(control / np.where(value > 0, value, np.nan), lower, upper)


def _rate(
    above: Sequence[Effect], below: Sequence[Effect], both: Sequence[Effect], *, sign: float, level: float
) -> _Line:
    """The difference of one outcome for each unit of the difference of another."""
    found = [
        _of_differences(one.contrast, two.contrast, together.contrast, sign=sign, level=level)
        for one, two, together in zip(above, below, both, strict=True)
    ]
    # The comparison has (value - other) / other.
    ends = ("relative", "relative_lower", "relative_upper")
    return _alone(*(1 + column([getattr(each, end) for each in found]) for end in ends))


def _of_differences(one: Contrast, two: Contrast, together: Contrast, *, sign: float, level: float) -> Comparison:
    error, other_error, sum_error = (each.error_of_difference for each in (one, two, together))
    scale = error * other_error
    shared = (sum_error**2 - error**2 - other_error**2) / 2
    correlation = np.where(scale > 0, shared / np.where(scale > 0, scale, 1.0), 0.0)
    contrast = Contrast(
        sign * (one.value - one.other),
        two.value - two.other,
        error,
        other_error,
        np.clip(sign * correlation, -1.0, 1.0),
        np.minimum(one.freedom, two.freedom),
        np.zeros_like(error),
    )
    return compare(contrast, level=level)


def _redemption(effects: Sequence[Effect], *, level: float) -> _Line:
    value = column([each.contrast.value for each in effects])
    error = column([each.contrast.error for each in effects])
    n = column([each.n for each in effects])
    reach = stdtrit(np.where(n > 1, n - 1, np.nan), (1 + level) / 2) * error
    return _alone(value, np.maximum(value - reach, 0.0), np.minimum(value + reach, 1.0))
