"""Movement beside the null of no change: what chance alone would bring."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom
from tests.frames import as_pandas

from crmkit import as_transactions, load_cdnow
from crmkit._stats import fit_gamma_gamma, fit_truncated_nbd
from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, TierSegmenter, ValueSegmenter
from crmkit.segment.movement import movement_null_summary, movement_null_table, transition_table

HALVES = {"before": ("1997-07-01", "1997-12-31"), "after": ("1998-01-01", "1998-06-30")}
OFTEN = ValueSegmenter(value="n_orders", cuts=[2, 4])
CDNOW = as_transactions(load_cdnow())


def stationary(n, *, seed, changed=0.0, shape=0.6, rate=0.3):
    """Two half-years of customers who buy at rates of their own; a share of them gets the rate of somebody else."""
    rng = np.random.default_rng(seed)
    first = rng.gamma(shape, 1 / rate, n)
    second = np.where(rng.random(n) < changed, rng.permutation(first), first)
    worth = 60 / rng.gamma(3, 1, n)
    parts = []
    for half, rates in enumerate((first, second)):
        who = np.repeat(np.arange(n), rng.poisson(rates))
        days = np.datetime64("2024-01-01") + (182 * half + rng.integers(0, 182, len(who))).astype("timedelta64[D]")
        orders = {"customer_id": who, "date": days.astype("datetime64[us]"), "n_orders": 1}
        parts.append(pd.DataFrame({**orders, "amount": rng.gamma(2, 1, len(who)) * worth[who]}))
    return pd.concat(parts).groupby(["customer_id", "date"], as_index=False).sum()


TWO = {"before": ("2024-01-01", "2024-06-30"), "after": ("2024-07-01", "2024-12-29")}


# By hand: who is in the table.


def test_who_is_in_the_table_by_hand(build_in_memory):
    # a and b order in the first half, once and four times; a does not order in the second, b twice; c is new
    days = [
        "2024-01-05",
        *["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"],
        *["2024-07-05", "2024-12-29"],
        "2024-08-01",
    ]
    log = pd.DataFrame({"customer_id": list("abbbbbbc"), "date": days, "amount": 10.0})
    given_log = build_in_memory(as_transactions(log))
    table = movement_null_table(given_log, segmenter=OFTEN, **TWO, n_draws=20, random_state=1)
    assert type(table) is type(given_log)
    table = as_pandas(table, in_order=True)
    made = ["segment_before", "segment_after", "n_customers", "share", "expected_share", "lower", "upper", "excess"]
    assert list(table)[:8] == made
    found = table[table["n_customers"] > 0]
    pairs = found[["segment_before", "segment_after", "n_customers", "share"]].to_numpy().tolist()
    assert pairs == [["high", "medium", 1, 1.0], ["low", "potential", 1, 1.0]]
    assert table.loc[table["segment_before"] == "medium", "expected_share"].isna().all()
    summary = as_pandas(movement_null_summary(given_log, segmenter=OFTEN, **TWO, n_draws=20), in_order=True)
    assert summary["movement"].tolist() == ["moved", "up", "down", "rebinned"]
    assert summary["n_customers"].tolist() == [2, 0, 2, 0]
    assert summary["name_zh"].tolist()[:3] == ["移动", "上移", "下移"]


# Reference.


def test_expected_shares_are_those_of_the_conditional_nbd():
    # Goodhardt and Ehrenberg (1967): given x orders in the first period, those of the second are negative binomial.
    table = movement_null_table(CDNOW, segmenter=OFTEN, **HALVES, n_draws=300, random_state=2)
    in_first = CDNOW[CDNOW["date"].between(*map(pd.Timestamp, HALVES["before"]))]
    orders = in_first.groupby("customer_id")["n_orders"].sum()
    counts = orders[orders > 0].value_counts()
    r, a = np.exp(fit_truncated_nbd(counts.index.to_numpy(float), counts.to_numpy(float)).at)
    ratio = 181 / 184
    p = (a + 1) / (a + 1 + ratio)
    bounds = {"potential": (-1, 0), "low": (0, 1), "medium": (1, 3), "high": (3, np.inf)}
    of = np.select([counts.index >= 4, counts.index >= 2], ["high", "medium"], "low")
    for (start, end), row in table.set_index(["segment_before", "segment_after"]).iterrows():
        if start == "potential":
            continue
        here = of == start
        low, high = bounds[end]
        chances = nbinom.cdf(high, r + counts.index[here], p) - nbinom.cdf(low, r + counts.index[here], p)
        exact = np.average(chances, weights=counts[here])
        assert row["expected_share"] == pytest.approx(exact, abs=0.012)
        assert row["lower"] <= exact <= row["upper"]


@pytest.mark.parametrize(("r", "a"), [(0.5, 0.5), (2.0, 0.3)])
def test_the_laws_find_their_own_parameters(r, a):
    rng = np.random.default_rng(4)
    x = rng.poisson(rng.gamma(r, 1 / a, 60_000))
    counts, n = np.unique(x[x > 0], return_counts=True)
    found = fit_truncated_nbd(counts.astype(float), n.astype(float))
    assert np.abs(found.at - np.log([r, a])).max() < 4 * np.sqrt(np.diag(found.covariance)).max()
    orders = x[x > 0].astype(float)
    means = rng.gamma(2 * orders) / rng.gamma(3, 1 / 40, len(orders)) / orders
    spend = fit_gamma_gamma(orders, means)
    np.testing.assert_allclose(np.exp(spend.at), [2, 3, 40], rtol=0.12)
    unit = fit_gamma_gamma(orders, means * 1000)
    np.testing.assert_allclose(np.exp(unit.at), np.exp(spend.at) * [1, 1, 1000], rtol=1e-4)


# Laws.


@pytest.mark.parametrize("segmenter", [TierSegmenter(), RFMSegmenter(), ValueSegmenter()])
def test_shares_add_up_and_the_summary_agrees(segmenter):
    options = {"segmenter": segmenter, **HALVES, "n_draws": 20}
    table = movement_null_table(CDNOW, **options, random_state=3)
    per = table.groupby("segment_before")[["share", "expected_share", "excess"]].sum(min_count=1).dropna()
    np.testing.assert_allclose(per, [[1, 1, 0]] * len(per), atol=1e-12)
    known = table.dropna(subset="share")
    np.testing.assert_allclose(known["excess"], known["share"] - known["expected_share"])
    summary = movement_null_summary(CDNOW, **options, random_state=3).set_index("movement")
    moved = known[known["segment_before"] != known["segment_after"]]
    assert summary.loc["moved", "n_customers"] == moved["n_customers"].sum()
    assert summary.loc[["up", "down"], "n_customers"].sum() == moved["n_customers"].sum()
    before = known.groupby("segment_before")["n_customers"].sum()
    expected = (moved["expected_share"] * moved["segment_before"].map(before)).sum() / before.sum()
    assert summary.loc["moved", "expected_share"] == pytest.approx(expected)
    assert summary.loc["moved", "explained_ratio"] == pytest.approx(expected / summary.loc["moved", "share"])
    assert summary.loc["rebinned", ["expected_share", "explained_ratio"]].isna().all()
    pd.testing.assert_frame_equal(movement_null_table(CDNOW, **options, random_state=3), table)
    assert transition_table(table)["before"].iloc[0] == table["segment_before"].iloc[0]


def test_neither_prices_nor_a_second_period_are_needed():
    unpriced = CDNOW.assign(amount=np.nan)
    priced = movement_null_summary(CDNOW, segmenter=OFTEN, **HALVES, n_draws=20, random_state=5)
    found = movement_null_summary(unpriced, segmenter=OFTEN, **HALVES, n_draws=20, random_state=5)
    assert found["n_customers"].tolist() == priced["n_customers"].tolist()
    assert found["expected_share"].iloc[0] == pytest.approx(priced["expected_share"].iloc[0], abs=0.03)
    silent = movement_null_summary(
        CDNOW, segmenter=OFTEN, before=("1998-01-01", "1998-06-30"), after=("1998-07-01", "1998-12-31"), n_draws=20
    )
    assert silent["share"].tolist()[:3] == [1, 0, 1]


@pytest.mark.parametrize("money", [1e-300, 1e300])
def test_one_customer_is_enough(money):
    log = pd.DataFrame({"customer_id": [7, 7], "date": ["2024-02-01", "2024-08-01"], "amount": money})
    found = movement_null_summary(
        as_transactions(log), segmenter=ValueSegmenter(binning="quantile"), **TWO, n_draws=20, random_state=1
    )
    assert found["share"].tolist() == [0, 0, 0, 0]
    assert found["explained_ratio"].isna().all()
    assert found["expected_share"].iloc[:3].between(0, 1).all()


@pytest.mark.deep
@pytest.mark.parametrize("segmenter", [TierSegmenter(), RFMSegmenter(), ValueSegmenter(value="n_orders")])
def test_the_null_explains_all_of_chance_and_not_all_of_change(segmenter):
    ratios, inside, with_change = [], [], []
    for seed in range(16):
        options = {"segmenter": segmenter, **TWO, "n_draws": 60, "random_state": seed}
        found = movement_null_summary(stationary(1500, seed=seed), **options).iloc[:3]
        ratios.append(found["explained_ratio"].iloc[0])
        inside.append(found["share"].between(found["lower"], found["upper"]))
        changed = movement_null_summary(stationary(1500, seed=seed, changed=0.3), **options)
        with_change.append(changed["explained_ratio"].iloc[0])
    assert np.mean(ratios) == pytest.approx(1, abs=np.std(ratios))
    assert np.mean(inside) >= 0.85
    assert np.mean(with_change) < np.mean(ratios) - 0.02


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"segmenter": "tier"}, TypeError, r"`segmenter` must be a segmenter, such as TierSegmenter\(\), got str"),
        ({"before": "soon"}, ValueError, "`before` must be a pair of dates, the first and the last day, or a year"),
        ({"after": ("1998-06-30", "1998-01-01")}, ValueError, "`after` ends on 1998-01-01, before it starts on 1998-0"),
        ({"after": ("1997-12-31", "1998-06-30")}, ValueError, "`after` must start after `before` ends on 1997-12-31"),
        ({"after": "1998Q1"}, ValueError, "`before` and `after` must be about as long, got 184 and 90 days"),
        ({"before": "1995", "after": "1996"}, SchemaError, "Nobody ordered between 1995-01-01 and 1995-12-31"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1"),
        ({"n_draws": 5}, ValueError, "`n_draws` must be at least 20"),
        ({"random_state": "x"}, TypeError, "`random_state` must be an int"),
        ({"segmenter": ValueSegmenter(value="margin")}, SchemaError, r"`customers` lacks the columns \['margin'\]"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, error, message):
    for function in (movement_null_table, movement_null_summary):
        with pytest.raises(error, match=message):
            function(CDNOW, **({"segmenter": OFTEN} | HALVES | options))


# Input untouched.


def test_neither_the_table_nor_the_segmenter_changes():
    table, segmenter = CDNOW.copy(), ValueSegmenter(value="n_orders", cuts=[2, 4])
    movement_null_table(table, segmenter=segmenter, **HALVES, n_draws=20)
    pd.testing.assert_frame_equal(table, CDNOW)
    assert not hasattr(segmenter, "segments_")
