"""Messages in the language asked for and in the words of the running command."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import click

from crmkit._messages import Said
from crmkit._names import Label, Language
from crmkit.cli.language._errors import FileError
from crmkit.cli.language._words import THE_MASTER_FILE, CommandWords, smoothed

__all__ = ["of_the_master_file", "say", "saying_warnings", "told"]


def told(said: str, language: Language, *, tables: Mapping[str, Label] = MappingProxyType({})) -> str:
    """Tell a message; other text stays as it is."""
    if not isinstance(said, Said):
        return said
    return smoothed(said.told(language, CommandWords(_options(), tables=tables)), language)


def say(said: str, language: Language) -> None:
    """Tell a message on standard error."""
    click.echo(told(said, language), err=True)


@contextmanager
def of_the_master_file() -> Iterator[None]:
    """Call the customers of the library's errors the master file."""
    try:
        yield
    except (ValueError, TypeError) as problem:
        if not problem.args or not isinstance(problem.args[0], Said):
            raise
        raise FileError(problem.args[0], tables={"customers": THE_MASTER_FILE}) from problem


def _options() -> dict[str, str]:
    """The options of the running command, as they are typed, by parameter; by ``name=value`` flags that set it."""
    context = click.get_current_context(silent=True)
    parameters = [] if context is None else context.command.params
    return {
        _key(parameter): max(parameter.opts, key=len)
        for parameter in parameters
        if isinstance(parameter, click.Option) and parameter.name is not None
    }


def _key(option: click.Option) -> str:
    if not option.is_flag:
        return str(option.name)
    # What click says of a flag that is on or off differs between its versions.
    value = option.flag_value if isinstance(option.flag_value, str) else True
    return f"{option.name}={value!r}"


@contextmanager
def saying_warnings(language: Language) -> Iterator[None]:
    """Say warnings of the library as remarks; others stay warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for each in caught:
        text = each.message.args[0] if isinstance(each.message, Warning) and each.message.args else None
        if isinstance(text, Said):
            say(text, language)
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
