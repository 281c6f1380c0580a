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
    Number,
    Numbers,
    Values,
    command,
    order_command,
    output_option,
)
from crmkit.cli.segments import (
    PRINTED,
    SCHEMES,
    FileSource,
    made_of,
    new_segmenter,
    open_listed,
    print_profile,
    query_name,
    read_model,
    scheme_of,
    sheets_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from crmkit.cli.reading import OrderOptions
    from crmkit.cli.segments import FileScheme, Listed
    from crmkit.views import SegmentedBase

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
_NO_QUERY: Final = Message(
    en="The segments of {scheme} do not follow from cases, so that no query gives them. Leave --query out.",
    zh="{scheme} 的分群不由条件得出，无法写成查询语句。请去掉 --query。",
)
_NO_COLUMNS: Final = Message(
    en="Name the columns that the segments are made of with --columns; or pass --as-of, if FILE holds orders.",
    zh="请用 --columns 指定用于分群的列；如果文件是订单，请给出 --as-of。",
)
_NOT_WHOLE: Final = Message(
    en="{@n_clusters} must be a whole number from 1 on, got {value:g}.",
    zh="{@n_clusters} 须为正整数，得到 {value:g}。",
)


def _whole(given: float) -> None:
    if not (given >= 1 and given % 1 == 0):
        raise ValueError(_NOT_WHOLE(value=given))


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
    "--columns",
    "own_columns",
    metavar="COLUMNS",
    type=Values(),
    help="What clusters or accounts are made of, such as age,spend.",
)
@click.option("--n-clusters", metavar="N", type=Number(_whole), help="How many clusters; chosen if not given.")
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
    own_columns: list[str] | None,
    n_clusters: float | None,
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
    from crmkit.views import base_remarks

    totals = {"spend": spend, "n_orders": n_orders, "days_since_last": days_since_last, "last_order": last_order}
    check_ending(output)
    check_master(master, master_id, totals=totals)
    read = [*options.files, *(path for path in (master, model) if path is not None)]
    for path in (output, save, query):
        if path is not None:
            check_output(path, read=read)
    columns = own_columns
    if scheme is not None and columns is None:
        columns = _usual_columns(SCHEMES[scheme], is_of_orders=bool(options.as_of or any(totals.values())))
    shaping = {
        "columns": columns,
        "n_clusters": None if n_clusters is None else int(n_clusters),
        "binning": binning,
        "shares": shares,
        "cuts": cuts,
    }
    segmenter = _segmenter(scheme, model, value, shaping)
    name = scheme_of(segmenter)
    if query is not None and not hasattr(segmenter, "to_sql"):
        raise OptionError(_NO_QUERY(scheme=name))
    made_of_value, made_of_columns = made_of(segmenter)
    called = {} if value is None else {value: made_of_value or "spend"}
    called |= dict(zip(columns or [], made_of_columns, strict=False))
    source = FileSource(value or made_of_value, columns or made_of_columns, profile, called, totals, master, master_id)
    with open_listed(options, SCHEMES[name], source) as listed:
        found, made = _segmented(listed, segmenter, source, options, fit=model is None)
    knows_orders = listed.knows_orders
    shown = for_readers(made, with_monetary_value=with_monetary_value)
    segments = found.segments if knows_orders else found.segments.drop(columns="n_orders", errors="ignore")
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


def _usual_columns(scheme: FileScheme, *, is_of_orders: bool) -> list[str] | None:
    """The columns that a scheme is made of where none are named."""
    if "columns" not in scheme.takes:
        return None
    if not (is_of_orders and scheme.usual):
        raise OptionError(_NO_COLUMNS())
    return list(scheme.usual)


def _segmented(
    listed: Listed, segmenter: Any, source: FileSource, options: OrderOptions, *, fit: bool
) -> tuple[SegmentedBase, pd.DataFrame]:
    """The base in its segments, and the list of the customers."""
    from crmkit.views import segmented_base, segmented_customers

    scheme, table = SCHEMES[scheme_of(segmenter)], listed.table
    without_orders = scheme.counts_orders and not listed.knows_orders
    if without_orders:
        table = table.assign(n_orders=1)
    for said in [] if scheme.suit is None or not fit else scheme.suit(segmenter, table):
        say(said, options.language)
    found = segmented_base(
        table,
        segmenter=segmenter,
        fit=fit,
        with_prospects=listed.with_prospects,
        profile=None if source.profile is None else [source.called.get(each, each) for each in source.profile],
    )
    made = segmented_customers(table, segmenter=found.segmenter, language=options.language)
    if without_orders:
        made = made.drop(columns="n_orders")
    if scheme.beside is not None:
        further = scheme.beside(
            listed.transactions,
            known=listed.known,
            segmenter=found.segmenter,
            as_of=options.as_of,
            language=options.language,
        )
        made = made.merge(further, on="customer_id", how="left")
    for said in [] if scheme.remarks is None else scheme.remarks(found.segmenter):
        say(said, options.language)
    return found, made


def _segmenter(scheme: str | None, model: Path | None, value: str | None, shaping: Mapping[str, Any]) -> Any:
    """The segmenter of a scheme, not fitted, or that of a model."""
    if scheme is not None and model is None:
        return new_segmenter(scheme, {**shaping, "value": None if value is None else query_name(value)})
    if model is None or scheme is not None:
        raise OptionError(_ONE_OF_TWO())
    for name, given in shaping.items():
        if given is not None:
            raise OptionError(_OF_A_MODEL(option="--" + name.replace("_", "-")))
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
