"""The door for plans: tasks, resources, budgets, risks and scores with their targets, checked."""

from crmkit.plans._audit import audit_plan, rejected_plan
from crmkit.plans._door import as_plan
from crmkit.plans._read import KINDS, PLAN_REASONS

__all__ = ["KINDS", "PLAN_REASONS", "as_plan", "audit_plan", "rejected_plan"]
