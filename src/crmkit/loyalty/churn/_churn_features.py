"""Features of snapshots as numbers for a learner, with what purchase models say; learned in training alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Self

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin, clone

from crmkit._arrays import Floats
from crmkit._checks import check_columns, check_int
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._frames import FrameT, in_memory, is_engine, open_frame, rows_like, to_pandas
from crmkit._learning import number_column
from crmkit._messages import Column, Message
from crmkit._time_units import DAYS
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._windows import MOST_DAYS

__all__ = ["ChurnFeatures"]

# Who and when: never features.
_KEYS: Final = ("customer_id", "cutoff")
_LABEL: Final = "churned"
_PREDICTED: Final = ("probability_inactive", "probability_alive", "expected_purchases")
_HISTORY: Final = ("purchase_days", "tenure_days", "days_since_last")
_LOG_GAPS: Final = "log_gap_mean"
_BY: Final = "snapshot_features"

_ON_ENGINE: Final = Message(
    en="{@X} is held by an engine. Learners take tables in memory: collect it first.",
    zh="{@X} 在引擎中，而模型须使用内存中的表，请先读入内存。",
)
_ANSWER: Final = Message(
    en="{@X} holds the answer, {column}. Give it as {@y} and drop the column.",
    zh="{@X} 含有答案列{column}。请将其作为 {@y} 传入，并从表中删除该列。",
)
_DATES: Final = Message(
    en="{@X} has dates among its features: {names}. A date says when a row was made; give days up to "
    "the cutoff instead.",
    zh="{@X} 的特征中有日期列 {names}。日期只反映该行何时产生，请改用距截止日的天数。",
)
_NOTHING: Final = Message(
    en="{@X} has no features beside customer_id and cutoff. {@snapshot_features()} adds them.",
    zh="{@X} 除 customer_id 与 cutoff 外没有特征，可用 {@snapshot_features()} 添加。",
)
_NOT_MODELS: Final = Message(
    en="{@models} must be a list or tuple of purchase models, such as [crmkit.value.ParetoNBDModel()], got {value!r}.",
    zh="{@models} 须为购买模型的列表或元组，如 [crmkit.value.ParetoNBDModel()]，得到 {value!r}。",
)
_NO_HORIZON: Final = Message(
    en="{@horizon} is needed with {@models}: the days after a cutoff that they predict, gap + horizon of the "
    "snapshots.",
    zh="给出 {@models} 时须给出 {@horizon}：模型预测截止日之后多少天，即快照的间隔期加观察期。",
)
_NO_CUTOFF: Final = Message(
    en="{where} must hold days, none missing, where {@models} are given.",
    zh="给出 {@models} 时，{where}须为日期且不得缺失。",
)
_TOO_EARLY: Final = Message(
    en="{@X} has snapshots at {day:%Y-%m-%d}, before {first:%Y-%m-%d}, the first cutoff that the models were fitted "
    "at. What they learned then was not known. Fit on earlier cutoffs.",
    zh="{@X} 含有 {day:%Y-%m-%d} 的快照，早于模型最早的拟合截止日 {first:%Y-%m-%d}，当时尚无从得知模型所学。"
    "请用更早的截止日拟合。",
)


class ChurnFeatures(TransformerMixin, JsonEstimator):  # type: ignore[misc]
    """Turn snapshots with features into numbers for a learner, and add what purchase models say.

    Numbers and flags stay as they are, missing values too; a column without any value in `fit` is left out. Labels,
    such as a favourite category or a region, become a column of 0 and 1, such as ``region=north``, for each of their
    most frequent values seen in `fit`. ``customer_id`` and ``cutoff`` say whose and when a row is, and are left out. As
    a step of a pipeline it learns from the rows to train on, and from nothing else.

    Purchase models are fitted on the customers of each cutoff of training, with their histories up to it. A later
    cutoff takes the newest models that are not later than itself, so nothing that a model knows comes from the future
    of a row.

    Parameters
    ----------
    models : list or tuple of purchase models, default ()
        Such as ``crmkit.value.ParetoNBDModel()``. They are cloned, not changed. A model that takes customers for a
        sample of all who ever bought is misled where ``lookback`` has left out those who went long ago: look back over
        the whole log then.
    horizon : int, optional
        Days after the cutoff that the models predict: gap + horizon of the snapshots. Needed with ``models``.
    max_categories : int, default 10
        How many values of a label get a column.

    Attributes
    ----------
    numbers_ : list of str
        The columns taken as they are, of which some value was seen in `fit`.
    categories_ : dict of str to list of str
        Labels with the values that get a column.
    fitted_ : tuple of (str, tuple of models)
        The days of the cutoffs of training, each with its fitted models.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 4 and 8, for data sets of observation dates.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.loyalty.churn import churn_snapshots, snapshot_features
    >>> from crmkit.value import ParetoNBDModel
    >>> transactions = as_transactions(load_cdnow())
    >>> snapshots = churn_snapshots(
    ...     transactions, cutoffs=["1997-06-30", "1997-09-30"], as_of="1998-06-30", lookback=365, horizon=90
    ... )
    >>> table = snapshot_features(snapshots, transactions=transactions, windows=(30, 90))
    >>> features = ChurnFeatures(models=[ParetoNBDModel()], horizon=90)
    >>> numbers = features.fit_transform(table.drop(columns="churned"))
    >>> numbers[["gap_ratio", "pareto_nbd_probability_inactive", "pareto_nbd_expected_purchases"]].head(3).round(3)
       gap_ratio  pareto_nbd_probability_inactive  pareto_nbd_expected_purchases
    0      9.588                            0.911                          0.130
    1      0.554                            0.636                          0.538
    2     14.000                            0.922                          0.115
    """

    numbers_: list[str]
    categories_: dict[str, list[str]]
    fitted_: tuple[tuple[str, tuple[Any, ...]], ...]

    def __init__(self, *, models: Sequence[Any] = (), horizon: int | None = None, max_categories: int = 10) -> None:
        self.models = models
        self.horizon = horizon
        self.max_categories = max_categories

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ARG002
        """Learn which columns there are, the values of labels, and the purchase models.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            As `snapshot_features` gives it, without ``churned``.
        y : object
            Not used.

        Returns
        -------
        ChurnFeatures
            Fitted.

        Raises
        ------
        SchemaError
            If ``X`` holds the answer, dates or no features, or lacks what the models need.
        TypeError
            If ``X`` is not a table in memory, or an option is of the wrong kind.
        ValueError
            If an option is out of range, or ``models`` are given without ``horizon``.
        ConvergenceError
            If a model finds no maximum of its likelihood at a cutoff.
        """
        with self._fitting():
            self._check_options()
            table, kinds = _read(X)
            names = [name for name in table.columns if name not in _KEYS]
            if _LABEL in names:
                raise SchemaError(_ANSWER(column=Column("X", _LABEL)))
            dates = [name for name in names if kinds[name].is_temporal()]
            if dates:
                raise SchemaError(_DATES(names=dates))
            if not names:
                raise SchemaError(_NOTHING())
            labels = [name for name in names if not _is_number(kinds[name])]
            # Learners stumble over a column without a value, such as a change over windows longer than the log.
            self.numbers_ = [name for name in names if name not in labels and table[name].notna().any()]
            self.categories_ = {name: _frequent(table[name], self.options_.max_categories) for name in labels}
            self.fitted_ = self._fitted_models(table) if self.options_.models else ()
        return self

    def transform(self, X: FrameT) -> FrameT:
        """Give the numbers of each snapshot.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            With the columns that were seen in `fit`; others are left out.

        Returns
        -------
        the kind of table given
            The columns of `get_feature_names_out`, as floats; rows as in ``X``, on pandas its index. Of each model
            ``MODEL_probability_inactive`` (no purchase within ``horizon``), ``MODEL_probability_alive`` and
            ``MODEL_expected_purchases``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, or holds text where there were numbers.
        TypeError
            If ``X`` is not a table in memory.
        ValueError
            If a number is infinite, or a cutoff lies before the first that the models were fitted at.
        """
        check_fitted(self)
        table, _ = _read(X)
        check_columns(table.columns, [*self.numbers_, *self.categories_], name="X", made_by=_BY)
        columns = {name: number_column(table[name], where=Column("X", name)).to_numpy() for name in self.numbers_}
        for name, values in self.categories_.items():
            texts = table[name].astype(object).map(str, na_action="ignore")
            columns |= {f"{name}={value}": (texts == value).to_numpy().astype(np.float64) for value in values}
        if self.fitted_:
            columns |= self._predicted(table)
        return rows_like(columns, like=X)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Name the columns that `transform` gives.

        Parameters
        ----------
        input_features : object, optional
            Not used.

        Returns
        -------
        ndarray of str
            Numbers, then values of labels, then what the models say.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        labels = [f"{name}={value}" for name, values in self.categories_.items() for value in values]
        return np.array([*self.numbers_, *labels, *self._predicted_names()], dtype=object)

    def _as_given(self) -> Self:
        given = super()._as_given()
        if isinstance(given.models, list):
            given.models = tuple(given.models)
        return given

    def _check_options(self) -> None:
        options = self.options_
        check_int(options.max_categories, name="max_categories", low=1)
        models = options.models
        if not isinstance(models, tuple) or not all(_is_model(model) for model in models):
            raise TypeError(_NOT_MODELS(value=models))
        if models and options.horizon is None:
            raise ValueError(_NO_HORIZON())
        if options.horizon is not None:
            check_int(options.horizon, name="horizon", low=1, high=2 * MOST_DAYS)

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        models = self.options_.models
        kinds = [tuple(map(type, fitted)) for _, fitted in self.fitted_]
        if any(kind != tuple(map(type, models)) for kind in kinds) or bool(kinds) != bool(models):
            raise JsonError("each cutoff has the models that were given")

    def _fitted_models(self, table: pd.DataFrame) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        days = _cutoffs(table)
        fitted = []
        for day in np.unique(days):
            histories = _histories(table[days == day])
            models = tuple(clone(model).fit(histories) for model in self.options_.models)
            fitted.append((str(day), models))
        return tuple(fitted)

    def _predicted(self, table: pd.DataFrame) -> dict[str, Floats]:
        names, days = self._predicted_names(), _cutoffs(table)
        fitted_at = np.array([day for day, _ in self.fitted_], dtype="datetime64[D]")
        places = np.searchsorted(fitted_at, days, side="right") - 1
        if (places < 0).any():
            first = [pd.Timestamp(day) for day in (days.min(), fitted_at[0])]
            raise ValueError(_TOO_EARLY(day=first[0], first=first[1]))
        found = {name: np.full(len(table), np.nan) for name in names}
        histories = _histories(table)
        for place in np.unique(places):
            rows = places == place
            values = _said(self.fitted_[place][1], histories[rows], days=float(self.options_.horizon or 0))
            for name, column in zip(names, values, strict=True):
                found[name][rows] = column
        return found

    def _predicted_names(self) -> list[str]:
        stems: list[str] = []
        for model in self.options_.models:
            stem = _stem(type(model).__name__)
            number = sum(each == stem or each.startswith(f"{stem}_no") for each in stems) + 1
            stems.append(stem if number == 1 else f"{stem}_no{number}")
        return [f"{stem}_{name}" for stem in stems for name in _PREDICTED]


def _read(X: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Bring a table into pandas, with the types it has."""
    rows = in_memory(open_frame(X, name="X"))
    if is_engine(rows):
        raise TypeError(_ON_ENGINE())
    return to_pandas(rows), dict(rows.collect_schema())


