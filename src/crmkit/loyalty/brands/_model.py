"""The NBD-Dirichlet model of how often customers buy a category, and which brands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Self, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_number, check_option
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._messages import Column, Message, Setting
from crmkit.loyalty.brands._double_jeopardy import frequency_at
from crmkit.loyalty.brands._duplication import expected_duplication, observed_duplication, pairs
from crmkit.loyalty.brands._frequencies import (
    HEAVY_MEASURES,
    check_classes,
    expected_by_class,
    expected_frequencies,
    observed_by_class,
    observed_frequencies,
)
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._market import check_shares, read_market
from crmkit.loyalty.brands._measures import BRAND_MEASURES, expected_measures
from crmkit.loyalty.brands._observed import read_observed
from crmkit.loyalty.brands._panel import Panel, read_panel
from crmkit.loyalty.brands._parameters import (
    BRAND_COLUMNS,
    PARAMETER_COLUMNS,
    PARAMETERS,
    Estimates,
    given,
    of_market,
    of_panel,
)

__all__ = ["DirichletModel"]

Method: TypeAlias = Literal["likelihood", "weighted", "trimmed"]

_METHODS: Final = ("likelihood", "weighted", "trimmed")
_MOST_TIMES: Final = 1_000
_SHORTEST: Final = 1e-6
_LONGEST: Final = 1e6

_NO_NUMBER: Final = Message(
    en="{@n_customers} goes with a panel, {likelihood}; with {method} it is {@category_penetration} in the table that "
    "says how many buy the category.",
    zh="{@n_customers} 只用于购买明细，即 {likelihood}；{method} 时由表中的 {@category_penetration} 说明"
    "有多少客户购买该品类。",
)
_PERIODS: Final = Message(
    en="{@n_periods} must lie between {low:g} and {high:,.0f}, got {value!r}.",
    zh="{@n_periods} 须在 {low:g} 与 {high:,.0f} 之间，得到 {value!r}。",
)


class DirichletModel(JsonEstimator):
    r"""Says what share, penetration, purchase frequency and loyalty go together in a market without special brands.

    A customer's purchases of the category are Poisson with a rate of their own, gamma-distributed (the NBD with mean
    :math:`M` and shape :math:`K`); their choices are independent, with probabilities of their own, which are
    Dirichlet-distributed with parameters :math:`\alpha_j` that add up to :math:`S`:

    .. math:: P(\text{no purchase of } j \mid n) =
        \frac{\Gamma(S - \alpha_j + n)\, \Gamma(S)}{\Gamma(S - \alpha_j)\, \Gamma(S + n)}, \qquad
        \alpha_j = S \cdot \text{share}_j.

    Everything else follows, for any length of time t with :math:`t M` in place of M. The model supposes that the market
    stands still and that no brand has a public of its own; where figures differ from it, that is the news.

    Parameters
    ----------
    method : {"likelihood", "weighted", "trimmed"}, default "likelihood"
        "likelihood": the most likely parameters given a panel, with standard errors; if the panel has nobody without a
        purchase, the NBD is taken to be cut off at zero. "weighted" and "trimmed" need only the figures of a market:
        M is purchases per customer, K follows from the share without a purchase, and S is the mean, weighted by share,
        of the S with which each brand has its penetration; "trimmed" leaves out brands whose S lies above the upper
        notch of the box plot of all, as the R package NBDdirichlet does.

    Attributes
    ----------
    params_ : DataFrame, indexed by ``parameter``
        M, K and S: ``estimate``, and ``std_error``, ``lower`` and ``upper`` of the 95 % interval, Wald's on the log
        scale; ``nan`` but with "likelihood".
    brands_ : DataFrame
        A row per brand: ``brand``; ``share``, that of the model; ``alpha`` with ``std_error``, ``lower`` and ``upper``;
        ``own_S``, the S with which the brand has its penetration, and ``counts``, whether it enters the mean.
    category_loglik_, choice_loglik_, loglik_ : float
        Log-likelihoods of the purchases of the category, and of choices given these (without the multinomial
        coefficients, which no parameter changes), and their sum.
    aic_, bic_ : float
        Of the sum; ``bic_`` counts customers.
    n_customers_ : int
        Customers fitted on, 0 where the figures of a market were; category buyers alone if ``truncated_``.
    truncated_ : bool
        Whether the customers without a purchase are not known.
    boundary_ : list of str
        Parameters that the data do not determine, for the likelihood keeps rising as they go to 0 or infinity: their
        value means only that.
    options_ : DirichletModel
        The parameters at the time of ``fit``.

    References
    ----------
    .. [1] Goodhardt, Ehrenberg and Chatfield (1984), "The Dirichlet: A Comprehensive Model of Buying Behaviour",
       *Journal of the Royal Statistical Society A* 147(5), 621-655.
    .. [2] Rungie and Goodhardt (2004), "Calculation of Theoretical Brand Performance Measures from the Parameters of
       the Dirichlet Model", *Marketing Bulletin* 15, for the likelihood.
    .. [3] Chen (2022), *NBDdirichlet*, an R package, whose printed output "trimmed" agrees with.

    Examples
    --------
    Toothpaste in Britain, first quarter of 1973 [1]_.

    >>> import pandas as pd
    >>> brands = pd.DataFrame({
    ...     "brand": ["Colgate", "Macleans", "Close Up", "Signal", "ultrabrite", "Gibbs SR", "Boots", "Sainsbury"],
    ...     "share": [0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02],
    ...     "penetration": [0.20, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02],
    ... }).assign(category_penetration=0.56, category_frequency=2.6)
    >>> model = DirichletModel(method="trimmed").fit(brands)
    >>> model.params_["estimate"].round(3).to_dict()
    {'M': 1.456, 'K': 0.779, 'S': 1.295}
    >>> table = model.performance_table(brands)
    >>> table[table["measure"] == "penetration"].head(3).round(3)
           brand      measure  observed  expected  deviation
    1    Colgate  penetration      0.20     0.200      0.000
    10  Macleans  penetration      0.17     0.157      0.013
    19  Close Up  penetration      0.09     0.087      0.003
    """

    params_: pd.DataFrame
    brands_: pd.DataFrame
    category_loglik_: float
    choice_loglik_: float
    loglik_: float
    aic_: float
    bic_: float
    n_customers_: int
    truncated_: bool
    boundary_: list[str]

    def __init__(self, *, method: Method = "likelihood") -> None:
        self.method = method

    def fit(self, panel: Any, y: None = None, *, n_customers: int | None = None) -> Self:  # noqa: ARG002
        """Find the parameters.

        Parameters
        ----------
        panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            With "likelihood" a panel: ``customer_id``, ``brand``, ``n_purchases``, as `brand_panel_table` makes it.
            With "weighted" and "trimmed" a market: a row per brand with ``brand``, ``share`` of purchases,
            ``penetration``, and on each row ``category_penetration`` and ``category_frequency``, purchases per category
            buyer, as `brand_table` makes it. Shares may add up to less than 1: the rest are other brands.
        y : None
            Not used.
        n_customers : int, optional
            With "likelihood": all customers of the panel, as in `brand_table`.

        Returns
        -------
        DirichletModel
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing or holds an impossible value, there is one brand, a brand is named twice or was never
            bought, shares add up to more than 1, or there is no K or no S with which the figures can be.
        TypeError
            If the table is not a frame, or ``n_customers`` is not a whole number.
        ValueError
            If ``method`` is unknown, or ``n_customers`` is below the number of customers in the panel or does not go
            with the method.
        ConvergenceError
            If the likelihood has no maximum.
        """
        with self._fitting():
            method = self.options_.method
            check_option(method, _METHODS, name="method")
            if method == "likelihood":
                read = read_panel(panel, n_customers=n_customers)
                self._keep(of_panel(read), n_customers=read.base, truncated=read.n_customers is None)
            elif n_customers is not None:
                raise ValueError(
                    _NO_NUMBER(likelihood=Setting("method", "likelihood"), method=Setting("method", method))
                )
            else:
                self._keep(of_market(read_market(panel), trimmed=method == "trimmed"), n_customers=0, truncated=False)
        return self

    @classmethod
    def from_params(cls, params: Mapping[str, float], *, shares: Mapping[Any, float]) -> Self:
        """Make a model with known parameters, from a paper or another program.

        Parameters
        ----------
        params : mapping of str to float
            ``M``, ``K`` and ``S``, from 1e-12 to 1e13. An S above 1e8 counts as infinite.
        shares : mapping of brand to float
            The brands' shares of purchases, above 0; they add up to at most 1.

        Returns
        -------
        DirichletModel
            Ready to predict, without standard errors and likelihood.

        Raises
        ------
        SchemaError
            If there is one brand, or shares are 0 or add up to more than 1.
        TypeError
            If a number is not one.
        ValueError
            If a parameter is missing, unknown, or lies outside its range.

        Examples
        --------
        >>> params = {"M": 1.46, "K": 0.78, "S": 1.2}
        >>> model = DirichletModel.from_params(params, shares={"Colgate": 0.25, "Boots": 0.03})
        >>> model.performance_table().query("measure == 'sole_share'").round(2)
              brand     measure  observed  expected  deviation
        7   Colgate  sole_share       NaN      0.46        NaN
        16    Boots  sole_share       NaN      0.37        NaN
        """
        model = cls()
        with model._fitting():
            model._keep(given(params, shares), n_customers=0, truncated=False)
        return model

    def performance_table(self, brands: Any = None, *, n_periods: float = 1.0) -> pd.DataFrame:
        """Show each brand's measures, observed beside expected.

        Parameters
        ----------
        brands : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
            What was observed in so many periods: ``brand`` and any of the measures of ``BRAND_MEASURES``, as
            `brand_table` makes it, of the period fitted on or of another; purchases per buyer follow from share and
            penetration where the category's figures are there. Without it nothing is observed.
        n_periods : float, default 1
            Length of time in units of the period fitted on: 4 for a year of a model of a quarter; from 1e-6 to 1e6.

        Returns
        -------
        DataFrame
            A row per brand and measure: ``brand``; ``measure``, a code of ``BRAND_MEASURES``; ``observed``, missing
            where not known; ``expected``, by the model; ``deviation``, observed less expected. The measures are those
            of `brand_table`.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If ``brands`` has no column ``brand``, or a measure that does not hold numbers.
        TypeError
            If ``brands`` is not a frame, or ``n_periods`` is not a number.
        ValueError
            If ``n_periods`` lies outside its range.
        """
        law = self._law(n_periods)
        expected = expected_measures(law, self._shares())
        names = self.brands_["brand"].tolist()
        observed = read_observed(brands, names)
        table = pd.DataFrame(
            {
                "brand": np.repeat(np.array(names, dtype=object), len(BRAND_MEASURES)),
                "measure": list(BRAND_MEASURES) * len(names),
                "observed": observed[list(BRAND_MEASURES)].to_numpy().ravel(),
                "expected": expected[list(BRAND_MEASURES)].to_numpy().ravel(),
            }
        )
        return self._typed(table.assign(deviation=table["observed"] - table["expected"]))

    def duplication_table(
        self, panel: Any = None, *, n_customers: int | None = None, n_periods: float = 1.0
    ) -> pd.DataFrame:
        """Show what share of each brand's buyers buy each other brand, observed beside expected.

        Parameters
        ----------
        panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
            What was bought in so many periods, as `brand_panel_table` makes it. Without it nothing is observed.
        n_customers : int, optional
            As in `brand_table`.
        n_periods : float, default 1
            Length of time in units of the period fitted on.

        Returns
        -------
        DataFrame
            A row per ordered pair of brands: ``brand``; ``other``; ``observed``, the share of the brand's buyers who
            buy the other too; ``expected``, by the model; ``observed_coefficient`` and ``expected_coefficient``, these
            shares divided by the other's penetration, the D of the law of duplication of purchase. Where the customers
            without a purchase are not known, the penetration is that among category buyers; the observed coefficient is
            missing if they are known to the model and not in the panel.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``panel`` is not a frame, or a number not one.
        ValueError
            If ``n_customers`` is below the number of customers in ``panel``, or ``n_periods`` lies outside its range.
        """
        law = self._law(n_periods)
        expected = expected_duplication(law, self._shares()) / self._base(law)
        read = None if panel is None else read_panel(panel, n_customers=n_customers)
        observed = np.full(expected.shape, np.nan)
        coefficient_known = read is not None and (self.truncated_ or read.n_customers is not None)
        if read is not None:
            base = len(read.totals) if self.truncated_ else read.base
            observed = self._placed(observed_duplication(read) / base, read, axes=(0, 1))
        first, second = pairs(len(expected))
        names = self.brands_["brand"].to_numpy()
        columns = {"brand": names[first], "other": names[second]}
        shares, coefficients = {}, {}
        for name, both in (("observed", observed), ("expected", expected)):
            single = np.diag(both)
            with np.errstate(invalid="ignore", divide="ignore"):
                shares[name] = both[first, second] / single[first]
                coefficients[f"{name}_coefficient"] = shares[name] / single[second]
        if not coefficient_known:
            coefficients["observed_coefficient"] = np.full(len(first), np.nan)
        return self._typed(pd.DataFrame({**columns, **shares, **coefficients}), "brand", "other")

    def frequency_table(
        self, panel: Any = None, *, n_customers: int | None = None, n_max: int = 6, n_periods: float = 1.0
    ) -> pd.DataFrame:
        """Show how many customers buy each brand not at all, once, twice and so on, observed beside expected.

        Parameters
        ----------
        panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
            What was bought in so many periods, as `brand_panel_table` makes it. Without it nothing is observed.
        n_customers : int, optional
            As in `brand_table`.
        n_max : int, default 6
            The last row of a brand is of those who buy it so often or more; from 1 to 1,000.
        n_periods : float, default 1
            Length of time in units of the period fitted on.

        Returns
        -------
        DataFrame
            A row per brand and number of purchases: ``brand``; ``n``, from 0; ``or_more``, whether more often counts
            too; ``observed``, the share of customers; ``expected``, by the model. Shares are of category buyers where
            the model knows of no others.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``panel`` is not a frame, or a number not one.
        ValueError
            If ``n_customers`` is below the number of customers in ``panel``, or ``n_periods`` or ``n_max`` lies outside
            its range.
        """
        law = self._law(n_periods)
        check_int(n_max, name="n_max", low=1, high=_MOST_TIMES)
        expected = expected_frequencies(law, self._shares(), n_max, truncated=self.truncated_)
        observed = np.full(expected.shape, np.nan)
        if panel is not None:
            read = self._based(read_panel(panel, n_customers=n_customers))
            if read is not None:
                observed = self._placed(observed_frequencies(read, n_max), read, axes=(0,))
        n = np.arange(n_max + 1)
        table = pd.DataFrame(
            {
                "brand": np.repeat(self.brands_["brand"].to_numpy(), len(n)),
                "n": np.tile(n, len(expected)),
                "or_more": np.tile(n == n_max, len(expected)),
                "observed": observed.ravel(),
                "expected": expected.ravel(),
            }
        )
        return self._typed(table)

    def heavy_buyer_table(
        self, panel: Any = None, *, classes: Sequence[int] = (1, 3, 6), n_periods: float = 1.0
    ) -> pd.DataFrame:
        """Show how brands do among light and heavy buyers of the category, observed beside expected.

        Parameters
        ----------
        panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
            What was bought in so many periods, as `brand_panel_table` makes it. Without it nothing is observed.
        classes : sequence of int, default (1, 3, 6)
            The fewest purchases of the category of each class, ascending from 1; the last class has no end.
        n_periods : float, default 1
            Length of time in units of the period fitted on.

        Returns
        -------
        DataFrame
            A row per class, brand and measure: ``n_from`` and ``n_to``, the purchases of the category, the latter
            missing for the last class; ``brand``; ``measure``; ``observed``; ``expected``, by the model. The measures
            are "buyer_share", the share of the brand's buyers who are in the class, "purchase_share", that of its
            purchases, "penetration", the share of the class who buy the brand, and "purchase_frequency", how often
            these do.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or holds an impossible value.
        TypeError
            If ``panel`` is not a frame, ``classes`` is not a sequence of whole numbers, or ``n_periods`` not a number.
        ValueError
            If ``classes`` do not ascend from 1, or ``n_periods`` lies outside its range.
        """
        law = self._law(n_periods)
        lowest = check_classes(classes)
        expected = expected_by_class(law, self._shares(), lowest)
        observed = [pd.DataFrame(np.nan, index=each.index, columns=each.columns) for each in expected]
        if panel is not None:
            read = read_panel(panel, n_customers=None)
            places = read.of(self.brands_["brand"].tolist())
            observed = [
                each.reindex(np.where(places < 0, len(each), places)) for each in observed_by_class(read, lowest)
            ]
        tables = []
        names = self.brands_["brand"].to_numpy()
        for place, (seen, by_model) in enumerate(zip(observed, expected, strict=True)):
            tables.append(
                pd.DataFrame(
                    {
                        "n_from": lowest[place],
                        "n_to": pd.array([*[n - 1 for n in lowest[1:]], None], dtype="Int64")[place],
                        "brand": np.repeat(names, len(HEAVY_MEASURES)),
                        "measure": list(HEAVY_MEASURES) * len(names),
                        "observed": seen.to_numpy().ravel(),
                        "expected": by_model.to_numpy().ravel(),
                    }
                ).astype({"n_to": "Int64"})
            )
        return self._typed(pd.concat(tables, ignore_index=True))

    def double_jeopardy_table(self, brands: Any, *, n_periods: float = 1.0) -> pd.DataFrame:
        r"""Show how far brands lie off the double-jeopardy line, on which their size alone puts them.

        Small brands have far fewer buyers, who buy them a little less often: :math:`w_j (1 - b_j)` is about the same
        for all. The line is what the model expects of a brand of any share.

        Parameters
        ----------
        brands : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            What was observed in so many periods: ``brand``, and ``penetration`` and ``purchase_frequency`` or what they
            follow from, as `brand_table` makes it.
        n_periods : float, default 1
            Length of time in units of the period fitted on.

        Returns
        -------
        DataFrame
            A row per brand of the model: ``brand``; ``penetration``, that among category buyers times the model's for
            the category where only the former is known; ``purchase_frequency``; ``line``, the purchases per buyer
            expected of a brand of this penetration, missing where it is not below the model's penetration of the
            category; ``deviation``, purchases per buyer less the line: above 0 a niche brand, which few buy often,
            below 0 a change-of-pace brand, which many buy seldom; ``constant``, :math:`w (1 - b)`.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If a column is missing or does not hold numbers.
        TypeError
            If ``brands`` is not a frame, or ``n_periods`` is not a number.
        ValueError
            If ``n_periods`` lies outside its range.

        References
        ----------
        .. [1] Ehrenberg, Goodhardt and Barwise (1990), "Double Jeopardy Revisited", *Journal of Marketing* 54(3).
        .. [2] Habel and Rungie (2005), "Drawing a Double Jeopardy Line", *Marketing Bulletin* 16.
        """
        law = self._law(n_periods)
        names = self.brands_["brand"].tolist()
        observed = read_observed(brands, names)
        penetration = observed["penetration"].fillna(observed["relative_penetration"] * law.buyers)
        frequency, line = observed["purchase_frequency"], frequency_at(law, penetration.to_numpy())
        table = pd.DataFrame(
            {
                "brand": np.array(names, dtype=object),
                "penetration": penetration,
                "purchase_frequency": frequency,
                "line": line,
                "deviation": frequency - line,
                "constant": frequency * (1 - penetration),
            }
        )
        return self._typed(table)

    def _keep(self, found: Estimates, *, n_customers: int, truncated: bool) -> None:
        self.params_, self.brands_, self.boundary_ = found.params, found.brands, found.boundary
        self.category_loglik_, self.choice_loglik_ = found.category_loglik, found.choice_loglik
        self.loglik_ = found.category_loglik + found.choice_loglik
        self.n_customers_, self.truncated_ = n_customers, truncated
        self.aic_, self.bic_ = self._criteria()

    def _criteria(self) -> tuple[float, float]:
        """AIC and BIC: each brand has a parameter beside M and K."""
        n = 2 + len(self.brands_)
        log = float(np.log(self.n_customers_)) if self.n_customers_ else np.nan
        return 2 * n - 2 * self.loglik_, n * log - 2 * self.loglik_

    def _law(self, n_periods: float) -> Dirichlet:
        check_fitted(self)
        check_number(n_periods, name="n_periods")
        if not _SHORTEST <= n_periods <= _LONGEST:
            raise ValueError(_PERIODS(low=_SHORTEST, high=_LONGEST, value=n_periods))
        return Dirichlet(*self.params_["estimate"].to_numpy().tolist()).over(float(n_periods))

    def _shares(self) -> Floats:
        return self.brands_["share"].to_numpy(dtype=np.float64)

    def _base(self, law: Dirichlet) -> float:
        """What penetrations are shares of, as a share of customers."""
        return law.buyers if self.truncated_ else 1.0

    def _based(self, read: Panel) -> Panel | None:
        """A panel with the base of the model, None if it does not know the customers without a purchase."""
        if self.truncated_:
            return Panel(read.brands, read.counts, None)
        return None if read.n_customers is None else read

    def _placed(self, values: Floats, read: Panel, *, axes: Sequence[int]) -> Floats:
        """Values by brand of a panel in the order of the model's brands; ``nan`` for those that it lacks."""
        places = read.of(self.brands_["brand"].tolist())
        for axis in axes:
            values = np.take(values, places, axis=axis)
            values[(slice(None),) * axis + (places < 0,)] = np.nan
        return values

    def _typed(self, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """Give columns of brands the type that they have in ``brands_``."""
        return table.astype(dict.fromkeys(columns or ("brand",), self.brands_["brand"].dtype))

    def _check_restored(self) -> None:
        super()._check_restored()
        check_option(self.options_.method, _METHODS, name="method")
        if not isinstance(self.truncated_, bool):
            raise JsonError("truncated_ is true or false")
        if list(self.params_.index) != list(PARAMETERS) or list(self.params_.columns) != list(PARAMETER_COLUMNS):
            raise JsonError("the parameters are M, K and S")
        if list(self.brands_.columns) != list(BRAND_COLUMNS) or self.brands_["brand"].duplicated().any():
            raise JsonError("each brand has its figures")
        estimates, share = self.params_["estimate"], self.brands_["share"]
        if not np.isfinite([*estimates, *share]).all() or (estimates <= 0).any() or (share <= 0).any():
            raise JsonError("parameters and shares are above 0")
        check_shares(self._shares(), brands=self.brands_["brand"].tolist(), where=Column("brands_", "share"))
        if not np.allclose(self.brands_["alpha"], estimates["S"] * share, rtol=1e-9, atol=0):
            raise JsonError("alpha is S times share")
        if not np.allclose((self.aic_, self.bic_), self._criteria(), rtol=1e-9, equal_nan=True):
            raise JsonError("criteria follow from the likelihood")
