"""Days between purchases with their curve, and who is due."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._figures import count
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._stats import position_reaching
from crmkit.metrics import purchase_gap_table
from crmkit.plotting import plot_purchase_gaps
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context, Drawing
from crmkit.views import UnfitError, due_outlook

__all__ = ["CHARTS", "answer", "days_within"]

_NOBODY: Final = Message(en="Nobody bought on two days.", zh="没有客户在两个不同日期购买。")


def answer(context: Context) -> Answer:
    """The gaps, if anybody came back; who is due, or why that cannot be said, where the section is shown."""
    table = purchase_gap_table(context.transactions, as_of=context.facts.as_of)
    gaps = to_pandas(open_frame(table, name="gaps"))
    if gaps.empty:
        return Answer({"gaps": gaps}, problem=_NOBODY())
    if "rhythm" not in context.facts.sections:
        return Answer({"gaps": gaps})
    try:
        outlook = due_outlook(context.transactions, as_of=context.facts.as_of)
    except UnfitError as error:
        return Answer({"gaps": gaps}, more=error.said)
    listed = to_pandas(open_frame(outlook.customers, name="due"))
    return Answer({"gaps": gaps, "due": listed.head(context.n_actions)}, more=outlook)


def days_within(gaps: pd.DataFrame, share: float) -> int:
    """The days within which a share of the gaps between purchases lies."""
    return int(gaps["days"].iloc[position_reaching(gaps["cumulative_share"], share)])


def _chart(answer: Answer, facts: Facts) -> Drawing:
    gaps = answer.tables["gaps"]
    drawn = gaps.round({"cumulative_share": 6})
    told = {"half": count(days_within(gaps, 0.5)), "most": count(days_within(gaps, 0.9))}
    return Drawing(lambda ax: plot_purchase_gaps(drawn, ax=ax, language=facts.language), told)


CHARTS: Final = {"rhythm": _chart}
