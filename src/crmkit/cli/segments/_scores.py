"""Scores by several criteria: the rows by rank, how many have a score, the weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkit.cli.segments._models import write_beside
from crmkit.cli.segments._read import FileSource, open_listed
from crmkit.cli.segments._schemes import SCHEMES, scheme_of
from crmkit.cli.segments._sheets import score_sheets

if TYPE_CHECKING:
    from crmkit.cli.reading import OrderOptions

__all__ = ["write_scores"]


def write_scores(
    options: OrderOptions,
    scorer: Any,
    source: FileSource,
    output: Path,
    save: Path | None,
    *,
    fit: bool,
    as_json: bool,
) -> None:
    """Write the rows by rank, with scores and reasons."""
    from sklearn.base import clone

    from crmkit._frames import records
    from crmkit._workbook import customer_sheet
    from crmkit.cli.writing import path_of, print_json, print_sheet, say_path, write_table, writing
    from crmkit.views import ranked_customers

    name, language = scheme_of(scorer), options.language
    rows = SCHEMES[name].rows
    with open_listed(options, SCHEMES[name], source) as listed:
        fitted = clone(scorer).fit(listed.table) if fit else scorer
        ranked = ranked_customers(listed.table, scorer=fitted, language=language)
    ranked = ranked.sort_values("rank", kind="stable", ignore_index=True)
    sheets = score_sheets(SCHEMES[name].title, ranked, fitted, language, rows=rows)
    with writing(output):
        listed_rows = customer_sheet(ranked, language, row=rows.one, rows=rows.many)
        write_table(ranked, output, sheets=[listed_rows, *sheets])
    write_beside(fitted, save, None)
    if as_json:
        weights = records(fitted.weights_)
        counts = {str(status): int(n) for status, n in ranked["status"].value_counts().items()}
        print_json(
            {**path_of(output), "scheme": name, "n_customers": len(ranked), "statuses": counts, "weights": weights}
        )
        return
    say_path(output)
    for sheet in sheets:
        print_sheet(sheet)
