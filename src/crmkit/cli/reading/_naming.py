"""Columns found by their usual names, and what is said of what is found, missing or named wrongly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from crmkit._messages import Joined, Message, Said
from crmkit._names import Language, plain_name
from crmkit.cli.language import FileError, OptionError, say
from crmkit.cli.reading._column_names import likely_columns

__all__ = ["ABSENT", "Sought", "best_column", "check_columns", "say_guess", "unknown_columns"]

ABSENT: Final = Message(
    en="{file} has no column {missing}; its columns are {columns}.", zh="{file} 没有列 {missing}；现有列：{columns}。"
)
_GUESSED: Final = Message(
    en="{role}: {column} (guessed; {option} names another)", zh="{role}：{column}（自动识别；可用 {option} 另行指定）"
)
_UNKNOWN: Final = Message(
    en="No column of {file} is recognised as the {roles}. Name {n:it|them} with {options}; the columns are "
    "{columns}.{hint}",
    zh="无法在 {file} 中识别{roles}列，请用 {options} 指定；现有列：{columns}。{hint}",
)
_PERHAPS: Final = Message(en="{option} (perhaps {columns})", zh="{option}（可能为 {columns}）")
_LOOKS_LIKE_DATA: Final = Message(
    en=" If the first row is data and not a header, pass --no-header.",
    zh="若第一行是数据而不是表头，请用 --no-header。",
)
_HEADER_BELOW: Final = Message(
    en=" Line {line} looks like the header: pass --skip-rows {n}.", zh="第 {line} 行像是表头，请用 --skip-rows {n}。"
)
_ONE_COLUMN: Final = Message(
    en=" Only one column was found: pass what separates the columns as --separator.",
    zh="只识别出一列，请用 --separator 指定分隔符。",
)
_AMBIGUOUS: Final = Message(
    en="{file} has several columns that may be the {role}: {columns}. Name one with {option}.",
    zh="{file} 中有多列可作{role}：{columns}。请用 {option} 指定其一。",
)
_NAMED_TWICE: Final = Message(
    en="{options} both name the column {column}. Give each a column of its own.",
    zh="{options} 指定了同一列 {column}，请分别指定。",
)


class Sought(NamedTuple):
    """A column that is sought.

    ``says`` is what messages call it, ``option`` what names it, ``usual`` its usual names in groups, ``own`` the name
    that is taken first, ``hints`` what other names of it tend to hold.
    """

    says: Message
    option: str
    usual: Sequence[str]
    own: str = ""
    hints: str = ""


def best_column(header: Sequence[str], sought: Sought, *, file: object) -> str | None:
    """The column with the best usual name; two equally good ones are refused."""
    if sought.own and sought.own in header:
        return sought.own
    plain = [plain_name(column) for column in header]
    for usual in sought.usual:
        names = frozenset(usual.split())
        found = [column for column, name in zip(header, plain, strict=True) if name in names]
        if len(found) > 1:
            raise OptionError(_AMBIGUOUS(file=file, columns=found, role=sought.says(), option=sought.option))
        if found:
            return found[0]
    return None


def check_columns(header: Sequence[str], named: Mapping[str, str | None], *, file: object) -> None:
    """Refuse a column that two options name, and one that is not there; ``named`` are columns by option."""
    columns = [column for column in named.values() if column]
    for column in columns:
        if columns.count(column) > 1:
            options = [option for option in named if named[option] == column]
            raise OptionError(_NAMED_TWICE(options=", ".join(options), column=column))
    missing = [column for column in columns if column not in header]
    if missing:
        raise FileError(ABSENT(file=file, missing=missing, columns=list(header)))


def unknown_columns(
    sought: Sequence[Sought],
    header: Sequence[str],
    *,
    file: object,
    header_below: int | None = None,
    is_text: bool = False,
    hints: Sequence[Said] = (),
) -> OptionError:
    """Name all that is sought and not found, with the columns that may be it.

    ``header_below`` are the lines above what looks like the real header; ``hints`` are added where the header is fit.
    """
    told = [_LOOKS_LIKE_DATA()] if any(map(_is_value, header)) else []
    if header_below is not None:
        told = [_HEADER_BELOW(line=header_below + 1, n=header_below)]
    elif len(header) == 1 and is_text:
        told += [_ONE_COLUMN()]
    return OptionError(
        _UNKNOWN(
            file=file,
            roles=Joined([each.says() for each in sought], ", ", "、"),
            options=Joined([_perhaps(each, header) for each in sought], ", ", "、"),
            columns=list(header),
            n=len(sought),
            hint=Joined(told or hints, "", ""),
        )
    )


def say_guess(sought: Sought, column: str, *, language: Language) -> None:
    """Say which column was taken."""
    say(_GUESSED(role=sought.says(), column=column, option=sought.option), language)


def _perhaps(sought: Sought, header: Sequence[str]) -> str:
    likely = likely_columns(header, usual=sought.usual, hints=sought.hints)
    return _PERHAPS(option=sought.option, columns=", ".join(likely)) if likely else sought.option


def _is_value(name: str) -> bool:
    """Whether a column's name is a number or a date, which no header holds."""
    digits = re.sub(r"[^0-9]", "", name)
    return bool(re.fullmatch(r"[0-9.,:/\s\-]+", name)) and len(digits) >= len(name) / 2 and not name.isdecimal()
