"""Learners of scikit-learn's kind, their calibration, and features of customers as they take them."""

from crmkit._learning._calibrators import CALIBRATIONS, Calibration, calibrated, fit_calibrator
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
    "CALIBRATIONS",
    "INFINITE",
    "LEARNERS",
    "Calibration",
    "Read",
    "as_features",
    "as_learned",
    "calibrated",
    "fit_calibrator",
    "label_columns",
    "make_learner",
    "make_mean_learner",
    "margins",
    "number_column",
    "read_rows",
]
