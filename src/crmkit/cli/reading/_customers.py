"""The customers of a file: of an order log with or without a master file, or of ready totals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS
from crmkit.cli.language import OptionError, of_the_master_file
from crmkit.cli.reading._by import BY
from crmkit.cli.reading._described import described_column
from crmkit.cli.reading._master import known_ids
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._order_log import open_orders
from crmkit.cli.reading._totals import customers_of_totals
from crmkit.customers import customer_summary

__all__ = ["FileCustomers", "check_master", "open_customers"]

_MASTER_MISSING: Final = Message(en="--master-id needs --master.", zh="--master-id 须与 --master 一起使用。")
_MASTER_OF_TOTALS: Final = Message(
    en="--master is for orders; a file with one row per customer names them all. Leave it out.",
    zh="--master 只用于订单，而该文件每行是一位客户，已列出全部客户。请去掉该选项。",
)
_NO_AS_OF: Final = Message(en="Missing option '--as-of'.", zh="缺少选项 '--as-of'。")


@dataclass(frozen=True)
class FileCustomers:
    """The customers by their ids, and whether those without an order are prospects; of a log also what they are of.

    ``known`` are the ids of the master file, in the kind of frame of the transactions.
    """

    table: pd.DataFrame
    with_prospects: bool
    transactions: Any = None
    known: Any = None


def check_master(master: Path | None, master_id: str | None, *, totals: Mapping[str, str | None]) -> None:
    """Refuse a column of a master file that is not named, and a master file beside totals."""
    if master is None and master_id is not None:
        raise OptionError(_MASTER_MISSING())
    if any(totals.values()) and master is not None:
        raise OptionError(_MASTER_OF_TOTALS())


@contextmanager
def open_customers(
    options: OrderOptions,
    *,
    totals: Mapping[str, str | None],
    master: Path | None,
    master_id: str | None,
    measure: Callable[..., Any] | None = None,
    measured: Collection[str] = (),
    keep: Sequence[str] = (),
) -> Iterator[FileCustomers]:
    """Read the customers of a log, or of totals whose columns are named; a log stays open.

    ``keep`` are further columns: those that are ``measured`` come of ``measure``, which is given the transactions,
    ``as_of`` and the known ``customers``; the others are those of the file.
    """
    if any(totals.values()):
        table = customers_of_totals(options, totals, keep=keep)
        yield FileCustomers(table.sort_values("customer_id", ignore_index=True), with_prospects=True)
        return
    if options.as_of is None:
        raise OptionError(_NO_AS_OF())
    with open_orders(options, keep=[name for name in keep if name not in CUSTOMERS and name not in measured]) as log:
        transactions = log.transactions(options, as_of=options.as_of).transactions
        known = None
        if master is not None:
            known = log.like_rows(known_ids(master, master_id, options, transactions=transactions), name="master")
        with of_the_master_file():
            merge_ids = None if known is None else log.formats["merge_ids"]
            summary = customer_summary(transactions, as_of=options.as_of, customers=known, merge_ids=merge_ids)
        table = _in_order(summary)
        if known is not None:
            known = open_frame(summary, name="customers").select("customer_id").to_native()
        needed = [name for name in keep if name in measured and name not in table]
        if measure is not None and needed:
            further = _in_order(measure(transactions, as_of=options.as_of, customers=known))
            table = table.merge(further[["customer_id", *needed]], on="customer_id", how="left")
        for name in [each for each in keep if each not in table]:
            labels = log.labels(name, option="--profile").set_index("customer_id")[BY]
            table[name] = described_column(table["customer_id"].map(labels))
        yield FileCustomers(table, master is not None, transactions, known)


def _in_order(customers: Any) -> pd.DataFrame:
    return to_pandas(open_frame(customers, name="customers")).sort_values("customer_id", ignore_index=True)
