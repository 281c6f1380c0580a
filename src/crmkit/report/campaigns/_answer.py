"""The outcomes of each campaign and arm, and what those with a control group brought about."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, collected, flag, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import CONTACTS
from crmkit.errors import SchemaError
from crmkit.metrics import campaign_kpis
from crmkit.report._section import Answer, Context
from crmkit.views import campaign_results

__all__ = ["answer"]

_NO_OUTCOMES: Final = Message(
    en="The contacts have no column of numbers that says what came of them.", zh="触达数据中没有表示结果的数字列。"
)
_NO_CONTROL: Final = Message(
    en="No campaign has a control group, so nobody knows what would have come anyway.",
    zh="所有活动都没有对照组，无从得知客户本来会怎样。",
)


def answer(context: Context) -> Answer:
    """The columns of numbers that are not the table's own are its outcomes."""
    contacts = context.beside["contacts"]
    rows = open_frame(contacts, name="contacts")
    columns = rows.collect_schema()
    outcomes = [name for name, dtype in columns.items() if name not in CONTACTS and dtype.is_numeric()]
    if not outcomes:
        return Answer(problem=_NO_OUTCOMES())
    kpis = to_pandas(open_frame(campaign_kpis(contacts, outcomes=outcomes), name="kpis"))
    tables = {"campaign_kpis": kpis}
    with_control = kpis.loc[~kpis["treated"].astype(bool), "campaign"].unique().tolist()
    if not with_control:
        return Answer(tables, problem=_NO_CONTROL())
    if len(with_control) < kpis["campaign"].nunique():
        rows = rows.filter(nw.col("campaign").is_in(with_control))
    as_of = context.facts.as_of if _has_windows(rows) else None
    try:
        found = campaign_results(rows.to_native(), outcomes=outcomes, as_of=as_of)
    except SchemaError as error:
        return Answer(tables, problem=error.args[0])
    return Answer({**tables, "campaign_effects": found.effects})


def _has_windows(rows: AnyFrame) -> bool:
    """Whether it is known of any customer when their window ends."""
    known: Any = flag(~nw.col("date").is_null() & ~nw.col("window_days").is_null())
    return bool(collected(rows.select(known.alias("known")).select(nw.col("known").sum()))["known"][0])
