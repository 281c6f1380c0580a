"""One model for each group of customers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, TypeVar

import narwhals.stable.v2 as nw
from sklearn.base import clone

from crmkit._checks import check_columns
from crmkit._frames import as_name, collected, column_name, in_memory, open_frame
from crmkit._messages import Column, Message
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value._model import ValueModel

__all__ = ["fit_groups", "groups_of"]

_Model = TypeVar("_Model", bound=ValueModel)

_NO_MODEL: Final = Message(
    en="{@model} must be a model of crmkit.value, got {kind}.", zh="{@model} 须为 crmkit.value 的模型，得到 {kind}。"
)
_IN_GROUP: Final = Message(en="Group {group!r} of {where}: {problem}", zh="{where}的组 {group!r}：{problem}")
_NO_ROWS: Final = Message(en="{@customers} has no rows, hence no groups.", zh="{@customers} 没有任何行，因而没有分组。")
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Fill or drop them.", zh="{where}有 {n:,} 行缺失，请补全或删除。"
)
_NO_ORDER: Final = Message(
    en="{where} holds values without a common order. Turn them into text.",
    zh="{where}中的值无法比较大小，请转为文本。",
)


def fit_groups(customers: Any, *, model: _Model, by: Hashable) -> dict[Hashable, _Model]:
    """Fit a model to each group of customers separately.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        What the model's ``fit`` takes, with a column of groups: customers, cells, or contracts.
    model : ValueModel
        Fitted or not; it is cloned, not changed.
    by : str, or another label of a pandas column
        Column of groups: a cohort, a channel, a segment.

    Returns
    -------
    dict
        A fitted model per group, in the order of the groups.

    Raises
    ------
    SchemaError
        If a column is missing, a customer has no group, or a group cannot be fitted.
    ConvergenceError
        If the fit of a group finds no maximum; the message names the group.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import load_cdnow, as_transactions, customer_summary
    >>> from crmkit.value import BetaGeoModel, fit_groups
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> month = customers["first_order"].dt.strftime("%Y-%m")
    >>> models = fit_groups(customers.assign(cohort=month), model=BetaGeoModel(), by="cohort")
    >>> {cohort: model.n_customers_ for cohort, model in models.items()}
    {'1997-01': 781, '1997-02': 857, '1997-03': 719}
    """
    if not isinstance(model, ValueModel):
        raise TypeError(_NO_MODEL(kind=type(model).__name__))
    rows = collected(in_memory(open_frame(customers, name="customers")))
    models: dict[Hashable, _Model] = {}
    for group in groups_of(rows, by):
        try:
            models[group] = clone(model).fit(rows.filter(nw.col(as_name(by)) == group).to_native())
        except (SchemaError, ConvergenceError) as problem:
            said = _IN_GROUP(group=group, where=Column("customers", by), problem=problem.args[0])
            raise type(problem)(said) from problem
    return models


def groups_of(rows: nw.DataFrame[Any], by: Hashable) -> list[Any]:
    """List the groups in ascending order; those of an ordered category in its own order."""
    column = column_name(by, name="by")
    check_columns(rows.columns, [column], name="customers", made_by=None)
    if not len(rows):
        raise SchemaError(_NO_ROWS())
    groups = rows[column]
    missing = groups.is_null() | (groups.is_nan() if groups.dtype.is_float() else False)
    if missing.any():
        raise SchemaError(_MISSING(where=Column("customers", by), n=int(missing.sum())))
    try:
        return groups.unique().sort().to_list()
    except TypeError as error:
        raise SchemaError(_NO_ORDER(where=Column("customers", by))) from error
