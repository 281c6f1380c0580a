"""What customers may buy next, and how often it comes true: by hand, a slow computation, published figures, laws."""

import json

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from tests.files import data_file
from tests.frames import as_pandas, assert_same_rows, rows

from crmkit import SchemaError
from crmkit.plotting import plot_recommendations
from crmkit.value.products import ItemRecommender, recommendation_report_table

mpl.use("Agg")


def lines_of(*bought, date="2024-03-01"):
    """Lines of (customer, order, item, quantity)."""
    customer, order, item, quantity = zip(*bought, strict=True)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": order,
            "date": pd.Timestamp(date),
            "quantity": np.array(quantity, dtype=float),
            "amount": 5.0 * np.array(quantity),
            "product": np.array(item, dtype=object),
        }
    )


# Cup: 1, 2, 3, 4; saucer: 1, 2; tray: 3; jug: 5, who has nothing else.
LINES = lines_of(
    *[(1, 1, "cup", 1), (1, 1, "saucer", 1), (2, 2, "cup", 2), (2, 3, "saucer", 1), (2, 4, "cup", 1)],
    *[(3, 5, "cup", 1), (3, 5, "tray", 1), (4, 6, "cup", 1), (5, 7, "jug", 1)],
)


def asked(*ids):
    return pd.DataFrame({"customer_id": list(ids)})


def fitted(lines=LINES, **options):
    return ItemRecommender(item="product", **options).fit(lines)


def recommended(model, *ids, **options):
    table = model.recommend(asked(*ids), **options)
    return list(zip(table["customer_id"], table["product"], table["basis"], strict=True))


def random_lines(seed, *, n=300, n_customers=30, n_items=15):
    rng = np.random.default_rng(seed)
    # Popular items and busy customers, some returns, orders of several lines.
    customer = rng.integers(0, n_customers, n) * rng.integers(0, 2, n)
    item = np.minimum(rng.geometric(0.15, n), n_items)
    quantity = rng.choice([1.0, 2, 3, -1], n, p=[0.6, 0.2, 0.1, 0.1])
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": rng.integers(0, n // 2, n),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100, n), unit="D"),
            "quantity": quantity,
            "amount": quantity * 3.0,
            "product": [f"p{each:02d}" for each in item],
        }
    )


def slow(lines, method, n_neighbours):
    """Ownership and similarities from the definitions, item by item."""
    net = lines.groupby(["customer_id", "product"])["quantity"].sum()
    orders = lines.groupby(["customer_id", "product", "order_id"])["quantity"].sum()
    orders = (orders > 0).groupby(level=[0, 1]).sum().clip(lower=1)[net > 0]
    table = (
        orders.rename("n").reset_index().pivot_table(index="customer_id", columns="product", values="n", fill_value=0)
    )
    owners = (table > 0).sum()
    table = table[sorted(table, key=lambda name: (-owners[name], name))]
    f = table.to_numpy(dtype=float)
    has = f > 0
    if method == "cosine":
        w = has / np.sqrt(has.sum(axis=0))
    else:
        m, n_items = has.sum(axis=1)[:, None], f.shape[1]
        length = f.sum(axis=0)
        w = f * 2.2 / (f + 1.2 * (0.25 + 0.75 * length / length.mean())) * np.log(1 + (n_items - m + 0.5) / (m + 0.5))
    similar = w.T @ w
    np.fill_diagonal(similar, 0)
    for row in similar:
        row[np.argsort(-np.round(row, 10), kind="stable")[n_neighbours:]] = 0
    return table, has, similar


# By hand


def test_cosine_by_hand():
    model = fitted()
    alike = model.similar_items_.set_index(["item", "similar_item"])["similarity"]
    # two of two and four share two; one of one and four share one
    assert alike.to_dict() == pytest.approx(
        {("cup", "saucer"): 2 / 8**0.5, ("cup", "tray"): 0.5, ("saucer", "cup"): 2 / 8**0.5, ("tray", "cup"): 0.5}
    )
    assert model.items_["item"].tolist() == ["cup", "saucer", "jug", "tray"]
    assert model.items_["n_customers"].tolist() == [4, 2, 1, 1]
    assert model.items_["n_orders"].tolist() == [5, 2, 1, 1]
    table = model.recommend(asked(4, 1, 9), n=3)
    told = table[["customer_id", "rank", "product", "basis", "is_known", "n_owned", "n_owners"]]
    assert told.to_numpy().tolist() == [
        [4, 1, "saucer", "similar_items", True, 1, 2],
        [4, 2, "tray", "similar_items", True, 1, 1],
        # like nothing of theirs: popularity, of equals by name
        [4, 3, "jug", "popularity", True, 1, 1],
        [1, 1, "tray", "similar_items", True, 2, 1],
        [1, 2, "jug", "popularity", True, 2, 1],
        [9, 1, "cup", "popularity", False, 0, 4],
        [9, 2, "saucer", "popularity", False, 0, 2],
        [9, 3, "jug", "popularity", False, 0, 1],
    ]
    assert_allclose(table["score"].dropna(), [2 / 8**0.5, 0.5, 0.5])


