"""One cohort over time."""

from __future__ import annotations

from typing import Final

from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.metrics.base_audit._cells import OLD, Cells, cells_of, cohort_names
from crmkit.metrics.base_audit._cohort_rows import cohort_rows
from crmkit.metrics.base_audit._ranges import number_named
from crmkit.metrics.base_audit._rows import BEFORE, ActivityRows, activity_rows

__all__ = ["cohort_history_table", "cohort_number"]

_NOT_THERE: Final = Message(
    en="{@activity} has no customers of {@cohort} {value!r}. Its cohorts are {cohorts}.",
    zh="{@activity} 中没有属于 {@cohort} {value!r} 的客户，现有的同期群为 {cohorts}。",
)


def cohort_history_table(
    activity: FrameT,
    *,
    cohort: Day,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
) -> FrameT:
    """Follow the customers acquired in one period from period to period: lens 3.

    `change_history_table` with the same ``cohort`` shares out what changed from each period to the next.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    cohort : date or text
        The period of acquisition: any of its days; in text also "2016Q1", "2016-03", "2016" or a name in ``calendar``;
        or "before" for customers acquired before the data.
    as_of : date or ISO text
        The last day that counts.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.

    Returns
    -------
    the kind of frame given
        One row per period from that of acquisition to that of ``as_of``, in the columns of `cohort_comparison_table`.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, cohorts are not periods, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``as_of`` is not a date, or ``cohort`` is not one period or
        has no customers.

    See Also
    --------
    crmkit.plotting.plot_cohort_history : Draws it.
    cohort_comparison_table : All cohorts beside one another.
    change_history_table : The factors of each change.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 3.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> history = cohort_history_table(activity, cohort="1997Q1", as_of="1998-06-30", freq="Q")
    >>> history[["age", "active_share", "cumulative_spend_per_acquired", "repeat_share"]].round(3)
       age  active_share  cumulative_spend_per_acquired  repeat_share
    0  0.0         1.000                         47.730         0.221
    1  1.0         0.222                         61.998         0.349
    2  2.0         0.177                         73.447         0.407
    3  3.0         0.171                         85.373         0.447
    4  4.0         0.163                         95.932         0.474
    5  5.0         0.127                        103.560         0.489
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    cells = cells_of(rows)
    number = cohort_number(cohort, cells, rows)
    own = Cells(cells.sums[cells.sums["born"] == number].reset_index(drop=True), cells.sizes)
    return from_pandas(cohort_rows(own, rows), like=activity)


def cohort_number(cohort: Day, cells: Cells, rows: ActivityRows) -> int:
    """The number of a cohort that is named, if there is one."""
    number = OLD if isinstance(cohort, str) and cohort == BEFORE else number_named(cohort, rows, name="cohort")
    if number not in cells.sizes.index:
        raise ValueError(_NOT_THERE(value=cohort, cohorts=cohort_names(cells.sizes.index.to_numpy(), rows)))
    return number
