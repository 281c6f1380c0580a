"""What a customer may buy next: items that are like theirs, by who has bought what."""

from __future__ import annotations

from typing import Any, Final, Self

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_int, check_option
from crmkit._estimator import JsonError, JsonEstimator, Kind, check_fitted, check_table
from crmkit._frames import FrameT, column_name, from_pandas, give_table, is_engine, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import check_each_once, open_columns
from crmkit.errors import SchemaError
from crmkit.value.products._kept import Kept, kept_of, open_lines
from crmkit.value.products._similar_items import METHODS, Method, neighbours, recommended, weighted

__all__ = ["ItemRecommender"]

_NAME: Final = "customers"
_MADE: Final = ("customer_id", "rank", "score", "basis", "is_known", "n_owned", "n_owners")

_NOTHING: Final = Message(
    en="{@order_lines} has no customer who kept an item of {where}, so there is nothing to learn from. Give lines with "
    "items that were bought and did not come back.",
    zh="{@order_lines} 中没有客户保留了{where}中的任何商品，无从学习。请给出已购买且未退回的商品行。",
)
_TAKEN: Final = Message(
    en="The result has a column {name!r} of its own. Rename the column of items.",
    zh="结果表自带列 {name!r}，请将商品列改名。",
)
_NO_FLAG: Final = Message(
    en="{@exclude_owned} must be True or False, got {value!r}.",
    zh="{@exclude_owned} 须为 True 或 False，得到 {value!r}。",
)
_ENGINE: Final = Message(
    en="{@customers} must be a table in memory, got {kind}: an engine's rows have no order. Collect it first.",
    zh="{@customers} 须为内存中的表，得到 {kind}：引擎中的行没有顺序，请先读入内存。",
)
_OTHER_IDS: Final = Message(
    en="{where} holds {kind}, but the ids learned from are {other}. Give ids of the same kind, or nobody is found.",
    zh="{where}为{kind}，而模型学习的客户编号为{other}。请统一类型，否则无法匹配客户。",
)
_WHOLE: Final = Message(en="whole numbers", zh="整数")
_TEXT: Final = Message(en="text", zh="文本")


