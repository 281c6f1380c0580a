"""What every estimator of segment, value and loyalty keeps to, clause by clause.

A clause is a function ``check_<clause>(make, customers)``: ``make`` builds a fresh, unfitted estimator and
``customers`` is a pandas customers table that it can be fitted on.
"""

import inspect
import json
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import crmkit

# The row-wise methods of the protocols in the design, with the arguments that they cannot do without.
ROW_WISE = {
    "transform": {},
    "predict": {},
    "assign": {},
    "explain": {"language": "en"},
    "hazard": {},
    "expected_purchases": {"horizon": 30.0},
    "probability_alive": {},
    "probability_inactive": {"horizon": 30.0},
    "expected_spend": {},
    "expected_residual_lifetime": {"discount_rate": 0.1},
}
# What models of contracts answer without a table.
POINT_WISE = {"survival": np.arange(1.0, 6.0), "retention_rate": np.arange(1.0, 6.0)}
# What `asked` has found already, by what makes the estimator.
_ASKED = WeakKeyDictionary()


def row_wise(estimator, customers):
    """What the row-wise methods that an estimator has say of the customers."""
    return {
        name: getattr(estimator, name)(customers, **given)
        for name, given in ROW_WISE.items()
        if hasattr(estimator, name)
    }


def outputs(estimator, customers):
    """All that an estimator says, row by row or point by point."""
    points = {name: getattr(estimator, name)(t) for name, t in POINT_WISE.items() if hasattr(estimator, name)}
    return row_wise(estimator, customers) | points


def asked(make, customers):
    """An estimator fitted once for all clauses that do nothing to it but ask, and its answers."""
    if make not in _ASKED:
        estimator = make().fit(customers)
        _ASKED[make] = estimator, outputs(estimator, customers)
    return _ASKED[make]


def check_constructor_is_keyword_only(make, customers):
    parameters = inspect.signature(type(make())).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)


def check_constructor_only_stores(make, customers):
    kind = type(make())
    odd = {name: object() for name in inspect.signature(kind).parameters}
    assert vars(kind(**odd)) == odd
    assert make().get_params(deep=False) == vars(make())


def check_clone_has_equal_params_and_is_unfitted(make, customers):
    fitted, _ = asked(make, customers)
    copy = clone(fitted)
    assert type(copy) is type(fitted)
    assert copy.get_params() == make().get_params()
    assert vars(copy).keys() == vars(make()).keys()


def check_fit_returns_self(make, customers):
    estimator = make()
    assert estimator.fit(customers) is estimator


def check_fit_only_adds_learned_attributes(make, customers):
    estimator = make()
    before = dict(vars(estimator))
    estimator.fit(customers)
    assert {name: vars(estimator)[name] for name in before} == before
    learned = vars(estimator).keys() - before.keys()
    assert learned
    assert all(name.endswith("_") for name in learned)


def check_fit_forgets_the_last_fit(make, customers):
    twice = make().fit(customers.iloc[: len(customers) // 2 + 1]).fit(customers)
    assert_equal(outputs(twice, customers), asked(make, customers)[1])


def check_inputs_stay_unchanged(make, customers):
    given = customers.copy(deep=True)
    outputs(make().fit(given), given)
    pd.testing.assert_frame_equal(given, customers)


def check_nothing_is_said_before_fit(make, customers):
    names = [name for name in (*ROW_WISE, *POINT_WISE) if hasattr(make(), name)]
    assert names
    for name in names:
        given = (POINT_WISE[name],) if name in POINT_WISE else (customers,)
        with pytest.raises(NotFittedError):
            getattr(make(), name)(*given, **ROW_WISE.get(name, {}))
    with pytest.raises(NotFittedError):
        make().to_json()


def check_json_round_trip_says_the_same(make, customers):
    estimator, expected = asked(make, customers)
    text = estimator.to_json()
    assert isinstance(text, str)
    written = json.loads(text)
    assert {type(estimator).__name__, crmkit.__version__} <= {
        value for value in written.values() if isinstance(value, str)
    }
    again = type(estimator).from_json(text)
    assert type(again) is type(estimator)
    assert again.get_params() == estimator.get_params()
    assert_equal(outputs(again, customers), expected)


def check_what_is_set_after_fit_waits_for_the_next(make, customers):
    estimator = make()
    given = estimator.get_params(deep=False)
    # what is mutable is changed in place as well
    estimator.set_params(**{name: list(value) for name, value in given.items() if isinstance(value, tuple)})
    estimator.fit(customers)
    expected, written = outputs(estimator, customers), estimator.to_json()
    in_sql = estimator.to_sql() if hasattr(estimator, "to_sql") else None
    for value in estimator.get_params(deep=True).values():
        if isinstance(value, list):
            value.reverse()
        if isinstance(value, dict):
            value.clear()
    for change in (estimator.set_params, lambda **changed: vars(estimator).update(changed)):
        change(**{name: _another(value) for name, value in given.items()})
    assert_equal(outputs(estimator, customers), expected)
    assert estimator.to_json() == written
    assert (estimator.to_sql() if hasattr(estimator, "to_sql") else None) == in_sql


def check_rows_keep_their_order_length_and_index(make, customers):
    estimator, straight = asked(make, customers)
    turned = customers.iloc[::-1].set_axis([f"row {n}" for n in range(len(customers))], axis=0)
    back = row_wise(estimator, turned)
    for name, result in back.items():
        assert len(result) == len(customers)
        assert result.index.equals(turned.index)
        assert_equal({name: result.iloc[::-1]}, {name: straight[name]})


def check_row_order_does_not_change_the_fit(make, customers):
    turned = make().fit(customers.iloc[::-1])
    assert_equal(outputs(turned, customers), asked(make, customers)[1])


def check_polars_and_arrow_say_the_same_in_their_own_kind(make, customers):
    _, expected = asked(make, customers)
    arrow = pa.Table.from_pandas(customers, preserve_index=False)
    for table in (pl.from_arrow(arrow), arrow):
        answers = outputs(make().fit(table), table)
        assert_equal(answers, expected)
        for name in answers.keys() - POINT_WISE:
            assert type(answers[name]).__module__.split(".")[0] == type(table).__module__.split(".")[0]


def _another(value):
    """Another value of a parameter: another number where it is one."""
    return value + 1 if isinstance(value, (int, float)) and not isinstance(value, bool) else object()


CLAUSES = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def assert_equal(got, expected):
    """Hold what two estimators say equal, whatever kind of frame they say it in."""
    assert got.keys() == expected.keys()
    assert got
    for name in got:
        one, other = _as_pandas(got[name]), _as_pandas(expected[name])
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_names=False, rtol=1e-9, obj=name)


def _as_pandas(result):
    if isinstance(result, (pl.DataFrame, pa.Table)):
        table = result.to_pandas()
    elif isinstance(result, pd.DataFrame):
        table = result
    else:
        table = pd.DataFrame({"value": np.asarray(result)})
    # Labels are categories in some kinds of frame and text in others.
    plain = {name: [None if pd.isna(v) else v for v in table[name]] for name in table.columns}
    return pd.DataFrame(plain, columns=[str(name) for name in table.columns])
