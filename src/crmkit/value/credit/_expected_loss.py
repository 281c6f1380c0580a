"""What of receivables is likely to be lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_number, is_number, some
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.value.credit._buckets import UNAPPLIED

__all__ = ["expected_credit_loss", "expected_credit_loss_table"]

_NAME: Final = "ageing"
_MADE: Final = ("loss_rate", "expected_loss")

_NO_RATES: Final = Message(
    en="{@rates} must be a mapping of buckets to rates, or a table with bucket and loss_rate, got {kind}.",
    zh="{@rates} 须为各档到损失率的映射，或含 bucket 与 loss_rate 的表，得到 {kind}。",
)
_BAD_RATES: Final = Message(
    en="{@rates} must lie between 0 and 1, got {rates}. 2 % is 0.02.",
    zh="{@rates} 须介于 0 与 1 之间，得到 {rates}。2% 写作 0.02。",
)
_LACKING: Final = Message(
    en="{@rates} has no rate for the buckets {lacking}; it has those for {given}. Were they made with other edges?",
    zh="{@rates} 缺少 {lacking} 档的损失率，现有 {given}。两者的分档是否不同？",
)
_STRANGE: Final = Message(
    en="{@rates} has rates for the buckets {strange}, which {@ageing} does not have; it has {given}. Were they made "
    "with other edges?",
    zh="{@rates} 含有 {@ageing} 中没有的 {strange} 档，后者为 {given}。两者的分档是否不同？",
)
_AGAIN: Final = Message(
    en="{@rates} has several rates for the buckets {twice}.", zh="{@rates} 中 {twice} 档有多个损失率。"
)
_NO_AMOUNT: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请修正或删除这些行。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows} of other buckets than 'unapplied', first at rows {rows}. Mend or drop "
    "them.",
    zh="{where}在“unapplied”以外的档中有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_NO_OVERLAY: Final = Message(
    en="{@overlay} must be 0 or more, got {value!r}.", zh="{@overlay} 不得小于 0，得到 {value!r}。"
)


def expected_credit_loss(*, default_probability: Numbers, loss_given_default: Numbers, exposure: Numbers) -> Numbers:
    r"""Expected credit loss of an exposure.

    .. math:: \mathrm{ECL} = \mathrm{PD} \cdot \mathrm{LGD} \cdot \mathrm{EAD}

    Parameters
    ----------
    default_probability : float or array-like of float
        Probability that the customer defaults, in [0, 1].
    loss_given_default : float or array-like of float
        Share of the exposure that is lost then, in [0, 1].
    exposure : float or array-like of float
        What is owed at default, at least 0.

    Returns
    -------
    float or column, as given
        In the unit of ``exposure``; ``nan`` where a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range, or columns differ in length or index.

    Examples
    --------
    >>> round(expected_credit_loss(default_probability=0.02, loss_given_default=0.45, exposure=1_000_000), 2)
    9000.0
    """
    given = {
        "default_probability": default_probability,
        "loss_given_default": loss_given_default,
        "exposure": exposure,
    }
    check_alike(**given)
    chance, share, owed = (as_floats(each, name=name) for name, each in given.items())
    check_range(chance, name="default_probability", low=0.0, high=1.0)
    check_range(share, name="loss_given_default", low=0.0, high=1.0)
    check_range(owed, name="exposure", low=0.0, high=None)
    return as_given(np.asarray(chance * share * owed), *given.values())


def expected_credit_loss_table(ageing: FrameT, *, rates: Any, overlay: float = 1) -> FrameT:
    r"""Expected loss of receivables by bucket: a provision matrix.

    .. math:: \text{expected loss} = \text{amount} \cdot \min(\text{loss rate} \cdot \text{overlay},\ 1)

    This is the simplified approach of IFRS 9 for trade receivables. Rates of the past become an estimate of what is to
    come by the overlay; which one is right is a judgement, and yours.

    Parameters
    ----------
    ageing : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `ageing_table` gives it: ``bucket``, ``amount`` and any columns of groups.
    rates : mapping or table of any kind
        The rate of loss of each bucket, in [0, 1], such as ``{"not_due": 0.003, ...}``; or a table with ``bucket`` and
        ``loss_rate``, as `loss_rate_table` gives it.
    overlay : float, default 1
        What rates are multiplied by for conditions to come, at least 0. Rates stay at most 1.

    Returns
    -------
    the kind of frame given
        The rows of ``ageing`` with its columns, and ``loss_rate``, overlay included, and ``expected_loss`` in money.
        Money that is not applied loses nothing and lowers nothing: its rate is 0 unless ``rates`` name one.

    Raises
    ------
    SchemaError
        If a column is missing, an amount is missing or infinite, or one of what is open is below 0.
    TypeError
        If ``ageing`` is not a frame, ``rates`` neither a mapping nor a frame, or ``overlay`` not a number.
    ValueError
        If a rate or the overlay lies outside its range, or buckets of one are not those of the other.

    References
    ----------
    .. [1] IFRS 9, *Financial Instruments*, B5.5.35 and illustrative Example 12 (IE74-IE77).

    Examples
    --------
    >>> import pandas as pd
    >>> ageing = pd.DataFrame({"bucket": ["not_due", "1-30", "over_30"], "amount": [1000.0, 200.0, 100.0]})
    >>> expected_credit_loss_table(ageing, rates={"not_due": 0.01, "1-30": 0.05, "over_30": 0.6}, overlay=2)
        bucket  amount  loss_rate  expected_loss
    0  not_due  1000.0       0.02           20.0
    1     1-30   200.0       0.10           20.0
    2  over_30   100.0       1.00          100.0
    """
    check_number(overlay, name="overlay")
    if overlay < 0:
        raise ValueError(_NO_OVERLAY(value=overlay))
    rows = open_columns(ageing, ["bucket", "amount"], name=_NAME, made_by="ageing_table")
    table = to_pandas(rows).drop(columns=list(_MADE), errors="ignore")
    amount, where = finite_columns(ageing, ["amount"], name=_NAME)["amount"], Column(_NAME, "amount")
    refuse_rows(np.isnan(amount), _NO_AMOUNT, where=where)
    refuse_rows((amount < 0) & (table["bucket"] != UNAPPLIED).to_numpy(), _BELOW, where=where)
    known = _rates(rates)
    buckets = list(dict.fromkeys(table["bucket"]))
    if lacking := [name for name in buckets if name not in known and name != UNAPPLIED]:
        raise ValueError(_LACKING(lacking=lacking, given=list(known)))
    if buckets and (strange := [name for name in known if name not in buckets and name != UNAPPLIED]):
        raise ValueError(_STRANGE(strange=strange, given=buckets))
    rate = np.array([known.get(name, 0.0) for name in table["bucket"]], dtype=np.float64)
    rate = np.minimum(rate * float(overlay), 1.0)
    return from_pandas(table.assign(loss_rate=rate, expected_loss=amount * rate + 0.0), like=ageing)


def _rates(rates: Any) -> dict[Any, float]:
    """The rates by bucket, from a mapping or a table."""
    if isinstance(rates, Mapping):
        named, values = list(rates), list(rates.values())
        if not all(map(is_number, values)):
            raise ValueError(_BAD_RATES(rates=some(values)))
        found: Floats = np.array(values, dtype=np.float64)
    else:
        try:
            rows = open_columns(rates, ["bucket", "loss_rate"], name="rates", made_by="loss_rate_table")
        except TypeError as error:
            raise TypeError(_NO_RATES(kind=type(rates).__name__)) from error
        named = to_pandas(rows.select("bucket"))["bucket"].tolist()
        found = finite_columns(rates, ["loss_rate"], name="rates")["loss_rate"]
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError(_BAD_RATES(rates=some(found[~((found >= 0) & (found <= 1))].tolist())))
    if len(set(named)) < len(named):
        raise ValueError(_AGAIN(twice=sorted({str(name) for name in named if named.count(name) > 1})))
    return dict(zip(named, found.tolist(), strict=True))
