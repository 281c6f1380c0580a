"""Contacts added up where they are: how many, and the sums of products of their outcomes, by arm, stratum and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, column_name, flag, to_pandas, without_nan
from crmkit._grouping import check_labels, label_name, label_names, labels_of
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import LARGEST_SUM
from crmkit._tables import CONTACTS, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._measures import Measure, columns_of

__all__ = ["Cells", "read_cells"]

Product = tuple[int, ...]

_KEYS: Final = ("campaign", "arm", "treated")
_DAYS: Final = ("date", "window_days")
_N, _X, _C, _P, _F = "__crmkit_n", "__crmkit_x_", "__crmkit_c_", "__crmkit_p_", "__crmkit_f_"

_EMPTY: Final = Message(en="{@contacts} has no rows.", zh="{@contacts} 没有任何行。")
_NOT_NUMBERS: Final = Message(
    en="{where} must hold numbers, none missing; {@as_contacts()} makes such columns.",
    zh="{where}应为数字且不得缺失，可用 {@as_contacts()} 生成这样的列。",
)
_NO_PAST: Final = Message(
    en="{where} must hold numbers; they may be missing for customers without a past.",
    zh="{where}应为数字；没有历史的客户可以缺失。",
)
_TOO_LARGE: Final = Message(
    en="{where} holds infinite values, or adds up to more than {limit:g}. Correct it, or give it in a larger unit, "
    "such as millions.",
    zh="{where}含有无穷大，或合计超过 {limit:g}。请更正，或改用更大的单位，例如百万。",
)
_TOO_SMALL: Final = Message(
    en="{where} adds up to no more than {total:.3g}, too small to compute with. Correct it, or give it in a smaller "
    "unit.",
    zh="{where}合计不超过 {total:.3g}，过小而无法计算。请更正，或改用更小的单位。",
)
_BELOW: Final = Message(
    en="{where} has values below 0 in {n:,} {n:row|rows}. Nothing can be divided by them.",
    zh="{where}有 {n:,} 行小于 0，不能作分母。",
)
_NAME_TAKEN: Final = Message(
    en="{name} names {column!r}, which the result has too. Rename the column.",
    zh="{name} 中的 {column!r} 与结果表的列重名，请改名。",
)
_WITHOUT_DAY: Final = Message(
    en="{@contacts} says when each window ends. Give {@as_of}, the last day of the data: windows that are not over by "
    "then cannot be judged.",
    zh="{@contacts} 记录了观察窗口的起止，请给出数据的最后一天 {@as_of}：届时尚未结束的窗口不能评估。",
)
_USED_TWICE: Final = Message(
    en="{column!r} is given twice, in {@by}, {@strata}, {@past} or the outcomes. A column has one use.",
    zh="{column!r} 在 {@by}、{@strata}、{@past} 或结果列中重复使用，每列只能有一种用途。",
)
_NO_CONTROL: Final = Message(
    en="The campaigns {campaigns} have no control group: nobody knows what would have come anyway. Leave them out.",
    zh="活动 {campaigns} 没有对照组，无从得知客户本来会怎样。请去掉这些活动。",
)
_TWO_CONTROLS: Final = Message(
    en="{@contacts} has several arms that were not contacted in one campaign: {arms}. {@as_contacts()} allows one.",
    zh="{@contacts} 的同一活动中有多个未触达的分组：{arms}。{@as_contacts()} 只允许一个。",
)


class Cells(NamedTuple):
    """Contacts that have all labels in common, added up.

    ``groups`` are the labels of what is judged apart, the column of ``by`` and the campaign, ``group`` the place of
    each cell among them; ``arms`` and ``arm`` the same; ``stratum`` is a number. ``sums`` by the places of the columns
    multiplied, ascending, each counted from its ``centres``; ``filled`` counts values other than 0. ``flags`` are the
    columns that are 0 or 1 throughout, ``past`` the places of the past and of the mark of those without one.

    A centre is the mean of the arm, for the past that of the campaign: nothing loses digits beside another campaign or
    arm whose values are of another size.
    """

    groups: pd.DataFrame
    group: npt.NDArray[np.int64]
    arms: pd.Series[Any]
    arm: npt.NDArray[np.int64]
    treated: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]
    date: pd.Series[Any]
    window_days: Floats
    n: Floats
    sums: Mapping[Product, Floats]
    filled: Mapping[str, Floats]
    centres: Mapping[str, Floats]
    flags: frozenset[str]
    past: tuple[int, ...]

    def place_of(self, column: str) -> int:
        """The place of a column in products."""
        return list(self.centres).index(column)


def read_cells(
    contacts: Any,
    measures: Sequence[Measure],
    *,
    by: Any = None,
    strata: Any = None,
    past: Any = None,
    by_day: bool,
    degree: int = 3,
    taken: Sequence[str] = (),
) -> Cells:
    """Open a table of contacts, check it, and add it up by group, campaign, arm and stratum, and by day if told to.

    A missing value of ``past`` is counted as the mean of its campaign, and marked in a column beside it.
    """
    columns = columns_of(measures)
    groups = [] if by is None else [label_name(by)]
    blocks = [] if strata is None else label_names(strata, name="strata")
    before = [] if past is None else [column_name(past, name="past")]
    _check_names(groups, columns, blocks, before, taken=(*_KEYS, *_DAYS, *taken))
    named = list(dict.fromkeys([*columns, *groups, *blocks, *before]))
    rows = open_table(contacts, CONTACTS, columns=(*_KEYS, *_DAYS), also=named)
    check_labels(rows, [*groups, *blocks, "campaign", "arm"], table="contacts")
    types = rows.collect_schema()
    for name, says in (*((name, _NOT_NUMBERS) for name in columns), *((name, _NO_PAST) for name in before)):
        if not types[name].is_numeric():
            raise SchemaError(says(where=Column("contacts", name)))
    rows = without_nan(rows).with_columns(flag(nw.col("treated")).alias("treated"))
    if not by_day:
        _check_without_day(rows)
    flags = _checked(rows, columns, before, below=[each.columns[1] for each in measures if _is_ratio(each)])
    keys = [*groups, "campaign", *_KEYS[1:], *blocks, *(_DAYS if by_day else ())]
    names = [*columns, *before, *(f"{_X}none_{name}" for name in before)]
    past_places = tuple(range(len(columns), len(names)))
    products = _products(measures, names, past_places, degree=degree)
    laid = _centred(rows.with_columns(nw.lit(1).alias(_N)), columns, before, campaign=[*groups, "campaign"])
    laid = laid.with_columns(**{_named(product): _product(product) for product in products})
    added = (_N, *(f"{_F}{name}" for name in columns), *map(_named, products))
    centres = [nw.col(f"{_C}{place}").max() for place in range(len(names))]
    found = to_pandas(laid.group_by(*keys).agg(nw.col(*added).sum(), *centres))
    return _cells(found, products, groups, blocks, names, flags, past_places, by_day=by_day)


def _is_ratio(measure: Measure) -> bool:
    return measure.kind == "ratio"


def _check_names(
    groups: Sequence[str], columns: Sequence[str], blocks: Sequence[str], before: Sequence[str], *, taken: Sequence[str]
) -> None:
    for name in groups:
        if name in taken:
            raise ValueError(_NAME_TAKEN(name=Parameter("by"), column=name))
    for name in blocks:
        if name in _KEYS:
            raise ValueError(_NAME_TAKEN(name=Parameter("strata"), column=name))
    used = [*groups, *columns, *blocks, *before]
    if twice := [name for name in used if used.count(name) > 1]:
        raise ValueError(_USED_TWICE(column=twice[0]))


def _check_without_day(rows: AnyFrame) -> None:
    known = rows.select(flag(~nw.col("date").is_null() & ~nw.col("window_days").is_null()).alias("known"))
    if collected(known.select(nw.col("known").sum()))["known"][0]:
        raise ValueError(_WITHOUT_DAY())


def _checked(rows: AnyFrame, columns: Sequence[str], before: Sequence[str], *, below: Sequence[str]) -> frozenset[str]:
    """Which columns hold nothing but 0 and 1; what cannot be added up is refused."""
    value = {name: nw.col(name).cast(nw.Float64) for name in (*columns, *before)}
    places = {name: number for number, name in enumerate(value)}
    marked = rows.select(
        nw.lit(1).alias("n"),
        *(value[name].fill_null(0.0).abs().alias(f"sum_{place}") for name, place in places.items()),
        *(flag(value[name].is_null()).alias(f"missing_{place}") for name, place in places.items()),
        *(flag((value[name] != 0) & (value[name] != 1)).alias(f"other_{place}") for name, place in places.items()),
        *(flag(value[name] < 0).alias(f"below_{place}") for name, place in places.items()),
    )
    with np.errstate(over="ignore"):
        row = collected(marked.select(nw.all().sum()))
    sums = {name: float(row[name][0] or 0) for name in row.columns}
    if not sums["n"]:
        raise SchemaError(_EMPTY())
    for name, place in places.items():
        where = Column("contacts", name)
        if name in columns and sums[f"missing_{place}"]:
            raise SchemaError(_NOT_NUMBERS(where=where))
        if not sums[f"sum_{place}"] <= LARGEST_SUM:
            raise SchemaError(_TOO_LARGE(where=where, limit=LARGEST_SUM))
        if 0 < sums[f"sum_{place}"] < 1 / LARGEST_SUM:
            raise SchemaError(_TOO_SMALL(where=where, total=sums[f"sum_{place}"]))
        if name in below and sums[f"below_{place}"]:
            raise SchemaError(_BELOW(where=where, n=int(sums[f"below_{place}"])))
    return frozenset(name for name in columns if not sums[f"other_{places[name]}"])


def _centred(rows: AnyFrame, columns: Sequence[str], before: Sequence[str], *, campaign: Sequence[str]) -> AnyFrame:
    """Put beside the rows every column counted from a centre, the centre, and where an outcome is other than 0.

    Whether there is no past comes last, as it is.
    """
    names = (*columns, *before)
    value = [nw.col(name).cast(nw.Float64) for name in names]
    lacks = [flag(nw.col(name).is_null()).cast(nw.Float64) for name in before]
    within = [(*campaign, "arm") if name in columns else tuple(campaign) for name in names]
    centres = [
        *(each.mean().over(*labels).fill_null(0.0) for each, labels in zip(value, within, strict=True)),
        *(nw.lit(0.0) for _ in before),
    ]
    rows = rows.with_columns(
        *(centre.alias(f"{_C}{place}") for place, centre in enumerate(centres)),
        *(flag(nw.col(name) != 0).alias(f"{_F}{name}") for name in columns),
    )
    counted = [(each - nw.col(f"{_C}{place}")).fill_null(0.0) for place, each in enumerate(value)]
    return rows.with_columns(*(each.alias(f"{_X}{place}") for place, each in enumerate((*counted, *lacks))))


def _products(measures: Sequence[Measure], names: Sequence[str], past: Sequence[int], *, degree: int) -> list[Product]:
    """The products that the moments of each measure, with the past, are made of."""
    found: dict[Product, None] = {}
    for measure in measures:
        places = sorted({*(names.index(name) for name in measure.columns), *past})
        for power in range(1, degree + 1):
            found |= dict.fromkeys(combinations_with_replacement(places, power))
    return list(found)


def _named(product: Product) -> str:
    return _P + "_".join(map(str, product))


def _product(product: Product) -> nw.Expr:
    first, *rest = (nw.col(f"{_X}{place}") for place in product)
    for factor in rest:
        first = first * factor
    return first


def _cells(
    found: pd.DataFrame,
    products: Sequence[Product],
    groups: Sequence[str],
    blocks: Sequence[str],
    names: Sequence[str],
    flags: frozenset[str],
    past: tuple[int, ...],
    *,
    by_day: bool,
) -> Cells:
    judged, arms = labels_of(found, [*groups, "campaign"]), labels_of(found, ["arm"])
    treated = found["treated"].to_numpy() == 1
    _check_controls(found, treated, groups)
    sums = {product: found[_named(product)].to_numpy(dtype=float) for product in products}
    n_rows = len(found)
    return Cells(
        groups=judged.groups,
        group=judged.codes,
        arms=arms.groups["arm"],
        arm=arms.codes,
        treated=treated,
        stratum=labels_of(found, blocks).codes if blocks else np.zeros(n_rows, dtype=np.int64),
        date=pd.to_datetime(found["date"]) if by_day else pd.Series(pd.NaT, index=range(n_rows)),
        window_days=found["window_days"].to_numpy(dtype=float, na_value=np.nan) if by_day else np.full(n_rows, np.nan),
        n=found[_N].to_numpy(dtype=float),
        sums=sums,
        filled={name: found[f"{_F}{name}"].to_numpy(dtype=float) for name in names if f"{_F}{name}" in found},
        centres={name: found[f"{_C}{place}"].to_numpy(dtype=float) for place, name in enumerate(names)},
        flags=flags,
        past=past,
    )


def _check_controls(found: pd.DataFrame, treated: npt.NDArray[np.bool_], groups: Sequence[str]) -> None:
    """A campaign has one arm that was not contacted."""
    controls = found.loc[~treated, [*groups, "campaign", "arm"]].drop_duplicates()
    twice = controls[controls.duplicated([*groups, "campaign"], keep=False)]
    if len(twice):
        raise SchemaError(_TWO_CONTROLS(arms=some(sorted(set(twice["arm"]), key=str))))
    campaigns = labels_of(found, ["campaign"])
    lacking = np.setdiff1d(np.arange(len(campaigns.groups)), campaigns.codes[~treated])
    if len(lacking):
        raise SchemaError(_NO_CONTROL(campaigns=some(campaigns.groups["campaign"].iloc[lacking])))
