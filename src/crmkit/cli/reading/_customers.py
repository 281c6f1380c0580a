"""The customers of a file: of an order log with or without a master file, or of ready totals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit.cli.language import OptionError, of_the_master_file
from crmkit.cli.reading._master import known_ids
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._order_log import OrderLog, open_orders
from crmkit.cli.reading._totals import customers_of_totals
from crmkit.customers import customer_summary

__all__ = ["FileCustomers", "check_master", "customers_of"]

_MASTER_MISSING: Final = Message(en="--master-id needs --master.", zh="--master-id 须与 --master 一起使用。")
_MASTER_OF_TOTALS: Final = Message(
    en="--master is for orders; a file with one row per customer names them all. Leave it out.",
    zh="--master 只用于订单，而该文件每行是一位客户，已列出全部客户。请去掉该选项。",
)
_NO_AS_OF: Final = Message(en="Missing option '--as-of'.", zh="缺少选项 '--as-of'。")


class FileCustomers(NamedTuple):
    """The customers by their ids, and whether those without an order are prospects."""

    table: pd.DataFrame
    with_prospects: bool


def check_master(master: Path | None, master_id: str | None, *, totals: Mapping[str, str | None]) -> None:
    """Refuse a column of a master file that is not named, and a master file beside totals."""
    if master is None and master_id is not None:
        raise OptionError(_MASTER_MISSING())
    if any(totals.values()) and master is not None:
        raise OptionError(_MASTER_OF_TOTALS())


def customers_of(
    options: OrderOptions, *, totals: Mapping[str, str | None], master: Path | None, master_id: str | None
) -> FileCustomers:
    """Read the customers of a log, or of totals whose columns are named."""
    ready = any(totals.values())
    customers = customers_of_totals(options, totals) if ready else _of_orders(options, master, master_id)
    return FileCustomers(
        customers.sort_values("customer_id", ignore_index=True), with_prospects=ready or master is not None
    )


def _of_orders(options: OrderOptions, master: Path | None, master_id: str | None) -> pd.DataFrame:
    if options.as_of is None:
        raise OptionError(_NO_AS_OF())
    with open_orders(options) as log:
        return _summary(log, options, master, master_id, as_of=options.as_of)


def _summary(
    log: OrderLog, options: OrderOptions, master: Path | None, master_id: str | None, *, as_of: str
) -> pd.DataFrame:
    transactions = log.transactions(options, as_of=as_of).transactions
    ids = None if master is None else known_ids(master, master_id, options, transactions=transactions)
    known = None if ids is None else log.like_rows(ids, name="master")
    with of_the_master_file():
        summary = customer_summary(
            transactions,
            as_of=as_of,
            customers=known,
            merge_ids=None if known is None else log.formats["merge_ids"],
        )
    return to_pandas(open_frame(summary, name="customers"))
