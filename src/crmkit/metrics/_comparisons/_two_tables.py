"""The same customers in two tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._checks import some
from crmkit._frames import AnyFrame, FrameT, as_name, collected, flag, from_pandas, join_frames, same_kind, to_pandas
from crmkit._messages import Message, Parameter
from crmkit._stats import Adjustment
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.metrics._comparisons._asked_measures import Measures, asked_measures, check_values, columns_of
from crmkit.metrics._comparisons._pair_measures import paired_mean, paired_rate, paired_table
from crmkit.metrics._comparisons._pairs import paired
from crmkit.metrics._comparisons._rows import asked

__all__ = ["paired_comparison_table"]

_MADE_BY: Final = "customer_summary"
_SHOWN: Final = 5

_TWICE: Final = Message(
    en="{name} has customers more than once: {ids}. Leave one row of each.",
    zh="{name} 中有重复的客户：{ids}。请各留一行。",
)
_OTHER_IDS: Final = Message(
    en="{@before} has {got} as customer_id, {@after} has {wanted}. Convert one of them, or no customer is found.",
    zh="{@before} 的 customer_id 为 {got}，而 {@after} 为 {wanted}。请统一类型，否则无法匹配客户。",
)
_NOBODY: Final = Message(
    en="{@before} and {@after} have no customer in common. Check that customer_id means the same in both.",
    zh="{@before} 与 {@after} 没有共同的客户。请确认两表的 customer_id 含义一致。",
)


def paired_comparison_table(
    before: FrameT,
    after: FrameT,
    *,
    rates: Sequence[str] = (),
    means: Sequence[str] = (),
    ratios: Mapping[str, tuple[str, str]] | None = None,
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> FrameT:
    """Compare the same customers in two tables, such as before and after a change, paired by customer.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer, with ``customer_id`` and the columns compared; both of one kind. Customers who are in one
        of them only are left out.
    rates : sequence of str, default ()
        Columns of 0 and 1, or true and false: the share of customers is compared.
    means : sequence of str, default ()
        Columns of numbers: the mean per customer is compared, zeros included.
    ratios : mapping of str to pair of str, optional
        Ratios of sums, such as spend per order: their name, the column of the numerator and that of the denominator,
        which is not below 0.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    power : float, default 0.8
        The probability with which ``detectable_change`` would have been found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values are adjusted for all measures in the table, as in `group_comparison_table`.

    Returns
    -------
    the kind of frame given
        One row per measure: ``measure``, ``kind``, ``n``, the customers who have a value in both tables, ``value``
        after and ``previous``, before; then the columns of `period_comparison_table` from ``change`` on.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, a customer has two rows, ids are of two kinds, no customer is in
        both, a rate has values beside 0 and 1, a denominator is below 0, or values are infinite.
    TypeError
        If a table is not a frame, they are of two kinds, or ``rates``, ``means`` or ``ratios`` are not as above.
    ValueError
        If no measure is named or one twice, ``adjust`` is not one of those listed, or ``level`` or ``power`` is not
        between 0 and 1.

    See Also
    --------
    period_comparison_table : Orders, spend and profit of two periods, from the activity table.
    group_comparison_table : Groups of customers.

    Notes
    -----
    Methods as in `period_comparison_table`. Who is in both tables has stayed: if those who left did worse, so did all
    customers together.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"customer_id": range(40), "score": [6, 7, 8, 5] * 10, "member": [0, 0, 1, 0] * 10})
    >>> after = pd.DataFrame({"customer_id": range(40), "score": [7, 7, 9, 7] * 10, "member": [0, 1, 1, 0] * 10})
    >>> found = paired_comparison_table(before, after, rates=["member"], means=["score"])
    >>> found[["measure", "n", "value", "previous", "change", "lower", "upper"]].round(3)
      measure   n  value  previous  change  lower  upper
    0  member  40    0.5      0.25    0.25  0.103  0.380
    1   score  40    7.5      6.50    1.00  0.771  1.229
    """
    measures = asked_measures(rates, means, ratios)
    wanted = asked(level=level, power=power, adjust=adjust)
    of_rates = [as_name(name) for name in rates]
    rows = _joined(before, after, measures, rates=of_rates)
    others = {name: pair for name, pair in measures.items() if name not in of_rates}
    counts, pairs, _ = paired(rows, rates=of_rates, measures=others)
    found = []
    for name, (_, below) in measures.items():
        if name in counts:
            found.append(paired_rate(name, counts[name], wanted))
        else:
            found.append(paired_mean(name, pairs[name], wanted, kind="mean" if below is None else "ratio"))
    return from_pandas(paired_table(found, wanted), like=before)


def _joined(before: Any, after: Any, measures: Measures, *, rates: Sequence[str]) -> AnyFrame:
    """The customers who are in both, with their columns by side."""
    sides = {"before": _opened(before, "before", measures, rates), "after": _opened(after, "after", measures, rates)}
    same_kind(sides["before"], sides["after"], names=("before", "after"))
    kinds = [frame.collect_schema()["customer_id"] for frame in sides.values()]
    if nw.Object not in kinds and kinds[0].is_integer() != kinds[1].is_integer():
        raise SchemaError(_OTHER_IDS(got=str(kinds[0]), wanted=str(kinds[1])))
    if all(kind == nw.String for kind in kinds):
        # PyArrow joins no two types of text.
        sides = {side: frame.with_columns(nw.col("customer_id").cast(nw.String)) for side, frame in sides.items()}
    joined = join_frames(sides["after"], sides["before"], on="customer_id", how="inner")
    n = collected(joined.with_columns(n=flag(~nw.col("customer_id").is_null())).select(nw.col("n").sum()))["n"][0]
    if not n:
        raise SchemaError(_NOBODY())
    return joined


def _opened(native: Any, side: str, measures: Measures, rates: Sequence[str]) -> AnyFrame:
    columns = columns_of(measures)
    rows = open_columns(native, ["customer_id", *columns], name=side, made_by=_MADE_BY)
    rows = rows.filter(~nw.col("customer_id").is_null())
    counts = rows.group_by("customer_id").agg(nw.len().alias("n_rows")).filter(nw.col("n_rows") > 1)
    if len(twice := to_pandas(counts.head(_SHOWN))):
        raise SchemaError(_TWICE(name=Parameter(side), ids=some(sorted(twice["customer_id"], key=str))))
    check_values(rows, measures, rates=rates, table=side)
    sided = {f"{name}_{side}": nw.col(name).cast(nw.Float64) for name in columns}
    return rows.select("customer_id", **sided).with_columns(nw.col(*sided).fill_nan(None))
