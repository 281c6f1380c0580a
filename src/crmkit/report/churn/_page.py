"""Who will leave in words, the people to call and the early warnings as rows of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from crmkit._figures import NOTHING, count, day, share
from crmkit._figures import whole_money as money
from crmkit._frames import open_frame, to_pandas
from crmkit._names import Language
from crmkit.loyalty.churn import WARNING_SIGNALS
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted, cut
from crmkit.report._section import Answer
from crmkit.report._texts import joined, told
from crmkit.report.churn._texts import TEXTS
from crmkit.views import churn_remarks

__all__ = ["findings", "page", "reason"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """The churn rate, and how many of those at risk today are expected to leave."""
    outlook = answer.more
    if outlook.scored is None:
        return []
    expected = float(to_pandas(open_frame(outlook.scored, name="scored"))["probability"].sum())
    said = TEXTS["finding_churn"].text(facts.language)
    n = counted(outlook.n_at_risk, "customer", language=facts.language)
    ends = {"first": outlook.gap + 1, "until": outlook.gap + outlook.horizon}
    days = {name: day(outlook.as_of + timedelta(days=n)) for name, n in ends.items()}
    return [said.format(n=n, expected=count(round(expected)), share=share(expected / outlook.n_at_risk), **days)]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """What is known of churn, as far as it is."""
    return {
        "lead": _lead(answer, facts),
        "judged": _judged(answer, facts),
        "verdict": _verdict(answer, facts),
        "list": [_row(row, facts) for row in _records(answer, "churn_list")],
        "list_note": TEXTS["churn_list_note"].text(facts.language).format(stake=_stake(facts)),
        "early_note": TEXTS["churn_early_note"].text(facts.language).format(horizon=answer.more.horizon),
        "warnings": [_warning(row, facts) for row in _records(answer, "churn_warnings")],
        "is_tried": "churn_calibration" in answer.tables,
    }


def reason(row: dict[Any, Any], language: Any) -> str:
    """How long a customer has been silent, and the signs they give."""
    said = TEXTS["churn_silent"].text(language).format(days=counted(row["days_since_last"], "day", language=language))
    names = [WARNING_SIGNALS[code].text(language) for code in str(row["reason_codes"]).split(", ") if code]
    if not names:
        return said
    signs = "、".join(names) if language == "zh" else ", ".join(name.lower() for name in names)
    return joined(said, TEXTS["churn_signs"].text(language).format(signs=signs), language=language)


def _lead(answer: Answer, facts: Facts) -> str:
    """The churn rate of the newest day whose outcome is known, and why something is missing."""
    language, outlook = facts.language, answer.more
    said = []
    if "churn_rates" in answer.tables:
        newest = answer.tables["churn_rates"].iloc[-1]
        said.append(
            TEXTS["churn_rate_said"]
            .text(language)
            .format(
                n=counted(newest["n_customers"], "customer", language=language),
                day=day(newest["cutoff"]),
                lookback=outlook.lookback,
                rate=share(newest["churn_rate"]),
                lower=share(newest["churn_rate_lower"]),
                upper=share(newest["churn_rate_upper"]),
                gap=outlook.gap + 1,
                until=outlook.gap + outlook.horizon,
            )
        )
    if outlook.scored is not None:
        said += findings(answer, facts)
    said += [told(remark, language) for remark in churn_remarks(outlook)]
    if answer.problem is not None:
        said.append(told(answer.problem, language))
    return joined(*said, language=language)


def _judged(answer: Answer, facts: Facts) -> list[dict[str, str]]:
    if "churn_judged" not in answer.tables:
        return []
    table = answer.tables["churn_judged"].set_index(["score", "measure"])
    return [
        {
            "name": TEXTS[f"score_{name}"].text(facts.language),
            "auc": _number(table.loc[(name, "auc")]),
            "brier": _number(table.loc[(name, "brier_score")]),
        }
        for name in dict.fromkeys(score for score, _ in table.index)
    ]


def _number(row: Any) -> str:
    if math.isnan(row["value"]):
        return NOTHING
    return f"{row['value']:.3f} ({row['lower']:.3f} – {row['upper']:.3f})"


def _verdict(answer: Answer, facts: Facts) -> str:
    """Whether the model ranks better than what needs no model of churn."""
    if "churn_judged" not in answer.tables:
        return ""
    outlook, language = answer.more, facts.language
    table = answer.tables["churn_judged"]
    auc = table[(table["measure"] == "auc") & (table["score"] != "model")]
    n_tried = int(table["n_customers"].iloc[0])
    is_a_part = n_tried < answer.tables["churn_rates"]["n_customers"].iloc[-1]
    tried = TEXTS["churn_tried_on_a_part" if is_a_part else "churn_tried"].text(language)
    n = counted(n_tried, "customer", language=language)
    said = [tried.format(day=day(outlook.tried_on), n=n)]
    for verdict, words in (("unclear", "churn_does_not_win"), ("worse", "churn_loses")):
        names = _names(auc.loc[auc["verdict"] == verdict, "score"], language)
        if names:
            said.append(TEXTS[words].text(language).format(names=names))
    if (auc["verdict"] == "better").all():
        said.append(TEXTS["churn_wins"].text(language))
    return joined(*said, language=language)


def _names(scores: Iterable[str], language: Language) -> str:
    names = [TEXTS[f"score_{name}"].text(language) for name in scores]
    if language == "zh":
        return "、".join(names)
    return " or ".join(name if "/" in name else name.lower() for name in names)


def _row(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    return {
        "customer": cut(str(row["customer_id"])),
        "probability": share(row["probability"]),
        "value": money(row["clv"]),
        "why": reason(row, facts.language),
    }


def _warning(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    precision = row.get("precision", math.nan)
    is_known = not math.isnan(precision)
    return {
        "signal": WARNING_SIGNALS[row["signal"]].text(facts.language),
        "customers": count(row["n_customers"]),
        "spend": money(row["spend"]),
        "right": _right(row) if is_known else NOTHING,
        "base": share(row["base_rate"]) if is_known else NOTHING,
    }


def _right(row: dict[Any, Any]) -> str:
    return f"{share(row['precision'])} ({share(row['precision_lower'])} – {share(row['precision_upper'])})"


def _stake(facts: Facts) -> str:
    """What is at stake, in words."""
    if facts.margin == 1:
        return TEXTS["churn_stake"].text(facts.language)
    return TEXTS["churn_stake_of_margin"].text(facts.language).format(margin=share(facts.margin))


def _records(answer: Answer, name: str) -> list[dict[Any, Any]]:
    return answer.tables[name].to_dict("records") if name in answer.tables else []
