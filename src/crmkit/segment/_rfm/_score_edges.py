"""The edges of RFM scores as a table, and the scores that values get on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, Kind, check_table
from crmkit._labelling import Binning, edges_between_values, reached

__all__ = [
    "DIMENSIONS",
    "MOST_BINS",
    "Cell",
    "Dimension",
    "bin_sizes",
    "check_bin_sizes",
    "check_edges",
    "edge_table",
    "edges_by_cell",
    "scores_on",
]

Dimension: TypeAlias = Literal["r", "f", "m"]
Cell: TypeAlias = tuple[int | None, int | None]

# More scores than this distinguish nobody, and a million cells of three dimensions still fit into memory.
MOST_BINS: Final = 100
DIMENSIONS: Final[tuple[Dimension, ...]] = ("r", "f", "m")
_EDGE_KINDS: Final[Mapping[str, Kind]] = {
    "dimension": "text",
    "r_score": "Int64",
    "f_score": "Int64",
    "score": "int64",
    "edge": "float64",
}
_BIN_KINDS: Final[Mapping[str, Kind]] = {
    "dimension": "text",
    "score": "int64",
    "n_customers": "int64",
    "lowest": "float64",
    "highest": "float64",
}


def edge_table(
    values: dict[Dimension, Floats],
    *,
    sizes: dict[Dimension, int],
    binning: Binning,
    cuts: Mapping[Dimension, Sequence[float]],
    nested: bool,
) -> pd.DataFrame:
    """All edges in the units of the customers table; nested edges follow those over all customers."""
    rows: list[tuple[str, float, float, int, float]] = []
    scores: dict[Dimension, Floats] = {}
    for name in values:
        sign = -1.0 if name == "r" else 1.0
        if name in cuts:
            edges = np.sort(sign * np.asarray(cuts[name], dtype=float))
        else:
            edges = edges_between_values(values[name], n_bins=sizes[name], binning=binning)
        rows += [(name, np.nan, np.nan, score, sign * edge) for score, edge in enumerate(edges, start=2)]
        if nested:
            scores[name] = _place(values[name], edges)
        if nested and name != "r" and name not in cuts:
            parents = [scores["r"]] if name == "f" else [scores["r"], scores["f"]]
            cells, where = np.unique(np.column_stack(parents), axis=0, return_inverse=True)
            for number, cell in enumerate(cells):
                inside = np.ravel(where) == number
                inner = edges_between_values(values[name][inside], n_bins=sizes[name], binning=binning)
                scores[name] = np.where(inside, _place(values[name], inner), scores[name])
                parent = (float(cell[0]), float(cell[1]) if name == "m" else np.nan)
                rows += [(name, *parent, score, float(edge)) for score, edge in enumerate(inner, start=2)]
    table = pd.DataFrame(rows, columns=["dimension", "r_score", "f_score", "score", "edge"])
    return table.astype({"r_score": "Int64", "f_score": "Int64", "score": "int64", "edge": "float64"})


def check_edges(
    edges: pd.DataFrame,
    *,
    sizes: Mapping[Dimension, int],
    cuts: Mapping[Dimension, Sequence[float]],
    nested: bool,
) -> None:
    """Raise unless `edge_table` could make a table of edges: each cell's edges are complete, finite and in order."""
    check_table(edges, _EDGE_KINDS)
    if not np.isfinite(edges["edge"]).all():
        raise JsonError("an edge is a finite number")
    split = edges_by_cell(edges)
    places: list[tuple[Dimension, Cell, int]] = []
    for name in dimensions_of(edges):
        *inner, everywhere = [cell for cell, _ in split[name]]
        n_parents = DIMENSIONS.index(name) if nested and name not in cuts else 0
        if everywhere != (None, None):
            raise JsonError("some edges hold everywhere")
        for cell in inner:
            if [score is not None for score in cell] != [number < n_parents for number in range(2)] or any(
                score is not None and not 1 <= score <= sizes[parent]
                for parent, score in zip(DIMENSIONS, cell, strict=False)
            ):
                raise JsonError("edges hold in a cell that is not there")
        cells = [everywhere, *sorted(inner, key=lambda cell: (cell[0] or 0, cell[1] or 0))]
        places += [(name, cell, score) for cell in cells for score in range(2, sizes[name] + 1)]
        if any((np.diff(ascending) < 0).any() for _, ascending in split[name]):
            raise JsonError("the edges of a cell ascend from score to score")
        if name in cuts and sorted(np.abs(split[name][-1][1])) != sorted(map(abs, map(float, cuts[name]))):
            raise JsonError("the edges are not the cuts of the options")
    if places != _places(edges):
        raise JsonError("each cell has an edge for every score from 2 on, the cells in order")


