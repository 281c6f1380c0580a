"""What the report says, in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from crmkit._messages import Message, Said, Words
from crmkit._names import Label, Language
from crmkit.report._log_texts import LOG_TEXTS
from crmkit.report._value_texts import VALUE_TEXTS

__all__ = ["TEXTS", "TWELVE_MONTHS", "told"]

TWELVE_MONTHS: Final[Said] = Message(en="12 months", zh="12 个月")()
"""The horizon of the section on lifetime value."""

TEXTS = MappingProxyType(
    {
        **LOG_TEXTS,
        **VALUE_TEXTS,
        "title": Label("Customer report", "客户分析报告"),
        "subtitle": Label(
            "Orders from {first} to {newest} · as of {as_of}, that day included",
            "订单日期 {first} 至 {newest} · 截止日 {as_of}（含当日）",
        ),
        "subtitle_nothing": Label(
            "{first} to {as_of} · as of {as_of}, that day included",
            "{first} 至 {as_of} · 截止日 {as_of}（含当日）",
        ),
        "findings": Label("Headline findings", "主要发现"),
        "finding_base": Label(
            "{customers} placed {orders} worth {revenue} from {first} to {newest}{as_of}; "
            "{repeat} of them ordered more than once.",
            "{first} 至 {newest}{as_of}，{customers} 位客户共下 {orders} 单，销售额 {revenue}；"
            "其中 {repeat} 的客户下单不止一次。",
        ),
        "finding_as_of": Label(" (as of {as_of})", "（截止日 {as_of}）"),
        "finding_nothing": Label(
            "Nobody bought anything from {first} to {as_of}; refunds come to {revenue}. KPIs, months, cohorts, tiers, "
            "RFM, value, rhythm and concentration need purchases, and are not shown.",
            "{first} 至 {as_of} 没有任何购买，退款合计 {revenue}。"
            "核心指标、月度数据、同期群、分层、RFM、客户价值、购买节奏和集中度均以购买为基础，故不显示。",
        ),
        "finding_top": Label(
            "The top 20% of customers ({count}) brought {share} of revenue.",
            "销售额最高的 20% 客户（{count} 位）贡献了 {share} 的销售额。",
        ),
        "finding_no_top": Label(
            "No customer paid more than they got back, so the share of the top customers cannot be told.",
            "没有客户的付款多于退款，无法计算头部客户的占比。",
        ),
        "finding_tiers": Label(
            "{core} ({core_share} of all) brought {core_value} of revenue, {ordinary} ({ordinary_share}) "
            "{ordinary_value}.",
            "核心客户 {core} 位（占 {core_share}）贡献了 {core_value} 的销售额，"
            "普通客户 {ordinary} 位（占 {ordinary_share}）贡献了 {ordinary_value}。",
        ),
        "finding_short_log": Label(
            "The log starts on {first}, too late to compare the {days} days to {as_of} with the {days} days before.",
            "数据始于 {first}，不足以将截至 {as_of} 的 {days} 天与此前的 {days} 天相比较。",
        ),
        "finding_retention": Label(
            "Of the {start} active in the {days} days to {before}, {share} bought again in the {days} days "
            "to {as_of} (95% interval {lower} to {upper}).",
            "截至 {before} 的 {days} 天内活跃的 {start} 位客户中，有 {share} 在截至 {as_of} 的 {days} 天内再次购买"
            "（95% 置信区间 {lower} 至 {upper}）。",
        ),
        "finding_no_retention": Label(
            "Nobody was active in the {days} days to {before}, so retention cannot be told.",
            "截至 {before} 的 {days} 天内没有活跃客户，无法计算留存率。",
        ),
        "audit": Label("Where every row went", "数据去向"),
        "audit_note": Label(
            "Each row has one reason, the first that holds. Rows that repeat another one in every "
            "column: {duplicates}; they are counted and not removed.",
            "每一行只归入一个原因（按先后顺序取第一个）。有 {duplicates} 行与其他行完全重复，仅计数，不删除。",
        ),
        "audit_missing": Label("No audit was given with the transactions.", "生成报告时未提供数据审计表。"),
        "reason": Label("Reason", "原因"),
        "rows": Label("Rows", "行数"),
        "amount": Label("Amount", "金额"),
        "kpis": Label("Headline KPIs", "核心指标"),
        "kpi": Label("KPI", "指标"),
        "whole_log": Label("Whole log", "全部记录"),
        "last_days": Label("Last {days} days", "最近 {days} 天"),
        "days_before": Label("{days} days before", "此前 {days} 天"),
        "change": Label("Change", "变化"),
        "previous_missing": Label(
            "The log starts on {first}, so the period before is not whole: it is left out, and with it retention and "
            "churn of the last {days} days.",
            "数据始于 {first}，上一期不完整，故不列出；最近 {days} 天的留存率与流失率也无从计算。",
        ),
        "recent_missing": Label(
            "The log starts on {first}, so it does not hold the last {days} days whole, and they are left out.",
            "数据始于 {first}，最近 {days} 天不完整，故不列出。",
        ),
        "retention_before_missing": Label(
            "Retention and churn of the {days} days before compare with yet another {days} days, which the log does "
            "not hold whole.",
            "此前 {days} 天的留存率与流失率须与更早的 {days} 天相比较，而数据不含完整的该期间。",
        ),
        "rhythm": Label("Rhythm of purchases", "购买节奏"),
        "rhythm_note": Label(
            "Days from one purchase day to the customer's next one: the marks show within how many days half and nine "
            "tenths of them lie. Longest gaps, up to 1%, are not drawn; who did not come back has no gap.",
            "同一客户相邻两个购买日之间的天数：虚线标出一半与九成间隔所在的天数。"
            "最长的 1% 未绘出；未再购买的客户没有间隔。",
        ),
        "rhythm_missing": Label("Nobody bought on two days.", "没有客户在两个不同日期购买。"),
        "alt_rhythm": Label(
            "Curve of the days between purchases: half within {half} days, nine tenths within {most}.",
            "购买间隔天数的累计曲线：一半在 {half} 天内，九成在 {most} 天内。",
        ),
        "actions": Label("Customers to act on first", "优先跟进的客户"),
        "actions_note": Label(
            "In all {n} used to order often and have not of late (segments at risk and cannot lose them); those who "
            "spent the most come first. Together they brought {revenue}.",
            "曾经频繁下单、近期未再下单的客户（流失风险客户与不容流失客户）共 {n} 位，按消费额从高到低排列，"
            "合计贡献 {revenue}。",
        ),
        "actions_note_below": Label(
            "In all {n} used to order often and have not of late (segments at risk and cannot lose them); those who "
            "spent the most come first. Together they brought {revenue}, without {below} of {n_below} who got back "
            "more than they paid.",
            "曾经频繁下单、近期未再下单的客户（流失风险客户与不容流失客户）共 {n} 位，按消费额从高到低排列，"
            "合计贡献 {revenue}，未计其中退款多于付款的 {n_below} 位（合计 {below}）。",
        ),
        "actions_missing": Label(
            "Nobody who used to order often has stopped.", "没有曾经频繁下单而近期停止下单的客户。"
        ),
        "customer": Label("Customer", "客户"),
        "why": Label("Why", "原因"),
        "base": Label("Base", "基数"),
        "interval": Label("95% interval", "95% 置信区间"),
        "kpi_note": Label(
            "The base is the number of customers or orders that the figure of the last {days} days is divided by. "
            "Retention and churn compare the period with the one of the same length before it; a dash means that there "
            "is nothing to divide or compare.",
            "基数为计算最近 {days} 天各指标时作除数的客户数或订单数。留存率与流失率将本期与上一个等长期间相比较；"
            "短横线表示没有可用的基数。",
        ),
        "periods": Label("Revenue and customers by month", "按月销售额与客户数"),
        "periods_note": Label(
            "New customers are those whose first purchase in this log lies in the month. Pale: the month was not over, "
            "or the log does not hold it whole (†; a dash where it holds nothing).",
            "新客户指在本数据中首次购买发生在该月的客户。"
            "浅色表示该月尚未结束，或数据不完整（标有 †；没有数据的月份为短横线）。",
        ),
        "periods_cut": Label(
            "Only the newest {n} of {of:,} months are shown.", "仅显示 {of:,} 个月中最近的 {n} 个月。"
        ),
        "month": Label("Month", "月份"),
        "new": Label("New customers", "新客户"),
        "returning": Label("Returning customers", "老客户"),
        "monthly_figures": Label("Figures by month", "月度数据"),
        "incomplete": Label("not over", "未结束"),
        "alt_revenue": Label(
            "Bar chart of revenue by month, {n} months, highest {high} in {when}.",
            "按月销售额柱状图，共 {n} 个月，最高为 {when} 的 {high}。",
        ),
        "alt_customers": Label(
            "Bar chart of active customers by month, {n} months, most {high} in {when}.",
            "按月活跃客户数柱状图，共 {n} 个月，最多为 {when} 的 {high}。",
        ),
        "cohorts": Label("Cohort retention", "同期群留存"),
        "cohorts_note": Label(
            "Share of the customers first seen in a month who bought again so many months later; a dash where the log "
            "holds nothing of that month.",
            "各月首次购买的客户在其后第几个月再次购买的比例；数据中没有该月的，以短横线表示。",
        ),
        "cohorts_cut": Label(
            "Only the newest {n} of {of:,} cohorts are shown.", "仅显示 {of:,} 个同期群中最近的 {n} 个。"
        ),
        "cohorts_partial": Label(
            "The last cell of each row belongs to a month that was not over.", "每行最后一格所在的月份尚未结束。"
        ),
        "cohort": Label("Cohort", "同期群"),
        "size": Label("Customers", "客户数"),
        "tiers": Label("Customer tiers", "客户分层"),
        "tiers_note": Label(
            "Core: the customers with the most revenue who together bring half of it (from {core}). Important: those "
            "who bring it to 80% (from {important}), or with as many orders as the top 20% ({orders} or more). "
            "Ordinary: the rest. Whose last order is more than 365 days ago stands one tier lower. Revenue is net of "
            "refunds, and nobody's is below 0.",
            "核心客户：销售额最高、合计贡献一半销售额的客户（不低于 {core}）。"
            "重要客户：使累计贡献达到 80% 的客户（不低于 {important}），或订单数居前 20% 的客户（不少于 {orders} 单）。"
            "其余为普通客户。最近一次下单距今超过 365 天的客户降一级。销售额已扣除退款，每位客户不低于 0。",
        ),
        "tiers_missing": Label(
            "No customer paid more than they got back, so there are no shares of revenue to tell customers apart by.",
            "没有客户的付款多于退款，无法按贡献分层。",
        ),
        "alt_tiers": Label(
            "Bar chart of tiers: core customers are {customers} of the customers and bring {revenue} of revenue.",
            "分层柱状图：核心客户占客户数的 {customers}，贡献 {revenue} 的销售额。",
        ),
        "tier": Label("Tier", "层级"),
        "segment": Label("Segment", "细分"),
        "all_customers": Label("All customers", "全部客户"),
        "n_customers": Label("Customers", "客户数"),
        "customer_share": Label("Share", "占比"),
        "value_share": Label("Share of revenue", "销售额占比"),
        "mean_revenue": Label("Per customer", "人均"),
        "rfm": Label("RFM: recency, frequency, spend", "RFM：最近购买、频次、金额"),
        "rfm_note": Label(
            "Upper number: customers; lower: what they spent on average. Scores run from 1 to 5, the best, each given "
            "to as nearly the same number of customers as ties allow.",
            "上方数字为客户数，下方为人均消费额。得分从 1 到 5，5 为最好；在同值不拆分的前提下，各得分人数尽量相等。",
        ),
        "alt_rfm": Label(
            "Map of recency against frequency scores: most customers, {n}, have recency {r} and frequency {f}.",
            "R 与 F 得分分布图：人数最多的是 R={r}、F={f}，共 {n} 位。",
        ),
        "score_ranges": Label("What the scores mean", "得分对应的取值范围"),
        "score": Label("Score", "得分"),
        "recency": Label("Days since the last order", "距最近一次下单天数"),
        "frequency": Label("Orders", "订单数"),
        "monetary": Label("Spend", "消费额"),
        "concentration": Label("Concentration", "销售额集中度"),
        "concentration_note": Label(
            "Customers from those with the most revenue to those with the least; the dashed line is how it would look "
            "if all brought the same. Nobody's revenue is below 0. Gini coefficient {gini}.",
            "客户按销售额从高到低排列，每位客户不低于 0；虚线表示每位客户贡献相同的情形。基尼系数 {gini}。",
        ),
        "alt_concentration": Label(
            "Curve of the share of revenue against the share of customers: the top 20% bring {share}.",
            "销售额占比随客户占比变化的曲线：前 20% 的客户贡献 {share}。",
        ),
        "definitions": Label("Definitions", "指标定义"),
        "definition": Label("Definition", "定义"),
        "unit": Label("Unit", "单位"),
        "source": Label("Source", "出处"),
        "purchase_day": Label(
            "A purchase day is a day with an order, unless it holds a refund and its net amount is not above zero. "
            "Refunds are negative amounts; unless they were left out, their money reduces revenue.",
            "购买日指有订单的日期；若当日有退款且净额不大于零，则不算购买日。退款为负金额，除非被剔除，均从销售额中扣减。",
        ),
        "table_audit": Label("Where every row went", "数据去向"),
        "table_holes": Label("Holes of the log", "数据缺口"),
        "table_base": Label("Base of the shares", "占比的基数"),
        "table_kpis": Label("KPIs of the whole log", "核心指标：全部记录"),
        "table_recent_kpis": Label("KPIs of the last days", "核心指标：最近一期"),
        "table_previous_kpis": Label("KPIs of the days before", "核心指标：上一期"),
        "table_months": Label("Months", "月度数据"),
        "table_cohorts": Label("Cohort retention", "同期群留存"),
        "table_tiers": Label("Customer tiers", "客户分层"),
        "table_tier_cuts": Label("Cuts of the tiers", "分层界限"),
        "table_rfm_segments": Label("RFM segments", "RFM 细分"),
        "table_rfm_map": Label("RFM map", "RFM 分布"),
        "table_score_ranges": Label("What the scores mean", "得分对应的取值范围"),
        "table_actions": Label("Customers to act on first", "优先跟进的客户"),
        "table_gaps": Label("Days between purchases", "购买间隔天数"),
        "table_concentration": Label("Concentration", "销售额集中度"),
        "made_with": Label(
            "Made with crmkit {version}. As of {as_of}; recent period {days} days; definitions as in crmkit {version}.",
            "由 crmkit {version} 生成。截止日 {as_of}；近期为最近 {days} 天；指标定义以 crmkit {version} 为准。",
        ),
    }
)


def told(said: Said, language: Language) -> str:
    """Say a message in a language."""
    return said.told(language, Words())
