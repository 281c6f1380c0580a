"""The purchase cycle: worked and measured numbers, the law in 50 digits, special cases, simulation, refusals."""

import math

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.files import data_file
from tests.frames import as_pandas

from crmkit import (
    SchemaError,
    as_transactions,
    cells,
    customer_summary,
    holdout_split,
    load_cdnow,
    log_gap_table,
)
from crmkit.errors import ConvergenceError
from crmkit.value import BetaGeoModel, ModifiedBetaGeoCNBDModel, ModifiedBetaGeoModel, NBDModel, fit_groups
from crmkit.value._purchases._histories import read_histories
from crmkit.value.rhythm import PurchaseCycleModel, cycle_calibration_table
from crmkit.value.rhythm._gap_law import likelihood, next_gap

WORKED = {"r": 1.0, "alpha": 40.0, "k": 2.0}
# Gaps of 10, 12 and 14 days, 20 days of silence; and somebody who bought once, 20 days ago.
TWO = pd.DataFrame(
    {
        "customer_id": ["ann", "bo"],
        "frequency": [3.0, 0.0],
        "recency": [36.0, 0.0],
        "T": [56.0, 20.0],
        "log_gap_sum": [math.log(10 * 12 * 14), 0.0],
    }
)
NAMES = ("r", "alpha", "k", "a", "b")


def histories(*given):
    return read_histories(
        pd.DataFrame(given, columns=["frequency", "recency", "T"], dtype=float), time_unit="D", distinct=False
    )


def with_gaps(transactions, as_of):
    customers = customer_summary(transactions, as_of=as_of)
    return customers.merge(log_gap_table(transactions, as_of=as_of), on="customer_id")


@pytest.fixture(scope="module")
def transactions():
    return as_transactions(load_cdnow())


@pytest.fixture(scope="module")
def cdnow(transactions):
    return with_gaps(transactions, "1997-09-30")


@pytest.fixture(scope="module")
def model(cdnow):
    return PurchaseCycleModel().fit(cdnow)


# Reference: a worked example by quadrature and simulation (shared/reference/profit.md, section 4).


def test_worked_example():
    model = PurchaseCycleModel.from_params(WORKED, leaving=False)
    told = model.next_purchase_table(TWO, as_of="2024-05-31")
    ann, bo = told.iloc[0], told.iloc[1]
    assert ann["expected_gap"] == pytest.approx(25.3333, abs=5e-5)
    assert ann["median_gap"] == pytest.approx(19.1345, abs=5e-5)
    assert ann["overdue_probability"] == pytest.approx(0.520888, abs=5e-7)
    assert ann["overdue_ratio"] == pytest.approx(1.0452, abs=5e-5)
    assert bo["median_gap"] == pytest.approx(96.5685, abs=5e-5)
    assert bo["overdue_probability"] == pytest.approx(1 - 0.888889, abs=5e-7)
    # with r of 1 and no gap the mean is infinite
    assert math.isnan(bo["expected_gap"])
    # on day 23, 34 and 69 after the last purchase, which was 20 days ago
    days = [
        (ann[name] - pd.Timestamp("2024-05-11")).days for name in ("next_date_lower", "next_date", "next_date_upper")
    ]
    assert days == [23, 34, 69]
    assert told["n_gaps"].tolist() == [3, 0]
    assert told["missing_date"].isna().all()
    assert (told["probability_alive"] == 1).all()


def test_worked_quantiles_and_likelihood():
    gap = next_gap(WORKED, histories((3, 36, 56)), leaving=False)
    assert [gap.quantile(q)[0] for q in (0.1, 0.5, 0.9)] == pytest.approx([22.1203, 33.8484, 68.5812], abs=5e-5)
    new = next_gap(WORKED, histories((3, 36, 36)), leaving=False)
    assert [new.quantile(q)[0] for q in (0.1, 0.9)] == pytest.approx([5.5999, 51.9990], abs=5e-5)
    model = PurchaseCycleModel.from_params(WORKED, leaving=False)
    assert model.loglik(TWO.iloc[:1]) == pytest.approx(-13.356274, abs=5e-7)
    assert model.loglik(TWO.iloc[:1].assign(T=36.0)) == pytest.approx(-12.620454, abs=5e-7)


