"""Which category customers buy next: a truth that is known, no look ahead, what came, refusals."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.plotting import plot_next_category
from crmkit.value.products import next_category_report_table, next_category_table
from crmkit.value.products._next_category_report import _aucs

mpl.use("Agg")

OPTIONS = {"category": "category", "as_of": "2024-12-31", "horizon_days": 90}


def shop(seed=0, *, n=400):
    """Who has tea buys cake later with probability 0.6, others with 0.1; jam comes to one in five, whatever they have.

    Times are uniform over three spans of 90 days: before, learned from, tested; each has another set of customers who
    buy their second category in it.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n):
        first = "tea" if customer % 2 else "milk"
        rows.append((customer, 0, first, rng.integers(0, 90)))
        for category, probability in (("cake", 0.6 if customer % 2 else 0.1), ("jam", 0.2)):
            for span in (1, 2):
                if rng.random() < probability:
                    rows.append((customer, span, category, 90 * span + rng.integers(1, 90)))
                    break
    customer, order, category, day = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": order,
            "date": pd.Timestamp("2024-12-31") - pd.to_timedelta(270 - np.array(day), unit="D"),
            "quantity": 1.0,
            "amount": 5.0,
            "category": np.array(category, dtype=object),
        }
    )


@pytest.fixture(scope="module")
def lines():
    return shop()


def test_a_truth_that_is_known(lines):
    found = next_category_table(lines, **OPTIONS)
    tea = found["customer_id"] % 2 == 1
    means = found.groupby(["category", tea])["probability"].mean()
    # cake and jam could be bought in two spans, and are learned from the second alone: those who lack it on its eve
    assert means["cake", True] == pytest.approx(0.6, abs=0.12)
    assert means["cake", False] == pytest.approx(0.1, abs=0.06)
    assert means["jam", True] == pytest.approx(means["jam", False], abs=0.06)
    # nobody who has milk buys tea
    assert found.loc[found["category"] == "tea", "basis"].eq("base_rate").all()
    assert found.loc[found["category"] == "tea", "too_few"].all()
    assert_allclose(found["lift"], found["probability"] / found["base_rate"])


def test_rows_are_what_customers_lack_ranked(lines):
    found = next_category_table(lines, **OPTIONS)
    own = lines[["customer_id", "category"]].drop_duplicates()
    assert not len(found.merge(own))
    n_own = own.groupby("customer_id").size()
    assert (found.groupby("customer_id").size() == 4 - n_own[n_own < 4]).all()
    for _, rows in found.sort_values("rank").groupby("customer_id"):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows["probability"].is_monotonic_decreasing
    assert found["probability"].between(0, 1).all()


def test_the_base_rate_is_that_of_the_days_learned_from(lines):
    eve = pd.Timestamp("2024-12-31") - pd.Timedelta(days=90)
    before, since = lines[lines["date"] <= eve], lines[lines["date"] > eve]
    lacking = set(before["customer_id"]) - set(before.loc[before["category"] == "cake", "customer_id"])
    buyers = set(since.loc[since["category"] == "cake", "customer_id"]) & lacking
    found = next_category_table(lines, **OPTIONS)
    cake = found[found["category"] == "cake"]
    assert cake["base_rate"].unique() == pytest.approx([len(buyers) / len(lacking)])
    assert cake["n_buyers"].unique().tolist() == [len(buyers)]


def test_what_comes_later_is_not_known(lines):
    later = lines.tail(50).assign(date=pd.Timestamp("2025-01-01"), category="gold", order_id=99)
    pd.testing.assert_frame_equal(
        next_category_table(pd.concat([lines, later]), **OPTIONS), next_category_table(lines, **OPTIONS)
    )
    # the report learns from nothing after its cutoff: other purchases since change what came, not what was expected
    eve = pd.Timestamp("2024-12-31") - pd.Timedelta(days=90)
    one = next_category_report_table(lines, **OPTIONS, n_draws=5)
    other = next_category_report_table(lines[lines["date"] <= eve], **OPTIONS, n_draws=5)
    assert_allclose(other["predicted_rate"], one["predicted_rate"])
    assert other["n_buyers"].eq(0).all()
    assert other["auc"].isna().all()


