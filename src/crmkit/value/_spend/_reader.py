"""What the lifetime value reads from a model of spend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.value._draws import each_draw
from crmkit.value._model import Values
from crmkit.value._spend._amounts import Amounts
from crmkit.value._spend._engine import check_amounts
from crmkit.value._spend._law import spend_line
from crmkit.value._spend._model import GammaGammaModel
from crmkit.value._spend._refund_engine import holds_refunds, times_kept
from crmkit.value._spend._refund_rate import RefundRate, Returns

__all__ = ["SpendReader"]

_NO_RATE: Final = Message(
    en="{where} holds refunds, and {@spend_model} has learned no rate of them. Fit it on a table with that "
    "column; for lifetime values before refunds there is {@refunds='gross'}.",
    zh="{where}中有退款，而 {@spend_model} 未学到退款率。请用含该列的表拟合；"
    "若要扣除退款前的终身价值，可用 {@refunds='gross'}。",
)


class SpendReader:
    """A fitted model of spend as the lifetime value sees it.

    Attributes
    ----------
    covariates : list of str
        Columns that it reads beside frequency and mean amount.
    refunds : RefundRate
        What it has learned of refunds.
    """

    def __init__(self, model: GammaGammaModel) -> None:
        check_fitted(model)
        self._model = model
        self.covariates = list(model.options_.spend_covariates)
        self.refunds: RefundRate = model._refunds()

    def check(self, customers: FrameT) -> None:
        """Raise for amounts that the model refuses, in the engine of the customers."""
        check_amounts(customers, non_positive=self._model.options_.non_positive)

    def check_refunds(self, customers: Any) -> None:
        """Raise where refunds would be left out unsaid: the table has some, and the model knows no rate."""
        if not self.refunds.is_known and holds_refunds(customers):
            raise SchemaError(_NO_RATE(where=Column("customers", "returned")))

    def line(self, histories: pd.DataFrame) -> Floats:
        """Expected spend as a straight line in the mean amount: its value at 0 and its slope, shape (2, n)."""
        extra = histories[self.covariates].to_numpy(dtype=np.float64)
        own = self._model._own(self._model._estimates(), extra)
        return spend_line(histories["frequency"].to_numpy(dtype=np.float64), **own)

    def amounts(self, customers: Any) -> Amounts:
        """Amounts of customers."""
        return self._model._read(customers)

    def means(self, amounts: Amounts) -> Floats:
        """Expected spend at the estimates; ``nan`` where it is infinite."""
        return self._model._mean(amounts, self._model._estimates())

    def returns(self, customers: Any) -> Returns:
        """What customers sent back."""
        return self._model._returns(customers)

    def net_means(self, customers: Any) -> Floats:
        """Expected spend of each row after refunds; before them where nothing is known of any."""
        self.check_refunds(customers)
        amounts = self.amounts(customers)
        means = amounts.to_rows(self.means(amounts))
        return means * self.returns(customers).kept(self.refunds) if self.refunds.is_known else means

    def net(self, customers: FrameT, value: str) -> FrameT:
        """Take the refunds to expect off a column, in the engine of the customers."""
        return times_kept(customers, value, refunds=self.refunds, lag=self._model._lag())

    def draws(self, n_draws: int, rng: np.random.Generator) -> list[Values]:
        """Draws of the parameters."""
        return each_draw(self._model.draw_params(n_draws, random_state=rng))

    def means_under(self, draws: Sequence[Values], amounts: Amounts) -> Floats:
        """Expected spend under each draw, shape (n_draws, n)."""
        return np.array([self._model._mean(amounts, draw) for draw in draws])
