"""The door for answers to surveys: items on a stated scale, from any table or export, checked."""

from crmkit.answers._audit import audit_answers, rejected_answers
from crmkit.answers._door import as_answers
from crmkit.answers._read import ANSWER_REASONS

__all__ = ["ANSWER_REASONS", "as_answers", "audit_answers", "rejected_answers"]
