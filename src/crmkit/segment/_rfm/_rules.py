"""Rules that name the cells of the RFM scores: what they may hold, and which cells they take."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_option, some
from crmkit._labelling import POTENTIAL, Case, Level, Scheme, Within
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._toml import check_keys
from crmkit.segment._rfm._score_edges import DIMENSIONS, MOST_BINS, Dimension

__all__ = ["CheckedRules", "RFMPreset", "RFMRules", "check_cells", "checked_rules", "rfm_rules"]

RFMPreset: TypeAlias = Literal["chinese_8", "named_11"]
Scores: TypeAlias = "int | Sequence[int]"


class SegmentRule(TypedDict):
    """A segment: its code, its names, and the scores it takes, one or the lowest and the highest; all by default."""

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
    """Rules as data: the scores per dimension, the segments, the best first, and what to do about gaps and overlaps."""

    n_bins: int | dict[Dimension, int]
    segments: list[SegmentRule]
    rest: NotRequired[RestRule]
    overlaps: NotRequired[Literal["refuse", "first"]]


_PRESETS: Final = ("chinese_8", "named_11")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_RULE_KEYS: Final = {"n_bins", "segments", "rest", "overlaps"}
_NAME_KEYS: Final = {"code", "en", "zh"}

_NO_RULES: Final = Message(
    en="{@rules} must be one of {presets} or a mapping, got {got}.",
    zh="{@rules} 须为 {presets} 之一或映射，得到 {got}。",
)
_NO_SEGMENTS: Final = Message(
    en="{where} must be a list of segments, got {value!r}.", zh="{where} 须为分群的列表，得到 {value!r}。"
)
_GAPS: Final = Message(
    en="{@rules} leave {n} of {n_cells} cells without a segment: {cells}. Widen a segment, or name one for them as "
    "`rest`. {@rfm_cell_table()} lists them all.",
    zh="规则的 {n_cells} 个格子中有 {n} 个不属于任何分群：{cells}。请扩大某个分群，或用 rest 为其指定分群。",
)
_OVERLAPS: Final = Message(
    en="{@rules} put {n} of {n_cells} cells in several segments: {cells}. Narrow them, or set overlaps to 'first' for "
    "the first to count. {@rfm_cell_table()} lists them all.",
    zh="规则的 {n_cells} 个格子中有 {n} 个同属多个分群：{cells}。请缩小分群，或将 overlaps 设为 'first'，"
    "以先列者为准。",
)
_NO_CODE: Final = Message(
    en="{where} must be lower-case letters, digits and underscores, got {value!r}.",
    zh="{where} 须由小写字母、数字和下划线组成，得到 {value!r}。",
)
_CODE_OF_PROSPECTS: Final = Message(
    en="{where} must not be {value!r}, the code of customers who have not ordered.",
    zh="{where} 不能为 {value!r}：它指尚未下单的客户。",
)
_CODE_TWICE: Final = Message(
    en="{where} is {value!r}, the code of another segment. Give each segment its own.",
    zh="{where} 为 {value!r}，与另一分群相同，请分别命名。",
)
_NO_NAME: Final = Message(en="{where} must be a name, got {value!r}.", zh="{where} 须为名称，得到 {value!r}。")
_NO_SCORES: Final = Message(
    en="{where} must be a score from 1 to {size}, or the lowest and the highest, got {value!r}.",
    zh="{where} 须为 1 至 {size} 的分数，或最低分与最高分，得到 {value!r}。",
)


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
        """Which segment (rows) takes which cell (columns); the rest does not count as a segment here."""
        cells = self.cells()
        taken = np.ones((len(self.cases), len(cells["r_score"])), dtype=bool)
        for number, case in enumerate(self.cases):
            for condition in case.conditions:
                taken[number] &= condition.holds(cells)
        return taken


def rfm_rules(preset: RFMPreset) -> RFMRules:
    """Get rules that come with crmkit, as data that can be changed and given to `RFMSegmenter`.

    Parameters
    ----------
    preset : {"chinese_8", "named_11"}
        "chinese_8": the eight classes 重要/一般 × 价值/发展/保持/挽留, each dimension high or low;
        "named_11": from champions and loyal customers to lost, by recency and frequency in five bins.

    Returns
    -------
    dict
        ``n_bins``; ``segments``, a list of dicts ``code``, ``en``, ``zh``, and ``r``, ``f``, ``m``: a score, or the
        lowest and the highest; a dimension left out takes all. Your own rules may add ``rest`` (``code``, ``en``,
        ``zh``), the segment of the cells left over, and ``overlaps="first"``, so that the first segment that takes a
        cell counts.

    Raises
    ------
    ValueError
        If there is no such preset.

    References
    ----------
    .. [1] 订货系统 (zhsmjxc), help page on RFM, for the eight classes; sources differ on the name of each.
    .. [2] Putler, "RFM Analysis for Successful Customer Segmentation", for the names of the eleven; its ranges
       overlap, so the grid here is the usual one of recency and frequency.

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
    """Read rules, or raise where something is missing or wrong; gaps and overlaps are not looked for."""
    if not isinstance(rules, (str, Mapping)):
        raise TypeError(_NO_RULES(presets=list(_PRESETS), got=type(rules).__name__))
    if isinstance(rules, str):
        check_option(rules, _PRESETS, name="rules")
    given: Mapping[str, Any] = rfm_rules(rules) if isinstance(rules, str) else rules
    check_keys(given, allowed=_RULE_KEYS, needed={"n_bins", "segments"}, where="rules")
    sizes = _sizes(given["n_bins"])
    overlaps = given.get("overlaps", "refuse")
    check_option(overlaps, ("refuse", "first"), name="rules['overlaps']")
    segments = given["segments"]
    if not isinstance(segments, Sequence) or isinstance(segments, str) or not segments:
        raise ValueError(_NO_SEGMENTS(where=Parameter("rules['segments']"), value=segments))
    names: dict[str, Label] = {}
    cases = []
    for number, segment in enumerate(segments):
        where = f"rules['segments'][{number}]"
        check_keys(segment, allowed=_NAME_KEYS | set(DIMENSIONS), needed=_NAME_KEYS, where=where)
        code = _named(segment, names, where=where)
        box = [_within(segment.get(name, (1, sizes[name])), name, sizes[name], where=where) for name in DIMENSIONS]
        cases.append(Case(code, "cell", tuple(box)))
    rest = given.get("rest")
    if rest is not None:
        check_keys(rest, allowed=_NAME_KEYS, needed=_NAME_KEYS, where="rules['rest']")
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
        raise ValueError(_GAPS(n=len(gaps), n_cells=len(cells), cells=some(cells[gap] for gap in gaps)))
    twice = np.flatnonzero(matches.sum(axis=0) > 1)
    if len(twice) and not rules.first_counts:
        told = (f"{cells[cell]}: {', '.join(np.array(codes)[matches[:, cell]])}" for cell in twice)
        raise ValueError(_OVERLAPS(n=len(twice), n_cells=len(cells), cells=some(told)))


