"""What clusters are called: by what sets them most apart from all customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._names import Label

__all__ = ["ALL", "Trait", "column_label", "group_names"]

ALL: Final = Label("All customers", "全部客户")
_AVERAGE: Final = Label("Close to the average", "接近平均")
# Half a standard deviation is what Cohen calls a medium difference.
_TELLING: Final = 0.5
_MOST: Final = 2


class _Ends(NamedTuple):
    high: Label
    low: Label


_KNOWN: Final = {
    "spend": _Ends(Label("high spend", "高消费"), Label("low spend", "低消费")),
    "n_orders": _Ends(Label("many orders", "下单多"), Label("few orders", "下单少")),
    "purchase_days": _Ends(Label("frequent", "购买频繁"), Label("infrequent", "购买少")),
    "days_since_last": _Ends(Label("long silent", "久未购买"), Label("recent", "近期活跃")),
    "order_value": _Ends(Label("large orders", "笔单价高"), Label("small orders", "笔单价低")),
    "tenure_days": _Ends(Label("long-standing", "老客户"), Label("new", "新客户")),
    "returned": _Ends(Label("much returned", "退货金额大"), Label("little returned", "退货金额小")),
    "refund_rate": _Ends(Label("many refunds", "退货率高"), Label("few refunds", "退货率低")),
    "gap_mean": _Ends(Label("long between orders", "购买间隔长"), Label("short between orders", "购买间隔短")),
    "gap_cv": _Ends(Label("irregular", "购买不规律"), Label("regular", "购买规律")),
    "gap_ratio": _Ends(Label("overdue", "逾期未购"), Label("on time", "按期购买")),
    "lines_per_order": _Ends(Label("large baskets", "购物篮大"), Label("small baskets", "购物篮小")),
    "units_per_order": _Ends(Label("many units", "件数多"), Label("few units", "件数少")),
    "night_share": _Ends(Label("at night", "夜间下单"), Label("not at night", "夜间少下单")),
    "morning_share": _Ends(Label("in the morning", "上午下单"), Label("not in the morning", "上午少下单")),
    "afternoon_share": _Ends(Label("in the afternoon", "下午下单"), Label("not in the afternoon", "下午少下单")),
    "evening_share": _Ends(Label("in the evening", "晚间下单"), Label("not in the evening", "晚间少下单")),
}
_HIGH: Final = Label("high {column}", "{column}偏高")
_LOW: Final = Label("low {column}", "{column}偏低")
_OF_LEVEL: Final = Label("{column}: {level}", "{column}：{level}")
_JOINED: Final = Label("{one}, {other}", "{one}、{other}")
_NUMBERED: Final = Label("{name} ({number})", "{name}（{number}）")


class Trait(NamedTuple):
    """A level of a column of categories, which is more frequent in a group than among all."""

    column: str
    level: str


def group_names(differences: Floats, columns: Sequence[str | Trait]) -> list[Label]:
    """Name each group, a row, by the columns in which it differs most from all, in standard deviations."""
    if len(differences) == 1:
        return [ALL]
    return _each_once([_name(row, columns) for row in differences])


def column_label(column: str) -> Label:
    """What a column is called in a name."""
    return Label(column.replace("_", " "), f"{column} " if column[-1:].isascii() else column)


def _name(row: Floats, columns: Sequence[str | Trait]) -> Label:
    order = np.argsort(-np.abs(np.nan_to_num(row)), kind="stable")
    # Which categories a group has tells more than which it lacks.
    telling = [
        at for at in order.tolist() if (row[at] if isinstance(columns[at], Trait) else abs(row[at])) >= _TELLING
    ][:_MOST]
    if not telling:
        return _AVERAGE
    parts = [_part(columns[at], high=bool(row[at] > 0)) for at in telling]
    name = parts[0]
    for part in parts[1:]:
        name = Label(_JOINED.en.format(one=name.en, other=part.en), _JOINED.zh.format(one=name.zh, other=part.zh))
    return Label(name.en[:1].upper() + name.en[1:], name.zh)


def _part(column: str | Trait, *, high: bool) -> Label:
    if isinstance(column, Trait):
        called = column_label(column.column)
        return Label(
            _OF_LEVEL.en.format(column=called.en, level=column.level),
            _OF_LEVEL.zh.format(column=called.zh.strip(), level=column.level),
        )
    if column in _KNOWN:
        return _KNOWN[column].high if high else _KNOWN[column].low
    form, called = (_HIGH if high else _LOW), column_label(column)
    return Label(form.en.format(column=called.en), form.zh.format(column=called.zh))


def _each_once(names: list[Label]) -> list[Label]:
    """Number those that are called alike, from the second on."""
    made: list[Label] = []
    for name in names:
        told: Any = name
        number = 1
        while any(told.en == other.en or told.zh == other.zh for other in made):
            number += 1
            told = Label(
                _NUMBERED.en.format(name=name.en, number=number), _NUMBERED.zh.format(name=name.zh, number=number)
            )
        made.append(told)
    return made
