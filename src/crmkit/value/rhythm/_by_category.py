"""When customers buy from each category next."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any, Final

import pandas as pd

from crmkit._checks import Day, as_day, check_fraction, check_int
from crmkit._frames import FrameT, collected, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._reading import clean_labels
from crmkit._tables import ORDER_LINES, open_table
from crmkit.customers import customer_summary, log_gap_table
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.transactions import as_transactions, up_to
from crmkit.value.rhythm._cycle_model import PurchaseCycleModel

__all__ = ["category_next_purchase_table"]

_NAME: Final = "order_lines"
_OF_A_PAIR: Final = ("last_order", "days_since_last")
_PAIR: Final = "pair"
_MADE: Final = ("customer_id", *_OF_A_PAIR, "n_repeaters", "is_pooled")

_NAME_TAKEN: Final = Message(
    en="{where} is a column of the result too. Rename it.", zh="{where}与结果表的列重名，请改名。"
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:line|lines}. Fill it in, or leave those lines out.",
    zh="{where}有 {n:,} 行缺失，请补全或去掉这些行。",
)


def category_next_purchase_table(
    order_lines: FrameT,
    *,
    category: Hashable,
    as_of: Day,
    level: float = 0.8,
    leaving: bool = True,
    min_repeaters: int = 50,
) -> FrameT:
    """Say when each customer buys from each category next: coffee every three weeks, a coffee machine hardly ever.

    Each category has a `PurchaseCycleModel` of its own, in which a customer's purchase days are those on which they
    bought from it. A category that too few customers bought from twice takes the model of all categories together.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_order_lines` gives them, with a column of categories. Lines after ``as_of`` do not count.
    category : str, or another label of a pandas column
        The column of categories; no line without one.
    as_of : date or ISO text
        The last day counted.
    level : float, default 0.8
        Probability with which the next purchase falls within the interval of dates.
    leaving : bool, default True
        Whether customers may stop buying from a category.
    min_repeaters : int, default 50
        Customers who bought from a category on two days below which it takes the common model, at least 1; our
        convention.

    Returns
    -------
    the kind of frame given
        One row per customer and category that they have bought from, by category, then customer: ``customer_id``, the
        category, ``last_order`` and ``days_since_last`` of the category; ``n_repeaters``, customers who bought from it
        on two days; ``is_pooled``, whether the model is the common one (few repeaters, or no maximum of its own); and
        the columns of `PurchaseCycleModel.next_purchase_table`.

    Raises
    ------
    SchemaError
        If a column is missing, a line has no category, or nobody has a purchase.
    TypeError
        If ``order_lines`` is not a frame, or another argument of the wrong kind.
    ValueError
        If an argument lies outside its range, or the category column has the name of a column of the result.
    ConvergenceError
        If nobody bought from any category on two days, or the common model, where it is needed, finds no maximum.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.value.rhythm import category_next_purchase_table
    >>> lines = ck.make_order_lines(n_customers=300, n_categories=3, random_state=1).lines
    >>> order_lines = ck.as_order_lines(lines, order_id="order_id", keep=["category"])
    >>> due = category_next_purchase_table(order_lines, category="category", as_of="2025-12-31")
    >>> due.groupby("category")[["n_repeaters", "is_pooled"]].first()
              n_repeaters  is_pooled
    category
    C1                183      False
    C2                146      False
    C3                187      False
    """
    check_fraction(level, name="level")
    check_int(min_repeaters, name="min_repeaters", low=1)
    by, day = column_name(category, name="category"), as_day(as_of, name="as_of")
    if by in _MADE:
        raise ValueError(_NAME_TAKEN(where=Column(_NAME, by)))
    lines = _lines(order_lines, by, day)
    pairs = lines[["customer_id", by]].drop_duplicates(ignore_index=True).rename_axis(_PAIR).reset_index()
    lines = lines.merge(pairs, on=["customer_id", by])
    bought = as_transactions(lines.drop(columns=["customer_id", by]).rename(columns={_PAIR: "customer_id"}))
    histories = customer_summary(bought, as_of=day).merge(log_gap_table(bought, as_of=day), on="customer_id")
    histories = pairs.merge(histories.rename(columns={"customer_id": _PAIR}), on=_PAIR)
    histories = histories.sort_values([by, "customer_id"], ignore_index=True)
    told = _by_category(histories, by, day=day, level=level, leaving=leaving, min_repeaters=min_repeaters)
    first = ["customer_id", by, *_OF_A_PAIR, "n_repeaters", "is_pooled"]
    return from_pandas(told[[*first, *(name for name in told.columns if name not in first)]], like=order_lines)


def _lines(order_lines: Any, by: str, day: datetime) -> pd.DataFrame:
    """Lines up to the day, with their category, and money or, where there is none, units."""
    rows = open_table(order_lines, ORDER_LINES, name=_NAME, columns=("customer_id", "date"), also=["order_id", by])
    check_labels(rows, [by], table=_NAME)
    rows = clean_labels(rows, by, where=Column(_NAME, by))
    rows = up_to(rows, day, name="as_of", table=ORDER_LINES)
    names = rows.collect_schema().names()
    amounts = [name for name in ("amount", "quantity") if name in names]
    lines = to_pandas(collected(rows.select("customer_id", "order_id", "date", by, *amounts)))
    if missing := int(lines[by].isna().sum()):
        raise SchemaError(_MISSING(where=Column(_NAME, by), n=missing))
    known = [name for name in amounts if lines[name].notna().any()]
    amount = lines[known[0]] if known else 1.0
    return lines.drop(columns=amounts).assign(amount=amount)


def _by_category(
    histories: pd.DataFrame, by: str, *, day: datetime, level: float, leaving: bool, min_repeaters: int
) -> pd.DataFrame:
    """The next purchases of each category, by its own model or the common one."""
    common: PurchaseCycleModel | None = None
    told = []
    for _, rows in histories.groupby(by, sort=True):
        n_repeaters = int((rows["frequency"] > 0).sum())
        model = _fitted(rows, leaving=leaving) if n_repeaters >= min_repeaters else None
        is_pooled = model is None
        if model is None:
            common = common or PurchaseCycleModel(leaving=leaving, prospects="drop").fit(histories)
            model = common
        made = model.next_purchase_table(rows, as_of=day, level=level).drop(columns="customer_id")
        of_both = rows[["customer_id", by, *_OF_A_PAIR]].assign(n_repeaters=n_repeaters, is_pooled=is_pooled)
        told.append(pd.concat([of_both, made], axis=1))
    return pd.concat(told, ignore_index=True)


def _fitted(rows: pd.DataFrame, *, leaving: bool) -> PurchaseCycleModel | None:
    """The model of a category; None where it finds no maximum."""
    try:
        return PurchaseCycleModel(leaving=leaving, prospects="drop").fit(rows)
    except ConvergenceError:
        return None
