"""An order log from a file of any size: in memory as it is, or typed chunk by chunk for DuckDB."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Column, Message
from crmkit._reading import NumberTexts
from crmkit.activity import LogHole
from crmkit.cli.language import FileError, say
from crmkit.cli.reading._chunks import Chunk
from crmkit.cli.reading._damaged_ids import say_damaged_ids
from crmkit.cli.reading._files import open_table
from crmkit.cli.reading._guess import Columns, found_columns
from crmkit.cli.reading._known_exports import known_export
from crmkit.cli.reading._labels import labels_of
from crmkit.cli.reading._log_remarks import said_holes, said_holes_by
from crmkit.cli.reading._merge_file import merge_ids_of, say_merged
from crmkit.cli.reading._notation import say_notation
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._order_fields import OrderFields
from crmkit.cli.reading._packed_files import shown
from crmkit.cli.reading._progress import with_progress
from crmkit.cli.reading._rate_file import rates_of, say_converted
from crmkit.cli.reading._refund_dates import say_refund_dates
from crmkit.cli.reading._telling_words import check_telling_words
from crmkit.cli.reading._typed_chunks import typed_chunk
from crmkit.cli.reading._unfit import check_columns_kept, check_merged, no_rows
from crmkit.cli.reading._unusable import Unusable, money_columns, used_columns
from crmkit.cli.reading._warehouse import Warehouse, open_warehouse
from crmkit.transactions import as_order_lines, as_transactions, audit_orders, rejected_orders

__all__ = ["CHUNK_ROWS", "OrderLog", "Usable", "open_orders"]

_EMPTY_COLUMN: Final = Message(
    en="{file} holds nothing in the columns {columns}. Name other columns; if they hold formulas, open the workbook in "
    "Excel and save it, for only then does it hold their results.",
    zh="{file} 的列 {columns} 全为空。请另行指定；若其中为公式，请先用 Excel 打开并保存，文件才会含有计算结果。",
)

CHUNK_ROWS = 1_000_000
"""A file with more rows is not held in memory."""


class Usable(NamedTuple):
    """The transactions of a file, its order lines where orders have ids, and its holes."""

    transactions: Any
    lines: Any | None
    holes: list[LogHole]


@dataclass(frozen=True)
class OrderLog:
    """The rows of a file, in a pandas frame or, where there is a warehouse, in DuckDB."""

    rows: Any
    columns: Columns
    unusable: Unusable
    # Statuses that count, rates, the crosswalk of ids; unless the rows are typed, how their values are written.
    formats: dict[str, Any] = field(default_factory=dict)
    warehouse: Warehouse | None = None

    def audit(self, *, as_of: str | None) -> pd.DataFrame:
        """Count where every row went."""
        audit = audit_orders(self.rows, as_of=as_of, **self.columns, **self.formats)
        return to_pandas(open_frame(audit, name="audit"))

    def transactions(self, options: OrderOptions, *, as_of: str | None, period_end: str | None = None) -> Usable:
        """Return the transactions, in the kind of frame of the rows; report what is left out, or refuse it.

        Where ``as_of`` lies long after the newest order, or the log has holes, that is said too. Without it the log is
        looked at as a whole, and to the end of the period asked for if that is later.
        """
        if options.invalid == "raise":
            self.unusable.check_rows()
        self.unusable.say(options.language)
        made = as_transactions(
            self.rows, returns=options.returns, invalid=options.invalid, **self.columns, **self.formats
        )
        kept = made if self.warehouse is None else self.warehouse.kept(made, name="transactions")
        lines = self._lines(options)
        holes = said_holes(kept, lines=lines, as_of=as_of, period_end=period_end, language=options.language)
        return Usable(kept, lines, holes)

    def holes(self, options: OrderOptions, *, as_of: str | None, by: str | None) -> dict[str, list[LogHole]]:
        """Find and report the holes of the log by the values of a column; of order lines where orders have ids."""
        looked_at = self._lines(options, keep=[] if by is None else [by])
        if looked_at is None:
            looked_at = as_transactions(
                self.rows, returns=options.returns, invalid="drop", **self.columns, **self.formats
            )
        return said_holes_by(looked_at, by=by, as_of=as_of, language=options.language)

    def labels(self, by: str, *, option: str = "--by") -> pd.DataFrame:
        """The label of each customer in a column that was kept, and that ``option`` named."""
        customer_id, merge_ids = self.columns["customer_id"], self.formats["merge_ids"]
        return labels_of(self.rows, by, customer_id=customer_id, merge_ids=merge_ids, option=option)

    def lines(self, options: OrderOptions, *, keep: Sequence[str]) -> Any:
        """The order lines that count, with further columns; those of a day are an order where none has an id."""
        given = {**self.columns, **self.formats}
        given["order_id"] = given["order_id"] or given["date"]
        made = as_order_lines(self.rows, keep=keep, returns=options.returns, invalid="drop", **given)
        return made if self.warehouse is None else self.warehouse.kept(made, name="kept_lines")

    def _lines(self, options: OrderOptions, *, keep: Sequence[str] = ()) -> Any | None:
        """The lines of orders with ids: unlike distinct orders, they show days that were loaded twice."""
        if self.columns["order_id"] is None:
            return None
        made = as_order_lines(
            self.rows, keep=keep, returns=options.returns, invalid="drop", **{**self.columns, **self.formats}
        )
        return made if self.warehouse is None else self.warehouse.kept(made, name="lines")

    def like_rows(self, table: pd.DataFrame, *, name: str) -> Any:
        """Convert a table to the kind of frame of the rows."""
        return table if self.warehouse is None else self.warehouse.stored(table, name=name)


@contextmanager
def open_orders(options: OrderOptions, *, keep: Sequence[str] = ()) -> Iterator[OrderLog]:
    """Open the file of the options; guess and report columns that they do not name; ``keep`` names further ones."""
    file = shown(options.file)
    with open_table(options.file, options.reading) as table:
        for remark in table.remarks:
            say(remark, options.language)
        columns = found_columns(
            table.columns,
            options.columns,
            file=file,
            language=options.language,
            below=table.below,
            is_text=table.is_text,
        )
        check_columns_kept(table, keep, file=file)
        check_merged(table, [*used_columns(columns), *keep], file=file)
        ids = [name for name in (columns["customer_id"], columns["order_id"], *keep) if name is not None]
        chunks = table.chunks(ids, CHUNK_ROWS)
        waiting = deque(chunk for chunk in (next(chunks, None), next(chunks, None)) if chunk is not None)
        if not waiting or waiting[0].rows.empty:
            raise no_rows(table, file=file)
        _check_filled(waiting[0].rows, columns, file=file, whole=len(waiting) == 1)
        check_telling_words(waiting[0].rows, columns, options.columns)
        unusable = Unusable(columns)
        export = known_export(table.columns)
        of_orders = export is not None and export.holds_order_totals(columns["amount"] or "")
        fields = OrderFields(columns, repeats=of_orders)
        rates = rates_of(options.rates, options.reading)
        merge_ids = merge_ids_of(options.merge_ids, options.reading)
        texts = NumberTexts(
            decimal=options.decimal, currency_sign=options.currency_sign, several=options.rates is not None
        )
        if len(waiting) == 1:
            rows = fields.filled(waiting.popleft()).rows
            fields.say(options.language)
            yield _in_memory(rows, unusable, options, rates=rates, merge_ids=merge_ids, texts=texts)
            return
        with open_warehouse() as warehouse:
            passed = with_progress(_drained(waiting, chunks), size=table.size, options=options)
            typed = (
                typed_chunk(
                    fields.filled(chunk),
                    unusable,
                    options,
                    rates=rates,
                    texts=texts,
                    keep=keep,
                    fingerprints=warehouse.fingerprints,
                )
                for chunk in passed
            )
            rows = warehouse.filled(typed, name="orders")
            fields.say(options.language)
            say_notation(texts, options.language)
            _say_ids(rows, columns, options, merge_ids=merge_ids)
            formats = {"counts": options.counts, "rates": rates, "merge_ids": merge_ids}
            say_refund_dates(rows, options.language, **columns, **formats)
            say_converted(rows, options.rates, options.language, **columns, **formats)
            yield OrderLog(rows, columns, unusable, formats, warehouse)


def _check_filled(rows: pd.DataFrame, columns: Columns, *, file: object, whole: bool) -> None:
    """Refuse a column of dates or money without a value, which would leave no row."""
    if not whole:
        return
    empty = [
        column
        for column in (columns["date"], *money_columns(columns))
        if column is not None and (rows[column].isna() | rows[column].eq("")).all()
    ]
    if empty:
        raise FileError(_EMPTY_COLUMN(file=file, columns=empty))


def _in_memory(
    rows: pd.DataFrame,
    unusable: Unusable,
    options: OrderOptions,
    *,
    rates: pd.DataFrame | None,
    merge_ids: pd.DataFrame | None,
    texts: NumberTexts,
) -> OrderLog:
    columns = unusable.columns
    formats: dict[str, Any] = {
        "counts": options.counts,
        "rates": rates,
        "merge_ids": merge_ids,
        "date_format": options.date_format,
        "time_zone": options.time_zone,
        "decimal": options.decimal,
        "currency_sign": options.currency_sign,
    }
    rejected = rejected_orders(rows[used_columns(columns)], **columns, **formats)
    unusable.add(rejected, n_rows=len(rows))
    for column in money_columns(columns):
        texts.look_at(rows[column], name=column, where=Column("orders", column))
    say_notation(texts, options.language)
    _say_ids(rows, columns, options, merge_ids=merge_ids)
    say_refund_dates(rows, options.language, **columns, **formats)
    say_converted(rows, options.rates, options.language, **columns, **formats)
    return OrderLog(rows, columns, unusable, formats)


def _say_ids(rows: Any, columns: Columns, options: OrderOptions, *, merge_ids: pd.DataFrame | None) -> None:
    """Say how many ids were merged, and which of those left look damaged."""
    customer_id = columns["customer_id"]
    say_merged(rows, options.merge_ids, options.language, merge_ids=merge_ids, customer_id=customer_id)
    say_damaged_ids(rows, customer_id, options.language, merge_ids=merge_ids)


def _drained(waiting: deque[Chunk], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Yield the chunks that wait and those to come, without keeping any."""
    while waiting:
        yield waiting.popleft()
    yield from chunks
