"""A command that is told to end removes what it holds in temporary folders."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

__all__ = ["exiting_when_terminated"]

# What shells give for a process that this signal ended.
_EXIT_TERMINATED: Final = 128 + signal.SIGTERM


@contextmanager
def exiting_when_terminated() -> Iterator[None]:
    """Make SIGTERM an exit like any other; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    terminated = False

    def leave(number: int, frame: Any) -> None:  # noqa: ARG001
        nonlocal terminated
        terminated = True
        # A second one would end the tidying up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(_EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        # An engine at work makes an error of its own of the exit.
        if terminated:
            sys.exit(_EXIT_TERMINATED)
