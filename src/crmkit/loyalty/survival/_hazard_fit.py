"""A hazard for each period and features, at the maximum of the likelihood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit, logit

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit.errors import ConvergenceError, SchemaError

__all__ = ["LINKS", "Hazards", "Link", "Maximum", "fit_hazards", "hazard_of"]

Link: TypeAlias = Literal["logit", "cloglog"]

_MOST_STEPS: Final = 100
_MOST_HALVINGS: Final = 30
_CLOSE: Final = 1e-10
# Features are on one scale; below this share of the largest the least says nothing of its own.
_ALIKE: Final = 1e-10
# The covariance of effects holds squares of the units of features.
_MOST: Final = 1e100
# exp overflows above.
_MOST_LOG: Final = 700.0

_SAME: Final = Message(
    en="Some of the {@features} follow from the others or from the periods, so their effects cannot be told apart. "
    "Leave one of them out.",
    zh="{@features} 中有的可由其余特征或期数推出，无法分辨各自的作用。请去掉其中之一。",
)
_ALL_CERTAIN: Final = Message(
    en="In each period either nobody or everybody left, so the {@features} have nothing to tell apart. Fit without "
    "them.",
    zh="每一期要么无人离开，要么全部离开，{@features} 没有可分辨的内容。请不带特征拟合。",
)
_UNITS: Final = Message(
    en="Some of the {@features} hold values above {high:g}, or none above {low:g}. Give them in other units.",
    zh="{@features} 中有的大至 {high:g} 以上，或始终小于 {low:g}。请换用其他单位。",
)
_NO_MAXIMUM: Final = Message(
    en="No maximum of the likelihood was found: some of the {@features} tell exactly who leaves. Look for one that is "
    "only known afterwards, or pass a {@penalty} such as 1.",
    zh="未找到似然的最大值：{@features} 中有的恰好完全区分了谁离开。请检查是否含有事后才知道的信息，"
    "或设定 {@penalty}，如 1。",
)


class Hazards(NamedTuple):
    """Rows of customers and periods: the level of the baseline, the features, who left, how many each stands for."""

    levels: npt.NDArray[np.intp]
    features: Floats
    left: Floats
    counts: Floats


class Maximum(NamedTuple):
    """The estimates, those of the levels first, their covariance, and the logarithm of the likelihood."""

    estimates: Floats
    covariance: Floats
    loglik: float


class _Terms(NamedTuple):
    """Of each row: the logarithm of its likelihood, and the score and information of its linear predictor."""

    loglik: Floats
    score: Floats
    information: Floats


def hazard_of(linear: Floats, *, link: Link) -> Floats:
    """Return the hazard that belongs to a linear predictor, which may be infinite."""
    return np.asarray(LINKS[link].hazard(linear))


def fit_hazards(rows: Hazards, *, n_levels: int, link: Link, penalty: Floats) -> Maximum:
    """Find the maximum by Fisher's scoring; ``penalty`` is that of each feature in units of its spread."""
    if not len(rows.left):
        if rows.features.shape[1]:
            raise SchemaError(_ALL_CERTAIN())
        return Maximum(np.empty(0), np.empty((0, 0)), 0.0)
    size = np.abs(rows.features).max(axis=0)
    if ((size > _MOST) | ((size < 1 / _MOST) & (size > 0))).any():
        raise SchemaError(_UNITS(low=1 / _MOST, high=_MOST))
    mean = np.average(rows.features, axis=0, weights=rows.counts)
    spread = np.sqrt(np.average((rows.features - mean) ** 2, axis=0, weights=rows.counts))
    # What hardly varies beside its size is told apart from the baseline by rounding alone.
    if (spread <= _ALIKE * np.abs(mean)).any():
        raise SchemaError(_SAME())
    scaled = rows._replace(features=(rows.features - mean) / spread)
    found, covariance = _climbed(scaled, n_levels=n_levels, link=link, penalty=penalty)
    # Back to the units of the features.
    back = np.eye(len(found))
    back[n_levels:, n_levels:] /= spread
    back[:n_levels, n_levels:] = -mean / spread
    linear = found[scaled.levels] + scaled.features @ found[n_levels:]
    loglik = float(_terms(linear, scaled, link).loglik.sum())
    return Maximum(back @ found, back @ covariance @ back.T, loglik)


