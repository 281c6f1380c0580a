"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "churn": Label("Who is about to leave", "谁可能流失"),
    "finding_churn": Label(
        "Of {n} at risk today, {expected} ({share}) are expected to buy nothing from {first} to {until}.",
        "目前面临流失风险的 {n} 位客户中，预计 {expected} 位（{share}）在 {first} 至 {until} 不会购买。",
    ),
    "churn_rate_said": Label(
        "Of {n} who had bought in the {lookback} days up to {day}, {rate} (95% interval {lower} to {upper}) bought "
        "nothing from day {gap} to day {until} after it.",
        "截至 {day} 的 {lookback} 天内购买过的 {n} 位客户中，{rate}（95% 置信区间 {lower} 至 {upper}）"
        "在其后第 {gap} 至 {until} 天没有购买。",
    ),
    "churn_known": Label("How well it was known", "预测有多准"),
    "churn_tried": Label(
        "The score was tried on {day}, with what was known then, on {n}.",
        "以 {day} 当时所知在 {n} 位客户上检验。",
    ),
    "churn_tried_on_a_part": Label(
        "The score was tried on {day}, with what was known then, on {n} drawn at random.",
        "以 {day} 当时所知在随机抽取的 {n} 位客户上检验。",
    ),
    "churn_wins": Label(
        "It ranks those who leave better than what needs no model of churn.",
        "对流失客户的排序优于无需流失模型的评分。",
    ),
    "churn_does_not_win": Label(
        "It is not shown to rank those who leave better than {names}: on orders alone that is usual. Visits, tickets "
        "and contacts are where such a model earns its keep.",
        "对流失客户的排序未见优于{names}：仅凭订单时通常如此，访问、工单与触达记录才是此类模型的用武之地。",
    ),
    "churn_loses": Label(
        "It ranks those who leave worse than {names}: rely on that instead. What is shown here is the model's all the "
        "same.",
        "对流失客户的排序不如{names}：请以后者为准，此处列出的仍是模型的结果。",
    ),
    "churn_judged_note": Label(
        "AUC: how often one who left is ranked above one who stayed (0.5 is chance). Brier score: mean squared error "
        "of the probability, lower is better. 95% intervals.",
        "AUC：流失客户排在留存客户之前的比例（0.5 为随机）。Brier 分数：概率的均方误差，越低越好。括号内为 95% 区间。",
    ),
    "score_model": Label("Churn model", "流失模型"),
    "score_days_since_last": Label("Days since the last order", "距最近一次下单天数"),
    "score_pareto_nbd": Label("Pareto/NBD", "Pareto/NBD 模型"),
    "measure_auc": Label("AUC", "AUC"),
    "measure_average_precision": Label("Average precision", "平均精确率"),
    "measure_lift": Label("Lift of the top tenth", "前十分之一的提升度"),
    "measure_captured": Label("Share of those who left in the top tenth", "前十分之一捕获的流失占比"),
    "measure_brier_score": Label("Brier score", "Brier 分数"),
    "measure_calibration_difference": Label("Mean probability less churn rate", "平均概率减流失率"),
    "head_auc": Label("AUC", "AUC"),
    "head_brier": Label("Brier score", "Brier 分数"),
    "churn_calls": Label("Whom to call", "联系谁"),
    "churn_list_note": Label(
        "By probability of leaving times what is at stake: {stake}. A high risk does not say that a call helps: leave "
        "a part of them alone, by chance, and compare.",
        "按流失概率乘以涉及金额排序，涉及金额为{stake}。风险高不等于联系有效：请随机留出一部分不联系，再作比较。",
    ),
    "churn_stake": Label("what they spent in the last 365 days", "最近 365 天的消费额"),
    "churn_stake_of_margin": Label("{margin} of what they spent in the last 365 days", "最近 365 天消费额的 {margin}"),
    "churn_early": Label("Early warnings", "早期预警"),
    "churn_early_note": Label(
        "Right: of those warned of on earlier days, the share who bought nothing in the {horizon} days after, with its "
        "95% interval; beside it the share of all whom the signal can judge.",
        "命中率：此前被预警的客户中其后 {horizon} 天未购买的占比，括号内为 95% 置信区间；"
        "旁边是该信号可判断的全部客户中的占比。",
    ),
    "churn_no_warning": Label("No customer gives an early warning.", "没有客户发出早期预警。"),
    "churn_silent": Label("{days} since the last order.", "距最近一次下单 {days} 天。"),
    "churn_signs": Label("Signs: {signs}.", "预警信号：{signs}。"),
    "churn_probability": Label("Probability of leaving", "流失概率"),
    "churn_at_stake": Label("At stake", "涉及金额"),
    "churn_signal": Label("Signal", "信号"),
    "churn_spent": Label("Spend of the last 365 days", "最近 365 天消费额"),
    "churn_right": Label("Right", "命中率"),
    "churn_right_lower": Label("Right, lower end", "命中率下限"),
    "churn_right_upper": Label("Right, upper end", "命中率上限"),
    "churn_base": Label("Of all", "全部客户"),
    "churn_day": Label("Day", "日期"),
    "churn_left": Label("Left", "流失客户数"),
    "churn_rate": Label("Churn rate", "流失率"),
    "churn_rate_lower": Label("Churn rate, lower end", "流失率下限"),
    "churn_rate_upper": Label("Churn rate, upper end", "流失率上限"),
    "churn_score": Label("Score", "评分"),
    "churn_measure": Label("Measure", "度量"),
    "churn_value": Label("Value", "数值"),
    "churn_rank": Label("Rank", "名次"),
    "alt_churn_calibration": Label(
        "Points of the share who left against the predicted probability, {n} customers on {day}.",
        "{day} 的 {n} 位客户的预测流失概率与实际流失比例散点图。",
    ),
    "table_churn_warnings": Label("Early warnings", "早期预警"),
    "table_churn_rates": Label("Churn rates of earlier days", "此前各日的流失率"),
    "table_churn_judged": Label("How well the churn scores did", "流失评分检验"),
    "table_churn_calibration": Label("Probabilities of leaving and what came", "流失概率与实际"),
    "table_churn_list": Label("Whom to call", "联系谁"),
    "sheet_churn_list": Label("Whom to call", "联系名单"),
    "sheet_churn_rates": Label("Churn rates", "流失率"),
    "sheet_churn_judged": Label("How well churn scores did", "流失评分检验"),
    "sheet_churn_warnings": Label("Early warnings", "早期预警"),
}