# Reference: measured on Online Retail, sales with a customer and a price above 0, up to 2011-06-30 (the same section).


@pytest.fixture(scope="module")
def retail():
    orders = pd.read_parquet(data_file("online_retail.parquet"))
    kept = (orders["Quantity"] > 0) & (orders["UnitPrice"] > 0) & orders["CustomerID"].notna()
    orders = orders[kept & ~orders["InvoiceNo"].astype(str).str.startswith("C")]
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    columns = {"customer_id": "CustomerID", "order_id": "InvoiceNo", "date": "InvoiceDate"}
    return as_transactions(orders, **columns, amount="amount")


@pytest.mark.deep
def test_online_retail_has_the_measured_likelihoods(retail):
    customers = with_gaps(retail, "2011-06-30")
    assert len(customers) == 2960
    assert customers["frequency"].sum() == 5016
    found = PurchaseCycleModel().fit(customers)
    assert found.loglik_ == pytest.approx(-24704.9, abs=0.05)
    expected = {"r": 0.837, "alpha": 32.5, "k": 1.81, "a": 0.098, "b": 2.27}
    assert found.params_["estimate"].to_dict() == pytest.approx(expected, rel=3e-3)
    assert PurchaseCycleModel(leaving=False).fit(customers).loglik_ == pytest.approx(-24721.8, abs=0.05)
    assert NBDModel(time_unit="D").fit(customers).loglik_ == pytest.approx(-25086.1, abs=0.05)
    # ten, fifty and ninety in a hundred came as early as the model said
    said = cycle_calibration_table(retail, model=found, as_of="2011-06-30", observation_end="2011-12-09")
    observed = said.set_index("probability")["observed_share"]
    assert observed[[0.1, 0.5, 0.9]].tolist() == pytest.approx([0.08, 0.51, 0.90], abs=0.006)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("as_of", "leaving", "stays"),
    [
        ("2011-03-31", [0.09, 0.54, 0.90], [0.09, 0.51, 0.88]),
        ("2011-06-30", [0.08, 0.51, 0.90], [0.08, 0.49, 0.86]),
        ("2011-09-09", [0.12, 0.58, 0.94], [0.11, 0.54, 0.89]),
    ],
)
def test_online_retail_comes_as_measured(retail, as_of, leaving, stays):
    customers = with_gaps(retail, as_of)
    for with_leaving, expected in ((True, leaving), (False, stays)):
        found = PurchaseCycleModel(leaving=with_leaving).fit(customers)
        said = cycle_calibration_table(retail, model=found, as_of=as_of, observation_end="2011-12-09")
        observed = said.set_index("probability")["observed_share"]
        assert observed[[0.1, 0.5, 0.9]].tolist() == pytest.approx(expected, abs=0.011)


@pytest.mark.deep
def test_cdnow_comes_as_measured():
    transactions = as_transactions(load_cdnow(full=True))
    customers = with_gaps(transactions, "1997-09-30")
    for leaving, expected in ((True, [0.13, 0.60, 0.96]), (False, [0.08, 0.38, 0.71])):
        found = PurchaseCycleModel(leaving=leaving).fit(customers)
        said = cycle_calibration_table(transactions, model=found, as_of="1997-09-30", observation_end="1998-06-30")
        observed = said.set_index("probability")["observed_share"]
        assert observed[[0.1, 0.5, 0.9]].tolist() == pytest.approx(expected, abs=0.006)


# Reference: the law in 50 digits.


@few()
@given(
    st.tuples(*[st.floats(-6, 6)] * 2, st.floats(-2, 4), *[st.floats(-6, 6)] * 2),
    st.integers(0, 60),
    st.integers(1, 2000),
    st.integers(0, 5000),
)
def test_the_law_in_50_digits(logs, n, total, silence):
    p = dict(zip(NAMES, np.exp(logs).tolist(), strict=True))
    total = total if n else 0
    h = histories((n, total, total + silence))
    with mp.workdps(50):
        r, alpha, k, a, b = (mp.mpf(p[name]) for name in NAMES)
        whole, shape = alpha + mp.mpf(total), r + k * n
        silent = mp.betainc(shape, k, 0, whole / (whole + silence), regularized=True)
        gaps = r * mp.log(alpha) + mp.loggamma(shape) - mp.loggamma(r) - n * mp.loggamma(k) - shape * mp.log(whole)
        stays = mp.beta(a, b + n + 1) * silent
        leaves = mp.beta(a + 1, b + n)
        expected = [gaps + mp.log(silent), gaps + mp.log((stays + leaves) / mp.beta(a, b)), stays / (stays + leaves)]
        expected = [float(value) for value in expected]
    found = [likelihood(p, h, leaving=leaving)[0][0] for leaving in (False, True)]
    alive = next_gap(p, h, leaving=True).alive[0]
    assert found == pytest.approx(expected[:2], rel=1e-9, abs=1e-9)
    assert alive == pytest.approx(expected[2], rel=1e-8, abs=1e-12)


