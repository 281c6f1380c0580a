"""The command `crmkit cohorts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._figures import count, money, share
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import CALENDAR, DRAWN_OUTPUT, JSON, LEVEL, Choice, Period, RowCount, command, order_command

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._calendar import Freq
    from crmkit._workbook import Sheet
    from crmkit.cli.reading import Divided, OrderOptions

__all__ = ["cohorts"]

_TITLES: Final = {
    "retention": Label("Share who bought at that age", "各期购买占比"),
    "smoothed_retention": Label("Share who bought at that age, smoothed", "各期购买占比（平滑）"),
    "cumulative_amount_per_customer": Label("Revenue so far per customer acquired", "人均累计销售额"),
}
_ROLLING: Final = Label("Share who bought at that age or later", "各期及以后购买占比")
_COHORT: Final = Label("Cohort", "同期群")
_SIZE: Final = Label("Customers", "客户数")
_ALL: Final = Label("All", "全部")
_NO_LABEL: Final = Label("(no label)", "（无标签）")
_LONG: Final = Label("By age", "逐期明细")
# What fits on a screen; the file holds them all.
_MOST_AGES: Final = 12
_MOST_COHORTS: Final = 24

_SO_FAR: Final = Message(
    en="In brackets: so far, for the period is not over.", zh="括号内为截至目前的数字，该期尚未结束。"
)
_CUT: Final = Message(
    en="Shown are the newest {cohorts:,} cohorts up to age {ages:,}; --output and --json have them all.",
    zh="仅显示最近 {cohorts:,} 个同期群、至第 {ages:,} 期；全部数据见 --output 与 --json。",
)
_FOLLOWED: Final = Message(
    en="All cohorts are followed for {n:,} {n:period|periods}, as long as the youngest. With --follow-up they are "
    "followed longer, without those too young.",
    zh="各同期群均跟踪 {n:,} 期，与最年轻的同期群一致。用 --follow-up 可跟踪更久，太年轻的同期群不计入。",
)
_ONE_DRAWING: Final = Message(
    en="A drawing shows one group of customers. Leave --by out, or write a table.",
    zh="一张图只能画一组客户。请去掉 --by，或输出表格。",
)
_NAME_TAKEN: Final = Message(
    en="--by cannot take a column called {column}, a name that the result has itself. Rename it in the file.",
    zh="--by 不能使用名为 {column} 的列：结果表自身已有此列名。请在文件中改名。",
)


@command()
@order_command(as_of="Last day that counts, such as 2024-12-31.", needs_as_of=True)
@click.option(
    "--freq",
    metavar="D|W|M|Q|Y",
    type=Period(),
    help="Length of the periods, months if not given; W-SAT, Q-JAN or Y-MAR for those that end then.",
)
@CALENDAR
@click.option(
    "--kind",
    type=Choice(("classic", "rolling", "revenue")),
    default="classic",
    show_default=True,
    help="Who bought at an age; at that age or later; or what they paid.",
)
@click.option(
    "--follow-up", metavar="N", type=RowCount(), help="With --kind rolling: periods after the first that count."
)
@click.option(
    "--smoothing", type=Choice(("beta_binomial",)), help="Draw small cohorts towards all others of the same age."
)
@click.option("--by", metavar="COLUMN", help="Also the cohorts of each value of a column, such as a channel.")
@LEVEL
@DRAWN_OUTPUT
@JSON
def cohorts(
    options: OrderOptions,
    freq: Freq | None,
    calendar: Path | None,
    by: str | None,
    output: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Follow the customers in FILE by the period of their first order: who came back, or what they paid.

    \b
    Examples:
      crmkit cohorts orders.csv --as-of 2024-12-31
      crmkit cohorts orders.csv --as-of 2024-12-31 --freq Q --kind revenue --output cohorts.xlsx
      crmkit cohorts orders.csv --as-of 2024-12-31 --by channel --smoothing beta_binomial
      crmkit cohorts orders.csv --as-of 2024-12-31 --output cohorts.png
    """  # noqa: D301
    from crmkit._frames import open_frame, records, to_pandas
    from crmkit.activity import cohort_table
    from crmkit.cli.reading import BY, divided_by, open_orders
    from crmkit.cli.writing import DRAWINGS, check_table_output, path_of, print_json, say_path, writing

    read = [*options.files, *([] if calendar is None else [calendar])]
    check_table_output(output, read=read, drawn=True)
    if by is not None and output is not None and output.suffix.lower() in DRAWINGS:
        raise OptionError(_ONE_DRAWING())
    months = "M" if calendar is None else None
    divided = divided_by(freq or months, calendar, options.reading)
    with open_orders(options, keep=[] if by is None else [by]) as log:
        labels = None if by is None else log.labels(by)
        usable = log.transactions(options, as_of=options.as_of).transactions
        found = cohort_table(usable, as_of=options.as_of or "", by=labels, **divided.arguments, **asked)
        table = to_pandas(open_frame(found, name="cohorts"))
    if by is not None and by in table.columns:
        raise OptionError(_NAME_TAKEN(column=by))
    table = table.rename(columns={BY: by})
    value = _value(table)
    if output is not None:
        with writing(output):
            _write(table, output, by=by, title=_title(value, asked["kind"]), value=value, language=options.language)
    if as_json:
        print_json({**path_of(output), "as_of": options.as_of, "value": value, "cohorts": records(table)})
        return
    if output is not None:
        say_path(output)
    if asked["kind"] == "rolling" and asked["follow_up"] is None:
        say(_FOLLOWED(n=int(table["age"].max())), options.language)
    _print(table, divided, by=by, title=_title(value, asked["kind"]), value=value, language=options.language)


