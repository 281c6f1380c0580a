"""Numbers made comparable: heavy tails by a signed logarithm, each column by its own spread; frozen once learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._estimator import JsonError, check_table
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.segment.groups._sensitive import sensitive_kind

__all__ = [
    "COLUMN_KINDS",
    "Missing",
    "Transform",
    "check_missing",
    "check_scaling",
    "check_transform",
    "doubled",
    "known_enough",
    "scaled",
    "scaling_table",
    "transformed",
    "way_and_unit",
]

Transform: TypeAlias = Literal["auto", "log", "none"]
Missing: TypeAlias = Literal["median", "leave", "refuse"]

COLUMN_KINDS: Final[dict[str, Any]] = {
    "column": "text",
    "transform": "text",
    "unit": "float64",
    "centre": "float64",
    "spread": "float64",
    "mean": "float64",
    "missing_share": "float64",
    "sensitive": "text",
}
# Beyond so many spreads from the centre a value counts as just as far.
_FARTHEST: Final = 5.0
# A tail is heavy if the outer hundredth lies farther from the median than so many widths of the middle half: 1.7 for
# the normal distribution, 1.0 for the uniform, 3.6 for the exponential.
_HEAVY: Final = 3.0
# The middle nine tenths of the normal distribution, in standard deviations.
_NINE_TENTHS: Final = 3.290
# Two columns that go so closely together are one twice.
_SAME: Final = 0.95

_NO_TRANSFORM: Final = Message(
    en="{@transforms} must be 'auto', 'log', 'none', or map columns to these, got {got!r}.",
    zh="{@transforms} 须为 'auto'、'log'、'none'，或由列名到它们的映射，得到 {got!r}。",
)
_NOT_A_COLUMN: Final = Message(
    en="{@transforms} names {got}, which {n:is not a column|are not columns} that groups are made of: {columns}.",
    zh="{@transforms} 中的 {got} 不在用于分群的列 {columns} 之中。",
)
_NOT_KNOWN: Final = Message(
    en="{where} is missing for everybody. Leave the column out.", zh="{where}全部缺失，请去掉该列。"
)
_LACKING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Fill them in, or choose {@missing='median'} or {@missing='leave'}.",
    zh="{where}有 {n:,} 行缺失。请补全，或改用 {@missing='median'} 或 {@missing='leave'}。",
)


def check_transform(transform: Any) -> None:
    """Raise unless the option is a transform, or maps columns to some."""
    given = list(transform.values()) if isinstance(transform, Mapping) else [transform]
    if not all(isinstance(each, str) and each in ("auto", "log", "none") for each in given):
        raise ValueError(_NO_TRANSFORM(got=transform))


def check_missing(missing: Any) -> None:
    """Raise unless the option is a policy."""
    check_option(missing, ("median", "leave", "refuse"), name="missing")


def scaling_table(values: Mapping[str, Floats], *, transform: Any, name: str) -> pd.DataFrame:
    """Learn how each column is transformed, its centre and its spread."""
    asked = transform if isinstance(transform, Mapping) else dict.fromkeys(values, transform)
    if strange := [column for column in asked if column not in values]:
        raise ValueError(_NOT_A_COLUMN(got=strange, n=len(strange), columns=list(values)))
    rows = []
    for column, floats in values.items():
        known = np.sort(floats[~np.isnan(floats)])
        if not known.size:
            raise SchemaError(_NOT_KNOWN(where=Column(name, column)))
        way, unit = way_and_unit(known, asked.get(column, "auto"))
        centre, spread = _place(transformed(known, unit))
        mean = float(np.mean(known / 2)) * 2
        rows.append(
            (column, way, unit, centre, spread, mean, 1 - known.size / floats.size, sensitive_kind(column) or "")
        )
    return pd.DataFrame(rows, columns=list(COLUMN_KINDS)).astype({"unit": float})


def way_and_unit(known: Floats, asked: str) -> tuple[str, float]:
    """How sorted values are transformed, as asked or by the rule, and the unit of the logarithm."""
    way = ("log" if _is_heavy(known) else "none") if asked == "auto" else asked
    return way, _unit(known) if way == "log" else float("nan")


def check_scaling(table: pd.DataFrame, columns: Sequence[str] | None) -> None:
    """Raise where JSON gives a scaling that nobody learned."""
    check_table(table, COLUMN_KINDS)
    names = table["column"].tolist()
    if not names or len(set(names)) < len(names) or (columns is not None and names != list(columns)):
        raise JsonError("the columns are not those of the options")
    numbers = table[["centre", "spread", "mean", "missing_share"]].to_numpy()
    if not np.isfinite(numbers).all() or (table["spread"] <= 0).any():
        raise JsonError("a spread is above 0")
    is_log = (table["transform"] == "log").to_numpy()
    if not table["transform"].isin(["log", "none"]).all() or not table["missing_share"].between(0, 1).all():
        raise JsonError("no such transform")
    units = table["unit"].to_numpy()
    if not (units[is_log] > 0).all() or not np.isnan(units[~is_log]).all():
        raise JsonError("a logarithm has a unit")
    if table["sensitive"].tolist() != [sensitive_kind(column) or "" for column in names]:
        raise JsonError("what is sensitive follows from the name")


def transformed(values: Floats, unit: float) -> Floats:
    """The signed logarithm of values in a unit; the values themselves where there is none."""
    if np.isnan(unit):
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.logaddexp(0.0, np.log(np.abs(values)) - np.log(unit))
    return np.asarray(np.sign(values) * size)


def scaled(values: Mapping[str, Floats], table: pd.DataFrame) -> Floats:
    """Transform and scale columns into an array of a row per customer; what is missing stays ``nan``."""
    made = []
    for column, unit, centre, spread in table[["column", "unit", "centre", "spread"]].itertuples(index=False):
        with np.errstate(over="ignore"):
            made.append(np.clip((transformed(values[column], unit) - centre) / spread, -_FARTHEST, _FARTHEST))
    return np.column_stack(made)


def known_enough(points: Floats, missing: Missing, columns: Sequence[str], *, name: str) -> npt.NDArray[np.bool_]:
    """Who can be placed: those with all columns, or with at least half of them where gaps are filled."""
    lacking = np.isnan(points)
    if missing == "refuse" and lacking.any():
        first = int(np.flatnonzero(lacking.any(axis=0))[0])
        raise SchemaError(_LACKING(where=Column(name, columns[first]), n=int(lacking[:, first].sum())))
    least = 0.5 if missing == "median" else 1.0
    return np.asarray((~lacking).mean(axis=1) >= least)


def doubled(points: Floats, columns: Sequence[str]) -> dict[str, str]:
    """Columns that go along with an earlier one so closely that they would count it twice, and that one."""
    filled = np.nan_to_num(points)
    filled = filled - filled.mean(axis=0)
    lengths = np.sqrt((filled**2).sum(axis=0))
    lengths[lengths == 0] = 1.0
    together = np.abs((filled / lengths).T @ (filled / lengths))
    found: dict[str, str] = {}
    for place, column in enumerate(columns):
        earlier = [other for other in range(place) if columns[other] not in found]
        like = next((other for other in earlier if together[place, other] > _SAME), None)
        if like is not None:
            found[column] = columns[like]
    return found


def _is_heavy(known: Floats) -> bool:
    low, first, middle, third, high = np.quantile(known / 4, [0.01, 0.25, 0.5, 0.75, 0.99])
    return bool(max(high - middle, middle - low) > _HEAVY * (third - first))


def _unit(known: Floats) -> float:
    """The median size of the values that are not 0: what a change of the currency changes too."""
    sizes = np.abs(known[known != 0])
    return float(np.median(sizes / 2) * 2) if sizes.size else 1.0


def _place(known: Floats) -> tuple[float, float]:
    """The median, and how wide the middle nine tenths are; the standard deviation where they are alike.

    The middle half would be wide where there are two humps, and take from them what tells them apart.
    """
    # In quarters, for the difference of the largest numbers would overflow.
    low, middle, high = np.quantile(known / 4, [0.05, 0.5, 0.95])
    spread = (high - low) / _NINE_TENTHS
    if not spread > 0:
        largest = float(np.abs(known - middle * 4).max()) if np.isfinite(known.max() - known.min()) else 1.0
        spread = float(np.std(known / largest)) * largest / 4 if largest > 0 else 0.0
    if not spread * 4 > 0:
        return float(middle * 4), 1.0
    return float(middle * 4), float(min(spread * 4, np.finfo(float).max))
