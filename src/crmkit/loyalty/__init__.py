"""Whether customers will stay: churn, satisfaction, loyalty, points.

``loyalty.survival`` has how long customers stay, where some are still there; ``loyalty.churn`` who is about to leave;
``loyalty.campaigns`` what campaigns bring; ``loyalty.brands`` how customers choose among brands;
``loyalty.satisfaction`` how satisfied customers are, and what that rests on; ``loyalty.programmes`` what becomes of
points and levels.
"""

from typing import Final

from crmkit._lazy import lazily
from crmkit.loyalty._account_flow import account_flow_table, net_opening_table
from crmkit.loyalty._action_files import read_action_rules, write_action_rules
from crmkit.loyalty._action_rules import action_rule_table
from crmkit.loyalty._apostle import ApostleSegmenter
from crmkit.loyalty._apply_actions import action_trace_table, apply_action_rules
from crmkit.loyalty._dick_basu import DickBasuSegmenter
from crmkit.loyalty._ladder import LoyaltyLadder
from crmkit.loyalty._loyalty_index import LoyaltyIndex
from crmkit.loyalty._referrals import customer_referral_table, referral_value_table
from crmkit.loyalty._schemes import SCHEMES

__all__: Final[list[str]] = [
    "SCHEMES",
    "ApostleSegmenter",
    "DickBasuSegmenter",
    "LoyaltyIndex",
    "LoyaltyLadder",
    "account_flow_table",
    "action_rule_table",
    "action_trace_table",
    "apply_action_rules",
    "customer_referral_table",
    "net_opening_table",
    "read_action_rules",
    "referral_value_table",
    "write_action_rules",
]

__getattr__, __dir__ = lazily(
    __name__, ("brands", "campaigns", "churn", "programmes", "satisfaction", "survival"), exported=__all__
)