@few()
@given(
    st.tuples(*[st.floats(-4, 4)] * 2, st.floats(-2, 4), *[st.floats(-4, 4)] * 2),
    st.integers(0, 40),
    st.floats(0.5, 2000),
    st.floats(0, 3000),
)
def test_slopes_are_those_of_the_likelihood(logs, n, total, silence):
    p = dict(zip(NAMES, np.exp(logs).tolist(), strict=True))
    total = total if n else 0.0
    h = histories((n, total, total + silence))
    for leaving, names in ((True, NAMES), (False, NAMES[:3])):
        slopes = likelihood(p, h, leaving=leaving)[1]
        for name in names:
            up, down = (likelihood(p | {name: p[name] * math.exp(s)}, h, leaving=leaving)[0][0] for s in (1e-4, -1e-4))
            assert slopes[name][0] == pytest.approx((up - down) / 2e-4, rel=1e-4, abs=1e-4)


# Reference: special cases with tests of their own.


def test_gaps_of_one_phase_are_the_nbd(cdnow):
    nbd = NBDModel(time_unit="D").fit(cdnow)
    params = nbd.params_["estimate"].to_dict()
    one = PurchaseCycleModel.from_params(params | {"k": 1.0}, leaving=False)
    assert one.loglik(cdnow) == pytest.approx(nbd.loglik_, rel=1e-12)
    inactive = one.probability_inactive(cdnow, horizon=90)
    assert inactive.to_numpy() == pytest.approx(nbd.probability_inactive(cdnow, horizon=90).to_numpy(), rel=1e-9)


def test_gaps_of_one_phase_with_leaving_are_the_mbg_nbd(cdnow):
    mbg = ModifiedBetaGeoModel(time_unit="D").fit(cdnow)
    params = mbg.params_["estimate"].to_dict()
    one = PurchaseCycleModel.from_params(params | {"k": 1.0})
    assert one.loglik(cdnow) == pytest.approx(mbg.loglik_, rel=1e-12)
    for said, asked in (("probability_alive", {}), ("probability_inactive", {"horizon": 90})):
        mine, theirs = getattr(one, said)(cdnow, **asked), getattr(mbg, said)(cdnow, **asked)
        assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-8)


def test_whole_phases_are_the_mbg_cnbd(cdnow):
    params = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.0}
    theirs = ModifiedBetaGeoCNBDModel.from_params(params, k=3, time_unit="D")
    mine = PurchaseCycleModel.from_params(params | {"k": 3.0})
    assert mine.loglik(cdnow) == pytest.approx(theirs.loglik(cdnow), rel=1e-10)
    assert mine.probability_alive(cdnow).to_numpy() == pytest.approx(theirs.probability_alive(cdnow).to_numpy())


def test_nobody_leaves_where_leaving_is_all_but_impossible(cdnow):
    given = {"r": 0.5, "alpha": 80.0, "k": 1.4}
    stay = PurchaseCycleModel.from_params(given, leaving=False)
    hardly = PurchaseCycleModel.from_params(given | {"a": 1e-30, "b": 5.0})
    assert hardly.loglik(cdnow) == pytest.approx(stay.loglik(cdnow), rel=1e-9)
    columns = ["next_date", "next_date_lower", "next_date_upper"]
    tables = [model.next_purchase_table(cdnow, as_of="1997-09-30")[columns] for model in (stay, hardly)]
    assert_frame_equal(*tables)


# The fit.


