"""RFM scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_int, check_money, check_number, check_option
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._frames import FrameT, rows_like
from crmkit._labelling import Binning, measured
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError
from crmkit.segment._rfm._score_edges import (
    DIMENSIONS,
    MOST_BINS,
    Dimension,
    bin_sizes,
    check_bin_sizes,
    check_edges,
    dimensions_of,
    edge_table,
    scores_on,
)
from crmkit.segment._rfm._score_values import Frequency, columns_read, oriented
from crmkit.segment._rfm._sql import score_cases

__all__ = ["RFMScorer", "check_scorer", "checked_sizes"]

_NOBODY: Final = Message(
    en="{@X} holds nobody with a purchase day. Scores compare customers who bought.",
    zh="{@X} 中没有客户有购买日，而打分须比较有购买的客户。",
)
_NO_SCORER: Final = Message(
    en="{@scorer} must be an RFMScorer, got {got}.", zh="{@scorer} 须为 RFMScorer，得到 {got}。"
)
_NESTED: Final = Message(
    en="{@nested} must be True or False, got {value!r}.", zh="{@nested} 须为 True 或 False，得到 {value!r}。"
)
_MAPPING: Final = Message(
    en="{name} must map 'r', 'f' or 'm' to numbers, got {value!r}.",
    zh="{name} 须为 'r'、'f'、'm' 到数字的映射，得到 {value!r}。",
)
_ALL_THREE: Final = Message(
    en="{name} must name 'r', 'f' and 'm', got {got}.", zh="{name} 须包含 'r'、'f'、'm' 三项，得到 {got}。"
)
_WEIGHTS: Final = Message(
    en="{@weights} must be at least 0 and not all 0, got {given}.",
    zh="{@weights} 不得小于 0，且不得全为 0，得到 {given}。",
)
_NO_DIMENSION: Final = Message(
    en="{@cuts} must name 'r', 'f' or 'm', got {name!r}.", zh="{@cuts} 只能包含 'r'、'f'、'm'，得到 {name!r}。"
)


class RFMScorer(TransformerMixin, JsonEstimator):  # type: ignore[misc]
    """Score customers from 1 to ``n_bins`` on recency, frequency and spend; the best score is the highest.

    The edges between scores lie halfway between neighbouring distinct values of the customers seen in `fit`; the edge
    of a quantile lies above the value in which the quantile falls. Equal values therefore always get equal scores, a
    customer of a later period is scored on the same scale, and neither the currency unit, the order of the rows, the
    ids, nor the last bit of a sum moves anyone. A large tie leaves scores unused but never shortens the scale: the
    smallest value scores 1 and the largest ``n_bins``.

    Parameters
    ----------
    n_bins : int or mapping of "r", "f", "m" to int, default 5
        Scores per dimension, 2 to 100.
    binning : {"quantile", "width", "natural"}, default "quantile"
        Bins with equal numbers of customers, of equal width, or by Fisher's natural breaks, which minimise the squared
        deviation within bins (beyond 1,000,000 distinct values groups of them are compared first, and the deviation is
        hardly larger).
    cuts : mapping of "r", "f", "m" to sequences of numbers, optional
        Fixed cut points instead, ascending, ``n_bins - 1`` per dimension named: days for "r", orders (or orders per
        year) for "f", money for "m". Reaching a cut earns the better score: with two bins, ``cuts={"r": [30]}`` gives
        customers whose last order was at most 30 days ago a 2. Dimensions not named are binned.
    nested : bool, default False
        Whether frequency is binned within each recency score, and spend within each pair of the two, rather than over
        all customers. Cells without customers in `fit` use the edges over all customers.
    frequency : {"orders", "orders_per_year"}, default "orders"
        Whether frequency is ``n_orders``, or ``n_orders`` per year since the first order, so that new customers
        are not penalised for being new.
    min_tenure_days : int, default 90
        Shortest time that "orders_per_year" divides by, in days.
    weights : mapping of "r", "f", "m" to numbers, optional
        Weights of `weighted_score`, at least 0 and not all 0; equal by default.

    Attributes
    ----------
    edges_ : DataFrame
        Of spend only if the orders seen in `fit` carried a price, like ``bin_sizes_``. ``dimension``; ``r_score``,
        ``f_score``, the cell in which the edge holds, missing where it holds everywhere; ``score``, earned by reaching
        ``edge`` (at most so many days for "r", at least so much for the others).
    bin_sizes_ : DataFrame
        ``dimension``, ``score``, ``n_customers`` seen in `fit`, and their ``lowest`` and ``highest`` value, missing
        where a tie left the score unused.
    n_customers_ : int
        Customers with a purchase day seen in `fit`.

    References
    ----------
    .. [1] Hughes (1994), *Strategic Database Marketing*, ch. 3, for the scores.
    .. [2] Fisher (1958), "On Grouping for Maximum Homogeneity", *JASA* 53, for natural breaks.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-12-31")
    >>> scorer = RFMScorer().fit(customers)
    >>> scorer.transform(customers).head(3)
       r_score  f_score  m_score
    0        5        5        4
    1        1        3        4
    2        1        1        1
    >>> scorer.bin_sizes_.query("dimension == 'f'")["n_customers"].tolist()
    [1304, 0, 438, 204, 411]
    """

    edges_: pd.DataFrame
    bin_sizes_: pd.DataFrame
    n_customers_: int

    def __init__(
        self,
        *,
        n_bins: int | Mapping[Dimension, int] = 5,
        binning: Binning = "quantile",
        cuts: Mapping[Dimension, Sequence[float]] | None = None,
        nested: bool = False,
        frequency: Frequency = "orders",
        min_tenure_days: int = 90,
        weights: Mapping[Dimension, float] | None = None,
    ) -> None:
        self.n_bins = n_bins
        self.binning = binning
        self.cuts = cuts
        self.nested = nested
        self.frequency = frequency
        self.min_tenure_days = min_tenure_days
        self.weights = weights

    def fit(self, X: Any, y: None = None) -> Self:  # noqa: ARG002
        """Learn the edges from the customers who have a purchase day.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.
        y : None
            Not used.

        Returns
        -------
        RFMScorer
            Fitted.

        Raises
        ------
        SchemaError
            If a column is missing or nobody has a purchase day.
        TypeError
            If ``X`` is not a table in memory, or an option is of the wrong kind.
        ValueError
            If an option is out of range.
        """
        with self._fitting():
            sizes = self._checked_options()
            values = oriented(measured(X, columns_read(self.options_), name="X", may_lack=("spend",)), self.options_)
            values = {name: column[~np.isnan(column)] for name, column in values.items()}
            self.n_customers_ = len(values["r"])
            if self.n_customers_ == 0:
                raise SchemaError(_NOBODY())
            options = self.options_
            self.edges_ = edge_table(
                values,
                sizes=sizes,
                binning=options.binning,
                cuts=options.cuts or {},
                nested=options.nested,
            )
            self.bin_sizes_ = bin_sizes(values, scores_on(values, self.edges_), sizes=sizes)
        return self

    def transform(self, X: FrameT) -> FrameT:
        """Score customers on the fitted edges.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.

        Returns
        -------
        the kind of table given
            ``r_score``, ``f_score``, ``m_score``: whole numbers from 1 to ``n_bins``, the best the highest; missing
            for customers without a purchase day, and ``m_score`` for everybody if the orders seen in `fit` carried no
            price. Rows as in ``X``; on pandas its index, and Int64 columns.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing.
        TypeError
            If ``X`` is not a table in memory.
        """
        check_fitted(self)
        scores = scores_on(self._values(X), self.edges_)
        unknown = np.full(len(scores["r"]), np.nan)
        whole = {f"{name}_score": _whole(scores.get(name, unknown)) for name in DIMENSIONS}
        return rows_like(whole, like=X)

    def weighted_score(self, X: FrameT) -> FrameT:
        """Weigh the three scores into one.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.

        Returns
        -------
        the kind of table given
            ``rfm_score``, the mean of the three scores (of two, where orders carried no price) weighted with
            ``weights``, a float from 1 to the largest ``n_bins``; missing for customers without a purchase day.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing.
        TypeError
            If ``X`` is not a table in memory.
        """
        check_fitted(self)
        scores = scores_on(self._values(X), self.edges_)
        weights = _checked_weights(self.options_.weights)
        if sum(weights[name] for name in scores) == 0:
            check_money(np.full(len(scores["r"]), np.nan), where=Column("X", "spend"))
        mean = sum(weights[name] * scores[name] for name in scores) / sum(weights[name] for name in scores)
        return rows_like({"rfm_score": np.asarray(mean)}, like=X)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Name the columns that `transform` gives.

        Parameters
        ----------
        input_features : object, optional
            Not used.

        Returns
        -------
        ndarray of str
            The three names.
        """
        return np.array([f"{name}_score" for name in DIMENSIONS], dtype=object)

    def to_sql(self) -> str:
        """Write the scores as SQL, one CASE expression per dimension.

        Returns
        -------
        str
            Three select expressions, separated by commas, over the columns of the customers table; they give the
            same scores as `transform`. Nested edges refer to the earlier scores, so nest the expressions in subqueries.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        return ",\n".join(score_cases(self.edges_, self.options_).values())

    def _values(self, X: Any) -> dict[Dimension, Floats]:
        columns = columns_read(self.options_, dimensions=dimensions_of(self.edges_))
        return oriented(measured(X, columns, name="X"), self.options_)

    def _check_restored(self) -> None:
        super()._check_restored()
        sizes, options = self._checked_options(), self.options_
        check_edges(self.edges_, sizes=sizes, cuts=options.cuts or {}, nested=options.nested)
        if dimensions_of(self.edges_) != dimensions_of(self.bin_sizes_):
            raise JsonError("edges and bins are of the same dimensions")
        check_bin_sizes(self.bin_sizes_, sizes=sizes, n_customers=self.n_customers_)

    def _checked_options(self) -> dict[Dimension, int]:
        options = self.options_
        check_option(options.binning, ("quantile", "width", "natural"), name="binning")
        check_option(options.frequency, ("orders", "orders_per_year"), name="frequency")
        check_int(options.min_tenure_days, name="min_tenure_days", low=1)
        if not isinstance(options.nested, bool):
            raise TypeError(_NESTED(value=options.nested))
        _checked_weights(options.weights)
        sizes = checked_sizes(options.n_bins)
        if options.cuts is not None and not isinstance(options.cuts, Mapping):
            raise TypeError(_MAPPING(name=Parameter("cuts"), value=options.cuts))
        for name, cuts in (options.cuts or {}).items():
            _check_cuts(name, cuts, n_cuts=sizes.get(name, 0) - 1)
        return sizes


def _whole(scores: Floats) -> Any:
    return pd.arrays.IntegerArray(np.nan_to_num(scores).astype(np.int64), np.isnan(scores))


def check_scorer(scorer: object) -> None:
    """Raise unless something is a scorer."""
    if not isinstance(scorer, RFMScorer):
        raise TypeError(_NO_SCORER(got=type(scorer).__name__))


def checked_sizes(n_bins: int | Mapping[Dimension, int]) -> dict[Dimension, int]:
    """The number of scores of each dimension, or raise."""
    sizes = _per_dimension(n_bins if isinstance(n_bins, Mapping) else dict.fromkeys(DIMENSIONS, n_bins), name="n_bins")
    for size in sizes.values():
        check_int(size, name="n_bins", low=2, high=MOST_BINS)
    return {name: int(size) for name, size in sizes.items()}


def _per_dimension(given: Mapping[Dimension, Any], *, name: str) -> dict[Dimension, Any]:
    if set(given) != set(DIMENSIONS):
        raise ValueError(_ALL_THREE(name=Parameter(name), got=sorted(given)))
    return {dimension: given[dimension] for dimension in DIMENSIONS}


def _checked_weights(weights: Mapping[Dimension, float] | None) -> dict[Dimension, float]:
    """The weights, none above 1, or raise."""
    if weights is not None and not isinstance(weights, Mapping):
        raise TypeError(_MAPPING(name=Parameter("weights"), value=weights))
    given = _per_dimension(dict.fromkeys(DIMENSIONS, 1.0) if weights is None else weights, name="weights")
    for name, weight in given.items():
        check_number(weight, name=f"weights[{name!r}]")
    largest = max(map(float, given.values()))
    if largest <= 0 or min(map(float, given.values())) < 0:
        raise ValueError(_WEIGHTS(given=given))
    # Scaling by a power of two keeps all digits; sums of large weights would overflow.
    _, exponent = math.frexp(largest)
    return {name: math.ldexp(float(weight), -exponent) for name, weight in given.items()}


def _check_cuts(name: str, cuts: Sequence[float], *, n_cuts: int) -> None:
    if name not in DIMENSIONS:
        raise ValueError(_NO_DIMENSION(name=name))
    check_ascending(cuts, n_numbers=n_cuts, name=f"cuts[{name!r}]")
