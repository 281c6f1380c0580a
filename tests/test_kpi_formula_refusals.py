"""KPI formulas refuse impossible counts, columns that do not fit and options that contradict."""

import math

import numpy as np
import pandas as pd
import pytest
from tests.test_kpi_formulas import COUNTS, SHARES, every_formula, every_share

from crmkit.metrics import customer_churn_rate


@every_formula
def test_a_negative_base_is_refused(formula, top, bottom):
    with pytest.raises(ValueError, match=rf"`{bottom}` must not be below 0, got \[-5\.0\]"):
        formula(**{top: 0, bottom: -5})
    with pytest.raises(ValueError, match=rf"`{bottom}` must not be below 0"):
        formula(**{top: 0, bottom: np.array([5, -1])})


@pytest.mark.parametrize(("formula", "top", "bottom"), COUNTS + SHARES)
def test_a_negative_count_is_refused(formula, top, bottom):
    with pytest.raises(ValueError, match=rf"`{top}` must not be below 0, got \[-3\.0\]"):
        formula(**{top: pd.Series([1, -3]), bottom: pd.Series([5, 5])})


@every_share
def test_a_part_beyond_its_whole_is_refused(formula, top, bottom):
    with pytest.raises(ValueError, match=rf"`{top}` must not exceed `{bottom}`, got \[6\.0\] of \[5\.0\]"):
        formula(**{top: np.array([1, 6]), bottom: 5})
    with pytest.raises(ValueError, match=rf"`{top}` must not exceed `{bottom}`"):
        formula(**{top: 1, bottom: 0})


def test_open_churn_beyond_its_base_is_refused():
    with pytest.raises(
        ValueError, match=r"`lost` must not exceed `customers_start` \+ `joined`, got \[31\.0\] of \[30\.0\]"
    ):
        customer_churn_rate(lost=31, customers_start=10, method="open", joined=20)
    with pytest.raises(ValueError, match="`joined` must not be below 0"):
        customer_churn_rate(lost=1, customers_start=10, method="open", joined=-1)


@every_formula
@pytest.mark.parametrize("infinite", [math.inf, -math.inf, np.array([1.0, np.inf])])
def test_infinity_is_refused(formula, top, bottom, infinite):
    with pytest.raises(ValueError, match=rf"`{top}` must be finite, got infinity"):
        formula(**{top: infinite, bottom: 5})
    with pytest.raises(ValueError, match=rf"`{bottom}` must be finite, got infinity"):
        formula(**{top: 1, bottom: infinite})


@every_formula
@pytest.mark.parametrize(
    "wrong",
    ["five", "5", ["5", "6"], None, object(), 1 + 2j, pd.Series(pd.to_datetime(["2024-01-01"]))],
    ids=["text", "digits", "column of digits", "None", "object", "complex", "dates"],
)
def test_what_is_no_number_is_refused(formula, top, bottom, wrong):
    with pytest.raises(TypeError, match=rf"`{top}` must be a number or a column of numbers"):
        formula(**{top: wrong, bottom: 5})
    with pytest.raises(TypeError, match=rf"`{bottom}` must be a number or a column of numbers"):
        formula(**{top: 1, bottom: wrong})


@every_formula
def test_columns_of_several_lengths_are_refused(formula, top, bottom):
    with pytest.raises(ValueError, match=rf"`{top}` and `{bottom}` must have the same length, got \[2, 3\]"):
        formula(**{top: np.array([1, 2]), bottom: np.array([3, 4, 5])})


@every_formula
def test_columns_of_several_indexes_are_refused(formula, top, bottom):
    with pytest.raises(ValueError, match=rf"`{top}` and `{bottom}` must have the same index.*\.align\(\)"):
        formula(**{top: pd.Series([1, 2]), bottom: pd.Series([3, 4], index=[1, 0])})


def test_open_churn_of_several_indexes_is_refused():
    with pytest.raises(ValueError, match="`lost` and `customers_start` and `joined` must have the same index"):
        customer_churn_rate(
            lost=pd.Series([0, 0]),
            customers_start=pd.Series([3, 4]),
            method="open",
            joined=pd.Series([1, 1], index=[5, 6]),
        )


def test_joined_goes_with_open_and_with_nothing_else():
    with pytest.raises(
        ValueError, match=r"`joined` does not go with method='cohort', which takes `lost`, `customers_start`"
    ):
        customer_churn_rate(lost=12, customers_start=100, method="cohort", joined=20)
    with pytest.raises(ValueError, match=r"method='open' needs `joined`"):
        customer_churn_rate(lost=12, customers_start=100, method="open")


@pytest.mark.parametrize("method", ["stripe", "", None, 1])
def test_an_unknown_method_is_refused(method):
    with pytest.raises(ValueError, match=r"`method` must be one of \['cohort', 'open', 'standard'\], got"):
        customer_churn_rate(lost=12, customers_start=100, method=method)


@every_formula
def test_arguments_are_named(formula, top, bottom):
    with pytest.raises(TypeError, match="positional"):
        formula(1, 2)
