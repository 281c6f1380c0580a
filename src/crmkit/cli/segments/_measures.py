"""What schemes need of orders beyond the customers table, before segments are known and after."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crmkit._messages import Message, Said
from crmkit._names import Language

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEATURES", "ROLE_MEASURES", "Measures", "cluster_remarks", "relation_states", "suit_roles"]

_WINDOWS: Final = (91, 182, 364)
_NO_ROLE: Final = Message(
    en="Nobody's {column} is known and above 0, so there is no role {role}.",
    zh="没有客户的 {column} 已知且大于 0，故没有 {role} 这一角色。",
)
_COLUMNS_LEFT: Final = Message(
    en="Columns that say nothing, or nothing that another does not, are not used: {columns}.",
    zh="以下列没有信息，或与其他列重复，未使用：{columns}。",
)
_NO_CLUSTERS: Final = Message(
    en="By these columns there are no clusters: all customers are one group.",
    zh="按这些列分不出聚类：全部客户为一组。",
)


class Measures(NamedTuple):
    """A table by customer, made of transactions, ``as_of`` and known ``customers``: its columns, and those needed."""

    make: Callable[..., Any]
    names: frozenset[str]
    needed: tuple[str, ...] = ()


def _role_measures(transactions: Any, **options: Any) -> Any:
    from crmkit.segment import role_measure_table

    return role_measure_table(transactions, **options)


ROLE_MEASURES: Final = Measures(
    _role_measures,
    frozenset(
        {
            *("spend_quarter_1", "spend_quarter_2", "spend_quarter_3", "spend_quarter_4", "recent_spend"),
            *("spend_share", "gap_cv", "regularity", "growth"),
        }
    ),
    needed=("recent_spend", "regularity", "growth"),
)
"""Those of roles."""


def _features(transactions: Any, *, as_of: str, customers: Any) -> Any:  # noqa: ARG001
    from crmkit.customers import customer_features

    return customer_features(transactions, as_of=as_of, windows=_WINDOWS)


FEATURES: Final = Measures(
    _features,
    frozenset(
        {
            *("purchase_days", "order_value", "refund_rate", "gap_mean", "gap_last", "gap_max", "gap_cv"),
            *("log_gap_mean", "gap_ratio", *(f"weekday_{day}_share" for day in range(1, 8))),
            *(
                f"{name}_{window}d"
                for window in _WINDOWS
                for name in ("n_orders", "purchase_days", "spend", "returned", "order_rate", "order_change",
                             "spend_change")
            ),
            *(f"order_trend_{short}_{long}d" for short, long in pairwise(_WINDOWS)),
        }
    ),
)  # fmt: skip
"""Those of clusters: behaviour in the last quarter, half-year and year."""


def suit_roles(segmenter: Any, customers: pd.DataFrame) -> list[Said]:
    """Leave out roles that nobody can play."""
    said = []
    bought = customers[customers["n_orders"] > 0]
    for role in ("relationship", "growth"):
        column = getattr(segmenter, role)
        if not (bought[column] > 0).any():
            segmenter.set_params(**{role: None})
            said.append(_NO_ROLE(role=role, column=column))
    return said


def cluster_remarks(segmenter: Any) -> list[Said]:
    """Which columns are not used, and that there are no clusters where all customers are one."""
    said = []
    if left := segmenter.left_out_["column"].tolist():
        said.append(_COLUMNS_LEFT(columns=left))
    if (segmenter.clusters_["kind"] == "cluster").sum() == 1:
        said.append(_NO_CLUSTERS())
    return said


def relation_states(transactions: Any, *, known: Any, segmenter: Any, as_of: str, language: Language) -> pd.DataFrame:
    """Since when each relation is in its state, when that changes next, and what to do."""
    from crmkit._frames import open_frame, to_pandas
    from crmkit.segment.relations import relation_state_table

    states = relation_state_table(transactions, segmenter=segmenter, as_of=as_of, customers=known)
    table = to_pandas(open_frame(states, name="states"))
    return table[["customer_id", "entered", "next_change", f"action_{language}"]].rename(
        columns={f"action_{language}": "action"}
    )
