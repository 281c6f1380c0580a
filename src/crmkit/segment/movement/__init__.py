"""Who moved between segments from date to date, what of it is chance, and how large segments will be."""

from typing import Final

from crmkit.segment.movement._chain_tables import customer_forecast_table, migration_table
from crmkit.segment.movement._history import segment_flow_table, segment_history_table, segment_path_table
from crmkit.segment.movement._movement import movement_table
from crmkit.segment.movement._movement_null import movement_null_summary, movement_null_table
from crmkit.segment.movement._movement_split import movement_split_table
from crmkit.segment.movement._segment_forecast import segment_forecast_backtest_table, segment_forecast_table
from crmkit.segment.movement._transition_intervals import transition_interval_table
from crmkit.segment.movement._transitions import transition_table

__all__: Final[list[str]] = [
    "customer_forecast_table",
    "migration_table",
    "movement_null_summary",
    "movement_null_table",
    "movement_split_table",
    "movement_table",
    "segment_flow_table",
    "segment_forecast_backtest_table",
    "segment_forecast_table",
    "segment_history_table",
    "segment_path_table",
    "transition_interval_table",
    "transition_table",
]
