"""Where every row of a table of subscriptions went."""

from dataclasses import replace

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT, flag
from crmkit._reading import audit_table, rejected_rows
from crmkit.subscriptions._gaps import GAP, with_gaps
from crmkit.subscriptions._read import MRR, read_subscriptions

__all__ = ["audit_subscriptions", "rejected_subscriptions"]


def audit_subscriptions(
    subscriptions: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    start: str = "start",
    end: str = "end",
    mrr: str = "mrr",
    subscription_id: str | None = None,
    end_known: str | None = None,
    list_mrr: str | None = None,
    trial: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    inclusive_end: bool = False,
) -> FrameT:
    """Say where every row of a table of subscriptions goes, and which spells are continued after a gap of one day.

    A row has one reason, the first that holds. Many gaps of one day mean that ``end`` is the last day served: pass
    ``inclusive_end=True``. Otherwise every renewal would count as a loss and a return.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_subscriptions`.
    customer_id : str, optional
        As in `as_subscriptions`.
    merge_ids : table of any kind, optional
        As in `as_subscriptions`.
    start, end, mrr, subscription_id, end_known, list_mrr, trial, currency : str, optional
        As in `as_subscriptions`.
    date_format, time_zone, inclusive_end : optional
        As in `as_subscriptions`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "no_subscription", "unusable_start", "unusable_end", "unusable_end_known",
        "unusable_mrr", "unusable_list_mrr" and "unusable_trial", each where its column is named, which
        ``invalid="drop"`` leaves out of `as_subscriptions`; "one_day_gap" and "kept"; "given", to which the lines
        above add up. ``n_rows``; ``mrr``, the sum of the rows (an unusable one adds nothing); ``n_duplicates``, the
        rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``subscriptions`` is not a frame.
    ValueError
        If an option is not one of those listed.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "start": ["2024-01-01", "2024-02-01", "soon"],
    ...     "end": ["2024-01-31", None, None], "mrr": [20.0, 30.0, 9.0],
    ... })
    >>> audit_subscriptions(spells).query("n_rows > 0")
               reason  n_rows   mrr  n_duplicates
    1  unusable_start       1   9.0             0
    4     one_day_gap       1  20.0             0
    5            kept       1  30.0             0
    6           given       3  59.0             0
    """
    rows = read_subscriptions(
        subscriptions,
        customer_id=customer_id,
        merge_ids=merge_ids,
        start=start,
        end=end,
        mrr=mrr,
        subscription_id=subscription_id,
        end_known=end_known,
        list_mrr=list_mrr,
        trial=trial,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        inclusive_end=inclusive_end,
    )
    rows = replace(rows, frame=with_gaps(rows))
    further = {"one_day_gap": flag(nw.col(GAP) == 1) == 1}
    return audit_table(rows, further, money=MRR, called="mrr", kept="kept", like=subscriptions)


def rejected_subscriptions(
    subscriptions: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    start: str = "start",
    end: str = "end",
    mrr: str = "mrr",
    subscription_id: str | None = None,
    end_known: str | None = None,
    list_mrr: str | None = None,
    trial: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    inclusive_end: bool = False,
) -> FrameT:
    """Return the rows that ``invalid="drop"`` leaves out of `as_subscriptions`, as they were given.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_subscriptions`.
    customer_id : str, optional
        As in `as_subscriptions`.
    merge_ids : table of any kind, optional
        As in `as_subscriptions`.
    start, end, mrr, subscription_id, end_known, list_mrr, trial, currency : str, optional
        As in `as_subscriptions`.
    date_format, time_zone, inclusive_end : optional
        As in `as_subscriptions`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_subscriptions`. In memory the rows
        keep their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``subscriptions`` is not a frame.
    ValueError
        If an option is not one of those listed.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "bo"], "start": ["2024-01-01", "2024-01-01"],
    ...     "end": ["2024-02-01", "2023-12-01"], "mrr": [20.0, 9.0],
    ... })
    >>> rejected_subscriptions(spells)[["customer_id", "end", "rejected_because"]]
      customer_id         end rejected_because
    1          bo  2023-12-01     unusable_end
    """
    rows = read_subscriptions(
        subscriptions,
        customer_id=customer_id,
        merge_ids=merge_ids,
        start=start,
        end=end,
        mrr=mrr,
        subscription_id=subscription_id,
        end_known=end_known,
        list_mrr=list_mrr,
        trial=trial,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        inclusive_end=inclusive_end,
    )
    return rejected_rows(rows, like=subscriptions)
