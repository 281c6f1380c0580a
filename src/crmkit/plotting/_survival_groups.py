"""What plots of survival share: the groups of a table, steps that begin at 0, colours, the words of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import open_frame
from crmkit._messages import Message, Parameter
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, table_of

__all__ = ["DURATION", "GROUPS", "LINES", "REASONS", "check_few", "from_start", "groups_in"]

# Okabe and Ito's colours that stand out as lines; more cannot be told apart.
LINES: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
DURATION: Final = Label("Days as a customer", "成为客户的天数")
GROUPS: Final = Message(en="groups", zh="组")
REASONS: Final = Message(en="reasons", zh="种原因")
_NO_LABEL: Final = Label("no label", "无标签")

_TOO_MANY: Final = Message(
    en="{name} holds {n:,} {what}; more than {most} cannot be told apart. Draw some of them.",
    zh="{name} 中有 {n:,} {what}，超过 {most} 便难以分辨，请只画其中一部分。",
)


def groups_in(
    native: Any, columns: Sequence[str], *, name: str, made_by: str, language: Language
) -> list[tuple[str | None, pd.DataFrame]]:
    """The rows of each group in the order of the table, with its name; no name where nothing divides them."""
    divided = "group" in open_frame(native, name=name).collect_schema().names()
    asked = [*columns, "group"] if divided else columns
    table = table_of(native, asked, name=name, made_by=f"loyalty.survival.{made_by}", language=language)
    if not divided:
        return [(None, table)]
    codes, found = pd.factorize(table["group"], use_na_sentinel=False)
    check_few(len(found), name=name, what=GROUPS)
    named = [_NO_LABEL.text(language) if pd.isna(label) else str(label) for label in found]
    return [(each, table[codes == at]) for at, each in enumerate(named)]


def check_few(n: int, *, name: str, what: Message) -> None:
    """Raise unless so many can be told apart by colour."""
    if n > len(LINES):
        raise ValueError(_TOO_MANY(name=Parameter(name), n=n, what=what(), most=len(LINES)))


def from_start(values: Any, first: float) -> npt.NDArray[np.float64]:
    """Put the value at a duration of 0 before the others."""
    return np.append(first, values.to_numpy(dtype=np.float64))
