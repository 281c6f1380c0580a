"""Lists of actions in sentences, in English and Chinese."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_option
from crmkit._frames import column_like, pandas_series
from crmkit._messages import Column, Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._action_list import BETWEEN
from crmkit.loyalty.churn._warning_signals import WARNING_SIGNALS

__all__ = ["explain_action_list"]

_NUMBERS: Final = ("rank", "probability", "clv", "expected_profit", "cost")
_COLUMNS: Final = (*_NUMBERS, "arm", "reason_codes")
_SENTENCES: Final = {
    "contact": Label(
        "No. {rank}, contact: {probability:.0%} likely to leave, worth {clv:,.2f}; the contact costs {cost:,.2f} and "
        "is expected to earn {profit:,.2f}{reasons}.",
        "第 {rank} 位，联系：流失概率 {probability:.0%}，价值 {clv:,.2f}；"
        "预计花费 {cost:,.2f}，预期利润 {profit:,.2f}{reasons}。",
    ),
    "control": Label(
        "No. {rank}, do not contact (control group): {probability:.0%} likely to leave, worth {clv:,.2f}; a contact "
        "would be expected to earn {profit:,.2f}{reasons}.",
        "第 {rank} 位，不联系（对照组）：流失概率 {probability:.0%}，价值 {clv:,.2f}；"
        "若联系，预期利润 {profit:,.2f}{reasons}。",
    ),
}
_REASONS: Final = Label(". Signs: {names}", "。预警信号：{names}")

_IN_ENGINE: Final = Message(
    en="Sentences need a table in memory; collect {@actions} first.",
    zh="生成说明需要内存中的表，请先读入 {@actions}。",
)
_UNKNOWN: Final = Message(
    en="{@actions} holds {what} {found}, of which {known} are known.",
    zh="{@actions} 中含有{what} {found}，已知的为 {known}。",
)
_ARMS: Final = Message(en="the arms", zh="组别")
_SIGNALS: Final = Message(en="the signals", zh="信号")


def explain_action_list(actions: Any, *, language: Language = "en") -> Any:
    """Say each row of a list of actions in words: what to do, why, and what to expect of it.

    Parameters
    ----------
    actions : pandas, Polars or PyArrow table
        As `action_list` makes it.
    language : {"en", "zh"}, default "en"
        Language of the sentences.

    Returns
    -------
    Series (PyArrow: chunked array) named ``explanation``
        One text per row, in the order of the rows.

    Raises
    ------
    SchemaError
        If a column is missing, or an arm or a signal is not known.
    TypeError
        If ``actions`` is not a table in memory.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.churn import action_list
    >>> base = pd.DataFrame({"customer_id": ["cy"], "p": [0.4], "value": [800]})
    >>> signs = pd.DataFrame({"customer_id": ["cy"], "signal": ["complaint"], "severity": [2]})
    >>> actions = action_list(
    ...     base, probability="p", clv="value", gamma=0.3, incentive_cost=10, contact_cost=1, control_share=0,
    ...     reasons=signs,
    ... )
    >>> explain_action_list(actions, language="zh")[0]
    '第 1 位，联系：流失概率 40%，价值 800.00；预计花费 8.20，预期利润 87.80。预警信号：投诉。'
    """
    check_option(language, LANGUAGES, name="language")
    rows = open_columns(actions, _COLUMNS, name="actions", made_by="action_list")
    if not isinstance(rows, nw.DataFrame):
        raise TypeError(_IN_ENGINE())
    for name in _NUMBERS:
        check_kind(rows, name, "number", where=Column("actions", name), made_by="action_list")
    columns = [pandas_series(rows[name]).astype(object).tolist() for name in _COLUMNS]
    _check_known({str(arm) for arm in columns[-2]}, _SENTENCES, what=_ARMS())
    signals = [[code for code in str(text).split(BETWEEN) if code] for text in columns[-1]]
    _check_known({code for codes in signals for code in codes}, WARNING_SIGNALS, what=_SIGNALS())
    sentences = [
        _SENTENCES[arm]
        .text(language)
        .format(rank=rank, probability=chance, clv=clv, profit=profit, cost=cost, reasons=_named(codes, language))
        for (rank, chance, clv, profit, cost, arm, _), codes in zip(zip(*columns, strict=True), signals, strict=True)
    ]
    return column_like(np.array(sentences, dtype=object), name="explanation", like=actions)


def _check_known(found: set[str], known: Any, *, what: str) -> None:
    if strange := sorted(found - set(known)):
        raise SchemaError(_UNKNOWN(what=what, found=strange, known=list(known)))


def _named(codes: list[str], language: Language) -> str:
    """The signals in words; nothing where there are none."""
    if not codes:
        return ""
    names = [WARNING_SIGNALS[code].text(language) for code in codes]
    joined = "、".join(names) if language == "zh" else BETWEEN.join(name.lower() for name in names)
    return _REASONS.text(language).format(names=joined)
