"""Paths on the command line."""

from __future__ import annotations

import os
from typing import Any

import click

__all__ = ["FilePath"]


class FilePath(click.Path):
    """A path that can be a file's: not empty, without a NUL byte, and without a slash at the end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check the text, then as any path."""
        text = os.fsdecode(value)
        if not text or "\0" in text or text.endswith((os.sep, os.altsep or os.sep)):
            self.fail(f"must name a file, got {text!r}.", param, ctx)
        return super().convert(value, param, ctx)
