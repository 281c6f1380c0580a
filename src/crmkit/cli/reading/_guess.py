"""Which column holds what: named by the user, or guessed from the header and reported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from crmkit._messages import Joined, Message
from crmkit._names import Language, plain_name
from crmkit.cli.language import FileError, OptionError, say
from crmkit.cli.reading._column_names import OWN_NAMES, USUAL_NAMES, likely_columns, looks_like_header
from crmkit.cli.reading._known_exports import known_export

__all__ = ["ABSENT", "Columns", "found_columns", "found_id"]

# The columns by role, None for a role without one: the keywords of the door.
Columns: TypeAlias = dict[str, Any]

ABSENT: Final = Message(
    en="{file} has no column {missing}; its columns are {columns}.", zh="{file} 没有列 {missing}；现有列：{columns}。"
)
_EXPORT: Final = Message(
    en="{file} has the header of an order export from {name}.", zh="{file} 的表头与 {name} 的订单导出一致。"
)
_GUESSED: Final = Message(
    en="{role}: {column} (guessed; {option} names another)", zh="{role}：{column}（自动识别；可用 {option} 另行指定）"
)
_UNKNOWN: Final = Message(
    en="No column of {file} is recognised as the {roles}. Name {n:it|them} with {options}; the columns are "
    "{columns}.{hint}",
    zh="无法在 {file} 中识别{roles}列，请用 {options} 指定；现有列：{columns}。{hint}",
)
_PERHAPS: Final = Message(en="{option} (perhaps {columns})", zh="{option}（可能为 {columns}）")
_LOOKS_LIKE_DATA: Final = Message(
    en=" If the first row is data and not a header, pass --no-header.",
    zh="若第一行是数据而不是表头，请用 --no-header。",
)
_HEADER_BELOW: Final = Message(
    en=" Line {line} looks like the header: pass --skip-rows {n}.", zh="第 {line} 行像是表头，请用 --skip-rows {n}。"
)
_ONE_COLUMN: Final = Message(
    en=" Only one column was found: pass what separates the columns as --separator.",
    zh="只识别出一列，请用 --separator 指定分隔符。",
)
_MAY_BE_FREE: Final = Message(
    en=" If the orders carry no price, pass --amount ''.", zh="若订单没有价格，请用 --amount ''。"
)
_UNPRICED: Final = Message(
    en="The orders carry no price: figures in money are missing, and what rests on money is left out.",
    zh="订单没有价格：金额缺失，以金额为基础的内容从略。",
)
_AMBIGUOUS: Final = Message(
    en="{file} has several columns that may be the {role}: {columns}. Name one with {option}.",
    zh="{file} 中有多列可作{role}：{columns}。请用 {option} 指定其一。",
)
_TWO_AMOUNTS: Final = Message(
    en="{file} has the amount in {amount} and as {quantity} × {unit_price}. Name --amount {amount}, or --quantity "
    "{quantity} and --unit-price {unit_price}.",
    zh="{file} 既有金额列 {amount}，又可由 {quantity} × {unit_price} 得出金额。请指定 --amount {amount}，"
    "或 --quantity {quantity} 与 --unit-price {unit_price}。",
)
_TWO_NAMED: Final = Message(
    en="--amount and --unit-price cannot be used together: the amount is one column, or quantity times unit price.",
    zh="--amount 与 --unit-price 不能同时使用：金额取自一列，或为数量乘以单价。",
)
_QUANTITY_ALONE: Final = Message(
    en="--quantity is multiplied by --unit-price, which is not given, and the amount is taken from {amount}. Name the "
    "unit price, or leave --quantity out.",
    zh="--quantity 须与 --unit-price 相乘，而后者未给出；金额已取自列 {amount}。请给出单价，或去掉 --quantity。",
)
_NAMED_TWICE: Final = Message(
    en="{options} both name the column {column}. Give each a column of its own.",
    zh="{options} 指定了同一列 {column}，请分别指定。",
)
_ROLES: Final = {
    "customer_id": Message(en="customer id", zh="客户编号"),
    "date": Message(en="date", zh="日期"),
    "amount": Message(en="amount", zh="金额"),
    "quantity": Message(en="quantity", zh="数量"),
    "unit_price": Message(en="unit price", zh="单价"),
    "order_id": Message(en="order id", zh="订单号"),
    "currency": Message(en="currency", zh="币种"),
    "status": Message(en="status", zh="订单状态"),
    "refund": Message(en="refund", zh="退款"),
    "refund_date": Message(en="refund date", zh="退款日期"),
    "master_id": Message(en="customer id in the master file", zh="客户主表中的客户编号"),
}


def found_columns(
    header: Sequence[str],
    named: Mapping[str, str | None],
    *,
    file: object,
    language: Language,
    below: Sequence[tuple[int, Sequence[str]]] = (),
    is_text: bool = False,
) -> Columns:
    """Find the column of each role; None for roles without one.

    ``named`` is what the user said by role: a column, None, or "" for a role that no column shall play. ``below`` are
    rows under the header, each with the number of lines above it. Columns of separated text, ``is_text``, may have
    been taken for one.
    """
    _check_named(header, named, file=file)
    taken = {column for column in named.values() if column}
    free = [column for column in header if column not in taken]
    guesses: Columns = _of_known_export(free, named, file=file, language=language)
    guesses |= {
        role: _guess(free, role, file=file)
        for role in ("customer_id", "date", "order_id", "currency", "status", "refund", "refund_date")
        if named[role] is None and role not in guesses
    }
    if "amount" not in guesses:
        guesses |= _guessed_amount(free, named, file=file)
    guesses = _without_idle_refunds(guesses, named)
    found = {role: guesses.get(role) or column or None for role, column in named.items()}
    wanting = [role for role in ("customer_id", "date") if found[role] is None]
    if found["unit_price"] is not None and found["quantity"] is None:
        wanting.append("quantity")
    if named["quantity"] and found["amount"] is not None:
        raise OptionError(_QUANTITY_ALONE(amount=found["amount"]))
    unpriced = found["amount"] is None and found["unit_price"] is None
    # With a column left that may be the money, orders are without a price only if the user says so.
    if unpriced and named["amount"] is None and set(header) - set(found.values()):
        wanting.append("amount")
    if wanting:
        raise _unknown(wanting, header, file=file, below=below, is_text=is_text)
    for role in named:
        column = guesses.get(role)
        if column is not None and not (role in OWN_NAMES and column == role):
            _say(role, column, language=language)
    if unpriced:
        say(_UNPRICED(), language)
    return found


def found_id(header: Sequence[str], named: str | None, *, file: object, language: Language) -> str:
    """Find the column of ids in the master file."""
    _check_named(header, {"master_id": named}, file=file)
    if named:
        return named
    column = _guess(header, "customer_id", file=file, asked="master_id")
    if column is None:
        raise _unknown(["master_id"], header, file=file)
    _say("master_id", column, language=language)
    return column


def _of_known_export(
    free: Sequence[str], named: Mapping[str, str | None], *, file: object, language: Language
) -> Columns:
    """The columns of a known export for roles that are not named; its amount unless a part of the amount is named."""
    export = known_export(free)
    if export is None:
        return {}
    say(_EXPORT(file=file, name=export.name), language)
    by_parts = named["quantity"] or named["unit_price"]
    return {
        role: column
        for role, column in export.columns(free).items()
        if role in named and named[role] is None and not (role == "amount" and by_parts)
    }


def _guessed_amount(free: Sequence[str], named: Mapping[str, str | None], *, file: object) -> Columns:
    """Guess the money: an amount, or a quantity and a unit price; not where the file has both, as they may differ."""
    if named["amount"]:
        return {}

    def guess(role: str) -> str | None:
        return _guess(free, role, file=file) if named[role] is None else named[role]

    if named["amount"] == "" and not named["unit_price"]:
        return {"quantity": guess("quantity") if named["quantity"] is None else None}
    amount = None if named["unit_price"] else guess("amount")
    if amount in OWN_NAMES:
        return {"amount": amount}
    quantity, unit_price = guess("quantity"), guess("unit_price")
    if amount and quantity and unit_price:
        raise OptionError(_TWO_AMOUNTS(file=file, amount=amount, quantity=quantity, unit_price=unit_price))
    if amount:
        return {"amount": amount}
    if not unit_price:
        # Orders without a price: units tell what came back.
        return {"quantity": quantity if named["quantity"] is None else None}
    if not quantity:
        return {"amount": None}
    product: Columns = {"quantity": quantity, "unit_price": unit_price}
    return {role: column for role, column in product.items() if named[role] is None}


def _without_idle_refunds(guesses: Columns, named: Mapping[str, str | None]) -> Columns:
    """Guess no refund of orders without a price, and no date without a refund: only what is named is blamed."""
    has_money = any(guesses.get(role) or named[role] for role in ("amount", "unit_price"))
    refund = named["refund"] or (guesses.get("refund") if has_money else None)
    idle = {"refund": not has_money, "refund_date": not refund}
    return {role: column for role, column in guesses.items() if not idle.get(role)}


def _guess(header: Sequence[str], role: str, *, file: object, asked: str | None = None) -> str | None:
    """The column with the best usual name; two equally good ones are refused."""
    if role in OWN_NAMES and role in header:
        return role
    plain = [plain_name(column) for column in header]
    for usual in USUAL_NAMES[role]:
        names = frozenset(usual.split())
        found = [column for column, name in zip(header, plain, strict=True) if name in names]
        if len(found) > 1:
            asked = asked or role
            raise OptionError(_AMBIGUOUS(file=file, columns=found, role=_ROLES[asked](), option=_option(asked)))
        if found:
            return found[0]
    return None


def _check_named(header: Sequence[str], named: Mapping[str, str | None], *, file: object) -> None:
    if named.get("amount") and named.get("unit_price"):
        raise OptionError(_TWO_NAMED())
    columns = [column for column in named.values() if column]
    for column in columns:
        if columns.count(column) > 1:
            options = [_option(role) for role in named if named[role] == column]
            raise OptionError(_NAMED_TWICE(options=", ".join(options), column=column))
    missing = [column for column in columns if column not in header]
    if missing:
        raise FileError(ABSENT(file=file, missing=missing, columns=list(header)))


def _unknown(
    roles: Sequence[str],
    header: Sequence[str],
    *,
    file: object,
    below: Sequence[tuple[int, Sequence[str]]] = (),
    is_text: bool = False,
) -> OptionError:
    """Name all roles that no column plays, with the columns that may."""
    options = [_perhaps(role, header) for role in roles]
    names = Joined([_ROLES[role]() for role in roles], ", ", "、")
    hints = [_LOOKS_LIKE_DATA()] if any(map(_is_value, header)) else []
    n_before = next((n for n, row in below if looks_like_header(row)), None)
    if n_before is not None:
        hints = [_HEADER_BELOW(line=n_before + 1, n=n_before)]
    elif len(header) == 1 and is_text:
        hints += [_ONE_COLUMN()]
    hints += [_MAY_BE_FREE()] if "amount" in roles and not hints else []
    return OptionError(
        _UNKNOWN(
            file=file,
            roles=names,
            options=Joined(options, ", ", "、"),
            columns=list(header),
            n=len(roles),
            hint=Joined(hints, "", ""),
        )
    )


def _perhaps(role: str, header: Sequence[str]) -> str:
    likely = likely_columns(header, "customer_id" if role == "master_id" else role)
    return _PERHAPS(option=_option(role), columns=", ".join(likely)) if likely else _option(role)


def _is_value(name: str) -> bool:
    """Whether a column's name is a number or a date, which no header holds."""
    digits = re.sub(r"[^0-9]", "", name)
    return bool(re.fullmatch(r"[0-9.,:/\s\-]+", name)) and len(digits) >= len(name) / 2 and not name.isdecimal()


def _say(role: str, column: str, *, language: Language) -> None:
    say(_GUESSED(role=_ROLES[role](), column=column, option=_option(role)), language)


def _option(role: str) -> str:
    return "--" + role.replace("_", "-")
