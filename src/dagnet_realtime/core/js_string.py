"""Property values as text, the same in Python and JavaScript."""

from decimal import Decimal
from math import isfinite

from dagnet_realtime.model.event import Scalar

_EXACT = 2**53  # beyond it JavaScript cannot tell neighbouring integers apart


def js_string(value: Scalar) -> str:
    """`value` as JavaScript's `String(value)` gives it: `true`, `3` for 3.0, `1e+21`, `null`."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if -_EXACT <= value <= _EXACT:
            return str(value)
        try:
            value = float(value)
        except OverflowError:
            return "Infinity" if value > 0 else "-Infinity"
    return _number(value)


def _number(value: float) -> str:
    """ECMAScript § 6.1.6.1.20, Number::toString."""
    if not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    parts = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, parts.digits))
    point = len(digits) + int(parts.exponent)
    sign = "-" if parts.sign else ""
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    exponent = point - 1
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
