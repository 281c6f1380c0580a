"""The command `crmkit baskets`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message, Parameter
from crmkit.cli._roles import Role
from crmkit.cli.language import say
from crmkit.cli.options import JSON, TABLE_OUTPUT, Number, Values, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._names import Language
    from crmkit.cli.reading import NamedRows, OrderOptions

__all__ = ["baskets"]

# A line says what was in a basket; who bought it when, and for how much, does not matter.
_LEFT_OUT: Final = frozenset(
    {
        *("as_of", "customer_id", "merge_ids", "date", "unit_price", "currency", "rates", "status", "refund"),
        *("refund_date", "counts", "returns", "date_format", "time_zone", "invalid"),
        # These have help of their own here.
        *("order_id", "quantity", "amount"),
    }
)
_ROLES: Final = (
    Role(
        "order_id",
        Message(en="order id", zh="订单编号"),
        "id",
        "Baskets: orders; or customers, for what the same ones buy.",
        needed=True,
    ),
    Role(
        "item",
        Message(en="item", zh="商品"),
        "id",
        "What is bought: products, or categories.",
        usual=(
            "product productid productcode productsku sku skuid skucode stockcode item itemid itemcode itemnumber "
            "articleid articleno articlenumber productnumber lineitemsku asin 商品编码 商品编号 商品id 货号 产品编码 "
            "产品编号 商品sku sku编码 商品編號 artikelnummer artikelnr referenceproduit codigoproducto 商品コード",
            "productname itemname producttitle lineitemname article description 商品名称 商品名 商品 产品名称 产品 "
            "品名 商品名稱 artikel produkt produit producto prodotto produto 商品名",
        ),
        needed=True,
    ),
    Role("quantity", Message(en="quantity", zh="数量"), "number", 'Lines of 0 or less are not sold; "" for none.'),
    Role("amount", Message(en="amount", zh="金额"), "number", 'Lines below 0 are not sold; "" for none.'),
)
_MOST_PRINTED: Final = 20
_FEWEST: Final = 2

_NOT_WHOLE: Final = Message(
    en="{name} must be a whole number from {low} on, got {value:g}.",
    zh="{name} 须为不小于 {low} 的整数，得到 {value:g}。",
)
_UNREAD: Final = Message(
    en="In {n:,} {n:row|rows} {column} is not a number, such as {texts}; these lines count as sold.",
    zh="列 {column} 有 {n:,} 行不是数字，例如 {texts}；这些行按已售出处理。",
)
_NOTHING: Final = Message(
    en="No items are together in so large a share of the baskets. Lower --min-support.",
    zh="没有商品以这样的比例同时出现，请降低 --min-support。",
)
_MORE: Final = Message(
    en="{n:,} of {of:,} rules are shown; --output writes all.",
    zh="共 {of:,} 条规则，显示前 {n:,} 条；用 --output 写出全部。",
)


def _share(name: str) -> Number:
    def check(given: float) -> None:
        from crmkit._checks import check_fraction

        check_fraction(given, name=name)

    return Number(check)


def _whole(name: str) -> Number:
    def check(given: float) -> None:
        if not (given >= _FEWEST and given % 1 == 0):
            raise ValueError(_NOT_WHOLE(name=Parameter(name), low=_FEWEST, value=given))

    return Number(check)


def _column_options(baskets: Any) -> Any:
    for role in reversed(_ROLES):
        baskets = click.option(role.option, metavar="COLUMN", help=role.help)(baskets)
    return baskets


@command()
@order_command(as_of="", needs_as_of=False, leave_out=_LEFT_OUT)
@_column_options
@click.option(
    "--min-support",
    type=_share("min_support"),
    default=0.01,
    show_default=True,
    help="Least share of all baskets that hold both.",
)
@click.option(
    "--max-items", metavar="N", type=_whole("max_items"), default=2, show_default=True, help="Most items of a rule."
)
@click.option("--exclude", metavar="ITEMS", type=Values(), help="Items that are not products, such as POST,FEE.")
@click.option("--max-basket", metavar="N", type=_whole("max_basket"), help="Leave out baskets of more items.")
@click.option(
    "--fdr", metavar="SHARE", type=_share("fdr"), help="Leave out rules whose adjusted p-value is above, such as 0.05."
)
@TABLE_OUTPUT
@JSON
def baskets(
    options: OrderOptions,
    item: str | None,
    min_support: float,
    max_items: float,
    exclude: list[str] | None,
    max_basket: float | None,
    fdr: float | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Find what is bought together in FILE, which holds a line per item of an order: rules with all their measures.

    \b
    Examples:
      crmkit baskets lines.csv --item product --min-support 0.005 --output rules.xlsx
      crmkit baskets lines.csv --exclude POST,FEE --fdr 0.05
      crmkit baskets lines.csv --order-id customer_no --item category
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit._workbook import basket_sheet, rules_sheet
    from crmkit.cli.reading import named_rows
    from crmkit.cli.writing import (
        check_table_output,
        path_of,
        print_json,
        print_sheet,
        say_path,
        write_table,
        writing,
    )
    from crmkit.value.products import association_rules_table, basket_audit_table

    check_table_output(output, read=options.files)
    language = options.language
    named = {"item": item, **{role: options.columns[role] for role in ("order_id", "quantity", "amount")}}
    found = named_rows(options, _ROLES, named, table="order_lines")
    lines = _lines(found, language)
    asked: dict[str, Any] = {
        "item": "item",
        "exclude": exclude or (),
        "max_basket": None if max_basket is None else int(max_basket),
    }
    rules = association_rules_table(lines, **asked, min_support=min_support, max_items=int(max_items), fdr=fdr)
    audit = basket_audit_table(lines, **asked)
    sheets = [rules_sheet(rules, language), basket_sheet(audit, language)]
    if output is not None:
        with writing(output):
            write_table(rules, output, sheets=sheets)
    if as_json:
        document = {"columns": dict(found.columns), "baskets": records(audit), "rules": records(rules)}
        print_json({**document, **path_of(output)})
        return
    if output is not None:
        say_path(output)
    print_sheet(sheets[1])
    click.echo()
    if rules.empty:
        say(_NOTHING(), language)
        return
    print_sheet(replace(sheets[0], table=sheets[0].table.head(_MOST_PRINTED)))
    if len(rules) > _MOST_PRINTED:
        say(_MORE(n=_MOST_PRINTED, of=len(rules)), language)


def _lines(found: NamedRows, language: Language) -> pd.DataFrame:
    """The lines under names of our own; a number that cannot be read is told and taken for none."""
    import pandas as pd

    from crmkit._checks import some

    lines: dict[str, Any] = {role: found.rows[column] for role, column in found.columns.items() if column is not None}
    for role in ("quantity", "amount"):
        if role not in lines:
            continue
        given = lines[role]
        lines[role] = pd.to_numeric(given, errors="coerce")
        unread = given[lines[role].isna() & given.notna()]
        if len(unread):
            say(_UNREAD(n=len(unread), column=found.columns[role], texts=some(unread.unique())), language)
    return pd.DataFrame(lines)