def dimensions_of(learned: pd.DataFrame) -> tuple[Dimension, ...]:
    """The dimensions that edges or bins were learned for: spend only where it was known."""
    found = set(learned["dimension"])
    return DIMENSIONS if found != set(DIMENSIONS[:-1]) else DIMENSIONS[:-1]


def scores_on(values: dict[Dimension, Floats], edges: pd.DataFrame) -> dict[Dimension, Floats]:
    """Score values on a table of edges: floats, missing where the values are missing."""
    scores: dict[Dimension, Floats] = {}
    for name, cells in edges_by_cell(edges).items():
        scores[name] = np.full(len(values[name]), np.nan)
        for (r_score, f_score), inner in cells:
            inside = np.isnan(scores[name])
            if r_score is not None:
                inside &= scores["r"] == r_score
            if f_score is not None:
                inside &= scores["f"] == f_score
            scores[name] = np.where(inside, _place(values[name], inner), scores[name])
    return scores


def edges_by_cell(edges: pd.DataFrame) -> dict[Dimension, list[tuple[Cell, Floats]]]:
    """Split each dimension's edges by the cell in which they hold, those that hold everywhere last.

    The edges of a cell are signed so that larger is better; the first earns a score of 2.
    """
    split: dict[Dimension, dict[Cell, list[float]]] = {name: {} for name in dimensions_of(edges)}
    for (name, cell, _), edge in zip(_places(edges), edges["edge"].to_numpy().tolist(), strict=True):
        split[name].setdefault(cell, []).append(-edge if name == "r" else edge)
    return {
        name: sorted(
            ((cell, np.array(inner)) for cell, inner in cells.items()),
            key=lambda found: (found[0][0] is None, found[0][1] is None),
        )
        for name, cells in split.items()
    }


def _places(edges: pd.DataFrame) -> list[tuple[Dimension, Cell, int]]:
    """The dimension, the cell and the score of each edge."""
    parents = [edges[name].to_numpy(dtype=np.float64, na_value=np.nan).tolist() for name in ("r_score", "f_score")]
    cells = [tuple(None if math.isnan(score) else int(score) for score in cell) for cell in zip(*parents, strict=True)]
    places: Any = list(
        zip(edges["dimension"].to_numpy().tolist(), cells, edges["score"].to_numpy().tolist(), strict=True)
    )
    return places  # type: ignore[no-any-return]


def bin_sizes(
    values: dict[Dimension, Floats], scores: dict[Dimension, Floats], *, sizes: dict[Dimension, int]
) -> pd.DataFrame:
    """Count the customers of each score, with their smallest and largest value."""
    tables = []
    for name in values:
        natural = np.abs(values[name]) if name == "r" else values[name]
        found = pd.Series(natural).groupby(scores[name].astype(np.int64)).agg(["size", "min", "max"])
        all_scores = pd.RangeIndex(1, sizes[name] + 1, name="score")
        tables.append(found.reindex(all_scores).reset_index().assign(dimension=name))
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"size": "n_customers", "min": "lowest", "max": "highest"}
    )
    table["n_customers"] = table["n_customers"].fillna(0).astype("int64")
    return table[["dimension", "score", "n_customers", "lowest", "highest"]]


def check_bin_sizes(sizes_of_bins: pd.DataFrame, *, sizes: Mapping[Dimension, int], n_customers: int) -> None:
    """Raise unless `bin_sizes` could make a table of bins: all customers are in it, and empty bins have no values."""
    check_table(sizes_of_bins, _BIN_KINDS)
    scores = [[name, score] for name in dimensions_of(sizes_of_bins) for score in range(1, sizes[name] + 1)]
    if sizes_of_bins[["dimension", "score"]].to_numpy().tolist() != scores:
        raise JsonError("the bins are not those of the scores")
    counts, lowest, highest = (sizes_of_bins[name].to_numpy() for name in ("n_customers", "lowest", "highest"))
    totals = sizes_of_bins.groupby("dimension")["n_customers"].sum()
    if n_customers < 1 or (counts < 0).any() or (totals != n_customers).any():
        raise JsonError("each customer is in one bin of each dimension")
    filled = counts > 0
    if not (np.isnan(lowest[~filled]).all() and np.isnan(highest[~filled]).all() and (lowest <= highest)[filled].all()):
        raise JsonError("the lowest and the highest value are those of the customers in a bin")


def _place(values: Floats, edges: Floats) -> Floats:
    """Score values, signed so that larger is better, on ascending edges; missing stays missing."""
    score = np.ones(len(values), dtype=np.int32)
    # With few edges, counting those reached is faster than a search for each value.
    for bound in reached(edges):
        score += values >= bound
    return np.where(np.isnan(values), np.nan, score)
