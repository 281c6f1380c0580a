"""Customer ids that look damaged, reported before they are used."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Joined, Message
from crmkit._names import Language
from crmkit.cli.language import say
from crmkit.transactions import damaged_id_table

__all__ = ["say_damaged_ids"]

_DAMAGED: Final = Message(
    en="Customer ids that look damaged or double: {parts}. Each is still one customer; correct the file if not, or "
    "join the ids of one person with --merge-ids.",
    zh="疑似损坏或重复的客户编号：{parts}。目前各算作一位客户，如有误请修正文件，或用 --merge-ids 合并同一人的编号。",
)
_PLACEHOLDERS: Final = Message(
    en="Customer ids that look damaged or double: {parts}. Each is still one customer; correct the file if not.",
    zh="疑似损坏或重复的客户编号：{parts}。目前各算作一位客户，如有误请修正文件。",
)
_KINDS: Final = {
    "scientific": Message(en="{n:,} cut by a spreadsheet ({ids})", zh="{n:,} 个被电子表格截断（{ids}）"),
    "decimal": Message(en="{n:,} written with decimals ({ids})", zh="{n:,} 个带小数（{ids}）"),
    "placeholder": Message(en="{n:,} {n:placeholder|placeholders} ({ids})", zh="{n:,} 个占位符（{ids}）"),
    "alike": Message(
        en="{n:,} that differ only in case, spaces or width ({ids})", zh="{n:,} 个仅大小写、空格或全半角不同（{ids}）"
    ),
}


def say_damaged_ids(rows: Any, customer_id: str, language: Language, *, merge_ids: pd.DataFrame | None) -> None:
    """Count on standard error the ids of a file that look damaged, with examples."""
    found = damaged_id_table(rows, customer_id=customer_id, merge_ids=merge_ids)
    table = to_pandas(open_frame(found, name="ids"))
    parts = [_KINDS[row["problem"]](n=row["n_ids"], ids=row["examples"]) for row in table.to_dict("records")]
    if parts:
        # The many customers behind a placeholder cannot be told apart by joining ids.
        message = _PLACEHOLDERS if set(table["problem"]) == {"placeholder"} else _DAMAGED
        say(message(parts=Joined(parts)), language)
