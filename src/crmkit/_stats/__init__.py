"""Mathematics that several parts share: ratios, intervals, concentration."""

from crmkit._stats._concentration import TOP_SHARE, gini_coefficient, lorenz_curve, share_of_top, top_count
from crmkit._stats._intervals import wilson_interval
from crmkit._stats._ratio import Numbers, as_floats, check_alike, check_counts, check_part_of, ratio

__all__ = [
    "TOP_SHARE",
    "Numbers",
    "as_floats",
    "check_alike",
    "check_counts",
    "check_part_of",
    "gini_coefficient",
    "lorenz_curve",
    "ratio",
    "share_of_top",
    "top_count",
    "wilson_interval",
]
