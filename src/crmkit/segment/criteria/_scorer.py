"""What scorecards and TOPSIS share: criteria, weights, knock-outs, missing values, ranks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin

from crmkit._arrays import Floats
from crmkit._checks import check_number, check_option
from crmkit._criteria import (
    check_among,
    check_criteria,
    check_learned_weights,
    check_weighting,
    judged,
    learned_weights,
    names_in,
    no_judges,
    no_pairs,
)
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._figures import amount
from crmkit._frames import Coded, FrameT, column_like, rows_like
from crmkit._messages import Column, Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import finite_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.segment.criteria._knock_outs import KnockedOut, KnockOut, knock_outs_of, knocked_out
from crmkit.segment.criteria._presets import NAMES, PRESETS, Preset
from crmkit.segment.criteria._ranks import ranks_of

__all__ = ["NOUN", "CriteriaScorer", "Scored", "Terms"]

NOUN: Final = "criterion"

_STATUSES: Final = ("scored", "incomplete", "knock_out_unknown", "knocked_out")
_MADE: Final = ("status", "knock_out", "pulled_up_by", "pulled_down_by")

_NO_CRITERIA: Final = Message(
    en="{@criteria} must be one of {presets} or a list of columns, got {got!r}.",
    zh="{@criteria} 须为 {presets} 之一，或列名的列表，得到 {got!r}。",
)
_TAKEN: Final = Message(
    en="{@criteria} names {names}, which the result has itself. Rename the column.",
    zh="{@criteria} 中的 {names} 与结果表的列重名，请改名。",
)
_NOT_STATED: Final = Message(
    en="{@missing} must be one of {options}, a number, or map criteria to numbers, got {got!r}.",
    zh="{@missing} 须为 {options} 之一、一个数，或为准则分别给出数值，得到 {got!r}。",
)
_NOBODY: Final = Message(en="{@X} has no rows.", zh="{@X} 没有任何行。")
_ALL_OUT: Final = Message(
    en="{@X} has nobody to learn from: of {n:,} {n:row|rows} {n_out:,} are knocked out, and of the others it is not "
    "known whether they are.",
    zh="{@X} 中没有可供学习的行：{n:,} 行中 {n_out:,} 行被一票否决，其余无法判断是否被否决。",
)
_NOT_KNOWN: Final = Message(
    en="{where} is missing for everybody who is not knocked out. Leave the criterion out.",
    zh="凡未被一票否决者，{where}全部缺失，请去掉该准则。",
)
_LACKING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill or drop them, or choose another "
    "{@missing}.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请补全或删除这些行，或另选 {@missing}。",
)

_OUT: Final = Label("Knocked out: {column} is {value} ({rule}).", "一票否决：{column}为 {value}（{rule}）。")
_OUT_MISSING: Final = Label("Knocked out: {column} is missing ({rule}).", "一票否决：{column}缺失（{rule}）。")
_FLAGGED: Final = Label("Knocked out: {column}.", "一票否决：{column}。")
_OUT_UNKNOWN: Final = Label(
    "No score: it is not known whether a knock-out applies.", "无得分：无法判断是否应一票否决。"
)
_INCOMPLETE: Final = Label("No score: {columns} not known.", "无得分：{columns}未知。")


class Terms(NamedTuple):
    """What the order of rows rests on: the sum of ``up`` over that of ``down``, each times weights to a power.

    Both have a row for each criterion.
    """

    up: Floats
    down: Floats
    power: int


class Scored(NamedTuple):
    """Rows scored: their criteria, scores, how far each criterion pulls up and down, what is shown, what orders them.

    Where there is a number for each criterion and row, a row of the array is a criterion.
    """

    given: Mapping[str, Floats]
    score: Floats
    pulled_up: Floats
    pulled_down: Floats
    beside: dict[str, Floats]
    terms: Terms


class _Weighting(NamedTuple):
    """The options about weights, with the weights of the preset where none are given."""

    weights: Any
    judgements: Any
    weight_rule: Any
    random_index: Any
    allow_inconsistent: Any


class CriteriaScorer(TransformerMixin, JsonEstimator, ABC):  # type: ignore[misc]
    """Scores rows on several criteria with frozen weights."""

    # The name of the score, what missing values may become besides a stated value, and the usual bar.
    _score: ClassVar[str]
    _policies: ClassVar[tuple[str, ...]]
    usual_bar: ClassVar[float]

    weights_: pd.DataFrame
    judges_: pd.DataFrame
    pairs_: pd.DataFrame
    knock_outs_: list[str]
    n_rows_: int
    n_complete_: int
    n_knocked_out_: int

    def fit(self, X: Any, y: None = None) -> Self:  # noqa: ARG002
        """Freeze the scales and the weights.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            The rows of reference, such as customers, dealers or markets, with the criteria and the columns that knock
            out. Rows that are knocked out are not learned from.
        y : None
            Not used.

        Returns
        -------
        estimator
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing, does not hold what it should, is infinite anywhere or known for nobody, or there
            are no rows to learn from.
        TypeError
            If ``X`` is not a frame, or an option is of the wrong kind.
        ValueError
            If an option is out of range, judgements contradict themselves, or weights cannot be learned.
        """
        with self._fitting():
            self._check_options()
            criteria, rules = self._criteria(), self._knock_outs()
            self.knock_outs_ = [rule.code for rule in rules]
            values = self._values(X, name="X")
            self.n_rows_ = len(values[criteria[0]])
            if not self.n_rows_:
                raise SchemaError(_NOBODY())
            out = knocked_out(X, rules, n_rows=self.n_rows_, name="X")
            self.n_knocked_out_ = int(out.is_out.sum())
            held = ~(out.is_out | out.unknown)
            if not held.any():
                raise SchemaError(_ALL_OUT(n=self.n_rows_, n_out=self.n_knocked_out_))
            values = {name: column[held] for name, column in values.items()}
            for name, column in values.items():
                if np.isnan(column).all():
                    raise SchemaError(_NOT_KNOWN(where=Column("X", name)))
            complete = ~np.isnan(np.column_stack(list(values.values()))).any(axis=1)
            self.n_complete_ = int(complete.sum())
            self._learn(values)
            self._learn_weights({name: column[complete] for name, column in values.items()})
            self._settle(values)
        return self

    def transform(self, X: FrameT) -> FrameT:
        """Score rows on the frozen scales with the frozen weights.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            Rows with the criteria and the columns that knock out.

        Returns
        -------
        the kind of table given
            The score and what it is made of, as the class says; ``status``: "scored", "incomplete" (a criterion is not
            known), "knock_out_unknown" (it is not known whether a rule holds) or "knocked_out"; ``knock_out``, the
            first rule that holds; ``pulled_up_by`` and ``pulled_down_by``, the criteria that count most for and most
            against the row, missing if there is none. The score is missing unless the status is "scored". Rows as in
            ``X``, on pandas with its index.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold what it should, is infinite anywhere, or lacks a value under
            ``missing="refuse"``.
        TypeError
            If ``X`` is not a table in memory.
        """
        check_fitted(self)
        scored, out = self._scored(X)
        return rows_like({self._score: scored.score, **scored.beside, **self._reasons(scored, out)}, like=X)

    def rank(self, X: Any) -> Any:
        """Rank rows among those given, the best first.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            Rows with the criteria and the columns that knock out.

        Returns
        -------
        Series (PyArrow: chunked array) named ``rank``
            From 1, the best; rows with equal scores share the better rank, and rows without a score have none.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As in `transform`.
        TypeError
            If ``X`` is not a table in memory.
        """
        check_fitted(self)
        return column_like(ranks_of(self._scored(X)[0].score), name="rank", like=X)

    def explain(self, X: Any, *, language: Language = "en") -> Any:
        """Say in a sentence what each row scores and why, or why it has no score.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            Rows with the criteria and the columns that knock out.
        language : {"en", "zh"}, default "en"
            Language of the sentences; columns of your own are called as they are.

        Returns
        -------
        Series (PyArrow: chunked array) named ``explanation``
            One text per row, in the order of the rows.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            As in `transform`.
        TypeError
            If ``X`` is not a table in memory.
        ValueError
            If ``language`` is not one of the two.
        """
        check_fitted(self)
        check_option(language, LANGUAGES, name="language")
        scored, out = self._scored(X)
        sentences = [
            self._without_score(row, status, scored, out, language) if status else self._sentence(scored, row, language)
            for row, status in enumerate(self._status(scored, out).tolist())
        ]
        return column_like(np.array(sentences, dtype=object), name="explanation", like=X)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Name the columns that `transform` gives.

        Parameters
        ----------
        input_features : object, optional
            Not used.

        Returns
        -------
        ndarray of str
            The names.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        return np.array([self._score, *self._beside_names(), *_MADE], dtype=object)

    # What a scorer is made of.

    @abstractmethod
    def _learn(self, values: Mapping[str, Floats]) -> None:
        """Learn scales from rows that are not knocked out."""

    @abstractmethod
    def _weighed(self, values: Mapping[str, Floats], *, method: str) -> Floats:
        """The columns that weights are learned from, of rows that have all criteria."""

    @abstractmethod
    def _settle(self, values: Mapping[str, Floats]) -> None:
        """Learn what needs the weights, from rows that are not knocked out."""

    @abstractmethod
    def _score_rows(self, values: Mapping[str, Floats]) -> Scored:
        """Score rows by their criteria; the score of those who lack one may be missing."""

    @abstractmethod
    def _sentence(self, scored: Scored, row: int, language: Language) -> str:
        """The sentence for a row that has a score."""

    @abstractmethod
    def _beside_names(self) -> list[str]:
        """The columns between the score and the status."""

    # What is the same for all.

    def _preset(self) -> Preset | None:
        given = self.options_.criteria
        return PRESETS[given] if isinstance(given, str) else None

    def _criteria(self) -> list[str]:
        preset = self._preset()
        return list(self.options_.criteria) if preset is None else list(preset.weights)

    def _falling(self) -> list[str]:
        """The criteria of which less is better."""
        preset, given = self._preset(), self.options_.lower_is_better
        return list((() if preset is None else preset.lower_is_better) if given is None else given)

    def _knock_outs(self) -> list[KnockOut]:
        preset, given = self._preset(), self.options_.knock_outs
        return knock_outs_of((() if preset is None else preset.knock_outs) if given is None else given)

    def _weighting(self) -> _Weighting:
        options, preset = self.options_, self._preset()
        weights = options.weights
        if weights is None:
            weights = "equal" if preset is None else dict(preset.weights)
        return _Weighting(
            weights, options.judgements, options.weight_rule, options.random_index, options.allow_inconsistent
        )

    def _check_options(self) -> None:
        options = self.options_
        if isinstance(options.criteria, str) and options.criteria not in PRESETS:
            raise ValueError(_NO_CRITERIA(presets=list(PRESETS), got=options.criteria))
        criteria = check_criteria(self._criteria_given(), name="criteria")
        made = {self._score, *_MADE}
        if taken := [name for name in criteria if name in made]:
            raise ValueError(_TAKEN(names=taken))
        if options.lower_is_better is not None:
            falling = names_in(options.lower_is_better, name="lower_is_better")
            check_among(falling, criteria, name="lower_is_better", of="criteria")
        self._knock_outs()
        check_weighting(self._weighting(), criteria)
        self._check_missing(criteria)

    def _criteria_given(self) -> Any:
        preset = self._preset()
        return self.options_.criteria if preset is None else list(preset.weights)

    def _check_missing(self, criteria: Sequence[str]) -> None:
        missing = self.options_.missing
        if isinstance(missing, str) and missing in self._policies:
            return
        if isinstance(missing, Mapping):
            check_among(list(missing), criteria, name="missing", of="criteria")
            for name, value in missing.items():
                check_number(value, name=f"missing[{name!r}]")
            return
        if isinstance(missing, (str, bool)) or not isinstance(missing, (int, float)):
            raise ValueError(_NOT_STATED(options=list(self._policies), got=missing))
        check_number(missing, name="missing")

    def _stated(self) -> dict[str, float]:
        """The values that stand for missing ones."""
        missing = self.options_.missing
        if isinstance(missing, str):
            return {}
        if isinstance(missing, Mapping):
            return {name: float(value) for name, value in missing.items()}
        return dict.fromkeys(self._criteria(), float(missing))

    def _values(self, table: Any, *, name: str) -> dict[str, Floats]:
        values = finite_columns(table, self._criteria(), name=name)
        if self.options_.missing == "refuse":
            for criterion, column in values.items():
                refuse_rows(np.isnan(column), _LACKING, where=Column(name, criterion))
        self._check_values(values, name=name)
        return values

    def _check_values(self, values: Mapping[str, Floats], *, name: str) -> None:
        """Raise if values are off their scale."""

    def _learn_weights(self, values: Mapping[str, Floats]) -> None:
        """Weigh the criteria, by the values of rows that have all where weights follow from them."""
        options, criteria = self._weighting(), self._criteria()
        self.judges_, self.pairs_ = no_judges(), no_pairs(noun=NOUN)
        if options.weights == "judgements":
            weights, self.judges_, self.pairs_ = judged(options, criteria, of="criteria", noun=NOUN)
        else:
            method = options.weights if isinstance(options.weights, str) else ""
            columns = self._weighed(values, method=method) if method not in ("", "equal") else np.empty((0, 0))
            weights = learned_weights(options.weights, criteria, scaled=columns)
        self.weights_ = pd.DataFrame({NOUN: criteria, "weight": weights})

    def _ranking(self, table: Any) -> tuple[Floats, Terms]:
        """The score of each row, missing where there is none, and what their order rests on."""
        scored, _ = self._scored(table)
        return scored.score, scored.terms

    def _scored(self, table: Any) -> tuple[Scored, KnockedOut]:
        """Score rows, and find who is knocked out, who then has no score."""
        values, stated = self._values(table, name="X"), self._stated()
        filled = {
            name: np.where(np.isnan(column), stated[name], column) if name in stated else column
            for name, column in values.items()
        }
        scored = self._score_rows(filled)
        out = knocked_out(table, self._knock_outs(), n_rows=len(scored.score), name="X")
        return scored._replace(score=np.where(out.is_out | out.unknown, np.nan, scored.score)), out

    def _reasons(self, scored: Scored, out: KnockedOut) -> dict[str, Coded]:
        """The columns that say how scores came about."""
        criteria: list[Any] = [*self._criteria(), None]
        rules: list[Any] = [*(rule.code for rule in self._knock_outs()), None]
        return {
            "status": Coded(_STATUSES, self._status(scored, out)),
            "knock_out": Coded(rules, out.first),
            "pulled_up_by": Coded(criteria, _most(scored.pulled_up, scored.score)),
            "pulled_down_by": Coded(criteria, _most(scored.pulled_down, scored.score)),
        }

    def _status(self, scored: Scored, out: KnockedOut) -> npt.NDArray[np.intp]:
        lacking = np.where(out.unknown, 2, np.where(np.isnan(scored.score), 1, 0))
        return np.where(out.is_out, 3, lacking).astype(np.intp)

    def _called(self, criterion: str, language: Language) -> str:
        """What a column is called in a sentence."""
        return NAMES[criterion].text(language) if criterion in NAMES else criterion

    def _without_score(self, row: int, status: int, scored: Scored, out: KnockedOut, language: Language) -> str:
        if status == 3:
            rule = self._knock_outs()[int(out.first[row])]
            column = self._called(rule.condition.column, language)
            if rule.is_flag:
                return _FLAGGED.text(language).format(column=column)
            value = out.compared[int(out.first[row])][row]
            if pd.isna(value):
                return _OUT_MISSING.text(language).format(column=column, rule=rule.code)
            shown = amount(value) if isinstance(value, float) else str(value)
            return _OUT.text(language).format(column=column, value=shown, rule=rule.code)
        if status == 2:
            return _OUT_UNKNOWN.text(language)
        names = [self._called(name, language) for name, column in scored.given.items() if np.isnan(column[row])]
        joined = "、".join(names) if language == "zh" else f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"
        return _INCOMPLETE.text(language).format(columns=joined)

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        check_learned_weights(self, self._criteria(), noun=NOUN)
        if self.knock_outs_ != [rule.code for rule in self._knock_outs()]:
            raise JsonError("the knock-outs are not those of the options")
        if self.n_rows_ < 1 or self.n_rows_ < self.n_complete_ + self.n_knocked_out_:
            raise JsonError("nobody was seen in fit")


def _most(pulls: Floats, score: Floats) -> npt.NDArray[np.intp]:
    """The place of the criterion that pulls most, the number of criteria where none pulls or there is no score."""
    found = np.full(len(score), len(pulls), dtype=np.intp)
    most = np.zeros(len(score))
    for place, pull in enumerate(pulls):
        # Comparisons with what is missing are false.
        stronger = pull > most
        found[stronger] = place
        np.copyto(most, pull, where=stronger)
    found[np.isnan(score)] = len(pulls)
    return found
