"""Clusters that are found again keep their codes, names and places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._names import Label
from crmkit._stats import best_pairing, jaccard_matrix
from crmkit.segment.groups._cluster_table import number_of

__all__ = ["keep_from"]

# Hennig: a cluster of which less than half is found again is dissolved.
_SAME: Final = 0.5


class _Identity(NamedTuple):
    code: str
    name: Label
    overlap: float


def keep_from(before: Any, made: Any, customers: Any) -> None:
    """Give clusters of a fitted segmenter that were there before their codes, names and places; new codes to others."""
    olds, news = (each._clusters_of(customers) for each in (before, made))
    agreement = jaccard_matrix(olds, news, n_one=before._n_clusters, n_other=made._n_clusters)
    kept = {new: old for old, new in best_pairing(agreement) if agreement[old, new] >= _SAME}
    number = 1 + max((number_of(code) or 0 for code in before.clusters_["segment"]), default=0)
    taken = [_name_of(before, old) for old in kept.values()]
    found: list[_Identity] = []
    for new in range(made._n_clusters):
        if new in kept:
            old = kept[new]
            code = str(before.clusters_["segment"].iloc[old])
            found.append(_Identity(code, _name_of(before, old), float(agreement[old, new])))
            continue
        name = _another_name(_name_of(made, new), [*taken, *(each.name for each in found)], number)
        found.append(_Identity(f"cluster_{number}", name, np.nan))
        number += 1
    places = sorted(range(made._n_clusters), key=lambda new: (new not in kept, kept.get(new, 0), new))
    _reorder(made, places, found)


def _reorder(made: Any, places: Sequence[int], found: Sequence[_Identity]) -> None:
    n, table = len(places), made.clusters_.copy()
    code_of = dict(zip(table["segment"][:n], [each.code for each in found], strict=True))
    table.loc[: n - 1, "segment"] = [each.code for each in found]
    table.loc[: n - 1, "name_en"] = [each.name.en for each in found]
    table.loc[: n - 1, "name_zh"] = [each.name.zh for each in found]
    table.loc[: n - 1, "overlap"] = [each.overlap for each in found]
    made.clusters_ = table.iloc[[*places, *range(n, len(table))]].reset_index(drop=True)
    order = {found[place].code: at for at, place in enumerate(places)}
    for attribute in made._by_segment:
        rows = getattr(made, attribute)
        renamed = rows.assign(segment=rows["segment"].map(code_of))
        at = renamed["segment"].map(order).to_numpy()
        setattr(made, attribute, renamed.iloc[np.argsort(at, kind="stable")].reset_index(drop=True))


def _name_of(segmenter: Any, at: int) -> Label:
    english, chinese = segmenter.clusters_[["name_en", "name_zh"]].to_numpy()[at]
    return Label(str(english), str(chinese))


def _another_name(name: Label, taken: Sequence[Label], number: int) -> Label:
    """A name that is not taken."""
    if all(name.en != other.en and name.zh != other.zh for other in taken):
        return name
    return Label(f"{name.en} ({number})", f"{name.zh}（{number}）")
