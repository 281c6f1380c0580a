"""The numbers that answers in a file are, whatever their scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message
from crmkit.cli.language import OptionError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["answers_in"]

_UNREAD: Final = Message(
    en="{column} holds {texts}, not numbers. Say what the texts stand for with --labels, such as good=5,fair=3, or "
    "with --missing that they are no answer.",
    zh="{column} 中有 {texts}，不是数字。请用 --labels 指明各选项的分值（例如 满意=5,一般=3），"
    "或用 --missing 指明它们表示未作答。",
)
_NOTHING: Final = Message(en="{column} holds no answer.", zh="{column} 中没有任何答案。")
_ANY: Final = (-1e15, 1e15)


def answers_in(
    column: pd.DataFrame, *, missing: Sequence[float | str], labels: Mapping[str, float] | None
) -> pd.Series:
    """Read the one column as answers of any scale; texts of which nobody said what they mean are refused by name."""
    from crmkit._checks import some
    from crmkit.answers import as_answers, audit_answers, rejected_answers

    name = column.columns[0]
    texts = [code for code in missing if isinstance(code, str)]
    asked: dict[str, Any] = {"items": {"answer": name}, "scale": _ANY, "missing": texts, "labels": labels}
    n_rows = audit_answers(column, **asked).set_index("reason")["n_rows"]
    if n_rows["unread_answer"]:
        unread = rejected_answers(column, **asked).query("rejected_because == 'unread_answer'")[name]
        raise OptionError(_UNREAD(column=name, texts=some(unread.unique().tolist())))
    answers = as_answers(column, **asked)["answer"] if n_rows["kept"] else column[name].iloc[:0]
    answers = answers[~answers.isin([code for code in missing if not isinstance(code, str)])]
    if answers.empty:
        raise OptionError(_NOTHING(column=name))
    return answers
