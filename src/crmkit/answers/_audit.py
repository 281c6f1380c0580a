"""Where every row of a table of answers went."""

from collections.abc import Mapping, Sequence

from crmkit._frames import FrameT
from crmkit._reading import audit_table, rejected_rows
from crmkit.answers._items import Code, End
from crmkit.answers._read import read_answers

__all__ = ["audit_answers", "rejected_answers"]


def audit_answers(
    answers: FrameT,
    *,
    items: Sequence[str] | Mapping[str, str],
    scale: tuple[End, End] | Mapping[str, tuple[End, End]],
    missing: Sequence[Code] | Mapping[str, Sequence[Code]] = (),
    labels: Mapping[str, float] | None = None,
    reversed_items: Sequence[str] = (),
    customer_id: str | None = None,
    date: str | None = None,
    wave: str | None = None,
    group: str | None = None,
    weight: str | None = None,
    finished: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
) -> FrameT:
    """Say where every row of a table of answers goes; a row has one reason, the first that holds.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_answers`.
    items : sequence of str, or mapping of str to str
        As in `as_answers`.
    scale : tuple of two, or mapping of str to tuple
        As in `as_answers`.
    missing : sequence of float or str, or mapping of str to sequence, default ()
        As in `as_answers`.
    labels : mapping of str to float, optional
        As in `as_answers`.
    reversed_items : sequence of str, default ()
        As in `as_answers`.
    customer_id, date, wave, group, weight, finished : str, optional
        As in `as_answers`.
    date_format, time_zone : str, optional
        As in `as_answers`.

    Returns
    -------
    the kind of frame given
        ``reason``: "header_row" (where an export has such rows), "unfinished" and "no_answer", which `as_answers`
        always leaves out; "unusable_finished", "unusable_date", "unusable_weight", "unusable_scale", most only where
        their column is named, "unread_answer" and "off_scale", which ``invalid="drop"`` leaves out; "kept"; "given", to
        which the lines above add up. ``n_rows``; ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or if a scale that a
        column tells changes.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described, or a code of ``missing`` is an answer on the scale.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"q1": [9.0, 11.0, None]})
    >>> audit_answers(survey, items=["q1"], scale=(0, 10)).query("n_rows > 0")
          reason  n_rows  n_duplicates
    0  no_answer       1             0
    2  off_scale       1             0
    3       kept       1             0
    4      given       3             0
    """
    rows, _ = read_answers(
        answers,
        items=items,
        scale=scale,
        missing=missing,
        labels=labels,
        reversed_items=reversed_items,
        customer_id=customer_id,
        date=date,
        wave=wave,
        group=group,
        weight=weight,
        finished=finished,
        date_format=date_format,
        time_zone=time_zone,
    )
    return audit_table(rows, {}, kept="kept", like=answers)


def rejected_answers(
    answers: FrameT,
    *,
    items: Sequence[str] | Mapping[str, str],
    scale: tuple[End, End] | Mapping[str, tuple[End, End]],
    missing: Sequence[Code] | Mapping[str, Sequence[Code]] = (),
    labels: Mapping[str, float] | None = None,
    reversed_items: Sequence[str] = (),
    customer_id: str | None = None,
    date: str | None = None,
    wave: str | None = None,
    group: str | None = None,
    weight: str | None = None,
    finished: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
) -> FrameT:
    """Return the rows that `as_answers` leaves out, as they were given.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_answers`.
    items : sequence of str, or mapping of str to str
        As in `as_answers`.
    scale : tuple of two, or mapping of str to tuple
        As in `as_answers`.
    missing : sequence of float or str, or mapping of str to sequence, default ()
        As in `as_answers`.
    labels : mapping of str to float, optional
        As in `as_answers`.
    reversed_items : sequence of str, default ()
        As in `as_answers`.
    customer_id, date, wave, group, weight, finished : str, optional
        As in `as_answers`.
    date_format, time_zone : str, optional
        As in `as_answers`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_answers`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or if a scale that a
        column tells changes.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described, or a code of ``missing`` is an answer on the scale.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"q1": [9.0, 11.0, None]})
    >>> rejected_answers(survey, items=["q1"], scale=(0, 10))
         q1 rejected_because
    1  11.0        off_scale
    2   NaN        no_answer
    """
    rows, _ = read_answers(
        answers,
        items=items,
        scale=scale,
        missing=missing,
        labels=labels,
        reversed_items=reversed_items,
        customer_id=customer_id,
        date=date,
        wave=wave,
        group=group,
        weight=weight,
        finished=finished,
        date_format=date_format,
        time_zone=time_zone,
    )
    return rejected_rows(rows, like=answers)
