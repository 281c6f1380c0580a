"""Rows scored by several criteria, with rank and reason."""

from __future__ import annotations

from typing import Any

from crmkit._checks import check_option, some
from crmkit._frames import FrameT, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Language
from crmkit.errors import SchemaError
from crmkit.views._rows import all_in_pandas, with_columns

__all__ = ["ranked_customers"]

_TAKEN = Message(
    en="{@customers} has columns called {names}, as the result has. Rename or drop them.",
    zh="{@customers} 中已有列 {names}，与结果重名。请改名或删除。",
)


def ranked_customers(customers: FrameT, *, scorer: Any, language: Language = "en") -> FrameT:
    """Score customers, dealers or markets by several criteria, rank them, and say why.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        With the criteria and the columns that knock out.
    scorer : crmkit.segment.criteria.Scorecard or crmkit.segment.criteria.TopsisScorer
        Fitted.
    language : {"en", "zh"}, default "en"
        Language of the reasons.

    Returns
    -------
    the kind of table given
        All columns of ``customers``, one row each in the order given, with ``rank`` from 1, the best (missing without a
        score), what ``scorer.transform`` gives, and ``score_reason``, a sentence.

    Raises
    ------
    NotFittedError
        If the scorer is not fitted.
    SchemaError
        If a column is missing or does not hold what it should, or ``customers`` has a column of the result's already.
    TypeError
        If ``customers`` is not a table in memory.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import Scorecard
    >>> from crmkit.views import ranked_customers
    >>> dealers = pd.DataFrame({"dealer": ["East", "West"], "funds": [70, 80], "reach": [90, 40]})
    >>> card = Scorecard(criteria=["funds", "reach"]).fit(dealers)
    >>> ranked_customers(dealers, scorer=card)[["dealer", "rank", "score", "status"]]
      dealer  rank  score  status
    0   East     1   80.0  scored
    1   West     2   60.0  scored
    """
    check_option(language, LANGUAGES, name="language")
    rows = all_in_pandas(customers)
    scored = to_pandas(open_frame(scorer.transform(rows), name="customers"))
    made = {
        "rank": scorer.rank(rows),
        **{str(name): scored[name] for name in scored.columns},
        "score_reason": scorer.explain(rows, language=language),
    }
    if taken := [name for name in made if name in rows]:
        raise SchemaError(_TAKEN(names=some(taken)))
    return with_columns(customers, made)
