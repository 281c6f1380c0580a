"""What the measures of loyalty are called in Chinese sentences."""

from types import MappingProxyType
from typing import Final

__all__ = ["NAMES_ZH"]

NAMES_ZH: Final = MappingProxyType(
    {
        "attitude": "相对态度",
        "share_of_wallet": "钱包份额",
        "satisfaction": "满意度",
        "repurchase": "复购意愿",
    }
)
