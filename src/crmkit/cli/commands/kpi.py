"""The command `crmkit kpi`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crmkit.cli.kpis import (
    TABLES,
    Asked,
    check_given,
    heads_of,
    lines_of,
    named,
    score_heads,
    score_lines,
    sheets_of,
    table_options,
)
from crmkit.cli.language import say
from crmkit.cli.options import CALENDAR, JSON, TABLE_OUTPUT, Choice, Day, Period, command, order_command

if TYPE_CHECKING:
    from crmkit._calendar import Freq
    from crmkit.cli.reading import OrderOptions

__all__ = ["kpi"]


@command()
@order_command(as_of="Last day that counts; also the last day of the period unless --end is given.", needs_as_of=False)
@click.option(
    "--table", type=Choice(list(TABLES)), default=next(iter(TABLES)), show_default=True, help="What a row of FILE is."
)
@click.option("--start", metavar="DATE", type=Day(), help="First day of the period.")
@click.option("--end", metavar="DATE", type=Day(), help="Last day of the period.")
@click.option("--by", metavar="COLUMN", help="Also compute the KPIs of each value of a column, such as a region.")
@click.option(
    "--freq",
    metavar="D|W|M|Q|Y",
    type=Period(),
    help="Of each day, week, month, quarter or year; W-SAT, Q-JAN or Y-MAR for those that end then.",
)
@CALENDAR
@TABLE_OUTPUT
@JSON
@table_options
def kpi(
    options: OrderOptions,
    table: str,
    start: str | None,
    end: str | None,
    by: str | None,
    freq: Freq | None,
    calendar: Path | None,
    output: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Compute the KPIs of a period from the orders in FILE, or those of another table.

    Orders before the period show which customers are new.

    \b
    Examples:
      crmkit kpi orders.csv --start 2024-10-01 --end 2024-12-31
      crmkit kpi subscriptions.csv --table subscriptions --start 2024-12-01 --end 2024-12-31 --by plan
      crmkit kpi tickets.csv --table tickets --start 2024-10-01 --end 2024-12-31 --by channel --freq M
      crmkit kpi campaign.csv --table contacts --outcomes visit,spend --control none
      crmkit kpi plan.xlsx --table plan --as-of 2024-12-31 --by owner
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit.cli.reading import divided_by
    from crmkit.cli.writing import (
        check_table_output,
        path_of,
        print_json,
        print_table,
        say_path,
        write_table,
        writing,
    )
    from crmkit.views import MARK_REMARK

    chosen, language = TABLES[table], options.language
    check_given(click.get_current_context(), chosen)
    read = [*options.files, *([] if calendar is None else [calendar])]
    check_table_output(output, read=read)
    divided = divided_by(freq, calendar, options.reading)
    answer = chosen.answer(Asked(options, start, end, by, divided, given))
    shown = named(answer, by, language)
    if output is not None:
        with writing(output):
            write_table(shown, output, sheets=sheets_of(chosen.title, shown, answer, language))
    if as_json:
        document = {**answer.period, "columns": answer.columns, "kpis": records(shown)}
        if answer.scorecard is not None:
            document["scorecard"] = records(answer.scorecard)
        print_json({**document, **path_of(output)})
        return
    if output is not None:
        say_path(output)
    if "touches_hole" in shown and shown["touches_hole"].any():
        say(MARK_REMARK, language)
    lines, n_keys = lines_of(shown, answer.keys, language, divided), len(answer.keys)
    print_table(heads_of(shown, answer.keys, language), lines, n_texts=n_keys + 2)
    if answer.scorecard is not None:
        click.echo()
        print_table(score_heads(language), score_lines(answer.scorecard, language))