def _value(table: pd.DataFrame) -> str:
    """What is shown: money, or shares, smoothed where asked for."""
    return next(name for name in reversed(_TITLES) if name in table)


def _title(value: str, kind: str) -> Label:
    return _ROLLING if kind == "rolling" and value == "retention" else _TITLES[value]


def _print(
    table: pd.DataFrame, divided: Divided, *, by: str | None, title: Label, value: str, language: Language
) -> None:
    """Print the cohorts of each group, a row each."""
    keys = ["scope"] if by is None else ["scope", by]
    groups = [("all", table)] if by is None else list(table.groupby(keys, sort=False, dropna=False))
    cut = False
    for n, (key, group) in enumerate(groups):
        if n:
            click.echo()
        named = title.text(language) if by is None else f"{title.text(language)}, {by}: {_group(key, language)}"
        click.echo(f"{named}:")
        cut |= _print_group(group, divided, value=value, language=language)
    if cut:
        say(_CUT(cohorts=_MOST_COHORTS, ages=_MOST_AGES), language)
    if not table["is_complete"].all():
        say(_SO_FAR(), language)


def _group(key: Any, language: Language) -> str:
    scope, label = key
    return {"all": _ALL, "no label": _NO_LABEL}[scope].text(language) if scope != "group" else str(label)


def _print_group(group: pd.DataFrame, divided: Divided, *, value: str, language: Language) -> bool:
    """Print the newest cohorts of a group; tell whether there are more."""
    from crmkit.cli.writing import print_table

    first = 0 if value.startswith("cumulative") else 1
    starts = sorted(group["cohort"].unique())
    shown = group[group["cohort"].isin(starts[-_MOST_COHORTS:]) & (group["age"] <= _MOST_AGES)]
    ages = range(first, max(int(shown["age"].max()), first) + 1)
    written = money if value.startswith("cumulative") else share
    so_far = "retention" if value == "smoothed_retention" else value
    cells = {
        (row["cohort"], row["age"]): written(row[value]) if row["is_complete"] else f"({written(row[so_far])})"
        for row in shown.to_dict("records")
    }
    sizes = shown.groupby("cohort")["size"].first()
    rows = [
        [divided.name(start), count(size), *(cells.get((start, age), "") for age in ages)]
        for start, size in zip(sizes.index, sizes, strict=True)
    ]
    print_table([_COHORT.text(language), _SIZE.text(language), *map(str, ages)], rows)
    return len(starts) > _MOST_COHORTS or int(group["age"].max()) > _MOST_AGES


def _write(table: pd.DataFrame, output: Path, *, by: str | None, title: Label, value: str, language: Language) -> None:
    from crmkit.cli.writing import DRAWINGS, write_drawing, write_table
    from crmkit.plotting import plot_cohorts

    if output.suffix.lower() in DRAWINGS:
        write_drawing(lambda: plot_cohorts(table, value=value, language=language).figure, output, language)
        return
    write_table(table, output, sheets=_sheets(table, by=by, title=title, value=value, language=language))


def _sheets(table: pd.DataFrame, *, by: str | None, title: Label, value: str, language: Language) -> list[Sheet]:
    """The cohorts as a heat map, and all that is known of them by age."""
    from crmkit._workbook import Named, Sheet, headings
    from crmkit.activity import cohort_matrix

    matrix = cohort_matrix(table, value=value)
    ages = [name for name in matrix.columns if str(name).startswith("age_")]
    kind: Any = "money" if value.startswith("cumulative") else "share"
    own = {"cohort": Named(_COHORT, "day"), "size": Named(_SIZE, "count")}
    own |= {name: Named(Label(name.removeprefix("age_"), name.removeprefix("age_")), kind) for name in ages}
    own |= {
        name: Named(Label(name, name), "share") for name in ("retention", "smoothed_retention", "revenue_retention")
    }
    shaded = tuple(ages) if by is None else ()
    wide = Sheet(title.text(language), matrix, headings(matrix, language, own=own), shaded=shaded)
    return [wide, Sheet(_LONG.text(language), table, headings(table, language, own=own))]
