"""Brand switching: by hand, the parameters behind a matrix recovered exactly, laws, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.depth import few
from tests.frames import as_pandas

from crmkit import SchemaError, as_order_lines
from crmkit.errors import ConvergenceError
from crmkit.loyalty.brands import colombo_morrison_table, switch_count_table


def matrix(loyal, conquest, before):
    """Switches as the model has them: a share is loyal, the others choose by conquest."""
    loyal, conquest, before = (np.array(each, dtype=float) for each in (loyal, conquest, before))
    shares = (1 - loyal)[:, None] * conquest + np.diag(loyal)
    n = len(loyal)
    return pd.DataFrame(
        {
            "brand_before": np.repeat(np.arange(n), n),
            "brand_after": np.tile(np.arange(n), n),
            "n_switches": (before[:, None] * shares).ravel(),
        }
    )


THREE = matrix([0.5, 0.2, 0.0], [0.5, 0.3, 0.2], [1000, 1000, 1000])


# By hand


def test_consecutive_purchase_days_are_counted(build):
    # customer 1: A; then A and B; then C; customer 2: B; then B twice on one day; C went back
    orders = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 1, 2, 2, 2, 2],
            "order_id": [1, 2, 3, 4, 5, 6, 7, 8],
            "date": pd.to_datetime(
                ["2024-03-01", "2024-03-05", "2024-03-05", "2024-03-09", "2024-03-02", "2024-03-03", "2024-03-03",
                 "2024-03-04"]
            ),
            "amount": [5.0] * 7 + [-5.0],
            "product": ["A", "A", "B", "C", "B", "B", "B", "C"],
        }
    )  # fmt: skip
    lines = as_order_lines(build(orders), order_id="order_id", keep=["product"])
    table = as_pandas(switch_count_table(lines, brand="product"))
    assert len(table) == 9
    seen = table[table["n_switches"] > 0].set_index(["brand_before", "brand_after"])["n_switches"].to_dict()
    assert seen == {("A", "A"): 0.5, ("A", "B"): 0.5, ("A", "C"): 0.5, ("B", "C"): 0.5, ("B", "B"): 1.0}


def test_a_matrix_by_hand(build):
    # the shares of the docstring: of A's 1,000 half are loyal, the rest choose 5 : 3 : 2
    table = as_pandas(colombo_morrison_table(build(THREE)))
    assert_allclose(table["loyal_share"], [0.5, 0.2, 0], atol=1e-12)
    assert_allclose(table["conquest_share"], [0.5, 0.3, 0.2], rtol=1e-12)
    assert_allclose(table["repeat_share"], [0.75, 0.44, 0.2], rtol=1e-12)
    assert_allclose(table["n_after"], [1650, 890, 460], rtol=1e-12)
    assert table["df"].tolist() == [1, 1, 1]
    assert table["deviance"].max() < 1e-9
    assert table["p_value"].min() > 0.999
    assert not table["clipped"].any()


def test_fewer_than_chance_who_stay_are_clipped_and_said():
    # nobody of brand 2 stays, though a fifth of all who switch choose it
    shy = THREE.assign(n_switches=THREE["n_switches"].where(THREE.index < 8, 0.0))
    table = colombo_morrison_table(shy)
    assert table["loyal_share"].iloc[2] == 0
    assert table["clipped"].tolist() == [False, False, True]
    # the rest of the matrix says the same of the conquest
    assert_allclose(table["conquest_share"], [0.5, 0.3, 0.2], rtol=1e-12)


def test_pairs_that_are_not_there_count_0():
    table = colombo_morrison_table(THREE[THREE["brand_before"] != THREE["brand_after"]])
    assert table["repeat_share"].tolist() == [0, 0, 0]
    assert table["clipped"].all()


# Laws


@given(
    st.integers(3, 6).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(0, 0.9), min_size=n, max_size=n),
            st.lists(st.floats(0.1, 1), min_size=n, max_size=n),
            st.lists(st.floats(10, 1e6), min_size=n, max_size=n),
        )
    )
)
def test_what_is_behind_a_matrix_is_recovered_exactly(drawn):
    loyal, conquest, before = drawn
    conquest = np.array(conquest) / sum(conquest)
    table = colombo_morrison_table(matrix(loyal, conquest, before))
    assert_allclose(table["loyal_share"], loyal, atol=1e-10)
    assert_allclose(table["conquest_share"], conquest, rtol=1e-10)
    assert_allclose(table["n_before"], before, rtol=1e-12)


@few()
@given(st.lists(st.integers(1, 50), min_size=16, max_size=16), st.sampled_from([0.01, 3, 1e6]))
def test_any_matrix_gives_shares_that_its_margins_agree_with(counts, times):
    n = 4
    cells = {"brand_before": np.repeat(list("abcd"), n), "brand_after": np.tile(list("abcd"), n)}
    switches = pd.DataFrame(cells).assign(n_switches=np.array(counts, dtype=float))
    table = colombo_morrison_table(switches)
    assert table["loyal_share"].between(0, 1).all()
    assert table["conquest_share"].sum() == pytest.approx(1)
    assert table["p_value"].between(0, 1).all()
    kept = table[~table["clipped"]]
    stayed = kept["loyal_share"] + (1 - kept["loyal_share"]) * kept["conquest_share"]
    assert_allclose(stayed, kept["repeat_share"], atol=1e-12)
    more = colombo_morrison_table(switches.assign(n_switches=switches["n_switches"] * times).iloc[::-1])
    columns = ["brand", "repeat_share", "loyal_share", "conquest_share"]
    pd.testing.assert_frame_equal(more[columns], table[columns], atol=1e-10)
    assert_allclose(more["deviance"], table["deviance"] * times, rtol=1e-6, atol=1e-6 * times)


@pytest.mark.deep
def test_the_deviance_of_simulated_switches_is_a_chi_square():
    rng = np.random.default_rng(5)
    shares = matrix([0.4, 0.2, 0.3, 0.1], [0.4, 0.3, 0.2, 0.1], [1, 1, 1, 1])["n_switches"].to_numpy().reshape(4, 4)
    found = []
    for _ in range(400):
        drawn = np.array([rng.multinomial(800, row) for row in shares], dtype=float)
        cells = {"brand_before": np.repeat(np.arange(4), 4), "brand_after": np.tile(np.arange(4), 4)}
        found.append(colombo_morrison_table(pd.DataFrame(cells).assign(n_switches=drawn.ravel()))["p_value"].iloc[0])
    # one in twenty below .05, within three standard errors
    assert abs(np.mean(np.array(found) < 0.05) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 400)


# Refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.query("brand_before < 2 and brand_after < 2"),
         r"must name at least 3 brands, got \[0, 1\]"),
        (lambda table: table.assign(n_switches=table["n_switches"].where(table.index != 1, 0.0)),
         r"nobody who switched between \[\(0, 1\)\]"),
        (lambda table: pd.concat([table, table.head(2)]), r"has the pairs \[\(0, 0\), \(0, 1\)\] more than once"),
        (lambda table: table.assign(n_switches=-table["n_switches"]), "is below 0 in 9 rows"),
        (lambda table: table.assign(n_switches=np.inf), "is infinite in 9 rows"),
        (lambda table: table.drop(columns="brand_after"), r"lacks the columns \['brand_after'\]"),
        (lambda table: table.iloc[:0], "must name at least 3 brands"),
    ],
)  # fmt: skip
def test_switches_that_cannot_be_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        colombo_morrison_table(change(THREE))


def test_lines_of_one_brand_are_refused_and_inputs_stay():
    orders = pd.DataFrame({"customer_id": [1], "order_id": [1], "date": ["2024-03-01"], "amount": [1], "brand": ["A"]})
    with pytest.raises(SchemaError, match="must name at least 2 brands"):
        switch_count_table(as_order_lines(orders, order_id="order_id", keep=["brand"]))
    with pytest.raises(TypeError, match="`brand` must be the name of one column"):
        switch_count_table(as_order_lines(orders, order_id="order_id", keep=["brand"]), brand=["brand"])
    lost = THREE.assign(n_switches=[0, 1e12, 1e12, 1e-6, 0, 1e-6, 1e-6, 1e-6, 0])
    with pytest.raises(ConvergenceError, match="did not settle"):
        colombo_morrison_table(lost)
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        colombo_morrison_table([1])
    given_ = THREE.copy()
    colombo_morrison_table(given_)
    pd.testing.assert_frame_equal(given_, THREE)
