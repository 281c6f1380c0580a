"""A temporary folder for what does not fit in memory, and a DuckDB connection that works on it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmkit._messages import Message
from crmkit.cli.language import FileError

__all__ = ["Warehouse", "open_warehouse"]

_NO_ROOM: Final = Message(
    en="The rows cannot be processed in the temporary folder: {error}. If it is full, set TMPDIR to another.",
    zh="无法在临时文件夹中处理数据：{error}。若空间不足，请用 TMPDIR 指定其他文件夹。",
)
# Beyond it DuckDB writes to the folder.
_MEMORY: Final = "1GB"
_ROW: Final = "__crmkit_row"
_INTERRUPTED: Final = "Query interrupted"
_ENDING: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass(frozen=True)
class Warehouse:
    """Tables in Parquet files of one folder, read by one connection."""

    connection: Any
    folder: Path

    def filled(self, tables: Iterable[Any], *, name: str) -> Any:
        """Write Arrow tables to one file, and return it as a relation."""
        path = self._path(name)
        tables = iter(tables)
        table = next(tables)
        try:
            with pq.ParquetWriter(path, table.schema) as writer:
                writer.write_table(table)
                for table in tables:
                    writer.write_table(table.cast(writer.schema))
        except OSError as error:
            raise FileError(_NO_ROOM(error=error)) from error
        return self.connection.read_parquet(str(path))

    def kept(self, relation: Any, *, name: str) -> Any:
        """Compute a relation once, for all later queries."""
        path = self._path(name)
        relation.write_parquet(str(path))
        return self.connection.read_parquet(str(path))

    def stored(self, table: pd.DataFrame, *, name: str) -> Any:
        """Return a table in memory as a relation."""
        return self.filled([pa.Table.from_pandas(table, preserve_index=False)], name=name)

    def fingerprints(self, table: Any) -> Any:
        """Return a number per row of an Arrow table, in the order of the rows, equal for equal rows."""
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in table.column_names)
        # The connection does not keep rows in their order.
        rows = self.connection.from_arrow(table.append_column(_ROW, pa.array(np.arange(table.num_rows))))
        return rows.project(f"hash({columns}) AS found, {_ROW}").order(_ROW).to_arrow_table().column("found")

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


@contextmanager
def open_warehouse() -> Iterator[Warehouse]:
    """Make a folder and a connection that uses it; an error of DuckDB, such as a full disk, becomes a `FileError`."""
    with TemporaryDirectory(prefix="crmkit_") as folder:
        config: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "temp_directory": folder,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=config) as connection, _ending_with_signals(connection):
            try:
                yield Warehouse(connection, Path(folder))
            except duckdb.InterruptException as error:
                raise KeyboardInterrupt from error
            except RuntimeError as error:
                # What Ctrl-C becomes while a query runs.
                if _INTERRUPTED not in str(error):
                    raise
                raise KeyboardInterrupt from error
            except duckdb.Error as error:
                raise FileError(_NO_ROOM(error=error)) from error


@contextmanager
def _ending_with_signals(connection: Any) -> Iterator[None]:
    """Tell the connection of a signal first, or DuckDB may wait for ever for the threads of a query that it gives up.

    Signals that are ignored, or that end the process at once, stay as they are; only the main thread can handle any.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupting(handler: Callable[[int, Any], Any]) -> Callable[[int, Any], Any]:
        def interrupt(number: int, frame: Any) -> Any:
            connection.interrupt()
            return handler(number, frame)

        return interrupt

    handlers = {number: signal.getsignal(number) for number in _ENDING}
    before = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number, handler in before.items():
        signal.signal(number, interrupting(handler))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
