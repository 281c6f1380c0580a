"""What a loyalty index learns, as it is read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from crmkit._criteria import check_full_table, check_learned_weights
from crmkit._estimator import JsonError
from crmkit.loyalty._index_scales import scales_of

__all__ = ["INDEX", "NOUN", "check_learned"]

INDEX: Final = "loyalty_index"
NOUN: Final = "component"
_SCALES: Final = (NOUN, "value", "percentile")


def check_learned(index: Any, components: Sequence[str]) -> None:
    """Raise where JSON gives something that `fit` cannot learn with these options."""
    check_learned_weights(index, components, noun=NOUN)
    check_full_table(index.scales_, _SCALES, texts=1)
    if index.scales_[NOUN].drop_duplicates().tolist() != list(components):
        raise JsonError("the scales are not those of the components")
    for scale in scales_of(index.scales_).values():
        if not (np.diff(scale.points) > 0).all() or scale.percentiles.min() < 0 or scale.percentiles.max() > 1:
            raise JsonError("a scale rises, and its percentiles lie between 0 and 1")
    if index.n_customers_ < max(index.n_complete_, 1):
        raise JsonError("nobody was seen in fit")
