"""Cox's model: what multiplies the risk of leaving, whatever its course in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import Numbers, normal_reach, survival_band
from crmkit.loyalty.survival._regression import Regression, read_profiles, read_regression, read_times
from crmkit.loyalty.survival._regression_fit import curves, effects, fitted, greenwood

__all__ = ["cox_survival_table", "cox_table"]

Ties: TypeAlias = Literal["efron", "breslow"]

_LEAST_TIMES: Final = 2


def cox_table(durations: FrameT, *, features: Sequence[str], ties: Ties = "efron", level: float = 0.95) -> FrameT:
    r"""Estimate by how much features multiply the risk of leaving (Cox's proportional hazards).

    .. math:: h(t \mid x) = h_0(t) \exp(\beta^\top x)

    The baseline :math:`h_0` is left open. Computed by the package greenwood: ``pip install 'crmkit[survival]'``.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        ``duration``, ``observed`` and the features, as `subscription_durations` makes it with ``keep=``; customers who
        came into sight late count from their ``entry``, where it is there.
    features : sequence of str
        Columns of numbers or flags, known at the start. Code categories as 0 and 1. For features that change in time
        take `DiscreteHazardModel` with ``link="cloglog"``.
    ties : {"efron", "breslow"}, default "efron"
        How those count who left at the same duration.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per feature. ``feature``; ``estimate``, the effect :math:`\beta` of one unit; ``std_error``;
        ``hazard_ratio``, :math:`e^\beta`: 2 is twice the risk at any time; ``lower``, ``upper`` of the hazard ratio;
        ``p_value`` of no effect; ``proportional_p_value``: of an effect that does not change in time (Grambsch and
        Therneau, Kaplan–Meier scale). Where it is small, the hazard ratio is a mean of early and late ones;
        missing where all left at one duration.

    Raises
    ------
    ModuleNotFoundError
        If greenwood is not installed.
    SchemaError
        If a column is missing or holds an impossible value, nobody left, or features follow from one another.
    TypeError
        If ``durations`` is not a frame, or ``features`` not a list of names.
    ValueError
        If an option lies outside its range.
    ConvergenceError
        If features tell exactly who stays longer.

    References
    ----------
    .. [1] Cox (1972), "Regression Models and Life-Tables", *JRSS B* 34.
    .. [2] Grambsch and Therneau (1994), "Proportional Hazards Tests and Diagnostics Based on Weighted Residuals",
       *Biometrika* 81.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration": [6, 7, 10, 15, 19, 25, 1, 3, 4, 8, 12, 30], "observed": [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    ...     "discount": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ... })
    >>> cox_table(durations, features=["discount"])[["feature", "estimate", "hazard_ratio", "p_value"]].round(3)
        feature  estimate  hazard_ratio  p_value
    0  discount    -0.775         0.461    0.317
    """
    check_option(ties, ("efron", "breslow"), name="ties")
    check_fraction(level, name="level")
    data = read_regression(durations, features)
    model = _fitted(data, ties=ties)
    table = effects(model, data, names=data.names, ratio="hazard_ratio", level=level)
    table["proportional_p_value"] = _proportional(model, data)
    return from_pandas(table, like=durations)


def cox_survival_table(
    durations: Any,
    *,
    features: Sequence[str],
    profiles: FrameT,
    times: Numbers,
    ties: Ties = "efron",
    level: float = 0.95,
) -> FrameT:
    """Estimate the share of customers with given features who stay longer than some durations, by Cox's model.

    Computed by the package greenwood: ``pip install 'crmkit[survival]'``.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `cox_table`.
    features : sequence of str
        As in `cox_table`.
    profiles : table of any kind
        A row per profile, with the features.
    times : float or array-like of float
        The durations asked for, at least 0.
    ties : {"efron", "breslow"}, default "efron"
        As in `cox_table`.
    level : float, default 0.95
        Confidence of the interval of each share, between 0 and 1.

    Returns
    -------
    the kind of frame of the profiles
        One row per profile and duration, ascending. ``profile``, the place of the row from 0; ``duration``;
        ``survival``; ``lower``, ``upper``, on the scale of log(-log). Missing beyond the longest duration seen.

    Raises
    ------
    ModuleNotFoundError
        If greenwood is not installed.
    SchemaError
        If a column is missing or holds an impossible value, nobody left, or features follow from one another.
    TypeError
        If a table is not a frame, or ``features`` not a list of names.
    ValueError
        If an option lies outside its range.
    ConvergenceError
        If features tell exactly who stays longer.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration": [6, 7, 10, 15, 19, 25, 1, 3, 4, 8, 12, 30], "observed": [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    ...     "discount": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ... })
    >>> profiles = pd.DataFrame({"discount": [0, 1]})
    >>> cox_survival_table(durations, features=["discount"], profiles=profiles, times=[10]).round(3)
       profile  duration  survival  lower  upper
    0        0      10.0     0.357  0.053  0.696
    1        1      10.0     0.622  0.201  0.869
    """
    check_option(ties, ("efron", "breslow"), name="ties")
    check_fraction(level, name="level")
    asked = read_times(times)
    data = read_regression(durations, features)
    given = read_profiles(profiles, data)
    table = curves(_fitted(data, ties=ties, level=level), given, times=asked)
    # greenwood's interval is symmetric on the scale of the logarithm, where its upper end may pass 1.
    survival = table["survival"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.log(survival / table["lower"].to_numpy()) / normal_reach(level)
    table["lower"], table["upper"] = survival_band(survival, error**2, level=level)
    beyond = table["duration"] > data.durations.max()
    table.loc[beyond, ["survival", "lower", "upper"]] = np.nan
    return from_pandas(table, like=profiles)


def _fitted(data: Regression, *, ties: Ties, level: float = 0.95) -> Any:
    return fitted(greenwood().CoxPH(ties=ties, conf_level=level), data, names=data.names)


def _proportional(model: Any, data: Regression) -> Floats:
    """The test of effects that do not change in time; ``nan`` where all left at one duration."""
    if len(np.unique(data.durations[data.observed == 1])) < _LEAST_TIMES:
        return np.full(len(data.names), np.nan)
    test = model.cox_zph(transform="km").to_frame(format="pandas").set_index("term")["p_value"]
    return np.asarray(test.reindex(data.names), dtype=np.float64)
