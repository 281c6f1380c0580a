"""One figure of satisfaction for each group, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._grouping import beside_labels, label_names
from crmkit.loyalty.satisfaction._answers import FEWEST, Answers, read_answers
from crmkit.loyalty.satisfaction._measures import Measure, Scoring, intervals, samples_of, scoring_of

__all__ = ["satisfaction_table"]

_COLUMNS: Final = ("item", "measure", "n", "n_effective", "value", "std_error", "lower", "upper", "is_small")


def satisfaction_table(
    answers: FrameT,
    *,
    item: str,
    measure: Measure,
    cuts: Sequence[float] | None = None,
    top: float | None = None,
    by: str | Sequence[str] = (),
    level: float = 0.95,
) -> FrameT:
    r"""Compute a score of satisfaction with its interval, for each group and for all.

    With weights an answer counts by its weight, and the interval is that of
    :math:`n_\text{eff} = (\sum w)^2 / \sum w^2` equal answers: multiplying all weights changes nothing.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_answers` makes them.
    item : str
        The item; respondents without an answer to it do not count.
    measure : {"nps", "top_box", "mean"}
        "nps": the share of promoters (9 and 10) less that of detractors (0 to 6), from whole numbers from 0 to 10.
        "top_box": the share of answers of at least ``top``, such as CSAT, agreement that it was easy, or praise.
        "mean": the mean answer.
    cuts : pair of float, optional
        For "nps" on another scale: the last answer of detractors and the first of promoters.
    top : float, optional
        For "top_box": the least answer that counts.
    by : str or sequence of str, optional
        Columns of labels, such as ``wave`` or ``group``. A missing label makes a group of its own.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group. With ``by``, these columns and ``scope``: "group", "no label" where a label is missing, "all"
        for the whole, whose row is last. ``item`` and ``measure``; ``n``, the answers; ``n_effective``, the equal ones
        that they are worth; ``value``, a fraction in [-1, 1] for "nps", in [0, 1] for "top_box", on the scale for
        "mean"; ``std_error``, without adjustment; ``lower`` and ``upper``: adjusted Wald's interval for "nps" [1]_,
        Wilson's for "top_box", Student's for "mean"; ``is_small``, whether there are fewer than 30 answers. All figures
        but the counts are missing where nobody answered, and Student's interval where ``n_effective`` is below 2.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold numbers, a weight is not above 0, or for "nps" an
        answer is not a whole number from 0 to 10.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described, or ``by`` names a column of the result.

    References
    ----------
    .. [1] Rocks (2016), "Interval Estimation for the 'Net Promoter Score'", *The American Statistician* 70(4).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_answers
    >>> survey = pd.DataFrame({"recommend": [9] * 500 + [8] * 300 + [3] * 200})
    >>> answers = as_answers(survey, items=["recommend"], scale=(0, 10))
    >>> found = satisfaction_table(answers, item="recommend", measure="nps").round(5)
    >>> found[["value", "std_error", "lower", "upper"]]
       value  std_error    lower    upper
    0    0.3     0.0247  0.25077  0.34744
    """
    check_fraction(level, name="level")
    name = column_name(item, name="item")
    scoring, labels = scoring_of(measure, cuts=cuts, top=top), label_names(by)
    read = read_answers(answers, [name], by=labels, taken=("scope", *_COLUMNS))
    whole = _figures(read, name, scoring, cells=(np.zeros(len(read.weights), dtype=np.int64), 1), level=level)
    if read.labels is None:
        return from_pandas(whole, like=answers)
    groups = _figures(read, name, scoring, cells=read.cells, level=level)
    table = pd.concat([groups, whole], ignore_index=True)
    return from_pandas(beside_labels(table, *read.labels.with_whole()), like=answers)


def _figures(
    read: Answers, item: str, scoring: Scoring, *, cells: tuple[np.ndarray, int], level: float
) -> pd.DataFrame:
    found = samples_of(read, item, scoring, cells=cells)
    lower, upper = intervals(found.scored, scoring.measure, level=level)
    columns = (
        item,
        scoring.measure,
        found.n,
        found.scored.n,
        found.scored.mean,
        found.error,
        lower,
        upper,
        found.n < FEWEST,
    )
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))