def test_what_came_back_is_neither_had_nor_bought(lines):
    cake = lines[lines["category"] == "cake"]
    returned = pd.concat([lines, cake.assign(quantity=-1.0, amount=-5.0)])
    found = next_category_table(returned, **OPTIONS)
    assert set(found["category"]) == {"jam", "milk", "tea"}


def test_the_report_counts_what_came(lines):
    report = next_category_report_table(lines, **OPTIONS, n_draws=50)
    eve = pd.Timestamp("2024-12-31") - pd.Timedelta(days=90)
    before, since = lines[lines["date"] <= eve], lines[lines["date"] > eve]
    found = report.set_index("category").loc["jam"]
    lacking = set(before["customer_id"]) - set(before.loc[before["category"] == "jam", "customer_id"])
    buyers = set(since.loc[since["category"] == "jam", "customer_id"]) & lacking
    assert (found["n_customers"], found["n_buyers"]) == (len(lacking), len(buyers))
    cake = report.set_index("category").loc["cake"]
    assert cake["auc"] > 0.6
    assert cake["auc_lower"] < cake["auc"] < cake["auc_upper"]
    assert cake["brier_score"] < cake["base_brier_score"]
    assert cake["base_auc"] == 0.5
    whole = report.iloc[-1]
    assert whole["scope"] == "all"
    assert whole[["n_customers", "n_buyers"]].tolist() == report[["n_customers", "n_buyers"]].iloc[:-1].sum().tolist()


@given(st.integers(0, 10_000))
def test_the_area_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    happened = np.append([0.0, 1.0], rng.integers(0, 2, 20))
    scores = rng.integers(0, 5, 22) / 4
    weights = rng.standard_exponential((3, 22))
    expected = [roc_auc_score(happened, scores, sample_weight=each) for each in weights]
    assert_allclose(_aucs(happened, scores, weights), expected)


def test_rows_in_another_order_and_learners(lines):
    mixed = lines.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(next_category_table(mixed, **OPTIONS), next_category_table(lines, **OPTIONS))
    own = next_category_table(lines, **OPTIONS, learner=LogisticRegression())
    assert own["probability"].between(0, 1).all()
    with pytest.raises(TypeError, match=r"`learner` must be one of"):
        next_category_table(lines, **OPTIONS, learner="guess")


def test_every_kind_of_frame(build):
    small = shop(1, n=60)
    assert_same_rows(next_category_table(build(small), **OPTIONS), next_category_table(small, **OPTIONS))
    one, two = (next_category_report_table(each, **OPTIONS, n_draws=5) for each in (build(small), small))
    assert_same_rows(one, two)


def test_few_customers_and_refusals(lines):
    found = next_category_table(lines[lines["customer_id"] < 8], **OPTIONS)
    assert found["basis"].eq("base_rate").all()
    assert found["too_few"].all()
    with pytest.raises(SchemaError, match=r"Nobody in `order_lines` had bought by 2024-10-02, so there is nothing"):
        next_category_table(lines[lines["date"] > "2024-11-01"], **OPTIONS)
    with pytest.raises(SchemaError, match=r"Nobody in `order_lines`"):
        next_category_table(lines.head(0), **OPTIONS)
    with pytest.raises(SchemaError, match=r"has 101 labels, and each takes a model of its own"):
        next_category_table(lines.head(101).assign(category=[f"c{each}" for each in range(101)]), **OPTIONS)
    with pytest.raises(ValueError, match=r"`horizon_days` must be"):
        next_category_table(lines, **OPTIONS | {"horizon_days": 0})
    with pytest.raises(ValueError, match=r"`order_lines\['rank'\]` is a column of the result"):
        next_category_table(lines.assign(rank="a"), **OPTIONS | {"category": "rank"})


def test_the_plot(lines):
    report = next_category_report_table(lines, **OPTIONS, n_draws=20)
    ax = plot_next_category(report, category="category")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[0] == "All categories"
    assert set(names[1:]) == {"cake", "jam"}
    assert plot_next_category(report, category="category", language="zh").get_yticklabels()[0].get_text() == "全部品类"
    with pytest.raises(SchemaError, match=r"`report` has no area to draw"):
        plot_next_category(report.assign(auc=np.nan), category="category")
