"""How far the scores of groups lie from that of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crmkit._checks import check_fraction, check_option, some
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._grouping import label_name
from crmkit._messages import Message
from crmkit._stats import ADJUSTMENTS, Adjustment, adjusted_p_values, normal_reach
from crmkit.loyalty.satisfaction._answers import FEWEST, read_answers
from crmkit.loyalty.satisfaction._measures import Measure, samples_of, scoring_of

__all__ = ["satisfaction_difference_table"]

_COLUMNS: Final = (
    *("n", "value", "baseline_n", "baseline_value", "difference", "std_error", "lower", "upper", "z", "p_value"),
    *("p_adjusted", "is_small"),
)
_NO_BASELINE: Final = Message(
    en="{@baseline} must be one of the labels {labels}, got {value!r}.",
    zh="{@baseline} 须为标签 {labels} 之一，得到 {value!r}。",
)


def satisfaction_difference_table(
    answers: FrameT,
    *,
    item: str,
    measure: Measure,
    by: str,
    baseline: Any,
    cuts: Sequence[float] | None = None,
    top: float | None = None,
    adjust: Adjustment = "holm",
    level: float = 0.95,
) -> FrameT:
    r"""Compare the score of every group with that of one of them, by the normal distribution.

    .. math:: z = \frac{s_1 - s_0}{\sqrt{v_1 / n_1 + v_0 / n_0}}

    The groups are of different respondents: for waves that ask the same customers again the error is overstated.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them.
    item, measure, cuts, top
        As in `satisfaction_table`.
    by : str
        Column of labels, such as ``wave`` or ``group``; respondents without one are left out.
    baseline : label
        The group that the others are compared with.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How ``p_adjusted`` allows for the number of comparisons.
    level : float, default 0.95
        Confidence of each interval by itself, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per other group: the column of ``by``; ``n``, ``value``; ``baseline_n``, ``baseline_value``;
        ``difference``, in the unit of the score; ``std_error``; ``lower``, ``upper``; ``z``; ``p_value``, two-sided;
        ``p_adjusted``; ``is_small``, whether either has fewer than 30 answers. What needs both scores is missing where
        one has no answers; the interval, ``z`` and the p-values also where neither score has any spread.

    Raises
    ------
    SchemaError
        As `satisfaction_table`.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described, or no group is called ``baseline``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_answers
    >>> survey = pd.DataFrame({
    ...     "q": [9] * 500 + [8] * 300 + [3] * 200 + [9] * 420 + [8] * 330 + [3] * 250,
    ...     "wave": ["spring"] * 1000 + ["autumn"] * 1000,
    ... })
    >>> answers = as_answers(survey, items=["q"], scale=(0, 10), wave="wave")
    >>> found = satisfaction_difference_table(answers, item="q", measure="nps", by="wave", baseline="autumn")
    >>> found[["wave", "difference", "std_error", "z", "p_value"]].round(6)
         wave  difference  std_error         z   p_value
    0  spring        0.13   0.035371  3.675338  0.000238
    """
    check_fraction(level, name="level")
    name = column_name(item, name="item")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    scoring, label = scoring_of(measure, cuts=cuts, top=top), label_name(by)
    read = read_answers(answers, [name], by=[label], taken=_COLUMNS)
    groups = read.labels.groups[label]  # type: ignore[union-attr]
    known = groups.dropna()
    place = np.flatnonzero(known.isin([baseline]))
    if not place.size:
        raise ValueError(_NO_BASELINE(labels=some(known), value=baseline))
    found = samples_of(read, name, scoring, cells=read.cells)
    at = int(place[0])
    others = np.delete(np.arange(len(known)), at)
    value, error = np.asarray(found.scored.mean), found.error
    difference = value[others] - value[at]
    std_error = np.sqrt(error[others] ** 2 + error[at] ** 2)
    # Groups that all answered alike have no error to go by, which does not make the difference certain.
    told = np.where(std_error > 0, std_error, np.nan)
    z = difference / told
    p_value, reach = 2 * ndtr(-np.abs(z)), normal_reach(level) * told
    columns = (
        *(found.n[others], value[others], found.n[at], value[at], difference, std_error),
        *(difference - reach, difference + reach, z, p_value, adjusted_p_values(p_value, adjust=adjust)),
        np.minimum(found.n[others], found.n[at]) < FEWEST,
    )
    table = pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), index=range(len(others)))
    table.insert(0, label, known.iloc[others].reset_index(drop=True))
    return from_pandas(table, like=answers)