def _climbed(rows: Hazards, *, n_levels: int, link: Link, penalty: Floats) -> tuple[Floats, Floats]:
    at_risk = np.bincount(rows.levels, rows.counts, minlength=n_levels)
    share = np.bincount(rows.levels, rows.counts * rows.left, minlength=n_levels) / at_risk
    alpha, beta = LINKS[link].linear(share), np.zeros(rows.features.shape[1])

    def height(alpha: Floats, beta: Floats) -> float:
        linear = alpha[rows.levels] + rows.features @ beta
        return float(_terms(linear, rows, link).loglik.sum() - (penalty * beta**2).sum() / 2)

    here = height(alpha, beta)
    for step in range(_MOST_STEPS):
        terms = _terms(alpha[rows.levels] + rows.features @ beta, rows, link)
        system = _System.of(terms, rows, n_levels=n_levels, beta=beta, penalty=penalty)
        if step == 0 and system.is_flat():
            raise SchemaError(_SAME())
        by_level, by_feature = system.step()
        for halving in range(_MOST_HALVINGS):
            share_of_step = 0.5**halving
            there = height(alpha + share_of_step * by_level, beta + share_of_step * by_feature)
            if there >= here - _CLOSE * (1 + abs(here)):
                break
        alpha, beta, here = alpha + share_of_step * by_level, beta + share_of_step * by_feature, there
        moved = np.abs(np.concatenate([by_level, by_feature])).max()
        if moved < _CLOSE * (1 + np.abs(np.concatenate([alpha, beta])).max()):
            return np.concatenate([alpha, beta]), system.covariance()
    raise ConvergenceError(_NO_MAXIMUM())


class _System(NamedTuple):
    """The equations of a step. Levels do not overlap, so their block is a diagonal, which is solved away."""

    diagonal: Floats
    crossed: Floats
    core: Floats
    score_of_levels: Floats
    score_of_features: Floats

    @classmethod
    def of(cls, terms: _Terms, rows: Hazards, *, n_levels: int, beta: Floats, penalty: Floats) -> _System:
        """Add up the rows."""

        def of_levels(values: Floats) -> Floats:
            return np.bincount(rows.levels, values, minlength=n_levels).astype(np.float64)

        diagonal = of_levels(terms.information)
        weighted: Floats = rows.features * terms.information[:, None]
        crossed = np.empty((n_levels, len(beta)))
        for place, column in enumerate(weighted.T):
            crossed[:, place] = of_levels(column)
        core: Floats = rows.features.T @ weighted + np.diag(penalty) - crossed.T @ (crossed / diagonal[:, None])
        score: Floats = rows.features.T @ terms.score - penalty * beta
        return cls(diagonal, crossed, core, of_levels(terms.score), score)

    def is_flat(self) -> bool:
        """Whether the features hold one that says nothing of its own."""
        return bool(self.core.size and np.linalg.eigvalsh(self.core)[0] <= _ALIKE * self.diagonal.sum())

    def step(self) -> tuple[Floats, Floats]:
        """How far to move the levels and the features."""
        shared = self.crossed.T @ (self.score_of_levels / self.diagonal)
        by_feature = self._solved(self.score_of_features - shared)
        return (self.score_of_levels - self.crossed @ by_feature) / self.diagonal, by_feature

    def covariance(self) -> Floats:
        """The inverse of the whole system."""
        inverse = self._solved(np.eye(len(self.core)))
        pulled = self.crossed / self.diagonal[:, None]
        of_levels = np.diag(1 / self.diagonal) + pulled @ inverse @ pulled.T
        beside = -pulled @ inverse
        return np.block([[of_levels, beside], [beside.T, inverse]])

    def _solved(self, right: Floats) -> Floats:
        if not self.core.size:
            return right
        try:
            return np.asarray(cho_solve(cho_factor(self.core), right))
        except (LinAlgError, ValueError) as error:
            raise ConvergenceError(_NO_MAXIMUM()) from error


def _terms(linear: Floats, rows: Hazards, link: Link) -> _Terms:
    terms = LINKS[link].terms(linear, rows.left)
    return _Terms(*(rows.counts * part for part in terms))


class _Functions(NamedTuple):
    """What a link is: the hazard of a linear predictor and back, and the terms of the likelihood."""

    hazard: Callable[[Floats], Floats]
    linear: Callable[[Floats], Floats]
    terms: Callable[[Floats, Floats], _Terms]


def _logit_terms(linear: Floats, left: Floats) -> _Terms:
    hazard = expit(linear)
    return _Terms(left * linear - np.logaddexp(0, linear), left - hazard, hazard * (1 - hazard))


def _cloglog_hazard(linear: Floats) -> Floats:
    return -np.expm1(-np.exp(np.minimum(linear, _MOST_LOG)))


def _cloglog_terms(linear: Floats, left: Floats) -> _Terms:
    rate = np.exp(np.minimum(linear, _MOST_LOG))
    hazard = np.maximum(-np.expm1(-rate), np.finfo(np.float64).tiny)
    odds = rate / hazard
    loglik = np.where(left == 1, np.log(hazard), -rate)
    return _Terms(loglik, (left - hazard) * odds, odds * rate * np.exp(-rate))


LINKS: Final[Mapping[Link, _Functions]] = MappingProxyType(
    {
        "logit": _Functions(expit, logit, _logit_terms),
        "cloglog": _Functions(_cloglog_hazard, lambda share: np.log(-np.log1p(-share)), _cloglog_terms),
    }
)
"""The links by name: the log odds of leaving, and the logarithm of the hazard of time that runs on between periods."""
