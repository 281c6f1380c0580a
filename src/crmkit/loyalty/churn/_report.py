"""A model of churn beside simple baselines, on customers and times that it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import as_numbers, interval_of_draws, read_outcomes
from crmkit._tables import open_columns
from crmkit.loyalty.churn._baselines import baseline_columns, read_baselines
from crmkit.loyalty.churn._classifier import ChurnClassifier
from crmkit.loyalty.churn._feature_names import check_features
from crmkit.loyalty.churn._report_measures import HIGHER_IS_BETTER, MEASURES, weighted_measures

__all__ = ["churn_report_table"]

# Weights that are held in memory at a time.
_BLOCK: Final = 4_000_000

_NOT_A_MODEL: Final = Message(
    en="{@model} must be a ChurnClassifier, got {got!r}.", zh="{@model} 须为 ChurnClassifier，得到 {got!r}。"
)
_NOT_A_SPLIT: Final = Message(
    en="{@split} must split rows as SnapshotSplit does, got {got!r}.",
    zh="{@split} 须像 SnapshotSplit 那样划分行，得到 {got!r}。",
)
_LENGTHS: Final = Message(
    en="{@y} has {got:,} {got:value|values}, and {@X} {n:,} {n:row|rows}.",
    zh="{@y} 有 {got:,} 个值，而 {@X} 有 {n:,} 行。",
)
_SEEN: Final = Message(
    en="The model has learned from cutoffs up to {last}, and {@X} begins with {first}. Give later cutoffs, or {@split} "
    "to fit it again on earlier ones.",
    zh="模型已学习截至 {last} 的截止日，而 {@X} 始于 {first}。"
    "请给出更晚的截止日，或用 {@split} 在更早的截止日上重新拟合。",
)
_ONE_SIDED: Final = Message(
    en="At the cutoff {cutoff} all {n:,} {n:customer|customers} tested had the same outcome, so no score can rank "
    "them. Leave this cutoff out.",
    zh="截止日 {cutoff} 检验的 {n:,} 位客户结果全部相同，评分无从排序。请去掉该截止日。",
)


class _Tested(NamedTuple):
    """Tested rows: outcomes, scores by name, and numbers of customers and cutoffs."""

    left: Floats
    scores: dict[str, Floats]
    customers: npt.NDArray[np.intp]
    cutoffs: npt.NDArray[np.intp]


def churn_report_table(
    model: ChurnClassifier,
    X: FrameT,
    y: Any,
    *,
    split: Any = None,
    baselines: Mapping[str, Any] | None = None,
    horizon_days: int | None = None,
    features: Sequence[str] | None = None,
    share: float = 0.1,
    n_draws: int = 1000,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Compare a model of churn with simple scores on customers and times that it has not seen, with intervals.

    Each measure is worked out at each cutoff and averaged over the cutoffs. The intervals are of a bootstrap over
    customers, each with all their rows, and over cutoffs; model and baselines are drawn together, so that the interval
    of their difference is narrower than those of the two.

    Parameters
    ----------
    model : ChurnClassifier
        With ``split`` it is fitted again on each training side; without, it must be fitted on earlier cutoffs.
    X : pandas, Polars or PyArrow table
        Snapshots with features, and with the columns of the baselines.
    y : array-like of {0, 1} or of bool
        Whether each left. Rows where it is missing are left out.
    split : splitter of scikit-learn's kind, optional
        Such as `SnapshotSplit`, with several ``n_cutoffs``.
    baselines : dict, optional
        By name, a column of ``X``, values, one per row (higher for those likelier to leave), or a fitted purchase
        model, whose ``probability_inactive`` is taken. Fit it to orders up to the first cutoff tested: later ones know
        the future. The column ``days_since_last`` is always a baseline if it is there.
    horizon_days : int, optional
        Days in which a customer must buy to have stayed, for purchase models.
    features : list of str, optional
        What the model learns from with ``split``; by default all but the two columns and the columns of baselines.
    share : float, default 0.1
        Share of the customers that counts as the top, between 0 and 1.
    n_draws : int, default 1000
        Draws of the bootstrap, at least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, Generator or None, default 0
        Source of the draws.

    Returns
    -------
    the kind of frame given
        One row per score, the model's first, and measure.

        ``score``, ``measure``
            ``model`` or the baseline's name; ``auc``, ``average_precision``, ``lift`` and ``captured`` of the top (see
            `score_table`), ``brier_score``, and ``calibration_difference``: mean probability less churn rate.
        ``value``, ``lower``, ``upper``
            Mean over the cutoffs, with its interval; the last two measures are missing where a score is no probability.
        ``lowest``, ``highest``
            At the cutoffs. With few of them these say more of how it varies over time than the interval.
        ``difference``, ``difference_lower``, ``difference_upper``
            The model's value less the baseline's; missing for the model, and for ``calibration_difference``.
        ``verdict``
            Of the model: "better" or "worse" than the baseline if the interval of the difference leaves out 0, else
            "unclear"; missing where there is no difference.
        ``n_rows``, ``n_customers``, ``n_cutoffs``, ``churn_rate``
            What was tested, and the mean churn rate of the cutoffs.

    Raises
    ------
    SchemaError
        If a column is missing, or there is no baseline.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a value is missing or out of range, all at a cutoff left or stayed, or the model has seen the cutoffs.

    See Also
    --------
    SnapshotSplit : A split by customer and time.
    score_table : Scores at one cutoff.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.loyalty.churn import ChurnClassifier, SnapshotSplit
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"customer_id": np.tile(np.arange(300), 3)})
    >>> table["cutoff"] = np.repeat(pd.to_datetime(["2024-01-31", "2024-04-30", "2024-07-31"]), 300)
    >>> table["days_since_last"], table["n_orders"] = rng.exponential(60, 900), rng.poisson(3, 900)
    >>> left = rng.random(900) < 1 / (1 + np.exp(table["n_orders"] - table["days_since_last"] / 30))
    >>> report = churn_report_table(
    ...     ChurnClassifier(learner="logistic", random_state=0), table, left, n_draws=200,
    ...     split=SnapshotSplit(embargo_days=90, n_cutoffs=2),
    ... )
    >>> report.loc[report["measure"] == "auc", ["score", "value", "difference", "verdict"]].round(2)
                 score  value  difference verdict
    0            model   0.90         NaN    None
    6  days_since_last   0.79        0.11  better
    """
    if not isinstance(model, ChurnClassifier):
        raise TypeError(_NOT_A_MODEL(got=model))
    check_int(n_draws, name="n_draws", low=2)
    check_fraction(share, name="share")
    check_fraction(level, name="level")
    check_features(features, other_than=_names(model).values())
    columns = baseline_columns(baselines)
    opened = open_columns(X, [*(features or []), *columns], name="X", made_by="churn_snapshots")
    table = to_pandas(opened)
    outcomes = np.asarray(as_numbers(y))
    if outcomes.shape != (len(table),):
        raise ValueError(_LENGTHS(got=outcomes.size, n=len(table)))
    known = ~np.asarray(pd.isna(outcomes))
    (left,) = read_outcomes(outcomes[known], name="y")
    scores = read_baselines(baselines, table, known, horizon_days=horizon_days)
    rows = table[known].reset_index(drop=True)
    places, expected = _expected(model, rows, left, split, features, columns)
    tested = _Tested(
        left[places],
        {"model": expected, **{name: each[places] for name, each in scores.items()}},
        *(_codes(rows, _names(model)[column], places) for column in ("customer_id", "cutoff")),
    )
    _check_both(tested, rows, places, _names(model)["cutoff"])
    rng = as_generator(random_state)
    return from_pandas(_table(tested, share=share, n_draws=n_draws, level=level, rng=rng), like=X)


