"""The customers of a file, as a scheme needs them: of orders, of ready totals, or a table with a column of value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.language import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions

__all__ = ["Listed", "query_name", "read_listed"]

_VALUE_ALONE: Final = Message(
    en="--value is for a file with one row per customer, which needs no {option}. Leave it out.",
    zh="--value 用于每行一位客户的文件，无需 {option}。请去掉该选项。",
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


def read_listed(
    options: OrderOptions,
    *,
    value: str | None,
    called: str,
    totals: Mapping[str, str | None],
    master: Path | None,
    master_id: str | None,
) -> Listed:
    """Read the customers; a column of ``value`` is ``called`` so from then on."""
    from crmkit.cli.reading import check_no_orders, customer_table, customers_of

    if value is None:
        found = customers_of(options, totals=totals, master=master, master_id=master_id)
        return Listed(found.table, found.with_prospects, knows_orders=True)
    further = {"--" + name.replace("_", "-"): column for name, column in totals.items() if name != "n_orders"}
    for option, given in {**further, "--master": master}.items():
        if given:
            raise OptionError(_VALUE_ALONE(option=option))
    check_no_orders(options)
    table = customer_table(options, numbers={"--value": value}, n_orders=totals["n_orders"], called={value: called})
    knows_orders = "n_orders" in table
    # Without numbers of orders everybody bought.
    return Listed(table if knows_orders else table.assign(n_orders=1), with_prospects=True, knows_orders=knows_orders)
