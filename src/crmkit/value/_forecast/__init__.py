"""What the customers of a day will buy and bring in, judged on earlier days of the same log."""

from crmkit.value._forecast._table import TriedForecast, backtest_table, forecast_table, tried_forecast

__all__ = ["TriedForecast", "backtest_table", "forecast_table", "tried_forecast"]
