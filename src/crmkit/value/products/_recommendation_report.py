"""How often recommendations come true, beside those of the most popular items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._arrays import Floats
from crmkit._checks import as_day, check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import interval_of_draws, resampled_sums
from crmkit.errors import SchemaError
from crmkit.value.products._kept import Kept, kept_of, open_lines
from crmkit.value.products._recommender import ItemRecommender
from crmkit.value.products._similar_items import Best, first_of_rows, recommended

__all__ = ["recommendation_report_table"]

_MEANS: Final = ("precision", "recall", "hit_rate")
_MEASURES: Final = (*_MEANS, "n_distinct_items", "item_coverage")
_POPULARITY: Final = "popularity"
# With fewer customers who have bought what was recommended, or who have not, an interval is not to be relied on.
_FEW: Final = 10

_NOT_A_MODEL: Final = Message(
    en="{@models} must be an ItemRecommender, or a dict of them by name, got {got!r}.",
    zh="{@models} 须为 ItemRecommender，或以名称为键的字典，得到 {got!r}。",
)
_NAMES: Final = Message(
    en="{@models} has the name {name!r}, which is not text, or is that of a baseline. Give it another.",
    zh="{@models} 中的名称 {name!r} 不是文本，或与基准同名，请改名。",
)
_OTHER_ITEMS: Final = Message(
    en="{@models} recommend from several columns, {items}. Compare models of one column.",
    zh="{@models} 推荐的商品来自不同的列 {items}。请比较同一列的模型。",
)
_NOT_LATER: Final = Message(
    en="{@as_of} must be later than {@cutoff}, {cutoff:%Y-%m-%d}, got {as_of:%Y-%m-%d}.",
    zh="{@as_of} 须晚于 {@cutoff} {cutoff:%Y-%m-%d}，得到 {as_of:%Y-%m-%d}。",
)
_NOBODY: Final = Message(
    en="No customer known on {cutoff:%Y-%m-%d} bought an item that was new to them by {as_of:%Y-%m-%d}. Give an "
    "earlier {@cutoff} or a later {@as_of}.",
    zh="截至 {cutoff:%Y-%m-%d} 的已知客户，到 {as_of:%Y-%m-%d} 为止都没有购买过对其而言的新商品。"
    "请给出更早的 {@cutoff} 或更晚的 {@as_of}。",
)


class _Test(NamedTuple):
    """What tested customers own, and which items are new to them, as sparse matrices; and what could not be tested."""

    owned: Any
    new: Any
    n_new_customers: int
    unknown_item_share: float


def recommendation_report_table(
    models: ItemRecommender | Mapping[str, ItemRecommender],
    order_lines: FrameT,
    *,
    cutoff: Any,
    as_of: Any,
    n: int = 10,
    recent_days: int = 90,
    n_draws: int = 1000,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    r"""Recommend on a past day, and count what customers have bought since that was new to them.

    The models learn from the lines up to the cutoff alone, one day for all customers: a split within each customer lets
    a model know what is sold later. Tested are those who had an item by the cutoff and bought one that was new to them
    until ``as_of``. Of a customer with :math:`m` new items, :math:`h` of them among the :math:`n` recommended,

    .. math:: \text{precision} = h / n, \qquad \text{recall} = h / m, \qquad \text{hit} = [h > 0]

    and the table has their means over customers. New items that nobody had by the cutoff cannot be recommended, and do
    not count; how many there are is stated.

    Parameters
    ----------
    models : ItemRecommender or dict of them by name
        They are fitted again, and stay as they are.
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them, with the column of items kept.
    cutoff, as_of : date, datetime or ISO text
        The last day learned from, and the last day up to which the purchases are known, both inclusive.
    n : int, default 10
        How many items each customer is recommended.
    recent_days : int, default 90
        Days up to the cutoff in which the second baseline counts popularity.
    n_draws : int, default 1000
        Draws of the bootstrap over customers, at least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, Generator or None, default 0
        Source of the draws.

    Returns
    -------
    the kind of frame given
        One row per recommender and measure: the models ("model" if there is one), then the baselines "popularity" and
        "popularity_90_days" (of the days asked for), which leave out what a customer has, too.

        - ``recommender``; ``measure``: "precision", "recall", "hit_rate", each in [0, 1]; "n_distinct_items" that were
          recommended to anybody; "item_coverage", their share of all items.
        - ``value``, ``lower``, ``upper``; the last two missing for the last two measures, and where all draws are the
          same.
        - ``lift``, ``lift_lower``, ``lift_upper``: the value over that of "popularity"; missing for popularity itself,
          where it has no hit, and for the last two measures.
        - ``verdict``: "better" or "worse" than popularity if the interval of the lift leaves out 1, else "unclear";
          missing where there is no lift.
        - ``too_few``: fewer than 10 customers had a hit, or fewer than 10 had none, in this row or in that of
          popularity: the intervals are not to be relied on.
        - of the test: ``n_customers``, ``n_new_items`` (mean per customer), ``n_items``, ``n_recommended``, ``days``;
          ``n_new_customers``, who bought but were not known; ``unknown_item_share`` of the new purchases of those who
          were, of items that nobody had.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, nobody kept an item by the cutoff, or nobody bought a
        new one since.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an option is out of range, or the models are of several columns.

    References
    ----------
    .. [1] Herlocker, Konstan, Terveen and Riedl (2004), "Evaluating Collaborative Filtering Recommender Systems", *ACM
       Transactions on Information Systems* 22(1).
    .. [2] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> shop = make_order_lines(n_customers=400, category_affinity=0.8, random_state=7).lines
    >>> lines = as_order_lines(shop, order_id="order_id", quantity="quantity", keep=["product"])
    >>> report = recommendation_report_table(
    ...     ItemRecommender(item="product"), lines, cutoff="2025-06-30", as_of="2025-12-31", n=5, n_draws=200
    ... )
    >>> report.loc[report["measure"] == "hit_rate", ["recommender", "value", "lift", "verdict"]].round(2)
               recommender  value  lift  verdict
    2                model   0.59  2.43   better
    7           popularity   0.24   NaN     None
    12  popularity_90_days   0.25  1.03  unclear
    """
    named = _named(models)
    first, last = as_day(cutoff, name="cutoff"), as_day(as_of, name="as_of")
    if last <= first:
        raise ValueError(_NOT_LATER(cutoff=first, as_of=last))
    for name, value, low in (("n", n, 1), ("recent_days", recent_days, 1), ("n_draws", n_draws, 2)):
        check_int(value, name=name, low=low)
    check_fraction(level, name="level")
    rng = as_generator(random_state)
    item = next(iter(named.values())).item

    def kept(until: Any, after: Any = None) -> Kept:
        return kept_of(open_lines(order_lines, label=item, until=until, after=after), label=item)

    before = kept(first)
    fitted = {name: clone(model)._fit_to(before) for name, model in named.items()}
    known = next(iter(fitted.values()))
    test = _test(known, kept(last, first))
    if not test.owned.shape[0]:
        raise SchemaError(_NOBODY(cutoff=first, as_of=last))
    best = {name: recommended(test.owned, model._similar(), n=n, exclude_owned=True) for name, model in fitted.items()}
    recent = _recent_order(known, kept(first, first - timedelta(days=recent_days)))
    best[_POPULARITY] = first_of_rows(test.owned, most=n)
    best[f"{_POPULARITY}_{recent_days}_days"] = first_of_rows(test.owned, most=n, order=recent)
    table = _table(best, test, n=n, n_draws=n_draws, level=level, rng=rng)
    told = {"n_recommended": n, "days": (last - first).days}
    return from_pandas(table.assign(**told), like=order_lines)


def _named(models: Any) -> dict[str, ItemRecommender]:
    named = dict(models) if isinstance(models, Mapping) else {"model": models}
    for name, model in named.items():
        if not isinstance(name, str) or name.startswith(_POPULARITY):
            raise ValueError(_NAMES(name=name))
        if not isinstance(model, ItemRecommender):
            raise TypeError(_NOT_A_MODEL(got=model))
    if not named:
        raise TypeError(_NOT_A_MODEL(got=models))
    if len(items := list(dict.fromkeys(model.item for model in named.values()))) > 1:
        raise ValueError(_OTHER_ITEMS(items=items))
    return named


def _test(known: ItemRecommender, after: Kept) -> _Test:
    """Choose the customers who can be tested, and find what is new to them."""
    from scipy import sparse

    owned = known._owned(np.arange(known.n_customers_))
    customer = pd.Index(known.customers_["customer_id"]).get_indexer(after.customers)[after.customer]
    item = pd.Index(known.items_["item"]).get_indexer(after.labels)[after.label]
    bought = after.n_orders > 0
    n_new = len(np.unique(after.customer[bought & (customer < 0)]))
    of_known = bought & (customer >= 0)
    named = of_known & (item >= 0)
    pairs = sparse.csr_matrix((np.ones(named.sum()), (customer[named], item[named])), shape=owned.shape)
    new = (pairs - pairs.multiply(owned)).tocsr()
    new.eliminate_zeros()
    rows = np.flatnonzero(np.diff(new.indptr))
    n_unknown = int((of_known & (item < 0)).sum())
    share = n_unknown / (n_unknown + new.nnz) if n_unknown + new.nnz else 0.0
    return _Test(owned[rows], new[rows], n_new, share)


def _recent_order(known: ItemRecommender, recent: Kept) -> npt.NDArray[np.intp]:
    """Items by how many customers had them lately; of those with as many, the one more popular of old first."""
    place = pd.Index(known.items_["item"]).get_indexer(recent.labels)[recent.label]
    there = (recent.n_orders > 0) & (place >= 0)
    return np.argsort(-np.bincount(place[there], minlength=known.n_items_), kind="stable")


def _table(
    best: dict[str, Best], test: _Test, *, n: int, n_draws: int, level: float, rng: np.random.Generator
) -> pd.DataFrame:
    n_customers, n_items = test.owned.shape
    n_new = np.diff(test.new.indptr)
    hits = np.column_stack([_hits(each, test.new) for each in best.values()])
    # Customers by recommenders by measures.
    of_customers = np.stack([hits / n, hits / n_new[:, None], (hits > 0).astype(float)], axis=2)
    columns = of_customers.reshape(n_customers, -1)
    value = columns.mean(axis=0)
    weighted = np.column_stack([columns, np.ones(n_customers)])
    sums = resampled_sums(weighted, np.ones(n_customers), n_draws=n_draws, rng=rng)
    draws = sums[:, :-1] / sums[:, -1:]
    lower, upper = interval_of_draws(draws, level=level)
    at = list(best).index(_POPULARITY) * len(_MEANS)
    base = np.tile(value[at : at + len(_MEANS)], len(best))
    of_base = np.tile(draws[:, at : at + len(_MEANS)], len(best))
    told = base > 0
    told[at : at + len(_MEANS)] = False
    lift = np.divide(value, base, out=np.full(len(value), np.nan), where=told)
    ends = interval_of_draws(np.divide(draws, of_base, out=np.full(draws.shape, np.nan), where=told), level=level)
    n_hit = (hits > 0).sum(axis=0)
    few = np.minimum(n_hit, n_customers - n_hit) < _FEW
    few = np.repeat(few | few[at // len(_MEANS)], len(_MEANS))
    means = pd.DataFrame(
        {
            "recommender": np.repeat(list(best), len(_MEANS)),
            "measure": list(_MEANS) * len(best),
            "value": value,
            "lower": lower,
            "upper": upper,
            "lift": lift,
            "lift_lower": ends[0],
            "lift_upper": ends[1],
            "verdict": [_verdict(*row) for row in zip(lift, *ends, strict=True)],
            "too_few": few,
        }
    )
    table = pd.concat([means, _counted(best, n_items)], ignore_index=True)
    order = np.lexsort((_positions(table["measure"], _MEASURES), _positions(table["recommender"], list(best))))
    table = table.iloc[order].reset_index(drop=True)
    table["verdict"] = table["verdict"].astype(object).where(table["verdict"].notna(), None)
    return table.assign(
        n_customers=n_customers,
        n_new_items=float(n_new.mean()),
        n_items=n_items,
        n_new_customers=test.n_new_customers,
        unknown_item_share=test.unknown_item_share,
    )


def _hits(best: Best, new: Any) -> Floats:
    """How many of the items recommended to each customer are among the new ones."""
    width = new.shape[1]
    of_new = np.repeat(np.arange(new.shape[0]), np.diff(new.indptr)) * width + new.indices
    hit = np.isin(best.row * width + best.column, of_new)
    return np.asarray(np.bincount(best.row, weights=hit, minlength=new.shape[0]), dtype=np.float64)


def _counted(best: dict[str, Best], n_items: int) -> pd.DataFrame:
    """How many different items each recommends."""
    n_distinct = [float(len(np.unique(each.column))) for each in best.values()]
    parts = (("n_distinct_items", n_distinct), ("item_coverage", [each / n_items for each in n_distinct]))
    tables = [
        pd.DataFrame({"recommender": list(best), "measure": name, "value": values, "too_few": False})
        for name, values in parts
    ]
    return pd.concat(tables, ignore_index=True)


def _positions(values: pd.Series[Any], order: Any) -> npt.NDArray[np.intp]:
    return np.asarray(pd.Index(list(order)).get_indexer(values), dtype=np.intp)


def _verdict(lift: float, lower: float, upper: float) -> str | None:
    if np.isnan(lift):
        return None
    if lower > 1:
        return "better"
    return "worse" if upper < 1 else "unclear"
