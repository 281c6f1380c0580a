"""Types that one kind of frame alone has mean the same everywhere: dictionaries, decimals, UUIDs, periods, labels."""

import datetime as dt
import uuid
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.frames import assert_same_rows, duckdb_connection, rows

from crmkit import (
    SchemaError,
    as_order_lines,
    as_transactions,
    audit_orders,
    cells,
    customer_summary,
    rejected_orders,
)
from crmkit.metrics import concentration_table, gini, period_table
from crmkit.segment import RFMScorer, TierSegmenter
from crmkit.segment.movement import movement_table
from crmkit.value import BetaGeoModel, GammaGammaModel, ParetoNBDModel, customer_equity, fit_groups
from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table

DAYS = [dt.date(2024, 3, day) for day in (1, 2, 3, 4)]
TEXTS = [day.isoformat() for day in DAYS]
IDS = [uuid.UUID(int=number) for number in (1, 2, 3, 4)]


def orders(**columns):
    given = {"customer_id": pa.array(["a", "b", "c", "d"]), "date": pa.array(TEXTS), "amount": pa.array([1.0, 2, 3, 4])}
    return pa.table(given | columns)


def as_arrow_pandas(table):
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def encoded(values, kind=None):
    return pa.array(values, kind).dictionary_encode()


# The third value is missing, and the last entry of the dictionary is none of its neighbours'.
AMOUNTS = {
    "floats": encoded([10.0, 20.0, None, 20.0]),
    "whole numbers": encoded([10, 20, None, 20]),
    "text": encoded(["10", "20", None, "20"]),
    "decimals": encoded([Decimal("10.0"), Decimal("20.0"), None, Decimal("20.0")]),
    "missing in the dictionary": pa.DictionaryArray.from_arrays(pa.array([1, 2, 0, 2]), pa.array([None, 10.0, 20.0])),
    "chunks with dictionaries of their own": pa.chunked_array(
        [encoded([10.0, 20.0]), encoded([None, 20.0], pa.float64())]
    ),
}
TIMES = {
    "text": encoded([TEXTS[0], TEXTS[1], None, TEXTS[3]]),
    "days": encoded([DAYS[0], DAYS[1], None, DAYS[3]]),
    "times": encoded([dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 2), None, dt.datetime(2024, 3, 4)]),
}


# By hand.


def test_a_sparse_column_is_dense():
    amounts = pd.arrays.SparseArray([10.0, np.nan, 30.0])
    log = pd.DataFrame({"customer_id": ["a", "b", "c"], "date": ["2024-03-01"] * 3, "amount": amounts})
    assert as_transactions(log, invalid="drop")["amount"].tolist() == [10.0, 30.0]


@pytest.mark.parametrize("kind", [lambda table: table, as_arrow_pandas], ids=["pyarrow", "pandas"])
@pytest.mark.parametrize("amounts", AMOUNTS.values(), ids=AMOUNTS)
def test_a_missing_amount_of_a_dictionary_is_missing(kind, amounts):
    log = kind(orders(amount=amounts))
    assert [row[3] for row in rows(as_transactions(log, invalid="drop"))] == [10, 20, 20]
    audit = {row[0]: row[1:3] for row in rows(audit_orders(log))}
    assert audit["unusable_amount"] == (1, 0)
    assert audit["given"] == (4, 50)
    with pytest.raises(SchemaError, match=r"1 with an unusable amount \(first at rows \[2\]"):
        as_transactions(log)
    assert rows(rejected_orders(log), columns=["customer_id"]) == [("c",)]


@pytest.mark.parametrize("kind", [lambda table: table, as_arrow_pandas], ids=["pyarrow", "pandas"])
@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_a_missing_date_of_a_dictionary_is_missing(kind, times):
    log = kind(orders(date=times))
    assert [row[:2] for row in rows(as_transactions(log, invalid="drop"))] == [
        ("a", "2024-03-01"),
        ("b", "2024-03-02"),
        ("d", "2024-03-04"),
    ]


