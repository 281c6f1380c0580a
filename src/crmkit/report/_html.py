"""The report as one HTML page: text escaped, drawings inline, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmkit._extras import check_extra
from crmkit._figures import day
from crmkit._names import Label, Language
from crmkit._version import __version__
from crmkit.labels import LABELS
from crmkit.report._added import Added, page_of
from crmkit.report._charts import svg
from crmkit.report._facts import Facts
from crmkit.report._findings import findings, remarks, subtitle
from crmkit.report._section import Answer, Section
from crmkit.report._sections import SECTIONS
from crmkit.report._texts import TEXTS, told

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["chart", "render"]


def render(answers: Mapping[str, Answer], added: Sequence[Added], facts: Facts) -> str:
    """Write the page."""
    environment = _environment(facts.language)
    environment.globals["findings"] = findings(answers, facts)
    touched = facts.touched(facts.first_day, facts.as_of)
    sections = [
        {
            "html": _section(SECTIONS[name], answers[name], facts, environment),
            "touched": touched and SECTIONS[name].is_of_all_days,
        }
        for name in facts.sections
    ]
    return environment.get_template("templates/page.html").render(
        text=_words(TEXTS, facts.language),
        language="zh-CN" if facts.language == "zh" else "en",
        subtitle=subtitle(facts),
        remarks=[] if "findings" in facts.sections else remarks(facts),
        sections=sections,
        added=[page_of(section, number, facts.language) for number, section in enumerate(added, start=1)],
        version=__version__,
        as_of=day(facts.as_of),
        days=facts.days,
    )


def chart(section: Section, name: str, answer: Answer, facts: Facts) -> dict[str, str]:
    """Draw one chart: ``svg`` and its description ``alt``."""
    drawing = section.charts[name](answer, facts)
    alt = section.texts[f"alt_{name}"].text(facts.language).format(**drawing.told)
    return {"svg": svg(drawing.draw, name=name), "alt": alt}


def _section(section: Section, answer: Answer, facts: Facts, environment: Environment) -> Any:
    """Fill the template of a section; where there is a problem and nothing else, say that."""
    from markupsafe import Markup

    nothing_else = answer.problem is not None and not answer.tables
    template = environment.get_template("templates/problem.html" if nothing_else else f"{section.name}/section.html")
    filled = template.render(
        name=section.name,
        text=_words({**TEXTS, **section.texts}, facts.language),
        problem="" if answer.problem is None else told(answer.problem, facts.language),
        chart=lambda name: chart(section, name, answer, facts),
        **({} if nothing_else else section.page(answer, facts)),
    )
    return Markup(filled)  # noqa: S704 - made by a template that escapes


def _environment(language: Language) -> Environment:
    check_extra("report", "jinja2")
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("crmkit.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["label_of"] = lambda scheme, code: LABELS[scheme][code].text(language)
    return environment


def _words(texts: Mapping[str, Label], language: Language) -> Callable[..., str]:
    def text(code: str, **values: object) -> str:
        return texts[code].text(language).format(**values)

    return text
