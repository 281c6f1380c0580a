"""A Spark session's time zone moves no order, wherever it lies."""

import pandas as pd
import pytest
from tests.frames import Builder, as_pandas

from crmkit import as_transactions, audit_orders, customer_summary, holdout_split

ORDERS = pd.DataFrame(
    {
        "customer_id": [1, 1, 2],
        "date": pd.to_datetime(["2024-03-31 23:59", "2024-04-01 00:01", "2024-04-01 00:00"]).astype("datetime64[us]"),
        "amount": [1.0, 2.0, 4.0],
    }
)


@pytest.mark.spark
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_days_end_at_local_midnight(spark, zone):
    # 31 March holds one order of 1.00; what comes a minute after midnight belongs to April
    given = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        orders = Builder("spark", spark=spark)(ORDERS)
        transactions = as_transactions(orders)
        march = as_pandas(customer_summary(transactions, as_of="2024-03-31"))
        assert march["spend"].tolist() == [1.0]
        split = as_pandas(holdout_split(transactions, calibration_end="2024-03-31", observation_end="2024-04-30"))
        assert split["holdout_spend"].tolist() == [2.0]
        audit = as_pandas(audit_orders(orders, as_of="2024-03-31")).set_index("reason")["n_rows"]
        assert audit[["after_as_of", "kept"]].tolist() == [2, 1]
    finally:
        spark.conf.set("spark.sql.session.timeZone", given)
