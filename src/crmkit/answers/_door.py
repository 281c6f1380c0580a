"""From any table of answers to a checked one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import check_option
from crmkit._frames import FrameT
from crmkit._messages import Message
from crmkit._reading import Invalid, Rows, made_table
from crmkit.answers._items import Code, End, Item, item_column
from crmkit.answers._read import CUSTOMER, DATE, GROUP, WAVE, WEIGHT, read_answers
from crmkit.errors import SchemaError

__all__ = ["as_answers"]

_ANY_DAY: Final = datetime(2000, 1, 1)
_TAKEN: Final = Message(
    en="{@items} names {names}, but {@as_answers()} makes columns of these names. Give them others: "
    "items={{name: column}}.",
    zh="{@items} 中的 {names} 与 {@as_answers()} 生成的列同名，请另行命名：items={{名称: 列}}。",
)


def as_answers(
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
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn the answers to a survey into a checked table: one row per respondent, items as numbers on a stated scale.

    Exports are read as they come. The two rows that Qualtrics writes below its header, of questions and of ids, are
    recognised by the ids and left out. Texts such as 非常满意 or "very satisfied", as 问卷星 and others
    write them, become numbers by ``labels``; a cell without text is no answer. A respondent without an answer to any
    item is left out. `audit_answers` counts all of them.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per respondent. It is not changed. Text is read in memory alone; columns of an engine must be typed.
    items : sequence of str, or mapping of str to str
        Columns of the answers; or for each name that an item shall have its column, where that is a whole question.
    scale : tuple of two, or mapping of str to tuple
        The least and the largest answer, both allowed, such as ``(0, 10)``; or such a pair for each item. An end may be
        the name of a column that tells it, as where several surveys stand one below the other; it must then be the same
        number throughout.
    missing : sequence of float or str, or mapping of str to sequence, default ()
        Codes that are no answer, such as ``(99, "(跳过)")``; or those of each item by name.
    labels : mapping of str to float, optional
        The number that each text stands for, in all items.
    reversed_items : sequence of str, default ()
        Items that ask the other way round; their answers are turned, so that high is good in all.
    customer_id : str, optional
        Column of customers; may be missing.
    date : str, optional
        Column of days or times: typed, or in memory ISO text, or text in ``date_format``; may be missing.
    wave : str, optional
        Column of the rounds of the survey; may be missing.
    group : str, optional
        Column of what answers are compared by; may be missing.
    weight : str, optional
        Column of weights, each above 0. Without it all weigh 1.
    finished : str, optional
        Column that says whether the survey was answered to its end; rows that were not are left out.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`.
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    keep : sequence of str, default ()
        Further columns to carry along, such as region.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_answers` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``, ``date``, ``wave``, ``group``, ``weight``, then the items as floats, missing where there is no
        answer, then the columns of ``keep``. What is not named is missing, and ``weight`` 1. In memory the rows keep
        their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if a scale that a column tells changes, if no row is left, or if an item or a column of ``keep`` has
        a name of the table's own.
    TypeError
        If ``answers`` is not a frame, or an option is of the wrong kind.
    ValueError
        If an option is not one of those described, or a code of ``missing`` is an answer on the scale.

    See Also
    --------
    audit_answers : Where every row went.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({
    ...     "recommend": [9, 3, 99], "服务": ["非常满意", "一般", "满意"],
    ...     "hassle": [1, 5, 2], "region": ["n", "s", "n"],
    ... })
    >>> as_answers(
    ...     survey, items={"recommend": "recommend", "service": "服务", "ease": "hassle"},
    ...     scale={"recommend": (0, 10), "service": (1, 5), "ease": (1, 5)}, missing={"recommend": [99]},
    ...     labels={"非常满意": 5, "满意": 4, "一般": 3, "不满意": 2, "非常不满意": 1}, reversed_items=["ease"],
    ...     group="region",
    ... )[["group", "weight", "recommend", "service", "ease"]]
      group  weight  recommend  service  ease
    0     n     1.0        9.0      5.0   5.0
    1     s     1.0        3.0      3.0   1.0
    2     n     1.0        NaN      4.0   4.0
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows, asked = read_answers(
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
        keep=keep,
    )
    own = _columns(rows, asked)
    if clash := [item.name for item in asked if item.name in own]:
        raise SchemaError(_TAKEN(names=clash))
    columns = {**own, **{item.name: _turned(item) for item in asked}}
    key = CUSTOMER if CUSTOMER in rows.sources else None
    return made_table(rows, columns, keep=keep, invalid=invalid, key=key, like=answers)


def _columns(rows: Rows, items: Sequence[Item]) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here = rows.sources
    never = nw.col(item_column(items[0].name)) < items[0].low
    no_text = nw.when(never).then(nw.lit(""))
    no_day = nw.when(never).then(nw.lit(_ANY_DAY)).cast(nw.Datetime("us"))
    nothing = {
        "customer_id": (CUSTOMER, no_text),
        "date": (DATE, no_day),
        "wave": (WAVE, no_text),
        "group": (GROUP, no_text),
    }
    return {
        **{name: nw.col(column) if column in here else otherwise for name, (column, otherwise) in nothing.items()},
        "weight": nw.col(WEIGHT) if WEIGHT in here else nw.lit(1.0),
    }


def _turned(item: Item) -> nw.Expr:
    """The answers to an item, high being good."""
    column = nw.col(item_column(item.name))
    return nw.lit(float(item.low) + float(item.high)) - column if item.is_reversed else column