def _is_number(kind: Any) -> bool:
    return bool(kind.is_numeric()) or kind == nw.Boolean


def _floats(column: pd.Series[Any]) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _frequent(column: pd.Series[Any], most: int) -> list[str]:
    """The most frequent values as text, the first by their letters of those that are equally frequent, sorted."""
    counts = column.dropna().astype(str).value_counts()
    ranked = sorted(counts.index, key=lambda value: (-counts[value], value))
    return sorted(ranked[:most])


def _is_model(model: Any) -> bool:
    return not isinstance(model, type) and all(hasattr(model, name) for name in ("fit", *_PREDICTED))


def _stem(name: str) -> str:
    """ParetoNBDModel as pareto_nbd."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.removesuffix("Model")).lower()


def _cutoffs(table: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    check_columns(table.columns, ["cutoff"], name="X", made_by=_BY)
    days = table["cutoff"]
    if not pd.api.types.is_datetime64_any_dtype(days.dtype) or days.isna().any():
        raise SchemaError(_NO_CUTOFF(where=Column("X", "cutoff")))
    return days.to_numpy().astype("datetime64[D]")


def _histories(table: pd.DataFrame) -> pd.DataFrame:
    """The histories of customers, in the words of the purchase models."""
    check_columns(table.columns, _HISTORY, name="X", made_by=_BY)
    days, tenure, since = (_floats(table[name]) for name in _HISTORY)
    histories = pd.DataFrame(
        {"frequency": np.where(days > 0, days - 1, np.nan), "recency": tenure - since, "T": tenure}
    )
    if _LOG_GAPS in table:
        histories["log_gap_sum"] = np.where(days > 1, _floats(table[_LOG_GAPS]) * (days - 1), 0.0)
    return histories


def _said(models: Iterable[Any], histories: pd.DataFrame, *, days: float) -> list[Floats]:
    """What the models say, in the order of their names."""
    said = []
    for model in models:
        horizon = days / DAYS[getattr(model, "time_unit", "D")]
        said += [
            np.asarray(model.probability_inactive(histories, horizon=horizon), dtype=np.float64),
            np.asarray(model.probability_alive(histories), dtype=np.float64),
            np.asarray(model.expected_purchases(histories, horizon=horizon), dtype=np.float64),
        ]
    return said