def _names(model: ChurnClassifier) -> dict[str, str]:
    source = vars(model).get("options_", model)
    return {"customer_id": source.customer_id, "cutoff": source.cutoff}


def _expected(
    model: ChurnClassifier, rows: pd.DataFrame, left: Floats, split: Any, features: Any, baselines: list[str]
) -> tuple[npt.NDArray[np.intp], Floats]:
    """The places of the rows that are tested, and the model's probabilities of leaving."""
    names = [name for name in _names(model).values() if name in rows.columns]
    if split is None:
        check_fitted(model)
        _check_later(model, rows)
        chosen = list(getattr(model, "feature_names_in_", [])) or [name for name in rows if name not in baselines]
        given = open_columns(rows, chosen, name="X", made_by="customer_features").to_native()
        return np.arange(len(rows)), model.predict_proba(given[chosen])[:, 1]
    if not hasattr(split, "split"):
        raise TypeError(_NOT_A_SPLIT(got=split))
    chosen = [name for name in rows if name not in (*names, *baselines)] if features is None else list(features)
    learned = rows[[*names, *chosen]]
    places, expected = [], []
    for train, test in split.split(rows, left):
        fitted = clone(model).fit(learned.iloc[train], left[train])
        places.append(test)
        expected.append(fitted.predict_proba(learned.iloc[test])[:, 1])
    return np.concatenate(places), np.concatenate(expected)


