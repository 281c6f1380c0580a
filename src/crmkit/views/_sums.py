"""Sums of purchases and value over customers, with intervals; of many customers the intervals come from some."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit.value import GammaGammaModel, customer_equity, customer_lifetime_value

__all__ = ["Terms", "draws_for", "expected_purchases", "expected_purchases_by", "lifetime_value", "lifetime_value_by"]

# Draws of the parameters per customer; fewer for many customers, so that nobody waits for minutes.
_MOST_DRAWS: Final = 500
_FEWEST_DRAWS: Final = 50
_MOST_NUMBERS: Final = 10_000_000
# With more customers, the width of the intervals of sums is estimated from this many, spread evenly over histories.
_MOST_DRAWN: Final = 20_000


class Terms(NamedTuple):
    """What sums are made of: the models, how far ahead, and how money and intervals are counted."""

    purchase_model: Any
    spend_model: GammaGammaModel | None
    horizon: float
    margin: float
    discount_rate: float
    level: float
    n_draws: int

    @property
    def valued(self) -> dict[str, Any]:
        """What the functions of lifetime value take, but for draws and level."""
        return {
            "purchase_model": self.purchase_model,
            "spend_model": self.spend_model,
            "discount_rate": self.discount_rate,
            "horizon": self.horizon,
            "margin": self.margin,
        }

    @property
    def drawn(self) -> dict[str, Any]:
        """How intervals are made."""
        return {"level": self.level, "n_draws": self.n_draws}


def draws_for(n_customers: int) -> int:
    """Draws of the parameters behind each interval."""
    return max(_FEWEST_DRAWS, min(_MOST_DRAWS, _MOST_NUMBERS // n_customers))


def expected_purchases(customers: pd.DataFrame, *, terms: Terms) -> dict[str, Any]:
    """Purchases of all together: ``n_customers``, ``value``, ``lower``, ``upper``."""
    found = terms.purchase_model.total_purchases(_some(customers), horizon=terms.horizon, **terms.drawn)
    found = found.rename(columns={"expected_purchases": "value"}).assign(n_customers=len(customers))
    found = found[["n_customers", "value", "lower", "upper"]]
    if len(customers) > _MOST_DRAWN:
        total = terms.purchase_model.expected_purchases(customers, horizon=terms.horizon).sum()
        found = _scaled(found, pd.Series([total]))
    return _only_row(_with_known_intervals(found))


def expected_purchases_by(customers: pd.DataFrame, groups: pd.Series[Any], *, terms: Terms) -> pd.DataFrame:
    """Purchases of each group, in the columns of `lifetime_value_by`; all customers have a number of them."""
    found = [{"group": group, **expected_purchases(rows, terms=terms)} for group, rows in customers.groupby(groups)]
    return pd.DataFrame(found).assign(n_valued=lambda rows: rows["n_customers"])


def lifetime_value(customers: pd.DataFrame, *, terms: Terms) -> dict[str, Any]:
    """Value of all together: ``n_customers`` with a value, ``value``, ``lower``, ``upper``, ``kept_share``."""
    found = lifetime_value_by(customers, pd.Series("all", index=customers.index), terms=terms)
    return _only_row(found.drop(columns=["group", "n_customers"]).rename(columns={"n_valued": "n_customers"}))


def lifetime_value_by(customers: pd.DataFrame, groups: pd.Series[Any], *, terms: Terms) -> pd.DataFrame:
    """Value of each group: ``group``, ``n_customers``, ``n_valued``, ``value``, its ends, ``kept_share``."""
    customers = customers.assign(group=groups)
    found: pd.DataFrame = customer_equity(_some(customers), by="group", **terms.valued, **terms.drawn)
    found = found.rename(columns={"equity": "value", "equity_lower": "lower", "equity_upper": "upper"})
    found = found.set_index("group")
    if len(customers) > _MOST_DRAWN:
        values = customer_lifetime_value(customers, **terms.valued).groupby(groups)
        found = _scaled(found.reindex(list(values.groups)), values.sum())
        found = found.assign(n_customers=values.size(), n_valued=values.count())
    found = found.assign(value=found["value"].where(found["n_valued"] > 0))
    return _with_known_intervals(found).rename_axis("group").reset_index()


def _some(customers: pd.DataFrame) -> pd.DataFrame:
    """Every n-th of many customers, in the order of their histories."""
    step = -(-len(customers) // _MOST_DRAWN)
    if step <= 1:
        return customers
    return customers.sort_values(["frequency", "recency", "T", "customer_id"]).iloc[step // 2 :: step]


def _scaled(sums: pd.DataFrame, totals: pd.Series[Any]) -> pd.DataFrame:
    """Bring sums over some customers, and their intervals, to those over all."""
    times = totals / sums["value"]
    return sums.assign(value=totals, lower=sums["lower"] * times, upper=sums["upper"] * times)


def _with_known_intervals(sums: pd.DataFrame) -> pd.DataFrame:
    """Leave out intervals of which all draws are alike.

    That happens where the log determines no parameter; such an interval says nothing about how certain the sum is.
    """
    known = sums["upper"] > sums["lower"] * (1 + 1e-9)
    ends: dict[str, Any] = {end: np.where(known, sums[end], np.nan) for end in ("lower", "upper")}
    return sums.assign(**ends)


def _only_row(table: pd.DataFrame) -> dict[str, Any]:
    return {str(name): value for name, value in table.to_dict("records")[0].items()}
