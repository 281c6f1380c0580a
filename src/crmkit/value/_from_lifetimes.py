"""Models fitted with the package lifetimes."""

from __future__ import annotations

from typing import Any, Final

from crmkit._messages import Message
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

_NO_FITTER: Final = Message(
    en="{@fitter} must be a fitted model of lifetimes, one of {kinds}, got {kind}.",
    zh="{@fitter} 须为 lifetimes 已拟合的模型，{kinds} 之一，得到 {kind}。",
)
_NOT_FITTED: Final = Message(
    en="{@fitter} is not fitted: it has no `params_`. Call {kind}.fit first.",
    zh="{@fitter} 尚未拟合：没有 params_。请先调用 {kind}.fit。",
)
_NO_UNIT: Final = Message(
    en="{@time_unit} must be the unit of the times it was fitted on, 'D', 'W', 'M' or 'Y', got {value!r}.",
    zh="{@time_unit} 须为拟合所用时间的单位 'D'、'W'、'M' 或 'Y'，得到 {value!r}。",
)
_UNIT_WITHOUT_TIME: Final = Message(
    en="{@time_unit} has no meaning here, got {value!r}.", zh="{@time_unit} 在此没有意义，得到 {value!r}。"
)


def from_lifetimes(fitter: Any, *, time_unit: TimeUnit | None = None) -> ValueModel:
    """Make the model that the package lifetimes fitted.

    Parameters
    ----------
    fitter : BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter, BetaGeoBetaBinomFitter or GammaGammaFitter
        Fitted. Only the object is needed, not the package.
    time_unit : {"D", "W", "M", "Y"}, optional
        Unit of the times it was fitted on, which the object does not know. Not for GammaGammaFitter.

    Returns
    -------
    model
        The crmkit model of the same name with the same parameters, ready to predict; without standard errors.

    Raises
    ------
    TypeError
        If ``fitter`` is not one of the five.
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
        raise TypeError(_NO_FITTER(kinds=list(_KINDS), kind=name))
    params = getattr(fitter, "params_", None)
    if params is None:
        raise ValueError(_NOT_FITTED(kind=name))
    timed = name != "GammaGammaFitter"
    if timed != (time_unit is not None):
        raise ValueError((_NO_UNIT if timed else _UNIT_WITHOUT_TIME)(value=time_unit))
    return _KINDS[name].from_params(
        {str(key): float(value) for key, value in dict(params).items()}, **({"time_unit": time_unit} if timed else {})
    )
