"""Effects of campaigns with their intervals, a line for each arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._interval_lines import Line, draw_intervals
from crmkit.plotting._style import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_campaign_effects"]

_COLUMNS: Final = (
    *("campaign", "arm", "outcome", "kind", "value", "control_value", "relative_difference", "relative_lower"),
    *("relative_upper", "p_value", "is_significant", "n_open", "n_control_open", "too_few"),
)
_LABEL: Final = Label("Difference in percent of the control group, with its interval", "与对照组的相对差异及其区间")
_SIDES: Final = (Label("arm", "本组"), Label("control", "对照"))
_OPEN: Final = Label("{arm} (windows open)", "{arm}（窗口未结束）")
_BETWEEN: Final = Label(", ", "，")
_NO_LABEL: Final = Label("no label", "无标签")

_EMPTY: Final = Message(en="{@effects} has no rows.", zh="{@effects} 没有任何行。")


def plot_campaign_effects(effects: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the effects of campaigns in percent of the control group with their intervals, a line for each arm.

    Parameters
    ----------
    effects : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.campaign_effect_table` gives it, or some of its rows.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; arms, campaigns, groups and outcomes are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, a heading for each outcome; right of them what customers of the arm did, and what they would
        have done. Blue is significant after adjustment, grey is not, orange rests on too few, light grey is not tested
        while windows are open. Campaigns are named where there are several. An interval without an end goes to
        the edge; where nothing is known in relation to the control group, a line is empty.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``effects`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_contacts, make_contacts
    >>> from crmkit.loyalty.campaigns import campaign_effect_table
    >>> contacts = as_contacts(
    ...     make_contacts(random_state=1).contacts, outcomes=["visit", "conversion", "spend"], control="none"
    ... )
    >>> ax = plot_campaign_effects(campaign_effect_table(contacts, outcomes=["visit", "conversion", "spend"]))
    """
    first = open_frame(effects, name="effects").collect_schema().names()[:1]
    by = [name for name in first if name != "campaign"]
    made_by = "loyalty.campaigns.campaign_effect_table"
    table = table_of(effects, (*by, *_COLUMNS), name="effects", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    named = [*by, *(["campaign"] if len(table["campaign"].unique()) > 1 else []), "arm"]
    table = table.rename(columns={"control_value": "other_value"})
    lines = []
    for outcome in table["outcome"].unique():
        rows = table[table["outcome"] == outcome]
        lines.append(Line(str(outcome)))
        lines += [
            Line(_named(row, named, language), row, tested=not pd.isna(row["p_value"])) for _, row in rows.iterrows()
        ]
    return draw_intervals(lines, ax=ax, sides=_SIDES, label=_LABEL, language=language)


def _named(row: pd.Series, columns: list[str], language: Language) -> str:
    """The group and the campaign where there are several, and the arm; and whether windows are open."""
    words = [_NO_LABEL.text(language) if pd.isna(row[name]) else str(row[name]) for name in columns]
    name = _BETWEEN.text(language).join(words)
    return _OPEN.text(language).format(arm=name) if row["n_open"] + row["n_control_open"] else name