def test_bm25_by_hand():
    model = fitted(method="bm25")
    alike = model.similar_items_.set_index(["item", "similar_item"])["similarity"]
    # 9 orders of 4 items, 2.25 on average; customer 3 has 2 of 4 items, one order each
    rare = np.log(1 + 2.5 / 2.5)
    cup = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 5 / 2.25)) * rare
    tray = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / 2.25)) * rare
    assert alike["tray", "cup"] == pytest.approx(cup * tray)


def test_what_they_have_may_be_recommended_too():
    assert recommended(fitted(), 1, n=2, exclude_owned=False) == [
        (1, "cup", "similar_items"),
        (1, "saucer", "similar_items"),
    ]


def test_what_came_back_is_not_owned():
    back = lines_of((1, 8, "saucer", -1), (5, 9, "jug", -1))
    model = fitted(pd.concat([LINES, back]))
    # the jug is nobody's, and customer 5 has nothing
    assert model.items_["item"].tolist() == ["cup", "saucer", "tray"]
    assert model.customers_["customer_id"].tolist() == [1, 2, 3, 4]
    assert recommended(model, 1, n=9) == [(1, "saucer", "similar_items"), (1, "tray", "similar_items")]
    assert recommended(model, 5, n=1) == [(5, "cup", "popularity")]
    # a refund is known by its amount, and what is left of tenths is rounding
    refund = lines_of((1, 8, "saucer", 1)).assign(amount=-5.0)
    assert fitted(pd.concat([LINES, refund])).items_.equals(fitted(pd.concat([LINES, back.head(1)])).items_)
    tenths = lines_of((1, 1, "cup", 0.1), (1, 2, "cup", 0.2), (1, 3, "cup", -0.3), (2, 4, "cup", 1))
    assert fitted(tenths).customers_["customer_id"].tolist() == [2]


def test_lines_without_quantity_count_as_one():
    model = fitted(LINES.assign(quantity=np.nan))
    assert model.owned_.equals(fitted().owned_)
    assert fitted(LINES.drop(columns=["quantity", "amount"])).owned_.equals(fitted().owned_)


def test_lines_without_an_item_are_counted():
    lines = pd.concat([LINES, LINES.head(2).assign(product=None)])
    assert fitted(lines).n_unlabelled_ == 2
    # whole numbers that became floats for it
    numbered = LINES.assign(product=[1.0, 2, 1, 2, 1, 1, 3, 1, np.nan])
    model = fitted(numbered)
    assert (model.n_unlabelled_, model.items_["item"].tolist()) == (1, [1, 2, 3])


def test_who_has_everything_gets_nothing_and_few_items_make_few_rows():
    assert recommended(fitted(lines_of((1, 1, "cup", 1), (2, 1, "cup", 1))), 1, 7) == [(7, "cup", "popularity")]


def test_missing_and_odd_ids_are_nobody():
    table = fitted().recommend(pd.DataFrame({"customer_id": [1.0, np.nan, 1.5]}), n=1)
    assert table["is_known"].tolist() == [True, False, False]
    assert fitted().recommend(asked(), n=1).empty


# A slow computation


