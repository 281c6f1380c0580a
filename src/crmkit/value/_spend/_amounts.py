"""The amounts of customers as the law of spend reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_money, some
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.value._columns import MOST_CUSTOMERS, MOST_OF_COVARIATE, number_columns

__all__ = ["LEAST_AMOUNT", "MOST_AMOUNT", "Amounts", "NonPositive", "read_amounts"]

NonPositive: TypeAlias = Literal["raise", "drop"]

_KEYS = ("frequency", "monetary_value")
# Products and powers of amounts beyond these overflow.
LEAST_AMOUNT, MOST_AMOUNT = 1e-100, 1e100
# Nobody buys more often.
_MOST_PURCHASES = 1e9

_UNUSABLE: Final = Message(
    en="{where} is missing or below 0 in {n:,} {n:row|rows} with a repeat purchase, first at rows {rows}. Refunds "
    "taken from the mean do that: leave them out of the orders, or pass {@non_positive='drop'} to leave such "
    "customers out.",
    zh="{n:,} 行有复购而{where}缺失或小于 0，最先见于行 {rows}。从均值中扣除退款会导致这种情况："
    "请在订单中去掉退款，或用 {@non_positive='drop'} 排除这些客户。",
)
_AT: Final = Message(
    en="{problem} in {n:,} {n:row|rows}, first at rows {rows}. {@customer_summary()} makes such columns.",
    zh="{problem}，共 {n:,} 行，最先见于行 {rows}。可用 {@customer_summary()} 生成这样的列。",
)
_NO_COUNT: Final = Message(
    en="{where} is negative, infinite or not a whole number", zh="{where}为负、为无穷大或不是整数"
)
_ABOVE: Final = Message(en="{where} is above {most:,.0f}", zh="{where}大于 {most:,.0f}")
_NO_AMOUNT: Final = Message(
    en="{where} is not an amount between {least:.0e} and {most:.0e}", zh="{where}不在 {least:.0e} 与 {most:.0e} 之间"
)
_NO_WEIGHT: Final = Message(en="{where} is missing, infinite or negative", zh="{where}缺失、为无穷大或为负")
_MISSING: Final = Message(en="{where} is missing or infinite", zh="{where}缺失或为无穷大")
_BEYOND: Final = Message(en="{where} is beyond {most:.0e}", zh="{where}的绝对值超过 {most:.0e}")


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
        Rows that are kept: not prospects, nor customers whose mean amount is left out.
    n_left_out : float
        Customers who came back but whose mean amount is left out.
    """

    x: Floats
    m: Floats
    n: Floats
    extra: Floats
    known: npt.NDArray[np.bool_]
    n_left_out: float = 0.0

    def to_rows(self, values: Floats) -> Floats:
        """Give each row given its value, missing where it was left out."""
        if len(values) == len(self.known):
            return values
        rows = np.full(len(self.known), np.nan)
        rows[self.known] = values
        return rows

    def repeaters(self) -> Amounts:
        """Customers with a repeat purchase, ordered by what they spend."""
        chosen = np.flatnonzero((self.x > 0) & (self.n > 0))
        return self.part(chosen[np.argsort(self.m[chosen])])

    def distinct(self) -> tuple[Amounts, npt.NDArray[np.intp]]:
        """Rows that differ for the law, and which of them each row equals."""
        of_row = np.zeros(len(self.x), dtype=np.intp)
        for values in (self.x, self.m, *self.extra.T):
            codes, different = pd.factorize(values)
            of_row = pd.factorize(of_row * len(different) + codes)[0]
        # Numbered in order of appearance: a number above all before it is the first of its kind.
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
    check_money(columns["monetary_value"], where=Column("customers", "monetary_value"), among=repeated)
    unusable = repeated & ~(columns["monetary_value"] >= 0)
    if unusable.any() and non_positive == "raise":
        at = np.flatnonzero(unusable).tolist()
        raise SchemaError(_UNUSABLE(where=Column("customers", "monetary_value"), n=len(at), rows=some(at)))
    # Customers who came back for free orders alone are outside the law, which has amounts above 0.
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
    often, mean, weight = (Column("customers", name) for name in (*_KEYS, "n_customers"))
    outside = (x > 0) & (m > 0) & ((m < LEAST_AMOUNT) | (m > MOST_AMOUNT))
    own = {name: Column("customers", name) for name in covariates}
    problems = [
        (_NO_COUNT(where=often), (x < 0) | np.isinf(x) | (x != np.floor(x))),
        (_ABOVE(where=often, most=_MOST_PURCHASES), x > _MOST_PURCHASES),
        (_NO_AMOUNT(where=mean, least=LEAST_AMOUNT, most=MOST_AMOUNT), outside),
        (_NO_WEIGHT(where=weight), ~(np.isfinite(n) & (n >= 0))),
        (_ABOVE(where=weight, most=MOST_CUSTOMERS), n > MOST_CUSTOMERS),
        *((_MISSING(where=own[name]), ~np.isfinite(columns[name])) for name in covariates),
        *(
            (_BEYOND(where=own[name], most=MOST_OF_COVARIATE), np.abs(columns[name]) > MOST_OF_COVARIATE)
            for name in covariates
        ),
    ]
    for problem, wrong in problems:
        at = np.flatnonzero(wrong & known).tolist()
        if at:
            raise SchemaError(_AT(problem=problem, n=len(at), rows=some(at)))