def test_the_fit_is_a_maximum_and_beats_its_special_cases(cdnow, model):
    at = model.params_["estimate"].to_dict()
    for name, value in at.items():
        for factor in (0.97, 1.03):
            assert PurchaseCycleModel.from_params(at | {name: value * factor}).loglik(cdnow) < model.loglik_
    assert model.loglik(cdnow) == pytest.approx(model.loglik_, rel=1e-12)
    assert model.loglik_ > ModifiedBetaGeoModel(time_unit="D").fit(cdnow).loglik_
    assert model.loglik_ > PurchaseCycleModel(leaving=False).fit(cdnow).loglik_
    assert (model.params_["std_error"] > 0).all()
    assert model.boundary_ == []


def simulated(p, n, span, rng):
    """Customers who buy as the model says, gap by gap."""
    rows = []
    rate, leaving = rng.gamma(p["r"], 1 / p["alpha"], n), rng.beta(p["a"], p["b"], n)
    for own, chance in zip(rate, leaving, strict=True):
        T, at, gaps = rng.uniform(0.2, 1) * span, 0.0, []
        while rng.random() >= chance:
            gap = rng.gamma(p["k"], 1 / own)
            if at + gap > T:
                break
            at += gap
            gaps.append(gap)
        rows.append((len(gaps), at, T, np.log(gaps).sum()))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T", "log_gap_sum"], dtype=float)


def test_the_fit_finds_what_was_simulated():
    truth = {"r": 1.4, "alpha": 30.0, "k": 2.2, "a": 0.5, "b": 3.0}
    customers = simulated(truth, 4000, 500.0, np.random.default_rng(7))
    found = PurchaseCycleModel().fit(customers)
    off = np.log(found.params_["estimate"]) - np.log(pd.Series(truth))
    error = found.params_["std_error"] / found.params_["estimate"]
    assert (off.abs() < 3 * error).all()
    assert (error < [0.1, 0.1, 0.05, 0.5, 0.5]).all()


@pytest.mark.deep
def test_the_unit_of_time_changes_alpha_alone(cdnow, model):
    weeks = PurchaseCycleModel(time_unit="W").fit(cdnow)
    ratio = weeks.params_["estimate"] / model.params_["estimate"]
    assert ratio.to_dict() == pytest.approx({"r": 1, "alpha": 1 / 7, "k": 1, "a": 1, "b": 1}, rel=1e-4)
    # each of the 2,457 gaps has a density seven times as large by the week
    assert weeks.loglik_ == pytest.approx(model.loglik_ + 2457 * math.log(7), abs=1e-4)
    said = [m.next_purchase_table(cdnow, as_of="1997-09-30") for m in (weeks, model)]
    numbers = ["expected_gap", "median_gap", "overdue_ratio", "overdue_probability", "probability_alive"]
    assert_frame_equal(said[0][numbers], said[1][numbers], rtol=1e-4)


def test_cells_of_customers_are_fitted_alike(cdnow, model):
    few_cells = cells(cdnow, by=["log_gap_sum"])
    assert len(few_cells) < len(cdnow)
    found = PurchaseCycleModel().fit(few_cells)
    assert found.loglik_ == pytest.approx(model.loglik_, rel=1e-10)
    assert found.n_customers_ == 2357


def test_row_order_does_not_matter(cdnow, model):
    shuffled = cdnow.sample(frac=1, random_state=3)
    found = PurchaseCycleModel().fit(shuffled)
    assert found.params_["estimate"].to_numpy() == pytest.approx(model.params_["estimate"].to_numpy(), rel=1e-6)
    told = model.next_purchase_table(shuffled, as_of="1997-09-30")
    assert told.index.equals(shuffled.index)
    assert_frame_equal(told.sort_index(), model.next_purchase_table(cdnow, as_of="1997-09-30"))


@pytest.mark.deep
def test_customers_who_all_buy_every_week_are_at_the_bound():
    weekly = pd.DataFrame({"frequency": [9.0] * 30, "recency": [63.0] * 30, "T": [65.0] * 30})
    found = PurchaseCycleModel(leaving=False).fit(weekly.assign(log_gap_sum=9 * math.log(7)))
    assert "k" in found.boundary_
    told = found.next_purchase_table(weekly, as_of="2024-03-31")
    # two days after the last purchase, five more to come
    assert (told["next_date"] == pd.Timestamp("2024-04-05")).all()
    assert told["expected_gap"].to_numpy() == pytest.approx(7, abs=0.01)


