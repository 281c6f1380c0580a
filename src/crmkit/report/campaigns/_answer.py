"""The outcomes of each campaign and arm."""

from __future__ import annotations

from typing import Final

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import CONTACTS
from crmkit.metrics import campaign_kpis
from crmkit.report._section import Answer, Context

__all__ = ["answer"]

_NO_OUTCOMES: Final = Message(
    en="The contacts have no column of numbers that says what came of them.", zh="触达数据中没有表示结果的数字列。"
)


def answer(context: Context) -> Answer:
    """The columns of numbers that are not the table's own are its outcomes."""
    contacts = context.beside["contacts"]
    columns = open_frame(contacts, name="contacts").collect_schema()
    outcomes = [name for name, dtype in columns.items() if name not in CONTACTS and dtype.is_numeric()]
    if not outcomes:
        return Answer(problem=_NO_OUTCOMES())
    return Answer({"campaign_kpis": to_pandas(open_frame(campaign_kpis(contacts, outcomes=outcomes), name="kpis"))})
