"""The command `crmkit survey`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._messages import Message
from crmkit._names import Label
from crmkit.cli.kpis import Answer, heads_of, lines_of, named, sheets_of
from crmkit.cli.language import OptionError, say
from crmkit.cli.options import JSON, TABLE_OUTPUT, Number, Values, command, order_command
from crmkit.cli.surveys import QUESTIONS, Codes, Meanings, Scale, Survey, read_survey

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._names import Language
    from crmkit._workbook import Sheet
    from crmkit.cli.reading import OrderOptions

__all__ = ["survey"]

# Of orders alone.
_LEFT_OUT: Final = frozenset(
    {
        *("as_of", "customer_id", "merge_ids", "date", "amount", "quantity", "unit_price", "order_id", "currency"),
        *("rates", "status", "refund", "refund_date", "counts", "returns", "date_format", "time_zone"),
    }
)
_TITLE: Final = Label("KPIs of the survey", "问卷指标")
_DRIVERS: Final = Label("What it rests on", "满意度由什么决定")
_HEADS: Final = {
    "item": (Label("Question", "题目"), "text"),
    "performance": (Label("Mean", "均分"), "number"),
    "importance": (Label("Part of what is explained", "解释度贡献"), "share"),
    "lower": (Label("Lower end", "区间下限"), "share"),
    "upper": (Label("Upper end", "区间上限"), "share"),
    "quadrant": (Label("What to do", "建议"), "text"),
}
# What divides the satisfied from the others where nobody says it: the top two boxes.
_TOP_BOXES: Final = 2
# What agrees that it was easy on the scale of the customer effort score.
_OF_EASE, _EASY = (1.0, 7.0), 5.0

_TOP: Final = Message(
    en="satisfied: {low:g} or more of {high:g}, the top two answers ({option} names another)",
    zh="满意：{high:g} 分中的 {low:g} 分及以上，即最高两档（可用 {option} 另行指定）",
)
_AGREES: Final = Message(
    en="found it easy: {low:g} or more of {high:g} ({option} names another)",
    zh="认为轻松：{high:g} 分中的 {low:g} 分及以上（可用 {option} 另行指定）",
)
_PRAISE: Final = Message(
    en="praise: {low:g} or more of {high:g}, the top two ratings ({option} names another)",
    zh="好评：{high:g} 分中的 {low:g} 分及以上，即最高两档（可用 {option} 另行指定）",
)
_FEW: Final = Message(
    en="Fewer than 30 answers, so that figures say little: {groups}.", zh="回答不足 30 份，数值参考意义不大：{groups}。"
)
_NO_OUTCOME: Final = Message(
    en="--drivers explain --satisfaction, or --recommend if there is none. Name one of the two.",
    zh="--drivers 用于解释 --satisfaction，没有时解释 --recommend。请指定其中之一。",
)
_ONE_DRIVER: Final = Message(
    en="--drivers must name two columns or more, got {drivers}.", zh="--drivers 至少须有两列，得到 {drivers}。"
)


def _number(value: float) -> None:
    from crmkit._checks import check_number

    check_number(value, name="satisfied_from")


def _question_options(survey: Any) -> Any:
    for role in reversed(QUESTIONS):
        survey = click.option(role.option, metavar="COLUMN", help=role.help)(survey)
    return survey


@command()
@order_command(as_of="", needs_as_of=False, leave_out=_LEFT_OUT)
@_question_options
@click.option("--scale", metavar="LOW-HIGH", type=Scale(), help="Of satisfaction and drivers, such as 1-10; guessed.")
@click.option("--ease-scale", metavar="LOW-HIGH", type=Scale(), help="Of ease, such as 1-7.")
@click.option("--rating-scale", metavar="LOW-HIGH", type=Scale(), help="Of ratings, such as 1-5.")
@click.option(
    "--satisfied-from",
    metavar="N",
    type=Number(_number),
    help="Least answer that is satisfied; the top two if not given.",
)
@click.option("--easy-from", metavar="N", type=Number(_number), help="Least answer that agrees; 5 of 7 if not given.")
@click.option("--positive-from", metavar="N", type=Number(_number), help="Least rating that is praise; the top two.")
@click.option("--labels", metavar="PAIRS", type=Meanings(), help="What texts stand for, such as good=5,fair=3.")
@click.option("--missing", metavar="CODES", type=Codes(), help="Codes that are no answer, such as 99.")
@click.option("--drivers", metavar="COLUMNS", type=Values(), help="Questions on --scale that may explain satisfaction.")
@click.option("--by", metavar="COLUMN", help="Also compute the KPIs of each group, such as a region or a wave.")
@click.option("--weight", metavar="COLUMN", help='Weights of the respondents; "" for none.')
@click.option("--finished", metavar="COLUMN", help='Whether the survey was answered to its end; "" for none.')
@TABLE_OUTPUT
@JSON
def survey(
    options: OrderOptions,
    scale: tuple[float, float] | None,
    ease_scale: tuple[float, float] | None,
    rating_scale: tuple[float, float] | None,
    satisfied_from: float | None,
    easy_from: float | None,
    positive_from: float | None,
    labels: dict[str, float] | None,
    missing: list[float | str] | None,
    drivers: list[str] | None,
    by: str | None,
    output: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Compute the KPIs of the survey in FILE: recommendation, satisfaction, ease and praise, and what they rest on.

    \b
    Examples:
      crmkit survey answers.csv --recommend q1 --satisfaction q2 --scale 1-10 --missing 99
      crmkit survey answers.csv --satisfaction overall --drivers service,price,delivery --by region
      crmkit survey answers.xlsx --satisfaction overall --labels "very satisfied=5,satisfied=4,neither=3"
    """  # noqa: D301
    from crmkit._frames import records
    from crmkit.cli.reading import divided_by
    from crmkit.cli.writing import (
        check_table_output,
        path_of,
        print_json,
        print_sheet,
        print_table,
        say_path,
        write_table,
        writing,
    )

    check_table_output(output, read=options.files)
    if drivers is not None and len(drivers) < _TOP_BOXES:
        raise OptionError(_ONE_DRIVER(drivers=drivers))
    scales = {"satisfaction": scale, "ease": ease_scale, "rating": rating_scale}
    found = read_survey(
        options, given, drivers=drivers or [], by=by, scales=scales, missing=missing or [], labels=labels
    )
    language = options.language
    kpis = _kpis(found, by, satisfied_from, easy_from, positive_from, language)
    explained = _explained(found) if drivers else None
    answer = Answer(kpis, {}, found.columns, {} if by is None else {by: Label(by, by)})
    shown = named(answer, by, language)
    sheets = sheets_of(_TITLE, shown, answer, language)
    if explained is not None:
        sheets.append(_drivers_sheet(explained, language))
    if output is not None:
        with writing(output):
            write_table(shown, output, sheets=sheets)
    _say_small(shown, by, language)
    if as_json:
        told = None if explained is None else records(explained)
        print_json({"columns": dict(found.columns), "kpis": records(shown), "drivers": told, **path_of(output)})
        return
    if output is not None:
        say_path(output)
    divided = divided_by(None, None, options.reading)
    print_table(
        heads_of(shown, answer.keys, language),
        lines_of(shown, answer.keys, language, divided),
        n_texts=len(answer.keys) + 2,
    )
    if explained is not None:
        click.echo()
        print_sheet(sheets[-1])