@pytest.mark.parametrize("method", ["cosine", "bm25"])
@pytest.mark.parametrize("n_neighbours", [2, 5, 50])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_from_the_definitions(method, n_neighbours, seed, monkeypatch):
    # Many blocks.
    monkeypatch.setattr("crmkit.value.products._similar_items._BLOCK", 40)
    lines = random_lines(seed)
    table, has, similar = slow(lines, method, n_neighbours)
    model = fitted(lines, method=method, n_neighbours=n_neighbours)
    assert model.items_["item"].tolist() == table.columns.tolist()
    found = model.recommend(asked(*table.index), n=6)
    scores = np.where(has, 0, has @ similar)
    for row, customer in enumerate(table.index):
        own = found[found["customer_id"] == customer]
        order = [place for place in np.argsort(-np.round(scores[row], 10), kind="stable") if not has[row, place]][:6]
        assert own["product"].tolist() == table.columns[order].tolist()
        assert own["rank"].tolist() == list(range(1, len(order) + 1))
        assert_allclose(own["score"].fillna(0), scores[row, order], atol=1e-9)
        assert own["basis"].eq("popularity").tolist() == (scores[row, order] <= 0).tolist()


@pytest.mark.deep
def test_online_retail():
    # profit.md, section 5, top 10 on 1,854 customers who bought 30.3 new products each: precision, recall, hit rate and
    # distinct items. Popularity .0470 .0188 .324 62, of the last 90 days .0539 .0203 .327 61; cosine of all pairs .0865
    # .0446 .446 932, implicit's cosine and BM25 of 50 neighbours, the item itself among them, on what customers have
    # .0871 .0434 .452 1025 and .0955 .0478 .470 1289; implicit's BM25 on the number of orders: .1002 .0513 .487 1076.
    sold = pd.read_parquet(data_file("online_retail.parquet"))
    sold = sold[(sold["Quantity"] > 0) & (sold["UnitPrice"] > 0) & sold["CustomerID"].notna()]
    lines = pd.DataFrame(
        {
            "customer_id": sold["CustomerID"].astype(int),
            "order_id": sold["InvoiceNo"],
            "date": sold["InvoiceDate"].dt.normalize(),
            "quantity": sold["Quantity"].astype(float),
            "amount": sold["Quantity"] * sold["UnitPrice"],
            "product": sold["StockCode"],
        }
    )
    models = {name: ItemRecommender(item="product", method=name, n_neighbours=49) for name in ("cosine", "bm25")}
    options = {"cutoff": "2011-09-08", "as_of": "2011-12-09", "n_draws": 2}
    report = recommendation_report_table(models, lines, **options)
    assert report["n_customers"].eq(1854).all()
    assert report["n_new_items"].iloc[0] == pytest.approx(30.3, abs=0.05)
    found = report.pivot_table(index="recommender", columns="measure", values="value")
    measures = ["precision", "recall", "hit_rate"]
    near = {"atol": 0.0015}
    assert_allclose(found.loc["popularity", measures], [0.0470, 0.0188, 0.324], **near)
    assert_allclose(found.loc["popularity_90_days", measures], [0.0539, 0.0203, 0.327], **near)
    assert_allclose(found.loc["cosine", measures], [0.0871, 0.0434, 0.452], atol=0.003)
    assert_allclose(found.loc["bm25", measures], [0.1002, 0.0513, 0.487], atol=0.006)
    once = recommendation_report_table(models["bm25"], lines.assign(order_id=1), **options)
    found = once[once["recommender"] == "model"].set_index("measure")["value"]
    assert_allclose(found[measures], [0.0955, 0.0478, 0.470], atol=0.003)
    assert abs(found["n_distinct_items"] - 1289) < 15
    every = ItemRecommender(item="product", n_neighbours=4000)
    found = recommendation_report_table(every, lines, **options)
    found = found[found["recommender"] == "model"].set_index("measure")["value"]
    assert_allclose(found[measures], [0.0865, 0.0446, 0.446], atol=0.0005)
    assert abs(found["n_distinct_items"] - 932) <= 2


# Laws


@given(st.integers(0, 10_000), st.sampled_from(["cosine", "bm25"]))
def test_the_order_of_rows_and_of_those_asked_does_not_matter(seed, method):
    lines = random_lines(seed, n=60, n_customers=12, n_items=8)
    model, other = fitted(lines, method=method), fitted(lines.sample(frac=1, random_state=1), method=method)
    assert model.to_json() == other.to_json()
    ids = lines["customer_id"].unique()
    one, back = model.recommend(asked(*ids), n=4), other.recommend(asked(*ids[::-1]), n=4)
    keys = ["customer_id", "rank"]
    pd.testing.assert_frame_equal(
        one.sort_values(keys, ignore_index=True), back.sort_values(keys, ignore_index=True), check_exact=True
    )


