"""Columns of any kind read for Gower's distance: numbers on their ranges, levels in order, categories by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import is_number
from crmkit._estimator import JsonError, check_table
from crmkit._figures import label_text
from crmkit._frames import collected, pandas_series
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError
from crmkit.segment.groups._gower import MixedPoints
from crmkit.segment.groups._read_columns import check_there, column_types, found_columns, kind_of, numbers_in, opened
from crmkit.segment.groups._scaling import transformed, way_and_unit
from crmkit.segment.groups._sensitive import sensitive_kind

__all__ = [
    "MixedColumns",
    "check_kinds",
    "check_mixed",
    "check_ordered",
    "check_weights",
    "labels_in",
    "learned_columns",
    "mixed_points",
    "read_columns",
]

_COLUMNS: Final[dict[str, Any]] = {
    "column": "text",
    "kind": "text",
    "transform": "text",
    "unit": "float64",
    "low": "float64",
    "high": "float64",
    "weight": "float64",
    "missing_share": "float64",
    "sensitive": "text",
}
_LEVELS: Final[dict[str, Any]] = {"column": "text", "level": "text", "place": "int64"}
_KINDS: Final = ("number", "ordered", "category")
_MOST_LEVELS: Final = 50

_NOT_ORDERED: Final = Message(
    en="{@ordered} must map columns to their levels, the lowest first, at least two and each once, got {got!r}.",
    zh="{@ordered} 须为由列名到其各级（由低到高，至少两级，互不重复）的映射，得到 {got!r}。",
)
_NO_LEVEL: Final = Message(
    en="{where} holds {got!r}, which is not among its levels in {@ordered}: {levels}.",
    zh="{where}含有 {got!r}，不在 {@ordered} 给出的各级 {levels} 之中。",
)
_NOT_WEIGHTS: Final = Message(
    en="{@weights} must map columns to numbers of 0 or more, some above 0, got {got!r}.",
    zh="{@weights} 须为由列名到不小于 0 的数的映射，且至少一个大于 0，得到 {got!r}。",
)
_NOT_A_COLUMN: Final = Message(
    en="{name} names {got}, which {n:is not a column|are not columns} that groups are made of: {columns}.",
    zh="{name} 中的 {got} 不在用于分群的列 {columns} 之中。",
)
_NOT_KNOWN: Final = Message(
    en="{where} is missing for everybody. Leave the column out.", zh="{where}全部缺失，请去掉该列。"
)

_NOTHING_TOLD: Final = Message(
    en="{name} has no column that tells customers apart; left out were {left_out}. Name columns in {@columns}.",
    zh="{name} 中没有能区分客户的列，未采用的列为 {left_out}。请用 {@columns} 指定列。",
)
_NOW_LABELS: Final = Message(
    en="{where} held numbers when the groups were fitted, and now holds labels. Give numbers.",
    zh="{where} 在拟合时为数字，现在却是标签。请给出数字。",
)
_NOW_NUMBERS: Final = Message(
    en="{where} held labels when the groups were fitted, and now holds numbers. Give labels.",
    zh="{where} 在拟合时为标签，现在却是数字。请给出标签。",
)


class MixedColumns(NamedTuple):
    """Columns as read: numbers as floats, levels and categories as text, missing ones as None."""

    numbers: dict[str, Floats]
    labels: dict[str, npt.NDArray[np.object_]]
    left_out: list[tuple[str, str, str]]


def check_ordered(ordered: Any) -> dict[str, list[str]]:
    """Read the option that gives the levels of ordered columns."""
    if ordered is None:
        return {}
    if not isinstance(ordered, Mapping):
        raise TypeError(_NOT_ORDERED(got=ordered))
    made = {}
    for column, levels in ordered.items():
        if isinstance(levels, (str, bytes)) or not isinstance(levels, Sequence):
            raise TypeError(_NOT_ORDERED(got=ordered))
        texts = [label_text(level) for level in levels]
        if len(set(texts)) < max(len(texts), 2):
            raise ValueError(_NOT_ORDERED(got=ordered))
        made[str(column)] = texts
    return made


def check_weights(weights: Any) -> None:
    """Raise unless the option gives weights."""
    if weights is None:
        return
    if not isinstance(weights, Mapping) or not all(is_number(each) and each >= 0 for each in weights.values()):
        raise ValueError(_NOT_WEIGHTS(got=weights))


def read_columns(customers: Any, *, columns: Sequence[str] | None, as_labels: Sequence[str], name: str) -> MixedColumns:
    """Read the columns asked for, or all that groups can be made of; ``as_labels`` hold categories in any case."""
    frame = opened(customers, name=name)
    left_out: list[tuple[str, str, str]] = []
    names = columns
    if names is None:
        names, sensitive = found_columns(frame, of=("number", "flag", "label"), name=name)
        left_out = [(column, "sensitive", "") for column in sensitive]
    check_there(frame, [*names], name=name)
    types = column_types(frame)
    numeric = [column for column in names if column not in as_labels and kind_of(types[column]) in ("number", "flag")]
    numbers = numbers_in(customers, numeric, name=name) if numeric else {}
    labels = labels_in(frame, [column for column in names if column not in numeric])
    if columns is None:
        for column, values in list(labels.items()):
            if len(set(values.tolist()) - {None}) > _MOST_LEVELS:
                left_out.append((column, "many_levels", ""))
                del labels[column]
        cells: dict[str, Any] = {**numbers, **labels}
        for column in [column for column, own in cells.items() if len(own) and pd.isna(own).all()]:
            left_out.append((column, "all_missing", ""))
            numbers.pop(column, None)
            labels.pop(column, None)
        if not numbers and not labels:
            raise SchemaError(_NOTHING_TOLD(name=Parameter(name), left_out=[column for column, _, _ in left_out]))
    return MixedColumns(numbers, labels, left_out)


def labels_in(frame: Any, columns: Sequence[str]) -> dict[str, npt.NDArray[np.object_]]:
    """Read columns of labels as text; missing and blank ones are None."""
    if not columns:
        return {}
    rows = collected(frame.select(*columns))
    return {column: _texts(rows[column]) for column in columns}


def learned_columns(
    read: MixedColumns, *, order: Sequence[str], ordered: Mapping[str, Sequence[str]], transforms: Any, weights: Any,
    rows: npt.NDArray[np.bool_], name: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Learn the ranges of numbers and the levels of labels from some rows."""
    _check_named({"ordered": ordered, "weights": weights or {}}, order)
    asked = dict(transforms) if isinstance(transforms, Mapping) else dict.fromkeys(read.numbers, transforms)
    _check_named({"transforms": asked}, list(read.numbers))
    columns, levels = [], []
    for column in order:
        sensitive = sensitive_kind(column) or ""
        weight = float((weights or {}).get(column, 1.0))
        if column in read.numbers:
            values = read.numbers[column][rows]
            known = np.sort(values[~np.isnan(values)])
            if not known.size:
                raise SchemaError(_NOT_KNOWN(where=Column(name, column)))
            way, unit = way_and_unit(known, asked.get(column, "auto"))
            low, high = _range(transformed(known, unit))
            weight = weight if high > low else 0.0
            share = 1 - known.size / max(values.size, 1)
            columns.append((column, "number", way, unit, low, high, weight, share, sensitive))
            continue
        texts = read.labels[column][rows]
        found = sorted({text for text in texts.tolist() if text is not None})
        if not found:
            raise SchemaError(_NOT_KNOWN(where=Column(name, column)))
        kind = "ordered" if column in ordered else "category"
        if kind == "ordered" and (strange := [text for text in found if text not in ordered[column]]):
            raise SchemaError(_NO_LEVEL(where=Column(name, column), got=strange[0], levels=list(ordered[column])))
        weight = weight if len(found) > 1 else 0.0
        share = float(np.mean([text is None for text in texts.tolist()]))
        columns.append((column, kind, "none", np.nan, 0.0, 1.0, weight, share, sensitive))
        levels += [(column, text, at) for at, text in enumerate(ordered[column] if kind == "ordered" else found)]
    table = pd.DataFrame(columns, columns=list(_COLUMNS)).astype({"unit": float})
    return table, pd.DataFrame(levels, columns=list(_LEVELS)).astype({"column": str, "level": str, "place": "int64"})


