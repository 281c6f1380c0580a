"""Key accounts: how attractive an account is beside how well we stand with it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_number
from crmkit._estimator import check_fitted
from crmkit._figures import amount
from crmkit._frames import FrameT, collected, column_name, from_pandas
from crmkit._labelling import Axis, Case, Scheme, TwoAxisLabeller, at_most
from crmkit._messages import Column, Message
from crmkit._names import Label, Language
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.segment._schemes import SCHEMES

__all__ = ["AccountSegmenter"]

_PHRASES: Final = {
    "both_high": Label(
        "{{name}}: {{first}} of {{one}} is above {attractiveness}, and {{second}} of {{other}} above {position}.",
        "{{name}}：{{first}} {{one}} 高于 {attractiveness}，{{second}} {{other}} 高于 {position}。",
    ),
    "attractiveness_high": Label(
        "{{name}}: {{first}} of {{one}} is above {attractiveness}, but {{second}} of {{other}} is not above "
        "{position}.",
        "{{name}}：{{first}} {{one}} 高于 {attractiveness}，但{{second}} {{other}} 未高于 {position}。",
    ),
    "position_high": Label(
        "{{name}}: {{second}} of {{other}} is above {position}, but {{first}} of {{one}} is not above "
        "{attractiveness}.",
        "{{name}}：{{second}} {{other}} 高于 {position}，但{{first}} {{one}} 未高于 {attractiveness}。",
    ),
    "both_low": Label(
        "{{name}}: {{first}} of {{one}} is not above {attractiveness}, nor is {{second}} of {{other}} above "
        "{position}.",
        "{{name}}：{{first}} {{one}} 未高于 {attractiveness}，{{second}} {{other}} 也未高于 {position}。",
    ),
}

_BELOW_0: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. A size is 0 or more.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。规模不得小于 0。",
)


class AccountSegmenter(TwoAxisLabeller):
    """Put accounts into the matrix of their attractiveness and our position: key, develop, maintain, low touch.

    Key accounts are attractive, and our position with them is strong. Accounts to develop are attractive, but our
    position is weak. Accounts to maintain are ours, but offer little more. All others are served at low cost. Values
    above a cut are high, values on it are low. The cuts are given, or learned in `fit` and frozen, so that no account
    changes because others came.

    By hand: with an attractiveness of 80, 60, 30 and 20 half of the accounts lie above 45, halfway between 30 and 60,
    and with a position of 70, 10, 50 and 20 above 35. The four accounts are key, to develop, to maintain and low touch.

    Parameters
    ----------
    attractiveness : str, default "attractiveness"
        Column of how attractive the account is; higher is better. A score of purchasing power (购买能力), influence
        (影响力) and willingness to cooperate (合作意向), such as a scorecard of `crmkit.segment.criteria` gives.
    position : str, default "position"
        Column of how strong our position with the account is; higher is better. Contribution (贡献度), share of wallet,
        depth of the relation.
    attractiveness_cut, position_cut : float, optional
        Cuts in the unit of the columns. By default at most half of the accounts seen in `fit` lie above the cut (more
        only if more than half have the highest value).

    Attributes
    ----------
    cuts_ : DataFrame
        ``column``, ``cut`` (its name) and ``value``.
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``.
    n_customers_ : int
        Accounts with both measures seen in `fit`.

    References
    ----------
    .. [1] Fiocca (1982), "Account Portfolio Analysis for Strategy Development", *Industrial Marketing Management* 11,
       who brought the matrix of General Electric and McKinsey to accounts.
    .. [2] McDonald, Millman and Rogers (1997), "Key Account Management: Theory, Practice and Challenges", *Journal of
       Marketing Management* 13.

    Examples
    --------
    >>> import pandas as pd
    >>> accounts = pd.DataFrame({"attractiveness": [80, 60, 30, 20], "position": [70, 10, 50, 20]})
    >>> matrix = AccountSegmenter().fit(accounts)
    >>> matrix.assign(accounts)
       attractiveness  position    segment  segment_order          reason_code
    0            80.0      70.0        key              1            both_high
    1            60.0      10.0    develop              2  attractiveness_high
    2            30.0      50.0   maintain              3        position_high
    3            20.0      20.0  low_touch              4             both_low
    >>> matrix.explain(accounts)[1]
    'Accounts to develop: attractiveness of 60 is above 45, but position of 10 is not above 35.'
    """

    _names_zh = MappingProxyType({"attractiveness": "吸引力", "position": "我方地位"})

    def __init__(
        self,
        *,
        attractiveness: str = "attractiveness",
        position: str = "position",
        attractiveness_cut: float | None = None,
        position_cut: float | None = None,
    ) -> None:
        self.attractiveness = attractiveness
        self.position = position
        self.attractiveness_cut = attractiveness_cut
        self.position_cut = position_cut

    def matrix_table(self, accounts: FrameT, *, account: str = "customer_id", size: str | None = None) -> FrameT:
        """Place every account in the matrix, by its name.

        Parameters
        ----------
        accounts : pandas, Polars or PyArrow table
            Accounts, one per row, with both measures.
        account : str, default "customer_id"
            Column with the name or the id of the account.
        size : str, optional
            Column of how large the account is, such as its spend, 0 or more.

        Returns
        -------
        the kind of table given
            One row per account that has both measures, in the order given: ``account``, as text; ``x_measure``, the
            name of the column of our position, ``x``, its value, ``x_cut``, above which it is high; ``y_measure``,
            ``y``, ``y_cut`` of the attractiveness; ``size``, missing where none is named; ``segment``,
            ``segment_order``, ``name_en``, ``name_zh``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, a measure does not hold numbers, or a size is below 0.
        TypeError
            If ``accounts`` is not a table in memory.
        """
        check_fitted(self)
        names = column_name(account, name="account")
        columns = self._columns(accounts, name="accounts")
        place = self._order(*self._placed(columns))
        rows = open_columns(accounts, [names], name="accounts", made_by="account_rollup_table")
        sizes = np.full(len(place), np.nan)
        if size is not None:
            sizes = finite_columns(accounts, [size], name="accounts")[size]
            refuse_rows(sizes < 0, _BELOW_0, where=Column("accounts", size))
        given = np.flatnonzero(place >= 0)
        attractiveness, position = self._axes()
        table: dict[str, Any] = {"account": [str(name) for name in collected(rows)[names][given].to_list()]}
        for letter, axis in (("x", position), ("y", attractiveness)):
            table[f"{letter}_measure"] = axis.column
            table[letter] = columns[axis.column][given]
            table[f"{letter}_cut"] = self._cut(axis, "high")
        made = pd.DataFrame({**table, "size": sizes[given]}, index=range(len(given)))
        of_place = self.segments_.iloc[place[given]].reset_index(drop=True)
        return from_pandas(pd.concat([made, of_place], axis=1), like=accounts)

    def _check_options(self) -> None:
        self._check_axes()
        for name in ("attractiveness_cut", "position_cut"):
            if getattr(self.options_, name) is not None:
                check_number(getattr(self.options_, name), name=name)

    def _scheme(self) -> Scheme:
        return SCHEMES["account"]

    def _axes(self) -> tuple[Axis, Axis]:
        options = self.options_
        return Axis("attractiveness", options.attractiveness, None), Axis("position", options.position, None)

    def _given_cuts(self) -> dict[tuple[str, str], float | None]:
        given = {axis: getattr(self.options_, f"{axis.parameter}_cut") for axis in self._axes()}
        return {(axis.column, "high"): None if cut is None else float(cut) for axis, cut in given.items()}

    def _cases(self) -> list[Case]:
        unattractive, weak = (at_most(axis, self._cut(axis, "high")) for axis in self._axes())
        return [
            Case("low_touch", "both_low", (unattractive, weak)),
            Case("maintain", "position_high", (unattractive,)),
            Case("develop", "attractiveness_high", (weak,)),
            Case("key", "both_high", ()),
        ]

    def _phrases(self, case: Case, language: Language) -> str:
        cuts = {axis.parameter: amount(self._cut(axis, "high")) for axis in self._axes()}
        return _PHRASES[case.reason].text(language).format(**cuts)
