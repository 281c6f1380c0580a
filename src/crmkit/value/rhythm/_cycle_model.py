"""A model of the time between purchases, from which the date of the next one follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, Self

from crmkit._checks import Day, check_fraction, check_option
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, column_like
from crmkit._messages import Message
from crmkit._time_units import DAYS, TimeUnit, check_time_unit
from crmkit.errors import ConvergenceError
from crmkit.value._checks import check_horizon
from crmkit.value._model import ValueModel
from crmkit.value._priors import Prior
from crmkit.value._purchases._histories import Histories, check_known, read_histories
from crmkit.value.rhythm._cycle_fit import fitted, log_likelihood, with_log_gaps
from crmkit.value.rhythm._gap_law import NextGap, next_gap
from crmkit.value.rhythm._next_purchase import check_as_of, next_purchases, with_ids

__all__ = ["PurchaseCycleModel"]

_OF_GAPS: Final = ("r", "alpha", "k")

_NO_FLAG: Final = Message(
    en="{@leaving} must be True or False, got {value!r}.", zh="{@leaving} 须为 True 或 False，得到 {value!r}。"
)
_NO_GAPS: Final = Message(
    en="None of the {n:,.0f} customers bought on two days, so there is no gap to learn a purchase cycle from. Take "
    "a longer log, or give priors.",
    zh="全部 {n:,.0f} 位客户都没有在两个不同日期购买过，没有间隔可供估计购买周期。请取更长的订单记录，或给出先验。",
)


class PurchaseCycleModel(ValueModel):
    r"""How long a customer waits from one purchase to the next, and when they are due.

    Gaps between purchases are gamma-distributed with shape ``k`` and a rate that is each customer's own; the rates are
    gamma-distributed with shape ``r`` and ``alpha``. The larger ``k``, the more regularly everybody buys; 1 is buying
    at random. With ``leaving``, each purchase may be the last, with
    probabilities that are beta-distributed with ``a`` and ``b``. All customers count, those with a single purchase
    too: their silence tells how long first gaps are.

    After n gaps that add up to S, the next one is longer than t, if the customer has not left, with probability

    .. math:: S(t) = I_{A / (A + t)}(r + kn, k), \quad A = \alpha + S,

    with I the regularized incomplete beta function. With whole k this is the MBG/CNBD-k, and with k = 1 the MBG/NBD;
    without leaving it is then the NBD.

    Data by the week, with one date for each, are read as they are: gaps are multiples of seven days. Take the date of
    the last week for ``as_of``: a later one would make everybody overdue by some days.

    Parameters
    ----------
    leaving : bool, default True
        Whether a customer may stop after a purchase. Without it everybody returns some day, and dates come out later
        than they are wherever customers do leave.
    time_unit : {"D", "W", "M", "Y"}, default "D"
        Days, weeks, months of 30.4375 or years of 365.25 days: the unit of ``alpha``. The customers table is in days
        whatever the unit, and so is what is predicted.
    priors : mapping of str to (float, float), optional
        Median of a parameter in its own unit, and spread of its logarithm. The estimates then maximise the posterior
        density instead of the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Chatfield and Goodhardt (1973), "A Consumer Purchasing Model with Erlang Inter-Purchase Times", *Journal of
       the American Statistical Association* 68(344), 828-835.
    .. [2] Allenby, Leone and Jen (1999), "A Dynamic Model of Purchase Timing with Application to Direct Marketing",
       *Journal of the American Statistical Association* 94(446), 365-374.
    .. [3] Platzer and Reutterer (2016), "Ticking Away the Moments", *Marketing Science* 35(5), 779-799.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow, log_gap_table
    >>> transactions = as_transactions(load_cdnow())
    >>> customers = customer_summary(transactions, as_of="1997-09-30")
    >>> customers = customers.merge(log_gap_table(transactions, as_of="1997-09-30"), on="customer_id")
    >>> model = PurchaseCycleModel().fit(customers)
    >>> model.params_["estimate"].round(2).to_dict()
    {'r': 0.54, 'alpha': 40.72, 'k': 1.04, 'a': 0.91, 'b': 1.58}
    >>> due = model.next_purchase_table(customers, as_of="1997-09-30")
    >>> due[["customer_id", "next_date_lower", "next_date", "missing_date"]].head(3)
       customer_id next_date_lower  next_date    missing_date
    0            1      1997-10-20 1998-04-13  may_not_return
    1            2      1998-07-31        NaT  may_not_return
    2            3      1998-06-04        NaT  may_not_return
    """

    _parameters: ClassVar = (*_OF_GAPS, "a", "b")
    leaving: bool
    time_unit: TimeUnit
    prospects: Literal["raise", "drop"]

    def __init__(
        self,
        *,
        leaving: bool = True,
        time_unit: TimeUnit = "D",
        priors: Mapping[str, Prior] | None = None,
        prospects: Literal["raise", "drop"] = "raise",
    ) -> None:
        self.leaving = leaving
        self.time_unit = time_unit
        self.priors = priors
        self.prospects = prospects

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Find the parameters under which the gaps, and the silence since the last purchase, are most likely.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
            As `crmkit.customer_summary` gives it, with a column ``log_gap_sum`` as `crmkit.log_gap_table` gives it; or
            its `crmkit.cells` with that column named in ``by``, and ``n_customers``.
        y : None
            Not used.

        Returns
        -------
        model
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds an impossible history, or nobody has a history; for prospects unless
            ``prospects="drop"``.
        TypeError
            If ``leaving`` is not True or False.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If nobody bought on two days, unless there are priors, or no maximum of the likelihood is found.
        """
        with self._fitting():
            self._check_options()
            histories = self._known_histories(customers)
            n_customers = float(histories.n.sum())
            if not self.options_.priors and not (histories.x.values @ histories.n > 0):
                raise ConvergenceError(_NO_GAPS(n=n_customers))
            found, loglik, draws = fitted(histories, self._names(), priors=self._priors(), what=type(self).__name__)
            self._keep_maximum(found, loglik=loglik, n_customers=n_customers, draws=draws)
        return self

    def next_purchase_table(self, customers: FrameT, *, as_of: Day, level: float = 0.8) -> FrameT:
        """Say when each customer's next purchase is due, and how overdue they are.

        Dates are those of a customer who has not bought since ``recency``: what is known of their silence counts, so
        that nobody is due in the past. They take the parameters as known; with hundreds of repeaters their uncertainty
        adds next to nothing to a customer's own.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it, as of ``as_of``.
        as_of : date or ISO text
            The last day counted in ``customers``.
        level : float, default 0.8
            Probability with which the next purchase falls within the interval of dates.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given, ``customer_id`` first if there is one.

            ``n_gaps``
                Gaps behind the prediction; with none it is that of all customers.
            ``expected_gap``, ``median_gap``
                Days from the last purchase to the next that were to be expected on the day of the last purchase. The
                mean is infinite, hence missing, where ``r`` + ``k`` n is not above 1.
            ``next_date``
                The day by which they buy with probability one half; after ``as_of``.
            ``next_date_lower``, ``next_date_upper``
                Ends of the interval; equally likely before the first and after the last.
            ``overdue_ratio``
                Days since the last purchase over ``median_gap``.
            ``overdue_probability``
                How much of the predicted gaps the silence has outlasted, in [0, 1]: of 100 silences with 0.9, in 10 the
                customer would have waited as long all the same. Comparable between customers.
            ``probability_alive``
                That there will be a next purchase; 1 throughout without ``leaving``.
            ``missing_date``
                Why a date is missing: ``may_not_return`` (they are likelier never to return than the upper date, the
                date or even the lower one allows), ``beyond_calendar`` (after the year 2261), ``no_purchase``
                (a prospect, all columns are missing); missing where all dates are there.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, holds an impossible history, or ``customers`` are as of another day.
        TypeError
            If ``customers`` is not a table in memory, or ``level`` not a number.
        ValueError
            If ``as_of`` is not a date, or ``level`` is not between 0 and 1.
        """
        check_fitted(self)
        check_fraction(level, name="level")
        day = check_as_of(customers, as_of=as_of)
        histories = self._histories(customers)
        made = next_purchases(
            self._next_gap(histories), histories, day=day, level=level, days=DAYS[self.options_.time_unit]
        )
        return with_ids(made, of=customers)

    def probability_alive(self, customers: Any) -> Any:
        """Give each customer the probability that there will be a next purchase.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        Series (PyArrow: chunked array) named ``probability_alive``
            In [0, 1], in the order of the rows; missing for prospects, 1 without ``leaving``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or holds an impossible history.
        """
        check_fitted(self)
        histories = self._histories(customers)
        alive = self._next_gap(histories).alive
        return column_like(histories.to_rows(alive), name="probability_alive", like=customers)

    def probability_inactive(self, customers: Any, *, horizon: float) -> Any:
        """Give each customer the probability of not buying at all in a time after ``as_of``.

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
        check_fitted(self)
        histories = self._histories(customers)
        gap = self._next_gap(histories)
        silent = 1 - gap.returned(gap.silence + t)
        return column_like(histories.to_rows(silent), name="probability_inactive", like=customers)

    def _next_gap(self, histories: Histories) -> NextGap:
        return next_gap(self._estimates(), histories, leaving=self.options_.leaving)

    def _histories(self, customers: Any, *, distinct: bool = True) -> Histories:
        return read_histories(customers, time_unit=self.options_.time_unit, distinct=distinct)

    def _known_histories(self, customers: Any) -> Histories:
        """Histories of a table without prospects, or from which prospects are dropped."""
        histories = with_log_gaps(customers, time_unit=self.options_.time_unit)
        check_known(histories, prospects=self.options_.prospects, frequency="frequency")
        return histories

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        histories = self._known_histories(customers)
        return log_likelihood(self._estimates(), histories), float(histories.n.sum())

    def _names(self) -> list[str]:
        return list(self._parameters if self.options_.leaving else _OF_GAPS)

    def _check_options(self) -> None:
        check_time_unit(self.options_.time_unit)
        check_option(self.options_.prospects, ("raise", "drop"), name="prospects")
        if not isinstance(self.options_.leaving, bool):
            raise TypeError(_NO_FLAG(value=self.options_.leaving))
        self._check_priors()
