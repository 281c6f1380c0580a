"""JSON that was tampered with: either it is refused, or what comes back works and writes harmless SQL."""

import copy
import json
import re
import warnings

import pytest
from tests.estimator_contract import outputs
from tests.test_contract import ESTIMATORS

# What a leaf of the JSON is replaced by; 10**400 is beyond all floats.
OTHERS = (None, "x'; DROP TABLE customers; --", -1, 0, 2.5, 10**400, True, [], {}, [1, "a"])
# The words of the SQL that estimators write, and their columns.
WORDS = re.findall(
    r"\w+",
    "SELECT CASE WHEN THEN ELSE END AS FROM AND OR IS NOT NULL TRUE CONCAT GREATEST segment segment_order reason_code "
    "n_orders spend days_since_last tenure_days r_score f_score m_score with_r with_f with_m customers",
)
SQL = re.compile(r"'[a-z0-9_]*'|[A-Za-z_]\w*|[-+]?[\d.]+(e[-+]?\d+)?|[*,()<>=/\s]")


def leaves(value, path=()):
    """The paths to everything in JSON, containers too."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        # of long lists the ends tell what the middle would
        if not isinstance(value, list) or key in (0, len(value) - 1):
            yield from leaves(part, (*path, key))


def put(record, path, value):
    changed = copy.deepcopy(record)
    *before, last = path
    inside = changed
    for key in before:
        inside = inside[key]
    inside[last] = value
    return changed


def without(record, path):
    changed = copy.deepcopy(record)
    *before, last = path
    inside = changed
    for key in before:
        inside = inside[key]
    del inside[last]
    return changed


def fitted(name):
    make, customers = ESTIMATORS[name]
    return make().fit(customers), customers


def works(estimator, customers):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs(estimator, customers)
    if hasattr(estimator, "to_sql"):
        sql = estimator.to_sql()
        found = SQL.sub(lambda word: word[0], sql)
        assert found == sql
        assert "".join(match[0] for match in SQL.finditer(sql)) == sql
        words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'|\d[\d.]*e[-+]?\d+", "", sql)))
        assert words <= set(WORDS)


def read_or_refused(estimator, record):
    """What JSON says; None where it is refused in our words."""
    try:
        return type(estimator).from_json(json.dumps(record))
    except ValueError as error:
        if str(error).startswith("`text` "):
            return None
        raise


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_was_written_is_read(name):
    estimator, customers = fitted(name)
    works(type(estimator).from_json(estimator.to_json()), customers)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_changed_leaf_is_refused_or_harmless(name):
    estimator, customers = fitted(name)
    record = json.loads(estimator.to_json())
    for number, path in enumerate(path for path in leaves(record) if path):
        # all values at some places, some at all
        for other in OTHERS[number % 3 :: 3]:
            read = read_or_refused(estimator, put(record, path, other))
            if read is not None:
                works(read, customers)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_missing_part_is_refused(name):
    estimator, _ = fitted(name)
    record = json.loads(estimator.to_json())
    for key in record["state"]:
        with pytest.raises(ValueError, match="`text` must be what"):
            type(estimator).from_json(json.dumps(without(record, ("state", key))))
    with pytest.raises(ValueError, match="`text` must be what"):
        type(estimator).from_json(json.dumps(put(record, ("state", "more_"), 1)))


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("name", ["TierSegmenter", "BetaGeoModel"])
def test_numbers_that_json_does_not_know_are_refused(name, constant):
    estimator, _ = fitted(name)
    text = re.sub(r'"n_customers_": \d+', f'"n_customers_": {constant}', estimator.to_json())
    assert constant in text
    with pytest.raises(ValueError, match="`text` must be what"):
        type(estimator).from_json(text)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("TierSegmenter", ("params", "value"), "spend); DROP TABLE customers; --"),
        ("TierSegmenter", ("state", "cuts_", "__table__", "cut", 0), 10**400),
        ("ValueSegmenter", ("state", "segments_", "__table__", "segment", 0), "a' OR '1'='1"),
        ("RFMSegmenter", ("state", "rules_", "segments", 0, "code"), "x' AS y, (SELECT 1) AS z FROM t --"),
        ("RFMSegmenter", ("state", "cells_", "__table__", "segment", 0), "x' --"),
        ("RFMScorer", ("params", "min_tenure_days"), "1) --"),
        ("RFMScorer", ("state", "edges_", "__table__", "edge", 0), "1 OR TRUE"),
        ("BetaGeoModel", ("state", "params_", "__table__", "estimate", 0), -0.2),
        ("BetaGeoModel", ("state", "params_", "__table__", "std_error", 0), 0.5),
        ("ShiftedBetaGeoModel", ("state", "params_", "__table__", "lower", 0), None),
        ("BetaGeoModel", ("state", "boundary_"), ["r"]),
        ("BetaGeoModel", ("state", "loglik_"), 0.0),
        ("BetaGeoModel", ("state", "bic_"), 0.0),
        ("BetaGeoModel", ("state", "n_customers_"), 0),
        ("GammaGammaModel", ("state", "covariance_", "__table__", "p", 0), -1.0),
        ("GammaGammaModel", ("state", "params_", "__table__", "estimate", 1), 10**400),
        ("ShiftedBetaGeoModel", ("state", "covariance_", "__table__", "alpha", 0), {"__float__": "nan"}),
        ("ShiftedBetaGeoModel", ("params", "time_unit"), "Q"),
    ],
)
def test_each_of_these_is_refused(name, path, value):
    estimator, _ = fitted(name)
    record = json.loads(estimator.to_json())
    with pytest.raises(ValueError, match=f"`text` must be what {name}.to_json wrote"):
        type(estimator).from_json(json.dumps(put(record, path, value)))


def test_learned_attributes_are_those_that_classes_name():
    for name in ESTIMATORS:
        estimator, _ = fitted(name)
        learned = {key for key in vars(estimator) if key.endswith("_")} - {"options_"}
        assert learned == set(json.loads(estimator.to_json())["state"])
        assert all(
            any(key in vars(base).get("__annotations__", {}) for base in type(estimator).__mro__) for key in learned
        )
