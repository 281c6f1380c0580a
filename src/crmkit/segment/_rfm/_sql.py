"""RFM scores as SQL."""

from __future__ import annotations

import pandas as pd

from crmkit.segment._cases import missing_sql
from crmkit.segment._edges import reached
from crmkit.segment._rfm._score_edges import DIMENSIONS, Dimension, edges_by_cell, signed
from crmkit.segment._rfm._score_values import NEEDED, ScoreOptions, sql_measures

__all__ = ["score_cases"]


def score_cases(edges: pd.DataFrame, options: ScoreOptions) -> dict[Dimension, str]:
    """Write the three scores as select expressions; nested ones refer to those before."""
    measures = sql_measures(options)
    return {name: _case(name, measures[name], edges) for name in DIMENSIONS}


def _case(dimension: Dimension, measure: str, edges: pd.DataFrame) -> str:
    """Write one dimension's score as a CASE over the SQL of its measure; edges of single cells come first."""
    mine = edges[edges["dimension"] == dimension]
    lines = [f"CASE WHEN n_orders <= 0 OR {missing_sql(NEEDED, quote='')} THEN NULL"]
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
