"""From the rows of a file to a checked table: what is left out is said, and so is what the door warns of."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from crmkit._checks import some
from crmkit._names import Label
from crmkit.cli.language import saying_warnings
from crmkit.cli.reading._by import BY
from crmkit.cli.reading._damaged_ids import say_damaged_ids
from crmkit.cli.reading._left_out import LeftOut, say_left_out
from crmkit.cli.reading._merge_file import merge_ids_of, say_merged
from crmkit.cli.reading._named_rows import NamedRows
from crmkit.cli.reading._options import OrderOptions

__all__ = ["Door", "checked"]


class Door(NamedTuple):
    """The public calls that check a table and give back what they leave out, and the names of the reasons."""

    check: Callable[..., Any]
    reject: Callable[..., Any]
    reasons: Mapping[str, Label]


def checked(
    found: NamedRows, door: Door, options: OrderOptions, *, keep: Sequence[str] = (), **further: Any
) -> pd.DataFrame:
    """Check rows by their door; ``keep`` are columns that stay, ``further`` options of its own.

    Rows that cannot be used are left out and counted, or refused, as the options say.
    """
    takes = inspect.signature(door.check).parameters
    shared = {name: getattr(options, name) for name in ("date_format", "time_zone") if name in takes}
    given = {**found.columns, **shared, **further}
    customer_id = found.columns.get("customer_id")
    if "merge_ids" in takes:
        given["merge_ids"] = merge_ids_of(options.merge_ids, options.reading)
    if customer_id is not None:
        merge_ids = given.get("merge_ids")
        say_merged(found.rows, options.merge_ids, options.language, merge_ids=merge_ids, customer_id=customer_id)
        say_damaged_ids(found.rows, customer_id, options.language, merge_ids=merge_ids)
    if options.invalid == "drop":
        rejected = door.reject(found.rows, **given)
        say_left_out(_left_out(rejected, found, door), door.reasons, options.language, given=len(found.rows))
    with saying_warnings(options.language):
        kept = [*keep, *([BY] if BY in found.rows else [])]
        table: pd.DataFrame = door.check(found.rows, keep=kept, invalid=options.invalid, **given)
    return table


def _left_out(rejected: pd.DataFrame, found: NamedRows, door: Door) -> list[LeftOut]:
    """How many rows there are of each reason, with some of the values at fault."""
    counts = rejected["rejected_because"].value_counts()
    told = []
    for reason in door.reasons:
        if reason in counts.index:
            rows = rejected[rejected["rejected_because"] == reason]
            names = [name for role in found.roles if role.reason == reason for name in found.names(role.name)]
            values = ", ".join(f"{name} {some(map(_plain, rows[name].unique()))}" for name in names)
            told.append(LeftOut(reason, int(counts[reason]), values))
    return told


def _plain(value: object) -> object:
    """Times of a workbook as people write them."""
    return str(value) if isinstance(value, datetime) else value
