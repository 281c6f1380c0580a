"""One model per group of customers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
from sklearn.base import clone

from crmkit._checks import check_columns
from crmkit._frames import as_name, collected, in_memory, open_frame
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value._model import ValueModel

__all__ = ["fit_groups", "groups_of"]

_Model = TypeVar("_Model", bound=ValueModel)


def fit_groups(customers: Any, *, model: _Model, by: Hashable) -> dict[Hashable, _Model]:
    """Fit a model to each group of customers on its own.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        What the model's ``fit`` takes, with a column of groups: customers, cells, or contracts.
    model : ValueModel
        Unfitted or fitted; it is cloned, not changed.
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
        raise TypeError(f"`model` must be a model of crmkit.value, got {type(model).__name__}.")
    rows = collected(in_memory(open_frame(customers, name="customers")))
    models: dict[Hashable, _Model] = {}
    for group in groups_of(rows, by):
        try:
            models[group] = clone(model).fit(rows.filter(nw.col(as_name(by)) == group).to_native())
        except (SchemaError, ConvergenceError) as problem:
            raise type(problem)(f"Group {group!r} of `customers[{by!r}]`: {problem}") from problem
    return models


def groups_of(rows: nw.DataFrame[Any], by: Hashable) -> list[Any]:
    """List the groups in ascending order, those of an ordered category in its order."""
    column = as_name(by)
    check_columns(rows.columns, [column], name="customers", made_by="A join of the groups")
    if not len(rows):
        raise SchemaError("`customers` has no rows, hence no groups.")
    groups = rows[column]
    missing = groups.is_null() | (groups.is_nan() if groups.dtype.is_float() else False)
    if missing.any():
        raise SchemaError(f"`customers[{by!r}]` is missing in {int(missing.sum())} rows. Fill or drop them.")
    try:
        return groups.unique().sort().to_list()
    except TypeError as error:
        raise SchemaError(
            f"`customers[{by!r}]` holds values that have no common order. Turn them into text."
        ) from error
