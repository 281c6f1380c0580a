"""Costs in whole cents, or any last digit, that add up to those of their pools exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, some
from crmkit._frames import AnyFrame, flag, to_pandas, with_values
from crmkit._messages import Message
from crmkit._stats import REMAINDER_DIGITS, largest_remainders
from crmkit.errors import SchemaError
from crmkit.value.profit._rest import beside

__all__ = ["rounded_costs", "rounded_moves", "whole_units"]

_MOST_DECIMALS: Final = 9
# Beyond this a float does not tell units apart.
_MOST_UNITS: Final = 2.0**53
_FINE: Final = 1e-6
_ROUNDING: Final = 1e-9
_GROUP, _UNITS, _DOWN = "__crmkit_group", "__crmkit_units", "__crmkit_down"
_PLACE, _LEFT, _ONE = "__crmkit_place", "__crmkit_left", "__crmkit_one"

_FINER: Final = Message(
    en="{where} has more than {decimals} decimals, got {values}, so that no rounded costs add up to it. Round it "
    "first, or give more {@decimals}.",
    zh="{where}的小数位多于 {decimals} 位，得到 {values}，取整后的成本无法与其相等。请先取整，或加大 {@decimals}。",
)
_TOO_LARGE: Final = Message(
    en="{where} adds up to {total:,.6g}, too much to keep {decimals} decimals. Give fewer {@decimals}.",
    zh="{where}合计 {total:,.6g}，过大而无法保留 {decimals} 位小数。请减小 {@decimals}。",
)


def whole_units(costs: Floats, decimals: int, *, where: object) -> npt.NDArray[np.int64]:
    """Costs in units of their last decimal, which they must be multiples of."""
    check_int(decimals, name="decimals", low=0, high=_MOST_DECIMALS)
    total = float(costs.sum())
    if total * 10**decimals > _MOST_UNITS:
        raise SchemaError(_TOO_LARGE(where=where, total=total, decimals=decimals))
    exact = costs * 10**decimals
    units = np.round(exact)
    if (finer := np.abs(exact - units) > _FINE).any():
        raise SchemaError(_FINER(where=where, decimals=decimals, values=some(costs[finer].tolist())))
    return np.asarray(units, dtype=np.int64)


def rounded_moves(
    costs: Floats, received: Floats, given: Floats, final: Floats, *, decimals: int, where: object
) -> tuple[Floats, Floats, Floats]:
    """Round what pools receive, give and keep, so that nothing is lost: own costs + received = given + kept."""
    own = whole_units(costs, decimals, where=where)
    kept = largest_remainders(final * 10**decimals, int(own.sum()))
    gave = np.round(given * 10**decimals).astype(np.int64)
    # A pool that only gives or only receives gets no unit of the other by rounding.
    only_gives = received <= _ROUNDING * costs.max(initial=0.0)
    gave = np.where(given == 0, 0, np.where(only_gives, own - kept, np.maximum(gave, own - kept)))
    return tuple(units / 10**decimals for units in (kept - own + gave, gave, kept))


def rounded_costs(
    rows: AnyFrame, totals: Mapping[str, int], *, decimals: int, group: str, order: Sequence[str]
) -> AnyFrame:
    """Round ``cost`` within each group by largest remainders; equal ones go by the order, with nobody's last."""
    scale = 10.0**decimals
    nobody = flag(nw.col(order[-1]).is_null()) + flag(nw.col("kind") == "unused_capacity")
    if isinstance(rows, nw.DataFrame):
        known = to_pandas(rows.select(nw.col(group).cast(nw.String).alias(_GROUP), nobody.alias(_PLACE), "cost"))
        exact, units = known["cost"].to_numpy(np.float64) * scale, np.zeros(len(known))
        for name, at in known.groupby(_GROUP).indices.items():
            # Rows in memory are sorted already, but for those of nobody.
            own = at[np.argsort(known[_PLACE].to_numpy()[at], kind="stable")]
            units[own] = largest_remainders(exact[own], totals[str(name)])
        return with_values(rows, "cost", units / scale)
    cost = nw.col("cost") * scale
    sums = pd.DataFrame({group: [*totals], _UNITS: [*totals.values()]})
    found = beside(rows, sums, on=group).with_columns(
        cost.floor().alias(_DOWN), nobody.alias(_PLACE), nw.lit(1).alias(_ONE)
    )
    found = found.with_columns(((cost - nw.col(_DOWN)).round(REMAINDER_DIGITS) * -1.0).alias(_LEFT))
    left, n = nw.col(_UNITS) - nw.col(_DOWN).sum().over(group), nw.col(_ONE).sum().over(group)
    place = nw.col(_ONE).cum_sum().over(group, order_by=[_LEFT, _PLACE, *order, "kind"])
    found = found.with_columns(left.alias(_LEFT), n.alias(_ONE), place.alias(_PLACE))
    each = (nw.col(_LEFT) / nw.col(_ONE)).floor()
    more = flag(nw.col(_PLACE) <= nw.col(_LEFT) - each * nw.col(_ONE))
    names = rows.collect_schema().names()
    return found.with_columns(((nw.col(_DOWN) + each + more) / scale).alias("cost")).select(*names)
