"""Rules as tables: a row per segment, a row per cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._labelling import Within
from crmkit.segment._rfm._rules import CheckedRules, RFMPreset, RFMRules, checked_rules
from crmkit.segment._rfm._score_edges import DIMENSIONS

__all__ = ["cell_segments", "rfm_cell_table", "rfm_rule_table"]


def rfm_rule_table(rules: RFMPreset | RFMRules) -> pd.DataFrame:
    """List the segments of rules, with both names and the scores that each takes.

    Parameters
    ----------
    rules : {"chinese_8", "named_11"} or dict
        A preset, or rules as in `rfm_rules`.

    Returns
    -------
    DataFrame
        One row per segment: ``segment``, ``name_en``, ``name_zh``; ``r``, ``f``, ``m``, the scores taken, such as
        "4–5", "any" for all, "rest" for the segment of the cells left over; ``n_cells``, the cells that it gets.

    Raises
    ------
    TypeError
        If ``rules`` are neither text nor a mapping, or a number of bins is not a whole number.
    ValueError
        If something in the rules is missing or wrong.

    Examples
    --------
    >>> rfm_rule_table("named_11").head(3)
                   segment              name_en name_zh    r    f    m  n_cells
    0            champions            Champions    冠军客户    5  4–5  any       10
    1                loyal      Loyal customers    忠诚客户  3–4  4–5  any       20
    2  potential_loyalists  Potential loyalists  潜在忠诚客户  4–5  2–3  any       20
    """
    checked = checked_rules(rules)
    got = cell_segments(checked)
    sizes = checked.sizes.values()
    bounds = {case.segment: [each for each in case.conditions if isinstance(each, Within)] for case in checked.cases}
    taken = {segment: list(map(_range, within, sizes)) for segment, within in bounds.items()}
    rows = []
    for code, label in checked.scheme.levels:
        scores = taken.get(code, ["rest"] * len(sizes))
        rows.append((code, label.en, label.zh, *scores, int((got == code).sum())))
    return pd.DataFrame(rows, columns=["segment", "name_en", "name_zh", *DIMENSIONS, "n_cells"])


def rfm_cell_table(rules: RFMPreset | RFMRules) -> pd.DataFrame:
    """List every cell with its segment and all segments that take it, which shows the gaps and overlaps of rules.

    Parameters
    ----------
    rules : {"chinese_8", "named_11"} or dict
        A preset, or rules as in `rfm_rules`.

    Returns
    -------
    DataFrame
        One row per cell: ``r_score``, ``f_score``, ``m_score``; ``segment``, the first that takes it, or else that
        of the rest, or else missing: a gap; ``n_matches``, how many segments take it; ``matches``, which ones,
        separated by commas.

    Raises
    ------
    TypeError
        If ``rules`` are neither text nor a mapping, or a number of bins is not a whole number.
    ValueError
        If something in the rules is missing or wrong.

    Examples
    --------
    >>> from crmkit.segment import rfm_rules
    >>> rules = rfm_rules("named_11")
    >>> rules["segments"][1]["r"] = [4, 5]  # loyal: 4 and 5 instead of 3 and 4
    >>> cells = rfm_cell_table(rules)
    >>> cells[cells["n_matches"] > 1].groupby("matches").size()
    matches
    champions, loyal    10
    dtype: int64
    >>> int(cells["segment"].isna().sum())
    10
    """
    checked = checked_rules(rules)
    matches = checked.matches()
    codes = np.array([case.segment for case in checked.cases], dtype=object)
    table = pd.DataFrame({name: scores.astype("int64") for name, scores in checked.cells().items()})
    segments = cell_segments(checked)
    return table.assign(
        segment=pd.Series(segments).where(segments != ""),
        n_matches=matches.sum(axis=0),
        matches=[", ".join(codes[taken]) for taken in matches.T],
    )


def cell_segments(rules: CheckedRules) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The code of each cell's segment, empty in a gap."""
    matches = rules.matches()
    codes = np.array([case.segment for case in rules.cases], dtype=object)
    return np.where(matches.any(axis=0), codes[matches.argmax(axis=0)], rules.rest or "")


def _range(scores: Within, size: int) -> str:
    low, high = int(scores.low), int(scores.high)
    if (low, high) == (1, size):
        return "any"
    return str(low) if low == high else f"{low}–{high}"
