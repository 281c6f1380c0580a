"""Laws of the purchase models: what holds whatever the parameters and the histories."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal
from tests.depth import few
from tests.frames import as_pandas

from crmkit import as_transactions, cells, customer_summary, load_cdnow
from crmkit.value import BetaGeoModel, ModifiedBetaGeoModel, NBDModel, ParetoNBDModel

KINDS = (BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel, NBDModel)
TIMES = {"alpha", "beta"}
CUSTOMERS = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
# Rounding, as a share and of a probability.
NEAR = {"rel": 1e-9, "abs": 1e-12}


def powers_of_ten(low, high):
    return st.floats(low, high).map(lambda power: 10**power)


def parameters(kind, *, low=-2, high=2):
    names = kind._parameters
    return st.fixed_dictionaries({name: powers_of_ten(low, high) for name in names})


@st.composite
def models(draw, *, kinds=KINDS, time_unit="D"):
    kind = draw(st.sampled_from(kinds))
    return kind.from_params(draw(parameters(kind)), time_unit=time_unit)


@st.composite
def histories(draw, *, most=200):
    """Up to eight customers, some of them alike, with what any history may hold."""
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        age = draw(powers_of_ten(-1, 3.5))
        x = draw(st.just(0) | st.integers(0, most))
        last = draw(st.sampled_from([1.0, 0.5]) | st.floats(1e-3, 1)) if x else 0.0
        rows.append((float(x), last * age, age))
    rows = draw(st.lists(st.sampled_from(rows), min_size=1, max_size=8))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T"])


HORIZONS = powers_of_ten(-2, 4)


def everything(model, customers, horizon):
    """All that a model says of customers, a column each."""
    said = [
        model.probability_alive(customers),
        model.probability_alive(customers, horizon=horizon).rename("later"),
        model.expected_purchases(customers, horizon=horizon),
        model.probability_inactive(customers, horizon=horizon),
        model.discounted_purchases(customers, discount_rate=0.1),
        model.discounted_purchases(customers, discount_rate=0.1, horizon=horizon).rename("discounted_so_far"),
    ]
    return pd.concat(
        [*said, model.posterior_rates(customers), model.purchase_distribution(customers, horizon=horizon, n_max=3)],
        axis=1,
    )


# Ranges and orders.


@few()
@given(models(), histories(), HORIZONS)
def test_probabilities_lie_between_0_and_1_and_nothing_is_missing(model, customers, horizon):
    said = everything(model, customers, horizon)
    assert np.isfinite(said).all(axis=None)
    assert (said >= 0).all(axis=None)
    columns = said.columns
    probabilities = columns.str.startswith(("prob", "p_", "later", "dropout_prob"))
    assert (said.loc[:, probabilities] <= 1).all(axis=None)


@few()
@given(models(), histories(), HORIZONS, powers_of_ten(0, 2))
def test_with_time_customers_die_and_buy(model, customers, horizon, factor):
    near, far = (everything(model, customers, t) for t in (horizon, factor * horizon))
    # the sums have 12 digits
    slack = 1e-11
    assert (near["later"] <= near["probability_alive"] * (1 + slack)).all()
    assert (far["later"] <= near["later"] * (1 + slack)).all()
    assert (far["expected_purchases"] >= near["expected_purchases"] * (1 - slack)).all()
    assert (far["discounted_so_far"] >= near["discounted_so_far"] * (1 - slack)).all()
    assert (far["probability_inactive"] <= near["probability_inactive"] * (1 + slack)).all()
    assert (near["probability_inactive"] >= (1 - near["probability_alive"]) * (1 - slack)).all()


@few()
@given(models(kinds=(BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel)), histories(), HORIZONS)
def test_nobody_buys_more_than_those_who_never_leave(model, customers, horizon):
    stays = model.params_.loc[["r", "alpha"], "estimate"]
    never_leaves = NBDModel.from_params(stays.to_dict(), time_unit="D")
    most = never_leaves.expected_purchases(customers, horizon=horizon)
    assert (model.expected_purchases(customers, horizon=horizon) <= most * (1 + 1e-11)).all()


@few()
@given(models(), histories(), HORIZONS)
def test_discounting_takes_from_what_is_expected(model, customers, horizon):
    expected = model.expected_purchases(customers, horizon=horizon)
    none = model.discounted_purchases(customers, discount_rate=0, horizon=horizon)
    some = model.discounted_purchases(customers, discount_rate=0.1, horizon=horizon)
    more = model.discounted_purchases(customers, discount_rate=1, horizon=horizon)
    assert none.to_numpy() == pytest.approx(expected.to_numpy(), **NEAR)
    assert (some <= none * (1 + 1e-11)).all()
    assert (more <= some * (1 + 1e-11)).all()


@few()
@given(models(), histories())
def test_discounted_for_ever_is_the_limit_of_long_times(model, customers):
    # 10,000 years at 10 percent: exp(-950)
    long = model.discounted_purchases(customers, discount_rate=0.1, horizon=3_652_500)
    for_ever = model.discounted_purchases(customers, discount_rate=0.1)
    assert long.to_numpy() == pytest.approx(for_ever.to_numpy(), **NEAR)


# Sums.


@few()
@given(models(), histories(most=20), st.floats(0.01, 1))
def test_the_distribution_adds_up_and_has_the_expectation_as_mean(model, customers, share):
    # within alpha each further purchase beyond the many is less than half as likely as the one before
    horizon = share * model.params_.loc["alpha", "estimate"]
    table = model.purchase_distribution(customers, horizon=horizon, n_max=400)
    assert table.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(customers)), rel=1e-10)
    exactly = table.drop(columns="p_more")
    assert table["p_more"].to_numpy() == pytest.approx(np.zeros(len(customers)), abs=1e-10)
    mean = exactly.to_numpy() @ np.arange(exactly.shape[1])
    assert mean == pytest.approx(model.expected_purchases(customers, horizon=horizon).to_numpy(), rel=1e-8, abs=1e-12)


@few()
@given(models(), histories(), HORIZONS)
def test_the_inactive_are_those_with_no_purchase(model, customers, horizon):
    table = model.purchase_distribution(customers, horizon=horizon, n_max=5)
    inactive = model.probability_inactive(customers, horizon=horizon)
    assert_series_equal(table["p_0"], inactive, check_names=False)
    buys = table.drop(columns="p_0").sum(axis=1).to_numpy()
    assert buys == pytest.approx(1 - inactive.to_numpy(), rel=1e-9, abs=1e-10)


@few()
@given(models(), histories())
def test_no_time_changes_nothing(model, customers):
    alive = model.probability_alive(customers)
    assert_series_equal(model.probability_alive(customers, horizon=0), alive)
    assert (model.expected_purchases(customers, horizon=0) == 0).all()
    assert model.probability_inactive(customers, horizon=0).to_numpy() == pytest.approx(np.ones(len(customers)))
    assert (model.discounted_purchases(customers, discount_rate=0.1, horizon=0) == 0).all()


# Limits.


@pytest.mark.deep
@pytest.mark.parametrize(
    ("kind", "dropout"),
    [
        (BetaGeoModel, {"a": 1e-12, "b": 2.0}),
        (ModifiedBetaGeoModel, {"a": 1e-12, "b": 2.0}),
        (ParetoNBDModel, {"s": 1e-12, "beta": 10.0}),
    ],
)
@few()
@given(parameters(NBDModel, low=-1, high=1), histories(most=5), powers_of_ten(-1, 2))
def test_without_dropout_every_model_is_nbd(kind, dropout, params, customers, horizon):
    # seen buying on the last day: a long silence would be dropout, however seldom that is
    age = customers["T"].where(customers["frequency"] > 0, 0.0)
    customers = customers.assign(recency=age, T=age)
    one = everything(kind.from_params(params | dropout, time_unit="D"), customers, horizon)
    other = everything(NBDModel.from_params(params, time_unit="D"), customers, horizon)
    shared = [name for name in other if name not in ("discounted_purchases", "discounted_so_far")]
    assert one[shared].to_numpy() == pytest.approx(other[shared].to_numpy(), rel=1e-6, abs=1e-9)


@few()
@given(histories(), powers_of_ten(-1, 2), powers_of_ten(-1, 1), powers_of_ten(-1, 1), powers_of_ten(-3, 0))
def test_dropout_rates_all_alike_make_lifetimes_exponential(customers, horizon, r, alpha, mu):
    # s and beta to infinity, s / beta = mu: who is alive stays so with probability exp(-mu t)
    model = ParetoNBDModel.from_params({"r": r, "alpha": alpha, "s": mu * 1e9, "beta": 1e9}, time_unit="D")
    alive, later = model.probability_alive(customers), model.probability_alive(customers, horizon=horizon)
    assert later.to_numpy() == pytest.approx((alive * np.exp(-mu * horizon)).to_numpy(), rel=1e-4, abs=1e-12)


# Units.


@few()
@given(models(), histories(), HORIZONS, st.sampled_from([("W", 7), ("M", 30.4375), ("Y", 365.25)]))
def test_the_unit_of_time_does_not_matter(model, customers, horizon, unit):
    name, days = unit
    params = {p: value / days if p in TIMES else value for p, value in model.params_["estimate"].items()}
    other = type(model).from_params(params, time_unit=name)
    one, two = everything(model, customers, horizon), everything(other, customers, horizon / days)
    per_time = [column for column in ("purchase_rate", "dropout_rate") if column in two]
    two[per_time] /= days
    # ages are divided, which costs a digit and the likelihood of long histories some more
    assert one.to_numpy() == pytest.approx(two.to_numpy(), rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_fit_does_not_depend_on_the_unit_of_time(kind):
    weeks, days = kind(time_unit="W").fit(CUSTOMERS), kind(time_unit="D").fit(CUSTOMERS)
    scale = pd.Series({name: 7.0 if name in TIMES else 1.0 for name in weeks.params_.index})
    estimates = weeks.params_["estimate"] * scale
    assert days.params_["estimate"].to_numpy() == pytest.approx(estimates.to_numpy(), rel=1e-5)
    # densities of purchases at their times: each is 7 times as dense by weeks
    jacobian = CUSTOMERS["frequency"].sum() * np.log(7)
    assert weeks.loglik_ == pytest.approx(days.loglik_ + jacobian, abs=1e-6)
    assert weeks.covariance_.to_numpy() == pytest.approx(days.covariance_.to_numpy(), rel=1e-3)


# Rows.


@few()
@given(models(), histories(), HORIZONS, st.randoms(use_true_random=False))
def test_rows_are_answered_one_by_one(model, customers, horizon, random):
    order = random.sample(range(len(customers)), len(customers))
    said = everything(model, customers, horizon)
    shuffled = everything(model, customers.iloc[order], horizon)
    assert shuffled.index.tolist() == order
    # how many nodes a sum has depends on its neighbours
    assert_frame_equal(shuffled, said.iloc[order], rtol=1e-9, atol=1e-12)
    assert_frame_equal(everything(model, customers.iloc[[0]], horizon), said.iloc[[0]], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_rows_does_not_change_the_fit(kind):
    one, other = kind().fit(CUSTOMERS), kind().fit(CUSTOMERS.sample(frac=1, random_state=1))
    assert_frame_equal(one.params_, other.params_, rtol=1e-6)
    assert one.loglik_ == pytest.approx(other.loglik_, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_give_the_fit_of_their_customers(kind):
    one, other = kind().fit(CUSTOMERS), kind().fit(cells(CUSTOMERS))
    assert_frame_equal(one.params_, other.params_, rtol=1e-6)
    assert one.loglik_ == pytest.approx(other.loglik_, abs=1e-7)
    assert (one.n_customers_, one.boundary_) == (other.n_customers_, other.boundary_)
    assert one.bic_ == pytest.approx(other.bic_, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_customers_halve_the_variance(kind):
    once, twice = kind().fit(CUSTOMERS), kind().fit(pd.concat([CUSTOMERS, CUSTOMERS]))
    assert twice.params_["estimate"].to_numpy() == pytest.approx(once.params_["estimate"].to_numpy(), rel=1e-5)
    assert twice.loglik_ == pytest.approx(2 * once.loglik_, abs=1e-6)
    assert twice.covariance_.to_numpy() == pytest.approx(once.covariance_.to_numpy() / 2, rel=1e-3)


# Frames, prospects, files.


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_gives_the_same(kind, build_in_memory):
    few = CUSTOMERS.head(50)[["customer_id", "frequency", "recency", "T"]]
    model = kind().fit(few)
    frame = build_in_memory(few)
    assert_frame_equal(kind().fit(frame).params_, model.params_)
    for method, asked in (
        ("probability_alive", {"horizon": 3}),
        ("expected_purchases", {"horizon": 3}),
        ("probability_inactive", {"horizon": 3}),
        ("discounted_purchases", {"discount_rate": 0.1}),
    ):
        got = np.asarray(getattr(model, method)(frame, **asked))
        assert got.tolist() == getattr(model, method)(few, **asked).tolist()
    for method, asked in (("purchase_distribution", {"horizon": 3}), ("posterior_rates", {})):
        got = as_pandas(getattr(model, method)(frame, **asked), in_order=True)
        want = getattr(model, method)(few, **asked)
        assert got.columns.tolist() == want.columns.tolist()
        assert got.to_numpy(dtype=float).tolist() == want.to_numpy().tolist()


@few()
@given(models(), histories(), HORIZONS)
def test_nothing_is_said_of_prospects(model, customers, horizon):
    prospect = pd.DataFrame({"frequency": [np.nan], "recency": [np.nan], "T": [np.nan]})
    table = pd.concat([prospect, customers, prospect], ignore_index=True)
    said = everything(model, table, horizon)
    assert said.iloc[[0, -1]].isna().all(axis=None)
    among_others = said.iloc[1:-1].reset_index(drop=True)
    assert_frame_equal(among_others, everything(model, customers, horizon))


@pytest.mark.parametrize("kind", KINDS)
def test_prospects_are_left_out_of_the_fit_when_told_to(kind):
    prospects = pd.DataFrame({"frequency": [np.nan] * 3, "recency": [np.nan] * 3, "T": [np.nan] * 3})
    both = pd.concat([prospects, CUSTOMERS[["frequency", "recency", "T"]]])
    assert_frame_equal(kind(prospects="drop").fit(both).params_, kind().fit(CUSTOMERS).params_)
    assert kind(prospects="drop").fit(both).n_customers_ == len(CUSTOMERS)


@pytest.mark.parametrize("kind", KINDS)
def test_files_keep_everything(kind):
    model = kind().fit(CUSTOMERS)
    again = kind.from_json(model.to_json())
    assert_frame_equal(again.params_, model.params_)
    assert_frame_equal(again.covariance_, model.covariance_)
    assert (again.loglik_, again.aic_, again.bic_) == (model.loglik_, model.aic_, model.bic_)
    assert (again.boundary_, again.n_customers_) == (model.boundary_, model.n_customers_)
    some = CUSTOMERS.head(30)
    assert_frame_equal(everything(again, some, 39.0), everything(model, some, 39.0))
    assert_frame_equal(again.draw_params(3, random_state=1), model.draw_params(3, random_state=1))


# Input untouched.


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_left_as_it_was(kind):
    given = CUSTOMERS.copy()
    model = kind().fit(given)
    everything(model, given, 39.0)
    assert_frame_equal(given, CUSTOMERS)
    frame = pl.from_pandas(CUSTOMERS[["frequency", "recency", "T"]])
    kept = frame.clone()
    model.expected_purchases(frame, horizon=39)
    assert frame.equals(kept)