def _sizes(n_bins: Any) -> dict[Dimension, int]:
    given = n_bins if isinstance(n_bins, Mapping) else dict.fromkeys(DIMENSIONS, n_bins)
    check_keys(given, allowed=set(DIMENSIONS), needed=set(DIMENSIONS), where="rules['n_bins']")
    for size in given.values():
        check_int(size, name="rules['n_bins']", low=2, high=MOST_BINS)
    return {name: int(given[name]) for name in DIMENSIONS}


def _named(given: Mapping[str, Any], names: dict[str, Label], *, where: str) -> str:
    """Enter a segment's names under its code."""
    code, of_code = given["code"], Parameter(f"{where}['code']")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError(_NO_CODE(where=of_code, value=code))
    if code == POTENTIAL.code:
        raise ValueError(_CODE_OF_PROSPECTS(where=of_code, value=code))
    if code in names:
        raise ValueError(_CODE_TWICE(where=of_code, value=code))
    for language in ("en", "zh"):
        if not isinstance(given[language], str) or not given[language].strip():
            raise ValueError(_NO_NAME(where=Parameter(f"{where}[{language!r}]"), value=given[language]))
    names[code] = Label(given["en"], given["zh"])
    return code


def _within(scores: Any, dimension: Dimension, size: int, *, where: str) -> Within:
    ends = [scores, scores] if not isinstance(scores, Sequence) else list(scores)
    whole = len(ends) == 2 and all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if not whole or not 1 <= ends[0] <= ends[1] <= size:
        raise ValueError(_NO_SCORES(where=Parameter(f"{where}[{dimension!r}]"), size=size, value=scores))
    return Within(f"{dimension}_score", float(ends[0]), float(ends[1]))
