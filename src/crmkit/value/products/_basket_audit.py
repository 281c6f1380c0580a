"""Which order lines make baskets, and which do not, by reason."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from crmkit._frames import FrameT, from_pandas
from crmkit.value.products._baskets import read_baskets

__all__ = ["basket_audit_table"]


def basket_audit_table(
    order_lines: FrameT,
    *,
    item: str,
    basket: str = "order_id",
    exclude: Sequence[Hashable] = (),
    max_basket: int | None = None,
) -> FrameT:
    """Say where the lines and orders went that `association_rules_table` was given.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Lines of baskets, as for `association_rules_table`.
    item : str
        The column of items.
    basket : str, default "order_id"
        The column of baskets.
    exclude : sequence, default ()
        Items that are not products.
    max_basket : int, optional
        The most items of a basket that counts.

    Returns
    -------
    the kind of frame given
        ``reason``, ``n_lines`` and ``n_baskets``, in this order; a line has the first reason that fits it, and a basket
        goes where the last of its lines goes.

        "no order", "no item"
            Without a label of either; a blank text is none.
        "not sold"
            A quantity of 0 or less, or an amount below 0.
        "excluded"
            An item of ``exclude``.
        "basket too large"
            More items in its basket than ``max_basket``.
        "item again"
            The item was in the basket already.
        "kept"
            What rules are made of.
        "given"
            The sum of all the others.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind.
    TypeError, ValueError
        As `association_rules_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> order_lines = pd.DataFrame({
    ...     "order_id": [1, 1, 1, 2, 2, 3],
    ...     "product": ["tea", "tea", "milk", "tea", "postage", "tea"],
    ...     "quantity": [1, 2, 0.5, 1, 1, -1],
    ... })
    >>> basket_audit_table(order_lines, item="product", exclude=["postage"])
                 reason  n_lines  n_baskets
    0          no order        0          0
    1           no item        0          0
    2          not sold        1          1
    3          excluded        1          0
    4  basket too large        0          0
    5        item again        1          0
    6              kept        3          2
    7             given        6          3
    """
    baskets = read_baskets(order_lines, item=item, basket=basket, exclude=exclude, max_basket=max_basket)
    return from_pandas(baskets.audit, like=order_lines)
