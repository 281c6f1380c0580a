"""What readers must know about a churn outlook: what leaving means, and how far the probabilities were off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from crmkit._figures import day, share
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message, Said

if TYPE_CHECKING:
    from crmkit.views._churn_outlook import ChurnOutlook

__all__ = ["churn_remarks"]

_IN_PERCENT: Final = 100

_MEANT: Final = Message(
    en="To leave is to buy nothing from {first} to {until}.",
    zh="此处“流失”指在 {first} 至 {until} 没有购买。",
)
_RETURNED: Final = Message(
    en="That is not the same as never: of those who left in this sense on earlier days, {share} bought again within "
    "{seen} days, and others may later.",
    zh="这不等于不再回来：以往按此口径流失的客户中，{share} 在 {seen} 天内又有购买，此后仍可能有人购买。",
)
_TOO_HIGH: Final = Message(
    en="On {day} the model's probabilities were {off} percentage points too high on average (95% interval {least} to "
    "{most}): today's may be too high as well, and whatever is worked out from them.",
    zh="在 {day} 的检验中，模型的流失概率平均偏高 {off} 个百分点（95% 置信区间 {least} 至 {most}）："
    "今天的概率以及据此得出的结果也可能偏高。",
)
_TOO_LOW: Final = Message(
    en="On {day} the model's probabilities were {off} percentage points too low on average (95% interval {least} to "
    "{most}): today's may be too low as well, and whatever is worked out from them.",
    zh="在 {day} 的检验中，模型的流失概率平均偏低 {off} 个百分点（95% 置信区间 {least} 至 {most}）："
    "今天的概率以及据此得出的结果也可能偏低。",
)


def churn_remarks(outlook: ChurnOutlook) -> list[Said]:
    """Say what leaving means in a churn outlook, and what to hold against its probabilities.

    Parameters
    ----------
    outlook : ChurnOutlook
        As `churn_outlook` gives it.

    Returns
    -------
    list of Said
        Remarks in both languages, as text in English: on which days those who leave buy nothing, if anybody is scored;
        how many of those who left on earlier days bought again, if any; by how much the probabilities of the trial were
        too high or too low on average, if the interval of that leaves no doubt that they were.

    Raises
    ------
    TypeError
        If a table of the outlook has been replaced by something that is not a frame.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.views import churn_outlook, churn_remarks
    >>> outlook = churn_outlook(as_transactions(load_cdnow()), as_of="1998-06-30", capacity=20)
    >>> churn_remarks(outlook)[0]
    'To leave is to buy nothing from 1998-07-08 to 1998-10-05.'
    """
    if outlook.scored is None:
        return []
    first, until = (outlook.as_of + timedelta(days=n) for n in (outlook.gap + 1, outlook.gap + outlook.horizon))
    return [_MEANT(first=day(first), until=day(until)), *_returned(outlook), *_off(outlook)]


def _returned(outlook: ChurnOutlook) -> list[Said]:
    row = to_pandas(open_frame(outlook.returned, name="returned")).iloc[0]
    if not row["false_churn_rate"] > 0:
        return []
    return [_RETURNED(share=share(row["false_churn_rate"]), seen=outlook.gap + int(row["followed_days"]))]


def _off(outlook: ChurnOutlook) -> list[Said]:
    if outlook.judged is None or outlook.tried_on is None:
        return []
    judged = to_pandas(open_frame(outlook.judged, name="judged"))
    row = judged[(judged["score"] == "model") & (judged["measure"] == "calibration_difference")].iloc[0]
    if not (row["lower"] > 0 or row["upper"] < 0):
        return []
    ends = sorted(abs(row[name]) for name in ("lower", "upper"))
    off, least, most = (f"{_IN_PERCENT * size:.1f}" for size in (abs(row["value"]), *ends))
    said = _TOO_HIGH if row["lower"] > 0 else _TOO_LOW
    return [said(day=day(outlook.tried_on), off=off, least=least, most=most)]
