"""Learners of scikit-learn's as text, kept by skops: it runs no code, and holds types from a fixed list alone."""

from __future__ import annotations

import binascii
import zipfile
from base64 import b64decode, b64encode
from importlib import import_module
from typing import Any, Final

from sklearn.base import BaseEstimator

from crmkit._estimator._json import JsonError
from crmkit._extras import check_extra
from crmkit._messages import Message

__all__ = ["foreign_as_text", "foreign_from_text"]

# Beside the types that skops itself vouches for: what fitted learners of scikit-learn's are made of.
TRUSTED: Final = frozenset(
    {
        "numpy.dtype",
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.compose._column_transformer._RemainderColsList",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
    }
)

_UNTRUSTED: Final = Message(
    en="A {learner} holds types that are not on the list of trusted ones, {types}, and cannot be kept. Build it of "
    "scikit-learn's own parts.",
    zh="{learner} 含有不在可信列表中的类型 {types}，无法保存。请只用 scikit-learn 自带的组件构成。",
)


def foreign_as_text(learner: BaseEstimator) -> str:
    """Write a learner as text that `foreign_from_text` reads; refuse one that it would not."""
    check_extra("churn", "skops")
    skops: Any = import_module("skops.io")
    written = skops.dumps(learner, compression=zipfile.ZIP_DEFLATED)
    if strange := sorted(set(skops.get_untrusted_types(data=written)) - TRUSTED):
        raise TypeError(_UNTRUSTED(learner=type(learner).__name__, types=strange))
    return b64encode(written).decode("ascii")


def foreign_from_text(text: Any) -> BaseEstimator:
    """Restore a learner, of trusted types alone."""
    check_extra("churn", "skops")
    skops: Any = import_module("skops.io")
    exceptions: Any = import_module("skops.io.exceptions")
    try:
        written = b64decode(text, validate=True)
        if strange := set(skops.get_untrusted_types(data=written)) - TRUSTED:
            raise JsonError(f"{sorted(strange)} are not trusted")
        learner = skops.loads(written, trusted=sorted(TRUSTED))
    except (
        binascii.Error, zipfile.BadZipFile, exceptions.UntrustedTypesFoundException, ImportError, AssertionError
    ) as error:  # fmt: skip
        raise JsonError("what skops wrote is damaged") from error
    if not isinstance(learner, BaseEstimator):
        raise JsonError("skops holds something other than a learner")
    return learner
