"""A model of churn, tried on later days than it has learned from and then fitted again for today's customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._messages import Message, Said
from crmkit._stats import wilson_interval
from crmkit.loyalty.churn import (
    ChurnClassifier,
    calibration_table,
    capture_table,
    churn_drift_table,
    churn_report_table,
)
from crmkit.views._churn_days import ChurnDays

__all__ = ["Learned", "learned_from", "rates_of"]

# Customers that must have left, and stayed, for a model to learn what sets them apart.
_LEAST: Final = 20
# Of the bootstrap: enough for two digits.
_DRAWS: Final = 300
_KEYS: Final = ("customer_id", "cutoff")
_RATES: Final = ("cutoff", "n_customers", "n_churned", "churn_rate", "churn_rate_lower", "churn_rate_upper")

_TOO_SHORT: Final = Message(
    en="The log is too short to learn who leaves: it covers {n:,} {n:day|days}, and {needed:,} are needed for a "
    "history of {horizon} days, {gap} to act and {horizon} to see who comes back.",
    zh="数据时间太短，无从得知谁会流失：仅覆盖 {n:,} 天，而 {horizon} 天历史、{gap} 天行动期与 {horizon} 天观察期"
    "共需 {needed:,} 天。",
)
_ONE_SIDED: Final = Message(
    en="Too few customers to learn who leaves: of those at risk on earlier days, {left:,} left and {stayed:,} stayed; "
    "a model needs {least} of each.",
    zh="客户太少，无从得知谁会流失：以往面临风险的客户中 {left:,} 位流失、{stayed:,} 位留下；模型至少各需 {least} 位。",
)
_NOT_TRIED: Final = Message(
    en="The model could not be tried on later days than it has learned from: the log covers {n:,} {n:day|days}, and "
    "{needed:,} are needed.",
    zh="无法在晚于训练的日期上检验模型：数据仅覆盖 {n:,} 天，而检验共需 {needed:,} 天。",
)
_TRIED_ON_FEW: Final = Message(
    en="The model could not be tried on later days than it has learned from: too few customers left, or stayed.",
    zh="无法在晚于训练的日期上检验模型：流失或留下的客户太少。",
)


class Learned(NamedTuple):
    """What was learned of churn, and how well it was known; tables are empty where they could not be made."""

    model: ChurnClassifier | None
    probability: Any
    judged: pd.DataFrame
    capture: pd.DataFrame
    calibration: pd.DataFrame
    drift: pd.DataFrame
    problems: dict[str, Said]


def rates_of(snapshots: pd.DataFrame) -> pd.DataFrame:
    """The churn rate at each cutoff whose time is up, with its interval."""
    known = snapshots[snapshots["churned"].notna()]
    found = known.groupby("cutoff")["churned"].agg(n_customers="size", n_churned="sum").reset_index()
    lower, upper = wilson_interval(found["n_churned"], found["n_customers"])
    found = found.astype({"n_customers": "int64", "n_churned": "int64"})
    found = found.assign(
        churn_rate=found["n_churned"] / found["n_customers"], churn_rate_lower=lower, churn_rate_upper=upper
    )
    return found[list(_RATES)]


def learned_from(
    table: pd.DataFrame,
    today: pd.DataFrame,
    *,
    days: ChurnDays,
    learner: Any,
    days_covered: int,
    horizon: int,
    gap: int,
    baselines: Mapping[str, Any],
    seed: int,
) -> Learned:
    """Try a model on the newest cutoff whose outcome is known, then fit it to all of them and score today's customers.

    ``baselines`` are scores of the rows of the newest cutoff, by name; what cannot be made is missing, and said.
    """
    empty = pd.DataFrame()
    nothing = Learned(None, None, empty, empty, empty, empty, {})
    known = table[table["churned"].notna()].reset_index(drop=True) if len(table) else table
    if not days.known or not len(known):
        said = _TOO_SHORT(n=days_covered, needed=days.days_needed, horizon=horizon, gap=gap)
        return nothing._replace(problems={"model": said})
    left, stayed = (_customers(known, outcome) for outcome in (1.0, 0.0))
    if min(left, stayed) < _LEAST:
        return nothing._replace(problems={"model": _ONE_SIDED(left=left, stayed=stayed, least=_LEAST)})
    model = ChurnClassifier(learner=learner, embargo_days=days.embargo, random_state=seed)
    problems, tried = {}, nothing
    early, late = _sides(known, days.to_learn, days.known[-1])
    if not len(early):
        problems["judged"] = _NOT_TRIED(n=days_covered, needed=days.days_to_try)
    elif min(_customers(rows, outcome) for rows in (early, late) for outcome in (1.0, 0.0)) < _LEAST:
        problems["judged"] = _TRIED_ON_FEW()
    else:
        tried = _tried(model, early, late, baselines)
    features = [name for name in known if name not in (*_KEYS, "churned")]
    fitted = ChurnClassifier(learner=learner, embargo_days=days.embargo, random_state=seed)
    fitted.fit(known.drop(columns="churned"), known["churned"])
    probability = fitted.predict_proba(today)[:, 1] if len(today) else np.empty(0)
    drift = churn_drift_table(known[features], today[features]) if len(today) else empty
    return Learned(fitted, probability, tried.judged, tried.capture, tried.calibration, drift, problems)


def _sides(known: pd.DataFrame, to_learn: Sequence[datetime], newest: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    early = known["cutoff"].isin(to_learn)
    late = known["cutoff"] == pd.Timestamp(newest)
    return known[early].reset_index(drop=True), known[late].reset_index(drop=True)


def _customers(rows: pd.DataFrame, outcome: float) -> int:
    return int(rows.loc[rows["churned"] == outcome, "customer_id"].nunique())


def _tried(model: ChurnClassifier, early: pd.DataFrame, late: pd.DataFrame, baselines: Mapping[str, Any]) -> Learned:
    """Score the newest cutoff by what was known on that day."""
    fitted = model.fit(early.drop(columns="churned"), early["churned"])
    rows, left = late.drop(columns="churned"), late["churned"]
    expected = fitted.predict_proba(rows)[:, 1]
    beside = {name: np.asarray(late["customer_id"].map(column), dtype=float) for name, column in baselines.items()}
    beside = {name: column for name, column in beside.items() if not np.isnan(column).any()}
    judged = churn_report_table(fitted, rows, left, baselines=beside or None, n_draws=_DRAWS)
    return Learned(
        fitted,
        expected,
        judged,
        capture_table(left.to_numpy(), expected),
        calibration_table(left.to_numpy(), expected),
        pd.DataFrame(),
        {},
    )
