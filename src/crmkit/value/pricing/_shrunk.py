"""Elasticities of many products drawn towards their mean."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._checks import check_fraction, check_option
from crmkit._frames import FrameT, column_name, rows_like
from crmkit._messages import Column, Message
from crmkit._stats import normal_reach
from crmkit._tables import finite_columns, refuse_rows
from crmkit.value.pricing._pooled import HETEROGENEITIES, Heterogeneity, pooled

__all__ = ["shrunk_elasticity_table"]

_NAME: Final = "estimates"

_BELOW: Final = Message(
    en="{where} is a standard error, but below 0 in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}是标准误，但有 {n:,} 行小于 0，最先见于行 {rows}。",
)
_TOO_LARGE: Final = Message(
    en="{where} is beyond 1e150 in {n:,} {n:row|rows}, first at rows {rows}: no number holds its square. Leave these "
    "rows out.",
    zh="{where}有 {n:,} 行超出 1e150，最先见于行 {rows}：其平方超出数值范围。请删除这些行。",
)
_LARGEST: Final = 1e150


def shrunk_elasticity_table(
    estimates: FrameT,
    *,
    estimate: str = "elasticity",
    std_error: str = "std_error",
    method: Heterogeneity = "paule_mandel",
    level: float = 0.95,
) -> FrameT:
    r"""Pull the estimates of many products towards their mean, the more the less is known about each.

    .. math:: e_i^* = \frac{\tau^2 e_i + v_i \mu}{\tau^2 + v_i}

    with the variance :math:`v_i` of an estimate and the variance :math:`\tau^2` between the true values. With fewer
    than five products :math:`\tau^2` is hardly known, and the intervals are not reliable.

    Parameters
    ----------
    estimates : pandas, Polars or PyArrow table
        A row per product, as `elasticity_table` gives it.
    estimate, std_error : str, default "elasticity" and "std_error"
        The columns of estimates and of their standard errors. Rows where one is missing, or the error is 0, do not
        enter the mean.
    method : {"paule_mandel", "dersimonian_laird"}, default "paule_mandel"
        How :math:`\tau^2` is found.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per row given: ``shrunk``, ``shrunk_error``, ``shrunk_lower``, ``shrunk_upper``; ``weight_of_mean``, in
        [0, 1], how far it is drawn; and of all together, the same in all rows: ``mean``, ``mean_error``,
        ``between_variance`` (:math:`\tau^2`), ``q`` (Cochran's), ``n_estimates``. All but the last are missing for
        fewer than two estimates.

    Raises
    ------
    SchemaError
        If a column is missing, holds no numbers or too large ones, or an error is below 0.
    TypeError
        If ``estimates`` is not a frame in memory.
    ValueError
        If ``method`` is unknown or ``level`` not between 0 and 1.

    References
    ----------
    .. [1] DerSimonian and Laird (1986), "Meta-Analysis in Clinical Trials", *Controlled Clinical Trials* 7(3).
    .. [2] Paule and Mandel (1982), "Consensus Values and Weighting Factors", *Journal of Research of the National
       Bureau of Standards* 87(5).

    Examples
    --------
    >>> import pandas as pd
    >>> estimates = pd.DataFrame({"elasticity": [-3.0, -1.0, -2.2], "std_error": [0.3, 0.8, 0.2]})
    >>> shrunk_elasticity_table(estimates)[["shrunk", "weight_of_mean", "mean"]].round(2)
       shrunk  weight_of_mean  mean
    0   -2.91            0.12 -2.24
    1   -1.62            0.50 -2.24
    2   -2.20            0.06 -2.24
    """
    check_option(method, HETEROGENEITIES, name="method")
    check_fraction(level, name="level")
    names = [column_name(estimate, name="estimate"), column_name(std_error, name="std_error")]
    columns = finite_columns(estimates, names, name=_NAME)
    values, errors = (columns[name] for name in names)
    refuse_rows(errors < 0, _BELOW, where=Column(_NAME, names[1]))
    for name in names:
        refuse_rows(np.abs(columns[name]) > _LARGEST, _TOO_LARGE, where=Column(_NAME, name))
    of_all = pooled(values, errors, method=method)
    drawn, error = of_all.shrunk(values, errors)
    reach = normal_reach(level) * error
    total = of_all.between + errors**2
    made = {
        "shrunk": drawn,
        "shrunk_error": error,
        "shrunk_lower": drawn - reach,
        "shrunk_upper": drawn + reach,
        "weight_of_mean": np.divide(errors**2, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0),
    }
    whole = (("mean", of_all.mean), ("mean_error", of_all.error), ("between_variance", of_all.between), ("q", of_all.q))
    made |= {name: np.full(len(values), value) for name, value in whole}
    return rows_like({**made, "n_estimates": np.full(len(values), of_all.n)}, like=estimates)
