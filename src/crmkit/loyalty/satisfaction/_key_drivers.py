"""How much each driver of satisfaction matters, by what it explains of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Column, Message
from crmkit._random import as_generator
from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction._driver_rows import DriverRows, read_driver_rows
from crmkit.loyalty.satisfaction._linear_shares import averaged_over_orders, correlations, relative_weights
from crmkit.loyalty.satisfaction._logistic_shares import (
    MOST_LOGISTIC,
    averaged_over_orders_logistic,
    relative_weights_logistic,
)

__all__ = ["key_driver_table"]

DriverMethod: TypeAlias = Literal["lmg", "relative_weights"]
DriverModel: TypeAlias = Literal["linear", "logistic"]

_METHODS: Final = ("lmg", "relative_weights")
_MODELS: Final = ("linear", "logistic")
# Weights of rows that are held in memory at a time.
_BLOCK: Final = 4_000_000

_NOT_BINARY: Final = Message(
    en="{where} must hold 0 and 1 for {@model} 'logistic', got {value!r}. Make it a flag, such as satisfied or not.",
    zh="{@model} 为 'logistic' 时{where}须为 0 或 1，得到 {value!r}。请先转换为是否满意之类的标记。",
)
_TOO_MANY: Final = Message(
    en="{@drivers} are {n}; with {@model} 'logistic' LMG takes at most {most}. Use {@method} 'relative_weights', which "
    "takes any number.",
    zh="{@drivers} 有 {n} 个；{@model} 为 'logistic' 时 LMG 最多 {most} 个。"
    "请改用 {@method} 'relative_weights'，个数不限。",
)


def key_driver_table(
    answers: FrameT,
    *,
    outcome: str,
    drivers: Sequence[str],
    method: DriverMethod = "lmg",
    model: DriverModel = "linear",
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""Divide what drivers explain of an outcome among them, and so rank what satisfaction rests on.

    .. math:: \mathrm{LMG}_j = \frac{1}{p!} \sum_{\text{orders}} \left( R^2_{\text{up to } j} - R^2_{\text{before } j}
              \right)

    what driver :math:`j` adds to :math:`R^2`, averaged over all orders in which the :math:`p` drivers can enter
    (Shapley's value). Johnson's relative weights divide the same :math:`R^2` by way of orthogonal columns and come
    out nearly alike at far less cost. Both never fall below 0 and do not depend on the units of answers.

    A share tells how closely outcome and driver go together, the other drivers allowed for. It does not tell that
    changing the driver would change the outcome.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table
        One row per respondent, such as `crmkit.as_answers` makes them. Rows in which the outcome or a driver is missing
        are left out and counted. A column ``weight``, where there is one, weighs the respondents; multiplying all
        weights changes nothing.
    outcome : str
        The column to explain, such as overall satisfaction; 0 and 1 for a logistic model.
    drivers : list of str
        The columns that may explain it, two or more.
    method : {"lmg", "relative_weights"}, default "lmg"
        How :math:`R^2` is divided. LMG goes through all orders of up to 15 drivers; beyond, through 1,000 drawn at
        random.
    model : {"linear", "logistic"}, default "linear"
        Whether :math:`R^2` is that of a linear regression, or McFadden's of a logistic regression; LMG then takes at
        most 10 drivers.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    n_draws : int, default 500
        Draws of the bootstrap behind the intervals; 0 leaves them missing.
    random_state : int, Generator or None, default 0
        Source of the draws; None draws differently each time.

    Returns
    -------
    the kind of frame given
        One row per driver, the most important first.

        ``driver``
            The column.
        ``mean``
            Its mean in the rows used, on the scale of the answers: its performance.
        ``correlation``
            With the outcome, the driver alone.
        ``importance``, ``lower``, ``upper``
            Its part of :math:`R^2`, with a bootstrap interval. A part is never below 0, so the interval of a driver
            without any influence starts above 0 too.
        ``share``
            Its part divided by :math:`R^2`; missing where nothing is explained.
        ``order_error``
            Standard error that the choice of orders leaves in ``importance``: 0 unless orders were drawn.
        ``r_squared``, ``n``, ``n_left_out``
            Of the whole model, the same in all rows: :math:`R^2`, respondents used, and rows left out.

    Raises
    ------
    SchemaError
        If a column is missing, is not of numbers, holds infinite values or the same value throughout; too few rows are
        complete; a weight is not above 0; or the outcome of a logistic model is not 0 or 1.
    TypeError
        If ``answers`` is not a frame, or ``drivers`` is not a list.
    ValueError
        If fewer than two drivers or one column twice is named, a logistic model has too many drivers for LMG, or
        another argument lies outside its range.

    See Also
    --------
    importance_performance_table : Where to act first.

    References
    ----------
    .. [1] Lindeman, Merenda and Gold (1980), *Introduction to Bivariate and Multivariate Analysis*, p. 119.
    .. [2] Grömping (2006), "Relative Importance for Linear Regression in R: The Package relaimpo", *Journal of
       Statistical Software* 17.
    .. [3] Johnson (2000), "A Heuristic Method for Estimating the Relative Weight of Predictor Variables in Multiple
       Regression", *Multivariate Behavioral Research* 35.
    .. [4] Tonidandel and LeBreton (2010), "Determining the Relative Importance of Predictors in Logistic Regression",
       *Organizational Research Methods* 13.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "satisfied": [9, 8, 4, 7, 10, 3, 6, 8],
    ...     "service": [9, 7, 4, 8, 10, 2, 5, 8],
    ...     "price": [5, 6, 5, 4, 7, 6, 5, 6],
    ... })
    >>> found = key_driver_table(answers, outcome="satisfied", drivers=["service", "price"])
    >>> found[["driver", "mean", "importance", "share", "r_squared"]].round(3)
        driver   mean  importance  share  r_squared
    0  service  6.625       0.909  0.945      0.962
    1    price  5.500       0.053  0.055      0.962
    """
    check_option(method, _METHODS, name="method")
    check_option(model, _MODELS, name="model")
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=0)
    rng = as_generator(random_state)
    rows = read_driver_rows(answers, outcome=outcome, drivers=drivers)
    if model == "logistic":
        _check_logistic(rows, outcome, method)
    own, error = _shares(rows, np.ones((1, len(rows.outcome))), method, model, rng)
    draws = np.concatenate([
        _shares(rows, rng.standard_exponential((n, len(rows.outcome))), method, model, rng)[0]
        for n in _blocks(n_draws, len(rows.outcome))
    ]) if n_draws else np.full((1, len(rows.names)), np.nan)  # fmt: skip
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    explained = float(own.sum())
    matrix = _matrices(rows, np.ones((1, len(rows.outcome))))[0]
    table = pd.DataFrame(
        {
            "driver": rows.names,
            "mean": rows.weights @ rows.drivers / rows.weights.sum(),
            "correlation": matrix[0, 1:],
            "importance": own[0],
            "lower": np.fmin(lower, own[0]) if n_draws else lower,
            "upper": np.fmax(upper, own[0]) if n_draws else upper,
            "share": own[0] / explained if explained > 0 else np.nan,
            "order_error": error[0],
            "r_squared": explained,
            "n": len(rows.outcome),
            "n_left_out": rows.n_left_out,
        }
    )
    return from_pandas(table.sort_values("importance", ascending=False, kind="stable", ignore_index=True), like=answers)


