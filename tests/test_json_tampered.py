"""JSON that was tampered with: either it is refused, or what comes back works and writes harmless SQL."""

import copy
import json
import re
import warnings
from functools import cache

import pandas as pd
import pytest
from sklearn.base import clone
from tests.customers import customer_table
from tests.estimator_contract import assert_equal, outputs
from tests.rules import rule, rules_of
from tests.test_contract import CUSTOMERS, ESTIMATORS

from crmkit import segment

# What a leaf of the JSON is replaced by; 10**400 is beyond all floats.
OTHERS = (None, "x'; DROP TABLE customers; --", -1, 0, 2.5, 10**400, True, [], {}, [1, "a"])
# The words of the SQL that estimators write, and their columns.
WORDS = re.findall(
    r"\w+",
    "SELECT CASE WHEN THEN ELSE END AS FROM AND OR IS NOT NULL TRUE CONCAT GREATEST segment segment_order reason_code "
    "n_orders spend days_since_last tenure_days r_score f_score m_score with_r with_f with_m customers "
    "attitude share_of_wallet satisfaction repurchase referrals attractiveness position "
    "frequency recency typical_gap silence_ratio with_rhythm",
)
SQL = re.compile(r"'[a-z0-9_]*'|[A-Za-z_]\w*|[-+]?[\d.]+(e[-+]?\d+)?|[*,()<>=/+\s]")


RFM, SCORER = segment.RFMSegmenter, segment.RFMScorer
# Beside one of each class, what they learn with other options; rules in two bins, for few cells say what many would.
MADE = {
    **ESTIMATORS,
    "RFMSegmenter": (lambda: RFM(rules="chinese_8"), CUSTOMERS),
    "rules": (lambda: RFM(rules=rules_of(rule("a", r=2), rest=rule("c"), overlaps="first")), CUSTOMERS),
    "per_year": (lambda: RFM(rules="chinese_8", scorer=SCORER(n_bins=2, frequency="orders_per_year")), CUSTOMERS),
    "nested": (lambda: SCORER(n_bins=2, nested=True, weights={"r": 1, "f": 2, "m": 3}), CUSTOMERS),
    "cuts": (lambda: SCORER(n_bins=2, cuts={"r": [30], "m": [9.5]}), CUSTOMERS),
    "mixture": (
        lambda: segment.groups.ClusterSegmenter(columns=["spend"], n_clusters=2, method="gaussian_mixture"),
        CUSTOMERS,
    ),
    "tier_cuts": (lambda: segment.TierSegmenter(cuts={"orders": 3}, lapsed_days=None), CUSTOMERS),
    "level_cuts": (lambda: segment.ValueSegmenter(cuts=[8.0, 20.0]), CUSTOMERS),
}


# They are read by the same code as ParetoNBDModel and ShiftedBetaGeoModel.
ALIKE = (
    "BetaDiscreteWeibullModel", "BetaGeoBetaBinomModel", "BetaGeoCNBDModel", "BetaGeoModel", "GammaGompertzNBDModel",
    "ModifiedBetaGeoCNBDModel", "ModifiedBetaGeoModel", "NBDModel",
)  # fmt: skip

# What takes long: tables with a row for each cluster and column. ClusterSegmenter is read by the same code.
LONG = ("LatentClassSegmenter", "MixedClusterSegmenter", "mixture")


def leaves(value, path=()):
    """The paths to everything in JSON, containers too."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        # of long lists the ends tell what the middle would
        if not isinstance(value, list) or key in (0, len(value) - 1):
            yield from leaves(part, (*path, key))


def tables(value):
    """The tables in JSON."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    found = [value] if isinstance(value, dict) and "__table__" in value else []
    return found + [table for part in parts for table in tables(part)]


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


@cache
def fitted(name):
    make, customers = MADE[name]
    return make().fit(customers), customers


def works(estimator, customers):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs(estimator, customers)
        if hasattr(estimator, "summary"):
            estimator.summary(customers)
            estimator.explain(customers, language="zh")
    scorer = getattr(estimator, "scorer_", estimator)
    if isinstance(scorer, SCORER):
        segment.rfm_map_table(customers, scorer=scorer)
        scores = scorer.weighted_score(customers)["rfm_score"]
        assert scores.dropna().between(1, max(scorer.bin_sizes_["score"])).all()
        assert scores.notna().equals(customers["n_orders"] > 0)
    # what is read can be written
    written = estimator.to_json()
    assert type(estimator).from_json(written).to_json() == written
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


@pytest.mark.parametrize("name", MADE)
def test_what_was_written_is_read(name):
    estimator, customers = fitted(name)
    works(type(estimator).from_json(estimator.to_json()), customers)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.deep] if name in (*ALIKE, *LONG) else [])
        for name in MADE
        if name not in ("rules", "per_year")
    ],
)
def test_a_changed_leaf_is_refused_or_harmless(name):
    estimator, customers = fitted(name)
    record = json.loads(estimator.to_json())
    for number, path in enumerate(path for path in leaves(record) if path):
        # all values at some places, two at all
        for other in OTHERS[number % 5 :: 5]:
            read = read_or_refused(estimator, put(record, path, other))
            if read is not None:
                works(read, customers)


