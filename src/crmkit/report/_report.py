"""The customer report: its tables, and the page, text and data made of them."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from crmkit._names import Language
from crmkit._writing import write_text
from crmkit.activity import LogHole, LogSpan, touching
from crmkit.report._findings import findings
from crmkit.report._html import render
from crmkit.report._plain import as_dict, as_markdown
from crmkit.report._sections import Extra, Section
from crmkit.report._value import CustomerValue

__all__ = ["CustomerReport"]


@dataclass(frozen=True)
class CustomerReport:
    """A report on a customer base; `customer_report` makes it.

    Attributes
    ----------
    as_of : datetime
        Last day that counts.
    days : int
        Length in days of the recent period.
    margin, discount_rate : float
        Share of revenue that is profit, and a year's rate, as ``value`` counts money.
    language : {"en", "zh"}
        Language of the texts.
    sections : tuple of str
        The sections shown, in order.
    span : LogSpan
        ``first_day``, ``first_order``, ``newest_order``, and ``quiet_until``: the last day on which the next order
        would still be in the rhythm of the log. A later ``as_of`` is remarked on.
    holes : tuple of LogHole
        What the log does not hold as it should: ``kind`` ("missing", "partial", "doubled"), ``start`` and ``end``,
        ``n_orders``, and the range ``expected_low`` to ``expected_high``; see `crmkit.log_coverage_table`. Figures
        whose period touches one are marked †.
    base : DataFrame
        Whom and what the shares of revenue are of: ``part``, ``n_customers``, ``amount``. The "customers" who ordered
        and did not get back more than they paid; those "below_zero", who did, and count as customers whose money is 0;
        those with "no_purchase_day", who do not count as customers; and "all", to which the three add up.
    audit : DataFrame or None
        Where every row went, as `crmkit.audit_orders` gives it.
    kpis : DataFrame
        `crmkit.metrics.order_kpis` of the whole log.
    recent_kpis, previous_kpis : DataFrame or None
        The same of the last ``days`` days, and of the ``days`` days before; None if the log does not hold them all.
    months : DataFrame
        `crmkit.metrics.period_table` by month.
    cohorts : DataFrame or None
        `crmkit.cohort_table` by month. This and what follows on scores and segments is None if nobody bought.
    concentration : DataFrame
        `crmkit.metrics.concentration_table` of the base.
    gaps : DataFrame
        `crmkit.metrics.purchase_gap_table`.
    rfm_map, score_ranges, rfm_segments : DataFrame or None
        `crmkit.segment.rfm_map_table`, the customers and values of each score (``bin_sizes_`` of
        `crmkit.segment.RFMScorer`), and the summary of `crmkit.segment.RFMSegmenter` with its eleven segments.
    tiers, tier_cuts : DataFrame or None
        Summary and cuts of `crmkit.segment.TierSegmenter`; None unless revenue is above zero.
    value : CustomerValue or None
        What the customers are expected to buy and to bring in the next 12 months, and whom it pays to win back: tables
        ``models``, ``totals``, ``tiers``, ``tracking``, ``worth_saving``. None unless its section is shown.
    quiet : DataFrame or None
        How many customers ``actions`` are chosen from, and their net money, in the parts of ``base``.
    actions : DataFrame or None
        ``customer_id``, ``segment``, ``spend`` and the reason of the customers to act on first: those of the segments
        ``at_risk`` and ``cannot_lose`` who spent the most.
    extra : tuple
        Sections that `with_section` added.
    """

    as_of: datetime
    days: int
    margin: float
    discount_rate: float
    language: Language
    sections: tuple[Section, ...]
    span: LogSpan
    holes: tuple[LogHole, ...]
    base: pd.DataFrame
    audit: pd.DataFrame | None
    kpis: pd.DataFrame
    recent_kpis: pd.DataFrame | None
    previous_kpis: pd.DataFrame | None
    months: pd.DataFrame
    cohorts: pd.DataFrame | None
    concentration: pd.DataFrame
    gaps: pd.DataFrame
    rfm_map: pd.DataFrame | None
    score_ranges: pd.DataFrame | None
    rfm_segments: pd.DataFrame | None
    tiers: pd.DataFrame | None
    tier_cuts: pd.DataFrame | None
    value: CustomerValue | None
    quiet: pd.DataFrame | None
    actions: pd.DataFrame | None
    extra: tuple[Extra, ...] = ()

    @property
    def first_day(self) -> datetime:
        """Day of the first transaction."""
        return self.span.first_day

    def touched(self, start: datetime, end: datetime) -> bool:
        """Whether a period shares a day with a hole of the log.

        Parameters
        ----------
        start, end : datetime
            First and last day of the period.

        Returns
        -------
        bool
            True if it does; its figures are then marked †.
        """
        return bool(touching(self.holes, start, end))

    @property
    def findings(self) -> list[str]:
        """The headline findings, a sentence each."""
        return findings(self)

    def with_section(self, title: str, content: Any) -> CustomerReport:
        """Add a section of your own after the others.

        Parameters
        ----------
        title : str
            Its heading.
        content : DataFrame, str or matplotlib.figure.Figure
            A table, a paragraph of text, or a drawing. Text and the values of a table are escaped.

        Returns
        -------
        CustomerReport
            A report with the section; this one stays as it is.

        Raises
        ------
        TypeError
            If the content is none of the three or the title no text.
        """
        if not isinstance(title, str):
            raise TypeError(f"`title` must be text, got {title!r}.")
        if not isinstance(content, (str, pd.DataFrame)) and not hasattr(content, "savefig"):
            kind = type(content).__name__
            raise TypeError(f"`content` must be a pandas DataFrame, text or a Matplotlib figure, got {kind}.")
        return replace(self, extra=(*self.extra, Extra(title, content)))

    def to_html(self, path: str | Path | None = None) -> str:
        """Write the report as one HTML page that needs nothing else.

        Parameters
        ----------
        path : str or Path, optional
            File to write, in UTF-8.

        Returns
        -------
        str
            The page. The same report gives the same bytes.

        Raises
        ------
        OSError
            If the file cannot be written; an older one is then as it was.
        """
        return _kept(render(self), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Write findings and tables as Markdown, without drawings.

        Parameters
        ----------
        path : str or Path, optional
            File to write, in UTF-8.

        Returns
        -------
        str
            The text.

        Raises
        ------
        OSError
            If the file cannot be written; an older one is then as it was.
        """
        return _kept(as_markdown(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain data that JSON can hold.

        Returns
        -------
        dict
            ``as_of``, ``first_day``, ``newest_order``, ``days``, ``margin``, ``discount_rate``, ``language``,
            ``version``, ``findings``, and ``tables``: per table a list of rows, each a dict; dates are ISO text,
            missing values None.
        """
        return as_dict(self)

    def _repr_html_(self) -> str:
        # In a frame of its own, the page's style leaves the notebook alone.
        page = html.escape(render(self), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:40rem;border:0"></iframe>'


def _kept(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(text, path)
    return text
