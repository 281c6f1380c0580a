"""The options of tables other than orders, and the refusal of those that a table has no use for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click
from click.core import ParameterSource

from crmkit._messages import Message
from crmkit.cli._headed import HeadedOption
from crmkit.cli.kpis._registry import TABLES
from crmkit.cli.kpis._table import KpiTable
from crmkit.cli.language import OptionError
from crmkit.cli.options import Values

__all__ = ["check_given", "table_options"]

_OTHER_TABLES: Final = Message(
    en="{option} is for --table {tables}, not for --table {table}. Leave it out, or name another table.",
    zh="{option} 只用于 --table {tables}，不适用于 --table {table}。请去掉该选项，或另行指定表。",
)


def table_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all tables but orders; in its help they stand under the tables that take them."""
    of_orders, *others = TABLES.values()
    made: dict[str, Callable[..., Any]] = {}
    for table in others:
        options: dict[str, Mapping[str, Any]] = {
            role.option: {"metavar": "COLUMNS", "type": Values()} if role.several else {"metavar": "COLUMN"}
            for role in table.roles
        }
        helps = {role.option: role.help for role in table.roles}
        for option, settings in {**options, **dict(table.own)}.items():
            parameter = option.removeprefix("--").replace("-", "_")
            if option not in made and parameter not in of_orders.parameters:
                names = " and ".join(_takers(parameter))
                text = settings.get("help") or _help(helps[option], parameter)
                made[option] = click.option(
                    option, cls=HeadedOption, heading=f"Options of {names}", **{**settings, "help": text}
                )
    for add in reversed(made.values()):
        command = add(command)
    return command


def check_given(context: click.Context, table: KpiTable) -> None:
    """Refuse options that are for other tables, and ask for those that the table needs."""
    for parameter in context.command.params:
        name = str(parameter.name)
        takers = _takers(name)
        if takers and table.name not in takers and _was_given(context, name):
            option = max(parameter.opts, key=len)
            raise OptionError(_OTHER_TABLES(option=option, tables=", ".join(takers), table=table.name))
    for parameter in context.command.params:
        if parameter.name in table.needs and not _was_given(context, parameter.name):
            raise click.MissingParameter(ctx=context, param=parameter)


def _takers(parameter: str) -> list[str]:
    """The tables that have a use for a parameter; none for one that all take."""
    return [table.name for table in TABLES.values() if parameter in table.parameters]


def _was_given(context: click.Context, parameter: str) -> bool:
    return context.get_parameter_source(parameter) not in (None, ParameterSource.DEFAULT)


def _help(text: str, parameter: str) -> str:
    """The help of an option; of one that several tables take, that of the first that has a text."""
    if text:
        return text
    texts = [role.help for table in TABLES.values() for role in table.roles if role.given_by == parameter]
    return next(text for text in texts if text)
