"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "profit": Label("Profit of customers", "客户利润"),
    "table_profit_ladder": Label("From sales to profit", "从销售到利润"),
    "table_whale_curve": Label("Whale curve", "鲸鱼曲线"),
    "table_whale_summary": Label("How profit is spread", "利润分布"),
    "finding_net_profit": Label(
        "Of net revenue of {revenue}, {profit} are left as net profit after the cost to serve ({share}).",
        "净收入 {revenue}，扣除服务成本后净利润 {profit}（{share}）。",
    ),
    "finding_net_profit_alone": Label(
        "Net profit after the cost to serve is {profit}, on net revenue of {revenue}.",
        "净收入 {revenue}，扣除服务成本后净利润 {profit}。",
    ),
    "finding_contribution": Label(
        "Of net revenue of {revenue}, {profit} are left as contribution ({share}); the cost to serve is not known.",
        "净收入 {revenue}，边际贡献 {profit}（{share}）；服务成本未知。",
    ),
    "finding_contribution_alone": Label(
        "Contribution is {profit}, on net revenue of {revenue}; the cost to serve is not known.",
        "净收入 {revenue}，边际贡献 {profit}；服务成本未知。",
    ),
    "finding_losses": Label(
        "{n} of {of} customers cost more than they bring: together they take {lost} of the {peak} that the others "
        "make.",
        "{of} 位客户中有 {n} 位入不敷出，合计吃掉其他客户所创利润 {peak} 中的 {lost}。",
    ),
    "finding_no_losses": Label("None of the {of} customers costs more than they bring.", "{of} 位客户中没有亏损客户。"),
    "alt_profit_ladder": Label(
        "Waterfall from gross sales of {sales} step by step to {profit}.",
        "瀑布图：由销售总额 {sales} 逐步到 {profit}。",
    ),
    "alt_whale_curve": Label(
        "Curve of profit added up, the most profitable customers first: {peak_profit} at {at} of the customers, "
        "{profit} at the end.",
        "累计利润曲线，按客户利润从高到低：{at} 的客户处为 {peak_profit}，最后为 {profit}。",
    ),
    "step": Label("Step", "项目"),
    "amount": Label("All customers", "全部客户"),
    "share": Label("Of net revenue", "占净收入"),
    "of_losses": Label("Loss-makers", "亏损客户"),
    "n_customers": Label("Customers", "客户数"),
    "n_profitable": Label("Customers with a profit", "盈利客户数"),
    "n_loss_makers": Label("Customers with a loss", "亏损客户数"),
    "lost": Label("What they lose", "亏损合计"),
    "top_share": Label("Share of the profit made by the top 20%", "前 20% 客户利润占比"),
    "peak_share": Label("Peak, of the total", "峰值占总利润"),
    "peak_at": Label("Peak at this share of the customers", "峰值所在客户占比"),
    "customer_share": Label("Share of customers", "客户占比"),
    "profit_so_far": Label("Profit added up", "累计利润"),
    "profit_share": Label("Of all profit", "占总利润"),
    "figure": Label("Figure", "指标"),
    "value_of_figure": Label("Value", "数值"),
    "net_note": Label(
        "Customers are ranked by net profit, after the cost to serve. What lies above the end of the curve is taken "
        "away again by those who cost more than they bring.",
        "客户按扣除服务成本后的净利润排序。曲线高出终点的部分，会被亏损客户吃掉。",
    ),
    "contribution_note": Label(
        "Customers are ranked by contribution, because their cost to serve is not given. With it, more of them may "
        "turn out to make losses.",
        "未给出服务成本，客户按边际贡献排序；计入服务成本后，亏损客户可能更多。",
    ),
}
