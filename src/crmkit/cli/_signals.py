"""A command that is terminated removes its temporary folders and half-written files."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

__all__ = ["exiting_when_terminated"]

# The second is sent when the terminal closes; not all systems have it.
_NAMES: Final = ("SIGTERM", "SIGHUP")
# Shells add the signal's number to this for a process that a signal ended.
_EXIT: Final = 128


@contextmanager
def exiting_when_terminated() -> Iterator[None]:
    """Turn the signals into an ordinary exit; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    exits: list[int] = []
    # What is ignored, as SIGHUP is under nohup, stays ignored.
    heeded = [number for number in _numbers() if signal.getsignal(number) is not signal.SIG_IGN]

    def leave(number: int, frame: Any) -> None:  # noqa: ARG001
        exits.append(_EXIT + number)
        # A second signal would interrupt the clean-up.
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(exits[0])

    before = {number: signal.signal(number, leave) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        # An engine at work turns the exit into an error of its own.
        if exits:
            sys.exit(exits[0])


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
