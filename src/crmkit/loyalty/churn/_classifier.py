"""Who is about to leave: a calibrated classifier around any learner of scikit-learn's."""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_option
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._learning import (
    CALIBRATIONS,
    Calibration,
    Read,
    as_features,
    as_learned,
    calibrated,
    fit_calibrator,
    label_columns,
    make_learner,
    margins,
    read_rows,
)
from crmkit._messages import Message, Parameter
from crmkit._random import as_generator
from crmkit._stats import one_blas_thread
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._card import Fitted, card_of
from crmkit.loyalty.churn._folds import Folds, honest_folds
from crmkit.loyalty.churn._windows import MOST_DAYS

__all__ = ["ChurnClassifier"]

_N_FOLDS: Final = 5
# What snapshots call the outcome.
_LABEL: Final = "churned"

_NO_Y: Final = Message(
    en="This ChurnClassifier requires y to be passed, but the target y is None: give who left.",
    zh="{@y} 未给出：请给出哪些客户流失。",
)
_ONE_CLASS: Final = Message(
    en="{@y} holds one class only, {values}. A classifier learns from some who left and some who stayed.",
    zh="{@y} 只有一类：{values}。模型须同时见到流失与留下的客户。",
)
_NONE_KNOWN: Final = Message(
    en="The outcome in {@y} is missing in all {n:,} {n:row|rows}: there is nothing to learn from. An outcome is known "
    "once gap and horizon have passed by {@as_of}; give earlier cutoffs, a shorter horizon, or a longer log.",
    zh="{@y} 的全部 {n:,} 行均无结果，无从学习。截止日之后的间隔期与观察期在 {@as_of} 之前结束，结果才可知："
    "请用更早的截止日、更短的观察期或更长的订单记录。",
)
_MANY_CLASSES: Final = Message(
    en="Only binary classification is supported. The type of the target is {kind}; {@y} says who left and who stayed.",
    zh="{@y} 只能有流失与留下两类，得到的类型为 {kind}。",
)
_TOO_FEW: Final = Message(
    en="Of {n:,} {n:row|rows}, {rarer} are of the rarer class: too few to set some aside for the calibration. Give "
    "more customers, or {@calibration=None}.",
    zh="{n:,} 行中较少的一类只有 {rarer} 行，无法留出一部分用于校准。请增加客户，或用 {@calibration=None}。",
)
_NO_DATES: Final = Message(en="{name} must hold days, got {kind}.", zh="{name} 须为日期，得到 {kind}。")
_ANSWER: Final = Message(
    en="{@X} holds the answer, the column {column!r}. Give it as {@y} and leave it out of {@X}.",
    zh="{@X} 含有答案列 {column!r}。请将其作为 {@y} 传入，并从 {@X} 中去掉。",
)
_GAPS: Final = Message(
    en="{name} is missing in {n:,} {n:row|rows}. Each row needs one.", zh="{name} 在 {n:,} 行缺失，而每行都须有值。"
)


