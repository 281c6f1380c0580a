"""Curves of response fitted to what was spent and what came of it."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels, labels_of
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.value.pricing._curves import KINDS, Curve, CurveKind

__all__ = ["response_curve_table"]

_NAME: Final = "observations"
_FEWEST: Final = 4
# Limits of what is fitted, spend and response divided by their largest, and how many starts are tried.
_LIMITS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "power": ((0.01, 0.99),),
    "log": ((1e-3, 1e2),),
    "exponential": ((1e-3, 1e2),),
    "hill": ((1e-2, 1e2), (0.2, 10.0)),
}
_STARTS: Final = 15
_AT_LIMIT: Final = 1e-4
_FLAT: Final = 1e-9

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)


def response_curve_table(
    observations: FrameT, *, channel: str, spend: str, response: str, kind: CurveKind = "power"
) -> FrameT:
    r"""Fit a curve of response to spend for each channel, by least squares.

    - ``power``: :math:`a x^b`, with :math:`0 < b < 1`
    - ``log``: :math:`a \ln(1 + x / k)`
    - ``exponential``: :math:`a (1 - e^{-x / k})`, which levels off at :math:`a`
    - ``hill``: :math:`a x^b / (k^b + x^b)`, which levels off and is S-shaped for :math:`b > 1`

    This is an association: money is often spent where sales are good anyway. A curve holds only over the spends that
    were tried, and takes no account of effects that last beyond the period.

    Parameters
    ----------
    observations : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per channel and period. Rows in which spend or response is missing are left out and counted.
    channel : str
        The column of channels.
    spend, response : str
        The columns of money spent, 0 or more, and of the response beyond what would have come anyway.
    kind : {"power", "log", "exponential", "hill"}, default "power"
        The form of the curves.

    Returns
    -------
    the kind of frame given
        A row per channel, in order of the labels: ``channel``; ``kind``; ``scale`` (:math:`a`), ``shape`` (:math:`b`)
        and ``spend_scale`` (:math:`k`, in money), missing where the form has none; ``r_squared``, below 0 where a mean
        would fit better; ``inflection``, the spend up to which a curve is S-shaped, else 0; ``n``, ``n_left_out``;
        ``lowest_spend``, ``highest_spend``; ``reason`` why there is no curve, else missing: "few_spends" (fewer than 4
        different ones), "no_response", "not_determined" (the spends tried do not tell how the curve bends).

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, a number is infinite, or a spend is below 0.
    TypeError
        If ``observations`` is not a frame, or a name is not one column.
    ValueError
        If ``kind`` is unknown.

    See Also
    --------
    allocate_budget : Divide a budget by these curves.

    References
    ----------
    .. [1] Little (1979), "Aggregate Advertising Models: The State of the Art", *Operations Research* 27(4).

    Examples
    --------
    >>> import pandas as pd
    >>> spent = [10.0, 20, 40, 80, 160]
    >>> seen = pd.DataFrame({"channel": "mail", "spent": spent, "sales": [5 * x**0.5 for x in spent]})
    >>> found = response_curve_table(seen, channel="channel", spend="spent", response="sales")
    >>> found[["channel", "scale", "shape", "r_squared", "highest_spend"]].round(3)
      channel  scale  shape  r_squared  highest_spend
    0    mail    5.0    0.5        1.0          160.0
    """
    check_option(kind, KINDS, name="kind")
    label = column_name(channel, name="channel")
    names = [column_name(spend, name="spend"), column_name(response, name="response")]
    rows = open_columns(observations, [label, *names], name=_NAME, made_by=None)
    check_labels(rows, [label], table=_NAME)
    numbers = finite_columns(observations, names, name=_NAME)
    refuse_rows(numbers[names[0]] < 0, _BELOW, where=Column(_NAME, names[0]))
    labels = labels_of(to_pandas(rows.select(label)), [label])
    x, y = (numbers[name] for name in names)
    known = ~np.isnan(x) & ~np.isnan(y)
    found = []
    for place in range(len(labels.groups)):
        own = labels.codes == place
        used = own & known
        found.append({**_fitted(x[used], y[used], kind), "kind": kind, "n": int(used.sum()),
                      "n_left_out": int((own & ~known).sum())})  # fmt: skip
    floats = ["scale", "shape", "spend_scale", "r_squared", "inflection"]
    columns = ["kind", *floats, "n", "n_left_out", "lowest_spend", "highest_spend", "reason"]
    kinds = dict.fromkeys([*floats, "lowest_spend", "highest_spend"], "float64") | {"n": "int64", "n_left_out": "int64"}
    table = pd.DataFrame(found, columns=columns).astype({**kinds, "kind": "object", "reason": "object"})
    return from_pandas(pd.concat([labels.groups.set_axis(["channel"], axis=1), table], axis=1), like=observations)


def _fitted(x: Floats, y: Floats, kind: CurveKind) -> dict[str, Any]:
    seen = {"lowest_spend": x.min() if len(x) else np.nan, "highest_spend": x.max() if len(x) else np.nan}
    if len(np.unique(x)) < _FEWEST:
        return {**seen, "reason": "few_spends"}
    if y.max() <= 0:
        return {**seen, "reason": "no_response"}
    of_x, of_y = x.max(), np.abs(y).max()
    x, y = x / of_x, y / of_y
    low, high = np.log(_LIMITS[kind]).T

    def off(at: Floats) -> Floats:
        form = _curve(kind, 1.0, at).response(x)
        return y - _scale(form, y) * form

    grid = product(*(np.linspace(least, most, _STARTS + 2)[1:-1] for least, most in zip(low, high, strict=True)))
    start = min((np.array(at) for at in grid), key=lambda at: float((off(at) ** 2).sum()))
    at = least_squares(off, start, bounds=(low, high), xtol=1e-15, ftol=1e-15, gtol=1e-15).x
    form = _curve(kind, 1.0, at).response(x)
    scale = _scale(form, y)
    if scale <= 0:
        return {**seen, "reason": "no_response"}
    # What has levelled off before the least spend may have done so anywhere below it.
    if (np.minimum(at - low, high - at) < _AT_LIMIT).any() or np.ptp(form) <= _FLAT * form.max():
        return {**seen, "reason": "not_determined"}
    rest, spread = float((off(at) ** 2).sum()), float(((y - y.mean()) ** 2).sum())
    curve = _curve(kind, scale, at)
    made = {
        "scale": curve.scale * of_y / (of_x**curve.shape if kind == "power" else 1.0),
        "shape": curve.shape if kind in ("power", "hill") else np.nan,
        "spend_scale": curve.spend_scale * of_x if kind != "power" else np.nan,
        "r_squared": 1 - rest / spread if spread > 0 else np.nan,
        "inflection": curve.inflection * of_x,
    }
    return {**seen, **made, "reason": None}


def _scale(form: Floats, y: Floats) -> float:
    """The height of a form that fits best."""
    size = float(form @ form)
    return float(form @ y) / size if size > 0 else 0.0


def _curve(kind: CurveKind, scale: float, at: Floats) -> Curve:
    first, last = float(np.exp(at[0])), float(np.exp(at[-1]))
    return Curve(kind, scale, first if kind == "power" else last, first, np.nan)
