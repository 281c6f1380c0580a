"""Sizes of the states of a Markov chain to come, drawn: transitions and newcomers are as uncertain as they were."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["SteppedChain"]

# A variance that few steps tell is at most so many times what they show.
_MOST_UNSURE: Final = 20.0


class SteppedChain(NamedTuple):
    """Moves in each step, whose last column are those who left, and those who came to each state.

    ``together`` is the correlation between customers of one row and step beyond chance; ``bursts`` the variance of the
    number of newcomers over its mean, at least 1, from ``n_steps`` steps.
    """

    moves: Floats
    newcomers: Floats
    smoothing: float
    together: float
    bursts: float
    n_steps: int

    @classmethod
    def fitted(cls, moves: Floats, newcomers: Floats, *, smoothing: float) -> SteppedChain:
        """Learn from arrays of shape (n_steps, n_states, n_states + 1) and (n_steps, n_states)."""
        totals, n_steps = newcomers.sum(axis=1), len(moves)
        bursts = 1.0
        if n_steps > 1 and totals.sum():
            bursts = max(1.0, float(totals.var(ddof=1) / totals.mean()))
        return cls(moves.sum(axis=0), newcomers.sum(axis=0), smoothing, _together(moves), bursts, n_steps)

    def transition(self) -> Floats:
        """Probabilities to be in each state, or to have left, one step on; a state that nobody was in is kept."""
        raised = self.moves + self.smoothing
        total = raised.sum(axis=1, keepdims=True)
        stays = np.eye(*raised.shape)
        return np.where(total > 0, raised / np.where(total > 0, total, 1.0), stays)

    def expected(self, sizes: Floats, *, n_steps: int) -> Floats:
        """Expected sizes after each step."""
        chain, rows = self.transition()[:, :-1], [sizes]
        for _ in range(n_steps):
            rows.append(rows[-1] @ chain + self.newcomers / self.n_steps)
        return np.array(rows[1:])

    def drawn(self, sizes: Floats, *, n_steps: int, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draw sizes after each step: an array of shape (n_draws, n_steps, n_states)."""
        n_states = len(sizes)
        # Customers who move together tell less than as many who move alone.
        per_step = self.moves.sum(axis=1) / self.n_steps
        weight = 1 / (1 + np.maximum(per_step - 1, 0) * self.together)
        chains = _dirichlet(self.moves * weight[:, None] + self.smoothing, self.transition(), n_draws, rng)
        came = self._newcomers(n_steps, n_draws, rng)
        out = np.empty((n_draws, n_steps, n_states))
        now = np.broadcast_to(np.rint(sizes).astype(np.int64), (n_draws, n_states))
        for step in range(n_steps):
            after = came[:, step]
            for state in range(n_states):
                chances = chains[:, state]
                if self.together > 0:
                    chances = _dirichlet_rows(chances * (1 / self.together - 1), chances, rng)
                after = after + rng.multinomial(now[:, state], chances)[:, :-1]
            out[:, step], now = after, after
        return out

    def _newcomers(self, n_steps: int, n_draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Draw how many come to each state in each step."""
        total, n_states = float(self.newcomers.sum()), len(self.newcomers)
        if not total:
            return np.zeros((n_draws, n_steps, n_states), dtype=np.int64)
        bursts = np.full(n_draws, self.bursts)
        if self.n_steps > 1 and self.bursts > 1:
            free = self.n_steps - 1
            bursts = np.clip(self.bursts * free / rng.chisquare(free, n_draws), 1.0, _MOST_UNSURE * self.bursts)
        mean = rng.gamma(total / bursts, bursts / self.n_steps)
        more = np.maximum(bursts - 1, 1e-9)[:, None]
        rate = rng.gamma(np.repeat(mean[:, None], n_steps, axis=1) / more, more)
        shares = np.broadcast_to(self.newcomers / total, (n_draws, n_states))
        split = _dirichlet_rows(np.broadcast_to(self.newcomers / bursts[:, None], shares.shape), shares, rng)
        return rng.multinomial(rng.poisson(rate), split[:, None, :])


def _together(moves: Floats) -> float:
    """How far the moves of a row differ from step to step beyond chance, as a correlation between its customers."""
    n = moves.sum(axis=2)
    pooled = moves.sum(axis=0)
    shares = pooled / np.where(pooled.sum(axis=1) > 0, pooled.sum(axis=1), 1.0)[:, None]
    expected = n[:, :, None] * shares
    squares = np.where(expected > 0, (moves - expected) ** 2 / np.where(expected > 0, expected, 1.0), 0.0)
    free = np.maximum((n > 0).sum(axis=0) - 1, 0) * np.maximum((shares > 0).sum(axis=1) - 1, 0)
    per_row = (free * pooled.sum(axis=1) / np.maximum((n > 0).sum(axis=0), 1)).sum() / max(free.sum(), 1)
    if not free.sum() or per_row <= 1:
        return 0.0
    return float(np.clip((squares.sum() / free.sum() - 1) / (per_row - 1), 0.0, 0.5))


def _dirichlet(weights: Floats, otherwise: Floats, n_draws: int, rng: np.random.Generator) -> Floats:
    shape = (n_draws, *weights.shape)
    return _dirichlet_rows(np.broadcast_to(weights, shape), np.broadcast_to(otherwise, shape), rng)


def _dirichlet_rows(weights: Floats, otherwise: Floats, rng: np.random.Generator) -> Floats:
    """Draw shares that add up to 1 along the last axis; where weights are too small for that, take ``otherwise``."""
    drawn = rng.standard_gamma(weights)
    total = drawn.sum(axis=-1, keepdims=True)
    return np.where(total > 0, drawn / np.where(total > 0, total, 1.0), otherwise)
