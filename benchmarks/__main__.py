"""Run every benchmark."""

from benchmarks import customer_summary, import_time, report, rfm_laws, segments

import_time.main()
customer_summary.main()
rfm_laws.main()
segments.main()
report.main()
