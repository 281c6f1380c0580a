"""How customers differ in which brands they choose: the parameters of the Dirichlet distribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Column, Message
from crmkit._stats import Maximum, digamma_step, log_rising, maximise
from crmkit.errors import SchemaError
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._panel import Panel
from crmkit.loyalty.brands._roots import rising_root

__all__ = ["choice_maximum", "is_within_notch", "own_concentrations"]

# Logarithms of S beyond which every customer buys one brand alone, or all choose alike.
_LOWEST, _HIGHEST = -20.0, 20.0
_STARTS = (1.0, 0.1, 10.0, 200.0)

_ABOVE: Final = Message(
    en="{where} of {brand!r} is {b:.4g}, but a brand with a share of {share:.4g} reaches less than {limit:.4g} however "
    "freely customers switch: the Dirichlet has no S for it. Look at its figures, or leave the brand out.",
    zh="{brand!r} 的{where}为 {b:.4g}，而份额为 {share:.4g} 的品牌即使客户任意转换也达不到 {limit:.4g}："
    "Dirichlet 模型没有对应的 S。请检查其数据，或去掉该品牌。",
)
_BELOW: Final = Message(
    en="{where} of {brand!r} is {b:.4g}, but a brand with a share of {share:.4g} reaches more than {limit:.4g} even if "
    "its buyers buy nothing else: the Dirichlet has no S for it. Look at its figures, or leave the brand out.",
    zh="{brand!r} 的{where}为 {b:.4g}，而份额为 {share:.4g} 的品牌即使其购买者只买该品牌也高于 {limit:.4g}："
    "Dirichlet 模型没有对应的 S。请检查其数据，或去掉该品牌。",
)


def own_concentrations(M: float, K: float, *, brands: Sequence[Any], share: Floats, penetration: Floats) -> Floats:
    """S of each brand: that with which it has its penetration."""

    def off(log_S: Floats) -> Floats:
        return Dirichlet(M, K, np.exp(log_S)).penetration(share) - penetration

    low, high = (np.full(share.shape, end) for end in (_LOWEST, _HIGHEST))
    for wrong, message, limits in (
        (off(high) <= 0, _ABOVE, -np.expm1(-K * np.log1p(share * M / K))),
        (off(low) >= 0, _BELOW, share * Dirichlet(M, K, 1.0).buyers),
    ):
        if wrong.any():
            at = int(np.argmax(wrong))
            told = {"where": Column("brands", "penetration"), "brand": brands[at], "limit": limits[at]}
            raise SchemaError(message(**told, b=penetration[at], share=share[at]))
    return np.exp(rising_root(off, low=low, high=high))


def is_within_notch(values: Floats) -> npt.NDArray[np.bool_]:
    """Whether values are not above the upper notch of their box plot, median + 1.58 (spread of hinges) / root of n."""
    ordered = np.sort(values)
    n = len(ordered)
    # Tukey's hinges: the medians of the halves, the middle value in both.
    half = (n + 1) // 2
    spread = np.median(ordered[n - half :]) - np.median(ordered[:half])
    return np.asarray(values <= np.median(ordered) + 1.58 * spread / np.sqrt(n))


class _Choices:
    """The log-likelihood of choices given the purchases of the category, over the logarithms of alpha."""

    def __init__(self, panel: Panel) -> None:
        columns = panel.counts.tocsc()
        self._brands = [
            np.unique(columns.data[first:last], return_counts=True)
            for first, last in zip(columns.indptr[:-1], columns.indptr[1:], strict=True)
        ]
        self._n, self._count = np.unique(panel.totals, return_counts=True)
        purchases = np.asarray(panel.counts.sum(axis=0), dtype=np.float64)
        self._share = purchases / purchases.sum()

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        alpha = np.exp(coordinates)
        S = alpha.sum()
        value = -float(self._count @ log_rising(S, self._n))
        from_all = float(self._count @ digamma_step(S, self._n))
        slopes = np.empty_like(alpha)
        for place, (a, (n, count)) in enumerate(zip(alpha, self._brands, strict=True)):
            value += float(count @ log_rising(a, n))
            slopes[place] = a * (count @ digamma_step(a, n) - from_all)
        return value, slopes

    def starts(self) -> Iterator[Floats]:
        """The shares seen, with customers who differ more or less."""
        for S in _STARTS:
            yield np.log(S * self._share)


def choice_maximum(panel: Panel) -> Maximum:
    """Find the logarithms of alpha at which the choices of a panel are most likely."""
    likelihood = _Choices(panel)
    ends = np.full(len(panel.brands), 30.0)
    return maximise(likelihood.at, starts=likelihood.starts(), lower=-ends, upper=ends, what="Dirichlet")
