"""The customer report refuses audits of other orders, logs without a purchase, and options that cannot be."""

import pytest
from tests.logs import log, typed

from crmkit import SchemaError, as_transactions, audit_orders, load_cdnow
from crmkit.report import customer_report

AS_OF = "1998-06-30"


@pytest.fixture(scope="module")
def cdnow():
    return load_cdnow()


def test_an_audit_of_other_orders_is_refused(cdnow):
    transactions = as_transactions(cdnow)
    with pytest.raises(SchemaError, match=r"`audit` keeps 244091\.94 after refunds, but `transactions` hold .* up to"):
        customer_report(transactions, as_of="1997-12-31", audit=audit_orders(cdnow))
    with pytest.raises(SchemaError, match="Make both from the same orders, and the audit with the same `as_of`"):
        customer_report(transactions, as_of=AS_OF, audit=audit_orders(cdnow[1:], as_of=AS_OF))
    with pytest.raises(SchemaError, match=r"`audit` lacks the columns \['reason', 'n_rows', 'n_duplicates'\]"):
        customer_report(transactions, as_of=AS_OF, audit=cdnow)
    with pytest.raises(TypeError, match=r"`audit` must be a pandas, Polars or PyArrow table.*got str"):
        customer_report(transactions, as_of=AS_OF, audit="audit")


@pytest.mark.parametrize(
    "mangle",
    [
        lambda audit: audit[audit["n_rows"] > 0],
        lambda audit: audit.assign(reason=audit["reason"].replace("zero_price", "<b>free</b>")),
        lambda audit: audit.iloc[:0],
    ],
    ids=["lines left out", "an unknown reason", "no lines"],
)
def test_an_audit_with_other_lines_is_refused(cdnow, mangle):
    audit = mangle(audit_orders(cdnow, as_of=AS_OF))
    with pytest.raises(SchemaError, match="`audit`"):
        customer_report(as_transactions(cdnow), as_of=AS_OF, audit=audit)


def test_a_log_without_a_row_up_to_the_day_is_refused(build):
    transactions = as_transactions(build(typed(log([("ann", "2024-03-01", -5), ("bo", "2024-03-02", -1)]))))
    # an engine does not look for the first day, but sees that nothing is left
    first = r"`as_of` is 2023-12-31, before the first transaction on 2024-03-01\. Give a later day"
    message = r"`transactions` has no rows up to 2023-12-31\. Give a later `as_of`" if build.is_engine else first
    with pytest.raises(ValueError, match=message):
        customer_report(transactions, as_of="2023-12-31")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"days": 0}, ValueError, "`days` must be at least 1, got 0"),
        ({"days": 30.5}, TypeError, r"`days` must be a whole number, got 30\.5"),
        ({"days": True}, TypeError, "`days` must be a whole number, got True"),
        ({"language": "fr"}, ValueError, r"`language` must be one of \['en', 'zh'\], got 'fr'"),
        ({"as_of": "soon"}, ValueError, "`as_of` must be a date or ISO text such as '2024-12-31', got 'soon'"),
        ({"as_of": None}, ValueError, "`as_of` is missing"),
        ({"as_of": 20240331}, TypeError, "`as_of` must be a date or ISO text.*got 20240331"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        customer_report(as_transactions(log([("ann", "2024-03-01", 5)])), **({"as_of": "2024-03-31"} | options))


def test_a_table_that_is_no_transactions_table_is_refused(cdnow):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\].*as_transactions makes"):
        customer_report(cdnow, as_of=AS_OF)
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.*got list"):
        customer_report([], as_of=AS_OF)
