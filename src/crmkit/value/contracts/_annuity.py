"""Closed forms for customers with one probability of staying, one margin and one discount rate."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_option, some
from crmkit._kpi import Example, Kpi, Variant, number, share, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_counts
from crmkit.value._checks import as_period_rates, as_shares_kept

__all__ = ["contract_value", "margin_multiple"]

Timing: TypeAlias = Literal["start", "middle", "end"]

_TIMINGS = ("start", "middle", "end")

_SHRINKING: Final = Message(en="{@growth} must be above -1, got {got}.", zh="{@growth} 须大于 -1，得到 {got}。")
_NOT_WHOLE: Final = Message(
    en="{@n_periods} must hold whole numbers, got {got}.", zh="{@n_periods} 须为整数，得到 {got}。"
)


def margin_multiple(
    *, retention_rate: Numbers, period_discount_rate: Numbers, growth: Numbers = 0.0, timing: Timing = "end"
) -> Numbers:
    r"""Lifetime value of a customer as a multiple of one period's margin.

    .. math:: m_\text{end} = \frac{r}{1 + i - r (1 + g)}, \qquad m_\text{start} = \frac{1 + i}{1 + i - r (1 + g)}

    Parameters
    ----------
    retention_rate : float or array-like of float
        Share of the customers who stay from period to period, r; in [0, 1].
    period_discount_rate : float or array-like of float
        Discount rate of one period, i; not negative. From a yearly rate with n periods a year it is
        :math:`(1 + \text{rate})^{1 / n} - 1`.
    growth : float or array-like of float, default 0
        Growth of the margin of a customer who stays from period to period, g; above -1.
    timing : {"end", "start", "middle"}, default "end"
        When margins arrive. "end": the first in one period, from those who stay. "start": the first now, from
        everybody. "middle": as "start", but half a period later.

    Returns
    -------
    float, ndarray or Series, as given
        Not negative; ``nan`` where margins grow at least as fast as retention and discounting reduce them.

    Raises
    ------
    TypeError
        If an argument is not a number or column of numbers.
    ValueError
        If a number lies outside its range or is infinite, columns do not fit together, or ``timing`` is not one of
        those listed.

    References
    ----------
    .. [1] Gupta and Lehmann (2003), "Customers as Assets", *Journal of Interactive Marketing* 17(1), 9-24.

    Examples
    --------
    >>> round(margin_multiple(retention_rate=0.8, period_discount_rate=0.12), 2)
    2.5
    """
    given = (retention_rate, period_discount_rate, growth)
    r, i, g = _rates(retention_rate, period_discount_rate, growth)
    return as_given(_begun(timing, r, i) * _endless(r * (1 + g) / (1 + i)), *given)


@tells(
    Kpi(
        code="contract_value",
        name=Label("Lifetime value at constant retention", "客户终身价值（固定留存率）"),
        group="profitability",
        unit="money per customer",
        direction="higher",
        definition=Label(
            "Discounted margins of all periods to come, of a customer who stays with the same probability each period",
            "客户每期以固定概率留存时，未来各期毛利的贴现之和",
        ),
        source="Berger and Nasr (1998), Journal of Interactive Marketing 12(1), 17-30; Farris, Bendle, Pfeifer and "
        "Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.value.contracts.contract_value",
        aggregation="none",
        inputs=(number("margin_amount"), share("retention_rate"), number("period_discount_rate", low=0.0)),
        option="timing",
        variants=(
            Variant(
                "end",
                Label("margins at the end", "期末收款"),
                Label(
                    "the first margin in one period, from those who stay: margin × r / (1 + i - r)",
                    "首笔毛利在一期之后、来自留存客户：毛利 × r ÷（1 + i − r）",
                ),
                ("margin_amount", "retention_rate", "period_discount_rate"),
                Example(
                    {"margin_amount": 100, "retention_rate": 0.8, "period_discount_rate": 0.1, "timing": "end"},
                    100 * 0.8 / (1 + 0.1 - 0.8),
                ),
            ),
            Variant(
                "start",
                Label("margins at the start", "期初收款"),
                Label(
                    "the first margin now, from everybody (without discounting, margin / churn rate)",
                    "首笔毛利在当下、来自全部客户（不贴现时为毛利 ÷ 流失率）",
                ),
                ("margin_amount", "retention_rate", "period_discount_rate"),
                Example(
                    {
                        "margin_amount": 500 * 0.75,
                        "retention_rate": 1 - 0.025,
                        "period_discount_rate": 0,
                        "timing": "start",
                    },
                    15000,
                ),
            ),
            Variant(
                "middle",
                Label("margins in the middle", "期中收款"),
                Label("as at the start, half a period later", "与期初相同，但晚半期"),
                ("margin_amount", "retention_rate", "period_discount_rate"),
                Example(
                    {"margin_amount": 100, "retention_rate": 0.8, "period_discount_rate": 0.21, "timing": "middle"},
                    100 * 1.1 / 0.41,
                ),
            ),
        ),
    )
)
def contract_value(
    *,
    margin_amount: Numbers,
    retention_rate: Numbers,
    period_discount_rate: Numbers,
    n_periods: Numbers | None = None,
    timing: Timing = "end",
) -> Numbers:
    r"""Discounted margins of a customer who stays with the same probability each period.

    .. math:: V_\text{start} = m \sum_{t=0}^{n-1} \frac{r^t}{(1 + i)^t}, \qquad
              V_\text{middle} = \frac{V_\text{start}}{\sqrt{1 + i}}, \qquad
              V_\text{end} = m \sum_{t=1}^{n} \frac{r^t}{(1 + i)^t}

    A cost is a negative margin; margins and costs at different times are the sum of two values.

    Parameters
    ----------
    margin_amount : float or array-like of float
        Margin of one period, in money; may be below zero.
    retention_rate : float or array-like of float
        Share of the customers who stay from period to period, r; in [0, 1].
    period_discount_rate : float or array-like of float
        Discount rate of one period, i; not negative. From a yearly rate with n periods a year it is
        :math:`(1 + \text{rate})^{1 / n} - 1`.
    n_periods : float or array-like of float, optional
        Number of margins that count, whole numbers of at least 0; all without it.
    timing : {"end", "start", "middle"}, default "end"
        When margins arrive. "end": the first in one period, from those who stay. "start": the first now, from
        everybody. "middle": as "start", but half a period later.

    Returns
    -------
    float, ndarray or Series, as given
        Money now; ``nan`` where all periods count, nobody leaves and nothing is discounted.

    Raises
    ------
    TypeError
        If an argument is not a number or column of numbers.
    ValueError
        If a number lies outside its range or is infinite, columns do not fit together, or ``timing`` is not one of
        those listed.

    References
    ----------
    .. [1] Berger and Nasr (1998), "Customer Lifetime Value: Marketing Models and Applications", *Journal of Interactive
       Marketing* 12(1), 17-30.

    Examples
    --------
    Case 1 of the reference: 260 at the start of a year and at the end of each of ten, less 50 in the middle of each.

    >>> rates = {"retention_rate": 0.75, "period_discount_rate": 0.2}
    >>> earned = contract_value(margin_amount=260, n_periods=11, timing="start", **rates)
    >>> spent = contract_value(margin_amount=50, n_periods=10, timing="middle", **rates)
    >>> round(earned - spent, 2)
    568.78
    """
    columns = {
        "margin_amount": margin_amount,
        "retention_rate": retention_rate,
        "period_discount_rate": period_discount_rate,
    }
    if n_periods is not None:
        check_counts(n_periods=n_periods)
        columns["n_periods"] = n_periods
    check_alike(**columns)
    r, i, _ = _rates(retention_rate, period_discount_rate, 0.0)
    kept = r / (1 + i)
    sums = _endless(kept) if n_periods is None else _first_terms(kept, _whole(n_periods))
    return as_given(as_floats(margin_amount, name="margin_amount") * _begun(timing, r, i) * sums, *columns.values())


def _rates(retention_rate: Numbers, period_discount_rate: Numbers, growth: Numbers) -> tuple[Floats, Floats, Floats]:
    r, i, g = as_shares_kept(retention_rate), as_period_rates(period_discount_rate), as_floats(growth, name="growth")
    check_alike(retention_rate=retention_rate, period_discount_rate=period_discount_rate, growth=growth)
    if (g <= -1).any():
        raise ValueError(_SHRINKING(got=some(np.atleast_1d(g)[np.atleast_1d(g) <= -1].tolist())))
    return r, i, g


def _begun(timing: str, r: Floats, i: Floats) -> Floats:
    """Factor that turns a margin received now into the first margin."""
    check_option(timing, _TIMINGS, name="timing")
    return np.asarray({"start": np.ones_like(r * i), "middle": (1 + i + 0 * r) ** -0.5, "end": r / (1 + i)}[timing])


def _endless(kept: Floats) -> Floats:
    return np.where(kept < 1, 1 / np.where(kept < 1, 1 - kept, 1.0), np.nan)


def _first_terms(kept: Floats, n: Floats) -> Floats:
    kept, n = np.broadcast_arrays(kept, n)
    # Near 1 a power less 1 would cancel.
    near = (kept > 0.5) & (kept < 1)
    gone = np.where(near, -np.expm1(n * np.log(np.where(near, kept, 1.0))), 1 - kept**n)
    return np.where(kept == 1, n, gone / np.where(kept == 1, 1.0, 1 - kept))


def _whole(n_periods: Numbers) -> Floats:
    n = as_floats(n_periods, name="n_periods")
    odd = np.atleast_1d((n != np.floor(n)) & ~np.isnan(n))
    if odd.any():
        raise ValueError(_NOT_WHOLE(got=some(np.atleast_1d(n)[odd].tolist())))
    return n
