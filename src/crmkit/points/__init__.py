"""The door for points: what members of a loyalty programme earned, redeemed and lost, checked."""

from crmkit.points._audit import audit_points, rejected_points
from crmkit.points._door import as_points
from crmkit.points._read import POINT_KINDS, POINT_REASONS

__all__ = ["POINT_KINDS", "POINT_REASONS", "as_points", "audit_points", "rejected_points"]
