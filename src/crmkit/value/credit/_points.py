"""Points of a credit scorecard: odds on a scale that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._checks import check_number, check_option, is_number
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats, as_given, check_range
from crmkit._tables import finite_columns, open_columns

__all__ = ["score_from_odds", "score_points_table"]

Target: TypeAlias = Literal["bad", "good"]

_NOT_ABOVE: Final = Message(en="{name} must be above 0, got {value!r}.", zh="{name} 须大于 0，得到 {value!r}。")
_NO_COEFFICIENTS: Final = Message(
    en="{@coefficients} must be a mapping of characteristics to numbers, got {value!r}.",
    zh="{@coefficients} 须为各特征到数字的映射，得到 {value!r}。",
)
_OTHER: Final = Message(
    en="{@coefficients} must have one number for each characteristic of {@woe}: {wanted}, got {given}.",
    zh="{@coefficients} 须为 {@woe} 中的每个特征各给一个数：{wanted}，得到 {given}。",
)


class _Scale(NamedTuple):
    factor: float
    offset: float


def score_from_odds(
    *, odds: Numbers, base_score: float = 600, base_odds: float = 50, points_to_double: float = 20
) -> Numbers:
    r"""Score of odds of good to bad: each doubling of the odds adds the same points.

    .. math:: S = S_0 + \frac{\mathrm{PDO}}{\ln 2} \ln \frac{\text{odds}}{\text{odds}_0}

    Parameters
    ----------
    odds : float or array-like of float
        Good customers for each bad one: 50 where one in 51 does not pay. At least 0. With a probability p of default
        they are (1 - p) / p.
    base_score : float, default 600
        The score at ``base_odds``.
    base_odds : float, default 50
        Good to bad as well, above 0. Books that write odds of 1/60, bad to good, mean 60.
    points_to_double : float, default 20
        Points that double the odds, above 0.

    Returns
    -------
    float or column, as given
        Higher is better; ``nan`` where odds are missing or 0, or no number holds the score.

    Raises
    ------
    TypeError
        If an argument is not a number or, for ``odds``, a column of numbers.
    ValueError
        If a number lies outside its range.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 6.

    Examples
    --------
    >>> score_from_odds(odds=[50, 100, 25]).tolist()
    [600.0, 620.0, 580.0]
    """
    scale = _scale(base_score, base_odds, points_to_double)
    given = as_floats(odds, name="odds")
    check_range(given, name="odds", low=0.0, high=None)
    logs = np.full(given.shape, np.nan)
    np.log(given, out=logs, where=given > 0)
    # The difference first: so many points for the base odds come out to the digit.
    with np.errstate(over="ignore"):
        score = base_score + scale.factor * (logs - math.log(base_odds))
    return as_given(np.where(np.isfinite(score), score, np.nan), odds)


def score_points_table(
    woe: FrameT,
    *,
    coefficients: Mapping[str, float],
    intercept: float,
    target: Target = "bad",
    base_score: float = 600,
    base_odds: float = 50,
    points_to_double: float = 20,
) -> FrameT:
    r"""Points of each bin from a logistic regression on weights of evidence.

    .. math:: p_{ib} = -\left(\beta_i\, \mathrm{WOE}_{ib} + \frac{\alpha}{n}\right) \frac{\mathrm{PDO}}{\ln 2} +
        \frac{\text{offset}}{n}

    for a regression of being bad on :math:`n` characteristics. The points of a customer add up to the score of their
    odds. For criteria weighed by hand, without outcomes, see `crmkit.segment.criteria.Scorecard`.

    Parameters
    ----------
    woe : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `woe_table` gives it, of the characteristics of the regression: ``feature``, ``bin``, ``woe``.
    coefficients : mapping of str to float
        The coefficient of each characteristic's weight of evidence.
    intercept : float
        The intercept of the regression.
    target : {"bad", "good"}, default "bad"
        Whose log odds the regression gives. For "good" the sign turns.
    base_score, base_odds, points_to_double : float, default 600, 50 and 20
        The scale, as in `score_from_odds`.

    Returns
    -------
    the kind of frame given
        The rows of ``woe``: ``feature``, ``bin``, ``woe``; ``points``; ``rounded_points``, to whole numbers, whose sums
        differ from the score by up to half a point for each characteristic; ``is_reversed``, whether bins with
        more good customers get fewer points. Then the sign of the coefficient contradicts the data, mostly because
        characteristics say the same: leave one of them out. Points are missing where ``woe`` is,
        or where no number holds them.

    Raises
    ------
    SchemaError
        If a column is missing, or a weight of evidence is infinite.
    TypeError
        If ``woe`` is not a frame, ``coefficients`` is not a mapping to numbers, or a number is not one.
    ValueError
        If a number lies outside its range, or the characteristics are not those of ``woe``.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 6.

    Examples
    --------
    >>> import pandas as pd
    >>> bins = pd.DataFrame({"feature": "age", "bin": ["old", "young"], "woe": [0.7, -0.9]})
    >>> points = score_points_table(bins, coefficients={"age": -1.0}, intercept=-2.2)
    >>> points[["bin", "points", "rounded_points"]].round(2)
         bin  points  rounded_points
    0    old  570.80             571
    1  young  524.63             525
    """
    check_option(target, ("bad", "good"), name="target")
    check_number(intercept, name="intercept")
    scale = _scale(base_score, base_odds, points_to_double)
    if not isinstance(coefficients, Mapping) or not all(map(is_number, coefficients.values())):
        raise TypeError(_NO_COEFFICIENTS(value=coefficients))
    columns = ("feature", "bin", "woe")
    rows = to_pandas(open_columns(woe, columns, name="woe", made_by="woe_table").select(*columns))
    evidence = finite_columns(woe, ["woe"], name="woe")["woe"]
    features = list(dict.fromkeys(rows["feature"]))
    if set(features) != set(coefficients):
        raise ValueError(_OTHER(wanted=features, given=list(coefficients)))
    n = max(len(features), 1)
    sign = -1.0 if target == "bad" else 1.0
    slope = sign * np.array([float(coefficients[name]) for name in rows["feature"]], dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        points = (slope * evidence + sign * float(intercept) / n) * scale.factor + scale.offset / n
    points = np.where(np.isfinite(points), points, np.nan)
    whole = np.floor(points + 0.5)
    table = rows.assign(
        woe=evidence,
        points=points,
        rounded_points=whole.astype(np.int64) if not np.isnan(whole).any() else whole,
        is_reversed=slope < 0,
    )
    return from_pandas(table, like=woe)


def _scale(base_score: object, base_odds: object, points_to_double: object) -> _Scale:
    given = {"base_score": base_score, "base_odds": base_odds, "points_to_double": points_to_double}
    for name, value in given.items():
        check_number(value, name=name)
        if name != "base_score" and float(value) <= 0:  # type: ignore[arg-type]
            raise ValueError(_NOT_ABOVE(name=Parameter(name), value=value))
    score, odds, double = (float(value) for value in given.values())  # type: ignore[arg-type]
    factor = double / math.log(2)
    return _Scale(factor, score - factor * math.log(odds))
