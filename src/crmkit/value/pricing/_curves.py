"""Curves of response to spend: their values, slopes, and the spend at which they have a slope."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_turnover
from crmkit._frames import to_pandas
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["KINDS", "Curve", "CurveKind", "check_responses", "read_curves"]

CurveKind: TypeAlias = Literal["power", "log", "exponential", "hill"]
KINDS: Final = ("power", "log", "exponential", "hill")
_NAME: Final = "curves"
_MADE_BY: Final = "response_curve_table"
_STEPS: Final = 80

_UNKNOWN: Final = Message(
    en="{where} must be one of {options}, got {value!r}.", zh="{where}须为 {options} 之一，得到 {value!r}。"
)
_NEEDS: Final = Message(
    en="{where} must be above 0 for a curve of the kind {kind!r}, got {value}. Leave out channels without a curve.",
    zh="类型为 {kind!r} 的曲线，{where}须大于 0，得到 {value}。没有曲线的渠道请先删除。",
)
_STEEP: Final = Message(
    en="{where} must be below 1 for a curve of the kind 'power', got {value}: it would bend upwards, and all money "
    "would go there.",
    zh="'power' 曲线的{where}须小于 1，得到 {value}：否则曲线向上弯，全部预算都会投到该渠道。",
)
_TWICE: Final = Message(
    en="{where} names a channel twice in {n:,} {n:row|rows}, first at rows {rows}. Keep one curve of each.",
    zh="{where}有 {n:,} 行渠道重复，最先见于行 {rows}。每个渠道请只保留一条曲线。",
)


class Curve(NamedTuple):
    """A curve of one channel."""

    kind: CurveKind
    scale: float
    shape: float
    spend_scale: float
    highest_seen: float

    @property
    def is_concave(self) -> bool:
        """Whether each further unit of money brings less than the one before."""
        return self.kind != "hill" or self.shape <= 1

    @property
    def inflection(self) -> float:
        """The spend from which on it is concave."""
        return 0.0 if self.is_concave else self.spend_scale * ((self.shape - 1) / (self.shape + 1)) ** (1 / self.shape)

    def response(self, spend: npt.ArrayLike) -> Floats:
        """What comes of so much."""
        x = np.asarray(spend, dtype=np.float64)
        if self.kind == "power":
            return np.asarray(self.scale * x**self.shape)
        if self.kind == "log":
            return np.asarray(self.scale * np.log1p(x / self.spend_scale))
        if self.kind == "exponential":
            return np.asarray(-self.scale * np.expm1(-x / self.spend_scale))
        # Divided by the power of the spend, which no number may hold.
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(self.scale / (1 + (self.spend_scale / x) ** self.shape))

    def slope(self, spend: float) -> float:
        """What one more unit of money brings; infinite at the start of some curves."""
        x, k, a, b = spend, self.spend_scale, self.scale, self.shape
        if self.kind == "power":
            return float(a * b * x ** (b - 1)) if x > 0 else np.inf
        if self.kind == "log":
            return a / (x + k)
        if self.kind == "exponential":
            return float(a / k * np.exp(-x / k))
        ratio = np.float64(x) / k
        with np.errstate(over="ignore", divide="ignore"):
            if ratio < 1:
                return float(a * b / k * ratio ** (b - 1) / (1 + ratio**b) ** 2)
            # The last factor first, so that nothing exceeds all numbers that is not beyond them.
            u = ratio**-b
            return float(a * b * (u / (1 + u)) * (1 / (1 + u) / x))

    def spend_at(self, slope: float) -> float:
        """The spend at which a concave curve, or the concave part of an S, has a slope: 0 where it starts below it."""
        k, a, b = self.spend_scale, self.scale, self.shape
        if self.kind == "power":
            with np.errstate(over="ignore"):
                return float(np.exp(np.log(slope / a / b) / (b - 1)))
        if self.kind == "log":
            return max(a / slope - k, 0.0)
        if self.kind == "exponential":
            return max(float(k * np.log(a / k / slope)), 0.0)
        low = self.inflection
        if self.slope(max(low, np.finfo(float).tiny)) <= slope:
            return low
        high = max(2 * low, k)
        while self.slope(high) > slope:
            low, high = high, 2 * high
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.slope(middle) > slope else (low, middle)
        return (low + high) / 2


def check_responses(curves: list[Curve], spend: Floats) -> None:
    """Raise if curves give more for so much than a number can hold, or the spend itself is more."""
    with np.errstate(over="ignore"):
        most = sum(float(curve.response(x)) + x for curve, x in zip(curves, spend, strict=True))
    check_turnover(float(most), where=Column(_NAME, "scale"))


def read_curves(curves: Any) -> tuple[pd.Series[Any], list[Curve]]:
    """Read the channels and their curves from a table."""
    rows = open_columns(curves, ["channel", "kind", "scale", "shape", "spend_scale"], name=_NAME, made_by=_MADE_BY)
    has_seen = "highest_spend" in rows.collect_schema().names()
    numbers = finite_columns(
        curves, ["scale", "shape", "spend_scale", *(["highest_spend"] if has_seen else [])], name=_NAME
    )
    labels = to_pandas(rows.select("channel", "kind"))
    refuse_rows(labels["channel"].duplicated().to_numpy(), _TWICE, where=Column(_NAME, "channel"))
    found = []
    for place, kind in enumerate(labels["kind"]):
        if kind not in KINDS:
            raise SchemaError(_UNKNOWN(where=Column(_NAME, "kind"), options=list(KINDS), value=kind))
        values = {name: float(column[place]) for name, column in numbers.items()}
        for name in _needed(kind):
            if not values[name] > 0:
                raise SchemaError(_NEEDS(where=Column(_NAME, name), kind=kind, value=values[name]))
        if kind == "power" and values["shape"] >= 1:
            raise SchemaError(_STEEP(where=Column(_NAME, "shape"), value=values["shape"]))
        seen = values.get("highest_spend", np.nan)
        found.append(Curve(kind, values["scale"], values["shape"], values["spend_scale"], seen))
    return labels["channel"], found


def _needed(kind: str) -> list[str]:
    return ["scale", *(["shape"] if kind in ("power", "hill") else []), *(["spend_scale"] if kind != "power" else [])]
