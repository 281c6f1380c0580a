"""The command `crmkit segment`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import (
    JSON,
    MONETARY_VALUE,
    Choice,
    FilePath,
    Numbers,
    Values,
    command,
    order_command,
    output_option,
)
from crmkit.cli.segments import (
    PRINTED,
    SCHEMES,
    new_segmenter,
    open_listed,
    print_profile,
    query_name,
    read_model,
    scheme_of,
    sheets_of,
)

if TYPE_CHECKING:
    from crmkit.cli.reading import OrderOptions

__all__ = ["segment"]

_ONE_OF_TWO: Final = Message(
    en="Give one of --scheme, which names how to divide, and --model, a file that --save wrote.",
    zh="--scheme（分群方式）与 --model（由 --save 写出的文件）须给出其一。",
)
_OF_A_MODEL: Final = Message(
    en="{option} shapes segments that are learned; those of --model are. Leave it out.",
    zh="{option} 用于新建分群，而 --model 的分群已经确定。请去掉该选项。",
)
_IN_NONE: Final = Message(
    en="{n:,} {n:customer is|customers are} in no segment: what would decide it is not known of them.",
    zh="{n:,} 位客户不属于任何分群：缺少判断所需的数据。",
)


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31. Needed for orders.", needs_as_of=False)
@click.option("--scheme", type=Choice(list(SCHEMES)), help="How to divide the customers.")
@output_option("segments.xlsx", "File to write: .parquet, .csv or .xlsx.")
@click.option(
    "--value", metavar="COLUMN", help="What to compare, where FILE has one row per customer or product; not orders."
)
@click.option("--n-orders", metavar="COLUMN", help='Orders per customer, with --spend or --value; "" for none.')
@click.option("--spend", metavar="COLUMN", help="Money per customer, where FILE has one row per customer.")
@click.option("--days-since-last", metavar="COLUMN", help="Days since the customer's last order, with --spend.")
@click.option("--last-order", metavar="COLUMN", help="Day of the last order instead, counted to --as-of.")
@click.option(
    "--master",
    type=FilePath(),
    metavar="FILE",
    help="All known customers; those without an order are prospects.",
)
@click.option("--master-id", metavar="COLUMN", help="Customers in the master file; guessed from its header.")
@click.option(
    "--binning",
    type=Choice(["quantile", "contribution", "natural"]),
    help="How levels are cut: by shares of the customers, by shares of the value, or at natural breaks.",
)
@click.option("--shares", metavar="NUMBERS", type=Numbers(), help="Shares from the top, ascending, such as 0.8,0.95.")
@click.option("--cuts", metavar="NUMBERS", type=Numbers(), help="Fixed cuts instead, ascending, such as 100,500.")
@click.option(
    "--profile", metavar="COLUMNS", type=Values(), help="Also describe the segments by columns, such as region,age."
)
@click.option("--save", type=FilePath(to_write=True), help="Also keep the cuts, as JSON, for a later file.")
@click.option("--model", type=FilePath(), metavar="FILE", help="Cuts that --save kept, instead of --scheme.")
@click.option("--query", type=FilePath(to_write=True), help="Also write the labels as an SQL query, to a file.")
@MONETARY_VALUE
@JSON
def segment(
    options: OrderOptions,
    scheme: str | None,
    output: Path,
    value: str | None,
    n_orders: str | None,
    spend: str | None,
    days_since_last: str | None,
    last_order: str | None,
    master: Path | None,
    master_id: str | None,
    binning: str | None,
    shares: list[float] | None,
    cuts: list[float] | None,
    profile: list[str] | None,
    save: Path | None,
    model: Path | None,
    query: Path | None,
    with_monetary_value: bool,
    as_json: bool,
) -> None:
    """Divide the customers in FILE by a scheme: write one row per customer, with their segment and why.

    \b
    Examples:
      crmkit segment orders.csv --as-of 2024-12-31 --scheme abc --output abc.xlsx
      crmkit segment orders.csv --as-of 2024-12-31 --scheme tier --save tiers.json --query tiers.sql
      crmkit segment orders.csv --as-of 2025-03-31 --model tiers.json
      crmkit segment customers.xlsx --scheme value_level --value profit --cuts 100,500
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit._workbook import customer_sheet
    from crmkit.cli.reading import check_master
    from crmkit.cli.writing import (
        check_ending,
        check_output,
        for_readers,
        path_of,
        print_json,
        print_sheet,
        say_path,
        write_table,
        writing,
    )
    from crmkit.views import base_remarks, segmented_base, segmented_customers

    totals = {"spend": spend, "n_orders": n_orders, "days_since_last": days_since_last, "last_order": last_order}
    check_ending(output)
    check_master(master, master_id, totals=totals)
    read = [*options.files, *(path for path in (master, model) if path is not None)]
    for path in (output, save, query):
        if path is not None:
            check_output(path, read=read)
    segmenter = _segmenter(scheme, model, value, {"binning": binning, "shares": shares, "cuts": cuts})
    # A model of a column of value looks for it.
    compared = segmenter.value if "value" in SCHEMES[name := scheme_of(segmenter)].takes else "spend"
    column = compared if value is None and compared != "spend" else value
    called = {column: compared}
    described = None if profile is None else [called.get(each, each) for each in profile]
    with open_listed(
        options,
        SCHEMES[name],
        value=column,
        called=compared,
        totals=totals,
        master=master,
        master_id=master_id,
        keep=profile or [],
    ) as listed:
        table, knows_orders = listed.table, listed.knows_orders
        suit = SCHEMES[name].suit
        for said in [] if suit is None or model is not None else suit(segmenter, table):
            say(said, options.language)
        found = segmented_base(
            table,
            segmenter=segmenter,
            fit=model is None,
            with_prospects=listed.with_prospects,
            profile=described,
        )
        made = segmented_customers(table, segmenter=found.segmenter, language=options.language)
    shown = for_readers(made, with_monetary_value=with_monetary_value)
    shown = shown if knows_orders else shown.drop(columns="n_orders")
    segments = found.segments if knows_orders else found.segments.drop(columns="n_orders")
    sheets = sheets_of(SCHEMES[name].title, segments, found, options.language)
    with writing(output):
        write_table(shown, output, sheets=[customer_sheet(shown, options.language), *sheets])
    _write_beside(found.segmenter, save, query)
    for remark in [] if found.base is None else base_remarks(found.base):
        say(remark, options.language)
    if n_without := int(made["segment"].isna().sum()):
        say(_IN_NONE(n=n_without), options.language)
    if as_json:
        print_json(
            {
                **path_of(output),
                "as_of": options.as_of,
                "scheme": name,
                "n_customers": len(shown),
                "base": None if found.base is None else records(found.base),
                "segments": records(segments),
                "profile": None if found.profile is None else records(found.profile),
            }
        )
        return
    say_path(output)
    print_sheet(sheets[0], columns=PRINTED)
    if found.profile is not None:
        click.echo()
        print_profile(found, options.language)


def _segmenter(scheme: str | None, model: Path | None, value: str | None, shaping: Mapping[str, Any]) -> Any:
    """The segmenter of a scheme, not fitted, or that of a model."""
    if scheme is not None and model is None:
        return new_segmenter(scheme, {**shaping, "value": None if value is None else query_name(value)})
    if model is None or scheme is not None:
        raise OptionError(_ONE_OF_TWO())
    for name, given in shaping.items():
        if given is not None:
            raise OptionError(_OF_A_MODEL(option=f"--{name}"))
    return read_model(model)


def _write_beside(segmenter: Any, save: Path | None, query: Path | None) -> None:
    """Write the segmenter, and its query."""
    from crmkit._writing import write_text
    from crmkit.cli.writing import writing

    if save is not None:
        with writing(save):
            write_text(segmenter.to_json(), save)
    if query is not None:
        with writing(query):
            write_text(f"{segmenter.to_sql()};\n", query)
