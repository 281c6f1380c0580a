"""A KPI is written once: a formula on floats, with a record that supplies the checks and the kind of result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from crmkit._arrays import Floats
from crmkit._kpi._record import Aggregation, Direction, Example, Group, Input, Kpi, Unit, Variant, Window
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_counts, check_part_of

__all__ = ["Quotient", "kpi", "kpis_of", "quotient_of", "ratio", "tells"]

Formula = TypeVar("Formula", bound=Callable[..., Any])


class Quotient(NamedTuple):
    """A ratio whose parts are known."""

    numerator: Floats
    denominator: Floats

    @property
    def value(self) -> Floats:
        """The parts divided; ``nan`` where the denominator is 0, or so small that no number holds the value."""
        with np.errstate(over="ignore"):
            value = np.asarray(self.numerator / np.where(self.denominator == 0, np.nan, self.denominator))
        return np.where(np.isinf(value), np.nan, value)


def ratio(numerator: Numbers, denominator: Numbers) -> Any:
    """State in a formula what is divided by what."""
    return Quotient(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))


def kpi(
    *,
    name: Label,
    group: Group,
    unit: Unit,
    direction: Direction,
    definition: Label,
    source: str,
    inputs: Sequence[Input],
    example: Example,
    aggregation: Aggregation = "ratio",
    window: Window = "period",
    variants: Sequence[Variant] = (),
) -> Callable[[Formula], Formula]:
    """Turn a formula into a KPI.

    The formula gets its inputs as checked floats, with ``nan`` where a value is missing, and options unchanged. It
    returns a `ratio` or floats.
    """

    def decorate(formula: Formula) -> Formula:
        record = Kpi(
            code=formula.__name__,
            name=name,
            group=group,
            unit=unit,
            direction=direction,
            definition=definition,
            source=source,
            function=_public_path(formula),
            aggregation=aggregation,
            window=window,
            inputs=tuple(inputs),
            variants=tuple(variants),
            example=example,
        )

        takes = signature(formula)

        @wraps(formula)
        def computed(**given: Any) -> Any:
            # Missing and unknown arguments are reported before wrong values.
            takes.bind(**given)
            found = _found(formula, record, given)
            values = found.value if isinstance(found, Quotient) else found
            return as_given(values, *_columns(record, given).values())

        computed.kpis = (record,)  # type: ignore[attr-defined]
        return cast("Formula", computed)

    return decorate


def tells(*records: Kpi) -> Callable[[Formula], Formula]:
    """Record which KPIs are computed by a function with its own checks, such as a table of counts."""

    def decorate(function: Formula) -> Formula:
        function.kpis = records  # type: ignore[attr-defined]
        return function

    return decorate


def kpis_of(function: object) -> tuple[Kpi, ...]:
    """Return the records of the KPIs that a function computes, if any."""
    return getattr(function, "kpis", ())


def quotient_of(function: Any, **given: Any) -> Quotient:
    """Return the numerator and denominator of a KPI that is a ratio, for the inputs its function takes."""
    return cast("Quotient", _found(function.__wrapped__, function.kpis[0], given))


def _found(formula: Callable[..., Any], record: Kpi, given: Mapping[str, Any]) -> Any:
    """What the formula returns for checked floats."""
    columns = _columns(record, given)
    check_alike(**columns)
    floats = {name: as_floats(values, name=name) for name, values in columns.items()}
    check_counts(**{each.name: floats[each.name] for each in record.inputs if each.low == 0 and each.name in floats})
    for each in record.inputs:
        wholes = [name for name in each.of if name in floats]
        if each.name in floats and wholes:
            check_part_of(floats[each.name], [floats[name] for name in wholes], name=each.name, of=wholes)
    return formula(**{**given, **floats})


def _columns(record: Kpi, given: Mapping[str, Any]) -> dict[str, Numbers]:
    """The inputs that are given."""
    named = {each.name: each for each in record.inputs}
    return {
        name: values
        for name, values in given.items()
        if name in named and not (values is None and named[name].optional)
    }


def _public_path(formula: Callable[..., Any]) -> str:
    parts = formula.__module__.split(".")
    return ".".join([*(part for part in parts if not part.startswith("_")), formula.__name__])