def mixed_points(read: MixedColumns, columns: pd.DataFrame, levels: pd.DataFrame) -> MixedPoints:
    """Put rows on the scale of the distance. Labels that were not seen before are at distance 1 from all."""
    numbers, codes, number_weights, code_weights = [], [], [], []
    places = {column: dict(zip(rows["level"], rows["place"], strict=True)) for column, rows in levels.groupby("column")}
    for column, kind, unit, low, high, weight in columns[
        ["column", "kind", "unit", "low", "high", "weight"]
    ].itertuples(index=False, name=None):
        if kind == "number":
            # In halves, for the difference of the largest numbers would overflow.
            width = high / 2 - low / 2
            values = transformed(read.numbers[column], unit)
            scale = (values / 2 - low / 2) / width if width > 0 else np.where(np.isnan(values), np.nan, 0.0)
            numbers.append(np.clip(scale, -1.0, 2.0))
            number_weights.append(weight)
            continue
        place, texts = places[column], read.labels[column].tolist()
        if kind == "ordered":
            top = max(len(place) - 1, 1)
            numbers.append(np.array([np.nan if text is None else place.get(text, np.inf) / top for text in texts]))
            number_weights.append(weight)
            continue
        codes.append(np.array([-1 if text is None else place.get(text, -2) for text in texts], dtype=np.int64))
        code_weights.append(weight)
    n = len(numbers[0]) if numbers else len(codes[0])
    return MixedPoints(
        np.column_stack(numbers).astype(float) if numbers else np.empty((n, 0)),
        np.column_stack(codes) if codes else np.empty((n, 0), dtype=np.int64),
        np.array(number_weights, dtype=float),
        np.array(code_weights, dtype=float),
    )


