"""A checked table of answers from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.language import OptionError, say
from crmkit.cli.surveys._roles import OTHERS, QUESTIONS
from crmkit.cli.surveys._told import answers_in

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


_GUESSED: Final = Message(
    en="scale of {columns}: {low:g} to {high:g} (guessed; {option} names another)",
    zh="{columns} 的量表：{low:g} 至 {high:g}（自动识别；可用 {option} 另行指定）",
)
_NO_SCALE: Final = Message(
    en="Answers in {columns} run from {low:g} to {high:g}, which no usual scale has. Name codes that are no answer "
    "with --missing, such as 99, or the scale with {option}.",
    zh="{columns} 的答案从 {low:g} 到 {high:g}，不属于任何常用量表。请用 --missing 指明表示未作答的代码（例如 99），"
    "或用 {option} 指定量表。",
)
_NO_TOP: Final = Message(
    en="The scale of {column} cannot be guessed: {guess} would be the scale, but no answer is above {high:g}. Name it "
    "with {option}, such as 1-5.",
    zh="无法识别 {column} 的量表：按答案应为 {guess}，但没有高于 {high:g} 的答案。请用 {option} 指定，例如 1-5。",
)
_NOT_RECOMMENDED: Final = Message(
    en="{column} holds {answers}; willingness to recommend is a whole number from 0 to 10. Name codes that are no "
    "answer with --missing, such as 99.",
    zh="{column} 中有 {answers}；推荐意愿须为 0 至 10 的整数。请用 --missing 指明表示未作答的代码（例如 99）。",
)
_NO_PROMOTER: Final = Message(
    en="No answer in {column} is above {high:g}: the net promoter score is right only if the question was asked from 0 "
    "to 10.",
    zh="{column} 中没有高于 {high:g} 的答案：只有该题按 0 至 10 分提问时，净推荐值才正确。",
)
_WEIGHTED: Final = Message(
    en='weights: {column} (--weight "" counts all as 1)', zh='权重：{column}（--weight "" 则每人计为 1）'
)
_LEAST_PROMOTER: Final = 9
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
    if found.columns["weight"] is not None and given["weight"] is None:
        say(_WEIGHTED(column=found.columns["weight"]), options.language)
    told = {column: answers_in(found.rows[[column]], missing=missing, labels=labels) for column in used}
    of_each = {"recommend": _OF_RECOMMENDATION}
    if "recommend" in asked:
        _check_recommended(told[asked["recommend"]], asked["recommend"], options.language)
    for name in [each for each in scales if each in asked or (each == "satisfaction" and drivers)]:
        columns = [column for column in (asked.get(name), *(drivers if name == "satisfaction" else ())) if column]
        of_each[name] = scales[name] or _guessed({each: told[each] for each in columns}, name, options.language)
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


def _guessed(answers: Mapping[str, pd.Series], question: str, language: Language) -> tuple[float, float]:
    """The shortest usual scale that holds all answers, and whose end somebody gave to the question itself."""
    option, columns = _SCALES[question], ", ".join(answers)
    low, high = min(given.min() for given in answers.values()), max(given.max() for given in answers.values())
    scale = next((ends for ends in _USUAL if ends[0] <= low and high <= ends[1]), None)
    if scale is None:
        raise OptionError(_NO_SCALE(columns=columns, low=low, high=high, option=option))
    column = next(iter(answers))
    if answers[column].max() < scale[1]:
        guess = f"{scale[0]:g}-{scale[1]:g}"
        raise OptionError(_NO_TOP(column=column, guess=guess, high=answers[column].max(), option=option))
    say(_GUESSED(columns=columns, low=scale[0], high=scale[1], option=option), language)
    return scale


def _check_recommended(answers: pd.Series, column: str, language: Language) -> None:
    low, high = _OF_RECOMMENDATION
    wrong = answers[~answers.between(low, high) | (answers % 1 != 0)]
    if len(wrong):
        answers_shown = ", ".join(f"{answer:g}" for answer in sorted(wrong.unique())[:5])
        raise OptionError(_NOT_RECOMMENDED(column=column, answers=answers_shown))
    if answers.max() < _LEAST_PROMOTER:
        say(_NO_PROMOTER(column=column, high=answers.max()), language)


def _is_answer(code: float | str, scale: tuple[float, float]) -> bool:
    return not isinstance(code, str) and scale[0] <= code <= scale[1]
