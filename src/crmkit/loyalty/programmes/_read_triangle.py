"""A triangle of redemption read and checked."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["Triangle", "read_triangle"]

_NUMBERS: Final = ("age", "issued", "redeemed_total", "last_age")
_MADE_BY: Final = "redemption_triangle"
# Sums of floats may exceed what they add up to by less than this share.
_SLACK: Final = 1e-9

_NO_ROWS: Final = Message(en="{@triangle} has no rows.", zh="{@triangle} 没有任何行。")
_MISSING: Final = Message(
    en="{where} is missing, infinite or below 0 in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}有 {n:,} 行缺失、无穷大或小于 0，最先见于行 {rows}。",
)
_AGES: Final = Message(
    en="Ages of cohort {cohort!r} must go on from 0 one by one, got {ages}.",
    zh="同期群 {cohort!r} 的期龄须从 0 起连续递增，得到 {ages}。",
)
_ISSUED: Final = Message(
    en="Cohort {cohort!r} must have one number of points issued and one last age.",
    zh="同期群 {cohort!r} 的发放积分与最后期龄须各只有一个值。",
)
_TOTALS: Final = Message(
    en="The points of cohort {cohort!r} redeemed until each age must not fall, nor exceed the {issued:,.10g} issued, "
    "got {totals}.",
    zh="同期群 {cohort!r} 截至各期龄的兑换积分不得下降，也不得超过发放的 {issued:,.10g}，得到 {totals}。",
)
_LONGER: Final = Message(
    en="Cohort {cohort!r} is seen longer than an older one. Leave out ages that not all older cohorts have reached.",
    zh="同期群 {cohort!r} 的观察期长于更早的同期群。请去掉更早的同期群尚未达到的期龄。",
)


class Triangle(NamedTuple):
    """Running totals by cohort and age, missing where not seen; by cohort the points issued and the last age.

    ``last`` is the last age that can be reached in the triangle, ``last_given`` that of the rules, missing where there
    is none; ``age`` and ``latest`` are the age seen last and the total there.
    """

    cohorts: list[Any]
    is_dated: bool
    totals: Floats
    issued: Floats
    last: Floats
    last_given: Floats
    age: Floats
    latest: Floats


def read_triangle(native: object) -> Triangle:
    """Read a triangle in its long form."""
    rows = open_columns(native, ["cohort", *_NUMBERS], name="triangle", made_by=_MADE_BY)
    for name in _NUMBERS[:3]:
        check_kind(rows, name, "number", where=Column("triangle", name), made_by=_MADE_BY)
    given = collected(rows)
    if given.is_empty():
        raise SchemaError(_NO_ROWS())
    table = pd.DataFrame({"cohort": pandas_series(given["cohort"]).array})
    for name in _NUMBERS:
        table[name] = pandas_series(given[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = ~(table[name] >= 0) | np.isinf(table[name])
        if name != "last_age" and wrong.any():
            at = np.flatnonzero(wrong)
            raise SchemaError(_MISSING(where=Column("triangle", name), n=at.size, rows=some(at.tolist())))
    table = table.sort_values(["cohort", "age"], kind="stable")
    parts = [(cohort, part) for cohort, part in table.groupby("cohort", sort=True)]
    n_ages = max(len(part) for _, part in parts)
    totals = np.full((len(parts), n_ages), np.nan)
    for place, (cohort, part) in enumerate(parts):
        _check(cohort, part)
        totals[place, : len(part)] = part["redeemed_total"]
    age = (~np.isnan(totals)).sum(axis=1) - 1.0
    firsts = [part.iloc[0] for _, part in parts]
    last = np.array([float(each["last_age"]) for each in firsts])
    reach = np.where(np.isnan(last), n_ages - 1.0, np.minimum(last, n_ages - 1.0))
    still_open = np.flatnonzero(age < reach)
    longer = np.flatnonzero(np.diff(age[still_open]) > 0)
    if longer.size:
        raise SchemaError(_LONGER(cohort=parts[still_open[longer[0] + 1]][0]))
    return Triangle(
        cohorts=[cohort for cohort, _ in parts],
        is_dated=pd.api.types.is_datetime64_any_dtype(table["cohort"].dtype),
        totals=totals,
        issued=np.array([float(each["issued"]) for each in firsts]),
        last=reach,
        last_given=last,
        age=age,
        latest=totals[np.arange(len(parts)), age.astype(np.intp)],
    )


def _check(cohort: Any, part: pd.DataFrame) -> None:
    ages, totals = part["age"].to_numpy(), part["redeemed_total"].to_numpy()
    if not np.array_equal(ages, np.arange(len(part))):
        raise SchemaError(_AGES(cohort=cohort, ages=some(ages.tolist())))
    if any(len(part[name].drop_duplicates()) > 1 for name in ("issued", "last_age")):
        raise SchemaError(_ISSUED(cohort=cohort))
    issued = float(part["issued"].iloc[0])
    if (np.diff(totals) < 0).any() or totals[-1] > issued * (1 + _SLACK):
        raise SchemaError(_TOTALS(cohort=cohort, issued=issued, totals=some(totals.tolist())))
