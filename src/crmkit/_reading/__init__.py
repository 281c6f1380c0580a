"""What all doors share: the cleaning of ids, times, numbers and flags, refusals with positions, and the audit."""

from crmkit._reading._audit import audit_table
from crmkit._reading._currency import check_one_currency, clean_codes, code_of
from crmkit._reading._days import cut_to_days
from crmkit._reading._flags import are_answers, clean_flags
from crmkit._reading._given import is_so, note_given, unread, was_given
from crmkit._reading._ids import clean_ids
from crmkit._reading._kept import columns_kept
from crmkit._reading._kinds import clean_kinds, read_kinds
from crmkit._reading._labels import clean_labels
from crmkit._reading._made import made_table
from crmkit._reading._merged_ids import MergedIds, read_merged_ids, with_merged_ids
from crmkit._reading._number_texts import DecimalMark, NumberTexts
from crmkit._reading._numbers import clean_numbers
from crmkit._reading._plain_text import in_plain_digits
from crmkit._reading._rates import Rates, read_rates
from crmkit._reading._references import codes_of, numbered, with_references
from crmkit._reading._refusals import Counts, Invalid, count_rows, rejected_rows, usable_rows
from crmkit._reading._rows import Reason, Rows, open_rows
from crmkit._reading._statuses import check_counts, clean_statuses, usual_status
from crmkit._reading._times import clean_times

__all__ = [
    "Counts",
    "DecimalMark",
    "Invalid",
    "MergedIds",
    "NumberTexts",
    "Rates",
    "Reason",
    "Rows",
    "are_answers",
    "audit_table",
    "check_counts",
    "check_one_currency",
    "clean_codes",
    "clean_flags",
    "clean_ids",
    "clean_kinds",
    "clean_labels",
    "clean_numbers",
    "clean_statuses",
    "clean_times",
    "code_of",
    "codes_of",
    "columns_kept",
    "count_rows",
    "cut_to_days",
    "in_plain_digits",
    "is_so",
    "made_table",
    "note_given",
    "numbered",
    "open_rows",
    "read_kinds",
    "read_merged_ids",
    "read_rates",
    "rejected_rows",
    "unread",
    "usable_rows",
    "usual_status",
    "was_given",
    "with_merged_ids",
    "with_references",
]
