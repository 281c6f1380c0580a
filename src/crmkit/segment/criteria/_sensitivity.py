"""How far weights may move before another row becomes first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_columns
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, collected, column_name, from_pandas, open_frame, to_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.segment.criteria._scorer import CriteriaScorer, Terms
from crmkit.segment.criteria._turns import best_row, turns_of

__all__ = ["weight_sensitivity_table"]

_NO_SCORER: Final = Message(
    en="{@scorer} must be a fitted Scorecard or TopsisScorer, got {got}.",
    zh="{@scorer} 须为已拟合的 Scorecard 或 TopsisScorer，得到 {got}。",
)
_FEW: Final = Message(
    en="{@X} has {n:,} {n:row|rows} with a score. A ranking needs 2 or more.",
    zh="{@X} 中有得分的行为 {n:,} 行，排名至少须有 2 行。",
)


def weight_sensitivity_table(X: FrameT, *, scorer: Any, label: str | None = None) -> FrameT:
    """Say how far the weight of each criterion may move before another row takes the lead, and which one.

    The other weights keep their proportions to one another. The breakpoints are exact: the order of two rows follows
    the sign of a quadratic, for the weighted sum of a scorecard as for TOPSIS.

    Parameters
    ----------
    X : pandas, Polars or PyArrow table
        The rows that are ranked, with the columns that the scorer needs.
    scorer : Scorecard or TopsisScorer
        Fitted.
    label : str, optional
        Column that names the rows; by default they are numbered from 0.

    Returns
    -------
    the kind of table given
        One row per criterion.

        ``criterion``, ``weight``
            As the scorer has them.
        ``first``
            The row that is first now; of several with the same score the one that comes first in ``X``.
        ``weight_from``, ``weight_to``
            The weights between which it stays first: 0 and 1 if nothing changes that. Missing if the criterion has all
            the weight, because then there are no proportions to keep.
        ``first_below``, ``first_above``
            Which row becomes first beyond either end; missing if none does.
        ``least_change``
            The smaller distance from the weight to an end beyond which another row is first; missing where there is
            no such end.

    Raises
    ------
    NotFittedError
        If the scorer is not fitted.
    SchemaError
        If a column is missing or does not hold what it should, or fewer than two rows have a score.
    TypeError
        If ``X`` is not a table in memory, or ``scorer`` is not one of the two scorers.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import Scorecard
    >>> dealers = pd.DataFrame({"dealer": ["Ann", "Bo"], "sales": [80, 60], "stock": [50, 80]})
    >>> card = Scorecard(criteria=["sales", "stock"], weights={"sales": 70, "stock": 30}).fit(dealers)
    >>> weight_sensitivity_table(dealers, scorer=card, label="dealer")[
    ...     ["criterion", "weight", "first", "weight_from", "weight_to"]
    ... ]
      criterion  weight first  weight_from  weight_to
    0     sales     0.7   Ann          0.6        1.0
    1     stock     0.3   Ann          0.0        0.4
    """
    if not isinstance(scorer, CriteriaScorer):
        raise TypeError(_NO_SCORER(got=type(scorer).__name__))
    check_fitted(scorer)
    names = _names(X, label)
    score, terms = scorer._ranking(X)
    ranked = np.flatnonzero(~np.isnan(score))
    if len(ranked) < 2:
        raise SchemaError(_FEW(n=len(ranked)))
    known = Terms(np.nan_to_num(terms.up[:, ranked]), terms.down[:, ranked].astype(np.float64), terms.power)
    weights = scorer.weights_["weight"].to_numpy()
    first = best_row(known, weights)
    called = np.arange(len(score), dtype=object)[ranked] if names is None else names[ranked]
    rows = []
    for place, (criterion, weight) in enumerate(scorer.weights_.itertuples(index=False, name=None)):
        turns = turns_of(known, weights, place, first)
        below, above = turns if turns is not None else (None, None)
        ends = [None if turn is None or turn.row is None else abs(weight - turn.weight) for turn in (below, above)]
        changes = [end for end in ends if end is not None]
        rows.append(
            {
                "criterion": criterion,
                "weight": weight,
                "first": called[first],
                "weight_from": np.nan if below is None else below.weight,
                "weight_to": np.nan if above is None else above.weight,
                "first_below": None if below is None or below.row is None else called[below.row],
                "first_above": None if above is None or above.row is None else called[above.row],
                "least_change": min(changes) if changes else np.nan,
            }
        )
    table = pd.DataFrame(rows)
    return from_pandas(_with_kinds(table), like=X)


def _names(table: Any, label: str | None) -> Any:
    """What rows are called."""
    if label is None:
        return None
    name = column_name(label, name="label")
    frame = open_frame(table, name="X")
    check_columns(frame.collect_schema(), [name], name="X", made_by=None)
    return to_pandas(collected(frame.select(name)))[name].to_numpy(dtype=object)


def _with_kinds(table: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers that name rows stay whole where some are missing; all else is text as it is."""
    names = ["first", "first_below", "first_above"]
    if all(isinstance(value, (int, np.integer)) for value in table["first"]):
        return table.astype(dict.fromkeys(names, "Int64"))
    return table.astype(dict.fromkeys(names, object))
