"""Loyalty as satisfaction and the will to buy again (Jones and Sasser)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from crmkit._checks import check_ascending, check_number
from crmkit._figures import amount
from crmkit._labelling import (
    Axis,
    Case,
    Scheme,
    TwoAxisLabeller,
    Within,
    at_least,
    at_most,
    check_cut,
    check_scale,
    middle_of,
)
from crmkit._messages import Message, Parameter
from crmkit._names import Label, Language
from crmkit.loyalty._measure_names import NAMES_ZH
from crmkit.loyalty._schemes import SCHEMES

__all__ = ["ApostleSegmenter"]

_PHRASES: Final = {
    "both_highest": Label(
        "{{name}}: {{first}} of {{one}} reaches {first_apostle}, and {{second}} of {{other}} reaches {second_apostle}.",
        "{{name}}：{{first}} {{one}} 达到 {first_apostle}，{{second}} {{other}} 达到 {second_apostle}。",
    ),
    "both_lowest": Label(
        "{{name}}: {{first}} of {{one}} is not above {first_terrorist}, nor is {{second}} of {{other}} above "
        "{second_terrorist}.",
        "{{name}}：{{first}} {{one}} 未高于 {first_terrorist}，{{second}} {{other}} 也未高于 {second_terrorist}。",
    ),
    "between": Label(
        "{{name}}: {{first}} of {{one}} lies between {first_indifferent_from} and {first_indifferent_to}.",
        "{{name}}：{{first}} {{one}} 介于 {first_indifferent_from} 与 {first_indifferent_to} 之间。",
    ),
    "both_high": Label(
        "{{name}}: {{first}} of {{one}} is above {first_high}, and {{second}} of {{other}} above {second_high}.",
        "{{name}}：{{first}} {{one}} 高于 {first_high}，{{second}} {{other}} 高于 {second_high}。",
    ),
    "satisfaction_high": Label(
        "{{name}}: {{first}} of {{one}} is above {first_high}, but {{second}} of {{other}} is not above {second_high}.",
        "{{name}}：{{first}} {{one}} 高于 {first_high}，但{{second}} {{other}} 未高于 {second_high}。",
    ),
    "loyalty_high": Label(
        "{{name}}: {{second}} of {{other}} is above {second_high}, but {{first}} of {{one}} is not above {first_high}.",
        "{{name}}：{{second}} {{other}} 高于 {second_high}，但{{first}} {{one}} 未高于 {first_high}。",
    ),
    "both_low": Label(
        "{{name}}: {{first}} of {{one}} is not above {first_high}, nor is {{second}} of {{other}} above {second_high}.",
        "{{name}}：{{first}} {{one}} 未高于 {first_high}，{{second}} {{other}} 也未高于 {second_high}。",
    ),
}

_NOT_BOOL: Final = Message(
    en="{@extremes} must be True or False, got {value!r}.", zh="{@extremes} 须为 True 或 False，得到 {value!r}。"
)
_WITHOUT_EXTREMES: Final = Message(
    en="{name} is for {@extremes=True}. Leave it out.", zh="{name} 只用于 {@extremes=True}，请去掉。"
)
_NOT_A_PAIR: Final = Message(
    en="{name} must be two numbers, one for satisfaction and one for loyalty, got {value!r}.",
    zh="{name} 须为两个数，依次用于满意度与忠诚度，得到 {value!r}。",
)
_NOT_BEYOND: Final = Message(
    en="{name} must lie {side} the cuts {cuts}, got {value}.",
    zh="{name} 须{side}切点 {cuts}，得到 {value}。",
)
_OFF_SCALES: Final = Message(
    en="{name} must lie on the scales {scales}, or nobody or everybody would be there, got {value!r}.",
    zh="{name} 须在量表 {scales} 之内，否则无人或人人都属于该类，得到 {value!r}。",
)
_ABOVE: Final = Message(en="above", zh="高于")
_BELOW: Final = Message(en="not above", zh="不高于")
_REACHES_EXTREMES: Final = Message(
    en="{@indifferent} must lie between the values of terrorists and apostles, {low:g} and {high:g}, both left out; "
    "got {value}.",
    zh="{@indifferent} 须介于破坏型与传道型的界值 {low:g} 与 {high:g} 之间（不含两端），得到 {value}。",
)


class ApostleSegmenter(TwoAxisLabeller):
    """Put customers into classes by their satisfaction and their loyalty (Jones and Sasser).

    Loyalists are satisfied and mean to come back; mercenaries are satisfied and may not; hostages are not and have to;
    defectors neither are nor do. Those at the top of both are apostles, who recommend, and those at the bottom of both
    terrorists, who warn others: the completely satisfied are another kind than the satisfied, so the top box is not
    averaged away. Above a cut is high, on it is low. Both measures are always shown beside the class.

    Parameters
    ----------
    satisfaction : str, default "satisfaction"
        Column of the overall satisfaction.
    loyalty : str, default "repurchase"
        Column of the loyalty, such as the likelihood of buying again.
    scale : pair of float, default (1, 5)
        The lowest and the highest answer of both.
    loyalty_scale : pair of float, optional
        That of the loyalty, where it is another.
    satisfaction_cut, loyalty_cut : float, optional
        The middle of the scale by default.
    extremes : bool, default True
        Whether apostles and terrorists are told apart: six classes, or four.
    apostle_from, terrorist_to : pair of float, optional
        Satisfaction and loyalty that apostles reach, and that terrorists do not exceed; by default the ends of the
        scales, the top and the bottom box. On scales from 0 to 10 ``apostle_from=(9, 9)`` is usual.
    indifferent : pair of float, optional
        The zone of indifference: the lowest and the highest satisfaction, both included, of those who are neither
        satisfied nor dissatisfied and are then in a class of their own.

    Attributes
    ----------
    cuts_ : DataFrame
        ``column``, ``cut`` (its name) and ``value``.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``.
    n_customers_ : int
        Customers with both measures seen in `fit`.

    References
    ----------
    .. [1] Jones and Sasser (1995), "Why Satisfied Customers Defect", *Harvard Business Review* 73(6).

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"satisfaction": [5, 4, 4, 2, 2, 1], "repurchase": [5, 4, 2, 5, 2, 1]})
    >>> model = ApostleSegmenter().fit(customers)
    >>> model.assign(customers)
       satisfaction  repurchase    segment  segment_order        reason_code
    0           5.0         5.0    apostle              1       both_highest
    1           4.0         4.0   loyalist              2          both_high
    2           4.0         2.0  mercenary              3  satisfaction_high
    3           2.0         5.0    hostage              4       loyalty_high
    4           2.0         2.0   defector              5           both_low
    5           1.0         1.0  terrorist              6        both_lowest
    >>> model.explain(customers)[3]
    'Hostages: repurchase of 5 is above 3, but satisfaction of 2 is not above 3.'
    """

    _names_zh = NAMES_ZH

    def __init__(
        self,
        *,
        satisfaction: str = "satisfaction",
        loyalty: str = "repurchase",
        scale: tuple[float, float] = (1, 5),
        loyalty_scale: tuple[float, float] | None = None,
        satisfaction_cut: float | None = None,
        loyalty_cut: float | None = None,
        extremes: bool = True,
        apostle_from: tuple[float, float] | None = None,
        terrorist_to: tuple[float, float] | None = None,
        indifferent: tuple[float, float] | None = None,
    ) -> None:
        self.satisfaction = satisfaction
        self.loyalty = loyalty
        self.scale = scale
        self.loyalty_scale = loyalty_scale
        self.satisfaction_cut = satisfaction_cut
        self.loyalty_cut = loyalty_cut
        self.extremes = extremes
        self.apostle_from = apostle_from
        self.terrorist_to = terrorist_to
        self.indifferent = indifferent

    def _check_options(self) -> None:
        options = self.options_
        self._scales()
        self._check_axes()
        for name, scale in zip(("satisfaction_cut", "loyalty_cut"), self._scales(), strict=True):
            check_cut(getattr(options, name), scale, name=name)
        if not isinstance(options.extremes, bool):
            raise TypeError(_NOT_BOOL(value=options.extremes))
        for name in ("apostle_from", "terrorist_to"):
            if getattr(options, name) is not None:
                _check_pair(getattr(options, name), self._scales(), name=name)
                if not options.extremes:
                    raise ValueError(_WITHOUT_EXTREMES(name=Parameter(name)))
        if options.indifferent is not None:
            check_ascending(options.indifferent, n_numbers=2, name="indifferent")
        self._check_order()

    def _check_order(self) -> None:
        """Raise unless terrorists, cuts and apostles follow one another, and the indifferent are between."""
        cuts, options = self._middles(), self.options_
        if not options.extremes:
            return
        apostle, terrorist = self._extremes()
        if any(top <= cut for top, cut in zip(apostle, cuts, strict=True)):
            raise ValueError(_NOT_BEYOND(name=Parameter("apostle_from"), side=_ABOVE(), cuts=cuts, value=apostle))
        if any(bottom > cut for bottom, cut in zip(terrorist, cuts, strict=True)):
            raise ValueError(_NOT_BEYOND(name=Parameter("terrorist_to"), side=_BELOW(), cuts=cuts, value=terrorist))
        if options.indifferent is not None:
            low, high = options.indifferent
            if not terrorist[0] < low < high < apostle[0]:
                raise ValueError(_REACHES_EXTREMES(low=terrorist[0], high=apostle[0], value=options.indifferent))

    def _scheme(self) -> Scheme:
        options = self.options_
        left_out = {*(() if options.extremes else ("apostle", "terrorist"))}
        left_out |= set() if options.indifferent is not None else {"indifferent"}
        return Scheme(tuple(level for level in SCHEMES["apostle"].levels if level.code not in left_out))

    def _axes(self) -> tuple[Axis, Axis]:
        options, (first, second) = self.options_, self._scales()
        return Axis("satisfaction", options.satisfaction, first), Axis("loyalty", options.loyalty, second)

    def _given_cuts(self) -> dict[tuple[str, str], float | None]:
        options, axes = self.options_, self._axes()
        cuts: dict[tuple[str, str], float | None] = {}
        for at, axis in enumerate(axes):
            cuts[axis.column, "high"] = self._middles()[at]
            if options.extremes:
                cuts[axis.column, "apostle"], cuts[axis.column, "terrorist"] = (each[at] for each in self._extremes())
        if options.indifferent is not None:
            low, high = options.indifferent
            column = axes[0].column
            cuts[column, "indifferent_from"], cuts[column, "indifferent_to"] = float(low), float(high)
        return cuts

    def _cases(self) -> list[Case]:
        options, axes = self.options_, self._axes()
        cases = []
        if options.extremes:
            highest = tuple(at_least(axis, self._cut(axis, "apostle")) for axis in axes)
            lowest = tuple(at_most(axis, self._cut(axis, "terrorist")) for axis in axes)
            cases += [Case("apostle", "both_highest", highest), Case("terrorist", "both_lowest", lowest)]
        if options.indifferent is not None:
            ends = at_least(axes[0], self._cut(axes[0], "indifferent_from")).low
            zone = at_most(axes[0], self._cut(axes[0], "indifferent_to"))
            cases.append(Case("indifferent", "between", (Within(axes[0].column, low=ends, high=zone.high),)))
        not_satisfied, not_loyal = (at_most(axis, self._cut(axis, "high")) for axis in axes)
        return [
            *cases,
            Case("defector", "both_low", (not_satisfied, not_loyal)),
            Case("hostage", "loyalty_high", (not_satisfied,)),
            Case("mercenary", "satisfaction_high", (not_loyal,)),
            Case("loyalist", "both_high", ()),
        ]

    def _phrases(self, case: Case, language: Language) -> str:
        place = {axis.column: name for axis, name in zip(self._axes(), ("first", "second"), strict=True)}
        cuts = {
            f"{place[column]}_{cut}": amount(value)
            for column, cut, value in self.cuts_.itertuples(index=False, name=None)
        }
        return _PHRASES[case.reason].text(language).format(**cuts)

    def _scales(self) -> tuple[tuple[float, float], tuple[float, float]]:
        options = self.options_
        scale = check_scale(options.scale, name="scale")
        other = scale if options.loyalty_scale is None else check_scale(options.loyalty_scale, name="loyalty_scale")
        return scale, other

    def _middles(self) -> tuple[float, float]:
        """The cuts between high and low."""
        given = (self.options_.satisfaction_cut, self.options_.loyalty_cut)
        first, second = (
            middle_of(scale) if cut is None else float(cut) for cut, scale in zip(given, self._scales(), strict=True)
        )
        return first, second

    def _extremes(self) -> tuple[list[float], list[float]]:
        """What apostles reach, and what terrorists do not exceed."""
        options, scales = self.options_, self._scales()
        apostle = [high for _, high in scales] if options.apostle_from is None else options.apostle_from
        terrorist = [low for low, _ in scales] if options.terrorist_to is None else options.terrorist_to
        return [float(each) for each in apostle], [float(each) for each in terrorist]


def _check_pair(value: Any, scales: Sequence[tuple[float, float]], *, name: str) -> None:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(_NOT_A_PAIR(name=Parameter(name), value=value))
    for each, scale in zip(value, scales, strict=True):
        check_number(each, name=name)
        if not scale[0] <= each <= scale[1]:
            raise ValueError(_OFF_SCALES(name=Parameter(name), scales=scales, value=value))
