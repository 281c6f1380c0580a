"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "forecast": Label("Forecast: the next 12 months", "预测：未来 12 个月"),
    "forecast_revenue": Label(
        "In the next 12 months the {n} so far are expected to bring net revenue of {value} (95% interval {lower} to "
        "{upper}){before}.",
        "未来 12 个月，现有的 {n} 位客户预计带来净销售额 {value}（95% 区间 {lower} 至 {upper}）{before}。",
    ),
    "forecast_purchases": Label(
        "In the next 12 months the {n} so far are expected to buy {value} times (95% interval {lower} to "
        "{upper}){before}.",
        "未来 12 个月，现有的 {n} 位客户预计购买 {value} 次（95% 区间 {lower} 至 {upper}）{before}。",
    ),
    "forecast_before": Label("; in the 12 months before it was {value}", "，此前 12 个月为 {value}"),
    "forecast_core": Label(
        "Core customers are expected to account for {share} of it.", "其中 {share} 预计来自核心客户。"
    ),
    "forecast_tried": Label(
        "Tried on {n} of this log{overlap}, the interval held what came on {held}; all these forecasts together were "
        "{off}.",
        "在这份数据的 {n} 个更早日期上回测{overlap}，实际值有 {held} 次落在区间内；合计{off}。",
    ),
    "forecast_overlap": Label(" (their periods overlap)", "（各次时段有重叠）"),
    "forecast_even": Label("neither too high nor too low", "既不偏高也不偏低"),
    "forecast_high": Label("{share} too high", "偏高 {share}"),
    "forecast_low": Label("{share} too low", "偏低 {share}"),
    "forecast_untried": Label(
        "The log is too short to try the forecast on it: the interval is a default that was not tested.",
        "数据太短，无法回测：区间为默认值，未经检验。",
    ),
    "forecast_note": Label(
        "Refunds are taken off, nothing is discounted. Customers who join after {as_of} are not counted. The forecast "
        "combines models of purchases and spend with the customers' own figures of last year and of the last 13 weeks, "
        "and the season of last year; its interval comes from how far such forecasts were off on earlier days of the "
        "log.",
        "已扣除退款，未折现；{as_of} 之后新来的客户不计在内。预测综合了购买与消费额模型、客户去年同期和最近 13 周的"
        "实际数以及去年的季节走势，区间来自此类预测在更早日期上的误差。",
    ),
    "forecast_of_revenue": Label("Net revenue", "净销售额"),
    "forecast_of_purchases": Label("Purchases", "购买次数"),
    "forecast_share": Label("Share", "占比"),
    "backtests": Label("Forecasts of earlier days and what came", "更早日期的预测与实际"),
    "alt_backtests": Label(
        "Intervals of the forecasts of {n} earlier days, which held what came on {held}.",
        "{n} 个回测日的预测区间，实际值有 {held} 次落在区间内。",
    ),
    "table_forecast": Label("Forecast, 12 months", "未来 12 个月预测"),
    "table_forecast_tiers": Label("Forecast by tier, 12 months", "未来 12 个月各层级预测"),
    "table_backtests": Label("Forecasts of earlier days and what came", "更早日期的预测与实际"),
    "sheet_forecast": Label("Forecast, 12 months", "未来 12 个月预测"),
    "sheet_forecast_tiers": Label("Forecast by tier", "各层级预测"),
    "sheet_backtests": Label("Back-tests", "回测"),
    "forecast_quantity": Label("Figure", "项目"),
    "quantity_purchases": Label("Purchases", "购买次数"),
    "quantity_revenue": Label("Net revenue", "净销售额"),
    "forecast_value": Label("Forecast", "预测值"),
    "last_period": Label("12 months before", "此前 12 个月"),
    "n_backtests": Label("Back-tests", "回测次数"),
    "n_held": Label("Held by the interval", "落在区间内的次数"),
    "backtest_bias": Label("All forecasts over all that came, less 1", "合计偏差"),
    "forecast_day": Label("Day of the forecast", "预测日期"),
    "forecast_until": Label("Last day counted", "统计截止"),
    "came": Label("What came", "实际发生"),
}
