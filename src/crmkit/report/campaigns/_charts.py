"""The effects, drawn."""

from __future__ import annotations

from typing import Final

from crmkit._figures import count
from crmkit.plotting import plot_campaign_effects
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Drawing

__all__ = ["CHARTS"]

_ENDS: Final = ("value", "control_value", "relative_difference", "relative_lower", "relative_upper")


def _effects(answer: Answer, facts: Facts) -> Drawing:
    table = answer.tables["campaign_effects"]
    table = table.round(dict.fromkeys(_ENDS, 6))
    told = {"n": count(len(table))}
    return Drawing(lambda ax: plot_campaign_effects(table, ax=ax, language=facts.language), told)


CHARTS: Final = {"campaign_effects": _effects}