@pytest.mark.parametrize("name", MADE)
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
        # each holds together, but is not what the options learn
        ("tier_cuts", ("params", "cuts", "orders"), 4),
        ("tier_cuts", ("state", "cuts_", "__table__", "share", 0), -0.5),
        ("tier_cuts", ("state", "cuts_", "__table__", "share", 2), 0.2),
        ("level_cuts", ("state", "cuts_", "__table__", "cut", 1), 7.0),
        ("cuts", ("state", "edges_", "__table__", "edge", 0), 31.0),
        ("cuts", ("params", "cuts", "m", 0), 10.5),
        ("nested", ("params", "nested"), False),
        ("nested", ("state", "edges_", "__table__", "r_score", 0), 1),
        ("nested", ("state", "edges_", "__table__", "f_score", 0), 1),
        ("nested", ("params", "weights", "m"), {"__float__": "nan"}),
        ("RFMScorer", ("state", "edges_", "__table__", "r_score", 5), 1),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "n_customers", 0), -1),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "n_customers", 0), 10**6),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "lowest", 0), None),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "highest", 0), -1e9),
        ("RFMScorer", ("state", "n_customers_"), 4),
        ("per_year", ("params", "scorer"), None),
        ("per_year", ("params", "scorer", "__estimator__", "params", "frequency"), "orders"),
        ("per_year", ("state", "n_customers_"), 4),
        ("rules", ("params", "rules", "rest", "code"), "d"),
        ("rules", ("state", "segments_", "__table__", "name_zh", 0), " "),
        # nothing but what is written
        ("RFMScorer", ("more",), 1),
        ("RFMScorer", ("version",), 1),
        ("RFMScorer", ("state", "edges_", "more"), 1),
        ("rules", ("state", "scorer_", "__estimator__", "version"), "0"),
        ("rules", ("state", "scorer_", "more"), 1),
        # numbers that are cut down to whole ones, types of other libraries, columns of another length
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "score", 0), 1.5),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "score", 0), True),
        ("RFMScorer", ("state", "bin_sizes_", "types", "lowest"), "datetime64[ns]"),
        ("RFMScorer", ("state", "bin_sizes_", "types", "n_customers"), "complex128"),
        ("RFMScorer", ("state", "bin_sizes_", "__table__", "lowest"), [1.0]),
    ],
)
def test_each_of_these_is_refused(name, path, value):
    estimator, _ = fitted(name)
    record = json.loads(estimator.to_json())
    with pytest.raises(ValueError, match=f"`text` must be what {type(estimator).__name__}.to_json wrote"):
        type(estimator).from_json(json.dumps(put(record, path, value)))


@pytest.mark.parametrize("name", ["TierSegmenter", "level_cuts", "RFMSegmenter", "nested", "BetaGeoModel"])
def test_json_does_not_depend_on_what_pandas_calls_text(name):
    estimator, customers = fitted(name)
    record = json.loads(estimator.to_json())
    kinds = [kind for table in tables(record) for kind in table["types"].values()]
    assert set(kinds) <= {"text", "int64", "Int64", "float64"}
    assert_equal(outputs(type(estimator).from_json(json.dumps(record)), customers), outputs(estimator, customers))


def test_a_segment_is_called_what_it_was_called_when_fitted():
    # another version may word the names of segments otherwise
    estimator, customers = fitted("TierSegmenter")
    record = json.loads(estimator.to_json())
    read = type(estimator).from_json(
        json.dumps(put(record, ("state", "segments_", "__table__", "name_en", 3), "Not yet"))
    )
    prospect = customers[customers["n_orders"] == 0]
    assert read.explain(prospect).tolist() == ["Not yet: no order yet."]
    assert read.summary(prospect)["name_en"].tolist()[3] == "Not yet"


def test_columns_that_json_cannot_hold_are_refused_in_writing():
    estimator = clone(fitted("TierSegmenter")[0]).fit(CUSTOMERS)
    estimator.cuts_["since"] = pd.Timestamp("2024-01-01")
    with pytest.raises(TypeError, match=r"JSON cannot hold a column of datetime64\[.?s\], got 'since'\."):
        estimator.to_json()


@pytest.mark.parametrize(
    ("name", "attribute", "value", "error"),
    [
        ("TierSegmenter", "value", "spend); DROP TABLE customers; --", "is not a plain column name"),
        ("per_year", "min_tenure_days", "1) --", "invalid literal for int"),
    ],
)
def test_sql_is_not_written_of_what_is_no_name_or_number(name, attribute, value, error):
    estimator = copy.deepcopy(fitted(name)[0])
    setattr(getattr(estimator, "scorer_", estimator).options_, attribute, value)
    with pytest.raises(ValueError, match=error):
        estimator.to_sql()


@pytest.mark.parametrize("weight", [1e308, 10**308, 5e-324])
def test_weights_of_any_size_give_scores_on_the_scale(weight):
    # the scores are 1 1 1 and 2 2 2, whatever the weights
    customers = customer_table([1, 2], [10, 20], [5, 1])
    scorer = SCORER(n_bins=2, weights=dict.fromkeys("rfm", weight)).fit(customers)
    assert scorer.weighted_score(customers)["rfm_score"].tolist() == [1, 2]


def test_learned_attributes_are_those_that_classes_name():
    for name in ESTIMATORS:
        estimator, _ = fitted(name)
        learned = {key for key in vars(estimator) if key.endswith("_")} - {"options_"}
        assert learned == set(json.loads(estimator.to_json())["state"])
        assert all(
            any(key in vars(base).get("__annotations__", {}) for base in type(estimator).__mro__) for key in learned
        )
