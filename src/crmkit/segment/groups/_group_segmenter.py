"""What all segmenters of groups share: an order, names that last from fit to fit, a summary, sentences."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_string_dtype

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._estimator import JsonError, check_fitted
from crmkit._figures import amount, decimals
from crmkit._frames import FrameT, column_like, column_name, from_pandas
from crmkit._labelling import POTENTIAL, Labeller, Level, Scheme
from crmkit._messages import Message, Parameter
from crmkit._names import LANGUAGES, Label, Language
from crmkit.errors import SchemaError
from crmkit.segment.groups._cluster_table import (
    CLUSTER,
    CLUSTER_KINDS,
    NOISE,
    NOISE_LEVEL,
    PROSPECTS,
    check_clusters,
)
from crmkit.segment.groups._names import Trait, group_names
from crmkit.segment.groups._read_columns import check_there, column_types, is_prospect, numbers_in, opened
from crmkit.segment.groups._refit import keep_from

__all__ = ["GroupSegmenter", "Learned", "check_somebody", "shown_number"]

_VALUE: Final = "spend"
_NO_ORDER: Final = Label("{name}: no order yet.", "{name}：尚未下单。")
_APART: Final = Label("{name}: too far from every cluster.", "{name}：与各聚类的距离都过大。")
_UNKNOWN: Final = Label("No segment: too little is known.", "未归入客群：已知信息过少。")

_NO_VALUE: Final = Message(
    en="{@value} must be the name of a column, or None, got {value!r}.", zh="{@value} 须为列名或 None，得到 {value!r}。"
)
_NOBODY: Final = Message(
    en="{name} has nobody to make groups of: {n:,} {n:row|rows}, of whom {placed:,} have ordered and have values in "
    "enough columns. Give other columns, or fill in what is missing.",
    zh="{name} 中没有可用于分群的客户：共 {n:,} 行，其中已下单且有足够数据的为 {placed:,} 行。请更换列，或补全缺失值。",
)


class Learned(NamedTuple):
    """What a way of grouping has learned: how far each group differs from all, by column, and how stable it is."""

    differences: Floats
    columns: Sequence[str | Trait]
    stability: Floats


class GroupSegmenter(Labeller):
    """Puts customers into groups that are found in the data, not drawn by rules.

    Attributes
    ----------
    clusters_ : DataFrame
        One row per segment: ``segment``; ``kind`` ("cluster", "noise", "potential"); ``name_en``, ``name_zh``;
        ``n_customers`` and ``customer_share`` in `fit`, of all rows; ``mean_value``, the mean of the column of value;
        ``stability``, how well the cluster is found again in resamples (Jaccard: above 0.75 stable, below 0.6 not to be
        trusted); ``overlap`` with the cluster of the same code before `refit` (Jaccard), missing for new ones.
    value_column_ : str
        The column by which the clusters are ordered; empty if they are ordered by size.
    n_left_out_ : int
        Rows in `fit` with too many missing values, or without an order.
    """

    clusters_: pd.DataFrame
    value_column_: str
    n_left_out_: int

    # Learned tables with a column ``segment`` beside ``clusters_``.
    _by_segment: ClassVar[tuple[str, ...]] = ()

    def refit(self, customers: Any) -> Self:
        """Fit again on other customers, and keep codes, names and order of the clusters that are found again.

        The new fit has as many clusters as this one. Its clusters are paired with the old ones so that they share as
        many customers as possible (the Hungarian algorithm on Jaccard's overlap). A cluster that shares at least half
        of its customers keeps its code, name and place; the other clusters are new.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With the columns of `fit`.

        Returns
        -------
        segmenter
            A new one, fitted; this one stays as it is.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold what it should, or there is nobody to learn from.
        TypeError
            If ``customers`` is not a table in memory.
        ValueError
            If there are fewer different customers than clusters.
        """
        check_fitted(self)
        made = self.options_._as_given()
        with made._fitting():
            made._check_options()
            made.n_customers_ = made._learn_groups(customers, before=self)
            keep_from(self, made, customers)
            made.segments_ = made._scheme().table()
        return made

    def summary(self, customers: FrameT) -> FrameT:
        """Count the customers and the value of each segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With the columns of `fit`.

        Returns
        -------
        the kind of table given
            One row per segment, the best first, empty ones too: ``segment``, ``segment_order``, ``name_en``,
            ``name_zh``, ``n_customers``, ``customer_share`` of all rows, ``value`` (the sum of the column by which the
            clusters are ordered), ``value_share`` of all rows (missing unless the total is above zero), ``mean_value``
            of the customers with a known value; the last three are missing if clusters are ordered by size.

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
        positions = self._positions(customers)
        n, inside = len(self.segments_), positions >= 0
        counts = np.bincount(positions[inside], minlength=n).astype("int64")
        sums, means, total = np.full(n, np.nan), np.full(n, np.nan), np.nan
        if self.value_column_:
            value = numbers_in(customers, [self.value_column_], name="customers")[self.value_column_]
            known = inside & ~np.isnan(value)
            with np.errstate(over="ignore", invalid="ignore"):
                sums = np.bincount(positions[known], weights=value[known], minlength=n).astype(np.float64)
                means = _over(sums, np.bincount(positions[known], minlength=n))
                total = float(np.nansum(value))
        made = self.segments_.assign(
            n_customers=counts,
            customer_share=counts / len(positions) if len(positions) else np.nan,
            value=sums,
            value_share=sums / total if total > 0 else np.nan,
            mean_value=means,
        )
        return from_pandas(made, like=customers)

    def explain(self, customers: Any, *, language: Language = "en") -> Any:
        """Say in a sentence why each customer is in their segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With the columns of `fit`.
        language : {"en", "zh"}, default "en"
            Language of the sentences.

        Returns
        -------
        Series (PyArrow: chunked array) named ``explanation``
            One text per row, in the order of the rows.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or does not hold what it should.
        TypeError
            If ``customers`` is not a table in memory.
        ValueError
            If ``language`` is not one of the two.
        """
        check_fitted(self)
        check_option(language, LANGUAGES, name="language")
        positions = self._positions(customers)
        kinds, names = self.clusters_["kind"].tolist(), self.segments_[f"name_{language}"].tolist()
        plain = {NOISE: _APART, PROSPECTS: _NO_ORDER}
        texts = [plain[kind].text(language).format(name=name) if kind in plain else "" for kind, name in
                 zip(kinds, names, strict=True)]  # fmt: skip
        told = [texts[at] if at >= 0 else _UNKNOWN.text(language) for at in positions.tolist()]
        inside = np.array([not text for text in told], dtype=bool)
        for row, sentence in zip(
            np.flatnonzero(inside).tolist(), self._sentences(customers, positions, inside, language), strict=True
        ):
            told[row] = sentence
        return column_like(np.array(told, dtype=object), name="explanation", like=customers)

    # What a way of grouping is made of.

    @abstractmethod
    def _learn_groups(self, customers: Any, *, before: Self | None = None) -> int:
        """Learn from a table, with as many groups as before; return how many customers were learned from."""

    @abstractmethod
    def _placed(self, customers: Any, *, name: str) -> npt.NDArray[np.intp]:
        """The position of each row's cluster, -1 for noise and -2 where too little is known."""

    @abstractmethod
    def _sentences(
        self, customers: Any, positions: npt.NDArray[np.intp], inside: npt.NDArray[np.bool_], language: Language
    ) -> list[str]:
        """A sentence for each row that is in a cluster."""

    # What is the same for all.

    def _learn(self, customers: Any) -> int:
        return self._learn_groups(customers)

    def _scheme(self) -> Scheme:
        rows = self.clusters_[["segment", "kind", "name_en", "name_zh"]].itertuples(index=False, name=None)
        levels = [(kind, Level(code, Label(en, zh))) for code, kind, en, zh in rows]
        without = next((level for kind, level in levels if kind == PROSPECTS), None)
        return Scheme(tuple(level for kind, level in levels if kind != PROSPECTS), without)

    def _value_column(self) -> str:
        return self.value_column_

    def _positions(self, customers: Any, *, name: str = "customers") -> npt.NDArray[np.intp]:
        kinds = self.clusters_["kind"].tolist()
        found = self._placed(customers, name=name)
        found = np.where(found == -1, kinds.index(NOISE) if NOISE in kinds else -1, np.maximum(found, -1))
        if PROSPECTS in kinds:
            prospects = is_prospect(customers, name=name)
            if prospects is None:
                check_there(opened(customers, name=name), ["n_orders"], name=name)
            found = np.where(prospects, kinds.index(PROSPECTS), found)
        return np.asarray(found, dtype=np.intp)

    @property
    def _n_clusters(self) -> int:
        return int((self.clusters_["kind"] == CLUSTER).sum())

    def _read_value(self, customers: Any) -> Floats | None:
        """The values by which clusters are ordered; they are named as they are read."""
        asked = self.options_.value
        if asked is None and _VALUE not in column_types(opened(customers, name="customers")):
            self.value_column_ = ""
            return None
        self.value_column_ = _VALUE if asked is None else column_name(asked, name="value")
        return numbers_in(customers, [self.value_column_], name="customers")[self.value_column_]

    def _ordered(
        self, placed: npt.NDArray[np.intp], n_clusters: int, value: Floats | None, prospects: Any, learned: Learned,
        *, noise: bool,
    ) -> npt.NDArray[np.intp]:  # fmt: skip
        """Describe the clusters in their order, given each row's, and say which comes where."""
        inside = placed >= 0
        counts = np.bincount(placed[inside], minlength=n_clusters)
        means = np.full(n_clusters, np.nan)
        if value is not None:
            known = inside & ~np.isnan(value)
            with np.errstate(over="ignore", invalid="ignore"):
                sums = np.bincount(placed[known], weights=value[known] / 2, minlength=n_clusters).astype(np.float64)
                means = _over(sums, np.bincount(placed[known], minlength=n_clusters)) * 2
        keys = np.where(np.isfinite(means), -means, np.inf) if value is not None else -counts.astype(float)
        order = np.lexsort([np.arange(n_clusters), -counts, keys])
        names = group_names(learned.differences[order], learned.columns)
        rows: list[tuple[Any, ...]] = [
            (f"cluster_{place}", CLUSTER, *name, counts[at], means[at], learned.stability[at])
            for place, (at, name) in enumerate(zip(order.tolist(), names, strict=True), start=1)
        ]
        if noise:
            rows.append((NOISE_LEVEL.code, NOISE, *NOISE_LEVEL.name, (placed == -1).sum(), np.nan, np.nan))
        if prospects is not None:
            rows.append((POTENTIAL.code, PROSPECTS, *POTENTIAL.name, prospects.sum(), np.nan, np.nan))
        table = pd.DataFrame(rows, columns=[*list(CLUSTER_KINDS)[:5], "mean_value", "stability"])
        table.insert(5, "customer_share", table["n_customers"] / len(placed))
        table["n_customers"] = table["n_customers"].astype("int64")
        self.clusters_ = table.assign(
            mean_value=np.where(np.isfinite(table["mean_value"]), table["mean_value"], np.nan),
            stability=table["stability"].astype(float),
            overlap=np.nan,
        )
        return order

    def _clusters_of(self, customers: Any) -> npt.NDArray[np.intp]:
        """The cluster of each row, -1 for noise, prospects and others without one."""
        kinds = self.clusters_["kind"].tolist()
        names = [level.code for level in self._scheme().all_levels]
        if names != self.clusters_["segment"].tolist():
            raise JsonError("prospects come last")
        positions = self._positions(customers)
        return np.where((positions >= 0) & (positions < kinds.count(CLUSTER)), positions, -1)

    def _check_value(self) -> None:
        if self.options_.value is not None and not isinstance(self.options_.value, str):
            raise TypeError(_NO_VALUE(value=self.options_.value))

    def _check_clusters(self) -> None:
        """Raise where JSON gives clusters that nobody learned."""
        check_clusters(self.clusters_)
        asked = self.options_.value
        if self.value_column_ not in (("", _VALUE) if asked is None else (asked,)):
            raise JsonError("the column of value is that of the options")

    def _check_by_segment(self, table: pd.DataFrame, *, each: int) -> None:
        """Raise unless a table has so many rows for each cluster, in their order."""
        codes = self.clusters_["segment"].tolist()[: self._n_clusters]
        if not is_string_dtype(table["segment"]) or table["segment"].tolist() != [
            code for code in codes for _ in range(each)
        ]:
            raise JsonError("a table has as many rows for each cluster")


def check_somebody(n_rows: int, n_placed: int) -> None:
    """Raise unless there is somebody to learn from."""
    if not n_placed:
        raise SchemaError(_NOBODY(name=Parameter("customers"), n=n_rows, placed=n_placed))


def shown_number(value: float) -> str:
    """A number in a sentence: whole ones without decimals."""
    return amount(value) if float(value).is_integer() else decimals(value)


def _over(sums: Floats, counts: npt.NDArray[np.intp]) -> Floats:
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
