"""The column that KPIs are by, under a name that no table and no result has."""

from typing import Final

__all__ = ["BY"]

BY: Final = "__crmkit_by"
