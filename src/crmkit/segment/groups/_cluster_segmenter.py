"""Clusters of customers by numbers: k-means, mixtures of normal distributions, dense regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_option
from crmkit._estimator import JsonError, check_fitted
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.segment.groups._choice import (
    CRITERIA,
    Criterion,
    Judged,
    check_choice,
    clustered,
    judged,
    no_choice,
    stability_of,
)
from crmkit.segment.groups._cluster_reasons import cluster_reasons
from crmkit.segment.groups._cluster_state import check_state, clusters_of, state_tables
from crmkit.segment.groups._group_segmenter import GroupSegmenter, Learned, check_somebody
from crmkit.segment.groups._methods import (
    METHODS,
    Clusters,
    Method,
    density_clusters,
    fitted_clusters,
    one_cluster,
    placed,
)
from crmkit.segment.groups._number_columns import NumberRows, check_left_out, read_rows
from crmkit.segment.groups._points import in_order, sampled
from crmkit.segment.groups._read_columns import check_column_names, numbers_in
from crmkit.segment.groups._scaling import (
    Missing,
    Transform,
    check_missing,
    check_scaling,
    check_transform,
    known_enough,
    scaled,
)

__all__ = ["ClusterSegmenter", "choice_of"]

_MOST_FITTED: Final = {"kmeans": 50_000, "gaussian_mixture": 50_000, "hdbscan": 10_000}
_N_STARTS: Final = {"kmeans": 10, "gaussian_mixture": 3}
# HDBSCAN's own least size, and the share of the rows that a cluster has at least unless it is told.
_LEAST_SIZE, _LEAST_SHARE = 5, 0.02

_TOO_MANY: Final = Message(
    en="{@n_clusters} is {n_clusters:,}, but there are only {n_distinct:,} different {n_distinct:customer|customers} "
    "by these columns. Ask for fewer.",
    zh="{@n_clusters} 为 {n_clusters:,}，但按这些列只有 {n_distinct:,} 种互不相同的客户。请减少聚类数。",
)
_NOTHING_TO_CHOOSE: Final = Message(
    en="{@method='hdbscan'} finds the number of clusters by itself. Choose one of {others}.",
    zh="{@method='hdbscan'} 自行确定聚类数，请改用 {others} 之一。",
)
_FINDS_THEM: Final = Message(
    en="{@method='hdbscan'} finds how many clusters there are. Leave {@n_clusters} out, and set {@min_cluster_size} "
    "for more or fewer.",
    zh="{@method='hdbscan'} 自行确定聚类数。请去掉 {@n_clusters}，并用 {@min_cluster_size} 调节多少。",
)
_ONLY_DENSE: Final = Message(
    en="{@min_cluster_size} belongs to {@method='hdbscan'}, got method={method!r}. Leave it out.",
    zh="{@min_cluster_size} 仅用于 {@method='hdbscan'}，得到 method={method!r}。请去掉。",
)
_NO_BIC: Final = Message(
    en="{@criterion='bic'} belongs to {@method='gaussian_mixture'}: only a distribution has a likelihood.",
    zh="{@criterion='bic'} 仅用于 {@method='gaussian_mixture'}：只有概率分布才有似然。",
)


class ClusterSegmenter(GroupSegmenter):
    """Find clusters of customers by columns of numbers, and put customers into them.

    1. **Columns.** Those that you name. Otherwise all numbers and flags except the id, sensitive columns (on age,
       gender, religion and similar matters; see `sensitive_column_table`), constant columns, those missing for more
       than half of the customers, and those that are nearly the same as an earlier one (correlation above 0.95).
       ``left_out_`` says which and why.
    2. **Scale.** A column with a heavy tail is measured by its signed logarithm, in units of the median size of its
       values that are not 0, so the currency does not matter. A tail is heavy if the outer hundredth lies farther from
       the median than three times the width of the middle half. All columns are centred on their medians and divided by
       the width of the middle nine tenths divided by 3.29; distances above 5 count as 5.
    3. **How many.** Each number up to ``max_clusters`` is judged by several criteria (``choice_``; see
       `cluster_choice_table`). There are no clusters, and all customers form one segment, unless dividing them brings
       more than it would if each column had only one hump. Among the numbers that pass and whose clusters are all found
       again in resamples (Jaccard of at least 0.75, or of 0.6 if none reaches that), the best by ``criterion`` is
       chosen. A number that you give is used as it is, whether there are clusters or not.
    4. **Order and names.** The cluster with the highest mean value comes first. Names say what sets a cluster apart: up
       to two columns in which its mean differs most from the mean of all customers, by half a standard deviation or
       more.

    What is learned is frozen: later customers are measured on the same scale against the same clusters, and `refit`
    keeps codes and names of clusters that are found again. The order of the rows never matters.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of numbers or flags, such as those of `crmkit.customer_features`. A few columns that say different
        things make better clusters than all columns together.
    method : {"kmeans", "gaussian_mixture", "hdbscan"}, default "kmeans"
        k-means; a mixture of normal distributions, for clusters of different width; or HDBSCAN, which finds dense
        clusters of any shape and puts the customers between them into the segment "noise". A new customer belongs to
        the dense cluster of the nearest core point, if it is no farther than the cluster's own distance: the largest
        from one of its points to the neighbours that make a cluster.
    n_clusters : int, optional
        How many clusters; chosen if not given. Not for HDBSCAN.
    max_clusters : int, default 8
        The largest number tried.
    criterion : {"silhouette", "calinski_harabasz", "davies_bouldin", "gap", "bic", "stability"}, optional
        The criterion that chooses among the numbers of clusters that pass; by default "bic" for mixtures, else
        "silhouette".
    transforms : {"auto", "log", "none"} or mapping of columns to these, default "auto"
        Signed logarithm or none; "auto" follows the rule above, also for columns that a mapping does not name.
    missing : {"median", "leave", "refuse"}, default "median"
        "median": missing values count as the median, and customers with fewer than half of the columns known have no
        segment. "leave": customers with any missing value have no segment. "refuse": missing values are an error.
    min_cluster_size : int, optional
        The fewest customers in a dense cluster, of those fitted; by default 2 %, at least 5. Only for HDBSCAN.
    value : str, optional
        Column of value by which clusters are ordered; by default "spend" if the table has it; otherwise they are
        ordered by size.
    random_state : int, default 0
        Seed of starts, samples and references.

    Attributes
    ----------
    columns_ : DataFrame
        One row per column used: ``column``; ``transform`` ("log", "none"); ``unit`` of the logarithm; ``centre`` and
        ``spread`` of the transformed values; ``mean`` as it was given; ``missing_share``; ``sensitive``, the kind of a
        sensitive column, else empty.
    left_out_ : DataFrame
        ``column``, ``reason`` ("sensitive", "constant", "mostly_missing", "like_another") and the other, ``like``.
    choice_ : DataFrame
        As `cluster_choice_table` gives it; without rows where ``n_clusters`` was given.
    clusters_ : DataFrame
        One row per segment: ``segment``; ``kind`` ("cluster", "noise", "potential"); ``name_en``, ``name_zh``;
        ``n_customers`` and ``customer_share`` of all rows in `fit`; ``mean_value``; ``stability``, how well the cluster
        is found again in resamples (Jaccard), missing for HDBSCAN; ``overlap`` with the cluster of the same code before
        `refit`, missing for new ones.
    centres_ : DataFrame
        One row per cluster and column: ``segment``, ``column``, ``position`` on the scale, ``mean`` as it was given,
        ``difference`` from the mean of all in standard deviations, on the scale.
    shapes_ : DataFrame
        Covariances and weights of a mixture; without rows for other methods.
    core_points_ : DataFrame
        Core points of dense clusters, and the ``reach`` of each cluster; without rows for other methods.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``. "noise" comes after the clusters;
        "potential" comes last, if the table says who has ordered (``n_orders``).
    value_column_ : str
        The column by which the clusters are ordered; empty if they are ordered by size.
    n_customers_ : int
        Customers seen in `fit` who can be placed.
    n_left_out_ : int
        Rows in `fit` with too many missing values, or without an order.
    n_fitted_ : int
        Customers that the clusters were fitted on: a sample of 50,000 (HDBSCAN: 10,000) if there were more.

    References
    ----------
    .. [1] Hennig (2007), "Cluster-wise Assessment of Cluster Stability", *Computational Statistics & Data Analysis*
       52(1).
    .. [2] Campello, Moulavi and Sander (2013), "Density-Based Clustering Based on Hierarchical Density Estimates",
       *PAKDD*.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> regular = pd.DataFrame({"days_since_last": rng.normal(20, 5, 60), "spend": rng.normal(900, 90, 60)})
    >>> lapsed = pd.DataFrame({"days_since_last": rng.normal(200, 30, 140), "spend": rng.normal(150, 30, 140)})
    >>> customers = pd.concat([regular, lapsed], ignore_index=True)
    >>> clusters = ClusterSegmenter(columns=["days_since_last", "spend"], max_clusters=3).fit(customers)
    >>> clusters.summary(customers)[["segment", "name_en", "n_customers", "mean_value"]].round(0)
         segment                 name_en  n_customers  mean_value
    0  cluster_1      High spend, recent           60       908.0
    1  cluster_2  Low spend, long silent          140       147.0
    """

    columns_: pd.DataFrame
    left_out_: pd.DataFrame
    choice_: pd.DataFrame
    centres_: pd.DataFrame
    shapes_: pd.DataFrame
    core_points_: pd.DataFrame
    n_fitted_: int

    _by_segment = ("centres_", "shapes_", "core_points_")

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        method: Method = "kmeans",
        n_clusters: int | None = None,
        max_clusters: int = 8,
        criterion: Criterion | None = None,
        transforms: Transform | Mapping[str, Transform] = "auto",
        missing: Missing = "median",
        min_cluster_size: int | None = None,
        value: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.method = method
        self.n_clusters = n_clusters
        self.max_clusters = max_clusters
        self.criterion = criterion
        self.transforms = transforms
        self.missing = missing
        self.min_cluster_size = min_cluster_size
        self.value = value
        self.random_state = random_state

    def _check_options(self) -> None:
        options = self.options_
        check_column_names(options.columns)
        check_option(options.method, METHODS, name="method")
        check_int(options.max_clusters, name="max_clusters", low=1, high=100)
        check_int(options.random_state, name="random_state", low=0, high=2**32 - 1)
        if options.n_clusters is not None:
            check_int(options.n_clusters, name="n_clusters", low=1)
            if options.method == "hdbscan":
                raise ValueError(_FINDS_THEM())
        if options.min_cluster_size is not None:
            check_int(options.min_cluster_size, name="min_cluster_size", low=2)
            if options.method != "hdbscan":
                raise ValueError(_ONLY_DENSE(method=options.method))
        if options.criterion is not None:
            check_option(options.criterion, CRITERIA, name="criterion")
            if options.criterion == "bic" and options.method != "gaussian_mixture":
                raise ValueError(_NO_BIC())
        check_transform(options.transforms)
        check_missing(options.missing)
        self._check_value()

    def centre_table(self) -> pd.DataFrame:
        """Show what sets each cluster apart.

        Returns
        -------
        DataFrame
            One row per cluster and column, the clusters in their order: ``segment``, ``segment_order``, ``name_en``,
            ``name_zh``, ``n_customers`` and ``customer_share`` in `fit`; ``column``; ``mean`` of the cluster and
            ``overall`` mean, as the column was given; ``difference`` of the two on the scale of the clusters, in
            standard deviations.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        clusters = self.segments_.merge(self.clusters_[["segment", "n_customers", "customer_share"]], on="segment")
        overall = self.columns_[["column", "mean"]].rename(columns={"mean": "overall"})
        table = clusters.merge(self.centres_, on="segment").merge(overall, on="column", how="left")
        order = [*clusters.columns, "column", "mean", "overall", "difference"]
        return table.sort_values("segment_order", kind="stable")[order].reset_index(drop=True)

    def _learn_groups(self, customers: Any, *, before: Self | None = None) -> int:
        options = self.options_
        columns = check_column_names(options.columns) if before is None else before.columns_["column"].tolist()
        rows = self._read(customers, columns)
        value = self._read_value(customers)
        points = np.nan_to_num(rows.points)
        places, n_distinct = _in_own_order(points, rows.known, value)
        asked = options.n_clusters if before is None else before._n_clusters
        if options.method == "hdbscan":
            asked = None
        if asked is not None and asked > n_distinct:
            raise ValueError(_TOO_MANY(n_clusters=asked, n_distinct=n_distinct))
        fitted = self._sample(points[places])
        self.n_fitted_ = len(fitted)
        clusters = self._fitted(fitted, asked, n_distinct)
        self._describe(clusters, fitted, points, places, rows, value)
        self.n_left_out_ = int((~rows.known).sum())
        return int(rows.known.sum())

    def _judge(self, customers: Any) -> pd.DataFrame:
        """Judge numbers of clusters, with the options as they are."""
        rows = self._read(customers, check_column_names(self.options_.columns))
        points = np.nan_to_num(rows.points)
        places, n_distinct = _in_own_order(points, rows.known, None)
        return self._judged(self._sample(points[places]), n_distinct).table

    def _read(self, customers: Any, columns: list[str] | None) -> NumberRows:
        options = self.options_
        rows = read_rows(customers, columns=columns, transform=options.transforms, missing=options.missing)
        self.columns_, self.left_out_ = rows.scaling, rows.left_out
        check_somebody(len(rows.points), int(rows.known.sum()))
        return rows

    def _sample(self, points: Floats) -> Floats:
        rng = np.random.default_rng(self.options_.random_state)
        return sampled(points, most=_MOST_FITTED[self.options_.method], rng=rng)

    def _judged(self, points: Floats, n_distinct: int) -> Judged:
        options = self.options_
        criterion = options.criterion or ("bic" if options.method == "gaussian_mixture" else "silhouette")
        numbers = range(1, min(options.max_clusters, n_distinct) + 1)
        seed = int(options.random_state)
        return judged(points, method=options.method, criterion=criterion, numbers=numbers, seed=seed)

    def _fitted(self, points: Floats, asked: int | None, n_distinct: int) -> Clusters:
        options, seed = self.options_, int(self.options_.random_state)
        self.choice_ = no_choice()
        if options.method == "hdbscan":
            size = options.min_cluster_size or max(_LEAST_SIZE, round(_LEAST_SHARE * len(points)))
            clusters = density_clusters(points, min_cluster_size=size)
            numbers = range(1, min(options.max_clusters, n_distinct) + 1)
            there = clusters.n > 1 and clustered(points, numbers=numbers, seed=seed)
            return clusters if there else one_cluster(points)
        if asked is None:
            chosen = self._judged(points, n_distinct)
            self.choice_, asked = chosen.table, chosen.chosen
        starts = _N_STARTS[options.method]
        return fitted_clusters(points, method=options.method, n_clusters=asked, seed=seed, n_starts=starts)

    def _describe(
        self, clusters: Clusters, fitted: Floats, points: Floats, places: npt.NDArray[np.intp], rows: NumberRows,
        value: Floats | None,
    ) -> None:  # fmt: skip
        method, columns = self.options_.method, self.columns_["column"].tolist()
        labels = np.full(len(points), -2, dtype=np.intp)
        labels[rows.known] = placed(points[rows.known], clusters, method=method)
        ordered = labels[places]
        inside = ordered >= 0
        scale = points[places].std(axis=0)
        counts = np.maximum(np.bincount(ordered[inside], minlength=clusters.n), 1)[:, None]
        sums = np.column_stack(
            [np.bincount(ordered[inside], points[places, at][inside], clusters.n) for at in range(len(columns))]
        )
        apart = sums / counts - points[places].mean(axis=0)
        differences = np.where(scale > 0, apart / np.where(scale > 0, scale, 1.0), 0.0)
        stability = stability_of(fitted, clusters, method=method, seed=int(self.options_.random_state))
        learned = Learned(differences, columns, stability)
        dense = len(clusters.core_points) > 0
        order = self._ordered(labels, clusters.n, value, rows.prospects, learned, noise=dense)
        means = np.column_stack([_means(rows.numbers[column][places], ordered, clusters.n) for column in columns])
        back = np.argsort(order)
        clusters = Clusters(
            clusters.centres[order],
            clusters.weights[order] if len(clusters.weights) else clusters.weights,
            clusters.covariances[order] if len(clusters.covariances) else clusters.covariances,
            clusters.core_points,
            back[clusters.core_of].astype(np.intp),
            clusters.reaches[order] if dense else clusters.reaches,
        )
        codes = self.clusters_["segment"].tolist()[: clusters.n]
        self.centres_, self.shapes_, self.core_points_ = state_tables(
            clusters, codes, columns, means=means[order], differences=differences[order]
        )

    def _placed(self, customers: Any, *, name: str) -> npt.NDArray[np.intp]:
        columns = self.columns_["column"].tolist()
        points = scaled(numbers_in(customers, columns, name=name), self.columns_)
        known = known_enough(points, "median" if self.options_.missing == "median" else "leave", columns, name=name)
        clusters = clusters_of(self.centres_, self.shapes_, self.core_points_, n_columns=len(columns))
        found = np.full(len(points), -2, dtype=np.intp)
        found[known] = placed(np.nan_to_num(points[known]), clusters, method=self.options_.method)
        return found

    def _sentences(
        self, customers: Any, positions: npt.NDArray[np.intp], inside: npt.NDArray[np.bool_], language: Language
    ) -> list[str]:
        values = numbers_in(customers, self.columns_["column"].tolist(), name="customers")
        names = self.clusters_[f"name_{language}"].tolist()
        rows = np.flatnonzero(inside)
        return cluster_reasons(values, rows, positions[rows], self.columns_, self.centres_, names, language)

    def _check_learned(self) -> None:
        options = self.options_
        self._check_clusters()
        asked = check_column_names(options.columns)
        check_scaling(self.columns_, asked)
        check_left_out(self.left_out_)
        n = self._n_clusters
        if options.n_clusters not in (None, n):
            raise JsonError("there are as many clusters as the options say")
        check_choice(self.choice_, n_clusters=n)
        codes = self.clusters_["segment"].tolist()[:n]
        columns = self.columns_["column"].tolist()
        tables = (self.centres_, self.shapes_, self.core_points_)
        check_state(*tables, codes=codes, columns=columns, method=options.method)
        if (len(self.core_points_) > 0) != ("noise" in self.clusters_["kind"].tolist()):
            raise JsonError("there is noise beside dense clusters")
        if self.n_fitted_ > self.n_customers_:
            raise JsonError("more were fitted than seen")


def choice_of(segmenter: ClusterSegmenter, customers: Any) -> pd.DataFrame:
    """Judge numbers of clusters with the options of a segmenter that is not fitted."""
    if segmenter.method == "hdbscan":
        raise ValueError(_NOTHING_TO_CHOOSE(others=[method for method in METHODS if method != "hdbscan"]))
    with segmenter._fitting():
        segmenter._check_options()
        return segmenter._judge(customers)


def _in_own_order(
    points: Floats, known: npt.NDArray[np.bool_], value: Floats | None
) -> tuple[npt.NDArray[np.intp], int]:
    """The places of rows that can be placed, sorted by what they hold, and how many different ones there are."""
    places = np.flatnonzero(known)
    found = in_order(points[places], *([] if value is None else [np.nan_to_num(value[places])]))
    return places[found.order], found.n_distinct


def _means(values: Floats, labels: npt.NDArray[np.intp], n: int) -> Floats:
    known = (labels >= 0) & ~np.isnan(values)
    counts = np.bincount(labels[known], minlength=n)
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.bincount(labels[known], values[known] / max(len(values), 1), n)
        means = sums * (max(len(values), 1) / np.maximum(counts, 1))
    return np.where((counts > 0) & np.isfinite(means), means, np.nan)
