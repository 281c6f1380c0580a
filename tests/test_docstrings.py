"""Every public function and class says what it takes, returns and raises, with an example that runs."""

import inspect
from importlib import import_module

import pytest
from numpydoc.validate import validate

PACKAGES = (
    "crmkit",
    "crmkit.segment",
    "crmkit.segment.criteria",
    "crmkit.segment.groups",
    "crmkit.segment.movement",
    "crmkit.segment.quality",
    "crmkit.segment.relations",
    "crmkit.value",
    "crmkit.value.contracts",
    "crmkit.value.credit",
    "crmkit.value.judging",
    "crmkit.value.pricing",
    "crmkit.value.products",
    "crmkit.value.rhythm",
    "crmkit.loyalty",
    "crmkit.loyalty.brands",
    "crmkit.loyalty.campaigns",
    "crmkit.loyalty.churn",
    "crmkit.loyalty.survival",
    "crmkit.metrics",
    "crmkit.metrics.base_audit",
    "crmkit.plotting",
    "crmkit.report",
    "crmkit.views",
)
CHECKS = {
    "GL01",
    "GL03",
    "GL08",
    "PR01",
    "PR02",
    "PR03",
    "PR04",
    "PR07",
    "RT01",
    "RT03",
    "SS02",
    "SS03",
    "SS06",
    "EX01",
}
# Of a class that functions return, and nobody constructs, attributes are documented instead.
CLASS_CHECKS = CHECKS - {"PR01", "EX01"}


def public(kind):
    modules = {package: import_module(package) for package in PACKAGES}
    return [
        f"{package}.{name}"
        for package, module in modules.items()
        for name in module.__all__
        if kind(getattr(module, name))
    ]


@pytest.mark.parametrize("name", public(inspect.isfunction))
def test_function(name):
    found = validate(name)
    assert [(code, text) for code, text in found["errors"] if code in CHECKS] == []


@pytest.mark.parametrize(
    "name", [name for name in public(inspect.isfunction) if not name.endswith(("catalogue", "donations"))]
)
def test_function_that_takes_something_says_what_it_raises(name):
    assert "Raises\n------" in validate(name)["docstring"]


@pytest.mark.parametrize("name", public(inspect.isclass))
def test_class_and_its_methods(name):
    module, _, class_name = name.rpartition(".")
    methods = [
        m for m, _ in inspect.getmembers(getattr(import_module(module), class_name), inspect.isfunction) if m[0] != "_"
    ]
    for documented, checks in [(name, CLASS_CHECKS), *((f"{name}.{method}", CHECKS - {"EX01"}) for method in methods)]:
        assert [(code, text) for code, text in validate(documented)["errors"] if code in checks] == []
