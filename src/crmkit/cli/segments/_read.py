"""The customers of a file, as a scheme needs them: of orders, of ready totals, or a table with a column of value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.language import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions
    from crmkit.cli.segments._schemes import FileScheme

__all__ = ["FileSource", "Listed", "open_listed"]

_TABLE_ALONE: Final = Message(
    en="{option} is for orders or their totals. Without --as-of, and with --value, FILE has one row per customer and "
    "needs none. Leave it out.",
    zh="{option} 用于订单或其汇总。没有 --as-of 或给出 --value 时，文件每行是一位客户，无需该选项。请去掉。",
)
_OF_ORDERS: Final = Message(
    en="This scheme needs orders, and {option} is for a file with one row per customer. Leave it out.",
    zh="该方案需要订单数据，而 {option} 用于每行一位客户的文件。请去掉该选项。",
)


class FileSource(NamedTuple):
    """What the command line says of the customers in the file, by the names that the file has.

    ``columns`` are those that the segments are made of, as far as they are named, ``profile`` those that describe them,
    and ``called`` the names that columns have from then on.
    """

    value: str | None
    columns: Sequence[str]
    profile: Sequence[str] | None
    called: Mapping[str, str]
    totals: Mapping[str, str | None]
    master: Path | None
    master_id: str | None

    @property
    def kept(self) -> list[str]:
        """All columns that must be there."""
        return list(dict.fromkeys([*self.columns, *(self.profile or [])]))


class Listed(NamedTuple):
    """The customers, whether those without an order are prospects, and whether orders are known; of a log that too.

    ``known`` are the ids of the master file.
    """

    table: pd.DataFrame
    with_prospects: bool
    knows_orders: bool
    transactions: Any = None
    known: Any = None


@contextmanager
def open_listed(options: OrderOptions, scheme: FileScheme, source: FileSource) -> Iterator[Listed]:
    """Read the customers with all columns that are named; a log stays open."""
    from crmkit.cli.reading import open_customers

    totals = {"--" + name.replace("_", "-"): column for name, column in source.totals.items()}
    if scheme.needs_orders:
        _refuse(totals, _OF_ORDERS)
    of_columns = "columns" in scheme.takes and options.as_of is None and not any(totals.values())
    if source.value is not None or of_columns:
        _refuse({**totals, "--n-orders": None, "--master": source.master}, _TABLE_ALONE)
        yield _of_table(options, source)
        return
    measure, measured, needed = scheme.measures or (None, (), ())
    with open_customers(
        options,
        totals=source.totals,
        master=source.master,
        master_id=source.master_id,
        measure=measure,
        measured=measured,
        keep=list(dict.fromkeys([*needed, *source.kept])),
    ) as found:
        yield Listed(
            found.table.rename(columns=dict(source.called)), found.with_prospects, True, found.transactions, found.known
        )


def _of_table(options: OrderOptions, source: FileSource) -> Listed:
    from crmkit.cli.reading import check_no_orders, customer_table

    check_no_orders(options)
    table = customer_table(
        options,
        numbers={} if source.value is None else {"--value": source.value},
        n_orders=source.totals["n_orders"],
        called=source.called,
        keep=source.kept,
    )
    return Listed(table, with_prospects=True, knows_orders="n_orders" in table)


def _refuse(given: Mapping[str, object], message: Message) -> None:
    for option, value in given.items():
        if value:
            raise OptionError(message(option=option))
