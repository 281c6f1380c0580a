"""What benchmarks of speed share: ours and a peer timed in turn, the memory of each, the table printed."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import crmkit

PURCHASES_PER_YEAR = 14.7


def orders_of(n_customers):
    """About ten orders of each customer, over two years."""
    made = crmkit.make_transactions(n_customers=n_customers, purchases_per_year=PURCHASES_PER_YEAR, random_state=1)
    return made.orders[["customer_id", "date", "amount"]]


def compared(module, path, *labels, pair=("ours", "peer")):
    """A line of the table: a pair timed in turn in one process of the module, the memory of each in one of its own."""
    times = alone(module, path, *labels, "time")
    memory = {task: alone(module, path, *labels, task) for task in pair}
    return row(*labels, times=times, memory=memory)


def started(child, main):
    """Do one task where it is named, as `alone` names it, or all of them."""
    if len(sys.argv) > 2:
        child(*sys.argv[1:])
    else:
        main(*map(int, sys.argv[1:]))


def headings(*labels):
    """The first two lines of the table."""
    names = [*labels, "ours, s", "peer, s", "ours / peer", "ours, MB", "peer, MB"]
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def row(*labels, times, memory):
    """A line of the table, from the figures of ours and the peer."""
    (ours, peer), (our_memory, peer_memory) = times.values(), memory.values()
    figures = f"{ours:.2f} | {peer:.2f} | {ours / peer:.2f} | {our_memory:,.0f} | {peer_memory:,.0f}"
    return f"| {' | '.join(labels)} | {figures} |"


def alone(module, *arguments):
    """Run a module in a fresh process and read the figures that it prints."""
    command = [sys.executable, "-m", module, *arguments]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)  # noqa: S603


def seconds(subject, pair, runs):
    """Time both of a pair of methods in turn, without arguments: the median of the runs."""
    taken = {name: [] for name in pair}
    for _ in range(runs):
        for name in pair:
            start = time.perf_counter()
            getattr(subject, name)()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def peak(subject, name):
    """Peak megabytes above what was in use before; right in a fresh process on Linux only."""
    before = memory_field("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # starts a new VmHWM, the most that was ever in use
    getattr(subject, name)()
    return (memory_field("VmHWM") - before) / 1024


def memory_field(field):
    """Kilobytes of one field of this process' status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))