def _check_logistic(rows: DriverRows, outcome: str, method: str) -> None:
    wrong = ~np.isin(rows.outcome, (0.0, 1.0))
    if wrong.any():
        raise SchemaError(_NOT_BINARY(where=Column("answers", outcome), value=float(rows.outcome[wrong][0])))
    if method == "lmg" and len(rows.names) > MOST_LOGISTIC:
        raise ValueError(_TOO_MANY(n=len(rows.names), most=MOST_LOGISTIC))


def _blocks(n_draws: int, n_rows: int) -> list[int]:
    """How many draws are made at a time."""
    size = max(1, _BLOCK // n_rows)
    return [min(size, n_draws - first) for first in range(0, n_draws, size)]


def _shares(
    rows: DriverRows, draws: Floats, method: str, model: str, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The parts of the drivers under draws of the weight of each row, and the error that orders leave."""
    matrices = _matrices(rows, draws)
    if model == "linear":
        if method == "lmg":
            return averaged_over_orders(matrices, rng=rng)
        found = relative_weights(matrices)
    elif method == "lmg":
        found = averaged_over_orders_logistic(rows.outcome, rows.drivers, draws * rows.weights)
    else:
        found = relative_weights_logistic(rows.outcome, rows.drivers, draws * rows.weights, matrices)
    return found, np.zeros_like(found)


def _matrices(rows: DriverRows, draws: Floats) -> Floats:
    """Correlations of outcome and drivers under draws of the weight of each row."""
    columns = np.column_stack([rows.outcome, rows.drivers])
    columns = columns - columns.mean(axis=0)
    columns /= np.abs(columns).max(axis=0)
    above = np.triu_indices(columns.shape[1])
    products = np.column_stack([np.ones(len(columns)), columns, columns[:, above[0]] * columns[:, above[1]]])
    return correlations(draws * rows.weights @ products, columns.shape[1])
