"""Whether a score rises or falls from wave to wave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr

from crmkit._checks import check_fraction
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._grouping import label_name
from crmkit._messages import Message
from crmkit._stats import normal_reach
from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction._answers import read_answers
from crmkit.loyalty.satisfaction._measures import Measure, samples_of, scoring_of

__all__ = ["satisfaction_trend_table"]

_ONE_WAVE: Final = Message(
    en="{@by} has answers in {n:,} {n:wave|waves}; a trend needs two.",
    zh="{@by} 中有答案的波次为 {n:,} 个，趋势至少需要两个。",
)


def satisfaction_trend_table(
    answers: FrameT,
    *,
    item: str,
    measure: Measure,
    by: str = "wave",
    cuts: Sequence[float] | None = None,
    top: float | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Test whether a score rises or falls from wave to wave, and whether it moves otherwise.

    With :math:`t` counting the waves, the slope is that of the straight line through the answers, and its error comes
    from the spread within waves:

    .. math:: b = \frac{\sum n_k (t_k - \bar t) s_k}{\sum n_k (t_k - \bar t)^2}, \qquad
        \mathrm{Var}(b) = \frac{\sum n_k (t_k - \bar t)^2 v_k}{\left(\sum n_k (t_k - \bar t)^2\right)^2}

    For two waves this is the test of `satisfaction_difference_table`.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them.
    item, measure, cuts, top
        As in `satisfaction_table`.
    by : str, default "wave"
        Column of waves, taken as equally far apart: in the order of their categories, else sorted. Respondents without
        one are left out, as are waves without an answer, whose place in time stays.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row: ``n_waves`` and ``n`` with answers; ``slope`` per wave, in the unit of the score; ``std_error``;
        ``lower``, ``upper``; ``z``; ``p_value``, two-sided, of no trend; ``other_chi_square`` and ``other_p_value``, of
        waves that differ from the line, by the inverse of their variances, missing for two waves. What needs spread is
        missing where a wave has none.

    Raises
    ------
    SchemaError
        As `satisfaction_table`, or if fewer than two waves have answers.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> survey = make_answers(n_invited=3000, n_waves=4, change=0.1, random_state=2).answers
    >>> answers = as_answers(survey, items=["recommend"], scale=(0, 10), missing=[99], wave="wave")
    >>> found = satisfaction_trend_table(answers, item="recommend", measure="nps").round(4)
    >>> found[["n_waves", "slope", "lower", "upper", "z", "p_value"]]
       n_waves   slope   lower   upper       z  p_value
    0        4  0.0409  0.0186  0.0631  3.5966   0.0003
    """
    check_fraction(level, name="level")
    name = column_name(item, name="item")
    scoring, label = scoring_of(measure, cuts=cuts, top=top), label_name(by)
    read = read_answers(answers, [name], by=[label])
    found = samples_of(read, name, scoring, cells=read.cells)
    is_wave = read.labels.groups[label].notna().to_numpy() & (found.n > 0)  # type: ignore[union-attr]
    if (n_waves := int(is_wave.sum())) < 2:
        raise SchemaError(_ONE_WAVE(n=n_waves))
    t = np.flatnonzero(is_wave).astype(float)
    n, score = np.asarray(found.scored.n)[is_wave], np.asarray(found.scored.mean)[is_wave]
    squared_error = found.error[is_wave] ** 2
    away = t - n @ t / n.sum()
    spread = n @ away**2
    slope = n * away @ score / spread
    error = np.sqrt((n * away) ** 2 @ squared_error) / spread
    # Waves that all answered alike have no error to go by, which does not make the slope certain.
    told = error if error > 0 else np.nan
    z = slope / told
    other, other_p = _off_the_line(t, score, squared_error)
    reach = normal_reach(level) * told
    figures = (n_waves, int(found.n[is_wave].sum()), slope, error, slope - reach, slope + reach, z)
    names = ("n_waves", "n", "slope", "std_error", "lower", "upper", "z")
    row = {**dict(zip(names, figures, strict=True)), "p_value": 2 * ndtr(-abs(z))}
    row |= {"other_chi_square": other, "other_p_value": other_p}
    return from_pandas(pd.DataFrame([row]), like=answers)


def _off_the_line(t: np.ndarray, score: np.ndarray, squared_error: np.ndarray) -> tuple[float, float]:
    """Cochran's statistic of waves about the straight line that fits them best by their errors, and its p-value."""
    if len(t) == 2 or not (squared_error > 0).all():
        return np.nan, np.nan
    weights = 1 / squared_error
    away, off = t - weights @ t / weights.sum(), score - weights @ score / weights.sum()
    slope = weights * away @ off / (weights @ away**2)
    statistic = float(weights @ (off - slope * away) ** 2)
    return statistic, float(chdtrc(len(t) - 2, statistic))
