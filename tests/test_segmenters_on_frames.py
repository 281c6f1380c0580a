"""Segmenters on every kind of frame: the same answers in the kind given."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from tests.frames import Builder, as_pandas, assert_same_rows
from tests.segmenters import ARROW, CUSTOMERS, MAIN, NEW, SEGMENTERS, fitted

from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, TierSegmenter, ValueSegmenter


def values_of(column):
    return column.to_pylist() if isinstance(column, pa.ChunkedArray) else list(column)


def schema_of(frame):
    return frame.schema if isinstance(frame, pa.Table) else frame.lazy().collect_schema()


# By hand.


def test_labels_are_categories_where_the_kind_has_them(build_in_memory):
    customers = build_in_memory(ARROW)
    labels, assigned = fitted("tiers").predict(customers), fitted("tiers").assign(customers)
    codes = ["core", "important", "ordinary", "potential"]
    assert isinstance(assigned, type(customers))
    if build_in_memory.kind.startswith("pandas"):
        assert labels.dtype == assigned["segment"].dtype == pd.CategoricalDtype(codes, ordered=True)
        assert labels.name == "segment"
    elif build_in_memory.kind == "pyarrow":
        assert labels.type == assigned["segment"].type == pa.string()
    else:
        assert labels.dtype == schema_of(assigned)["segment"] == pl.Enum(codes)
        assert labels.name == "segment"


@pytest.mark.parametrize("name", MAIN)
def test_pandas_keeps_its_index(name):
    customers = CUSTOMERS.set_axis([f"row {n % 5}" for n in range(len(CUSTOMERS))])
    for result in (fitted(name).predict(customers), fitted(name).explain(customers), fitted(name).assign(customers)):
        assert result.index.equals(customers.index)


def test_duckdb_has_the_labels_as_an_enum():
    assigned = fitted("tiers").assign(Builder("duckdb")(ARROW))
    kinds = dict(zip(assigned.columns, map(str, assigned.types), strict=True))
    assert kinds["segment"] == "ENUM('core', 'important', 'ordinary', 'potential')"
    best_first = [code for (code,) in assigned.project("segment").distinct().order("segment").fetchall()]
    assert best_first == ["core", "important", "ordinary", "potential"]


def test_two_answers_of_one_connection_stay_apart():
    build = Builder("duckdb")
    first = fitted("tiers").assign(build(ARROW))
    second = fitted("abc").assign(build(ARROW.slice(0, 20)))
    assert_same_rows(as_pandas(first)[NEW], fitted("tiers").assign(CUSTOMERS), in_order=True)
    assert_same_rows(as_pandas(second)[NEW], fitted("abc").assign(CUSTOMERS.head(20)), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_decimals_and_wide_whole_numbers_of_an_engine_are_numbers(name):
    cents = CUSTOMERS.assign(spend=CUSTOMERS["spend"].round(2))
    given = Builder("duckdb")(cents).project(
        "customer_id, n_orders::hugeint AS n_orders, spend::decimal(18, 2) AS spend, "
        "days_since_last::integer AS days_since_last, tenure_days::integer AS tenure_days"
    )
    got = fitted(name).assign(given).order("customer_id").project(", ".join(NEW))
    assert_same_rows(got, fitted(name).assign(cents), in_order=True)


# Laws.


@pytest.mark.parametrize("name", MAIN)
def test_assign_says_the_same_on_every_kind(build, name):
    assigned = fitted(name).assign(build(ARROW))
    got = as_pandas(assigned, in_order=not build.is_engine)
    assert_same_rows(got[NEW], fitted(name).assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_assign_gives_three_columns_beside_those_of_an_engine(build, name):
    columns = list(as_pandas(fitted(name).assign(build(ARROW))))
    assert columns == ([*ARROW.column_names, *NEW] if build.is_engine else NEW)


@pytest.mark.parametrize("column", ["margin", "消费额", "order", "Net_2"])
def test_a_value_column_of_any_plain_name_will_do(build, column):
    customers = CUSTOMERS.rename(columns={"spend": column})
    for segmenter, name in ((TierSegmenter(value=column), "tiers"), (ValueSegmenter(value=column), "value_level")):
        assigned = segmenter.fit(customers).assign(build(customers))
        got = as_pandas(assigned, in_order=not build.is_engine)
        assert_same_rows(got[NEW], fitted(name).assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_what_is_said_in_memory_is_the_same_in_every_kind(build_in_memory, name):
    given, segmenter = build_in_memory(ARROW), fitted(name)
    assert values_of(segmenter.predict(given)) == segmenter.predict(CUSTOMERS).tolist()
    for language in ("en", "zh"):
        expected = segmenter.explain(CUSTOMERS, language=language).tolist()
        assert values_of(segmenter.explain(given, language=language)) == expected
    summary = segmenter.summary(given)
    assert type(summary) is type(given)
    assert_same_rows(summary, segmenter.summary(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_cuts_are_the_same_from_every_kind(build_in_memory, name):
    assert clone(SEGMENTERS[name]).fit(build_in_memory(ARROW)).to_json() == fitted(name).to_json()


@pytest.mark.parametrize("method", ["assign", "summary"])
def test_nobody_gets_the_types_of_somebody(build_in_memory, method):
    answer = getattr(fitted("tiers"), method)
    empty, full = (answer(build_in_memory(given)) for given in (ARROW.slice(0, 0), ARROW))
    assert list(as_pandas(empty)) == list(as_pandas(full))
    assert len(as_pandas(empty)) == (0 if method == "assign" else 4)
    if not build_in_memory.kind.startswith("pandas"):
        assert schema_of(empty) == schema_of(full)


def test_nobody_gets_no_sentence_and_no_label(build_in_memory):
    nobody = build_in_memory(ARROW.slice(0, 0))
    somebody = build_in_memory(ARROW)
    for answer in (fitted("tiers").predict, fitted("tiers").explain):
        assert len(answer(nobody)) == 0
        if not build_in_memory.kind.startswith("pandas"):
            assert getattr(answer(nobody), "type", None) == getattr(answer(somebody), "type", None)
            assert getattr(answer(nobody), "dtype", None) == getattr(answer(somebody), "dtype", None)


# Refusals.


@pytest.mark.parametrize("name", MAIN)
def test_an_engine_is_told_what_to_do_instead(build, name):
    given = build(ARROW)
    for method in ("fit", "predict", "explain", "summary"):
        answer = getattr(clone(SEGMENTERS[name]) if method == "fit" else fitted(name), method)
        if build.is_engine:
            with pytest.raises(
                TypeError,
                match=r"`customers` must be a table in memory\. Collect it first; once fitted, an engine runs",
            ):
                answer(given)
        else:
            assert answer(given) is not None


@pytest.mark.parametrize("column", [*NEW, "Segment"])
def test_columns_that_are_there_already_are_refused_on_an_engine(build, column):
    given = build(ARROW.append_column(column, pa.array(["x"] * len(ARROW))))
    if build.is_engine:
        with pytest.raises(SchemaError, match=rf"`customers` already has the columns \['{column}'\]\. Drop or rename"):
            fitted("tiers").assign(given)
    else:
        assert_same_rows(fitted("tiers").assign(given), fitted("tiers").assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("column", ["r_score", "M_score"])
@pytest.mark.parametrize("name", MAIN)
def test_scores_that_are_there_already_move_nobody(build, name, column):
    # from elsewhere, on another scale
    given = build(ARROW.append_column(column, pa.array([1] * len(ARROW))))
    if build.is_engine and isinstance(fitted(name), RFMSegmenter):
        with pytest.raises(SchemaError, match=rf"`customers` already has the columns \['{column}'\]\. Drop or rename"):
            fitted(name).assign(given)
    else:
        got = as_pandas(fitted(name).assign(given), in_order=not build.is_engine)
        assert_same_rows(got[NEW], fitted(name).assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_a_column_that_is_needed_is_missed_on_every_kind(build, name):
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['spend'\]; it has \['customer_id', "):
        fitted(name).assign(build(ARROW.drop_columns("spend")))


# Input untouched.


@pytest.mark.parametrize("name", MAIN)
def test_the_customers_stay_as_they_are(build, name):
    given = build(ARROW)
    fitted(name).assign(given)
    assert_same_rows(given, ARROW)
