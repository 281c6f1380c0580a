"""The columns that a segmentation is made of."""

from __future__ import annotations

import pandas as pd

from crmkit._labelling import CaseLabeller, Labeller

__all__ = ["made_of"]


def made_of(segmenter: Labeller) -> list[str]:
    """Name the columns that a fitted segmenter looks at, in so far as it tells."""
    if isinstance(segmenter, CaseLabeller):
        return list(segmenter._needed())
    learned = getattr(segmenter, "columns_", None)
    if isinstance(learned, pd.DataFrame) and "column" in learned:
        return learned["column"].tolist()
    return list(getattr(segmenter.options_, "columns", None) or [])
