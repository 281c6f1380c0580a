"""The crosswalk of ids, and how many it made one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.cli.language import say
from crmkit.cli.reading._beside import table_beside
from crmkit.cli.reading._chunks import Reading
from crmkit.transactions import audit_merge_ids

__all__ = ["merge_ids_of", "say_merged"]

_MERGED: Final = Message(
    en="{n:,} customer {n:id|ids} became {left:,} by {file}.{absent}",
    zh="按 {file}，{n:,} 个客户编号合并为 {left:,} 个。{absent}",
)
_ABSENT: Final = Message(
    en=" {n:,} of its ids {n:does|do} not occur ({ids}).", zh="其中 {n:,} 个编号没有出现（{ids}）。"
)


def merge_ids_of(path: Path | None, reading: Reading) -> pd.DataFrame | None:
    """Read the file, if one is named; ids stay text, and the doors check them."""
    return None if path is None else table_beside(path, reading, ids=("customer_id", "merged_id"))


def say_merged(
    rows: Any, path: Path | None, language: Language, *, merge_ids: pd.DataFrame | None, customer_id: str
) -> None:
    """Say on standard error how many ids became how many, and which of the file do not occur."""
    if merge_ids is None:
        return
    table = audit_merge_ids(rows, merge_ids=merge_ids, customer_id=customer_id)
    found = to_pandas(open_frame(table, name="ids")).set_index("ids")
    n, examples = found["n_ids"], found["examples"]
    absent = _ABSENT(n=int(n["absent"]), ids=examples["absent"]) if n["absent"] else ""
    say(_MERGED(n=int(n["given"]), left=int(n["left"]), file=path, absent=absent), language)
