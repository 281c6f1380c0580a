"""The model card as a page of Markdown, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from crmkit._checks import check_option
from crmkit._estimator import check_fitted
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Language
from crmkit.loyalty.churn._classifier import ChurnClassifier

__all__ = ["churn_model_card"]

_NOT_A_MODEL: Final = Message(
    en="{@model} must be a fitted ChurnClassifier, got {got!r}.",
    zh="{@model} 须为已拟合的 ChurnClassifier，得到 {got!r}。",
)

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Model card: who is about to leave",
        "data": "Data",
        "learner": "Learner",
        "calibration": "Calibration",
        "none": "none",
        "window": "Cutoffs",
        "rows": "Rows learned from",
        "customers": "Customers",
        "immature": "Rows left out, outcome not yet known",
        "base_rate": "Churn rate",
        "cutoff": "Cutoff",
        "features": "Features",
        "feature": "Feature",
        "kind": "Kind",
        "number": "number",
        "label": "label",
        "missing": "Missing",
        "judged": "On customers whom the learner had not seen",
        "later_cutoffs": "Other customers, at later cutoffs than those learned from",
        "other_customers": "Other customers, at the same cutoffs",
        "other_rows": "Other rows; no customers were named, so that some may be on both sides",
        "not_judged": "Not judged: the model was fitted without calibration.",
        "score": "Score",
        "model": "model",
        "average_precision": "Average precision",
        "drift": "Drift: the last cutoff against the earlier ones",
        "no_drift": "One cutoff: drift cannot be seen.",
        "by_chance": "by chance below",
        "report": "Beside baselines",
        "after": "Since then",
    },
    "zh": {
        "title": "模型卡：谁可能流失",
        "data": "数据",
        "learner": "学习器",
        "calibration": "校准",
        "none": "无",
        "window": "截止日",
        "rows": "训练行数",
        "customers": "客户数",
        "immature": "结果尚不可知而剔除的行数",
        "base_rate": "流失率",
        "cutoff": "截止日",
        "features": "特征",
        "feature": "特征",
        "kind": "类型",
        "number": "数值",
        "label": "标签",
        "missing": "缺失",
        "judged": "在学习器未见过的客户上",
        "later_cutoffs": "其他客户，且截止日晚于训练所用",
        "other_customers": "其他客户，截止日相同",
        "other_rows": "其他行；未指明客户，同一客户可能两边都有",
        "not_judged": "未评估：模型拟合时没有做校准。",
        "score": "评分",
        "model": "模型",
        "average_precision": "平均精确率",
        "drift": "漂移：最后一个截止日与此前相比",
        "no_drift": "只有一个截止日，看不出漂移。",
        "by_chance": "纯属偶然时低于",
        "report": "与基准相比",
        "after": "此后的变化",
    },
}


def churn_model_card(
    model: ChurnClassifier, *, report: Any = None, drift: Any = None, language: Language = "en"
) -> str:
    """Write the card of a fitted model as a page: data, churn rate, features, how well it did, what has moved.

    What stands on it was worked out by ``fit`` and is kept in ``model.card_``, also in the model's JSON.

    Parameters
    ----------
    model : ChurnClassifier
        Fitted.
    report : table, optional
        Of `churn_report_table`, to go on the page.
    drift : table, optional
        Of `churn_drift_table`, to go on the page.
    language : {"en", "zh"}, default "en"
        Of the page.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    TypeError
        If the model is none.
    ValueError
        If the language is unknown.

    References
    ----------
    .. [1] Mitchell et al. (2019), "Model Cards for Model Reporting", *FAT*.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.loyalty.churn import ChurnClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"days_since_last": rng.exponential(60, 300)})
    >>> left = rng.random(300) < 1 / (1 + np.exp(2 - X["days_since_last"] / 30))
    >>> card = churn_model_card(ChurnClassifier(learner="logistic", random_state=0).fit(X, left))
    >>> for line in card.splitlines()[4:8]:
    ...     print(line)
    - Learner: logistic
    - Calibration: sigmoid
    - Rows learned from: 300
    - Rows left out, outcome not yet known: 0
    """
    check_option(language, LANGUAGES, name="language")
    if not isinstance(model, ChurnClassifier):
        raise TypeError(_NOT_A_MODEL(got=model))
    check_fitted(model)
    words, card = _WORDS[language], model.card_
    parts = [
        f"# {words['title']}",
        f"## {words['data']}",
        "\n".join(_facts(card, words)),
        *_rates(card, words),
        f"## {words['features']}",
        _table(
            [words["feature"], words["kind"], words["missing"]],
            [[line["feature"], words[line["kind"]], f"{line['missing']:.1%}"] for line in card["features"]],
        ),
        f"## {words['judged']}",
        *_judged(card["judged"], words),
        f"## {words['drift']}",
        _drift(card["drift"], words),
    ]
    for heading, table in (("report", report), ("after", drift)):
        if table is not None:
            parts += [f"## {words[heading]}", _of_frame(table, heading)]
    return "\n\n".join(parts) + "\n"


def _facts(card: dict[str, Any], words: dict[str, str]) -> Iterable[str]:
    yield f"- {words['learner']}: {card['learner']}"
    yield f"- {words['calibration']}: {card['calibration'] or words['none']}"
    if card["first_cutoff"] is not None:
        yield f"- {words['window']}: {card['first_cutoff']} – {card['last_cutoff']}"
    yield f"- {words['rows']}: {card['n_rows']:,}"
    if card["n_customers"] is not None:
        yield f"- {words['customers']}: {card['n_customers']:,}"
    yield f"- {words['immature']}: {card['n_immature']:,}"
    yield f"- {words['base_rate']}: {card['base_rate']:.1%}"


def _rates(card: dict[str, Any], words: dict[str, str]) -> list[str]:
    if not card["base_rates"]:
        return []
    rows = [[line["cutoff"], f"{line['base_rate']:.1%}"] for line in card["base_rates"]]
    return [_table([words["cutoff"], words["base_rate"]], rows)]


def _judged(judged: dict[str, Any] | None, words: dict[str, str]) -> list[str]:
    if judged is None:
        return [words["not_judged"]]
    rows = [
        [
            words.get(line["score"], line["score"]),
            f"{line['auc']:.3f}",
            f"{line['average_precision']:.3f}",
            "" if line["brier_score"] is None else f"{line['brier_score']:.4f}",
        ]
        for line in judged["scores"]
    ]
    return [
        f"{words[judged['on']]} ({judged['n_rows']:,}).",
        _table([words["score"], "AUC", words["average_precision"], "Brier"], rows),
    ]


def _drift(drift: list[dict[str, Any]], words: dict[str, str]) -> str:
    if not drift:
        return words["no_drift"]
    rows = [[line["feature"], f"{line['psi']:.3f}", f"{line['by_chance']:.3f}"] for line in drift]
    return _table([words["feature"], "PSI", words["by_chance"]], rows)


def _of_frame(frame: Any, name: str) -> str:
    table = to_pandas(open_frame(frame, name=name))
    rows = [
        ["" if cell is None or cell != cell else _cell(cell) for cell in row] for row in table.to_numpy(dtype=object)
    ]
    return _table([str(column) for column in table.columns], rows)


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
