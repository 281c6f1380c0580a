"""Purchases by each tenth of the customers, actual beside expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._paired_bars import paired_bars
from crmkit.plotting._style import table_of
from crmkit.plotting._words import HOLDOUT_PURCHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_deciles"]

_DECILE: Final = Label("Tenths of customers, highest expectation first", "按预期从高到低的客户十等分")


def plot_deciles(deciles: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw actual and expected purchases for each tenth of the customers.

    Parameters
    ----------
    deciles : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.decile_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``deciles`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import decile_table
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> ax = plot_deciles(decile_table(holdout, model=BetaGeoModel().fit(holdout), observation_end="1998-06-30"))
    """
    table = table_of(
        deciles,
        ("decile", "actual", "expected"),
        name="deciles",
        made_by="value.judging.decile_table",
        language=language,
    ).sort_values("decile")
    groups = [str(decile) for decile in table["decile"]]
    actual, expected = (table[name].to_numpy() for name in ("actual", "expected"))
    return paired_bars(groups, actual, expected, x=_DECILE, y=HOLDOUT_PURCHASES, ax=ax, language=language)
