"""A label per row: schemes with codes, order and names, what gives labels, and the counting of moves between labels."""

from crmkit._labelling._case_labeller import MADE, CaseLabeller
from crmkit._labelling._cases import (
    PLAIN_COLUMN,
    Case,
    CaseCondition,
    Within,
    column_sql,
    lacks_sql,
    text_sql,
)
from crmkit._labelling._chain import BEFORE, Chain, as_chain, by_state, table_by_state, table_like
from crmkit._labelling._columns import labels_in
from crmkit._labelling._complete import CompleteLabeller
from crmkit._labelling._edges import Binning, edges_between_values, edges_of_top_shares, reached
from crmkit._labelling._labeller import Labeller, positions_in, value_column
from crmkit._labelling._measures import Measures, measured
from crmkit._labelling._moves import move_counts, moves_between, moves_table
from crmkit._labelling._scheme import POTENTIAL, Level, Scheme, label_table
from crmkit._labelling._summary import label_summary
from crmkit._labelling._two_axes import (
    Axis,
    TwoAxisLabeller,
    at_least,
    at_most,
    check_cut,
    check_scale,
    middle_of,
)

__all__ = [
    "BEFORE",
    "MADE",
    "PLAIN_COLUMN",
    "POTENTIAL",
    "Axis",
    "Binning",
    "Case",
    "CaseCondition",
    "CaseLabeller",
    "Chain",
    "CompleteLabeller",
    "Labeller",
    "Level",
    "Measures",
    "Scheme",
    "TwoAxisLabeller",
    "Within",
    "as_chain",
    "at_least",
    "at_most",
    "by_state",
    "check_cut",
    "check_scale",
    "column_sql",
    "edges_between_values",
    "edges_of_top_shares",
    "label_summary",
    "label_table",
    "labels_in",
    "lacks_sql",
    "measured",
    "middle_of",
    "move_counts",
    "moves_between",
    "moves_table",
    "positions_in",
    "reached",
    "table_by_state",
    "table_like",
    "text_sql",
    "value_column",
]
