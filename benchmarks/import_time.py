"""Time of ``import crmkit`` beside that of ``import pandas``, each in fresh interpreters, in turn."""

import statistics
import subprocess
import sys

RUNS = 9


def seconds(module):
    """Time one import in a fresh interpreter."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)  # noqa: S603


def main():
    """Print the medians and what crmkit adds."""
    runs = [(seconds("pandas"), seconds("crmkit")) for _ in range(RUNS)]
    pandas, crmkit = (statistics.median(column) for column in zip(*runs, strict=True))
    print("\n## Import time, median of", RUNS)
    print(f"pandas {pandas:.3f} s, crmkit {crmkit:.3f} s, added {crmkit - pandas:.3f} s (aim: at most 0.2 s)")


if __name__ == "__main__":
    main()