@given(st.integers(0, 10_000), st.integers(1, 9), st.booleans())
def test_each_gets_different_items_the_best_first(seed, n, exclude_owned):
    lines = random_lines(seed, n=60, n_customers=12, n_items=8)
    model = fitted(lines, n_neighbours=2)
    table = model.recommend(asked(*range(14)), n=n, exclude_owned=exclude_owned)
    assert not table.duplicated(["customer_id", "product"]).any()
    n_free = model.n_items_ - (table["n_owned"] if exclude_owned else 0)
    sizes = table.groupby("customer_id")["rank"].transform("size")
    assert (sizes == np.minimum(n, n_free)).all()
    for _, own in table.groupby("customer_id"):
        score = own["score"].to_numpy()
        known = score[~np.isnan(score)]
        assert (np.diff(known) <= 1e-10).all()
        assert np.isnan(score[len(known) :]).all()
        rest = own.loc[own["score"].isna(), "n_owners"]
        assert rest.is_monotonic_decreasing


# The report


def test_the_report_by_hand():
    later = lines_of(
        *[(4, 20, "saucer", 1), (4, 20, "jug", 1), (1, 21, "cup", 1), (5, 22, "cup", 1), (5, 22, "vase", 1)],
        *[(7, 23, "cup", 1), (2, 24, "tray", 1), (2, 25, "tray", -1)],
        date="2024-05-01",
    )
    report = recommendation_report_table(
        ItemRecommender(item="product"), pd.concat([LINES, later]), cutoff="2024-03-31", as_of="2024-06-30", n=1
    )
    # Customer 4 bought saucer, recommended, and jug; 5 bought cup, as popularity said. The cup of 1 is not new, the
    # vase was nobody's, the tray of 2 came back, 7 was not known.
    found = report.pivot_table(index="recommender", columns="measure", values="value", sort=False)
    assert found.index.tolist() == ["model", "popularity", "popularity_90_days"]
    assert found.loc["model", ["precision", "recall", "hit_rate"]].tolist() == [1, 0.75, 1]
    assert found.loc["model", ["n_distinct_items", "item_coverage"]].tolist() == [2, 0.5]
    whole = ["n_customers", "n_new_items", "n_items", "n_new_customers", "n_recommended", "days"]
    assert report[whole].drop_duplicates().to_numpy().tolist() == [[2, 1.5, 4, 1, 1, 91]]
    assert report["unknown_item_share"].iloc[0] == pytest.approx(1 / 4)
    assert report.loc[report["measure"] == "precision", "too_few"].all()


def test_recent_popularity_counts_the_last_days():
    old = lines_of((1, 1, "cup", 1), (2, 2, "cup", 1), (3, 3, "pot", 1), (4, 3, "pan", 1))
    new = lines_of((3, 5, "tray", 1), date="2024-06-01")
    bought = lines_of((1, 6, "tray", 1), (4, 7, "cup", 1), date="2024-07-01")
    report = recommendation_report_table(
        ItemRecommender(item="product"),
        pd.concat([old, new, bought]),
        cutoff="2024-06-30",
        as_of="2024-07-31",
        n=1,
        recent_days=30,
    )
    found = report[report["measure"] == "hit_rate"].set_index("recommender")
    # 1 has the cup, so that all-time popularity says pan, lately says tray; 4 is told cup and tray
    assert found.loc[["popularity", "popularity_30_days"], "value"].tolist() == [0.5, 0.5]
    assert found.loc["popularity_30_days", "lift"] == 1
    assert found.loc["popularity_30_days", "verdict"] == "unclear"
    assert pd.isna(found.loc["popularity", "verdict"])


