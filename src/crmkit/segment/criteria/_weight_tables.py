"""Weights of criteria as tables: from judgements, with how far the judges agree, and from the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_option
from crmkit._criteria import MOST_INCONSISTENT, check_among, check_criteria, check_rule, judges_of, names_in
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import OBJECTIVE_WEIGHTS, ObjectiveWeights, WeightRule, criteria_weights
from crmkit._tables import finite_columns

__all__ = ["criteria_weight_table", "judgement_pair_table", "judgement_table"]

_NO_METHODS: Final = Message(
    en="{@methods} must be a list of at least one of {options}, each once, got {got!r}.",
    zh="{@methods} 须为列表，由 {options} 中至少一项组成且不重复，得到 {got!r}。",
)


def judgement_table(
    judgements: Any,
    *,
    criteria: Sequence[str],
    weight_rule: WeightRule = "eigenvector",
    random_index: float | None = None,
) -> pd.DataFrame:
    """Weigh criteria by pairwise judgements (analytic hierarchy), by each judge and by all together.

    Inconsistent judgements are not refused here, so you can see which judge is inconsistent. The scorers refuse a
    consistency ratio above 0.1 unless you allow it.

    Parameters
    ----------
    judgements : square list of lists, or mapping of judges to such
        How many times as much the criterion of the row matters as that of the column, in the order of ``criteria``;
        Saaty's scale runs from 1/9 to 9.
    criteria : sequence of str
        The criteria.
    weight_rule : {"eigenvector", "column_mean"}, default "eigenvector"
        How weights follow from judgements: the principal eigenvector, or the mean of the columns, each divided by its
        sum.
    random_index : float, optional
        Mean consistency index of random judgements on as many criteria; by default Saaty's, for up to ten.

    Returns
    -------
    DataFrame
        One row per judge and criterion; with several judges those of "all", their geometric mean, come last:
        ``judge``, ``criterion``, ``weight``, which add up to 1; ``largest_eigenvalue``, ``consistency_index`` and
        ``consistency_ratio`` of the judge; ``is_consistent``, whether that is at most 0.1. "all" can be consistent
        where judges contradict one another: `judgement_pair_table` shows it.

    Raises
    ------
    TypeError
        If judgements are not numbers, or ``criteria`` is not a list of names.
    ValueError
        If judgements are not square, off the scale or not reciprocal, or an option is out of range.

    References
    ----------
    .. [1] Saaty (1980), *The Analytic Hierarchy Process*, ch. 2 and 3.
    .. [2] Aczél and Saaty (1983), "Procedures for Synthesizing Ratio Judgements", *Journal of Mathematical Psychology*
       27, for the geometric mean.

    Examples
    --------
    >>> telecom = [[1, 0.71, 0.46], [1.41, 1, 0.85], [2.18, 1.18, 1]]
    >>> table = judgement_table(telecom, criteria=["recency", "frequency", "monetary"])
    >>> table[["criterion", "weight", "largest_eigenvalue", "is_consistent"]].round(4)
       criterion  weight  largest_eigenvalue  is_consistent
    0    recency  0.2206              3.0105           True
    1  frequency  0.3403              3.0105           True
    2   monetary  0.4390              3.0105           True
    """
    names = check_criteria(criteria, name="criteria")
    check_rule(weight_rule, random_index)
    judges = judges_of(judgements, n=len(names), rule=weight_rule, random_index=random_index, of="criteria")
    tables = [
        pd.DataFrame(
            {
                "judge": judge,
                "criterion": names,
                "weight": found.weights,
                "largest_eigenvalue": found.largest_eigenvalue,
                "consistency_index": found.consistency_index,
                "consistency_ratio": found.consistency_ratio,
                "is_consistent": found.consistency_ratio <= MOST_INCONSISTENT,
            }
        )
        for judge, found in judges.each.items()
    ]
    return pd.concat(tables, ignore_index=True)


def judgement_pair_table(judgements: Any, *, criteria: Sequence[str]) -> pd.DataFrame:
    """Show how far judges disagree on each pair of criteria, and how far a judgement is from what the weights imply.

    Parameters
    ----------
    judgements : square list of lists, or mapping of judges to such
        As in `judgement_table`.
    criteria : sequence of str
        The criteria.

    Returns
    -------
    DataFrame
        One row per pair.

        ``criterion``, ``other``
            The pair.
        ``judgement``
            How many times as much the first matters as the second, by the geometric mean of the judges.
        ``lowest``, ``highest``
            The lowest and the highest judgement.
        ``is_disputed``
            Whether some judges find the first more important, and others the second.
        ``implied``
            The ratio of the weights that follow from all judgements.
        ``deviation``
            How many times the judgement is off that ratio, up or down, from 1: the pairs with the largest are those to
            look at again where judgements are inconsistent.

    Raises
    ------
    TypeError
        If judgements are not numbers, or ``criteria`` is not a list of names.
    ValueError
        If judgements are not square, off the scale or not reciprocal.

    Examples
    --------
    >>> judges = {"sales": [[1, 5], [1 / 5, 1]], "service": [[1, 1 / 5], [5, 1]]}
    >>> judgement_pair_table(judges, criteria=["price", "advice"]).round(3).iloc[:, :6]
      criterion   other  judgement  lowest  highest  is_disputed
    0     price  advice        1.0     0.2      5.0         True
    """
    names = check_criteria(criteria, name="criteria")
    # The consistency ratio is not asked for, so any index will do for more than ten criteria.
    judges = judges_of(judgements, n=len(names), rule="eigenvector", random_index=1.0, of="criteria")
    table = judges.pairs(names, noun="criterion")
    rows, columns = np.triu_indices(len(names), k=1)
    weights = judges.final.weights
    implied = weights[rows] / weights[columns]
    return table.assign(
        is_disputed=(table["lowest"] < 1) & (table["highest"] > 1),
        implied=implied,
        deviation=np.exp(np.abs(np.log(table["judgement"] / implied))),
    )


def criteria_weight_table(
    X: FrameT,
    *,
    criteria: Sequence[str],
    methods: Sequence[ObjectiveWeights] = ("entropy", "critic", "standard_deviation"),
    lower_is_better: Sequence[str] = (),
) -> FrameT:
    """Weigh criteria by how well they tell rows apart, by several methods beside one another.

    Such weights say which criteria tell rows apart, not which ones matter. They follow from the values as they are;
    none depends on their unit.

    Parameters
    ----------
    X : pandas, Polars or PyArrow table
        Rows with the criteria. Rows that lack one are left out.
    criteria : sequence of str
        Columns of numbers or of true and false.
    methods : sequence of {"entropy", "critic", "standard_deviation"}
        "entropy": one minus the entropy of each column's shares of its sum, relative to that of equal shares.
        "critic": the standard deviation of each column, scaled to run from 0 to 1, times the sum over all others of one
        minus their correlation. "standard_deviation": that of each column's shares of its sum.
    lower_is_better : sequence of str, default ()
        Criteria of which less is better, which turns their correlations around.

    Returns
    -------
    the kind of table given
        One row per method and criterion: ``method``, ``criterion``, ``weight``, which add up to 1 by method and are 0
        for a criterion that is the same in all rows; ``n_rows`` that have all criteria.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers or is infinite anywhere.
    TypeError
        If ``X`` is not a frame, or names are not a list.
    ValueError
        If fewer than two rows have all criteria, no criterion tells rows apart, or "entropy" or "standard_deviation"
        meet values below 0; or an option is out of range.

    References
    ----------
    .. [1] Hwang and Yoon (1981), *Multiple Attribute Decision Making*, section 3.1, for entropy.
    .. [2] Diakoulaki, Mavrotas and Papayannakis (1995), "Determining Objective Weights in Multiple Criteria Problems:
       The CRITIC Method", *Computers & Operations Research* 22.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 4], "b": [2, 16]})
    >>> criteria_weight_table(table, criteria=["a", "b"], methods=["entropy"]).round(4)
        method criterion  weight  n_rows
    0  entropy         a  0.3589       2
    1  entropy         b  0.6411       2
    """
    names = check_criteria(criteria, name="criteria")
    falling = names_in(lower_is_better, name="lower_is_better")
    check_among(falling, names, name="lower_is_better", of="criteria")
    if isinstance(methods, str) or not isinstance(methods, Sequence) or not methods or len(set(methods)) < len(methods):
        raise ValueError(_NO_METHODS(options=list(OBJECTIVE_WEIGHTS), got=methods))
    for method in methods:
        check_option(method, OBJECTIVE_WEIGHTS, name="methods")
    columns = finite_columns(X, names, name="X")
    values = np.column_stack([columns[name] for name in names])
    values = values[~np.isnan(values).any(axis=1)]
    turned = values * np.where([name in falling for name in names], -1.0, 1.0)
    tables = [
        pd.DataFrame(
            {
                "method": method,
                "criterion": names,
                "weight": criteria_weights(turned if method == "critic" else values, method=method),
                "n_rows": len(values),
            }
        )
        for method in methods
    ]
    return from_pandas(pd.concat(tables, ignore_index=True), like=X)
