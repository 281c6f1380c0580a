"""Groups of customers by columns of any kind: numbers, ordered levels and categories, some of them missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._estimator import JsonError, check_fitted, check_table
from crmkit._frames import FrameT, listed_names, rows_like
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.segment.groups._gower import MixedPoints, joined, parts_apart, taken
from crmkit.segment.groups._group_segmenter import GroupSegmenter, Learned, check_somebody
from crmkit.segment.groups._medoids import distances_to, medoids_of
from crmkit.segment.groups._mixed_choice import check_mixed_choice, judged_mixed, mixed_stability, no_mixed_choice
from crmkit.segment.groups._mixed_reasons import mixed_reasons
from crmkit.segment.groups._mixed_rows import (
    MixedColumns,
    check_kinds,
    check_mixed,
    check_ordered,
    check_weights,
    learned_columns,
    mixed_points,
    read_columns,
)
from crmkit.segment.groups._names import Trait
from crmkit.segment.groups._number_columns import left_out_table
from crmkit.segment.groups._points import in_order
from crmkit.segment.groups._read_columns import check_column_names, column_types, is_prospect, opened
from crmkit.segment.groups._scaling import Transform, check_transform

__all__ = ["MixedClusterSegmenter"]

_MEDOIDS: Final[dict[str, Any]] = {"segment": "text", "column": "text", "number": "float64", "level": "text"}
_REASONS: Final = ("sensitive", "many_levels", "all_missing")
# Customers of whom less of the columns is known have no group.
_LEAST_KNOWN: Final = 0.5

_TOO_MANY: Final = Message(
    en="{@n_clusters} is {n_clusters:,}, but there are only {n_distinct:,} different {n_distinct:customer|customers} "
    "by these columns. Ask for fewer.",
    zh="{@n_clusters} 为 {n_clusters:,}，但按这些列只有 {n_distinct:,} 种互不相同的客户。请减少聚类数。",
)


class MixedClusterSegmenter(GroupSegmenter):
    """Find groups of customers by columns of any kind, each around a typical customer, and put customers into them.

    The distance is Gower's: the differences of numbers over their range (that of the middle 98 %, where the ends would
    more than double it), of ordered levels by their places, of categories 0 or 1, averaged over the columns that are
    known of both customers. So missing values need not be filled in. Each group has a medoid, the customer to whom the
    others are nearest on the whole. Medoids are found by swapping until no swap brings the customers nearer. With more
    than 2,000 customers this is done in five samples of 1,000, and the result that is best for 20,000 customers is
    kept.

    A medoid must have at least as many known columns as the median customer. A customer with missing columns is not
    compared on them, and would otherwise seem nearer to all others than anybody else.

    Ranges, levels and medoids are frozen: a later number beyond the range seen is at most at distance 1, and a category
    not seen before is at distance 1. A constant column has no effect. Rows with no known column in common are at
    distance 1.

    Whether there are groups at all is judged as in `cluster_choice_table`, with rows in which numbers and ordered
    columns have one hump each and are correlated as they are, and categories are independent of all else. Among the
    numbers that pass and whose groups are all found again (Jaccard of at least 0.75, or of 0.6 if none reaches that),
    the one with the largest silhouette is chosen.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of numbers, flags or labels; by default all except the id, sensitive columns (see
        `sensitive_column_table`), labels with more than 50 levels, and columns without a value.
    n_clusters : int, optional
        How many groups; chosen if not given.
    max_clusters : int, default 8
        The largest number tried.
    ordered : mapping of str to sequence, optional
        Columns of labels that have an order, with their levels from low to high.
    categorical : sequence of str, default ()
        Columns of numbers that are codes of categories.
    weights : mapping of str to float, optional
        How much each column counts, 0 or more; 1 for columns not named.
    transforms : {"auto", "log", "none"} or mapping of columns to these, default "auto"
        Signed logarithm of numbers, as in `ClusterSegmenter`: else one large value would shrink all other differences.
    value : str, optional
        Column of value by which groups are ordered; by default "spend" if the table has it; otherwise they are ordered
        by size.
    random_state : int, default 0
        Seed of samples and references.

    Attributes
    ----------
    columns_ : DataFrame
        One row per column used: ``column``; ``kind`` ("number", "ordered", "category"); ``transform``; ``unit`` of the
        logarithm; ``low`` and ``high`` of the transformed values; ``weight``, 0 where constant; ``missing_share``;
        ``sensitive``, the kind of a sensitive column, else empty.
    levels_ : DataFrame
        ``column``, ``level``, ``place``.
    left_out_ : DataFrame
        ``column``, ``reason`` ("sensitive", "many_levels", "all_missing"), ``like``, which is empty.
    choice_ : DataFrame
        One row per number of groups, worked out on 500 customers: ``n_clusters``, ``chosen``, ``mean_distance`` from
        the medoid, ``silhouette``, ``beyond_null``, ``stability``, ``least_stability``, ``adjusted_rand``,
        ``smallest_share``; without rows where ``n_clusters`` was given.
    clusters_ : DataFrame
        One row per segment: ``segment``; ``kind`` ("cluster", "potential"); ``name_en``, ``name_zh``; ``n_customers``
        and ``customer_share`` of all rows in `fit`; ``mean_value``; ``stability`` (Jaccard); ``overlap`` with the
        group of the same code before `refit`, missing for new ones.
    medoids_ : DataFrame
        One row per group and column: ``segment``, ``column``, and ``number`` or ``level`` of the medoid.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``. "potential" comes last, if the
        table says who has ordered (``n_orders``).
    value_column_ : str
        The column by which the groups are ordered; empty if they are ordered by size.
    n_customers_ : int
        Customers seen in `fit` with at least half of the columns known.
    n_left_out_ : int
        Rows in `fit` with too many missing values, or without an order.

    References
    ----------
    .. [1] Gower (1971), "A General Coefficient of Similarity and Some of Its Properties", *Biometrics* 27.
    .. [2] Kaufman and Rousseeuw (1990), *Finding Groups in Data*, Wiley, ch. 2 and 3.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "region": ["north", "north", None, "south", "south", "south"],
    ...         "size": ["small", "small", "small", "large", "large", "medium"],
    ...         "spend": [100.0, 120.0, 90.0, 300.0, None, 280.0],
    ...     }
    ... )
    >>> levels = {"size": ["small", "medium", "large"]}
    >>> groups = MixedClusterSegmenter(n_clusters=2, ordered=levels).fit(customers)
    >>> groups.predict(customers).tolist()
    ['cluster_2', 'cluster_2', 'cluster_2', 'cluster_1', 'cluster_1', 'cluster_1']
    >>> groups.distances(customers).round(2).head(3)
       cluster_1  cluster_2
    0       0.98       0.00
    1       0.95       0.03
    2       1.00       0.02
    """

    columns_: pd.DataFrame
    levels_: pd.DataFrame
    left_out_: pd.DataFrame
    choice_: pd.DataFrame
    medoids_: pd.DataFrame

    _by_segment = ("medoids_",)

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        n_clusters: int | None = None,
        max_clusters: int = 8,
        ordered: Mapping[str, Sequence[Any]] | None = None,
        categorical: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        transforms: Transform | Mapping[str, Transform] = "auto",
        value: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.n_clusters = n_clusters
        self.max_clusters = max_clusters
        self.ordered = ordered
        self.categorical = categorical
        self.weights = weights
        self.transforms = transforms
        self.value = value
        self.random_state = random_state

    def distances(self, customers: FrameT) -> FrameT:
        """Measure how far each customer is from the medoid of each group.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With the columns of `fit`.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given, and a column per group, named by its code: Gower's distance, from
            0 to 1. Missing if fewer than half of the columns are known.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or does not hold what it should.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        points = self._points(customers, name="customers")
        apart = distances_to(points, self._medoids())
        apart[points.known_share < _LEAST_KNOWN] = np.nan
        codes = self.clusters_["segment"].tolist()[: self._n_clusters]
        return rows_like({code: apart[:, at] for at, code in enumerate(codes)}, like=customers)

    def _check_options(self) -> None:
        options = self.options_
        check_column_names(options.columns)
        check_int(options.max_clusters, name="max_clusters", low=1, high=100)
        check_int(options.random_state, name="random_state", low=0, high=2**32 - 1)
        if options.n_clusters is not None:
            check_int(options.n_clusters, name="n_clusters", low=1)
        check_ordered(options.ordered)
        listed_names(options.categorical, name="categorical")
        check_weights(options.weights)
        check_transform(options.transforms)
        self._check_value()

    def _learn_groups(self, customers: Any, *, before: Self | None = None) -> int:
        options = self.options_
        columns = check_column_names(options.columns) if before is None else before.columns_["column"].tolist()
        read = self._read(customers, columns, name="customers")
        own = {**read.numbers, **read.labels}
        order = columns or [column for column in column_types(opened(customers, name="customers")) if column in own]
        n_rows = len(next(iter(own.values())))
        check_somebody(n_rows, n_rows)
        prospects = is_prospect(customers, name="customers")
        there = np.ones(n_rows, dtype=bool) if prospects is None else ~prospects
        check_somebody(n_rows, int(there.sum()))
        self.columns_, self.levels_ = learned_columns(
            read, order=order, ordered=check_ordered(options.ordered), transforms=options.transforms,
            weights=options.weights, rows=there, name="customers",
        )  # fmt: skip
        self.left_out_ = left_out_table(read.left_out)
        points = mixed_points(read, self.columns_, self.levels_)
        known = there & (points.known_share >= _LEAST_KNOWN)
        check_somebody(n_rows, int(known.sum()))
        value = self._read_value(customers)
        places = np.flatnonzero(known)
        further = [] if value is None else [np.nan_to_num(value[places])]
        found = in_order(joined(taken(points, places)), *further)
        places = places[found.order]
        asked = options.n_clusters if before is None else before._n_clusters
        if asked is not None and asked > found.n_distinct:
            raise ValueError(_TOO_MANY(n_clusters=asked, n_distinct=found.n_distinct))
        sorted_points = taken(points, places)
        rng = np.random.default_rng(options.random_state)
        self.choice_ = no_mixed_choice()
        if asked is None:
            numbers = range(1, min(int(options.max_clusters), found.n_distinct) + 1)
            judged = judged_mixed(sorted_points, numbers=numbers, rng=rng)
            self.choice_, asked = judged.table, judged.chosen
        medoids = places[medoids_of(sorted_points, n_clusters=asked, rng=rng)]
        self._describe(read, points, known, places, medoids, value, prospects, rng)
        self.n_left_out_ = int((~known).sum())
        return int(known.sum())

    def _describe(
        self, read: MixedColumns, points: MixedPoints, known: npt.NDArray[np.bool_], places: npt.NDArray[np.intp],
        medoids: npt.NDArray[np.intp], value: Floats | None, prospects: Any, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        n = len(medoids)
        labels = np.full(len(known), -2, dtype=np.intp)
        labels[known] = distances_to(taken(points, np.flatnonzero(known)), taken(points, medoids)).argmin(axis=1)
        differences, columns = self._differences(taken(points, places), labels[places], n)
        stability = mixed_stability(taken(points, places), taken(points, medoids), rng)
        order = self._ordered(labels, n, value, prospects, Learned(differences, columns, stability), noise=False)
        codes = self.clusters_["segment"].tolist()[:n]
        rows = [
            (
                code,
                column,
                float(read.numbers[column][at]) if column in read.numbers else np.nan,
                (read.labels[column][at] or "") if column in read.labels else "",
            )
            for code, at in zip(codes, medoids[order].tolist(), strict=True)
            for column in self.columns_["column"]
        ]
        self.medoids_ = pd.DataFrame(rows, columns=list(_MEDOIDS)).astype({"level": str, "number": float})

    def _differences(
        self, points: MixedPoints, labels: npt.NDArray[np.intp], n_clusters: int
    ) -> tuple[Floats, list[str | Trait]]:
        """How far groups differ from all: in numbers, and in the shares of categories; in standard deviations."""
        kinds = self.columns_.set_index("column")["kind"]
        flags = np.eye(n_clusters)[labels]
        made: list[Floats] = []
        columns: list[str | Trait] = []
        for at, column in enumerate(kinds.index[kinds != "category"]):
            made.append(_apart(points.numbers[:, at], flags))
            columns.append(str(column))
        for at, column in enumerate(kinds.index[kinds == "category"]):
            codes = points.codes[:, at]
            own = self.levels_[self.levels_["column"] == column]
            for level, place in zip(own["level"], own["place"], strict=True):
                made.append(_apart(np.where(codes == -1, np.nan, codes == place), flags))
                columns.append(Trait(str(column), str(level)))
        return np.column_stack(made), columns

    def _read(self, customers: Any, columns: Sequence[str] | None, *, name: str) -> MixedColumns:
        as_labels = [
            *check_ordered(self.options_.ordered),
            *listed_names(self.options_.categorical, name="categorical"),
        ]
        return read_columns(customers, columns=columns, as_labels=as_labels, name=name)

    def _points(self, customers: Any, *, name: str) -> MixedPoints:
        read = self._read(customers, self.columns_["column"].tolist(), name=name)
        check_kinds(read, self.columns_, name=name)
        return mixed_points(read, self.columns_, self.levels_)

    def _medoids(self) -> MixedPoints:
        numbers = self.columns_.loc[self.columns_["kind"] == "number", "column"].tolist()
        own = {str(column): rows for column, rows in self.medoids_.groupby("column", sort=False)}
        labels = {
            column: np.array([text or None for text in rows["level"].tolist()], dtype=object)
            for column, rows in own.items()
            if column not in numbers
        }
        read = MixedColumns({column: own[column]["number"].to_numpy() for column in numbers}, labels, [])
        return mixed_points(read, self.columns_, self.levels_)

    def _placed(self, customers: Any, *, name: str) -> npt.NDArray[np.intp]:
        points = self._points(customers, name=name)
        found = distances_to(points, self._medoids()).argmin(axis=1)
        return np.where(points.known_share >= _LEAST_KNOWN, found, -2)

    def _sentences(
        self, customers: Any, positions: npt.NDArray[np.intp], inside: npt.NDArray[np.bool_], language: Language
    ) -> list[str]:
        rows = np.flatnonzero(inside)
        points = taken(self._points(customers, name="customers"), rows)
        apart = distances_to(points, self._medoids())
        names = self.clusters_[f"name_{language}"].tolist()
        codes = self.clusters_["segment"].tolist()[: self._n_clusters]
        return mixed_reasons(positions[rows], apart, self._telling(codes), self.medoids_, codes, names, language)

    def _telling(self, codes: Sequence[str]) -> pd.DataFrame:
        """How much each column tells the medoid of a group from the others; constant columns come last."""
        kinds = self.columns_.set_index("column")["kind"]
        laid = [*kinds.index[kinds != "category"], *kinds.index[kinds == "category"]]
        telling = pd.DataFrame(parts_apart(self._medoids()), index=list(codes), columns=laid)
        return telling[self.columns_.sort_values("weight", ascending=False, kind="stable")["column"].tolist()]

    def _check_learned(self) -> None:
        options = self.options_
        self._check_clusters()
        if "noise" in self.clusters_["kind"].tolist():
            raise JsonError("medoids leave nobody out")
        check_mixed(self.columns_, self.levels_, asked=check_column_names(options.columns))
        check_table(self.left_out_, {"column": "text", "reason": "text", "like": "text"})
        if not self.left_out_["reason"].isin(_REASONS).all():
            raise JsonError("no such reason")
        n = self._n_clusters
        if options.n_clusters not in (None, n):
            raise JsonError("there are as many groups as the options say")
        check_mixed_choice(self.choice_, n_clusters=n)
        check_table(self.medoids_, _MEDOIDS)
        columns = self.columns_["column"].tolist()
        if self.medoids_["column"].tolist() != columns * n:
            raise JsonError("a medoid has a row for each column")
        self._check_by_segment(self.medoids_, each=len(columns))
        if np.isinf(self.medoids_["number"]).any():
            raise JsonError("numbers are finite")
        labelled = set(check_ordered(options.ordered)) | set(listed_names(options.categorical, name="categorical"))
        kinds = dict(zip(columns, self.columns_["kind"], strict=True))
        if any(kinds.get(column) == "number" for column in labelled):
            raise JsonError("columns of labels hold labels")
        if any((kind == "ordered") != (column in check_ordered(options.ordered)) for column, kind in kinds.items()):
            raise JsonError("ordered columns are those of the options")


def _apart(values: Floats, flags: Floats) -> Floats:
    known = ~np.isnan(values)
    spread = float(values[known].std()) if known.any() else 0.0
    counts = flags[known].sum(axis=0)
    if not spread > 0:
        return np.zeros(flags.shape[1])
    means = (flags[known].T @ values[known]) / np.maximum(counts, 1)
    return np.where(counts > 0, (means - values[known].mean()) / spread, 0.0)
