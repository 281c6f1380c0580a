"""Models of the package greenwood, which the extra "survival" brings: fitted, and told in the units of the features."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._extras import check_extra
from crmkit._messages import Message
from crmkit._stats import normal_reach
from crmkit.errors import ConvergenceError
from crmkit.loyalty.survival._regression import Regression

__all__ = ["INTERCEPT", "curves", "effects", "fitted", "greenwood"]

INTERCEPT: Final = "intercept"

# Standard errors of effects per standard deviation: beyond, the likelihood has no maximum, and where the search
# stopped says nothing.
_MOST_UNCERTAIN: Final = 20.0
# No effect of one standard deviation is so large: e to it is 10 to the 43.
_MOST_EFFECT: Final = 100.0

_NO_MAXIMUM: Final = Message(
    en="No maximum of the likelihood was found: {names} tell exactly who stays longer. Look for something that is "
    "only known afterwards.",
    zh="未找到似然的最大值：{names} 恰好区分了谁留得更久。请检查是否含有事后才知道的信息。",
)


def greenwood() -> Any:
    """Return the package, or say which extra brings it."""
    check_extra("survival", "greenwood")
    return import_module("greenwood")


def fitted(model: Any, data: Regression, *, names: Sequence[str]) -> Any:
    """Fit a model of greenwood, or raise unless its first estimates, which have these names, are those of a maximum."""
    with warnings.catch_warnings():
        # What it could warn of shows in the estimates.
        warnings.simplefilter("ignore")
        try:
            model.fit(_response(data), data.features)
        except (np.linalg.LinAlgError, RuntimeError) as error:
            raise ConvergenceError(_NO_MAXIMUM(names=some(names))) from error
    n = len(names)
    estimates, errors = model.coef_[:n], model.std_error_[:n]
    # Where the curvature is lost in rounding, greenwood gives an error of 0.
    lost = ~(np.isfinite(estimates) & (errors > 0) & (errors <= _MOST_UNCERTAIN))
    own = np.arange(n) >= n - len(data.names)
    lost |= own & (np.abs(estimates) > _MOST_EFFECT)
    if lost.any():
        # An intercept goes with the features that tell all.
        blamed = lost & own if (lost & own).any() else lost
        raise ConvergenceError(_NO_MAXIMUM(names=some([name for name, bad in zip(names, blamed, strict=True) if bad])))
    return model


def effects(model: Any, data: Regression, *, names: Sequence[str], ratio: str, level: float) -> pd.DataFrame:
    """Tabulate the estimates in the units of the features, an intercept where a model has one in those of a 0."""
    n = len(names)
    to_zero, units = np.eye(n), np.append(np.ones(n - len(data.names)), data.scale.spread)
    if names[0] == INTERCEPT:
        to_zero[0, 1:] = -data.scale.centre / data.scale.spread
    estimate = to_zero @ model.coef_[:n]
    error = np.sqrt(np.diag(to_zero @ model.vcov_[:n, :n] @ to_zero.T))
    p_value = 2 * ndtr(-np.abs(estimate) / error)
    estimate, half = estimate / units, normal_reach(level) * error / units
    with np.errstate(over="ignore", under="ignore"):
        return pd.DataFrame(
            {
                "feature": list(names),
                "estimate": estimate,
                "std_error": error / units,
                ratio: np.exp(estimate),
                "lower": np.exp(estimate - half),
                "upper": np.exp(estimate + half),
                "p_value": p_value,
            }
        )


def curves(model: Any, profiles: pd.DataFrame, *, times: Floats) -> pd.DataFrame:
    """Put the survival of profiles, which greenwood has beside one another, below one another."""
    columns = ("survival", "lower", "upper")
    parts = {name: np.empty((len(profiles), len(times))) for name in columns}
    if len(profiles) and len(times):
        # Beyond all numbers, a risk is certain or none.
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            frame = model.predict(profiles, type="survival", times=times, ci=True, format="pandas")
        for name, end in zip(columns, ("", "_lower", "_upper"), strict=True):
            for place in range(len(profiles)):
                parts[name][place] = frame[f"subject_{place + 1}{end}"].to_numpy(dtype=np.float64)
    told = {"profile": np.repeat(np.arange(len(profiles)), len(times)), "duration": np.tile(times, len(profiles))}
    table = pd.DataFrame({**told, **{name: part.ravel() for name, part in parts.items()}})
    # Where no risk meets one beyond all numbers, at the start, everybody is there.
    table["survival"] = table["survival"].fillna(1.0)
    certain = table["survival"].isin([0, 1])
    table.loc[certain, ["lower", "upper"]] = np.nan
    return table


def _response(data: Regression) -> Any:
    """The durations as greenwood's own."""
    surv = greenwood().Surv
    if data.entries is None:
        return surv(data.durations, event=data.observed)
    # Who was watched from the start is at risk at a duration of 0 too.
    return surv(np.where(data.entries > 0, data.entries, -1.0), data.durations, event=data.observed)
