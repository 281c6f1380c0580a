"""Pure functions that are asked the same by many tests and answer once."""

import functools
import importlib
import pickle
from contextlib import contextmanager

import pytest

__all__ = ["PARTS_OF_CHURN", "remembering"]

# What `crmkit.views.churn_outlook` finds in a log, whatever the list of whom to call is to be.
PARTS_OF_CHURN = [
    f"crmkit.views._churn_outlook.{part}"
    for part in (
        *("snapshot_features", "churn_snapshots", "churn_horizon_table", "learned_from", "_pareto"),
        *("early_warning_table", "early_warning_history_table"),
    )
]


@contextmanager
def remembering(*targets):
    """Let functions, by module and name, give again what they have given for equal arguments."""
    with pytest.MonkeyPatch.context() as patched:
        for target in targets:
            module, name = target.rsplit(".", 1)
            patched.setattr(target, _remembered(getattr(importlib.import_module(module), name)))
        yield


def _remembered(function):
    known = {}

    @functools.wraps(function)
    def asked(*arguments, **options):
        key = pickle.dumps((arguments, options))
        if key not in known:
            known[key] = function(*arguments, **options)
        return known[key]

    return asked
