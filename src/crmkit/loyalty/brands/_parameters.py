"""The estimates of a Dirichlet model, by each of its methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import normal_reach
from crmkit.loyalty.brands._category import category_maximum, of_mean_and_zeros
from crmkit.loyalty.brands._choices import choice_maximum, is_within_notch, own_concentrations
from crmkit.loyalty.brands._market import Market, check_shares
from crmkit.loyalty.brands._panel import Panel, check_several

__all__ = ["BRAND_COLUMNS", "PARAMETERS", "PARAMETER_COLUMNS", "Estimates", "given", "of_market", "of_panel"]

PARAMETERS: Final = ("M", "K", "S")
PARAMETER_COLUMNS: Final = ("estimate", "std_error", "lower", "upper")
BRAND_COLUMNS: Final = ("brand", "share", "alpha", "std_error", "lower", "upper", "own_S", "counts")
_LEVEL: Final = 0.95
# Beyond these a parameter means no more than 0 or infinity; fits do not go there.
_LOWEST: Final = 1e-12
_HIGHEST: Final = 1e13

_OTHER_NAMES: Final = Message(
    en="{@params} must give {names} a number each, got {got}.", zh="{@params} 须为 {names} 各给一个数，得到 {got}。"
)
_OUT_OF_RANGE: Final = Message(
    en="{where} must lie between {low:g} and {high:g}, got {value!r}.",
    zh="{where}须在 {low:g} 与 {high:g} 之间，得到 {value!r}。",
)
_NO_SHARES: Final = Message(
    en="{@shares} must be a mapping of brands to their shares, got {value!r}.",
    zh="{@shares} 须为品牌到份额的映射，得到 {value!r}。",
)


class Estimates(NamedTuple):
    """M, K and S with what follows from them, and the brands."""

    params: pd.DataFrame
    brands: pd.DataFrame
    boundary: list[str]
    category_loglik: float = np.nan
    choice_loglik: float = np.nan


def given(params: Mapping[str, float], shares: Mapping[Any, float]) -> Estimates:
    """Parameters that were not fitted."""
    if not isinstance(params, Mapping) or set(params) != set(PARAMETERS):
        raise ValueError(
            _OTHER_NAMES(names=list(PARAMETERS), got=list(params) if isinstance(params, Mapping) else params)
        )
    for name in PARAMETERS:
        check_number(params[name], name=f"params[{name!r}]")
        if not _LOWEST <= params[name] <= _HIGHEST:
            told = {"low": _LOWEST, "high": _HIGHEST, "value": params[name]}
            raise ValueError(_OUT_OF_RANGE(where=Column("params", name), **told))
    if not isinstance(shares, Mapping):
        raise TypeError(_NO_SHARES(value=shares))
    for brand, share in shares.items():
        check_number(share, name=f"shares[{brand!r}]")
    brands, numbers = list(shares), np.array(list(shares.values()), dtype=np.float64)
    check_several(brands, where=Parameter("shares"))
    check_shares(numbers, brands=brands, where=Parameter("shares"))
    estimates, unknown = np.array([params[name] for name in PARAMETERS], dtype=np.float64), np.full(3, np.nan)
    none = np.full(len(brands), np.nan)
    table = _of_brands(brands, numbers, estimates[2] * numbers, none, none, np.ones(len(brands), dtype=bool))
    return Estimates(_tabled(PARAMETERS, estimates, unknown), table, [])


def of_market(market: Market, *, trimmed: bool) -> Estimates:
    """Mean and zeros, and S of the brands' own, weighted by their shares; some of them left out if trimmed."""
    M, K = of_mean_and_zeros(market.category_penetration, market.category_frequency, table="brands")
    own = own_concentrations(M, K, brands=market.brands, share=market.share, penetration=market.penetration)
    counts = is_within_notch(own) if trimmed else np.ones(len(own), dtype=bool)
    S = float(np.average(own, weights=market.share * counts))
    unknown = np.full(3, np.nan)
    return Estimates(
        _tabled(PARAMETERS, np.array([M, K, S]), unknown),
        _of_brands(market.brands, market.share, S * market.share, np.full(len(own), np.nan), own, counts),
        [],
    )


def of_panel(panel: Panel) -> Estimates:
    """The most likely parameters, with errors on the log scale."""
    totals, truncated = panel.totals, panel.n_customers is None
    category = category_maximum(totals, n_without=panel.base - len(totals), truncated=truncated)
    choices = choice_maximum(panel)
    alpha = np.exp(choices.at)
    S = alpha.sum()
    weights = alpha / S
    lost = choices.undetermined
    error = np.where(lost, np.nan, np.sqrt(np.diag(choices.covariance)))
    of_S = np.nan if lost.any() else np.sqrt(weights @ choices.covariance @ weights)
    of_category = np.where(category.undetermined, np.nan, np.sqrt(np.diag(category.covariance)))
    logs = np.append(of_category, of_S)
    n = len(panel.brands)
    return Estimates(
        _tabled(PARAMETERS, np.append(np.exp(category.at), S), logs),
        _of_brands(panel.brands, weights, alpha, error, np.full(n, np.nan), np.ones(n, dtype=bool)),
        [name for name, log in zip(PARAMETERS, logs, strict=True) if np.isnan(log)],
        category.value,
        choices.value,
    )


def _tabled(names: Any, estimate: Floats, log_error: Floats) -> pd.DataFrame:
    """Estimates with errors and Wald's intervals on the log scale, which never go below 0."""
    reach = normal_reach(_LEVEL) * log_error
    with np.errstate(over="ignore"):
        parts = (estimate, estimate * log_error, estimate * np.exp(-reach), estimate * np.exp(reach))
    return pd.DataFrame(dict(zip(PARAMETER_COLUMNS, parts, strict=True)), index=pd.Index(list(names), name="parameter"))


def _of_brands(
    brands: list[Any], share: Floats, alpha: Floats, log_error: Floats, own: Floats, counts: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    table = _tabled(brands, alpha, log_error).rename(columns={"estimate": "alpha"}).reset_index(drop=True)
    table.insert(0, "share", share)
    table.insert(0, "brand", brands)
    return table.assign(own_S=own, counts=counts)
