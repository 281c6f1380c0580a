"""The churn outlook of the log, and the list cut to the customers that may be named."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit.report._section import Answer, Context
from crmkit.views import churn_outlook

__all__ = ["answer"]

# Of a larger base: a report is to be made in seconds.
_MOST_CUSTOMERS: Final = 2000
_RIGHTS: Final = ("signal", "n_warned", "base_rate", "precision", "precision_lower", "precision_upper")


def answer(context: Context) -> Answer:
    """The tables that there are; where there is no model, early warnings alone, with the reason."""
    outlook = churn_outlook(
        context.transactions,
        as_of=context.facts.as_of,
        margin=context.facts.margin,
        control_share=0.0,
        capacity=max(context.n_actions, 1),
        most_customers=_MOST_CUSTOMERS,
    )
    tables: dict[str, pd.DataFrame] = {"churn_warnings": _by_signal(_table(outlook.warnings))}
    if outlook.warning_history is not None:
        tables["churn_warnings"] = tables["churn_warnings"].merge(
            _table(outlook.warning_history)[list(_RIGHTS)], on="signal", how="left"
        )
    for name, made in (
        ("churn_rates", outlook.base_rates),
        ("churn_judged", outlook.judged),
        ("churn_calibration", outlook.calibration),
    ):
        if made is not None:
            tables[name] = _table(made)
    if outlook.actions is not None and "actions" in context.facts.sections:
        listed = _table(outlook.actions).merge(
            _table(outlook.scored)[["customer_id", "days_since_last"]], on="customer_id", how="left"
        )
        tables["churn_list"] = listed.head(context.n_actions)
    problem = next(
        (outlook.problems[name] for name in ("model", "judged", "actions") if name in outlook.problems), None
    )
    return Answer(tables, problem=problem, more=outlook)


def _by_signal(warnings: pd.DataFrame) -> pd.DataFrame:
    """How many customers each signal warns of, and what they spent in the last year."""
    found = warnings.groupby("signal", sort=False)
    return found.agg(n_customers=("customer_id", "nunique"), spend=("spend_last_year", "sum")).reset_index()


def _table(made: Any) -> pd.DataFrame:
    return to_pandas(open_frame(made, name="churn"))
