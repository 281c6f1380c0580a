"""Segmenters written as SQL: what a database answers, and where values are missing."""

import duckdb
import pyarrow as pa
import pytest
from tests.customers import NAN
from tests.frames import as_pandas, assert_same_rows
from tests.segmenters import ARROW, CUSTOMERS, MAIN, NEW, SEGMENTERS, fitted

from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, ValueSegmenter


def answer(sql, *, table="customers"):
    """Run a query in a database that holds the customers, the lowest id first."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("CREATE SCHEMA crm")
        connection.register("given", ARROW)
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
        return as_pandas(connection.sql(sql))


def with_gaps(gaps):
    """The customers with values replaced: {(row, column): value}, NaN and missing told apart."""
    columns = {name: ARROW[name].to_pylist() for name in ARROW.column_names}
    for (row, column), value in gaps.items():
        columns[column][row] = value
    arrays = [pa.array(columns[name], ARROW[name].type, from_pandas=False) for name in ARROW.column_names]
    return pa.table(arrays, names=ARROW.column_names)


# By hand.


def test_the_sql_of_levels_by_hand():
    # 50 to the last bits of a sum reaches 50; whoever lacks the number of orders, or the spend of some, has no level
    customers = """(VALUES (1, 60), (1, 50), (1, 50 - 1e-12), (1, 49.99), (2, -5), (0, 0), (0, -5), (0, NULL),
                           (NULL, 60), (1, NULL)) AS customers(n_orders, spend)"""
    segmenter = ValueSegmenter(scheme="main_group", cuts=[50]).fit(CUSTOMERS)
    sql = segmenter.to_sql(table="crm.customers")
    assert sql.endswith("FROM crm.customers")
    connection = duckdb.connect()
    got = connection.sql(sql.replace("crm.customers", customers)).project(", ".join(NEW)).fetchall()
    assert got == [
        *[("main", 1, "value")] * 3,
        *[("secondary", 2, "below_cuts")] * 2,
        *(("potential", 3, reason) for reason in ("no_order", "refunds_only", "no_order")),
        *[(None, None, None)] * 2,
    ]


# Laws.


@pytest.mark.parametrize("name", SEGMENTERS)
def test_the_sql_says_what_assign_says(name):
    segmenter = fitted(name)
    got = answer(segmenter.to_sql())
    assert_same_rows(got[NEW], segmenter.assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("name", MAIN)
def test_the_sql_gives_the_columns_of_the_table_and_those_made(name):
    got = answer(fitted(name).to_sql(table="crm.customers"), table="crm.customers")
    scores = ["r_score", "f_score", "m_score"] if isinstance(fitted(name), RFMSegmenter) else []
    assert list(got) == [*ARROW.column_names, *scores, *NEW]
    assert_same_rows(got[ARROW.column_names], ARROW)


@pytest.mark.parametrize("table", ["customers", "crm.customers", "memory.crm.customers", "_c1", "客户", "crm.客户"])
def test_plain_names_of_tables_are_taken(table):
    got = answer(fitted("tiers").to_sql(table=table), table=table)
    assert_same_rows(got[NEW], fitted("tiers").assign(CUSTOMERS), in_order=True)


@pytest.mark.parametrize("missing", [None, NAN])
@pytest.mark.parametrize("name", ["named_11", "tiers", "value_level"])
def test_missing_values_are_refused_in_memory_and_stay_missing_on_an_engine(build, name, missing):
    # the customers 7, 9 and 11 ordered
    gaps = {(7, "n_orders"): None, (9, "spend"): missing}
    gaps |= {} if name == "value_level" else {(11, "days_since_last"): missing}
    given = build(with_gaps(gaps))
    if build.is_engine:
        expected = as_pandas(fitted(name).assign(CUSTOMERS), in_order=True)
        expected.loc[[row for row, _ in gaps]] = None
        assert_same_rows(as_pandas(fitted(name).assign(given))[NEW], expected, in_order=True)
    else:
        with pytest.raises(SchemaError, match=r"`customers\['n_orders'\]` is missing or infinite in 1 row, first at"):
            fitted(name).assign(given)


@pytest.mark.parametrize("missing", [None, NAN])
def test_a_missing_tenure_stays_missing_where_orders_are_counted_per_year(build, missing):
    given = build(with_gaps({(7, "tenure_days"): missing}))
    if build.is_engine:
        expected = as_pandas(fitted("per_year").assign(CUSTOMERS), in_order=True)
        expected.loc[7] = None
        assert_same_rows(as_pandas(fitted("per_year").assign(given))[NEW], expected, in_order=True)
    else:
        with pytest.raises(SchemaError, match=r"`customers\['tenure_days'\]` is missing or infinite in 1 row of those"):
            fitted("per_year").assign(given)


# Refusals.


@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize(
    "table",
    [
        *(
            "",
            " ",
            "1customers",
            "my customers",
            "my-customers",
            '"customers"',
            "`customers`",
            "'customers'",
            "[customers]",
        ),
        *(".customers", "crm.", "crm..customers", "a.b.c.d", "customers\n", "customers;", "customers--", "(SELECT 1)"),
        *("customers; DROP TABLE customers", "customers/**/", "customers WHERE 1=1", "read_csv('x')", "{customers}"),
    ],
)
def test_names_of_tables_that_are_not_plain_are_refused(name, table):
    with pytest.raises(ValueError, match=r"`table` must be a plain name such as 'crm\.customers', got "):
        fitted(name).to_sql(table=table)
