"""How many clusters: the table of criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmkit._frames import FrameT, from_pandas
from crmkit.segment.groups._choice import Criterion
from crmkit.segment.groups._cluster_segmenter import ClusterSegmenter, choice_of
from crmkit.segment.groups._methods import Method
from crmkit.segment.groups._scaling import Missing, Transform

__all__ = ["cluster_choice_table"]


def cluster_choice_table(
    customers: FrameT,
    *,
    columns: Sequence[str] | None = None,
    method: Method = "kmeans",
    max_clusters: int = 8,
    criterion: Criterion | None = None,
    transforms: Transform | Mapping[str, Transform] = "auto",
    missing: Missing = "median",
    random_state: int = 0,
) -> FrameT:
    r"""Judge each number of clusters by several criteria, side by side, and say which a rule would choose.

    **Are there clusters at all?** Any cloud of points can be divided. ``beyond_null`` compares how far the sum of
    squares within clusters falls with how far it would fall for points without clusters: each column with one hump (the
    density nearest to its own that rises and then falls, with its mean and variance), and columns correlated as they
    are (a normal copula). Twenty such sets are drawn, and the figure is in their standard errors. Skewed and heavy
    tails, correlated columns and scales of few steps do not count as clusters. Two normally distributed groups are
    recognised if they are about four standard deviations apart.

    **Which number?** 1 if no ``beyond_null`` exceeds 3. Otherwise, among the numbers that exceed 3 and whose clusters
    are all found again (``least_stability`` of at least 0.75, or of 0.6 if no number reaches that), the best by
    ``criterion``. If none is that stable, the one with the highest ``least_stability``.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        A row per customer.
    columns : sequence of str, optional
        Columns of numbers or flags; by default those that `ClusterSegmenter` would use.
    method : {"kmeans", "gaussian_mixture"}, default "kmeans"
        As in `ClusterSegmenter`; HDBSCAN finds the number by itself.
    max_clusters : int, default 8
        The largest number tried; at most the number of different customers.
    criterion : {"silhouette", "calinski_harabasz", "davies_bouldin", "gap", "bic", "stability"}, optional
        The criterion that chooses; by default "bic" for mixtures, else "silhouette". "gap" takes the fewest clusters
        whose gap that of one more does not exceed by more than its error.
    transforms : {"auto", "log", "none"} or mapping of columns to these, default "auto"
        As in `ClusterSegmenter`.
    missing : {"median", "leave", "refuse"}, default "median"
        As in `ClusterSegmenter`.
    random_state : int, default 0
        Seed.

    Returns
    -------
    the kind of table given
        One row per number of clusters: ``n_clusters``; ``chosen``, 1 for the one that the rule chooses, else 0;
        ``silhouette``, from -1 to 1, and ``calinski_harabasz``, higher is better; ``davies_bouldin``, lower is better;
        ``bic`` of a mixture, lower is better; ``gap``, the logarithm of the sum of squares of points without clusters
        over that of these, and its ``gap_error``; ``beyond_null``; ``stability``, Jaccard's overlap of clusters with
        those of resamples, on average, and ``least_stability``, of the least stable one; ``adjusted_rand`` between
        them; ``smallest_share`` of the customers in a cluster. All are computed on a sample of 1,500 customers if there
        are more; missing if a criterion has no meaning.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers or is infinite, or there is nobody to judge.
    TypeError
        If ``customers`` is not a table in memory.
    ValueError
        If an option is out of range.

    References
    ----------
    .. [1] Tibshirani, Walther and Hastie (2001), "Estimating the Number of Clusters in a Data Set via the Gap
       Statistic", *Journal of the Royal Statistical Society* B 63(2). Their reference is even.
    .. [2] Hennig (2007), "Cluster-wise Assessment of Cluster Stability", *Computational Statistics & Data Analysis*
       52(1).
    .. [3] Rousseeuw (1987), "Silhouettes", *Journal of Computational and Applied Mathematics* 20.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> centres = rng.choice([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], size=300)
    >>> customers = pd.DataFrame(centres + rng.normal(size=(300, 2)), columns=["visits", "spend"])
    >>> table = cluster_choice_table(customers, max_clusters=4)
    >>> table[["n_clusters", "chosen", "silhouette", "stability"]].round(1)
       n_clusters  chosen  silhouette  stability
    0           1       0         NaN        NaN
    1           2       0         0.6        0.8
    2           3       1         0.8        1.0
    3           4       0         0.6        0.7
    """
    asked: dict[str, Any] = {
        "columns": columns,
        "method": method,
        "max_clusters": max_clusters,
        "criterion": criterion,
        "transforms": transforms,
        "missing": missing,
        "random_state": random_state,
    }
    return from_pandas(choice_of(ClusterSegmenter(**asked), customers), like=customers)
