"""The amounts of customers, as the law of spend takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit.errors import SchemaError
from crmkit.value._columns import MOST_CUSTOMERS, MOST_OF_COVARIATE, number_columns

__all__ = ["LEAST_AMOUNT", "MOST_AMOUNT", "Amounts", "NonPositive", "read_amounts"]

NonPositive: TypeAlias = Literal["raise", "drop"]

_KEYS = ("frequency", "monetary_value")
# Amounts so far apart that products and powers of them leave the floats.
LEAST_AMOUNT, MOST_AMOUNT = 1e-100, 1e100
# Nobody buys more often.
_MOST_PURCHASES = 1e9


@dataclass(frozen=True)
class Amounts:
    """Numbers of amounts and their means, row by row.

    Attributes
    ----------
    x : array
        Repeat purchases.
    m : array
        Mean amount of the repeat purchases; 0 where there are none.
    n : array
        Customers that the row stands for.
    extra : array of shape (n_rows, n_covariates)
        Covariates.
    known : array of bool, one per row given
        Rows that are here: those of prospects, and of mean amounts left out, are not.
    n_left_out : float
        Customers who came back and whose mean amount is left out.
    """

    x: Floats
    m: Floats
    n: Floats
    extra: Floats
    known: npt.NDArray[np.bool_]
    n_left_out: float = 0.0

    def to_rows(self, values: Floats) -> Floats:
        """Give each row given its value, missing where it is not here."""
        if len(values) == len(self.known):
            return values
        rows = np.full(len(self.known), np.nan)
        rows[self.known] = values
        return rows

    def repeaters(self) -> Amounts:
        """Those with a repeat purchase, ordered by what they spend."""
        chosen = np.flatnonzero((self.x > 0) & (self.n > 0))
        return self.part(chosen[np.argsort(self.m[chosen])])

    def distinct(self) -> tuple[Amounts, npt.NDArray[np.intp]]:
        """Rows that differ in what the law knows of them, and which of them each row is like."""
        of_row = np.zeros(len(self.x), dtype=np.intp)
        for values in (self.x, self.m, *self.extra.T):
            codes, different = pd.factorize(values)
            of_row = pd.factorize(of_row * len(different) + codes)[0]
        # Numbered as they come: a row above all before it is the first of its like.
        first = np.flatnonzero(np.diff(np.maximum.accumulate(of_row), prepend=-1))
        return self.part(first), of_row

    def without_history(self) -> Amounts:
        """The same customers before they came back."""
        return replace(self, x=np.zeros_like(self.x), m=np.zeros_like(self.m))

    def as_columns(self) -> Amounts:
        """Rows down, so that a row of parameters goes across."""
        return replace(self, x=self.x[:, None], m=self.m[:, None])

    def part(self, chosen: npt.NDArray[np.intp] | slice) -> Amounts:
        """Some of the rows."""
        x = self.x[chosen]
        return Amounts(x, self.m[chosen], self.n[chosen], self.extra[chosen], known=np.ones(len(x), dtype=bool))


def read_amounts(customers: Any, *, covariates: Sequence[str] = (), non_positive: NonPositive = "raise") -> Amounts:
    """Read the columns of a customers table and check them."""
    columns = number_columns(customers, _KEYS, covariates=covariates)
    known = ~np.isnan(columns["frequency"])
    _check(columns, known=known, covariates=covariates)
    repeated = known & (columns["frequency"] > 0)
    unusable = repeated & ~(columns["monetary_value"] >= 0)
    if unusable.any() and non_positive == "raise":
        at = np.flatnonzero(unusable).tolist()
        raise SchemaError(
            f"`customers['monetary_value']` is missing or below 0 in {len(at)} rows with a repeat purchase, first at "
            f"rows {some(at)}. Refunds taken from the mean do that: leave them out of the orders, or pass "
            "non_positive='drop' to leave such customers out."
        )
    # Who came back for free orders alone is outside the law, which knows amounts above 0.
    left_out = repeated & ~(columns["monetary_value"] > 0)
    known &= ~left_out
    m = np.where(repeated, columns["monetary_value"], 0.0)
    extra = np.column_stack([np.empty((len(known), 0)), *(columns[name] for name in covariates)])
    here = slice(None) if known.all() else known
    n = columns["n_customers"]
    return Amounts(
        columns["frequency"][here], m[here], n[here], extra[here], known=known, n_left_out=float(n[left_out].sum())
    )


def _check(columns: Mapping[str, Floats], *, known: npt.NDArray[np.bool_], covariates: Sequence[str]) -> None:
    x, m, n = (columns[name] for name in (*_KEYS, "n_customers"))
    problems = {
        "`customers['frequency']` is negative, infinite or no whole number": (x < 0) | np.isinf(x) | (x != np.floor(x)),
        f"`customers['frequency']` is above {_MOST_PURCHASES:,.0f}": x > _MOST_PURCHASES,
        f"`customers['monetary_value']` is no amount between {LEAST_AMOUNT:.0e} and {MOST_AMOUNT:.0e}": (
            (x > 0) & (m > 0) & ((m < LEAST_AMOUNT) | (m > MOST_AMOUNT))
        ),
        "`customers['n_customers']` is missing, infinite or negative": ~(np.isfinite(n) & (n >= 0)),
        f"`customers['n_customers']` is above {MOST_CUSTOMERS:,.0f}": n > MOST_CUSTOMERS,
    }
    problems |= {f"`customers[{name!r}]` is missing or infinite": ~np.isfinite(columns[name]) for name in covariates}
    problems |= {
        f"`customers[{name!r}]` is beyond {MOST_OF_COVARIATE:.0e}": np.abs(columns[name]) > MOST_OF_COVARIATE
        for name in covariates
    }
    for problem, wrong in problems.items():
        at = np.flatnonzero(wrong & known).tolist()
        if at:
            raise SchemaError(
                f"{problem} in {len(at)} rows, first at rows {some(at)}. customer_summary makes columns that fit."
            )
