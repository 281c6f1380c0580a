"""Errors of the command line itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import click

from crmkit._names import Label

__all__ = ["FileError", "OptionError"]


class FileError(click.ClickException):
    """A file or its rows cannot be used; the message says why and what to do."""

    # 2 is click's own, for wrong usage.
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, tables: Mapping[str, Label] = MappingProxyType({})) -> None:
        super().__init__(message)
        self.tables = tables
        """Words for tables that differ from the usual ones."""


class OptionError(click.UsageError):
    """The options do not fit one another or the file."""