def _check_later(model: ChurnClassifier, rows: pd.DataFrame) -> None:
    name, last = _names(model)["cutoff"], model.card_["last_cutoff"]
    if name in rows.columns and last is not None and rows[name].min() <= pd.Timestamp(last):
        raise ValueError(_SEEN(last=last, first=f"{rows[name].min():%Y-%m-%d}"))


def _codes(rows: pd.DataFrame, name: str, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Customers or cutoffs of the tested rows by number; without the column, each row is a customer, at one cutoff."""
    if name in rows.columns:
        return np.asarray(pd.factorize(rows[name].iloc[places], sort=True)[0], dtype=np.intp)
    return np.arange(len(places)) if name != "cutoff" else np.zeros(len(places), dtype=np.intp)


def _check_both(tested: _Tested, rows: pd.DataFrame, places: npt.NDArray[np.intp], name: str) -> None:
    for cutoff in np.unique(tested.cutoffs):
        there = tested.cutoffs == cutoff
        if tested.left[there].min() == tested.left[there].max():
            day = f"{rows[name].iloc[places[there][0]]:%Y-%m-%d}" if name in rows.columns else ""
            raise ValueError(_ONE_SIDED(cutoff=day, n=int(there.sum())))


def _table(tested: _Tested, *, share: float, n_draws: int, level: float, rng: np.random.Generator) -> pd.DataFrame:
    n_cutoffs, n_customers = int(tested.cutoffs.max()) + 1, int(tested.customers.max()) + 1
    at_cutoffs = _measured(tested, np.ones((1, n_customers)), share=share)[0]
    blocks = []
    for size in _sizes(n_draws, len(tested.left)):
        drawn = _measured(tested, rng.standard_exponential((size, n_customers)), share=share)
        # Time varies too: other cutoffs could have been looked at.
        of_cutoffs = rng.dirichlet(np.ones(n_cutoffs), size)
        blocks.append(np.einsum("dscm,dc->dsm", drawn, of_cutoffs))
    draws, value = np.concatenate(blocks), at_cutoffs.mean(axis=1)
    ends = interval_of_draws(draws.reshape(n_draws, -1), level=level)
    apart = interval_of_draws((draws[:, :1] - draws).reshape(n_draws, -1), level=level)
    rate = np.mean([tested.left[tested.cutoffs == cutoff].mean() for cutoff in range(n_cutoffs)])
    names = list(tested.scores)
    table = pd.DataFrame(
        {
            "score": np.repeat(names, len(MEASURES)),
            "measure": list(MEASURES) * len(names),
            "value": value.ravel(),
            "lower": ends[0],
            "upper": ends[1],
            "lowest": at_cutoffs.min(axis=1).ravel(),
            "highest": at_cutoffs.max(axis=1).ravel(),
            "difference": (value[:1] - value).ravel(),
            "difference_lower": apart[0],
            "difference_upper": apart[1],
        }
    )
    none = (table["score"] == "model") | ~table["measure"].isin(HIGHER_IS_BETTER)
    table.loc[none, ["difference", "difference_lower", "difference_upper"]] = np.nan
    told = (table[name] for name in ("measure", "difference", "difference_lower", "difference_upper"))
    verdicts = [_verdict(*row) for row in zip(*told, strict=True)]
    return table.assign(
        verdict=pd.Series(verdicts, dtype=object),
        n_rows=len(tested.left),
        n_customers=n_customers,
        n_cutoffs=n_cutoffs,
        churn_rate=rate,
    )


def _sizes(n_draws: int, n_rows: int) -> Iterator[int]:
    size = max(1, _BLOCK // n_rows)
    for first in range(0, n_draws, size):
        yield min(size, n_draws - first)


def _measured(tested: _Tested, weights: Floats, *, share: float) -> Floats:
    """Measures of shape (n_draws, n_scores, n_cutoffs, n_measures), customers weighing the same at all cutoffs."""
    n_cutoffs = int(tested.cutoffs.max()) + 1
    measured = np.empty((len(weights), len(tested.scores), n_cutoffs, len(MEASURES)))
    for cutoff in range(n_cutoffs):
        there = tested.cutoffs == cutoff
        of_rows = weights[:, tested.customers[there]]
        for place, scores in enumerate(tested.scores.values()):
            measured[:, place, cutoff] = weighted_measures(tested.left[there], scores[there], of_rows, share=share)
    return measured


def _verdict(measure: str, difference: float, lower: float, upper: float) -> str | None:
    if np.isnan(difference):
        return None
    if not (lower > 0 or upper < 0):
        return "unclear"
    return "better" if (lower > 0) == HIGHER_IS_BETTER[measure] else "worse"
