"""Clusters of numbers as tables that JSON holds, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, check_table
from crmkit.segment.groups._methods import Clusters, Method

__all__ = ["check_state", "clusters_of", "state_tables"]

_CENTRES: Final[dict[str, Any]] = {
    "segment": "text",
    "column": "text",
    "position": "float64",
    "mean": "float64",
    "difference": "float64",
}
_SHAPES: Final[dict[str, Any]] = {
    "segment": "text",
    "column": "text",
    "other": "text",
    "covariance": "float64",
    "weight": "float64",
}


def state_tables(
    clusters: Clusters, codes: Sequence[str], columns: Sequence[str], *, means: Floats, differences: Floats
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Write centres, shapes and core points of clusters in their order."""
    n, p = clusters.centres.shape
    centres = pd.DataFrame(
        {
            "segment": np.repeat(np.array(codes, dtype=object), p),
            "column": list(columns) * n,
            "position": clusters.centres.ravel(),
            "mean": means.ravel(),
            "difference": differences.ravel(),
        }
    )
    full = len(clusters.covariances) > 0
    shapes = pd.DataFrame(
        {
            "segment": np.repeat(np.array(codes, dtype=object), p * p) if full else [],
            "column": np.tile(np.repeat(np.array(columns, dtype=object), p), n) if full else [],
            "other": list(columns) * (p * n) if full else [],
            "covariance": clusters.covariances.ravel(),
            "weight": np.repeat(clusters.weights, p * p) if full else np.empty(0),
        }
    )
    order = np.argsort(clusters.core_of, kind="stable")
    core = pd.DataFrame(
        {
            "segment": np.array(codes, dtype=object)[clusters.core_of[order]],
            "reach": clusters.reaches[clusters.core_of[order]] if len(order) else np.empty(0),
            **{_axis(at): clusters.core_points[order, at] for at in range(p)},
        }
    )
    texts = {"segment": str, "column": str, "other": str}
    return (
        centres.astype({name: kind for name, kind in texts.items() if name in centres}),
        shapes.astype({name: kind for name, kind in texts.items() if name in shapes}),
        core.astype({"segment": str}),
    )


def clusters_of(centres: pd.DataFrame, shapes: pd.DataFrame, core: pd.DataFrame, *, n_columns: int) -> Clusters:
    """Read clusters back from their tables."""
    positions = centres["position"].to_numpy().reshape(-1, n_columns)
    codes = centres["segment"].to_numpy()[::n_columns].tolist()
    place = {code: at for at, code in enumerate(codes)}
    core_of = core["segment"].map(place).to_numpy(dtype=np.intp)
    reaches = np.zeros(len(codes))
    reaches[core_of] = core["reach"].to_numpy()
    return Clusters(
        positions,
        shapes["weight"].to_numpy()[:: n_columns**2],
        shapes["covariance"].to_numpy().reshape(-1, n_columns, n_columns),
        core[[_axis(at) for at in range(n_columns)]].to_numpy(),
        core_of,
        reaches,
    )


def check_state(
    centres: pd.DataFrame,
    shapes: pd.DataFrame,
    core: pd.DataFrame,
    *,
    codes: Sequence[str],
    columns: Sequence[str],
    method: Method,
) -> None:
    """Raise where JSON gives tables that no fit writes."""
    n, p = len(codes), len(columns)
    check_table(centres, _CENTRES)
    check_table(shapes, _SHAPES)
    check_table(core, {"segment": "text", "reach": "float64", **{_axis(at): "float64" for at in range(p)}})
    if centres["segment"].tolist() != list(np.repeat(codes, p)) or centres["column"].tolist() != list(columns) * n:
        raise JsonError("a centre has a row for each column")
    if not np.isfinite(centres[["position", "difference"]].to_numpy()).all() or np.isinf(centres["mean"]).any():
        raise JsonError("centres are finite")
    numbers = [shapes[["covariance", "weight"]], core.drop(columns="segment")]
    if not all(np.isfinite(part.to_numpy()).all() for part in numbers):
        raise JsonError("shapes and points are finite")
    if (method == "gaussian_mixture") != (len(shapes) > 0) or (len(core) > 0 and method != "hdbscan"):
        raise JsonError("shapes are those of a mixture, core points those of dense clusters")
    if method == "hdbscan" and n > 1 and set(core["segment"]) != set(codes):
        raise JsonError("each dense cluster has core points")
    if len(core) and (not set(core["segment"]) <= set(codes) or (core["reach"] < 0).any()):
        raise JsonError("core points are those of a cluster")
    if len(shapes):
        _check_shapes(shapes, codes, columns)


def _check_shapes(shapes: pd.DataFrame, codes: Sequence[str], columns: Sequence[str]) -> None:
    n, p = len(codes), len(columns)
    pairs = [(code, column, other) for code in codes for column in columns for other in columns]
    if list(shapes[["segment", "column", "other"]].itertuples(index=False, name=None)) != pairs:
        raise JsonError("a component has a covariance for each pair of columns")
    covariances = shapes["covariance"].to_numpy().reshape(n, p, p)
    weights = shapes["weight"].to_numpy().reshape(n, p * p)
    if not np.array_equal(covariances, covariances.transpose(0, 2, 1)):
        raise JsonError("covariances are alike both ways")
    # Raises where one is not positive definite.
    np.linalg.cholesky(covariances)
    if not (weights > 0).all() or (weights != weights[:, :1]).any():
        raise JsonError("a component has one weight above 0")


def _axis(at: int) -> str:
    return f"x{at + 1}"
