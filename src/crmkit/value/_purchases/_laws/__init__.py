"""The laws of buying: how customers buy and leave."""

from crmkit.value._purchases._laws._beta_binomial import BETA_BINOMIAL
from crmkit.value._purchases._laws._beta_geo import BETA_GEO, MODIFIED_BETA_GEO
from crmkit.value._purchases._laws._erlang import erlang_law
from crmkit.value._purchases._laws._gompertz import GOMPERTZ
from crmkit.value._purchases._laws._law import Histories, Law, Link, Values
from crmkit.value._purchases._laws._nbd import NBD
from crmkit.value._purchases._laws._pareto import PARETO

__all__ = [
    "BETA_BINOMIAL",
    "BETA_GEO",
    "GOMPERTZ",
    "MODIFIED_BETA_GEO",
    "NBD",
    "PARETO",
    "Histories",
    "Law",
    "Link",
    "Values",
    "erlang_law",
]
