"""RFM scores: published thresholds, the seven laws, SQL."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.segment import RFMScorer

DATA = Path(__file__).parents[1].parent / "shared" / "data"
BINNINGS = ("quantile", "width", "natural")
SCORES = ["r_score", "f_score", "m_score"]


def table(n_orders, spend, days, tenure=None):
    return pd.DataFrame(
        {
            "n_orders": n_orders,
            "spend": np.asarray(spend, dtype=float),
            "days_since_last": np.asarray(days, dtype=float),
            "tenure_days": np.asarray(days if tenure is None else tenure, dtype=float),
        }
    )


@st.composite
def customer_tables(draw):
    n = draw(st.integers(2, 40))
    orders = draw(st.lists(st.integers(1, 6), min_size=n, max_size=n))
    cents = draw(st.lists(st.integers(0, 500), min_size=n, max_size=n))
    days = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    return table(orders, [cent / 100 for cent in cents], days)


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-12-31")


# By hand.


def test_ten_customers_in_five_bins_are_two_a_score():
    # spend 10, 20, … 100: the quintiles fall in 20, 40, 60, 80, so the edges are 25, 45, 65, 85
    customers = table([1] * 10, range(10, 110, 10), range(10))
    scorer = RFMScorer().fit(customers)
    assert scorer.edges_.query("dimension == 'm'")["edge"].tolist() == [25, 45, 65, 85]
    assert scorer.transform(customers)["m_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    # the most recent is the best; days 0 to 9, edges between 1 and 2 …
    assert scorer.transform(customers)["r_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_width_cuts_the_range_in_equal_parts():
    # 0 to 100 in four: cuts at 25, 50, 75; the edges lie in the gaps that hold them
    customers = table([1] * 4, [0, 10, 60, 100], range(4))
    assert RFMScorer(n_bins=4, binning="width").fit(customers).transform(customers)["m_score"].tolist() == [1, 1, 3, 4]


def test_natural_breaks_find_the_gaps():
    customers = table([1] * 7, [1, 2, 3, 50, 51, 99, 100], range(7))
    scorer = RFMScorer(n_bins=3, binning="natural").fit(customers)
    assert scorer.edges_.query("dimension == 'm'")["edge"].tolist() == [26.5, 75.0]


def test_fixed_cuts_are_reached_by_the_better_side():
    customers = table([1, 3, 2, 4], [199.99, 200.0, 200.01, 1], [9, 10, 11, 12])
    scorer = RFMScorer(n_bins=2, cuts={"r": [10], "f": [3], "m": [200]}).fit(customers)
    assert scorer.transform(customers).to_numpy().tolist() == [[2, 1, 1], [2, 2, 2], [1, 1, 2], [1, 2, 1]]


def test_nested_frequency_is_binned_within_recency():
    # recent customers order 1 or 2 times, old ones 10 or 20 times
    customers = table([1, 2, 10, 20], [1] * 4, [1, 1, 100, 100])
    assert RFMScorer(n_bins=2).fit(customers).transform(customers)["f_score"].tolist() == [1, 1, 2, 2]
    assert RFMScorer(n_bins=2, nested=True).fit(customers).transform(customers)["f_score"].tolist() == [1, 2, 1, 2]


def test_orders_per_year_is_fair_to_new_customers():
    # 2 orders in 90 days are 8.1 a year, 4 orders in 730 days are 2.0; less than 90 days count as 90
    customers = table([2, 4, 2], [1] * 3, [1, 2, 3], tenure=[90, 730, 1])
    assert RFMScorer(n_bins=2).fit(customers).transform(customers)["f_score"].tolist() == [1, 2, 1]
    per_year = RFMScorer(n_bins=2, frequency="orders_per_year").fit(customers)
    assert per_year.transform(customers)["f_score"].tolist() == [2, 1, 2]


def test_weighted_score_by_hand():
    customers = table([1, 2], [10, 20], [5, 1])
    # scores (1, 1, 1) and (2, 2, 2) on two bins, whatever the weights; with cuts the second gets (2, 1, 2)
    scorer = RFMScorer(n_bins=2, cuts={"f": [3]}, weights={"r": 2, "f": 1, "m": 1}).fit(customers)
    assert scorer.weighted_score(customers)["rfm_score"].tolist() == [1.0, (2 * 2 + 1 + 2) / 4]


def test_prospects_and_refund_only_customers_get_no_score():
    customers = table([1, 2, 0, 0], [10, 20, 0, -5], [5, 1, np.nan, np.nan])
    scores = RFMScorer(n_bins=2).fit(customers).transform(customers)
    assert scores.isna().all(axis=1).tolist() == [False, False, True, True]
    assert RFMScorer(n_bins=2).fit(customers).n_customers_ == 2


def test_equal_customers_score_one_and_a_better_one_later_scores_best():
    customers = table([2] * 4, [7.0] * 4, [3] * 4)
    scorer = RFMScorer().fit(customers)
    assert scorer.transform(customers).to_numpy().tolist() == [[1, 1, 1]] * 4
    assert scorer.transform(table([3], [8.0], [2])).to_numpy().tolist() == [[5, 5, 5]]


def test_tenure_counts_only_for_orders_per_year(cdnow):
    without = cdnow.drop(columns="tenure_days")
    pd.testing.assert_frame_equal(RFMScorer().fit(without).transform(without), RFMScorer().fit(cdnow).transform(cdnow))
    assert "tenure_days" not in RFMScorer().fit(cdnow).to_sql()
    with pytest.raises(SchemaError, match=r"`X` lacks the columns \['tenure_days'\]"):
        RFMScorer(frequency="orders_per_year").fit(without)


# Reference.


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not here")
def test_published_thresholds_of_the_r_package_rfm_give_its_counts():
    # R package rfm (MIT), data set rfm_data_orders, analysis date 2006-12-31: printed thresholds and counts by score.
    # Its intervals [lower, upper) of days are closed below, so 115 days are one score worse than 114.
    orders = pd.read_parquet(DATA / "rfm_data_orders.parquet")
    transactions = as_transactions(orders, date="order_date", amount="revenue")
    customers = customer_summary(transactions, as_of="2006-12-31")
    cuts = {"r": [114.5, 180.5, 297, 481.5], "f": [4, 5, 6, 8], "m": [255.8, 382, 506.4, 666]}
    sizes = RFMScorer(cuts=cuts).fit(customers).bin_sizes_.groupby("dimension")["n_customers"].agg(list)
    assert sizes["r"] == [197, 200, 199, 199, 200]
    assert sizes["f"] == [268, 187, 176, 244, 120]
    assert sizes["m"] == [200, 200, 198, 202, 195]


def test_natural_breaks_are_the_best_of_all():
    rng = np.random.default_rng(0)
    values = np.sort(rng.integers(0, 60, 12)).astype(float)
    customers = table([1] * 12, values, range(12))
    score = RFMScorer(n_bins=3, binning="natural").fit(customers).transform(customers)["m_score"].to_numpy(int)

    def within(groups):
        return sum(((part - part.mean()) ** 2).sum() for part in groups if len(part))

    best = min(within((values[:i], values[i:j], values[j:])) for i in range(1, 11) for j in range(i + 1, 12))
    assert within([values[score == s] for s in (1, 2, 3)]) == pytest.approx(best)


def test_the_sql_gives_the_same_scores(cdnow):
    duckdb = pytest.importorskip("duckdb")
    for options in ({}, {"frequency": "orders_per_year"}, {"binning": "natural"}, {"cuts": {"r": [30, 60, 90, 180]}}):
        scorer = RFMScorer(**options).fit(cdnow)
        connection = duckdb.connect()
        connection.register("customers", cdnow)
        got = connection.sql(f"select {scorer.to_sql()} from customers order by customer_id").df()
        assert got[SCORES].to_numpy().tolist() == scorer.transform(cdnow).to_numpy().tolist()


def test_the_sql_of_nested_scores_gives_the_same(cdnow):
    duckdb = pytest.importorskip("duckdb")
    scorer = RFMScorer(nested=True, n_bins={"r": 5, "f": 4, "m": 3}).fit(cdnow)
    r, f, m = re.split(r",\n(?=CASE)", scorer.to_sql())
    connection = duckdb.connect()
    connection.register("customers", cdnow)
    inner = f"select *, {f} from (select *, {r} from customers)"
    got = connection.sql(f"select *, {m} from ({inner}) order by customer_id").df()
    assert got[SCORES].to_numpy().tolist() == scorer.transform(cdnow).to_numpy().tolist()


# Laws.


@pytest.mark.parametrize("binning", BINNINGS)
@given(customers=customer_tables())
def test_equal_values_get_equal_scores_and_better_values_no_worse_ones(binning, customers):
    scores = RFMScorer(binning=binning).fit(customers).transform(customers)
    for column, sign, score in (
        ("days_since_last", -1, "r_score"),
        ("n_orders", 1, "f_score"),
        ("spend", 1, "m_score"),
    ):
        ordered = pd.DataFrame({"value": sign * customers[column], "score": scores[score]}).sort_values("value")
        assert ordered.groupby("value")["score"].nunique().max() == 1
        assert ordered["score"].is_monotonic_increasing


@pytest.mark.parametrize("binning", BINNINGS)
@given(customers=customer_tables())
def test_the_scale_never_shrinks(binning, customers):
    scores = RFMScorer(binning=binning).fit(customers).transform(customers)
    if customers["spend"].min() < customers["spend"].max():
        assert scores["m_score"].min() == 1
        assert scores["m_score"].max() == 5


@pytest.mark.parametrize("binning", BINNINGS)
@given(customers=customer_tables(), unit=st.sampled_from([1e-3, 0.01, 0.1, 1 / 3, 7.1, 1e6]))
def test_the_currency_unit_moves_nobody(binning, customers, unit):
    scaled = customers.assign(spend=customers["spend"] * unit)
    expected = RFMScorer(binning=binning).fit(customers).transform(customers)
    pd.testing.assert_frame_equal(RFMScorer(binning=binning).fit(scaled).transform(scaled), expected)


@given(customers=customer_tables(), seed=st.integers(0, 99))
def test_the_rounding_of_sums_moves_nobody(customers, seed):
    noise = np.random.default_rng(seed).uniform(-2e-15, 2e-15, len(customers))
    noisy = customers.assign(spend=customers["spend"] * (1 + noise))
    expected = RFMScorer().fit(customers).transform(customers)
    pd.testing.assert_frame_equal(RFMScorer().fit(noisy).transform(noisy), expected)
    pd.testing.assert_frame_equal(RFMScorer().fit(customers).transform(noisy), expected)


@pytest.mark.parametrize("binning", BINNINGS)
@given(customers=customer_tables(), seed=st.integers(0, 99))
def test_row_order_and_ids_move_nobody(binning, customers, seed):
    order = np.random.default_rng(seed).permutation(len(customers))
    shuffled = customers.iloc[order]
    expected = RFMScorer(binning=binning).fit(customers).transform(customers).iloc[order]
    pd.testing.assert_frame_equal(RFMScorer(binning=binning).fit(shuffled).transform(shuffled), expected)


def test_unchanged_values_keep_their_scores_in_the_next_period(cdnow):
    later = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    scorer = RFMScorer().fit(cdnow)
    before, after = scorer.transform(cdnow), scorer.transform(later)
    for column, score in (("n_orders", "f_score"), ("spend", "m_score")):
        same = cdnow[column].to_numpy() == later[column].to_numpy()
        assert same.sum() > 1000
        assert (before.loc[same, score] == after.loc[same, score]).all()


def test_no_scaling_moves_a_customer_of_cdnow(cdnow):
    expected = RFMScorer().fit(cdnow).transform(cdnow)
    for unit in (1e-3, 0.01, 0.1, 0.3, 7.1, 1e3, 1e6):
        scaled = cdnow.assign(spend=cdnow["spend"] * unit)
        pd.testing.assert_frame_equal(RFMScorer().fit(scaled).transform(scaled), expected)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_bins": 1}, ValueError, "`n_bins` must be at least 2, got 1"),
        ({"n_bins": 2.5}, TypeError, "`n_bins` must be a whole number"),
        ({"n_bins": {"r": 5}}, ValueError, "`n_bins` must name 'r', 'f' and 'm'"),
        ({"binning": "rank"}, ValueError, "`binning` must be one of"),
        ({"frequency": "days"}, ValueError, "`frequency` must be one of"),
        ({"min_tenure_days": 0}, ValueError, "`min_tenure_days` must be at least 1"),
        ({"nested": "yes"}, TypeError, "`nested` must be True or False, got 'yes'"),
        ({"weights": {"r": 0, "f": 0, "m": 0}}, ValueError, "`weights` must be at least 0 and not all 0"),
        ({"weights": {"r": -1, "f": 1, "m": 1}}, ValueError, "`weights` must be at least 0 and not all 0"),
        ({"cuts": {"x": [1]}}, ValueError, "`cuts` must name 'r', 'f' or 'm', got 'x'"),
        ({"cuts": {"m": [1, 2]}}, ValueError, r"`cuts\['m'\]` must be 4 ascending numbers"),
        ({"cuts": {"m": [4, 3, 2, 1]}}, ValueError, r"`cuts\['m'\]` must be 4 ascending numbers"),
    ],
)
def test_options_out_of_range_are_refused_in_fit(options, error, message, cdnow):
    with pytest.raises(error, match=message):
        RFMScorer(**options).fit(cdnow)


def test_tables_that_cannot_be_scored_are_refused(cdnow):
    with pytest.raises(SchemaError, match=r"`X` lacks the columns \['spend'\]"):
        RFMScorer().fit(cdnow.drop(columns="spend"))
    with pytest.raises(SchemaError, match="holds nobody with a purchase day"):
        RFMScorer().fit(table([0, 0], [0, 0], [np.nan, np.nan]))
    with pytest.raises(TypeError, match="`X` must be a table in memory"):
        RFMScorer().fit(pytest.importorskip("duckdb").sql("select 1 as n_orders"))


def test_json_of_something_else_is_refused(cdnow):
    with pytest.raises(ValueError, match=r"must be what RFMScorer\.to_json wrote"):
        RFMScorer.from_json("[]")
    other = RFMScorer().fit(cdnow).to_json().replace('"RFMScorer"', '"Other"')
    with pytest.raises(ValueError, match="holds a Other, not a RFMScorer"):
        RFMScorer.from_json(other)
