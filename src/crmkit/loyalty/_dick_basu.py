"""Loyalty as attitude and behaviour (Dick and Basu)."""

from __future__ import annotations

from typing import Final

from crmkit._checks import check_number
from crmkit._figures import amount
from crmkit._labelling import Axis, Case, Scheme, TwoAxisLabeller, at_most, check_cut, check_scale, middle_of
from crmkit._names import Label, Language
from crmkit.loyalty._measure_names import NAMES_ZH
from crmkit.loyalty._schemes import SCHEMES

__all__ = ["DickBasuSegmenter"]

_PHRASES: Final = {
    "both_high": Label(
        "{{name}}: {{first}} of {{one}} is above {attitude}, and {{second}} of {{other}} above {patronage}.",
        "{{name}}：{{first}} {{one}} 高于 {attitude}，{{second}} {{other}} 高于 {patronage}。",
    ),
    "attitude_high": Label(
        "{{name}}: {{first}} of {{one}} is above {attitude}, but {{second}} of {{other}} is not above {patronage}.",
        "{{name}}：{{first}} {{one}} 高于 {attitude}，但{{second}} {{other}} 未高于 {patronage}。",
    ),
    "patronage_high": Label(
        "{{name}}: {{second}} of {{other}} is above {patronage}, but {{first}} of {{one}} is not above {attitude}.",
        "{{name}}：{{second}} {{other}} 高于 {patronage}，但{{first}} {{one}} 未高于 {attitude}。",
    ),
    "both_low": Label(
        "{{name}}: {{first}} of {{one}} is not above {attitude}, nor is {{second}} of {{other}} above {patronage}.",
        "{{name}}：{{first}} {{one}} 未高于 {attitude}，{{second}} {{other}} 也未高于 {patronage}。",
    ),
}


class DickBasuSegmenter(TwoAxisLabeller):
    """Put customers into four classes by their attitude and by how much they buy (Dick and Basu).

    Loyal customers think better of us than of others and buy from us again and again; the latently loyal think so and
    do not; the spuriously loyal buy out of habit or for want of choice; the others do neither. Above a cut is high, on
    it is low. The cuts are frozen in `fit`. Both measures are always shown beside the class: combined they often
    predict worse than one of them, attitude for recommendation and patronage for staying.

    Parameters
    ----------
    attitude : str, default "attitude"
        Column of the relative attitude: how the customer rates us beside the alternatives.
    patronage : str, default "share_of_wallet"
        Column of the behaviour, the more the higher, such as the share of wallet, a rate of repurchase or orders.
    scale : pair of float, default (1, 5)
        The lowest and the highest answer of the attitude.
    attitude_cut : float, optional
        The middle of the scale by default: a neutral attitude is not high.
    patronage_cut : float, optional
        By default the one above which at most half of the customers seen in `fit` lie (more only where more than half
        have the highest value).

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
    .. [1] Dick and Basu (1994), "Customer Loyalty: Toward an Integrated Conceptual Framework", *Journal of the Academy
       of Marketing Science* 22.
    .. [2] East, Gendall, Hammond and Lomax (2005), "Consumer Loyalty: Singular, Additive or Interactive?",
       *Australasian Marketing Journal* 13, for what combined measures predict.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "attitude": [4.5, 4.0, 2.0, 3.0], "share_of_wallet": [0.8, 0.2, 0.9, 0.1]
    ... })
    >>> model = DickBasuSegmenter().fit(customers)
    >>> model.assign(customers)
       attitude  share_of_wallet    segment  segment_order     reason_code
    0       4.5              0.8      loyal              1       both_high
    1       4.0              0.2     latent              2   attitude_high
    2       2.0              0.9   spurious              3  patronage_high
    3       3.0              0.1  not_loyal              4        both_low
    >>> model.explain(customers)[1]
    'Latently loyal: attitude of 4 is above 3, but share_of_wallet of 0.2 is not above 0.5.'
    """

    _names_zh = NAMES_ZH

    def __init__(
        self,
        *,
        attitude: str = "attitude",
        patronage: str = "share_of_wallet",
        scale: tuple[float, float] = (1, 5),
        attitude_cut: float | None = None,
        patronage_cut: float | None = None,
    ) -> None:
        self.attitude = attitude
        self.patronage = patronage
        self.scale = scale
        self.attitude_cut = attitude_cut
        self.patronage_cut = patronage_cut

    def _check_options(self) -> None:
        scale = check_scale(self.options_.scale, name="scale")
        self._check_axes()
        check_cut(self.options_.attitude_cut, scale, name="attitude_cut")
        if self.options_.patronage_cut is not None:
            check_number(self.options_.patronage_cut, name="patronage_cut")

    def _scheme(self) -> Scheme:
        return SCHEMES["dick_basu"]

    def _axes(self) -> tuple[Axis, Axis]:
        options = self.options_
        scale = check_scale(options.scale, name="scale")
        return Axis("attitude", options.attitude, scale), Axis("patronage", options.patronage, None)

    def _given_cuts(self) -> dict[tuple[str, str], float | None]:
        options, (attitude, patronage) = self.options_, self._axes()
        middle = middle_of(check_scale(options.scale, name="scale"))
        return {
            (attitude.column, "high"): middle if options.attitude_cut is None else float(options.attitude_cut),
            (patronage.column, "high"): None if options.patronage_cut is None else float(options.patronage_cut),
        }

    def _cases(self) -> list[Case]:
        low_attitude, low_patronage = (at_most(axis, self._cut(axis, "high")) for axis in self._axes())
        return [
            Case("not_loyal", "both_low", (low_attitude, low_patronage)),
            Case("spurious", "patronage_high", (low_attitude,)),
            Case("latent", "attitude_high", (low_patronage,)),
            Case("loyal", "both_high", ()),
        ]

    def _phrases(self, case: Case, language: Language) -> str:
        cuts = {axis.parameter: amount(self._cut(axis, "high")) for axis in self._axes()}
        return _PHRASES[case.reason].text(language).format(**cuts)
