"""Models per group, the history of being alive, and models of lifetimes taken over."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from tests.peers import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

from crmkit import SchemaError, as_transactions, cells, customer_summary, load_cdnow
from crmkit.errors import ConvergenceError
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    alive_history,
    fit_groups,
    from_lifetimes,
)

ORDERS = load_cdnow()
CUSTOMERS = customer_summary(as_transactions(ORDERS), as_of="1997-09-30")
COHORTS = CUSTOMERS.assign(cohort=CUSTOMERS["first_order"].dt.month)
KNOWN = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})


# Groups.


def test_each_group_has_the_model_of_its_customers():
    models = fit_groups(COHORTS, model=BetaGeoModel(), by="cohort")
    assert list(models) == [1, 2, 3]
    for cohort, model in models.items():
        alone = BetaGeoModel().fit(COHORTS[COHORTS["cohort"] == cohort])
        assert_frame_equal(model.params_, alone.params_)


def test_cells_and_other_kinds_have_groups_too():
    on_cells = fit_groups(cells(COHORTS, by=["cohort"]), model=ParetoNBDModel(), by="cohort")
    on_polars = fit_groups(pl.from_pandas(COHORTS), model=ParetoNBDModel(), by="cohort")
    for cohort in (1, 2, 3):
        assert_frame_equal(on_cells[cohort].params_, on_polars[cohort].params_)


def test_the_model_given_stays_unfitted():
    model = BetaGeoModel()
    fit_groups(COHORTS, model=model, by="cohort")
    assert not hasattr(model, "params_")


def test_a_group_that_cannot_be_fitted_is_named():
    broken = pd.concat([COHORTS, COHORTS.head(1).assign(cohort=4, frequency=-1.0)])
    with pytest.raises(SchemaError, match=r"Group 4 of `customers\['cohort'\]`: .*negative"):
        fit_groups(broken, model=BetaGeoModel(), by="cohort")


def test_groups_that_cannot_be_are_refused():
    with pytest.raises(TypeError, match=r"`model` must be a model of crmkit.value, got str"):
        fit_groups(COHORTS, model="BetaGeoModel", by="cohort")
    with pytest.raises(SchemaError, match=r"lacks the columns \['channel'\]"):
        fit_groups(COHORTS, model=BetaGeoModel(), by="channel")
    missing = COHORTS["cohort"].astype("float64").where(COHORTS.index != 5)
    with pytest.raises(SchemaError, match=r"`customers\['cohort'\]` is missing in 1 row. Fill or drop them"):
        fit_groups(COHORTS.assign(cohort=missing), model=BetaGeoModel(), by="cohort")


def test_a_convergence_error_names_the_group(monkeypatch):
    def fail(self, customers):
        raise ConvergenceError("no maximum")

    monkeypatch.setattr(BetaGeoModel, "fit", fail)
    with pytest.raises(ConvergenceError, match=r"Group 1 of `customers\['cohort'\]`: no maximum"):
        fit_groups(COHORTS, model=BetaGeoModel(), by="cohort")


# The history of being alive.


def test_every_day_is_the_customers_table_of_that_day():
    first = as_transactions(ORDERS[ORDERS["customer_id"].isin([1, 2])])
    history = alive_history(first, model=KNOWN, as_of="1997-09-30", every_days=30)
    assert history.groupby("customer_id")["date"].max().eq(pd.Timestamp("1997-09-30")).all()
    for row in history.itertuples():
        table = customer_summary(first, as_of=row.date)
        expected = KNOWN.probability_alive(table)[table["customer_id"] == row.customer_id].item()
        assert row.probability_alive == pytest.approx(expected, rel=1e-12)


def test_a_purchase_raises_it_again():
    # customer 1 bought on 1 and 18 January and on 2 August
    first = as_transactions(ORDERS[ORDERS["customer_id"] == 1])
    history = alive_history(first, model=KNOWN, as_of="1997-09-30").set_index("date")["probability_alive"]
    assert len(history) == 273
    assert history["1997-08-02"] > history["1997-08-01"]
    assert (history["1997-01-18":"1997-08-01"].diff().dropna() < 0).all()


def test_other_kinds_get_their_own_history():
    log = as_transactions(pl.from_pandas(ORDERS.head(6)))
    assert isinstance(alive_history(log, model=KNOWN, as_of="1997-09-30", every_days=90), pl.DataFrame)


def test_a_history_needs_purchases_and_days():
    log = as_transactions(ORDERS.head(3))
    with pytest.raises(SchemaError, match="`transactions` holds no purchase up to `as_of`, 1996-12-31"):
        alive_history(log, model=KNOWN, as_of="1996-12-31")
    with pytest.raises(ValueError, match="`every_days` must be at least 1, got 0"):
        alive_history(log, model=KNOWN, as_of="1997-09-30", every_days=0)


# Models of lifetimes.


@pytest.mark.parametrize(
    ("fitter", "kind"),
    [
        (BetaGeoFitter(), BetaGeoModel),
        (ModifiedBetaGeoFitter(), ModifiedBetaGeoModel),
        (ParetoNBDFitter(), ParetoNBDModel),
    ],
)
def test_a_fitted_model_says_what_it_said_there(fitter, kind):
    weeks = CUSTOMERS["recency"] / 7, CUSTOMERS["T"] / 7
    own = kind().fit(CUSTOMERS)
    fitter.params_ = own.params_["estimate"]
    model = from_lifetimes(fitter, time_unit="W")
    assert type(model) is kind
    assert model.params_["estimate"].to_dict() == own.params_["estimate"].to_dict()
    theirs = fitter.conditional_expected_number_of_purchases_up_to_time(39, CUSTOMERS["frequency"], *weeks)
    ours = model.expected_purchases(CUSTOMERS, horizon=39)
    assert ours.to_numpy() == pytest.approx(np.asarray(theirs), rel=1e-6)


def test_the_unit_must_be_named_where_there_is_time():
    fitted = type("BetaGeoFitter", (), {"params_": {"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}})()
    with pytest.raises(ValueError, match="`time_unit` must be the unit of the times it was fitted on"):
        from_lifetimes(fitted)
    spend = type("GammaGammaFitter", (), {"params_": {"p": 6.0, "q": 4.0, "v": 15.0}})()
    with pytest.raises(ValueError, match="`time_unit` has no meaning here, got 'W'"):
        from_lifetimes(spend, time_unit="W")
    assert isinstance(from_lifetimes(spend), GammaGammaModel)


def test_what_is_no_fitted_model_is_refused():
    with pytest.raises(TypeError, match=r"`fitter` must be a fitted model of lifetimes, one of .*, got str"):
        from_lifetimes("BetaGeoFitter", time_unit="W")
    with pytest.raises(ValueError, match=r"`fitter` is not fitted: it has no `params_`. Call BetaGeoFitter.fit first"):
        from_lifetimes(BetaGeoFitter(), time_unit="W")


def test_pymc_marketing_takes_the_customers_table_as_it_is():
    models = pytest.importorskip("pymc_marketing.clv")
    model = models.BetaGeoModel()
    model.fit(data=CUSTOMERS[CUSTOMERS["T"] > 0], method="map")
    assert np.isfinite(model.fit_summary().to_numpy(dtype=float)).all()
