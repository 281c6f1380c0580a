"""Groups of customers compared: by hand, against SciPy and direct computation, on every kind of frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy.stats import t, ttest_ind
from tests.frames import assert_same_rows

from crmkit.errors import SchemaError
from crmkit.metrics import group_comparison_table

RATIOS = {"order_value": ("spend", "orders")}


def customers(n=400, *, seed=1, offset=0.0):
    rng = np.random.default_rng(seed)
    orders = rng.poisson(1.5, n)
    return pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "segment": rng.choice(["a", "b", "c"], n, p=[0.2, 0.3, 0.5]),
            "orders": orders,
            "spend": offset + orders * np.exp(rng.normal(3, 1, n)).round(2),
            "active": orders > 0,
        }
    )


CUSTOMERS = customers()


def compared(table=CUSTOMERS, **options):
    asked = {"by": "segment", "rates": ["active"], "means": ["spend"], "ratios": RATIOS} | options
    return group_comparison_table(table, **asked)


def one(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    (row,) = table.to_dict("records")
    return row


# By hand.

FOUR = pd.DataFrame(
    {"shop": ["n", "n", "s", "s"], "spend": [10.0, 30.0, 5.0, 15.0], "orders": [1, 2, 1, 1], "member": [1, 0, 1, 1]}
)


def test_a_table_by_hand():
    found = group_comparison_table(
        FOUR, by="shop", rates=["member"], means=["spend"], ratios=RATIOS, against="each", adjust="none"
    )
    assert found["measure"].tolist() == ["member", "spend", "order_value"]
    assert found["kind"].tolist() == ["rate", "mean", "ratio"]
    assert found[["shop", "against"]].drop_duplicates().to_numpy().tolist() == [["n", "s"]]
    # 1 of 2 and 2 of 2; 40 / 2 and 20 / 2; 40 / 3 and 20 / 2
    assert found["value"].tolist() == pytest.approx([0.5, 20, 40 / 3])
    assert found["other_value"].tolist() == pytest.approx([1, 10, 10])
    assert found["relative_difference"].tolist() == pytest.approx([-0.5, 1, 1 / 3])
    # variances 200 and 50; the linear terms of spend per order are (10 - 40/3, 30 - 80/3) / 1.5 and (-5, 5)
    for place, parts in ((1, (100, 25)), (2, ((10 / 4.5) ** 2, 25))):
        freedom = sum(parts) ** 2 / sum(part**2 for part in parts)
        reach = t.ppf(0.975, freedom) * sum(parts) ** 0.5
        difference = found["difference"][place]
        assert_allclose(found.loc[place, ["lower", "upper"]].astype(float), [difference - reach, difference + reach])
    assert found["too_few"].all()


def test_against_whom():
    rest = compared()
    assert rest["segment"].tolist() == ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    assert rest["against"].isna().all()
    assert set(rest["against_scope"]) == {"rest"}
    assert (rest["n"] + rest["other_n"] == 400).all()
    reference = compared(against="reference", reference="b")
    assert reference[["segment", "against"]].drop_duplicates().to_numpy().tolist() == [["a", "b"], ["c", "b"]]
    each = compared(against="each")
    assert each[["segment", "against"]].drop_duplicates().to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    pd.testing.assert_frame_equal(
        reference[reference["segment"] == "a"][["value", "other_value", "difference", "lower", "upper", "p_value"]],
        each.head(3)[["value", "other_value", "difference", "lower", "upper", "p_value"]],
    )


def test_customers_without_a_label_are_a_group():
    labels = CUSTOMERS["segment"].where(CUSTOMERS["segment"] != "b")
    found = compared(CUSTOMERS.assign(segment=labels))
    assert found["scope"].tolist() == ["group"] * 6 + ["no label"] * 3
    named = compared()
    assert_allclose(found[found["scope"] == "no label"]["value"], named[named["segment"] == "b"]["value"])


def test_missing_values_are_left_out_of_their_measure():
    spend = CUSTOMERS["spend"].where(CUSTOMERS.index % 5 > 0)
    found, kept = compared(CUSTOMERS.assign(spend=spend)), compared(CUSTOMERS[CUSTOMERS.index % 5 > 0])
    for measure in ("spend", "order_value"):
        columns = ["n", "value", "difference", "lower", "upper", "p_value"]
        ours, theirs = (each[each["measure"] == measure][columns].reset_index(drop=True) for each in (found, kept))
        assert_frame_equal(ours, theirs)
    assert (found[found["measure"] == "active"]["n"] == compared()[lambda each: each["measure"] == "active"]["n"]).all()


def test_detectable_differences_are_those_of_one_comparison_among_many():
    alone, among = compared(adjust="none"), compared()
    assert (among["detectable_difference"] > alone["detectable_difference"]).all()
    strict = compared(adjust="none", level=1 - 0.05 / 9)
    assert_allclose(among["detectable_difference"], strict["detectable_difference"])
    assert (compared(power=0.95)["detectable_difference"] > among["detectable_difference"]).all()


def test_a_group_without_values_has_no_figures():
    found = compared(CUSTOMERS.assign(spend=CUSTOMERS["spend"].where(CUSTOMERS["segment"] != "a")))
    row = one(found, segment="a", measure="spend")
    assert row["n"] == 0
    assert np.isnan([row["value"], row["lower"], row["p_value"], row["adjusted_p_value"]]).all()
    assert not row["is_significant"]
    # it was not tested, so it does not count
    n_tests = found["p_value"].notna().sum()
    assert found["adjusted_p_value"].min() == pytest.approx(min(1, found["p_value"].min() * n_tests))


# Reference: SciPy's Welch, where groups are of one size; the delta method on the rows themselves.


def test_means_as_in_scipy():
    halves = CUSTOMERS.assign(half=np.where(CUSTOMERS.index % 2 == 0, "even", "odd"))
    row = one(group_comparison_table(halves, by="half", means=["spend"], against="each"))
    expected = ttest_ind(*(halves.loc[halves["half"] == half, "spend"] for half in ("even", "odd")), equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert_allclose([row["p_value"], row["lower"], row["upper"]], [expected.pvalue, interval.low, interval.high])


@pytest.mark.parametrize("offset", [0.0, 1e7])
def test_ratios_by_the_delta_method(offset):
    halves = customers(offset=offset).assign(half=np.arange(400) % 2)
    row = one(group_comparison_table(halves, by="half", ratios=RATIOS, against="each", adjust="none"))
    error = 0.0
    for half in (0, 1):
        x, y = (halves.loc[halves["half"] == half, name].to_numpy(dtype=float) for name in ("spend", "orders"))
        terms = (x - x.sum() / y.sum() * y) / y.mean()
        error += terms.var(ddof=1) / 200
    # 1.9659 and 0.8427 are Student's for nearly 398 degrees of freedom
    assert row["detectable_difference"] / error**0.5 == pytest.approx(1.9659 + 0.8427, abs=0.002)


# Laws.


@given(st.sampled_from([1e-3, 7.1, 1e6]))
def test_the_currency_unit_scales_money_alone(unit):
    found, scaled = compared(), compared(CUSTOMERS.assign(spend=CUSTOMERS["spend"] * unit))
    money = found["kind"] != "rate"
    for name in ("value", "difference", "lower", "upper", "detectable_difference"):
        assert_allclose(scaled[name], found[name] * np.where(money, unit, 1.0), rtol=1e-8)
    for name in ("relative_difference", "relative_lower", "relative_upper", "p_value"):
        assert_allclose(scaled[name], found[name], rtol=1e-6)


@given(st.permutations(range(40)))
def test_the_order_of_rows_does_not_matter(order):
    few = CUSTOMERS.head(40)
    assert_frame_equal(compared(few.iloc[order]), compared(few), rtol=1e-9)


def test_four_times_as_many_customers_halve_the_intervals():
    four = pd.concat([CUSTOMERS.assign(customer_id=CUSTOMERS["customer_id"] + 1000 * copy) for copy in range(4)])
    once, often = (compared(each, against="each", adjust="none") for each in (CUSTOMERS, four))
    ratio = (often["upper"] - often["lower"]) / (once["upper"] - once["lower"])
    assert ratio.between(0.4, 0.53).all()
    assert_allclose(often["value"], once["value"])


def test_the_rest_is_all_others_together():
    found = compared()
    for segment in "abc":
        others = CUSTOMERS.assign(segment=np.where(CUSTOMERS["segment"] == segment, segment, "other"))
        expected = compared(others, against="reference", reference="other", adjust="none")
        columns = ["n", "value", "other_n", "other_value", "difference", "lower", "upper", "p_value"]
        ours = found[found["segment"] == segment][columns].reset_index(drop=True)
        assert_frame_equal(ours, expected[columns], rtol=1e-9)


@pytest.mark.parametrize("large", ["a", "b", "c"])
def test_groups_beside_one_of_another_size_are_compared_as_alone(large):
    size = np.where(CUSTOMERS["segment"] == large, 1e12, 1.0)
    together = compared(CUSTOMERS.assign(spend=CUSTOMERS["spend"] * size), against="each", adjust="none")
    found = together[(together["segment"] != large) & (together["against"] != large)]
    alone = compared(CUSTOMERS[CUSTOMERS["segment"] != large], against="each", adjust="none")
    assert_frame_equal(found.reset_index(drop=True), alone, rtol=1e-9)


@pytest.mark.parametrize("far", ["a", "b", "c"])
def test_the_rest_of_a_group_far_away_keeps_its_digits(far):
    """The variance of the rest stands in the interval, beside that of a group 1e9 higher."""
    away = CUSTOMERS.assign(spend=CUSTOMERS["spend"] + np.where(CUSTOMERS["segment"] == far, 1e9, 0.0))
    found = one(compared(away, adjust="none"), segment=far, measure="spend")
    near = one(compared(adjust="none"), segment=far, measure="spend")
    for end in ("lower", "upper"):
        assert_allclose(found[end] - found["difference"], near[end] - near["difference"], rtol=1e-6)


rows = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from([0, 1, None]),
    st.one_of(st.none(), st.sampled_from([0.0, 5.0]), st.floats(-1e6, 1e6)),
    st.sampled_from([0, 1, 2, None]),
)


@given(
    st.lists(rows, min_size=2, max_size=14).filter(lambda each: len({row[0] for row in each}) > 1),
    st.sampled_from(["rest", "each"]),
)
def test_whatever_a_table_holds(given_rows, against):
    table = pd.DataFrame(given_rows, columns=["segment", "active", "spend", "orders"]).astype(
        {"active": float, "spend": float, "orders": float}
    )
    found = compared(table, against=against, adjust="none")
    known = found[found["lower"].notna()]
    slack = 1e-9 * (1 + known["difference"].abs())
    assert (known["lower"] <= known["difference"] + slack).all()
    assert (known["upper"] >= known["difference"] - slack).all()
    assert found["p_value"].dropna().between(0, 1).all()
    assert (found["detectable_difference"].dropna() > 0).all()
    of_money = known[(known["kind"] != "rate") & ((known["p_value"] - 0.05).abs() > 1e-6)]
    assert (((of_money["lower"] > 0) | (of_money["upper"] < 0)) == of_money["is_significant"]).all()
    assert not found.loc[found["value"].isna() | found["other_value"].isna(), "is_significant"].any()


def test_every_kind_of_frame(build):
    labels = CUSTOMERS["segment"].where(CUSTOMERS.index % 7 > 0)
    spend = CUSTOMERS["spend"].where(CUSTOMERS.index % 5 > 0)
    table = CUSTOMERS.assign(segment=labels, spend=spend)
    assert_same_rows(compared(build(table)), compared(table))


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"rates": [], "means": [], "ratios": None}, ValueError, "Nothing to compare: give columns in `rates`"),
        ({"means": "spend"}, TypeError, "`rates` and `means` must be lists of columns"),
        ({"ratios": ["spend"]}, TypeError, "`ratios` must map names to pairs"),
        ({"ratios": {"x": "spend"}}, TypeError, "`ratios` must map names to pairs"),
        ({"means": ["active"]}, ValueError, "'active' is named more than once"),
        ({"ratios": {"spend": ("spend", "orders")}}, ValueError, "'spend' is named more than once"),
        ({"rates": ["orders"]}, SchemaError, r"`customers\['orders'\]` must hold 0 and 1, or true and false"),
        ({"by": "nothing"}, SchemaError, "nothing"),
        ({"by": ["segment"]}, TypeError, "`by` must be the name of one column"),
        ({"means": ["segment"]}, SchemaError, r"`customers\['segment'\]` must hold numbers"),
        ({"against": "all"}, ValueError, "`against` must be one of"),
        ({"against": "reference"}, ValueError, "`reference` must be a label of"),
        ({"against": "reference", "reference": "d"}, ValueError, "got 'd'. The labels are"),
        ({"reference": "a"}, ValueError, "is used with against='reference' only"),
        ({"adjust": "bonferroni"}, ValueError, "`adjust` must be one of"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1"),
        ({"power": 0}, ValueError, "`power` must lie between 0 and 1"),
    ],
)
def test_options_that_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        compared(**options)


def test_tables_that_are_refused():
    with pytest.raises(SchemaError, match="has no rows"):
        compared(CUSTOMERS.head(0))
    with pytest.raises(SchemaError, match="has the one label"):
        compared(CUSTOMERS.assign(segment="a"))
    with pytest.raises(SchemaError, match="has 1 row of customers that it has already"):
        compared(CUSTOMERS.assign(customer_id=CUSTOMERS["customer_id"].replace(1, 0)))
    with pytest.raises(SchemaError, match="has values below 0 in 1 row"):
        compared(CUSTOMERS.assign(orders=CUSTOMERS["orders"].astype(float).where(CUSTOMERS.index > 0, -1.0)))
    with pytest.raises(SchemaError, match=r"holds infinite values, or adds up to more than 1e\+70"):
        compared(CUSTOMERS.assign(spend=CUSTOMERS["spend"].where(CUSTOMERS.index > 0, np.inf)))
    with pytest.raises(ValueError, match="`by` is 'value', which the result has too"):
        compared(CUSTOMERS.rename(columns={"segment": "value"}), by="value")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        compared("customers.csv")


# Input untouched.


def test_the_table_given_is_left_as_it_is():
    before = CUSTOMERS.copy()
    compared()
    assert_frame_equal(CUSTOMERS, before)
