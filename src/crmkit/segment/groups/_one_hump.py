"""Points like those given in all but clusters: each column with one hump, and correlated as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from crmkit._arrays import Floats

__all__ = ["one_hump", "without_steps"]

# A value that so large a share of the rows have is a step of a scale.
_MANY: Final = 0.01
_N_BINS: Final = 60
_ROUNDING: Final = 1e-9


def one_hump(rows: Floats, rng: np.random.Generator) -> Callable[[], Floats]:
    """Make what draws as many points that have no clusters.

    Each column has the density with one hump that is nearest to its own, with its mean and variance; together they
    have a normal copula with the correlations of the ranks. So skewed and heavy tails, and columns that go together,
    pass for no clusters; a second hump, or another dependence, does not.
    """
    n, n_columns = rows.shape
    ranks = (rows.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 0.5) / n
    # Rows are on a scale of spreads, on which so little is rounding.
    varies = np.ptp(rows, axis=0) > _ROUNDING
    scores = np.where(varies, ndtri(ranks), 0.0)
    lengths = np.sqrt((scores**2).sum(axis=0))
    scores = scores / np.where(lengths > 0, lengths, 1.0)
    root = np.linalg.svd(scores, full_matrices=False)
    mixing = root.S[:, None] * root.Vh
    curves = [_curve(rows[:, column]) if varies[column] else None for column in range(n_columns)]

    def draw() -> Floats:
        chances = ndtr(rng.standard_normal((n, len(root.S))) @ mixing)
        made = rows.copy()
        for column, curve in enumerate(curves):
            if curve is not None:
                drawn = np.interp(chances[:, column], *curve)
                own = rows[:, column]
                made[:, column] = own.mean() + (drawn - drawn.mean()) * own.std() / drawn.std()
        return made

    return draw


def without_steps(rows: Floats, rng: np.random.Generator) -> Floats:
    """Spread each value that many share evenly, half way to its neighbours: a scale of few steps is no clusters."""
    made = rows.copy()
    for column in made.T:
        values, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        shared = counts[which] >= max(_MANY * len(column), 2)
        if len(values) < 2 or not shared.any():
            continue
        halves = np.diff(values) / 2
        below, above = np.append(halves[0], halves), np.append(halves, halves[-1])
        moved = rng.uniform(-below[which], above[which])
        column[shared] += moved[shared]
    return made


def _curve(values: Floats) -> tuple[Floats, Floats]:
    """The cumulative distribution, rising along the second, of the nearest density with one hump."""
    counts, edges = np.histogram(values, bins=_N_BINS)
    density = _one_humped(counts / len(values))
    reached = np.append(0.0, np.cumsum(density))
    return reached / reached[-1], edges


def _one_humped(density: Floats) -> Floats:
    """The nearest heights that rise to some bin and fall from there on."""
    best, least = density, np.inf
    for top in range(len(density) + 1):
        made = np.concatenate([_rising(density[:top]), _rising(density[top:][::-1])[::-1]])
        error = float(((made - density) ** 2).sum())
        if error < least:
            best, least = made, error
    return best


def _rising(heights: Floats) -> Floats:
    """The nearest heights that never fall: neighbours that do are pooled."""
    means: list[float] = []
    sizes: list[int] = []
    for height in heights.tolist():
        means.append(height)
        sizes.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            size = sizes[-2] + sizes[-1]
            means[-2:] = [(means[-2] * sizes[-2] + means[-1] * sizes[-1]) / size]
            sizes[-2:] = [size]
    return np.repeat(means, sizes)
