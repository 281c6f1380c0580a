"""The command `crmkit profit`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from crmkit._figures import count, share, whole_money
from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import DRAWN_OUTPUT, JSON, Choice, FilePath, Number, Values, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._names import Language
    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions

__all__ = ["profit"]

_MOST_PRINTED: Final = 10
_SERVED: Final = "cost_to_serve"

_LADDER: Final = Label("From sales to profit", "从销售到利润")
_CURVE: Final = Label("Whale curve", "鲸鱼曲线")
_CUSTOMERS: Final = Label("Profit of customers", "客户利润")
_LOSSES: Final = Label("The largest losses", "亏损最多的客户")
_SPREAD: Final = Label(
    "{n_losses} of {n} customers make a loss, together {lost}. The best fifth make {top} of the profit of {total}.",
    "{n} 位客户中有 {n_losses} 位亏损，合计 {lost}。利润最高的五分之一客户创造总利润 {total} 的 {top}。",
)
_SPREAD_ALONE: Final = Label(
    "{n_losses} of {n} customers make a loss, together {lost}; all customers together {total}.",
    "{n} 位客户中有 {n_losses} 位亏损，合计 {lost}；全部客户合计 {total}。",
)
_STEPS: Final = {
    "step": (Label("Step", "项目"), "text"),
    "amount": (Label("Amount", "金额"), "money"),
    "share": (Label("Of net revenue", "占净收入"), "share"),
}
_POINTS: Final = {
    "n_customers": (Label("Customers", "客户数"), "count"),
    "customer_share": (Label("Share of customers", "客户占比"), "share"),
    "profit": (Label("Profit added up", "累计利润"), "money"),
    "profit_share": (Label("Of all profit", "占总利润"), "share"),
}
_RATES: Final = {
    "gross_margin_rate": Label("Gross margin rate", "毛利率"),
    "contribution_margin_rate": Label("Contribution margin rate", "边际贡献率"),
    "net_profit_rate": Label("Net profit rate", "净利润率"),
}
_ESTIMATED: Final = Label("Of it estimated", "其中估算")

_NO_RETURNED_COST: Final = Message(
    en="Say what returned goods are worth: --returned-cost recovered, if they can be sold again, or --returned-cost "
    "written_off.",
    zh="请说明退货的成本能否收回：可再售用 --returned-cost recovered，报损用 --returned-cost written_off。",
)
_NO_COST: Final = Message(
    en="Name the column of what goods cost with --cost; or give --missing-cost-rate, the share of revenue to take for "
    "it.",
    zh="请用 --cost 指定成本列；或用 --missing-cost-rate 给出按收入估算成本的比例。",
)
_GUESSED_COST: Final = Message(
    en="Costs of {amount} are estimated at {rate} of revenue, {part} of all cost of goods.",
    zh="成本中有 {amount} 按收入的 {rate} 估算，占全部销货成本的 {part}。",
)
_NOT_SERVED: Final = Message(
    en="Profit is before the cost to serve; --cost-to-serve names a file of it.",
    zh="利润未扣除服务成本；可用 --cost-to-serve 给出服务成本文件。",
)


class _Found(NamedTuple):
    """Customers by profit, the ladder, the whale curve and its figures, and the column that profit is."""

    customers: pd.DataFrame
    ladder: pd.DataFrame
    curve: pd.DataFrame
    summary: pd.DataFrame
    value: str


def _share(value: float) -> None:
    from crmkit._checks import check_fraction

    check_fraction(value, name="missing_cost_rate", low_open=False, high_open=False)


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31; all days if not given.", needs_as_of=False)
@click.option("--cost", metavar="COLUMN", help="What the goods of a line cost, below 0 for returns.")
@click.option(
    "--returned-cost",
    type=Choice(("recovered", "written_off")),
    help="Whether returned goods can be sold again, so that their cost comes back. Needed.",
)
@click.option("--discount", metavar="COLUMN", help="What was taken off the price of a line, 0 or more.")
@click.option(
    "--direct-costs", metavar="COLUMNS", type=Values(), help="Further costs of a line, such as freight,payment_fee."
)
@click.option(
    "--missing-cost-rate",
    metavar="SHARE",
    type=Number(_share),
    help="Share of revenue to take for the cost of lines without one; of all lines without --cost.",
)
@click.option(
    "--cost-to-serve",
    metavar="FILE",
    type=FilePath(),
    help="What customers cost to serve: a column of customers and a column called cost.",
)
@DRAWN_OUTPUT
@JSON
def profit(
    options: OrderOptions,
    cost: str | None,
    returned_cost: Any,
    discount: str | None,
    direct_costs: list[str] | None,
    missing_cost_rate: float | None,
    cost_to_serve: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Follow the money of the order lines in FILE from gross sales to profit, customer by customer.

    \b
    Examples:
      crmkit profit lines.csv --cost cost --returned-cost recovered --direct-costs freight
      crmkit profit lines.csv --cost cost --returned-cost written_off --cost-to-serve served.csv --output profit.xlsx
      crmkit profit lines.csv --missing-cost-rate 0.6 --returned-cost recovered --as-of 2024-12-31
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit.cli.profits import lines_of, served_costs
    from crmkit.cli.writing import check_table_output, path_of, print_json, print_sheet, say_path, writing
    from crmkit.value.profit import customer_profit_table

    read = [*options.files, *([] if cost_to_serve is None else [cost_to_serve])]
    check_table_output(output, read=read, drawn=True)
    if returned_cost is None:
        raise OptionError(_NO_RETURNED_COST())
    if cost is None and missing_cost_rate is None:
        raise OptionError(_NO_COST())
    columns = {"cost": cost, "discount": discount, "direct_costs": direct_costs or []}
    lines, named = lines_of(options, columns)
    served = None if cost_to_serve is None else served_costs(cost_to_serve, options, lines=lines)
    profits = customer_profit_table(
        lines,
        **named,
        returned_cost=returned_cost,
        missing_cost_rate=missing_cost_rate,
        cost_to_serve=served,
    )
    found = _spread(profits, served)
    language = options.language
    sheets = _sheets(found, language)
    if output is not None:
        with writing(output):
            _write(found, sheets, output, language)
    _say(found, missing_cost_rate, language)
    if as_json:
        tables = {name: records(getattr(found, name)) for name in ("ladder", "curve", "summary", "customers")}
        print_json({**path_of(output), "as_of": options.as_of, "profit": found.value, **tables})
        return
    if output is not None:
        say_path(output)
    print_sheet(sheets[0])
    click.echo()
    _print_spread(found, language)
    losses = found.customers[found.customers[found.value] < 0].iloc[::-1].head(_MOST_PRINTED)
    if len(losses):
        click.echo()
        printed = [
            "customer_id",
            "net_revenue",
            "contribution",
            *([_SERVED, "net_profit"] if served is not None else []),
        ]
        print_sheet(replace(sheets[2], title=_LOSSES.text(language), table=losses), columns=printed)


def _spread(profits: pd.DataFrame, served: pd.DataFrame | None) -> _Found:
    """Rank customers by profit, and work out the ladder and the curve."""
    from crmkit.value.profit import profit_ladder_table, whale_curve_table, whale_summary_table

    value = "contribution" if served is None else "net_profit"
    own = profits if served is not None else profits.drop(columns=[_SERVED, "net_profit", "net_profit_rate"])
    ranked = own.sort_values([value, "customer_id"], ascending=[False, True], ignore_index=True)
    return _Found(
        ranked,
        profit_ladder_table(profits, allocation=served),
        whale_curve_table(profits, value=value),
        whale_summary_table(profits, value=value),
        value,
    )


def _say(found: _Found, rate: float | None, language: Language) -> None:
    """Say what is estimated and what is left out."""
    if found.value == "contribution":
        say(_NOT_SERVED(), language)
    estimated, goods = (float(found.customers[name].sum()) for name in ("estimated_cost", "cost_of_goods"))
    if rate is not None and estimated:
        part = share(estimated / goods) if goods > 0 else share(float("nan"))
        say(_GUESSED_COST(amount=whole_money(estimated), rate=share(rate), part=part), language)


def _print_spread(found: _Found, language: Language) -> None:
    row = found.summary.to_dict("records")[0]
    told = {
        "n": count(row["n_customers"]),
        "n_losses": count(row["n_loss_makers"]),
        "lost": whole_money(row["lost"]),
        "total": whole_money(row["profit"]),
        "top": share(row["top_share"]),
    }
    click.echo((_SPREAD if row["profit"] > 0 else _SPREAD_ALONE).text(language).format(**told))


def _sheets(found: _Found, language: Language) -> list[Sheet]:
    """The ladder, the curve, and the customers, the most profitable first."""
    from crmkit._workbook import Named, Sheet, headings
    from crmkit.labels import LABELS

    steps = LABELS["profit_step"]
    named = [steps[step].text(language) if step in steps else step for step in found.ladder["step"]]
    own = {name: Named(label, kind) for name, (label, kind) in {**_STEPS, **_POINTS}.items()}  # type: ignore[arg-type]
    of_customers = {name: Named(label, "share") for name, label in _RATES.items()}
    of_customers["estimated_cost"] = Named(_ESTIMATED, "money")
    for name in found.customers.columns:
        if name not in of_customers and name != "customer_id":
            of_customers[name] = Named(steps[name] if name in steps else Label(name, name), "money")

    def made(title: Label, table: pd.DataFrame, names: list[str], called: dict[str, Any]) -> Sheet:
        return Sheet(title.text(language), table, headings(table, language, columns=names, own=called))

    return [
        made(_LADDER, found.ladder.assign(step=named), [*_STEPS], own),
        made(_CURVE, found.curve, [*_POINTS], own),
        made(_CUSTOMERS, found.customers, [*found.customers.columns], of_customers),
    ]


def _write(found: _Found, sheets: list[Sheet], output: Path, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_profit_ladder

    if output.suffix.lower() in DRAWINGS:
        write_drawing(lambda: plot_profit_ladder(found.ladder, language=language).figure, output, language)
        return
    write_table(found.customers, output, sheets=sheets)
