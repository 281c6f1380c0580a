"""The pictures of the cards: drawn by crmkit's own plots each time the site is built, in both languages."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

import crmkit as ck
from crmkit import metrics, plotting, value
from crmkit.segment import RFMScorer, TierSegmenter, rfm_map_table
from crmkit.value import judging

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    Draw = Callable[..., Any]

# Below the folder of the sources, which is where Sphinx looks for pictures, and removed before each build.
FOLDER: Final = "_build/pictures"
LANGUAGES: Final = ("en", "zh")
_CARDS: Final = ("segments", "value", "churn", "kpis")
_SIZE: Final = (5.4, 3.6)
# The report is a card with several plots.
_REPORT: Final = ("kpis", "cohorts", "segments", "rfm")
_REPORT_SIZE: Final = (13.2, 8.8)
_AS_OF: Final = "1998-06-30"
_AGES: Final = 9
# Text stays text, and the same figure gives the same bytes.
_SETTINGS: Final = {"svg.fonttype": "none", "svg.hashsalt": "crmkit", "figure.facecolor": "white"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw before the first page is read."""
    app.connect("builder-inited", _draw_all)
    return {"parallel_read_safe": True}


def _draw_all(app: Sphinx) -> None:
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    plots = _plots()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # The reader's fonts show the Chinese, not those of the machine that draws.
        warnings.filterwarnings("ignore", message="Glyph|Matplotlib finds no font")
        for language in LANGUAGES:
            for name in _CARDS:
                figure = Figure(figsize=_SIZE, layout="constrained")
                plots[name](ax=figure.subplots(), language=language)
                _save(figure, folder / f"{name}.{language}.svg")
            figure = Figure(figsize=_REPORT_SIZE, layout="constrained")
            for ax, name in zip(figure.subplots(2, 2).flat, _REPORT, strict=True):
                plots[name](ax=ax, language=language)
            _save(figure, folder / f"report.{language}.svg")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})


def _plots() -> dict[str, Draw]:
    """A function per picture that draws it, given axes and language."""
    transactions = ck.as_transactions(ck.load_cdnow())
    customers = ck.customer_summary(transactions, as_of=_AS_OF)
    split = ck.holdout_split(transactions, calibration_end="1997-09-30", observation_end=_AS_OF)
    model = value.ParetoNBDModel().fit(split)
    cohorts = ck.cohort_table(transactions, as_of=_AS_OF)
    tables = {
        "segments": (plotting.plot_segments, TierSegmenter().fit(customers).summary(customers)),
        "value": (plotting.plot_deciles, judging.decile_table(split, model=model, observation_end=_AS_OF)),
        "churn": (
            plotting.plot_alive_history,
            value.alive_history(transactions[transactions["customer_id"] == 1], model=model, as_of=_AS_OF),
        ),
        "kpis": (plotting.plot_period_revenue, metrics.period_table(transactions, as_of=_AS_OF)),
        "cohorts": (plotting.plot_cohorts, cohorts[cohorts["age"] <= _AGES]),
        "rfm": (plotting.plot_rfm_map, rfm_map_table(customers, scorer=RFMScorer().fit(customers))),
    }
    return {name: _drawing(plot, table) for name, (plot, table) in tables.items()}


def _drawing(plot: Draw, table: Any) -> Draw:
    return lambda **options: plot(table, **options)
