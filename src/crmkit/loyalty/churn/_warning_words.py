"""Early warnings in sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_option
from crmkit._frames import column_like, pandas_series
from crmkit._messages import Column, Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import Kind, check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._warning_signals import WARNING_SIGNALS

__all__ = ["explain_early_warnings"]

_KINDS: Final[Mapping[str, Kind]] = MappingProxyType({"since": "day", "value": "number", "limit": "number"})
_COLUMNS: Final = ("signal", *_KINDS)
_SENTENCES: Final = {
    "overdue_purchase": Label(
        "No purchase for {value:,.0f} days; by their own rhythm at most {limit:,.0f} were to be expected.",
        "已有 {value:,.0f} 天未购买；按其自身节奏，应不超过 {limit:,.0f} 天。",
    ),
    "falling_spend": Label(
        "Spent {value:,.2f} since {since}; by their own past at least {limit:,.2f} was to be expected.",
        "{since} 以来消费 {value:,.2f}；按其以往水平，至少应有 {limit:,.2f}。",
    ),
    "complaint": Label(
        "{value:,.0f} complaint(s) open or recent, the oldest of {since}.",
        "{since} 以来有 {value:,.0f} 次投诉尚未解决或刚发生不久。",
    ),
    "overdue_invoice": Label(
        "{value:,.2f} past due since {since}.",
        "{since} 起有 {value:,.2f} 逾期未付。",
    ),
}

_IN_ENGINE: Final = Message(
    en="Sentences need a table in memory; collect {@warnings} first.",
    zh="生成说明需要内存中的表，请先读入 {@warnings}。",
)
_UNKNOWN: Final = Message(
    en="{@warnings} holds the signals {found}, of which {known} are known.",
    zh="{@warnings} 中含有信号 {found}，已知的信号为 {known}。",
)


def explain_early_warnings(warnings: Any, *, language: Language = "en") -> Any:
    """Say each early warning in a sentence.

    Parameters
    ----------
    warnings : pandas, Polars or PyArrow table
        As `early_warning_table` makes it.
    language : {"en", "zh"}, default "en"
        Language of the sentences.

    Returns
    -------
    Series (PyArrow: chunked array) named ``explanation``
        One text per row, in the order of the rows.

    Raises
    ------
    SchemaError
        If a column is missing, or a signal is not known.
    TypeError
        If ``warnings`` is not a table in memory.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.loyalty.churn import early_warning_table
    >>> warnings = early_warning_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> explain_early_warnings(warnings)[0]
    'No purchase for 231 days; by their own rhythm at most 204 were to be expected.'
    """
    check_option(language, LANGUAGES, name="language")
    rows = open_columns(warnings, _COLUMNS, name="warnings", made_by="early_warning_table")
    if not isinstance(rows, nw.DataFrame):
        raise TypeError(_IN_ENGINE())
    for name, kind in _KINDS.items():
        check_kind(rows, name, kind, where=Column("warnings", name), made_by="early_warning_table")
    signals = pandas_series(rows["signal"]).astype(object).tolist()
    if strange := sorted({str(signal) for signal in signals if signal not in _SENTENCES}):
        raise SchemaError(_UNKNOWN(found=strange, known=list(WARNING_SIGNALS)))
    days = pd.to_datetime(pandas_series(rows["since"])).dt.strftime("%Y-%m-%d").tolist()
    values, limits = (pandas_series(rows[name]).tolist() for name in ("value", "limit"))
    sentences = [
        _SENTENCES[signal].text(language).format(since=day, value=value, limit=limit)
        for signal, day, value, limit in zip(signals, days, values, limits, strict=True)
    ]
    return column_like(np.array(sentences, dtype=object), name="explanation", like=warnings)
