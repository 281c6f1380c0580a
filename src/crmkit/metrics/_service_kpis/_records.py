"""What is counted from a table of tickets: the records of KPIs without a formula of their own."""

from typing import Final

from crmkit._kpi import Kpi
from crmkit._names import Label

__all__ = ["COUNTED"]

_OURS: Final = "Our convention: the median of Kaplan and Meier (1958), JASA 53, of tickets that may still be open"

COUNTED: Final = (
    Kpi(
        code="n_tickets",
        name=Label("Tickets received", "工单数"),
        group="service",
        unit="count",
        direction="context",
        definition=Label("Tickets created in the period", "期间内创建的工单"),
        source="Our convention",
        function="crmkit.metrics.service_kpis",
        counted_by_day=True,
        aggregation="sum",
    ),
    Kpi(
        code="open_tickets",
        name=Label("Open tickets", "未解决工单数"),
        group="service",
        unit="count",
        direction="lower",
        definition=Label(
            "Tickets created in the period and not resolved by the day of the table",
            "期间内创建、截至统计日未解决的工单",
        ),
        source="Our convention",
        function="crmkit.metrics.service_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="first_response_time",
        name=Label("First response time", "首次响应时间"),
        group="service",
        unit="hours",
        direction="lower",
        definition=Label(
            "Time from creation by which half of the tickets have a first answer; those closed without one are "
            "censored at their resolution, open ones at the day of the table",
            "半数工单得到首次响应所用的时间；未响应即关闭的工单在解决时删失，未解决的在统计日删失",
        ),
        source=_OURS,
        function="crmkit.metrics.service_kpis",
        aggregation="none",
    ),
    Kpi(
        code="median_resolution_time",
        name=Label("Median resolution time", "解决时长中位数"),
        group="service",
        unit="hours",
        direction="lower",
        definition=Label(
            "Time from creation by which half of the tickets are resolved; open ones are censored at the day of the "
            "table",
            "半数工单得到解决所用的时间；未解决的工单在统计日删失",
        ),
        source=_OURS,
        function="crmkit.metrics.service_kpis",
        aggregation="none",
    ),
    Kpi(
        code="restricted_resolution_time",
        name=Label("Restricted mean resolution time", "限制平均解决时长"),
        group="service",
        unit="hours",
        direction="lower",
        definition=Label(
            "Mean time to resolution where those that take longer than a horizon count as the horizon",
            "平均解决时长，超过给定时限的按时限计",
        ),
        source="Klein and Moeschberger (2003), Survival Analysis, 2nd ed., section 4.5",
        function="crmkit.metrics.service_kpis",
        aggregation="none",
    ),
)
