"""The customer report: its tables, and the page, text and data made of them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from crmkit._workbook import write_workbook
from crmkit._writing import write_text
from crmkit.report._added import Added, added
from crmkit.report._excel import as_sheets
from crmkit.report._facts import Facts
from crmkit.report._findings import findings
from crmkit.report._html import render
from crmkit.report._plain import as_dict, as_markdown
from crmkit.report._section import Answer

__all__ = ["CustomerReport"]


@dataclass(frozen=True, repr=False)
class CustomerReport(Facts):
    """A report on a customer base; `customer_report` makes it.

    Attributes
    ----------
    as_of : datetime
        Last day that counts.
    days : int
        Length in days of the recent period.
    margin, discount_rate : float
        Share of revenue that is profit, and a year's rate, by which the lifetime value counts money.
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
    closures : tuple of LogClosure
        Days without an order, ``start`` to ``end``, that recur every year: no holes, but remarked on.
    base : DataFrame
        Whose money the shares of revenue are of, as `crmkit.views.base_table` gives it.
    kpis : DataFrame
        `crmkit.metrics.order_kpis` of the whole log.
    answers : mapping of str to Answer
        What each section found: its ``tables``, and the ``problem`` that is in the way of something, in words. Sections
        that need purchases are missing where nobody bought, and "value" unless it is shown.
    added : tuple
        Sections that `with_section` added.
    """

    answers: Mapping[str, Answer]
    added: tuple[Added, ...] = ()

    def __repr__(self) -> str:
        n = f"{self.kpi('active_customers')['value']:,.0f} customers"
        return f"CustomerReport(as_of={self.as_of:%Y-%m-%d}, {n}, {len(self.sections) + len(self.added)} sections)"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of all sections by name, also of those that are not shown.

        ``audit`` is that of `crmkit.audit_orders`, ``holes`` the attribute. ``base``, ``kpis``, ``recent_kpis`` and
        ``previous_kpis`` come from `crmkit.metrics.order_kpis`, the last two for the last ``days`` days and for as many
        days before them, if the log covers them in full. ``months`` comes from `crmkit.metrics.period_table`,
        ``cohorts`` from `crmkit.cohort_table` by month, ``tiers`` and ``tier_cuts`` from
        `crmkit.segment.TierSegmenter`, ``rfm_segments`` from `crmkit.segment.RFMSegmenter`, ``rfm_map`` from
        `crmkit.segment.rfm_map_table`, ``score_ranges`` from `crmkit.segment.RFMScorer` (``bin_sizes_``).
        ``value_totals``, ``value_tiers`` and ``value_models`` come from `crmkit.views.base_forecast` over 12 months,
        ``tracking`` from `crmkit.value.judging.tracking_table`, ``worth_saving`` from
        `crmkit.views.customers_worth_saving`, with reasons (only if "actions" is shown). ``actions`` lists the
        customers of the segments ``at_risk`` and ``cannot_lose`` who spent the most, with reasons. ``gaps`` comes from
        `crmkit.metrics.purchase_gap_table`, ``concentration`` from `crmkit.metrics.concentration_table`. A table that
        could not be made is missing.
        """
        return {name: table for answer in self.answers.values() for name, table in answer.tables.items()}

    @property
    def findings(self) -> list[str]:
        """The headline findings, a sentence each."""
        return findings(self.answers, self)

    def with_section(self, title: str, content: Any) -> CustomerReport:
        """Add a section of your own after the others.

        Parameters
        ----------
        title : str
            Its heading. Two sections may have the same.
        content : pandas, Polars or PyArrow table, str or matplotlib.figure.Figure
            A table, a paragraph of text, or a drawing. Text and the values of a table are escaped; the page shows the
            first 100 rows of a table.

        Returns
        -------
        CustomerReport
            A report with the section; this one stays as it is.

        Raises
        ------
        TypeError
            If the content is none of the three, or the title is not text.
        """
        return replace(self, added=(*self.added, added(title, content)))

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
        return _kept(render(self.answers, self.added, self), path)

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
        return _kept(as_markdown(self.answers, self.added, self), path)

    def to_excel(self, path: str | Path, *, customers: Any = None) -> None:
        """Write findings and tables as a workbook for Excel, with headings in the language of the report.

        Numbers, percentages and dates are such; text never becomes a formula. Cohorts and the RFM map are heat maps;
        months, tiers, segments, value, rhythm and concentration have charts that Excel draws.

        Parameters
        ----------
        path : str or Path
            File to write, which ends in ``.xlsx``.
        customers : pandas, Polars or PyArrow table, optional
            Customers for a last sheet, one per row, as `crmkit.views.scored_customers`, `crmkit.views.valued_customers`
            or `crmkit.customer_summary` give them; at most 1,048,575. Without it only the customers that the report
            names are in the workbook.

        Raises
        ------
        OSError
            If the file cannot be written; an older one is then as it was.
        SchemaError
            If ``customers`` lacks ``customer_id``.
        TypeError
            If ``customers`` is not a table.
        ValueError
            If ``path`` ends otherwise, or there are more customers than a sheet holds.
        """
        write_workbook(as_sheets(self.answers, self.added, self, customers=customers), path)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain data that JSON can hold.

        Returns
        -------
        dict
            ``as_of``, ``first_day``, ``newest_order``, ``days``, ``margin``, ``discount_rate``, ``language``,
            ``version``, ``findings``, and ``tables``: per table of the sections shown a list of rows, each a dict;
            dates are ISO text, missing values None. Where `with_section` added sections, they are in ``added``, in
            their order: each a dict of ``title`` and either ``table`` or ``text``; of a figure the title alone.
        """
        return as_dict(self.answers, self.added, self)

    def _repr_html_(self) -> str:
        # In a frame of its own, the page's style leaves the notebook alone.
        page = html.escape(self.to_html(), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:40rem;border:0"></iframe>'


def _kept(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(text, path)
    return text
