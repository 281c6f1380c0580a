"""Which column of a table other than orders plays which role: named by the user, or guessed and reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from crmkit._names import Language, plain_name
from crmkit.cli._roles import Role
from crmkit.cli.reading._chunks import Table
from crmkit.cli.reading._column_names import HINTS, USUAL_NAMES, header_below
from crmkit.cli.reading._guess import Columns
from crmkit.cli.reading._naming import Sought, best_column, check_columns, say_guess, unknown_columns

__all__ = ["found_roles"]

_HINTS_BY_KIND = {"time": HINTS["date"], "number": HINTS["amount"]}


def found_roles(
    table: Table, roles: Sequence[Role], named: Mapping[str, Any], *, file: object, language: Language
) -> Columns:
    """Find the column of each role: a list where it has several, a number that was given for all rows, None for none.

    ``named`` is what the user said by role: a column, None, or "" for a role that no column shall play.
    """
    header = table.columns
    said = {role.name: _said(role, named[role.name], header) for role in roles}
    columns = {role.option: said[role.name] for role in roles if isinstance(said[role.name], str)}
    for role in roles:
        if isinstance(said[role.name], list):
            columns |= {f"{role.option} {name}": name for name in said[role.name]}
    check_columns(header, columns, file=file)
    free = [column for column in header if column not in columns.values()]
    found: Columns = {}
    guesses: list[tuple[Sought, str]] = []
    for role in roles:
        given = said[role.name]
        if given is not None or _is_said(role, roles, said) or _is_said(role, roles, found):
            found[role.name] = given or None if isinstance(given, (str, list)) else given
            continue
        sought = _sought(role)
        column = _all_usual(free, sought) if role.several else best_column(free, sought, file=file)
        found[role.name] = column or None
        if column and column != role.name:
            guesses.append((sought, ", ".join(column) if isinstance(column, list) else column))
    _check_needed(table, roles, found, said, file=file)
    for sought, column in guesses:
        say_guess(sought, column, language=language)
    return found


def _said(role: Role, given: Any, header: Sequence[str]) -> Any:
    """What was said of a role; a number where it may be one for all rows and no column has that name."""
    if role.or_number and isinstance(given, str) and given not in header:
        with suppress(ValueError):
            return float(given)
    return given


def _is_said(role: Role, roles: Sequence[Role], found: Mapping[str, Any]) -> bool:
    """Whether what a role would say is said by another one."""
    others = [each.name for each in roles if each.way_to and each.way_to == role.way_to and each is not role]
    return any(found.get(name) for name in others)


def _all_usual(header: Sequence[str], sought: Sought) -> list[str]:
    usual = {name for group in sought.usual for name in group.split()}
    return [column for column in header if plain_name(column) in usual]


def _sought(role: Role) -> Sought:
    usual = (*(role.usual or USUAL_NAMES[role.name]), *role.also)
    return Sought(role.says, role.option, usual, role.name, HINTS.get(role.name, _HINTS_BY_KIND.get(role.holds, "")))


def _check_needed(
    table: Table, roles: Sequence[Role], found: Columns, said: Mapping[str, Any], *, file: object
) -> None:
    """Refuse a table that lacks what it needs, unless the user says that it does without."""
    wanting = [
        role
        for role in roles
        if role.needed
        and found[role.name] is None
        and not _is_said(role, roles, found)
        and not (role.without is not None and said[role.name] == "")
    ]
    if wanting:
        telling = {role.name: _sought(role).usual for role in roles if role.needed}
        raise unknown_columns(
            list(map(_sought, wanting)),
            table.columns,
            file=file,
            header_below=header_below(table.below, telling),
            is_text=table.is_text,
            hints=[role.without() for role in wanting if role.without is not None],
        )
