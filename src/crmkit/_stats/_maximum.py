"""Find the maximum of a log-likelihood, check it, and measure its curvature."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit.errors import ConvergenceError

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

__all__ = ["Maximum", "Objective", "maximise", "observed_information", "one_blas_thread"]

Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]

# The maximum is found when the next step is expected to raise the log-likelihood by no more than this.
_GAIN_LEFT = 1e-8
# A step expected to gain less is so short (a seventieth of a standard error) that the curvature does not change.
_GAIN_NEARBY = 2e-4
# In standard errors: from here Newton's steps finish.
_SHORT = 0.01
# Along a direction in which the standard error would be larger than this, the likelihood is flat: a ridge. There it
# still rises by no more than the slope that is left.
_LARGEST_STD_ERROR = 20.0
_SLOPE_LEFT = 1e-4
_SHARE_OF_RIDGE = 0.01
_DIFFERENCE = 1e-4
# The same in standard errors, where these are known from a sample.
_DIFFERENCE_NEARBY = 1e-3
_MOST_STEPS = 50
_MOST_HALVINGS = 30


_NO_MAXIMUM: Final = Message(
    en="The fit of {what} found no maximum of the likelihood. Look for impossible customers or values (very long "
    "histories, mixed units), fit on more customers or a longer history, or another model; from "
    "Python, priors help too.",
    zh="模型 {what} 无法拟合：似然函数没有最大值。请检查是否有异常的客户或数值（过长的历史、单位混用），"
    "或提供更多客户、更长的历史，或换一个模型；在 Python 中还可给出先验。",
)


@dataclass(frozen=True)
class Maximum:
    """Where a log-likelihood is largest.

    Attributes
    ----------
    at : array of shape (n_parameters,)
        The coordinates of the maximum.
    value : float
        The log-likelihood there.
    covariance : array of shape (n_parameters, n_parameters)
        Inverse of the observed information in the directions that the data determine, 0 in the others.
    ridges : array of shape (n_parameters, n_ridges)
        The other directions: the likelihood has no maximum along them, or does not change at all. A coordinate on a
        bound is one, by a step of 1, together with those that still move when it does.
    """

    at: Floats
    value: float
    covariance: Floats
    ridges: Floats

    @property
    def undetermined(self) -> npt.NDArray[np.bool_]:
        """Coordinates that take part in a ridge."""
        return np.asarray((self.ridges**2).sum(axis=1) > _SHARE_OF_RIDGE)

    def scaled(self, times: float) -> Maximum:
        """The maximum of the function multiplied by ``times``."""
        return replace(self, value=self.value * times, covariance=self.covariance / times)

    def turned(self, turn: Floats, shift: Floats | float = 0.0) -> Maximum:
        """The same maximum in the coordinates ``turn @ at + shift``, whose units are those of the diagonal of turn."""
        ridges = turn / np.diag(turn)[:, None] @ self.ridges
        return replace(self, at=turn @ self.at + shift, covariance=turn @ self.covariance @ turn.T, ridges=ridges)


def maximise(
    objective: Objective,
    *,
    starts: Iterable[Floats],
    lower: Floats,
    upper: Floats,
    what: str,
    near: Maximum | None = None,
) -> Maximum:
    """Find the maximum of a log-likelihood between bounds.

    Parameters
    ----------
    objective : callable
        Takes the coordinates and returns the log-likelihood and its gradient.
    starts : iterable of arrays
        Where to start. A later one is used only if the earlier searches failed or the first ended on a bound or
        a ridge.
    lower, upper : arrays
        Bounds of the coordinates.
    what : str
        What is fitted, for the error message.
    near : Maximum, optional
        The maximum of a similar function, such as that of a sample scaled up; the search starts there.

    Raises
    ------
    ConvergenceError
        If no start leads to a maximum.
    """
    objective = _remembering(objective)
    with one_blas_thread():
        if near is not None:
            root = None if near.ridges.size else np.asarray(np.linalg.cholesky(near.covariance), dtype=float)
            start = near.at
            at = _from_start(objective, start, lower, upper) if root is None else _from_near(objective, start, root)
            found = _checked(objective, at, lower, upper, root)
            if found is not None:
                return found
        best, n_found = None, 0
        for start in starts:
            found = _checked(objective, _from_start(objective, start, lower, upper), lower, upper)
            if found is None:
                continue
            best, n_found = found if best is None or found.value > best.value else best, n_found + 1
            # Near a bound or a ridge there may be a higher maximum: look for one more.
            if n_found == 2 or not best.ridges.size:
                break
    if best is not None:
        return best
    raise ConvergenceError(_NO_MAXIMUM(what=what))


def one_blas_thread() -> AbstractContextManager[object]:
    """Limit BLAS to one thread: with matrices of a few parameters, several would wait for one another."""
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@cache
def _blas() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _remembering(objective: Objective) -> Objective:
    """Remember the last value: each search asks again where the one before ended."""
    last: dict[bytes, tuple[float, Floats]] = {}

    def remembered(at: Floats) -> tuple[float, Floats]:
        key = at.tobytes()
        if key not in last:
            value = objective(at)
            last.clear()
            last[key] = value
        return last[key]

    return remembered


def _from_near(objective: Objective, start: Floats, root: Floats) -> Floats:
    """Search where the covariance is already known; a root of it is given."""
    from scipy.optimize import minimize

    # Coordinates in which the curvature is 1 in every direction and the maximum is expected at a distance of 1, the
    # length of the first step tried.
    far = float(np.linalg.norm(root.T @ objective(start)[1]))
    if far < _SHORT:
        return start

    def falling(steps: Floats) -> tuple[float, Floats]:
        value, gradient = objective(start + far * root @ steps)
        return -value / far**2, -(root.T @ gradient) / far

    found = minimize(falling, np.zeros(len(start)), jac=True, method="BFGS", options={"gtol": _SHORT / far})
    return np.asarray(start + far * root @ found.x)


def _from_start(objective: Objective, start: Floats, lower: Floats, upper: Floats) -> Floats:
    from scipy.optimize import minimize

    scale = max(1.0, abs(objective(start)[0]))

    def falling(at: Floats) -> tuple[float, Floats]:
        value, gradient = objective(at)
        return -value / scale, -gradient / scale

    options = {"maxiter": 500, "maxfun": 1000, "ftol": 1e-12, "gtol": 1e-9, "maxcor": 20}
    bounds = list(zip(lower, upper, strict=True))
    return np.asarray(minimize(falling, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x)


def _checked(
    objective: Objective, at: Floats, lower: Floats, upper: Floats, root: Floats | None = None
) -> Maximum | None:
    """Improve a maximum by Newton's steps until nothing is left to gain; ``None`` if that fails.

    A root of the covariance, if it is known from nearby, saves half the work.
    """
    value, gradient = objective(at)
    moved = True
    for _ in range(_MOST_STEPS):
        if not np.isfinite(value):
            return None
        if moved:
            information = (
                observed_information(objective, at) if root is None else _information_nearby(objective, at, root)
            )
        # A coordinate that the likelihood holds at its bound is fixed; the others have their maximum without it.
        held = ((at <= lower) & (gradient < 0)) | ((at >= upper) & (gradient > 0))
        gradient = np.where(held, 0.0, gradient)
        inverse, flat = _inverse(np.where(held | held[:, None], 0.0, information))
        newton, ridge = inverse @ gradient, flat @ gradient
        ridge[((at <= lower) & (ridge < 0)) | ((at >= upper) & (ridge > 0))] = 0.0
        gain, slope = float(newton @ gradient), float(np.abs(ridge).sum())
        if gain < _GAIN_LEFT and slope < _SLOPE_LEFT:
            on_bound = (at <= lower) | (at >= upper)
            return Maximum(at, value, _inverse(information)[0], _ridges(information, on_bound))
        outward = ridge / np.linalg.norm(ridge) if slope >= _SLOPE_LEFT else np.zeros_like(ridge)
        better = _higher(objective, at, value, newton + outward, lower, upper)
        if better is None:
            return None
        at, value, gradient = better
        moved = gain > _GAIN_NEARBY or slope >= _SLOPE_LEFT
    return None


def _inverse(information: Floats) -> tuple[Floats, Floats]:
    """Invert in the directions that the data determine; also return the projection on the others, the ridges."""
    curvatures, directions = np.linalg.eigh(information)
    determined = curvatures > _LARGEST_STD_ERROR**-2
    inverse = np.where(determined, 1 / np.where(determined, curvatures, 1.0), 0.0)
    return (directions * inverse) @ directions.T, (directions * ~determined) @ directions.T


def _ridges(information: Floats, on_bound: npt.NDArray[np.bool_]) -> Floats:
    """Directions in which the likelihood is flat, and those in which coordinates on a bound would move on."""
    curvatures, directions = np.linalg.eigh(information)
    flat = directions[:, curvatures <= _LARGEST_STD_ERROR**-2]
    # If a coordinate on its bound moved on, the others would follow to their maximum given it.
    inverse, _ = _inverse(np.where(on_bound | on_bound[:, None], 0.0, information))
    onward = np.eye(len(on_bound)) - inverse @ information
    return np.hstack([flat, onward[:, on_bound]])


def observed_information(objective: Objective, at: Floats) -> Floats:
    """Observed information: minus the second derivatives, by central differences of the gradient."""
    steps = _DIFFERENCE * np.eye(len(at))
    rows = np.array([(objective(at - step)[1] - objective(at + step)[1]) / (2 * _DIFFERENCE) for step in steps])
    return np.asarray((rows + rows.T) / 2)


def _information_nearby(objective: Objective, at: Floats, root: Floats) -> Floats:
    """Observed information where it is about 1 in every direction of ``root``, by forward differences."""
    gradient, steps = objective(at)[1], _DIFFERENCE_NEARBY * root.T
    rows = np.array([(gradient - objective(at + step)[1]) @ root / _DIFFERENCE_NEARBY for step in steps])
    back = np.linalg.inv(root)
    return np.asarray(back.T @ ((rows + rows.T) / 2) @ back)


def _higher(
    objective: Objective, at: Floats, value: float, step: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, float, Floats] | None:
    """Shorten a step until it does not go down."""
    for shortened in 0.5 ** np.arange(_MOST_HALVINGS):
        tried = np.clip(at + shortened * step, lower, upper)
        new, gradient = objective(tried)
        # What rounding takes from a sum over many customers is not a descent.
        if new >= value - 1e-13 * abs(value):
            return tried, new, gradient
    return None
