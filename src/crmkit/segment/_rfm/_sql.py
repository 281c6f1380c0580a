"""RFM scores as SQL."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmkit._arrays import Floats
from crmkit._labelling import reached
from crmkit.segment._orders import missing_sql
from crmkit.segment._rfm._score_edges import Cell, Dimension, dimensions_of, edges_by_cell
from crmkit.segment._rfm._score_values import ScoreOptions, columns_read, sql_measures

__all__ = ["score_cases"]


def score_cases(edges: pd.DataFrame, options: ScoreOptions) -> dict[Dimension, str]:
    """Write the scores as select expressions; nested scores refer to the earlier ones."""
    measures = sql_measures(options)
    missing = missing_sql(columns_read(options, dimensions=dimensions_of(edges)), quote="")
    return {name: _case(name, measures[name], cells, missing=missing) for name, cells in edges_by_cell(edges).items()}


def _case(dimension: Dimension, measure: str, cells: Sequence[tuple[Cell, Floats]], *, missing: str) -> str:
    """Write one dimension's score as a CASE over the SQL of its measure; edges of single cells come first."""
    lines = [f"CASE WHEN n_orders <= 0 OR {missing} THEN NULL"]
    for (r_score, f_score), inner in cells:
        parents = {"r_score": r_score, "f_score": f_score}
        inside = [f"{parent} = {score}" for parent, score in parents.items() if score is not None]
        for score, bound in reversed(list(enumerate(map(float, reached(inner)), start=2))):
            test = f"{measure} <= {-bound!r}" if dimension == "r" else f"{measure} >= {bound!r}"
            lines.append(f"  WHEN {' AND '.join([*inside, test])} THEN {score}")
        if inside:
            lines.append(f"  WHEN {' AND '.join(inside)} THEN 1")
    return "\n".join([*lines, f"  ELSE 1 END AS {dimension}_score"])
