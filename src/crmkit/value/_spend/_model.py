"""The gamma-gamma model of what customers spend per purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option, some
from crmkit._estimator import JsonError, check_fitted
from crmkit._frames import FrameT, column_like, rows_like
from crmkit._messages import Column, Message
from crmkit._random import as_generator
from crmkit._stats import as_floats
from crmkit.errors import SchemaError
from crmkit.value._checks import check_covariates
from crmkit.value._draws import interval_by_blocks
from crmkit.value._model import ValueModel, Values
from crmkit.value._priors import Prior
from crmkit.value._spend._amounts import Amounts, NonPositive, read_amounts
from crmkit.value._spend._law import log_density, mean_spend, quantile, simulated
from crmkit.value._spend._likelihood import fitted, log_likelihood
from crmkit.value._spend._refund_rate import (
    FEWEST_DAYS,
    MOST_DAYS,
    RefundRate,
    Returns,
    check_lag,
    fitted_refunds,
    read_returns,
)

__all__ = ["GammaGammaModel"]

# Numbers at a time, 0.8 MB: intermediate results stay in the cache.
_AT_A_TIME = 100_000

# As a share of the largest mean amount: amounts closer together than this are one price.
_ONE_PRICE = 1e-12

_ONE_AMOUNT: Final = Message(
    en="{where} is {amount!s} for all who came back. Where all customers spend the same there is nothing to fit: "
    "expect that of everybody.",
    zh="所有复购客户的{where}均为 {amount!s}。人人花费相同则无从拟合：对所有客户按此预期即可。",
)
_OTHER_LENGTHS: Final = Message(
    en="{@frequency} must be one number or as many as {@m}, got {n} for {n_amounts}. For every frequency at every "
    "amount, ask for one frequency at a time.",
    zh="{@frequency} 须为一个数或与 {@m} 一样多，得到 {n} 对 {n_amounts}。若要每个金额下的每个次数，请逐个次数查询。",
)
_NO_FLAG: Final = Message(
    en="{@finite_mean} must be True or False, got {value!r}.", zh="{@finite_mean} 须为 True 或 False，得到 {value!r}。"
)
_OTHER_COVARIATES: Final = Message(
    en="{@covariates} must hold {names}, got {got}.", zh="{@covariates} 须恰好包含 {names}，得到 {got}。"
)
_OTHER_LENGTH: Final = Message(
    en="{where} must be one number, or one for each of the {n} customers asked about, got {got}.",
    zh="{where}须为一个数，或为所问的 {n} 位客户各一个，得到 {got} 个。",
)
_NO_REPEATERS: Final = Message(
    en="{@customers} holds nobody with a repeat purchase.{free} The fit needs {frequency} and {amount} above 0.",
    zh="{@customers} 中没有复购的客户。{free}拟合需要大于 0 的{frequency}与{amount}。",
)
_FREE: Final = Message(en=" {n:,.0f} came back for free orders alone.", zh="其中 {n:,.0f} 位只为免费订单回来。")
_NO_SEQUENCE: Final = Message(
    en="{@probabilities} must be a sequence of numbers between 0 and 1, got {value!r}. Pass [0.5] for one.",
    zh="{@probabilities} 须为 0 与 1 之间的数的序列，得到 {value!r}。只有一个时写作 [0.5]。",
)
_NO_PROBABILITY: Final = Message(
    en="{@probabilities} must hold at least one number between 0 and 1, got {value!r}.",
    zh="{@probabilities} 须至少有一个 0 与 1 之间的数，得到 {value!r}。",
)
_NOT_DISTINCT: Final = Message(
    en="{@probabilities} must be distinct, got {got}.", zh="{@probabilities} 不得重复，得到 {got}。"
)
_NO_COUNTS: Final = Message(
    en="{@frequency} must hold whole numbers, 0 or more, got {got}.",
    zh="{@frequency} 须为不小于 0 的整数，得到 {got}。",
)


class GammaGammaModel(ValueModel):
    r"""Gamma-gamma: each customer spends around a mean of their own, however often they buy.

    A customer's amounts are gamma-distributed with shape ``p`` and a rate of their own; the rates are gamma-distributed
    with shape ``q`` and rate ``v``. The customers' means then lie around :math:`p v / (q - 1)`.

    It is fitted on customers who came back, by ``frequency`` and ``monetary_value``, the number and the mean amount of
    the purchase days after the first. Customers with ``frequency`` 0 have no such amount and are left out of the fit;
    so are prospects. The mean amount differs between customers of one frequency, so the cells of the purchase models,
    which do not hold it, are not enough.

    The model assumes that spend does not depend on how often somebody buys: see `spend_independence_table`.

    Refunds on another day than the order do not touch ``monetary_value``. Where the table has ``returned``, the fit
    learns what share of the money goes back, and how far customers differ in that (Bühlmann's credibility);
    `kept_share` and the lifetime value follow from it, `expected_spend` stays what is paid on a purchase day.

    Parameters
    ----------
    finite_mean : bool, default False
        Whether to keep ``q`` above 1, where the mean of all customers is finite. The literature does not, and it
        changes nothing where the likelihood has its maximum there. Where it has not, ``q`` becomes 1 and is named in
        ``boundary_``, the fit is worse, and the mean is still infinite: use a prior on ``q``, or the median of
        `spend_quantiles`.
    non_positive : {"raise", "drop"}, default "raise"
        What to do with customers who came back and whose ``monetary_value`` is missing or below 0, as refunds make it:
        refuse them, or leave them out of the fit and of predictions. Customers whose ``monetary_value`` is 0, because
        they came back for free orders alone, are outside the law and always left out.
    spend_covariates : sequence of str, default ()
        Numeric columns that multiply ``v``, and so the spend, by :math:`e^{\gamma z}`. Coefficients are named
        ``spend.<column>``.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates then maximise the
        posterior density instead of the likelihood.
    refund_lag_days : float, default 0
        Days that a refund usually takes to come, 0 or more: purchases younger than that are left out of the rate of
        refunds, as they may still be sent back. `crmkit.mean_refund_lag` measures it; ``nan`` counts as 0.

    Attributes
    ----------
    refund_rate_, refund_rate_std_error_ : float
        Share of the money of purchases that goes back on another day, of all customers; ``nan`` where the table fitted
        on has no ``returned``.
    refund_prior_days_ : float
        Purchase days of a customer's own that the rate of all weighs as much as, in `kept_share`: from 0.1, where
        customers differ as much as they can, to 1,000, where they do not.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", *Journal of
       Marketing Research* 42(4), 415-430.
    .. [2] Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025.
    .. [3] Bühlmann and Gisler (2005), *A Course in Credibility Theory and its Applications*, chapter 4, for the rate of
       refunds.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = GammaGammaModel().fit(customers)
    >>> model.params_["estimate"].round(3).to_dict()
    {'p': 6.25, 'q': 3.744, 'v': 15.444}
    >>> model.expected_spend(customers).round(2).head(3).tolist()
    [24.65, 18.91, 35.17]
    """

    _parameters: ClassVar = ("p", "q", "v")

    n_left_out_: int
    refund_rate_: float
    refund_rate_std_error_: float
    refund_prior_days_: float

    def __init__(
        self,
        *,
        finite_mean: bool = False,
        non_positive: NonPositive = "raise",
        spend_covariates: Sequence[str] = (),
        priors: Mapping[str, Prior] | None = None,
        refund_lag_days: float = 0,
    ) -> None:
        self.finite_mean = finite_mean
        self.non_positive = non_positive
        self.spend_covariates = spend_covariates
        self.priors = priors
        self.refund_lag_days = refund_lag_days

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which what the customers spent is most likely.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
            As `crmkit.customer_summary` gives it; with ``n_customers`` where a row stands for several. ``spend`` and
            ``returned`` may be left out together.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted; ``n_customers_`` counts those who came back.

        Raises
        ------
        SchemaError
            If a column is missing or holds impossible values, nobody came back, or all who did spend the same; for
            amounts that are missing or below 0 unless ``non_positive="drop"``.
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
            amounts = self._read(customers)
            repeaters = _repeaters(amounts)
            # Means of a single price differ in their last bits.
            if not self.options_.priors and np.ptp(repeaters.m) <= _ONE_PRICE * repeaters.m.max():
                raise SchemaError(_ONE_AMOUNT(where=Column("customers", "monetary_value"), amount=repeaters.m[0]))
            maximum, loglik, draws = fitted(
                repeaters,
                finite_mean=self.options_.finite_mean,
                priors=self._priors(),
                names=self._names(),
                what=type(self).__name__,
                with_draws=with_draws,
            )
            self._keep_maximum(maximum, loglik=loglik, n_customers=float(repeaters.n.sum()), draws=draws)
            self.n_left_out_ = int(amounts.n_left_out)
            self._keep_refunds(fitted_refunds(customers, lag=self._lag()))
        return self

    def expected_spend(self, customers: Any) -> Any:
        r"""Give each customer the amount expected per purchase, given their history.

        .. math:: E[\zeta \mid x, m] = \frac{p (v + x m)}{p x + q - 1}

        It lies between the customer's own mean amount and that of all customers, the nearer to their own the more
        often they came back.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        Series (PyArrow: chunked array) named ``expected_spend``
            In the money of the table, above 0, in the order of the rows; for customers with ``frequency`` 0 the mean
            of all customers. Missing for prospects, and where the mean is infinite: with ``q`` of 1 or less for all
            with ``frequency`` 0, and for others with ``p * frequency + q`` of 1 or less.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds impossible values; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves their prediction missing.
        """
        check_fitted(self)
        amounts = self._read(customers)
        expected = amounts.to_rows(self._mean(amounts, self._estimates()))
        return column_like(expected, name="expected_spend", like=customers)

    def kept_share(self, customers: Any) -> Any:
        r"""Give each customer the share of their purchases' money that they are expected not to send back.

        .. math:: 1 - \frac{n r + k \rho}{n + k}

        Of :math:`n` purchase days older than ``refund_lag_days`` a customer sent back the share :math:`r` =
        ``returned`` / (``spend`` + ``returned``); all customers send back :math:`\rho`, which weighs as much as
        :math:`k` purchase days: ``refund_rate_`` and ``refund_prior_days_``. (How many are older is reckoned from
        ``frequency``, ``recency`` and ``T``, as if those between the first and the last were spread evenly.)

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it. Without the column ``returned`` nothing is known of anybody's own.

        Returns
        -------
        Series (PyArrow: chunked array) named ``kept_share``
            Between 0 and 1, in the order of the rows; :math:`1 - \rho` for customers without a settled purchase, or
            whose purchases were free. Missing for prospects, and throughout where the fit learned no rate.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds impossible values.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit.value import GammaGammaModel
        >>> customers = pd.DataFrame({
        ...     "frequency": [3, 3, 1, 0], "monetary_value": [20.0, 30.0, 25.0, None],
        ...     "spend": [40.0, 120.0, 50.0, 0.0], "returned": [40.0, 0.0, 0.0, 20.0],
        ... })
        >>> GammaGammaModel().fit(customers).kept_share(customers).round(2).tolist()
        [0.53, 0.97, 0.95, 0.28]
        """
        check_fitted(self)
        kept = self._returns(customers).kept(self._refunds())
        return column_like(kept, name="kept_share", like=customers)

    def predict_table(
        self,
        customers: FrameT,
        *,
        level: float = 0.95,
        n_draws: int = 500,
        random_state: int | np.random.Generator = 0,
    ) -> FrameT:
        """Give each customer their expected spend with an interval from the uncertainty of the parameters.

        For how far a customer's own mean may lie from the expected one see `spend_quantiles`.

        Where ``boundary_`` is not empty, an estimate is that of a limit, and may lie at an end of its interval:
        see `draw_params`.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        level : float, default 0.95
            Probability with which an interval is meant to cover the value.
        n_draws : int, default 500
            Draws of the parameters, at least 2.
        random_state : int or Generator, default 0
            Seed, or source, of the draws.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given: ``expected_spend``, missing where it is infinite, as in the
            method of that name; ``expected_spend_lower``; ``expected_spend_upper``, which is infinite where too many
            draws have an infinite mean (``q`` of 1 or below, for a customer without a repeat purchase), as the lower
            end is where nearly all have. In the money of the table; all three missing for prospects. Of a model of
            given parameters (``from_params``) both ends are the estimate, infinite where that is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``level`` or ``n_draws`` is not a number.
        ValueError
            If an argument lies outside its range.
        SchemaError
            If a column is missing or holds impossible values; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves what is expected of them missing.
        """
        check_fitted(self)
        check_fraction(level, name="level")
        check_int(n_draws, name="n_draws", low=2)
        draws = {
            str(name): drawn.to_numpy() for name, drawn in self.draw_params(n_draws, random_state=random_state).items()
        }
        amounts = self._read(customers)
        distinct, of_row = amounts.distinct()
        means = self._mean(distinct, self._estimates())
        ends = interval_by_blocks(
            lambda rows: self._mean(distinct.part(rows).as_columns(), draws).T,
            estimates=means,
            size=max(1, _AT_A_TIME // n_draws),
            level=level,
        )
        told = {
            "expected_spend": means,
            "expected_spend_lower": ends[0],
            "expected_spend_upper": ends[1],
        }
        return rows_like({name: amounts.to_rows(values[of_row]) for name, values in told.items()}, like=customers)

    def spend_quantiles(self, customers: Any, *, probabilities: Sequence[float] = (0.05, 0.5, 0.95)) -> Any:
        r"""Give each customer quantiles of their own mean amount, given their history.

        The mean amount of a customer is :math:`\zeta = p / \nu`, with rate :math:`\nu` gamma-distributed with shape
        :math:`p x + q` and rate :math:`v + x m`. These are quantiles of what the customer spends per purchase in the
        long run, not of a single purchase; the parameters are taken as known.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        probabilities : sequence of float, default (0.05, 0.5, 0.95)
            Between 0 and 1, each once.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given, and a column per probability, such as ``quantile_0.05``, in the
            money of the table. Missing for prospects. A quantile is finite even where the mean is not.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``probabilities`` is not a sequence, or a probability not a number.
        ValueError
            If there is no probability, one does not lie between 0 and 1, or one is given twice.
        SchemaError
            If a column is missing or holds impossible values; for amounts that are missing or below 0 unless
            ``non_positive="drop"``, which leaves their quantiles missing.
        """
        check_fitted(self)
        _check_probabilities(probabilities)
        amounts = self._read(customers)
        own = self._own(self._estimates(), amounts.extra)
        columns = {
            f"quantile_{float(share)!r}": amounts.to_rows(quantile(share, amounts.m, amounts.x, **own))
            for share in probabilities
        }
        return rows_like(columns, like=customers)

    def density(
        self, m: npt.ArrayLike, *, frequency: npt.ArrayLike, covariates: Mapping[str, Any] | None = None
    ) -> Any:
        """Density of the mean amount of a number of repeat purchases, over all customers.

        Parameters
        ----------
        m : float or array-like of float
            Mean amounts at which to give the density.
        frequency : int or array-like of int
            Repeat purchases, 0 or more, one number or as many as ``m``.
        covariates : mapping of str to numbers, optional
            A value, or as many as ``m``, for each of ``spend_covariates``.

        Returns
        -------
        float or ndarray
            Per unit of money, as many as ``m`` and ``frequency`` together; 0 for ``m`` of 0 or below, ``nan`` where
            ``frequency`` is 0 or ``m`` missing.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``m`` or ``frequency`` are not numbers.
        ValueError
            If ``frequency`` is not a number of purchases, ``m`` and ``frequency`` are of different lengths, or
            covariates are missing, unknown or of another length.
        """
        check_fitted(self)
        amounts, x = as_floats(m, name="m"), _as_counts(frequency)
        if amounts.ndim and x.ndim and amounts.shape != x.shape:
            raise ValueError(_OTHER_LENGTHS(n=x.size, n_amounts=amounts.size))
        amounts, x = np.broadcast_arrays(amounts, x)
        own = self._own(self._estimates(), self._given(covariates, like=amounts))
        inside = (amounts > 0) & (x > 0)
        log = log_density(np.where(inside, amounts, 1.0), np.where(inside, x, 1.0), **own)
        density = np.where(inside, np.exp(log), np.where(np.isnan(amounts) | (x == 0), np.nan, 0.0))
        return float(density) if density.ndim == 0 else density

    def simulate(
        self,
        frequency: npt.ArrayLike,
        *,
        covariates: Mapping[str, Any] | None = None,
        random_state: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Draw customers, and the mean amount of their repeat purchases.

        Parameters
        ----------
        frequency : array-like of int of shape (n_customers,)
            Repeat purchases of each customer, 0 or more.
        covariates : mapping of str to numbers, optional
            A value, or one per customer, for each of ``spend_covariates``.
        random_state : int or Generator, default 0
            Seed, or source, of the randomness.

        Returns
        -------
        DataFrame
            One row per customer: ``frequency``; ``monetary_value``, missing where ``frequency`` is 0; the covariates.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If ``frequency`` does not hold numbers.
        ValueError
            If ``frequency`` is not a number of purchases, or covariates are missing, unknown or of another
            length.
        """
        check_fitted(self)
        x = np.atleast_1d(_as_counts(frequency))
        extra = self._given(covariates, like=x)
        m = simulated(x, **self._own(self._estimates(), extra), rng=as_generator(random_state))
        named = dict(zip(self.options_.spend_covariates, np.moveaxis(extra, -1, 0), strict=True))
        return pd.DataFrame({"frequency": x, "monetary_value": np.where(x > 0, m, np.nan), **named})

    def _keep_given(self, params: Mapping[str, float] | pd.Series[float]) -> None:
        super()._keep_given(params)
        self.n_left_out_ = 0
        self._keep_refunds(RefundRate.unknown())

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        repeaters = _repeaters(self._read(customers))
        return log_likelihood(repeaters, self._searched(self._estimates())), float(repeaters.n.sum())

    def _check_options(self) -> None:
        check_option(self.options_.non_positive, ("raise", "drop"), name="non_positive")
        if not isinstance(self.options_.finite_mean, bool):
            raise TypeError(_NO_FLAG(value=self.options_.finite_mean))
        taken = ("frequency", "monetary_value", "n_customers")
        check_covariates(self.options_.spend_covariates, name="spend_covariates", taken=taken)
        check_lag(self.options_.refund_lag_days)
        self._check_priors()

    def _check_restored(self) -> None:
        super()._check_restored()
        rate, error, prior = found = self._refunds()
        if np.isnan(found).any():
            if not np.isnan(found).all():
                raise JsonError("a rate of refunds is known with all that belongs to it, or not at all")
        elif not (0 <= rate <= 1 and 0 <= error < np.inf and FEWEST_DAYS <= prior <= MOST_DAYS):
            raise JsonError("a rate of refunds is a share, and weighs between the least and the most")

    def _keep_refunds(self, refunds: RefundRate) -> None:
        self.refund_rate_, self.refund_rate_std_error_, self.refund_prior_days_ = refunds

    def _refunds(self) -> RefundRate:
        return RefundRate(self.refund_rate_, self.refund_rate_std_error_, self.refund_prior_days_)

    def _lag(self) -> float:
        return 0.0 if np.isnan(self.options_.refund_lag_days) else float(self.options_.refund_lag_days)

    def _returns(self, customers: Any) -> Returns:
        return read_returns(customers, lag=self._lag())

    def _names(self) -> list[str]:
        return [*self._parameters, *(f"spend.{covariate}" for covariate in self.options_.spend_covariates)]

    def _read(self, customers: Any) -> Amounts:
        return read_amounts(
            customers, covariates=self.options_.spend_covariates, non_positive=self.options_.non_positive
        )

    def _mean(self, amounts: Amounts, values: Values) -> Floats:
        """Expected spend under these parameters."""
        return mean_spend(amounts.m, amounts.x, **self._own(values, amounts.extra))

    def _own(self, values: Values, extra: Floats) -> dict[str, Any]:
        """Give the parameters, v for each row of covariates where there are any."""
        own = {name: values[name] for name in self._parameters}
        if self.options_.spend_covariates:
            own["v"] = own["v"] * np.exp(extra @ [values[f"spend.{name}"] for name in self.options_.spend_covariates])
        return own

    def _given(self, covariates: Mapping[str, Any] | None, *, like: Floats) -> Floats:
        """Bring covariates into the shape of rows, with one more axis at the end."""
        given = {} if covariates is None else covariates
        if set(given) != set(self.options_.spend_covariates):
            raise ValueError(_OTHER_COVARIATES(names=list(self.options_.spend_covariates), got=sorted(given)))
        extra = np.empty((*like.shape, len(self.options_.spend_covariates)))
        for at, name in enumerate(self.options_.spend_covariates):
            values = as_floats(given[name], name=f"covariates[{name!r}]")
            if values.shape not in ((), like.shape):
                raise ValueError(_OTHER_LENGTH(where=Column("covariates", name), n=like.size, got=values.size))
            extra[..., at] = values
        return extra


def _repeaters(amounts: Amounts) -> Amounts:
    """Customers with a repeat purchase, the only ones that the law covers; there must be some."""
    repeaters = amounts.repeaters()
    if not len(repeaters.x):
        free = _FREE(n=amounts.n_left_out) if amounts.n_left_out else ""
        frequency, amount = Column("customers", "frequency"), Column("customers", "monetary_value")
        raise SchemaError(_NO_REPEATERS(free=free, frequency=frequency, amount=amount))
    return repeaters


def _check_probabilities(probabilities: object) -> None:
    """Raise unless probabilities are a sequence of shares, each once."""
    if isinstance(probabilities, str) or not isinstance(probabilities, (Sequence, np.ndarray)):
        raise TypeError(_NO_SEQUENCE(value=probabilities))
    if not len(probabilities):
        raise ValueError(_NO_PROBABILITY(value=probabilities))
    for probability in probabilities:
        check_fraction(probability, name="probabilities")
    if len(set(probabilities)) < len(probabilities):
        raise ValueError(_NOT_DISTINCT(got=list(probabilities)))


def _as_counts(frequency: Any) -> Floats:
    x = np.asarray(as_floats(frequency, name="frequency"))
    wrong = np.atleast_1d(~((x >= 0) & (x == np.floor(x))))
    if wrong.any():
        raise ValueError(_NO_COUNTS(got=some(np.atleast_1d(x)[wrong].tolist())))
    return x
