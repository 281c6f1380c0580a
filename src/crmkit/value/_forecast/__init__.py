"""What the customers of a day will buy and bring in, judged on earlier days of the same log."""

from crmkit.value._forecast._table import backtest_table, forecast_table

__all__ = ["backtest_table", "forecast_table"]
