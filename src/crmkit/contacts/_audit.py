"""Where every row of a table of contacts went."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT
from crmkit._reading import audit_table, rejected_rows
from crmkit.contacts._read import TREATED, read_contacts

__all__ = ["audit_contacts", "rejected_contacts"]


def audit_contacts(
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
) -> FrameT:
    """Say where every row of a table of campaign contacts goes.

    A row has one reason, the first that holds.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_contacts`.
    outcomes : sequence of str
        As in `as_contacts`.
    control : label or None
        As in `as_contacts`.
    arm, customer_id : str, optional
        As in `as_contacts`.
    merge_ids : table of any kind, optional
        As in `as_contacts`.
    campaign, date : str, optional
        As in `as_contacts`.
    window_days, cost : str or float, optional
        As in `as_contacts`.
    date_format, time_zone : str, optional
        As in `as_contacts`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "no_campaign", "no_arm", "in_both_groups", "repeated_contact", "unusable_date",
        "unusable_window_days", "unusable_cost" and "unusable_outcome", each where its column is named, which
        ``invalid="drop"`` leaves out of `as_contacts`; "control" and "kept"; "given", to which the lines above add up.
        ``n_rows``; ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed kinds, or
        no arm ``control``.
    TypeError
        If ``contacts`` is not a frame, ``outcomes`` is text, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> mailing = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "cy"], "arm": ["letter", "none", "letter", "none"],
    ...     "spend": [20.0, 0.0, None, 5.0],
    ... })
    >>> audit_contacts(mailing, outcomes=["spend"], control="none").query("n_rows > 0")
                 reason  n_rows  n_duplicates
    2    in_both_groups       2             0
    4  unusable_outcome       1             0
    5           control       1             0
    7             given       4             0
    """
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
    )
    return audit_table(rows, {"control": nw.col(TREATED) == 0}, kept="kept", like=contacts)


def rejected_contacts(
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
) -> FrameT:
    """Return the rows that ``invalid="drop"`` leaves out of `as_contacts`, as they were given.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_contacts`.
    outcomes : sequence of str
        As in `as_contacts`.
    control : label or None
        As in `as_contacts`.
    arm, customer_id : str, optional
        As in `as_contacts`.
    merge_ids : table of any kind, optional
        As in `as_contacts`.
    campaign, date : str, optional
        As in `as_contacts`.
    window_days, cost : str or float, optional
        As in `as_contacts`.
    date_format, time_zone : str, optional
        As in `as_contacts`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_contacts`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed kinds, or
        no arm ``control``.
    TypeError
        If ``contacts`` is not a frame, ``outcomes`` is text, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> mailing = pd.DataFrame({"customer_id": ["ann", None], "arm": ["letter", "none"], "spend": [20.0, 0.0]})
    >>> rejected_contacts(mailing, outcomes=["spend"], control="none")
      customer_id   arm  spend rejected_because
    1         NaN  none    0.0      no_customer
    """
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
    )
    return rejected_rows(rows, like=contacts)
