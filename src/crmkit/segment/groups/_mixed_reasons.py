"""Why customers are in their group of mixed columns, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._figures import decimals
from crmkit._names import Label, Language
from crmkit.segment._texts import called
from crmkit.segment.groups._group_segmenter import shown_number

__all__ = ["mixed_reasons"]

_SHOWN: Final = 3

_WHY: Final = Label(
    "{name}: nearest to a customer with {parts} (distance {distance}).",
    "{name}：最接近 {parts} 的客户（距离 {distance}）。",
)
_PART: Final = Label("{column} {value}", "{column} {value}")
_BETWEEN: Final = Label(", ", "、")
_UNKNOWN: Final = Label("unknown", "未知")


def mixed_reasons(
    clusters: npt.NDArray[np.intp],
    apart: Floats,
    telling: pd.DataFrame,
    medoids: pd.DataFrame,
    codes: Sequence[str],
    names: Sequence[str],
    language: Language,
) -> list[str]:
    """Describe, for each row, the typical customer of its group, and how far the row is from them.

    ``telling`` says, by group and column, how much the column tells the typical customer from those of other groups:
    the columns that do so most are named.
    """
    told = []
    for code in codes:
        own = medoids[medoids["segment"] == code].set_index("column")
        order = np.argsort(-telling.loc[code].to_numpy(dtype=np.float64), kind="stable")
        shown = [telling.columns.tolist()[at] for at in order[:_SHOWN].tolist()]
        parts = [
            _PART.text(language).format(
                column=called(column, language),
                value=own.loc[column, "level"] or _figure(float(own.loc[column, "number"]), language),
            )
            for column in shown
        ]
        told.append(_BETWEEN.text(language).join(parts))
    return [
        _WHY.text(language).format(name=names[at], parts=told[at], distance=decimals(float(apart[row, at])))
        for row, at in enumerate(clusters.tolist())
    ]


def _figure(number: float, language: Language) -> str:
    return _UNKNOWN.text(language) if np.isnan(number) else shown_number(number)
