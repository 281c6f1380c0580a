"""One definition of a KPI: the function, the option that selects it, and the inputs it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._kpi._decorator import Quotient, found_by, kpis_of
from crmkit._kpi._record import Input, Kpi, Variant

__all__ = ["Definition", "Terms", "definitions_of"]

# Where the formula is tried to see whether it is linear: no two inputs alike, none a round number.
_PLACES: Final = 0.37, 1.91


class Terms(NamedTuple):
    """The coefficients of the inputs above and below the line; nothing is below where the KPI is a sum."""

    above: Mapping[str, float]
    below: Mapping[str, float]


class Definition(NamedTuple):
    """A KPI by one of its definitions.

    Attributes
    ----------
    function : callable
        Computes it.
    record : Kpi
        What it is.
    variant : Variant or None
        Which of several definitions this is.
    """

    function: Any
    record: Kpi
    variant: Variant | None

    @property
    def code(self) -> str:
        """The code of the KPI, followed by the option where there are several definitions."""
        return self.record.code_by(None if self.variant is None else self.variant.option)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What it needs."""
        if self.variant is not None:
            return tuple(each for each in self.record.inputs if each.name in self.variant.inputs)
        return tuple(each for each in self.record.inputs if not each.optional)

    def parts(self, given: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
        """The value, and its numerator and denominator, which are missing where it is not a ratio."""
        found = found_by(self.function, **given, **self._choice())
        if isinstance(found, Quotient):
            above, below = np.broadcast_arrays(found.numerator, found.denominator)
            return found.value, above, below
        value = np.where(np.isinf(found), np.nan, found)
        return value, np.full_like(value, np.nan), np.full_like(value, np.nan)

    def terms(self) -> Terms | None:
        """The coefficients of the inputs, where the KPI is a ratio of sums of them, or such a sum; else None."""
        names = [each.name for each in self.inputs]
        if not all(each.adds_up for each in self.inputs):
            return None
        alone = [{each: float(each == name) for each in names} for name in names]
        trials = [{name: place * (2 + n) ** 1.3 for n, name in enumerate(names)} for place in _PLACES]
        sides = [self._sides(given) for given in (*alone, *trials)]
        found: list[Mapping[str, float]] = []
        for side in (0, 1):
            values = [both[side] for both in sides if both is not None]
            if len(values) < len(sides):
                return None
            coefficients = dict(zip(names, values, strict=False))
            linear = [sum(coefficients[name] * value for name, value in trial.items()) for trial in trials]
            if not np.allclose(linear, values[len(names) :]):
                return None
            found.append({name: each for name, each in coefficients.items() if each})
        return Terms(*found)

    def _sides(self, given: Mapping[str, float]) -> tuple[float, float] | None:
        """What the bare formula, which takes counts that no data would have, puts above and below the line."""
        with np.errstate(all="ignore"):
            found = self.function.__wrapped__(**given, **self._choice())
        if isinstance(found, Quotient):
            return float(found.numerator), float(found.denominator)
        return (float(found), 0.0) if self.record.aggregation == "sum" else None

    def _choice(self) -> dict[str, str]:
        return {} if self.variant is None else {str(self.record.option): self.variant.option}


def definitions_of(function: Any) -> tuple[Definition, ...]:
    """Return the definitions by which a function computes a KPI from inputs; none for one that counts from a table."""
    return tuple(
        Definition(function, record, variant)
        for record in kpis_of(function)
        if record.inputs and hasattr(function, "__wrapped__")
        for variant in record.variants or (None,)
    )
