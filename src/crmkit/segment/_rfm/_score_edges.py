"""The edges of RFM scores as a table, and what they make of values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit.segment._edges import Binning, edges_between_values, reached
from crmkit.segment._measures import Floats

__all__ = [
    "DIMENSIONS",
    "MOST_BINS",
    "Cell",
    "Dimension",
    "bin_sizes",
    "check_edges",
    "edge_table",
    "edges_by_cell",
    "scores_on",
]

Dimension: TypeAlias = Literal["r", "f", "m"]
Cell: TypeAlias = tuple[int | None, int | None]

# More scores than this tell nobody apart, and a million cells of three dimensions still fit into memory.
MOST_BINS: Final = 100
DIMENSIONS: Final[tuple[Dimension, ...]] = ("r", "f", "m")


def edge_table(
    values: dict[Dimension, Floats],
    *,
    sizes: dict[Dimension, int],
    binning: Binning,
    cuts: Mapping[Dimension, Sequence[float]],
    nested: bool,
) -> pd.DataFrame:
    """All edges in the units of the customers table; nested ones after those over all customers."""
    rows: list[tuple[str, float, float, int, float]] = []
    scores: dict[Dimension, Floats] = {}
    for name in DIMENSIONS:
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


def check_edges(edges: pd.DataFrame, *, sizes: Mapping[Dimension, int]) -> None:
    """Raise unless a table of edges is one that `edge_table` makes: each cell's edges whole, finite and in order."""
    kinds = {name: str(kind) for name, kind in edges.dtypes.items()}
    wanted = {"r_score": "Int64", "f_score": "Int64", "score": "int64", "edge": "float64"}
    if list(edges.columns) != ["dimension", *wanted] or {name: kinds[name] for name in wanted} != wanted:
        raise ValueError("edges have other columns")
    if list(edges["dimension"].unique()) != list(DIMENSIONS) or not np.isfinite(edges["edge"]).all():
        raise ValueError("edges are finite numbers of the three dimensions")
    for name, cells in edges_by_cell(edges).items():
        if not cells or cells[-1][0] != (None, None):
            raise ValueError("some edges hold everywhere")
        scores = edges.loc[edges["dimension"] == name, "score"].tolist()
        if scores != list(range(2, sizes[name] + 1)) * len(cells):
            raise ValueError("the edges of a cell earn the scores from 2 on")
        for (r_score, f_score), inner in cells:
            of_cell = [(r_score, sizes["r"]), (f_score, sizes["f"])]
            if any(score is not None and not 1 <= score <= size for score, size in of_cell):
                raise ValueError("edges of a cell that is not there")
            if (np.diff(inner) < 0).any():
                raise ValueError("the edges of a cell ascend from score to score")


def scores_on(values: dict[Dimension, Floats], edges: pd.DataFrame) -> dict[Dimension, Floats]:
    """Score values on a table of edges: floats, missing where the values are."""
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
    dimensions = edges["dimension"].to_numpy()
    edge = np.where(dimensions == "r", -1.0, 1.0) * edges["edge"].to_numpy()
    parents = [edges[name].to_numpy(dtype=np.float64, na_value=np.nan).tolist() for name in ("r_score", "f_score")]
    split: dict[Dimension, dict[Cell, list[float]]] = {name: {} for name in DIMENSIONS}
    for name, r_score, f_score, bound in zip(dimensions.tolist(), *parents, edge.tolist(), strict=True):
        cell = (None if math.isnan(r_score) else int(r_score), None if math.isnan(f_score) else int(f_score))
        split[name].setdefault(cell, []).append(bound)
    return {
        name: sorted(
            ((cell, np.array(inner)) for cell, inner in cells.items()),
            key=lambda found: (found[0][0] is None, found[0][1] is None),
        )
        for name, cells in split.items()
    }


def bin_sizes(
    values: dict[Dimension, Floats], scores: dict[Dimension, Floats], *, sizes: dict[Dimension, int]
) -> pd.DataFrame:
    """Count the customers of each score, with the least and the greatest value among them."""
    tables = []
    for name in DIMENSIONS:
        natural = np.abs(values[name]) if name == "r" else values[name]
        found = pd.Series(natural).groupby(scores[name].astype(np.int64)).agg(["size", "min", "max"])
        all_scores = pd.RangeIndex(1, sizes[name] + 1, name="score")
        tables.append(found.reindex(all_scores).reset_index().assign(dimension=name))
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"size": "n_customers", "min": "lowest", "max": "highest"}
    )
    table["n_customers"] = table["n_customers"].fillna(0).astype("int64")
    return table[["dimension", "score", "n_customers", "lowest", "highest"]]


def _place(values: Floats, edges: Floats) -> Floats:
    """Score values, signed so that larger is better, on ascending edges; missing stays missing."""
    score = np.ones(len(values), dtype=np.int32)
    # There are few edges: to count those reached is faster than to search for each value.
    for bound in reached(edges):
        score += values >= bound
    return np.where(np.isnan(values), np.nan, score)
