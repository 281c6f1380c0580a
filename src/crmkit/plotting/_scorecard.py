"""What scores of a scorecard are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._checks import check_option
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._contributions import Contributions, draw_contributions
from crmkit.plotting._criteria_names import CRITERIA

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_scorecard"]

_COLUMNS: Final = ("criterion", "n_rows", "score", "contribution")
_SCORE: Final = Label("Score", "得分")

_NOBODY: Final = Message(en="{@contributions} has no rows.", zh="{@contributions} 没有任何行。")


def plot_scorecard(contributions: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the mean score of groups, or the score of single rows, and what each criterion contributes.

    Parameters
    ----------
    contributions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``contribution_table`` of `crmkit.segment.criteria.Scorecard` gives it, by groups or by the name of each row.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per group, the first on top, all rows together last, in parts that add up to the score.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``contributions`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import Scorecard
    >>> dealers = pd.DataFrame({"dealer": ["Ann", "Bo"], "sales": [80, 60], "stock": [50, 80]})
    >>> card = Scorecard(criteria=["sales", "stock"]).fit(dealers)
    >>> ax = plot_scorecard(card.contribution_table(dealers, by="dealer"))
    """
    check_option(language, LANGUAGES, name="language")
    made_by = "segment.criteria.Scorecard.contribution_table"
    table = to_pandas(open_columns(contributions, _COLUMNS, name="contributions", made_by=made_by))
    if table.empty:
        raise SchemaError(_NOBODY())
    what = Contributions("criterion", "n_rows", "score", _SCORE, CRITERIA, 100.0, "{:.1f}".format)
    return draw_contributions(table, what, ax=ax, language=language)
