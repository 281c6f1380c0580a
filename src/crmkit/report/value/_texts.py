"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "value_share": Label("Share of revenue", "销售额占比"),
    "finding_worth_saving": Label(
        "Worth saving: {n} of above-average value who are overdue by their own rhythm and more likely than not to "
        "buy nothing in the next 12 months; {share} of the lifetime value of all is theirs.",
        "值得挽留的客户有 {n} 位：价值高于平均值，但已超过自身的购买间隔，且未来 12 个月内不购买的可能性过半；"
        "全部客户终身价值的 {share} 来自这些客户。",
    ),
    "value_interval": Label(
        " (95% interval of the expected value {lower} to {upper})", "（期望值的 95% 区间 {lower} 至 {upper}）"
    ),
    "value_revenue": Label("revenue", "销售额"),
    "value_profit": Label("profit", "利润"),
    "value": Label("Customer lifetime value: the next 12 months", "客户终身价值：未来 12 个月"),
    "value_lead": Label(
        "In the 12 months after {as_of} the {n} so far are expected to make {purchases} purchases{interval}.",
        "{as_of} 之后的 12 个月内，现有的 {n} 位客户预计购买 {purchases} 次{interval}。",
    ),
    "value_lead_if_all_stay": Label(
        "If everybody went on at their own rate, the {n} so far would make {purchases} purchases{interval} in the 12 "
        "months after {as_of}.",
        "若每位客户都按各自的节奏继续购买，现有的 {n} 位客户在 {as_of} 之后的 12 个月内将购买 {purchases} 次"
        "{interval}。",
    ),
    "value_lead_worth": Label(
        "The {money} from them has a present value of {value}{interval}.",
        "带来的{money}折现后为 {value}{interval}。",
    ),
    "value_of": Label("Value", "价值"),
    "share_of_value": Label("Share of value", "价值占比"),
    "purchases_of": Label("Purchases", "购买次数"),
    "share_of_purchases": Label("Share of purchases", "购买占比"),
    "value_note": Label(
        "Value: the {money} of purchases after {as_of}, discounted at {rate} a year. It includes neither past "
        "purchases nor those of future new customers. Intervals reflect how uncertain the models are, not the chance "
        "in what each customer does.",
        "价值指 {as_of} 之后各次购买带来的{money}，按年折现率 {rate} 折现；不含以往的购买，也不含未来新客户。"
        "区间反映模型参数的不确定性，不含单个客户行为的随机性。",
    ),
    "value_note_revenue": Label(
        "It is revenue, not profit: no margin was given.", "未给出利润率，故为销售额而非利润。"
    ),
    "value_note_profit": Label("{margin} of revenue is counted as profit.", "利润按销售额的 {margin} 计算。"),
    "value_note_net": Label(
        "Refunds are taken off: {kept} of what is bought is expected to be kept.",
        "已扣除预计退款：购买金额预计有 {kept} 不会退回。",
    ),
    "value_unvalued": Label(
        "No value can be given for {n}, for lack of amounts above zero or of a finite mean; they are not in the sums.",
        "有 {n} 位客户因没有大于零的金额或均值不是有限值而无法估值，未计入合计。",
    ),
    "tracking": Label("Expected and actual repeat purchases", "预计与实际的复购"),
    "tracking_note_W": Label(
        "Repeat purchases by week from Monday, next to those that the model expects from new customers with the same "
        "first purchase days. The model was fitted to these same purchases.",
        "按周（自周一起）的复购次数，与模型对首购日相同的新客户的预期相比较。模型即由这些购买拟合而得。",
    ),
    "tracking_note_M": Label(
        "Repeat purchases by month, next to those that the model expects from new customers with the same first "
        "purchase days. The model was fitted to these same purchases.",
        "按月复购次数，与模型对首购日相同的新客户的预期相比较。模型即由这些购买拟合而得。",
    ),
    "alt_tracking": Label(
        "Curves of repeat purchases over time: {actual} came, {expected} were expected.",
        "复购次数随时间变化的曲线：实际 {actual} 次，预期 {expected} 次。",
    ),
    "worth_saving": Label("Customers worth saving", "值得挽留的客户"),
    "worth_saving_note": Label(
        "{n} in all: they came back at least once, are worth more than the average, have been quiet for longer than "
        "their own mean time between purchases, and are more likely than not to buy nothing in the next 12 months. "
        "Together they are worth {value}.",
        "共 {n} 位客户曾再次购买、价值高于平均值、已超过自身的购买间隔未下单，且未来 12 个月内不购买的可能性过半，"
        "合计价值 {value}。",
    ),
    "worth_saving_named": Label("Only those worth the most are named.", "以上为其中价值最高者。"),
    "worth_saving_missing": Label(
        "Nobody worth more than the average is overdue and more likely than not to stay away.",
        "价值高于平均值的客户中，没有人既超过自身的购买间隔，未来 12 个月内不购买的可能性又过半。",
    ),
    "worth_saving_unknown": Label(
        "The model finds nobody leaving, so it cannot say who is worth saving.",
        "模型未发现客户流失，无法判断哪些客户值得挽留。",
    ),
    "worth_saving_reason": Label(
        "Last order {quiet} ago, one every {rhythm} before that; {inactive} likely to buy nothing in the next 12 "
        "months, yet worth {times} times the average customer.",
        "最近一次下单在 {quiet} 天前，此前平均每 {rhythm} 天购买一次；未来 12 个月内不购买的概率为 {inactive}，"
        "价值却为客户平均值的 {times} 倍。",
    ),
    "value_models": Label("Models and parameters", "模型与参数"),
    "value_models_note": Label(
        "Purchases: Pareto/NBD model, fitted on {n}, {back} of whom came back; r/α is the mean purchase rate, s/β the "
        "mean rate of leaving, per week.",
        "购买：Pareto/NBD 模型，由 {n} 位客户拟合，其中 {back} 位曾再次购买；r/α 为平均购买率，s/β 为平均流失率"
        "（均按周）。",
    ),
    "value_models_spend": Label(
        "Spend: gamma-gamma model, fitted on those who came back.",
        "消费额：Gamma-Gamma 模型，由曾再次购买的客户拟合。",
    ),
    "value_models_draws": Label(
        "A dash: not determined by the log. Intervals come from {draws} draws of the parameters with a fixed seed.",
        "短横线表示数据不足以确定。区间由固定种子的 {draws} 次参数抽样得出。",
    ),
    "parameter": Label("Parameter", "参数"),
    "estimate": Label("Estimate", "估计值"),
    "model_of": Label("Of", "用途"),
    "ParetoNBDModel": Label("Purchases", "购买"),
    "GammaGammaModel": Label("Spend", "消费额"),
    "table_value_models": Label("Models of purchases and spend", "购买与消费额模型"),
    "table_value_totals": Label("Expected purchases and value, 12 months", "未来 12 个月预计购买与价值"),
    "table_value_tiers": Label("Value by tier, 12 months", "未来 12 个月各层级价值"),
    "table_tracking": Label("Expected and actual repeat purchases", "预计与实际的复购"),
    "table_worth_saving": Label("Customers worth saving", "值得挽留的客户"),
    "sheet_value_totals": Label("Value, 12 months", "未来 12 个月价值"),
    "sheet_tracking": Label("Repeat purchases", "复购"),
    "quantity": Label("Figure", "项目"),
    "expected_purchases": Label("Expected purchases", "预计购买次数"),
    "lifetime_value": Label("Lifetime value", "客户终身价值"),
    "value_per_customer": Label("Per customer", "人均"),
    "is_determined": Label("Determined by the log", "数据可确定"),
    "week": Label("Starts on", "开始日期"),
    "last_day": Label("Ends on", "结束日期"),
    "is_complete": Label("Complete", "完整"),
    "actual": Label("Actual repeat purchases", "实际复购次数"),
    "expected": Label("Expected repeat purchases", "预计复购次数"),
}