@pytest.mark.parametrize("kind", [lambda table: table, as_arrow_pandas], ids=["pyarrow", "pandas"])
def test_tables_further_on_read_dictionaries_right(kind):
    # a customers table whose columns are dictionaries: nobody's missing value is somebody else's
    plain = {"n_orders": [3, 1, 0], "spend": [30.0, 5.0, 0.0], "days_since_last": [3.0, 90.0, None]}
    plain |= {
        "tenure_days": [80.0, 90.0, None],
        "frequency": [2.0, 0.0, None],
        "recency": [77.0, 0.0, None],
        "T": [80.0, 90.0, None],
    }
    made = kind(pa.table({name: encoded(values) for name, values in plain.items()}))
    expected = pd.DataFrame(plain)
    assert rows(RFMScorer().fit(made).transform(made)) == rows(RFMScorer().fit(expected).transform(expected))
    assert rows(cells(made)) == [(0, 0, 90, 1), (2, 77, 80, 1)]
    model = BetaGeoModel.from_params({"r": 0.2, "alpha": 4, "a": 0.8, "b": 2.4})
    assert pd.isna(pd.Series(model.expected_purchases(made, horizon=9).to_numpy())).tolist() == [False, False, True]
    assert rows(concentration_table(made, n_points=2)) == [(0, 0, 0), (1, 1, 2)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"date": pd.PeriodIndex(TEXTS, freq="D")}, None),
        ({"customer_id": np.array([1, 2, 3, 4], dtype=">i8")}, [1, 2, 3, 4]),
        ({"amount": np.array([1, 2, 3, 4], dtype=">f8")}, None),
        ({"amount": [Decimal(number) for number in "1234"]}, None),
        ({"customer_id": IDS}, list(map(str, IDS))),
    ],
    ids=["days as periods", "big-endian ids", "big-endian amounts", "decimals", "UUIDs"],
)
def test_pandas_columns_of_odd_types(columns, expected):
    log = pd.DataFrame({"customer_id": list("abcd"), "date": TEXTS, "amount": [1.0, 2, 3, 4]}).assign(**columns)
    found = as_transactions(log)
    assert found["customer_id"].tolist() == (expected or list("abcd"))
    assert found["date"].dt.strftime("%Y-%m-%d").tolist() == TEXTS
    assert found["amount"].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(
            {"customer_id": pa.array([each.bytes for each in IDS], pa.uuid())} if hasattr(pa, "uuid") else {},
            marks=pytest.mark.skipif(not hasattr(pa, "uuid"), reason="this PyArrow has no type of UUIDs"),
        ),
        {"date": pa.array(DAYS, pa.date64())},
        {"amount": pa.array([Decimal(number) for number in "1234"], pa.decimal256(50, 2))},
        {"amount": pa.array([Decimal(number) for number in "1234"], pa.decimal128(20, 2))},
    ],
    ids=["UUIDs", "date64", "decimal256", "decimal128"],
)
@pytest.mark.parametrize("kind", [lambda table: table, as_arrow_pandas], ids=["pyarrow", "pandas"])
def test_arrow_columns_of_odd_types(kind, columns):
    found = rows(as_transactions(kind(orders(**columns))))
    assert [row[3] for row in found] == [1, 2, 3, 4]
    assert [row[1] for row in found] == TEXTS
    assert [row[0] for row in found] == (list(map(str, IDS)) if "customer_id" in columns else list("abcd"))


def test_uuids_and_decimals_of_duckdb():
    connection = duckdb.connect()  # older relations do not keep theirs open
    log = connection.sql(f"select '{IDS[0]}'::uuid customer_id, date '2024-03-01' date, 1.50::decimal(9, 2) amount")
    assert rows(as_transactions(log)) == [(str(IDS[0]), "2024-03-01", 1, 1.5)]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_decimals_of_a_customers_table_are_numbers(kind):
    spend = [Decimal("30.5"), Decimal("5"), Decimal("7.25")]
    counts = {"n_orders": [3, 1, 1], "days_since_last": [3.0, 90.0, 5.0], "tenure_days": [80.0, 90.0, 5.0]}
    found = kind(counts | {"spend": spend})
    expected = pd.DataFrame(counts | {"spend": [30.5, 5.0, 7.25]})
    assert rows(TierSegmenter().fit(found).summary(found)) == rows(TierSegmenter().fit(expected).summary(expected))
    repeat = kind({"frequency": [2.0, 1.0, 3.0], "monetary_value": spend})
    assert GammaGammaModel.from_params({"p": 6, "q": 4, "v": 15}).expected_spend(repeat).to_numpy() == pytest.approx(
        # (q - 1) / (p x + q - 1) of the mean of all, 30, and the rest of the own mean
        [30 * 3 / 15 + 30.5 * 12 / 15, 30 * 3 / 9 + 5 * 6 / 9, 30 * 3 / 21 + 7.25 * 18 / 21]
    )


@pytest.mark.parametrize(
    "kind", [pl.DataFrame, pa.table, duckdb_connection().from_arrow], ids=["polars", "pyarrow", "duckdb"]
)
def test_nan_is_missing(kind):
    table = kind(pa.table({"frequency": [0.0, np.nan, 2.0], "recency": [0.0, np.nan, 30.0], "T": [40.0, np.nan, 41.0]}))
    assert sorted(rows(cells(table))) == [(0, 0, 40, 1), (2, 30, 41, 1)]
    model = ParetoNBDModel.from_params({"r": 0.6, "alpha": 11, "s": 0.6, "beta": 12})
    predicted = rows(
        model.predict_table(table, horizon=9, quantities=["expected_purchases"], n_draws=2),
        columns=["expected_purchases"],
    )
    assert sum(value is None for (value,) in predicted) == 1


