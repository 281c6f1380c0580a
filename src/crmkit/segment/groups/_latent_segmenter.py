"""Latent classes of customers, by columns of categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._estimator import JsonError, check_fitted, check_table
from crmkit._frames import FrameT, rows_like
from crmkit._messages import Column, Message
from crmkit._names import Language
from crmkit.errors import SchemaError
from crmkit.segment.groups._class_reasons import class_reasons
from crmkit.segment.groups._group_segmenter import GroupSegmenter, Learned, check_somebody
from crmkit.segment.groups._latent_classes import (
    Classes,
    check_class_choice,
    choice_row,
    class_choice,
    fitted_classes,
    joint,
    memberships,
    patterns_of,
)
from crmkit.segment.groups._mixed_rows import labels_in
from crmkit.segment.groups._names import Trait
from crmkit.segment.groups._number_columns import left_out_table
from crmkit.segment.groups._read_columns import check_column_names, check_there, found_columns, is_prospect, opened
from crmkit.segment.groups._sensitive import sensitive_kind

__all__ = ["LatentClassSegmenter"]

_COLUMNS: Final[dict[str, Any]] = {"column": "text", "missing_share": "float64", "sensitive": "text"}
_PROBABILITIES: Final[dict[str, Any]] = {
    "segment": "text",
    "column": "text",
    "level": "text",
    "probability": "float64",
}
_REASONS: Final = ("sensitive", "many_levels", "constant")
_MOST_LEVELS: Final = 50
_LEAST_KNOWN: Final = 0.5

_NO_LABELS: Final = Message(
    en="{where} has {n:,} different values, too many for categories. Group them, or leave the column out.",
    zh="{where}有 {n:,} 个不同的取值，不能视为类别。请先归组，或去掉该列。",
)
_NOT_KNOWN: Final = Message(
    en="{where} is missing for everybody. Leave the column out.", zh="{where}全部缺失，请去掉该列。"
)
_NOTHING_TOLD: Final = Message(
    en="No column tells customers apart: {left_out} were left out. Name columns in {@columns}.",
    zh="没有能区分客户的列：{left_out} 未采用。请用 {@columns} 指定列。",
)
_TOO_MANY: Final = Message(
    en="{@n_classes} is {n_classes:,}, which columns with {n_patterns:,} different patterns of levels cannot tell "
    "apart: the model has {n_parameters:,} parameters. Ask for fewer, or name more columns.",
    zh="{@n_classes} 为 {n_classes:,}，而这些列的取值组合只有 {n_patterns:,} 种，模型却有 {n_parameters:,} 个参数，"
    "无法识别。请减少类别数，或增加列。",
)


class LatentClassSegmenter(GroupSegmenter):
    r"""Find classes of customers within which columns of categories are independent, and put customers into them.

    .. math:: P(x) = \sum_c w_c \prod_j P(x_j \mid c)

    with :math:`w_c` the share of class :math:`c`. Missing answers are left out of the product. The classes are fitted
    by the EM algorithm of ``stepmix`` on the different patterns of levels. Customers are placed in their likeliest
    class by the frozen tables of probabilities alone. `fit` needs ``pip install crmkit[classes]``; `predict` does not.

    The number of classes is the one with the lowest BIC; 1 means that there are no classes. Numbers for which the model
    would have at least as many parameters as there are possible patterns are not tried, because the columns cannot tell
    such classes apart.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of categories; numbers count as codes of categories. By default all labels and flags except the id,
        sensitive columns (see `sensitive_column_table`), constant ones and those with more than 50 levels.
    n_classes : int, optional
        How many classes; chosen if not given.
    max_classes : int, default 6
        The largest number tried.
    n_starts : int, default 10
        Starts of the algorithm; the best is kept, because each start finds only the nearest maximum.
    value : str, optional
        Column of value by which classes are ordered; by default "spend" if the table has it; otherwise they are ordered
        by size.
    random_state : int, default 0
        Seed of the starts.

    Attributes
    ----------
    columns_ : DataFrame
        ``column``, ``missing_share``, ``sensitive``, the kind of a sensitive column, else empty.
    left_out_ : DataFrame
        ``column``, ``reason`` ("sensitive", "many_levels", "constant"), ``like``, which is empty.
    choice_ : DataFrame
        One row per number of classes: ``n_clusters``, ``chosen``, ``log_likelihood``, ``n_parameters``, ``aic``,
        ``bic``, ``entropy`` (1: all customers are placed with certainty; 0: with none), ``smallest_share``.
    weights_ : DataFrame
        ``segment`` and ``weight``, the share of the class.
    probabilities_ : DataFrame
        One row per class, column and level: ``segment``, ``column``, ``level``, ``probability``.
    clusters_ : DataFrame
        One row per segment: ``segment``; ``kind`` ("cluster", "potential"); ``name_en``, ``name_zh``; ``n_customers``
        and ``customer_share`` of all rows in `fit`; ``mean_value``; ``stability``, which is missing; ``overlap`` with
        the class of the same code before `refit`, missing for new ones.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``. "potential" comes last, if the
        table says who has ordered (``n_orders``).
    value_column_ : str
        The column by which the classes are ordered; empty if they are ordered by size.
    n_customers_ : int
        Customers seen in `fit` with at least half of the columns known.
    n_left_out_ : int
        Rows in `fit` with too many missing values, or without an order.

    References
    ----------
    .. [1] Goodman (1974), "Exploratory Latent Structure Analysis Using Both Identifiable and Unidentifiable Models",
       *Biometrika* 61(2).
    .. [2] Morin and others (2025), "StepMix: A Python Package for Pseudo-Likelihood Estimation of Generalized Mixture
       Models with External Variables", *Journal of Statistical Software* 113(8).

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"channel": ["shop", "web"] * 40, "pays": ["cash", "card"] * 40, "wraps": ["no"] * 80})
    >>> LatentClassSegmenter(n_classes=1).fit(answers).probabilities_
         segment   column level  probability
    0  cluster_1  channel  shop          0.5
    1  cluster_1  channel   web          0.5
    2  cluster_1     pays  card          0.5
    3  cluster_1     pays  cash          0.5
    """

    columns_: pd.DataFrame
    left_out_: pd.DataFrame
    choice_: pd.DataFrame
    weights_: pd.DataFrame
    probabilities_: pd.DataFrame

    _by_segment = ("weights_", "probabilities_")

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        n_classes: int | None = None,
        max_classes: int = 6,
        n_starts: int = 10,
        value: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.n_classes = n_classes
        self.max_classes = max_classes
        self.n_starts = n_starts
        self.value = value
        self.random_state = random_state

    def membership(self, customers: FrameT) -> FrameT:
        """Give the probability of each class for each customer.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            With the columns of `fit`.

        Returns
        -------
        the kind of table given
            One row per customer, in the order given, and a column per class, named by its code, which add up to 1.
            Missing if fewer than half of the columns are known. A level that was not seen in `fit` carries no
            information.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        codes, known = self._codes(customers, name="customers")
        shares = memberships(joint(codes, self._classes()))
        shares[~known] = np.nan
        names = self.clusters_["segment"].tolist()[: self._n_clusters]
        return rows_like({name: shares[:, at] for at, name in enumerate(names)}, like=customers)

    def _check_options(self) -> None:
        options = self.options_
        check_column_names(options.columns)
        check_int(options.max_classes, name="max_classes", low=1, high=50)
        check_int(options.n_starts, name="n_starts", low=1, high=1000)
        check_int(options.random_state, name="random_state", low=0, high=2**32 - 1)
        if options.n_classes is not None:
            check_int(options.n_classes, name="n_classes", low=1)
        self._check_value()

    def _learn_groups(self, customers: Any, *, before: Self | None = None) -> int:
        options = self.options_
        columns = check_column_names(options.columns) if before is None else before.columns_["column"].tolist()
        texts, there = self._read(customers, columns)
        levels = {column: _levels(values[there]) for column, values in texts.items()}
        codes = np.column_stack([_coded(values, levels[column]) for column, values in texts.items()])
        known = there & ((codes >= 0).mean(axis=1) >= _LEAST_KNOWN)
        check_somebody(len(codes), int(known.sum()))
        value = self._read_value(customers)
        patterns = patterns_of(codes[known])
        n_levels = [len(each) for each in levels.values()]
        asked = options.n_classes if before is None else before._n_clusters
        numbers = range(1, int(options.max_classes) + 1) if asked is None else [int(asked)]
        rows, fits = [], {}
        for number in numbers:
            n_parameters = number - 1 + number * sum(each - 1 for each in n_levels)
            n_patterns = min(float(np.prod(n_levels, dtype=float)), 2.0**53)
            if number > 1 and (n_parameters >= n_patterns or number > len(patterns.codes)):
                if asked is not None:
                    raise ValueError(_TOO_MANY(n_classes=number, n_patterns=int(n_patterns), n_parameters=n_parameters))
                break
            fits[number] = fitted_classes(
                patterns, n_levels=n_levels, n_classes=number, n_starts=int(options.n_starts),
                seed=int(options.random_state),
            )  # fmt: skip
            rows.append(choice_row(patterns, fits[number]))
        self.choice_ = class_choice(rows)
        classes = fits[int(self.choice_.loc[self.choice_["chosen"] == 1, "n_clusters"].iloc[0])]
        self._describe(classes, levels, codes, known, value, is_prospect(customers, name="customers"))
        self.n_left_out_ = int((~known).sum())
        return int(known.sum())

    def _read(
        self, customers: Any, columns: list[str] | None
    ) -> tuple[dict[str, npt.NDArray[np.object_]], npt.NDArray[np.bool_]]:
        """Read the columns as text, and say who has ordered, if that is told."""
        name = "customers"
        frame = opened(customers, name=name)
        left_out: list[tuple[str, str, str]] = []
        names = columns
        if names is None:
            names, sensitive = found_columns(frame, of=("label", "flag"), name=name)
            left_out = [(column, "sensitive", "") for column in sensitive]
        check_there(frame, names, name=name)
        texts = labels_in(frame, names)
        n_rows = len(next(iter(texts.values())))
        check_somebody(n_rows, n_rows)
        prospects = is_prospect(customers, name=name)
        there = np.ones(n_rows, dtype=bool) if prospects is None else ~prospects
        check_somebody(n_rows, int(there.sum()))
        for column, values in list(texts.items()):
            n = len(_levels(values[there]))
            if n > _MOST_LEVELS and columns is not None:
                raise SchemaError(_NO_LABELS(where=Column(name, column), n=n))
            if columns is None and not 2 <= n <= _MOST_LEVELS:
                left_out.append((column, "many_levels" if n > _MOST_LEVELS else "constant", ""))
                del texts[column]
            elif n == 0:
                raise SchemaError(_NOT_KNOWN(where=Column(name, column)))
        if not texts:
            raise SchemaError(_NOTHING_TOLD(left_out=[row[0] for row in left_out]))
        self.left_out_ = left_out_table(left_out)
        shares = [float(np.mean([text is None for text in values[there].tolist()])) for values in texts.values()]
        sensitive_kinds = [sensitive_kind(column) or "" for column in texts]
        self.columns_ = pd.DataFrame(
            {"column": list(texts), "missing_share": shares, "sensitive": sensitive_kinds}
        ).astype({"column": str, "sensitive": str})
        return texts, there

    def _describe(
        self, classes: Classes, levels: dict[str, list[str]], codes: npt.NDArray[np.int64],
        known: npt.NDArray[np.bool_], value: Floats | None, prospects: Any,
    ) -> None:  # fmt: skip
        labels = np.full(len(codes), -2, dtype=np.intp)
        labels[known] = joint(codes[known], classes).argmax(axis=1)
        differences, traits = [], []
        for (column, names), table in zip(levels.items(), classes.probabilities, strict=True):
            whole = classes.weights @ table
            spread = np.sqrt(np.maximum(whole * (1 - whole), 0))
            differences.append(np.where(spread > 0, (table - whole) / np.where(spread > 0, spread, 1), 0.0))
            traits += [Trait(column, name) for name in names]
        learned = Learned(np.column_stack(differences), traits, np.full(classes.n, np.nan))
        order = self._ordered(labels, classes.n, value, prospects, learned, noise=False)
        names = self.clusters_["segment"].tolist()[: classes.n]
        self.weights_ = pd.DataFrame({"segment": names, "weight": classes.weights[order]}).astype({"segment": str})
        rows = [
            (name, column, level, float(table[at, place]))
            for name, at in zip(names, order.tolist(), strict=True)
            for (column, own), table in zip(levels.items(), classes.probabilities, strict=True)
            for place, level in enumerate(own)
        ]
        kinds = {"segment": str, "column": str, "level": str, "probability": float}
        self.probabilities_ = pd.DataFrame(rows, columns=list(_PROBABILITIES)).astype(kinds)

    def _level_table(self) -> dict[str, list[str]]:
        first = self.probabilities_[self.probabilities_["segment"] == self.weights_["segment"].iloc[0]]
        return {str(column): rows["level"].tolist() for column, rows in first.groupby("column", sort=False)}

    def _classes(self) -> Classes:
        n = self._n_clusters
        tables = [
            self.probabilities_.loc[self.probabilities_["column"] == column, "probability"].to_numpy().reshape(n, -1)
            for column in self.columns_["column"]
        ]
        return Classes(self.weights_["weight"].to_numpy(), tables)

    def _codes(self, customers: Any, *, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The codes of each row's levels, and of whom at least half is known; levels not seen before tell nothing."""
        columns = self.columns_["column"].tolist()
        frame = opened(customers, name=name)
        check_there(frame, columns, name=name)
        levels = self._level_table()
        codes = np.column_stack(
            [_coded(values, levels[column]) for column, values in labels_in(frame, columns).items()]
        )
        return codes, (codes >= 0).mean(axis=1) >= _LEAST_KNOWN

    def _placed(self, customers: Any, *, name: str) -> npt.NDArray[np.intp]:
        codes, known = self._codes(customers, name=name)
        return np.where(known, joint(codes, self._classes()).argmax(axis=1), -2)

    def _sentences(
        self, customers: Any, positions: npt.NDArray[np.intp], inside: npt.NDArray[np.bool_], language: Language
    ) -> list[str]:
        rows = np.flatnonzero(inside)
        codes, classes = self._codes(customers, name="customers")[0][rows], self._classes()
        names = self.clusters_[f"name_{language}"].tolist()
        return class_reasons(positions[rows], codes, classes, self._level_table(), names, language)

    def _check_learned(self) -> None:
        options = self.options_
        self._check_clusters()
        if "noise" in self.clusters_["kind"].tolist():
            raise JsonError("classes leave nobody out")
        check_table(self.columns_, _COLUMNS)
        columns = self.columns_["column"].tolist()
        asked = check_column_names(options.columns)
        if not columns or len(set(columns)) < len(columns) or (asked is not None and columns != asked):
            raise JsonError("the columns are not those of the options")
        if self.columns_["sensitive"].tolist() != [sensitive_kind(column) or "" for column in columns]:
            raise JsonError("what is sensitive follows from the name")
        if not self.columns_["missing_share"].between(0, 1).all():
            raise JsonError("a share lies between 0 and 1")
        check_table(self.left_out_, {"column": "text", "reason": "text", "like": "text"})
        if not self.left_out_["reason"].isin(_REASONS).all():
            raise JsonError("no such reason")
        n = self._n_clusters
        if options.n_classes not in (None, n):
            raise JsonError("there are as many classes as the options say")
        check_class_choice(self.choice_, n_clusters=n)
        self._check_probabilities(columns)

    def _check_probabilities(self, columns: list[str]) -> None:
        check_table(self.weights_, {"segment": "text", "weight": "float64"})
        check_table(self.probabilities_, _PROBABILITIES)
        self._check_by_segment(self.weights_, each=1)
        n, levels = self._n_clusters, self._level_table()
        expected = [(column, level) for column in levels for level in levels[column]] * n
        found = list(self.probabilities_[["column", "level"]].itertuples(index=False, name=None))
        if list(levels) != columns or found != expected or len(set(expected)) * n != len(expected):
            raise JsonError("each class has a probability for each level")
        self._check_by_segment(self.probabilities_, each=len(expected) // n)
        sums = [self.weights_["weight"].to_numpy()[None, :], *self._classes().probabilities]
        if not all((part >= 0).all() and np.allclose(part.sum(axis=1), 1, atol=1e-6) for part in sums):
            raise JsonError("probabilities add up to 1")


def _levels(texts: npt.NDArray[np.object_]) -> list[str]:
    return sorted({text for text in texts.tolist() if text is not None})


def _coded(texts: npt.NDArray[np.object_], levels: Sequence[str]) -> npt.NDArray[np.int64]:
    place = {level: at for at, level in enumerate(levels)}
    return np.array([-1 if text is None else place.get(text, -1) for text in texts.tolist()], dtype=np.int64)