def check_kinds(read: MixedColumns, columns: pd.DataFrame, *, name: str) -> None:
    """Raise where a column that held numbers now holds labels, or the other way round."""
    for column, kind in columns[["column", "kind"]].itertuples(index=False, name=None):
        if (kind == "number") != (column in read.numbers):
            raise SchemaError((_NOW_LABELS if kind == "number" else _NOW_NUMBERS)(where=Column(name, column)))


def check_mixed(columns: pd.DataFrame, levels: pd.DataFrame, *, asked: Sequence[str] | None) -> None:
    """Raise where JSON gives columns that nobody learned."""
    check_table(columns, _COLUMNS)
    check_table(levels, _LEVELS)
    names = columns["column"].tolist()
    if not names or len(set(names)) < len(names) or (asked is not None and names != list(asked)):
        raise JsonError("the columns are not those of the options")
    if not columns["kind"].isin(_KINDS).all() or not columns["transform"].isin(["log", "none"]).all():
        raise JsonError("no such kind")
    numbers = columns[["low", "high", "weight", "missing_share"]].to_numpy()
    if not np.isfinite(numbers).all() or (columns["weight"] < 0).any() or (columns["high"] < columns["low"]).any():
        raise JsonError("ranges and weights are numbers")
    is_log = (columns["transform"] == "log").to_numpy()
    units = columns["unit"].to_numpy()
    if (
        not (units[is_log] > 0).all()
        or not np.isnan(units[~is_log]).all()
        or not columns["missing_share"].between(0, 1).all()
    ):
        raise JsonError("a logarithm has a unit")
    if columns["sensitive"].tolist() != [sensitive_kind(column) or "" for column in names]:
        raise JsonError("what is sensitive follows from the name")
    labelled = columns.loc[columns["kind"] != "number", "column"].tolist()
    expected = [(column, place) for column in labelled for place in range(int((levels["column"] == column).sum()))]
    if list(levels[["column", "place"]].itertuples(index=False, name=None)) != expected or set(levels["column"]) != set(
        labelled
    ):
        raise JsonError("levels are numbered from 0 in each column")
    if levels[["column", "level"]].duplicated().any():
        raise JsonError("a level occurs once")


def _range(known: Floats) -> tuple[float, float]:
    """The range of ascending numbers; of the middle 98 % where the ends more than double it."""
    low, high = float(known[0]), float(known[-1])
    # In halves, for the difference of the largest numbers would overflow.
    first, last = (2 * float(each) for each in np.quantile(known / 2, [0.01, 0.99]))
    inner, whole = last / 2 - first / 2, high / 2 - low / 2
    return (first, last) if 0 < inner < whole / 2 else (low, high)


def _check_named(options: Mapping[str, Any], columns: Sequence[str]) -> None:
    for option, given in options.items():
        if strange := [str(column) for column in given if column not in columns]:
            raise ValueError(_NOT_A_COLUMN(name=Parameter(option), got=strange, n=len(strange), columns=list(columns)))


def _texts(values: nw.Series[Any]) -> npt.NDArray[np.object_]:
    series = pandas_series(values)
    made = np.empty(len(series), dtype=object)
    for at, (value, missing) in enumerate(zip(series.tolist(), series.isna().tolist(), strict=True)):
        text = None if missing else label_text(value).strip()
        made[at] = text or None
    return made
