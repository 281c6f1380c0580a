"""White space and prices paid within categories, beside peers: by hand, a slow computation, laws, refusals."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.plotting import plot_upsell, plot_white_space
from crmkit.value.products import upsell_table, white_space_table

mpl.use("Agg")

AS_OF = "2024-12-31"


def lines_of(*bought):
    """Lines of (customer, order, category, quantity, amount)."""
    customer, order, category, quantity, amount = zip(*bought, strict=True)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": order,
            "date": pd.Timestamp("2024-03-01"),
            "quantity": np.array(quantity, dtype=float),
            "amount": np.array(amount, dtype=float),
            "category": np.array(category, dtype=object),
        }
    )


def counted(counts):
    """Lines of so many orders of customers by categories."""
    rows = [
        (customer, f"{customer}{category}{n}", category, 1, 10.0)
        for customer, row in zip("abcd", counts, strict=True)
        for category, number in zip("xyz", row, strict=True)
        for n in range(number)
    ]
    return lines_of(*rows)


def random_lines(seed, *, n=150):
    rng = np.random.default_rng(seed)
    customer = rng.integers(0, 20, n)
    quantity = rng.choice([1.0, 2, -1], n, p=[0.6, 0.2, 0.2])
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": rng.integers(0, n // 2, n),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100, n), unit="D"),
            "quantity": quantity,
            "amount": quantity * rng.integers(1, 6, n),
            "category": rng.choice(["books", "toys", "tools"], n, p=[0.6, 0.3, 0.1]),
            "segment": np.array(["low", "high", None], dtype=object)[np.where(customer == 0, 2, customer % 2)],
        }
    )


def test_the_index_of_the_reference():
    # profit.md, section 5: counts (3 1 0 / 2 0 1 / 4 2 1 / 1 0 0)
    found = white_space_table(counted([(3, 1, 0), (2, 0, 1), (4, 2, 1), (1, 0, 0)]), category="category", as_of=AS_OF)
    first = found[found["customer_id"] == "a"]
    assert_allclose(first["expected_orders"], [2.6667, 0.8, 0.5333], atol=5e-5)
    assert_allclose(first["raw_index"], [112.5, 125, 0])
    found = white_space_table(
        counted([(3, 1, 0), (2, 0, 1), (4, 2, 1), (1, 0, 0)]), category="category", as_of=AS_OF, prior_weight=2
    )
    assert_allclose(found.loc[found["customer_id"] == "a", "index"], [107.14, 107.14, 78.95], atol=0.005)
    assert found["n_orders"].drop_duplicates().tolist() == [4, 3, 7, 1]


def test_white_space_by_hand():
    lines = lines_of(
        *[("ann", 1, "tea", 2, 20.0), ("ann", 2, "cake", 1, 5.0), ("ann", 2, "tea", 1, 10.0)],
        *[("bo", 3, "tea", 1, 8.0), ("cy", 4, "cake", 1, 7.0), ("cy", 4, "tea", 1, 12.0)],
        # di sent the only thing back, eve's jam is nobody's
        *[("di", 5, "tea", 1, 9.0), ("di", 6, "tea", -1, -9.0), ("eve", 7, "jam", 1, 3.0), ("eve", 8, "jam", -1, -3.0)],
    )
    found = white_space_table(lines, category="category", as_of=AS_OF).set_index(["customer_id", "category"])
    assert found.index.get_level_values("category").unique().tolist() == ["cake", "tea"]
    # two of five have cake, for 5 and 7; three have tea, for 30, 8 and 12
    assert found.loc[("bo", "cake"), ["owned", "amount", "expected", "gap"]].tolist() == pytest.approx(
        [False, 0, 2.4, 2.4]
    )
    assert found.loc[("ann", "tea"), ["owned", "amount", "expected", "gap"]].tolist() == pytest.approx(
        [True, 30, 7.2, 0]
    )
    assert found.loc[("di", "tea"), ["owned", "amount", "expected", "gap"]].tolist() == pytest.approx(
        [False, 0, 7.2, 7.2]
    )
    assert found.loc[("ann", "tea"), ["n_orders", "n_category_orders", "n_peers", "n_owners"]].tolist() == [2, 2, 5, 3]
    # di has two orders, of which one brought something
    assert found.loc[("di", "tea"), ["n_orders", "n_category_orders", "expected_orders"]].tolist() == [1, 0, 0]
    assert np.isnan(found.loc[("eve", "tea"), "index"])
    assert found["too_few"].all()


def test_peers_are_those_of_the_same_group():
    lines = counted([(3, 1, 0), (2, 0, 1), (4, 2, 1), (1, 0, 0)])
    lines["segment"] = lines["customer_id"].map({"a": "one", "b": "one", "c": "two", "d": None})
    found = white_space_table(lines, category="category", as_of=AS_OF, peers="segment")
    alone = white_space_table(lines[lines["customer_id"].isin(["a", "b"])], category="category", as_of=AS_OF)
    both = found[found["customer_id"].isin(["a", "b"])]
    columns = ["expected", "gap", "expected_orders", "raw_index", "owner_share", "n_peers"]
    pd.testing.assert_frame_equal(both[columns].reset_index(drop=True), alone[columns])
    nobody = found[found["customer_id"] == "d"]
    assert nobody[["expected", "gap", "expected_orders", "index", "owner_share"]].isna().all(axis=None)
    assert nobody["n_peers"].eq(0).all()
    mixed = lines.assign(segment=["two", *lines["segment"].iloc[1:]])
    with pytest.raises(SchemaError, match=r"\['segment'\]` has several labels of 1 customer, such as \['a'\]"):
        white_space_table(mixed, category="category", as_of=AS_OF, peers="segment")


def test_later_lines_do_not_count_and_lines_without_a_price():
    lines = random_lines(3)
    early = lines[lines["date"] <= "2024-02-01"]
    for table in (white_space_table, upsell_table):
        pd.testing.assert_frame_equal(
            table(lines, category="category", as_of="2024-02-01"), table(early, category="category", as_of=AS_OF)
        )
    found = white_space_table(lines.assign(amount=np.nan), category="category", as_of=AS_OF)
    assert found[["amount", "gap"]].isna().all(axis=None)
    assert found["index"].notna().any()
    assert upsell_table(lines.assign(amount=np.nan), category="category", as_of=AS_OF)["unit_price"].isna().all()


def test_up_sell_by_hand():
    lines = lines_of(
        *[("ann", 1, "tea", 2, 20.0), ("ann", 2, "tea", 1, 10.0), ("ann", 3, "tea", -1, -10.0)],
        *[("bo", 4, "tea", 4, 16.0), ("cy", 5, "tea", 1, 12.0), ("di", 6, "tea", 1, 4.0), ("di", 7, "cake", 2, 0.0)],
        ("eve", 8, "cake", 1, 5.0),
    )
    found = upsell_table(lines, category="category", as_of=AS_OF).set_index(["customer_id", "category"])
    # prices of tea 10, 4, 12, 4: the upper quartile is 10.5
    tea = found.xs("tea", level="category")
    assert tea["unit_price"].tolist() == [10, 4, 12, 4]
    assert tea["percentile"].tolist() == [0.625, 0.25, 0.875, 0.25]
    assert tea["peer_q75"].tolist() == [10.5] * 4
    assert tea["headroom"].tolist() == [0.5, 6.5, 0, 6.5]
    assert tea["headroom_amount"].tolist() == [1, 26, 0, 6.5]
    assert tea["n_orders"].tolist() == [2, 1, 1, 1]
    assert tea["n_peers"].eq(4).all()
    # what was free has no share to rise by
    free = found.loc[("di", "cake")]
    assert free[["unit_price", "headroom"]].tolist() == [0, 3.75]
    assert np.isnan(free["headroom_share"])


def test_equal_prices_are_equal_however_they_add_up():
    # 0.1 + 0.2 is not 0.3 in floats, and 0.3 / 3 not 0.1.
    lines = lines_of(
        *[("a", 1, "x", 1, 0.1), ("a", 2, "x", 2, 0.2), ("b", 3, "x", 3, 0.3), ("c", 4, "x", 1, 0.1)],
        *[("d", 5, "x", 1, 0.05), ("e", 6, "x", 1, 0.2)],
    )
    paid = upsell_table(lines, category="category", as_of=AS_OF).set_index("customer_id")
    assert paid["percentile"].to_dict() == {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.1, "e": 0.9}
    assert (paid.loc[["a", "b", "c"], "headroom"] == 0).all()
    assert_allclose(paid.loc["d", "headroom"], 0.05)


def test_a_refund_beyond_the_price_is_no_price():
    lines = lines_of(("ann", 1, "tea", 2, 5.0), ("ann", 2, "tea", -1, -9.0), ("bo", 3, "tea", 1, 4.0))
    found = upsell_table(lines, category="category", as_of=AS_OF)
    assert found["unit_price"].isna().tolist() == [True, False]
    assert found["n_peers"].tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_counted_slowly(seed):
    lines = random_lines(seed)
    found = white_space_table(lines, category="category", as_of=AS_OF, peers="segment", prior_weight=1)
    net = lines.groupby(["customer_id", "category"])[["quantity", "amount"]].sum()
    orders = lines.groupby(["customer_id", "category", "order_id"])["quantity"].sum().reset_index()
    n_orders = orders[orders["quantity"] > 0].groupby(["customer_id", "category"])["order_id"].nunique()
    owners = net[net["quantity"] > 0]
    segment = lines.groupby("customer_id")["segment"].first()

    def count(customer, category):
        has = (customer, category) in owners.index
        return max(n_orders.get((customer, category), 0), 1) if has else 0

    categories = ["books", "tools", "toys"]
    for row in found.itertuples():
        own = (row.customer_id, row.category)
        assert row.owned == (own in owners.index)
        peers = [each for each in segment.index if segment[each] == segment[row.customer_id]]
        if pd.isna(segment[row.customer_id]):
            assert np.isnan(row.expected)
            continue
        spent = [owners.loc[(each, row.category), "amount"] for each in peers if (each, row.category) in owners.index]
        assert row.expected == pytest.approx(len(spent) / len(peers) * (np.median(spent) if spent else 0))
        table = pd.DataFrame([[count(each, name) for name in categories] for each in peers], peers, categories)
        expected = table.loc[row.customer_id].sum() * table[row.category].sum() / table.to_numpy().sum()
        assert row.expected_orders == pytest.approx(expected)
        assert row.index == pytest.approx(100 * (count(*own) + 1) / (expected + 1)) or expected == 0
    paid = upsell_table(lines, category="category", as_of=AS_OF, peers="segment")
    assert set(zip(paid["customer_id"], paid["category"], strict=True)) == set(owners.index)
    for row in paid.itertuples():
        own = owners.loc[(row.customer_id, row.category)]
        assert (row.unit_price == pytest.approx(own["amount"] / own["quantity"])) or own["amount"] < 0


@given(st.integers(0, 10_000), st.sampled_from([1e-3, 7.1, 1e6]))
def test_money_of_another_unit_and_rows_in_another_order(seed, unit):
    lines = random_lines(seed, n=60)
    other = lines.assign(amount=lines["amount"] * unit).sample(frac=1, random_state=2)
    one = white_space_table(lines, category="category", as_of=AS_OF, peers="segment")
    two = white_space_table(other, category="category", as_of=AS_OF, peers="segment")
    money = ["amount", "expected", "gap", "owner_median"]
    assert_allclose(two[money], one[money] * unit, rtol=1e-9, atol=1e-9 * unit)
    pd.testing.assert_frame_equal(two.drop(columns=money), one.drop(columns=money))
    assert (one["gap"].dropna() >= 0).all()
    # shrunk lies between the raw index and 100
    drawn = one.dropna(subset=["raw_index"])
    low, high = np.minimum(drawn["raw_index"], 100), np.maximum(drawn["raw_index"], 100)
    assert ((drawn["index"] >= low - 1e-9) & (drawn["index"] <= high + 1e-9)).all()
    expected = one.groupby("category")[["n_category_orders", "expected_orders"]].sum()
    if one["expected_orders"].notna().all():
        assert_allclose(expected["expected_orders"], expected["n_category_orders"])
    paid, again = (upsell_table(each, category="category", as_of=AS_OF) for each in (lines, other))
    assert_allclose(again["headroom_amount"], paid["headroom_amount"] * unit, rtol=1e-9, atol=1e-9 * unit)
    assert paid["percentile"].dropna().between(0, 1).all()


def test_every_kind_of_frame(build):
    lines = random_lines(5)
    for table in (white_space_table, upsell_table):
        options = {"category": "category", "as_of": "2024-02-20", "peers": "segment"}
        assert_same_rows(table(build(lines), **options), table(lines, **options))


def test_no_lines_and_refusals():
    lines = random_lines(1)
    for table in (white_space_table, upsell_table):
        assert table(lines.head(0), category="category", as_of=AS_OF).empty
        assert table(lines.assign(category=None), category="category", as_of=AS_OF).empty
        assert len(table(lines.head(1), category="category", as_of=AS_OF)) <= 1
        with pytest.raises(SchemaError, match="thing"):
            table(lines, category="thing", as_of=AS_OF)
        with pytest.raises(ValueError, match=r"`order_lines\['n_orders'\]` is a column of the result too"):
            table(lines.assign(n_orders=1), category="n_orders", as_of=AS_OF)
        with pytest.raises(TypeError, match="as_of"):
            table(lines, category="category", as_of=7)
    with pytest.raises(ValueError, match=r"`prior_weight` must be at least 0, got -1"):
        white_space_table(lines, category="category", as_of=AS_OF, prior_weight=-1)
    with pytest.raises(SchemaError, match="quantity"):
        upsell_table(lines.drop(columns="quantity"), category="category", as_of=AS_OF)


@pytest.mark.parametrize("table", [white_space_table, upsell_table])
def test_a_day_before_the_first_line_is_refused(table):
    with pytest.raises(ValueError, match=r"`as_of` is 2020-01-01, before the first transaction on 2024-03-01"):
        table(lines_of(("a", 1, "x", 1, 1)), category="category", as_of="2020-01-01")


def test_blank_text_is_no_category_and_no_group():
    lines = lines_of(("a", 1, "x", 1, 1), ("a", 2, "  ", 1, 1), ("b", 3, "x", 1, 1), ("b", 4, None, 1, 1))
    space = white_space_table(lines.assign(group=["g", "g", " ", "g"]), category="category", as_of=AS_OF, peers="group")
    assert space["category"].unique().tolist() == ["x"]
    assert space["n_peers"].tolist() == [2, 2]


def test_customers_of_several_groups_are_named_as_they_are():
    lines = lines_of((10, 1, "x", 1, 1), (10, 2, "x", 1, 1), (9, 3, "x", 1, 1), (9, 4, "x", 1, 1))
    with pytest.raises(SchemaError, match=r"several labels of 2 customers, such as \[9, 10\]\."):
        white_space_table(lines.assign(group=list("abab")), category="category", as_of=AS_OF, peers="group")


def test_too_many_categories_are_refused(monkeypatch):
    monkeypatch.setattr("crmkit.value.products._white_space._MOST_CELLS", 5)
    with pytest.raises(SchemaError, match=r"has 3 labels, which makes 60 rows for 20 customers. Give a coarser"):
        white_space_table(random_lines(1), category="category", as_of=AS_OF)


def test_inputs_stay_unchanged():
    lines = random_lines(1)
    before = lines.copy()
    white_space_table(lines, category="category", as_of=AS_OF, peers="segment")
    upsell_table(lines, category="category", as_of=AS_OF)
    pd.testing.assert_frame_equal(lines, before)


def test_the_plots():
    lines = random_lines(4, n=400)
    space = white_space_table(lines, category="category", as_of=AS_OF).assign(too_few=False)
    ax = plot_white_space(space, category="category")
    lacking = space[~space["owned"]]
    gaps = lacking.groupby("category")["gap"].sum()
    assert_allclose([bar.get_width() for bar in ax.patches], np.sort(gaps))
    assert f"{int((lacking['gap'] > 0).groupby(lacking['category']).sum()[gaps.idxmax()])} customers" in [
        text.get_text() for text in ax.texts
    ]
    paid = upsell_table(lines, category="category", as_of=AS_OF)
    ax = plot_upsell(paid, category="category", language="zh")
    assert ax.texts[0].get_text().endswith(" 位客户")
    for plot, table in ((plot_white_space, space), (plot_upsell, paid)):
        with pytest.raises(SchemaError, match=r"`table` has no rows that are not too few"):
            plot(table.assign(too_few=True), category="category")
