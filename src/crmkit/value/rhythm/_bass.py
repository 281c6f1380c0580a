"""The Bass model of a launch: how many new customers come in which period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from crmkit._checks import check_number
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.value.rhythm._adopters import Adopters, read_adopters
from crmkit.value.rhythm._bass_curve import Fit, fit_curve
from crmkit.value.rhythm._bass_tables import Launch

__all__ = ["BassModel"]

_PARAMETERS: Final = ("market_potential", "p", "q")
_COLUMNS: Final = ["estimate", "std_error", "lower", "upper"]
_LEVEL: Final = 0.95
_TEXT: Final = pd.Series(["text"]).dtype
_HIGHEST: Final = {"market_potential": 1e300, "p": 1e3, "q": 1e3}
_LOWEST: Final = {"market_potential": 1e-300, "p": 1e-12, "q": 0.0}

_NOT_FROM_LAUNCH: Final = Message(
    en="{@adopters} has {n} {n:period|periods} at the start that {n:is|are} not known. The model counts from the "
    "launch: if the log begins with it, make the table with {@run_in_days=0}; otherwise use "
    "{@acquisition_forecast_table()}.",
    zh="{@adopters} 的前 {n} 个期间未知，而该模型从上市起计：若订单从上市开始，请以 {@run_in_days=0} 生成该表，"
    "否则请用 {@acquisition_forecast_table()}。",
)
_FEW: Final = Message(
    en="{@adopters} has {n} {n:period|periods} since the first new customer; {needed} are the least that can be "
    "fitted.",
    zh="{@adopters} 自首位新客户起只有 {n} 个期间，至少需要 {needed} 个才能拟合。",
)
_SMALL_MARKET: Final = Message(
    en="{@market_potential} must be a number above the {sum:,.0f} customers who have come, got {value!r}.",
    zh="{@market_potential} 须大于已有的 {sum:,.0f} 位客户，得到 {value!r}。",
)
_OTHER_NAMES: Final = Message(
    en="{@params} must give {names} a number each, got {got}.", zh="{@params} 须为 {names} 各给一个数，得到 {got}。"
)
_OUT_OF_RANGE: Final = Message(
    en="{where} must lie between {low:g} and {high:g}, got {value!r}.",
    zh="{where}须在 {low:g} 与 {high:g} 之间，得到 {value!r}。",
)


class BassModel(JsonEstimator):
    r"""Bass's model of a launch: some come by themselves, others because of those who came before.

    .. math:: \frac{f(t)}{1 - F(t)} = p + q F(t), \qquad
              F(t) = \frac{1 - e^{-(p + q) t}}{1 + (q / p) e^{-(p + q) t}}

    F is the share of the market that has been won t periods after the launch, p is the coefficient of innovation, and
    q that of imitation. The new customers of period t are m (F(t) - F(t - 1)), with m the market potential; that is
    fitted by least squares, which is Srinivasan and Mason's form. Sources that fit m f(t) instead print other numbers.

    The model holds for first purchases of one product in one market that does not change. Shortly after the peak m
    comes out too small and q too large more often than not, which the intervals do not take into account [3]_. They
    suppose deviations of about the same size in all periods. If these go with the number of customers, the interval of
    the time of the peak is too narrow, and forecasts far beyond the peak have intervals that are too wide.

    Parameters
    ----------
    market_potential : float, optional
        The customers that there will ever be, above those who have come. By default it is fitted, which needs data
        beyond the peak; before it any size of market fits.

    Attributes
    ----------
    params_ : DataFrame, indexed by ``parameter``
        ``market_potential`` in customers, ``p`` and ``q`` per period: ``estimate``, and ``std_error``, ``lower`` and
        ``upper`` of the 95 % interval, Student's on the log scale; missing for what was given, and for a ``q`` that
        went to 0.
    covariance_ : DataFrame of shape (3, 3)
        Of the logarithms of the parameters; 0 for what was not fitted.
    sigma_ : float
        Standard deviation of what the curve leaves, in customers per period; ``nan`` where parameters were given.
    degrees_of_freedom_ : int
        Periods less parameters fitted; 0 where parameters were given.
    history_ : DataFrame
        What was fitted on, from the first period with a new customer: ``period``, its first day as ISO text, and
        ``new_customers``.
    options_ : BassModel
        The parameters at the time of ``fit``.

    See Also
    --------
    adoption_table : New customers by period from an order log.
    acquisition_forecast_table : The new customers to come of a shop that is past its launch.

    References
    ----------
    .. [1] Bass (1969), "A New Product Growth for Model Consumer Durables", *Management Science* 15(5), 215-227.
    .. [2] Srinivasan and Mason (1986), "Nonlinear Least Squares Estimation of New Product Diffusion Models",
       *Marketing Science* 5(2), 169-178.
    .. [3] Van den Bulte and Lilien (1997), "Bias and Systematic Change in the Parameter Estimates of Macro-Level
       Diffusion Models", *Marketing Science* 16(4), 338-353.

    Examples
    --------
    Sales of video recorders in the United States from 1980 to 1989, in thousands.

    >>> recorders = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    >>> model = BassModel().fit(recorders)
    >>> model.params_["estimate"].round(4).to_dict()
    {'market_potential': 67660.0249, 'p': 0.0088, 'q': 0.6422}
    >>> model.forecast_table(3)[["t", "new_customers", "lower", "upper"]].round(0)
        t  new_customers  lower   upper
    0  11         3047.0  988.0  4985.0
    1  12         1712.0    0.0  3457.0
    2  13          929.0    0.0  2668.0
    """

    params_: pd.DataFrame
    covariance_: pd.DataFrame
    sigma_: float
    degrees_of_freedom_: int
    history_: pd.DataFrame

    def __init__(self, *, market_potential: float | None = None) -> None:
        self.market_potential = market_potential

    def fit(self, adopters: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the curve that fits best.

        Parameters
        ----------
        adopters : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame; or array-like of float
            ``new_customers`` of each period from the launch on, and ``period``, its first day, where known, as
            `adoption_table` gives them; or the numbers alone, in order. A period without new customers is 0. Missing
            values at the end are periods that are not over. Periods before the first new customer are taken to lie
            before the launch. Numbers need not be whole, as in thousands.
        y : None
            Not used.

        Returns
        -------
        BassModel
            Itself, fitted.

        Raises
        ------
        SchemaError
            If ``new_customers`` is missing as a column, at the start or between known values, holds no numbers, is
            negative or infinite, or 0 throughout; ``period`` repeats or leaves out a period; or there are fewer than
            four periods since the first new customer (three with ``market_potential``).
        TypeError
            If ``adopters`` is neither a frame nor a column of numbers, or ``market_potential`` is not a number.
        ValueError
            If ``market_potential`` is not above the customers who have come.
        ConvergenceError
            If no curve fits, or there is no ``market_potential`` and the curve has its peak after the data.
        """
        with self._fitting():
            market = self.options_.market_potential
            if market is not None:
                check_number(market, name="market_potential")
            read = read_adopters(adopters)
            if read.n_before:
                raise SchemaError(_NOT_FROM_LAUNCH(n=read.n_before))
            read = read.since(int(np.flatnonzero(read.counts)[0]))
            needed = len(_PARAMETERS) + (market is None)
            if len(read.counts) < needed:
                raise SchemaError(_FEW(n=len(read.counts), needed=needed))
            if market is not None and not market > read.counts.sum():
                raise ValueError(_SMALL_MARKET(sum=float(read.counts.sum()), value=market))
            self._keep(fit_curve(read.counts, market=None if market is None else float(market)), read)
            if market is not None:
                # The logarithm of the search loses the last bits.
                self.params_.loc["market_potential", "estimate"] = float(market)
        return self

    @classmethod
    def from_params(cls, params: Mapping[str, float]) -> Self:
        """Make a model with known parameters, such as those of similar products, before there are any data.

        Parameters
        ----------
        params : mapping of str to float
            ``market_potential`` above 0; ``p`` from 1e-12 and ``q`` from 0, both up to 1000 per period.

        Returns
        -------
        BassModel
            Ready to forecast from the launch on, without intervals.

        Raises
        ------
        TypeError
            If a number is not one.
        ValueError
            If a parameter is missing, unknown, or lies outside its range.

        Examples
        --------
        The means of 213 published fits by year are p = 0.03 and q = 0.38 (Sultan, Farley and Lehmann 1990).

        >>> model = BassModel.from_params({"market_potential": 10_000, "p": 0.03, "q": 0.38})
        >>> model.forecast_table(4)["new_customers"].round().tolist()
        [358.0, 493.0, 654.0, 827.0]
        """
        if not isinstance(params, Mapping) or set(params) != set(_PARAMETERS):
            got = list(params) if isinstance(params, Mapping) else params
            raise ValueError(_OTHER_NAMES(names=list(_PARAMETERS), got=got))
        for name in _PARAMETERS:
            check_number(params[name], name=f"params[{name!r}]")
            if not _LOWEST[name] <= params[name] <= _HIGHEST[name]:
                told = {"low": _LOWEST[name], "high": _HIGHEST[name], "value": params[name]}
                raise ValueError(_OUT_OF_RANGE(where=Column("params", name), **told))
        model = cls()
        with model._fitting(), np.errstate(divide="ignore"):
            logs = np.log([float(params[name]) for name in _PARAMETERS])
            nothing = Adopters(np.empty(0), np.empty(0, dtype="datetime64[us]"), 0)
            model._keep(Fit(logs, np.zeros((3, 3)), (False, False, False), np.nan, 0), nothing)
            model.params_["estimate"] = [float(params[name]) for name in _PARAMETERS]
        return model

    def forecast_table(
        self,
        n_periods: int,
        *,
        level: float = 0.95,
        n_draws: int = 2_000,
        random_state: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Forecast the new customers of the periods after the last one fitted on.

        Parameters
        ----------
        n_periods : int
            Periods to come, 1 to 1,000.
        level : float, default 0.95
            Probability with which an interval is meant to hold what comes: each by itself.
        n_draws : int, default 2,000
            Draws for the intervals, 2 to 100,000: of the parameters, and of the deviations of single periods from the
            curve.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        DataFrame
            A row per period: ``t``, its number since the launch; ``period``, its first day, missing if the periods
            fitted on had none or are not evenly spaced; ``new_customers``, ``lower`` and ``upper``;
            ``cumulative_customers``, those seen and to come, with ``cumulative_lower`` and ``cumulative_upper``. All
            are 0 or more. Intervals are missing if the parameters were given.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        TypeError
            If a number is not one.
        ValueError
            If an argument lies outside its range.

        Notes
        -----
        With a ``market_potential`` that was given the intervals hold only if it is right.
        """
        check_fitted(self)
        return self._launch().forecast(n_periods, level=level, n_draws=n_draws, random_state=random_state)

    def fitted_table(self) -> pd.DataFrame:
        """Show the new customers fitted on beside the curve.

        Returns
        -------
        DataFrame
            A row per period from the first with a new customer: ``t``, its number since the launch; ``period``, its
            first day, missing where not known; ``new_customers``; ``expected``, by the curve;
            ``cumulative_customers`` and ``cumulative_expected``. Without rows if the parameters were given.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        """
        check_fitted(self)
        return self._launch().fitted()

    def peak_table(
        self, *, level: float = 0.95, n_draws: int = 2_000, random_state: int | np.random.Generator = 0
    ) -> pd.DataFrame:
        r"""Say when most new customers come, and how many.

        .. math:: t^* = \frac{\ln(q / p)}{p + q}, \qquad m f(t^*) = \frac{m (p + q)^2}{4 q}, \qquad
                  F(t^*) = \frac{1}{2} - \frac{p}{2 q}

        if q is above p; otherwise the peak is at the launch, with m p new customers per period.

        Parameters
        ----------
        level : float, default 0.95
            Confidence of the intervals.
        n_draws : int, default 2,000
            Draws of the parameters for the intervals, 2 to 100,000.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        DataFrame
            A row per ``quantity`` with ``value``, ``lower`` and ``upper``: "peak_time", in periods since the launch, 0
            at its start; "peak_rate", in new customers per period; "peak_share", the share of the market won by then.
            Intervals are missing if the parameters were given.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        TypeError
            If a number is not one.
        ValueError
            If an argument lies outside its range.
        """
        check_fitted(self)
        return self._launch().peak(level=level, n_draws=n_draws, random_state=random_state)

    def _keep(self, fit: Fit, read: Adopters) -> None:
        errors = np.where(fit.free, np.sqrt(np.diag(fit.covariance)), np.nan)
        with np.errstate(over="ignore"):
            estimate = np.exp(fit.at)
            reach = _student(_LEVEL, fit.df) * errors if fit.df else errors
            columns = (estimate, estimate * errors, estimate * np.exp(-reach), estimate * np.exp(reach))
        names = pd.Index(list(_PARAMETERS), name="parameter")
        self.params_ = pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), index=names)
        self.covariance_ = pd.DataFrame(fit.covariance, index=names, columns=list(_PARAMETERS))
        self.sigma_, self.degrees_of_freedom_ = float(fit.sigma), fit.df
        days = [None if np.isnat(day) else str(day) for day in read.periods.astype("datetime64[D]")]
        self.history_ = pd.DataFrame({"period": pd.Series(days, dtype=_TEXT), "new_customers": read.counts})

    def _launch(self) -> Launch:
        history = self.history_
        return Launch(
            self.params_["estimate"].to_numpy(),
            self.covariance_.to_numpy(),
            self.sigma_,
            self.degrees_of_freedom_,
            history["new_customers"].to_numpy(),
            pd.to_datetime(history["period"], format="%Y-%m-%d").to_numpy(dtype="datetime64[us]"),
        )

    def _check_restored(self) -> None:
        super()._check_restored()
        for table, columns in ((self.params_, _COLUMNS), (self.covariance_, list(_PARAMETERS))):
            if list(table.index) != list(_PARAMETERS) or list(table.columns) != columns:
                raise JsonError("each parameter has numbers")
            if (table.dtypes != np.float64).any():
                raise JsonError("parameters are numbers")
        estimate = self.params_["estimate"]
        if not np.isfinite(estimate).all() or any(estimate[name] < _LOWEST[name] for name in _PARAMETERS):
            raise JsonError("an estimate lies outside its range")
        covariance = self.covariance_.to_numpy()
        if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
            raise JsonError("a covariance is finite and symmetric")
        if list(self.history_.columns) != ["period", "new_customers"] or (self.history_["new_customers"] < 0).any():
            raise JsonError("new customers are not below 0")
        given = self.degrees_of_freedom_ == 0
        if given == bool(len(self.history_)) or given != bool(np.isnan(self.sigma_)) or self.sigma_ < 0:
            raise JsonError("given parameters come from no customers")


def _student(level: float, df: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2))
