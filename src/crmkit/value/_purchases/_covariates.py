"""Covariates that multiply parameters, customer by customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crmkit._arrays import Floats
from crmkit.value._purchases._laws import Law, Link, Values

__all__ = ["Effect", "effects", "of_each_history"]


@dataclass(frozen=True)
class Effect:
    """A coefficient: the parameter it acts on, the direction, and the covariate."""

    name: str
    parameter: str
    sign: int
    covariate: str


def effects(law: Law, *, purchase: Sequence[str], dropout: Sequence[str]) -> list[Effect]:
    """List the coefficients of a model."""
    return [*_of(law.purchase_links, purchase, "purchase"), *_of(law.dropout_links, dropout, "dropout")]


def _of(links: Sequence[Link], covariates: Sequence[str], what: str) -> list[Effect]:
    return [
        Effect(
            f"{what}.{covariate}" if len(links) == 1 else f"{what}_{parameter}.{covariate}", parameter, sign, covariate
        )
        for parameter, sign in links
        for covariate in covariates
    ]


def of_each_history(values: Values, present: Sequence[Effect], covariates: Mapping[str, Floats]) -> Values:
    """Give each history its own parameters: the common ones times the exponential of the covariates' sum."""
    common = {effect.name for effect in present}
    own = {name: value for name, value in values.items() if name not in common}
    for effect in present:
        own[effect.parameter] = own[effect.parameter] * np.exp(
            effect.sign * values[effect.name] * covariates[effect.covariate]
        )
    return own
