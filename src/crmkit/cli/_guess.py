"""Which column holds what: as named by the user, else guessed from the header and said aloud."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from crmkit._names import Language
from crmkit.cli._column_names import OWN_NAMES, USUAL_NAMES
from crmkit.cli._problems import FileError, OptionError
from crmkit.cli._texts import TEXTS

__all__ = ["Columns", "found_columns", "found_id"]

# The columns by role, None where nothing plays it: keywords of the door.
Columns: TypeAlias = dict[str, Any]

_JOINTS: Final = re.compile(r"[\s_\-]")


def found_columns(header: Sequence[str], named: Mapping[str, str | None], *, file: Path, language: Language) -> Columns:
    """Say which column plays which role; None for roles that nothing plays.

    ``named`` is what the user said by role: a column, None, or "" for a role that no column shall play.
    """
    _check_named(header, named, file=file)
    taken = {column for column in named.values() if column}
    free = [column for column in header if column not in taken]
    guesses: Columns = {
        role: _guess(free, role, file=file, language=language)
        for role in ("customer_id", "date", "order_id", "currency")
        if named[role] is None
    }
    guesses |= _guessed_amount(free, named, file=file, language=language)
    found = {role: guesses.get(role) or column or None for role, column in named.items()}
    wanting = [role for role in ("customer_id", "date") if found[role] is None]
    if found["amount"] is None and (found["quantity"] is None or found["unit_price"] is None):
        wanting.append("amount" if found["unit_price"] is None else "quantity")
    if wanting:
        raise _unknown(wanting[0], header, file=file, language=language)
    for role in named:
        column = guesses.get(role)
        if column is not None and not (role in OWN_NAMES and column == role):
            _say(role, column, language=language)
    return found


def found_id(header: Sequence[str], named: str | None, *, file: Path, language: Language) -> str:
    """Say which column of the master file holds the ids."""
    _check_named(header, {"master_id": named}, file=file)
    if named:
        return named
    column = _guess(header, "customer_id", file=file, language=language, asked="master_id")
    if column is None:
        raise _unknown("master_id", header, file=file, language=language)
    _say("master_id", column, language=language)
    return column


def _guessed_amount(free: Sequence[str], named: Mapping[str, str | None], *, file: Path, language: Language) -> Columns:
    """Guess the money: an amount, or a quantity and a unit price, but not where there is either: they may differ."""
    if named["amount"]:
        return {}

    def guess(role: str) -> str | None:
        return _guess(free, role, file=file, language=language) if named[role] is None else named[role]

    amount = None if named["unit_price"] else guess("amount")
    if amount in OWN_NAMES:
        return {"amount": amount}
    quantity, unit_price = guess("quantity"), guess("unit_price")
    if amount and quantity and unit_price:
        raise OptionError("two_amounts", file=file, amount=amount, quantity=quantity, unit_price=unit_price)
    if amount or not (quantity and unit_price):
        return {"amount": amount}
    product: Columns = {"quantity": quantity, "unit_price": unit_price}
    return {role: column for role, column in product.items() if named[role] is None}


def _guess(header: Sequence[str], role: str, *, file: Path, language: Language, asked: str | None = None) -> str | None:
    """The column of the best group of usual names; refused where two are equally good."""
    if role in OWN_NAMES and role in header:
        return role
    for names in USUAL_NAMES[role]:
        found = [column for column in header if _JOINTS.sub("", column).casefold() in names.split()]
        if len(found) > 1:
            raise OptionError("ambiguous", file=file, columns=found, **_called(asked or role, language))
        if found:
            return found[0]
    return None


def _check_named(header: Sequence[str], named: Mapping[str, str | None], *, file: Path) -> None:
    if named.get("amount") and named.get("unit_price"):
        raise OptionError("two_named")
    columns = [column for column in named.values() if column]
    for column in columns:
        if columns.count(column) > 1:
            options = [_option(role) for role in named if named[role] == column]
            raise OptionError("named_twice", options=", ".join(options), column=column)
    missing = [column for column in columns if column not in header]
    if missing:
        raise FileError("absent", file=file, missing=missing, columns=list(header))


def _unknown(role: str, header: Sequence[str], *, file: Path, language: Language) -> OptionError:
    return OptionError("unknown", file=file, columns=list(header), **_called(role, language))


def _say(role: str, column: str, *, language: Language) -> None:
    click.echo(TEXTS["guessed"].text(language).format(column=column, **_called(role, language)), err=True)


def _called(role: str, language: Language) -> dict[str, str]:
    return {"role": TEXTS[role].text(language), "option": _option(role)}


def _option(role: str) -> str:
    return "--" + role.replace("_", "-")
