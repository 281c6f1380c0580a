"""The wallet allocation rule: from the rank that a customer gives a brand to its share of their wallet."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number, some
from crmkit._frames import FrameT, collected, from_pandas, open_frame, pandas_series, rows_like
from crmkit._messages import Column, Message
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range
from crmkit._tables import BRAND_RATINGS, check_values, float_columns, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.brands._panel import check_present, read_brands

__all__ = ["wallet_allocation_share", "wallet_allocation_table", "wallet_opportunity_table", "wallet_summary_table"]

# Where customers use hardly more than one brand, ranks say little (Keiningham and others).
_LEAST_SHARE: Final = 0.4
_LEAST_MEAN: Final = 1.4
_SPEND: Final = "category_spend"

_NO_RANK: Final = Message(
    en="{@rank} must lie between 1 and {@n_brands}, got {ranks} of {sizes}.",
    zh="{@rank} 须在 1 与 {@n_brands} 之间，得到 {ranks}，而后者为 {sizes}。",
)
_TWICE: Final = Message(
    en="{@ratings} has customers who rate a brand more than once: {pairs}. Leave one row of each.",
    zh="{@ratings} 中有客户对同一品牌重复评分：{pairs}。请各留一行。",
)
_UNLIKE: Final = Message(
    en="{where} must be the same on each row of a customer, unlike for {ids}.",
    zh="同一客户各行的{where}须相同，{ids} 不符。",
)
_NOT_RATED: Final = Message(
    en="{@brand} must be one of the brands rated, {known}, got {value!r}.",
    zh="{@brand} 须为被评分的品牌之一 {known}，得到 {value!r}。",
)
_LOW_TARGET: Final = Message(
    en="{@target_rank} must be at least 1, the best, got {value!r}.",
    zh="{@target_rank} 不得小于 1（最好），得到 {value!r}。",
)


def wallet_allocation_share(*, rank: Numbers, n_brands: Numbers) -> Numbers:
    r"""Share of a customer's spending that a brand of a given rank can expect.

    .. math:: \left( 1 - \frac{\text{rank}}{n + 1} \right) \frac{2}{n}

    Parameters
    ----------
    rank : float or array-like of float
        Rank among the brands that the customer uses, 1 for the best; brands that are rated alike share the mean of
        their ranks. Between 1 and ``n_brands``.
    n_brands : float or array-like of float
        How many brands the customer uses, n; at least 1.

    Returns
    -------
    float or column, as given
        In (0, 1]; the shares of a customer's brands add up to 1. Missing where an argument is.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a rank lies outside its range, a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Keiningham, Aksoy, Buoye and Cooil (2011), "Customer Loyalty Isn't Enough. Grow Your Share of Wallet",
       *Harvard Business Review* 89(10).

    Examples
    --------
    >>> round(wallet_allocation_share(rank=1, n_brands=2), 4)
    0.6667
    """
    ranks, sizes = as_floats(rank, name="rank"), as_floats(n_brands, name="n_brands")
    check_alike(rank=rank, n_brands=n_brands)
    check_range(sizes, name="n_brands", low=1.0, high=None)
    ranks, sizes = np.broadcast_arrays(ranks, sizes)
    wrong = np.atleast_1d((ranks < 1) | (ranks > sizes))
    if wrong.any():
        shown = {"ranks": np.atleast_1d(ranks)[wrong].tolist(), "sizes": np.atleast_1d(sizes)[wrong].tolist()}
        raise ValueError(_NO_RANK(**{name: some(each) for name, each in shown.items()}))
    return as_given(np.asarray(_allocated(ranks, sizes)), rank, n_brands)


def wallet_allocation_table(ratings: FrameT) -> FrameT:
    """Rank the brands that each customer uses, and say what share of their wallet each can expect.

    Parameters
    ----------
    ratings : pandas, Polars or PyArrow table
        A row per customer and brand that they use: ``customer_id``, ``brand``, ``rating``, the higher the better, and
        ``category_spend``, the same on each row of a customer, where known.

    Returns
    -------
    the kind of table given
        The rows in their order: ``customer_id``; ``brand``; ``rating``; ``rank``, 1 for the best, brands rated alike
        sharing the mean of their ranks; ``n_brands`` that the customer uses; ``wallet_share`` by the
        `wallet_allocation_share` rule; ``wallet``, that share of ``category_spend``, where it is there.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, a customer rates a brand twice, or spends several amounts.
    TypeError
        If ``ratings`` is not a frame in memory.

    References
    ----------
    .. [1] Keiningham, Aksoy, Buoye and Cooil (2011), "Customer Loyalty Isn't Enough. Grow Your Share of Wallet",
       *Harvard Business Review* 89(10).

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer_id": [1, 1, 1], "brand": ["A", "B", "C"], "rating": [9, 8, 8]})
    >>> wallet_allocation_table(ratings).round(4)
       customer_id brand  rating  rank  n_brands  wallet_share
    0            1     A     9.0   1.0         3          0.50
    1            1     B     8.0   2.5         3          0.25
    2            1     C     8.0   2.5         3          0.25
    """
    read = _read(ratings)
    columns = {
        "customer_id": read.customer_id,
        "brand": read.brand,
        "rating": read.rating,
        "rank": read.rank,
        "n_brands": read.n_brands,
        "wallet_share": read.share,
    }
    return rows_like(columns if read.spend is None else {**columns, "wallet": read.share * read.spend}, like=ratings)


def wallet_summary_table(ratings: FrameT) -> FrameT:
    """Sum up by brand how customers rank it and what share of their wallets it can expect.

    Parameters
    ----------
    ratings : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As for `wallet_allocation_table`.

    Returns
    -------
    the kind of frame given
        A row per brand, in order: ``brand``; ``n_customers`` who use it; ``mean_rank``; ``first_share``, the share of
        them who rate no brand higher; ``wallet_share``, the mean of what they can be expected to give it, weighted by
        ``category_spend`` where it is there; ``sole_share``, the share of them who use no other; and on each row
        ``multi_brand_share``, the share of customers who use several brands, ``mean_n_brands``, and ``is_usable``,
        whether the former is at least 0.4 and the latter at least 1.4: else ranks say little, as the authors of the
        rule warn. Shares weighted by spending are missing where nothing is spent.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, a customer rates a brand twice, or spends several amounts.
    TypeError
        If ``ratings`` is not a frame.

    References
    ----------
    .. [1] Keiningham, Aksoy, Buoye and Cooil (2011), "Customer Loyalty Isn't Enough. Grow Your Share of Wallet",
       *Harvard Business Review* 89(10).

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"customer_id": [1, 1, 2], "brand": ["A", "B", "B"], "rating": [9, 7, 8]})
    >>> wallet_summary_table(ratings)[["brand", "mean_rank", "wallet_share", "multi_brand_share"]].round(3)
      brand  mean_rank  wallet_share  multi_brand_share
    0     A        1.0         0.667                0.5
    1     B        1.5         0.667                0.5
    """
    read = _read(ratings)
    weight = np.ones_like(read.share) if read.spend is None else read.spend
    rows = pd.DataFrame(
        {
            "brand": read.place,
            "n_customers": 1,
            "mean_rank": read.rank,
            "first_share": read.is_best,
            "sole_share": read.n_brands == 1,
            "weight": weight,
            "allocated": weight * read.share,
        }
    )
    by_brand = rows.groupby("brand")
    sizes = pd.Series(read.n_brands).groupby(pd.factorize(read.customer_id)[0]).first()
    several, mean = float((sizes > 1).mean()), float(sizes.mean())
    sums = by_brand[["n_customers", "weight", "allocated"]].sum()
    means = by_brand[["mean_rank", "first_share", "sole_share"]].mean()
    table = pd.DataFrame(
        {
            "brand": read.labels,
            "n_customers": sums["n_customers"].to_numpy(),
            "mean_rank": means["mean_rank"].to_numpy(),
            "first_share": means["first_share"].to_numpy(),
            "wallet_share": (sums["allocated"] / sums["weight"].where(sums["weight"] > 0)).to_numpy(),
            "sole_share": means["sole_share"].to_numpy(),
            "multi_brand_share": several,
            "mean_n_brands": mean,
            "is_usable": several >= _LEAST_SHARE and mean >= _LEAST_MEAN,
        }
    )
    return from_pandas(table, like=ratings)


def wallet_opportunity_table(ratings: FrameT, *, brand: Any, target_rank: float = 1.0) -> FrameT:
    """Say what each customer of a brand would spend more with it if they ranked it higher.

    Parameters
    ----------
    ratings : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As for `wallet_allocation_table`, with ``category_spend``.
    brand : str or int
        The brand.
    target_rank : float, default 1
        The rank to reach, at least 1, the best alone; a customer who ranks the brand as high already has no
        opportunity.

    Returns
    -------
    the kind of frame given
        A row per customer of the brand, in the order given: ``customer_id``; ``rank``; ``n_brands``; ``n_ahead``, the
        brands rated higher; ``n_level``, other brands rated alike; ``category_spend``; ``wallet_share`` and
        ``target_share``, by the rule at the rank now and at the target; ``opportunity``, their difference times
        ``category_spend``, money.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, a customer rates a brand twice, or spends several amounts.
    TypeError
        If ``ratings`` is not a frame, or ``target_rank`` is not a number.
    ValueError
        If nobody rates the brand, or ``target_rank`` is below 1.

    References
    ----------
    .. [1] Keiningham, Aksoy, Buoye and Cooil (2011), "Customer Loyalty Isn't Enough. Grow Your Share of Wallet",
       *Harvard Business Review* 89(10).

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "customer_id": [1, 1, 2], "brand": ["A", "B", "B"], "rating": [9, 7, 8], "category_spend": [300, 300, 50],
    ... })
    >>> table = wallet_opportunity_table(ratings, brand="B")
    >>> table[["customer_id", "rank", "wallet_share", "target_share", "opportunity"]].round(3)
       customer_id  rank  wallet_share  target_share  opportunity
    0            1   2.0         0.333         0.667        100.0
    1            2   1.0         1.000         1.000          0.0
    """
    check_number(target_rank, name="target_rank")
    if target_rank < 1:
        raise ValueError(_LOW_TARGET(value=target_rank))
    read = _read(ratings, with_spend=True)
    if brand not in read.labels:
        raise ValueError(_NOT_RATED(known=some(read.labels), value=brand))
    here = np.flatnonzero(read.place == read.labels.index(brand))
    rank, size, share = read.rank[here], read.n_brands[here], read.share[here]
    target = _allocated(np.minimum(rank, target_rank), size)
    spend = read.spend[here] if read.spend is not None else np.full(len(here), np.nan)
    table = pd.DataFrame(
        {
            "customer_id": read.customer_id[here],
            "rank": rank,
            "n_brands": size,
            "n_ahead": read.n_ahead[here],
            # A rank is the number ahead, 1, and half the number level.
            "n_level": np.rint(2 * (rank - 1 - read.n_ahead[here])).astype(np.int64),
            "category_spend": spend,
            "wallet_share": share,
            "target_share": target,
            "opportunity": (target - share) * spend,
        }
    )
    return from_pandas(table, like=ratings)


class _Ratings(NamedTuple):
    """Ratings row by row: who, which brand and its place among ``labels``, its rank, how many are ahead of it."""

    customer_id: npt.NDArray[Any]
    brand: npt.NDArray[Any]
    labels: list[Any]
    place: npt.NDArray[np.intp]
    rating: Floats
    rank: Floats
    n_ahead: npt.NDArray[np.int64]
    n_brands: npt.NDArray[np.int64]
    spend: Floats | None

    @property
    def share(self) -> Floats:
        """The share of the wallet that the rank gives."""
        return _allocated(self.rank, self.n_brands)

    @property
    def is_best(self) -> npt.NDArray[np.bool_]:
        """Whether no brand is ahead."""
        return np.asarray(self.n_ahead == 0)


def _read(ratings: Any, *, with_spend: bool = False) -> _Ratings:
    given = open_frame(ratings, name="ratings").collect_schema().names()
    money = [_SPEND] if with_spend or _SPEND in given else []
    opened = collected(open_table(ratings, BRAND_RATINGS, columns=[*BRAND_RATINGS.required, *money]))
    values = float_columns(ratings, BRAND_RATINGS, ["rating", *money])
    check_values(values, BRAND_RATINGS)
    ids = pandas_series(opened["customer_id"]).reset_index(drop=True)
    check_present(ids, where=Column("ratings", "customer_id"))
    labels, place = read_brands(pandas_series(opened["brand"]), where=Column("ratings", "brand"))
    customer, found = pd.factorize(ids)
    table = pd.DataFrame({"customer": customer, "brand": place, "rating": values["rating"]})
    twice = np.flatnonzero(table.duplicated(["customer", "brand"]))
    if twice.size:
        pairs = zip(ids.iloc[twice].tolist(), [labels[each] for each in place[twice]], strict=True)
        raise SchemaError(_TWICE(pairs=some(pairs)))
    spend = values.get(_SPEND)
    if spend is not None:
        by_spend = pd.Series(spend).groupby(customer)
        unlike = np.flatnonzero(by_spend.max() > by_spend.min())
        if unlike.size:
            raise SchemaError(_UNLIKE(where=Column("ratings", _SPEND), ids=some(found[unlike].tolist())))
    by_customer = table.groupby("customer")["rating"]
    return _Ratings(
        ids.to_numpy(),
        np.array([labels[each] for each in place], dtype=object if labels and isinstance(labels[0], str) else None),
        labels,
        place,
        values["rating"],
        by_customer.rank(ascending=False, method="average").to_numpy(dtype=np.float64),
        by_customer.rank(ascending=False, method="min").to_numpy(dtype=np.int64) - 1,
        by_customer.transform("size").to_numpy(dtype=np.int64),
        spend,
    )


def _allocated(rank: npt.NDArray[Any], n: npt.NDArray[Any]) -> Floats:
    return np.asarray((1 - rank / (n + 1)) * 2 / n)