@pytest.mark.parametrize("seed", range(2))
def test_the_report_counted_slowly(seed):
    lines = random_lines(seed, n=900, n_customers=60)
    options = {"cutoff": "2024-02-15", "as_of": "2024-04-30", "n": 3}
    report = recommendation_report_table(ItemRecommender(item="product"), lines, **options)
    before, after = lines[lines["date"] <= "2024-02-15"], lines[lines["date"] > "2024-02-15"]
    model = fitted(before)
    kept = after.groupby(["customer_id", "product"])["quantity"].sum()
    had = before.groupby(["customer_id", "product"])["quantity"].sum()
    own = set(had[had > 0].index)
    new = {}
    for who, what in kept[kept > 0].index:
        if who in set(model.customers_["customer_id"]) and what in set(model.items_["item"]) and (who, what) not in own:
            new.setdefault(who, set()).add(what)
    table = model.recommend(asked(*new), n=3)
    hits = [len(new[who] & set(table.loc[table["customer_id"] == who, "product"])) for who in new]
    found = report[report["recommender"] == "model"].set_index("measure")["value"]
    assert report["n_customers"].iloc[0] == len(new)
    assert found["precision"] == pytest.approx(np.mean(hits) / 3)
    assert found["recall"] == pytest.approx(
        np.mean([n / len(each) for n, each in zip(hits, new.values(), strict=True)])
    )
    assert found["hit_rate"] == pytest.approx(np.mean(np.array(hits) > 0))
    assert found["n_distinct_items"] == table["product"].nunique()
    told = report.dropna(subset=["lower"])
    assert ((told["lower"] <= told["value"]) & (told["value"] <= told["upper"])).all()


# Frames, the contract, refusals


def test_every_kind_of_frame(build):
    lines = random_lines(1).assign(date=pd.Timestamp("2024-01-05"))
    model = ItemRecommender(item="product").fit(build(lines))
    assert model.to_json() == fitted(lines).to_json()
    later = lines.head(80).assign(date=pd.Timestamp("2024-03-05"), product=lines["product"].to_numpy()[80:160])
    both = pd.concat([lines, later], ignore_index=True)
    options = {"cutoff": "2024-02-01", "as_of": "2024-04-01", "n": 3, "n_draws": 20}
    report = recommendation_report_table(ItemRecommender(item="product"), build(both), **options)
    assert_same_rows(report, recommendation_report_table(ItemRecommender(item="product"), both, **options))
    if build.is_engine:
        with pytest.raises(TypeError, match=r"`customers` must be a table in memory"):
            model.recommend(build(asked(1)))
        return
    expected = as_pandas(model.recommend(asked(3, 1, 99), n=4), in_order=True)
    found = as_pandas(model.recommend(build(asked(3, 1, 99)), n=4), in_order=True)
    pd.testing.assert_frame_equal(found, expected)


def test_text_ids_and_numbers(build_in_memory):
    texts = LINES.assign(customer_id=[f"c{each}" for each in LINES["customer_id"]])
    model = fitted(texts)
    found = model.recommend(build_in_memory(asked("c4", "new")), n=1)
    assert rows(found, columns=["customer_id", "product", "is_known"]) == [
        ("c4", "saucer", True),
        ("new", "cup", False),
    ]
    with pytest.raises(SchemaError, match=r"`customers\['customer_id'\]` holds whole numbers, but the ids .* are text"):
        model.recommend(build_in_memory(asked(4)))
    with pytest.raises(SchemaError, match=r"holds text, but the ids learned from are whole numbers"):
        fitted().recommend(build_in_memory(asked("4")))


def test_json_says_the_same_and_what_is_set_later_waits():
    model = fitted(method="bm25", n_neighbours=1)
    back = ItemRecommender.from_json(model.to_json())
    pd.testing.assert_frame_equal(back.recommend(asked(4, 1, 9)), model.recommend(asked(4, 1, 9)))
    assert back.to_json() == model.to_json()
    model.set_params(item="other", method="cosine")
    assert model.recommend(asked(4)).equals(back.recommend(asked(4)))
    assert not hasattr(clone(back), "items_")
    for table, column in (("owned_", "item"), ("owned_", "customer")):
        broken = json.loads(back.to_json())
        broken["state"][table]["__table__"][column][0] = 99
        with pytest.raises(ValueError, match=r"must be what ItemRecommender.to_json wrote"):
            ItemRecommender.from_json(json.dumps(broken))
    broken = json.loads(back.to_json())
    broken["state"]["similar_items_"]["__table__"]["item"][0] = "else"
    with pytest.raises(ValueError, match=r"must be what ItemRecommender.to_json wrote"):
        ItemRecommender.from_json(json.dumps(broken))


def test_inputs_stay_unchanged():
    lines, who = LINES.copy(), asked(1, 9)
    fitted(lines).recommend(who)
    pd.testing.assert_frame_equal(lines, LINES)
    pd.testing.assert_frame_equal(who, asked(1, 9))


