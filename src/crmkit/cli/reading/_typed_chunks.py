"""A chunk of an order log as DuckDB needs it: typed, and with a fingerprint of each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from crmkit._reading import NumberTexts
from crmkit.cli.reading._chunks import Chunk
from crmkit.cli.reading._guess import Columns
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._unusable import Unusable, money_columns, used_columns
from crmkit.transactions import rejected_orders, typed_orders

__all__ = ["typed_chunk"]

_FINGERPRINT: Final = "__crmkit_fingerprint"


def typed_chunk(
    chunk: Chunk,
    unusable: Unusable,
    options: OrderOptions,
    *,
    rates: pd.DataFrame | None,
    texts: NumberTexts,
    keep: Sequence[str],
    fingerprints: Callable[[Any], Any],
) -> Any:
    """Return the columns with a role, and those kept, as an Arrow table; add rows that cannot be used to ``unusable``.

    The fingerprints stand for the columns left behind: duplicates are rows that are equal in all columns of the file.
    """
    columns = unusable.columns
    used = list(dict.fromkeys([*used_columns(columns), *keep]))
    rows = chunk.rows[used].reset_index(drop=True)
    numbers = [columns[role] for role in ("amount", "quantity", "unit_price", "refund")]
    typed = typed_orders(
        rows,
        customer_id=columns["customer_id"],
        date=columns["date"],
        numbers=[name for name in numbers if name is not None],
        texts=texts,
        date_format=options.date_format,
        time_zone=options.time_zone,
        refund_date=columns["refund_date"],
    )
    typed = _without_values_of_unread_refunds(typed, rows, columns)
    # Whether there are several currencies is a question of all chunks; whether a row has a rate is its own.
    of_chunk = columns if rates is not None else {**columns, "currency": None}
    rejected = rejected_orders(typed, **of_chunk, rates=rates, counts=options.counts)
    unusable.add(rows.loc[rejected.index].assign(rejected_because=rejected["rejected_because"]), n_rows=len(rows))
    table = _with_large_texts(pa.Table.from_pandas(typed, preserve_index=False))
    return table.append_column(_FINGERPRINT, fingerprints(chunk.to_arrow()))


def _without_values_of_unread_refunds(typed: pd.DataFrame, rows: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Make a row unusable whose refund, or its date, is written and cannot be read: typed, it would look like none."""
    refund: str | None = columns["refund"]
    if refund is None:
        return typed
    booked: str | None = columns["refund_date"]
    money, date = money_columns(columns)[0], str(columns["date"])
    made = {money: typed[money].mask(_written(rows[refund]) & typed[refund].isna())}
    if booked is not None:
        unread = _written(rows[booked]) & typed[booked].isna() & typed[refund].abs().gt(0)
        made[date] = typed[date].mask(unread)
    return typed.assign(**made)


def _written(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.notna() & values.astype(str).str.strip().ne("")


def _with_large_texts(table: Any) -> Any:
    """Give text, and a column without a value in this chunk, one type in every chunk."""
    for position, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_null(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.large_string()))
    return table
