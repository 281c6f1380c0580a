"""A checked table of answers from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.language import OptionError, say
from crmkit.cli.surveys._roles import OTHERS, QUESTIONS

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._names import Language
    from crmkit.cli.reading import OrderOptions

__all__ = ["Survey", "read_survey"]

_OF_RECOMMENDATION: Final = (0.0, 10.0)

_NO_QUESTION: Final = Message(
    en="No column is known as a question. Name one with --recommend, --satisfaction, --ease or --rating.",
    zh="没有识别出任何题目列。请用 --recommend、--satisfaction、--ease 或 --rating 指定。",
)
_TWICE: Final = Message(
    en="The column {column} is named twice. A question has one use.",
    zh="列 {column} 被指定了两次，每题只能有一种用途。",
)


_UNKNOWN_SCALE: Final = Message(
    en="{columns} hold no numbers. Say what their texts stand for with --labels, such as good=5,fair=3, and name the "
    "scale with {option}.",
    zh="{columns} 中没有数字。请用 --labels 指明各选项的分值（例如 满意=5,一般=3），并用 {option} 指定量表。",
)
_GUESSED: Final = Message(
    en="scale of {columns}: {low:g} to {high:g} (guessed; {option} names another)",
    zh="{columns} 的量表：{low:g} 至 {high:g}（自动识别；可用 {option} 另行指定）",
)
_NO_SCALE: Final = Message(
    en="{columns} hold answers from {low:g} to {high:g}, which no usual scale has. Name codes that are no answer with "
    "--missing, such as 99, or the scale with {option}.",
    zh="{columns} 的答案从 {low:g} 到 {high:g}，不属于任何常用量表。请用 --missing 指明表示未作答的代码（例如 99），"
    "或用 {option} 指定量表。",
)
_USUAL: Final = ((1.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0))
_SCALES: Final = {"satisfaction": "--scale", "ease": "--ease-scale", "rating": "--rating-scale"}


class Survey(NamedTuple):
    """The answers, the scale of each question, and the columns of the file by what they are."""

    answers: pd.DataFrame
    scales: Mapping[str, tuple[float, float]]
    columns: Mapping[str, Any]

    @property
    def questions(self) -> list[str]:
        """The questions that are there."""
        return [role.name for role in QUESTIONS if self.columns[role.name] is not None]


def read_survey(
    options: OrderOptions,
    given: Mapping[str, Any],
    *,
    drivers: Sequence[str],
    by: str | None,
    scales: Mapping[str, tuple[float, float] | None],
    missing: Sequence[float | str],
    labels: Mapping[str, float] | None,
) -> Survey:
    """Find the questions, and the scales that nobody named; check the answers. Drivers share that of satisfaction."""
    from crmkit.answers import ANSWER_REASONS, as_answers, rejected_answers
    from crmkit.cli.reading import Door, checked, named_rows

    roles = (*QUESTIONS, *OTHERS)
    named = {role.name: given[role.given_by] for role in roles}
    found = named_rows(options, roles, named, table="answers", by=by, keep=drivers)
    asked = {role.name: found.columns[role.name] for role in QUESTIONS if found.columns[role.name] is not None}
    if not asked:
        raise OptionError(_NO_QUESTION())
    used = [*asked.values(), *drivers]
    if twice := [name for name in used if used.count(name) > 1]:
        raise OptionError(_TWICE(column=twice[0]))
    of_each = {"recommend": _OF_RECOMMENDATION}
    for name in [each for each in scales if each in asked or (each == "satisfaction" and drivers)]:
        columns = [column for column in (asked.get(name), *(drivers if name == "satisfaction" else ())) if column]
        of_each[name] = scales[name] or _guessed(found.rows[columns], name, missing, labels, options.language)
    items = {**asked, **{name: name for name in drivers}}
    scale = {name: of_each.get(name, of_each.get("satisfaction", _OF_RECOMMENDATION)) for name in items}
    others = replace(found, roles=OTHERS, columns={role.name: found.columns[role.name] for role in OTHERS})
    answers = checked(
        others,
        Door(as_answers, rejected_answers, ANSWER_REASONS),
        options,
        items=items,
        scale=scale,
        # A code that is no answer on one scale may be one on another.
        missing={name: [code for code in missing if not _is_answer(code, scale[name])] for name in items},
        labels=labels,
    )
    return Survey(answers, scale, {**found.columns, "drivers": list(drivers)})


def _guessed(
    columns: pd.DataFrame,
    question: str,
    missing: Sequence[float | str],
    labels: Mapping[str, float] | None,
    language: Language,
) -> tuple[float, float]:
    """The shortest usual scale that holds all answers; said, or refused where none does."""
    import pandas as pd

    texts = columns.astype(object).map(lambda answer: (labels or {}).get(str(answer).strip(), answer))
    numbers = texts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float).ravel()
    codes = [code for code in missing if not isinstance(code, str)]
    answers = numbers[~pd.isna(numbers) & ~pd.Series(numbers).isin(codes).to_numpy()]
    option = _SCALES[question]
    if not len(answers):
        raise OptionError(_UNKNOWN_SCALE(option=option, columns=", ".join(map(str, columns))))
    low, high = float(answers.min()), float(answers.max())
    for scale in _USUAL:
        if scale[0] <= low and high <= scale[1]:
            say(_GUESSED(columns=", ".join(map(str, columns)), low=scale[0], high=scale[1], option=option), language)
            return scale
    raise OptionError(_NO_SCALE(columns=", ".join(map(str, columns)), low=low, high=high, option=option))


def _is_answer(code: float | str, scale: tuple[float, float]) -> bool:
    return not isinstance(code, str) and scale[0] <= code <= scale[1]
