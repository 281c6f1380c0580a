"""Which column holds what: named by the user, or guessed from the header and reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from crmkit._messages import Message
from crmkit._names import Language
from crmkit.cli.language import OptionError, say
from crmkit.cli.reading._column_names import HINTS, OWN_NAMES, TELLING, USUAL_NAMES, header_below
from crmkit.cli.reading._known_exports import known_export
from crmkit.cli.reading._naming import Sought, best_column, check_columns, say_guess, unknown_columns

__all__ = ["Columns", "found_columns", "found_id"]

# The columns by role, None for a role without one: the keywords of the door.
Columns: TypeAlias = dict[str, Any]

_EXPORT: Final = Message(
    en="{file} has the header of an order export from {name}.", zh="{file} 的表头与 {name} 的订单导出一致。"
)
_MAY_BE_FREE: Final = Message(
    en=" If the orders carry no price, pass --amount ''.", zh="若订单没有价格，请用 --amount ''。"
)
_UNPRICED: Final = Message(
    en="The orders carry no price: figures in money are missing, and what rests on money is left out.",
    zh="订单没有价格：金额缺失，以金额为基础的内容从略。",
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
        raise unknown_columns(
            list(map(_sought, wanting)),
            header,
            file=file,
            header_below=header_below(below, TELLING),
            is_text=is_text,
            hints=[_MAY_BE_FREE()] if "amount" in wanting else [],
        )
    for role in named:
        column = guesses.get(role)
        if column is not None and not (role in OWN_NAMES and column == role):
            say_guess(_sought(role), column, language=language)
    if unpriced:
        say(_UNPRICED(), language)
    return found


def found_id(header: Sequence[str], named: str | None, *, file: object, language: Language) -> str:
    """Find the column of ids in the master file."""
    _check_named(header, {"master_id": named}, file=file)
    if named:
        return named
    sought = _sought("master_id")
    column = best_column(header, sought, file=file)
    if column is None:
        raise unknown_columns([sought], header, file=file)
    say_guess(sought, column, language=language)
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


def _guess(header: Sequence[str], role: str, *, file: object) -> str | None:
    return best_column(header, _sought(role), file=file)


def _sought(role: str) -> Sought:
    """What a role is called, and the names that its columns have."""
    names = "customer_id" if role == "master_id" else role
    own = names if names in OWN_NAMES else ""
    return Sought(_ROLES[role], _option(role), USUAL_NAMES[names], own, HINTS.get(names, ""))


def _check_named(header: Sequence[str], named: Mapping[str, str | None], *, file: object) -> None:
    if named.get("amount") and named.get("unit_price"):
        raise OptionError(_TWO_NAMED())
    check_columns(header, {_option(role): column for role, column in named.items()}, file=file)


def _option(role: str) -> str:
    return "--" + role.replace("_", "-")
