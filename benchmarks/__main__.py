"""Run every benchmark."""

from benchmarks import (
    assign_arms,
    baskets,
    churn_profit,
    churn_snapshots,
    cohorts,
    customer_profit,
    customer_summary,
    import_time,
    one_customer,
    points,
    recommendations,
    report,
    rfm_laws,
    segment_schemes,
    segments,
    survival,
    tracking,
    value_purchases,
    value_pymc,
    value_spend,
)

import_time.main()
customer_summary.main()
cohorts.main()
churn_snapshots.main()
rfm_laws.main()
segments.main()
segment_schemes.main()
survival.main()
assign_arms.main()
points.main()
customer_profit.main()
one_customer.main()
tracking.main()
churn_profit.main()
baskets.main()
recommendations.main()
value_purchases.main()
value_spend.main()
value_pymc.main()
report.main()
