"""Judging purchase models: their fit, their forecasts, and the rules that need no model."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from sklearn.metrics import brier_score_loss
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows
from tests.logs import log

from crmkit import SchemaError, as_transactions, cells, customer_summary, holdout_split, load_cdnow
from crmkit._stats._ranking import best_first, even_groups, normalised_gini
from crmkit.value import (
    BetaGeoBetaBinomModel,
    BetaGeoCNBDModel,
    BetaGeoModel,
    GammaGompertzNBDModel,
    ModifiedBetaGeoModel,
    NBDModel,
    ParetoNBDModel,
)
from crmkit.value.contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel, contract_table
from crmkit.value.judging import (
    LikelihoodRatioTest,
    conditional_expectation_table,
    decile_table,
    frequency_table,
    inactivity_calibration_table,
    likelihood_ratio_test,
    model_comparison_table,
    tracking_table,
)

PERIOD = {"calibration_end": "1997-09-30", "observation_end": "1998-06-30"}
END = {"observation_end": "1998-06-30"}
CLASSES = {"BG": BetaGeoModel, "MBG": ModifiedBetaGeoModel, "Pareto": ParetoNBDModel, "NBD": NBDModel}
NAN = float("nan")


class Steady:
    """A model that is none of ours: everybody buys at one rate, or as told row by row."""

    time_unit = "W"
    loglik_ = aic_ = bic_ = NAN
    n_customers_ = 0

    def __init__(self, rate=1.0, *, expected=None, inactive=None):
        self.rate, self.expected, self.inactive = rate, expected, inactive
        self.asked = []

    def expected_purchases(self, customers, *, horizon):
        self.asked.append(horizon)
        return [self.rate * horizon] * len(customers) if self.expected is None else customers[self.expected]

    def expected_curve(self, horizons, *, covariates=None):  # noqa: ARG002
        self.asked.append(tuple(horizons))
        return pd.DataFrame({"horizon": horizons, "expected_purchases": self.rate * np.asarray(horizons)})

    def probability_inactive(self, customers, *, horizon):
        self.asked.append(horizon)
        return [0.5] * len(customers) if self.inactive is None else customers[self.inactive]

    def purchase_distribution(self, customers, *, horizon, n_max):
        self.asked.append(horizon)
        columns = {f"p_{n}": [0.5 ** (n + 1)] * len(customers) for n in range(n_max + 1)}
        return pd.DataFrame({**columns, "p_more": [0.5 ** (n_max + 1)] * len(customers)})


def split(rows, **columns):
    """A holdout table as of 2024-03-31 from frequency, recency, T and holdout_days."""
    table = pd.DataFrame(rows, columns=["frequency", "recency", "T", "holdout_days"]).astype(
        {"frequency": float, "recency": float, "T": float}
    )
    first = pd.Timestamp("2024-03-31") - pd.to_timedelta(table["T"], unit="D")
    return table.assign(customer_id=np.arange(len(table)), first_order=first, **columns)


@pytest.fixture(scope="module")
def transactions():
    return as_transactions(load_cdnow())


@pytest.fixture(scope="module")
def few(transactions):
    """One customer in forty."""
    return transactions[transactions["customer_id"] % 40 == 0]


@pytest.fixture(scope="module")
def holdout(transactions):
    return holdout_split(transactions, **PERIOD)


@pytest.fixture(scope="module")
def models(holdout):
    return {name: model().fit(holdout) for name, model in CLASSES.items()}


@pytest.fixture(scope="module")
def bg(models):
    return models["BG"]


@pytest.fixture(scope="module")
def comparison(models, holdout, transactions):
    return model_comparison_table(holdout, models=models, transactions=transactions, **END).set_index("model")


# By hand.

# ann is followed from the 1st, bo from the 5th; cy comes after the calibration period. A refund is no purchase.
LOG = as_transactions(
    log(
        [
            ("ann", "2024-01-01", 1),
            ("ann", "2024-01-03", 1),
            ("ann", "2024-01-08", 1),
            ("ann", "2024-01-09", -1),
            ("ann", "2024-01-16", 1),
            ("bo", "2024-01-05", 1),
            ("bo", "2024-01-17", 1),
            ("cy", "2024-01-12", 1),
            ("cy", "2024-01-13", 1),
        ]
    )
)
JANUARY = {"calibration_end": "2024-01-10", "observation_end": "2024-01-16"}


def test_tracking_counts_weeks_from_monday():
    late = tracking_table(LOG[LOG["customer_id"] != "ann"], model=Steady(), **JANUARY)
    # bo's first day, 5 January, is a Friday
    assert late["period"].tolist() == list(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]))
    assert late["expected"].tolist() == pytest.approx([3 / 7, 7 / 7, 2 / 7])


def test_tracking_by_weeks():
    table = tracking_table(LOG, model=Steady(), **JANUARY)
    assert table["number"].tolist() == [1, 2, 3]
    assert table["period"].tolist() == list(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]))
    assert table["last_day"].tolist() == list(pd.to_datetime(["2024-01-07", "2024-01-14", "2024-01-16"]))
    assert table["is_complete"].tolist() == [True, True, False]
    assert table["is_holdout"].tolist() == [False, False, True]
    assert table["actual"].tolist() == [1, 1, 1]
    assert table["actual_cumulative"].tolist() == [1, 2, 3]
    # at the end of the periods ann is 7, 14, 16 days old and bo 3, 10, 12
    assert table["expected_cumulative"].tolist() == pytest.approx([10 / 7, 24 / 7, 28 / 7])
    assert table["expected"].tolist() == pytest.approx([10 / 7, 14 / 7, 4 / 7])


def test_tracking_by_calendar_months():
    table = tracking_table(LOG, model=Steady(), calibration_end="2024-01-31", observation_end="2024-02-10", freq="M")
    assert table["period"].tolist() == list(pd.to_datetime(["2024-01-01", "2024-02-01"]))
    assert table["is_complete"].tolist() == [True, False]
    # ann 3, bo 1, cy 1
    assert table["actual"].tolist() == [5, 0]
    # ann is 31 days old, bo 27, cy 20; then ten days each
    assert table["expected"].tolist() == pytest.approx([78 / 7, 30 / 7])


def test_the_model_is_asked_once_for_the_curve_of_all_ages():
    model = Steady()
    tracking_table(LOG, model=model, **JANUARY)
    assert model.asked == [pytest.approx(tuple(age / 7 for age in (3, 7, 10, 12, 14, 16)))]


def test_frequencies_are_expected_over_each_customers_own_time():
    customers = split([(0, 0, 14, 0), (0, 0, 14, 0), (1, 3, 7, 0), (5, 6, 7, 0)])
    model = Steady()
    table = frequency_table(customers, model=model, n_max=2)
    assert table["frequency"].tolist() == [0, 1, 2]
    assert table["actual"].tolist() == [2, 1, 1]
    assert table["expected"].tolist() == [2.0, 1.0, 1.0]
    assert table["chi_square"].tolist() == [0.0, 0.0, 0.0]
    assert sorted(model.asked) == [1.0, 2.0]


def test_groups_of_frequency_without_customers_have_no_row():
    customers = split([(0, 0, 50, 1), (0, 0, 40, 0), (2, 7, 30, 3), (9, 20, 30, 4)], said=[1.0, 0.0, 2.0, 5.0])
    table = conditional_expectation_table(
        customers, model=Steady(expected="said"), observation_end="2024-04-10", n_groups=4
    )
    assert table["by"].unique().tolist() == ["frequency"]
    assert table[["lower", "upper", "n_customers", "actual", "expected"]].to_numpy().tolist() == [
        [0, 0, 2, 0.5, 0.5],
        [2, 2, 1, 3, 2],
        [9, 9, 1, 4, 5],
    ]


def test_groups_of_recency_keep_one_time_buyers_and_ties_apart():
    customers = split([(0, 0, 50, 0), (1, 5, 50, 1), (1, 5, 50, 2), (1, 5, 50, 3), (1, 40, 50, 4)])
    table = conditional_expectation_table(
        customers, model=Steady(), observation_end="2024-04-07", by="recency", n_groups=3
    )
    assert table[["lower", "upper", "n_customers", "actual", "expected"]].to_numpy().tolist() == [
        [0, 0, 1, 0, 1],
        [5, 5, 3, 2, 1],
        [40, 40, 1, 4, 1],
    ]


def test_inactivity_by_bin():
    customers = split([(0, 0, 9, days) for days in (0, 1, 0, 0)], said=[0.2, 0.2, 0.8, 0.9])
    table = inactivity_calibration_table(
        customers, model=Steady(inactive="said"), observation_end="2024-04-10", n_bins=2
    )
    assert table["n_customers"].tolist() == [2, 2]
    assert table["predicted"].tolist() == pytest.approx([0.2, 0.85])
    assert table["observed"].tolist() == [0.5, 1.0]
    # (0.8² + 0.2²) / 2 and (0.2² + 0.1²) / 2
    assert table["brier_score"].tolist() == pytest.approx([0.34, 0.025])
    # Wilson, 1 of 2 at z = 1.96: 0.5 ± 0.4055; 2 of 2: from 2 / (2 + z²)
    assert table["observed_lower"].tolist() == pytest.approx([0.0945, 0.3424], abs=1e-4)
    assert table["observed_upper"].tolist() == pytest.approx([0.9055, 1.0], abs=1e-4)


def test_deciles_and_a_tie_across_their_border():
    said = [9.0, 8, 8, 6, 5, 4, 3, 2, 1, 0]
    customers = split([(0, 0, 50, days) for days in (7, 4, 0, 1, 0, 0, 0, 0, 0, 0)], said=said)
    table = decile_table(customers, model=Steady(expected="said"), observation_end="2024-04-10")
    assert table["decile"].tolist() == list(range(1, 11))
    assert table["expected"].tolist() == said
    # either of the two of whom 8 is expected may be second
    assert table["actual"].tolist() == [7, 2, 2, 1, 0, 0, 0, 0, 0, 0]
    assert table["actual_share"].tolist()[:3] == pytest.approx([7 / 12, 2 / 12, 2 / 12])
    assert table["lift"].tolist()[:3] == pytest.approx([7 / 1.2, 2 / 1.2, 2 / 1.2])


def test_fewer_customers_than_ten_have_a_row_each():
    table = decile_table(split([(0, 0, 50, 0)] * 3), model=Steady(), observation_end="2024-04-10")
    assert table["decile"].tolist() == [1, 2, 3]
    assert table[["lift", "actual_share"]].isna().all(axis=None)


def test_the_rules_of_thumb():
    # as of March 31; the holdout is of ten days, so the last period starts on March 22
    orders = log(
        [
            *[("ann", day, 1) for day in ("2024-02-20", "2024-03-21", "2024-03-22", "2024-03-31", "2024-04-10")],
            *[("bo", day, 1) for day in ("2024-03-31", "2024-04-01", "2024-04-02")],
            ("cy", "2024-03-11", 1),
        ]
    )
    found = as_transactions(orders)
    table = holdout_split(found, calibration_end="2024-03-31", observation_end="2024-04-10")
    rules = model_comparison_table(
        table, models={"steady": Steady()}, observation_end="2024-04-10", transactions=found, hiatus_days=19
    ).set_index("model")
    assert rules.index.tolist() == ["steady", "rate_so_far", "mean_rate", "last_period", "hiatus"]
    assert rules["is_baseline"].tolist() == [False, True, True, True, True]
    # ann bought 3 times in 40 days, bo is of today, cy 0 times in 20: all together 3 in 60. Then 1, 2 and 0 days.
    assert rules["expected_total"].tolist()[1:4] == pytest.approx([10 * (3 / 40 + 3 / 60), 30 * 3 / 60, 2])
    assert rules["bias"].tolist()[1:4] == pytest.approx([1.25 - 3, 1.5 - 3, 2 - 3])
    assert rules["relative_bias"].tolist()[1:4] == pytest.approx([-1.75 / 3, -0.5, -1 / 3])
    # last period: 2, 0, 0 against 1, 2, 0
    assert rules.loc["last_period", "mae"] == pytest.approx(1)
    assert rules.loc["last_period", "rmse"] == pytest.approx(math.sqrt(5 / 3))
    # cy alone is silent, 20 days since the last purchase: the word of the rule is right for all three
    assert rules.loc["hiatus", ["auc", "brier_score"]].tolist() == [1.0, 0.0]
    assert rules.loc["hiatus", ["mae", "rmse", "bias", "gini"]].isna().all()
    assert rules.loc["mean_rate", ["gini", "auc"]].tolist() == [0.0, 0.5]
    assert math.isnan(rules.loc["mean_rate", "correlation"])
    assert rules.loc[["rate_so_far", "mean_rate", "last_period"], "brier_score"].isna().all()
    assert rules.loc["steady", ["loglik", "n_params", "aic", "bic"]].isna().all()


def test_a_silence_as_long_as_the_cut_off_is_not_yet_inactive():
    table = split([(0, 0, 30, 0), (0, 0, 20, 1)])
    word = model_comparison_table(
        table, models={"a": Steady()}, observation_end="2024-04-30", hiatus_days=30
    ).set_index("model")
    # nobody is called inactive: wrong for one of two
    assert word.loc["hiatus", "brier_score"] == 0.5


def test_without_purchases_in_the_holdout_shares_and_rankings_are_missing():
    rows = model_comparison_table(
        split([(0, 0, 30, 0), (1, 3, 20, 0)]), models={"a": Steady()}, observation_end="2024-04-30"
    )
    assert rows[["relative_bias", "gini", "top_decile_share", "correlation", "auc"]].isna().all(axis=None)
    assert rows.loc[0, "brier_score"] == 0.25


def test_gini_of_hindsight_of_its_reverse_and_of_a_constant():
    bought = np.array([0.0, 0, 1, 3, 7])
    assert normalised_gini(bought, bought) == 1
    assert normalised_gini(-bought, bought) == -1
    assert normalised_gini(np.ones(5), bought) == 0
    assert math.isnan(normalised_gini(bought, np.ones(5)))


# Reference: CDNOW, shared/reference/value.md.


def in_weeks_from_the_first_day(days):
    """Weeks as the literature counts them, of a table of days."""
    weeks = days.iloc[6::7].copy()
    weeks["actual"], weeks["expected"] = (
        np.diff(weeks[f"{name}_cumulative"], prepend=0) for name in ("actual", "expected")
    )
    return weeks.assign(number=weeks["number"] // 7).set_index("number")


@pytest.mark.parametrize(
    ("name", "cumulative"),
    [
        # 2.4: weeks 20 to 25, 39, 78
        ("Pareto", [1308.912, 1385.334, 1459.985, 1532.970, 1604.386, 1674.321, 2532.782, 4275.388]),
        ("BG", [1312.459, 1387.347, 1460.393, 1531.715, 1601.419, 1669.602, 2501.526, 4165.663]),
        ("MBG", [1315.052, 1389.601, 1462.203, 1532.979, 1602.040, 1669.484, 2482.955, 4054.616]),
    ],
)
def test_tracking_of_cdnow(models, transactions, name, cumulative):
    weeks = in_weeks_from_the_first_day(tracking_table(transactions, model=models[name], freq="D", **PERIOD))
    shown = [20, 21, 22, 23, 24, 25, 39, 78]
    assert weeks.loc[shown, "actual_cumulative"].tolist() == [1359, 1414, 1484, 1517, 1573, 1672, 2457, 4339]
    assert weeks.loc[20:25, "actual"].tolist() == [73, 55, 70, 33, 56, 99]
    np.testing.assert_allclose(weeks.loc[shown, "expected_cumulative"], cumulative, rtol=2e-6)
    assert weeks.index.max() == 78
    assert weeks["is_holdout"].tolist() == [False] * 39 + [True] * 39


def test_tracking_of_cdnow_as_printed_in_the_vignette_of_btyd(transactions):
    # 2.4 and 2.1: BTYD's own parameters, its printed weeks 20 to 25
    model = ParetoNBDModel.from_params({"r": 0.553, "alpha": 10.580, "s": 0.606, "beta": 11.656})
    weeks = in_weeks_from_the_first_day(tracking_table(transactions, model=model, freq="D", **PERIOD))
    printed = [1308.856, 1385.275, 1459.923, 1532.906, 1604.320, 1674.253]
    # the parameters are printed to three digits
    np.testing.assert_allclose(weeks.loc[20:25, "expected_cumulative"], printed, rtol=2e-3)
    np.testing.assert_allclose(
        weeks.loc[20:25, "expected"], [78.308, 76.419, 74.648, 72.983, 71.414, 69.933], rtol=2e-3
    )


@pytest.mark.parametrize(
    ("name", "expected", "chi_square"),
    [
        # 2.1; the statistics 4.82 and 11.99 are also those of Fader, Hardie and Lee (2005), figure 3
        ("BG", [1407.68, 460.32, 192.46, 101.16, 59.85, 38.12, 25.55, 71.85], 4.821),
        ("MBG", [1418.62, 429.14, 198.57, 108.24, 64.74, 41.15, 27.29, 69.25], 2.955),
        ("Pareto", [1434.05, 396.88, 193.49, 111.81, 69.99, 45.86, 30.93, 73.99], 11.990),
        ("NBD", [1425.35, 399.47, 201.62, 116.92, 72.23, 46.28, 30.37, 64.78], 10.265),
    ],
)
def test_frequencies_of_cdnow(models, holdout, name, expected, chi_square):
    table = frequency_table(holdout, model=models[name])
    assert table["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    np.testing.assert_allclose(table["expected"], expected, atol=0.006)
    assert table["chi_square"].sum() == pytest.approx(chi_square, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "expected", "digits"),
    [
        # 2.4
        ("BG", [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570], 4),
        ("MBG", [0.1852, 0.5514, 1.0490, 1.4929, 2.1043, 2.5636, 3.3608, 5.8485], 4),
        ("Pareto", [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403], 3),
    ],
)
def test_conditional_expectations_of_cdnow(models, holdout, name, expected, digits):
    table = conditional_expectation_table(holdout, model=models[name], **END)
    assert table["n_customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    np.testing.assert_allclose(
        table["actual"], [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594], atol=6e-5
    )
    # the published parameters differ in the seventh digit
    np.testing.assert_allclose(table["expected"], expected, atol=3e-4 if digits == 4 else 1.1e-3)


@pytest.mark.parametrize(
    ("name", "total", "mae", "rmse", "correlation"),
    [
        # 2.4
        ("BG", 1653.409, 0.78545, 1.60798, 0.62565),
        ("MBG", 1576.728, 0.76478, 1.60718, 0.62725),
        ("Pareto", 1665.513, 0.75452, 1.60285, 0.63022),
        ("NBD", 2929.82, 1.04102, 1.85952, 0.58338),
    ],
)
def test_comparison_on_cdnow(comparison, name, total, mae, rmse, correlation):
    row = comparison.loc[name]
    assert row["expected_total"] == pytest.approx(total, abs=0.006)
    assert row["bias"] == pytest.approx(total - 1882, abs=0.006)
    assert row[["mae", "rmse", "correlation"]].tolist() == pytest.approx([mae, rmse, correlation], abs=6e-6)


def test_likelihoods_of_cdnow_stand_beside_the_forecasts(comparison):
    # 2.1
    criteria = comparison.loc[list(CLASSES), ["n_params", "loglik", "aic", "bic"]].to_numpy()
    np.testing.assert_allclose(
        criteria,
        [
            [4, -9582.42921, 19172.858, 19195.919],
            [4, -9582.13572, 19172.271, 19195.332],
            [4, -9594.97618, 19197.952, 19221.013],
            [2, -9763.65761, 19531.315, 19542.846],
        ],
        atol=6e-4,
    )


def test_likelihood_ratio_as_clvtools_prints_it():
    # 2.8: log-likelihoods of apparelTrans with all effects free and with one constraint; chi2 10.943, df 1, p .0009396
    names = ["r", "alpha", "s", "beta", "a", "b", "c", "d"]
    found = likelihood_ratio_test(
        smaller=fitted(ParetoNBDModel, names[:7], -5826.5342), larger=fitted(ParetoNBDModel, names, -5821.0627)
    )
    assert found.statistic == pytest.approx(10.943, abs=6e-4)
    assert found.df == 1
    assert found.p_value == pytest.approx(0.0009396, abs=6e-8)


@pytest.mark.parametrize(
    ("survivors", "smaller", "larger"),
    [
        ([1000, 631, 468, 382, 326, 289, 262, 241], -1680.2652, -1679.6028),
        ([1000, 869, 743, 653, 593, 551, 517, 491], -1611.1581, -1605.3142),
    ],
)
def test_whether_churn_depends_on_tenure(survivors, smaller, larger):
    # Fader and Hardie (2007), table 1, log-likelihoods by independent scripts in SciPy: sBG is BdW with c = 1, inside;
    # chi-square with 1 is a squared normal, so that p = erfc(sqrt(D / 2)): 0.2498 and 0.00063
    table = contract_table(survivors)
    found = likelihood_ratio_test(
        smaller=ShiftedBetaGeoModel().fit(table), larger=BetaDiscreteWeibullModel().fit(table)
    )
    assert found.statistic == pytest.approx(2 * (larger - smaller), abs=3e-4)
    assert found.df == 1
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(larger - smaller)), abs=1e-4)


def test_covariates_of_apparel_are_worth_having():
    # 2.8: -5848.0978 without, -5821.0627 with the four effects
    orders = pd.read_parquet(data_file("clvtools_apparelTrans.parquet"))
    covariates = pd.read_parquet(data_file("clvtools_apparelStaticCov.parquet")).rename(columns={"Id": "customer_id"})
    transactions = as_transactions(orders, customer_id="Id", date="Date", amount="Price")
    customers = customer_summary(transactions, as_of="2006-12-31").merge(covariates, on="customer_id")
    effects = ("Gender", "Channel")
    larger = ParetoNBDModel(purchase_covariates=effects, dropout_covariates=effects).fit(customers)
    found = likelihood_ratio_test(smaller=ParetoNBDModel().fit(customers), larger=larger)
    assert found.statistic == pytest.approx(2 * (5848.0978 - 5821.0627), abs=1e-3)
    assert found.df == 4
    assert found.p_value < 1e-9


# Laws.


@given(hnp.arrays(float, st.integers(1, 40), elements=st.integers(0, 4)), st.integers(1, 12))
def test_even_groups_keep_ties_together_and_the_order(values, n_groups):
    groups = even_groups(values, n_groups=n_groups)
    assert set(groups) == set(range(groups.max() + 1))
    assert groups.max() < n_groups
    order = np.argsort(values, kind="stable")
    assert (np.diff(groups[order]) >= 0).all()
    assert all(len(set(groups[values == value])) == 1 for value in values)


@given(st.integers(1, 300), st.integers(1, 12))
def test_groups_of_different_values_are_of_one_size_but_for_one(n, n_groups):
    sizes = np.bincount(even_groups(np.arange(float(n)), n_groups=n_groups))
    assert sizes.max() - sizes.min() <= 1


rankings = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*[hnp.arrays(float, n, elements=st.integers(0, 5)) for _ in range(2)])
)


@given(rankings)
def test_best_first_is_the_mean_over_all_orders_of_ties(ranking):
    predicted, actual = ranking
    slow = [actual[predicted == value].mean() for value in sorted(predicted, reverse=True)]
    np.testing.assert_allclose(best_first(predicted, actual), slow)
    assert best_first(predicted, actual).sum() == pytest.approx(actual.sum())


@given(rankings)
def test_gini_is_that_of_the_area_under_the_curve(ranking):
    predicted, actual = ranking

    def area(order_by):
        # between the curve of what the least promising customers did and the diagonal
        held = np.append(0.0, np.cumsum(best_first(order_by, actual)[::-1]))
        return actual.sum() * len(actual) / 2 - ((held[1:] + held[:-1]) / 2).sum()

    found = normalised_gini(predicted, actual)
    if np.ptp(actual) == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(area(predicted) / area(actual))
        assert -1 - 1e-12 <= found <= 1 + 1e-12
        assert normalised_gini(np.exp(predicted), actual) == found


def every_table(model, holdout):
    return {
        "frequency": frequency_table(holdout, model=model),
        "conditional": conditional_expectation_table(holdout, model=model, **END),
        "recency": conditional_expectation_table(holdout, model=model, by="recency", **END),
        "inactivity": inactivity_calibration_table(holdout, model=model, **END),
        "deciles": decile_table(holdout, model=model, **END),
        "comparison": model_comparison_table(holdout, models={"a": model}, **END),
    }


def test_the_order_of_the_rows_changes_nothing(bg, holdout):
    tables, shuffled = every_table(bg, holdout), every_table(bg, holdout.sample(frac=1, random_state=1))
    for name, table in tables.items():
        assert_frame_equal(shuffled[name], table, rtol=1e-9, obj=name)


def test_prospects_change_nothing(models, holdout):
    model = models["NBD"]
    known = {"customer_id": 0, "n_orders": 0, "spend": 0.0}
    with_them = holdout.reindex(range(len(holdout) + 2)).fillna({"holdout_days": 0.0})
    with_them.loc[len(holdout) :, list(known)] = list(known.values())
    with_them.loc[len(holdout) + 1, "holdout_days"] = 1.0
    tables = every_table(model, holdout)
    for name, table in every_table(model, with_them).items():
        assert_frame_equal(table, tables[name], obj=name)


def test_the_time_unit_changes_nothing(bg, holdout, few):
    # a rate per day is a seventh of a rate per week; r, a and b have no unit
    params = bg.params_["estimate"].to_dict()
    weekly = BetaGeoModel.from_params(params)
    daily = BetaGeoModel.from_params(params | {"alpha": params["alpha"] * 7}, time_unit="D")
    tables = every_table(weekly, holdout)
    for name, table in every_table(daily, holdout).items():
        assert_frame_equal(table, tables[name], rtol=1e-9, obj=name)
    years = {"freq": "Y", **PERIOD}
    assert_frame_equal(tracking_table(few, model=daily, **years), tracking_table(few, model=weekly, **years), rtol=1e-9)


def test_totals_of_the_tables_agree(models, holdout):
    for model in (models["MBG"], models["NBD"]):
        tables = every_table(model, holdout)
        comparison = tables["comparison"].iloc[0]
        for name in ("conditional", "recency", "deciles"):
            n = tables[name]["n_customers"]
            assert n.sum() == 2357
            assert n @ tables[name]["actual"] == pytest.approx(1882)
            assert n @ tables[name]["expected"] == pytest.approx(comparison["expected_total"])
        assert tables["deciles"]["actual_share"].sum() == pytest.approx(1)
        assert tables["deciles"]["actual_share"].iloc[0] == pytest.approx(comparison["top_decile_share"])
        assert tables["frequency"]["expected"].sum() == pytest.approx(2357)
        bins = tables["inactivity"]
        assert bins["n_customers"] @ bins["brier_score"] / 2357 == pytest.approx(comparison["brier_score"])
        assert bins["n_customers"] @ bins["observed"] == pytest.approx((holdout["holdout_days"] == 0).sum())


def test_brier_and_auc_are_those_of_scikit_learn(bg, holdout, comparison):
    probability = bg.probability_inactive(holdout, horizon=39)
    inactive = holdout["holdout_days"] == 0
    assert comparison.loc["BG", "brier_score"] == pytest.approx(brier_score_loss(inactive, probability))
    ones, zeros = probability[inactive].to_numpy(), probability[~inactive].to_numpy()
    pairs = np.sign(ones[:, None] - zeros).mean() / 2 + 0.5
    assert comparison.loc["BG", "auc"] == pytest.approx(pairs)


def test_periods_of_any_length_end_at_the_same_total(few):
    ends = [tracking_table(few, model=Steady(), freq=freq, **PERIOD).iloc[-1] for freq in ("D", "W", "M", "Q", "Y")]
    assert {end["actual_cumulative"] for end in ends} == {len(few) - few["customer_id"].nunique()}
    np.testing.assert_allclose([end["expected_cumulative"] for end in ends], ends[0]["expected_cumulative"])
    assert {end["last_day"] for end in ends} == {pd.Timestamp("1998-06-30")}


def test_tracking_is_the_sum_over_the_customers_one_by_one(bg, few):
    weeks = tracking_table(few, model=bg, **PERIOD)
    first = customer_summary(few, as_of="1997-09-30")["first_order"]
    new = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [0.0]})
    for row in (0, 5, 12):
        ages = (weeks["last_day"][row] - first).dt.days + 1
        slow = sum(
            n * bg.expected_purchases(new, horizon=age / 7)[0] for age, n in ages[ages > 0].value_counts().items()
        )
        assert weeks["expected_cumulative"][row] == pytest.approx(slow)


def test_tracking_with_covariates_is_that_of_the_groups_together(few):
    options = {"purchase_covariates": ("z",), "dropout_covariates": ("z", "u")}
    base = {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7}
    model = ParetoNBDModel.from_params(base | {"purchase.z": 0.3, "dropout.z": -0.2, "dropout.u": 0.5}, **options)
    ids = few["customer_id"].unique() // 40
    covariates = pd.DataFrame(
        {"customer_id": ids[::-1] * 40, "z": ids % 2, "u": ids % 3 == 0, "other": np.arange(len(ids))}
    )
    years = {"freq": "Y", **PERIOD}
    whole = tracking_table(few, model=model, customers=covariates, **years)
    total, bought = 0, 0
    for _, group in covariates.groupby(["z", "u"]):
        own = few[few["customer_id"].isin(group["customer_id"])]
        part = tracking_table(own, model=model, customers=covariates, **years)
        total, bought = total + part["expected"].to_numpy(), bought + part["actual"].to_numpy()
    np.testing.assert_allclose(whole["expected"], total)
    assert whole["actual"].tolist() == bought.tolist()
    engine = Builder("duckdb")
    assert_same_rows(tracking_table(engine(few), model=model, customers=engine(covariates), **years), whole)
    nothing = ParetoNBDModel.from_params(base | {"purchase.z": 0, "dropout.z": 0, "dropout.u": 0}, **options)
    assert_frame_equal(
        tracking_table(few, model=nothing, customers=covariates, **years),
        tracking_table(few, model=ParetoNBDModel.from_params(base), **years),
    )


def test_cells_count_with_their_customers(bg, holdout):
    assert_frame_equal(frequency_table(cells(holdout, precision="D"), model=bg), frequency_table(holdout, model=bg))


def test_true_parameters_are_calibrated():
    # a world of known truth: 4,000 customers who buy at one rate and never leave
    rng = np.random.default_rng(5)
    age = rng.integers(100, 300, 4000)
    x = rng.poisson(0.01 * age)
    table = split(np.column_stack([x, np.where(x > 0, age // 2, 0), age, np.minimum(rng.poisson(1.0, 4000), 100)]))
    nearly_one_rate = NBDModel.from_params({"r": 1e4, "alpha": 1e6}, time_unit="D")
    found = inactivity_calibration_table(table, model=nearly_one_rate, observation_end="2024-07-09", n_bins=4)
    assert (found["observed_lower"] <= found["predicted"] + 0.02).all()
    assert (found["observed_upper"] >= found["predicted"] - 0.02).all()
    assert frequency_table(table, model=nearly_one_rate)["chi_square"].sum() < 24.3  # 0.1 % of chi-square with 7


@pytest.mark.parametrize("name", ["loglik", "aic", "bic", "n_params"])
def test_given_parameters_have_no_likelihood(name, bg, holdout):
    given = BetaGeoModel.from_params(bg.params_["estimate"].to_dict())
    table = model_comparison_table(holdout, models={"fitted": bg, "given": given}, **END).set_index("model")
    assert math.isnan(table.loc["given", name])
    assert not math.isnan(table.loc["fitted", name])
    assert table.loc["given", "mae"] == pytest.approx(table.loc["fitted", "mae"])


@pytest.mark.deep
def test_every_kind_of_frame_is_given_back(build, few):
    model, steady = Steady(expected="frequency"), Steady()
    some, period = holdout_split(few, **PERIOD), {"freq": "Q", **PERIOD}
    given = build(some)
    expected = every_table(model, some)
    for name, found in every_table(model, given).items():
        assert isinstance(found, type(given))
        assert_same_rows(found, expected[name])
    found = tracking_table(build(few), model=steady, **period)
    assert isinstance(found, type(given))
    assert_same_rows(found, tracking_table(few, model=steady, **period))
    together = model_comparison_table(given, models={"a": model}, transactions=build(few), **END)
    assert_same_rows(together, model_comparison_table(some, models={"a": model}, transactions=few, **END))


# Laws of the likelihood-ratio test.


def fitted(model, names, loglik, *, n_customers=600, **options):
    """A model as if it had been fitted."""
    made = model(**options)
    made.params_ = pd.DataFrame({"estimate": 1.0}, index=pd.Index(names, name="parameter"))
    made.loglik_, made.n_customers_, made.options_ = loglik, n_customers, model(**options)
    return made


def test_nobody_leaves_where_dropout_goes_to_the_boundary(models):
    for name in ("BG", "MBG", "Pareto"):
        found = likelihood_ratio_test(smaller=models["NBD"], larger=models[name])
        assert isinstance(found, LikelihoodRatioTest)
        assert found.df == 2
        assert found.statistic == pytest.approx(2 * (models[name].loglik_ - models["NBD"].loglik_))
        assert found.p_value == pytest.approx(math.exp(-found.statistic / 2))  # chi-square with 2


def test_models_in_which_leaving_depends_on_age_hold_those_in_which_it_does_not(holdout, models):
    aging = GammaGompertzNBDModel().fit(holdout)
    assert likelihood_ratio_test(smaller=models["NBD"], larger=aging).df == 3
    # CDNOW's customers do not age: reference 2.1 has one likelihood, -9594.976, for both
    assert likelihood_ratio_test(smaller=models["Pareto"], larger=aging) == (
        pytest.approx(0, abs=2e-3),
        1,
        pytest.approx(1, abs=0.04),
    )


@given(st.floats(-1e4, 0), st.floats(0, 50), st.floats(0, 50))
def test_a_better_fit_is_less_likely_by_chance(loglik, gain, more):
    smaller = fitted(NBDModel, ["r", "alpha"], loglik - gain)
    larger, largest = (fitted(ParetoNBDModel, ["r", "alpha", "s", "beta"], loglik + n) for n in (0, more))
    assert (
        0
        <= likelihood_ratio_test(smaller=smaller, larger=largest).p_value
        <= likelihood_ratio_test(smaller=smaller, larger=larger).p_value
        <= 1
    )


def test_a_hair_below_zero_is_zero():
    found = likelihood_ratio_test(
        smaller=fitted(NBDModel, ["r", "alpha"], -5000.0),
        larger=fitted(ParetoNBDModel, ["r", "alpha", "s", "beta"], -5000.0001),
    )
    assert found == (0.0, 2, 1.0)


# Refusals.

TABLES = [conditional_expectation_table, inactivity_calibration_table, decile_table]


@pytest.mark.parametrize(
    "table", [*TABLES, lambda holdout, model, **end: model_comparison_table(holdout, models={"a": model}, **end)]
)
def test_a_holdout_and_a_last_day_that_do_not_fit_are_refused(table):
    customers = split([(0, 0, 30, 3), (1, 3, 20, 0)])
    with pytest.raises(ValueError, match="must be after the calibration period, which ends 2024-03-31, got 2024-03-31"):
        table(customers, model=Steady(), observation_end="2024-03-31")
    with pytest.raises(ValueError, match=r"leaves 2 days of holdout, but a customer bought on 3 of them. Pass the day"):
        table(customers, model=Steady(), observation_end="2024-04-02")
    with pytest.raises(ValueError, match="`observation_end` must be a date or ISO text"):
        table(customers, model=Steady(), observation_end="soon")
    with pytest.raises(SchemaError, match=r"`holdout` lacks the columns \['holdout_days'\].*holdout_split makes such"):
        table(customers.drop(columns="holdout_days"), model=Steady(), observation_end="2024-04-10")
    with pytest.raises(SchemaError, match="`holdout` must be as of one day, got 2 different ones"):
        table(customers.assign(T=[30.0, 21.0]), model=Steady(), observation_end="2024-04-10")
    with pytest.raises(SchemaError, match=r"`holdout\['holdout_days'\]` must hold counts, got missing or negative"):
        table(customers.assign(holdout_days=[1.0, NAN]), model=Steady(), observation_end="2024-04-10")
    with pytest.raises(SchemaError, match="`holdout` holds nobody with a purchase"):
        table(customers.assign(frequency=NAN), model=Steady(), observation_end="2024-04-10")
    with pytest.raises(TypeError, match="`holdout` must be a pandas, Polars or PyArrow table"):
        table([1, 2], model=Steady(), observation_end="2024-04-10")


@pytest.mark.parametrize("table", TABLES)
def test_what_is_no_fitted_model_is_refused(table):
    customers = split([(0, 0, 30, 3)])
    for wrong in (None, "BG/NBD", BetaGeoModel):
        with pytest.raises(TypeError, match="`model` must be a fitted model of purchases such as BetaGeoModel, got"):
            table(customers, model=wrong, observation_end="2024-04-10")
    with pytest.raises(NotFittedError):
        table(customers, model=BetaGeoModel(), observation_end="2024-04-10")


def test_options_of_the_tables_are_checked():
    customers, end = split([(0, 0, 30, 3)]), {"observation_end": "2024-04-10"}
    with pytest.raises(ValueError, match=r"`by` must be one of \['frequency', 'recency'\], got 'age'"):
        conditional_expectation_table(customers, model=Steady(), by="age", **end)
    with pytest.raises(ValueError, match="`n_groups` must be at least 2, got 1"):
        conditional_expectation_table(customers, model=Steady(), n_groups=1, **end)
    with pytest.raises(ValueError, match="`n_bins` must be at least 1, got 0"):
        inactivity_calibration_table(customers, model=Steady(), n_bins=0, **end)
    with pytest.raises(ValueError, match="`n_max` must be at least 1, got 0"):
        frequency_table(customers, model=Steady(), n_max=0)
    with pytest.raises(TypeError, match=r"`n_max` must be a whole number, got 2.5"):
        frequency_table(customers, model=Steady(), n_max=2.5)
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['T'\].*customer_summary makes such"):
        frequency_table(customers.drop(columns="T"), model=Steady())
    with pytest.raises(TypeError, match="`model` must be a fitted model of purchases"):
        frequency_table(customers, model=None)


def test_tracking_refuses_days_in_the_wrong_order_and_unknown_periods():
    with pytest.raises(ValueError, match="`observation_end` must be after `calibration_end`, got 2024-01-01 and"):
        tracking_table(LOG, model=Steady(), calibration_end="2024-01-10", observation_end="2024-01-01")
    with pytest.raises(ValueError, match=r"`calibration_end` is 2023-12-31; nobody bought by then. Give a later day"):
        tracking_table(LOG, model=Steady(), calibration_end="2023-12-31", observation_end="2024-01-10")
    with pytest.raises(ValueError, match="`observation_end` is 2023-12-31, before the first transaction"):
        tracking_table(LOG, model=Steady(), calibration_end="2023-12-30", observation_end="2023-12-31")
    with pytest.raises(ValueError, match="`freq` must be one of"):
        tracking_table(LOG, model=Steady(), freq="H", **JANUARY)
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\]"):
        tracking_table(LOG.drop(columns="n_orders"), model=Steady(), **JANUARY)
    with pytest.raises(TypeError, match="`model` must be a fitted model of purchases"):
        tracking_table(LOG, model=None, **JANUARY)


def test_tracking_with_covariates_needs_them_of_everybody():
    model = NBDModel.from_params({"r": 1.0, "alpha": 1.0, "purchase.z": 1.0}, purchase_covariates=("z",))
    known = pd.DataFrame({"customer_id": ["ann", "bo"], "z": [0, 1]})
    with pytest.raises(ValueError, match=r"`customers` must be a table of customer_id and \['z'\] for this model, got"):
        tracking_table(LOG, model=model, **JANUARY)
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['z'\]"):
        tracking_table(LOG, model=model, customers=known[["customer_id"]], **JANUARY)
    with pytest.raises(SchemaError, match=r"`customers` lacks ids that have transactions: \['bo'\]. Add them"):
        tracking_table(LOG, model=model, customers=known.head(1), **JANUARY)
    with pytest.raises(SchemaError, match=r"`customers` has ids more than once: \['ann'\]. Leave one row of each"):
        tracking_table(LOG, model=model, customers=known.iloc[[0, 0, 1]], **JANUARY)


def test_comparison_refuses_what_cannot_be_compared(bg, holdout):
    customers, end = split([(0, 0, 30, 3)]), {"observation_end": "2024-04-10"}
    with pytest.raises(TypeError, match="`models` must be a mapping of names to fitted models, got list"):
        model_comparison_table(customers, models=[Steady()], **end)
    with pytest.raises(TypeError, match=r"`models\['a'\]` must be a fitted model of purchases"):
        model_comparison_table(customers, models={"a": None}, **end)
    with pytest.raises(ValueError, match=r"`models` is empty. Name at least one"):
        model_comparison_table(customers, models={}, **end)
    with pytest.raises(ValueError, match=r"`models` takes the names \['hiatus'\], which the rules of the table have"):
        model_comparison_table(customers, models={"hiatus": Steady()}, **end)
    with pytest.raises(ValueError, match="`hiatus_days` must be a number of days, 0 or more, got -1"):
        model_comparison_table(customers, models={"a": Steady()}, hiatus_days=-1, **end)
    with pytest.raises(ValueError, match="`hiatus_days` must be a finite number, got nan"):
        model_comparison_table(customers, models={"a": Steady()}, hiatus_days=NAN, **end)
    daily = BetaGeoModel(time_unit="D").fit(holdout)
    with pytest.raises(ValueError, match=r"different time units, \['D', 'W'\], so that their likelihoods cannot be"):
        model_comparison_table(holdout, models={"a": bg, "b": daily}, **END)
    others = NBDModel().fit(holdout.head(500))
    with pytest.raises(ValueError, match=r"different numbers of customers fitted on, \[500, 2357\]"):
        model_comparison_table(holdout, models={"a": bg, "b": others}, **END)


def test_the_last_period_needs_the_transactions_of_everybody(holdout, transactions):
    model = NBDModel.from_params({"r": 0.385, "alpha": 12.07})
    with pytest.raises(SchemaError, match=r"`transactions` lacks purchases of customers in `holdout`: \[1\]. Pass the"):
        model_comparison_table(
            holdout, models={"a": model}, transactions=transactions[transactions["customer_id"] > 1], **END
        )
    as_text = transactions.assign(customer_id=transactions["customer_id"].astype(str))
    with pytest.raises(SchemaError, match=r"`transactions` lacks purchases of customers in `holdout`: \[1, 2, 3"):
        model_comparison_table(holdout, models={"a": model}, transactions=as_text, **END)
    with pytest.raises(SchemaError, match=r"`holdout` lacks the columns \['customer_id'\]"):
        model_comparison_table(
            holdout.drop(columns="customer_id"), models={"a": model}, transactions=transactions, **END
        )


def test_likelihood_ratio_refuses_what_is_not_nested(models):
    pareto, nbd = models["Pareto"], models["NBD"]
    four = ["r", "alpha", "s", "beta"]
    with pytest.raises(ValueError, match="must be a special case of `larger`, got BetaGeoModel and ParetoNBDModel"):
        likelihood_ratio_test(smaller=models["BG"], larger=pareto)
    with pytest.raises(ValueError, match="must be a special case of `larger`, got ParetoNBDModel and NBDModel"):
        likelihood_ratio_test(smaller=pareto, larger=nbd)
    with pytest.raises(ValueError, match=r"`smaller` must have some of the parameters of `larger`.*and no other, got"):
        likelihood_ratio_test(smaller=pareto, larger=pareto)
    with pytest.raises(ValueError, match=r"`smaller` must have some of the parameters of `larger`.*and no other, got"):
        likelihood_ratio_test(
            smaller=fitted(ParetoNBDModel, [*four, "purchase.z"], -2.0),
            larger=fitted(ParetoNBDModel, [*four, "purchase.u", "dropout.u"], -1.0),
        )
    with pytest.raises(TypeError, match="`smaller` must be a fitted model such as ParetoNBDModel, got None"):
        likelihood_ratio_test(smaller=None, larger=pareto)
    with pytest.raises(ValueError, match=r"`larger` has no likelihood. Call fit; from_params fits nothing"):
        likelihood_ratio_test(smaller=nbd, larger=ParetoNBDModel())
    with pytest.raises(ValueError, match="`larger` has no likelihood"):
        likelihood_ratio_test(smaller=nbd, larger=ParetoNBDModel.from_params(pareto.params_["estimate"].to_dict()))


def test_likelihood_ratio_refuses_other_data_priors_and_a_worse_fit():
    names = ["r", "alpha", "s", "beta"]
    nbd = fitted(NBDModel, names[:2], -5000.0)
    with pytest.raises(ValueError, match="must be fitted on the same data, got 600 and 601 customers"):
        likelihood_ratio_test(smaller=nbd, larger=fitted(ParetoNBDModel, names, -4000.0, n_customers=601))
    with pytest.raises(ValueError, match="must be fitted on the same data, got W and D as time unit"):
        likelihood_ratio_test(smaller=nbd, larger=fitted(ParetoNBDModel, names, -4000.0, time_unit="D"))
    phases = [fitted(BetaGeoCNBDModel, [*"rab", *more], -4000.0, k=k) for k, more in ((1, ()), (2, ["purchase.z"]))]
    with pytest.raises(ValueError, match="must be fitted on the same data, got 1 and 2 as k"):
        likelihood_ratio_test(smaller=phases[0], larger=phases[1])
    with pytest.raises(ValueError, match="`larger` was fitted with priors"):
        likelihood_ratio_test(smaller=nbd, larger=fitted(ParetoNBDModel, names, -4000.0, priors={"r": (0.0, 1.0)}))
    with pytest.raises(ValueError, match=r"`larger` has a log-likelihood of -5001.0000, below -5000.0000 of `smaller`"):
        likelihood_ratio_test(smaller=nbd, larger=fitted(ParetoNBDModel, names, -5001.0))


# Input untouched.


def test_nothing_given_is_changed(build_in_memory, transactions, holdout):
    model, steady = Steady(expected="frequency"), Steady()
    few, some = build_in_memory(transactions.head(300)), build_in_memory(holdout.head(80))
    before = as_pandas(few), as_pandas(some)
    every_table(model, some)
    model_comparison_table(some, models={"a": model}, transactions=few, **END)
    tracking_table(few, model=steady, freq="Q", **PERIOD)
    assert_frame_equal(as_pandas(few), before[0])
    assert_frame_equal(as_pandas(some), before[1])


# What no table can be made of.


@pytest.mark.parametrize("judge", [decile_table, inactivity_calibration_table, conditional_expectation_table])
def test_a_model_of_opportunities_is_refused(judge, holdout):
    model = BetaGeoBetaBinomModel.from_params({"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 1.0})
    with pytest.raises(TypeError, match="in time, got BetaGeoBetaBinomModel, which counts opportunities"):
        judge(holdout, model=model, observation_end="1998-06-30")
    with pytest.raises(TypeError, match="in time, got BetaGeoBetaBinomModel, which counts opportunities"):
        frequency_table(holdout, model=model)


def test_rules_say_nothing_where_nobody_has_had_a_day_to_come_back(bg):
    joined = split([(0, 0, 0, 1), (0, 0, 0, 0), (0, 0, 0, 2)])
    table = model_comparison_table(joined, models={"BG/NBD": bg}, observation_end="2024-06-30").set_index("model")
    measures = ["expected_total", "mae", "gini", "auc"]
    assert table.loc[["rate_so_far", "mean_rate"], measures].isna().all(axis=None)
    assert np.isfinite(table.loc["BG/NBD", "mae"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"frequency": [-1.0]}, "is below 0 in 1 row,"),
        ({"frequency": [1.5]}, "is not a whole number in 1 row,"),
        ({"frequency": ["two"]}, "must hold numbers"),
        ({"T": [np.nan]}, "is missing in 1 row,"),
    ],
)
def test_histories_that_cannot_be_have_no_frequency_table(bg, wrong, message):
    customers = pd.DataFrame({"frequency": [1.0], "recency": [5.0], "T": [9.0]}).assign(**wrong)
    with pytest.raises(SchemaError, match=message):
        frequency_table(customers, model=bg)


def test_parts_of_customers_are_counted_as_parts(bg):
    half = pd.DataFrame({"frequency": [1.0], "recency": [5.0], "T": [9.0], "n_customers": [0.5]})
    table = frequency_table(half, model=bg, n_max=2)
    assert table["actual"].tolist() == [0, 0.5, 0]
    assert table["expected"].sum() == pytest.approx(0.5)


def test_tracking_with_a_covariate_of_every_customer_s_own(few):
    base = {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7, "purchase.z": 0.3}
    model = ParetoNBDModel.from_params(base, purchase_covariates=["z"])
    ids = few["customer_id"].unique()
    own = pd.DataFrame({"customer_id": ids, "z": np.linspace(-1, 1, len(ids))})
    found = tracking_table(few, model=model, customers=own, freq="Y", **PERIOD)
    first = few.groupby("customer_id")["date"].min()
    end = pd.Timestamp(PERIOD["observation_end"])
    expected = sum(
        model.expected_curve([((end - first[row.customer_id]).days + 1) / 7], covariates={"z": row.z})[
            "expected_purchases"
        ].item()
        for row in own.itertuples()
        if first[row.customer_id] <= pd.Timestamp(PERIOD["calibration_end"])
    )
    assert found["expected_cumulative"].iloc[-1] == pytest.approx(expected, rel=1e-9)
