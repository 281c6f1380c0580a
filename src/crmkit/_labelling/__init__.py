"""A label per row: schemes with codes, order and names, what gives labels, and the counting of moves between labels."""

from crmkit._labelling._chain import BEFORE, Chain, as_chain, by_state, table_by_state, table_like
from crmkit._labelling._columns import labels_in
from crmkit._labelling._labeller import Labeller, positions_in
from crmkit._labelling._measures import Measures, measured
from crmkit._labelling._moves import move_counts, moves_between
from crmkit._labelling._scheme import POTENTIAL, Level, Scheme, label_table
from crmkit._labelling._summary import label_summary

__all__ = [
    "BEFORE",
    "POTENTIAL",
    "Chain",
    "Labeller",
    "Level",
    "Measures",
    "Scheme",
    "as_chain",
    "by_state",
    "label_summary",
    "label_table",
    "labels_in",
    "measured",
    "move_counts",
    "moves_between",
    "positions_in",
    "table_by_state",
    "table_like",
]
