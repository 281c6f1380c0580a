"""What a programme earns, as far as what members spend is due to it."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT
from crmkit._messages import Message
from crmkit.loyalty.programmes._beside import columns_beside, number_columns

__all__ = ["programme_economics_table"]

_COLUMNS: Final = ("margin_counted", "cost", "profit", "return_on_cost", "break_even_share", "basis")
_NO_BASIS: Final = "not incremental"

_TWO: Final = Message(
    en="Give either {@incremental_share} or {@incremental_margin}, not both: what is due to the programme is "
    "counted once.",
    zh="{@incremental_share} 与 {@incremental_margin} 只能给出其一：计划带来的部分只计一次。",
)


def programme_economics_table(
    periods: FrameT,
    *,
    margin: str = "margin",
    programme_cost: str = "programme_cost",
    running_cost: str | None = None,
    incremental_share: float | None = None,
    incremental_margin: str | None = None,
) -> FrameT:
    r"""What a programme earns period by period: margin that is due to it, less rewards and running cost.

    Members would have bought without the programme too. Without a control group nobody knows how much, so that a share
    must be declared, or the result is labelled as not incremental: it is then what members bring, not what the
    programme does.

    .. math:: \text{profit} = s \cdot \text{margin} - \text{cost}, \qquad
        \text{break-even share} = \frac{\text{cost}}{\text{margin}}

    Parameters
    ----------
    periods : pandas, Polars or PyArrow table
        One row per period, or per group and period.
    margin : str, default "margin"
        Column of the margin of what members bought, before the cost of the programme.
    programme_cost : str, default "programme_cost"
        Column of what rewards cost, with the change of the liability, as in `points_liability_table`; below 0 where the
        liability falls.
    running_cost : str, optional
        Column of the cost of running the programme, 0 or more.
    incremental_share : float, optional
        Declared share s of the margin that would not have come without the programme, in [0, 1].
    incremental_margin : str, optional
        Column of the margin that a comparison with a control group found to be due to the programme, in place of a
        share; see `crmkit.loyalty.campaigns.campaign_return_table`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``margin_counted``; ``cost``; ``profit``, their difference; ``return_on_cost``, profit
        for each unit of cost, missing without a cost; ``break_even_share``, the share of the margin that must be due to
        the programme for it to pay, above 1 where it cannot, missing without a margin; ``basis``: "incremental margin",
        "declared share", or "not incremental", where the whole margin counts.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold numbers, running cost is below 0, or the table has columns of these
        names.
    TypeError
        If ``periods`` is not a frame, or the share is not a number.
    ValueError
        If the share does not lie between 0 and 1, or a share and a column are given.

    Examples
    --------
    >>> import pandas as pd
    >>> year = pd.DataFrame({"margin": [50_000.0], "programme_cost": [4_000.0], "running_cost": [1_000.0]})
    >>> for share in (None, 0.06):
    ...     table = programme_economics_table(year, running_cost="running_cost", incremental_share=share)
    ...     print(table[["profit", "break_even_share", "basis"]].iloc[0].tolist())
    [np.float64(45000.0), np.float64(0.1), 'not incremental']
    [np.float64(-2000.0), np.float64(0.1), 'declared share']
    """
    if incremental_share is not None and incremental_margin is not None:
        raise ValueError(_TWO())
    if incremental_share is not None:
        check_fraction(incremental_share, name="incremental_share", low_open=False, high_open=False)
    asked = [name for name in (margin, programme_cost, running_cost, incremental_margin) if name is not None]
    running_costs = [] if running_cost is None else [running_cost]
    given, found = number_columns(
        periods, asked, table="periods", made_by="points_liability_table", makes=_COLUMNS, not_below_0=running_costs
    )
    whole = found[margin]
    cost = sum((found[name] for name in running_costs), start=found[programme_cost])
    if incremental_margin is not None:
        counted, basis = found[incremental_margin], "incremental margin"
    elif incremental_share is not None:
        counted, basis = whole * float(incremental_share), "declared share"
    else:
        counted, basis = whole, _NO_BASIS
    profit = counted - cost
    made = (
        counted,
        cost,
        profit,
        _for_each(profit, cost),
        _for_each(cost, whole),
        basis,
    )
    return columns_beside(given, dict(zip(_COLUMNS, made, strict=True)), like=periods)


def _for_each(above: Floats, below: Floats) -> Floats:
    """Divide, missing where there is nothing to divide by, or where no number holds the result."""
    with np.errstate(over="ignore"):
        found = np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)
    return np.where(np.isfinite(found), found, np.nan)
