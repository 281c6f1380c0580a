"""Money as the comparison of models judges it: expected, by rules of thumb, and what came."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_money
from crmkit._messages import Column
from crmkit._tables import HOLDOUT, float_columns
from crmkit.value._checks import check_model
from crmkit.value._spend import GammaGammaModel
from crmkit.value._spend._reader import SpendReader
from crmkit.value.judging._accuracy import correlation, quotient
from crmkit.value.judging._holdout import Holdout

__all__ = ["Money", "money_accuracy", "read_money"]


class Money(NamedTuple):
    """Net money of each customer: of a purchase day, by the model and by the past, and of the holdout period."""

    expected: Floats
    so_far: Floats
    actual: Floats


def read_money(period: Holdout, spend_model: GammaGammaModel) -> Money:
    """Read what customers brought, and what the model of spend expects of a purchase day after refunds."""
    check_model(spend_model, GammaGammaModel, name="spend_model")
    columns = float_columns(period.customers, HOLDOUT, ["frequency", "spend", "holdout_spend"], name="holdout")
    for name in ("spend", "holdout_spend"):
        check_money(columns[name], where=Column("holdout", name))
    expected = SpendReader(spend_model).net_means(period.customers)
    return Money(expected, columns["spend"] / (columns["frequency"] + 1), columns["holdout_spend"])


def money_accuracy(expected: Floats, money: Money) -> dict[str, float]:
    """Measures of predicted money, among the customers of whom the model of spend expects any."""
    known = ~np.isnan(money.expected)
    expected, actual = expected[known], money.actual[known]
    error = expected - actual
    return {
        "expected_revenue": float(expected.sum()),
        "revenue_bias": float(error.sum()),
        "revenue_relative_bias": quotient(error.sum(), actual.sum()),
        "revenue_mae": quotient(np.abs(error).sum(), len(error)),
        "revenue_correlation": correlation(expected, actual),
    }
