"""How far arms differ from the control group in what was known before: a line per covariate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_assignment_balance"]

_COLUMNS: Final = ("check", "scope", "arm", "value", "threshold", "verdict")
_MARKERS: Final = "osD^vPX*"
_INCHES_PER_LINE: Final = 0.3
_INCHES_AROUND: Final = 1.4
_WIDEST: Final = 1.25

_DIFFERENCE: Final = Label("Difference from the control group, in standard deviations", "与对照组的标准化均值差")
_VERDICTS: Final = {
    "pass": (BLUE, Label("{arm}", "{arm}")),
    "warning": (GREY, Label("{arm}: beyond the limit", "{arm}：超出界限")),
    "fail": (ORANGE, Label("{arm}: more than chance", "{arm}：超出偶然")),
}
_NOTHING: Final = Message(
    en="{@checks} has no rows of balance: give {@covariates} to {@assignment_check_table()}.",
    zh="{@checks} 中没有均衡性检查的行：请在 {@assignment_check_table()} 中给出 {@covariates}。",
)


def plot_assignment_balance(checks: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the standardised difference of each arm from the control group, a line per covariate (a love plot).

    Parameters
    ----------
    checks : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.assignment_check_table` gives it, with ``covariates``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; covariates and arms are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, the dashed lines at the limit. Each arm has a shape; blue passes, grey is beyond the limit as
        chance may bring about, orange is more than chance.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows of balance.
    TypeError
        If ``checks`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.campaigns import assignment_check_table
    >>> base = pd.DataFrame({"customer_id": range(8), "arm": ["none", "email"] * 4, "orders": [3, 1, 2, 2, 1, 3, 2, 2]})
    >>> plan = {"arms": {"none": 0.5, "email": 0.5}, "control": "none"}
    >>> ax = plot_assignment_balance(assignment_check_table(base, **plan, covariates=["orders"]))
    """
    made_by = "loyalty.campaigns.assignment_check_table"
    table = table_of(checks, _COLUMNS, name="checks", made_by=made_by, language=language)
    table = table[table["check"] == "balance"]
    if table.empty:
        raise SchemaError(_NOTHING())
    scopes, arms = (list(dict.fromkeys(table[name])) for name in ("scope", "arm"))
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(scopes)))
    limit = float(table["threshold"].iloc[0])
    ax.axvline(0, color=GREY, linewidth=1)
    for side in (-limit, limit):
        ax.axvline(side, color=GREY, linewidth=1, linestyle=DASHED)
    for place, arm in enumerate(arms):
        for verdict, (colour, words) in _VERDICTS.items():
            rows = table[(table["arm"] == arm) & (table["verdict"] == verdict)]
            if len(rows):
                ax.plot(
                    rows["value"].to_numpy(dtype=float),
                    [scopes.index(scope) for scope in rows["scope"]],
                    color=colour,
                    marker=_MARKERS[place % len(_MARKERS)],
                    linestyle="none",
                    label=words.text(language).format(arm=arm),
                )
    quiet(ax)
    reach = _WIDEST * max(limit, float(np.nanmax(np.abs(table["value"].to_numpy(dtype=float)))))
    ax.set_xlim(-reach, reach)
    ax.set_ylim(len(scopes) - 0.5, -0.5)
    ax.set_yticks(range(len(scopes)), scopes)
    ax.set_xlabel(_DIFFERENCE.text(language))
    legend(ax)
    return in_language(ax, language)
