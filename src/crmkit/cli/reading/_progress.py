"""The progress of reading, shown on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from crmkit._messages import Message
from crmkit.cli.language import told
from crmkit.cli.reading._chunks import Chunk
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._packed_files import shown

__all__ = ["with_progress"]

_READING: Final = Message(en="Reading {file}", zh="读取 {file}")


def with_progress(chunks: Iterator[Chunk], *, size: int, options: OrderOptions) -> Iterator[Chunk]:
    """Pass chunks on, and show a bar on standard error if it is a terminal."""
    if not sys.stderr.isatty():
        yield from chunks
        return
    label = told(_READING(file=shown(Path(options.file.name))), options.language)
    with click.progressbar(length=size, label=label, file=sys.stderr) as bar:
        done = 0
        for chunk in chunks:
            yield chunk
            bar.update(chunk.done - done)
            done = chunk.done