@pytest.mark.deep
def test_groups_have_models_of_their_own(cdnow):
    halves = cdnow.assign(half=np.where(cdnow["customer_id"] % 2, "odd", "even"))
    found = fit_groups(halves, model=PurchaseCycleModel(), by="half")
    assert [found[half].n_customers_ for half in ("even", "odd")] == [1178, 1179]


# Laws of the table.


COUNTS = st.integers(0, 30)


@few()
@given(
    st.tuples(*[st.floats(-3, 4)] * 2, st.floats(-1.5, 3), *[st.floats(-4, 3)] * 2),
    st.lists(st.tuples(COUNTS, st.integers(1, 400), st.integers(0, 2000)), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from([0.5, 0.8, 0.99]),
)
def test_dates_lie_ahead_and_in_order(logs, given, leaving, level):
    p = dict(zip(NAMES, np.exp(logs).tolist(), strict=True))
    rows = [(n, total * (n > 0), total * (n > 0) + silence) for n, total, silence in given]
    customers = pd.DataFrame(rows, columns=["frequency", "recency", "T"], dtype=float)
    kept = p if leaving else {name: p[name] for name in NAMES[:3]}
    model = PurchaseCycleModel.from_params(kept, leaving=leaving)
    told = model.next_purchase_table(customers, as_of="2024-06-30", level=level)
    dates = told[["next_date_lower", "next_date", "next_date_upper"]]
    assert (dates.dropna() > pd.Timestamp("2024-06-30")).all(axis=None)
    assert (dates["next_date_lower"].isna() <= dates["next_date"].isna()).all()
    assert (dates["next_date"].isna() <= dates["next_date_upper"].isna()).all()
    known = dates.dropna()
    assert (known["next_date_lower"] <= known["next_date"]).all()
    assert (known["next_date"] <= known["next_date_upper"]).all()
    assert told["overdue_probability"].between(0, 1).all()
    assert told["probability_alive"].between(0, 1).all()
    assert (dates.isna().any(axis=1) == told["missing_date"].notna()).all()
    # the same day a day later: longer silent, later due
    later = model.next_purchase_table(customers.assign(T=customers["T"] + 30), as_of="2024-07-30", level=level)
    assert (later["overdue_probability"] >= told["overdue_probability"] - 1e-12).all()
    assert (later["probability_alive"] <= told["probability_alive"] + 1e-12).all()
    both = told["next_date"].notna() & later["next_date"].notna()
    assert (later["next_date"] >= told["next_date"])[both].all()


@few()
@given(
    st.tuples(*[st.floats(-3, 4)] * 2, st.floats(-1.5, 3), *[st.floats(-4, 3)] * 2),
    COUNTS,
    st.integers(0, 3000),
    st.floats(0.01, 0.99),
)
def test_quantiles_have_their_probability(logs, n, silence, q):
    p = dict(zip(NAMES, np.exp(logs).tolist(), strict=True))
    gap = next_gap(p, histories((n, 10.0 * n, 10.0 * n + silence)), leaving=True)
    t = gap.quantile(q)
    if np.isinf(t[0]):
        assert gap.alive[0] <= q
        # that far out the incomplete beta function is flat
    elif t[0] < 1e12:
        assert gap.returned(t)[0] == pytest.approx(q, rel=1e-6)


def test_quantiles_far_beyond_the_smallest_float():
    # 900 gaps of a tenth of a day, then 500 days: a survival of 1e-1531
    gap = next_gap(WORKED | {"alpha": 1.0}, histories((900, 90.0, 590.0)), leaving=False)
    assert gap.log_survival[0] < -2000
    t = gap.quantile(0.5)
    assert t[0] > 500
    assert gap.returned(t)[0] == pytest.approx(0.5, rel=1e-9)


# Reasons, and other tables.


def test_a_missing_date_has_its_reason():
    model = PurchaseCycleModel.from_params({"r": 0.6, "alpha": 40.0, "k": 1.5, "a": 1.0, "b": 2.0})
    customers = pd.DataFrame(
        {
            "frequency": [4.0, 4.0, 4.0, np.nan],
            "recency": [40.0, 40.0, 40.0, np.nan],
            "T": [41.0, 60.0, 400.0, np.nan],
        }
    )
    told = model.next_purchase_table(customers, as_of="2024-06-30")
    assert told["missing_date"].tolist()[:3] == ["may_not_return"] * 3
    assert told["missing_date"].tolist()[3] == "no_purchase"
    assert told["next_date"].notna().tolist() == [True, True, False, False]
    assert told["next_date_lower"].notna().tolist() == [True, True, False, False]
    assert told.drop(columns="missing_date").iloc[3].isna().all()
    # without leaving they come some day, but hardly in this millennium
    once = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [2000.0]})
    stay = PurchaseCycleModel.from_params({"r": 0.2, "alpha": 40.0, "k": 1.5}, leaving=False)
    told = stay.next_purchase_table(once, as_of="2024-06-30", level=0.99)
    assert told["missing_date"].tolist() == ["beyond_calendar"]
    assert pd.isna(told["next_date_upper"][0])
    assert pd.notna(told["next_date_lower"][0])


