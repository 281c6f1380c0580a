"""Observed retention beside what models of contracts predict, and how far off they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._stats import kaplan_meier
from crmkit._tables import open_columns
from crmkit.loyalty.survival._contracts import read_contracts

__all__ = ["retention_curve_table", "retention_error_table"]

OBSERVED: Final = "observed"
_COLUMNS: Final = ("curve", "t", "n_at_risk", "n_events", "survival", "lower", "upper", "retention_rate", "holdout")

_NO_MODELS: Final = Message(
    en="{@models} must map names to fitted models of contracts or to columns of survival, got {value!r}.",
    zh="{@models} 须为名称到已拟合的合同模型或生存率列的映射，得到 {value!r}。",
)
_OWN_NAME: Final = Message(
    en="{@models} must not name a model 'observed': what was observed is called so.",
    zh="{@models} 中的模型不能命名为 observed：观察到的曲线即用此名。",
)
_NO_CURVE: Final = Message(
    en="{@models} has {name!r}, whose survival must be {n} shares that start with 1 and never rise, at the renewals 0 "
    "to {last}; got {got}.",
    zh="{@models} 中 {name!r} 的生存率须为第 0 至第 {last} 次续约的 {n} 个比例，首个为 1 且不上升，得到 {got}。",
)
_NO_HOLDOUT: Final = Message(
    en="{@curves} has no renewals after those that were known to the models. Give {@known_until} to "
    "{@retention_curve_table()}.",
    zh="{@curves} 中没有模型当时尚不知道的续约。请在 {@retention_curve_table()} 中给出 {@known_until}。",
)


def retention_curve_table(
    contracts: FrameT,
    *,
    models: Mapping[str, Any],
    known_until: int | None = None,
    level: float = 0.95,
) -> FrameT:
    """Put the retention of customers under contract beside what models predict.

    Parameters
    ----------
    contracts : pandas, Polars or PyArrow table
        What is known by now: ``tenure``, ``churned`` and ``n_customers`` where rows are groups, as
        `contracts_from_durations` or `crmkit.value.contracts.contract_table` makes them.
    models : mapping of str
        By name: fitted models whose ``survival(t)`` is the share of new customers who survive t renewals, such as
        those of `crmkit.value.contracts`; or columns of that share at the renewals 0, 1, … up to the last one seen.
    known_until : int, optional
        The last renewal that the models knew of, as in `contracts_until`; later ones are the holdout. None: all.
    level : float, default 0.95
        Confidence of the interval of what was observed, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per curve and renewal, what was observed first. ``curve``: "observed", or the model's name; ``t``, the
        number of the renewal, from 0; ``n_at_risk``, customers up for it, and ``n_events``, those lost at it;
        ``survival``, the share that survives it, as observed that of Kaplan and Meier; ``lower``, ``upper`` of what was
        observed, missing for models; ``retention_rate``, the share of those up for it who renew, missing at 0 and
        where nobody is left; ``holdout``.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value.
    TypeError
        If ``contracts`` is not a frame, or ``models`` not such a mapping.
    ValueError
        If ``known_until`` is below 1, a model is called "observed", or its survival is none.

    Examples
    --------
    >>> from crmkit.loyalty.survival import contracts_until
    >>> from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table
    >>> seen = contract_table([1000, 869, 743, 653, 593, 551])
    >>> model = ShiftedBetaGeoModel().fit(contracts_until(seen, renewal=3))
    >>> curves = retention_curve_table(seen, models={"sBG": model}, known_until=3)
    >>> curves[curves["t"] == 5][["curve", "survival", "lower", "upper", "retention_rate", "holdout"]].round(3)
           curve  survival  lower  upper  retention_rate  holdout
    5   observed     0.551   0.52  0.581           0.929     True
    11       sBG     0.501    NaN    NaN           0.878     True
    """
    check_fraction(level, name="level")
    if known_until is not None:
        check_int(known_until, name="known_until", low=1)
    if not isinstance(models, Mapping) or not all(isinstance(name, str) for name in models):
        raise TypeError(_NO_MODELS(value=models))
    if OBSERVED in models:
        raise ValueError(_OWN_NAME())
    tenure, churned, n = read_contracts(contracts)
    here = ~np.isnan(tenure) & (n > 0)
    curve = kaplan_meier(tenure[here], churned[here], counts=n[here], level=level)
    t = np.arange(int(curve.times[-1]) + 1)
    at = np.searchsorted(curve.times, t, side="right")
    lower, upper = (np.append(np.nan, end)[at] for end in (curve.lower, curve.upper))
    seen = np.isin(t, curve.times)
    events = np.where(seen, np.append(0.0, curve.events)[np.where(seen, at, 0)], 0.0)
    at_risk = curve.at_risk[np.searchsorted(curve.times, t)]
    beside = {"n_at_risk": at_risk, "n_events": events}
    parts = [_part(OBSERVED, t, np.append(1.0, curve.survival)[at], beside, lower, upper)]
    nothing = np.full(len(t), np.nan)
    parts += [_part(name, t, _foretold(name, model, t), beside, nothing, nothing) for name, model in models.items()]
    table = pd.concat(parts, ignore_index=True)
    table["holdout"] = table["t"] > (t[-1] if known_until is None else known_until)
    return from_pandas(table[list(_COLUMNS)], like=contracts)


def retention_error_table(curves: FrameT) -> FrameT:
    r"""Judge models of contracts on the renewals that they did not know of.

    Parameters
    ----------
    curves : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `retention_curve_table` makes it, with ``known_until``.

    Returns
    -------
    the kind of frame given
        One row per model, the one with the best score first. ``model``; ``n_renewals`` of the holdout; ``bias``, the
        mean of predicted less observed survival; ``mean_absolute_error``, and ``mean_absolute_percentage_error``, as a
        share of the observed; ``share_in_interval``, how many predicted shares lie in the interval of the observed;
        ``log_score``, the mean logarithm of the probability that the model gave to what each customer up for a renewal
        of the holdout did: nearer to 0 is better. It is that of the retention of those still there, so a model that
        went wrong before the holdout is not charged again.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``curves`` is not a frame.
    ValueError
        If there is no holdout.

    References
    ----------
    .. [1] Fader and Hardie (2007), "How to Project Customer Retention", *Journal of Interactive Marketing* 21(1),
       76-90, who judge projections by the percentage error.
    .. [2] Gneiting and Raftery (2007), "Strictly Proper Scoring Rules, Prediction, and Estimation", *JASA* 102.

    Examples
    --------
    >>> from crmkit.loyalty.survival import contracts_until
    >>> from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table
    >>> seen = contract_table([1000, 869, 743, 653, 593, 551])
    >>> model = ShiftedBetaGeoModel().fit(contracts_until(seen, renewal=3))
    >>> curves = retention_curve_table(seen, models={"sBG": model}, known_until=3)
    >>> retention_error_table(curves)[["model", "n_renewals", "bias", "share_in_interval", "log_score"]].round(3)
      model  n_renewals   bias  share_in_interval  log_score
    0   sBG           2 -0.036                0.5     -0.292
    """
    opened = open_columns(curves, _COLUMNS, name="curves", made_by="loyalty.survival.retention_curve_table")
    table = to_pandas(opened.select(*_COLUMNS))
    table = table[table["holdout"].astype(bool)].sort_values("t", kind="stable")
    observed = table[table["curve"] == OBSERVED].set_index("t")
    if observed.empty:
        raise ValueError(_NO_HOLDOUT())
    rows = [
        {"model": name, **_errors(part.set_index("t"), observed)}
        for name, part in table[table["curve"] != OBSERVED].groupby("curve", sort=False)
    ]
    columns = ["model", "n_renewals", "bias", "mean_absolute_error", "mean_absolute_percentage_error"]
    judged = pd.DataFrame(rows, columns=[*columns, "share_in_interval", "log_score"])
    return from_pandas(judged.sort_values("log_score", ascending=False, kind="stable", ignore_index=True), like=curves)


def _part(
    name: str, t: Any, survival: Floats, beside: Mapping[str, Floats], lower: Floats, upper: Floats
) -> pd.DataFrame:
    before = np.append(np.nan, survival[:-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        retention = np.where(before > 0, survival / before, np.nan)
    ends = {"lower": lower, "upper": upper}
    return pd.DataFrame({"curve": name, "t": t, **beside, "survival": survival, **ends, "retention_rate": retention})


def _foretold(name: str, model: Any, t: Any) -> Floats:
    """What a model, or a column, says of the renewals."""
    said = model.survival(t) if hasattr(model, "survival") else model
    try:
        survival = np.asarray(said, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(_NO_MODELS(value={name: model})) from error
    rises = survival.shape != t.shape or survival[0] != 1 or not (np.diff(survival) <= 0).all() or survival[-1] < 0
    if rises:
        raise ValueError(_NO_CURVE(name=name, n=len(t), last=int(t[-1]), got=survival.tolist()))
    return survival


def _errors(predicted: pd.DataFrame, observed: pd.DataFrame) -> dict[str, float]:
    off = predicted["survival"] - observed["survival"]
    inside = (predicted["survival"] >= observed["lower"]) & (predicted["survival"] <= observed["upper"])
    lost, n = observed["n_events"].to_numpy(), observed["n_at_risk"].to_numpy()
    rate = predicted["retention_rate"].reindex(observed.index).to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # What nobody did costs nothing, however unlikely it was.
        score = np.where(lost > 0, lost * np.log1p(-rate), 0.0) + np.where(n > lost, (n - lost) * np.log(rate), 0.0)
        relative = off.abs() / observed["survival"].where(observed["survival"] > 0)
    return {
        "n_renewals": len(observed),
        "bias": float(off.mean()),
        "mean_absolute_error": float(off.abs().mean()),
        "mean_absolute_percentage_error": float(relative.mean()),
        "share_in_interval": float(inside[observed["lower"].notna()].mean()),
        "log_score": float(score.sum() / n.sum()),
    }
