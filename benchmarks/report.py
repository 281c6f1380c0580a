"""`crmkit report` on an order log in CSV, beside skrub's table report on the same file.

Run as ``python -m benchmarks.report [n_rows | path of a CSV file] [options of crmkit report]``. The two say different
things: skrub describes the columns of a table, crmkit the customers behind it. Each runs alone in a fresh process;
memory is the peak above what is in use once all is imported.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import crmkit
from benchmarks.harness import alone, headings, peak, row

MODULE = "benchmarks.report"
N_ROWS = 1_000_000
ROWS_PER_CUSTOMER = 5
AS_OF = "2025-12-31"


class Reports:
    """Both reports on one file."""

    def __init__(self, path, *options):
        from skrub import TableReport

        from crmkit.cli._main import main

        self.path, self.options = path, options
        self.command, self.table_report = main, TableReport
        self.page = Path(path).with_suffix(".html")

    def ours(self):
        arguments = ["report", self.path, "--output", str(self.page), *self.options]
        self.command(arguments, standalone_mode=False)

    def peer(self):
        import pandas as pd

        table = pd.read_csv(self.path)
        self.page.write_text(self.table_report(table, verbose=0).html(), encoding="utf-8")


def child(task, path, *options):
    """Write one report in this process, and print its figures."""
    figures = os.dup(1)
    # What the command says is not wanted here.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    reports = Reports(path, *options)
    start = time.perf_counter()
    memory = peak(reports, task)
    taken = time.perf_counter() - start
    size = reports.page.stat().st_size / 1000
    os.write(figures, json.dumps({"seconds": taken, "memory": memory, "size": size}).encode())


def orders_file(folder, n_rows):
    """Write simulated orders as CSV."""
    made = crmkit.make_transactions(n_customers=n_rows // ROWS_PER_CUSTOMER, purchases_per_year=8.0, random_state=1)
    path = Path(folder) / "orders.csv"
    made.orders.head(n_rows)[["customer_id", "date", "amount"]].to_csv(path, index=False)
    return str(path)


def main(asked=str(N_ROWS), *options):
    """Write both reports, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        simulated = asked.isdecimal()
        path = orders_file(folder, int(asked)) if simulated else asked
        options = ("--as-of", AS_OF) if simulated else options
        found = {task: alone(MODULE, task, path, *options) for task in ("ours", "peer")}
        pages = [f"{found[task]['size']:,.0f}" for task in found]
        megabytes = Path(path).stat().st_size / 1e6
        print(f"\n## report on {Path(path).name}, {megabytes:,.0f} MB")
        print(headings("ours, kB", "peer, kB"))
        times, memory = ({task: found[task][kind] for task in found} for kind in ("seconds", "memory"))
        print(row(*pages, times=times, memory=memory), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["ours"], ["peer"]):
        child(*sys.argv[1:])
    else:
        main(*sys.argv[1:])
