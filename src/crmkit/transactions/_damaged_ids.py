"""Customer ids that look damaged on their way through a spreadsheet, or are written in several ways."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import pandas as pd

from crmkit._frames import FrameT, collected, from_pandas, pandas_series, with_plain_types
from crmkit._reading import open_rows

__all__ = ["damaged_id_table"]

# Of several problems of an id the first counts.
_PROBLEMS: Final = ("scientific", "decimal", "placeholder", "alike")
_ID: Final = "__crmkit_customer_id"
_SCIENTIFIC: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
_DECIMAL: Final = re.compile(r"-?[0-9]+[.,]0+")
_PLACEHOLDERS: Final = frozenset(
    [
        "nan",
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "#n/a",
        "#ref!",
        "#value!",
        "undefined",
        "unknown",
        "anonymous",
        "guest",
        "test",
        "-",
        "--",
        "?",
        "\\n",
        "未知",
        "无",
        "匿名",
        "散客",
        "游客",
        "测试",
        "unbekannt",
        "gast",
        "inconnu",
        "invite",
        "desconocido",
        "invitado",
        "ゲスト",
        "不明",
    ]
)
_SHOWN: Final = 5


def damaged_id_table(orders: FrameT, *, customer_id: str = "customer_id") -> FrameT:
    """Count the customer ids that look damaged, with examples. Nothing is changed.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A table with a column of customer ids, such as an order log.
    customer_id : str, default "customer_id"
        Column of customer ids.

    Returns
    -------
    the kind of frame given
        One row per problem that was found: ``problem``, "scientific" (a spreadsheet cut the digits off),
        "decimal" (12346.0, which may be 12346), "placeholder" (nan, guest: many customers in one) or "alike" (ids that
        differ from another only in case, spaces or full width); ``n_ids``, the different ids; ``examples``, up to
        five of them. No row where ids are whole numbers.

    Raises
    ------
    SchemaError
        If the column is missing, or there are no rows.
    TypeError
        If ``orders`` is not a frame.

    Examples
    --------
    >>> import pandas as pd
    >>> damaged_id_table(pd.DataFrame({"customer_id": ["A7", "a7", "1.23457E+12", "B8"]}))
          problem  n_ids     examples
    0  scientific      1  1.23457E+12
    1       alike      2       A7, a7
    """
    rows = open_rows(orders, {_ID: customer_id}, table="orders")
    found = pandas_series(collected(with_plain_types(rows.frame.select(_ID)).unique())[_ID])
    texts = sorted({value.strip() for value in found.dropna() if isinstance(value, str)} - {""})
    problems = pd.Series({text: _problem(text) for text in texts}, dtype=object)
    sound = problems.index[problems.isna()]
    forms = pd.Series([_form(text) for text in sound], index=sound, dtype=object)
    problems[sound[forms.duplicated(keep=False)]] = "alike"
    lines = [(problem, problems.index[problems == problem]) for problem in _PROBLEMS]
    table = pd.DataFrame(
        [(problem, len(ids), ", ".join(ids[:_SHOWN])) for problem, ids in lines if len(ids)],
        columns=["problem", "n_ids", "examples"],
    ).astype({"problem": object, "n_ids": "int64", "examples": object})
    return from_pandas(table, like=orders)


def _problem(text: str) -> str | None:
    if _SCIENTIFIC.fullmatch(text):
        return "scientific"
    if _DECIMAL.fullmatch(text):
        return "decimal"
    return "placeholder" if text.casefold() in _PLACEHOLDERS else None


def _form(text: str) -> Any:
    """An id without case, spaces and width."""
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().split())