def test_labels_that_are_no_text():
    log = pd.DataFrame(
        {
            "customer_id": ["a", None],
            "date": TEXTS[:2],
            "amount": [20.0, 5.0],
            2024: [1, 2],
            np.nan: ["x", "y"],
            ("a", 1): [3, 4],
        }
    )
    before = log.copy(deep=True)
    assert rows(as_transactions(log, invalid="drop")) == [("a", "2024-03-01", 1, 20.0)]
    assert audit_orders(log)["n_rows"].tolist()[-1] == 2
    assert audit_orders(pd.concat([log, log]))["n_duplicates"].tolist()[-1] == 2
    rejected = rejected_orders(log)
    assert list(rejected.columns)[:-1] == list(log.columns)
    assert rejected[2024].tolist() == [2]
    lines = as_order_lines(log.dropna(subset="customer_id"), order_id=2024, keep=[2024, ("a", 1)])
    assert lines[2024].tolist() == [1]
    assert lines[("a", 1)].tolist() == [3]
    pd.testing.assert_frame_equal(log, before)


def test_groups_whose_label_is_no_text():
    customers = pd.DataFrame(
        {"frequency": [2.0, 0, 3, 1] * 5, "recency": [30.0, 0, 40, 9] * 5, "T": [40.0, 50, 60, 30] * 5}
    )
    customers["monetary_value"] = [10.0, np.nan, 30, 25] * 5
    customers[7] = [0, 1] * 10
    assert list(fit_groups(customers, model=BetaGeoModel(), by=7)) == [0, 1]
    models = {
        "purchase_model": BetaGeoModel.from_params({"r": 0.2, "alpha": 4, "a": 0.8, "b": 2.4}),
        "spend_model": GammaGammaModel.from_params({"p": 6, "q": 4, "v": 15}),
    }
    by_group = customer_equity(customers, **models, discount_rate=0.1, horizon=9, by=7, n_draws=2)
    assert by_group[7].tolist() == [0, 1]
    total = customer_equity(customers, **models, discount_rate=0.1, horizon=9, n_draws=2)
    assert by_group["equity"].sum() == pytest.approx(total["equity"].item())


def test_ids_that_became_floats_are_the_same_customers():
    before = pd.DataFrame(
        {"customer_id": [1, 2, 3], "n_orders": [3, 1, 1], "spend": [30.0, 5.0, 4.0], "days_since_last": [1.0, 2, 3]}
    )
    before["tenure_days"] = 9.0
    after = before.astype({"customer_id": float})
    tiers = TierSegmenter().fit(before)
    assert_same_rows(movement_table(before, after, segmenter=tiers), movement_table(before, before, segmenter=tiers))


@pytest.mark.parametrize("kind", [lambda table: table, as_arrow_pandas], ids=["pyarrow", "pandas"])
def test_whole_numbers_that_no_float_holds_exactly_are_read(kind):
    # 2**63 - 1 is 2**63 as a float
    log = kind(orders(amount=pa.array([1, 2**63 - 1, None, 4], pa.int64())))
    assert [row[3] for row in rows(as_transactions(log, invalid="drop"))] == [1.0, 2.0**63, 4.0]
    units = kind(orders(amount=pa.array([1, 2, 3, 2**64 - 1], pa.uint64())))
    assert [row[3] for row in rows(as_transactions(units))] == [1.0, 2.0, 3.0, 2.0**64]


def test_rows_are_given_back_beside_columns_of_the_other_byte_order():
    log = pd.DataFrame({"customer_id": ["a", None], "date": TEXTS[:2], "amount": [1.0, 2.0]})
    log["other"] = np.array([1, 2], dtype=">i4")
    assert rejected_orders(log)["other"].tolist() == [2]


@pytest.mark.parametrize("made", [TierSegmenter(), RFMScorer(binning="width")], ids=["tiers", "scores"])
def test_customers_whose_values_overflow_are_refused(made):
    counts = {"n_orders": [3, 1, 1], "days_since_last": [3.0, 90.0, 5.0], "tenure_days": [80.0, 90.0, 5.0]}
    given = pd.DataFrame(counts | {"spend": [1.7e308, 1.6e308, 5.0]})
    with pytest.raises(SchemaError, match=r"\['spend'\]` adds up to more than a number can hold"):
        made.fit(given)
    with pytest.raises(SchemaError, match="`values` adds up to more than a number can hold"):
        gini(given["spend"])


