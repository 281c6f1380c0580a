"""Models that were fitted with the package lifetimes."""

from __future__ import annotations

from typing import Any

from crmkit._time_units import TimeUnit
from crmkit.value._model import ValueModel
from crmkit.value._purchases import BetaGeoBetaBinomModel, BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel
from crmkit.value._spend import GammaGammaModel

__all__ = ["from_lifetimes"]

_KINDS: dict[str, type[ValueModel]] = {
    "BetaGeoFitter": BetaGeoModel,
    "ModifiedBetaGeoFitter": ModifiedBetaGeoModel,
    "ParetoNBDFitter": ParetoNBDModel,
    "BetaGeoBetaBinomFitter": BetaGeoBetaBinomModel,
    "GammaGammaFitter": GammaGammaModel,
}


def from_lifetimes(fitter: Any, *, time_unit: TimeUnit | None = None) -> ValueModel:
    """Take over the parameters of a model that the package lifetimes fitted.

    Parameters
    ----------
    fitter : BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter, BetaGeoBetaBinomFitter or GammaGammaFitter
        Fitted. The package itself is not needed, only the object.
    time_unit : {"D", "W", "M", "Y"}, optional
        The unit of the times it was fitted on, which it does not know itself. Not for GammaGammaFitter.

    Returns
    -------
    model
        The crmkit model of the same name with the same parameters, ready to predict; without standard errors.

    Raises
    ------
    TypeError
        If ``fitter`` is none of the five.
    ValueError
        If it is not fitted, or ``time_unit`` is missing, or given where there is no time.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> class BetaGeoFitter(SimpleNamespace): ...
    >>> fitter = BetaGeoFitter(params_={"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> from_lifetimes(fitter, time_unit="W")
    BetaGeoModel()
    parameters given, not fitted, time in weeks
    r 0.243, alpha 4.414, a 0.793, b 2.426
    """
    name = type(fitter).__name__
    if name not in _KINDS:
        raise TypeError(f"`fitter` must be a fitted model of lifetimes, one of {list(_KINDS)}, got {name}.")
    params = getattr(fitter, "params_", None)
    if params is None:
        raise ValueError(f"`fitter` is not fitted: it has no `params_`. Call {name}.fit first.")
    timed = name != "GammaGammaFitter"
    if timed != (time_unit is not None):
        need = (
            "must be the unit of the times it was fitted on, 'D', 'W', 'M' or 'Y'" if timed else "has no meaning here"
        )
        raise ValueError(f"`time_unit` {need}, got {time_unit!r}.")
    return _KINDS[name].from_params(
        {str(key): float(value) for key, value in dict(params).items()}, **({"time_unit": time_unit} if timed else {})
    )
