"""How far reading has come, shown to people and to nobody else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from crmkit.cli._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.cli._chunks import Chunk
    from crmkit.cli._options import OrderOptions

__all__ = ["with_progress"]


def with_progress(chunks: Iterator[Chunk], *, size: int, options: OrderOptions) -> Iterator[Chunk]:
    """Pass chunks on; on a terminal a bar on standard error follows them."""
    if not sys.stderr.isatty():
        yield from chunks
        return
    label = TEXTS["reading"].text(options.language).format(file=options.file.name)
    with click.progressbar(length=size, label=label, file=sys.stderr) as bar:
        done = 0
        for chunk in chunks:
            yield chunk
            bar.update(chunk.done - done)
            done = chunk.done
