"""Learners of scikit-learn's kind, and features of customers as they take them."""

from crmkit._learning._learners import LEARNERS, make_learner, make_mean_learner, margins
from crmkit._learning._read_features import (
    INFINITE,
    Read,
    as_features,
    as_learned,
    label_columns,
    number_column,
    read_rows,
)

__all__ = [
    "INFINITE",
    "LEARNERS",
    "Read",
    "as_features",
    "as_learned",
    "label_columns",
    "make_learner",
    "make_mean_learner",
    "margins",
    "number_column",
    "read_rows",
]
