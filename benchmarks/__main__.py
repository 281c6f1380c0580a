"""Run every benchmark."""

from benchmarks import customer_summary, import_time

import_time.main()
customer_summary.main()