def test_refusals():
    with pytest.raises(NotFittedError, match="ItemRecommender is not fitted yet"):
        ItemRecommender(item="product").recommend(asked(1))
    with pytest.raises(ValueError, match=r"`method` must be one of"):
        fitted(method="euclid")
    with pytest.raises(ValueError, match=r"`n_neighbours` must be"):
        fitted(n_neighbours=0)
    with pytest.raises(ValueError, match=r"has a column 'rank' of its own"):
        ItemRecommender(item="rank").fit(LINES.rename(columns={"product": "rank"}))
    with pytest.raises(SchemaError, match=r"no customer who kept an item of `order_lines\['product'\]`"):
        fitted(LINES.assign(quantity=-1.0))
    with pytest.raises(SchemaError, match=r"no customer who kept"):
        fitted(LINES.head(0))
    with pytest.raises(SchemaError, match=r"no customer who kept"):
        fitted(LINES.assign(product=None))
    with pytest.raises(SchemaError, match="thing"):
        ItemRecommender(item="thing").fit(LINES)
    with pytest.raises(SchemaError, match=r"customers that it has already, such as \[1\]"):
        fitted().recommend(asked(1, 1))
    with pytest.raises(TypeError, match=r"`exclude_owned` must be True or False, got 'no'"):
        fitted().recommend(asked(1), exclude_owned="no")
    with pytest.raises(ValueError, match=r"`n` must be"):
        fitted().recommend(asked(1), n=0)


def test_refusals_of_the_report():
    model, options = ItemRecommender(item="product"), {"cutoff": "2024-03-31", "as_of": "2024-06-30"}
    with pytest.raises(SchemaError, match=r"No customer known on 2024-03-31 bought an item that was new to them by"):
        recommendation_report_table(model, LINES, **options)
    with pytest.raises(ValueError, match=r"`as_of` must be later than `cutoff`, 2024-03-31, got 2024-03-31"):
        recommendation_report_table(model, LINES, cutoff="2024-03-31", as_of="2024-03-31")
    for wrong in ("model", {}, {"a": 1}):
        with pytest.raises(TypeError, match=r"`models` must be an ItemRecommender, or a dict of them"):
            recommendation_report_table(wrong, LINES, **options)
    with pytest.raises(ValueError, match=r"`models` has the name 'popularity', which"):
        recommendation_report_table({"popularity": model}, LINES, **options)
    with pytest.raises(ValueError, match=r"recommend from several columns, \['product', 'category'\]"):
        recommendation_report_table({"a": model, "b": ItemRecommender(item="category")}, LINES, **options)


def test_the_plot():
    report = pd.DataFrame(
        {
            "recommender": ["bm25", "popularity", "popularity_30_days"],
            "measure": "recall",
            "value": [0.05, 0.02, 0.0],
            "lower": [0.04, 0.01, np.nan],
            "upper": [0.06, 0.03, np.nan],
        }
    )
    ax = plot_recommendations(report, measure="recall")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["Most popular in the last 30 days", "Most popular items", "bm25"]
    assert "近 30 天最热门商品" in [
        label.get_text() for label in plot_recommendations(report, measure="recall", language="zh").get_yticklabels()
    ]
    with pytest.raises(SchemaError, match=r"`report` has no rows of 'precision'"):
        plot_recommendations(report)


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_blank_text_is_no_item(blank):
    lines = lines_of((1, 1, "cup", 1), (1, 1, blank, 1), (2, 2, "cup", 1), (2, 2, blank, 1), (3, 3, "tray", 1))
    for given_lines in (lines, lines.replace({"product": {"tray": 7}})):
        model = ItemRecommender(item="product").fit(given_lines)
        assert len(model.items_) == 2
        assert model.n_unlabelled_ == 2


def test_an_infinite_id_is_nobody():
    model = ItemRecommender(item="product").fit(LINES)
    table = model.recommend(pd.DataFrame({"customer_id": [np.inf, 1.0, -np.inf]}), n=1)
    assert table["is_known"].tolist() == [False, True, False]


def test_items_of_text_and_numbers_are_not_written_as_they_could_not_be_read():
    model = ItemRecommender(item="product").fit(LINES.replace({"product": {"tray": 7}}))
    assert model.n_items_ == 4
    with pytest.raises(TypeError, match="JSON cannot hold a column of int, str, got 'item'"):
        model.to_json()
