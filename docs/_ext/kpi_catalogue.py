"""The page of definitions: every KPI of the catalogue, by group, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit.labels import LABELS, Label
from crmkit.metrics import kpi_catalogue

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PLACE: Final = "<!-- the KPIs of the catalogue -->\n"
_WORDS: Final = {
    "unit": Label("Unit", "单位"),
    "direction": Label("Direction", "方向"),
    "band": Label("Target band", "目标区间"),
    "inputs": Label("Inputs", "输入"),
    "example": Label("Example", "算例"),
    "empty": Label("Without a base", "基数为空"),
    "source": Label("Source", "出处"),
    "colon": Label(": ", "："),
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill the place of the KPIs as the page is read."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True}


def _fill(_app: Sphinx, page: str, source: list[str]) -> None:
    if _PLACE in source[0]:
        source[0] = source[0].replace(_PLACE, _catalogue("zh" if page.endswith(".zh") else "en"))


def _catalogue(language: Any) -> str:
    parts = []
    for group, kpis in kpi_catalogue().groupby("group", sort=False):
        parts.append(f"## {LABELS['kpi_group'][str(group)].text(language)}\n")
        parts += [_entry(row, language) for row in kpis.to_dict("records")]
    return "\n".join(parts)


def _entry(row: Any, language: Any) -> str:
    other = "zh" if language == "en" else "en"
    lines = {
        "unit": LABELS["unit"][row["unit"]].text(language),
        "direction": LABELS["kpi_direction"][row["direction"]].text(language),
        "band": row["band"],
        "inputs": ", ".join(f"`{name}`" for name in row["inputs"].split(", ") if name),
        "example": ", ".join(f"`{call}`" for call in row["example"].split("; ") if call),
        "empty": f"`{row['empty_base']}`",
        "source": row["source"],
    }
    colon = _WORDS["colon"].text(language)
    facts = [f"- {_WORDS[name].text(language)}{colon}{text}" for name, text in lines.items() if text]
    variants = row[f"variants_{language}"].split("; " if language == "en" else "；")
    chosen = [f"- `{each.split(colon)[0]}`{colon}{colon.join(each.split(colon)[1:])}" for each in variants if each]
    return "\n".join(
        [
            f"### {row[f'name_{language}']} ({row[f'name_{other}']})\n",
            f"{{py:obj}}`{row['kpi']} <{row['function']}>`{colon}{row[f'formula_{language}']}\n",
            *chosen,
            *facts,
            "",
        ]
    )
