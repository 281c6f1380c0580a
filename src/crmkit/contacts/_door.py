"""From any table of campaign contacts to checked ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from numbers import Real
from typing import Any, Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import check_option
from crmkit._frames import FrameT
from crmkit._messages import Message
from crmkit._reading import Invalid, Rows, made_table
from crmkit.contacts._read import (
    ARM,
    CAMPAIGN,
    COST,
    CUSTOMER,
    DATE,
    TREATED,
    WINDOW,
    check_outcomes,
    outcome_column,
    read_contacts,
)
from crmkit.errors import SchemaError

__all__ = ["as_contacts"]

_ONE_CAMPAIGN: Final = "campaign"
_ANY_DAY: Final = datetime(2000, 1, 1)
_TAKEN: Final = Message(
    en="{@outcomes} names {names}, but {@as_contacts()} makes columns of these names. Rename them first.",
    zh="{@outcomes} 中的 {names} 与 {@as_contacts()} 生成的列同名，请先改名。",
)


def as_contacts(
    contacts: FrameT,
    *,
    outcomes: Sequence[str],
    control: Any,
    arm: str = "arm",
    customer_id: str | None = "customer_id",
    merge_ids: IntoFrame | None = None,
    campaign: str | None = None,
    date: str | None = None,
    window_days: str | float | None = None,
    cost: str | float | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table of campaign contacts into checked ones: a customer in a campaign, and what came of it.

    A customer is in one arm of a campaign, once. The control group was chosen like the others but not contacted; its
    outcomes show what would have come anyway.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer and campaign, those not contacted included. It is not changed.
    outcomes : sequence of str
        Columns of what came in the window after the contact, such as visit, conversion and spend: numbers, or true and
        false, in memory also written out. None may be missing: where nothing came, the outcome is 0.
    control : label or None
        The arm that was not contacted; None if there is none.
    arm : str, default "arm"
        Column of arms, such as the version of a mailing.
    customer_id : str or None, default "customer_id"
        Column of customer ids: whole numbers or text. With None, in memory, every row is a customer of its own.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`.
    campaign : str, optional
        Column of campaigns. Without it all rows are of one campaign.
    date : str, optional
        Column of the days of contact: typed, or in memory ISO text, or text in ``date_format``; may be missing.
    window_days : str or int, optional
        Column of the days in which outcomes counted, or one number for all.
    cost : str or float, optional
        Column of what each contact cost, 0 or more, or one number for all who were contacted.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`.
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    keep : sequence of str, default ()
        Further columns to carry along, such as segment or region.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_contacts` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``campaign``, "campaign" where no column is named; ``arm``; ``treated``, false in the control
        group; ``date``; ``window_days``; ``cost``; the outcomes under their names, as floats; then the columns of
        ``keep``. ``date``, ``window_days`` and ``cost`` are missing where nothing is named. In memory the rows keep
        their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if there is no arm ``control``, or if an outcome or a column of ``keep`` has a
        name of the table's own.
    TypeError
        If ``contacts`` is not a frame, ``outcomes`` or ``keep`` is text, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described.

    See Also
    --------
    audit_contacts : Where every row went.
    crmkit.metrics.campaign_kpis : What came of each arm, beside the control group.

    Examples
    --------
    >>> import pandas as pd
    >>> mailing = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "arm": ["letter", "letter", "none"], "spend": [20.0, 0.0, 5.0],
    ... })
    >>> as_contacts(mailing, outcomes=["spend"], control="none", cost=0.8)[["customer_id", "treated", "cost", "spend"]]
      customer_id  treated  cost  spend
    0         ann     True   0.8   20.0
    1          bo     True   0.8    0.0
    2          cy    False   0.0    5.0
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    names = check_outcomes(outcomes)
    rows = read_contacts(
        contacts,
        outcomes=outcomes,
        control=control,
        arm=arm,
        customer_id=customer_id,
        merge_ids=merge_ids,
        campaign=campaign,
        date=date,
        window_days=window_days,
        cost=cost,
        date_format=date_format,
        time_zone=time_zone,
        keep=keep,
    )
    own = _columns(rows, window_days=window_days, cost=cost)
    if clash := [name for name in names if name in own]:
        raise SchemaError(_TAKEN(names=clash))
    columns = {**own, **{name: nw.col(outcome_column(name)) for name in names}}
    return made_table(rows, columns, keep=keep, invalid=invalid, key=CUSTOMER, like=contacts)


def _columns(rows: Rows, *, window_days: object, cost: object) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here, treated = rows.sources, nw.col(TREATED) == 1
    never = nw.col(TREATED) < 0
    no_number, no_day = nw.when(never).then(nw.lit(0.0)), nw.when(never).then(nw.lit(_ANY_DAY))
    window = nw.lit(float(window_days)) if isinstance(window_days, Real) else no_number
    price = nw.when(treated).then(nw.lit(float(cost))).otherwise(nw.lit(0.0)) if isinstance(cost, Real) else no_number
    return {
        "customer_id": nw.col(CUSTOMER),
        "campaign": nw.col(CAMPAIGN) if CAMPAIGN in here else nw.lit(_ONE_CAMPAIGN),
        "arm": nw.col(ARM),
        "treated": treated,
        "date": nw.col(DATE) if DATE in here else no_day.cast(nw.Datetime("us")),
        "window_days": nw.col(WINDOW) if WINDOW in here else window,
        "cost": nw.col(COST) if COST in here else price,
    }
