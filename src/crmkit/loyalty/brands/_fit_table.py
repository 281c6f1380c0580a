"""How well a model agrees with what was observed."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._tables import open_columns

__all__ = ["brand_fit_table"]

_COLUMNS: Final = ("measure", "observed", "expected")


def brand_fit_table(performance: FrameT) -> FrameT:
    """Sum up how well observed and expected measures of brands agree.

    Parameters
    ----------
    performance : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `DirichletModel.performance_table` makes it; or `DirichletModel.duplication_table` with a column ``measure``
        of your own, where ``n_brands`` counts pairs. Penetration and frequency follow from size even in a market that
        falls apart into publics; who else buyers buy does not.

    Returns
    -------
    the kind of frame given
        A row per measure, in their order: ``measure``; ``n_brands`` that were observed, of which alone all else is;
        ``observed`` and ``expected``, means over brands; ``correlation`` between the two, missing where one of them is
        the same for all; ``mean_absolute_error``; ``relative_absolute_error``, the sum of absolute errors over the sum
        of what was observed. All are missing where nothing was observed.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``performance`` is not a frame.

    References
    ----------
    .. [1] Driesener, Banelis and Rungie (2017), "Consumers Continuing Consistently: Validation of the NBD-Dirichlet",
       *Journal of Business Research* 80, for the statistics.

    Examples
    --------
    >>> import pandas as pd
    >>> performance = pd.DataFrame({
    ...     "measure": ["penetration"] * 3, "observed": [0.5, 0.3, 0.1], "expected": [0.4, 0.3, 0.2],
    ... })
    >>> brand_fit_table(performance)[["measure", "mean_absolute_error", "relative_absolute_error"]].round(3)
           measure  mean_absolute_error  relative_absolute_error
    0  penetration                0.067                    0.222
    """
    opened = open_columns(performance, _COLUMNS, name="performance", made_by="DirichletModel.performance_table")
    table = to_pandas(opened.select(*_COLUMNS)).astype({"observed": float, "expected": float})
    rows = [
        {"measure": measure, **_agreement(*here.dropna()[["observed", "expected"]].to_numpy().T)}
        for measure, here in table.groupby("measure", sort=False)
    ]
    return from_pandas(pd.DataFrame(rows), like=performance)


def _agreement(observed: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    names = ("observed", "expected", "correlation", "mean_absolute_error", "relative_absolute_error")
    n = len(observed)
    if not n:
        return {"n_brands": 0, **dict.fromkeys(names, np.nan)}
    error = np.abs(observed - expected)
    differ = np.ptp(observed) > 0 and np.ptp(expected) > 0
    correlation = np.corrcoef(observed, expected)[0, 1] if differ else np.nan
    total = observed.sum()
    values = (observed.mean(), expected.mean(), correlation, error.mean(), error.sum() / total if total else np.nan)
    return {"n_brands": n, **dict(zip(names, map(float, values), strict=True))}
