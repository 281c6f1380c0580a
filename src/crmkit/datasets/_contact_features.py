"""What is known of customers before a campaign, and on which of it the effect of a contact depends."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["LARGEST", "Features", "draw_features"]

_AGES: Final = (18, 75)
_CHANNELS: Final = ("app", "web", "shop")
# Orders of a mean customer in the year before.
_ORDERS: Final = 4.0
_DAYS: Final = 365

_AGE_SD: Final = float(np.sqrt(((_AGES[1] - _AGES[0] + 1) ** 2 - 1) / 12))
_BY_CHANNEL: Final = np.sqrt(1.5) * np.array([1.0, 0.0, -1.0])
# The furthest that the response of a customer lies from the mean, in standard deviations.
LARGEST: Final = float(((_AGES[1] - _AGES[0]) / 2 / _AGE_SD + np.sqrt(1.5)) / np.sqrt(2))


class Features(NamedTuple):
    """Columns of customers; how they respond, of mean 0 and deviation 1; and the size of their orders, of mean 1."""

    columns: pd.DataFrame
    response: Floats
    size: Floats


def draw_features(without: Floats, *, base_rate: float, mean_spend: float, rng: np.random.Generator) -> Features:
    """Draw what is known of customers: a past that tells who buys anyway, and age and channel, who responds."""
    n = len(without)
    size = rng.gamma(4.0, 0.25, n)
    orders = rng.poisson(_ORDERS * without / base_rate)
    spend = np.round(rng.gamma(np.maximum(2.0 * orders, 1.0), mean_spend / 2 * size), 2)
    # The last of several orders spread evenly over the year.
    silence = np.ceil(_DAYS * rng.beta(1.0, np.maximum(orders, 1)))
    ages = rng.integers(_AGES[0], _AGES[1], n, endpoint=True)
    channels = rng.integers(0, len(_CHANNELS), n)
    young = (sum(_AGES) / 2 - ages) / _AGE_SD
    bought = orders > 0
    columns = pd.DataFrame(
        {
            "past_orders": orders.astype(np.int64),
            "past_spend": np.where(bought, spend, 0.0),
            "days_since_last": np.where(bought, silence, np.nan),
            "age": ages.astype(np.int64),
            "channel": np.array(_CHANNELS)[channels],
        }
    )
    return Features(columns, (young + _BY_CHANNEL[channels]) / np.sqrt(2), size)