def test_every_kind_of_table_gets_its_own_back(cdnow, model, build_in_memory):
    few_rows = cdnow.head(30)
    expected = model.next_purchase_table(few_rows, as_of="1997-09-30")
    told = as_pandas(model.next_purchase_table(build_in_memory(few_rows), as_of="1997-09-30"))
    assert list(told.columns) == list(expected.columns)
    for name in expected.columns:
        mine, theirs = told[name], expected[name]
        if name.startswith("next_date"):
            assert pd.to_datetime(mine).tolist() == theirs.tolist()
        elif name == "missing_date":
            assert mine.fillna("").tolist() == theirs.fillna("").tolist()
        else:
            assert mine.astype(float).to_numpy() == pytest.approx(theirs.astype(float).to_numpy(), nan_ok=True)


def test_no_rows_give_no_rows(cdnow, model):
    told = model.next_purchase_table(cdnow.head(0), as_of="1997-09-30")
    assert len(told) == 0
    assert "next_date" in told


def test_the_customers_stay_as_they_are(cdnow):
    given, before = cdnow.head(60).copy(deep=True), cdnow.head(60)
    PurchaseCycleModel(leaving=False).fit(given).next_purchase_table(given, as_of="1997-09-30")
    assert_frame_equal(given, before)


def test_a_model_survives_json(cdnow, model):
    again = PurchaseCycleModel.from_json(model.to_json())
    assert_frame_equal(
        again.next_purchase_table(cdnow, as_of="1997-09-30"), model.next_purchase_table(cdnow, as_of="1997-09-30")
    )
    stay = PurchaseCycleModel(leaving=False).fit(cdnow)
    assert PurchaseCycleModel.from_json(stay.to_json()).loglik_ == stay.loglik_


# Calibration.


def test_what_is_simulated_comes_as_predicted():
    # everybody buys at their own rate for ever, seen on whole days
    rng = np.random.default_rng(11)
    rows = []
    for who, rate in enumerate(rng.gamma(2.0, 1 / 40.0, 1500)):
        at = rng.uniform(0, 100)
        while at < 500:
            rows.append((who, pd.Timestamp("2023-01-01") + pd.Timedelta(days=math.floor(at)), 1.0))
            at += rng.gamma(2.0, 1 / rate)
    transactions = as_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    found = PurchaseCycleModel(leaving=False).fit(with_gaps(transactions, "2023-10-31"))
    said = cycle_calibration_table(transactions, model=found, as_of="2023-10-31", observation_end="2024-05-14")
    assert (said["observed_share"] - said["probability"]).abs().max() < 0.035
    assert (said["lower"] <= said["observed_share"]).all()
    assert (said["observed_share"] <= said["upper"]).all()


