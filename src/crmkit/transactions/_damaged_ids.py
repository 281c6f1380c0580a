"""Customer ids that look damaged on their way through a spreadsheet, or are written in several ways."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT, collected, from_pandas, pandas_series, with_plain_types
from crmkit._reading import clean_ids, open_rows, read_merged_ids, with_merged_ids

__all__ = ["damaged_id_table", "form_of", "problem_of"]

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
        # The last row of a table, not a customer.
        "total",
        "grand total",
        "合计",
        "总计",
        "gesamt",
        "gesamtsumme",
    ]
)
_SHOWN: Final = 5


def damaged_id_table(orders: FrameT, *, customer_id: str = "customer_id", merge_ids: IntoFrame | None = None) -> FrameT:
    """Count the customer ids that look damaged, with examples. Nothing is changed.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A table with a column of customer ids, such as an order log.
    customer_id : str, default "customer_id"
        Column of customer ids.
    merge_ids : table of any kind, optional
        As in `as_transactions`: the ids are looked at as they are after that.

    Returns
    -------
    the kind of frame given
        One row per problem that was found: ``problem``, "scientific" (a spreadsheet cut the digits off),
        "decimal" (12346.0, which may be 12346), "placeholder" (nan, guest, Total: no customer) or "alike" (ids that
        differ from another only in case, spaces or full width); ``n_ids``, the different ids; ``examples``, up to
        five of them. No row where ids are whole numbers.

    Raises
    ------
    SchemaError
        If the column is missing, there are no rows, or ``merge_ids`` is not a crosswalk.
    TypeError
        If ``orders`` is not a frame.

    See Also
    --------
    draft_merge_ids : A crosswalk that joins those written in several ways.

    Examples
    --------
    >>> import pandas as pd
    >>> damaged_id_table(pd.DataFrame({"customer_id": ["A7", "a7", "1.23457E+12", "B8"]}))
          problem  n_ids     examples
    0  scientific      1  1.23457E+12
    1       alike      2       A7, a7
    """
    rows = open_rows(orders, {_ID: customer_id}, table="orders")
    if merge_ids is not None:
        rows = rows.cleaned(clean_ids, _ID).cleaned(with_merged_ids, _ID, merged=read_merged_ids(merge_ids))
    found = pandas_series(collected(with_plain_types(rows.frame.select(_ID)).unique())[_ID])
    texts = sorted({value.strip() for value in found.dropna() if isinstance(value, str)} - {""})
    problems = pd.Series({text: problem_of(text) for text in texts}, dtype=object)
    sound = problems.index[problems.isna()]
    forms = pd.Series([form_of(text) for text in sound], index=sound, dtype=object)
    problems[sound[forms.duplicated(keep=False)]] = "alike"
    lines = [(problem, problems.index[problems == problem]) for problem in _PROBLEMS]
    table = pd.DataFrame(
        [(problem, len(ids), ", ".join(ids[:_SHOWN])) for problem, ids in lines if len(ids)],
        columns=["problem", "n_ids", "examples"],
    ).astype({"problem": object, "n_ids": "int64", "examples": object})
    return from_pandas(table, like=orders)


def problem_of(text: str) -> str | None:
    """What is wrong with an id as it is written, if anything."""
    if _SCIENTIFIC.fullmatch(text):
        return "scientific"
    if _DECIMAL.fullmatch(text):
        return "decimal"
    return "placeholder" if text.casefold() in _PLACEHOLDERS else None


def form_of(text: str) -> Any:
    """An id without case, spaces and width."""
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().split())
