"""A KPI is written once: a formula on floats, with a record that supplies the checks and the kind of result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._kpi._record import Aggregation, Direction, Example, Group, Input, Kpi, Unit, Variant, Window
from crmkit._messages import Joined, Message, Parameter, Setting
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_part_of, check_range

__all__ = ["Quotient", "found_by", "kpi", "kpis_of", "quotient_of", "ratio", "tells"]

_LACKING: Final = Message(en="{setting} needs {names}.", zh="{setting} 需要 {names}。")
_UNKNOWN: Final = Message(
    en="{names} does not go with {setting}, which takes {known}.",
    zh="{names} 不适用于 {setting}，后者使用 {known}。",
)

Formula = TypeVar("Formula", bound=Callable[..., Any])


class Quotient(NamedTuple):
    """A ratio whose parts are known."""

    numerator: Floats
    denominator: Floats

    @property
    def value(self) -> Floats:
        """The parts divided; ``nan`` where the denominator is 0, or so small that no number holds the value."""
        with np.errstate(over="ignore", invalid="ignore"):
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
    example: Example | None = None,
    aggregation: Aggregation = "ratio",
    window: Window = "period",
    band: tuple[float, float] | None = None,
    option: str | None = None,
    variants: Sequence[Variant] = (),
    counts_events: bool = False,
) -> Callable[[Formula], Formula]:
    """Turn a formula into a KPI.

    The formula gets its inputs as checked floats, with ``nan`` where a value is missing, and options unchanged. It
    returns a `ratio` or floats. Of several definitions one is chosen by the argument named ``option``, whose values
    and inputs are checked. What comes out infinite is undefined.
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
            band=band,
            inputs=tuple(inputs),
            option=option,
            variants=tuple(variants),
            counts_events=counts_events,
            example=example,
        )

        takes = signature(formula)

        @wraps(formula)
        def computed(**given: Any) -> Any:
            # Missing and unknown arguments are reported before wrong values.
            takes.bind(**given)
            found = _found(formula, record, given)
            values = found.value if isinstance(found, Quotient) else found
            return as_given(np.where(np.isinf(values), np.nan, values), *_columns(record, given).values())

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
    return cast("Quotient", found_by(function, **given))


def found_by(function: Any, **given: Any) -> Any:
    """Return what the formula of a KPI gives for the inputs its function takes: a `Quotient`, or floats."""
    return _found(function.__wrapped__, function.kpis[0], given)


def _found(formula: Callable[..., Any], record: Kpi, given: Mapping[str, Any]) -> Any:
    """What the formula returns for checked floats."""
    columns = _columns(record, given)
    if record.option is not None:
        _check_variant(record, given, columns)
    check_alike(**columns)
    floats = {name: as_floats(values, name=name) for name, values in columns.items()}
    taken = [each for each in record.inputs if each.name in floats]
    for each in taken:
        check_range(floats[each.name], name=each.name, low=each.low, high=each.high)
    for each in taken:
        for names in each.wholes:
            if wholes := [name for name in names if name in floats]:
                check_part_of(floats[each.name], [floats[name] for name in wholes], name=each.name, of=wholes)
    # A value that no number holds is undefined, and so is one without a logarithm or a root.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return formula(**{**given, **floats})


def _check_variant(record: Kpi, given: Mapping[str, Any], columns: Mapping[str, Numbers]) -> None:
    """Refuse an unknown definition, and inputs that it lacks or does not know."""
    option = cast("str", record.option)
    check_option(given[option], [each.option for each in record.variants], name=option)
    chosen = next(each for each in record.variants if each.option == given[option])
    setting = Setting(option, chosen.option)
    if lacking := [name for name in chosen.inputs if name not in columns]:
        raise ValueError(_LACKING(names=_list(lacking), setting=setting))
    if unknown := [name for name in columns if name not in chosen.inputs]:
        raise ValueError(_UNKNOWN(names=_list(unknown), setting=setting, known=_list(chosen.inputs)))


def _list(names: Sequence[str]) -> Joined:
    return Joined([Parameter(name) for name in names], en=", ", zh="、")


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
