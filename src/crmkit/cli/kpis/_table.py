"""A table of which KPIs are computed: its columns, the options that it takes, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit._names import Label
from crmkit.cli._roles import Role

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import Divided, OrderOptions

__all__ = ["Answer", "Asked", "KpiTable", "OwnOption"]


@dataclass(frozen=True)
class Asked:
    """What the user asked for; ``given`` holds the options of tables other than orders, by parameter."""

    options: OrderOptions
    start: str | None
    end: str | None
    by: str | None
    divided: Divided
    given: Mapping[str, Any]

    def named(self, roles: tuple[Role, ...]) -> dict[str, Any]:
        """What was said of each role: a column, None, or "" for no column."""
        given = {**self.given, **self.options.columns}
        return {role.name: given[role.given_by] for role in roles}


@dataclass(frozen=True)
class Answer:
    """The KPIs of a table.

    ``period`` are the days asked for, by name; ``columns`` those of the file, by role; ``keys`` what stands before the
    KPI in the lines shown, with its head; ``scorecard`` the items of a plan.
    """

    kpis: pd.DataFrame
    period: Mapping[str, str | None]
    columns: Mapping[str, Any]
    keys: Mapping[str, Label] = field(default_factory=dict)
    scorecard: pd.DataFrame | None = None


class OwnOption(NamedTuple):
    """An option that one table has: how it is typed, and what click makes it of."""

    option: str
    settings: Mapping[str, Any]

    @property
    def parameter(self) -> str:
        """Its parameter."""
        return self.option.removeprefix("--").replace("-", "_")


@dataclass(frozen=True)
class KpiTable:
    """A kind of table.

    ``takes`` are the shared parameters that it has a use for, beside those that every table takes; ``needs`` those
    that must be given.
    """

    name: str
    title: Label
    answer: Callable[[Asked], Answer]
    takes: frozenset[str]
    needs: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    own: tuple[OwnOption, ...] = ()

    @property
    def parameters(self) -> frozenset[str]:
        """All parameters that it has a use for and that some other table may not."""
        of_roles = (role.given_by for role in self.roles)
        return self.takes.union(of_roles, (each.parameter for each in self.own))
