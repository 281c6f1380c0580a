"""Why customers are in their latent class, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._figures import share
from crmkit._names import Label, Language
from crmkit.segment._texts import called
from crmkit.segment.groups._latent_classes import Classes, joint, memberships

__all__ = ["class_reasons"]

_SHOWN: Final = 2
_LEAST: Final = 1e-9

_WHY: Final = Label("{name}: probability {share}, by {parts}.", "{name}：概率 {share}，依据 {parts}。")
_PART: Final = Label("{column} {value}", "{column} {value}")
_BETWEEN: Final = Label(", ", "、")


def class_reasons(
    own: npt.NDArray[np.intp],
    codes: npt.NDArray[np.int64],
    classes: Classes,
    levels: Mapping[str, Sequence[str]],
    names: Sequence[str],
    language: Language,
) -> list[str]:
    """Name, for each row, the probability of its class and the levels that speak for it most."""
    shares = memberships(joint(codes, classes))
    telling = np.full(codes.shape, -np.inf)
    for at, table in enumerate(classes.probabilities):
        known = codes[:, at] >= 0
        ratios = np.log(np.maximum(table, _LEAST)) - np.log(np.maximum(classes.weights @ table, _LEAST))
        telling[known, at] = ratios[own[known], codes[known, at]]
    columns, order = list(levels), np.argsort(-telling, axis=1, kind="stable")
    told = []
    for row, at in enumerate(own.tolist()):
        places = [each for each in order[row].tolist() if codes[row, each] >= 0][:_SHOWN]
        parts = [
            _PART.text(language).format(
                column=called(columns[each], language), value=levels[columns[each]][codes[row, each]]
            )
            for each in places
        ]
        joined = _BETWEEN.text(language).join(parts)
        told.append(_WHY.text(language).format(name=names[at], share=share(shares[row, at]), parts=joined))
    return told
