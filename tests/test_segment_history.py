"""Segments at several dates: histories, flows, paths, forecasts of their sizes, and the picture of the flows."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.frames import as_pandas

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.plotting import plot_segment_flows
from crmkit.segment import RFMSegmenter, TierSegmenter
from crmkit.segment.movement import (
    customer_forecast_table,
    movement_table,
    segment_flow_table,
    segment_forecast_backtest_table,
    segment_forecast_table,
    segment_history_table,
    segment_path_table,
    transition_table,
)

DAYS = ("2024-06-30", "2024-12-31", "2025-06-30")
# 1 stays in a, 2 falls and comes back, 3 comes, 4 is gone at the end and had no tier in between
TABLES = [
    pd.DataFrame({"customer_id": [1, 2, 4], "tier": ["a", "a", "b"]}),
    pd.DataFrame({"customer_id": [4, 3, 2, 1], "tier": [None, "b", "b", "a"]}),
    pd.DataFrame({"customer_id": [1, 2, 3], "tier": ["a", "a", "b"]}),
]


@pytest.fixture(scope="module")
def flows():
    orders = as_transactions(load_cdnow())
    days = ["1997-03-31", "1997-06-30", "1997-09-30", "1997-12-31", "1998-03-31", "1998-06-30"]
    customers = {day: customer_summary(orders, as_of=day) for day in days}
    history = segment_history_table(customers, segmenter=TierSegmenter().fit(customers["1997-12-31"]))
    return segment_flow_table(history)


def simulated(seed, *, n_steps=8, together=0.0):
    """Flows of 2,000 customers in three segments, some of whom leave, while others come."""
    rng = np.random.default_rng(seed)
    chain = np.array([[0.7, 0.2, 0.05, 0.05], [0.15, 0.6, 0.2, 0.05], [0.02, 0.13, 0.7, 0.15]])
    size, rows = np.array([200, 600, 1200]), []
    for step in range(n_steps):
        shares = [rng.dirichlet(row * (1 / together - 1)) if together else row for row in chain]
        moves = np.array([rng.multinomial(n, row) for n, row in zip(size, shares, strict=True)])
        new = rng.multinomial(rng.poisson(160), [0.02, 0.18, 0.8])
        days = [pd.Timestamp("2020-01-01") + pd.Timedelta(days=90 * at) for at in (step, step + 1)]
        codes = ["a", "b", "c", None]
        rows += [(*days, codes[i], codes[j], moves[i, j]) for i in range(3) for j in range(4)]
        rows += [(*days, None, codes[j], new[j]) for j in range(3)]
        size = moves[:, :3].sum(axis=0) + new
    return pd.DataFrame(rows, columns=["date_before", "date_after", "segment_before", "segment_after", "n_customers"])


# By hand.


def test_a_history_by_hand(build_in_memory):
    tables = [build_in_memory(table) for table in TABLES]
    # The order of the mapping does not matter.
    history = segment_history_table(dict(zip(DAYS[::-1], tables[::-1], strict=True)), by="tier")
    assert type(history) is type(tables[0])
    plain = as_pandas(history, in_order=True)
    assert list(plain) == ["customer_id", "date", "segment", "segment_order", "name_en", "name_zh"]
    assert plain["customer_id"].tolist() == [1, 2, 4, 4, 3, 2, 1, 1, 2, 3]
    assert plain["segment"].astype(object).where(plain["segment"].notna(), None).tolist() == [*"aab", None, *"bbaaab"]
    assert plain["segment_order"].dropna().astype(int).tolist() == [1, 1, 2, 2, 2, 1, 1, 1, 2]
    flow = as_pandas(segment_flow_table(history), in_order=True)
    flow = flow[flow["n_customers"] > 0]
    pairs = flow[["segment_before", "segment_after"]].astype(object)
    pairs = pairs.where(pairs.notna(), None).to_numpy().tolist()
    expected = [["a", "a"], ["a", "b"], ["b", None], [None, "b"], ["a", "a"], ["b", "a"], ["b", "b"]]
    assert pairs == expected
    assert flow["share"].to_numpy()[[0, 2, 4]] == pytest.approx([0.5, 1, 1])
    paths = as_pandas(segment_path_table(history), in_order=True)
    assert paths[["path", "n_customers", "n_moves"]].to_numpy().tolist() == [
        ["a > a > a", 1, 0], ["a > b > a", 1, 2], ["b > - > -", 1, 1], ["- > b > b", 1, 1],
    ]  # fmt: skip
    assert paths["share"].tolist() == [0.25] * 4


def test_a_forecast_by_hand(build_in_memory):
    flow = pd.DataFrame(
        {
            "date_before": ["2024-06-30"] * 5,
            "date_after": ["2024-12-31"] * 5,
            "segment_before": ["a", "a", "b", "b", None],
            "segment_after": ["a", "b", "b", None, "b"],
            "n_customers": [80, 20, 90, 10, 30],
        }
    )
    found = as_pandas(segment_forecast_table(build_in_memory(flow), n_periods=2, random_state=1), in_order=True)
    assert list(found) == ["period", "segment", "n_customers", "lower", "upper"]
    # now 80 and 140; then 64, 16 + 126 + 30 = 172; then 51.2, 12.8 + 154.8 + 30 = 197.6
    assert found["n_customers"].tolist() == pytest.approx([80, 140, 220, 64, 172, 236, 51.2, 197.6, 248.8])
    assert found["segment"].isna().tolist() == [False, False, True] * 3
    assert found["lower"].tolist()[:3] == found["upper"].tolist()[:3] == [80, 140, 220]
    assert (found["lower"] < found["n_customers"])[3:].all()
    assert (found["n_customers"] < found["upper"])[3:].all()


# Laws.


def test_flows_are_movement_tables(flows):
    orders = as_transactions(load_cdnow())
    before, after = (customer_summary(orders, as_of=day) for day in ("1998-03-31", "1998-06-30"))
    tiers = TierSegmenter().fit(customer_summary(orders, as_of="1997-12-31"))
    last = flows[flows["date_after"] == "1998-06-30"].set_index(["segment_before", "segment_after"])["n_customers"]
    moved = movement_table(before, after, segmenter=tiers).set_index(["segment_before", "segment_after"])["n_customers"]
    assert last[last > 0].to_dict() == moved[moved > 0].to_dict()


def test_the_forecast_is_that_of_the_chain(flows):
    found = segment_forecast_table(flows, n_periods=3, n_draws=100, random_state=1).dropna(subset="segment")
    chain = transition_table(flows)
    now = found[found["period"] == 0].set_index("segment")["n_customers"]
    wide = customer_forecast_table(chain, sizes=now, n_periods=3).drop(columns="period")
    np.testing.assert_allclose(found["n_customers"].to_numpy().reshape(4, 3), wide.to_numpy(dtype=float))
    again = segment_forecast_table(flows, n_periods=3, n_draws=100, random_state=1).dropna(subset="segment")
    pd.testing.assert_frame_equal(found, again)


def test_a_backtest_uses_what_was_known_alone(flows):
    tried = segment_forecast_backtest_table(flows, n_periods=2, n_draws=100, random_state=1)
    assert tried.groupby("made")["period"].max().tolist() == [2, 2, 1]
    first = tried[tried["made"] == tried["made"].min()]
    cut = flows[flows["date_after"] <= first["made"].iloc[0]]
    alone = segment_forecast_table(cut, n_periods=2, n_draws=100, random_state=1)
    alone = alone[alone["period"] > 0]
    np.testing.assert_allclose(first["forecast"], alone["n_customers"])
    np.testing.assert_allclose(first["lower"], alone["lower"])
    assert first["error"].tolist() == (first["forecast"] - first["n_customers"]).tolist()
    whole = tried[tried["segment"].isna()]
    # CDNOW has the customers of one quarter: nobody comes, nobody is lost from the table.
    assert (whole[["n_customers", "forecast", "lower", "upper", "as_today"]] == 2357).all(axis=None)


@pytest.mark.deep
@pytest.mark.parametrize("together", [0.0, 0.005])
def test_intervals_hold_what_comes(together):
    tried = [
        segment_forecast_backtest_table(
            simulated(seed, together=together), n_periods=3, n_steps=3, n_draws=300, random_state=seed
        )
        for seed in range(60)
    ]
    tried = pd.concat(tried)
    assert 0.92 < tried["is_inside"].mean() < 0.99
    if not together:
        assert tried["error"].abs().mean() < 0.7 * tried["error_as_today"].abs().mean()


def test_all_flows_are_drawn_or_named():
    flow = simulated(1, n_steps=2)
    flow = flow.assign(**{f"name_{side}": flow[f"segment_{side[3:]}"] for side in ("en_before", "en_after")})
    ax = plot_segment_flows(flow.assign(name_zh_before="x", name_zh_after="x"), ax=Figure().subplots(), smallest=0.03)
    small = sum(
        step.loc[step["n_customers"] < 0.03 * step["n_customers"].sum(), "n_customers"].sum()
        / step["n_customers"].sum()
        for _, step in flow.groupby("date_after")
    )
    assert ax.get_xlabel() == f"Flows below 3.0% of the customers are not drawn: {small / 2:.1%} of them."
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020-01-01", "2020-03-31", "2020-06-29"]
    texts = [text.get_text() for text in ax.texts]
    assert texts[:3] == ["a  200", "b  600", "c  1,200"]
    assert texts[3].startswith("No segment")
    assert len(texts) == 8


def test_names_do_not_run_into_one_another_and_are_in_the_language_asked_for():
    orders = as_transactions(load_cdnow())
    customers = {day: customer_summary(orders, as_of=day) for day in ("1997-02-28", "1997-12-31", "1998-06-30")}
    history = segment_history_table(customers, segmenter=RFMSegmenter().fit(customers["1997-12-31"]))
    ax = plot_segment_flows(segment_flow_table(history), language="en")
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[at + 1 :])
    assert any(text.get_text().startswith("Champions") for text in ax.texts)


# Refusals.


@pytest.mark.parametrize(
    ("customers", "error", "message"),
    [
        (TABLES[0], TypeError, "`customers` must map at least two dates to tables of customers, got DataFrame"),
        ({DAYS[0]: TABLES[0]}, ValueError, "`customers` must map at least two dates"),
        (
            {DAYS[0]: TABLES[0], pd.Timestamp(DAYS[0]): TABLES[1]},
            ValueError,
            "`customers` has two tables of 2024-06-30",
        ),
        ({"soon": TABLES[0], DAYS[1]: TABLES[1]}, ValueError, "`customers` must be a date"),
        (
            {DAYS[0]: TABLES[0], DAYS[1]: TABLES[1].drop(columns="tier")},
            SchemaError,
            r"`customers\['2024-12-31'\]` lacks the columns \['tier'\]",
        ),
        (
            {DAYS[0]: TABLES[0], DAYS[1]: TABLES[1].assign(customer_id=list("abcd"))},
            TypeError,
            r"`customers\['2024-06-30'\]` and `customers\['2024-12-31'\]` have ids of different kinds",
        ),
    ],
)
def test_what_is_no_history_is_refused(customers, error, message):
    with pytest.raises(error, match=message):
        segment_history_table(customers, by="tier")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_steps": 9}, SchemaError, "`flows` has 5 steps between dates; a back-test that learns from 9 needs 10"),
        ({"n_periods": 0}, ValueError, "`n_periods` must be at least 1"),
        ({"smoothing": -1}, ValueError, "`smoothing` must not be below 0, got -1"),
        ({"level": 2}, ValueError, "`level` must lie between 0 and 1"),
        ({"n_draws": 3}, ValueError, "`n_draws` must be at least 100"),
    ],
)
def test_what_cannot_be_tried_is_refused(flows, options, error, message):
    with pytest.raises(error, match=message):
        segment_forecast_backtest_table(flows, **options)


def test_dates_that_are_not_equally_far_apart_are_refused(flows):
    uneven = flows[flows["date_before"] != flows["date_before"].unique()[1]]
    for forecast in (
        lambda: segment_forecast_table(uneven, n_periods=1),
        lambda: segment_forecast_backtest_table(uneven),
    ):
        with pytest.raises(SchemaError, match=r"`flows` has steps of \d+ to 18\d days; a forecast"):
            forecast()


def test_flows_without_anybody_are_refused(flows):
    with pytest.raises(SchemaError, match="`flows` holds no customers"):
        segment_forecast_table(flows.assign(n_customers=0), n_periods=1)
    with pytest.raises(SchemaError, match="`history` must hold at least two dates, got 0"):
        segment_flow_table(segment_history_table(dict(zip(DAYS, TABLES, strict=True)), by="tier").head(0))
    with pytest.raises(ValueError, match="`smallest` must lie between 0 and 1"):
        plot_segment_flows(flows, smallest=5)


# Input untouched.


def test_the_flows_given_stay_as_they_were(flows):
    given_flows = flows.copy()
    segment_forecast_table(given_flows, n_periods=1)
    plot_segment_flows(given_flows, ax=Figure().subplots())
    pd.testing.assert_frame_equal(given_flows, flows)
