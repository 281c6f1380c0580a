"""Lifetime values from a model of purchases and a model of spend."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_margin, check_option
from crmkit._frames import (
    FrameT,
    as_name,
    collected,
    from_pandas,
    give_back,
    in_memory,
    is_engine,
    open_frame,
    pandas_series,
)
from crmkit.value._checks import as_continuous_rate, as_end, check_model
from crmkit.value._groups import groups_of
from crmkit.value._purchases._draws import Quantity
from crmkit.value._purchases._engine import histories_in_memory, with_predictions
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._purchases._reader import PurchaseReader
from crmkit.value._spend import GammaGammaModel
from crmkit.value._spend._engine import along_amounts
from crmkit.value._spend._reader import SpendReader

__all__ = ["Refunds", "Valuation"]

Refunds: TypeAlias = Literal["net", "gross"]

# So many numbers are held at a time, 32 MB.
_AT_A_TIME = 4_000_000


class Valuation:
    """Both models, the margin (the share of the amounts that is profit), and whether refunds are taken off."""

    def __init__(self, purchases: PurchaseModel, spend: GammaGammaModel, *, margin: float, refunds: Refunds) -> None:
        for name, model, kind in (
            ("purchase_model", purchases, PurchaseModel),
            ("spend_model", spend, GammaGammaModel),
        ):
            check_model(model, kind, name=name)
        self.purchases, self.spend = PurchaseReader(purchases), SpendReader(spend)
        self.margin = check_margin(margin)
        check_option(refunds, ("net", "gross"), name="refunds")
        self._asks_net = refunds == "net"
        self.is_net = self._asks_net and self.spend.refunds.is_known

    def discounted(self, discount_rate: float, horizon: float | None) -> Quantity:
        """Discounted purchases of an outlook."""
        rate = as_continuous_rate(discount_rate, days=self.purchases.days)
        end = as_end(horizon, rate=rate)
        return lambda outlook: outlook.discounted(end, rate)

    def of(self, customers: Any) -> Rows:
        """Read a table, once: a query may give its rows in another order each time it runs."""
        rows = collected(in_memory(open_frame(customers, name="customers")))
        self._check_refunds(rows.to_native())
        return Rows(self, rows)

    def joined(self, customers: FrameT, quantity: Quantity) -> FrameT:
        """Add the value to customers in their engine: by history, a straight line in the customer's mean amount."""
        self.spend.check(customers)
        self._check_refunds(customers)
        few = histories_in_memory(customers, [*self.purchases.columns, *self.spend.covariates])
        _, outlook = self.purchases.outlook(few, distinct=False)
        at_zero, slope = self.margin * quantity(outlook) * self.spend.line(few)
        line = {"lifetime_value": at_zero, "lifetime_value_slope": slope}
        gross = along_amounts(
            with_predictions(customers, few, line), at_zero="lifetime_value", slope="lifetime_value_slope"
        )
        return self.spend.net(gross, "lifetime_value") if self.is_net else gross

    def _check_refunds(self, customers: Any) -> None:
        if self._asks_net:
            self.spend.check_refunds(customers)


class Rows:
    """Predictions of both models for the rows of a table."""

    def __init__(self, models: Valuation, table: nw.DataFrame[Any]) -> None:
        self._models, self._table = models, table
        self._histories, self._outlook = models.purchases.outlook(table.to_native())
        self._amounts = models.spend.amounts(table.to_native())
        self._returns = models.spend.returns(table.to_native()) if models.is_net else None

    def purchases(self, quantity: Quantity) -> Floats:
        """Purchases of each row."""
        return self._histories.to_rows(quantity(self._outlook))

    def spend(self) -> Floats:
        """Expected spend of each row."""
        return self._amounts.to_rows(self._models.spend.means(self._amounts))

    def kept(self) -> Floats:
        """Share of what each row buys that is expected not to be sent back; 1 where refunds are not taken off."""
        if self._returns is None:
            return np.where(np.isnan(self.spend()), np.nan, 1.0)
        return self._returns.kept(self._models.spend.refunds)

    def gross(self, quantity: Quantity) -> Floats:
        """Value of each row before refunds."""
        return self._models.margin * self.purchases(quantity) * self.spend()

    def value(self, quantity: Quantity) -> Floats:
        """Value of each row."""
        return self.gross(quantity) * self.kept()

    def weights(self) -> Floats:
        """Number of customers that each row stands for."""
        if "n_customers" not in self._table.columns:
            return np.ones(len(self._table))
        return pandas_series(self._table["n_customers"]).to_numpy(dtype=np.float64)

    def groups(self, by: Hashable | None) -> tuple[list[Any], npt.NDArray[np.intp]]:
        """Groups in ascending order, and the group of each row; one group of all without a column."""
        if by is None:
            return [None], np.zeros(len(self._table), dtype=np.intp)
        groups = groups_of(self._table, by)
        return groups, pd.Index(groups).get_indexer(pd.Index(self._table[as_name(by)].to_list()))

    def with_groups(
        self, sums: pd.DataFrame, *, by: Hashable, groups: list[Any], of_row: npt.NDArray[np.intp], like: FrameT
    ) -> FrameT:
        """Put each group before its sums, in the type of its column: categories stay categories."""
        if is_engine(open_frame(like, name="customers")):
            return from_pandas(pd.concat([pd.Series(groups, name=by), sums], axis=1), like=like)
        _, firsts = np.unique(of_row, return_index=True)
        made = collected(in_memory(open_frame(from_pandas(sums, like=like), name="sums")))
        column = as_name(by)
        return give_back(made.with_columns(self._table[column][firsts]).select(column, *made.columns), like=like)

    def drawn(
        self, quantity: Quantity, n_draws: int, rng: np.random.Generator
    ) -> Iterator[tuple[npt.NDArray[np.intp], Floats]]:
        """Give the positions of some rows with a value, and their values under every draw, shape (n_draws, n_rows).

        Infinite where the mean spend is.
        """
        purchases, spend, margin = self._models.purchases, self._models.spend, self._models.margin
        law = purchases.drawn(n_draws, rng)
        draws = spend.draws(n_draws, rng)
        rates = np.ones(0) if self._returns is None else spend.refunds.drawn(n_draws, rng)
        # Rows of both models, those of one history together.
        valued = ~np.isnan(self.spend())
        of_row = np.where(valued, self._histories.of_row, -1)
        rows = np.argsort(of_row, kind="stable")[(of_row < 0).sum() :]
        place = np.cumsum(self._amounts.known) - 1
        first = 0
        for block, (values,) in law.values(self._histories, quantity):
            begin, end = np.searchsorted(of_row[rows], [first, first + len(block)])
            for part in np.array_split(rows[begin:end], 1 + (end - begin) * n_draws // _AT_A_TIME):
                some = self._amounts.part(place[part])
                means = spend.means_under(draws, some)
                bought = margin * values[:, of_row[part] - first]
                if self._returns is not None:
                    bought = bought * self._returns.part(part).kept(spend.refunds, rate=rates)
                means = np.where(np.isnan(means), np.inf, means)
                yield part, np.multiply(bought, means, out=np.zeros_like(bought), where=bought > 0)
            first += len(block)