class ChurnClassifier(ClassifierMixin, JsonEstimator):  # type: ignore[misc]
    """Estimate each customer's probability of leaving, calibrated on customers and times that were not learned from.

    A classifier of scikit-learn's. From the table of snapshots it leaves the two columns of the split out of the
    features, and the rows whose time is not up out of the fit. Arrays have features alone.

    The calibration never sees what its learner has seen. Customers are divided into five groups; each is predicted by a
    learner of the other four: where there are three cutoffs or more, at the last ones (half of them, at most three) by
    a learner of two or more earlier ones. The probabilities are fitted to these predictions; then the learner is fitted
    to all rows.

    Parameters
    ----------
    learner : {"boosting", "logistic"} or a classifier of scikit-learn's kind, default "boosting"
        Histogram gradient boosting, or logistic regression with an L2 penalty; both take missing values and labels.
        Another classifier gets numbers as floats and labels as text, with gaps: give a pipeline that takes them.
    calibration : {"sigmoid", "isotonic"} or None, default "sigmoid"
        Platt's sigmoid; a rising step function, for thousands of customers; or the learner's own probabilities.
    embargo_days : int, default 1
        Days from the last cutoff of a learner to the one its calibration is tested at. Give gap + horizon, so that its
        labels are known by then; where fewer than two cutoffs would be left to learn from, only customers are kept
        apart.
    customer_id, cutoff : str, default "customer_id" and "cutoff"
        The two columns, where they are in the table.
    random_state : int, Generator or None, default None
        Which customers go together, and the learner's own chance. A number gives the same model each time.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The outcomes, ascending; the second one is leaving: 1, True or "yes".
    n_features_in_, feature_names_in_ : int, ndarray of str
        The features without the two columns; names if a table was given.
    n_rows_, n_immature_ : int
        Rows that were learned from, and rows left out because their outcome is missing.
    learner_ : estimator
        The fitted learner.
    calibrator_ : dict
        The sigmoid's slope and intercept, or the steps, on the scale of log odds.
    card_ : dict
        The model card: the data, the base rate, the features, the judgement on unseen customers beside the days since
        the last order, and drift; `churn_model_card` writes it as a page.

    See Also
    --------
    churn_snapshots : The rows and outcomes.
    churn_report_table : The classifier beside baselines, over time.

    References
    ----------
    .. [1] Niculescu-Mizil and Caruana (2005), "Predicting Good Probabilities with Supervised Learning", *ICML*.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> silence = rng.exponential(60, 500)
    >>> X = pd.DataFrame({"customer_id": range(500), "silence": silence, "channel": rng.choice(["web", "shop"], 500)})
    >>> y = (rng.random(500) < 1 / (1 + np.exp(2 - silence / 30))).astype(float)
    >>> y[:10] = np.nan
    >>> model = ChurnClassifier(learner="logistic", random_state=0).fit(X, y)
    >>> model.n_rows_, model.n_immature_, list(model.feature_names_in_)
    (490, 10, ['silence', 'channel'])
    >>> asked = pd.DataFrame({"silence": [5, 60, 120], "channel": ["web", "web", "new one"]})
    >>> model.predict_proba(asked)[:, 1].round(1).tolist()
    [0.1, 0.5, 0.9]
    """

    classes_: Any
    n_features_in_: int
    n_rows_: int
    n_immature_: int
    seed_: int
    labels_: list[str]
    columns_: list[str]
    learner_: Any
    calibrator_: Any
    card_: Any

    def __init__(
        self,
        *,
        learner: Any = "boosting",
        calibration: Calibration | None = "sigmoid",
        embargo_days: int = 1,
        customer_id: str = "customer_id",
        cutoff: str = "cutoff",
        random_state: int | np.random.Generator | None = None,
    ) -> None:
        self.learner = learner
        self.calibration = calibration
        self.embargo_days = embargo_days
        self.customer_id = customer_id
        self.cutoff = cutoff
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn who leaves.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            Features of customers, with the two columns of the split where there are some. Numbers, flags and labels;
            missing values are allowed for our learners.
        y : array-like of shape (n_rows,)
            Whether each left: two values, the larger one for leaving. Missing ones are left out.

        Returns
        -------
        ChurnClassifier
            Itself.

        Raises
        ------
        SchemaError
            If a table has no features, or days or the outcome ``churned`` among them.
        TypeError
            If the learner is none, or a parameter is of the wrong kind.
        ValueError
            If ``y`` does not hold two classes or is missing in all rows, there are too few rows, or a value is
            infinite.
        """
        with self._fitting():
            options = self.options_
            if options.calibration is not None:
                check_option(options.calibration, CALIBRATIONS, name="calibration")
            check_int(options.embargo_days, name="embargo_days", low=1, high=2 * MOST_DAYS)
            rng = as_generator(options.random_state)
            read, outcomes = self._ripe(read_rows(X, customer_id=options.customer_id, cutoff=options.cutoff), y)
            self.classes_, happened = _two_classes(outcomes)
            features = as_features(read.features)
            named = isinstance(features, pd.DataFrame)
            self.columns_ = [str(name) for name in features.columns] if named else []
            if _LABEL in self.columns_:
                raise SchemaError(_ANSWER(column=_LABEL))
            self.labels_ = label_columns(features)
            self.n_features_in_, self.n_rows_ = int(features.shape[1]), len(happened)
            self.seed_ = int(rng.integers(2**31 - 1))
            folds = honest_folds(
                happened,
                customers=read.customers,
                cutoffs=read.cutoffs,
                embargo_days=options.embargo_days,
                n_folds=_N_FOLDS,
                rng=rng,
            )
            self.calibrator_, unseen = self._calibrator(features, happened, folds)
            self.learner_ = self._learned(features, happened)
            self.card_ = card_of(
                Fitted(features, happened, read.customers, read.cutoffs, folds, unseen), options, self.n_immature_
            )
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Estimate the probabilities of staying and of leaving.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            As in ``fit``; the two columns of the split may be there or not.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            One column per class, in the order of ``classes_``: the second is leaving.
        """
        check_fitted(self)
        leaving = calibrated(margins(self.learner_, self._known(X)), self.calibrator_)
        return np.column_stack([1 - leaving, leaving])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the likelier class; whom to contact is better decided by `contact_threshold`.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_rows,)
            One of ``classes_`` each.
        """
        leaves = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[leaves.astype(np.intp)])

    @property
    def feature_names_in_(self) -> npt.NDArray[Any]:
        """The names of the features, if a table was given to ``fit``."""
        if not vars(self).get("columns_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'feature_names_in_'")
        return np.array(self.columns_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        learner = vars(self).get("options_", self).learner
        own = not isinstance(learner, BaseEstimator)
        tags.input_tags.allow_nan = own or get_tags(learner).input_tags.allow_nan
        return tags

    def _ripe(self, read: Read, y: Any) -> tuple[Read, npt.NDArray[Any]]:
        """The rows whose outcome is known."""
        if y is None:
            raise ValueError(_NO_Y())
        outcomes = column_or_1d(y, warn=True)
        check_consistent_length(read.features, outcomes)
        known = ~np.asarray(pd.isna(outcomes))
        self.n_immature_ = int((~known).sum())
        if self.n_immature_ and not known.any():
            raise ValueError(_NONE_KNOWN(n=self.n_immature_))
        rows = [read.features[known], *(None if each is None else each[known] for each in read[1:])]
        for name, column in zip((self.options_.customer_id, self.options_.cutoff), rows[1:], strict=True):
            if column is not None and column.isna().any():
                raise ValueError(_GAPS(name=Parameter(name), n=int(column.isna().sum())))
        if rows[2] is not None and not pd.api.types.is_datetime64_any_dtype(rows[2]):
            raise TypeError(_NO_DATES(name=Parameter(self.options_.cutoff), kind=str(rows[2].dtype)))
        return Read(*rows), outcomes[known]

    def _learned(self, features: Any, happened: npt.NDArray[Any]) -> Any:
        """The learner, fitted to some of the rows."""
        learner = make_learner(self.options_.learner, features, labels=self.labels_, seed=self.seed_)
        if not isinstance(self.options_.learner, str):
            return learner.fit(features, happened)
        with one_blas_thread():
            return learner.fit(features, happened)

    def _calibrator(self, features: Any, happened: Any, folds: Folds) -> tuple[Any, Any]:
        """The calibrator, with the rows that it was fitted on and their calibrated probabilities."""
        method = self.options_.calibration
        if method is None:
            return fit_calibrator(np.empty(0), np.empty(0), method=None), None
        parts = [
            (test, margins(self._learned(_rows(features, train), happened[train]), _rows(features, test)))
            for train, test in folds.pairs
        ]
        rows = np.concatenate([test for test, _ in parts]) if parts else np.empty(0, dtype=np.intp)
        if len(np.unique(happened[rows])) < 2:
            rarer = int(min(happened.sum(), (1 - happened).sum()))
            raise ValueError(_TOO_FEW(n=len(happened), rarer=rarer))
        said = np.concatenate([each for _, each in parts])
        calibrator = fit_calibrator(said, happened[rows].astype(np.float64), method=method)
        return calibrator, (rows, calibrated(said, calibrator))

    def _known(self, X: Any) -> Any:
        """The features of new rows, those of the fit in the same order."""
        read = read_rows(X, customer_id=self.options_.customer_id, cutoff=self.options_.cutoff)
        validate_data(self, read.features, reset=False, skip_check_array=True)
        return as_learned(read.features, columns=self.columns_, labels=self.labels_)

    def _check_restored(self) -> None:
        super()._check_restored()
        for name, kinds in (("classes_", list), ("calibrator_", dict), ("card_", dict)):
            if not isinstance(getattr(self, name), kinds):
                raise JsonError(f"{name} is not a {kinds.__name__}")
        if len(self.classes_) != 2 or not all(isinstance(name, str) for name in (*self.columns_, *self.labels_)):
            raise JsonError("two classes, and columns that are text")
        if not hasattr(self.learner_, "predict_proba") and not hasattr(self.learner_, "decision_function"):
            raise JsonError("learner_ is not a classifier")
        calibrated(np.zeros(1), self.calibrator_)
        self.classes_ = np.asarray(self.classes_)


def _two_classes(outcomes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """The classes, ascending, and for each row whether it is of the second."""
    if outcomes.dtype == object and pd.api.types.infer_dtype(outcomes) != "string":
        outcomes = np.array(outcomes.tolist())
    if np.issubdtype(outcomes.dtype, np.number):
        check_array(outcomes, ensure_2d=False, ensure_min_samples=0, input_name="y", dtype=None)
    classes, codes = np.unique(outcomes, return_inverse=True)
    if len(classes) > 2:
        if outcomes.dtype.kind == "f" and (outcomes % 1).any():
            # Not classes at all.
            check_classification_targets(outcomes)
        raise ValueError(_MANY_CLASSES(kind="multiclass"))
    if len(classes) < 2:
        raise ValueError(_ONE_CLASS(values=classes.tolist()))
    return classes, codes.astype(np.int64)


def _rows(features: Any, places: npt.NDArray[np.intp]) -> Any:
    return features.iloc[places] if isinstance(features, pd.DataFrame) else features[places]
