"""The transactions as a forecast reads them: who bought on which day, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, no_money
from crmkit._frames import AnyFrame, collected, is_engine, join_frames, sort_by_day, sorted_codes, to_pandas
from crmkit.customers import customer_summary, mean_refund_lag
from crmkit.transactions import checked_transactions, up_to

__all__ = ["Counts", "Log", "Moment", "read_log"]

# So many customers tell as much as all.
_MOST_CUSTOMERS: Final = 50_000
_COLUMNS: Final = ("customer_id", "date", "n_orders", "amount")


class Counts(NamedTuple):
    """Purchase days and net money of each customer."""

    purchases: Floats
    revenue: Floats

    def of(self, quantity: str) -> Floats:
        """Purchases or revenue."""
        return self.revenue if quantity == "revenue" else self.purchases


@dataclass(frozen=True)
class Log:
    """Days on which customers bought or got money back.

    Attributes
    ----------
    rows : DataFrame
        The transactions table.
    customer, day : array of int
        Of each row, the number of the customer and the days since 1970-01-01.
    stands_for : float
        How many customers each stands for, where there are some of many.
    """

    rows: pd.DataFrame
    customer: npt.NDArray[np.intp]
    day: npt.NDArray[np.int64]
    stands_for: float = 1.0

    @cached_property
    def bought(self) -> npt.NDArray[np.bool_]:
        """Whether a row is a purchase day."""
        return self.rows["n_orders"].to_numpy() > 0

    @cached_property
    def amount(self) -> Floats:
        """Net money of each row."""
        return self.rows["amount"].to_numpy(dtype=np.float64, na_value=np.nan)

    @property
    def is_priced(self) -> bool:
        """Whether the orders carry prices."""
        return not no_money(self.amount)

    @cached_property
    def first_bought(self) -> npt.NDArray[np.int64]:
        """First purchase day of each customer, beyond all days for those without one."""
        first = np.full(int(self.customer.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, self.customer[self.bought], self.day[self.bought])
        return first

    @property
    def first_day(self) -> int:
        """The first purchase day of all."""
        return int(self.first_bought.min())

    def counts(self, known: npt.NDArray[np.bool_], *, after: float, until: float) -> Counts:
        """Count what each known customer bought after a day, up to and including another."""
        rows = (self.day > after) & (self.day <= until)
        size = len(known)
        purchases = np.bincount(self.customer[rows & self.bought], minlength=size)
        revenue = np.bincount(self.customer[rows], weights=self.amount[rows], minlength=size)
        return Counts(purchases[known].astype(np.float64), revenue[known].astype(np.float64))

    def some(self) -> Log:
        """Every n-th customer of many."""
        n_all = len(self.first_bought)
        step = _step(n_all)
        if step == 1:
            return self
        chosen = self.customer % step == 0
        rows = self.rows[chosen].reset_index(drop=True)
        return Log(rows, self.customer[chosen] // step, self.day[chosen], n_all / -(-n_all // step))


@dataclass(frozen=True)
class Moment:
    """What a log tells on one of its days.

    Attributes
    ----------
    log : Log
        Of which nothing after the day is looked at, but in `Moment.came`.
    day : int
        In days since 1970-01-01.
    """

    log: Log
    day: int

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which customers had bought by then."""
        return self.log.first_bought <= self.day

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The customers table of those known, in the order of their numbers."""
        table: pd.DataFrame = customer_summary(self._rows, as_of=self.date)
        return table

    @cached_property
    def refund_lag(self) -> float:
        """Days that refunds usually take to come; missing where nothing went back."""
        return mean_refund_lag(self._rows, as_of=self.date)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The transactions of those known, up to the day."""
        told = (self.log.day <= self.day) & self.known[self.log.customer]
        return self.log.rows if told.all() else self.log.rows[told]

    @property
    def date(self) -> Any:
        """The day as a date."""
        return np.datetime64(self.day, "D").item()

    @property
    def age(self) -> int:
        """Days since the first purchase day of the log."""
        return self.day - self.log.first_day

    def came(self, days: float) -> Counts:
        """What the known customers bought in so many days afterwards."""
        return self.log.counts(self.known, after=self.day, until=self.day + days)

    def before(self, days: float, *, length: float) -> Counts:
        """What they had bought in a time of that length that began so many days before."""
        return self.log.counts(self.known, after=self.day - days, until=self.day - days + length)


def read_log(transactions: Any, *, as_of: Day) -> tuple[Log, int]:
    """Read a transactions table up to and including a day; return the day with it.

    Of many customers in an engine every n-th is fetched.
    """
    last = as_day(as_of, name="as_of")
    opened = up_to(checked_transactions(transactions), last, name="as_of").select(*_COLUMNS)
    stands_for = 1.0
    if is_engine(opened):
        opened, stands_for = _thinned(opened)
    table = collected(opened)
    customer, day = sorted_codes(table["customer_id"]), day_numbers(table["date"].to_numpy())
    order = sort_by_day(customer, day)
    rows = to_pandas(table).iloc[order].reset_index(drop=True)
    return Log(rows, customer[order], day[order], stands_for), int(np.datetime64(last, "D").astype(np.int64))


def _thinned(rows: AnyFrame) -> tuple[AnyFrame, float]:
    """The transactions of every n-th customer of many, and how many customers each stands for."""
    ids = rows.select("customer_id").unique()
    n_all = int(collected(ids.select(nw.len().alias("n")))["n"][0])
    step = _step(n_all)
    if step == 1:
        return rows, 1.0
    numbered = cast("Any", ids).with_row_index("number", order_by="customer_id")
    chosen = numbered.filter(nw.col("number") % step == 0).select("customer_id")
    return join_frames(rows, chosen, on="customer_id", how="inner"), n_all / -(-n_all // step)


def _step(n_customers: int) -> int:
    return max(-(-n_customers // _MOST_CUSTOMERS), 1)
