"""The hazard of leaving in each period, from features that may change from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._frames import FrameT, column_like, from_pandas
from crmkit._messages import Message
from crmkit._stats import normal_reach, survival_band
from crmkit.errors import SchemaError
from crmkit.loyalty.survival._hazard_fit import Hazards, Link, fit_hazards
from crmkit.loyalty.survival._hazard_line import HazardLine
from crmkit.loyalty.survival._hazard_options import INTERCEPT, LOG, Baseline, check_options, first_periods, levels_of
from crmkit.loyalty.survival._hazard_rows import read_periods, read_profiles, read_rows
from crmkit.loyalty.survival._regression import check_complete

__all__ = ["DiscreteHazardModel"]

_LEVEL: Final = 0.95
_ESTIMATES: Final = ("estimate", "std_error", "lower", "upper")
_LEVELS: Final = ("period", "n_at_risk", "n_events")

_NOTHING: Final = Message(
    en="{@periods} holds {n:,} customers and periods, in which {left:,} left: there is nothing to tell apart.",
    zh="{@periods} 含 {n:,} 个客户期，其中 {left:,} 个离开，无从区分。",
)


class DiscreteHazardModel(JsonEstimator):
    r"""Fits the probability of leaving in each period, given that the customer is still there.

    .. math:: \operatorname{logit} h_{it} = \alpha_t + \beta^\top x_{it}, \qquad
        \hat S_i(t) = \prod_{s \le t} (1 - \hat h_{is})

    with a baseline :math:`\alpha_t` for each period and features :math:`x_{it}` that may change from period to period.
    The likelihood is that of a regression on a row per customer and period, as `person_period_table` lays them out;
    who is still there counts for the periods seen. Without features it is Kaplan and Meier's curve.

    Parameters
    ----------
    features : sequence of str, default ()
        Columns of numbers or flags. Code categories as 0 and 1.
    baseline : {"each", "log"} or sequence of int, default "each"
        "each": a level for each period that is seen, without a form; there is none for later periods. "log": a line in
        the logarithm of the period, which goes on. The first periods of bands, ascending from 1, such as
        ``(1, 2, 4, 13)``: a level per band, the last without an end.
    link : {"logit", "cloglog"}, default "logit"
        "logit": effects are on the odds of leaving in a period; exp of an estimate multiplies them. "cloglog":
        effects are on the hazard of a time that runs on between the periods, as in Cox's model, whatever their length.
    penalty : float, default 0
        How strongly effects are drawn towards 0: half this times the square of each, per standard deviation of its
        feature, is taken off the logarithm of the likelihood. 0 or more.

    Attributes
    ----------
    params_ : DataFrame
        By ``parameter``: ``estimate``, ``std_error``, ``lower``, ``upper`` (95 %), in the units of the features. First
        the levels ("period 1" for the period or band that begins with it; "intercept" and "log_period" for "log"), then
        the features. A level in whose periods nobody or everybody left has none: its hazard is 0 or 1. With a
        penalty the errors are those of a normal prior.
    baseline_ : DataFrame
        ``period``, the first of each level; ``n_at_risk``, customers and periods of it; ``n_events``, losses.
    covariance_ : DataFrame
        Of the estimates, a column for each in their order.
    loglik_, aic_, bic_ : float
        Of the data; the last counts losses, of which alone the estimates learn.
    n_periods_, n_events_ : float
        Customers and periods, and losses.
    options_ : DiscreteHazardModel
        The parameters at the time of ``fit``.

    References
    ----------
    .. [1] Singer and Willett (1993), "It's About Time: Using Discrete-Time Survival Analysis to Study Duration and the
       Timing of Events", *Journal of Educational Statistics* 18.
    .. [2] Prentice and Gloeckler (1978), "Regression Analysis of Grouped Survival Data", *Biometrics* 34: "cloglog".
    .. [3] Volinsky and Raftery (2000), "Bayesian Information Criterion for Censored Survival Models", *Biometrics* 56.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.survival import person_period_table
    >>> tenures = pd.DataFrame({
    ...     "customer_id": range(8), "duration": [1, 1, 2, 2, 1, 2, 3, 3], "observed": [1, 1, 1, 0, 0, 0, 1, 0],
    ...     "discount": [0, 0, 0, 0, 1, 1, 1, 0],
    ... })
    >>> periods = person_period_table(tenures, freq=None, keep=["discount"])
    >>> model = DiscreteHazardModel(features=["discount"], baseline="log").fit(periods)
    >>> model.params_["estimate"].round(2).to_dict()
    {'intercept': -0.93, 'log_period': 0.63, 'discount': -0.97}
    """

    params_: pd.DataFrame
    baseline_: pd.DataFrame
    covariance_: pd.DataFrame
    loglik_: float
    aic_: float
    bic_: float
    n_periods_: float
    n_events_: float

    def __init__(
        self,
        *,
        features: Sequence[str] = (),
        baseline: Baseline = "each",
        link: Link = "logit",
        penalty: float = 0.0,
    ) -> None:
        self.features = features
        self.baseline = baseline
        self.link = link
        self.penalty = penalty

    def fit(self, periods: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the effects under which those who left are most likely to have.

        Parameters
        ----------
        periods : pandas, Polars or PyArrow table
            A row per customer and period, as `person_period_table` makes it: ``period``, ``left``, the features, and
            ``n_customers`` where rows are groups.
        y : None
            Not used.

        Returns
        -------
        DiscreteHazardModel
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds an impossible value, nobody or everybody left, or features follow from one
            another.
        TypeError
            If ``periods`` is not a frame, or an option of a wrong kind.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If features tell exactly who leaves.
        """
        with self._fitting():
            options = self.options_
            check_options(**options.get_params(deep=False))
            values = read_rows(periods, ["period", "left"], options.features)
            counts = values.get("n_customers", np.ones(len(values["period"])))
            check_complete(values, options.features, table="periods", among=counts > 0)
            here = counts > 0
            period, left, counts = values["period"][here], values["left"][here], counts[here]
            if not 0 < (counts * left).sum() < counts.sum():
                raise SchemaError(_NOTHING(n=len(period), left=int(left.sum())))
            firsts = first_periods(options.baseline, period)
            levels = levels_of(period, firsts, each=options.baseline == "each")
            at_risk = np.bincount(levels, counts, minlength=len(firsts))
            events = np.bincount(levels, counts * left, minlength=len(firsts))
            free = (events > 0) & (events < at_risk)
            places = np.where(free, np.cumsum(free) - 1, -1)
            own = [values[name][here] for name in options.features]
            columns = [np.log(period), *own] if options.baseline == "log" else own
            rows = np.flatnonzero(free[levels])
            data = Hazards(
                places[levels[rows]],
                np.stack(columns, axis=1)[rows] if columns else np.empty((len(rows), 0)),
                left[rows],
                counts[rows],
            )
            # The baseline is never drawn towards 0.
            penalty = np.full(len(columns), float(options.penalty))
            penalty[: len(columns) - len(own)] = 0
            found = fit_hazards(data, n_levels=int(free.sum()), link=options.link, penalty=penalty)
            self.baseline_ = pd.DataFrame(
                {"period": firsts, "n_at_risk": at_risk.astype(np.float64), "n_events": events.astype(np.float64)}
            )
            names = _names(self.baseline_, options)
            error = np.sqrt(np.diag(found.covariance))
            half = normal_reach(_LEVEL) * error
            parts = (found.estimates, error, found.estimates - half, found.estimates + half)
            self.params_ = pd.DataFrame(
                dict(zip(_ESTIMATES, parts, strict=True)), index=pd.Index(names, name="parameter")
            )
            self.covariance_ = pd.DataFrame(found.covariance, columns=names)
            self.loglik_ = found.loglik
            self.aic_ = 2 * len(names) - 2 * found.loglik
            self.n_periods_, self.n_events_ = float(counts.sum()), float(events.sum())
            self.bic_ = len(names) * float(np.log(self.n_events_)) - 2 * found.loglik
        return self

    def hazard(self, periods: Any) -> Any:
        """Give each customer the probability of leaving in the period of their row, if they are still there.

        Parameters
        ----------
        periods : pandas, Polars or PyArrow table
            With ``period`` and the features.

        Returns
        -------
        Series (PyArrow: chunked array) named ``hazard``
            In [0, 1], in the order of the rows; missing where a feature is, or where no hazard is known of the period.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``periods`` is not a frame in memory.
        """
        check_fitted(self)
        given = read_periods(periods, self.options_.features)
        return column_like(self._line().hazards(*given), name="hazard", like=periods)

    def probability_alive(self, customers: Any, *, horizon: int = 1) -> Any:
        """Give each customer the probability of still being there after some more periods.

        The features stay what they are. Where they will change and it is known how, lay out the periods to come and
        cumulate their `hazard` with `survival_from_hazards`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With ``period``, the one that is to begin now (1 for a new customer), and the features.
        horizon : int, default 1
            How many periods, that one included; 0 or more.

        Returns
        -------
        Series (PyArrow: chunked array) named ``probability_alive``
            In [0, 1], in the order of the rows; missing where a feature is, or where no hazard is known of a period.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``customers`` is not a frame in memory, or ``horizon`` not a whole number.
        ValueError
            If ``horizon`` is below 0.
        """
        check_fitted(self)
        check_int(horizon, name="horizon", low=0)
        period, features = read_periods(customers, self.options_.features)
        line = self._line()
        alive = np.where(np.isnan(features).any(axis=1) | np.isnan(period), np.nan, 1.0)
        for ahead in range(horizon):
            alive = alive * (1 - line.hazards(period + ahead, features))
        return column_like(alive, name="probability_alive", like=customers)

    def survival_table(self, profiles: FrameT, *, n_periods: int, level: float = 0.95) -> FrameT:
        """Tabulate hazard and survival of new customers with given features, period by period.

        Parameters
        ----------
        profiles : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            A row per profile with the features, which stay what they are; without features, any table of one row.
        n_periods : int
            How many periods, at least 1.
        level : float, default 0.95
            Confidence of the interval of each survival, between 0 and 1; from the covariance of the estimates.

        Returns
        -------
        the kind of frame given
            One row per profile and period: ``profile``, the place of the row from 0; ``period``; ``hazard``;
            ``survival``, the share still there after it; ``lower``, ``upper``, missing where survival is 0 or 1. All
            are missing where a feature is, and from the first period of which no hazard is known.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``profiles`` is not a frame, or ``n_periods`` not a whole number.
        ValueError
            If ``n_periods`` is below 1 or ``level`` not between 0 and 1.
        """
        check_fitted(self)
        check_int(n_periods, name="n_periods", low=1)
        check_fraction(level, name="level")
        features = read_profiles(profiles, self.options_.features)
        n, line = len(features), self._line()
        covariance = self.covariance_.to_numpy()
        log, slope = np.zeros(n), np.zeros((n, len(covariance)))
        tables = []
        for number in range(1, n_periods + 1):
            period = np.full(n, float(number))
            hazard = line.hazards(period, features)
            with np.errstate(divide="ignore"):
                log = log + np.log1p(-hazard)
            slope = slope + line.slopes(period, features)
            survival = np.exp(log)
            lower, upper = survival_band(survival, ((slope @ covariance) * slope).sum(axis=1), level=level)
            tables.append(
                pd.DataFrame(
                    {
                        "profile": np.arange(n),
                        "period": number,
                        "hazard": hazard,
                        "survival": survival,
                        "lower": lower,
                        "upper": upper,
                    }
                )
            )
        table = pd.concat(tables).sort_values(["profile", "period"], kind="stable", ignore_index=True)
        return from_pandas(table, like=profiles)

    def _line(self) -> HazardLine:
        """The predictor as it was fitted."""
        firsts, at_risk, events = (self.baseline_[name].to_numpy() for name in _LEVELS)
        estimates = self.params_["estimate"].to_numpy()
        return HazardLine(estimates, firsts, at_risk, events, self.options_.baseline, self.options_.link)

    def _check_restored(self) -> None:
        super()._check_restored()
        check_options(**self.options_.get_params(deep=False))
        table, names = self.baseline_, list(self.params_.index)
        if list(table.columns) != list(_LEVELS) or list(self.params_.columns) != list(_ESTIMATES):
            raise JsonError("the tables of a hazard model have other columns")
        if names != _names(table, self.options_) or list(self.covariance_.columns) != names:
            raise JsonError("the estimates are those of other features")
        if len(self.covariance_) != len(names) or not np.isfinite(self.covariance_.to_numpy(dtype=float)).all():
            raise JsonError("the covariance is not that of the estimates")
        firsts = table["period"].to_numpy(dtype=float)
        if not np.array_equal(firsts, np.sort(np.unique(firsts))) or (firsts < 1).any():
            raise JsonError("the periods of the baseline do not ascend")


def _names(baseline: pd.DataFrame, options: DiscreteHazardModel) -> list[str]:
    if options.baseline == "log":
        return [INTERCEPT, LOG, *options.features]
    events, at_risk = baseline["n_events"], baseline["n_at_risk"]
    free = baseline.loc[(events > 0) & (events < at_risk), "period"]
    return [*(f"period {first}" for first in free), *options.features]
