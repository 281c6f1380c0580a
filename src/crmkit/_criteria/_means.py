"""What scores are made of, on average over groups of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_columns
from crmkit._frames import FrameT, collected, from_pandas, open_frame, to_pandas
from crmkit._grouping import beside_labels, check_labels, label_names, labels_of
from crmkit._messages import Message

__all__ = ["contribution_means"]

_CUSTOMERS: Final = "n_customers"

_TAKEN: Final = Message(
    en="{@by} names {names}, which the result has itself. Rename the column.",
    zh="{@by} 中的 {names} 与结果表的列重名，请改名。",
)


def contribution_means(
    rated: Mapping[str, Floats],
    weights: pd.DataFrame,
    *,
    like: FrameT,
    by: str | Sequence[str],
    score: str,
    part: str,
    counted: str = _CUSTOMERS,
) -> FrameT:
    """Average scored rows by group and criterion, those of all together last.

    ``weights`` has a criterion and its weight in each row, ``rated`` the ``score`` and for each criterion
    ``…_{part}``, what it is on its scale, and ``…_contribution``.
    """
    noun, _ = weights.columns
    labels = label_names(by)
    if taken := [name for name in labels if name in ("scope", noun, "weight", counted, score, part, "contribution")]:
        raise ValueError(_TAKEN(names=taken))

    def means(codes: npt.NDArray[np.int64], n_groups: int) -> pd.DataFrame:
        return _means_of(rated, weights, codes, n_groups, score=score, part=part, counted=counted)

    whole = np.zeros(len(rated[score]), dtype=np.int64)
    if not labels:
        return from_pandas(means(whole, 1), like=like)
    frame = open_frame(like, name="X")
    check_columns(frame.collect_schema(), labels, name="X", made_by="customer_summary")
    check_labels(frame, labels, table="X")
    found = labels_of(to_pandas(collected(frame.select(*labels))), labels)
    parts = pd.concat([means(found.codes, len(found.groups)), means(whole, 1)], ignore_index=True)
    return from_pandas(beside_labels(parts, *found.with_whole()), like=like)


def _means_of(
    rated: Mapping[str, Floats],
    weights: pd.DataFrame,
    codes: npt.NDArray[np.int64],
    n_groups: int,
    *,
    score: str,
    part: str,
    counted: str,
) -> pd.DataFrame:
    has_score = ~np.isnan(rated[score])

    def mean(values: Floats, rows: npt.NDArray[np.bool_]) -> Floats:
        held = np.bincount(codes[rows], minlength=n_groups)
        sums = np.bincount(codes[rows], weights=values[rows], minlength=n_groups)
        return np.where(held > 0, sums / np.maximum(held, 1), np.nan)

    counts, scores = np.bincount(codes[has_score], minlength=n_groups), mean(rated[score], has_score)
    noun, _ = weights.columns
    tables = []
    for name, weight in weights.itertuples(index=False, name=None):
        values, contribution = rated[f"{name}_{part}"], np.nan_to_num(rated[f"{name}_contribution"])
        own: dict[str, Any] = {noun: name, "weight": weight, counted: counts, score: scores}
        means = {
            part: mean(values, has_score & ~np.isnan(values)),
            "contribution": mean(contribution, has_score),
        }
        tables.append(pd.DataFrame({**own, **means}))
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