def test_calibration_by_hand():
    # bought on day 0 and 10, asked on day 20; ann returns on day 25, bo has not by day 50
    p = WORKED
    model = PurchaseCycleModel.from_params(p, leaving=False)
    start = pd.Timestamp("2024-01-01")
    rows = [("ann", 0), ("ann", 10), ("ann", 25), ("ann", 40), ("bo", 0), ("bo", 10)]
    orders = pd.DataFrame([(who, start + pd.Timedelta(days=day), 1.0) for who, day in rows])
    transactions = as_transactions(orders.set_axis(["customer_id", "date", "amount"], axis=1))
    said = cycle_calibration_table(
        transactions, model=model, as_of=start + pd.Timedelta(days=20), observation_end=start + pd.Timedelta(days=50)
    )
    # between the fourth and the fifth day after day 20
    gap = next_gap(p, histories((1, 10, 20)), leaving=False)
    early, late, end = (gap.returned(np.array([float(days)]))[0] for days in (14, 15, 40))
    below, above = said["probability"] < early, (said["probability"] > late) & (said["probability"] < end)
    assert (said.loc[below, "observed_share"] == 0).all()
    assert (said.loc[above, "observed_share"] == 0.5).all()
    assert said.loc[said["probability"] > end, "observed_share"].isna().all()
    assert said["n_returned"].unique().tolist() == [1]
    assert said["n_customers"].unique().tolist() == [2]


def test_calibration_is_repeatable_and_needs_no_order(transactions, model):
    asked = {"model": model, "as_of": "1997-09-30", "observation_end": "1998-06-30"}
    said = cycle_calibration_table(transactions, **asked)
    assert_frame_equal(cycle_calibration_table(transactions.sample(frac=1, random_state=1), **asked), said)
    other = cycle_calibration_table(transactions, **asked, random_state=5)
    assert (other["observed_share"] - said["observed_share"]).abs().max() < 0.02
    split = holdout_split(transactions, calibration_end="1997-09-30", observation_end="1998-06-30")
    assert said["n_returned"].iloc[0] == (split["holdout_days"] > 0).sum()


# Refusals.


def test_refusals(cdnow, transactions, model):
    with pytest.raises(ConvergenceError, match="None of the 2 customers bought on two days"):
        PurchaseCycleModel().fit(
            pd.DataFrame({"frequency": [0.0, 0.0], "recency": [0.0, 0.0], "T": [9.0, 5.0], "log_gap_sum": [0.0, 0.0]})
        )
    with pytest.raises(TypeError, match="`leaving` must be True or False, got 1"):
        PurchaseCycleModel(leaving=1).fit(cdnow)
    with pytest.raises(SchemaError, match="log_gap_sum"):
        PurchaseCycleModel().fit(cdnow.drop(columns="log_gap_sum"))
    with pytest.raises(SchemaError, match="larger than gaps that add up to"):
        PurchaseCycleModel().fit(cdnow.assign(log_gap_sum=1000.0))
    with pytest.raises(SchemaError, match="holds 1 without a purchase"):
        PurchaseCycleModel().fit(TWO.assign(frequency=[3.0, np.nan], recency=[36.0, np.nan], T=[56.0, np.nan]))
    with pytest.raises(SchemaError, match="holds nobody with a purchase"):
        PurchaseCycleModel().fit(TWO.head(0))
    with pytest.raises(SchemaError, match=r"as of another day than `as_of`, 1997-10-01: .* say \['1997-09-30'\]"):
        model.next_purchase_table(cdnow, as_of="1997-10-01")
    with pytest.raises(ValueError, match="level"):
        model.next_purchase_table(cdnow, as_of="1997-09-30", level=1.0)
    with pytest.raises(ValueError, match="`observation_end` must be after `as_of`, got 1997-09-30 and 1997-09-30"):
        cycle_calibration_table(transactions, model=model, as_of="1997-09-30", observation_end="1997-09-30")
    with pytest.raises(TypeError, match="must be a fitted PurchaseCycleModel"):
        cycle_calibration_table(transactions, model=BetaGeoModel(), as_of="1997-09-30", observation_end="1998-06-30")


def test_priors_stand_in_for_gaps():
    once = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [9.0], "log_gap_sum": [0.0]})
    priors = {"r": (1.0, 0.3), "alpha": (40.0, 0.3), "k": (1.5, 0.3), "a": (0.5, 0.3), "b": (2.0, 0.3)}
    found = PurchaseCycleModel(priors=priors).fit(once)
    assert found.params_.loc["k", "estimate"] == pytest.approx(1.5, rel=0.1)
