"""Laws and refusals of every KPI formula, driven by its record, and those that tie several KPIs together."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from crmkit._kpi import definitions_of
from crmkit.metrics import (
    annualised_churn_rate,
    arc_price_elasticity,
    average_customer_lifetime,
    break_even_units,
    budget_execution_rate,
    budget_surplus_rate,
    compound_annual_growth_rate,
    contribution_margin_rate,
    csat_weighted_index,
    customer_acquisition_rate,
    customer_churn_rate,
    customer_profit_share,
    daily_churn_rate,
    gross_margin_rate,
    gross_mrr_churn_rate,
    gross_revenue_retention,
    mrr_growth_rate,
    net_new_mrr,
    revenue_growth,
    target_attainment,
)
from crmkit.metrics._kpi_functions import kpis_by_function

DEFINITIONS = [each for function, _ in kpis_by_function() for each in definitions_of(function)]
every_definition = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.code)


def example_of(definition):
    return dict((definition.variant or definition.record).example.given)


# By hand.


def test_daily_churn_by_hand():
    assert daily_churn_rate(lost=[1, 2], customers_start=[100, 100]) == pytest.approx(0.03, rel=1e-15)
    # The day without customers adds nothing: 1 of 4 and 1 of 2.
    assert daily_churn_rate(lost=[1, 0, 1], customers_start=[4, 0, 2]) == 0.75
    assert math.isnan(daily_churn_rate(lost=[0], customers_start=[0]))
    assert math.isnan(daily_churn_rate(lost=[1, None], customers_start=[4, 4]))


def test_weighted_satisfaction_by_hand():
    assert csat_weighted_index(scores=[80, 90], weights=[0.6, 0.4]) == pytest.approx(84, rel=1e-15)
    assert csat_weighted_index(scores=[80, None, 90], weights=[3, 5, 1]) == 82.5
    assert math.isnan(csat_weighted_index(scores=[80], weights=[0]))


def test_growth_from_nothing_or_less_is_undefined():
    assert math.isnan(revenue_growth(revenue=5, revenue_before=-5))
    assert math.isnan(compound_annual_growth_rate(start_value=-1, end_value=4, years=2))
    assert math.isnan(compound_annual_growth_rate(start_value=1, end_value=4, years=0))
    assert compound_annual_growth_rate(start_value=4, end_value=0, years=2) == -1


def test_more_may_join_than_there_were():
    assert customer_acquisition_rate(new_customers=30, customers_start=10, base="customers") == 3


def test_a_target_below_zero_is_read_by_its_size():
    # A loss of 80 or 120 where one of 100 was planned; a profit of 50 instead.
    assert target_attainment(actual=-80, target=-100) == pytest.approx(1.2, rel=1e-15)
    assert target_attainment(actual=-120, target=-100) == pytest.approx(0.8, rel=1e-15)
    assert target_attainment(actual=50, target=-100) == 2.5
    assert math.isnan(target_attainment(actual=5, target=0))


@pytest.mark.parametrize("refunded", [0, -5])
def test_no_margin_of_revenue_that_is_not_above_zero(refunded):
    assert math.isnan(gross_margin_rate(revenue=refunded, cost_of_goods=1))
    assert math.isnan(contribution_margin_rate(revenue=refunded, variable_costs=1))
    assert gross_margin_rate(revenue=4, cost_of_goods=5) == -0.25


def test_no_volume_breaks_even_below_the_cost_of_a_unit():
    assert math.isnan(break_even_units(fixed_costs=1000, price=6, unit_cost=6))
    assert math.isnan(break_even_units(fixed_costs=1000, price=5, unit_cost=6))


def test_no_share_of_a_total_loss():
    assert math.isnan(customer_profit_share(profit_of_customer=5, total_profit=-10))
    assert customer_profit_share(profit_of_customer=-5, total_profit=10) == -0.5


# Laws.


@every_definition
@pytest.mark.parametrize("factor", [0.01, 7.0])
def test_the_currency_unit_scales_money_and_nothing_else(definition, factor):
    given = example_of(definition)
    if all(each.kind in ("money", "count") for each in definition.inputs):
        scaled = {
            **given,
            **{each.name: given[each.name] * factor for each in definition.inputs if each.kind == "money"},
        }
        expected = definition.function(**given) * (factor if definition.record.unit.startswith("money") else 1)
        assert definition.function(**scaled) == pytest.approx(expected, rel=1e-12)


@every_definition
def test_a_column_gives_what_its_numbers_give_and_is_not_changed(definition):
    given = example_of(definition)
    names = [each.name for each in definition.inputs]
    columns = {name: pd.Series([given[name], np.nan], index=["b", "a"], dtype="float64") for name in names}
    before = {name: column.copy() for name, column in columns.items()}
    found = definition.function(**{**given, **columns})
    expected = pd.Series([definition.function(**given), np.nan], index=["b", "a"])
    assert_series_equal(found, expected)
    for name in names:
        assert_series_equal(columns[name], before[name])


@every_definition
def test_nothing_is_infinite(definition):
    for size in (0, 1e-320, 1e300, 1e308):
        sizes = {each.name: min(max(size, each.low or 0), each.high or math.inf) for each in definition.inputs}
        assert not math.isinf(definition.function(**{**example_of(definition), **sizes}))


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_what_is_spent_and_what_is_left_are_the_budget(spent, budget):
    used = budget_execution_rate(spent=spent, budget=budget)
    assert used + budget_surplus_rate(spent=spent, budget=budget) == pytest.approx(1, rel=1e-9, abs=1e-9)


@given(st.tuples(st.integers(1, 1000), st.integers(1, 1000)), st.tuples(st.integers(1, 1000), st.integers(1, 1000)))
def test_the_arc_elasticity_is_the_same_both_ways(prices, quantities):
    there, back = (
        arc_price_elasticity(
            price_before=prices[before],
            price_after=prices[after],
            quantity_before=quantities[before],
            quantity_after=quantities[after],
        )
        for before, after in ((0, 1), (1, 0))
    )
    assert there == pytest.approx(back, rel=1e-12, nan_ok=True)
    assert math.isnan(there) == (prices[0] == prices[1])


@given(st.integers(0, 100), st.integers(1, 100), st.integers(0, 100))
def test_standard_churn_is_cohort_churn_of_those_not_lost_in_passing(lost, start, passing):
    gone = min(lost, start)
    assert customer_churn_rate(
        lost=gone + passing, customers_start=start, lost_in_passing=passing, method="standard"
    ) == customer_churn_rate(lost=gone, customers_start=start, method="cohort")


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), min_size=1))
def test_gross_retention_and_gross_churn_are_complements(customers):
    start = sum(before for before, _ in customers)
    kept = gross_revenue_retention(mrr_kept=sum(min(both) for both in customers), mrr_start=start)
    churned = sum(before for before, after in customers if after == 0)
    contraction = sum(max(before - after, 0) for before, after in customers if after > 0)
    lost = gross_mrr_churn_rate(churned_mrr=churned, contraction_mrr=contraction, mrr_start=start)
    assert kept + lost == pytest.approx(1, abs=1e-12)


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=5), st.integers(1, 1000))
def test_growth_is_the_net_new_over_the_start(moves, start):
    names = ("new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr")
    given = dict(zip(names, moves, strict=True))
    assert mrr_growth_rate(**given, mrr_start=start) == pytest.approx(net_new_mrr(**given) / start, rel=1e-12)


@given(st.floats(0.001, 0.5))
def test_a_year_of_churn(rate):
    assert annualised_churn_rate(churn_rate=rate, days=365) == pytest.approx(rate, rel=1e-9)
    # Two periods of half a year each.
    assert annualised_churn_rate(churn_rate=rate, days=182.5) == pytest.approx(1 - (1 - rate) ** 2, rel=1e-9)
    # The mean of the periods survived, summed.
    periods = np.arange(50_000)
    assert average_customer_lifetime(churn_rate=rate) == pytest.approx(((1 - rate) ** periods).sum(), rel=1e-6)


# Refusals.


@every_definition
def test_each_input_keeps_to_its_range(definition):
    given = example_of(definition)
    for each in definition.inputs:
        with pytest.raises(ValueError, match=f"`{each.name}` must be finite"):
            definition.function(**{**given, each.name: math.inf})
        if each.low is not None:
            with pytest.raises(ValueError, match=f"`{each.name}` must not be below"):
                definition.function(**{**given, each.name: each.low - 1})
        if each.high is not None:
            with pytest.raises(ValueError, match=f"`{each.name}` must not exceed {each.high:g}"):
                definition.function(**{**given, each.name: each.high + 1})


@every_definition
def test_a_part_does_not_exceed_its_whole(definition):
    given = example_of(definition)
    for each in definition.inputs:
        known = [wholes for names in each.wholes if (wholes := [name for name in names if name in given])]
        said = "|".join(wholes[0] for wholes in known)
        for wholes in known:
            with pytest.raises(ValueError, match=f"`{each.name}` must not exceed `({said})`"):
                definition.function(**{**given, each.name: sum(given[name] for name in wholes) + 1})


@every_definition
def test_an_input_of_another_definition_is_refused(definition):
    if definition.variant is not None:
        for each in definition.record.inputs:
            if each not in definition.inputs:
                with pytest.raises(ValueError, match=f"`{each.name}` does not go with"):
                    definition.function(**{**example_of(definition), each.name: 1})


def test_daily_churn_and_weighted_satisfaction_refuse_numbers_below_zero():
    with pytest.raises(ValueError, match="`lost` must not be below 0"):
        daily_churn_rate(lost=[-1], customers_start=[4])
    with pytest.raises(ValueError, match="`weights` must not be below 0"):
        csat_weighted_index(scores=[80], weights=[-1])
    with pytest.raises(ValueError, match="must have the same length"):
        csat_weighted_index(scores=[80, 90], weights=[1, 1, 1])