# Sums that overflow.

HUGE = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(TEXTS[:2]), "o": [1, 2], "units": [1.0, 1.0]})


@pytest.mark.parametrize("amounts", [[1e308, 1e308], [1e308, -1e308]], ids=["of one sign", "of both signs"])
def test_sums_that_overflow_are_refused(build, amounts):
    log = build(HUGE.assign(amount=amounts, date=HUGE["date"].astype("datetime64[us]")))
    match = r"`orders\['amount'\]` adds up to more than a number can hold"
    for call in (as_transactions, audit_orders, lambda given: as_order_lines(given, order_id="o")):
        with pytest.raises(SchemaError, match=match):
            call(log)


def test_products_that_overflow_are_refused():
    log = HUGE.assign(price=[1e308, 1e308])
    with pytest.raises(
        SchemaError, match=r"the product of quantity and unit price adds up to more than a number can hold"
    ):
        as_transactions(log, quantity="units", unit_price="price")


def test_the_largest_amount_alone_is_an_amount():
    found = as_transactions(HUGE.assign(amount=[1e308, 5.0]))
    assert customer_summary(found, as_of="2024-03-31")["spend"].tolist() == [1e308, 5.0]


@pytest.mark.parametrize(
    "table",
    [lambda given: customer_summary(given, as_of="2024-03-31"), lambda given: period_table(given, as_of="2024-03-31")],
)
def test_transactions_that_overflow_are_refused(table):
    given = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(TEXTS[:2]), "n_orders": 1, "amount": 1e308})
    with pytest.raises(SchemaError, match=r"`transactions\['amount'\]` adds up to more than a number can hold"):
        table(given)


# Refusals.


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"date": pd.PeriodIndex(["2024-03"] * 4, freq="M")},
            r"`orders\['date'\]` holds period\[M\], not dates\. Convert it to dates first\.",
        ),
        (
            {"customer_id": pd.PeriodIndex(["2024-03"] * 4, freq="M")},
            r"`orders\['customer_id'\]` holds period\[M\]; ids are",
        ),
        ({"amount": pd.PeriodIndex(["2024-03"] * 4, freq="M")}, r"`orders\['amount'\]` holds period\[M\], not numbers"),
    ],
)
def test_a_type_without_meaning_is_called_by_its_name(columns, message):
    log = pd.DataFrame({"customer_id": list("abcd"), "date": TEXTS, "amount": [1.0, 2, 3, 4]}).assign(**columns)
    with pytest.raises(SchemaError, match=message):
        as_transactions(log)


def test_tables_made_of_a_column_come_in_its_kind():
    survivors = [1000, 631, 468]
    model = ShiftedBetaGeoModel.from_params({"alpha": 0.7, "beta": 1.2})
    pareto = ParetoNBDModel.from_params({"r": 0.55, "alpha": 10.58, "s": 0.61, "beta": 11.67})
    for make in (contract_table, model.survival_table, pareto.expected_curve):
        plain = make([5, 3, 2])
        for column, kind in (
            (pd.Series([5, 3, 2]), pd.DataFrame),
            (pl.Series([5, 3, 2]), pl.DataFrame),
            (pa.chunked_array([[5, 3, 2]]), pa.Table),
        ):
            found = make(column)
            assert isinstance(found, kind)
            assert_same_rows(found, plain)
    assert isinstance(contract_table(survivors), pd.DataFrame)


def test_the_total_comes_in_the_kind_of_the_customers():
    customers = pd.DataFrame({"frequency": [0.0, 2.0], "recency": [0.0, 20.0], "T": [50.0, 60.0]})
    pareto = ParetoNBDModel.from_params({"r": 0.55, "alpha": 10.58, "s": 0.61, "beta": 11.67})
    found = pareto.total_purchases(pl.from_pandas(customers), horizon=10)
    assert isinstance(found, pl.DataFrame)
    assert_same_rows(found, pareto.total_purchases(customers, horizon=10))


@pytest.mark.parametrize("values", [[True, None, False], [np.True_, None, np.False_]])
def test_truth_values_of_which_some_are_missing_are_flags(values):
    from crmkit._frames import open_frame

    frame = pd.DataFrame(
        {"flag": pd.Series(values, dtype=object), "mixed": pd.Series([True, None, "no"], dtype=object)}
    )
    opened = open_frame(frame, name="customers")
    assert [str(opened.collect_schema()[name]) for name in ("flag", "mixed")] == ["Boolean", "Object"]
    assert [None if pd.isna(each) else each for each in opened["flag"].to_list()] == [True, None, False]
    assert frame["flag"].dtype == object