class ItemRecommender(JsonEstimator):
    r"""Recommend items that are like those a customer has, where like means bought by the same customers.

    An item scores the sum of its similarities to what the customer has. By cosine two items with owners :math:`A` and
    :math:`B` are as similar as

    .. math:: s = \frac{|A \cap B|}{\sqrt{|A| \, |B|}}

    BM25 also counts in how many orders a customer bought an item, less and less for each further one, and lets
    customers who have nearly everything say less of what goes together: it is the product of two items' weights

    .. math:: w_{ui} = \frac{f_{ui}(k_1 + 1)}{f_{ui} + k_1 (1 - b + b \, l_i / \bar l)}
        \ln\left(1 + \frac{M - m_u + 1/2}{m_u + 1/2}\right)

    with :math:`f_{ui}` orders in which customer u bought item i, :math:`l_i` their sum over customers,
    :math:`m_u` of the :math:`M` items in the customer's hands, :math:`k_1 = 1.2` and :math:`b = 0.75`.

    Customers who are not known, and those whose items are like too few others, get the most popular items, and are
    told apart. What came back is not owned. Of equal scores the more popular item comes first, then the one whose name
    is lower.

    Parameters
    ----------
    item : str
        The column of order lines that says what was bought: product, category, brand.
    method : {"cosine", "bm25"}, default "cosine"
        How similar two items are.
    n_neighbours : int, default 50
        How many of the most similar items of each item count, at least 1.

    Attributes
    ----------
    items_ : DataFrame
        ``item``, ``n_customers`` who have it, ``n_orders``; the most popular one first.
    similar_items_ : DataFrame
        ``item``, ``similar_item``, ``similarity``: the neighbours of each item, the most similar one first.
    customers_ : DataFrame
        ``customer_id`` of those who have an item.
    owned_ : DataFrame
        ``customer``, ``item``, both as positions in these tables, and ``n_orders``.
    n_customers_, n_items_ : int
        How many there are.
    n_unlabelled_ : int
        Lines without an item, which were left out.

    See Also
    --------
    recommendation_report_table : How often recommendations came true, beside those of the most popular items.

    References
    ----------
    .. [1] Sarwar, Karypis, Konstan and Riedl (2001), "Item-Based Collaborative Filtering Recommendation Algorithms",
       *WWW*.
    .. [2] Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", *Foundations and
       Trends in Information Retrieval* 3(4).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({
    ...     "customer_id": [1, 1, 2, 2, 3, 3, 4], "order_id": [1, 1, 2, 2, 3, 3, 4],
    ...     "date": pd.Timestamp("2024-03-01"), "quantity": 1.0, "amount": 5.0,
    ...     "product": ["cup", "saucer", "cup", "saucer", "cup", "tray", "cup"],
    ... })
    >>> model = ItemRecommender(item="product").fit(lines)
    >>> asked = pd.DataFrame({"customer_id": [4, 9]})
    >>> model.recommend(asked, n=2)[["customer_id", "rank", "product", "score", "basis"]].round(3)
       customer_id  rank product  score          basis
    0            4     1  saucer  0.707  similar_items
    1            4     2    tray  0.500  similar_items
    2            9     1     cup    NaN     popularity
    3            9     2  saucer    NaN     popularity
    """

    items_: pd.DataFrame
    similar_items_: pd.DataFrame
    customers_: pd.DataFrame
    owned_: pd.DataFrame
    n_customers_: int
    n_items_: int
    n_unlabelled_: int

    def __init__(self, *, item: str, method: Method = "cosine", n_neighbours: int = 50) -> None:
        self.item = item
        self.method = method
        self.n_neighbours = n_neighbours

    def fit(self, order_lines: Any, y: None = None) -> Self:  # noqa: ARG002
        """Learn which items are alike, and who has what.

        Parameters
        ----------
        order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            As `crmkit.as_order_lines` gives them, with the column of items kept. All lines count: for what was known on
            a day, give those up to it. A line without a quantity counts as one unit.
        y : None
            Not used.

        Returns
        -------
        ItemRecommender
            Itself.

        Raises
        ------
        SchemaError
            If a column is missing or does not hold what it should, or nobody kept any item.
        TypeError
            If the lines are not a frame, or an option is of the wrong kind.
        ValueError
            If an option is out of range, or the column of items has the name of one of the result.
        """
        item = _item_name(self.item)
        return self._fit_to(kept_of(open_lines(order_lines, label=item), label=item))

    def recommend(self, customers: FrameT, *, n: int = 10, exclude_owned: bool = True) -> FrameT:
        """Recommend items to customers, the best first.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            A row per customer, with ``customer_id``.
        n : int, default 10
            How many items each gets, at least 1.
        exclude_owned : bool, default True
            Whether to leave out what they have. An item never speaks for itself.

        Returns
        -------
        the kind of frame given
            ``n`` rows per customer, in the order given; fewer where there are no more items.

            - ``customer_id``; ``rank``, from 1.
            - the item, in a column of the name given.
            - ``score``: the sum of similarities, comparable within a customer; missing where popularity speaks.
            - ``basis``: "similar_items" or "popularity".
            - ``is_known``: whether the customer has any item of the lines learned from.
            - ``n_owned`` items of the customer, ``n_owners`` of the item.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SchemaError
            If the ids are missing or of another kind than those learned from, or a customer is there twice.
        TypeError
            If ``customers`` is not a table in memory, or ``exclude_owned`` is neither True nor False.
        ValueError
            If ``n`` is below 1.
        """
        check_fitted(self)
        check_int(n, name="n", low=1)
        if not isinstance(exclude_owned, bool):
            raise TypeError(_NO_FLAG(value=exclude_owned))
        rows = open_columns(customers, ["customer_id"], name=_NAME, made_by="customer_summary")
        if is_engine(rows) or not isinstance(rows, nw.DataFrame):
            raise TypeError(_ENGINE(kind=type(customers).__name__))
        check_each_once(rows, name=_NAME)
        ids = pandas_series(rows["customer_id"])
        known = self._places_of(ids)
        owned = self._owned(known)
        found = recommended(owned, self._similar(), n=n, exclude_owned=exclude_owned)
        table = pd.DataFrame(
            {
                "customer_id": ids.array.take(found.row),
                "rank": found.place + 1,
                self.options_.item: self.items_["item"].array.take(found.column),
                "score": found.value,
                "basis": np.where(np.isnan(found.value), "popularity", "similar_items").astype(object),
                "is_known": known[found.row] >= 0,
                "n_owned": np.diff(owned.indptr).astype(np.int64)[found.row],
                "n_owners": self.items_["n_customers"].to_numpy()[found.column],
            }
        )
        return give_table(nw.from_native(from_pandas(table, like=customers)), like=customers)

    def _fit_to(self, kept: Kept) -> Self:
        """Learn from what customers kept."""
        with self._fitting():
            check_option(self.options_.method, METHODS, name="method")
            check_int(self.options_.n_neighbours, name="n_neighbours", low=1)
            self._learn(kept)
        return self

    def _learn(self, kept: Kept) -> None:
        """Take over what was kept, items numbered from the most popular one, and find their neighbours."""
        there = kept.n_orders > 0
        if not there.any():
            raise SchemaError(_NOTHING(where=Column("order_lines", self.options_.item)))
        owners = np.bincount(kept.label[there], minlength=len(kept.labels))
        orders = np.bincount(kept.label, weights=kept.n_orders, minlength=len(kept.labels)).astype(np.int64)
        # The labels are sorted, and a stable sort leaves those that are as popular in their order.
        ranked = np.argsort(-owners, kind="stable")[: int((owners > 0).sum())]
        place = np.empty(len(owners), dtype=np.int64)
        place[ranked] = np.arange(len(ranked))
        self.items_ = pd.DataFrame(
            {"item": kept.labels.array.take(ranked), "n_customers": owners[ranked], "n_orders": orders[ranked]}
        )
        buyers, customer = np.unique(kept.customer[there], return_inverse=True)
        self.customers_ = pd.DataFrame({"customer_id": kept.customers.array.take(buyers)})
        owned = pd.DataFrame(
            {"customer": customer.astype(np.int64), "item": place[kept.label[there]], "n_orders": kept.n_orders[there]}
        )
        self.owned_ = owned.sort_values(["customer", "item"], ignore_index=True)
        self.n_customers_, self.n_items_, self.n_unlabelled_ = len(buyers), len(ranked), kept.n_unlabelled
        weights = weighted(self._orders(), method=self.options_.method)
        found = neighbours(weights, most=self.options_.n_neighbours)
        names = self.items_["item"].array
        self.similar_items_ = pd.DataFrame(
            {"item": names.take(found.row), "similar_item": names.take(found.column), "similarity": found.value}
        )

    def _orders(self) -> Any:
        """The orders of each customer by item, a sparse matrix."""
        from scipy import sparse

        who, what, n_orders = (self.owned_[name].to_numpy() for name in self.owned_.columns)
        shape = (self.n_customers_, self.n_items_)
        return sparse.csr_matrix((n_orders.astype(np.float64), (who, what)), shape=shape)

    def _similar(self) -> Any:
        """The similarity of each item to its neighbours, a sparse matrix."""
        from scipy import sparse

        names = pd.Index(self.items_["item"])
        one, other = (names.get_indexer(self.similar_items_[name]) for name in ("item", "similar_item"))
        values = self.similar_items_["similarity"].to_numpy(dtype=np.float64)
        return sparse.csr_matrix((values, (one, other)), shape=(self.n_items_, self.n_items_))

    def _owned(self, places: npt.NDArray[np.intp]) -> Any:
        """Ones for what customers have, a row for each place; an empty one where it is below 0."""
        from scipy import sparse

        rows = np.flatnonzero(places >= 0)
        pick = sparse.csr_matrix((np.ones(len(rows)), (rows, places[rows])), shape=(len(places), self.n_customers_))
        picked = (pick @ self._orders()).tocsr()
        picked.data[:] = 1.0
        return picked

    def _places_of(self, ids: pd.Series[Any]) -> npt.NDArray[np.intp]:
        """Where customers stand among those known; below 0 those who do not."""
        known = self.customers_["customer_id"]
        kinds = [_TEXT if _is_text(values) else _WHOLE for values in (ids, known)]
        if len(ids.dropna()) and kinds[0] is not kinds[1]:
            where = Column(_NAME, "customer_id")
            raise SchemaError(_OTHER_IDS(where=where, kind=kinds[0](), other=kinds[1]()))
        places = np.full(len(ids), -1, dtype=np.intp)
        given = np.flatnonzero(ids.notna().to_numpy())
        asked = ids.iloc[given]
        if not len(asked):
            return places
        if pd.api.types.is_float_dtype(asked.dtype):
            values = asked.to_numpy(dtype=np.float64)
            given = given[np.isfinite(values) & (values == np.floor(values))]
            asked = ids.iloc[given]
        kind = object if kinds[1] is _TEXT else np.int64
        places[given] = pd.Index(known.astype(kind)).get_indexer(pd.Index(asked.astype(kind)))
        return places

    def _check_restored(self) -> None:
        super()._check_restored()
        ids: dict[str, Kind] = {
            name: "text" if _is_text(table[name]) else "int64"
            for name, table in (("item", self.items_), ("customer_id", self.customers_))
        }
        check_table(self.items_, {"item": ids["item"], "n_customers": "int64", "n_orders": "int64"})
        check_table(self.customers_, {"customer_id": ids["customer_id"]})
        check_table(self.owned_, {"customer": "int64", "item": "int64", "n_orders": "int64"})
        named = {"item": ids["item"], "similar_item": ids["item"], "similarity": "float64"}
        check_table(self.similar_items_, named)
        if (len(self.customers_), len(self.items_)) != (self.n_customers_, self.n_items_):
            raise JsonError("the numbers of customers and items are not those of the tables")
        names = pd.Index(self.items_["item"])
        if any((names.get_indexer(self.similar_items_[name]) < 0).any() for name in ("item", "similar_item")):
            raise JsonError("a similar item is not among the items")
        for name, n in (("customer", self.n_customers_), ("item", self.n_items_)):
            if not self.owned_[name].between(0, n - 1).all():
                raise JsonError(f"a {name} is not in the table")


def _item_name(item: Any) -> str:
    """Return the name of the column of items, which the result has beside its own."""
    name = column_name(item, name="item")
    if name in _MADE:
        raise ValueError(_TAKEN(name=name))
    return name


def _is_text(values: pd.Series[Any]) -> bool:
    return not pd.api.types.is_numeric_dtype(values.dtype)
