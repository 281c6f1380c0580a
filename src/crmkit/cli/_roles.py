"""The columns that a table can have: what messages call them, the option that names them, their usual names."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from crmkit._messages import Message

__all__ = ["Holds", "Role"]

Holds: TypeAlias = Literal["id", "time", "number", "flag", "label"]
"""What a column holds: ids stay text, numbers are read in the notation of the file."""


class Role(NamedTuple):
    """A column by what it is to the door of its table.

    Attributes
    ----------
    name : str
        The door's parameter.
    says : Message
        What messages call it.
    holds : str
        What it holds.
    help : str
        The help of its option.
    usual : tuple of str
        Usual names in the form of `plain_name`, in groups; the first group with a match counts. Empty for those that
        orders have too.
    also : tuple of str
        Further groups, tried last: what this table calls it.
    parameter : str
        That of the option, where the role's name is taken by another one.
    needed : bool
        Whether the table needs it; of several ways to say one thing it needs one.
    way_to : str
        What it is one of several ways to say.
    several : bool
        Whether several columns play it.
    or_number : bool
        Whether a number for all rows can be given instead.
    without : Message or None
        How to do without it although it is needed.
    blamed : str
        The reason of the door for which its values are shown.
    """

    name: str
    says: Message
    holds: Holds
    help: str
    usual: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    parameter: str = ""
    needed: bool = False
    way_to: str = ""
    several: bool = False
    or_number: bool = False
    without: Message | None = None
    blamed: str = ""

    @property
    def given_by(self) -> str:
        """The parameter of its option."""
        return self.parameter or self.name

    @property
    def option(self) -> str:
        """Its option as it is typed."""
        return "--" + self.given_by.replace("_", "-")

    @property
    def reason(self) -> str:
        """Why a row is left out whose value cannot be used."""
        return self.blamed or f"unusable_{self.way_to or self.name}"
