"""Effects without a control group, and why there are none, in sentences."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_option
from crmkit._frames import column_like, to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["explain_without_control"]

_COLUMNS: Final = ("outcome", "role", "difference", "lower", "upper", "reason")
_REASONS: Final = {
    "too_few": Label("too few customers are compared, or changed at all", "可比较的客户太少，或几乎没有客户发生变化"),
    "little_overlap": Label(
        "too few of the customers have anybody like them on the other side",
        "能在另一组中找到相似客户的人太少",
    ),
    "imbalance": Label(
        "the customers contacted and their partners still differ in what was known before",
        "匹配之后，被触达客户与其对照在活动前的特征上仍有差异",
    ),
    "earlier_trend": Label(
        "the two groups already changed differently before the campaign", "活动开始之前，两组的走势就已不同"
    ),
    "placebo_date": Label(
        "the same comparison finds an effect at a date before the campaign",
        "把活动日期挪到之前，同样的比较也会得出“效果”",
    ),
    "placebo_outcome": Label(
        "the same comparison finds an effect on something the campaign cannot have moved",
        "对活动不可能影响的指标，同样的比较也会得出“效果”",
    ),
}
_NO_EFFECT: Final = Label(
    "No effect can be told for {outcome}: {reasons}.", "无法判断活动对 {outcome} 的效果：{reasons}。"
)
_EFFECT: Final = Label(
    "The contact changed {outcome} by {difference:+,.4g} per customer, between {lower:+,.4g} and {upper:+,.4g}, if "
    "nothing else set the two groups apart.",
    "若两组之间别无差异，触达使 {outcome} 人均变化 {difference:+,.4g}，区间为 {lower:+,.4g} 至 {upper:+,.4g}。",
)
_PLACEBO: Final = Label(
    "Placebo {outcome}: {difference:+,.4g}, between {lower:+,.4g} and {upper:+,.4g}; it should be 0.",
    "安慰剂指标 {outcome}：{difference:+,.4g}，区间为 {lower:+,.4g} 至 {upper:+,.4g}；本应为 0。",
)

_IN_ENGINE: Final = Message(
    en="Sentences need a table in memory; collect {@effects} first.", zh="生成说明需要内存中的表，请先读入 {@effects}。"
)
_UNKNOWN: Final = Message(
    en="{@effects} holds the reasons {found}, of which {known} are known.",
    zh="{@effects} 中含有原因 {found}，已知的原因为 {known}。",
)


def explain_without_control(effects: Any, *, language: Language = "en") -> Any:
    """Say each effect, or why there is none, in a sentence.

    Parameters
    ----------
    effects : pandas, Polars or PyArrow table
        As `matched_comparison_table` or `difference_in_differences_table` makes it.
    language : {"en", "zh"}, default "en"
        Language of the sentences.

    Returns
    -------
    Series (PyArrow: chunked array) named ``explanation``
        One text per row, in the order of the rows.

    Raises
    ------
    SchemaError
        If a column is missing, or a reason is not known.
    TypeError
        If ``effects`` is not a table in memory.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> effects = pd.DataFrame({
    ...     "outcome": ["spend", "visits"], "role": "outcome", "difference": [4.0, None], "lower": [1.5, None],
    ...     "upper": [6.5, None], "reason": [None, "earlier_trend"],
    ... })
    >>> for sentence in explain_without_control(effects):
    ...     print(sentence)
    The contact changed spend by +4 per customer, between +1.5 and +6.5, if nothing else set the two groups apart.
    No effect can be told for visits: the two groups already changed differently before the campaign.
    """
    check_option(language, LANGUAGES, name="language")
    rows = open_columns(effects, _COLUMNS, name="effects", made_by="matched_comparison_table")
    if not isinstance(rows, nw.DataFrame):
        raise TypeError(_IN_ENGINE())
    sentences = [_sentence(row, language) for row in to_pandas(rows.select(*_COLUMNS)).to_dict("records")]
    return column_like(np.array(sentences, dtype=object), name="explanation", like=effects)


def _sentence(row: dict[Any, Any], language: Language) -> str:
    if row["role"] == "placebo" and not pd.isna(row["difference"]):
        return _PLACEBO.text(language).format(**row)
    if pd.isna(row["reason"]) or not row["reason"]:
        return _EFFECT.text(language).format(**row)
    codes = str(row["reason"]).split(", ")
    if strange := [code for code in codes if code not in _REASONS]:
        raise SchemaError(_UNKNOWN(found=strange, known=list(_REASONS)))
    between = "；" if language == "zh" else "; "
    reasons = between.join(_REASONS[code].text(language) for code in codes)
    return _NO_EFFECT.text(language).format(outcome=row["outcome"], reasons=reasons)
