"""Words that several plots share; a word of one plot stands in its file."""

from typing import Final

from crmkit._names import Label

__all__ = [
    "ACTUAL",
    "CALIBRATION_PURCHASES",
    "EXPECTED",
    "EXPECTED_PURCHASES",
    "HOLDOUT_PURCHASES",
    "PROBABILITY_ALIVE",
    "REPEAT_PURCHASES",
]

ACTUAL: Final = Label("Actual", "实际")
EXPECTED: Final = Label("Expected", "预期")
REPEAT_PURCHASES: Final = Label("Repeat purchases", "复购次数")
CALIBRATION_PURCHASES: Final = Label("Repeat purchases in the calibration period", "校准期内复购次数")
HOLDOUT_PURCHASES: Final = Label("Purchases per customer in the holdout period", "验证期内人均购买次数")
PROBABILITY_ALIVE: Final = Label("Probability of being alive", "存活概率")
EXPECTED_PURCHASES: Final = Label("Expected purchases", "预期购买次数")