def _kpis(
    found: Survey,
    by: str | None,
    satisfied_from: float | None,
    easy_from: float | None,
    positive_from: float | None,
    language: Language,
) -> pd.DataFrame:
    from crmkit.cli.reading import BY
    from crmkit.loyalty.satisfaction import survey_kpis

    asked: dict[str, Any] = {name: name for name in found.questions}
    for question, (option, least, told) in {
        "satisfaction": ("satisfied_from", satisfied_from, _TOP),
        "ease": ("easy_from", easy_from, _AGREES),
        "rating": ("positive_from", positive_from, _PRAISE),
    }.items():
        if question not in asked:
            continue
        scale = found.scales[question]
        usual = _EASY if question == "ease" and scale == _OF_EASE else scale[1] - _TOP_BOXES + 1
        if least is None:
            say(told(low=usual, high=scale[1], option=f"--{option.replace('_', '-')}"), language)
        asked[option] = usual if least is None else least
    return survey_kpis(found.answers, **asked, by=() if by is None else BY)


def _explained(found: Survey) -> pd.DataFrame:
    """The drivers of satisfaction, or else of recommendation, and where to act first."""
    from crmkit.loyalty.satisfaction import importance_performance_table, key_driver_table

    outcomes = [name for name in ("satisfaction", "recommend") if name in found.questions]
    if not outcomes:
        raise OptionError(_NO_OUTCOME())
    drivers = key_driver_table(found.answers, outcome=outcomes[0], drivers=found.columns["drivers"])
    placed = importance_performance_table(drivers)
    return placed.assign(outcome=outcomes[0], lower=drivers["lower"], upper=drivers["upper"])


def _drivers_sheet(explained: pd.DataFrame, language: Language) -> Sheet:
    from crmkit._workbook import Named, Sheet, headings
    from crmkit.labels import LABELS

    own = {name: Named(label, kind) for name, (label, kind) in _HEADS.items()}  # type: ignore[arg-type]
    told = explained.assign(quadrant=[LABELS["quadrant"][code].text(language) for code in explained["quadrant"]])
    return Sheet(_DRIVERS.text(language), told, headings(told, language, columns=list(_HEADS), own=own))


def _say_small(kpis: pd.DataFrame, by: str | None, language: Language) -> None:
    """Name the groups that rest on few answers."""
    small = kpis[kpis["is_small"]]
    if len(small):
        of = small["name"] if by is None else small[by].dropna()
        say(_FEW(groups=", ".join(dict.fromkeys(map(str, of))) or small["name"].iloc[0]), language)
