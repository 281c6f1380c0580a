"""RFM scores as SQL."""

from __future__ import annotations

import pandas as pd

from crmkit.segment._edges import reached
from crmkit.segment._rfm_edges import Dimension, edges_by_cell, signed

__all__ = ["case_expression"]


def case_expression(dimension: Dimension, measure: str, edges: pd.DataFrame) -> str:
    """Write one dimension's score as a CASE over the SQL of its measure; edges of single cells come first."""
    mine = edges[edges["dimension"] == dimension]
    lines = ["CASE WHEN n_orders IS NULL OR n_orders <= 0 THEN NULL"]
    for (r_score, f_score), inner in edges_by_cell(mine):
        parents = {"r_score": r_score, "f_score": f_score}
        inside = [f"{parent} = {score}" for parent, score in parents.items() if score is not None]
        bounds = (float(bound) for bound in reached(signed(inner)))
        for score, bound in sorted(zip(inner["score"], bounds, strict=True), reverse=True):
            test = f"{measure} <= {-bound!r}" if dimension == "r" else f"{measure} >= {bound!r}"
            lines.append(f"  WHEN {' AND '.join([*inside, test])} THEN {score}")
        if inside:
            lines.append(f"  WHEN {' AND '.join(inside)} THEN 1")
    return "\n".join([*lines, f"  ELSE 1 END AS {dimension}_score"])
