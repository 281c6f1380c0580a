"""Rules that name the cells of the RFM scores: what they may say, and what they make of the cells."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_int, check_option, some
from crmkit._labelling import POTENTIAL, Level, Scheme
from crmkit._names import Label
from crmkit.segment._cases import Case, Within
from crmkit.segment._measures import Floats
from crmkit.segment._rfm._score_edges import DIMENSIONS, MOST_BINS, Dimension

__all__ = ["CheckedRules", "RFMPreset", "RFMRules", "check_cells", "checked_rules", "rfm_rules"]

RFMPreset: TypeAlias = Literal["chinese_8", "named_11"]
Scores: TypeAlias = "int | Sequence[int]"


class SegmentRule(TypedDict):
    """A segment: its code, its names, and the scores it takes, one or the lowest and the highest; all if not said."""

    code: str
    en: str
    zh: str
    r: NotRequired[Scores]
    f: NotRequired[Scores]
    m: NotRequired[Scores]


class RestRule(TypedDict):
    """The segment of the cells that no other segment takes."""

    code: str
    en: str
    zh: str


class RFMRules(TypedDict):
    """Rules as data: the scores per dimension, the segments, the best first, and what to do in doubt."""

    n_bins: int | dict[Dimension, int]
    segments: list[SegmentRule]
    rest: NotRequired[RestRule]
    overlaps: NotRequired[Literal["refuse", "first"]]


_PRESETS: Final = ("chinese_8", "named_11")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_RULE_KEYS: Final = {"n_bins", "segments", "rest", "overlaps"}
_NAME_KEYS: Final = {"code", "en", "zh"}


class CheckedRules(NamedTuple):
    """Rules as the segmenter uses them."""

    sizes: dict[Dimension, int]
    scheme: Scheme
    cases: list[Case]
    rest: str | None
    first_counts: bool

    def cells(self) -> dict[str, Floats]:
        """The scores of every cell, the lowest first."""
        grid = np.meshgrid(*(np.arange(1.0, self.sizes[name] + 1) for name in DIMENSIONS), indexing="ij")
        return {f"{name}_score": scores.ravel() for name, scores in zip(DIMENSIONS, grid, strict=True)}

    def matches(self) -> npt.NDArray[np.bool_]:
        """Which segment (rows) takes which cell (columns); the rest is no segment here."""
        cells = self.cells()
        taken = np.ones((len(self.cases), len(cells["r_score"])), dtype=bool)
        for number, case in enumerate(self.cases):
            for condition in case.conditions:
                taken[number] &= condition.holds(cells)
        return taken


def rfm_rules(preset: RFMPreset) -> RFMRules:
    """Rules that come with crmkit, as data that can be changed and given to `RFMSegmenter`.

    Parameters
    ----------
    preset : {"chinese_8", "named_11"}
        "chinese_8": the eight classes 重要/一般 × 价值/发展/保持/挽留, each dimension high or low;
        "named_11": champions, loyal customers and so on to lost, from recency and frequency in five bins.

    Returns
    -------
    dict
        ``n_bins``; ``segments``, a list of dicts ``code``, ``en``, ``zh``, and ``r``, ``f``, ``m``: a score, or the
        lowest and the highest; a dimension left out takes all. Own rules may add ``rest`` (``code``, ``en``, ``zh``),
        the segment of the cells left over, and ``overlaps="first"`` where the first segment that takes a cell counts.

    Raises
    ------
    ValueError
        If there is no such preset.

    References
    ----------
    .. [1] 订货系统 (zhsmjxc), help page on RFM, for the eight classes; sources differ in which of them is called what.
    .. [2] Putler, "RFM Analysis for Successful Customer Segmentation", for the names of the eleven; its ranges
       overlap, so that the grid is the usual one of recency and frequency.

    Examples
    --------
    >>> rfm_rules("chinese_8")["segments"][0]
    {'code': 'important_value', 'en': 'Important: value', 'zh': '重要价值客户', 'r': 2, 'f': 2, 'm': 2}
    """
    check_option(preset, _PRESETS, name="preset")
    text = files("crmkit.segment._rfm").joinpath("presets", f"{preset}.toml").read_text(encoding="utf-8")
    rules: Any = tomllib.loads(text)
    return rules  # type: ignore[no-any-return]


def checked_rules(rules: RFMPreset | RFMRules) -> CheckedRules:
    """Read rules, or raise where they do not say what they must; cells are not looked at."""
    if not isinstance(rules, (str, Mapping)):
        raise TypeError(f"`rules` must be one of {list(_PRESETS)} or a mapping, got {type(rules).__name__}.")
    if isinstance(rules, str):
        check_option(rules, _PRESETS, name="rules")
    given: Mapping[str, Any] = rfm_rules(rules) if isinstance(rules, str) else rules
    _check_keys(given, allowed=_RULE_KEYS, needed={"n_bins", "segments"}, where="rules")
    sizes = _sizes(given["n_bins"])
    overlaps = given.get("overlaps", "refuse")
    check_option(overlaps, ("refuse", "first"), name="rules['overlaps']")
    segments = given["segments"]
    if not isinstance(segments, Sequence) or isinstance(segments, str) or not segments:
        raise ValueError(f"`rules['segments']` must be a list of segments, got {segments!r}.")
    names: dict[str, Label] = {}
    cases = []
    for number, segment in enumerate(segments):
        where = f"rules['segments'][{number}]"
        _check_keys(segment, allowed=_NAME_KEYS | set(DIMENSIONS), needed=_NAME_KEYS, where=where)
        code = _named(segment, names, where=where)
        box = [_within(segment.get(name, (1, sizes[name])), name, sizes[name], where=where) for name in DIMENSIONS]
        cases.append(Case(code, "cell", tuple(box)))
    rest = given.get("rest")
    if rest is not None:
        _check_keys(rest, allowed=_NAME_KEYS, needed=_NAME_KEYS, where="rules['rest']")
        rest = _named(rest, names, where="rules['rest']")
    levels = tuple(Level(code, name) for code, name in names.items())
    return CheckedRules(sizes, Scheme(levels, POTENTIAL), cases, rest, overlaps == "first")


def check_cells(rules: CheckedRules) -> None:
    """Raise unless every cell is in exactly one segment."""
    matches = rules.matches()
    codes = [case.segment for case in rules.cases]
    cells = [f"r{r:.0f} f{f:.0f} m{m:.0f}" for r, f, m in zip(*rules.cells().values(), strict=True)]
    gaps = np.flatnonzero(~matches.any(axis=0))
    if len(gaps) and rules.rest is None:
        raise ValueError(
            f"`rules` leave {len(gaps)} of {len(cells)} cells without a segment: {some(cells[gap] for gap in gaps)}. "
            "Widen a segment, or name one for them as `rest`. rfm_cell_table(rules) lists them all."
        )
    twice = np.flatnonzero(matches.sum(axis=0) > 1)
    if len(twice) and not rules.first_counts:
        told = (f"{cells[cell]}: {', '.join(np.array(codes)[matches[:, cell]])}" for cell in twice)
        raise ValueError(
            f"`rules` put {len(twice)} of {len(cells)} cells in several segments: {some(told)}. Narrow them, or set "
            "overlaps to 'first' for the first to count. rfm_cell_table(rules) lists them all."
        )


def _check_keys(given: Any, *, allowed: set[str], needed: set[str], where: str) -> None:
    if not isinstance(given, Mapping):
        raise ValueError(f"`{where}` must be a mapping, got {given!r}.")
    unknown, missing = sorted(map(str, set(given) - allowed)), sorted(needed - set(given))
    if unknown or missing:
        raise ValueError(f"`{where}` lacks {missing} and does not know {unknown}; it holds {sorted(allowed)}.")


def _sizes(n_bins: Any) -> dict[Dimension, int]:
    given = n_bins if isinstance(n_bins, Mapping) else dict.fromkeys(DIMENSIONS, n_bins)
    _check_keys(given, allowed=set(DIMENSIONS), needed=set(DIMENSIONS), where="rules['n_bins']")
    for size in given.values():
        check_int(size, name="rules['n_bins']", low=2, high=MOST_BINS)
    return {name: int(given[name]) for name in DIMENSIONS}


def _named(given: Mapping[str, Any], names: dict[str, Label], *, where: str) -> str:
    """Enter a segment's names under its code."""
    code = given["code"]
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError(f"`{where}['code']` must be lower-case letters, digits and underscores, got {code!r}.")
    if code == POTENTIAL.code:
        raise ValueError(f"`{where}['code']` must not be {POTENTIAL.code!r}: that is who has not ordered.")
    if code in names:
        raise ValueError(f"`{where}['code']` is {code!r}, which another segment has. Give each its own.")
    for language in ("en", "zh"):
        if not isinstance(given[language], str) or not given[language].strip():
            raise ValueError(f"`{where}[{language!r}]` must be a name, got {given[language]!r}.")
    names[code] = Label(given["en"], given["zh"])
    return code


def _within(scores: Any, dimension: Dimension, size: int, *, where: str) -> Within:
    ends = [scores, scores] if not isinstance(scores, Sequence) else list(scores)
    whole = len(ends) == 2 and all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if not whole or not 1 <= ends[0] <= ends[1] <= size:
        raise ValueError(
            f"`{where}[{dimension!r}]` must be a score from 1 to {size}, or the lowest and the highest, got {scores!r}."
        )
    return Within(f"{dimension}_score", float(ends[0]), float(ends[1]))
