"""What `crmkit survey` reads: the questions of a survey, the scales of their answers, and a checked table of them."""

from crmkit.cli.surveys._read import Survey, read_survey
from crmkit.cli.surveys._roles import QUESTIONS
from crmkit.cli.surveys._types import Codes, Meanings, Scale

__all__ = ["QUESTIONS", "Codes", "Meanings", "Scale", "Survey", "read_survey"]
