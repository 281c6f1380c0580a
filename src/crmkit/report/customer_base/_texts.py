"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label
from crmkit._workbook import BASE_COLUMNS, BASE_GROUPS, BASE_SHEETS

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "customer_base": Label("The customer base through five lenses", "客户群的五个视角"),
    "finding_change": Label(
        "{after} against {before}: net revenue changed by {change}, of which {customers} by the number of customers, "
        "{frequency} by orders per customer and {value} by the value of an order.",
        "{after} 与 {before} 相比，净销售额变动 {change}：客户数贡献 {customers}，购买频次贡献 {frequency}，"
        "笔单价贡献 {value}。",
    ),
    "lens_1": Label("1. How different are the customers?", "1. 客户之间差异有多大？"),
    "lens_1_note": Label(
        "{after}: customers by what they spent, each class beside its share of revenue. The tenth that spent the most "
        "brought {top} of revenue, in {orders} orders each; the lower half of the customers {half}.",
        "{after}：按消费额分组的客户数，以及各组的销售额占比。消费最高的十分之一客户贡献 {top} 的销售额，"
        "人均 {orders} 单；消费较低的一半客户贡献 {half}。",
    ),
    "lens_2": Label("2. What changed?", "2. 变化在哪里？"),
    "lens_2_note": Label(
        "{after} against {before}: what customers, orders per customer and the value of an order add to the change of "
        "revenue; together they are the whole change. {both} customers bought in both; {lapsed} of those of {before} "
        "did not come back; {new} are new and {returned} had bought earlier.",
        "{after} 与 {before} 相比：客户数、购买频次、笔单价各自带来的销售额变动，合计即全部变动。两期都购买的客户 "
        "{both} 位；{before} 的客户中 {lapsed} 位没有再来；新客户 {new} 位，更早买过、本期回来的 {returned} 位。",
    ),
    "lens_3": Label("3. How does a cohort evolve?", "3. 一个同期群如何演变？"),
    "lens_3_note": Label(
        "The {size} customers acquired in {cohort}: {repeat} had a second order by {as_of}; each acquired customer "
        "brought {spend} so far.",
        "{cohort} 获得的 {size} 位客户：截至 {as_of}，{repeat} 有过第二单；平均每位客户累计带来 {spend}。",
    ),
    "lens_4": Label("4. Do newer cohorts behave differently?", "4. 新的同期群有何不同？"),
    "lens_4_note": Label(
        "Revenue so far per customer acquired, by age: if lines lie on one another, new customers are as good as the "
        "old ones were at their age.",
        "各同期群按账龄计的人均累计销售额：线条重合，说明新客户与老客户在同样账龄时一样好。",
    ),
    "lens_5": Label("5. How healthy is the base as a whole?", "5. 整个客户群是否健康？"),
    "lens_5_note": Label(
        "Revenue of each period in layers of customers acquired at the same time. In the first periods of the log old "
        "customers look new.",
        "各期销售额按客户获得时间分层。数据最初几期，老客户看起来也像新客户。",
    ),
    "lens_not_drawn": Label(
        "The log has too many periods to draw; the tables hold them all.",
        "数据的期数过多，不作图；全部数字见表格。",
    ),
    "lens_note": Label(
        "After Fader, Hardie and Ross, The Customer-Base Audit (2022). Pale, or with an open mark: not over.",
        "方法见 Fader、Hardie 与 Ross《The Customer-Base Audit》（2022）。浅色或空心标记表示尚未结束。",
    ),
    "alt_base_distribution": Label(
        "Bar chart of customers by what they spent in {after}; the top tenth brought {top} of revenue.",
        "{after} 按消费额分组的客户数柱状图；最高的十分之一贡献 {top} 的销售额。",
    ),
    "alt_base_change": Label(
        "Waterfall from the revenue of {before} to that of {after}, a change of {change}.",
        "从 {before} 到 {after} 销售额的瀑布图，变动 {change}。",
    ),
    "alt_base_cohort": Label(
        "Lines of the share active and the share with a second order of the customers acquired in {cohort}.",
        "{cohort} 获得的客户的活跃占比与已复购占比折线图。",
    ),
    "alt_base_cohorts": Label(
        "Lines of the revenue so far per customer acquired, by age, one for each of {n} cohorts.",
        "{n} 个同期群按账龄计的人均累计销售额折线图。",
    ),
    "alt_base_layers": Label(
        "Stacked areas of the revenue of {n} periods by when customers were acquired.",
        "{n} 期销售额按客户获得时间分层的堆积图。",
    ),
    **{name: named.label for name, named in BASE_COLUMNS.items()},
    **{f"group_{name}": label for name, label in BASE_GROUPS.items()},
    "n_customers": Label("Customers", "客户数"),
    "deciles": BASE_SHEETS["deciles"],
    "table_base_deciles": BASE_SHEETS["deciles"],
    "table_base_flow": BASE_SHEETS["groups"],
    "table_base_change": BASE_SHEETS["change"],
    "table_base_cohort": BASE_SHEETS["history"],
    "table_base_cohorts": BASE_SHEETS["cohorts"],
    "table_base_layers": BASE_SHEETS["layers"],
}
