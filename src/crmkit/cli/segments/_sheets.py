"""The segments as a sheet, which is printed as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmkit._names import Label, Language

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet

__all__ = ["PRINTED", "summary_sheet"]

PRINTED: Final = ("segment_name", "n_customers", "customer_share", "value", "value_share")
"""The columns that are printed."""

_WITHOUT_ORDER: Final = ("potential", "unsold")
_SEGMENT: Final = Label("Segment", "分群")
_SHARE_OF: Final = Label("Share of {column}", "{column} 占比")
_EACH: Final = Label("{column} per customer", "人均 {column}")
_SPEND: Final = (
    Label("Spend", "消费额"), Label("Share of spend", "消费额占比"), Label("Spend per customer", "人均消费额"),
)  # fmt: skip
_SHARES: Final = Label("Share of customers and of value", "客户占比与价值占比")


def summary_sheet(title: Label, summary: pd.DataFrame, language: Language, *, value: str) -> Sheet:
    """A row per segment, its shares drawn; ``value`` is the column that was added up."""
    from crmkit._workbook import Chart, Named, Sheet, headings

    added, shared, mean = _SPEND if value == "spend" else _named_after(value)
    own = {
        "segment_name": Named(_SEGMENT, "text"),
        "value": Named(added, "money"),
        "value_share": Named(shared, "share"),
        "mean_value": Named(mean, "money"),
    }
    told = summary.assign(segment_name=summary[f"name_{language}"])
    orders = ["n_orders"] if "n_orders" in summary else []
    if not orders:
        # Nobody can be without an order.
        told = told[~told["segment"].isin(_WITHOUT_ORDER)].reset_index(drop=True)
    columns = ["segment_name", "n_customers", "customer_share", *orders, "value", "value_share", "mean_value"]
    chart = Chart(_SHARES.text(language), "segment_name", ("customer_share", "value_share"))
    return Sheet(title.text(language), told, headings(told, language, columns=columns, own=own), charts=(chart,))


def _named_after(column: str) -> tuple[Label, Label, Label]:
    shared, mean = (Label(*(text.format(column=column) for text in each)) for each in (_SHARE_OF, _EACH))
    return Label(column, column), shared, mean
