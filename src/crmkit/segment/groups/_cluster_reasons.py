"""Why customers are in their cluster, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._names import Label, Language
from crmkit.segment._texts import called
from crmkit.segment.groups._group_segmenter import shown_number

__all__ = ["cluster_reasons"]

_SHOWN: Final = 2

_WHY: Final = Label("{name}: {parts}.", "{name}：{parts}。")
_PART: Final = Label(
    "{column} of {value} (mean {mean} in the cluster, {overall} of all)",
    "{column} 为 {value}（本类平均 {mean}，全体平均 {overall}）",
)
_LACKS: Final = Label(
    "{column} is not known (mean {mean} in the cluster, {overall} of all)",
    "{column} 未知（本类平均 {mean}，全体平均 {overall}）",
)
_UNKNOWN_MEAN: Final = Label("not known", "未知")
_BETWEEN: Final = Label("; ", "；")


def cluster_reasons(
    values: Mapping[str, Floats],
    rows: npt.NDArray[np.intp],
    clusters: npt.NDArray[np.intp],
    columns: pd.DataFrame,
    centres: pd.DataFrame,
    names: Sequence[str],
    language: Language,
) -> list[str]:
    """Name, for each row in a cluster, the columns that set the cluster apart, with the figures."""
    overall = dict(zip(columns["column"], columns["mean"], strict=True))
    n_columns = len(columns)
    shown = []
    for first in range(0, len(centres), n_columns):
        own = centres.iloc[first : first + n_columns]
        telling = own["difference"].abs().sort_values(ascending=False, kind="stable").index[:_SHOWN]
        shown.append(
            [
                (column, _figure(mean, language), _figure(overall[column], language))
                for column, mean in own.loc[telling, ["column", "mean"]].itertuples(index=False)
            ]
        )
    told = []
    for row, cluster in zip(rows.tolist(), clusters.tolist(), strict=True):
        parts = [
            (_LACKS if np.isnan(values[column][row]) else _PART)
            .text(language)
            .format(
                column=called(column, language),
                value=shown_number(float(values[column][row])),
                mean=mean,
                overall=whole,
            )
            for column, mean, whole in shown[cluster]
        ]
        told.append(_WHY.text(language).format(name=names[cluster], parts=_BETWEEN.text(language).join(parts)))
    return told


def _figure(mean: float, language: Language) -> str:
    return _UNKNOWN_MEAN.text(language) if np.isnan(mean) else shown_number(mean)
