"""The customers of a file, as a scheme needs them: of orders, of ready totals, or a table with a column of value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.language import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions
    from crmkit.cli.segments._schemes import FileScheme

__all__ = ["Listed", "open_listed", "query_name"]

_VALUE_ALONE: Final = Message(
    en="--value is for a file with one row per customer, which needs no {option}. Leave it out.",
    zh="--value 用于每行一位客户的文件，无需 {option}。请去掉该选项。",
)


_OF_ORDERS: Final = Message(
    en="This scheme needs orders, and {option} is for a file with one row per customer. Leave it out.",
    zh="该方案需要订单数据，而 {option} 用于每行一位客户的文件。请去掉该选项。",
)


class Listed(NamedTuple):
    """The customers, and whether those without an order are prospects and whether orders are known."""

    table: pd.DataFrame
    with_prospects: bool
    knows_orders: bool


def query_name(column: str) -> str:
    """A column's name as a query can have it: without spaces and punctuation."""
    bare = re.sub(r"\W+", "_", column).strip("_")
    return bare if bare and not bare[0].isdigit() else f"_{bare}"


@contextmanager
def open_listed(
    options: OrderOptions,
    scheme: FileScheme,
    *,
    value: str | None,
    called: str,
    totals: Mapping[str, str | None],
    master: Path | None,
    master_id: str | None,
    keep: Sequence[str],
) -> Iterator[Listed]:
    """Read the customers with the columns of ``keep``; that of ``value`` is ``called`` so from then on."""
    from crmkit.cli.reading import check_no_orders, customer_table, open_customers

    given = {"--" + name.replace("_", "-"): column for name, column in totals.items()}
    if scheme.needs_orders:
        _refuse(given, _OF_ORDERS)
    if value is None:
        with open_customers(
            options, totals=totals, master=master, master_id=master_id, measure=scheme.measure, keep=keep
        ) as found:
            yield Listed(found.table, found.with_prospects, knows_orders=True)
        return
    _refuse({**given, "--n-orders": None, "--master": master}, _VALUE_ALONE)
    check_no_orders(options)
    table = customer_table(
        options, numbers={"--value": value}, n_orders=totals["n_orders"], called={value: called}, keep=keep
    )
    knows_orders = "n_orders" in table
    # Without numbers of orders everybody bought.
    yield Listed(table if knows_orders else table.assign(n_orders=1), with_prospects=True, knows_orders=knows_orders)


def _refuse(given: Mapping[str, object], message: Message) -> None:
    for option, value in given.items():
        if value:
            raise OptionError(message(option=option))
