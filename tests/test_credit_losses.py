"""What is likely to be lost: rates of flows, provision matrix, evidence, points, exposure."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas

from crmkit import SchemaError, as_invoices, as_payments, make_invoices
from crmkit.metrics import herfindahl, top_share
from crmkit.plotting import plot_exposure, plot_woe
from crmkit.value.credit import (
    ageing_table,
    delinquency_table,
    expected_credit_loss,
    expected_credit_loss_table,
    exposure_summary_table,
    exposure_table,
    information_value_table,
    loss_rate_table,
    score_from_odds,
    score_points_table,
    woe_table,
)

mpl.use("Agg")

BUCKETS = ["not_due", "1-30", "31-60", "61-90", "over_90"]
STARTS = [np.nan, 1, 31, 61, 91]


def flows(*periods, buckets=tuple(BUCKETS), starts=tuple(STARTS)):
    """How much of each period reached each bucket."""
    parts = [
        pd.DataFrame({"period": f"2024-{place + 1:02}", "bucket": buckets, "days_from": starts, "amount": amounts})
        for place, amounts in enumerate(periods)
    ]
    return pd.concat(parts, ignore_index=True)


FLOWS = flows([100_000.0, 50_000, 23_000, 8_000, 2_000])
COUNTS = pd.DataFrame(
    {
        "age": ["old", "middle", "young"] * 2,
        "is_bad": [False] * 3 + [True] * 3,
        "n": [400, 300, 200, 20, 30, 50],
    }
)


@pytest.fixture(scope="module")
def books():
    made = make_invoices(n_customers=40, n_invoices=600, unassigned_share=0, random_state=5)
    invoices = as_invoices(made.invoices, kind="kind", applies_to="applies_to")
    return invoices, as_payments(made.payments, invoice_id="invoice_id")


# Reference: rates of flows


def test_rates_from_flows():
    # 2,000 of 100,000, 50,000, 23,000, 8,000 and 2,000 are lost: 2 %, 4 %, 8.6957 %, 25 %, 100 %
    rates = loss_rate_table(FLOWS)
    assert rates["bucket"].tolist() == BUCKETS
    np.testing.assert_allclose(rates["loss_rate"], [0.02, 0.04, 0.086957, 0.25, 1], atol=5e-7)
    np.testing.assert_allclose(rates["roll_rate"], [0.5, 0.46, 8 / 23, 0.25, 1])
    ageing = pd.DataFrame({"bucket": BUCKETS, "amount": [300_000.0, 140_000, 60_000, 23_000, 5_000]})
    found = expected_credit_loss_table(ageing, rates=rates)
    np.testing.assert_allclose(found["expected_loss"], [6000, 5600, 5217.39, 5750, 5000], atol=5e-3)
    assert found["expected_loss"].sum() == pytest.approx(27_567.39, abs=5e-3)


def test_provision_matrix_of_ifrs_9():
    # Illustrative Example 12: 15 m, 7.5 m, 4 m, 2.5 m and 1 m at .3, 1.6, 3.6, 6.6 and 10.6 %: 580,000
    ageing = pd.DataFrame({"bucket": BUCKETS, "amount": [15e6, 7.5e6, 4e6, 2.5e6, 1e6]})
    rates = dict(zip(BUCKETS, [0.003, 0.016, 0.036, 0.066, 0.106], strict=True))
    found = expected_credit_loss_table(ageing, rates=rates)["expected_loss"]
    np.testing.assert_allclose(found, [45_000, 120_000, 144_000, 165_000, 106_000])
    assert found.sum() == pytest.approx(580_000)


def test_expected_loss_of_one():
    found = expected_credit_loss(default_probability=0.02, loss_given_default=0.45, exposure=1e6)
    assert found == pytest.approx(9_000)


# By hand: flows


def test_periods_that_are_not_over_are_left_out_or_used_step_by_step():
    later = [200.0, 100, np.nan, np.nan, np.nan]
    table = flows([100.0, 80, 40, 20, 10], later)
    complete = loss_rate_table(table)
    np.testing.assert_allclose(complete["loss_rate"], [0.1, 0.125, 0.25, 0.5, 1])
    assert complete["n_periods"].tolist() == [1] * 5
    assert complete["n_left_out"].tolist() == [1] * 5
    chained = loss_rate_table(table, method="chain_ladder", lost_share=0.5)
    # of 300, 180 were not paid in time; from there as the first period: 40/80, 20/40, 10/20, half of that lost
    np.testing.assert_allclose(chained["roll_rate"], [180 / 300, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(chained["loss_rate"], [0.6 * 0.0625, 0.0625, 0.125, 0.25, 0.5])
    assert chained["n_periods"].tolist() == [2, 1, 1, 1, 1]
    assert chained["n_left_out"].tolist() == [0, 1, 1, 1, 1]
    assert chained["too_few"].all()


def test_rates_where_nothing_rolls_on():
    rates = loss_rate_table(flows([100.0, 50, 0, 0, 0]))
    np.testing.assert_array_equal(rates["loss_rate"], [0, 0, np.nan, np.nan, 1])
    unknown = loss_rate_table(flows([100.0, np.nan, np.nan, np.nan, np.nan]))
    assert unknown["loss_rate"].isna().tolist() == [True, True, True, True, False]
    assert unknown["amount"].isna().all()


def test_how_much_is_open_at_each_age():
    invoices = as_invoices(
        pd.DataFrame(
            {
                "customer_id": ["ann", "ann", "bo"],
                "invoice_id": ["A1", "A1", "B1"],
                "issued": "2024-01-01",
                "due": ["2024-01-10", "2024-02-10", "2024-01-31"],
                "amount": [100.0, 60.0, 40.0],
            }
        )
    )
    paid = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann"],
            "invoice_id": "A1",
            # on its due day; 30 days late; one day later
            "date": ["2024-01-10", "2024-02-09", "2024-02-10"],
            "amount": [20.0, 30.0, 90.0],
        }
    )
    payments = as_payments(paid, invoice_id="invoice_id")
    found = delinquency_table(invoices, payments, as_of="2024-03-31", edges=(0, 30, 60))
    assert found["amount"].tolist()[:4] == [140, 80 + 40, 50 + 40, 40]
    # the earliest instalment was paid first: 40 of the 90 were left for the second, of which 20 stay open
    np.testing.assert_array_equal(found["amount"][4:], [60, 20, 20, np.nan])
    assert found["period"].dt.month.tolist() == [1] * 4 + [2] * 4
    # the last day of the period decides when a bucket is known
    early = delinquency_table(invoices, payments, as_of="2024-02-28", edges=(0, 30))
    np.testing.assert_array_equal(early["amount"], [140, 120, np.nan])


def test_open_amounts_are_those_of_ageing(books):
    found = delinquency_table(*books, as_of="2024-12-31", edges=(0, 30))
    invoices, payments = books
    for month in ("2024-03",):
        rows = found[found["period"] == f"{month}-01"].set_index("bucket")["amount"]
        due = invoices[invoices["due"].dt.strftime("%Y-%m") == month]
        assert rows["not_due"] == pytest.approx(due["amount"].sum())
        still = 0.0
        for day in due["due"].unique():
            at = day + pd.Timedelta(days=30)
            by = ageing_table(invoices.assign(day=invoices["due"]), payments, as_of=at, by="day")
            still += by[(by["day"] == day) & (by["bucket"] != "unapplied")]["amount"].sum()
        assert rows["over_30"] == pytest.approx(still)


def test_overlay_caps_and_what_is_not_applied_loses_nothing():
    ageing = pd.DataFrame(
        {"customer_id": 1, "bucket": ["not_due", "over_0", "unapplied"], "amount": [100.0, 50, -20], "share": 0.5}
    )
    found = expected_credit_loss_table(ageing, rates={"not_due": 0.1, "over_0": 0.6}, overlay=2)
    assert found["loss_rate"].tolist() == [0.2, 1.0, 0.0]
    assert found["expected_loss"].tolist() == [20, 50, 0]
    assert found.columns.tolist() == ["customer_id", "bucket", "amount", "share", "loss_rate", "expected_loss"]
    # so again on its own result
    assert_frame_equal(expected_credit_loss_table(found, rates={"not_due": 0.1, "over_0": 0.6}, overlay=2), found)


# Reference: weights of evidence, points


def test_weights_of_evidence():
    # goods 400, 300, 200, bads 20, 30, 50
    found = woe_table(COUNTS, by="age", bad="is_bad", weight="n").set_index("bin").loc[["old", "middle", "young"]]
    np.testing.assert_allclose(found["woe"], [0.798508, 0.105361, -0.810930], atol=5e-7)
    np.testing.assert_allclose(found["iv"], [0.195191, 0.003512, 0.225258], atol=5e-7)
    np.testing.assert_allclose(found["bad_rate"], [20 / 420, 30 / 330, 50 / 250])
    total = information_value_table(found.reset_index())
    assert total["iv"][0] == pytest.approx(0.423961, abs=5e-7)
    assert total["strength"][0] == "strong"


def test_empty_cells_get_half_a_customer():
    # goods 400, 300, 0, bads 20, 30, 5: ln (400.5 / 700) / (20.5 / 55) and so on
    counts = COUNTS.assign(n=[400, 300, 0, 20, 30, 5])
    found = woe_table(counts, by="age", bad="is_bad", weight="n").set_index("bin").loc[["old", "middle", "young"]]
    np.testing.assert_allclose(found["woe"], [0.428542, -0.256026, -4.941642], atol=5e-7)
    assert found["is_empty"].tolist() == [False, False, True]
    assert found["too_few"].tolist() == [False, False, True]
    dropped = counts[counts["n"] > 0]
    again = woe_table(dropped, by="age", bad="is_bad", weight="n")
    np.testing.assert_allclose(again.set_index("bin")["woe"][found.index], found["woe"])


def test_scale_of_scores():
    # PDO 20, 600 at 50:1: factor 28.8539, offset 487.1229, the score of odds 1
    scale = {"base_score": 600, "points_to_double": 20}
    assert score_from_odds(odds=1, base_odds=50, **scale) == pytest.approx(487.1229, abs=5e-5)
    factor = score_from_odds(odds=math.e, base_odds=50, **scale) - score_from_odds(odds=1, base_odds=50, **scale)
    assert factor == pytest.approx(28.8539, abs=5e-5)
    # 600 at odds of bad of 1/60: 481.8622; a page prints 481.89
    assert score_from_odds(odds=1, base_odds=60, **scale) == pytest.approx(481.8622, abs=5e-5)
    assert score_from_odds(odds=[50, 60], base_odds=50)[0] == 600
    assert np.isnan(score_from_odds(odds=[0, np.nan])).all()


def test_points_add_up_to_the_score_of_the_odds():
    # logit of bad: -2.2 - 0.9 * .798508 - 1.1 * .5; the odds of good are its inverse
    bins = pd.DataFrame(
        {"feature": ["age", "age", "place"], "bin": ["old", "young", "town"], "woe": [0.798508, -0.810930, 0.5]}
    )
    points = score_points_table(bins, coefficients={"age": -0.9, "place": -1.1}, intercept=-2.2)
    odds = math.exp(2.2 + 0.9 * 0.798508 + 1.1 * 0.5)
    assert points["points"][0] + points["points"][2] == pytest.approx(score_from_odds(odds=odds))
    assert not points["is_reversed"].any()
    assert points["points"][0] > points["points"][1]
    turned = score_points_table(bins, coefficients={"age": 0.9, "place": 1.1}, intercept=2.2, target="good")
    np.testing.assert_allclose(turned["points"], points["points"])
    wrong = score_points_table(bins, coefficients={"age": 0.9, "place": -1.1}, intercept=-2.2)
    assert wrong["is_reversed"].tolist() == [True, True, False]
    assert points["rounded_points"].tolist() == np.round(points["points"]).tolist()


# By hand: evidence


def test_missing_values_are_a_bin_and_missing_outcomes_are_counted():
    customers = pd.DataFrame(
        {
            "age": pd.Categorical(["old", None, "young", "old", "young", "old"], ["young", "old"]),
            "town": [1, 1, 2, 2, 1, 2],
            "is_bad": [0, 1, 1, 0, 0, np.nan],
        }
    )
    found = woe_table(customers, by=["age", "town"], bad="is_bad")
    assert found["feature"].tolist() == ["age"] * 3 + ["town"] * 2
    assert found["bin"].where(found["bin"].notna(), "?").tolist() == ["young", "old", "?", "1", "2"]
    assert found["goods"].tolist() == [1, 2, 0, 2, 1]
    assert found["bads"].tolist() == [1, 0, 1, 1, 1]
    assert found["n_left_out"].tolist() == [1] * 5
    # goods 2 of 3, bads 1 of 2
    np.testing.assert_allclose(found["woe"][3:], [math.log(4 / 3), math.log(2 / 3)])
    assert information_value_table(found)["n_empty"].tolist() == [2, 0]


def test_without_bad_customers_nothing_is_told():
    found = woe_table(COUNTS.assign(is_bad=0), by="age", bad="is_bad")
    assert found[["woe", "iv"]].isna().all(axis=None)
    total = information_value_table(found)
    assert total["strength"].isna().all()
    assert total[["iv", "by_chance"]].isna().all(axis=None)
    assert woe_table(COUNTS.head(0), by="age", bad="is_bad").empty
    assert information_value_table(found.head(0)).empty


def test_what_tells_nothing_stays_below_chance():
    rng = np.random.default_rng(7)
    n, n_bad = 400, 200
    values = []
    for _ in range(60):
        made = pd.DataFrame({"x": rng.integers(0, 4, n), "is_bad": np.arange(n) < n_bad})
        values.append(information_value_table(woe_table(made, by="x", bad="is_bad"))["iv"][0])
    limit = information_value_table(woe_table(made, by="x", bad="is_bad"))["by_chance"][0]
    assert 0.85 < np.mean(np.array(values) < limit) < 1


# By hand: exposure


def test_connected_customers_are_one():
    customers = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "G"],
            "owner": [None, "G", "G", None, None],
            "owed": [50.0, 40.0, -15.0, 0.0, 5.0],
            "limit": [100.0, 30.0, None, 10.0, None],
            "is_out": [False, True, False, False, False],
        }
    )
    found = exposure_table(customers, exposure="owed", limit="limit", parent="owner", knock_out="is_out")
    assert found["group"].tolist() == ["a", "G", "d"]
    assert found["n_customers"].tolist() == [1, 3, 1]
    assert found["exposure"].tolist() == [50, 45, 0]
    assert found["credit_balance"].tolist() == [0, -15, 0]
    assert found["limit"].tolist() == [100, 30, 10]
    assert found["n_without_limit"].tolist() == [0, 2, 0]
    assert found["utilisation"].tolist() == [0.5, 1.5, 0]
    assert found["over_limit"].tolist() == [0, 15, 0]
    np.testing.assert_allclose(found["cumulative_share"], [50 / 95, 1, 1])
    assert found["is_knocked_out"].tolist() == [False, True, False]
    summary = exposure_summary_table(found, top=1)
    assert summary["n_exposed"][0] == 2
    assert summary["n_over_limit"][0] == 1
    assert summary["over_limit"][0] == 15
    assert summary["herfindahl"][0] == pytest.approx((50 / 95) ** 2 + (45 / 95) ** 2)


def test_exposure_without_limits_or_debts():
    found = exposure_table(pd.DataFrame({"customer_id": [2, 1], "owed": [0.0, 0.0]}), exposure="owed")
    assert found["group"].tolist() == [1, 2]
    assert found[["limit", "utilisation", "over_limit", "share", "cumulative_share"]].isna().all(axis=None)
    summary = exposure_summary_table(found)
    assert summary[["largest_share", "top_share", "herfindahl", "effective_number"]].isna().all(axis=None)
    assert summary["n_without_limit"][0] == 0
    owners = pd.DataFrame({"customer_id": [2, 1, 3], "owed": [1.0, 2.0, 4.0], "owner": [None, 2, 9]})
    assert exposure_table(owners, exposure="owed", parent="owner")["group"].tolist() == [9, 2]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20), st.integers(1, 5))
def test_concentration_is_that_of_the_metrics(owed, top):
    customers = pd.DataFrame({"customer_id": range(len(owed)), "owed": owed})
    table = exposure_table(customers, exposure="owed")
    found = exposure_summary_table(table, top=top)
    assert found["herfindahl"][0] == pytest.approx(herfindahl(owed, correct=False), nan_ok=True)
    if sum(owed) > 0:
        share = min(top / len(owed), 1 - 1e-9)
        assert found["top_share"][0] == pytest.approx(top_share(owed, share=share))
        assert table["share"].sum() == pytest.approx(1)
    assert table["exposure"].sum() == pytest.approx(sum(owed))


# Laws


@given(
    st.lists(
        st.lists(st.floats(0, 1), min_size=4, max_size=4).map(lambda rolls: 1000 * np.cumprod([1, *rolls])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["complete", "chain_ladder"]),
    st.randoms(),
)
def test_rates_of_complete_periods_are_lost_over_reached_and_rise(periods, method, random):
    table = flows(*periods)
    rates = loss_rate_table(table, method=method)
    sums = np.sum(periods, axis=0)
    expected = np.where(sums > 0, sums[-1] / np.where(sums > 0, sums, 1), np.nan)
    known = ~np.isnan(rates["loss_rate"].to_numpy()) & (sums > 1e-300)
    np.testing.assert_allclose(rates["loss_rate"][known], expected[known], atol=1e-12)
    shuffled = table.sample(frac=1, random_state=random.randrange(1000))
    assert_frame_equal(loss_rate_table(shuffled, method=method), rates, rtol=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_information_is_not_negative_and_turns_with_good_and_bad(cells):
    goods, bads = np.array(cells).T
    table = pd.DataFrame({"x": [*range(len(cells))] * 2, "is_bad": np.repeat([0, 1], len(cells)), "n": [*goods, *bads]})
    found = woe_table(table, by="x", bad="is_bad", weight="n")
    turned = woe_table(table.assign(is_bad=1 - table["is_bad"]), by="x", bad="is_bad", weight="n")
    np.testing.assert_allclose(turned["woe"], -found["woe"], atol=1e-12)
    assert not (found["iv"] < 0).any()
    if goods.sum() and bads.sum():
        assert np.isfinite(found["woe"]).all()


@given(st.floats(1e-6, 1e6), st.floats(-1000, 1000), st.floats(1e-3, 1e3), st.floats(1, 100))
def test_double_odds_add_the_same_points(odds, base_score, base_odds, double):
    scale = {"base_score": base_score, "base_odds": base_odds, "points_to_double": double}
    more = score_from_odds(odds=2 * odds, **scale) - score_from_odds(odds=odds, **scale)
    assert more == pytest.approx(double, abs=1e-9)
    assert score_from_odds(odds=base_odds, **scale) == pytest.approx(base_score, abs=1e-9)


# Frames and refusals


def test_every_kind_of_frame(build, books):
    invoices, payments = (table.head(100) for table in books)
    flowing = delinquency_table(invoices, payments, as_of="2024-06-30")
    rates = loss_rate_table(flowing, method="chain_ladder")
    ageing = ageing_table(invoices, payments, as_of="2024-06-30", by=None)
    customers = pd.DataFrame({"customer_id": [1, 2, 3], "owner": [2, 2, 3], "owed": [5.0, 3, 1], "limit": [4.0, 9, 1]})
    exposures = exposure_table(customers, exposure="owed", limit="limit", parent="owner")
    woe = woe_table(COUNTS, by="age", bad="is_bad", weight="n")
    scale = {"coefficients": {"age": -1.0}, "intercept": -2.0}
    known = dict.fromkeys(BUCKETS, 0.1)
    for found, expected in (
        (delinquency_table(build(invoices), build(payments), as_of="2024-06-30"), flowing),
        (loss_rate_table(build(flowing), method="chain_ladder"), rates),
        (expected_credit_loss_table(build(ageing), rates=known), expected_credit_loss_table(ageing, rates=known)),
        (woe_table(build(COUNTS), by="age", bad="is_bad", weight="n"), woe),
        (information_value_table(build(woe)), information_value_table(woe)),
        (score_points_table(build(woe), **scale), score_points_table(woe, **scale)),
        (exposure_table(build(customers), exposure="owed", limit="limit", parent="owner"), exposures),
        (exposure_summary_table(build(exposures)), exposure_summary_table(exposures)),
    ):
        assert_frame_equal(as_pandas(found), as_pandas(expected))
    by_table = expected_credit_loss_table(ageing, rates=build(rates.assign(loss_rate=0.1)))
    assert by_table["loss_rate"].tolist() == [0.1] * 5 + [0.0]


def test_rates_that_are_none():
    ageing = pd.DataFrame({"bucket": ["not_due", "over_0"], "amount": [1.0, 2.0]})
    with pytest.raises(ValueError, match=r"no rate for the buckets \['over_0'\]; it has those for \['not_due'\]"):
        expected_credit_loss_table(ageing, rates={"not_due": 0.1})
    with pytest.raises(ValueError, match=r"rates for the buckets \['1-30'\], which `ageing` does not have"):
        expected_credit_loss_table(ageing, rates={"not_due": 0.1, "over_0": 0.1, "1-30": 0.1})
    with pytest.raises(ValueError, match=r"between 0 and 1, got \[2.0\]. 2 % is 0.02"):
        expected_credit_loss_table(ageing, rates={"not_due": 2, "over_0": 0.1})
    with pytest.raises(ValueError, match="between 0 and 1, got"):
        expected_credit_loss_table(ageing, rates={"not_due": "low", "over_0": 0.1})
    with pytest.raises(ValueError, match="between 0 and 1"):
        expected_credit_loss_table(ageing, rates=loss_rate_table(flows([100.0, 0], buckets=("not_due", "over_0"),
                                   starts=(np.nan, 1))).assign(loss_rate=np.nan))  # fmt: skip
    with pytest.raises(ValueError, match=r"several rates for the buckets \['not_due'\]"):
        expected_credit_loss_table(ageing, rates=pd.DataFrame({"bucket": ["not_due"] * 2, "loss_rate": 0.1}))
    with pytest.raises(TypeError, match="a mapping of buckets to rates, or a table"):
        expected_credit_loss_table(ageing, rates=0.1)
    with pytest.raises(ValueError, match="`overlay` must be 0 or more"):
        expected_credit_loss_table(ageing, rates={}, overlay=-1)
    with pytest.raises(SchemaError, match="of other buckets than 'unapplied'"):
        expected_credit_loss_table(ageing.assign(amount=[1.0, -2]), rates={"not_due": 0.1, "over_0": 0.1})
    with pytest.raises(SchemaError, match=r"`ageing\['amount'\]` is missing in 1 row"):
        expected_credit_loss_table(ageing.assign(amount=[1.0, np.nan]), rates={"not_due": 0.1, "over_0": 0.1})


def test_flows_that_are_none():
    with pytest.raises(
        SchemaError, match=r"several rows of the same period and bucket, such as \[\('2024-01', 'not_due'"
    ):
        loss_rate_table(pd.concat([FLOWS, FLOWS]))
    with pytest.raises(SchemaError, match="adds up to more than a number can hold"):
        loss_rate_table(FLOWS.assign(amount=1e308))
    with pytest.raises(SchemaError, match="is below 0 in 1 row"):
        loss_rate_table(FLOWS.assign(amount=[5.0, 4, 3, 2, -1]))
    with pytest.raises(SchemaError, match=r"`delinquency\['bucket'\]` is missing in 1 row"):
        loss_rate_table(FLOWS.assign(bucket=["a", "b", "c", "d", None]))
    with pytest.raises(ValueError, match="must be one of"):
        loss_rate_table(FLOWS, method="recent")
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        loss_rate_table(FLOWS, lost_share=0)
    assert loss_rate_table(FLOWS.head(0)).empty


def test_evidence_and_points_that_are_none():
    with pytest.raises(SchemaError, match="neither 0 nor 1 in 3 rows, first at rows"):
        woe_table(COUNTS.assign(is_bad=[0, 0, 0, 2, 2, 2]), by="age", bad="is_bad")
    with pytest.raises(SchemaError, match=r"`customers\['n'\]` is below 0"):
        woe_table(COUNTS.assign(n=-1), by="age", bad="is_bad", weight="n")
    with pytest.raises(SchemaError, match="adds up to more than a number can hold"):
        woe_table(COUNTS.assign(n=1e308), by="age", bad="is_bad", weight="n")
    assert math.isnan(score_from_odds(odds=1e308, points_to_double=1e308))
    bins = pd.DataFrame({"feature": "age", "bin": ["old", "young"], "woe": [0.7, np.nan]})
    assert score_points_table(bins, coefficients={"age": -1e308}, intercept=-1e308)["points"].isna().all()
    assert score_points_table(bins, coefficients={"age": -1.0}, intercept=-2)["points"].isna().tolist() == [False, True]
    with pytest.raises(ValueError, match=r"one number for each characteristic of `woe`: \['age'\], got \['town'\]"):
        score_points_table(bins, coefficients={"town": -1.0}, intercept=-2)
    with pytest.raises(TypeError, match="a mapping of characteristics to numbers"):
        score_points_table(bins, coefficients=[1.0], intercept=-2)
    with pytest.raises(ValueError, match="`base_odds` must be above 0"):
        score_from_odds(odds=1, base_odds=0)
    with pytest.raises(ValueError, match="`odds` must not be below 0"):
        score_from_odds(odds=-1)


def test_exposures_that_are_none():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "owed": [1.0, 2.0], "limit": [1.0, -1.0], "owner": [1, 2]})
    for changed, says in (
        ({"owed": [1.0, np.nan]}, "Fill in 0 where nothing is owed"),
        ({}, r"`customers\['limit'\]` is below 0"),
        ({"customer_id": ["a", "a"]}, r"customers more than once: \['a'\]"),
        ({"customer_id": ["a", None]}, "is missing in 1 row"),
        ({"out": [1, 2]}, "is not true or false in 1 row"),
    ):
        made = customers.assign(**{"out": False, **changed})
        with pytest.raises(SchemaError, match=says):
            exposure_table(made.assign(limit=1.0) if "out" in changed else made, exposure="owed", limit="limit",
                           knock_out="out")  # fmt: skip
    with pytest.raises(SchemaError, match="ids of different kinds"):
        exposure_table(customers, exposure="owed", parent="owner")


def test_inputs_are_untouched(books):
    invoices, payments = books
    copies = invoices.copy(), payments.copy()
    delinquency_table(invoices, payments, as_of="2024-06-30")
    assert_frame_equal(invoices, copies[0])
    assert_frame_equal(payments, copies[1])
    before = COUNTS.copy()
    woe_table(COUNTS, by="age", bad="is_bad", weight="n")
    assert_frame_equal(COUNTS, before)


# Plots


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
def test_bars_of_evidence_are_those_of_the_table(language):
    ax = Figure().subplots()
    counts = pd.concat([COUNTS, COUNTS.assign(age=None, n=1)])
    woe = woe_table(counts.assign(town=1), by=["age", "town"], bad="is_bad", weight="n")
    plot_woe(woe, ax=ax, language=language)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(woe["woe"].tolist())
    names = [label.get_text() for label in ax.get_yticklabels()]
    missing = {"en": "(missing)", "zh": "（缺失）"}[language]
    assert names == ["middle", "old", "young", f"{missing} †", "1"]
    assert [text.get_text() for text in ax.texts] == ["age", "town"]
    with pytest.raises(SchemaError, match="no bins whose weight is known"):
        plot_woe(woe.assign(woe=np.nan))


def test_bars_of_exposure_are_those_of_the_table():
    ax = Figure().subplots()
    customers = pd.DataFrame({"customer_id": [1, 2, 3], "owed": [50.0, 40, 10], "limit": [60.0, 30, np.nan]})
    table = exposure_table(customers, exposure="owed", limit="limit")
    plot_exposure(table, top=2, ax=ax)
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 50), (0, 30), (50, 0), (30, 10)]
    assert ax.lines[0].get_xdata().tolist() == [60, 30]
    assert [text.get_text() for text in ax.texts] == ["50.0%", "40.0%"]
    nothing = exposure_table(pd.DataFrame({"customer_id": [1], "owed": [0.0]}), exposure="owed")
    assert len(plot_exposure(nothing, ax=Figure().subplots()).lines) == 0
    with pytest.raises(SchemaError, match="has no rows"):
        plot_exposure(table.head(0))
