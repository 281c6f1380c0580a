"""Segments described by a few rules, which assign customers anywhere, in SQL too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, some
from crmkit._estimator import JsonError, Kind, check_fitted, check_table
from crmkit._figures import share
from crmkit._frames import AnyFrame, FrameT, collected, column_name, from_pandas, is_engine, listed_names
from crmkit._labelling import MADE, Case, CompleteLabeller, Level, Measures, Scheme, column_sql, lacks_sql
from crmkit._messages import Column, Message, Parameter
from crmkit._names import Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.segment._described import Described, described, opened, placed, to_describe
from crmkit.segment._texts import made_by_predict
from crmkit.segment.groups._rule_agreement import agreement
from crmkit.segment.groups._rule_conditions import LabelIn, NumberIn, RuleCondition
from crmkit.segment.groups._rule_tree import Leaf, Size, design_of, grown, leaves_of

__all__ = ["SegmentRules"]

_SENTENCE: Final = Label(
    "{name}: {conditions} (rule {rule}, right for {share} of those it was learned from).",
    "{name}：{conditions}（规则 {rule}，在学习数据中正确率为 {share}）。",
)
_EVERYBODY: Final = Label("everybody", "所有客户")
_AND: Final = Label(" and ", "，且 ")
_RULES: Final[dict[str, Kind]] = {"rule": "int64", "segment": "text", "n_customers": "int64", "share_right": "float64"}
_CONDITIONS: Final[dict[str, Kind]] = {
    "rule": "int64",
    "column": "text",
    "test": "text",
    "low": "float64",
    "high": "float64",
    "label": "text",
    "or_missing": "int64",
}
_AGREEMENT: Final[dict[str, Kind]] = {
    "segment": "text",
    "n_customers": "int64",
    "precision": "float64",
    "recall": "float64",
}
_COLUMNS: Final[dict[str, Kind]] = {"column": "text", "kind": "text", "lacked": "int64"}

_FEWEST: Final = 2

_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first; once fitted, an engine runs to_sql().",
    zh="{name} 须为内存中的表。请先读入内存；拟合之后，可在引擎中运行 to_sql() 的结果。",
)
_ONE_SEGMENT: Final = Message(
    en="{where} has the one segment {labels}: there is nothing to tell apart.",
    zh="{where}只有一个群 {labels}，无从区分。",
)
_NO_COLUMNS: Final = Message(
    en="{@customers} has no columns to describe the segments by, beside ids and days.",
    zh="{@customers} 除编号与日期外，没有可用来描述客群的列。",
)
_MADE_NAME: Final = Message(
    en="{name} names {column!r}, a column that assign makes. Rename it.",
    zh="{name} 含有 {column!r}，与 assign 生成的列重名，请改名。",
)
_OTHER_KIND: Final = Message(
    en="{where} held {learned} when the rules were learned, and now holds {got}. Give what it was.",
    zh="{where}在学习规则时为{learned}，现在却是{got}，请保持一致。",
)
_KINDS: Final = {
    "number": Message(en="numbers", zh="数字"),
    "flag": Message(en="true and false", zh="真假值"),
    "label": Message(en="labels", zh="标签"),
}


class SegmentRules(CompleteLabeller):
    """Describe given segments by a few rules, and place customers by them.

    A small decision tree learns from a column of segments, such as clusters or classes made by hand, and every leaf
    becomes a rule: a sentence, and a case of an SQL query. ``accuracy_`` says how many customers the rules place
    correctly, measured on customers that the rules were not learned from. Compare it with ``largest_share_``, the
    accuracy of putting everybody in the largest segment.

    Parameters
    ----------
    by : str, default "segment"
        The column of segments in `fit`. Ordered categories keep their order; others are sorted. Customers without one
        are left out.
    columns : sequence of str, optional
        What the rules may ask about: numbers, flags and labels (text, at most 100 different ones). By default all
        columns but ``customer_id`` and days.
    max_rules : int, default 8
        The largest number of rules, at least 2.
    min_share : float, default 0.01
        Smallest share of the customers in a leaf, in (0, 1).
    random_state : int, default 0
        Decides between questions that are equally good, and which customers are held back together.

    Attributes
    ----------
    rules_ : DataFrame
        ``rule`` from 1, ``segment``, ``n_customers`` of the fit, and ``share_right``, how many of these are in the
        segment.
    conditions_ : DataFrame
        ``rule``, ``column``, ``test``: "between" (above ``low``, at most ``high``, missing where there is no end), "in"
        or "not in", one line per ``label``, "known" or "missing"; ``or_missing``, 1 where customers without a value are
        let through.
    accuracy_ : float
        Share of customers placed in their given segment by rules that were learned from the other four fifths of the
        customers.
    largest_share_ : float
        Share of the largest segment.
    agreement_ : DataFrame
        ``segment``, ``n_customers``, and as ``accuracy_``: ``precision``, how many of those placed there are in it, and
        ``recall``, how many of those in it are placed there; missing where there are none.
    columns_ : DataFrame
        ``column``, ``kind`` ("number", "flag" or "label"), ``lacked``, 1 where some had no value.
    levels_ : dict of str to list of str
        The labels of each column of labels.
    codes_ : list of str
        The segments, in order.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, and ``name_en``, ``name_zh``, here the segment itself.
    n_customers_ : int
        Customers with a segment seen in `fit`.

    See Also
    --------
    profile_table : What segments are like, column by column.

    Notes
    -----
    Cuts lie between values that occur, at the roundest number there. Customers with a missing value go where the tree
    sent such customers; if the value was never missing in `fit`, they get no label. A label not seen in `fit` counts as
    none of those named. Rules describe segments; they do not say why they differ.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone (1984), *Classification and Regression Trees*.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "group": ["fans"] * 20 + ["guests"] * 20,
    ...     "spend": [200, 210, 220, 230] * 5 + [50, 60, 70, 80] * 5,
    ...     "region": ["north", "south"] * 20,
    ... })
    >>> rules = SegmentRules(by="group").fit(customers)
    >>> rules.accuracy_, rules.largest_share_
    (1.0, 0.5)
    >>> rules.explain(customers)[0]
    'fans: spend is above 100 (rule 1, right for 100.0% of those it was learned from).'
    """

    rules_: pd.DataFrame
    conditions_: pd.DataFrame
    accuracy_: float
    largest_share_: float
    agreement_: pd.DataFrame
    columns_: pd.DataFrame
    levels_: dict[str, list[str]]
    codes_: list[str]

    def __init__(
        self,
        *,
        by: str = "segment",
        columns: Sequence[str] | None = None,
        max_rules: int = 8,
        min_share: float = 0.01,
        random_state: int = 0,
    ) -> None:
        self.by = by
        self.columns = columns
        self.max_rules = max_rules
        self.min_share = min_share
        self.random_state = random_state

    def rule_table(self) -> pd.DataFrame:
        """Show the rules as sentences.

        Returns
        -------
        DataFrame
            One row per rule: ``rule``, ``segment``, ``n_customers``, ``share_right`` as in ``rules_``, and the
            conditions in words, ``rule_en`` and ``rule_zh``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        said = self._conditions_by_rule()
        texts = {
            f"rule_{language}": [_joined(said[rule], language) for rule in self.rules_["rule"]]
            for language in ("en", "zh")
        }
        return self.rules_.assign(**texts)

    def summary(self, customers: FrameT) -> FrameT:
        """Count the customers whom the rules place in each segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            Customers, one per row, with the columns that the rules ask about.

        Returns
        -------
        the kind of table given
            One row per segment, empty ones too: ``segment``, ``segment_order``, ``name_en``, ``name_zh``,
            ``n_customers``, ``customer_share`` of those who have a label (missing if nobody has).

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, or holds another kind of values than in `fit`.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        place = self._positions(customers)
        counts = np.bincount(place[place >= 0], minlength=len(self.segments_))
        shares = counts / counts.sum() if counts.sum() else np.full(len(counts), np.nan)
        return from_pandas(self.segments_.assign(n_customers=counts, customer_share=shares), like=customers)

    def _check_options(self) -> None:
        options = self.options_
        column_name(options.by, name="by")
        if options.columns is not None:
            for each in listed_names(options.columns, name="columns"):
                if each in MADE:
                    raise ValueError(_MADE_NAME(name=Parameter("columns"), column=each))
        check_int(options.max_rules, name="max_rules", low=2)
        check_fraction(options.min_share, name="min_share")
        check_int(options.random_state, name="random_state", low=0, high=2**32 - 1)

    def _learn(self, customers: Any) -> int:
        options = self.options_
        by = column_name(options.by, name="by")
        rows = opened(customers, [by])
        names = [each for each in to_describe(rows, options.columns, by=[by]) if each not in MADE]
        if not names:
            raise SchemaError(_NO_COLUMNS())
        opened(customers, names)
        segments, self.codes_ = _segments(rows, by)
        given = segments >= 0
        columns = [each._replace(cells=each.cells[given]) for each in described(rows, names)]
        segments = segments[given]
        design = design_of(columns)
        if not design.features:
            raise SchemaError(_NO_COLUMNS())
        size = Size(options.max_rules, options.min_share, options.random_state)
        leaves = leaves_of(grown(design.laid, segments, size), design, columns)
        self.accuracy_, self.agreement_ = agreement(design, segments, self.codes_, size)
        self.largest_share_ = float(np.bincount(segments).max() / len(segments))
        self.columns_ = pd.DataFrame(
            {
                "column": [each.name for each in columns],
                "kind": [each.kind for each in columns],
                "lacked": np.array([not each.known.all() for each in columns], dtype=np.int64),
            }
        )
        self.levels_ = {each.name: each.levels for each in columns if each.kind == "label"}
        self._keep(leaves, {each.name: each.cells for each in columns}, segments)
        return len(segments)

    def _keep(self, leaves: Sequence[Leaf], columns: Measures, segments: npt.NDArray[np.intp]) -> None:
        """Write the rules down, segment by segment and the largest first."""
        found = []
        for leaf in leaves:
            reached = np.logical_and.reduce(
                [np.ones(len(segments), bool), *(each.holds(columns) for each in leaf.conditions)]
            )
            right = segments[reached] == leaf.segment
            found.append((leaf, int(reached.sum()), float(right.mean())))
        found.sort(key=lambda rule: (rule[0].segment, -rule[1]))
        self.rules_ = pd.DataFrame(
            {
                "rule": np.arange(1, len(found) + 1, dtype=np.int64),
                "segment": [self.codes_[leaf.segment] for leaf, _, _ in found],
                "n_customers": np.array([n for _, n, _ in found], dtype=np.int64),
                "share_right": [right for _, _, right in found],
            }
        )
        lines = [
            {"rule": rule, **line}
            for rule, (leaf, _, _) in enumerate(found, start=1)
            for condition in leaf.conditions
            for line in _lines(condition)
        ]
        kinds: Any = {name: "object" if kind == "text" else kind for name, kind in _CONDITIONS.items()}
        self.conditions_ = pd.DataFrame(lines, columns=list(_CONDITIONS)).astype(kinds)

    def _check_learned(self) -> None:
        check_table(self.rules_, _RULES)
        check_table(self.agreement_, _AGREEMENT)
        check_table(self.columns_, _COLUMNS)
        if len(self.conditions_):
            check_table(self.conditions_, _CONDITIONS)
        self._check_columns()
        self._check_rules()

    def _check_columns(self) -> None:
        kinds = dict(zip(self.columns_["column"], self.columns_["kind"], strict=True))
        if len(kinds) != len(self.columns_) or not set(kinds.values()) <= set(_KINDS) or not kinds:
            raise JsonError("a column has one kind")
        if set(MADE) & set(kinds) or not self.columns_["lacked"].isin([0, 1]).all():
            raise JsonError("the columns are not those of rules")
        if {name for name, kind in kinds.items() if kind == "label"} != set(self.levels_):
            raise JsonError("columns of labels have levels")
        told = (self.conditions_[name].tolist() for name in ("column", "test", "label", "or_missing"))
        for column, test, label, or_missing in zip(*told, strict=True):
            of_labels = test in ("in", "not in")
            allowed = ("in", "not in", "known", "missing") if kinds.get(column) == "label" else ("between", "missing")
            known = label in self.levels_.get(column, []) if of_labels else not label
            if column not in kinds or test not in allowed or not known or or_missing not in (0, 1):
                raise JsonError("a condition is on a column that was learned")

    def _check_rules(self) -> None:
        n_rules, codes = len(self.rules_), self.codes_
        if len(set(codes)) != len(codes) or len(codes) < _FEWEST or codes != list(self.agreement_["segment"]):
            raise JsonError("the segments are not those that were learned")
        if not n_rules or list(self.rules_["rule"]) != list(range(1, n_rules + 1)):
            raise JsonError("rules are numbered")
        if not set(self.rules_["segment"]) <= set(codes) or not self.rules_["share_right"].between(0, 1).all():
            raise JsonError("a rule leads to a segment")
        if not self.conditions_["rule"].isin(self.rules_["rule"]).all():
            raise JsonError("a condition belongs to a rule")
        if not all(np.isnan(each) or 0 <= each <= 1 for each in (self.accuracy_, self.largest_share_)):
            raise JsonError("a share lies between 0 and 1")

    # What a labeller is made of.

    def _scheme(self) -> Scheme:
        return Scheme(tuple(Level(code, Label(code, code)) for code in self.codes_))

    def _needed(self) -> tuple[str, ...]:
        asked = set(self.conditions_["column"])
        # One column at least tells how many rows there are.
        return tuple(each for each in self.columns_["column"] if each in asked) or (self.columns_["column"].iloc[0],)

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        rows = open_columns(customers, self._needed(), name=name, made_by=made_by_predict())
        if is_engine(rows):
            raise TypeError(_ON_ENGINE(name=Parameter(name)))
        learned = dict(zip(self.columns_["column"], self.columns_["kind"], strict=True))
        read = described(collected(rows), self._needed(), table=name)
        return {each.name: self._as_learned(each, learned[each.name], table=name) for each in read}

    def _as_learned(self, column: Described, kind: str, *, table: str) -> Floats:
        """A column in the places of what was learned; a label that was not there stands behind the levels."""
        if not column.known.any():
            return column.cells
        if (column.kind == "label") != (kind == "label"):
            where = Column(table, column.name)
            raise SchemaError(_OTHER_KIND(where=where, learned=_KINDS[kind](), got=_KINDS[column.kind]()))
        if kind != "label":
            return column.cells
        levels = self.levels_[column.name]
        places = [levels.index(level) if level in levels else len(levels) for level in column.levels]
        return np.array([*places, np.nan])[np.where(column.known, column.cells, len(places)).astype(np.intp)]

    def _which(self, cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
        strict = self._always_known()
        known = {name: np.where(np.isnan(values), 0.0, values) for name, values in columns.items() if name in strict}
        found = super(CompleteLabeller, self)._which(cases, {**columns, **known})
        lacks = [np.isnan(columns[name]) for name in strict]
        return np.where(np.logical_or.reduce(lacks), len(cases), found) if lacks else found

    def _always_known(self) -> list[str]:
        """The columns asked about that nobody lacked in `fit`."""
        known = set(self.columns_.loc[self.columns_["lacked"] == 0, "column"])
        return [name for name in self._needed() if name in known]

    def _missing_sql(self, *, quote: str) -> str:
        kinds = dict(zip(self.columns_["column"], self.columns_["kind"], strict=True))
        lacks = [
            lacks_sql(name, quote=quote) if kinds[name] == "number" else f"{column_sql(name, quote=quote)} IS NULL"
            for name in self._always_known()
        ]
        return " OR ".join(lacks) or "FALSE"

    def _beside(self, columns: Measures) -> Mapping[str, Floats]:  # noqa: ARG002
        return {}

    def _cases(self) -> list[Case]:
        conditions = self._conditions_by_rule()
        return [
            Case(segment, f"rule_{rule}", conditions[rule])
            for rule, segment in zip(self.rules_["rule"], self.rules_["segment"], strict=True)
        ]

    def _conditions_by_rule(self) -> dict[int, tuple[RuleCondition, ...]]:
        """Read the conditions from the table, those of a rule in the order of its lines."""
        kinds = dict(zip(self.columns_["column"], self.columns_["kind"], strict=True))
        found: dict[int, tuple[RuleCondition, ...]] = {int(rule): () for rule in self.rules_["rule"]}
        guarded = self._always_known()
        for rule, column in self.conditions_[["rule", "column"]].drop_duplicates().itertuples(index=False, name=None):
            of_rule, of_column = self.conditions_["rule"] == rule, self.conditions_["column"] == column
            lines = self.conditions_[of_rule & of_column]
            first = lines.iloc[0]
            missing = bool(first["or_missing"])
            condition: RuleCondition
            if kinds[column] == "label":
                labels = tuple(lines["label"]) if first["test"] in ("in", "not in") else ()
                negated = first["test"] in ("not in", "known")
                condition = LabelIn(column, tuple(self.levels_[column]), labels, negated, missing)
            else:
                low, high = (
                    end if np.isnan(value) else float(value)
                    for end, value in ((-np.inf, first["low"]), (np.inf, first["high"]))
                )
                known = first["test"] != "missing"
                is_flag = kinds[column] == "flag"
                condition = NumberIn(column, low, high, known, missing, is_flag, column in guarded)
            found[int(rule)] += (condition,)
        return found

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        names, conditions = self._called(language), self._conditions_by_rule()
        told = [
            _SENTENCE.text(language).format(
                name=names[case.segment],
                conditions=_joined(conditions[rule], language),
                rule=rule,
                share=share(right),
            )
            for case, rule, right in zip(cases, self.rules_["rule"], self.rules_["share_right"], strict=True)
        ]
        strict = self._always_known()
        return [
            told[case]
            if case < len(cases)
            else self._not_known({name: float(columns[name][row]) for name in strict}, language)
            for row, case in enumerate(which.tolist())
        ]


def _segments(rows: AnyFrame, by: str) -> tuple[npt.NDArray[np.intp], list[str]]:
    """The place of each customer's segment, -1 of none, and the segments in order."""
    labels, positions = placed(rows, by)
    codes = list(labels["segment"])
    there = [at for at in range(len(codes)) if (positions == at).any()]
    if not _is_ordered(rows, by):
        there.sort(key=lambda at: (type(codes[at]).__name__, codes[at]))
    if len(there) < _FEWEST:
        raise SchemaError(_ONE_SEGMENT(where=Column("customers", by), labels=some(codes[at] for at in there)))
    place = np.full(len(codes) + 1, -1, dtype=np.intp)
    place[there] = np.arange(len(there))
    return place[positions], [str(codes[at]) for at in there]


def _is_ordered(rows: AnyFrame, by: str) -> bool:
    return isinstance(rows.collect_schema()[by], nw.Enum)


def _lines(condition: RuleCondition) -> list[dict[str, Any]]:
    """The lines of a condition in the table."""
    line: dict[str, Any] = {
        "column": condition.column, "test": "between", "low": np.nan, "high": np.nan, "label": "",
        "or_missing": int(condition.missing),
    }  # fmt: skip
    if isinstance(condition, NumberIn):
        ends = {"low": condition.low, "high": condition.high}
        line |= {name: np.nan if np.isinf(end) else end for name, end in ends.items()}
        return [line | ({} if condition.known else {"test": "missing", "low": np.nan, "high": np.nan, "or_missing": 1})]
    if not condition.labels:
        return [line | {"test": "known" if condition.negated else "missing"}]
    line["test"] = "not in" if condition.negated else "in"
    return [line | {"label": label} for label in condition.labels]


def _joined(conditions: Sequence[RuleCondition], language: Language) -> str:
    return _AND.text(language).join(each.words(language) for each in conditions) or _EVERYBODY.text(language)
