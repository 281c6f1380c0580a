"""Charts that Excel draws from the cells of a sheet."""

from __future__ import annotations

import io
from typing import Any, Final

from crmkit._workbook._kinds import FORMATS
from crmkit._workbook._sheet import Chart, Sheet
from crmkit._workbook._style import BLUE, ORANGE, SHADE

__all__ = ["add_drawings"]

_COLOURS: Final = (BLUE, ORANGE, SHADE)
_CENTIMETRES: Final = (20.0, 9.0)
# Rows from one chart to the next.
_ROWS: Final = 20
_GRID: Final = "E5E5E5"
_DPI: Final = 120
# On an axis with many points.
_LABELS: Final = 12


def add_drawings(worksheet: Any, sheet: Sheet) -> None:
    """Put the charts, or the picture, to the right of the table."""
    from openpyxl.utils import get_column_letter

    column = get_column_letter(len(sheet.headings) + 2)
    if len(sheet.table):
        for number, chart in enumerate(sheet.charts):
            worksheet.add_chart(_drawn(worksheet, sheet, chart), f"{column}{2 + number * _ROWS}")
    if sheet.picture is not None:
        worksheet.add_image(_image(sheet.picture.figure), "A2")


def _drawn(worksheet: Any, sheet: Sheet, chart: Chart) -> Any:
    from openpyxl.chart import BarChart, LineChart, Reference, Series
    from openpyxl.chart.data_source import AxDataSource, NumData, NumRef, StrRef

    drawn = LineChart() if chart.kind == "lines" else BarChart()
    if chart.kind == "stacked":
        drawn.grouping, drawn.overlap = "stacked", 100
    places = {heading.column: number for number, heading in enumerate(sheet.headings, start=1)}
    kinds: Any = {heading.column: heading.kind for heading in sheet.headings}
    last = len(sheet.table) + 1
    first = max(2, last - chart.n_last + 1)

    def cells(column: str, low: int, high: int) -> Any:
        return Reference(worksheet, min_col=places[column], min_row=low, max_row=high)

    along = str(cells(chart.category, first, last))
    format_along = FORMATS[kinds[chart.category]]
    for column, colour in zip(chart.values, _COLOURS, strict=False):
        series = Series(cells(column, first, last), title_from_data=False)
        series.tx = _title(str(cells(column, 1, 1)))
        text = kinds[chart.category] in ("text", "id")
        numbers = NumRef(f=along, numCache=NumData(formatCode=format_along))
        series.cat = AxDataSource(strRef=StrRef(f=along)) if text else AxDataSource(numRef=numbers)
        _coloured(series, colour, lines=chart.kind == "lines")
        drawn.series.append(series)
    _finish(drawn, chart, format_along=format_along, format_up=FORMATS[kinds[chart.values[0]]], n=last - first + 1)
    return drawn


def _title(cell: str) -> Any:
    from openpyxl.chart.data_source import StrRef
    from openpyxl.chart.series import SeriesLabel

    return SeriesLabel(strRef=StrRef(f=cell))


def _coloured(series: Any, colour: str, *, lines: bool) -> None:
    if lines:
        series.graphicalProperties.line.solidFill = colour
        series.smooth = False
        series.marker.symbol = "none"
    else:
        # A month of refunds keeps its colour.
        series.invertIfNegative = False
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.solidFill = colour


def _finish(drawn: Any, chart: Chart, *, format_along: str, format_up: str, n: int) -> None:
    """Title, axes, legend and size."""
    from openpyxl.chart.shapes import GraphicalProperties

    drawn.title = chart.title
    drawn.title.overlay = False
    drawn.width, drawn.height = _CENTIMETRES
    drawn.x_axis.number_format, drawn.y_axis.number_format = format_along, format_up
    # Since openpyxl 3.1 axes are hidden unless this is said.
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_line(_GRID))
    drawn.x_axis.tickLblPos = "low"
    if n > 2 * _LABELS:
        drawn.x_axis.tickLblSkip = -(-n // _LABELS)
    if len(chart.values) > 1:
        drawn.legend.position = "b"
    else:
        drawn.legend = None
    if chart.kind != "lines":
        drawn.gapWidth = 60


def _line(colour: str) -> Any:
    from openpyxl.drawing.line import LineProperties

    return LineProperties(solidFill=colour)


def _image(figure: Any) -> Any:
    from openpyxl.drawing.image import Image

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI)
    drawn.seek(0)
    return Image(drawn)
