"""BG/CNBD-k and MBG/CNBD-k: customers who buy more regularly than at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from crmkit._checks import check_int
from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value._purchases._gap_sums import log_gaps_of_rows
from crmkit.value._purchases._laws import BETA_GEO, Law, erlang_law
from crmkit.value._purchases._model import PurchaseModel

__all__ = ["BetaGeoCNBDModel", "ModifiedBetaGeoCNBDModel"]


class BetaGeoCNBDModel(PurchaseModel):
    r"""BG/CNBD-k: as BG/NBD, but the time between two purchases is Erlang-k, regular rather than random.

    A purchase takes ``k`` phases, each exponential at the customer's own steady rate. The rates of phases are
    gamma-distributed with shape ``r`` and ``alpha``: purchases come at a rate of r / (k alpha) per time unit on
    average. The probabilities of leaving after a repeat purchase are beta-distributed with ``a`` and ``b``. With k = 1
    this is `BetaGeoModel`; the larger k, the more a long silence means. `regularity_table` helps to choose k.

    With k above 1, `fit` needs a further column ``log_gap_sum``, as `crmkit.log_gap_table` gives it; predicting does
    not. The computation goes through the phases one by one: a horizon in which customers may pass more than ten million
    raises a ``ValueError``.

    Parameters
    ----------
    k : int, default 2
        Phases of a purchase, at least 1.
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Weeks, days, months of 30.4375 or years of 365.25 days: the unit of ``alpha`` and of every ``horizon``. The
        customers table is in days whatever the unit.
    purchase_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate by :math:`e^{\gamma z}`.
    dropout_covariates : sequence of str, default ()
        Numeric columns that multiply ``a`` and ``b``, each with coefficients of its own.
    priors : mapping of str to (float, float), optional
        Median and spread: the prior of a parameter is log-normal, with its median in the parameter's own unit and
        the standard deviation of its logarithm; that of a coefficient is normal. The estimates then maximise the
        posterior density instead of the likelihood.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Platzer and Reutterer (2016), "Ticking Away the Moments: Timing Regularity Helps to Better Predict Customer
       Activity", *Marketing Science* 35(5), 779-799.
    .. [2] Reutterer, Platzer and Schröder (2021), "Leveraging Purchase Regularity for Predicting Customer Behavior the
       Easy Way", *International Journal of Research in Marketing* 38(1), 194-215.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow, log_gap_table
    >>> transactions = as_transactions(load_cdnow())
    >>> customers = customer_summary(transactions, as_of="1997-09-30")
    >>> gaps = log_gap_table(transactions, as_of="1997-09-30")
    >>> model = BetaGeoCNBDModel(k=2).fit(customers.merge(gaps, on="customer_id"))
    >>> round(model.loglik_, 2)
    -9855.33
    >>> model.probability_alive(customers).round(3).head(2).tolist()
    [0.695, 0.023]
    """

    _parameters: ClassVar = BETA_GEO.parameters
    _first_coin: ClassVar = 0

    def __init__(
        self,
        *,
        k: int = 2,
        time_unit: TimeUnit = "W",
        purchase_covariates: Sequence[str] = (),
        dropout_covariates: Sequence[str] = (),
        priors: Mapping[str, Prior] | None = None,
        prospects: Literal["raise", "drop"] = "raise",
    ) -> None:
        self.k = k
        self.time_unit = time_unit
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates
        self.priors = priors
        self.prospects = prospects

    def fit(self, customers: Any, y: None = None) -> Self:
        """Find the parameters under which what the customers did is most likely.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
            As `crmkit.customer_summary` gives it, or its `crmkit.cells` with ``n_customers``. Times in days. Where
            ``k`` is above 1, with a column ``log_gap_sum`` as `crmkit.log_gap_table` gives it (of cells: named in
            ``by``).
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
            If ``k`` is not a whole number.
        ValueError
            If an option lies outside its range.
        ConvergenceError
            If no maximum of the likelihood is found.
        """
        return super().fit(customers, y)

    def _fit(self, customers: Any, *, with_draws: bool) -> Self:
        with self._fitting():
            self._check_options()
            # The gaps are not part of the search: their factor has no parameter.
            of_gaps = self._loglik_of_gaps(customers) if self.options_.k > 1 else 0.0
            super()._fit(customers, with_draws=with_draws)
            self.loglik_ += of_gaps
            self.aic_ -= 2 * of_gaps
            self.bic_ -= 2 * of_gaps
        return self

    def _loglik_of_gaps(self, customers: Any) -> float:
        n, gaps = log_gaps_of_rows(customers, time_unit=self.options_.time_unit)
        return (self.options_.k - 1) * float(n @ gaps)

    def _log_likelihood(self, customers: Any) -> tuple[float, float]:
        value, n_customers = super()._log_likelihood(customers)
        return value + (self._loglik_of_gaps(customers) if self.options_.k > 1 else 0.0), n_customers

    def _law(self) -> Law:
        return erlang_law(self.options_.k, first_coin=self._first_coin)

    def _check_options(self) -> None:
        check_int(self.options_.k, name="k", low=1)
        super()._check_options()


class ModifiedBetaGeoCNBDModel(BetaGeoCNBDModel):
    """MBG/CNBD-k: as BG/CNBD-k, but customers may leave after their very first purchase too.

    Parameters and methods are those of `BetaGeoCNBDModel`; with k = 1 this is `ModifiedBetaGeoModel`.

    Parameters
    ----------
    k : int, default 2
        Phases of a purchase, at least 1.
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Unit of ``alpha`` and of every ``horizon``.
    purchase_covariates, dropout_covariates : sequence of str, default ()
        Numeric columns that multiply the purchase rate; ``a`` and ``b``.
    priors : mapping of str to (float, float), optional
        Median of a parameter in its own unit, and spread of its logarithm.
    prospects : {"raise", "drop"}, default "raise"
        What `fit` does with customers without a purchase.

    References
    ----------
    .. [1] Reutterer, Platzer and Schröder (2021), "Leveraging Purchase Regularity for Predicting Customer Behavior the
       Easy Way", *International Journal of Research in Marketing* 38(1), 194-215.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow, log_gap_table
    >>> transactions = as_transactions(load_cdnow())
    >>> customers = customer_summary(transactions, as_of="1997-09-30")
    >>> gaps = log_gap_table(transactions, as_of="1997-09-30")
    >>> model = ModifiedBetaGeoCNBDModel(k=2).fit(customers.merge(gaps, on="customer_id"))
    >>> round(model.loglik_, 2)
    -9853.25
    """

    _first_coin: ClassVar = 1
