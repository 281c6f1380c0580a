"""What all models of purchases share: the fit, and predictions for customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option, some
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, column_like, from_pandas, from_pandas_beside, is_engine, open_frame, rows_like
from crmkit._messages import Column, Message
from crmkit._random import as_generator
from crmkit._stats import Numbers, as_floats
from crmkit._time_units import DAYS, TimeUnit, check_time_unit
from crmkit.errors import SchemaError
from crmkit.value._checks import (
    as_continuous_rate,
    as_end,
    as_horizons,
    check_covariates,
    check_horizon,
    check_in_time,
    check_quantities,
)
from crmkit.value._model import ValueModel, Values
from crmkit.value._purchases._covariates import Effect, effects, of_each_history
from crmkit.value._purchases._draws import QUANTITIES, DrawnLaw, estimates
from crmkit.value._purchases._engine import histories_in_memory, with_predictions
from crmkit.value._purchases._histories import KEYS, Histories, check_known, read_histories
from crmkit.value._purchases._laws import Law
from crmkit.value._purchases._likelihood import fitted
from crmkit.value._purchases._outlook import Outlook

__all__ = ["PurchaseModel", "check_purchase_model"]


# Further columns that fit takes or simulate gives.
_MADE = ("n_customers", "log_gap_sum", "alive", "holdout_purchases")

_NO_MODEL: Final = Message(
    en="{@model} must be a fitted model of purchases such as BetaGeoModel, got {value!r}.",
    zh="{@model} 须为拟合好的购买模型，如 BetaGeoModel，得到 {value!r}。",
)
_NO_TIME: Final = Message(
    en="{where} is 0 for all {n:,.0f} customers: nobody had time to come back, and all parameters fit alike. "
    "Take the customers as of a later day.",
    zh="全部 {n:,.0f} 位客户的{where}均为 0：谁都没有时间复购，任何参数都同样拟合。请取更晚的截止日期。",
)
_NOT_FLAT: Final = Message(
    en="{@T} must hold a number of days per customer, got an array of shape {shape}.",
    zh="{@T} 须为每位客户一个天数，得到形状为 {shape} 的数组。",
)
_NO_DAYS: Final = Message(en="{@T} must hold days, 0 or more, got {got}.", zh="{@T} 须为不小于 0 的天数，得到 {got}。")
_NO_MAPPING: Final = Message(
    en="{@covariates} must be None or map names to numbers, got {value!r}.",
    zh="{@covariates} 须为 None 或名称到数值的映射，得到 {value!r}。",
)
_OTHER_COVARIATES: Final = Message(
    en="{@covariates} must hold {names}, got {got}.", zh="{@covariates} 须恰好包含 {names}，得到 {got}。"
)
_OTHER_LENGTH: Final = Message(
    en="{where} must be one value or {n}, one per customer, got {got}.",
    zh="{where}须为一个值或 {n} 个值（每位客户一个），得到 {got} 个。",
)
_MISSING: Final = Message(en="{where} must hold finite numbers, got nan.", zh="{where}须为有限的数，得到 nan。")


class PurchaseModel(ValueModel):
    """Fits a law of buying to customers and predicts what they will do.

    A new customer is a row with ``frequency``, ``recency`` and ``T`` 0: somebody who bought for the first time on that
    day. Prospects have no history, and predictions for them are missing.
    """

    counts_opportunities: ClassVar[bool] = False
    time_unit: TimeUnit
    purchase_covariates: Sequence[str]
    dropout_covariates: Sequence[str]
    prospects: Literal["raise", "drop"]

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which what the customers did is most likely.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
            As `crmkit.customer_summary` gives it, or its `crmkit.cells` with ``n_customers``. Times in days.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds an impossible history, or nobody has a history or had time to come
            back; for prospects unless ``prospects="drop"``.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If no maximum of the likelihood is found.
        """
        return self._fit(customers, with_draws=True)

    def _fit(self, customers: Any, *, with_draws: bool) -> Self:
        """Fit; draws can be left out where no interval is asked for, as in a forecast that is only tried."""
        with self._fitting():
            self._check_options()
            histories = self._known_histories(customers)
            n_customers = float(histories.n.sum())
            ages = histories.T.values  # noqa: PD011
            if not self.options_.priors and not (ages[histories.n > 0] > 0).any():
                raise SchemaError(_NO_TIME(where=Column("customers", self._columns()[2]), n=n_customers))
            maximum, loglik, draws = fitted(
                self._law(),
                histories,
                self._effects(),
                priors=self._priors(),
                what=type(self).__name__,
                with_draws=with_draws,
            )
            self._keep_maximum(maximum, loglik=loglik, n_customers=n_customers, draws=draws)
        return self

    def probability_alive(self, customers: Any, *, horizon: float = 0) -> Any:
        """Give each customer the probability of being alive a while after ``as_of``.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        horizon : float, default 0
            Time after ``as_of``, in ``time_unit``.

        Returns
        -------
        Series (PyArrow: chunked array) named ``probability_alive``
            In [0, 1], in the order of the rows; missing for prospects.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If ``horizon`` is not a number.
        ValueError
            If ``horizon`` is negative or infinite.
        """
        t = check_horizon(horizon)
        check_fitted(self)
        grouped = t > 0 or not self._law().alive_is_quick
        return self._column(customers, "probability_alive", lambda outlook: outlook.alive(t), distinct=grouped)

    def expected_purchases(self, customers: Any, *, horizon: float) -> Any:
        """Give each customer the purchases expected in a time after ``as_of``.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        horizon : float
            Length of the time, in ``time_unit``.

        Returns
        -------
        Series (PyArrow: chunked array) named ``expected_purchases``
            Purchase days, not negative, in the order of the rows; missing for prospects.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If ``horizon`` is not a number.
        ValueError
            If ``horizon`` is negative or infinite.
        """
        t = check_horizon(horizon)
        return self._column(customers, "expected_purchases", lambda outlook: outlook.expected(t))

    def probability_inactive(self, customers: Any, *, horizon: float) -> Any:
        """Give each customer the probability of not buying at all in a time after ``as_of``.

        The honest churn score: whether a customer is alive is never observed; whether they buy is.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        horizon : float
            Length of the time, in ``time_unit``.

        Returns
        -------
        Series (PyArrow: chunked array) named ``probability_inactive``
            In [0, 1], in the order of the rows; missing for prospects.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If ``horizon`` is not a number.
        ValueError
            If ``horizon`` is negative or infinite.
        """
        t = check_horizon(horizon)
        return self._column(customers, "probability_inactive", lambda outlook: outlook.probability(0, t))

    def discounted_purchases(self, customers: Any, *, discount_rate: float, horizon: float | None = None) -> Any:
        """Give each customer the purchases expected after ``as_of``, each discounted to that day.

        The discounted expected residual transactions (DERT) where ``horizon`` is ``None``.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        discount_rate : float
            Yearly, for example 0.1; not negative, and above 0 where ``horizon`` is ``None``. A purchase after t
            years, whole or not, counts :math:`(1 + d)^{-t}`.
        horizon : float or None, default None
            Length of the time, in ``time_unit``; ``None`` for no end.

        Returns
        -------
        Series (PyArrow: chunked array) named ``discounted_purchases``
            Not negative, in the order of the rows; missing for prospects.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If ``horizon`` or ``discount_rate`` is not a number.
        ValueError
            If ``horizon`` is negative, or ``discount_rate`` is negative, or 0 without a horizon.

        References
        ----------
        .. [1] Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis",
           *Journal of Marketing Research* 42(4), equation 4.
        """
        rate = as_continuous_rate(discount_rate, days=DAYS[self.options_.time_unit])
        end = as_end(horizon, rate=rate)
        return self._column(customers, "discounted_purchases", lambda outlook: outlook.discounted(end, rate))

    def purchase_distribution(self, customers: Any, *, horizon: float, n_max: int = 10) -> Any:
        """Give each customer the probability of every number of purchases in a time after ``as_of``.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        horizon : float
            Length of the time, in ``time_unit``.
        n_max : int, default 10
            The largest number with a column of its own.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: ``p_0``, ``p_1`` … up to ``n_max``, and ``p_more``, which add up
            to 1; missing for prospects.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If ``horizon`` is not a number.
        ValueError
            If ``horizon`` is negative or infinite, or ``n_max`` negative.
        """
        t = check_horizon(horizon)
        check_int(n_max, name="n_max", low=0)
        histories, outlook = self._outlook(customers)
        exactly = {f"p_{n}": outlook.probability(n, t) for n in range(n_max + 1)}
        exactly["p_more"] = np.maximum(1 - np.sum(list(exactly.values()), axis=0), 0.0)
        return rows_like({name: histories.to_rows(values) for name, values in exactly.items()}, like=customers)

    def predict_table(
        self,
        customers: FrameT,
        *,
        horizon: float,
        quantities: Sequence[str] = ("probability_alive", "expected_purchases", "probability_inactive"),
        level: float | None = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> FrameT:
        """Give each customer estimates with intervals from the uncertainty of the parameters.

        Where ``boundary_`` is not empty, an estimate is that of the limit, and may lie at an end of its interval:
        see `draw_params`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            As `crmkit.customer_summary` gives it. An engine sends its distinct histories and gets the
            predictions joined to its customers.
        horizon : float
            Length of the time after ``as_of``, in ``time_unit``.
        quantities : sequence of str
            Of ``probability_alive`` (at the end of the horizon), ``expected_purchases``, ``probability_inactive``, and
            ``purchases``: the number itself, whose interval includes the customer's own randomness, and need not hold
            the mean: of somebody who hardly buys it is 0 to 0.
        level : float or None, default 0.95
            Probability with which an interval is meant to cover the value; ``None`` for estimates alone, which is fast
            for millions of customers.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of frame given
            For each quantity a column of its name, and with a level two that end in ``_lower`` and ``_upper``; missing
            for prospects. In memory one row per customer, in the order given; in an engine, whose rows have no order,
            the customers with these columns added.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, holds an impossible history, or has the name of one that an engine adds.
        TypeError
            If an argument is of the wrong kind.
        ValueError
            If an argument lies outside its range.
        """
        t = check_horizon(horizon)
        names = check_quantities(quantities, known=(*QUANTITIES, "purchases"))
        if level is not None:
            check_fraction(level, name="level")
        rng = as_generator(random_state)
        law = self._drawn(n_draws, rng)

        def made(histories: Histories) -> dict[str, Floats]:
            if level is None:
                return estimates(law.outlook(histories), names, horizon=t)
            return law.table(histories, names, horizon=t, level=level, rng=rng)

        if is_engine(open_frame(customers, name="customers")):
            few = histories_in_memory(customers, self._columns())
            return with_predictions(customers, few, made(self._histories(few, distinct=False)))
        histories = self._histories(customers)
        columns = made(histories)
        return rows_like({name: histories.to_rows(values) for name, values in columns.items()}, like=customers)

    def total_purchases(
        self,
        customers: FrameT,
        *,
        horizon: float,
        level: float = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> FrameT:
        """Estimate the purchases of all customers together, with intervals.

        Where ``boundary_`` is not empty, the estimate is that of the limit, and may lie at an end of its interval:
        see `draw_params`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or the cells of customers
            As `crmkit.customer_summary` or `crmkit.cells` gives it.
        horizon : float
            Length of the time after ``as_of``, in ``time_unit``.
        level : float, default 0.95
            Probability with which an interval is meant to cover the value.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of frame given, of one row
            ``expected_purchases``; ``lower`` and ``upper``, from the uncertainty of the parameters;
            ``prediction_lower`` and ``prediction_upper``, which include the customers' own randomness (a sum over
            many, taken as normal).

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        TypeError
            If an argument is of the wrong kind.
        ValueError
            If an argument lies outside its range.
        """
        t = check_horizon(horizon)
        check_fraction(level, name="level")
        rng = as_generator(random_state)
        total = self._drawn(n_draws, rng).total(self._histories(customers), horizon=t, level=level, rng=rng)
        return from_pandas(total, like=customers)

    def expected_curve(
        self, horizons: Sequence[float] | Numbers, *, covariates: Mapping[str, float] | None = None
    ) -> Any:
        """Purchases expected of a new customer after the first.

        Parameters
        ----------
        horizons : list, NumPy array, or pandas, Polars or PyArrow column of float
            Times after the first purchase, in ``time_unit``.
        covariates : mapping of str to float, optional
            The customer's covariates, where the model has any.

        Returns
        -------
        the kind of frame that goes with the column given, pandas for lists and arrays
            One row per horizon: ``horizon``, ``expected_purchases``, ``probability_alive``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If a horizon is not a number.
        ValueError
            If a horizon is negative or infinite, or ``covariates`` are not those of the model.
        """
        check_fitted(self)
        times = as_horizons(horizons)
        histories = self._histories(self._newcomers(np.zeros(1), covariates))
        own = self._own(self._estimates(), histories)
        law = self._law()
        curve = {
            "horizon": times,
            "expected_purchases": law.expected(own, times),
            "probability_alive": law.survival(own, times),
        }
        return from_pandas_beside(pd.DataFrame(curve), column=horizons)

    def simulate(
        self,
        T: npt.ArrayLike,
        *,
        horizon: float = 0,
        covariates: Mapping[str, npt.ArrayLike] | None = None,
        random_state: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Draw customers who buy as the model says.

        Parameters
        ----------
        T : array-like of float of shape (n_customers,)
            Days since the first purchase of each, not negative.
        horizon : float, default 0
            A time after T in which purchases are also counted, in ``time_unit``.
        covariates : mapping of str to array-like, optional
            One value, or one per customer, for each covariate of the model.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            One row per customer: ``frequency``, ``recency`` and ``T`` in days, not rounded; the covariates; ``alive``
            at T, which is never observed for real customers; ``holdout_purchases`` in the horizon.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``T`` or ``horizon`` is not a number.
        ValueError
            If ``T`` or ``horizon`` is negative or infinite, or ``covariates`` are not those of the model.
        """
        check_fitted(self)
        ages = np.atleast_1d(as_floats(T, name="T"))
        if ages.ndim > 1:
            raise ValueError(_NOT_FLAT(shape=ages.shape))
        if not (ages >= 0).all():
            raise ValueError(_NO_DAYS(got=some(ages[~(ages >= 0)].tolist())))
        t = check_horizon(horizon)
        new = self._newcomers(ages, covariates)
        histories = self._histories(new, distinct=False)
        own = self._own(self._estimates(), histories)
        drawn = self._law().simulate(own, histories.T.values, t, as_generator(random_state))
        days = DAYS[self.options_.time_unit]
        in_days = {"recency": drawn["recency"] * days}
        if "log_gap_sum" in drawn:
            in_days["log_gap_sum"] = drawn["log_gap_sum"] + drawn["frequency"] * np.log(days)
        return new.assign(**(drawn | in_days))

    def posterior_rates(self, customers: Any) -> Any:
        """Give each customer the means of their own rates, given their history.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: ``purchase_rate`` per ``time_unit`` while alive, and the
            model's measure of dropping out: ``dropout_rate`` per ``time_unit`` or ``dropout_probability`` per purchase.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        """
        check_fitted(self)
        histories = self._histories(customers)
        rates = self._law().rates(self._own(self._estimates(), histories), histories)
        return rows_like({name: histories.to_rows(values) for name, values in rates.items()}, like=customers)

    def _column(
        self, customers: Any, name: str, quantity: Callable[[Outlook], Floats], *, distinct: bool = True
    ) -> Any:
        histories, outlook = self._outlook(customers, distinct=distinct)
        return column_like(histories.to_rows(quantity(outlook)), name=name, like=customers)

    def _outlook(self, customers: Any, *, distinct: bool = True) -> tuple[Histories, Outlook]:
        check_fitted(self)
        histories = self._histories(customers, distinct=distinct)
        return histories, Outlook(self._law(), self._own(self._estimates(), histories), histories)

    def _newcomers(self, ages: Floats, covariates: Mapping[str, Any] | None) -> pd.DataFrame:
        """Customers about whom only the time since their first purchase is known."""
        return pd.DataFrame({"frequency": 0.0, "recency": 0.0, "T": ages, **self._columns_of(covariates, n=len(ages))})

    def _columns_of(self, covariates: Mapping[str, Any] | None, *, n: int) -> dict[str, Floats]:
        """Give n customers covariates, each one value or n."""
        given = {} if covariates is None else covariates
        if not isinstance(given, Mapping):
            raise TypeError(_NO_MAPPING(value=covariates))
        if set(given) != set(self._extra()):
            raise ValueError(_OTHER_COVARIATES(names=self._extra(), got=list(given)))
        columns = {}
        for name, values in given.items():
            own = np.ravel(values)
            own = np.ravel(as_floats(own.astype(float) if own.dtype == bool else own, name=f"covariates[{name!r}]"))
            if len(own) not in (1, n):
                raise ValueError(_OTHER_LENGTH(where=Column("covariates", name), n=n, got=len(own)))
            if np.isnan(own).any():
                raise ValueError(_MISSING(where=Column("covariates", name)))
            columns[name] = np.broadcast_to(own, n)
        return columns

    def _drawn(self, n_draws: int, rng: np.random.Generator) -> DrawnLaw:
        check_fitted(self)
        check_int(n_draws, name="n_draws", low=2)
        return DrawnLaw(self._law(), self._own, self._estimates(), self.draw_params(n_draws, random_state=rng))

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        histories = self._known_histories(customers)
        each, _ = self._law().likelihood(self._own(self._estimates(), histories), histories)
        return float(histories.n @ each), float(histories.n.sum())

    def _known_histories(self, customers: Any) -> Histories:
        """Histories of a table without prospects, or from which prospects are dropped."""
        histories = self._histories(customers)
        check_known(histories, prospects=self.options_.prospects, frequency=self._columns()[0])
        return histories

    def _law(self) -> Law:
        raise NotImplementedError

    def _effects(self) -> list[Effect]:
        return effects(
            self._law(), purchase=self.options_.purchase_covariates, dropout=self.options_.dropout_covariates
        )

    def _names(self) -> list[str]:
        return [*self._parameters, *(effect.name for effect in self._effects())]

    def _own(self, values: Values, histories: Histories) -> Values:
        return of_each_history(values, self._effects(), histories.extra)

    def _histories(self, customers: Any, *, distinct: bool = True) -> Histories:
        return read_histories(customers, time_unit=self.options_.time_unit, extra=self._extra(), distinct=distinct)

    def _columns(self) -> list[str]:
        """Columns that make up a history."""
        return [*KEYS, *self._extra()]

    def _extra(self) -> list[str]:
        return list(dict.fromkeys(effect.covariate for effect in self._effects()))

    def _check_options(self) -> None:
        check_time_unit(self.options_.time_unit)
        check_option(self.options_.prospects, ("raise", "drop"), name="prospects")
        for name in ("purchase_covariates", "dropout_covariates"):
            check_covariates(getattr(self.options_, name, ()), name=name, taken=(*KEYS, *_MADE))
        self._check_priors()


def check_purchase_model(model: object) -> None:
    """Raise unless a model is one of purchases in time."""
    check_in_time(model)
    if not isinstance(model, PurchaseModel):
        raise TypeError(_NO_MODEL(value=model))
