"""The command `crmkit segment`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit.cli.language import OptionError
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
    divided,
    made_of,
    new_segmenter,
    open_listed,
    print_profile,
    print_quality,
    query_name,
    read_model,
    scheme_of,
    sheets_of,
    write_beside,
    write_scores,
)

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions
    from crmkit.cli.segments import FileScheme
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
_NO_QUERY: Final = Message(
    en="The segments of {scheme} do not follow from cases, so that no query gives them. Leave --query out.",
    zh="{scheme} 的分群不由条件得出，无法写成查询语句。请去掉 --query。",
)
_NO_SEGMENTS: Final = Message(
    en="{option} is about segments, and {scheme} gives scores. Leave it out.",
    zh="{option} 用于分群，而 {scheme} 给出的是评分。请去掉该选项。",
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
@click.option("--quality", is_flag=True, help="Also judge how good the segments are; takes some time.")
@click.option("--weights", metavar="NUMBERS", type=Numbers(), help="Of a scorecard, a number for each of --columns.")
@click.option(
    "--points",
    type=Choice(["as_is", "min_max", "percentile"]),
    help="How values become points of a scorecard: they are points, or by the lowest and highest, or by rank.",
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
    quality: bool,
    weights: list[float] | None,
    points: str | None,
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
    from crmkit._workbook import customer_sheet
    from crmkit.cli.reading import check_master
    from crmkit.cli.writing import (
        check_ending,
        check_output,
        for_readers,
        write_table,
        writing,
    )

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
        "weights": weights,
        "points": points,
    }
    segmenter = _segmenter(scheme, model, value, shaping)
    name = scheme_of(segmenter)
    _check_fit(segmenter, query=query, profile=profile, quality=quality)
    made_of_value, made_of_columns = made_of(segmenter)
    called = {} if value is None else {value: made_of_value or "spend"}
    called |= dict(zip(columns or [], made_of_columns, strict=False))
    source = FileSource(value or made_of_value, columns or made_of_columns, profile, called, totals, master, master_id)
    if SCHEMES[name].is_scores:
        write_scores(options, segmenter, source, output, save, fit=model is None, as_json=as_json)
        return
    with open_listed(options, SCHEMES[name], source) as listed:
        found, made = divided(listed, segmenter, source, options, fit=model is None, quality=quality)
    knows_orders = listed.knows_orders
    shown = for_readers(made, with_monetary_value=with_monetary_value)
    segments = found.segments if knows_orders else found.segments.drop(columns="n_orders", errors="ignore")
    rows = SCHEMES[name].rows
    sheets = sheets_of(SCHEMES[name].title, segments, found, options.language, rows=rows)
    with writing(output):
        listed_rows = customer_sheet(shown, options.language, row=rows.one, rows=rows.many)
        write_table(shown, output, sheets=[listed_rows, *sheets])
    write_beside(found.segmenter, save, query)
    _tell(found, (segments, sheets[0]), output, options, n_customers=len(shown), as_json=as_json)


def _tell(
    found: SegmentedBase,
    shown: tuple[pd.DataFrame, Sheet],
    output: Path,
    options: OrderOptions,
    *,
    n_customers: int,
    as_json: bool,
) -> None:
    """Print where the file is, and the segments with what they are like and how good they are."""
    from crmkit._frames import records
    from crmkit.cli.writing import path_of, print_json, print_sheet, say_path

    segments, sheet = shown
    if as_json:
        print_json(
            {
                **path_of(output),
                "as_of": options.as_of,
                "scheme": scheme_of(found.segmenter),
                "n_customers": n_customers,
                "base": None if found.base is None else records(found.base),
                "segments": records(segments),
                "profile": None if found.profile is None else records(found.profile),
                "quality": None if found.quality is None else records(found.quality),
            }
        )
        return
    say_path(output)
    print_sheet(sheet, columns=PRINTED)
    if found.profile is not None:
        click.echo()
        print_profile(found, options.language, rows=SCHEMES[scheme_of(found.segmenter)].rows)
    if found.quality is not None:
        click.echo()
        print_quality(found, options.language)


def _check_fit(segmenter: Any, *, query: Path | None, profile: list[str] | None, quality: bool) -> None:
    """Refuse options that a scheme has no answer to."""
    name = scheme_of(segmenter)
    if query is not None and not hasattr(segmenter, "to_sql"):
        raise OptionError(_NO_QUERY(scheme=name))
    if SCHEMES[name].is_scores and (profile is not None or quality):
        raise OptionError(_NO_SEGMENTS(option="--quality" if profile is None else "--profile", scheme=name))


def _usual_columns(scheme: FileScheme, *, is_of_orders: bool) -> list[str] | None:
    """The columns that a scheme is made of where none are named."""
    if "columns" not in scheme.takes:
        return None
    if scheme.own:
        return list(scheme.own)
    if not (is_of_orders and scheme.usual):
        raise OptionError(_NO_COLUMNS())
    return list(scheme.usual)


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
