"""Who found a partner, by how likely a contact was for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_int
from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.campaigns._matched_design import matched

__all__ = ["matching_overlap_table"]

Flags: TypeAlias = npt.NDArray[np.bool_]


def matching_overlap_table(
    customers: FrameT,
    *,
    treated: str,
    covariates: Sequence[str],
    caliper: float = 0.2,
    n_groups: int = 10,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Count those contacted and the others by how likely a contact was, and who of them is left out.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        This and the following as in `matched_comparison_table`; the same ones give the same pairs.
    treated : str
        Column of those contacted.
    covariates : sequence of str
        Columns of what was known before the contact.
    caliper : float, default 0.2
        How far partners may lie apart, in standard deviations of the log odds of a contact.
    n_groups : int, default 10
        Groups of about equal size, at least 1; customers of equal propensity are in one.
    random_state : int or numpy.random.Generator, default 0
        Source of the order in which partners are chosen.

    Returns
    -------
    the kind of frame given
        One row per group that anybody is in, the least likely first, then one of all. ``scope``: "group" or "all";
        ``propensity_low`` and ``propensity_high``, the least and the greatest probability of a contact in it;
        ``n_treated`` and ``n_others``; ``n_treated_matched`` and ``n_others_matched``; ``n_treated_left_out`` and
        ``n_others_left_out``, those without a partner.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `matched_comparison_table`, or if ``n_groups`` is not a whole number of at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> past = rng.gamma(2, 50, 4000)
    >>> customers = pd.DataFrame({"contacted": rng.random(4000) < 1 / (1 + np.exp(2 - past / 100)), "past_spend": past})
    >>> overlap = matching_overlap_table(customers, treated="contacted", covariates=["past_spend"], n_groups=2)
    >>> overlap[["scope", "propensity_high", "n_treated", "n_others", "n_treated_left_out"]].round(2)
       scope  propensity_high  n_treated  n_others  n_treated_left_out
    0  group             0.24        367      1633                   0
    1  group             0.99        773      1227                 112
    2    all             0.99       1140      2860                 112
    """
    check_int(n_groups, name="n_groups", low=1)
    design = matched(customers, treated=treated, covariates=covariates, caliper=caliper, random_state=random_state)
    base, pairs, _ = design
    is_matched = np.zeros(len(base.treated), dtype=bool)
    is_matched[pairs.treated] = is_matched[pairs.others] = True
    edges = np.quantile(pairs.propensity, np.arange(1, n_groups) / n_groups)
    rows = pd.DataFrame(
        {
            "group": np.searchsorted(edges, pairs.propensity, side="left"),
            "propensity": pairs.propensity,
            **_counted(base.treated, "n_treated", is_matched),
            **_counted(~base.treated, "n_others", is_matched),
        }
    )
    groups = [("group", part) for _, part in rows.groupby("group")] + [("all", rows)]
    counts = [name for name in rows.columns if name.startswith("n_")]
    table = pd.DataFrame(
        [
            {
                "scope": scope,
                "propensity_low": part["propensity"].min(),
                "propensity_high": part["propensity"].max(),
                **part[counts].sum(),
            }
            for scope, part in groups
        ]
    )
    return from_pandas(table.astype(dict.fromkeys(counts, "int64")), like=customers)


def _counted(side: Flags, name: str, is_matched: Flags) -> dict[str, Flags]:
    """Mark one side, its matched and those left out."""
    return {name: side, f"{name}_matched": side & is_matched, f"{name}_left_out": side & ~is_matched}
