"""Texts of exports: header rows below the header, and answers in words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, pandas_series, with_values
from crmkit._reading import Rows, in_plain_digits
from crmkit.answers._items import Code

__all__ = ["HEADER", "with_meant_texts", "with_read_texts", "without_headers"]

HEADER: Final = "__crmkit_header"
# Qualtrics writes the questions below the header and their ids below these; some programs double the quotes.
_ID: Final = re.compile(r'\s*\{"+ImportId"')
_MOST_HEADERS: Final = 2
_ANSWER: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+|,\d{1,2})?)\s*分?\s*")


def without_headers(rows: Rows) -> Rows:
    """Mark the rows of an export that are headers, if there are any, and empty them."""
    frame = rows.frame
    if not isinstance(frame, nw.DataFrame):
        return rows
    texts = [column for column in rows.sources if _is_text(frame, column)]
    n_headers = max((_n_headers(frame[column]) for column in texts), default=0)
    if n_headers == 0:
        return rows
    for column in texts:
        frame = with_values(frame, column, [*[None] * n_headers, *frame[column].to_list()[n_headers:]])
    return replace(rows, frame=with_values(frame, HEADER, (np.arange(len(frame)) < n_headers).astype(np.int64)))


def with_meant_texts(
    frame: AnyFrame,
    column: str,
    *,
    where: object,  # noqa: ARG001
    labels: Mapping[str, float],
    codes: Sequence[Code],
) -> AnyFrame:
    """Replace answers in words by their numbers, and words that are no answer by nothing; other texts stay."""
    if not isinstance(frame, nw.DataFrame) or not _is_text(frame, column):
        return frame
    meant: dict[str, Any] = {text: repr(number) for text, number in labels.items()}
    meant |= {code: None for code in codes if isinstance(code, str)}
    values = pandas_series(frame[column]).astype(object)
    known = {text: meant[text.strip()] for text in values.unique() if isinstance(text, str) and text.strip() in meant}
    return with_values(frame, column, [known.get(value, value) for value in values.where(values.notna(), None)])


def with_read_texts(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Read texts as numbers, also such as 4分; what is none is missing. Answers have no thousands and no currency."""
    if not isinstance(frame, nw.DataFrame) or not _is_text(frame, column):
        return frame
    return with_values(frame, column, np.array([_number(value) for value in frame[column].to_list()]))


def _n_headers(texts: nw.Series[Any]) -> int:
    """Count the rows up to the one of ids."""
    first = texts.head(_MOST_HEADERS).to_list()
    return max((place + 1 for place, text in enumerate(first) if isinstance(text, str) and _ID.match(text)), default=0)


def _number(value: Any) -> float:
    found = _ANSWER.fullmatch(in_plain_digits(str(value)))
    return float(found[1].replace(",", ".")) if found else math.nan


def _is_text(frame: nw.DataFrame[Any], column: str) -> bool:
    return frame.schema[column] in (nw.String, nw.Object, nw.Categorical, nw.Enum)
