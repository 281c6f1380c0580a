"""Accelerated failure times: what makes customers stay longer, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_option, some
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import Numbers
from crmkit.errors import SchemaError
from crmkit.loyalty.survival._regression import Regression, read_profiles, read_regression, read_times
from crmkit.loyalty.survival._regression_fit import INTERCEPT, curves, effects, fitted, greenwood

__all__ = ["aft_law_table", "aft_survival_table", "aft_table"]

Law: TypeAlias = Literal["weibull", "exponential", "lognormal", "loglogistic"]

_LAWS: Final[tuple[Law, ...]] = get_args(Law)

_NO_LAWS: Final = Message(
    en="{@laws} must be a list of at least one of {laws}, got {value!r}.",
    zh="{@laws} 须为列表，至少含 {laws} 之一，得到 {value!r}。",
)
_LATE: Final = Message(
    en="{@durations} holds customers who came into sight late ({entry} above 0), which these laws are not fitted with. "
    "Take {@cox_table()}, or those seen from their start.",
    zh="{@durations} 中有后来才进入视野的客户（{entry} 大于 0），这些分布的拟合不支持。请用 {@cox_table()}，"
    "或只用自开始即被观察的客户。",
)
_AT_ONCE: Final = Message(
    en="{@durations} holds durations of 0 in {n:,} {n:row|rows}, first at rows {rows}, of which these laws have none. "
    "Leave out those who began on the last day; a loss on the first day counts as half a day.",
    zh="{@durations} 在 {n:,} 行的时长为 0，最先见于行 {rows}，而这些分布没有 0 时长。请去掉最后一天才开始的客户；"
    "首日即离开的可计为半天。",
)


def aft_table(durations: FrameT, *, features: Sequence[str], law: Law = "weibull", level: float = 0.95) -> FrameT:
    r"""Estimate by how much features stretch the time that customers stay (accelerated failure times).

    .. math:: \ln T = \alpha + \beta^\top x + \sigma \varepsilon

    The law of :math:`\varepsilon` is given, so that survival goes on beyond the data. Computed by the package
    greenwood: ``pip install 'crmkit[survival]'``.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        ``duration`` (above 0), ``observed`` and the features, of customers seen from their start.
    features : sequence of str
        Columns of numbers or flags, known at the start. Code categories as 0 and 1.
    law : {"weibull", "exponential", "lognormal", "loglogistic"}, default "weibull"
        The law of the durations; `aft_law_table` compares them.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row for the "intercept", then one per feature. ``feature``; ``estimate``; ``std_error``; ``time_ratio``,
        the exponential of the estimate: 2 is a time twice as long; ``lower``, ``upper`` of the time ratio; ``p_value``
        of no effect.

    Raises
    ------
    ModuleNotFoundError
        If greenwood is not installed.
    SchemaError
        If a column is missing or holds an impossible value, a duration is 0, somebody came into sight late, nobody
        left, or features follow from one another.
    TypeError
        If ``durations`` is not a frame, or ``features`` not a list of names.
    ValueError
        If an option lies outside its range.
    ConvergenceError
        If no maximum of the likelihood is found.

    References
    ----------
    .. [1] Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, 2nd ed., chapter 7.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration": [6, 7, 10, 15, 19, 25, 1, 3, 4, 8, 12, 30], "observed": [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    ...     "discount": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ... })
    >>> aft_table(durations, features=["discount"])[["feature", "estimate", "time_ratio", "p_value"]].round(3)
         feature  estimate  time_ratio  p_value
    0  intercept     2.474      11.875    0.000
    1   discount     0.788       2.200    0.266
    """
    check_option(law, _LAWS, name="law")
    check_fraction(level, name="level")
    data = _read(durations, features)
    table = effects(_fitted(data, law=law), data, names=_names(data), ratio="time_ratio", level=level)
    return from_pandas(table, like=durations)


def aft_law_table(durations: FrameT, *, features: Sequence[str], laws: Sequence[Law] = _LAWS) -> FrameT:
    r"""Compare laws of the time that customers stay, by how likely they make what was seen.

    Computed by the package greenwood: ``pip install 'crmkit[survival]'``.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `aft_table`.
    features : sequence of str
        As in `aft_table`.
    laws : sequence of str, default all
        The laws to compare.

    Returns
    -------
    the kind of frame given
        One row per law, the one with the smallest ``aic`` first. ``law``; ``scale``, the parameter :math:`\sigma`
        (1 of "exponential"); ``loglik``; ``n_parameters``; ``aic``: where two differ by less than 2, either will do.

    Raises
    ------
    ModuleNotFoundError
        If greenwood is not installed.
    SchemaError
        As in `aft_table`.
    TypeError
        If ``durations`` is not a frame, or a list is none.
    ValueError
        If a law is not one of those listed, or none is.
    ConvergenceError
        If no maximum of a likelihood is found.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration": [6, 7, 10, 15, 19, 25, 1, 3, 4, 8, 12, 30], "observed": [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    ...     "discount": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ... })
    >>> aft_law_table(durations, features=["discount"], laws=["exponential", "lognormal"]).round(2)
               law  scale  loglik  n_parameters    aic
    0  exponential   1.00  -30.18             2  64.36
    1    lognormal   1.08  -29.44             3  64.88
    """
    if isinstance(laws, (str, bytes)) or not isinstance(laws, Sequence):
        raise TypeError(_NO_LAWS(laws=list(_LAWS), value=laws))
    if not laws:
        raise ValueError(_NO_LAWS(laws=list(_LAWS), value=laws))
    for law in laws:
        check_option(law, _LAWS, name="laws")
    data = _read(durations, features)
    rows = []
    for law in dict.fromkeys(laws):
        model = _fitted(data, law=law)
        n = len(model.coef_) + (law != "exponential")
        loglik = float(model.loglik_)
        rows.append((law, float(model.scale_), loglik, n, 2 * n - 2 * loglik))
    table = pd.DataFrame(rows, columns=["law", "scale", "loglik", "n_parameters", "aic"])
    return from_pandas(table.sort_values("aic", kind="stable", ignore_index=True), like=durations)


def aft_survival_table(
    durations: Any,
    *,
    features: Sequence[str],
    profiles: FrameT,
    times: Numbers,
    law: Law = "weibull",
    level: float = 0.95,
) -> FrameT:
    """Estimate the share of customers with given features who stay longer than some durations, by a law of time.

    Computed by the package greenwood: ``pip install 'crmkit[survival]'``.

    Parameters
    ----------
    durations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `aft_table`.
    features : sequence of str
        As in `aft_table`.
    profiles : table of any kind
        A row per profile, with the features.
    times : float or array-like of float
        The durations asked for, at least 0; also beyond the longest seen, as far as the law can be trusted.
    law : {"weibull", "exponential", "lognormal", "loglogistic"}, default "weibull"
        As in `aft_table`.
    level : float, default 0.95
        Confidence of the interval of each share, between 0 and 1.

    Returns
    -------
    the kind of frame of the profiles
        One row per profile and duration, ascending. ``profile``, the place of the row from 0; ``duration``;
        ``survival``; ``lower``, ``upper``, on the scale of log(-log).

    Raises
    ------
    ModuleNotFoundError
        If greenwood is not installed.
    SchemaError
        As in `aft_table`.
    TypeError
        If a table is not a frame, or ``features`` not a list of names.
    ValueError
        If an option lies outside its range.
    ConvergenceError
        If no maximum of the likelihood is found.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration": [6, 7, 10, 15, 19, 25, 1, 3, 4, 8, 12, 30], "observed": [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    ...     "discount": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ... })
    >>> profiles = pd.DataFrame({"discount": [0, 1]})
    >>> aft_survival_table(durations, features=["discount"], profiles=profiles, times=[10]).round(3)
       profile  duration  survival  lower  upper
    0        0      10.0     0.436  0.131  0.712
    1        1      10.0     0.703  0.321  0.897
    """
    check_option(law, _LAWS, name="law")
    check_fraction(level, name="level")
    asked = read_times(times)
    data = _read(durations, features)
    given = read_profiles(profiles, data)
    return from_pandas(curves(_fitted(data, law=law, level=level), given, times=asked), like=profiles)


def _read(durations: Any, features: Sequence[str]) -> Regression:
    data = read_regression(durations, features)
    if data.entries is not None:
        raise SchemaError(_LATE(entry="entry"))
    rows = np.flatnonzero(data.durations == 0)
    if rows.size:
        raise SchemaError(_AT_ONCE(n=rows.size, rows=some(rows.tolist())))
    return data


def _fitted(data: Regression, *, law: Law, level: float = 0.95) -> Any:
    return fitted(greenwood().AFT(dist=law, conf_level=level), data, names=_names(data))


def _names(data: Regression) -> list[str]:
    return [INTERCEPT, *data.names]
